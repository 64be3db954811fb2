"""What was found for the study: the segmentation, its proof, and what may be believed of it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import Problem, SegmentryError, WorkspaceError
from segmentry.terms.numbers import as_json
from segmentry.terms.study import Study
from segmentry.workspace.looking import as_of, figures, read, rows_where
from segmentry.workspace.progress import Progress, silent
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

TABLES = (
    "segment_solutions",
    "segment_stability",
    "segment_gorge",
    "segment_profiles",
    "segment_descriptors",
    "segment_typing",
    "segment_gate",
    "segment_guard",
    "segment_registry",
)
"""The proof of a found segmentation, table by table."""

RULES = "rfm"
"""The segmentation that stands in where none was found."""

_NOTHING_YET = "Load data and run segmentry refresh."
_WITHOUT_ORDERS = (
    "Without orders no segments are found by themselves: name what shall make them with segmentry study run --variable "
    "TRAIT --decision DECISION; segmentry study recommend names traits."
)


def no_segments(workspace: Workspace, what: str) -> WorkspaceError:
    """The refusal where no segments are there yet, with what to do: to refresh, or to name variables."""
    refreshed = workspace.engine.last_run("refresh") is not None
    next_step = _WITHOUT_ORDERS if refreshed else _NOTHING_YET
    return WorkspaceError(Problem("NOT_REFRESHED", what, str(workspace.folder), "", next_step))


def discover(workspace: Workspace, options: dict[str, Any], progress: Progress = silent) -> DocumentResult:
    """Find segments for the study; see `Workspace.discover`."""
    before = workspace.settings.study
    if options:
        plain = before.as_dict()
        plain.pop("recorded_at")
        workspace.configure(study=Study.from_content(plain | options))
    refreshed = workspace.engine.last_run("refresh")
    if refreshed is None or refreshed.notes.get("settings") != workspace.settings.computing:
        try:
            workspace.refresh(progress=progress)
        except SegmentryError:
            workspace.configure(study=before)
            raise
    tables = {name: partial(read, workspace, name) for name in TABLES}
    return DocumentResult("What was found", document(workspace), tables, figures(workspace))


def document(workspace: Workspace) -> dict[str, Any]:
    """The study, the segmentation with its proof, and its segments."""
    from segmentry.workspace.document import segment_entries

    name = main_segmentation(workspace)
    return {
        "as_of": as_of(workspace),
        "study": study(workspace),
        "segmentation": segmentation(workspace),
        "segments": segment_entries(workspace, name),
        "gate": rows_where(workspace, "segment_gate", segmentation=name),
        "guard": rows_where(workspace, "segment_guard", segmentation=name),
        "descriptors": rows_where(workspace, "segment_descriptors", segmentation=name),
        "typing": rows_where(workspace, "segment_typing", segmentation=name),
        "profiles": rows_where(workspace, "segment_profiles", segmentation=name),
        "registry": as_json(rows_where(workspace, "segment_registry", segmentation=name)),
    }


def main_segmentation(workspace: Workspace) -> str:
    """The segmentation whose segments the main job lists: the study's, or RFM where nothing could be found."""
    told = segmentation(workspace)
    return str(told["name"]) if "name" in told else RULES


def segmentation(workspace: Workspace) -> dict[str, Any]:
    """The summary of what was found; ``not_estimable`` with the reason where nothing was."""
    found = _models(workspace)
    if not found:
        raise no_segments(workspace, "No segments were looked for yet")
    told: dict[str, Any] = json.loads(found[0]["summary"])
    inner = told.get("segmentation")
    return dict(inner) if inner is not None else told


def _models(workspace: Workspace) -> list[dict[str, Any]]:
    engine = workspace.engine
    return engine.rows(engine.table("segmentation_models")) if engine.has("segmentation_models") else []


def study(workspace: Workspace) -> dict[str, Any]:
    """The study on record, with the instant of recording."""
    from segmentry.discovery.run import on_record

    told = workspace.settings.study
    return (on_record(rows_where(workspace, "studies"), told) or told).as_dict()
