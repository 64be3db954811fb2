"""Correspondence analysis: the map of a table of counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.plane.axes import point_quality
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import NotEstimable

Scaling = Literal["row_principal", "column_principal", "symmetric"]
_NO_INERTIA = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class CorrespondenceMap:
    """Rows and columns of a table of counts as points.

    Attributes:
        scaling: ``row_principal`` (distances between rows are chi-squared distances; columns are corners),
            ``column_principal`` (the other way round) or ``symmetric`` (both principal).
        inertias: Principal inertias, the largest first, shape (k,).
        total_inertia: Their sum: chi-squared over the table's total.
        shares: Share of each in the total, shape (k,).
        rows: Coordinates of rows in this scaling, shape (r, k).
        columns: Coordinates of columns in this scaling, shape (c, k).
        row_cos2: Share of each row's squared distance that the first two axes show, shape (r,).
        column_cos2: The same for columns, shape (c,).
        row_masses: Shares of rows in the total, shape (r,).
        column_masses: Shares of columns in the total, shape (c,).
    """

    scaling: Scaling
    inertias: FloatArray
    total_inertia: float
    shares: FloatArray
    rows: FloatArray
    columns: FloatArray
    row_cos2: FloatArray
    column_cos2: FloatArray
    row_masses: FloatArray
    column_masses: FloatArray

    @property
    def variance_kept(self) -> float:
        """Share of inertia on the first two axes."""
        return float(self.shares[:2].sum())

    @property
    def row_to_column_distances(self) -> bool:
        """Whether a row's nearness to a column may be read off; never in a symmetric map (Greenacre 2017)."""
        return self.scaling != "symmetric"


def correspondence_analysis(table: ArrayLike, scaling: Scaling = "symmetric") -> CorrespondenceMap | NotEstimable:
    """Simple correspondence analysis (Benzécri 1973; Greenacre 2017, appendix A).

    S = D_r^-1/2 (P - r c') D_c^-1/2 = U Sigma V'; row principal coordinates D_r^-1/2 U Sigma, column principal
    D_c^-1/2 V Sigma; standard ones without Sigma. An axis points to where the column furthest out is positive.

    Args:
        table: Counts or other masses, 0 or more, each row and column with some, shape (r, c), both at least 2.
        scaling: Which points are in principal coordinates.

    Returns:
        The map; not estimable where rows and columns are independent, for then there is nothing to show.

    Raises:
        EstimationError: With all mistakes in the table.
    """
    counts = _read(table, scaling)
    shares = counts / counts.sum()
    row_masses, column_masses = shares.sum(axis=1), shares.sum(axis=0)
    expected = np.outer(row_masses, column_masses)
    left, singular, right = np.linalg.svd((shares - expected) / np.sqrt(expected), full_matrices=False)
    kept = min(counts.shape) - 1
    left, singular, right = left[:, :kept], singular[:kept], right[:kept].T
    inertias = singular**2
    if inertias.sum() <= _NO_INERTIA:
        return NotEstimable("rows and columns are independent, so there is nothing to map")
    row_standard, column_standard = left / np.sqrt(row_masses)[:, None], right / np.sqrt(column_masses)[:, None]
    signs = _signs(column_standard)
    row_standard, column_standard = row_standard * signs, column_standard * signs
    row_principal, column_principal = row_standard * singular, column_standard * singular
    return CorrespondenceMap(
        scaling,
        inertias,
        float(inertias.sum()),
        inertias / inertias.sum(),
        row_standard if scaling == "column_principal" else row_principal,
        column_standard if scaling == "row_principal" else column_principal,
        point_quality(row_principal),
        point_quality(column_principal),
        row_masses,
        column_masses,
    )


def _signs(columns: FloatArray) -> FloatArray:
    """Sign of each axis by the column furthest out; of equally far ones, by the larger sum of cubes."""
    cubes = (columns**3).sum(axis=0)
    furthest = columns[np.argmax(np.abs(columns), axis=0), np.arange(columns.shape[1])]
    return np.where(np.where(np.abs(cubes) > 1e-9, cubes, furthest) < 0, -1.0, 1.0)


def _read(table: ArrayLike, scaling: str) -> FloatArray:
    where = "correspondence_analysis"
    problems: list[Problem] = []
    if scaling not in get_args(Scaling):
        known = ", ".join(get_args(Scaling))
        problems.append(Problem("SCALING_UNKNOWN", "No such scaling.", where, shorten(scaling), f"Use one of {known}."))
    try:
        counts = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        counts = np.zeros(0)
    if counts.ndim != 2 or min(counts.shape) < 2:
        what = "A table of numbers with at least two rows and two columns is needed."
        problems.append(Problem("SHAPE_WRONG", what, where, shorten(counts.shape), "Give counts, rows by columns."))
    elif not np.isfinite(counts).all() or counts.min() < 0:
        problems.append(Problem("VALUE_NEGATIVE", "Counts are 0 or more.", where, shorten(counts), "Mend them."))
    else:
        problems += _empty(counts, where)
    if problems:
        raise EstimationError(problems)
    return counts


def _empty(counts: FloatArray, where: str) -> list[Problem]:
    sides = (("row", counts.sum(axis=1)), ("column", counts.sum(axis=0)))
    return [
        Problem("MASS_MISSING", f"A {side} holds nothing.", f"{where}, {side} {int(place)}", "0", "Leave it out.")
        for side, sums in sides
        for place in np.flatnonzero(sums <= 0)
    ]
