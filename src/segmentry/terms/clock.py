"""Local time from the pinned zone data: what a wall clock says, when it jumps, where a day begins.

Engines disagree about zones, so no engine is asked: bounds are computed here and passed on as literals.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten


@dataclass(frozen=True, slots=True)
class Transition:
    """From ``instant`` (UTC, no zone attached) on, local time is UTC plus ``offset``."""

    instant: datetime
    offset: timedelta


def tzdata_version() -> str:
    """Version of the pinned zone data, recorded with every artifact."""
    return importlib.metadata.version("tzdata")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All IANA zone names of the pinned data."""
    text = importlib.resources.files("tzdata").joinpath("zones").read_text(encoding="utf8")
    return frozenset(text.split())


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone called ``name`` from the pinned data, never from the machine; `SettingsError` if unknown."""
    if name not in zone_names():
        hint = near_miss(name, zone_names()) or "Use an IANA name such as Europe/London."
        raise SettingsError(Problem("TIMEZONE_UNKNOWN", "There is no such time zone", "timezone", shorten(name), hint))
    path = importlib.resources.files("tzdata.zoneinfo")
    for part in name.split("/"):
        path = path.joinpath(part)
    with path.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def local_to_utc(moment: datetime, timezone: str) -> datetime:
    """The instant (UTC, no zone attached) at which a wall clock in ``timezone`` shows ``moment``.

    A missing local time becomes the first instant after the gap, a repeated one the first of the two.
    """
    place = zone(timezone)
    naive = moment.replace(tzinfo=None)
    earlier = naive.replace(tzinfo=place, fold=0)
    before, after = earlier.utcoffset(), naive.replace(tzinfo=place, fold=1).utcoffset()
    if before is None or after is None:
        raise ValueError(f"{timezone} has no offset at {moment}")
    if after > before and utc_to_local(naive - before, timezone) != naive:
        return _gap_end(naive - after, naive - before, place)
    return naive - before


def _gap_end(low: datetime, high: datetime, place: ZoneInfo) -> datetime:
    """The first whole second after ``low`` at which the offset has changed, found by halving."""
    start = low.replace(tzinfo=UTC).astimezone(place).utcoffset()
    low_second, high_second = 0, int((high - low).total_seconds())
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        moment = (low + timedelta(seconds=middle)).replace(tzinfo=UTC)
        if moment.astimezone(place).utcoffset() == start:
            low_second = middle
        else:
            high_second = middle
    return (low + timedelta(seconds=high_second)).replace(microsecond=0)


def utc_to_local(instant: datetime, timezone: str) -> datetime:
    """What a wall clock in ``timezone`` shows at ``instant`` (UTC, no zone attached)."""
    return instant.replace(tzinfo=UTC).astimezone(zone(timezone)).replace(tzinfo=None)


def midnight_after(day: date, timezone: str) -> datetime:
    """The first instant (UTC, no zone attached) of the day after ``day`` in ``timezone``."""
    return local_to_utc(datetime.combine(day + timedelta(days=1), datetime.min.time()), timezone)


def transitions(timezone: str, first: datetime, last: datetime) -> tuple[Transition, ...]:
    """The offsets in force from ``first`` to ``last`` (UTC), the one already in force at ``first`` leading.

    Offsets are probed day by day and each change is then found to the second; zones change at most twice within a
    few weeks, so no change can hide between two probes that agree.
    """
    place = zone(timezone)

    def offset(instant: datetime) -> timedelta:
        return instant.replace(tzinfo=UTC).astimezone(place).utcoffset() or timedelta()

    found = [Transition(first, offset(first))]
    probe = first
    while probe < last:
        following = min(probe + timedelta(days=1), last)
        if offset(following) != found[-1].offset:
            found.append(_locate(probe, following, found[-1].offset, place))
        probe = following
    return tuple(found)


def _locate(low: datetime, high: datetime, before: timedelta, place: ZoneInfo) -> Transition:
    seconds_low, seconds_high = 0, int((high - low).total_seconds())
    while seconds_high - seconds_low > 1:
        middle = (seconds_low + seconds_high) // 2
        moment = (low + timedelta(seconds=middle)).replace(tzinfo=UTC)
        if moment.astimezone(place).utcoffset() == before:
            seconds_low = middle
        else:
            seconds_high = middle
    instant = (low + timedelta(seconds=seconds_high)).replace(microsecond=0)
    return Transition(instant, instant.replace(tzinfo=UTC).astimezone(place).utcoffset() or timedelta())
