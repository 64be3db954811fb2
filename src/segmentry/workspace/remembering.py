"""What is on record of segments: each with its count and freshness, its members at any instant, and who moved why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.segments import history
from segmentry.segments.dependencies import dependents, mentioned
from segmentry.segments.language.writing import format_condition
from segmentry.segments.published import Published, worth
from segmentry.segments.reader import rows_of
from segmentry.segments.tree import Definition
from segmentry.segments.words import describe
from segmentry.terms.clock import midnight_after
from segmentry.terms.errors import Problem, SettingsError
from segmentry.terms.numbers import as_json
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.ticking import pending, utc

_SHOWN = 20
_TABLES = ("segment_counts", "segment_definitions", "segment_members", "segment_changes")
_EVALUATION = ("as_of", "recorded_at", "version", "members", "error", "attempts")
_EVENT = ("segment_id", "customer_id", "change", "reason", "effective_at", "recorded_at")


def list_segments(published: Published, stale: Sequence[str], as_of: datetime | None) -> DocumentResult:
    """Every segment with its exact count; see `Definitions.list`."""
    counts = {row["segment_id"]: row for row in published.counts()}
    entries = [_entry(published, each, counts.get(each.id), stale) for each in published.definitions]
    unread = [row for id_, row in counts.items() if id_ not in published.record]
    entries += [_failed_entry(row) for row in unread]
    document = {
        "segments": sorted(entries, key=lambda each: str(each["id"])),
        "stale_because": stale,
        "due_changes_pending": pending(published, as_of),
    }
    tables = {name: _read(published, published.reader.table(name)) for name in _TABLES if published.reader.has(name)}
    return DocumentResult("Segments by definition", document, tables)


def show_segment(published: Published, segment: str, stale: Sequence[str], as_of: datetime | None) -> DocumentResult:
    """One segment, whole; see `Definitions.show`."""
    definition = published.find(segment).definition
    row = next((row for row in published.counts() if row["segment_id"] == definition.id), None)
    evaluations = rows_of(published.reader, "segment_evaluations")
    versions = rows_of(published.reader, "segment_definitions")
    inside = published.members(definition.id)
    document = {
        **_entry(published, definition, row, stale),
        "due_changes_pending": pending(published, as_of),
        "in_words": describe(definition),
        "timezone": definition.timezone,
        "kinds": [each.value for each in definition.kinds],
        "objective": definition.objective,
        "description": definition.description,
        "leans_on": list(mentioned(definition, published.definitions)),
        "worth": worth(published, inside.select("customer_id")),
        "sample": published.ids(inside, _SHOWN),
        "versions": _rows_of(versions, definition.id, ("version", "text", "recorded_at", "retired_at")),
        "history": _rows_of(evaluations, definition.id, _EVALUATION),
    }
    changes = published.changes()
    changes = changes.filter(changes.segment_id == definition.id)
    tables = {
        "members": _read(published, inside.order_by("customer_id")),
        "changes": _read(published, changes.order_by("effective_at", "recorded_at", "customer_id")),
    }
    return DocumentResult(f"Segment {definition.name}", document, tables)


def members(published: Published, segment: str, on: date | None, known_at: datetime | None) -> DocumentResult:
    """Who is in a segment, or was; see `Definitions.members`."""
    definition = published.find(segment).definition
    moment = published.as_of if on is None else midnight_after(on, definition.timezone)
    if on is None and known_at is None:
        table = published.members(definition.id).select("customer_id", "since")
    else:
        table = history.members_on(published, definition.id, moment, utc(known_at))
    table = table.order_by("customer_id")
    document = {
        "id": definition.id,
        "at": as_json(moment),
        "known_at": None if known_at is None else f"{utc(known_at):%Y-%m-%dT%H:%M:%S}Z",
        "members": published.number(table),
        "customers": as_json(published.reader.rows(table)),
    }
    return DocumentResult(f"Members of {definition.name}", document, {"members": _read(published, table)})


def events(published: Published, since: datetime, segment: str | None) -> DocumentResult:
    """Who entered and left after an instant; see `Definitions.events`."""
    id_ = None if segment is None else published.find(segment).definition.id
    moment = utc(since)
    table = history.events(published, since if moment is None else moment, id_)
    document = {
        "since": f"{moment or since:%Y-%m-%dT%H:%M:%S}Z",
        "events": as_json(published.reader.rows(table.select(_EVENT))),
    }
    return DocumentResult("Entered and left", document, {"events": _read(published, table)})


def attribution(published: Published, segment: str, start: date, end: date) -> DocumentResult:
    """Why a segment has grown or shrunk; see `Definitions.attribution`."""
    definition = published.find(segment).definition
    if start >= end:
        next_step = "Name the earlier day first."
        raise SettingsError(Problem("DAYS_TURNED", "The days are turned round", "end", f"{start} to {end}", next_step))
    first, last = (midnight_after(day, definition.timezone) for day in (start, end))
    return DocumentResult("Why it changed", history.attribution(published, definition.id, first, last))


def _entry(
    published: Published, definition: Definition, row: Mapping[str, Any] | None, stale: Sequence[str]
) -> dict[str, Any]:
    told = row or {"members": 0, "as_of": None, "complete_through": None, "state": "failed", "error": None}
    return {
        "id": definition.id,
        "name": definition.name,
        "of": definition.of,
        "version": published.record[definition.id].version,
        "members": told["members"],
        "as_of": as_json(told["as_of"]),
        "complete_through": as_json(told["complete_through"]),
        "state": "stale" if told["state"] == "fresh" and stale else told["state"],
        "error": told["error"],
        "text": format_condition(definition.where),
        "used_by": list(dependents(definition.id, published.definitions)),
    }


def _failed_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    empty = {"name": row["segment_id"], "of": None, "version": 0, "text": None, "used_by": []}
    told = {key: as_json(row[key]) for key in ("members", "as_of", "complete_through", "state", "error")}
    return {"id": row["segment_id"], **empty, **told}


def _rows_of(rows: Sequence[Mapping[str, Any]], id_: str, names: Sequence[str]) -> list[dict[str, Any]]:
    own = [row for row in rows if row["segment_id"] == id_]
    return [{name: as_json(row.get(name)) for name in names} for row in own]


def _read(published: Published, table: ir.Table) -> Callable[[], pa.Table]:
    return lambda: published.reader.arrow(table)
