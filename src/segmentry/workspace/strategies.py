"""Strategies as the doors show them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.workspace.discovering import main_segmentation, study
from segmentry.workspace.document import segment_entries
from segmentry.workspace.looking import as_of, figures, read
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

TABLES = ("segment_strategies", "strategy_lines", "segment_priority", "segment_growth")
"""What strategies are made of."""


def strategy(workspace: Workspace, segment: str | None) -> DocumentResult:
    """The strategy of one segment or of all; see `Workspace.strategy`."""
    name = main_segmentation(workspace)
    entries = segment_entries(workspace, name)
    if segment is not None:
        chosen = [entry for entry in entries if segment in {entry["id"], entry["name"]}]
        if not chosen:
            known = [str(entry[key]) for entry in entries for key in ("id", "name")]
            hint = near_miss(segment, known) or f"Known: {', '.join(entry['name'] for entry in entries)}."
            what = "There is no such segment"
            raise SettingsError(Problem("SEGMENT_UNKNOWN", what, "segment", shorten(segment), hint))
        entries = chosen
    shown = ("id", "name", "customers", "value", "growth", "priority", "strategy")
    document = {
        "as_of": as_of(workspace),
        "segmentation": name,
        "study": study(workspace),
        "segments": [{key: entry[key] for key in shown} for entry in entries],
    }
    tables = {each: partial(read, workspace, each) for each in TABLES}
    return DocumentResult("What to do for each segment", document, tables, figures(workspace))
