"""Windows as instants: calendar-exact bounds in the definition's zone, for any as-of.

Every window becomes intervals ``[start, end)`` of UTC instants in microseconds, none reaching beyond the as-of. "Last N
days" is the local wall clock of the as-of less N calendar days, that instant excluded, the as-of included. Months clamp
to their last day. A missing local time is the first instant after the gap, a repeated one the first of the two.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from segmentry.segments.literals import BEGINNING, day_begins, day_ends
from segmentry.segments.tree import Calendar, CalendarUnit, Dates, Rolling, Season, Span, Window
from segmentry.terms.clock import local_to_utc, utc_to_local

MOMENT = timedelta(microseconds=1)
"""The grain of time: the smallest step between two instants."""
EARLIEST = datetime(1900, 1, 1)
"""From when on seasons are laid out where nothing earlier is told of."""
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of UTC instants.

    Attributes:
        start: First instant inside; None for the beginning of time.
        end: First instant after it.
    """

    start: datetime | None
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return (self.start is None or instant >= self.start) and instant < self.end


def back(instant: datetime, span: Span, times: int = 1, timezone: str = "UTC") -> datetime | None:
    """The instant ``times`` spans before ``instant`` (UTC), by the local wall clock; None before the year 1.

    Hours are elapsed time; days and weeks step back over the calendar, months clamp to their last day.
    """
    count = span.count * times
    try:
        if span.unit == "hour":
            return instant - timedelta(hours=count)
        local = utc_to_local(instant, timezone)
        if span.unit in _MONTHS:
            return local_to_utc(_months_before(local, count * _MONTHS[span.unit]), timezone)
        return local_to_utc(local - timedelta(days=count * (7 if span.unit == "week" else 1)), timezone)
    except (OverflowError, ValueError):
        return None


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    if year < 1:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Fixed:
    """An edge that stays where it is.

    Attributes:
        at: The instant (UTC).
    """

    at: datetime


@dataclass(frozen=True, slots=True)
class Back:
    """An edge that goes with the as-of: the instant right after the one so many spans before it.

    Attributes:
        steps: Spans and how many of each, one after another; none for the as-of itself.
    """

    steps: tuple[tuple[Span, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """An edge at the beginning of a local calendar period.

    Attributes:
        unit: Length of the period.
        previous: How many periods before that of the as-of.
    """

    unit: CalendarUnit
    previous: int


Edge = Fixed | Back | Period
NOW = Back()
"""Right after the as-of: nothing later counts."""


@dataclass(frozen=True, slots=True)
class Interval:
    """`Bounds` told as a rule: where they lie depends on the as-of.

    Attributes:
        start: First instant inside; None for the beginning of time.
        end: First instant after it.
    """

    start: Edge | None
    end: Edge


def edge_at(edge: Edge, as_of: datetime, timezone: str) -> datetime | None:
    """Where an edge lies as seen at ``as_of`` (UTC); None before the beginning of time."""
    match edge:
        case Fixed(at):
            return at
        case Period(unit, previous):
            first = _periods_before(period_start(utc_to_local(as_of, timezone).date(), unit), unit, previous)
            return None if first is None else day_begins(first, timezone)
        case Back(steps):
            found: datetime | None = as_of
            for span, times in steps:
                found = None if found is None else back(found, span, times, timezone)
            return None if found is None else found + MOMENT
    raise TypeError(edge)


def bounds(window: Window | None, as_of: datetime, timezone: str, earliest: datetime = EARLIEST) -> tuple[Bounds, ...]:
    """The intervals of ``window`` as seen at ``as_of`` (UTC, no zone attached), in order of time, empty ones left out.

    Args:
        window: The window; None for ever.
        as_of: The instant of evaluation; nothing after it is inside.
        timezone: The definition's zone.
        earliest: Instant before which there are no facts; seasons are laid out from there.
    """
    cut = bounds_of(intervals(window, as_of, timezone, earliest), as_of, timezone)
    return tuple(each for each in cut if each.start is None or each.start < each.end)


def bounds_of(rules: Iterable[Interval], as_of: datetime, timezone: str) -> tuple[Bounds, ...]:
    """Intervals as seen at ``as_of``, none reaching beyond it; empty ones are kept in their place."""
    last = as_of + MOMENT
    return tuple(
        Bounds(
            None if rule.start is None else edge_at(rule.start, as_of, timezone),
            min(edge_at(rule.end, as_of, timezone) or BEGINNING, last),
        )
        for rule in rules
    )


def intervals(
    window: Window | None, as_of: datetime, timezone: str, earliest: datetime = EARLIEST
) -> tuple[Interval, ...]:
    """The intervals of ``window`` as rules, in order of time; those of a season up to the year of ``as_of``."""
    match window:
        case Rolling(start, end):
            return (Interval(None if start is None else _back(start), NOW if end is None else _back(end)),)
        case Dates(first, last):
            begins = None if first is None else Fixed(day_begins(first, timezone))
            return (Interval(begins, NOW if last is None else Fixed(day_ends(last, timezone))),)
        case Calendar(unit, previous):
            return (Interval(Period(unit, previous), Period(unit, 0) if previous else NOW),)
        case Season(first, last):
            return tuple(_seasons(first, last, as_of, timezone, earliest))
    return (Interval(None, NOW),)


def _back(span: Span, times: int = 1) -> Back:
    return Back(((span, times),))


def period_start(day: date, unit: CalendarUnit) -> date:
    """The first day of the period that holds ``day``; weeks begin on Monday."""
    if unit == "week":
        return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
    if unit == "day":
        return day
    return date(day.year, (day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, 1)


def _periods_before(day: date, unit: CalendarUnit, count: int) -> date | None:
    try:
        if unit in _MONTHS:
            return _months_before(datetime.combine(day, datetime.min.time()), count * _MONTHS[unit]).date()
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    except OverflowError:
        return None


def _seasons(first: int, last: int, as_of: datetime, timezone: str, earliest: datetime) -> Iterator[Interval]:
    length = (last - first) % 12 + 1
    for year in range(max(earliest.year - 2, 2), as_of.year + 2):
        final_year, final_month = divmod(year * 12 + first - 2 + length, 12)
        final = date(final_year, final_month + 1, calendar.monthrange(final_year, final_month + 1)[1])
        yield Interval(Fixed(day_begins(date(year, first, 1), timezone)), Fixed(day_ends(final, timezone)))


def periods_back(as_of: datetime, span: Span, count: int, timezone: str) -> tuple[Bounds, ...]:
    """``count`` spans laid end to end back from ``as_of``, the latest first; each excludes its far end."""
    return bounds_of(end_to_end(span, count), as_of, timezone)


def end_to_end(span: Span, count: int) -> tuple[Interval, ...]:
    """``count`` spans laid end to end back from the as-of, the latest first."""
    ends = [NOW, *(_back(span, times) for times in range(1, count + 1))]
    return tuple(Interval(low, high) for high, low in pairwise(ends))


def silence(span: Span, before: Span | None) -> tuple[Interval, Interval]:
    """The span up to the as-of, and the span (or all of time) before it."""
    quiet = _back(span)
    return Interval(quiet, NOW), Interval(None if before is None else Back((*quiet.steps, (before, 1))), quiet)


def new_start(recent: Span, quiet: Span) -> tuple[Interval, Interval, Interval]:
    """The span up to the as-of, the span before it, and all of time before that."""
    end = Back(((recent, 1), (quiet, 1)))
    return Interval(_back(recent), NOW), Interval(end, _back(recent)), Interval(None, end)
