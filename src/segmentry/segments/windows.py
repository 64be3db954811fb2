"""Windows as instants: calendar-exact bounds in the definition's zone, for any as-of.

Every window becomes intervals ``[start, end)`` of UTC instants in microseconds, none reaching beyond the as-of. "Last N
days" is the local wall clock of the as-of less N calendar days, that instant excluded, the as-of included. Months clamp
to their last day. A missing local time is the first instant after the gap, a repeated one the first of the two.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
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


def bounds(window: Window | None, as_of: datetime, timezone: str, earliest: datetime = EARLIEST) -> tuple[Bounds, ...]:
    """The intervals of ``window`` as seen at ``as_of`` (UTC, no zone attached), in order of time, empty ones left out.

    Args:
        window: The window; None for ever.
        as_of: The instant of evaluation; nothing after it is inside.
        timezone: The definition's zone.
        earliest: Instant before which there are no facts; seasons are laid out from there.
    """
    last = as_of + MOMENT
    found = _intervals(window, as_of, timezone, earliest)
    cut = [Bounds(each.start, min(each.end, last)) for each in found]
    return tuple(each for each in cut if each.start is None or each.start < each.end)


def _intervals(window: Window | None, as_of: datetime, timezone: str, earliest: datetime) -> list[Bounds]:
    match window:
        case Rolling(start, end):
            return [_rolling(start, end, as_of, timezone)]
        case Dates(first, last):
            begins = None if first is None else day_begins(first, timezone)
            return [Bounds(begins, as_of + MOMENT if last is None else day_ends(last, timezone))]
        case Calendar(unit, previous):
            return [_calendar(unit, previous, as_of, timezone)]
        case Season(first, last):
            return list(_seasons(first, last, as_of, timezone, earliest))
    return [Bounds(None, as_of + MOMENT)]


def _rolling(start: Span | None, end: Span | None, as_of: datetime, timezone: str) -> Bounds:
    low = None if start is None else back(as_of, start, timezone=timezone)
    high = as_of if end is None else back(as_of, end, timezone=timezone)
    return Bounds(None if low is None else low + MOMENT, BEGINNING if high is None else high + MOMENT)


def _calendar(unit: CalendarUnit, previous: int, as_of: datetime, timezone: str) -> Bounds:
    current = period_start(utc_to_local(as_of, timezone).date(), unit)
    if not previous:
        return Bounds(day_begins(current, timezone), as_of + MOMENT)
    first = _periods_before(current, unit, previous)
    return Bounds(None if first is None else day_begins(first, timezone), day_begins(current, timezone))


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


def _seasons(first: int, last: int, as_of: datetime, timezone: str, earliest: datetime) -> Iterator[Bounds]:
    length = (last - first) % 12 + 1
    for year in range(max(earliest.year - 2, 2), as_of.year + 2):
        final_year, final_month = divmod(year * 12 + first - 2 + length, 12)
        final = date(final_year, final_month + 1, calendar.monthrange(final_year, final_month + 1)[1])
        yield Bounds(day_begins(date(year, first, 1), timezone), day_ends(final, timezone))


def periods_back(as_of: datetime, span: Span, count: int, timezone: str) -> tuple[Bounds, ...]:
    """``count`` spans laid end to end back from ``as_of``, the latest first; each excludes its far end."""
    ends = [back(as_of, span, times, timezone) if times else as_of for times in range(count + 1)]
    return tuple(
        Bounds(None if low is None else low + MOMENT, (high or BEGINNING) + MOMENT) for high, low in pairwise(ends)
    )
