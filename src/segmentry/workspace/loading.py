"""Loading files into a workspace: one commit for all files of a call."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.sources.run import load as load_sources
from segmentry.sources.spec import LoadSpec, Rules
from segmentry.terms.errors import Problem, SettingsError, SourceError, near_miss, shorten
from segmentry.workspace.progress import Progress
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".zst", ".parquet", ".xlsx", ".xls", ".xlsb", ".ods")
"""Endings of the files that are picked up from a folder."""

_OPTIONS = {each.name for each in fields(LoadSpec)} - {"path", "rules", "now"}


def load(workspace: Workspace, path: Path, options: dict[str, Any], progress: Progress) -> DocumentResult:
    """Load a file, or every file of a folder, as one commit; see `Workspace.load`."""
    specs = [spec_for(workspace, each, options) for each in files_of(path)]
    with workspace.engine.run("load") as run:
        run.notes["rules"] = workspace.settings.rules
        reports = load_sources(run, specs, progress)
    return DocumentResult("What was loaded", {"loads": [report.as_dict() for report in reports]})


def files_of(path: Path) -> list[Path]:
    """The file itself, or the files of a folder of exports in order of name; `SourceError` if there are none."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.is_file() and each.name.lower().endswith(ENDINGS))
    if not found:
        next_step = f"Name a file, or a folder with files ending in {', '.join(ENDINGS)}."
        raise SourceError(Problem("SOURCE_FOLDER_EMPTY", "The folder holds no export", str(path), "", next_step))
    return found


def spec_for(workspace: Workspace, path: Path, options: dict[str, Any]) -> LoadSpec:
    """The load of one file: the workspace's settings, the settings of a source of that path, the options given."""
    settings = workspace.settings
    told = next((source for source in settings.sources if Path(source["path"]).name == path.name), {})
    values = {"timezone": settings.timezone, "currency": settings.currency} | told | options
    unknown = set(values) - _OPTIONS - {"path"}
    if unknown:
        raise SettingsError([_unknown(name, values[name]) for name in sorted(unknown)])
    values |= {name: _pairs(name, values.get(name, ())) for name in ("mapping", "columns")}
    rules = rules_of(settings.rules)
    return LoadSpec(**(values | {"path": path, "rules": rules}))


def _pairs(name: str, given: Any) -> tuple[tuple[Any, ...], ...]:
    """Pairs as a specification keeps them, told as a table or as a list of lists."""
    told = list(given.items()) if isinstance(given, dict) else given
    if not isinstance(told, list | tuple) or not all(isinstance(each, list | tuple) for each in told):
        next_step = "Give a table, or a list of pairs."
        raise SettingsError(Problem("OPTION_WRONG", "This option is of another shape", name, shorten(given), next_step))
    return tuple(tuple(each) for each in told)


def rules_of(switches: dict[str, bool]) -> Rules:
    """The rules with some switched on or off; `SettingsError` lists every name that is no rule."""
    known = {each.name for each in fields(Rules)}
    problems = [
        Problem(
            "RULE_UNKNOWN",
            "There is no such rule",
            "[rules]",
            shorten(name),
            near_miss(name, known) or "See the rules.",
        )
        for name in switches
        if name not in known
    ]
    if problems:
        raise SettingsError(problems)
    return replace(Rules(), **switches)


def _unknown(name: str, value: Any) -> Problem:
    hint = near_miss(name, _OPTIONS) or f"Known: {', '.join(sorted(_OPTIONS))}."
    return Problem("OPTION_UNKNOWN", f"There is no option {name} of a load", "load", shorten(value), hint)
