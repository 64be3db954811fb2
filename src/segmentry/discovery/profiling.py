"""What is typical of each found segment, and which descriptors go with the segmentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmentry.discovery.variables import Variable
from segmentry.science.effects import (
    Effect,
    group_moments,
    holm,
    marker_variables,
    metric_effect,
    mid_ranks,
    nominal_effect,
    standardized_differences,
)
from segmentry.science.inputs import FloatArray, IntArray

MOST_LEVELS = 30
"""So many levels of a text are told apart; rarer ones count together."""

FEWEST_KNOWN = 30
"""Fewer known values than these describe nothing."""

ANOTHER_WORD = 0.9
"""Rank correlation from which a descriptor is another word for a variable that made the segments: it differs between
them by construction, as that variable does, and a test of it proves nothing."""


@dataclass(frozen=True)
class Profile:
    """Typical values per segment.

    Attributes:
        means: Shape (segments, variables), in the traits' units.
        medians: The same of medians.
        base_means: Shape (variables,).
        base_medians: Shape (variables,).
        differences: Distances from the base as prepared, in standard deviations, shape (segments, variables).
        markers: Which variable marks which segment.
    """

    means: FloatArray
    medians: FloatArray
    base_means: FloatArray
    base_medians: FloatArray
    differences: FloatArray
    markers: np.ndarray[Any, np.dtype[np.bool_]]


def profile(values: FloatArray, prepared: FloatArray, labels: IntArray, number: int) -> Profile:
    """Profile segments by the variables that made them.

    Args:
        values: In the traits' units, shape (n, variables); NaN for unknown.
        prepared: As distances were measured, shape (n, variables).
        labels: Segment of each customer, shape (n,).
        number: Number of segments.
    """
    _, means, _ = group_moments(values, labels, number)
    _, prepared_means, _ = group_moments(prepared, labels, number)
    base, deviations = prepared.mean(axis=0), prepared.std(axis=0)
    binary = np.array([set(np.unique(column[~np.isnan(column)])) <= {0.0, 1.0} for column in values.T])
    differences = standardized_differences(prepared_means, base, deviations)
    markers = marker_variables(
        np.where(binary, means, prepared_means), np.where(binary, np.nanmean(values, axis=0), base), deviations, binary
    )
    medians = np.array([_medians(values[labels == place]) for place in range(number)])
    return Profile(means, medians, np.nanmean(values, axis=0), _medians(values), differences, markers)


def profile_rows(
    segmentation: str, ids: Sequence[str], variables: Sequence[Variable], found: Profile
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_PROFILES`; variables that behave alike stand together."""
    positions = _like_together(found.differences)
    return [
        {
            "segmentation": segmentation,
            "segment_id": segment,
            "variable": variable.name,
            "role": "segmentation",
            "position": int(positions[column]),
            "mean": _or_none(found.means[row, column]),
            "median": _or_none(found.medians[row, column]),
            "base_mean": _or_none(found.base_means[column]),
            "base_median": _or_none(found.base_medians[column]),
            "difference": float(found.differences[row, column]),
            "marker": bool(found.markers[row, column]),
        }
        for row, segment in enumerate(ids)
        for column, variable in enumerate(variables)
    ]


def descriptor_rows(
    segmentation: str, numbers: Mapping[str, FloatArray], texts: Mapping[str, Sequence[str | None]], labels: IntArray
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_DESCRIPTORS`, the strongest effect first, tests corrected together.

    Args:
        segmentation: Name of the segmentation.
        numbers: Descriptors that are numbers, each of shape (n,).
        texts: Descriptors that are names, each of shape (n,).
        labels: Segment of each customer, shape (n,).
    """
    effects: dict[str, Effect] = {}
    for name, values in numbers.items():
        effects[name] = metric_effect(values, labels)
    for name, levels in texts.items():
        effects[name] = nominal_effect(_crossed(levels, labels))
    kept = {name: effect for name, effect in effects.items() if effect.rows >= FEWEST_KNOWN and effect.degrees > 0}
    corrected = holm([effect.p for effect in kept.values()])
    rows = [
        {
            "segmentation": segmentation,
            "variable": name,
            "effect": effect.name,
            "size": effect.size,
            "p": effect.p,
            "p_corrected": float(p),
            "customers": effect.rows,
        }
        for (name, effect), p in zip(kept.items(), corrected, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row["size"], row["variable"]))


def other_words(numbers: Mapping[str, FloatArray], values: FloatArray) -> set[str]:
    """Descriptors that rank customers as a variable does which made the segments.

    Args:
        numbers: Descriptors that are numbers, each of shape (n,), NaN for unknown.
        values: The variables that made the segments, shape (n, variables), NaN for unknown.
    """
    return {
        name
        for name, descriptor in numbers.items()
        if any(abs(_rank_correlation(descriptor, variable)) >= ANOTHER_WORD for variable in values.T)
    }


def _rank_correlation(left: FloatArray, right: FloatArray) -> float:
    known = ~np.isnan(left) & ~np.isnan(right)
    if known.sum() < FEWEST_KNOWN or not (np.ptp(left[known]) > 0 and np.ptp(right[known]) > 0):
        return 0.0
    return float(np.corrcoef(mid_ranks(left[known]), mid_ranks(right[known]))[0, 1])


def _crossed(levels: Sequence[str | None], labels: IntArray) -> FloatArray:
    """Counts of shape (levels, segments), unknown left out, rare levels together."""
    texts = np.array(["" if each is None else str(each) for each in levels], dtype=object).astype(str)
    known = np.array([each is not None for each in levels])
    names, codes, counts = np.unique(texts[known], return_inverse=True, return_counts=True)
    rank = np.empty(names.size, dtype=np.int64)
    rank[np.lexsort((names, -counts))] = np.arange(names.size)
    rows = np.minimum(rank, MOST_LEVELS - 1)[codes] if names.size else codes
    number = int(labels.max()) + 1 if labels.size else 1
    flat = np.bincount(rows * number + labels[known], minlength=MOST_LEVELS * number)
    return flat.reshape(MOST_LEVELS, number).astype(float)


def _like_together(differences: FloatArray) -> IntArray:
    """Positions of the variables in the order of an average-linkage tree (Dolnicar, Grün & Leisch 2018, step 6)."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    number = differences.shape[1]
    if number < 3:
        return np.arange(number)
    positions = np.empty(number, dtype=np.int64)
    positions[leaves_list(linkage(differences.T, "average"))] = np.arange(number)
    return positions


def _medians(values: FloatArray) -> FloatArray:
    """Medians of known values, NaN where there are none; shape (variables,)."""
    return np.array(
        [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else np.nan for column in values.T]
    )


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
