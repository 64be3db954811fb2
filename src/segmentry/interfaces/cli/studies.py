"""Commands of the guided study: ``segmentry study …``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentry.interfaces.cli import printing, study_printing
from segmentry.interfaces.cli.options import as_demands
from segmentry.interfaces.cli.printing import Form

if TYPE_CHECKING:
    from segmentry.reports import Pen
    from segmentry.workspace import DocumentResult
    from segmentry.workspace.studying import StudyRoom

study = typer.Typer(
    help="The guided study: from an objective to segments that may be believed.",
    no_args_is_help=True,
    add_completion=False,
)
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _answer(
    folder: Path,
    doing: str,
    ask: Callable[[StudyRoom], DocumentResult],
    show: Callable[[DocumentResult, Pen, Form], None],
    form: Form,
) -> None:
    """Ask the guide of the study, and show what it says."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "study") as workspace:
        with printing.busy(form, doing):
            result = ask(workspace.study)
        show(result, printing.pen_of(workspace.settings), form)


@study.command()
def data(folder: Folder, as_json: Json = False) -> None:
    """Data the objective needs: what is there, what is missing, what gaps cost, and how to collect it."""
    _answer(folder, "looking at the data", lambda study: study.data(), study_printing.data, Form.of(as_json))


@study.command()
def recommend(folder: Folder, as_json: Json = False) -> None:
    """Bases, variables and method for objective, data and sample, with reasons."""
    _answer(
        folder,
        "looking at bases and traits",
        lambda study: study.recommend(),
        study_printing.recommended,
        Form.of(as_json),
    )


@study.command()
def assume(
    folder: Folder,
    statement: Annotated[
        str, typer.Argument(help='Such as: share of segment "Loyal" > 20 %; age and spend go together.')
    ],
    owner: Annotated[str | None, typer.Option(help="Who states it.")] = None,
    as_json: Json = False,
) -> None:
    """Put an assumption on record, and test it together with all others."""
    _answer(
        folder,
        "testing assumptions",
        lambda study: study.assume(statement, owner),
        study_printing.register,
        Form.of(as_json),
    )


@study.command()
def assumptions(
    folder: Folder,
    test: Annotated[bool, typer.Option("--test", help="Test all of them anew on the data as they are now.")] = False,
    as_json: Json = False,
) -> None:
    """The register: every assumption with its verdict and those before."""
    _answer(
        folder,
        "testing assumptions",
        lambda study: study.assumptions(test=test),
        study_printing.register,
        Form.of(as_json),
    )


@study.command()
def bases(
    folder: Folder,
    measure: Annotated[
        str | None, typer.Option(help="Outcome: next_spend, retained or a trait; the study's by default.")
    ] = None,
    days: Annotated[
        int, typer.Option(min=0, help="Days in which the outcome is measured; a quarter of the history by default.")
    ] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Write the picture as one HTML page as well.")] = None,
    as_json: Json = False,
) -> None:
    """What each basis of segmentation adds to the prediction of the outcome, out of sample."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "study") as workspace:
        with printing.busy(Form.of(as_json), "holding bases against each other"):
            result = workspace.study.bases(measure=measure, period_days=days)
        study_printing.bases(result, printing.pen_of(workspace.settings), Form.of(as_json))
        if out is not None:
            printing.draw(workspace, result, out, Form.of(as_json))


@study.command()
def questions(
    folder: Folder,
    most: Annotated[int, typer.Option(help="Most questions.")] = 6,
    as_json: Json = False,
) -> None:
    """The fewest questions of the surveys loaded by which new people find their segment, and how to weigh answers."""
    _answer(
        folder,
        "looking for golden questions",
        lambda study: study.questions(most=most),
        study_printing.questions,
        Form.of(as_json),
    )


@study.command()
def run(
    folder: Folder,
    study_id: Annotated[str | None, typer.Option("--id", help="Id of the study and its segmentation.")] = None,
    objective: Annotated[
        str | None, typer.Option(help="acquire, retain, grow, win_back, develop_product or improve_service.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="What shall be better.")] = None,
    decision: Annotated[str | None, typer.Option(help="The decision that it serves; none is refused.")] = None,
    review_on: Annotated[str | None, typer.Option(help="Day of review, such as 2027-01-31.")] = None,
    variable: Annotated[list[str] | None, typer.Option(help="A trait that makes the segments; repeatable.")] = None,
    method: Annotated[str | None, typer.Option(help="k_means or mixture.")] = None,
    fewest: Annotated[int | None, typer.Option(help="Smallest number of segments looked at.")] = None,
    most: Annotated[int | None, typer.Option(help="Largest number of segments looked at.")] = None,
    demand: Annotated[
        list[str] | None, typer.Option(help="A knock-out such as size>=0.05; repeatable; replaces those before.")
    ] = None,
    measure: Annotated[str | None, typer.Option(help="Outcome: next_spend, retained or a trait.")] = None,
    as_json: Json = False,
) -> None:
    """Put the study on record, find its segments, and keep them as a version."""
    from segmentry.workspace import Workspace

    options: dict[str, Any] = {
        "id": study_id, "objective": objective, "outcome": outcome, "decision": decision, "review_on": review_on,
        "variables": variable, "method": method, "fewest": fewest, "most": most, "measure": measure,
        "knock_outs": as_demands(demand),
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    with Workspace.open(folder, "study") as workspace:
        with printing.watch(Form.of(as_json)) as progress:
            result = workspace.study.run(progress=progress, **given)
        study_printing.shown(result, printing.pen_of(workspace.settings), Form.of(as_json))


@study.command()
def compare(
    folder: Folder,
    before: Annotated[str, typer.Argument(help="A study, or a version of it such as loyalty@2026-01-01.")],
    after: Annotated[str, typer.Argument(help="The other one.")],
    as_json: Json = False,
) -> None:
    """Two versions side by side: overlap, agreement, and what changed in size, value and stability."""
    _answer(folder, "comparing", lambda study: study.compare(before, after), study_printing.compared, Form.of(as_json))


@study.command()
def lines(folder: Folder, as_json: Json = False) -> None:
    """Segments against lines of business: market segmentation by product shown beside that of customers."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "study") as workspace:
        result = workspace.study.lines()
        names = printing.names_of(workspace, result.as_dict()["segmentation"])
        study_printing.lines(result, names, printing.pen_of(workspace.settings), Form.of(as_json))


@study.command()
def show(folder: Folder, as_json: Json = False) -> None:
    """Everything about the study in one document, with the gates of the ten steps."""
    _answer(folder, "looking at the study", lambda study: study.show(), study_printing.shown, Form.of(as_json))
