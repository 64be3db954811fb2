"""Reading arrays that people hand in: shapes and values checked, all mistakes reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.terms.errors import EstimationError, Problem, shorten

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LARGEST = 1e100


class Inputs:
    """Named one-dimensional arrays of equal length, and the problems found in them.

    Args:
        where: Who asked, such as ``BetaGeometric.fit``; names the place in every problem.
        arrays: Name to array-like, each of shape (n,).
    """

    def __init__(self, where: str, arrays: Mapping[str, ArrayLike]) -> None:
        self.where = where
        self.problems: list[Problem] = []
        self.arrays = {name: self._read(name, values) for name, values in arrays.items()}
        self._check_lengths()

    def __getitem__(self, name: str) -> FloatArray:
        return self.arrays[name]

    def add(self, code: str, what: str, name: str, given: object, next_step: str) -> None:
        """Record one problem of the array ``name``."""
        self.problems.append(Problem(code, what, f"{self.where}, {name}", shorten(given), next_step))

    def require(self, name: str, holds: NDArray[np.bool_], code: str, what: str, next_step: str) -> None:
        """Record a problem where ``holds`` is false, naming the number of rows and the first of them."""
        if not holds.all():
            wrong = np.flatnonzero(~holds)
            given = f"{self.arrays[name][wrong[0]]!r} in row {int(wrong[0])}; {wrong.size} such rows"
            self.add(code, what, name, given, next_step)

    def require_not_negative(self, *names: str) -> None:
        """Every value of the named arrays must be 0 or more."""
        for name in names:
            values = self.arrays[name]
            if values.size and values.min() < 0:
                self.require(name, ~(values < 0), "VALUE_NEGATIVE", f"{name} holds negative values.", "Give 0 or more.")

    def require_positive(self, *names: str) -> None:
        """Every value of the named arrays must be above 0."""
        for name in names:
            values = self.arrays[name]
            if values.size and values.min() <= 0:
                self.require(
                    name, ~(values <= 0), "VALUE_NOT_POSITIVE", f"{name} holds values of 0 or less.", "Leave them out."
                )

    def require_whole(self, *names: str) -> None:
        """Every value of the named arrays must be a whole number."""
        for name in names:
            values = self.arrays[name]
            whole = (values == np.floor(values)) | ~np.isfinite(values)
            self.require(name, whole, "VALUE_NOT_WHOLE", f"{name} counts, and holds fractions.", "Give whole numbers.")

    def raise_problems(self) -> None:
        """Raise one ``EstimationError`` with every problem recorded so far, if there is any."""
        if self.problems:
            raise EstimationError(self.problems)

    def _read(self, name: str, values: ArrayLike) -> FloatArray:
        array = self._as_float(name, values)
        if array.ndim != 1:
            self.add("SHAPE_WRONG", f"{name} must have one dimension.", name, array.shape, "Give one value per row.")
            return array.ravel()
        if array.size and not float(np.abs(array).max()) <= LARGEST:
            self._require_usable(name, array)
        return array

    def _as_float(self, name: str, values: ArrayLike) -> FloatArray:
        try:
            return np.ascontiguousarray(np.atleast_1d(np.asarray(values, dtype=np.float64)))
        except (TypeError, ValueError):
            self.add("VALUE_NOT_A_NUMBER", f"{name} holds what is no number.", name, values, "Give numbers only.")
            return np.zeros(0)

    def _require_usable(self, name: str, array: FloatArray) -> None:
        finite = np.isfinite(array)
        large = finite & (np.abs(np.where(finite, array, 0.0)) > LARGEST)
        for wrong, code, kind in (
            (~finite, "VALUE_NOT_FINITE", "missing or infinite"),
            (large, "VALUE_TOO_LARGE", "huge"),
        ):
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                given = f"{array[row]!r} in row {row}; {int(wrong.sum())} such rows"
                self.add(code, f"{name} holds {kind} values.", name, given, "Leave these rows out or mend them.")

    def _check_lengths(self) -> None:
        lengths = {name: array.size for name, array in self.arrays.items()}
        if len(set(lengths.values())) > 1:
            self.add("LENGTH_MISMATCH", "The lengths differ.", ", ".join(lengths), lengths, "Give one row each.")
            self.raise_problems()
        if not any(lengths.values()) and not self.problems:
            self.add("NO_CUSTOMERS", "There are no rows.", ", ".join(lengths), lengths, "Give at least one row.")


def inner(left: FloatArray, right: FloatArray) -> float:
    """Sum of products of two arrays of shape (n,).

    Not ``left @ right``: BLAS starts threads for long arrays, which stall each other where cores are busy.
    """
    return float(np.sum(left * right))


def not_estimable(where: str, reason: str, given: object, next_step: str) -> EstimationError:
    """The error by which an estimator refuses data from which nothing can be learned (code ``NOT_ESTIMABLE``)."""
    return EstimationError(Problem("NOT_ESTIMABLE", reason, where, shorten(given), next_step))


def require_fitted(model: Any, attribute: str = "parameters_") -> None:
    """Raise ``EstimationError`` (code ``NOT_FITTED``) unless ``model`` has learned ``attribute``."""
    if not hasattr(model, attribute):
        name = type(model).__name__
        raise EstimationError(
            Problem("NOT_FITTED", f"{name} has not been fitted.", f"{name}.{attribute}", "", "Call fit first.")
        )
