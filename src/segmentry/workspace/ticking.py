"""What the clock alone will do to segments, and the verb that lets it happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from segmentry.engine import DueRecord
from segmentry.segments import run as segments
from segmentry.segments.literals import END
from segmentry.segments.published import Published
from segmentry.segments.run_clock import Clock
from segmentry.segments.spec import MembershipSpec
from segmentry.terms.errors import Problem, SettingsError, WorkspaceError
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import stale_reasons
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.segment_files import complete_through

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

SHOWN = 20
"""Instants shown of the queue."""


def due(workspace: Workspace, published: Published) -> DocumentResult:
    """What is due until when; see `Definitions.due`."""
    head = workspace.engine.due()
    instants = [each for each in head if each.kind != "horizon"]
    queue = published.pending(END)
    document = {
        "as_of": as_json(published.as_of),
        "customers": 0 if queue is None else queue["customers"],
        "next": [_row(each) for each in instants[:SHOWN]],
        "instants": len(instants),
        "known_through": next((as_json(each.due_at) for each in head if each.kind == "horizon"), None),
        "waiting": _reasons(Clock(published.reader, published.definitions).waiting(published.belonging())),
    }
    return DocumentResult("Due by the clock", document)


def step(workspace: Workspace, published: Published, until: datetime | None) -> DocumentResult:
    """Play what is due; see `Definitions.step`."""
    stale = stale_reasons(workspace)
    if stale:
        next_step = "Run segmentry refresh first."
        raise WorkspaceError(
            Problem("STALE", "The clock cannot be played on", str(workspace.folder), "; ".join(stale), next_step)
        )
    moment = _until(workspace, published, until)
    if moment is None:
        return DocumentResult("Nothing is due", _played(published, None, {}))
    with workspace.engine.run("step", moment) as run:
        through = complete_through(run.engine, moment, workspace.settings.timezone)
        segments.step(run, MembershipSpec(moment, through, workspace.settings.timezone))
        note = run.notes.get("clock", {})
    return DocumentResult("Played by the clock", _played(published, moment, note))


def pending(published: Published, as_of: datetime | None) -> dict[str, Any] | None:
    """Due changes that are not played by an instant, as JSON can hold them; None where there are none."""
    found = published.pending(utc(as_of))
    return None if found is None else as_json(found)


def utc(moment: datetime | None) -> datetime | None:
    """An instant as UTC without a zone attached."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _until(workspace: Workspace, published: Published, until: datetime | None) -> datetime | None:
    moment = utc(until)
    if moment is None:
        return next((each.due_at for each in workspace.engine.due() if each.kind != "horizon"), None)
    given = f"{moment:%Y-%m-%d %H:%M} UTC"
    if moment > datetime.now(UTC).replace(tzinfo=None):
        next_step = "Choose an instant that has come."
        raise SettingsError(
            Problem("UNTIL_IN_FUTURE", "Nothing has happened in the future yet", "until", given, next_step)
        )
    if moment < published.as_of:
        next_step = f"Choose an instant after {published.as_of:%Y-%m-%d %H:%M} UTC."
        raise SettingsError(
            Problem("UNTIL_IN_PAST", "The last refresh was for a later instant", "until", given, next_step)
        )
    return moment


def _played(published: Published, moment: datetime | None, note: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "until": as_json(moment),
        "moments": note.get("moments", 0),
        "steps": note.get("steps", 0),
        "changes": note.get("changes", 0),
        "not_played": _reasons(note.get("not_played", {})),
        "segments": [
            {"id": row["segment_id"], "members": row["members"], "as_of": as_json(row["as_of"])}
            for row in published.counts()
        ],
    }


def _row(record: DueRecord) -> dict[str, Any]:
    return {"at": as_json(record.due_at), "kind": record.kind, "customers": record.customers}


def _reasons(reasons: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": id_, "reason": reason} for id_, reason in sorted(reasons.items())]
