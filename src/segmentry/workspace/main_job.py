"""The main job: from a file of orders to segments, value and a report, in one call."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentry.terms.errors import Problem, SegmentryError, SourceError
from segmentry.workspace.loading import load
from segmentry.workspace.progress import Progress, Stopwatch, silent
from segmentry.workspace.refreshing import refresh
from segmentry.workspace.reporting import write_report
from segmentry.workspace.settings import FILE_NAME
from segmentry.workspace.workspace import Workspace

_SETTINGS = (
    "timezone", "currency", "locale", "simulated", "margin_rate", "horizon_months", "annual_discount", "model",
    "modules", "sources",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class MainJobResult:
    """What the main job found.

    Attributes:
        document: The object printed by ``segmentry run --json``.
        folder: The workspace, which can be opened with `segmentry.open`.
        report: The report.
    """

    document: dict[str, Any]
    folder: Path
    report: Path

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, ready for JSON."""
        return self.document

    def __repr__(self) -> str:
        return f"MainJobResult(folder={str(self.folder)!r}, report={str(self.report)!r})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{entry['name']}</td><td>{entry['customers']:,}</td><td>{entry['revenue']:,.0f}</td></tr>"
            for entry in self.document["segments"]
        )
        head = "<tr><th>Segment</th><th>Customers</th><th>Net revenue</th></tr>"
        return f"<table><caption>As of {self.document['as_of']}</caption>{head}{rows}</table>"


def run(
    data: str | Path, out: str | Path | None = None, *, progress: Progress = silent, **options: Any
) -> MainJobResult:
    """Load orders, refresh, and write the report.

    Args:
        data: A file of orders (CSV, Parquet, Excel), a folder of exports, or a workspace.
        out: Folder of the workspace; ``./segmentry-STEM`` by default. Run again, it is refreshed.
        progress: Watches the work.
        **options: Settings (``timezone``, ``currency``, ``locale``, ``margin_rate``, ``horizon_months``,
            ``annual_discount``, ``model``) and options of `Workspace.load` (``mapping``, ``delimiter``, …).

    Returns:
        The document, the workspace and the report.

    Raises:
        SegmentryError: with every mistake found; a folder made by this call is removed again.
    """
    source = Path(data)
    watch = Stopwatch(progress)
    settings = {name: options.pop(name) for name in _SETTINGS if name in options}
    if (source / FILE_NAME).is_file():
        with Workspace.open(source, "run") as workspace:
            workspace.configure(**settings)
            return _finish(workspace, watch)
    if not source.exists():
        next_step = "Check the path."
        raise SourceError(Problem("SOURCE_MISSING", "There is no such file or folder", str(source), "", next_step))
    folder = Path(out) if out is not None else default_folder(source)
    fresh = not folder.exists()
    try:
        with _open_or_init(folder, settings) as workspace:
            with watch.step("load", 0.0):
                load(workspace, source, {name: value for name, value in options.items() if value is not None}, progress)
            return _finish(workspace, watch)
    except SegmentryError:
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def default_folder(source: Path) -> Path:
    """``./segmentry-STEM`` for a file or folder called STEM, of letters, digits, dots, dashes and underscores."""
    stem = re.sub(r"[^\w.-]+", "-", source.resolve().name.split(".")[0]).strip("-") or "orders"
    return Path(f"segmentry-{stem}")


def _open_or_init(folder: Path, settings: dict[str, Any]) -> Workspace:
    if not (folder / FILE_NAME).is_file():
        return Workspace.init(folder, "run", **settings)
    with ExitStack() as undo:
        workspace = Workspace.open(folder, "run")
        undo.callback(workspace.close)
        workspace.configure(**settings)
        undo.pop_all()
    return workspace


def _finish(workspace: Workspace, watch: Stopwatch) -> MainJobResult:
    refresh(workspace, None, watch)
    with watch.step("report", 0.9):
        told = workspace.document()
        report = write_report(workspace, None, told)
    watch.progress("done", 1.0)
    answer = dict(told) | {"report": str(report), "seconds": watch.seconds}
    return MainJobResult(answer, workspace.folder, report)


def demo(
    folder: str | Path = "segmentry-demo",
    *,
    customers: int = 4000,
    seed: int = 7,
    parts: Sequence[str] | None = None,
    progress: Progress = silent,
) -> MainJobResult:
    """The main job on a simulated company that has every kind of data.

    Args:
        folder: Where to put its exports and the workspace.
        customers: Size of the company.
        seed: Seed of the simulation.
        parts: What it has beside orders, products, service and campaigns, such as ``("persons", "surveys")``; all of
            `segmentry.simulate.PARTS` by default.
        progress: Watches the work.
    """
    from segmentry.simulate import PARTS, CompanySpec, simulate, workspace_settings, write_exports

    spec = CompanySpec(customers=customers, seed=seed, days=1096, parts=PARTS if parts is None else tuple(parts))
    place = Path(folder)
    exports = place / "exports"
    if not exports.is_dir():
        progress("simulate", 0.0)
        write_exports(simulate(spec), exports)
    return run(exports, place, progress=progress, **workspace_settings(spec))
