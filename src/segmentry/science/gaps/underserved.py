"""Underserved segments: important to them, and badly satisfied; held against the gaps of a map."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

Band = Literal["served", "underserved", "strong", "extreme"]
"""Bands of the opportunity score: above 10 underserved, above 12 strong, above 15 extreme (Ulwick 2005)."""

_CUTS: tuple[tuple[float, Band], ...] = ((15.0, "extreme"), (12.0, "strong"), (10.0, "underserved"))
_TOP_BOX = 4.0


@dataclass(frozen=True, slots=True)
class UnderservedSegment:
    """Both signs that a segment is underserved, side by side.

    Attributes:
        segment: The segment.
        opportunity: Its largest opportunity score over needs; None where no answers are known.
        band: What that score says; None likewise.
        gap: Whether a gap of the map lies in its demand; None where gaps could not be told.
        verdict: ``underserved`` where both say so, ``served`` where neither does, ``signs differ`` where they disagree,
            ``one sign only`` where one of them is not known, ``unknown`` where neither is.
    """

    segment: str
    opportunity: float | None
    band: Band | None
    gap: bool | None
    verdict: str


def opportunity_score(importance: ArrayLike, satisfaction: ArrayLike) -> FloatArray:
    """Opportunity score of needs: importance + max(importance - satisfaction, 0), from 0 to 20 (Ulwick 2005).

    Args:
        importance: From 0 to 10, such as ten times the share of customers who call the need important, shape (n,).
        satisfaction: From 0 to 10, likewise, shape (n,).

    Returns:
        Scores, shape (n,).

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    inputs = Inputs("opportunity_score", {"importance": importance, "satisfaction": satisfaction})
    for name in ("importance", "satisfaction"):
        inside = (inputs[name] >= 0) & (inputs[name] <= 10)
        inputs.require(name, inside, "VALUE_OUT_OF_RANGE", f"{name} lies from 0 to 10.", "Rescale it.")
    inputs.raise_problems()
    return inputs["importance"] + np.maximum(inputs["importance"] - inputs["satisfaction"], 0.0)


def top_box(ratings: ArrayLike, cut: float = _TOP_BOX) -> float | NotEstimable:
    """Ten times the share of ratings at or above ``cut``: how Ulwick turns answers from 1 to 5 into a scale to 10.

    Args:
        ratings: Answers; NaN where a customer gave none, shape (n,).
        cut: The smallest answer that counts, 4 of 5.
    """
    answers = np.asarray(ratings, dtype=np.float64)
    known = answers[~np.isnan(answers)]
    return float(10.0 * (known >= cut).mean()) if known.size else NotEstimable("nobody answered")


def opportunity_band(score: float) -> Band:
    """The band of an opportunity score.

    Args:
        score: From 0 to 20.
    """
    return next((band for cut, band in _CUTS if score > cut), "served")


def judge_underserved(
    segments: Sequence[str],
    opportunities: Sequence[float | None],
    segments_with_gap: Collection[str] | NotEstimable,
) -> tuple[UnderservedSegment, ...]:
    """Answers about needs and gaps of the map, which must agree before a segment is called underserved.

    Args:
        segments: The segments, length g.
        opportunities: Largest opportunity score of each, None where no answers are known, length g.
        segments_with_gap: Segments in whose demand a gap was claimed, or why gaps could not be told.

    Raises:
        EstimationError: The lengths differ.
    """
    if len(segments) != len(opportunities):
        given = f"{len(segments)} segments, {len(opportunities)} scores"
        where, next_step = "judge_underserved, opportunities", "Give one score or None for each segment."
        raise EstimationError(Problem("LENGTH_MISMATCH", "The lengths differ.", where, given, next_step))
    held = None if isinstance(segments_with_gap, NotEstimable) else set(segments_with_gap)
    found = []
    for segment, score in zip(segments, opportunities, strict=True):
        gap = None if held is None else segment in held
        band = None if score is None else opportunity_band(score)
        needs = None if band is None else band != "served"
        found.append(UnderservedSegment(segment, score, band, gap, _verdict(needs, gap)))
    return tuple(found)


def _verdict(needs: bool | None, gap: bool | None) -> str:
    if needs is None and gap is None:
        return "unknown"
    if needs is None or gap is None:
        return "one sign only"
    if needs != gap:
        return "signs differ"
    return "underserved" if needs else "served"
