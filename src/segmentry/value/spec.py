"""What may be asked of value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from segmentry.terms.artifacts import Spec

WEEK = 7.0
"""Days of the unit in which purchase models are fitted and reported."""

MONTH = 365.25 / 12
"""Days of a month of the horizon."""


@dataclass(frozen=True)
class ValueSpec(Spec):
    """The value of customers at an instant, over a horizon.

    Attributes:
        as_of: Instant (UTC) for which values hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; None where no source tells one.
        horizon_months: Length of the future, in months of 30.4375 days.
        annual_discount: Compound discount rate of a year, 0.1 for ten percent.
        margin_rate: Margin as a share of net revenue; None to learn it from the costs of the lines, if they tell.
        model: ``auto`` to let the data choose, or the name of one purchase model.
        level: Coverage of intervals.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    horizon_months: int = 12
    annual_discount: float = 0.10
    margin_rate: float | None = None
    model: Literal["auto", "BG/NBD", "MBG/NBD", "Pareto/NBD"] = "auto"
    level: float = 0.95

    @property
    def horizon_weeks(self) -> float:
        """The horizon in weeks."""
        return weeks_of(self.horizon_months)

    @property
    def weekly_discount(self) -> float:
        """The discount rate of a week that compounds to the annual one over 52.18 weeks."""
        return discount_of_week(self.annual_discount)

    @property
    def unit(self) -> str:
        """What amounts are counted in."""
        return self.currency or "currency units"


def weeks_of(months: float) -> float:
    """Weeks of a horizon given in months."""
    return months * MONTH / WEEK


def discount_of_week(annual: float) -> float:
    """The discount rate of a week that compounds to ``annual`` over 52.18 weeks."""
    return float((1.0 + annual) ** (WEEK / 365.25) - 1.0)
