"""Spans and windows: when a fact must lie to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from segmentry.segments.tree.base import Node

Unit = Literal["hour", "day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = ("hour", "day", "week", "month", "quarter", "year")
CalendarUnit = Literal["day", "week", "month", "quarter", "year"]
CALENDAR_UNITS: tuple[CalendarUnit, ...] = ("day", "week", "month", "quarter", "year")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
"""The months by name, January first."""


@dataclass(frozen=True, slots=True)
class Span(Node):
    """A length of time: hours are elapsed time, all others are steps of the local calendar.

    Attributes:
        count: How many, from 1 on.
        unit: Of what.
    """

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Window(Node):
    """Base of all windows; no window at all means ever."""


@dataclass(frozen=True, slots=True)
class Rolling(Window):
    """From the as-of less ``start`` (not included) to the as-of less ``end`` (included).

    Attributes:
        start: Far end; None for the beginning of time.
        end: Near end; None for the as-of itself.
    """

    start: Span | None = None
    end: Span | None = None


@dataclass(frozen=True, slots=True)
class Dates(Window):
    """From the first instant of ``first`` to the last instant of ``last``, local days of the definition's zone.

    Attributes:
        first: First day; None for the beginning of time.
        last: Last day; None for no end.
    """

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Calendar(Window):
    """Whole local calendar periods: the current one so far, or a number of periods before it.

    Attributes:
        unit: Length of a period; weeks begin on Monday.
        previous: Number of whole periods before the current one; 0 means the current one.
    """

    unit: CalendarUnit
    previous: int = 0


@dataclass(frozen=True, slots=True)
class Season(Window):
    """The same months of every year; ``first`` above ``last`` runs over the turn of the year.

    Attributes:
        first: First month, 1 for January.
        last: Last month, included.
    """

    first: int
    last: int
