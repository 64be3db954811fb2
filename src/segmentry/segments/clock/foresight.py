"""When a customer enters or leaves though nothing happens: worked out by letting the referee look ahead.

Truth by the clock changes only where a fact reaches the edge of a window or the calendar turns. These instants are
listed, the referee is asked at each in order, and the first change is then found to the microsecond by halving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import ibis
import pyarrow as pa

from segmentry.segments.dependencies import closure, traits_of
from segmentry.segments.literals import day_begins, day_ends
from segmentry.segments.published import Published
from segmentry.segments.raw import worlds
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import (
    Calendar,
    Dates,
    Definition,
    Node,
    Percentile,
    Rank,
    Regularly,
    Season,
    Span,
    children,
    walk,
)
from segmentry.segments.universe import base_of
from segmentry.segments.windows import MOMENT, period_start
from segmentry.terms.clock import local_to_utc, utc_to_local
from segmentry.terms.numbers import NotEstimable

HORIZON = timedelta(days=1100)
"""How far ahead to look."""
_MOST = 600
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}


def by_the_clock(published: Published, definition: Definition, customer: str) -> dict[str, Any] | NotEstimable:
    """When membership by the rule changes next if nothing happens.

    Args:
        published: What is published.
        definition: The definition.
        customer: A customer of its universe.

    Returns:
        ``at`` (the first instant of the new state, or None), ``member`` (the state from then on) and ``until`` (how
        far was looked ahead); `NotEstimable` where ranks, or traits known as of one instant only, are asked for.
    """
    definitions = published.with_definition(definition)
    needed = closure([definition.id], definitions)
    asked = [each for each in definitions if each.id in needed]
    tables = published.belonging().inputs(base_of(definition))
    nodes = [node for each in asked for node in walk(each.where)]
    if any(isinstance(node, Rank | Percentile) for node in nodes):
        return NotEstimable("ranks depend on what everybody else does")
    dated = [name for each in asked for name in traits_of(each.where) if tables.fields[name].table != "given_traits"]
    if dated:
        return NotEstimable(f"{dated[0]} is known only as of the last refresh")
    if any(base_of(each) != base_of(definition) for each in asked):
        return NotEstimable("it leans on segments of another universe")
    one = ibis.memtable(pa.table({"customer_id": pa.array([customer], pa.string())}))
    world = worlds(published.reader, tables, asked, one).get(customer)
    if world is None:
        return NotEstimable("the customer is not among those the definition looks at")
    return _first_change(definition, asked, world, published.as_of)


def _first_change(definition: Definition, asked: Sequence[Definition], world: World, as_of: datetime) -> dict[str, Any]:
    now, before = bool(judge(definition, world, as_of)), as_of
    until = as_of + HORIZON
    for instant in islice(_instants(asked, world, as_of, until), _MOST):
        if bool(judge(definition, world, instant)) != now:
            return {"at": _halved(definition, world, before, instant, now), "member": not now, "until": until}
        before = instant
    return {"at": None, "member": now, "until": until}


def _halved(definition: Definition, world: World, low: datetime, high: datetime, now: bool) -> datetime:
    while high - low > MOMENT:
        middle = low + (high - low) // 2
        if bool(judge(definition, world, middle)) == now:
            low = middle
        else:
            high = middle
    return high


def _instants(definitions: Iterable[Definition], world: World, as_of: datetime, until: datetime) -> Iterator[datetime]:
    """Instants after ``as_of`` at which truth may change, in order; the days around each edge are included whole."""
    moments = sorted(set(_moments(world)))
    found: set[datetime] = set()
    for definition in definitions:
        zone = definition.timezone
        for lengths in _lengths(definition.where):
            for moment in moments:
                found.update(_edges(moment, lengths, zone))
        for node in walk(definition.where):
            found.update(_calendar(node, as_of, zone))
    return iter(sorted(each for each in found if as_of < each <= until))


def _moments(world: World) -> Iterator[datetime]:
    rows = [*world.parties, *(row for table in world.facts.values() for row in table), *world.changes, *world.consents]
    for row in rows:
        for value in row.values():
            if isinstance(value, datetime):
                yield value
            elif isinstance(value, date):
                yield datetime.combine(value, datetime.min.time())


def _lengths(node: Node) -> Iterator[tuple[Span, ...]]:
    """Spans, alone and one after another, that a fact may be away from the as-of when truth changes."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        spans = [each for each in children(current) if isinstance(each, Span)]
        yield from ((each,) for each in spans)
        if len(spans) > 1:
            yield tuple(spans)
        if isinstance(current, Regularly):
            yield from ((current.span,) * times for times in range(2, current.periods + 1))
        waiting.extend(children(current))


def _edges(moment: datetime, lengths: Sequence[Span], zone: str) -> Iterator[datetime]:
    local = utc_to_local(moment, zone)
    elapsed = timedelta(hours=sum(each.count for each in lengths if each.unit == "hour"))
    try:
        for each in lengths:
            local = _ahead(local, each)
        yield moment + elapsed + timedelta(days=sum(_DAYS.get(each.unit, 0) * each.count for each in lengths))
        edge = local_to_utc(local, zone) + elapsed
        yield from (edge, edge + MOMENT)
        for step in range(-1, 4):
            yield day_begins((local + timedelta(days=step)).date(), zone)
    except (OverflowError, ValueError):
        return


def _ahead(local: datetime, span: Span) -> datetime:
    if span.unit in _MONTHS:
        year, month = divmod(local.year * 12 + local.month - 1 + span.count * _MONTHS[span.unit], 12)
        return local.replace(year=year, month=month + 1, day=min(local.day, 28)) + timedelta(
            days=max(local.day - 28, 0)
        )
    return local + timedelta(days=_DAYS.get(span.unit, 0) * span.count)


def _calendar(node: Node, as_of: datetime, zone: str) -> Iterator[datetime]:
    """Where the calendar itself turns: periods and days named by the definition."""
    today = utc_to_local(as_of, zone).date()
    if isinstance(node, Dates):
        yield from (day_ends(node.last, zone),) if node.last is not None else ()
        yield from (day_begins(node.first, zone),) if node.first is not None else ()
    elif isinstance(node, Calendar | Season):
        unit = node.unit if isinstance(node, Calendar) else "month"
        starts = {period_start(today + timedelta(days=step), unit) for step in range(HORIZON.days)}
        yield from (day_begins(each, zone) for each in starts)
