"""The guided study in a terminal and as objects for machines."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import segmentry as sg
from segmentry.charts import Writer
from segmentry.discovery.guide.short_form import ShortForm
from segmentry.interfaces.cli import study_printing
from segmentry.interfaces.cli.application import run_command
from segmentry.interfaces.cli.options import as_demands
from segmentry.interfaces.cli.printing import Form
from segmentry.reports import Pen
from segmentry.science.golden_questions import golden_questions
from segmentry.terms.errors import SettingsError
from segmentry.terms.study import Study
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.studying.documents import questions
from tests.rooms.workspace.study_worlds import write_world

NAMES = ("data", "recommend", "assumptions", "bases", "questions", "compare", "lines", "show")


STATEMENT = 'spend is higher in (given_income_level = "high") than in (given_income_level = "low")'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A refreshed workspace of a small planted company with one version of its study."""
    root = tmp_path_factory.mktemp("study")
    world = write_world(root / "files", customers=150)
    with sg.init(root / "shop", currency="EUR") as opened:
        opened.configure(study=Study(decision="Whom to invite.", most=3))
        opened.load(world / "orders.csv", source="shop")
        opened.load(world / "customers.csv", source="shop", table="customers")
        opened.study.run(review_on="2027-01-31")
        opened.study.assume(STATEMENT)
        opened.study.assumptions(test=True)
    return str(root / "shop")


def schema(name: str) -> dict[str, Any]:
    text = files("segmentry.workspace").joinpath("schemas", f"study_{name}.json").read_text(encoding="utf8")
    found: dict[str, Any] = json.loads(text)
    return found


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run_command([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_themselves_valid(name: str) -> None:
    """Committed schemas are schemas."""
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", ["data", "recommend", "assumptions", "bases", "questions", "lines", "show"])
def test_every_command_keeps_its_schema(shop: str, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Every command takes ``--json`` and prints one object of its schema."""
    jsonschema.validate(told(capsys, "study", name, shop), schema(name))


def test_assumptions_compare_and_run_keep_theirs(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A register with verdicts, a version against itself, and the object of a run, which is that of ``show``."""
    register = told(capsys, "study", "assume", shop, STATEMENT, "--owner", "Ada")
    jsonschema.validate(register, schema("assumptions"))
    jsonschema.validate(told(capsys, "study", "assumptions", shop, "--test"), schema("assumptions"))
    both = told(capsys, "study", "compare", shop, "purchase_behavior", "purchase_behavior")
    jsonschema.validate(both, schema("compare"))
    assert both["adjusted_rand"] == pytest.approx(1.0)
    jsonschema.validate(told(capsys, "study", "run", shop), schema("show"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("data", ("What the objective needs", "consents", "missing", "To settle")),
        ("recommend", ("behavioral", "Variables:", "Method:", "70 for each variable")),
        ("assumptions", ("SUPPORTED", "after Holm over", "Welch")),
        ("bases", ("What each basis adds", "demographic", "out of sample")),
        ("questions", ("There are no golden questions: no survey was loaded.",)),
        ("lines", ("Line of business", "wine", "Cramér")),
        ("show", ("Whom to invite.", "passed", "evaluate and monitor", "Verdict:")),
    ],
)
def test_people_read_what_machines_get(
    shop: str, capsys: pytest.CaptureFixture[str], command: str, words: tuple[str, ...]
) -> None:
    """The gist of each answer in words."""
    assert run_command(["study", command, shop]) == 0
    shown = capsys.readouterr().out
    for word in words:
        assert word in shown


def test_versions_in_words(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Agreement and what became of each segment."""
    assert run_command(["study", "compare", shop, "purchase_behavior", "purchase_behavior"]) == 0
    shown = capsys.readouterr().out
    assert "adjusted Rand): 1" in shown
    assert "survived" in shown


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "--decision", " "], "STUDY_WITHOUT_DECISION"),
        (["run", "--objective", "retian"], "retain"),
        (["run", "--demand", "size"], "DEMAND_WRONG"),
        (["run", "--demand", "siz>=0.1"], "size"),
        (["bases", "--measure", "spendd"], "spend"),
        (["questions", "--most", "0"], "QUESTIONS_TOO_FEW"),
        (["assume", "all is well"], "ASSUMPTION_UNREADABLE"),
        (["compare", "purchase_behaviour", "purchase_behavior"], "purchase_behavior"),
    ],
)
def test_mistakes_are_told_with_what_was_meant(
    shop: str, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    """Exit code 2, four parts, the near miss; never a trace."""
    assert run_command(["study", arguments[0], shop, *arguments[1:]]) == 2
    shown = capsys.readouterr()
    assert word in shown.err
    assert "next:" in shown.err


def test_an_error_for_machines_is_one_object(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same handler as every other command."""
    assert run_command(["study", "assume", shop, "all is well", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "ASSUMPTION_UNREADABLE"


def test_demands_are_read_with_both_signs(tmp_path: Path) -> None:
    """At least and at most; every wrong one is named."""
    assert as_demands(["size>=0.05", "cost_to_serve <= 0.4"]) == [
        {"measure": "size", "at_least": 0.05},
        {"measure": "cost_to_serve", "at_most": 0.4},
    ]
    assert as_demands(None) is None
    with pytest.raises(SettingsError) as refused:
        as_demands(["size>0.05", "size>=0.05", "=3"])
    assert [each.given for each in refused.value.problems] == ["size>0.05", "=3"]


def test_what_bases_add_can_be_looked_at(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One page with the picture, its table and both themes."""
    assert run_command(["study", "bases", shop, "--out", str(tmp_path / "bases.html")]) == 0
    assert "Written to" in capsys.readouterr().out
    page = (tmp_path / "bases.html").read_text(encoding="utf8")
    assert 'data-figure="bases"' in page
    assert "Beyond all others" in page


def test_lines_of_business_name_the_segments(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read names; ids are for machines."""
    assert run_command(["study", "lines", shop]) == 0
    assert "purchase_behavior_1" not in capsys.readouterr().out


def golden() -> DocumentResult:
    """Planning tells savers (answers of 4 and 5) from spenders (1 to 3); company tells nothing."""
    random = np.random.default_rng(3)
    labels = np.arange(240) % 2
    planned = np.where(labels == 0, random.integers(4, 6, 240), random.integers(1, 4, 240))
    points = np.column_stack([random.integers(1, 6, 240), planned]).astype(float)
    asked = (("wave", "I like company"), ("wave", "I plan ahead"))
    form = ShortForm(asked, golden_questions(points, labels), ("habits_1", "habits_2"), ("religion",))
    told = {"as_of": "2026-03-01T00:00:00Z", "study": "habits"}
    return DocumentResult("Golden questions", told | questions(form, {"habits_1": "Savers", "habits_2": "Spenders"}))


def test_golden_questions_keep_their_schema() -> None:
    """Questions found as well as a reason why there are none."""
    jsonschema.validate(golden().as_dict(), schema("questions"))


def test_golden_questions_come_with_what_they_achieve_and_how_to_weigh_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Agreement with its interval beside the baseline; weights of each segment by its name; what is locked."""
    study_printing.questions(golden(), Pen(Writer("en_US", "EUR")), Form.PEOPLE)
    shown = capsys.readouterr().out
    first = next(text for text in shown.splitlines() if "I plan ahead" in text)
    assert "100.0% [98.4% to 100.0%]" in first
    assert "240 respondents" in shown
    assert "largest segment for everybody would be right for 50.0%" in shown
    weights = golden().as_dict()["segments"]
    saver = next(text for text in shown.splitlines() if "Savers" in text)
    assert f"{weights[0]['constant']:.3f}" in saver.replace("\u2212", "-")
    assert f"{weights[0]['weights'][0]:.3f}" in saver
    assert "religion" in shown
