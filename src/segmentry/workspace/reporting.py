"""Writes the report: the document, the pictures and a page around them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.reports import render, render_customer
from segmentry.terms.errors import Problem, SettingsError, WorkspaceError, near_miss, shorten
from segmentry.workspace.customers import show
from segmentry.workspace.document import document
from segmentry.workspace.looking import figures, locale

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from segmentry.workspace.workspace import Workspace


def write_report(workspace: Workspace, path: Path | None, told: Mapping[str, Any] | None = None) -> Path:
    """Write the report beside the workspace or to ``path``, whole or not at all; see `Workspace.report`.

    Args:
        workspace: The workspace.
        path: Where to write; None for its own folder.
        told: The document, where it is at hand already.
    """
    target = path or workspace.folder / "report.html"
    drawn = {name: draw() for name, draw in figures(workspace).items()}
    page = render(told or document(workspace), drawn, locale(workspace.settings), title=workspace.folder.name)
    return write_page(page, target)


def write_customer(workspace: Workspace, customer: str, path: Path) -> Path:
    """Write the one view of a customer or account as one HTML file; see `Workspace.customer_page`."""
    view = show(workspace, customer).as_dict()
    unit = view["value"].get("unit")
    currency = unit if isinstance(unit, str) and len(unit) == 3 else workspace.settings.currency
    simulated, zone = workspace.settings.simulated, workspace.settings.timezone
    page = render_customer(view, locale(workspace.settings), currency=currency, simulated=simulated, timezone=zone)
    return write_page(page, path)


def write_picture(workspace: Workspace, picture: str, path: Path) -> Path:
    """Write one picture with everything it needs; see `Workspace.draw`."""
    known = figures(workspace)
    if picture not in known:
        hint = near_miss(picture, known) or f"There are {', '.join(sorted(known))}."
        what = "There is no such picture of this workspace"
        raise SettingsError(Problem("PICTURE_UNKNOWN", what, "picture", shorten(picture), hint))
    return write_figure(known[picture](), path)


def write_figure(figure: go.Figure, path: Path) -> Path:
    """Write a figure with everything it needs as one HTML file, whole or not at all."""
    return write_page(figure.to_html(include_plotlyjs=True, full_html=True), path)


def write_page(page: str, target: Path) -> Path:
    """Write a page whole or not at all; `WorkspaceError` where it cannot be written."""
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text(page, encoding="utf8")
        partial.replace(target)
    except OSError as error:
        next_step = "Choose a path in a folder in which you may write."
        raise WorkspaceError(
            Problem("REPORT_UNWRITABLE", "The page cannot be written", str(target), str(error), next_step)
        ) from error
    return target
