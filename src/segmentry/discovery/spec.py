"""What may be asked of discovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class RfmSpec(Spec):
    """Scores of recency, frequency and monetary value, and the segments laid over them.

    Attributes:
        as_of: Instant (UTC) for which scores hold.
        bins: Number of scores per measure, five by custom.
        unit: Currency of the amounts, for descriptions.
    """

    as_of: datetime
    bins: int = 5
    unit: str = ""
