"""One k-means fit on all rows, however many: full passes in blocks, without a copy of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray

BLOCK = 8192
EXACT_ROWS, NEARLY = 100_000, 1e-6


@dataclass(frozen=True)
class FullFit:
    """A fit on all rows.

    Attributes:
        centers: In the units of the rows, shape (k, p).
        labels: Nearest center of each row, shape (n,).
        objective: Weighted sum of squared distances to them.
        passes: Passes made until nothing improved, or as many as allowed.
        converged: Whether nothing improved any more, or by no more than 1e-6 of the objective above 100,000 rows.
    """

    centers: FloatArray
    labels: NDArray[np.int32]
    objective: float
    passes: int
    converged: bool


def full_fit(
    rows: NDArray[Any], weights: FloatArray | None, centers: FloatArray, most_passes: int, center: FloatArray
) -> FullFit:
    """Lloyd's passes over all rows, starting from given centers.

    Args:
        rows: Shape (n, p), float32 or float64: distances are taken in this precision, sums in double.
        weights: Shape (n,), or None for 1 each.
        centers: Starting centers, shape (k, p).
        most_passes: Passes allowed.
        center: A point amid the rows, shape (p,), from which all is measured, so that no digits are lost far from 0.

    Returns:
        The fit; its labels and objective belong to its centers.
    """
    here = centers - center
    enough = 0.0 if len(rows) <= EXACT_ROWS else NEARLY
    previous = np.inf
    made, converged = 0, False
    while made < most_passes and not converged:
        made += 1
        labels, objective, sums, mass = assign_all(rows, weights, here, center)
        moved = np.divide(sums, mass[:, None], out=here.copy(), where=mass[:, None] > 0)
        converged = bool((moved == here).all()) or previous - objective <= enough * objective
        previous, here = objective, moved
    labels, objective, _, _ = assign_all(rows, weights, here, center)
    return FullFit(here + center, labels, objective, made, converged)


def assign_all(
    rows: NDArray[Any], weights: FloatArray | None, centers: FloatArray, center: FloatArray
) -> tuple[NDArray[np.int32], float, FloatArray, FloatArray]:
    """Nearest center of each row, the objective, and weighted sums and weights by segment.

    Args:
        rows: Shape (n, p).
        weights: Shape (n,), or None.
        centers: Relative to ``center``, shape (k, p).
        center: Shape (p,).

    Returns:
        Labels (n,), objective, sums of rows relative to ``center`` (k, p), weights (k,).
    """
    n, p = rows.shape
    k = len(centers)
    labels = np.empty(n, np.int32)
    totals, objective = np.zeros((k, p + 1)), 0.0
    plan = centers.astype(rows.dtype)
    lengths = ((centers * centers).sum(axis=1) / 2).astype(rows.dtype)[:, None]
    shift = center.astype(rows.dtype)
    for start in range(0, n, BLOCK):
        block = rows[start : start + BLOCK] - shift
        weight = np.ones(len(block)) if weights is None else weights[start : start + BLOCK]
        label, least = _nearest(plan, lengths, block)
        labels[start : start + BLOCK] = label
        away = 2 * least.astype(np.float64) + np.einsum("ij,ij->i", block, block, dtype=np.float64)
        objective += float((away * weight).sum())
        totals += _sums(block, weight, label, k)
    return labels, max(objective, 0.0), totals[:, :-1], totals[:, -1]


def _nearest(plan: NDArray[Any], lengths: NDArray[Any], block: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[Any]]:
    distances = lengths - plan @ block.T
    least = distances[0].copy()
    label = np.zeros(least.size, np.uint8)
    for j, candidate in enumerate(distances[1:], start=1):
        nearer = candidate < least
        np.minimum(least, candidate, out=least)
        np.maximum(label, nearer.view(np.uint8) * np.uint8(j), out=label)
    return label.astype(np.int32), least


def _sums(block: NDArray[Any], weight: FloatArray, label: NDArray[np.int32], k: int) -> FloatArray:
    """Weighted sums of the rows by label, and of the weights last, shape (k, p + 1): see ``weighted_sums``."""
    from scipy.sparse import csc_array

    size = len(label)
    chosen: Any = csc_array((k, size), dtype=np.float64)
    chosen.indices, chosen.data, chosen.indptr = label, weight, np.arange(size + 1, dtype=np.int32)
    columns = np.empty((size, block.shape[1] + 1))
    columns[:, :-1], columns[:, -1] = block, 1.0
    return np.asarray(chosen @ columns)


def exact_objective(rows: NDArray[Any], weights: FloatArray | None, centers: FloatArray, labels: NDArray[Any]) -> float:
    """Weighted sum of squared distances of rows from the centers of their labels, in double precision."""
    total = 0.0
    for start in range(0, len(rows), BLOCK):
        off = rows[start : start + BLOCK].astype(np.float64) - centers[labels[start : start + BLOCK]]
        squares = np.einsum("ij,ij->i", off, off)
        total += float(squares.sum() if weights is None else squares @ weights[start : start + BLOCK])
    return total
