"""Many k-means fits at once: all starts, or all bootstrap samples, of one k as one batched Lloyd.

Fits differ in their weights (bootstrap samples are multiplicities of the same points) and in their starts only, so
distances of all points from all centers of all fits are one matrix product. Distances are single precision, sums
double: the search needs ranks, the answer needs digits.

Source: Lloyd (1982), Least squares quantization in PCM; Arthur & Vassilvitskii (2007), k-means++.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.points import Points

SmallArray = NDArray[np.uint8]
CHUNK_ENTRIES = 250_000
SAME = 1e-6
NEAR = 1e-5


class Batch:
    """Points laid out for batched fits; made once, read by many threads.

    Args:
        points: The distinct points.
    """

    def __init__(self, points: Points) -> None:
        self.points = points
        self.n, self.p = points.rows.shape
        ones = np.ones((self.n, 1))
        self.augmented = np.hstack([points.rows, ones])
        self.single = self.augmented.astype(np.float32)
        self.squares = (points.rows * points.rows).sum(axis=1)
        self.counts = points.counts[:, None]


@dataclass(frozen=True)
class Fits:
    """What a batch of fits ended in.

    Attributes:
        centers: Scaled centers, shape (fits, k, p).
        objective: Weighted sums of squared distances in scaled units, shape (fits,).
        iterations: Passes of the longest fit.
    """

    centers: FloatArray
    objective: FloatArray
    iterations: int

    @property
    def best(self) -> int:
        """The fit of the lowest objective."""
        return int(np.argmin(self.objective))

    def share_of_best(self, total: float, starts: int) -> float:
        """Share of the first ``starts`` fits that reach the best objective of all to 1e-6 relative.

        Args:
            total: Sum of squares of the points, which bounds what digits can tell.
            starts: Fits that came from starts; further ones do not count.

        Returns:
            From 0 to 1.
        """
        least = self.objective[self.best] * (1 + SAME) + 1e-13 * total
        return float((self.objective[:starts] <= least).mean())


def nearest(batch: Batch, centers: FloatArray) -> tuple[SmallArray, NDArray[np.float32]]:
    """The nearest center of every point in every fit.

    Args:
        batch: The points, n of them.
        centers: Scaled centers, shape (fits, k, p).

    Returns:
        Labels, shape (n, fits), the first of equally near ones; and half the squared distance less half the point's
        own squared length, shape (n, fits).
    """
    fits, k, _ = centers.shape
    plan = _center_matrix(centers)
    labels, least = np.zeros((batch.n, fits), np.uint8), np.empty((batch.n, fits), np.float32)
    chunk = max(1, CHUNK_ENTRIES // (fits * k))
    distances, nearer = np.empty((chunk, k * fits), np.float32), np.empty((chunk, fits), bool)
    for start in range(0, batch.n, chunk):
        rows = batch.single[start : start + chunk]
        size = len(rows)
        around, closer = distances[:size], nearer[:size]
        np.matmul(rows, plan, out=around)
        low, label = least[start : start + size], labels[start : start + size]
        low[:] = around[:, :fits]
        for j in range(1, k):
            candidate = around[:, j * fits : (j + 1) * fits]
            np.less(candidate, low, out=closer)
            np.minimum(low, candidate, out=low)
            np.maximum(label, closer.view(np.uint8) * np.uint8(j), out=label)
    return labels, least


def _center_matrix(centers: FloatArray) -> NDArray[np.float32]:
    fits, k, p = centers.shape
    lengths = (centers * centers).sum(axis=2) / 2
    plan = np.concatenate([-centers, lengths[:, :, None]], axis=2)
    return np.ascontiguousarray(plan.transpose(2, 1, 0).reshape(p + 1, k * fits), dtype=np.float32)


def plus_plus(batch: Batch, k: int, fits: int, random: np.random.Generator) -> FloatArray:
    """Starting centers by k-means++: each next one drawn in proportion to squared distance from those there are.

    Args:
        batch: The points.
        k: Centers per fit.
        fits: Number of starts.
        random: Source of chance.

    Returns:
        Scaled centers, shape (fits, k, p).
    """
    rows = batch.points.rows
    first = np.searchsorted(np.cumsum(batch.points.counts), random.random(fits) * batch.points.counts.sum())
    chosen = np.empty((fits, k), np.int64)
    chosen[:, 0] = np.minimum(first, batch.n - 1)
    least = np.full((batch.n, fits), np.inf, np.float32)
    squares = batch.squares[:, None].astype(np.float32)
    counts = batch.counts.astype(np.float32)
    for j in range(1, k):
        _, half = nearest(batch, rows[chosen[:, j - 1]][:, None, :])
        np.minimum(least, np.maximum(half * 2 + squares, 0), out=least)
        mass = np.cumsum(least * counts, axis=0, dtype=np.float64)
        drawn = (mass < random.random(fits) * mass[-1]).sum(axis=0)
        chosen[:, j] = np.minimum(drawn, batch.n - 1)
    return rows[chosen]


def lloyd(
    batch: Batch, weights: FloatArray, centers: FloatArray, tolerance: float = 1e-12, most_passes: int = 300
) -> Fits:
    """Move centers to the means of their points until nothing improves, all fits side by side.

    Args:
        batch: The points, n of them.
        weights: Weight of each point in each fit, shape (n, fits), or (n, 1) where all fits weigh alike.
        centers: Scaled starting centers, shape (fits, k, p).
        tolerance: A fit ends when a pass improves its objective by no more than this share of the total.
        most_passes: Passes after which a fit ends anyway.

    Returns:
        The fits, in the order of their starts.
    """
    centers = centers.copy()
    fits = len(centers)
    totals = np.broadcast_to(weights.T @ batch.squares, (fits,))
    objective = np.full(fits, np.inf)
    active, moving, passes = np.arange(fits), weights, 0
    while active.size and passes < most_passes:
        passes += 1
        moved, reached = _one_pass(batch, moving, centers[active], totals[active])
        going = objective[active] - reached > tolerance * totals[active]
        better = reached <= objective[active]
        centers[active[better]], objective[active[better]] = moved[better], reached[better]
        if not going.all():
            active = active[going]
            moving = weights if weights.shape[1] == 1 else np.ascontiguousarray(weights[:, active])
    return Fits(centers, objective, passes)


def _one_pass(
    batch: Batch, weights: FloatArray, centers: FloatArray, totals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means of the points nearest to each center, and the objective they reach."""
    labels, least = nearest(batch, centers)
    sums = weighted_sums(batch, labels, weights, centers.shape[1])
    mass = sums[:, :, -1]
    if not mass.all():
        _refill(batch, sums, weights, least)
        mass = sums[:, :, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(mass[:, :, None] > 0, sums[:, :, :-1] / mass[:, :, None], centers)
    kept = totals - (mass * (means * means).sum(axis=2)).sum(axis=1)
    return means, kept


def weighted_sums(batch: Batch, labels: SmallArray, weights: FloatArray, k: int) -> FloatArray:
    """Weighted sums of the points by fit and label, and the weights themselves last, shape (fits, k, p + 1).

    One product with a sparse matrix of one entry per point and fit: its cost does not grow with k.
    """
    n, fits = labels.shape
    # Filled part by part, because the constructor would check again what is right by construction, on every pass.
    chosen = copy(_empty(fits * k, n))
    chosen.indices = (labels + np.arange(0, fits * k, k, dtype=np.int32)).ravel()
    chosen.data = (weights if weights.shape[1] == fits else np.repeat(weights, fits, axis=1)).ravel()
    chosen.indptr = np.arange(0, n * fits + 1, fits, dtype=np.int32)
    sums: FloatArray = chosen @ batch.augmented
    return sums.reshape(fits, k, batch.p + 1)


@lru_cache(maxsize=4096)
def _empty(rows: int, columns: int) -> Any:
    """A sparse matrix without entries; to be copied, not filled."""
    from scipy.sparse import csc_array

    return csc_array((rows, columns), dtype=np.float64)


def _refill(batch: Batch, sums: FloatArray, weights: FloatArray, least: NDArray[np.float32]) -> None:
    """Give every empty segment the point that lies worst in its fit; in place."""
    for fit, empty in zip(*np.nonzero(sums[:, :, -1] == 0), strict=True):
        weight = weights[:, fit % weights.shape[1]]
        badness = np.where(weight > 0, 2 * least[:, fit] + batch.squares, -1.0)
        worst = int(np.argmax(badness))
        if badness[worst] > 0:
            sums[fit, empty] = weight[worst] * batch.augmented[worst]
            least[worst, fit] = -batch.squares[worst]


def many_starts(batch: Batch, k: int, starts: int, random: np.random.Generator, tolerance: float = 1e-12) -> Fits:
    """k-means from many k-means++ starts, each followed to its local optimum.

    Starts that have met on the way to the same optimum are followed once: the rest of their way is the same.

    Args:
        batch: The points.
        k: Segments.
        starts: Number of starts.
        random: Source of chance.
        tolerance: See ``lloyd``.

    Returns:
        One fit for each start.
    """
    centers = plus_plus(batch, k, starts, random)
    follow = np.arange(starts)
    passes = 0
    for legs in (8, 8, 16, 268):
        fits = lloyd(batch, batch.counts, centers, tolerance, legs)
        passes += fits.iterations
        first, same = same_fits(batch, fits)
        follow = same[follow]
        centers, objective = fits.centers[first], fits.objective[first]
    return Fits(centers[follow], objective[follow], passes)


def same_fits(batch: Batch, fits: Fits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One fit of each kind, and the kind of each fit; equal means equal sums that do not depend on label order."""
    direction = np.random.default_rng(11).normal(size=batch.p)
    along = fits.centers @ direction
    marks = np.stack([fits.objective, along.sum(axis=1), (along * along).sum(axis=1)], axis=1)
    _, first, same = np.unique(np.round(marks, 10), axis=0, return_index=True, return_inverse=True)
    return first, same.ravel()


def distinct_optima(batch: Batch, fits: Fits) -> FloatArray:
    """Centers of the different optima among the fits, best first, shape (optima, k, p)."""
    first, _ = same_fits(batch, fits)
    return fits.centers[first[np.argsort(fits.objective[first], kind="stable")]]


def refit(batch: Batch, weights: FloatArray, optima: FloatArray, tolerance: float = NEAR) -> Fits:
    """Fit every weighting of the points from the optimum that suits it best.

    A bootstrap sample's best optimum lies near one of the optima of the sample it was drawn from; the value of every
    optimum under every weighting is one matrix product, so each fit starts from the best of many starts.

    Args:
        batch: The points, n of them.
        weights: Weight of each point in each fit, shape (n, fits).
        optima: Different optima, shape (optima, k, p).
        tolerance: See ``lloyd``.

    Returns:
        One fit for each weighting.
    """
    _, least = nearest(batch, optima)
    values = weights.T.astype(np.float32) @ least
    return lloyd(batch, weights, optima[np.argmin(values, axis=1)], tolerance)


def bootstrap_weights(batch: Batch, samples: int, random: np.random.Generator) -> FloatArray:
    """Multiplicities of the points in bootstrap samples, shape (n, samples): as many draws as rows."""
    counts = batch.points.counts
    if (counts == np.floor(counts)).all():
        every = np.repeat(np.arange(batch.n), counts.astype(np.int64))
        drawn = every[random.integers(0, every.size, (every.size, samples))]
    else:
        heap = np.cumsum(counts)
        drawn = np.searchsorted(heap, random.random((max(1, round(heap[-1])), samples)) * heap[-1])
    codes = np.minimum(drawn, batch.n - 1) * samples + np.arange(samples)
    return np.bincount(codes.ravel(), minlength=batch.n * samples).reshape(batch.n, samples).astype(np.float64)
