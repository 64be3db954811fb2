"""The Python API, and the only place where rooms meet: it opens, composes, runs and remembers.

Duty: order the rooms' work into one load and one refresh, and hand out answers as small objects. Inputs: files and
settings. Outputs: a workspace on disk, documents, tables, pictures, a report.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmentry.workspace.main_job import MainJobResult, demo, run
from segmentry.workspace.results import DocumentResult, TableResult
from segmentry.workspace.settings import SETTINGS, WorkspaceSettings
from segmentry.workspace.workspace import Workspace

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


def open(folder: str | Path) -> Workspace:  # noqa: A001 - sg.open reads as people say it
    """Open the workspace in ``folder``; see `Workspace.open`."""
    return Workspace.open(folder)


def init(folder: str | Path, **settings: Any) -> Workspace:
    """Make a workspace in ``folder``; see `Workspace.init`."""
    return Workspace.init(folder, **settings)
