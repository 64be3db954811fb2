"""Fetching from databases and services: what is new into staging, then a load of the snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from segmentry.sources.connections import Connection, Fetched, fetch, read_connections
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.workspace.loading import load
from segmentry.workspace.progress import Stopwatch
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

STAGING = "staging"
"""Folder of the workspace in which increments and snapshots lie."""


def fetch_all(workspace: Workspace, name: str | None, watch: Stopwatch) -> DocumentResult:
    """Fetch and load what one connection or all of them bring; see `Workspace.fetch`."""
    entries = []
    for connection in _chosen(workspace, name):
        with watch.step(f"fetching {connection.name}", 0.5):
            fetched = fetch(connection, workspace.folder / STAGING)
        entries += [_loaded(workspace, each, watch) for each in fetched]
    return DocumentResult("What was fetched", {"fetched": entries})


def _chosen(workspace: Workspace, name: str | None) -> tuple[Connection, ...]:
    connections = read_connections(workspace.settings.connections)
    chosen = tuple(each for each in connections if name in (None, each.name))
    if chosen:
        return chosen
    known = [each.name for each in connections]
    place = str(workspace.folder / "segmentry.toml")
    if name is None:
        next_step = "Write [[connections]] with name, kind, url and tables."
        raise SettingsError(Problem("CONNECTION_MISSING", "There is nothing to fetch from", place, "", next_step))
    next_step = near_miss(name, known) or f"There are {', '.join(known) or 'none'}."
    raise SettingsError(Problem("CONNECTION_UNKNOWN", "There is no such connection", place, shorten(name), next_step))


def _loaded(workspace: Workspace, fetched: Fetched, watch: Stopwatch) -> dict[str, object]:
    options = {"source": fetched.connection} | dict(fetched.load)
    with watch.step(f"loading {fetched.table}", 0.8):
        report = load(workspace, Path(fetched.path), options, watch.progress) if fetched.rows else None
    return {
        "connection": fetched.connection,
        "table": fetched.table,
        "rows": fetched.rows,
        "brought": fetched.brought,
        "increments": fetched.increments,
        "load": None if report is None else report.document["loads"][0],
    }
