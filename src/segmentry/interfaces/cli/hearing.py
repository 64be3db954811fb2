"""Commands about what customers say: ``segmentry feedback …`` and ``segmentry survey …``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmentry.interfaces.cli import feedback_printing, printing
from segmentry.interfaces.cli.printing import Form, line, print_json

feedback = typer.Typer(help="Scores, themes and remarks that wait.", no_args_is_help=True, add_completion=False)
survey = typer.Typer(help="Surveys sent out and taken back.", no_args_is_help=True, add_completion=False)
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Design = Annotated[Path, typer.Argument(help="The survey, a TOML or YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@feedback.command()
def show(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", help="Write the pictures as one HTML page as well.")] = None,
    as_json: Json = False,
) -> None:
    """Scores with intervals, themes, and remarks of sales and service that nobody has answered."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "feedback") as workspace:
        result, pen = workspace.voice.show(), printing.pen_of(workspace.settings)
        feedback_printing.shown(result, pen, Form.of(as_json))
        if out is not None:
            printing.draw(workspace, result, out, Form.of(as_json))


@feedback.command()
def answer(
    folder: Folder,
    source: Annotated[str, typer.Argument(help="Source of the remark.")],
    feedback_id: Annotated[str, typer.Argument(help="Its number there.")],
    text: Annotated[str, typer.Argument(help="The answer.")],
    by: Annotated[str, typer.Option("--by", help="Who answers.")],
    as_json: Json = False,
) -> None:
    """Answer a remark; it is kept on record and no longer waits."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "feedback") as workspace:
        found = workspace.voice.answer(source, feedback_id, text, by).as_dict()
    _print(found, f"Answered {found['feedback_id']} of {found['source']}.", as_json=as_json)


@survey.command()
def invite(
    folder: Folder,
    design: Design,
    out: Annotated[Path, typer.Option("--out", help="Where to write who is asked, as CSV.")],
    link: Annotated[str, typer.Option(help="Address of the questionnaire, with {token}.")] = "{token}",
    as_json: Json = False,
) -> None:
    """Write who is asked, each with a link of their own; who refused surveys is left out."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "survey") as workspace:
        found, pen = workspace.voice.invite(design, out, link).as_dict(), printing.pen_of(workspace.settings)
    asked = f"{pen.cell(found['invited'], 'customers')} asked, {pen.cell(found['questions'], 'questions')} each"
    _print(found, f"{asked}: {found['file']}", as_json=as_json)
    if not as_json:
        line(f"Take the answers back with segmentry survey take {folder} {design} ANSWERS.csv")


@survey.command()
def take(
    folder: Folder,
    design: Design,
    answers: Annotated[Path, typer.Argument(help="CSV with token, answered_at and a column for each question.")],
    as_json: Json = False,
) -> None:
    """Take filled questionnaires back; what cannot be taken is told with line and reason."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "survey") as workspace:
        found, pen = workspace.voice.take(design, answers).as_dict(), printing.pen_of(workspace.settings)
    lost = pen.cell(len(found["findings"]), "answers")
    told = f"{pen.cell(found['rows_read'], 'questionnaires')} read, {lost} could not be taken."
    _print(found, told, as_json=as_json)
    if not as_json:
        for each in found["findings"]:
            line(f"  line {each['line']}: {each['finding']} ({each['given']})")
        line(f"They count from the next refresh on: segmentry refresh {folder}")


def _print(found: dict[str, Any], told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        line(told)
