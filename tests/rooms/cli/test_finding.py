"""Discovery, maps and strategies in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segmentry.interfaces.cli.application import run_command
from tests.rooms.workspace.shops import write_orders


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A workspace made by the main job."""
    root = tmp_path_factory.mktemp("finding")
    write_orders(root / "orders.csv", customers=90)
    assert run_command(["run", str(root / "orders.csv"), "--out", str(root / "shop"), "--currency", "EUR"]) == 0
    return str(root / "shop")


def test_discover_tells_study_verdict_numbers_and_proof(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What it was for, whether it is real, what every number of segments says, and what is proved of each."""
    assert run_command(["discover", shop]) == 0
    shown = capsys.readouterr().out
    for word in ("Study purchase_behavior", "recorded", "Verdict:", "Global", "by itself each would choose", "guard:"):
        assert word in shown
    for criterion in ("measurable", "substantial", "reachable", "distinct", "actionable", "stable"):
        assert criterion in shown


def test_options_change_the_study(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Objective, variables and range as given; the object for machines holds the same."""
    asked = ["discover", shop, "--objective", "retain", "--variable", "spend", "--variable", "days_since_last"]
    assert run_command([*asked, "--most", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["study"]["objective"] == "retain"
    assert told["segmentation"]["variables"] == ["spend", "days_since_last"]
    assert {each["k"] for each in told["segmentation"]["criteria"]} == {2, 3}


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["discover", "--objective", "retian"], "retain"),
        (["discover", "--variable", "spendd"], "spend"),
        (["discover", "--most", "1"], "2 to 50"),
        (["map", "--method", "plane"], "plain"),
        (["map", "--attribute", "ordrs", "--attribute", "spend"], "orders"),
        (["strategy", "--segment", "Nobody"], "Known"),
    ],
)
def test_mistakes_are_told_with_what_was_meant(
    shop: str, capsys: pytest.CaptureFixture[str], arguments: list[str], hint: str
) -> None:
    """Exit code 2, four parts, the near miss; never a trace."""
    assert run_command([arguments[0], shop, *arguments[1:]]) == 2
    shown = capsys.readouterr()
    assert hint in shown.err + shown.out
    assert "Traceback" not in shown.err + shown.out


def test_a_map_is_told_and_drawn(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Axes in words, places, best pairs, why there is no gap, and the picture as one file."""
    picture = tmp_path / "map.html"
    assert run_command(["map", shop, "--out", str(picture)]) == 0
    shown = capsys.readouterr().out
    for word in ("Plain map", "across", "of variance between segments", "Gaps:", str(picture)):
        assert word in shown
    assert picture.stat().st_size > 100_000


def test_a_strategy_is_told_with_its_figures(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Headline, priority, lines with their reasons, drafts marked, the day of review."""
    assert run_command(["strategy", shop]) == 0
    shown = capsys.readouterr().out
    for word in ("priority", "objective", "because", "draft", "not to do", "review on"):
        assert word in shown


def test_the_map_names_its_segments_and_axes(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People read names and what the axes mean; ids and places alone say nothing."""
    assert run_command(["map", shop]) == 0
    shown = capsys.readouterr().out
    assert "purchase_behavior_1" not in shown
    assert "Across" not in shown
    assert "customers" in shown


def test_evidence_of_a_strategy_has_its_unit(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is called a share is a percentage."""
    assert run_command(["strategy", shop]) == 0
    shown = capsys.readouterr().out
    assert "share 0." not in shown
    assert "because" in shown
