"""The grid of a search for gaps: demand, missing supply, and the hull of demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray, IntArray
from segmentry.terms.numbers import NotEstimable

BoolArray = NDArray[np.bool_]

MISSING = 0.5
"""Supply is missing where the chance that no offer reaches is at least this."""

PROMINENCE = 1.25
"""Demand concentrates at a peak that is this many times the saddle towards higher demand."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The grid, its kernels, and what does not change when customers are drawn anew."""

    x: FloatArray
    y: FloatArray
    bandwidth: tuple[float, float]
    missing: FloatArray
    inside: BoolArray
    kernels: tuple[FloatArray, FloatArray]
    ideals: FloatArray
    market: FloatArray
    strengths: FloatArray
    corners: tuple[IntArray, FloatArray]

    @classmethod
    def over(
        cls,
        ideals: FloatArray,
        weight: FloatArray,
        market: FloatArray,
        strengths: FloatArray,
        bandwidth: tuple[float, float] | None,
        cells: int,
    ) -> Field | NotEstimable:
        """The field of these points, or why there is none."""
        wanted = ideals[weight > 0]
        reach = bandwidth or _scott(wanted)
        if not min(reach) > 0:
            return NotEstimable("all ideal points lie on one line or in one place, so there is no hull of demand")
        x, y = (np.linspace(wanted[:, axis].min(), wanted[:, axis].max(), cells) for axis in range(2))
        inside = _inside_hull(wanted, x, y)
        if inside is None:
            return NotEstimable("all ideal points lie on one line, so there is no hull of demand")
        kernels = (_kernel(x, reach[0]), _kernel(y, reach[1]))
        missing = _missing(x, y, market, strengths, reach)
        return cls(x, y, reach, missing, inside, kernels, ideals, market, strengths, _corners(ideals, x, y))

    def density(self, weight: FloatArray) -> FloatArray:
        """Demand per unit of area on the grid, shape (k, k): linear binning, then a kernel along each axis."""
        places, shares = self.corners
        size = self.x.size
        mass = np.bincount(places.ravel(), (shares * weight).ravel(), size * size).reshape(size, size)
        return np.asarray(self.kernels[0] @ (mass / weight.sum()) @ self.kernels[1])

    def score(self, demand: FloatArray) -> FloatArray:
        """Demand over its largest value times missing supply, 0 outside the hull, shape (k, k)."""
        largest = demand.max()
        return np.where(self.inside, demand / (largest if largest > 0 else 1.0) * self.missing, 0.0)

    def peaks(self, demand: FloatArray) -> IntArray:
        """Cells where demand concentrates and supply is missing, shape (p, 2)."""
        wanted = demand >= demand[self.inside].mean()
        top = is_peak(demand) & self.inside & wanted & (self.missing >= MISSING)
        return np.array([cell for cell in np.argwhere(top) if _stands_out(demand, cell)], dtype=np.int64).reshape(-1, 2)

    def basins(self, demand: FloatArray) -> IntArray:
        """For each cell, the flat number of the peak that steepest ascent of demand leads to, shape (k, k)."""
        return _ascend(demand)

    def cells_of(self, points: FloatArray) -> IntArray:
        """Flat number of the cell nearest to each point, shape (n,)."""
        low_x, part_x = _part(points[:, 0], self.x)
        low_y, part_y = _part(points[:, 1], self.y)
        return (low_x + (part_x >= 0.5)) * self.y.size + low_y + (part_y >= 0.5)

    def apart(self, one: IntArray, others: IntArray) -> FloatArray:
        """Distances between cells in bandwidths, shape (len(others),)."""
        across = (self.x[others[:, 0]] - self.x[one[0]]) / self.bandwidth[0]
        along = (self.y[others[:, 1]] - self.y[one[1]]) / self.bandwidth[1]
        return np.asarray(np.hypot(across, along))


def _missing(
    x: FloatArray, y: FloatArray, market: FloatArray, strengths: FloatArray, reach: tuple[float, float]
) -> FloatArray:
    missing = np.ones((x.size, y.size))
    for (at_x, at_y), strength in zip(market, strengths, strict=True):
        across, along = ((x - at_x) / reach[0]) ** 2, ((y - at_y) / reach[1]) ** 2
        missing *= 1.0 - strength * np.exp(-0.5 * (across[:, None] + along[None, :]))
    return missing


def _kernel(grid: FloatArray, reach: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((grid[:, None] - grid) / reach) ** 2) / (reach * np.sqrt(2 * np.pi)))


def _scott(points: FloatArray) -> tuple[float, float]:
    """Scott's rule for two dimensions; the quartile range keeps far groups from smearing the near ones."""
    deviation = points.std(axis=0)
    quartiles = np.quantile(points, [0.25, 0.75], axis=0)
    spread = (quartiles[1] - quartiles[0]) / 1.349
    least = np.where(spread > 0, np.minimum(deviation, spread), deviation)
    first, second = (least * len(points) ** (-1 / 6)).tolist()
    return first, second


def _inside_hull(points: FloatArray, x: FloatArray, y: FloatArray) -> BoolArray | None:
    """Which grid points lie in the convex hull, shape (k, k); None where the points lie on one line."""
    from scipy.spatial import ConvexHull, QhullError

    scale = np.ptp(points, axis=0)
    if not (scale > 0).all():
        return None
    try:
        hull = ConvexHull((points - points.min(axis=0)) / scale)
    except QhullError:
        return None
    if hull.volume < 1e-9:
        return None
    grid = np.stack(np.meshgrid(np.linspace(0, 1, x.size), np.linspace(0, 1, y.size), indexing="ij"), axis=-1)
    beyond = grid @ hull.equations[:, :2].T + hull.equations[:, 2]
    return np.asarray((beyond <= 1e-9).all(axis=-1))


def _corners(points: FloatArray, x: FloatArray, y: FloatArray) -> tuple[IntArray, FloatArray]:
    """Flat cells and shares of each point for linear binning, shape (4, n) each; points beyond the grid at its edge."""
    low_x, part_x = _part(points[:, 0], x)
    low_y, part_y = _part(points[:, 1], y)
    size = y.size
    places = [(low_x + right) * size + low_y + up for right in (0, 1) for up in (0, 1)]
    shares = [(part_x if right else 1 - part_x) * (part_y if up else 1 - part_y) for right in (0, 1) for up in (0, 1)]
    return np.array(places), np.array(shares)


def _part(values: FloatArray, grid: FloatArray) -> tuple[IntArray, FloatArray]:
    steps = np.clip((values - grid[0]) / (grid[1] - grid[0]), 0.0, grid.size - 1.0)
    low = np.minimum(steps.astype(np.int64), grid.size - 2)
    return low, steps - low


def _neighbors(score: FloatArray) -> FloatArray:
    """The score of each cell's eight neighbors, -1 beyond the edge, shape (8, k, k)."""
    padded = np.pad(score, 1, constant_values=-1.0)
    rows, columns = score.shape
    steps = [(right, up) for right in (0, 1, 2) for up in (0, 1, 2) if (right, up) != (1, 1)]
    return np.array([padded[right : right + rows, up : up + columns] for right, up in steps])


def is_peak(score: FloatArray) -> BoolArray:
    """Cells above all neighbors; of equals, the first on the grid."""
    around = _neighbors(score)
    return np.asarray((score > around[:4]).all(axis=0) & (score >= around[4:]).all(axis=0))


def _stands_out(demand: FloatArray, peak: IntArray) -> bool:
    """Whether every way from the peak to higher demand first falls to less than the peak over `PROMINENCE`."""
    from scipy.ndimage import label

    height = demand[peak[0], peak[1]]
    around, _ = label(demand >= height / PROMINENCE, structure=np.ones((3, 3)))
    return bool(demand[around == around[peak[0], peak[1]]].max() <= height)


def _ascend(score: FloatArray) -> IntArray:
    rows, columns = score.shape
    steps = np.array([right * columns + up for right in (-1, 0, 1) for up in (-1, 0, 1) if (right, up) != (0, 0)])
    around = _neighbors(score)
    best = around.argmax(axis=0)
    flat = np.arange(rows * columns).reshape(rows, columns)
    upward = np.where(is_peak(score), flat, flat + steps[best]).ravel()
    for _ in range(int(np.ceil(np.log2(rows * columns))) + 1):
        upward = upward[upward]
    return np.asarray(upward.reshape(rows, columns))
