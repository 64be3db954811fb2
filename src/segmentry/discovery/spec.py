"""What may be asked of discovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True)
class DiscoverSpec(Spec):
    """Segments found in data, for one study.

    Attributes:
        as_of: Instant (UTC) for which they hold.
        study: The study, as plain values; see `segmentry.terms.study.Study`.
        unit: Currency of the amounts, for descriptions.
        pairs: Bootstrap pairs per number of segments.
        starts: Random starts of each solution.
        stability_sample: Customers that stability is judged on.
        extraction_sample: Customers that segments are extracted from; all are then assigned.
        random_state: Seed of every random draw.
    """

    as_of: datetime
    study: dict[str, Any]
    unit: str = ""
    pairs: int = 100
    starts: int = 100
    stability_sample: int = 2_500
    extraction_sample: int = 50_000
    random_state: int = 0
