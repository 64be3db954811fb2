"""The Python API, and the only place where rooms meet: it opens, composes, runs and remembers.

Duty: order the rooms' work into one load and one refresh, and hand out answers as small objects. Inputs: files and
settings. Outputs: a workspace on disk, documents, tables, pictures, a report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.terms.lazily import fetching

if TYPE_CHECKING:
    from segmentry.workspace.main_job import MainJobResult as MainJobResult
    from segmentry.workspace.main_job import demo as demo
    from segmentry.workspace.main_job import run as run
    from segmentry.workspace.results import DocumentResult as DocumentResult
    from segmentry.workspace.results import TableResult as TableResult
    from segmentry.workspace.settings import SETTINGS as SETTINGS
    from segmentry.workspace.settings import WorkspaceSettings as WorkspaceSettings
    from segmentry.workspace.workspace import Workspace as Workspace

_HOMES = {
    "SETTINGS": "settings",
    "DocumentResult": "results",
    "MainJobResult": "main_job",
    "TableResult": "results",
    "Workspace": "workspace",
    "WorkspaceSettings": "settings",
    "demo": "main_job",
    "run": "main_job",
}

__all__ = [
    "SETTINGS",
    "DocumentResult",
    "MainJobResult",
    "TableResult",
    "Workspace",
    "WorkspaceSettings",
    "demo",
    "init",
    "open",
    "run",
]


__getattr__ = fetching(__name__, _HOMES)


def open(folder: str | Path) -> Workspace:  # noqa: A001 - sg.open reads as people say it
    """Open the workspace in ``folder``; see `Workspace.open`."""
    from segmentry.workspace.workspace import Workspace

    return Workspace.open(folder)


def init(folder: str | Path, **settings: Any) -> Workspace:
    """Make a workspace in ``folder``; see `Workspace.init`."""
    from segmentry.workspace.workspace import Workspace

    return Workspace.init(folder, **settings)
