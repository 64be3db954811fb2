"""Classical scaling: a map from distances alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.plane.axes import TIED, orientation, point_quality
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import NotEstimable

_SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityMap:
    """Points whose distances on the map resemble given ones.

    Attributes:
        names: What is mapped, length n.
        coordinates: Shape (n, 2), in the unit of the distances; an axis points to where the point furthest out lies.
        cos2: Share of each point's squared distance from the center shown, shape (n,).
        variance_kept: Sum of the two largest eigenvalues over the sum of all positive ones.
        not_euclidean: Weight of negative eigenvalues in the sum of absolute ones; above 0.1 no plane can be true.
        rotation_free: Whether eigenvalues tie, so that the distances do not say how the map lies.
    """

    names: tuple[str, ...]
    coordinates: FloatArray
    cos2: FloatArray
    variance_kept: float
    not_euclidean: float
    rotation_free: bool


def similarity_map(names: Sequence[str], distances: ArrayLike) -> SimilarityMap | NotEstimable:
    """Classical multidimensional scaling (Torgerson 1952; Gower 1966).

    Eigenvectors of -1/2 J D^2 J with J = I - 11'/n, scaled by the roots of their eigenvalues.

    Args:
        names: What is mapped, length n, at least 3.
        distances: Symmetric, 0 on the diagonal, 0 or more elsewhere, shape (n, n).

    Returns:
        The map; not estimable where all points coincide or lie on one line.

    Raises:
        EstimationError: With all mistakes in the distances.
    """
    apart = _read(names, distances)
    size = len(names)
    centered = np.eye(size) - 1.0 / size
    values, vectors = np.linalg.eigh(-0.5 * centered @ apart**2 @ centered)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = values > _SAME * max(float(np.abs(values).max()), np.finfo(np.float64).tiny)
    if kept.sum() < 2:
        return NotEstimable("the points coincide or lie on one line, which is no plane")
    full = vectors[:, kept] * np.sqrt(values[kept])
    full = full * orientation(full, names)
    positive, weight = values[kept], np.abs(values).sum()
    return SimilarityMap(
        tuple(names),
        full[:, :2],
        point_quality(full),
        float(positive[:2].sum() / positive.sum()),
        float(-values[values < 0].sum() / weight),
        bool((-np.diff(positive[:3]) < TIED * positive[0]).any()),
    )


def _read(names: Sequence[str], distances: ArrayLike) -> FloatArray:
    where, size = "similarity_map", len(names)
    apart = np.asarray(distances, dtype=np.float64)
    problems: list[Problem] = []
    if size < 3 or apart.shape != (size, size):
        what = "At least three names and one distance for every two of them are needed."
        problems.append(Problem("SHAPE_WRONG", what, where, shorten(apart.shape), "Give a square table."))
    elif not np.isfinite(apart).all() or apart.min() < 0:
        problems.append(Problem("VALUE_NEGATIVE", "Distances are 0 or more.", where, shorten(apart), "Mend them."))
    else:
        largest = max(float(apart.max()), np.finfo(np.float64).tiny)
        if np.abs(apart - apart.T).max() > _SAME * largest:
            problems.append(Problem("NOT_SYMMETRIC", "There and back differ.", where, "", "Take the mean of both."))
        if np.diag(apart).max() > _SAME * largest:
            problems.append(Problem("DIAGONAL_NOT_ZERO", "A thing lies off itself.", where, "", "Put 0 there."))
    if problems:
        raise EstimationError(problems)
    return apart
