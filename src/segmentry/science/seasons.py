"""How months differ: seasonal indices by the ratio to a moving average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

YEAR = 12
FEWEST_MONTHS = 24
ROUNDS = 200
TOLERANCE = 1e-13


@dataclass(frozen=True, slots=True)
class SeasonalIndices:
    """How months differ from the year's average.

    Attributes:
        indices: January to December, averaging 100, shape (12,).
        spread: Standard deviation of the yearly ratios of each month about its index, shape (12,); NaN with one year.
        trend: The series without seasons, smoothed over a year, shape (n,); NaN in the first and last six months.
    """

    indices: FloatArray
    spread: FloatArray
    trend: FloatArray


def seasonal_indices(monthly: ArrayLike, first_month: int = 1) -> SeasonalIndices | NotEstimable:
    """Monthly indices of a multiplicative series.

    The centered moving average over 12 months (half weight at both ends) gives the trend, the mean ratio to it the
    indices, scaled to average 100. A moving average of a seasonal series is pulled by seasons where the trend slopes;
    so the trend is taken again from the series without its seasons until nothing changes.

    Args:
        monthly: Value of each month without gaps, 0 or more, shape (n,).
        first_month: Calendar month of the first value, 1 to 12.

    Returns:
        The indices; not estimable under 24 months or where a whole year has no value.

    Raises:
        EstimationError: With all mistakes in the arguments.
    """
    inputs = Inputs("seasonal_indices", {"monthly": monthly})
    inputs.require_not_negative("monthly")
    if not 1 <= first_month <= YEAR:
        inputs.add("MONTH_OUT_OF_RANGE", "A month is 1 to 12.", "first_month", first_month, "Use 1 for January.")
    inputs.raise_problems()
    series = inputs["monthly"]
    if series.size < FEWEST_MONTHS:
        return NotEstimable(f"Seasons need {FEWEST_MONTHS} months or more, and there are {series.size}.")
    month = (np.arange(series.size) + first_month - 1) % YEAR
    return _settle(series, month)


def _settle(series: FloatArray, month: np.ndarray[tuple[int], np.dtype[np.int64]]) -> SeasonalIndices | NotEstimable:
    indices = np.full(YEAR, 100.0)
    inner = slice(YEAR // 2, series.size - YEAR // 2)
    inside = month[inner]
    for _ in range(ROUNDS):
        seasonless = series / np.where(indices > 0, indices, 100.0)[month] * 100
        trend = moving_average(seasonless)
        if not (trend[inner] > 0).all():
            return NotEstimable("A whole year has no value.")
        ratios = series[inner] / trend[inner]
        fresh = np.bincount(inside, ratios, YEAR) / np.bincount(inside, minlength=YEAR)
        scale = 100 * YEAR / fresh.sum()
        fresh *= scale
        moved, indices = float(np.abs(fresh - indices).max()), fresh
        if moved < TOLERANCE * 100:
            break
    years = np.bincount(inside, minlength=YEAR)
    squares = np.bincount(inside, (scale * ratios - indices[inside]) ** 2, YEAR)
    spread = np.sqrt(np.divide(squares, years - 1, out=np.full(YEAR, np.nan), where=years > 1))
    return SeasonalIndices(indices, spread, trend)


def moving_average(series: FloatArray) -> FloatArray:
    """The centered average over 13 months with half weight at both ends, shape (n,); NaN where it does not reach."""
    if series.size <= YEAR:
        what = "A yearly average needs 13 months."
        raise EstimationError(Problem("SERIES_TOO_SHORT", what, "moving_average", str(series.size), "Give more."))
    weights = np.ones(YEAR + 1)
    weights[[0, -1]] = 0.5
    average = np.full(series.size, np.nan)
    average[YEAR // 2 : series.size - YEAR // 2] = np.convolve(series, weights / YEAR, mode="valid")
    return average
