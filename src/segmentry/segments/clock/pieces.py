"""The course of an edge over a stretch of time, as pieces on which it runs with the clock, stands still or jumps.

An edge need not go forward only: where a wall clock is set back, and at the end of short months, "a month ago" falls
back, and what had passed is inside again. So the course is taken as it is, evaluated in Python with the pinned zones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from segmentry.segments.literals import BEGINNING, day_begins
from segmentry.segments.windows import MOMENT, Back, Edge, Fixed, Period, edge_at, period_start
from segmentry.terms.clock import transitions, utc_to_local

_STRIDE = timedelta(days=7)
"""Stretches that are looked at whole: no zone changes twice within one."""
_SHORT = timedelta(hours=12)
"""Stretches of edges that go back in several steps: they jump wherever one of the steps does, on any day."""
_REACH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Times that pass an edge: those from ``low`` to before ``high``.

    Attributes:
        low: First time (UTC).
        high: First time after.
        due_at: When all of them pass, at once; None where each passes by itself.
        delay: How long after it each passes by itself.
    """

    low: datetime
    high: datetime
    due_at: datetime | None
    delay: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time in which an edge runs with the clock or stands still.

    Attributes:
        start: First instant (UTC).
        end: Last instant.
        first: Where the edge lies at the first instant.
        last: Where it lies at the last.
    """

    start: datetime
    end: datetime
    first: datetime
    last: datetime


def crossings(edge: Edge, timezone: str, after: datetime, until: datetime) -> list[Crossing]:
    """Which times pass an edge, and when, from right after ``after`` to ``until`` (UTC).

    A time ``t`` has passed an edge that lies at ``e`` when ``t < e``; an edge that falls back is passed anew.

    Args:
        edge: The edge.
        timezone: The zone in which it is read.
        after: Instant at which truth is known.
        until: Last instant of interest.
    """
    found: list[Crossing] = []
    course = pieces(edge, timezone, after, until)
    for before, piece in zip([None, *course], course, strict=False):
        if before is not None and piece.first - before.last == MOMENT:
            found.append(Crossing(before.last, piece.first, None, piece.start - before.last))
        elif before is not None and piece.first != before.last:
            low, high = sorted([before.last, piece.first])
            found.append(Crossing(low, high, piece.start))
        if piece.last != piece.first:
            found.append(Crossing(piece.first, piece.last, None, piece.end - piece.last + MOMENT))
    return _merged(found)


def pieces(edge: Edge, timezone: str, first: datetime, last: datetime) -> list[Piece]:
    """The whole course of an edge from one instant to another, both included."""
    if isinstance(edge, Fixed) or (isinstance(edge, Back) and all(span.unit == "hour" for span, _ in edge.steps)):
        cuts = [first, last]
    else:
        cuts = _cuts(edge, timezone, first, last)
    return [
        Piece(start, end, _at(edge, start, timezone), _at(edge, end, timezone))
        for start, end in _stretches(edge, timezone, cuts)
    ]


def _at(edge: Edge, instant: datetime, timezone: str) -> datetime:
    return edge_at(edge, instant, timezone) or BEGINNING


def _cuts(edge: Back | Period, timezone: str, after: datetime, until: datetime) -> list[datetime]:
    """Where an edge may jump though the zones it lies in do not change, and strides between; both ends included."""
    stride, turns = _rhythm(edge)
    found = set(_changes(timezone, after.year, until.year))
    found |= {after + stride * step for step in range((until - after) // stride + 1)}
    first, last = (utc_to_local(each, timezone).date().toordinal() for each in (after, until))
    days = (date.fromordinal(number) for number in range(first - 1, last + 2))
    found |= {day_begins(day, timezone) for day in days if turns(day)}
    steps = edge.steps if isinstance(edge, Back) else ()
    for count in range(1, len(steps)):
        # A jump of one step that the next makes good an hour later would hide between ends that fit together.
        found |= {piece.start for piece in pieces(Back(steps[:count]), timezone, after, until)}
    return (
        sorted({after, until, *(each for each in found if after < each < until)}) if after < until else [after, until]
    )


def _rhythm(edge: Back | Period) -> tuple[timedelta, Callable[[date], bool]]:
    """How long a stretch may be, and the days with which an edge may jump wherever it is."""
    if isinstance(edge, Period):
        return _STRIDE, lambda day: period_start(day, edge.unit) == day
    if len(edge.steps) > 1:
        return _SHORT, lambda day: False
    if edge.steps[0][0].unit in ("month", "quarter", "year"):
        return _STRIDE, lambda day: day.day == 1 or day.day > 28
    return _STRIDE, lambda day: False


@lru_cache(maxsize=256)
def _changes(timezone: str, first: int, last: int) -> tuple[datetime, ...]:
    whole = transitions(timezone, datetime(max(first, 2), 1, 1) - _REACH, datetime(min(last + 1, 9998), 1, 1) + _REACH)
    return tuple(each.instant for each in whole[1:])


def _stretches(edge: Edge, timezone: str, cuts: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """First and last instants of pieces without a jump inside, the first piece beginning at the first cut."""
    for place, start in enumerate(cuts[:-1]):
        final = place == len(cuts) - 2
        waiting = [(start, cuts[place + 1] - (timedelta() if final else MOMENT))]
        while waiting:
            low, high = waiting.pop()
            if high <= low or _smooth(edge, timezone, low, high):
                yield low, high
                continue
            middle = low + (high - low) // 2
            waiting += [(middle + MOMENT, high), (low, middle)]


def _smooth(edge: Edge, timezone: str, low: datetime, high: datetime) -> bool:
    middle = low + (high - low) // 2
    first, between, last = (_at(edge, each, timezone) for each in (low, middle, high))
    return (last - first == high - low and between - first == middle - low) or first == between == last


def _merged(found: list[Crossing]) -> list[Crossing]:
    """Neighboring pieces that run alike as one."""
    merged: list[Crossing] = []
    for each in found:
        last = merged[-1] if merged else None
        if last and last.due_at is each.due_at is None and (last.high, last.delay) == (each.low, each.delay):
            merged[-1] = Crossing(last.low, each.high, None, last.delay)
        else:
            merged.append(each)
    return merged
