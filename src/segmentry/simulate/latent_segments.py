"""The segments behind a simulated company: who they are, how they buy and what they cost to serve."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from segmentry.simulate.spec import CompanySpec

CATEGORIES = ("Home decor", "Kitchen", "Garden", "Stationery", "Toys", "Gifts", "Textiles", "Candles")
"""Product categories of every simulated company."""


@dataclass(frozen=True, slots=True)
class LatentSegment:
    """One latent segment; every number is a mean over its customers unless it says otherwise.

    Attributes:
        name: What a marketer would call it.
        share: Share of the customers.
        r: Shape of the gamma distribution of purchase rates.
        alpha: Its inverse scale, in days.
        a: First parameter of the beta distribution of dropout probabilities.
        b: Its second parameter.
        lines: Lines in an order.
        units: Units on a line.
        discount_share: Share of lines that are discounted.
        discount_depth: Discount on such a line, as a share of the list price.
        return_share: Share of lines that come back.
        contacts: Service contacts for each order.
        handling: Working minutes of one contact.
        season: Factor on the season's strength.
        response: Factor on the campaigns' effect.
        age: Center of the age bands, from 0 (youngest) to 5.
        income: Center of the income levels, from 0 (low) to 3.
        female: Share of women.
        business: Share that buys for a business.
        web: Share of orders on the web; the app has half of the rest.
        affinity: Weight of each of `CATEGORIES`.
    """

    name: str
    share: float
    r: float
    alpha: float
    a: float
    b: float
    lines: float
    units: float
    discount_share: float
    discount_depth: float
    return_share: float
    contacts: float
    handling: float
    season: float
    response: float
    age: float
    income: float
    female: float
    business: float
    web: float
    affinity: tuple[float, ...]

    @property
    def s(self) -> float:
        """Shape of the gamma distribution of dropout rates (``pareto``)."""
        return 1.2

    @property
    def beta(self) -> float:
        """Its inverse scale in days, so that mean purchases between joining and leaving stay what they are."""
        return self.s * self.alpha / self.r * (self.a + self.b) / self.a


CLOUD = LatentSegment(
    "everyone", 1.0, 0.9, 60.0, 0.9, 5.5, 3.0, 2.0, 0.35, 0.22, 0.08, 0.25, 9.0, 1.0, 1.0, 2.4, 1.5, 0.55, 0.05, 0.6,
    (1.0,) * 8,
)  # fmt: skip
"""The one cloud of a null world, and the point towards which ``separation`` below 1 draws every segment."""

ARCHETYPES = (
    LatentSegment(
        "loyal enthusiasts", 0.18, 1.6, 45.0, 0.8, 12.0, 3.6, 1.6, 0.18, 0.15, 0.04, 0.12, 7.0, 0.6, 0.8,
        2.9, 2.0, 0.62, 0.02, 0.45, (2.6, 1.2, 1.0, 0.5, 0.3, 0.6, 1.8, 1.5),
    ),
    LatentSegment(
        "bargain hunters", 0.24, 1.1, 60.0, 1.0, 5.0, 2.8, 1.7, 0.80, 0.30, 0.18, 0.35, 8.0, 1.0, 1.8,
        1.6, 0.8, 0.58, 0.02, 0.80, (0.8, 2.4, 0.7, 1.0, 1.2, 0.5, 1.8, 0.6),
    ),
    LatentSegment(
        "gift givers", 0.22, 0.9, 110.0, 0.9, 6.0, 2.2, 1.3, 0.25, 0.18, 0.07, 0.20, 8.0, 2.2, 1.2,
        3.4, 1.7, 0.66, 0.01, 0.60, (0.5, 0.4, 0.3, 1.4, 2.4, 3.2, 0.4, 1.6),
    ),
    LatentSegment(
        "one-and-done", 0.30, 0.35, 160.0, 1.3, 2.5, 1.6, 1.2, 0.45, 0.22, 0.12, 0.30, 9.0, 0.8, 0.4,
        1.3, 1.1, 0.50, 0.02, 0.75, (1.0, 0.8, 1.0, 0.9, 0.9, 1.3, 0.7, 1.0),
    ),
    LatentSegment(
        "business resellers", 0.06, 1.8, 50.0, 0.6, 14.0, 4.5, 7.0, 0.90, 0.40, 0.10, 1.40, 28.0, 0.4, 0.6,
        2.7, 2.3, 0.45, 0.85, 0.85, (1.4, 0.9, 1.6, 1.8, 0.6, 0.8, 0.7, 2.2),
    ),
)  # fmt: skip
"""Five segments that together look like a shop; further ones are variants of them."""

_GEOMETRIC = ("r", "alpha", "a", "b", "lines", "units", "handling", "contacts", "return_share")
DRIFTING = 1
"""Position of the segment that drifts (the bargain hunters)."""


def latent_segments(spec: CompanySpec) -> tuple[LatentSegment, ...]:
    """The segments of the company ``spec`` asks for, their shares adding up to 1."""
    if spec.segments == 1:
        return (CLOUD,)
    chosen = [_variant(number) for number in range(spec.segments)]
    total = sum(segment.share for segment in chosen)
    return tuple(replace(_drawn(segment, spec.separation), share=segment.share / total) for segment in chosen)


def drifted(segment: LatentSegment) -> LatentSegment:
    """The segment after the drift: its taste moves on by half of the categories."""
    return replace(segment, affinity=segment.affinity[4:] + segment.affinity[:4])


DRIFT_RATE = 0.55
"""Factor on the drifting segment's purchase rate in its last 90 days and ever after."""

DRIFT_DAYS = 90


def _variant(number: int) -> LatentSegment:
    segment, turn = ARCHETYPES[number % 5], number // 5
    if not turn:
        return segment
    turned = segment.affinity[-turn:] + segment.affinity[:-turn]
    return replace(
        segment,
        name=f"{segment.name} {turn + 1}",
        alpha=segment.alpha * 1.8**turn,
        units=1.0 + (segment.units - 1.0) * 0.5**turn,
        affinity=turned,
    )


def _drawn(segment: LatentSegment, separation: float) -> LatentSegment:
    """``segment`` moved towards the cloud: shapes and counts on the log scale, shares and centers on their own."""
    if separation == 1.0:
        return segment
    values: dict[str, float | tuple[float, ...]] = {}
    for field in fields(segment):
        mine, cloud = getattr(segment, field.name), getattr(CLOUD, field.name)
        if field.name in _GEOMETRIC:
            values[field.name] = math.exp(separation * math.log(mine) + (1 - separation) * math.log(cloud))
        elif field.name == "affinity":
            values["affinity"] = tuple(
                separation * one + (1 - separation) * other for one, other in zip(mine, cloud, strict=True)
            )
        elif field.name not in {"name", "share"}:
            values[field.name] = separation * mine + (1 - separation) * cloud
    return replace(segment, **values)  # type: ignore[arg-type]
