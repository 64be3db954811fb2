"""When membership may change though nothing happens: due instants by customer, never late, now and then for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.segments.clock.looks import Look, Times
from segmentry.segments.clock.pieces import Crossing, crossings
from segmentry.segments.inputs import Inputs
from segmentry.segments.layout import FACT_TABLES, counts
from segmentry.segments.leaf_expressions import Place, balanced
from segmentry.segments.literals import END, day_begins
from segmentry.segments.relations import turns_of_roles
from segmentry.segments.statistics import row_condition
from segmentry.terms.clock import utc_to_local

_TIME = pa.timestamp("us")
_CROSSINGS = pa.schema([("low", _TIME), ("high", _TIME), ("at_once", _TIME), ("delay", pa.int64())])
_MOST_RANGES = 64
"""Stretches of time that are looked at one by one."""
_DAYS = pa.schema([("local_day", pa.date32()), ("begins", pa.timestamp("us"))])
_DUE = pa.schema([("customer_id", pa.string()), ("due_at", pa.timestamp("us"))])


def due_instants(
    asked: Sequence[Look], inputs: Inputs, after: datetime, until: datetime, arrivals: ir.Table | None = None
) -> ir.Table:
    """Every instant at which truth may change for a customer: ``customer_id`` and ``due_at``, each pair once.

    Args:
        asked: What definitions look at.
        inputs: The tables; their universe is not used.
        after: Instant (UTC) at which truth is known; not included.
        until: Last instant of interest, included.
        arrivals: ``customer_id`` and ``time`` at which customers become known; None if all are known for ever.
    """
    found: list[ir.Table] = []
    for (times, zone), looks in _grouped(asked).items():
        passed = [each for look in looks for each in crossings(look.edge, zone, after, until)]
        told = _times_of(times, zone, inputs, arrivals) if passed else None
        if told is not None:
            found.append(_joined(told if told.time.type().is_timestamp() else _as_instants(told, passed, zone), passed))
    if not found:
        return ibis.memtable(pa.Table.from_pylist([], schema=_DUE))
    whole = ibis.union(*found) if len(found) > 1 else found[0]
    return whole.distinct()


def _grouped(asked: Iterable[Look]) -> dict[tuple[Times, str], list[Look]]:
    found: dict[tuple[Times, str], list[Look]] = {}
    for each in asked:
        found.setdefault((each.times, each.timezone), []).append(each)
    return found


def _joined(told: ir.Table, passed: Sequence[Crossing]) -> ir.Table:
    """Times with each edge they pass: a join with ranges, over the rows that lie in any of them."""
    told = told.mutate(time=told.time.cast("timestamp(6)"))
    near = [(told.time >= _literal(low)) & (told.time < _literal(high)) for low, high in _covered(passed)]
    inside = told.filter(balanced(near, or_))
    rows = [(each.low, each.high, each.due_at, int(each.delay.total_seconds())) for each in dict.fromkeys(passed)]
    columns = [pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), _CROSSINGS.types, strict=True)]
    ranges = ibis.memtable(pa.table(columns, schema=_CROSSINGS))
    met = inside.inner_join(ranges, [inside.time >= ranges.low, inside.time < ranges.high])
    due = ibis.coalesce(met.at_once, met.time + met.delay.as_interval("s"))
    return met.select("customer_id", due_at=due.cast("timestamp(6)"))


def _covered(passed: Sequence[Crossing]) -> list[tuple[datetime, datetime]]:
    """The ranges of crossings, those that meet as one; as a whole where they are many."""
    found: list[tuple[datetime, datetime]] = []
    for low, high in sorted((each.low, each.high) for each in passed):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found if len(found) <= _MOST_RANGES else [(found[0][0], found[-1][1])]


def _as_instants(told: ir.Table, passed: Sequence[Crossing], zone: str) -> ir.Table:
    """Days as the instants at which they begin in a zone, as far as they pass an edge."""
    first = utc_to_local(min(each.low for each in passed), zone).date() - timedelta(days=1)
    last = utc_to_local(max(each.high for each in passed), zone).date() + timedelta(days=1)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    rows = [{"local_day": day, "begins": day_begins(day, zone)} for day in days]
    begins = ibis.memtable(pa.Table.from_pylist(rows, schema=_DAYS))
    return told.inner_join(begins, told.time == begins.local_day).select("customer_id", time="begins")


def _times_of(times: Times, zone: str, inputs: Inputs, arrivals: ir.Table | None) -> ir.Table | None:
    """``customer_id`` and ``time``; None where there is nothing such."""
    if times.of == "customers":
        return arrivals
    if times.of == "trait":
        field = inputs.fields[str(times.name)]
        table = inputs.traits[field.table]
        return table.select("customer_id", time=table[field.column])
    if times.of == "consents" and inputs.consents is not None:
        given = inputs.consents.filter(inputs.consents.purpose == times.name)
        return given.select("customer_id", time="recorded_at")
    if times.of == "roles" and inputs.contacts is not None:
        return turns_of_roles(inputs.contacts)
    if times.of == "changes" and inputs.changes is not None:
        return inputs.changes.select("customer_id", time="effective_at")
    return _facts(times, zone, inputs) if times.of == "facts" else None


def _facts(times: Times, zone: str, inputs: Inputs) -> ir.Table | None:
    facts = times.facts
    if facts is None:
        return None
    table = inputs.facts[FACT_TABLES[facts.kind].table]
    parts: list[Any] = [counts(facts, table)]
    if facts.where is not None:
        parts.append(row_condition(facts.where, table, Place(END, zone)))
    chosen = [part for part in parts if part is not None]
    rows = table.filter(reduce(and_, chosen)) if chosen else table
    return rows.select("customer_id", time=rows[times.name or FACT_TABLES[facts.kind].time])


def _literal(instant: datetime) -> Any:
    return ibis.literal(instant, type="timestamp(6)")
