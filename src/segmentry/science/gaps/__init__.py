"""Gaps in a market: where there is demand and no offer, found again in bootstrap samples.

Duty: tell absence of an offer from absence of demand, of data, or of map quality. Inputs: places of ideal points and
offers on a map, with the map's quality. Outputs: candidates with demand mass, nearest offers and recurrence.
"""

from segmentry.science.gaps.search import Gap, GapSearch, find_gaps
from segmentry.science.gaps.underserved import (
    UnderservedSegment,
    judge_underserved,
    opportunity_band,
    opportunity_score,
    top_box,
)

__all__ = [
    "Gap",
    "GapSearch",
    "UnderservedSegment",
    "find_gaps",
    "judge_underserved",
    "opportunity_band",
    "opportunity_score",
    "top_box",
]
