"""Commands about segments laid down by definitions: ``segmentry segments …``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentry.interfaces.cli import segment_printing as shown
from segmentry.interfaces.cli.printing import Form, pen_of

if TYPE_CHECKING:
    from segmentry.reports import Pen
    from segmentry.workspace.segmenting import Definitions

segments = typer.Typer(
    help="Segments laid down by definitions: count, preview, explain, prove, plan and apply.",
    no_args_is_help=True,
    add_completion=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Segment = Annotated[str, typer.Argument(help="Id or name of a segment.")]
Given = Annotated[str, typer.Argument(help="An expression, a file such as vip.yaml, or the id or name of a segment.")]
Customer = Annotated[str, typer.Argument(help="Id of a customer.")]
AsOf = Annotated[
    datetime | None, typer.Option(help="Instant (UTC) by which to tell changes of the clock that are not played yet.")
]
Because = Annotated[str, typer.Option(help="Why, for those who ask later.")]


@contextmanager
def _definitions(folder: Path) -> Iterator[Definitions]:
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "segments") as workspace:
        yield workspace.definitions


def _pen(definitions: Definitions) -> Pen:
    return pen_of(definitions.workspace.settings)


@segments.command(name="list")
def list_segments(folder: Folder, as_of: AsOf = None, as_json: Json = False) -> None:
    """Every segment with its exact count, as of when, and whether it is fresh, stale or failed."""
    with _definitions(folder) as definitions:
        shown.listed(definitions.list(as_of), _pen(definitions), Form.of(as_json))


@segments.command()
def show(folder: Folder, segment: Segment, as_of: AsOf = None, as_json: Json = False) -> None:
    """One segment: text, words, count, worth, history, and what leans on it."""
    with _definitions(folder) as definitions:
        shown.one(definitions.show(segment, as_of), _pen(definitions), Form.of(as_json))


@segments.command()
def count(folder: Folder, expression: Given, as_of: AsOf = None, as_json: Json = False) -> None:
    """How many customers an expression means."""
    with _definitions(folder) as definitions:
        shown.counted(definitions.count(expression, as_of), _pen(definitions), Form.of(as_json))


@segments.command()
def preview(folder: Folder, expression: Given, as_json: Json = False) -> None:
    """Count, sample, worth and reach of an expression or file, before it is saved."""
    with _definitions(folder) as definitions:
        shown.previewed(definitions.preview(expression), _pen(definitions), Form.of(as_json))


@segments.command()
def diff(
    folder: Folder,
    changed: Annotated[str, typer.Argument(help="A changed file, or the id of a file of the workspace.")],
    as_json: Json = False,
) -> None:
    """A changed definition against what is published: who enters, who leaves, what money moves, what follows."""
    with _definitions(folder) as definitions:
        shown.differing(definitions.diff(changed), _pen(definitions), Form.of(as_json))


@segments.command()
def explain(folder: Folder, segment: Given, customer: Customer, as_json: Json = False) -> None:
    """Why a customer is in or out: every condition with its evidence, and the nearest change."""
    with _definitions(folder) as definitions:
        shown.explained(definitions.explain(segment, customer), _pen(definitions), Form.of(as_json))


@segments.command()
def overlap(
    folder: Folder,
    segment: Annotated[list[str], typer.Argument(help="Ids or names of two segments or more.")],
    out: Annotated[Path | None, typer.Option(help="Write an UpSet picture as one HTML file.")] = None,
    as_json: Json = False,
) -> None:
    """Every combination of segments counted, and every pair compared."""
    with _definitions(folder) as definitions:
        result = definitions.overlap(*segment)
        shown.overlapping(result, None if out is None else result.draw(out), _pen(definitions), Form.of(as_json))


@segments.command()
def lint(
    folder: Folder,
    segment: Annotated[str | None, typer.Argument(help="Id, name, file or expression; all by default.")] = None,
    as_json: Json = False,
) -> None:
    """What is probably not meant: contradictions, traps of unknown values, dead fields, protected attributes."""
    with _definitions(folder) as definitions:
        shown.linted(definitions.lint(segment), _pen(definitions), Form.of(as_json))


@segments.command()
def prove(
    folder: Folder,
    segment: Annotated[str | None, typer.Argument(help="Id or name; all by default.")] = None,
    sample: Annotated[int, typer.Option(min=1, help="Customers to check.")] = 500,
    everybody: Annotated[bool, typer.Option("--all", help="Check every customer.")] = False,
    as_json: Json = False,
) -> None:
    """Recompute members from raw rows by an independent interpreter; exit code 1 where anything differs."""
    with _definitions(folder) as definitions:
        result = definitions.prove(segment, None if everybody else sample)
        shown.proved(result, _pen(definitions), Form.of(as_json))
    if any(not each["proved"] for each in result.document["segments"]):
        raise typer.Exit(1)


@segments.command(name="format")
def format_file(
    folder: Folder,
    file: Annotated[str, typer.Argument(help="A definition file, or the id of one of the workspace.")],
    write: Annotated[bool, typer.Option("--write", help="Write it back.")] = False,
    as_json: Json = False,
) -> None:
    """A definition file in the one way of writing it."""
    with _definitions(folder) as definitions:
        shown.formatted(definitions.format(file, write=write), _pen(definitions), Form.of(as_json))


@segments.command()
def plan(folder: Folder, as_json: Json = False) -> None:
    """What apply would change, before anything is changed."""
    with _definitions(folder) as definitions:
        shown.planned(definitions.plan(), _pen(definitions), Form.of(as_json))


@segments.command()
def apply(folder: Folder, as_json: Json = False) -> None:
    """Put the definition files on record and evaluate them, as one commit."""
    with _definitions(folder) as definitions:
        shown.planned(definitions.apply(), _pen(definitions), Form.of(as_json), done=True)


@segments.command()
def due(folder: Folder, as_json: Json = False) -> None:
    """When the clock alone changes segments, for how many customers, and known through when."""
    with _definitions(folder) as definitions:
        shown.due(definitions.due(), _pen(definitions), Form.of(as_json))


@segments.command()
def step(
    folder: Folder,
    until: Annotated[
        datetime | None, typer.Option(help="Instant (UTC) up to which to play; the next due instant by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let the clock alone change segments, each change effective at its own instant."""
    with _definitions(folder) as definitions:
        shown.stepped(definitions.step(until), _pen(definitions), Form.of(as_json))


@segments.command()
def packs(folder: Folder, as_json: Json = False) -> None:
    """The starter packs and the segments in each."""
    with _definitions(folder) as definitions:
        shown.packs(definitions.packs(), _pen(definitions), Form.of(as_json))


@segments.command(name="add-pack")
def add_pack(
    folder: Folder, name: Annotated[str, typer.Argument(help="Name of a starter pack.")], as_json: Json = False
) -> None:
    """Write the files of a starter pack into the workspace."""
    with _definitions(folder) as definitions:
        shown.added(definitions.add_pack(name), _pen(definitions), Form.of(as_json))


@segments.command()
def members(
    folder: Folder,
    segment: Segment,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Local day at whose end they were members.")
    ] = None,
    known_at: Annotated[datetime | None, typer.Option(help="Instant (UTC) as of whose knowledge to tell.")] = None,
    as_json: Json = False,
) -> None:
    """Who is in a segment, or was on a day, as known now or as known then."""
    with _definitions(folder) as definitions:
        day = None if on is None else on.date()
        shown.members(definitions.members(segment, day, known_at), _pen(definitions), Form.of(as_json))


@segments.command()
def events(
    folder: Folder,
    since: Annotated[datetime, typer.Argument(help="Instant (UTC) after which to tell.")],
    segment: Annotated[str | None, typer.Option(help="Id or name; all by default.")] = None,
    as_json: Json = False,
) -> None:
    """Who entered and who left after an instant, and why."""
    with _definitions(folder) as definitions:
        shown.events(definitions.events(since, segment), _pen(definitions), Form.of(as_json))


@segments.command()
def attribution(
    folder: Folder,
    segment: Segment,
    start: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="First day.")],
    end: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last day.")],
    as_json: Json = False,
) -> None:
    """Why a segment has grown or shrunk between two days, in customers and money."""
    with _definitions(folder) as definitions:
        shown.attributed(
            definitions.attribution(segment, start.date(), end.date()), _pen(definitions), Form.of(as_json)
        )


@segments.command()
def add(folder: Folder, segment: Segment, customer: Customer, because: Because = "", as_json: Json = False) -> None:
    """Put a customer into a segment by hand, whatever the rule says."""
    with _definitions(folder) as definitions:
        shown.decided(definitions.add(segment, customer, because), _pen(definitions), Form.of(as_json))


@segments.command()
def remove(folder: Folder, segment: Segment, customer: Customer, because: Because = "", as_json: Json = False) -> None:
    """Take a customer out of a segment by hand, whatever the rule says."""
    with _definitions(folder) as definitions:
        shown.decided(definitions.remove(segment, customer, because), _pen(definitions), Form.of(as_json))


@segments.command()
def clear(folder: Folder, segment: Segment, customer: Customer, because: Because = "", as_json: Json = False) -> None:
    """Let the rule decide about a customer again."""
    with _definitions(folder) as definitions:
        shown.decided(definitions.clear(segment, customer, because), _pen(definitions), Form.of(as_json))


@segments.command()
def erase(
    folder: Folder,
    customer: Annotated[list[str], typer.Argument(help="Ids of customers.")],
    as_json: Json = False,
) -> None:
    """Take customers out of all that was ever said and loaded; erase them at the source as well."""
    with _definitions(folder) as definitions:
        shown.erased(definitions.erase(*customer), _pen(definitions), Form.of(as_json))
