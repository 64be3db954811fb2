"""Segments as code in a workspace: the folder of definitions, brought to evaluation with every refresh."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from segmentry.engine import Engine, Run
from segmentry.segments import run as segments
from segmentry.segments.errors import DefinitionError
from segmentry.segments.files import read_file
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tree import Definition
from segmentry.terms.clock import midnight_after
from segmentry.terms.errors import Problem, shorten

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

FOLDER = "segments"
"""Where definitions lie within a workspace."""


def read_definitions(workspace: Workspace) -> tuple[list[Definition], dict[str, list[Problem]]]:
    """Every definition of the workspace's folder that can be read, and the problems of the others by id."""
    found: list[Definition] = []
    problems: dict[str, list[Problem]] = {}
    for path in sorted((workspace.folder / FOLDER).glob("*.yaml")):
        try:
            found.append(read_file(path, workspace.settings.timezone).definition)
        except DefinitionError as error:
            problems[path.stem] = list(error.problems)
        except OSError as error:
            next_step = "Make the file readable."
            problems[path.stem] = [
                Problem("FILE_UNREADABLE", "The file cannot be read", path.name, str(error.strerror), next_step)
            ]
    for wrong in _names_twice(found):
        problems.setdefault(wrong.where, []).append(wrong)
    return [each for each in found if each.id not in problems], problems


def _names_twice(definitions: Iterable[Definition]) -> list[Problem]:
    """A name belongs to whoever comes first; the others are told."""
    owners: dict[str, str] = {}
    found = []
    ordered = list(definitions)
    for definition in ordered:
        owners[definition.id.casefold()] = definition.id
    for definition in ordered:
        owner = owners.setdefault(definition.name.casefold(), definition.id)
        if owner != definition.id:
            what = f"Its name is already that of {owner}"
            found.append(Problem("NAME_TWICE", what, definition.id, definition.name, "Rename one of the two."))
    return found


def refresh_definitions(run: Run, workspace: Workspace) -> None:
    """Evaluate the definitions of the folder within a run; nothing is done where there never were any."""
    definitions, unread = read_definitions(workspace)
    if not (definitions or unread or run.has("segment_definitions")):
        return
    failed = segments.refresh(run, spec_of(run, workspace), definitions, unread)
    if failed:
        run.notes["segments_stale"] = {id_: [each.as_dict() for each in wrong] for id_, wrong in failed.items()}


def spec_of(run: Run, workspace: Workspace) -> MembershipSpec:
    """When definitions are evaluated: at the run's as-of; the sources tell everything to the end of their last day."""
    if run.as_of is None:
        raise TypeError("membership needs an instant")
    timezone = workspace.settings.timezone
    return MembershipSpec(run.as_of, complete_through(run.engine, run.as_of, timezone), timezone)


def complete_through(engine: Engine, as_of: datetime, timezone: str) -> datetime:
    """The end of the last local day with an order, or the as-of where that is earlier or nothing was ordered."""
    if not engine.has("orders"):
        return as_of
    orders = engine.table("orders")
    last = engine.rows(orders.aggregate(last=orders.ordered_on.max()))[0]["last"]
    return as_of if last is None else min(as_of, midnight_after(last, timezone))


def definition_path(workspace: Workspace, id_: str) -> Path:
    """Where the file of a definition lies."""
    return workspace.folder / FOLDER / f"{id_}.yaml"


def find_file(workspace: Workspace, given: str) -> Path:
    """The file that a path, the name of a file in the folder of definitions, or an id means.

    Raises:
        DefinitionError: there is no such file.
    """
    place = Path(given) if given.endswith(".yaml") else definition_path(workspace, given)
    if not place.is_file() and given.endswith(".yaml") and (workspace.folder / FOLDER / given).is_file():
        place = workspace.folder / FOLDER / given
    if not place.is_file():
        known = sorted(each.stem for each in (workspace.folder / FOLDER).glob("*.yaml"))
        hint = f"Files of the workspace: {', '.join(known[:20]) or 'none yet'}."
        raise DefinitionError(Problem("FILE_MISSING", "There is no such definition file", "file", shorten(given), hint))
    return place
