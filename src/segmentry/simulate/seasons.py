"""Seasons and occasions as a change of clock: where the index is high, a customer's own time runs faster.

A process that runs on such a clock stays what it is; only the calendar days of its purchases move. With strength 0
both clocks are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from segmentry.simulate.purchase_process import Floats

_WEEKDAYS = np.array([-0.05, -0.10, -0.05, 0.0, 0.10, 0.20, -0.10])


@dataclass(frozen=True, slots=True)
class CustomerClock:
    """Cumulative index at the start of each day; shape (days + 1,), its first value 0."""

    cumulative: Floats

    def inner(self, day: Floats) -> Floats:
        """The customer's time at calendar time ``day`` (days since the start)."""
        return np.asarray(np.interp(day, np.arange(len(self.cumulative)), self.cumulative))

    def calendar(self, inner: Floats) -> Floats:
        """The calendar time (days since the start) at which the customer's time is ``inner``."""
        return np.asarray(np.interp(inner, self.cumulative, np.arange(len(self.cumulative))))


def second_sunday_of_may(year: int) -> date:
    """Mother's day in most countries."""
    first = date(year, 5, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def occasion_height(day: date) -> float:
    """Height of the season on ``day`` at strength 1, above or below an ordinary day at 0."""
    height = -0.25 if day.month == 1 else -0.15 if day.month in {7, 8} else 0.0
    until_christmas = (date(day.year, 12, 22) - day).days
    if -2 <= until_christmas <= 35:
        height += 2.0 * (1.0 - abs(until_christmas - 10) / 30.0)
    until_mothers_day = (second_sunday_of_may(day.year) - day).days
    if 0 <= until_mothers_day <= 12:
        height += 0.9
    if day.month == 2 and 3 <= day.day <= 13:
        height += 0.5
    return height + float(_WEEKDAYS[day.weekday()])


def season_index(start: date, days: int, strength: float) -> Floats:
    """Index of each day from ``start`` on, with mean 1 over an ordinary year; shape (days,).

    Args:
        start: First day.
        days: Number of days.
        strength: From 0 (always 1) to about 2 for those who buy for occasions.
    """
    if strength == 0.0:
        return np.ones(days)
    year = [date(2021, 1, 1) + timedelta(days=number) for number in range(364)]
    level = np.mean([_positive(occasion_height(day), strength) for day in year])
    every = (occasion_height(start + timedelta(days=number)) for number in range(days))
    return np.array([_positive(height, strength) for height in every], float) / float(level)


def clock_of(index: Floats) -> CustomerClock:
    """The clock that runs at the speed of ``index`` (shape (days,))."""
    return CustomerClock(np.concatenate([[0.0], np.cumsum(index)]))


def _positive(height: float, strength: float) -> float:
    return max(1.0 + strength * height, 0.05)
