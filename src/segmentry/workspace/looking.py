"""Looking at a workspace: its state, the value of base and segments, the quality of its sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import ibis

from segmentry.charts import pictures
from segmentry.terms.errors import Problem, SettingsError, WorkspaceError, near_miss, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.settings import WorkspaceSettings

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import pyarrow as pa

    from segmentry.workspace.workspace import Workspace


def status(workspace: Workspace) -> DocumentResult:
    """What is loaded and published; see `Workspace.status`."""
    from segmentry.workspace.renewing import renewals

    engine = workspace.engine
    loaded, refreshed = engine.last_run("load"), engine.last_run("refresh")
    reasons = stale_reasons(workspace)
    document = {
        "folder": str(workspace.folder),
        "loads": [
            {"source": load.source, "file": load.file_name, "table": load.contract_name, "rows_read": load.rows_read}
            for load in engine.loads()
        ],
        "watermark": 0 if loaded is None else loaded.watermark,
        "loaded_at": None if loaded is None else loaded.committed_at.isoformat(timespec="seconds") + "Z",
        "refreshed_at": None if refreshed is None else refreshed.committed_at.isoformat(timespec="seconds") + "Z",
        "as_of": None if refreshed is None or refreshed.as_of is None else as_json(refreshed.as_of),
        "stale": bool(reasons),
        "stale_because": reasons,
        "people": people(workspace),
        "renew": renewals(workspace),
        "segments": [_segment_state(row) for row in rows_where(workspace, "segment_counts")],
        "tables": [
            {
                "name": name,
                "rows": artifact.rows,
                "as_of": as_json(artifact.as_of),
                "code_version": artifact.code_version,
                "tzdata_version": artifact.tzdata_version,
            }
            for name, artifact in sorted(engine.current().items())
        ],
    }
    return DocumentResult("State of the workspace", document)


def people(workspace: Workspace) -> dict[str, int | None]:
    """Parties (records of people and organizations), customers (each of one or more), and buyers among them.

    None before the first refresh; without orders nobody is a buyer.
    """
    engine = workspace.engine
    if not engine.has("identity"):
        return {"parties": None, "customers": None, "buyers": None}
    identity = engine.table("identity")
    counted = identity.aggregate(parties=identity.count(), customers=identity.customer_id.nunique())
    buyers = engine.artifact("purchase_history").rows if engine.has("purchase_history") else 0
    return {**engine.rows(counted)[0], "buyers": buyers}


def base_word(workspace: Workspace) -> str:
    """Who is segmented and studied: ``buyers``, or ``customers`` (everybody known) where nothing was ordered."""
    return "buyers" if workspace.engine.has("purchase_history") else "customers"


def _segment_state(row: dict[str, Any]) -> dict[str, Any]:
    """How fresh a segment laid down by a definition is, and in words why it is not."""
    wrong = [] if row["error"] is None else json.loads(row["error"])
    return {
        "id": row["segment_id"],
        "state": row["state"],
        "members": row["members"],
        "as_of": as_json(row["as_of"]),
        "because": [f"{each['what']}: {each['given']}" if each["given"] else each["what"] for each in wrong],
    }


def stale_reasons(workspace: Workspace) -> list[str]:
    """Why the figures do not say what data and settings now say, in plain words; empty where they do."""
    loaded, refreshed = workspace.engine.last_run("load"), workspace.engine.last_run("refresh")
    if loaded is None:
        return []
    if refreshed is None:
        return ["nothing was computed since data were loaded: run segmentry refresh"]
    reasons = []
    if refreshed.watermark < loaded.watermark:
        reasons.append("data were loaded after the last refresh: run segmentry refresh")
    if refreshed.notes.get("settings") not in {None, workspace.settings.computing}:
        reasons.append("settings were changed after the last refresh: run segmentry refresh")
    if loaded.notes.get("rules", workspace.settings.rules) != workspace.settings.rules:
        reasons.append("rules were changed after the files were loaded: load them again")
    ruled = workspace.engine.last_run("ruling")
    if ruled is not None and ruled.started_at > refreshed.started_at:
        reasons.append("somebody ruled who is who after the last refresh: run segmentry refresh")
    return reasons


def value(workspace: Workspace) -> DocumentResult:
    """What base and segments are worth; see `Workspace.value`."""
    names = ("segment_value", "customer_value", "profit_curve", "purchase_tracking", "frequency_fit")
    tables = {name: partial(read, workspace, name) for name in names if workspace.engine.has(name)}
    return DocumentResult("Value of the base", summary(workspace), tables, figures(workspace))


def segments(workspace: Workspace, segmentation: str) -> DocumentResult:
    """The segments of one segmentation; see `Workspace.segments`."""
    from segmentry.workspace.document import segment_entries

    known = _segmentations(workspace)
    if segmentation not in known:
        hint = near_miss(segmentation, known) or f"Known: {', '.join(known)}."
        what = "There is no such segmentation"
        raise SettingsError(Problem("SEGMENTATION_UNKNOWN", what, "segmentation", shorten(segmentation), hint))
    entries = segment_entries(workspace, segmentation)

    def table() -> pa.Table:
        engine = workspace.engine
        segment_value = engine.table("segment_value")
        described = engine.table("segmentation_segments").drop("customers")
        joined = described.inner_join(segment_value, ["segmentation", "segment_id"])
        return engine.arrow(joined.filter(joined.segmentation == segmentation).order_by("position"))

    document = {"segmentation": segmentation, "segments": entries}
    return DocumentResult(f"Segments by {segmentation}", document, {"segments": table}, figures(workspace))


def _segmentations(workspace: Workspace) -> list[str]:
    described = workspace.engine.table("segmentation_segments")
    rows = workspace.engine.rows(described.select("segmentation").distinct().order_by("segmentation"))
    return [row["segmentation"] for row in rows]


def quality(workspace: Workspace) -> DocumentResult:
    """What the sources lack; see `Workspace.quality`."""
    loads = [load.report | {"file": load.file_name} for load in workspace.engine.loads()]
    return DocumentResult("Quality of the sources", {"loads": loads})


def read(workspace: Workspace, name: str) -> pa.Table:
    """A published table as Arrow, in the order of its key."""
    engine = workspace.engine
    table = engine.table(name)
    key = engine.artifact(name).contract["key"]
    return engine.arrow(table.order_by([ibis.asc(each) for each in key]) if key else table)


def rows_where(workspace: Workspace, table: str, **values: str) -> list[dict[str, Any]]:
    """Rows of a published table by its key, those with ``values`` alone; none where it is not published."""
    engine = workspace.engine
    if not engine.has(table):
        return []
    rows = engine.table(table)
    for name, value in values.items():
        rows = rows.filter(rows[name] == value)
    return engine.rows(rows.order_by(engine.artifact(table).contract["key"]))


def as_of(workspace: Workspace) -> str | None:
    """The instant (UTC) for which the last refresh holds; None before it."""
    run = workspace.engine.last_run("refresh")
    return None if run is None or run.as_of is None else as_json(run.as_of)


def summary(workspace: Workspace) -> dict[str, Any]:
    """The document of the value of the base; `WorkspaceError` before the first refresh and without orders."""
    if not workspace.engine.has("value_summary"):
        what, next_step = "Nothing was computed yet", "Load data and run segmentry refresh."
        if workspace.engine.last_run("refresh") is not None:
            what = "Value needs orders, and none are loaded"
            next_step = "Load a file of orders and refresh; segmentry study show tells what can be done without."
        raise WorkspaceError(Problem("VALUE_MISSING", what, str(workspace.folder), "", next_step))
    rows = workspace.engine.rows(workspace.engine.table("value_summary"))
    return dict(json.loads(rows[0]["document"]))


def figures(workspace: Workspace) -> dict[str, Callable[[], go.Figure]]:
    """Every picture that can be drawn from what is published, by name."""
    return pictures(partial(read, workspace), workspace.engine.has, locale(workspace.settings))


def locale(settings: WorkspaceSettings) -> str:
    """The locale in the form Babel reads."""
    return settings.locale.replace("-", "_")


def waiting_remarks(workspace: Workspace, table: str = "segment_remarks") -> list[dict[str, Any]]:
    """Remarks that nobody has answered up to this moment, answers since the last refresh included.

    Args:
        workspace: The workspace.
        table: ``segment_remarks``, a row for each segment touched, or ``open_remarks``, a row for each remark.
    """
    answered = {(row["source"], row["feedback_id"]) for row in rows_where(workspace, "remark_answers")}
    return [row for row in rows_where(workspace, table) if (row["source"], row["feedback_id"]) not in answered]
