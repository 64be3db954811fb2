"""Ways out of optima where Lloyd's passes stand still: moving single points, and putting one center elsewhere.

A point of weight w moves from segment a to b when n_a w / (n_a - w) d_a^2 > n_b w / (n_b + w) d_b^2; the objective
falls by the difference.

Source: Hartigan & Wong (1979), Algorithm AS 136; Telgarsky & Vattani (2010), Hartigan's method.
"""

from __future__ import annotations

import numpy as np

from segmentry.science.batched import NEAR, SAME, Batch, lloyd
from segmentry.science.inputs import FloatArray

MOST_MOVES = 200
MOST_ROUNDS = 6
SWAPS = 48
HOPEFUL, PATIENCE = 4, 2


def improve_by_transfers(batch: Batch, centers: FloatArray) -> tuple[FloatArray, float]:
    """Move the most profitable point, again and again, until no single move helps.

    Args:
        batch: The points, n of them.
        centers: Scaled centers at an optimum of Lloyd's, shape (k, p).

    Returns:
        Centers of an optimum that no single move betters, shape (k, p), and its objective in scaled units.
    """
    rows, counts = batch.points.rows, batch.points.counts
    labels = _distances(batch, centers).argmin(axis=1)
    sums = np.zeros_like(centers)
    np.add.at(sums, labels, rows * counts[:, None])
    mass = np.bincount(labels, counts, len(centers)).astype(np.float64)
    least = 1e-12 * batch.points.total
    for _ in range(MOST_MOVES):
        distances = _distances(batch, sums / np.maximum(mass, 1e-300)[:, None])
        point, there, gain = _best_move(distances, labels, mass, counts)
        if gain <= least:
            break
        moved = rows[point] * counts[point]
        sums[labels[point]] -= moved
        sums[there] += moved
        mass[labels[point]] -= counts[point]
        mass[there] += counts[point]
        labels[point] = there
    means = sums / np.maximum(mass, 1e-300)[:, None]
    return means, batch.points.total - float((mass * (means * means).sum(axis=1)).sum())


def improve_by_swaps(
    batch: Batch, centers: FloatArray, objective: float, random: np.random.Generator
) -> tuple[FloatArray, float]:
    """Put one center elsewhere and follow Lloyd's passes, many such swaps at once, as long as a round betters the fit.

    Args:
        batch: The points, n of them.
        centers: Scaled centers of the best optimum so far, shape (k, p).
        objective: Its objective in scaled units.
        random: Source of chance.

    Returns:
        The best centers found, shape (k, p), and their objective.

    Source: Fränti (2018), Efficiency of random swap clustering, Journal of Big Data 5(13).
    """
    k, in_vain = len(centers), 0
    for _ in range(MOST_ROUNDS if k > 2 else 0):
        tried = np.repeat(centers[None], SWAPS, axis=0)
        tried[np.arange(SWAPS), np.arange(SWAPS) % k] = batch.points.rows[_spread(batch, centers, random)]
        fits = lloyd(batch, batch.counts, tried, NEAR)
        hopeful = np.argsort(fits.objective, kind="stable")[:HOPEFUL]
        moved, reached = min((improve_by_transfers(batch, fits.centers[i]) for i in hopeful), key=lambda one: one[1])
        if reached < objective * (1 - SAME):
            centers, objective, in_vain = moved, reached, 0
        elif (in_vain := in_vain + 1) == PATIENCE:
            break
    return centers, objective


def _spread(
    batch: Batch, centers: FloatArray, random: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Points drawn in proportion to their share of the objective."""
    mass = np.cumsum(batch.points.counts * np.maximum(_distances(batch, centers).min(axis=1), 0))
    return np.asarray(np.minimum(np.searchsorted(mass, random.random(SWAPS) * mass[-1]), batch.n - 1))


def _distances(batch: Batch, centers: FloatArray) -> FloatArray:
    products = batch.points.rows @ centers.T
    return np.asarray(batch.squares[:, None] - 2 * products + (centers * centers).sum(axis=1))


def _best_move(
    distances: FloatArray, labels: np.ndarray[tuple[int], np.dtype[np.int64]], mass: FloatArray, counts: FloatArray
) -> tuple[int, int, float]:
    """The point, its new segment, and how far the objective falls."""
    places = np.arange(labels.size)
    left = mass[labels] - counts
    leave = np.divide(mass[labels] * counts, left, out=np.zeros_like(left), where=left > 1e-9 * counts)
    saved = leave * distances[places, labels]
    join = distances * (mass * counts[:, None] / (mass + counts[:, None]))
    join[places, labels] = np.inf
    gains = saved - join.min(axis=1)
    point = int(np.argmax(gains))
    return point, int(join[point].argmin()), float(gains[point])
