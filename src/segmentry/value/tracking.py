"""Would the model have foreseen the recent past? A refit without the last quarter, against what then happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.science import PurchaseModel, holdout_tracking
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable
from segmentry.value.learning import Histories

FEWEST_WEEKS = 26
"""Weeks of data below which nothing is held out."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weeks counted back from the cut between calibration and holdout.

    Attributes:
        origin: The day before the first week.
        cut: The last day of the calibration.
        calibration: Weeks up to the cut.
        holdout: Weeks after it.
    """

    origin: date
    cut: date
    calibration: int
    holdout: int

    @classmethod
    def of(cls, first: date, last: date) -> Calendar | NotEstimable:
        """Three quarters to learn from, one quarter (at most a year) to be foreseen."""
        weeks = ((last - first).days + 1) // 7
        if weeks < FEWEST_WEEKS:
            return NotEstimable(f"{weeks} weeks of data are too few to hold some out; {FEWEST_WEEKS} are needed")
        holdout = min(weeks // 4, 52)
        cut = last - timedelta(days=7 * holdout)
        calibration = -(-((cut - first).days + 1) // 7)
        return cls(cut - timedelta(days=7 * calibration), cut, calibration, holdout)


def births(history: ir.Table, calendar: Calendar) -> ir.Table:
    """First purchase days up to the cut with the customers born on each."""
    born = history.filter(history.first_on <= ibis.literal(calendar.cut))
    return born.group_by("first_on").aggregate(customers=born.count()).order_by("first_on")


def repeats_by_week(days: ir.Table, history: ir.Table, calendar: Calendar) -> ir.Table:
    """Repeat purchase days of customers born up to the cut, by week."""
    born = history.filter(history.first_on <= ibis.literal(calendar.cut)).select("customer_id", "first_on")
    joined = days.filter(days.orders > 0).inner_join(born, "customer_id")
    repeats = joined.filter(joined.day > joined.first_on)
    offset = repeats.day.delta(ibis.literal(calendar.origin), unit="day").cast("int64") - 1
    return repeats.group_by(week=(offset / 7).floor().cast("int64")).aggregate(purchases=repeats.count())


def track(
    model: PurchaseModel, past: pa.Table, born: pa.Table, weekly: pa.Table, calendar: Calendar
) -> tuple[list[dict[str, Any]], dict[str, Any] | NotEstimable]:
    """Weekly and cumulative repeat purchases, expected and actual, and how far they are apart.

    Args:
        model: The model in use; one of its kind is fitted anew on the calibration.
        past: Distinct histories as they stood at the cut, with their customers.
        born: The table of `births`.
        weekly: The table of `repeats_by_week`.
        calendar: The weeks.

    Returns:
        Rows by week, and the errors over the holdout; no rows where nothing could be learned from the calibration.
    """
    histories = Histories.of(past)
    try:
        fitted = type(model)().fit(histories.frequency, histories.recency_age, histories.age, histories.customers)
    except EstimationError as error:
        return [], NotEstimable(error.problems[0].what)
    actual = np.zeros(calendar.calibration + calendar.holdout)
    weeks = np.asarray(weekly["week"].to_numpy(), dtype=np.int64)
    actual[weeks] = np.asarray(weekly["purchases"].to_numpy(), dtype=np.float64)
    days = np.array([(day - calendar.origin).days for day in born["first_on"].to_pylist()], dtype=np.float64)
    found = holdout_tracking(
        fitted,
        days / 7.0,
        np.asarray(born["customers"].to_numpy(), dtype=np.float64),
        actual,
        calibration_periods=calendar.calibration,
    )
    rows = [
        {
            "week_ends": calendar.origin + timedelta(days=7 * (week + 1)),
            "held_out": week >= calendar.calibration,
            "expected": float(found.expected[week]),
            "actual": float(found.actual[week]),
            "expected_cumulative": float(found.expected_cumulative[week]),
            "actual_cumulative": float(found.actual_cumulative[week]),
        }
        for week in range(actual.size)
    ]
    errors = {
        "calibration_weeks": calendar.calibration,
        "holdout_weeks": calendar.holdout,
        "cumulative_error": found.cumulative_error,
        "incremental_error": found.incremental_error,
        "total_error": found.total_error,
    }
    return rows, errors
