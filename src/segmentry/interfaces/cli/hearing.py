"""Commands about what customers say: ``segmentry feedback …`` and ``segmentry survey …``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmentry.interfaces.cli.printing import line, print_json, print_table

feedback = typer.Typer(help="Scores, themes and remarks that wait.", no_args_is_help=True, add_completion=False)
survey = typer.Typer(help="Surveys sent out and taken back.", no_args_is_help=True, add_completion=False)
Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Design = Annotated[Path, typer.Argument(help="The survey, a TOML or YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@feedback.command()
def show(folder: Folder, as_json: Json = False) -> None:
    """Scores with intervals, themes, and remarks of sales and service that nobody has answered."""
    from segmentry.workspace import Workspace

    with Workspace.open(folder, "feedback") as workspace:
        found = workspace.voice.show().as_dict()
    if as_json:
        print_json(found)
        return
    scores = [_score(each) for each in found["feedback_scores"] if each["period"] == "all"]
    print_table(f"Scores (as of {found['as_of']})", ("Measure", "Group", "Score", "Answers"), scores)
    themes = [(each["theme"], each["terms"], each["share"]) for each in found["feedback_themes"]]
    print_table("Themes of English texts", ("Theme", "Terms", "Share"), [tuple(map(_cell, row)) for row in themes])
    waiting = [
        tuple(map(_cell, (each["source"], each["feedback_id"], each["kind"], each["topic"], each["age_days"])))
        for each in found["open_remarks"]
    ]
    print_table("Remarks that wait for an answer", ("Source", "Number", "Kind", "About", "Days"), waiting)


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
        found = workspace.voice.invite(design, out, link).as_dict()
    _print(found, f"{found['invited']:,} are asked {found['questions']} questions: {found['file']}", as_json=as_json)


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
        found = workspace.voice.take(design, answers).as_dict()
    told = f"{found['rows_read']:,} questionnaires read, {len(found['findings']):,} answers could not be taken."
    _print(found, told, as_json=as_json)
    if not as_json:
        for each in found["findings"]:
            line(f"  line {each['line']}: {each['finding']} ({each['given']})")


def _print(found: dict[str, Any], told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        line(told)


def _score(row: dict[str, Any]) -> tuple[str, str, str, str]:
    group = "all" if row["dimension"] in (None, "all") else f"{row['dimension']} {row['value']}"
    told = _cell(row["score"]) if row["low"] is None else f"{row['score']:.1f} [{row['low']:.1f} to {row['high']:.1f}]"
    return row["measure"], group, told, _cell(row["answers"])


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)
