"""What may be asked of strategy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class StrategySpec(Spec):
    """A strategy for every segment of one segmentation.

    Attributes:
        as_of: Instant (UTC) for which it holds.
        segmentation: Name of the segmentation.
        study: The study, as plain values: objective, costs, review date.
        unit: Currency of the amounts.
        horizon_months: Months over which value is expected.
    """

    as_of: datetime
    segmentation: str
    study: dict[str, Any]
    unit: str = "currency units"
    horizon_months: int = 12
