"""Attributes that follow from others inside tasks: what the others tell already, nobody can learn twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentry.science.inputs import FloatArray

_SAME = 1e-9
Weights = tuple[str, int, int]
"""Name of an attribute, place of its first weight, and how many it has."""


def following(spread: FloatArray, attributes: Sequence[Weights], kept: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Attributes to leave out until none follows from the others, each with the one that tells the same.

    First those that follow from the others whole, the last first, then those that follow from them in part.

    Args:
        spread: Products of the weights within tasks, added up, shape (weights, weights).
        attributes: The attributes in order.
        kept: Those that are left out only if nothing else helps.

    Returns:
        Each with the name of another one from which it follows alone; empty where it takes several.
    """
    scale = np.sqrt(np.maximum(np.diag(spread), 0.0))
    told = spread / np.outer(np.where(scale > 0, scale, 1.0), np.where(scale > 0, scale, 1.0))
    left, found = list(attributes), []
    while len(left) > 1 and _rank(told, left) < sum(width for _, _, width in left):
        last_first = left[::-1]
        ordered = [
            *(each for each in last_first if each[0] not in kept),
            *(each for each in last_first if each[0] in kept),
        ]
        out = next((each for each in ordered if _follows(told, each, _without(left, each))), None)
        if out is None:
            out = next((each for each in ordered if _adds(told, each, _without(left, each)) < each[2]), ordered[0])
        left = _without(left, out)
        found.append((out[0], next((each[0] for each in left if _follows(told, out, [each])), "")))
    return tuple(found)


def _without(attributes: Sequence[Weights], out: Weights) -> list[Weights]:
    return [each for each in attributes if each != out]


def _follows(told: FloatArray, one: Weights, others: Sequence[Weights]) -> bool:
    return _adds(told, one, others) == 0


def _adds(told: FloatArray, one: Weights, others: Sequence[Weights]) -> int:
    return _rank(told, [*others, one]) - _rank(told, others)


def _rank(told: FloatArray, attributes: Sequence[Weights]) -> int:
    places = [at + step for _, at, width in attributes for step in range(width)]
    return int(np.linalg.matrix_rank(told[np.ix_(places, places)], tol=_SAME * max(len(places), 1), hermitian=True))
