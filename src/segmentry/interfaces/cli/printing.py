"""What people see on the terminal, and the one JSON object that machines see."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import SegmentryError

if TYPE_CHECKING:
    from rich.progress import Progress
    from typer.exceptions import TyperException

    from segmentry.reports import Pen
    from segmentry.workspace import DocumentResult, MainJobResult, Workspace
    from segmentry.workspace.settings import WorkspaceSettings


class Form(Enum):
    """For whom to print."""

    PEOPLE = "people"
    MACHINES = "machines"

    @classmethod
    def of(cls, as_json: bool) -> Form:
        """The form that ``--json`` asks for."""
        return cls.MACHINES if as_json else cls.PEOPLE


@contextmanager
def watch(form: Form) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on a terminal; nothing where machines read or output goes to a file."""
    if form is Form.MACHINES or not sys.stderr.isatty():
        yield lambda _step, _share: None
        return
    with _bar() as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


@contextmanager
def busy(form: Form, words: str) -> Iterator[None]:
    """A moving bar on a terminal while something works that cannot say how far it is."""
    if form is Form.MACHINES or not sys.stderr.isatty():
        yield
        return
    with _bar() as bar:
        bar.add_task(words, total=None)
        yield


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def pen_of(settings: WorkspaceSettings, currency: str | None = None) -> Pen:
    """Writes as the settings of a workspace wish: its locale, its zone, its currency unless another one is told."""
    from segmentry.charts import Writer
    from segmentry.reports import Pen

    return Pen(Writer(settings.locale, currency or settings.currency), settings.timezone)


def names_of(workspace: Workspace, segmentation: str) -> dict[str, str]:
    """Names of the segments of a segmentation, by their ids; none before any were found."""
    if not workspace.engine.has("segmentation_segments"):
        return {}
    rows = workspace.table("segmentation_segments").table().to_pylist()
    return {row["segment_id"]: row["name"] for row in rows if row["segmentation"] == segmentation}


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of texts, words to the left and figures to the right; without rows a line that says so."""
    if not rows:
        line(f"{title}: none.")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(_harmless(title)), title_justify="left")
    for place, name in enumerate(head):
        words = any(row[place][:1].isalpha() for row in rows)
        table.add_column(Text(_harmless(name)), justify="left" if words or not place else "right")
    for row in rows:
        table.add_row(*(Text(_harmless(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else 110, highlight=False).print(table)


def print_json(value: Any) -> None:
    """One object for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def line(text: str = "") -> None:
    """One line for people."""
    sys.stdout.write(_harmless(text) + "\n")


_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")


def _harmless(text: str) -> str:
    """A text without control characters: what came with the data must not steer the terminal."""
    return text.translate(_CONTROLS)


def error(problem: SegmentryError, form: Form) -> None:
    """Every mistake with what, where, given and next step."""
    if form is Form.MACHINES:
        print_json(problem.as_dict())
        return
    for each in problem.problems:
        given = f"\n  given: {each.given}" if each.given else ""
        lines = (f"{each.what.rstrip('.')}.", f"  where: {each.where}{given}", f"  next:  {each.next_step}")
        sys.stderr.write("\n".join((*lines, f"  code:  {each.code}\n")))


def draw(workspace: Workspace, result: DocumentResult, path: Path, form: Form) -> None:
    """Write the pictures of an answer as one page, whole or not at all, and say where it is.

    Args:
        workspace: Whose pictures they are.
        result: The answer; a page without any picture says so.
        path: Where to write.
        form: For whom to say it.

    Raises:
        WorkspaceError: the page cannot be written.
    """
    from segmentry.reports import render_pictures
    from segmentry.workspace.reporting import write_page

    settings = workspace.settings
    nothing = "What is loaded allows no picture; the command says why."
    figures = {name: result.figure(name) for name in result.figures}
    page = render_pictures(
        figures,
        settings.locale,
        title=result.title,
        of=workspace.folder.name,
        simulated=settings.simulated,
        nothing=nothing,
    )
    write_page(page, path)
    if form is Form.PEOPLE:
        line(f"Written to {path}")


def usage(problem: TyperException, form: Form) -> None:
    """A mistake in how the command was called."""
    message = problem.format_message()
    if form is Form.MACHINES:
        entry = {"code": "USAGE", "what": message, "where": "command line", "given": "", "next_step": "See --help."}
        print_json({"errors": [entry]})
        return
    sys.stderr.write(f"{message}\n  next:  See segmentry --help, or --help after the command.\n")


def interrupted() -> None:
    """The work was stopped by hand."""
    sys.stderr.write("Stopped. Nothing was half-written: the last committed state stays.\n")


def number(value: Any, digits: int = 0) -> str:
    """A number with separators, or why there is none."""
    if isinstance(value, dict):
        return f"not estimable: {value['not_estimable']}" if "not_estimable" in value else str(value)
    return "–" if value is None else f"{value:,.{digits}f}"


def estimate(value: Any, pen: Pen, unit: str) -> str:
    """An estimate with its interval and unit, or why there is none."""
    if not isinstance(value, dict):
        return pen.cell(value, unit)
    return pen.between(value, unit) if "estimate" in value else f"not estimable: {value['not_estimable']}"


def main_job(result: MainJobResult, form: Form, *, simulated: bool = False) -> None:
    """What the main job found, in one screen."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    from segmentry.workspace.settings import read_settings

    source, pen = found["source"], pen_of(read_settings(result.folder), found["currency"])
    if simulated:
        line("A simulated company: nobody in it is real.")
    line(f"Rows read {pen.cell(source['rows_read'])} = used {pen.cell(source['rows_used'])}{_taken(source, pen)}")
    aside = sum(source["quarantined"].values())
    if aside > 0.1 * source["rows_read"]:
        share = pen.write.percent(aside / source["rows_read"])
        line(f"WARNING: {share} of the rows were put aside; see the reasons above.")
    for file in source["files"]:
        _recognized(file)
    if source["others"]["files"]:
        files, rows = pen.cell(source["others"]["files"], "other files"), pen.cell(source["others"]["rows"], "rows")
        line(f"Beside orders, {files} of {rows} in all: segmentry status {result.folder}")
    revenue = found["revenue"]
    line(
        f"\nAs of {pen.moment(found['as_of'])}: {pen.cell(found['customers']['buyers'], 'buyers')}, "
        f"{pen.cell(found['orders'], 'orders')}, net revenue {pen.cell(float(revenue['net']), 'currency')} "
        f"({pen.day(found['period']['first'])} to {pen.day(found['period']['last'])})"
    )
    _worth(found, pen)
    _warnings(found)
    told = found["segmentation"]
    line(f"Segmentation {told['name']}: {told['k']} segments, verdict {told['verdict']}. {told['reason']}")
    _segment_table(found["segments"], pen, told["name"])
    line(f"\nReport:    {found['report']}")
    line(f"Workspace: {result.folder}  (segmentry status {result.folder})")
    if simulated:
        line(f"Look on:   segmentry feedback show {result.folder}, segmentry study show {result.folder},")
        line(f"           segmentry customer show {result.folder} customer:C00000051 --out customer.html")


def _taken(source: dict[str, Any], pen: Pen) -> str:
    """What was left out by rules and what was put aside, each with its rows, and a blank before."""
    parts = [f" + {name} {pen.cell(rows)}" for name, rows in source["excluded"].items() if rows]
    parts += [f" + put aside: {name} {pen.cell(rows)}" for name, rows in source["quarantined"].items() if rows]
    return "".join(parts)


def _recognized(file: dict[str, Any]) -> None:
    line(f"  {file['file']}")
    if file["already_loaded"]:
        line("    loaded before; nothing was changed")
    elif file["replaces"]:
        line("    replaces the earlier load of a file of this name")
    for found in file["recognized"]:
        line(f"    {found['role']:<14} {found['column']!s:<22} {found['reason']}")


_TITLES = {"rfm": "recency, frequency and monetary value", "lifecycle": "lifecycle", "value_tier": "value tier"}


def _worth(found: dict[str, Any], pen: Pen) -> None:
    """The value of the base with its interval."""
    clv = found["clv"]
    if "not_estimable" in clv:
        line(f"Value not estimable: {clv['not_estimable']}")
        return
    measure = "CLV" if clv["measure"] == "clv" else "Expected discounted revenue (set a margin rate for CLV)"
    line(
        f"{measure} over {clv['horizon_months']} months at {pen.write.percent(clv['annual_discount'])} a year: "
        f"{estimate(clv['total'].get('mean', clv['total']), pen, 'currency')} "
        f"({clv['model']}, 95 % interval of the mean)"
    )


def _warnings(found: dict[str, Any]) -> None:
    for check in found["clv"].get("checks", ()):
        if check["status"] in {"warned", "failed"}:
            line(f"  {check['status']}: {check['text']}")


def _segment_table(segments: list[dict[str, Any]], pen: Pen, segmentation: str) -> None:
    """Size, revenue and value of each segment."""
    head = ("Segment", "Buyers", "Revenue", "Of revenue", "Value, with 95 % interval of the mean")
    rows = [
        (
            row["name"], pen.cell(row["customers"]), estimate(row["revenue"], pen, "currency"),
            pen.cell(row["share"], "share"), estimate(row["value"], pen, "currency"),
        )
        for row in segments
    ]  # fmt: skip
    named = _TITLES.get(segmentation, segmentation.replace("_", " "))
    print_table(f"Segments by {named} ({pen.write.unit})", head, rows)


def loads(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What a load read, used, left out and put aside."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    for report in found["loads"]:
        _load(report, pen)


def _load(report: dict[str, Any], pen: Pen) -> None:
    source = {"excluded": _rows(report["excluded"]), "quarantined": report["quarantined"]}
    read, used = pen.cell(report["rows_read"]), pen.cell(report["rows_used"])
    line(f"{report['table']}: rows read {read} = used {used}{_taken(source, pen)}")
    _recognized(report)
    for finding in report["quality"]:
        column = f"{finding['column']}: " if finding.get("column") else ""
        line(f"    {column}{finding['text']}")


def fetched(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What connections brought and what a load made of it."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    for each in found["fetched"]:
        rows, fetches = pen.cell(each["rows"], "rows"), pen.cell(each["increments"], "fetches")
        brought = f"{pen.cell(each['brought'], 'rows')} brought" if each["brought"] else "nothing new"
        line(f"{each['connection']}, {each['table']}: {brought}; {rows} staged in all, from {fetches}")
        if each["load"] is not None:
            _load(each["load"], pen)


def _rows(excluded: dict[str, Any]) -> dict[str, int]:
    return {name: taken["rows"] if isinstance(taken, dict) else taken for name, taken in excluded.items()}


def refreshed(result: DocumentResult, report: object, pen: Pen, form: Form) -> None:
    """What was computed and how long each step took."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"As of {pen.moment(found['as_of'])}")
    for step, seconds in found["seconds"].items():
        line(f"  {step:<16} {pen.write.number(seconds, 2):>7} s")
    line(f"Report:    {report or 'none: value needs orders; segmentry study show tells what can be done without'}")


def status(result: DocumentResult, pen: Pen, form: Form) -> None:
    """What is loaded and published."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"Workspace {found['folder']}")
    loaded, computed = (pen.moment(found[name]) if found[name] else "never" for name in ("loaded_at", "refreshed_at"))
    line(f"  loaded {loaded}, refreshed {computed}")
    if found["as_of"]:
        line(f"  as of {pen.moment(found['as_of'])}")
    if found["people"]["customers"] is not None:
        parties, customers, buyers = (pen.cell(found["people"][each], each) for each in found["people"])
        line(f"  {parties} make {customers}; of them {buyers}")
    if not found["loads"]:
        line(f"  next:  segmentry load {found['folder']} FILE")
    for reason in found["stale_because"]:
        line(f"  STALE: {reason}.")
    for entry in found["segments"]:
        if entry["state"] != "fresh":
            members = pen.cell(entry["members"], "members")
            kept = f"{members} as of {pen.moment(entry['as_of'])}" if entry["as_of"] else "never evaluated"
            line(f"  {entry['state'].upper()} segment {entry['id']} ({kept}): {'; '.join(entry['because'])}")
    for entry in found["renew"]:
        day, traits = pen.day(entry["newest"]), pen.cell(len(entry["traits"]), "traits")
        line(f"  RENEW {entry['basis']}: {traits} from {entry['table']} of {day} and older")
    for entry in found["loads"]:
        line(f"  {entry['table']:<24} {pen.cell(entry['rows_read']):>12} rows read from {entry['file']}")
    for entry in found["tables"]:
        held = "as loaded" if not entry["as_of"] else f"as of {pen.moment(entry['as_of'])}"
        same = entry["as_of"] == found["as_of"]
        line(f"  {entry['name']:<24} {pen.cell(entry['rows']):>12} rows{'' if same else f', {held}'}")


def value(result: DocumentResult, segments: DocumentResult, settings: WorkspaceSettings, form: Form) -> None:
    """What base and segments are worth, and how that was found."""
    found = result.as_dict()
    entries = segments.as_dict()
    if form is Form.MACHINES:
        print_json(found | entries)
        return
    clv, pen = found["clv"], pen_of(settings, found["base"]["currency"])
    period = found["base"]["period"]
    line(f"Orders from {pen.day(period['first'])} to {pen.day(period['last'])}")
    _worth(found, pen)
    if "not_estimable" not in clv:
        spend = clv["spend"].get("model") or number(clv["spend"])
        line(f"{clv['model']} with {spend}; {' '.join(clv['reasons'])}")
        for check in clv["checks"]:
            line(f"  {check['status']:<12} {check['text']}")
    _segment_table(entries["segments"], pen, entries["segmentation"])
