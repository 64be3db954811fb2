"""Local time worked out the plain way: by trying offsets, with Python's own zones."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from segmentry.segments.tree import Calendar, Dates, Rolling, Season, Span, Window
from segmentry.terms.clock import zone as zone_of

_PROBES = [timedelta(hours=hours) for hours in range(-36, 37, 3)]


def local(instant: datetime, zone: str) -> datetime:
    """What the wall clock shows at an instant (UTC)."""
    return instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).replace(tzinfo=None)


@lru_cache(maxsize=65_536)
def instant_of(shown: datetime, zone: str) -> datetime:
    """The first instant (UTC) at which the wall clock shows ``shown``; after a gap, the first one at all."""
    offsets = {local(shown + probe, zone) - (shown + probe) for probe in _PROBES}
    exact = [shown - offset for offset in offsets if local(shown - offset, zone) == shown]
    if exact:
        return min(exact)
    low, high = shown - max(offsets), shown - min(offsets)
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if local(middle, zone) >= shown else (middle, high)
    return high


@lru_cache(maxsize=65_536)
def stepped_back(instant: datetime, span: Span, zone: str, times: int = 1) -> datetime:
    """``times`` spans before an instant by the wall clock; the beginning of time where the calendar ends."""
    count = span.count * times
    try:
        if span.unit == "hour":
            return instant - timedelta(hours=count)
        shown = local(instant, zone)
        if span.unit in ("day", "week"):
            return instant_of(shown - timedelta(days=count * {"day": 1, "week": 7}[span.unit]), zone)
        return instant_of(_fewer_months(shown, count * {"month": 1, "quarter": 3, "year": 12}[span.unit]), zone)
    except (OverflowError, ValueError):
        return datetime.min


def _fewer_months(shown: datetime, months: int) -> datetime:
    month, year = shown.month, shown.year
    year -= months // 12
    month -= months % 12
    if month < 1:
        month, year = month + 12, year - 1
    for day in range(shown.day, 27, -1):
        if day <= calendar.monthrange(max(year, 1), month)[1]:
            return shown.replace(year=year, month=month, day=day)
    return shown.replace(year=year, month=month)


def lies_in(moment: datetime, window: Window | None, as_of: datetime, zone: str) -> bool:
    """Whether an instant lies in a window as seen at ``as_of``."""
    if moment > as_of:
        return False
    match window:
        case Rolling(start, end):
            after = start is None or moment > stepped_back(as_of, start, zone)
            return after and (end is None or moment <= stepped_back(as_of, end, zone))
        case Dates(first, last):
            begun = first is None or moment >= _midnight(first, zone)
            return begun and (last is None or moment < _midnight_after(last, zone))
        case Calendar(unit, previous):
            return _in_calendar(moment, unit, previous, as_of, zone)
        case Season(first, last):
            return _in_season(moment, first, last, zone)
    return True


def _midnight(day: date, zone: str) -> datetime:
    if day.toordinal() <= 2:
        return datetime.min
    return instant_of(datetime.combine(day, datetime.min.time()), zone)


def _midnight_after(day: date, zone: str) -> datetime:
    return datetime.max if day >= date(9999, 12, 30) else _midnight(day + timedelta(days=1), zone)


def _in_calendar(moment: datetime, unit: str, previous: int, as_of: datetime, zone: str) -> bool:
    first = _first_day(local(as_of, zone).date(), unit)
    if previous == 0:
        return moment >= _midnight(first, zone)
    begin = first
    try:
        for _ in range(previous):
            begin = _first_day(begin - timedelta(days=1), unit)
    except OverflowError:
        begin = date.min
    return _midnight(begin, zone) <= moment < _midnight(first, zone)


def _first_day(day: date, unit: str) -> date:
    while not {
        "day": True,
        "week": day.isoweekday() == 1,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10),
        "year": day.day == 1 and day.month == 1,
    }[unit]:
        day -= timedelta(days=1)
    return day


def _in_season(moment: datetime, first: int, last: int, zone: str) -> bool:
    months = {(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)}
    shown = local(moment, zone).date()
    days = [shown + timedelta(days=step) for step in (-1, 0, 1)]
    return any(day.month in months and _midnight(day, zone) <= moment < _midnight_after(day, zone) for day in days)


def local_midnight(day: date, zone: str) -> datetime:
    """Where a fact that knows only its day sits."""
    return _midnight(day, zone)
