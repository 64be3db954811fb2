"""Which days lie before an occasion, worked out once for every combination of areas that customers live in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

EVERYWHERE = ""
MOST_DAYS = 20_000
DAYS = pa.schema(
    {"areas": pa.string(), "day": pa.date32(), "event": pa.string(), "passed": pa.int64(), "all_days": pa.int64()}
)
"""One day for one combination of areas: the next occasion it lies before, the days before occasions up to it, and in
all."""


def day_table(
    events: Sequence[Mapping[str, Any]], areas: Iterable[str], first: date, last: date, before: int
) -> pa.Table:
    """Every day from ``first`` to ``last`` for every combination of areas, in the shape of `DAYS`.

    Args:
        events: ``event``, ``area`` (lower case; None for everywhere), ``started_on`` and ``ended_on`` (may be None).
        areas: Combinations of areas, each joined by ``|``; the empty one for whom no area is known.
        first: First day.
        last: Last day; more than `MOST_DAYS` before it are left out.
        before: Days before an event that count; days of the event itself count as well.
    """
    first = max(first, last - timedelta(days=MOST_DAYS))
    rows: dict[str, list[Any]] = {name: [] for name in DAYS.names}
    for key in sorted({EVERYWHERE, *areas}):
        own = set(key.split("|"))
        near = [each for each in events if each["area"] is None or each["area"] in own]
        occasion = _days(near, first, last, before)
        passed = 0
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            passed += day in occasion
            for name, value in zip(DAYS.names, (key, day, occasion.get(day), passed, len(occasion)), strict=True):
                rows[name].append(value)
    return pa.table(rows, schema=DAYS)


def _days(events: Sequence[Mapping[str, Any]], first: date, last: date, before: int) -> dict[date, str]:
    """The event that each day lies before or in: the one that begins next, of one day the first by name."""
    found: dict[date, str] = {}
    for event in sorted(events, key=lambda each: (each["started_on"], each["event"]), reverse=True):
        start, end = event["started_on"], event["ended_on"] or event["started_on"]
        day = max(start - timedelta(days=before), first)
        while day <= min(end, last):
            found[day] = event["event"]
            day += timedelta(days=1)
    return found
