"""Did the model foresee the holdout? Expected against actual repeat purchases in calendar time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.science.purchases.model import PurchaseModel
from segmentry.terms.numbers import NotEstimable


@dataclass(frozen=True, slots=True)
class Tracking:
    """Expected and actual repeat purchases by calendar period.

    Attributes:
        ends: End of each period, in the model's unit of time from the first birth on, shape (w,).
        expected: Repeat purchases expected in each period, shape (w,).
        actual: Repeat purchases seen in each period, shape (w,).
        calibration_periods: Periods the model was fitted on; those after are the holdout.
        cumulative_error: Mean absolute error of the cumulative count over the holdout, relative to the actual count.
        incremental_error: Mean absolute error of the count of a holdout period, relative to the mean actual one.
        total_error: Expected over actual purchases in the holdout, minus 1.
    """

    ends: FloatArray
    expected: FloatArray
    actual: FloatArray
    calibration_periods: int
    cumulative_error: float | NotEstimable
    incremental_error: float | NotEstimable
    total_error: float | NotEstimable

    @property
    def expected_cumulative(self) -> FloatArray:
        """Cumulative expected repeat purchases, shape (w,)."""
        return np.cumsum(self.expected)

    @property
    def actual_cumulative(self) -> FloatArray:
        """Cumulative actual repeat purchases, shape (w,)."""
        return np.cumsum(self.actual)


def holdout_tracking(
    model: PurchaseModel,
    births: ArrayLike,
    birth_counts: ArrayLike,
    actual: ArrayLike,
    *,
    calibration_periods: int,
    period: float = 1.0,
) -> Tracking:
    """Repeat purchases of all customers born in the calibration, period by period.

    The expectation is that of new customers, E[X(t)] summed over births, as in Fader, Hardie & Lee (2005).

    Args:
        model: A model fitted on the calibration periods.
        births: Distinct times of first purchases, from the start of the first period, shape (k,).
        birth_counts: Customers born then, shape (k,).
        actual: Repeat purchases of these customers in each period, shape (w,).
        calibration_periods: Periods the model was fitted on; below w.
        period: Length of a period, in the model's unit of time.

    Returns:
        The two curves and three errors over the holdout; an error is not estimable where nothing was bought.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    people = Inputs("holdout_tracking", {"births": births, "birth_counts": birth_counts})
    people.require_not_negative("births", "birth_counts")
    seen = Inputs("holdout_tracking", {"actual": actual})
    seen.require_not_negative("actual")
    people.problems += seen.problems
    if not 0 < calibration_periods < seen["actual"].size:
        given = f"{calibration_periods} of {seen['actual'].size}"
        people.add("HOLDOUT_MISSING", "No period is left to hold out.", "calibration_periods", given, "Keep some back.")
    people.raise_problems()
    ends = np.arange(1, seen["actual"].size + 1) * period
    ages = np.maximum(ends[:, None] - people["births"][None, :], 0.0)
    cumulative: FloatArray = model.expected_purchases_new(ages) @ people["birth_counts"]
    expected = np.asarray(np.diff(cumulative, prepend=0.0), dtype=np.float64)
    errors = _errors(expected, seen["actual"], calibration_periods)
    return Tracking(ends.astype(np.float64), expected, seen["actual"], calibration_periods, *errors)


def _errors(
    expected: FloatArray, actual: FloatArray, calibration: int
) -> tuple[float | NotEstimable, float | NotEstimable, float | NotEstimable]:
    said, seen = expected[calibration:], actual[calibration:]
    if seen.sum() <= 0:
        refusal = NotEstimable("Nothing was bought in the holdout.")
        return refusal, refusal, refusal
    said_sum, seen_sum = np.cumsum(expected)[calibration:], np.cumsum(actual)[calibration:]
    return (
        float(np.mean(np.abs(said_sum - seen_sum) / seen_sum)) if seen_sum[0] > 0 else _no_start(),
        float(np.mean(np.abs(said - seen)) / np.mean(seen)),
        float(said.sum() / seen.sum() - 1),
    )


def _no_start() -> NotEstimable:
    return NotEstimable("Nothing had been bought when the holdout began.")
