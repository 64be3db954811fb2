"""The command line as people see it: one screen of words, errors in four parts, exit codes, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segmentry.interfaces.cli.application import run_command
from tests.rooms.workspace.shops import write_orders


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made by the main job."""
    root = tmp_path_factory.mktemp("cli")
    write_orders(root / "orders.csv", customers=60)
    assert run_command(["run", str(root / "orders.csv"), "--out", str(root / "shop"), "--currency", "EUR"]) == 0
    return root


def test_the_main_job_tells_rows_columns_base_and_segments(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One screen: the identity of rows, each column with its reason, the base, values, and where it all is."""
    code = run_command(["run", str(shop / "orders.csv"), "--out", str(tmp_path / "shop"), "--currency", "EUR"])
    shown = capsys.readouterr().out
    assert code == 0
    for word in (
        "Rows read",
        "= used",
        "CustomerNo",
        "InvoiceDate",
        "As of",
        "EUR",
        "verdict",
        "customers",
        "report.html",
    ):
        assert word in shown
    assert "Expected discounted revenue" in shown
    assert "CLV over" not in shown


def test_a_margin_makes_it_clv(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a margin rate the value is called CLV."""
    arguments = ["run", str(shop / "orders.csv"), "--out", str(tmp_path / "shop"), "--currency", "EUR"]
    assert run_command([*arguments, "--margin-rate", "0.3"]) == 0
    assert "CLV over 12 months" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["status", "value", "refresh"])
def test_each_command_speaks_to_people(shop: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``--json`` commands print words, not braces."""
    assert run_command([command, str(shop / "shop")]) == 0
    shown = capsys.readouterr().out
    assert shown.strip()
    assert not shown.lstrip().startswith("{")


def test_loading_tells_what_became_of_each_row(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A load prints rows read = used + what was left out, and what its file lacks."""
    more = write_orders(tmp_path / "more.csv", customers=10, seed=8, prefix="8")
    assert run_command(["load", str(shop / "shop"), str(more)]) == 0
    shown = capsys.readouterr().out
    assert "rows read" in shown
    assert "= used" in shown
    assert run_command(["status", str(shop / "shop")]) == 0
    assert "STALE" in capsys.readouterr().out


def test_a_mistake_is_told_in_four_parts_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What, where, given and next step on standard error; exit code 2; no folder left behind."""
    code = run_command(["run", str(tmp_path / "nothing.csv"), "--out", str(tmp_path / "out")])
    told = capsys.readouterr()
    assert code == 2
    assert told.out == ""
    for part in ("where:", "next:", "code:  SOURCE_MISSING"):
        assert part in told.err
    assert not (tmp_path / "out").exists()


def test_every_mistake_in_a_mapping_is_told_at_once(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two wrong mappings, two problems, each with the near miss."""
    arguments = ["run", str(shop / "orders.csv"), "--out", str(tmp_path / "out"), "--json"]
    code = run_command([*arguments, "--map", "custmer=CustomerNo", "--map", "time=InvoiceDat"])
    problems = json.loads(capsys.readouterr().out)["errors"]
    assert code == 2
    assert len(problems) == 2
    assert any("customer" in problem["next_step"] for problem in problems)
    assert any("InvoiceDate" in problem["next_step"] for problem in problems)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["run"], ["run", "x", "--horizon-months", "many"]])
def test_a_wrong_call_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage ends with code 2 (or shows the help) and points at it, without a trace."""
    code = run_command(arguments)
    told = capsys.readouterr()
    assert code in {0, 2}
    assert "Traceback" not in told.err + told.out
    assert "segmentry" in (told.err + told.out).lower()


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help is a table of contents."""
    run_command(["--help"])
    shown = capsys.readouterr().out
    for command in ("run", "demo", "init", "load", "refresh", "status", "value"):
        assert command in shown


def test_a_missing_option_is_called_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is written on the command line."""
    assert run_command(["customer", "merge", "shop", "a", "b"]) == 2
    assert "Missing option '--because'" in capsys.readouterr().err


def test_the_locale_writes_the_main_job(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Amounts, shares and days as in Germany, the zone named."""
    arguments = ["run", str(shop / "orders.csv"), "--out", str(tmp_path / "shop"), "--currency", "EUR"]
    assert run_command([*arguments, "--locale", "de-DE", "--timezone", "Europe/Berlin"]) == 0
    shown = capsys.readouterr().out
    assert "\xa0€" in shown
    assert "\xa0%" in shown
    assert "(Europe/Berlin)" in shown
