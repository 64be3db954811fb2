"""What people see on the terminal, and the one JSON object that machines see."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import SegmentryError

if TYPE_CHECKING:
    from typer.exceptions import TyperException

    from segmentry.workspace import DocumentResult, MainJobResult


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
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of texts, the first column to the left."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 110).print(table)


def print_json(value: Any) -> None:
    """One object for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def line(text: str = "") -> None:
    """One line for people."""
    sys.stdout.write(text + "\n")


def error(problem: SegmentryError, form: Form) -> None:
    """Every mistake with what, where, given and next step."""
    if form is Form.MACHINES:
        print_json(problem.as_dict())
        return
    for each in problem.problems:
        given = f"\n  given: {each.given}" if each.given else ""
        lines = (f"{each.what.rstrip('.')}.", f"  where: {each.where}{given}", f"  next:  {each.next_step}")
        sys.stderr.write("\n".join((*lines, f"  code:  {each.code}\n")))


def usage(problem: TyperException, form: Form) -> None:
    """A mistake in how the command was called."""
    message = str(problem)
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


def estimate(value: Any) -> str:
    """An estimate with its interval."""
    if not isinstance(value, dict) or "estimate" not in value:
        return number(value)
    return f"{value['estimate']:,.0f} [{value['low']:,.0f} to {value['high']:,.0f}]"


def main_job(result: MainJobResult, form: Form, *, simulated: bool = False) -> None:
    """What the main job found, in one screen."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    source, unit = found["source"], found["currency"] or "currency units"
    if simulated:
        line("A simulated company: nobody in it is real.")
    line(f"Rows read {source['rows_read']:,} = used {source['rows_used']:,} {_taken(source)}")
    aside = sum(source["quarantined"].values())
    if aside > 0.1 * source["rows_read"]:
        line(f"WARNING: {aside / source['rows_read']:.0%} of the rows were put aside; see the reasons above.")
    for file in source["files"]:
        _recognized(file)
    revenue = found["revenue"]
    line(
        f"\nAs of {found['as_of']}: {found['customers']['buyers']:,} buyers, {found['orders']:,} orders, "
        f"net revenue {float(revenue['net']):,.2f} {unit} ({found['period']['first']} to {found['period']['last']})"
    )
    _worth(found, unit)
    _warnings(found)
    told = found["segmentation"]
    line(f"Segmentation {told['name']}: {told['k']} segments, verdict {told['verdict']}. {told['reason']}")
    _segment_table(found["segments"], unit, told["name"])
    line(f"\nReport:    {found['report']}")
    line(f"Workspace: {result.folder}  (segmentry status {result.folder})")


def _taken(source: dict[str, Any]) -> str:
    parts = [f"+ {name} {rows:,}" for name, rows in source["excluded"].items() if rows]
    parts += [f"+ put aside: {name} {rows:,}" for name, rows in source["quarantined"].items() if rows]
    return " ".join(parts)


def _recognized(file: dict[str, Any]) -> None:
    line(f"  {file['file']}")
    if file["already_loaded"]:
        line("    loaded before; nothing was changed")
    elif file["replaces"]:
        line("    replaces the earlier load of a file of this name")
    for found in file["recognized"]:
        line(f"    {found['role']:<14} {found['column']!s:<22} {found['reason']}")


_TITLES = {"rfm": "recency, frequency and monetary value", "lifecycle": "lifecycle", "value_tier": "value tier"}


def _worth(found: dict[str, Any], unit: str) -> None:
    """The value of the base with its interval."""
    clv = found["clv"]
    if "not_estimable" in clv:
        line(f"Value: {number(clv)}")
        return
    measure = "CLV" if clv["measure"] == "clv" else "Expected discounted revenue (set a margin rate for CLV)"
    line(
        f"{measure} over {clv['horizon_months']} months at {clv['annual_discount']:.0%} a year: "
        f"{estimate(clv['total'].get('mean', clv['total']))} {unit} ({clv['model']}, 95 % interval of the mean)"
    )


def _warnings(found: dict[str, Any]) -> None:
    for check in found["clv"].get("checks", ()):
        if check["status"] in {"warned", "failed"}:
            line(f"  {check['status']}: {check['text']}")


def _segment_table(segments: list[dict[str, Any]], unit: str, segmentation: str) -> None:
    head = ("Segment", "Customers", "Revenue", "Share", "Value, with 95 % interval of the mean")
    rows = [
        (row["name"], f"{row['customers']:,}", number(row["revenue"]), _share(row["share"]), estimate(row["value"]))
        for row in segments
    ]
    print_table(f"Segments by {_TITLES.get(segmentation, segmentation.replace('_', ' '))} ({unit})", head, rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def loads(result: DocumentResult, form: Form) -> None:
    """What a load read, used, left out and put aside."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    for report in found["loads"]:
        _load(report)


def _load(report: dict[str, Any]) -> None:
    source = {"excluded": _rows(report["excluded"]), "quarantined": report["quarantined"]}
    line(f"{report['table']}: rows read {report['rows_read']:,} = used {report['rows_used']:,} {_taken(source)}")
    _recognized(report)
    for finding in report["quality"]:
        line(f"    {finding['text']}")


def fetched(result: DocumentResult, form: Form) -> None:
    """What connections brought and what a load made of it."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    for each in found["fetched"]:
        line(f"{each['connection']}, {each['table']}: {each['rows']:,} rows in {each['increments']:,} fetches")
        if each["load"] is not None:
            _load(each["load"])


def _rows(excluded: dict[str, Any]) -> dict[str, int]:
    return {name: taken["rows"] if isinstance(taken, dict) else taken for name, taken in excluded.items()}


def refreshed(result: DocumentResult, report: object, form: Form) -> None:
    """What was computed and how long each step took."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"As of {found['as_of']}")
    for step, seconds in found["seconds"].items():
        line(f"  {step:<16} {seconds:6.2f} s")
    line(f"Report:    {report or 'none: value needs orders'}")


def status(result: DocumentResult, form: Form) -> None:
    """What is loaded and published."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"Workspace {found['folder']}")
    line(f"  loaded {found['loaded_at'] or 'never'}, refreshed {found['refreshed_at'] or 'never'}")
    if found["as_of"]:
        line(f"  as of {found['as_of']}")
    for reason in found["stale_because"]:
        line(f"  STALE: {reason}.")
    for entry in found["segments"]:
        if entry["state"] != "fresh":
            kept = f"{entry['members']:,} members as of {entry['as_of']}" if entry["as_of"] else "never evaluated"
            line(f"  {entry['state'].upper()} segment {entry['id']} ({kept}): {'; '.join(entry['because'])}")
    for entry in found["renew"]:
        day = entry["newest"][:10]
        line(f"  RENEW {entry['basis']}: {len(entry['traits'])} traits rest on {entry['table']} of {day} and older")
    for entry in found["loads"]:
        line(f"  {entry['table']:<18} {entry['rows_read']:>12,} rows read from {entry['file']}")
    for entry in found["tables"]:
        line(f"  {entry['name']:<24} {entry['rows']:>12,} rows, as of {entry['as_of'] or 'loading'}")


def value(result: DocumentResult, segments: DocumentResult, form: Form) -> None:
    """What base and segments are worth, and how that was found."""
    found = result.as_dict()
    entries = segments.as_dict()
    if form is Form.MACHINES:
        print_json(found | entries)
        return
    clv, unit = found["clv"], found["base"]["currency"] or "currency units"
    line(f"Orders from {found['base']['period']['first']} to {found['base']['period']['last']}")
    _worth(found, unit)
    if "not_estimable" not in clv:
        line(f"{clv['model']} with {clv['spend'].get('model', number(clv['spend']))}; {' '.join(clv['reasons'])}")
        for check in clv["checks"]:
            line(f"  {check['status']:<12} {check['text']}")
    _segment_table(entries["segments"], unit, entries["segmentation"])
