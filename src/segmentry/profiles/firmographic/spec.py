"""What may be asked of the firmographic basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

_DECLARED = {
    "euros_per": Declared("numbers by name", 1e-9, 1e9),
    "amount_units": Declared("numbers by name", 1e-9, 1e12),
    "consolidated": Declared("yes or no"),
    "industry_scheme": Declared("text"),
    "fast_growth": Declared("number", 0.01, 10.0),
    "least_staff": Declared("whole number", 1, 1000),
    "struggling_below": Declared("number", -1.0, 0.0),
}


@dataclass(frozen=True)
class FirmographicSpec(Spec):
    """Organizations as firms at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts.
        currency: ISO code of amounts that name none.
        euros_per: Euros for one unit of each currency, as pairs; size classes are limits in euros.
        amount_units: What one unit of revenue and balance stands for, by source: 1,000,000 where a source tells
            millions.
        consolidated: Whether the figures of the top of a group hold its members already.
        industry_scheme: Scheme and version of industry codes whose source tells none, such as ``NAICS 2022``.
        fast_growth: Yearly growth over three years from which a firm is fast-growing.
        least_staff: Staff at the begin of those years from which growth counts.
        struggling_below: Yearly growth up to which a firm is struggling.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    euros_per: tuple[tuple[str, float], ...] = ()
    amount_units: tuple[tuple[str, float], ...] = ()
    consolidated: bool = False
    industry_scheme: str | None = None
    fast_growth: float = 0.20
    least_staff: int = 10
    struggling_below: float = -0.05

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> FirmographicSpec:
        """The spec that section ``[firmographic]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        return cls(as_of, last_day, currency, **read_declared("firmographic", given, _DECLARED))
