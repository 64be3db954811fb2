"""Size class of an enterprise after the European Union's definition (Commission Recommendation 2003/361/EC)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray
from segmentry.terms.errors import EstimationError, Problem

SIZES = ("micro", "small", "medium", "large")
"""Size classes."""
_STAFF = (10, 50, 250)
_TURNOVER = (2e6, 10e6, 50e6)
_BALANCE = (2e6, 10e6, 43e6)


def eu_size_class(staff: ArrayLike, turnover: ArrayLike, balance: ArrayLike) -> NDArray[np.int64]:
    """Size class of each enterprise, linked ones counted at the level of the group, as places in `SIZES`.

    A class demands staff below its limit and turnover *or* balance total up to its limit: micro below 10 and 2 m, small
    below 50 and 10 m, medium below 250 and 50 m turnover or 43 m balance; else large.

    Args:
        staff: Annual working units, 0 or more; NaN where unknown, shape (n,).
        turnover: Yearly turnover in euros; NaN where unknown, shape (n,).
        balance: Total of the balance sheet in euros; NaN where unknown, shape (n,).

    Returns:
        Places, shape (n,); -1 where what is known does not settle it. Staff alone settles that a firm is large from 250
        on; nothing else is told from staff alone.

    Raises:
        EstimationError: arrays of different shapes, or negative numbers.
    """
    arrays = [np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (staff, turnover, balance)]
    _check(arrays)
    least, most = (_place(arrays, unknown) for unknown in (0.0, np.inf))
    return np.where(least == most, least, -1)


def _place(arrays: list[FloatArray], unknown: float) -> NDArray[np.int64]:
    """The class if what is unknown were as small, or as large, as it may be."""
    people, sales, assets = (np.where(np.isnan(each), unknown, each) for each in arrays)
    place = np.full(people.shape, len(SIZES) - 1, dtype=np.int64)
    for at in reversed(range(len(_STAFF))):
        fits = (people < _STAFF[at]) & ((sales <= _TURNOVER[at]) | (assets <= _BALANCE[at]))
        place = np.where(fits, at, place)
    return place


def _check(arrays: list[FloatArray]) -> None:
    shapes = {each.shape for each in arrays}
    problems = []
    if len(shapes) > 1 or any(each.ndim != 1 for each in arrays):
        given = ", ".join(str(each.shape) for each in arrays)
        problems.append(Problem("LENGTH_MISMATCH", "The lengths differ", "eu_size_class", given, "Give one row each."))
    if any((each < 0).any() for each in arrays):
        problems.append(
            Problem(
                "VALUE_NEGATIVE", "Sizes are 0 or more", "eu_size_class", "a negative number", "Give NaN if unknown."
            )
        )
    if problems:
        raise EstimationError(problems)
