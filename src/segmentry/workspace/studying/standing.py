"""Where a study stands: what is published for it, at which instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from segmentry.segments.published import Published
from segmentry.terms.clock import utc_to_local
from segmentry.terms.errors import Problem, WorkspaceError
from segmentry.terms.study import Study
from segmentry.workspace.looking import rows_where
from segmentry.workspace.segment_files import complete_through

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace


def instant(workspace: Workspace) -> datetime:
    """The instant (UTC) of everything published; `WorkspaceError` before the first refresh."""
    engine = workspace.engine
    moment = engine.artifact("trait_catalog").as_of if engine.has("trait_catalog") else None
    if moment is None:
        next_step = "Load data and run segmentry refresh."
        raise WorkspaceError(Problem("NOT_REFRESHED", "Nothing was computed yet", str(workspace.folder), "", next_step))
    return moment


def last_day(workspace: Workspace) -> date:
    """The last local day before the instant of everything published."""
    local = utc_to_local(instant(workspace), workspace.settings.timezone)
    return (local - timedelta(microseconds=1)).date()


def published(workspace: Workspace) -> Published:
    """Definitions, traits and memberships in force."""
    moment = instant(workspace)
    engine = workspace.engine
    return Published.read(engine, moment, complete_through(engine, moment, workspace.settings.timezone))


def recorded_study(workspace: Workspace) -> Study:
    """The study in force, with the instant of recording where it is on record in this form."""
    from segmentry.discovery.run import on_record

    told = workspace.settings.study
    return on_record(rows_where(workspace, "studies"), told) or told
