"""Counts, means and scatter of each segment: all that planes need to know of a million customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem, shorten

NO_SCATTER = 1e-24
"""Share of an attribute's mean square below which its scatter is rounding, not variation."""

_ROUNDING = 1e-12
"""Share of a sum of squares that is lost to rounding when its mean part is taken off."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sufficient statistics of attributes by segment; they add up over parts of a base.

    Attributes:
        names: The attributes, length p.
        segments: The segments, length g.
        counts: Customers of each segment, above 0, shape (g,).
        means: Mean of each attribute in each segment, in the attributes' units, shape (g, p).
        scatter: Sums of products of deviations from the segment's own mean, shape (g, p, p).
    """

    names: tuple[str, ...]
    segments: tuple[Any, ...]
    counts: FloatArray
    means: FloatArray
    scatter: FloatArray

    @classmethod
    def of(cls, columns: Mapping[str, ArrayLike], labels: ArrayLike | None = None) -> Moments:
        """Moments of columns in memory.

        Args:
            columns: Attribute name to values, each of shape (n,), finite.
            labels: Segment of each row, of any sortable type, shape (n,); one segment if left out.

        Raises:
            EstimationError: With all mistakes in the arrays.
        """
        inputs = Inputs("Moments.of", columns)
        rows = next((array.size for array in inputs.arrays.values()), 0)
        marks = np.zeros(rows, dtype=np.int64) if labels is None else np.asarray(labels)
        if marks.shape != (rows,):
            inputs.add("LENGTH_MISMATCH", "labels must have one entry per row.", "labels", marks.shape, "Align them.")
        inputs.raise_problems()
        segments, codes = np.unique(marks, return_inverse=True)
        values = np.column_stack(list(inputs.arrays.values()))
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes, minlength=segments.size)
        parts = np.split(values[order], np.cumsum(counts)[:-1])
        means = np.array([part.mean(axis=0) for part in parts])
        apart = [part - mean for part, mean in zip(parts, means, strict=True)]
        scatter = np.array([part.T @ part for part in apart])
        return cls(tuple(columns), tuple(segments.tolist()), counts.astype(np.float64), means, scatter)

    @classmethod
    def from_sums(
        cls,
        names: Sequence[str],
        segments: Sequence[Any],
        counts: ArrayLike,
        sums: ArrayLike,
        products: ArrayLike,
        shift: ArrayLike | None = None,
    ) -> Moments:
        """Moments from sums that a database added up.

        Args:
            names: The attributes, length p.
            segments: The segments, length g.
            counts: Customers of each segment, shape (g,).
            sums: Sum of (x - shift) of each attribute in each segment, shape (g, p).
            products: Sums of (x - shift)(y - shift), shape (g, p, p); only the upper triangle is read.
            shift: A value near each attribute's mean, shape (p,); 0 if left out. The nearer, the less rounding.

        Raises:
            EstimationError: With all mistakes in the shapes and values.
        """
        number, total = np.asarray(counts, dtype=np.float64), np.asarray(sums, dtype=np.float64)
        cross = np.asarray(products, dtype=np.float64)
        groups, size = len(segments), len(names)
        _require_shapes({"counts": (number, (groups,)), "sums": (total, (groups, size)),
                         "products": (cross, (groups, size, size))})  # fmt: skip
        upper = np.triu(cross)
        cross = upper + np.swapaxes(np.triu(cross, 1), 1, 2)
        around = total / number[:, None]
        scatter = cross - number[:, None, None] * around[:, :, None] * around[:, None, :]
        square, left = np.einsum("gpp->gp", cross), np.einsum("gpp->gp", scatter)
        lost = left <= _ROUNDING * square
        scatter = np.where(lost[:, :, None] | lost[:, None, :], 0.0, scatter)
        level = np.zeros(size) if shift is None else np.asarray(shift, dtype=np.float64)
        return cls(tuple(names), tuple(segments), number, around + level, scatter)

    @property
    def customers(self) -> float:
        """Customers of all segments."""
        return float(self.counts.sum())

    @property
    def center(self) -> FloatArray:
        """Mean of each attribute over all customers, shape (p,)."""
        return np.asarray(self.counts @ self.means / self.counts.sum())

    @property
    def within(self) -> FloatArray:
        """Scatter inside segments, added over them, shape (p, p)."""
        return np.asarray(self.scatter.sum(axis=0))

    @property
    def between(self) -> FloatArray:
        """Scatter of the segments' means around the center, weighted by customers, shape (p, p)."""
        apart = self.means - self.center
        return np.asarray((apart * self.counts[:, None]).T @ apart)

    @property
    def total(self) -> FloatArray:
        """Scatter around the center: within plus between, shape (p, p)."""
        return self.within + self.between

    @property
    def constant(self) -> tuple[str, ...]:
        """Attributes that do not vary at all."""
        scatter, square = np.diag(self.total), self.customers * self.center**2
        flat = scatter <= NO_SCATTER * (square + scatter)
        return tuple(name for name, is_flat in zip(self.names, flat, strict=True) if is_flat)

    def select(self, names: Sequence[str]) -> Moments:
        """The same customers with only some attributes, in the order of ``names``."""
        places = [self.names.index(name) for name in names]
        scatter = self.scatter[:, places][:, :, places]
        return Moments(tuple(names), self.segments, self.counts, self.means[:, places], scatter)

    def require_varying(self, where: str, at_least: int = 2) -> None:
        """Refuse constant attributes and too few of them; `EstimationError` names all."""
        problems = [
            Problem("ATTRIBUTE_CONSTANT", "It has one value only.", f"{where}, {name}", name, "Leave it out.")
            for name in self.constant
        ]
        if len(self.names) < at_least:
            what = f"At least {at_least} attributes are needed."
            problems.append(Problem("ATTRIBUTES_TOO_FEW", what, where, shorten(self.names), "Name more attributes."))
        if problems:
            raise EstimationError(problems)


def _require_shapes(given: dict[str, tuple[FloatArray, tuple[int, ...]]]) -> None:
    where = "Moments.from_sums"
    problems = [
        Problem("SHAPE_WRONG", f"The shape is not {wanted}.", f"{where}, {name}", str(array.shape), "Align.")
        for name, (array, wanted) in given.items()
        if array.shape != wanted
    ]
    problems += [
        Problem("VALUE_NOT_FINITE", f"{name} holds missing or infinite values.", f"{where}, {name}", "", "Mend them.")
        for name, (array, _) in given.items()
        if not np.isfinite(array).all()
    ]
    if not problems and not (given["counts"][0] > 0).all():
        problems.append(Problem("VALUE_NOT_POSITIVE", "A segment has no customers.", where, "", "Leave it out."))
    if problems:
        raise EstimationError(problems)
