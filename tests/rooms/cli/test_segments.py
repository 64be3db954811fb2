"""``segmentry segments …``: every command in words and as one object of its schema, every mistake in four parts."""

from __future__ import annotations

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from segmentry.interfaces.cli.application import run_command
from segmentry.workspace import Workspace
from tests.rooms.workspace.shops import write_orders

DEFINITIONS = {
    "big": "name: Big\nwhere: spend > 300\n",
    "lapsing": (
        "name: Lapsing\ntimezone: Europe/London\nobjective: retain\nwhere: |\n"
        '  any order in last 365 days and no order in last 90 days and in segment "Big"\n'
    ),
}
CALLS: dict[str, list[str]] = {
    "list": [],
    "show": ["lapsing"],
    "count": ["spend > 100"],
    "preview": ['in segment "Big" and days_since_last > 30'],
    "diff": ["lapsing"],
    "explain": ["lapsing", "customer:C0001"],
    "overlap": ["big", "lapsing"],
    "lint": [],
    "prove": [],
    "format": ["lapsing"],
    "plan": [],
    "apply": [],
    "due": [],
    "step": [],
    "packs": [],
    "add-pack": ["lapsing"],
    "members": ["big"],
    "events": ["2020-01-01"],
    "attribution": ["big", "2022-01-01", "2030-01-01"],
    "add": ["big", "customer:C0001", "--because", "asked"],
    "remove": ["big", "customer:C0001"],
    "clear": ["big", "customer:C0001"],
    "erase": ["customer:C0001", "customer:C0002"],
}
"""Every command with arguments that work."""


def schema(command: str) -> dict[str, Any]:
    name = "decide" if command in {"add", "remove", "clear"} else command.replace("-", "_")
    text = files("segmentry.workspace").joinpath("schemas", f"segments_{name}.json").read_text(encoding="utf8")
    found: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with orders and two definitions, refreshed."""
    root = tmp_path_factory.mktemp("cli_segments")
    shop = root / "shop"
    write_orders(root / "orders.csv", customers=60)
    assert run_command(["init", str(shop), "--currency", "EUR"]) == 0
    assert run_command(["load", str(shop), str(root / "orders.csv")]) == 0
    (shop / "segments").mkdir()
    for name, text in DEFINITIONS.items():
        (shop / "segments" / f"{name}.yaml").write_text(text, encoding="utf8")
    assert run_command(["refresh", str(shop)]) == 0
    return shop


@pytest.fixture
def shop(refreshed: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(refreshed, tmp_path / "shop")


def machine(capsys: pytest.CaptureFixture[str], shop: Path, command: str, *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run_command(["segments", command, str(shop), *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", CALLS)
def test_each_command_keeps_its_schema(shop: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` every command prints one object of its committed schema, exit code 0."""
    code, answer = machine(capsys, shop, command, *CALLS[command])
    assert code == 0, answer
    jsonschema.validate(answer, schema(command))


@pytest.mark.parametrize("command", CALLS)
def test_each_command_speaks_to_people(shop: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``--json`` commands print words."""
    capsys.readouterr()
    assert run_command(["segments", command, str(shop), *CALLS[command]]) == 0
    shown = capsys.readouterr().out
    assert shown.strip()
    assert not shown.lstrip().startswith("{")


def test_every_command_is_tried() -> None:
    """A command without a test here does not exist."""
    import typer

    from segmentry.interfaces.cli.segments import segments

    group: Any = typer.main.get_command(segments)
    assert set(group.commands) == set(CALLS)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["count", "spnd > 3"], "TRAIT_UNKNOWN"),
        (["count", "spend >>> 3"], "SYNTAX_UNEXPECTED"),
        (["show", "lapsin"], "SEGMENT_UNKNOWN"),
        (["explain", "big", "nobody"], "CUSTOMER_UNKNOWN"),
        (["add", "big", "nobody"], "CUSTOMER_UNKNOWN"),
        (["overlap", "big"], "OVERLAP_WRONG"),
        (["diff", "nothing.yaml"], "FILE_MISSING"),
        (["add-pack", "rfm"], "PACK_UNKNOWN"),
        (["step", "--until", "2999-01-01"], "UNTIL_IN_FUTURE"),
        (["step", "--until", "1999-01-01"], "UNTIL_IN_PAST"),
        (["attribution", "big", "2023-01-01", "2022-01-01"], "DAYS_TURNED"),
        (["count", 'spend > 1 and in segment "Nope"'], "SEGMENT_UNKNOWN"),
    ],
)
def test_a_mistake_is_told_in_four_parts(
    refreshed: Path, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code, what, where and next step, exit code 2, never a trace; and nothing is written."""
    before = sorted(path.name for path in (refreshed / "segments").iterdir())
    status, answer = machine(capsys, refreshed, *(arguments[:1]), *arguments[1:])
    assert status == 2
    assert answer["errors"][0]["code"] == code
    assert all(problem["what"] and problem["where"] and problem["next_step"] for problem in answer["errors"])
    assert sorted(path.name for path in (refreshed / "segments").iterdir()) == before


def test_questions_before_the_first_refresh_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace without figures answers with the next step."""
    run_command(["init", str(tmp_path / "empty")])
    status, answer = machine(capsys, tmp_path / "empty", "list")
    assert status == 2
    assert answer["errors"][0]["code"] == "NOT_REFRESHED"


def test_a_segment_that_fails_is_shouted(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A definition that breaks keeps its last good members and is listed as STALE with its problem."""
    (shop / "segments" / "big.yaml").write_text("name: Big\nwhere: spnd > 3\n", encoding="utf8")
    before = machine(capsys, shop, "list")[1]["segments"][0]["members"]
    assert run_command(["segments", "apply", str(shop)]) == 0
    capsys.readouterr()
    run_command(["segments", "list", str(shop)])
    shown = capsys.readouterr().out
    assert "STALE: big cannot be evaluated" in shown
    assert "Did you mean 'spend'?" in shown
    after = machine(capsys, shop, "list")[1]["segments"][0]
    assert (after["members"], after["state"]) == (before, "stale")
    run_command(["status", str(shop)])
    assert f"STALE segment big ({before:,} members as of " in capsys.readouterr().out


def test_a_count_that_was_tampered_with_is_not_proved(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``prove`` finds a member that the raw rows do not support, names the customer, and ends with code 1."""
    from segmentry.segments.tables import SEGMENT_MEMBERS
    from segmentry.workspace import Workspace

    with Workspace.open(shop) as workspace:
        members = workspace.engine.table("segment_members")
        kept = workspace.engine.arrow(members.order_by("segment_id", "customer_id").limit(10_000, offset=1))
        with workspace.engine.run("tampering", workspace.engine.artifact("segment_members").as_of) as run:
            run.publish(SEGMENT_MEMBERS, kept)
    status, answer = machine(capsys, shop, "prove", "big", "--all")
    assert status == 1
    assert answer["segments"][0]["differences"] == 1
    assert answer["segments"][0]["differing"][0]["recomputed"] is True


def test_overlap_draws_an_upset_picture(refreshed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--out`` writes one page that needs nothing else, and says where it is."""
    target = tmp_path / "overlap.html"
    assert run_command(["segments", "overlap", str(refreshed), "big", "lapsing", "--out", str(target)]) == 0
    assert f"Picture: {target}" in capsys.readouterr().out
    page = target.read_text(encoding="utf8")
    assert "How segments overlap" in page
    assert "<script src=" not in page


def test_a_step_goes_where_the_queue_says(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is due is told, pends when asked for later, and is played by a step to the very instant."""
    recent = "name: Recent\nwhere: any order in last 30 days\n"
    (shop / "segments" / "recent.yaml").write_text(recent, encoding="utf8")
    machine(capsys, shop, "apply")
    queue = machine(capsys, shop, "due")[1]
    first = queue["next"][0]
    assert first["kind"] == "customer"
    pending = machine(capsys, shop, "list", "--as-of", first["at"].rstrip("Z"))[1]["due_changes_pending"]
    assert (pending["customers"], pending["since"]) == (first["customers"], first["at"])
    assert machine(capsys, shop, "list")[1]["due_changes_pending"] is None
    run_command(["segments", "count", str(shop), "spend > 3", "--as-of", first["at"].rstrip("Z")])
    assert "DUE CHANGES PENDING" in capsys.readouterr().out
    played = machine(capsys, shop, "step")[1]
    assert (played["until"], played["moments"]) == (first["at"], first["customers"])
    assert {row["id"]: row["as_of"] for row in played["segments"]}["recent"] == first["at"]
    assert machine(capsys, shop, "due")[1]["next"][0]["at"] > first["at"]


def test_a_step_after_new_settings_asks_for_a_refresh(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The clock goes on from figures that hold; where they are stale it is said what to do."""
    with Workspace.open(shop) as workspace:
        workspace.configure(horizon_months=7)
    status, answer = machine(capsys, shop, "step")
    assert (status, answer["errors"][0]["code"]) == (2, "STALE")


def test_money_of_a_segment_has_its_currency(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Past revenue and value are amounts, never bare numbers."""
    assert run_command(["segments", "preview", str(shop), "any order"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"past revenue (€[\d,.]+|[\d,.]+ currency units)", shown)
