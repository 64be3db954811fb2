"""Which two attributes, drawn against each other, tell the segments apart best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.plane.moments import Moments
from segmentry.terms.numbers import NotEstimable

REDUNDANT = 0.95
"""Correlation from which on two attributes say nearly the same."""

_COLLINEAR = 1e-9


@dataclass(frozen=True, slots=True)
class AttributePair:
    """Two attributes and how well they separate the segments together.

    Attributes:
        first: The one that separates better alone.
        second: The other one.
        separation: Share of the pair's variance, all directions of the plane alike, that lies between segments:
            Pillai's trace over min(2, segments - 1), from 0 to 1.
        wilks: Wilks' lambda, the share of generalized variance inside segments; small is good.
        separation_first: Share of variance between segments (eta squared) of the first alone.
        separation_second: The same of the second alone.
        correlation: Of the two, over all customers.
    """

    first: str
    second: str
    separation: float
    wilks: float
    separation_first: float
    separation_second: float
    correlation: float

    @property
    def redundant(self) -> bool:
        """Whether the two say nearly the same, so that one of them would do."""
        return abs(self.correlation) >= REDUNDANT


def rank_attribute_pairs(
    columns: Mapping[str, ArrayLike], labels: ArrayLike
) -> tuple[AttributePair, ...] | NotEstimable:
    """Every pair of attributes, the pair that separates the segments best first.

    Args:
        columns: Attribute name to values, as prepared for drawing, each of shape (n,).
        labels: Segment of each row, shape (n,).

    Returns:
        All p (p - 1) / 2 pairs; ties by name. Not estimable with fewer than two segments.

    Raises:
        EstimationError: Wrong arrays, constant attributes or fewer than two, all at once.
    """
    return pairs_from_moments(Moments.of(columns, labels))


def pairs_from_moments(moments: Moments) -> tuple[AttributePair, ...] | NotEstimable:
    """As `rank_attribute_pairs`, from counts, means and scatter by segment.

    The measure is Pillai's trace V = tr(T^-1 B) of the pair over its largest possible value (Olson 1976): the mean
    squared canonical correlation of the plane with the segments. Unlike Wilks' lambda it is not satisfied by one good
    attribute beside any other: both directions of the plane must separate. It depends neither on units nor on how
    strongly the two correlate.
    """
    moments.require_varying("rank_attribute_pairs")
    if len(moments.segments) < 2:
        return NotEstimable("there is one segment only, so nothing is to be told apart")
    between, total = moments.between, moments.total
    alone = np.clip(np.diag(between) / np.diag(total), 0.0, 1.0)
    rows, columns = np.triu_indices(len(moments.names), 1)
    scale = np.sqrt(np.diag(total))
    correlation = np.clip((total / np.outer(scale, scale))[rows, columns], -1.0, 1.0)
    shared = (between / np.outer(scale, scale))[rows, columns]
    pillai, wilks = _pair_traces(alone[rows], alone[columns], shared, correlation)
    separation = pillai / min(2, len(moments.segments) - 1)
    pairs = [
        _pair(moments.names, alone, int(one), int(other), float(share), float(spread), float(link))
        for one, other, share, spread, link in zip(rows, columns, separation, wilks, correlation, strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-round(pair.separation, 9), pair.first, pair.second)))


def _pair_traces(
    one: FloatArray, other: FloatArray, shared: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Pillai's trace and Wilks' lambda of standardized pairs; of two that coincide, those of the first alone."""
    free = 1.0 - correlation**2
    alike = free <= _COLLINEAR
    room = np.where(alike, 1.0, free)
    pillai = np.where(alike, one, (one - 2.0 * correlation * shared + other) / room)
    inside = (1.0 - one) * (1.0 - other) - (correlation - shared) ** 2
    wilks = np.where(alike, 1.0 - one, inside / room)
    return np.clip(pillai, 0.0, 2.0), np.clip(wilks, 0.0, 1.0)


def _pair(
    names: tuple[str, ...], alone: FloatArray, one: int, other: int, separation: float, wilks: float, link: float
) -> AttributePair:
    ordered = sorted((one, other), key=lambda place: (-round(float(alone[place]), 9), names[place]))
    first, second = ordered
    return AttributePair(
        names[first], names[second], min(separation, 1.0), wilks, float(alone[first]), float(alone[second]), link
    )
