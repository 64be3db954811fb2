"""Points to be segmented: read with all mistakes told, brought into an order of their own, equal rows grouped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import LARGEST, FloatArray
from segmentry.terms.errors import EstimationError, Problem, shorten

MOST_VARIABLES = 500
MOST_SEGMENTS = 255
LARGEST_SINGLE = 1e17


@dataclass(frozen=True)
class Points:
    """Distinct rows in an order that does not depend on the order they came in, centered and brought to unit size.

    Attributes:
        rows: Centered and scaled rows, shape (n, p).
        counts: Weight of each distinct row, shape (n,).
        center: Weighted mean of the original rows, shape (p,).
        size: Root mean squared distance from it: one number for all variables, so that distances keep their ratios.
    """

    rows: FloatArray
    counts: FloatArray
    center: FloatArray
    size: float

    @property
    def total(self) -> float:
        """Weighted sum of squared distances from the common center, in scaled units."""
        return float(self.counts @ (self.rows * self.rows).sum(axis=1))

    def restore(self, centers: FloatArray) -> FloatArray:
        """Scaled centers, shape (..., p), in the units of the rows handed in."""
        return centers * self.size + self.center

    def scale(self, rows: FloatArray) -> FloatArray:
        """Rows in original units, shape (..., p), in scaled units."""
        return (rows - self.center) / self.size


def read_rows(where: str, X: ArrayLike, segments: int = 1) -> NDArray[Any]:
    """Rows as a float32 or float64 matrix, every mistake told at once.

    Args:
        where: Who asked.
        X: Rows, shape (n, p).
        segments: Number of segments wanted of them.

    Returns:
        Shape (n, p), float32 where float32 was given, float64 otherwise.

    Raises:
        EstimationError: For a wrong shape, missing or infinite values, too many variables, too few rows.
    """
    problems: list[Problem] = []
    rows = _matrix(where, X)
    if rows.shape[1] > MOST_VARIABLES:
        problems.append(
            Problem("TOO_MANY_VARIABLES", f"More than {MOST_VARIABLES} variables segment nothing.", where,
                    f"{rows.shape[1]} variables", "Keep those that bear on the decision, or factors of them.")
        )  # fmt: skip
    most = LARGEST if rows.dtype == np.float64 else LARGEST_SINGLE
    if not (rows.min() >= -most and rows.max() <= most):
        wrong = ~((rows >= -most) & (rows <= most))
        given = f"{int(wrong.any(axis=1).sum())} rows, first row {int(np.flatnonzero(wrong.any(axis=1))[0])}"
        what = "Rows hold missing (NaN), infinite (inf) or huge values."
        problems.append(Problem("VALUE_NOT_FINITE", what, where, given, "Leave these rows out or mend them."))
    if len(rows) < segments:
        what = f"There are fewer rows than segments: n_samples={len(rows)} should be >= n_clusters={segments}."
        problems.append(Problem("TOO_FEW_ROWS", what, where, f"{len(rows)} sample(s)", "Ask for fewer segments."))
    if problems:
        raise EstimationError(problems)
    return rows


def _matrix(where: str, X: ArrayLike) -> NDArray[Any]:
    try:
        given = np.asarray(X)
        if given.dtype == object or given.dtype.kind not in "fc":
            given = given.astype(np.float64)
    except (TypeError, ValueError) as wrong:
        problem = Problem("VALUE_NOT_A_NUMBER", "Rows hold no numbers.", where, shorten(str(wrong)), "Give numbers.")
        raise EstimationError(problem) from wrong
    if np.iscomplexobj(given):
        raise EstimationError(Problem("VALUE_NOT_A_NUMBER", "Complex data not supported.", where, "", "Give numbers."))
    if given.ndim != 2:
        what = "Expected 2D array: one row per customer, one column per variable. Reshape your data."
        raise EstimationError(Problem("SHAPE_WRONG", what, where, str(given.shape), "Give shape (n, p)."))
    if 0 in given.shape:
        found = f"{given.shape[0]} sample(s) and {given.shape[1]} feature(s) (shape={given.shape})"
        what = f"Found array with {found} while a minimum of 1 is required."
        raise EstimationError(Problem("NO_CUSTOMERS", what, where, str(given.shape), "Give at least one row."))
    return given if given.dtype in (np.float32, np.float64) else given.astype(np.float64)


def read_weights(where: str, sample_weight: ArrayLike | None, rows: int) -> FloatArray:
    """Weights of rows, shape (n,), 1 each where none are given; refuses negative, infinite and all-zero weights."""
    if sample_weight is None:
        return np.ones(rows)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (rows,):
        what = "Weights must be one number per row."
        raise EstimationError(Problem("LENGTH_MISMATCH", what, where, str(weights.shape), f"Give shape ({rows},)."))
    if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
        what = "Weights must be finite, not negative, and not all zero."
        raise EstimationError(Problem("WEIGHT_WRONG", what, where, shorten(weights), "Mend the weights."))
    return weights


def canonical_order(rows: NDArray[Any]) -> NDArray[np.int64]:
    """An order of rows that depends on their values alone, shape (n,).

    Rows are sorted by a fixed projection, which is far cheaper than a lexical sort; equal rows are interchangeable.
    Summed column by column, so that each row's sum is the same wherever the row stands.
    """
    direction = np.random.default_rng(7).uniform(0.5, 1.5, rows.shape[1])
    spread = rows.std(axis=0, dtype=np.float64)
    along = np.zeros(len(rows))
    steps = direction / np.where(spread > 0, spread, 1)
    for j in range(rows.shape[1]):
        along += rows[:, j] * float(f"{steps[j]:.6g}")
    return np.argsort(along, kind="stable")


def sample_rows(rows: NDArray[Any], size: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Indices of at most ``size`` rows, drawn evenly along the canonical order: independent of row order.

    Args:
        rows: Shape (n, p).
        size: Rows wanted.
        random: Source of chance.

    Returns:
        Indices, shape (min(n, size),).
    """
    if len(rows) <= size:
        return np.arange(len(rows))
    order = canonical_order(rows)
    edges = np.arange(size + 1) * len(rows) // size
    places = edges[:-1] + (random.random(size) * np.diff(edges)).astype(np.int64)
    return order[places]


def distinct_points(rows: NDArray[Any], weights: FloatArray) -> Points:
    """Group equal rows, add up their weights, center and scale.

    Args:
        rows: Shape (n, p).
        weights: Shape (n,); rows of weight 0 are left out.

    Returns:
        The distinct points, sorted.
    """
    used = weights > 0
    values, place = np.unique(rows[used].astype(np.float64), axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), weights[used], len(values)).astype(np.float64)
    center = np.average(values, axis=0, weights=counts)
    moved = values - center
    size = float(np.sqrt(np.average((moved * moved).sum(axis=1), weights=counts)))
    size = size if size > 0 else 1.0
    return Points(moved / size, counts, center, size)


def require_distinct(where: str, points: Points, segments: int) -> None:
    """Refuse more segments than distinct rows (code ``TOO_FEW_DISTINCT_ROWS``), or more than can be counted."""
    problems = []
    if segments > MOST_SEGMENTS:
        what = f"At most {MOST_SEGMENTS} segments can be found."
        problems.append(Problem("TOO_MANY_SEGMENTS", what, where, str(segments), "Ask for fewer."))
    if len(points.rows) < segments:
        what = "There are fewer distinct rows than segments."
        given = f"{len(points.rows)} distinct rows, {segments} segments"
        problems.append(Problem("TOO_FEW_DISTINCT_ROWS", what, where, given, "Ask for fewer segments."))
    if problems:
        raise EstimationError(problems)
