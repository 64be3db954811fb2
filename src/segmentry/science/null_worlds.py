"""Null worlds: one cloud of the same size, margins and covariance as the data, in which no segments stand apart.

Margins keep their shape, skew and ties, with every dent between two bumps filled (unimodal regression); dependence is
that of one Gaussian cloud (a copula) adjusted until the covariance is that of the data. Structure is what the data
have beyond such a cloud.

Sources: Hartigan & Hartigan (1985) for unimodality as the null; Cario & Nelson (1997), NORTA, for given margins and
correlations.
"""

from __future__ import annotations

import numpy as np

from segmentry.science.inputs import FloatArray, IntArray

ROUNDS = 6


class NullWorlds:
    """Draws worlds of one cloud each, like the data in size, margins and covariance.

    Args:
        rows: The data, shape (n, p).
        random: Source of chance.
    """

    def __init__(self, rows: FloatArray, random: np.random.Generator) -> None:
        self.n, self.p = rows.shape
        self.margins = np.stack([unimodal_margin(column) for column in rows.T], axis=1)
        self.root = self._root_of(rows, random)

    def draw(self, random: np.random.Generator) -> FloatArray:
        """One world, shape (n, p)."""
        return self._shaped(random.normal(size=(self.n, self.p)) @ self.root.T)

    def _shaped(self, latent: FloatArray) -> FloatArray:
        world = np.empty_like(latent)
        for j in range(self.p):
            world[np.argsort(latent[:, j]), j] = self.margins[:, j]
        return world

    def _root_of(self, rows: FloatArray, random: np.random.Generator) -> FloatArray:
        """A root of the latent correlation under which the margins show the correlation of the data."""
        wanted = _correlation(rows)
        latent = wanted.copy()
        noise = random.normal(size=(self.n, self.p))
        for _ in range(ROUNDS):
            root = _root(latent)
            latent = np.clip(latent + wanted - _correlation(self._shaped(noise @ root.T)), -0.999, 0.999)
            np.fill_diagonal(latent, 1.0)
        return _root(latent)


def _correlation(rows: FloatArray) -> FloatArray:
    if rows.shape[1] == 1:
        return np.ones((1, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.corrcoef(rows, rowvar=False)
    return np.where(np.isfinite(found), found, np.eye(rows.shape[1]))


def _root(correlation: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 1e-9))
    lengths: FloatArray = np.sqrt((root * root).sum(axis=1, keepdims=True))
    return np.asarray(root / lengths)


def unimodal_margin(values: FloatArray) -> FloatArray:
    """A sorted sample of the unimodal distribution nearest to that of ``values``, of the same size.

    Where values repeat (counts, scales, days) their chances are made unimodal in the order of the values; where they
    do not, the density over bins of equal width is.

    Args:
        values: Shape (n,).

    Returns:
        Sorted, shape (n,).
    """
    kinds, counts = np.unique(values, return_counts=True)
    if values.size >= 5 * kinds.size:
        return np.repeat(kinds, _whole(unimodal(counts.astype(np.float64)), values.size))
    bins = int(np.clip(np.sqrt(values.size), 5, 60))
    counts, edges = np.histogram(values, bins)
    sizes = _whole(unimodal(counts.astype(np.float64)), values.size)
    inside = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes if size])
    start, width = np.repeat(edges[:-1], sizes), np.repeat(np.diff(edges), sizes)
    return np.asarray(start + inside * width)


def _whole(mass: FloatArray, total: int) -> IntArray:
    """Whole sizes in proportion to ``mass`` that add up to ``total``."""
    heights = np.round(np.cumsum(mass) / mass.sum() * total).astype(np.int64)
    return np.asarray(np.diff(heights, prepend=0))


def unimodal(mass: FloatArray) -> FloatArray:
    """The unimodal sequence nearest to ``mass`` in squares: rising to some place, falling from it.

    Args:
        mass: Shape (m,).

    Returns:
        Shape (m,), with the same sum.
    """
    costs = _rising_costs(mass) + _rising_costs(mass[::-1])[::-1]
    peak = int(np.argmin(costs))
    return np.concatenate([_rising(mass[:peak]), _rising(mass[peak:][::-1])[::-1]])


def _pool(blocks: list[tuple[float, int]], value: float) -> None:
    """Add one value to a rising fit made of blocks (sum, size), pooling what would fall; in place."""
    total, size = value, 1
    while blocks and blocks[-1][0] * size > total * blocks[-1][1]:
        before, count = blocks.pop()
        total, size = total + before, size + count
    blocks.append((total, size))


def _rising_costs(mass: FloatArray) -> FloatArray:
    """Squared error of the best rising fit of every prefix, shape (m + 1,)."""
    blocks: list[tuple[float, int]] = []
    squares, costs = 0.0, [0.0]
    for value in mass.tolist():
        _pool(blocks, value)
        squares += value * value
        costs.append(squares - sum(total * total / size for total, size in blocks))
    return np.array(costs)


def _rising(mass: FloatArray) -> FloatArray:
    blocks: list[tuple[float, int]] = []
    for value in mass.tolist():
        _pool(blocks, value)
    return np.array([total / size for total, size in blocks for _ in range(size)])
