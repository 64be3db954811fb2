"""What a simulated company may be asked for, checked whole before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from segmentry.terms.clock import zone_names
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

Process = Literal["beta_geometric", "modified_beta_geometric", "pareto", "seasonal", "contractual", "clumpy"]
"""How customers come back: three processes that the value models fit, three that they do not."""

PROCESSES: tuple[str, ...] = get_args(Process)

PARTS = (
    *("persons", "surveys", "behavior", "feedback", "accounts", "technology", "leads", "relations", "market"),
    "choices",
)
"""What a company may have beside orders, products, service and campaigns."""

_RANGES: dict[str, tuple[float, float]] = {
    "customers": (1, 10_000_000),
    "seed": (0, 2**63 - 1),
    "days": (30, 7_300),
    "holdout_days": (0, 1_460),
    "segments": (1, 12),
    "products": (8, 20_000),
    "separation": (0.0, 1.0),
    "season_strength": (0.0, 1.0),
    "campaign_effect": (0.0, 0.5),
    "guest_share": (0.0, 0.5),
    "dirt_share": (0.0, 0.1),
    "survey_strength": (0.0, 1.0),
    "lead_strength": (0.0, 1.0),
}
_WHOLE = ("customers", "seed", "days", "holdout_days", "segments", "products")


@dataclass(frozen=True, slots=True)
class CompanySpec:
    """A company to simulate; the same specification always gives the same company.

    Attributes:
        customers: Number of customers acquired over the history (1 to 10 million).
        seed: Seed of every random draw.
        start: First local day of the history.
        days: Length of the history in days (30 to 7,300).
        holdout_days: Days simulated beyond the end; their purchases stand in the truth only.
        currency: ISO 4217 code of all amounts.
        timezone: IANA zone of the company; its orders fall on local days of this zone.
        source: Name of the source, the first half of every party key.
        segments: Number of latent segments (1 to 12); 1 is a null world, one cloud without segments.
        separation: How far the segments stand apart, from 0 (labels without meaning) to 1.
        process: How customers come back; see `PROCESSES`.
        season_strength: 0 keeps the purchase process exact in calendar time; 1 plants a strong December peak.
        drift: Whether one segment changes its categories and its rate in the last 90 days.
        campaign_effect: Mean probability that a treated contact brings one order more; 0 is a null world.
        products: Number of products.
        guest_share: Share of exported orders that carry no customer.
        dirt_share: Share of exported rows that are spoiled (repeated, impossible date, blank price), a third each.
        parts: What the company has beside its base tables; see `PARTS`. None of it by default: it takes time.
        survey_strength: How strongly latent traits stand behind answers; at 0 scales have no common factor, benefits
            no classes, satisfaction no drivers, and choices are lots.
        lead_strength: How strongly fit and behavior decide over leads; at 0 outcomes depend on nothing.
    """

    customers: int = 10_000
    seed: int = 1
    start: date = date(2023, 1, 1)
    days: int = 730
    holdout_days: int = 364
    currency: str = "GBP"
    timezone: str = "Europe/London"
    source: str = "shop"
    segments: int = 5
    separation: float = 1.0
    process: Process = "beta_geometric"
    season_strength: float = 0.3
    drift: bool = False
    campaign_effect: float = 0.04
    products: int = 240
    guest_share: float = 0.02
    dirt_share: float = 0.003
    parts: tuple[str, ...] = ()
    survey_strength: float = 1.0
    lead_strength: float = 1.0

    def problems(self) -> tuple[Problem, ...]:
        """Every mistake of the specification, in the order of its fields; empty if there is none."""
        found = [*self._out_of_range(), *self._unknown_words()]
        return tuple(found)

    def check(self) -> CompanySpec:
        """The specification itself; `SettingsError` with all mistakes at once if there are any."""
        if found := self.problems():
            raise SettingsError(found)
        return self

    @property
    def strength(self) -> float:
        """Season strength in force: the process ``seasonal`` is never weaker than 0.9."""
        return max(self.season_strength, 0.9) if self.process == "seasonal" else self.season_strength

    def _out_of_range(self) -> list[Problem]:
        found = []
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            kind = int if name in _WHOLE else (int, float)
            number = isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)
            if not number or not low <= value <= high:
                wanted = "a whole number" if name in _WHOLE else "a number"
                found.append(_problem("SIMULATION_RANGE", name, value, f"Give {wanted} from {low:,} to {high:,}."))
        return found

    def _unknown_words(self) -> list[Problem]:
        found = []
        if self.process not in PROCESSES:
            hint = near_miss(str(self.process), PROCESSES) or f"Use one of {', '.join(PROCESSES)}."
            found.append(_problem("SIMULATION_PROCESS", "process", self.process, hint))
        if self.timezone not in zone_names():
            hint = near_miss(str(self.timezone), zone_names()) or "Use an IANA name such as Europe/London."
            found.append(_problem("TIMEZONE_UNKNOWN", "timezone", self.timezone, hint))
        if not (isinstance(self.currency, str) and len(self.currency) == 3 and self.currency.isupper()):
            hint = "Use an ISO 4217 code such as GBP."
            found.append(_problem("SIMULATION_CURRENCY", "currency", self.currency, hint))
        if not (isinstance(self.source, str) and self.source and ":" not in self.source):
            found.append(_problem("SIMULATION_SOURCE", "source", self.source, "Use a name without a colon."))
        found += [
            _problem("SIMULATION_PART", "parts", part, near_miss(str(part), PARTS) or f"Known are {', '.join(PARTS)}.")
            for part in self.parts
            if part not in PARTS
        ]
        if not isinstance(self.start, date) or not 1971 <= self.start.year <= 2150:
            found.append(_problem("SIMULATION_START", "start", self.start, "Use a day from 1971 to 2150."))
        return found


def _problem(code: str, name: str, value: object, next_step: str) -> Problem:
    return Problem(code, f"The {name} of the simulated company cannot be used", name, shorten(value), next_step)
