"""Two versions of a segmentation side by side, and a segmentation against the lines of business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from segmentry.science.effect_intervals import cramers_v
from segmentry.science.inputs import FloatArray
from segmentry.science.stability import adjusted_rand
from segmentry.science.transitions import match_segments
from segmentry.terms.numbers import Estimate, NotEstimable, as_json

FEWEST_SHARED = 20
"""Customers in both versions below which agreement is not told."""

FIGURES = ("customers", "value", "slsw")
Row = Mapping[str, Any]


def compared(before: Sequence[Row], after: Sequence[Row], counts: FloatArray) -> dict[str, Any]:
    """Agreement, overlap and what became of each segment.

    Args:
        before: Segments of the one version (rows of ``study_versions``).
        after: Segments of the other.
        counts: Customers in both, shape (before, after).
    """
    shared = float(counts.sum())
    overlap = [
        {"before": one["segment_id"], "after": other["segment_id"], "customers": int(counts[row, column])}
        for row, one in enumerate(before)
        for column, other in enumerate(after)
        if counts[row, column]
    ]
    return {
        "shared_customers": int(shared),
        "adjusted_rand": _agreement(counts),
        "overlap": overlap,
        "segments": _changes(before, after, counts),
    }


def _agreement(counts: FloatArray) -> float | NotEstimable:
    if counts.sum() < FEWEST_SHARED:
        return NotEstimable(f"{int(counts.sum())} customers are in both, {FEWEST_SHARED} are needed")
    cells = np.argwhere(counts > 0)
    times = counts[counts > 0].astype(np.int64)
    return float(adjusted_rand(np.repeat(cells[:, 0], times), np.repeat(cells[:, 1], times)))


def _changes(before: Sequence[Row], after: Sequence[Row], counts: FloatArray) -> list[dict[str, Any]]:
    """What happened to each segment, with figures of both versions."""
    if not counts.sum():
        return []
    found = []
    for event in match_segments(counts):
        old, new = [before[place] for place in event.old], [after[place] for place in event.new]
        pair = (old[0], new[0]) if len(old) == len(new) == 1 else None
        found.append(
            {
                "event": event.event,
                "before": [row["segment_id"] for row in old],
                "after": [row["segment_id"] for row in new],
                "names": [row["name"] for row in (*old, *new)],
                "jaccard": event.overlap,
                "changes": None if pair is None else {name: _change(*pair, name) for name in FIGURES},
            }
        )
    return found


def _change(before: Row, after: Row, name: str) -> dict[str, Any]:
    return {"before": before[name], "after": after[name]}


def crossed(rows: Sequence[Row], segments: Sequence[str], lines: Sequence[str]) -> dict[str, Any]:
    """Segments against lines of business: counts, shares, and Cramér's V with its interval.

    Args:
        rows: ``segment_id``, ``line`` and ``customers`` for each cell that has any.
        segments: Ids of the segments, in order.
        lines: Lines of business, in order.
    """
    counts = np.zeros((len(segments), len(lines)))
    for row in rows:
        counts[segments.index(row["segment_id"]), lines.index(row["line"])] = row["customers"]
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    base = counts.sum(axis=0) / max(counts.sum(), 1.0)
    index = np.divide(100.0 * counts / totals, base, out=np.full_like(counts, np.nan), where=base > 0)
    told: dict[str, Any] = as_json(
        {
            "segments": list(segments),
            "lines": list(lines),
            "customers": counts.astype(int).tolist(),
            "share_of_segment": (counts / totals).round(6).tolist(),
            "index": index.round(3).tolist(),
            "cramers_v": _association(counts),
        }
    )
    return told


def _association(counts: FloatArray) -> Estimate | NotEstimable:
    if counts.sum() < FEWEST_SHARED:
        return NotEstimable("too few customers or lines to tell")
    return cramers_v(counts)
