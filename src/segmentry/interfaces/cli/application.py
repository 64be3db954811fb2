"""The commands. Heavy rooms are imported only inside the command that needs them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from segmentry import __version__
from segmentry.interfaces.cli import finding, printing
from segmentry.interfaces.cli.customers import customer
from segmentry.interfaces.cli.hearing import feedback, survey
from segmentry.interfaces.cli.options import as_mapping
from segmentry.interfaces.cli.printing import Form
from segmentry.interfaces.cli.segments import segments
from segmentry.interfaces.cli.studies import study

application = typer.Typer(
    name="segmentry",
    help="Who are our customers, what is each group worth, what should we do for each, did it work?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

application.add_typer(segments, name="segments")
application.add_typer(customer, name="customer")
application.add_typer(study, name="study")
application.add_typer(feedback, name="feedback")
application.add_typer(survey, name="survey")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="ROLE=COLUMN", help="Say what a column is, such as customer=CustNo; repeatable."),
]
Timezone = Annotated[str | None, typer.Option(help="IANA time zone of the file's local times, such as Europe/London.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217 code of amounts where no column tells it.")]
MarginRate = Annotated[float | None, typer.Option(help="Margin as a share of net revenue, such as 0.35; unlocks CLV.")]
Horizon = Annotated[int | None, typer.Option(help="Length of the future that is valued, in months.")]
Discount = Annotated[float | None, typer.Option(help="Discount rate of a year, such as 0.1.")]
Locale = Annotated[str | None, typer.Option(help="Language and region of numbers and dates, such as en_GB.")]
Model = Annotated[str | None, typer.Option(help="Purchase model: auto, BG/NBD, MBG/NBD or Pareto/NBD.")]
Delimiter = Annotated[str | None, typer.Option(help="Character between the columns of a text file.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a text file, such as cp1252.")]
DecimalMark = Annotated[str | None, typer.Option(help="Decimal mark of a text file: a point or a comma.")]
DateFormat = Annotated[str | None, typer.Option(help="Format of the dates, such as %d/%m/%Y.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"segmentry {__version__}")
        raise typer.Exit


@application.callback()
def segmentry(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Who are our customers, what is each group worth, what should we do for each, did it work?"""


@application.command()
def run(
    data: Annotated[Path, typer.Argument(help="File of orders (CSV, Parquet, Excel), folder of exports, workspace.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the workspace; ./segmentry-STEM by default.")] = None,
    mapping: Map = None,
    timezone: Timezone = None,
    currency: Currency = None,
    margin_rate: MarginRate = None,
    horizon_months: Horizon = None,
    annual_discount: Discount = None,
    locale: Locale = None,
    model: Model = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    decimal_mark: DecimalMark = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """The main job: any file of orders in; customers, value, segments and a report out."""
    options = _given(
        timezone=timezone, currency=currency, margin_rate=margin_rate, horizon_months=horizon_months,
        annual_discount=annual_discount, locale=locale, model=model, delimiter=delimiter, encoding=encoding,
        decimal_mark=decimal_mark, date_format=date_format, sheet=sheet, mapping=as_mapping(mapping),
    )  # fmt: skip
    from segmentry.workspace import run as main_job

    with printing.watch(Form.of(as_json)) as progress:
        result = main_job(data, out, progress=progress, **options)
    printing.main_job(result, Form.of(as_json))


@application.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the company's exports and the workspace.")] = Path(
        "segmentry-demo"
    ),
    customers: Annotated[int, typer.Option(min=200, help="Size of the simulated company.")] = 4000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 7,
    as_json: Json = False,
) -> None:
    """The main job on a simulated company that has every kind of data."""
    from segmentry.workspace import demo as simulated

    with printing.watch(Form.of(as_json)) as progress:
        result = simulated(folder, customers=customers, seed=seed, progress=progress)
    printing.main_job(result, Form.of(as_json), simulated=True)


@application.command()
def init(
    folder: Folder,
    timezone: Timezone = None,
    currency: Currency = None,
    margin_rate: MarginRate = None,
    horizon_months: Horizon = None,
    annual_discount: Discount = None,
    locale: Locale = None,
    as_json: Json = False,
) -> None:
    """Make a workspace with a settings file that explains every setting."""
    from segmentry.workspace import Workspace

    values = _given(
        timezone=timezone, currency=currency, margin_rate=margin_rate, horizon_months=horizon_months,
        annual_discount=annual_discount, locale=locale,
    )  # fmt: skip
    with Workspace.init(folder, "init", **values) as workspace:
        printing.status(workspace.status(), printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def load(
    folder: Folder,
    data: Annotated[Path, typer.Argument(help="File or folder of exports.")],
    table: Annotated[str | None, typer.Option(help="Canonical table the file fills, such as order_lines.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source.")] = None,
    mapping: Map = None,
    timezone: Timezone = None,
    currency: Currency = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    decimal_mark: DecimalMark = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Load a file or a folder of exports into a workspace; loading the same file again changes nothing."""
    from segmentry.workspace import Workspace

    options = _given(
        table=table, source=source, timezone=timezone, currency=currency, delimiter=delimiter, encoding=encoding,
        decimal_mark=decimal_mark, date_format=date_format, sheet=sheet, mapping=as_mapping(mapping),
    )  # fmt: skip
    with Workspace.open(folder, "load") as workspace:
        with printing.watch(Form.of(as_json)) as progress:
            result = workspace.load(data, progress=progress, **options)
        printing.loads(result, printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def fetch(
    folder: Folder,
    connection: Annotated[str | None, typer.Argument(help="Name of one connection; all of them by default.")] = None,
    as_json: Json = False,
) -> None:
    """Fetch what is new from the databases and services in the settings, and load it."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "fetch") as workspace:
        with printing.watch(Form.of(as_json)) as progress:
            result = workspace.fetch(connection, progress=progress)
        printing.fetched(result, printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def refresh(
    folder: Folder,
    as_of: Annotated[
        datetime | None, typer.Option(help="Instant (UTC) to compute for; after the last order by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compute profiles, values, segments and the report anew; on an error the last good ones stay."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "refresh") as workspace:
        with printing.watch(Form.of(as_json)) as progress:
            result = workspace.refresh(as_of, progress=progress)
            report = workspace.report() if workspace.is_valued else None
        printing.refreshed(result, report, printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """What is loaded and published, as of when, and whether anything is stale."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "status") as workspace:
        printing.status(workspace.status(), printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def value(
    folder: Folder,
    segmentation: Annotated[
        str | None, typer.Option(help="The study's segmentation by default; or rfm, lifecycle, value_tier.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What the base and each segment are worth, with intervals, and how that was found."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "value") as workspace:
        found, entries = workspace.value(), workspace.segments(segmentation)
        printing.value(found, entries, workspace.settings, Form.of(as_json))


@application.command()
def discover(
    folder: Folder,
    objective: Annotated[
        str | None, typer.Option(help="acquire, retain, grow, win_back, develop_product or improve_service.")
    ] = None,
    decision: Annotated[str | None, typer.Option(help="The decision that the segments serve.")] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option(help="A trait that makes the segments; repeatable. Purchase behavior by default."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="k_means (numbers) or mixture (numbers, yes and no, and names; answers may miss)."),
    ] = None,
    fewest: Annotated[int | None, typer.Option(help="Smallest number of segments looked at.")] = None,
    most: Annotated[int | None, typer.Option(help="Largest number of segments looked at.")] = None,
    segment_cost: Annotated[float | None, typer.Option(help="Cost of treating one more segment apart.")] = None,
    contact_cost: Annotated[float | None, typer.Option(help="Cost of treating one customer.")] = None,
    as_json: Json = False,
) -> None:
    """Find segments in the data for a study, and show what may be believed of them."""
    from segmentry.workspace import Workspace

    options = _given(
        objective=objective, decision=decision, variables=variable, method=method, fewest=fewest, most=most,
        segment_cost=segment_cost, contact_cost=contact_cost,
    )  # fmt: skip
    with Workspace.open(folder, "discover") as workspace:
        with printing.watch(Form.of(as_json)) as progress:
            result = workspace.discover(progress=progress, **options)
        finding.discovered(result, printing.pen_of(workspace.settings), Form.of(as_json))


@application.command(name="map")
def draw_map(
    folder: Folder,
    method: Annotated[str, typer.Option(help="plain, principal, discriminant, correspondence or perceived.")] = "plain",
    attribute: Annotated[
        list[str] | None, typer.Option(help="A trait to draw from; give it twice for the two axes of a plain map.")
    ] = None,
    segmentation: Annotated[str | None, typer.Option(help="The study's segmentation by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the picture as one HTML file.")] = None,
    as_json: Json = False,
) -> None:
    """Where the segments lie: two attributes that separate them best, or a statistical map; gaps where demand is."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "map") as workspace:
        result = workspace.map(method, attributes=tuple(attribute or ()), segmentation=segmentation)
        picture = None if out is None else workspace.draw(result.as_dict().get("picture", f"map_{method}"), out)
        names = printing.names_of(workspace, result.as_dict().get("segmentation", ""))
        finding.mapped(result, names, picture, printing.pen_of(workspace.settings), Form.of(as_json))


@application.command()
def strategy(
    folder: Folder,
    segment: Annotated[str | None, typer.Option(help="Id or name of one segment; all of them by default.")] = None,
    as_json: Json = False,
) -> None:
    """What to do for each segment, and what not, with the figures behind every line."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "strategy") as workspace:
        finding.planned(workspace.strategy(segment), printing.pen_of(workspace.settings), Form.of(as_json))


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def run_command(arguments: list[str]) -> int:
    """Run one command; mistakes are printed in plain words and become exit code 2."""
    from segmentry.terms.errors import SegmentryError

    try:
        outcome = application(arguments, standalone_mode=False)
    except SegmentryError as error:
        printing.error(error, Form.of("--json" in arguments))
        return 2
    except TyperException as error:
        printing.usage(error, Form.of("--json" in arguments))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        printing.interrupted()
        return 130
    return outcome if isinstance(outcome, int) else 0
