"""Every ``--json`` object keeps its committed schema; keys are fixed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.rooms.workspace.shops import write_orders

COMMANDS = (
    "run", "load", "fetch", "refresh", "status", "value", "discover", "map", "strategy", "customer_show",
    "customer_list", "customer_review", "customer_history", "customer_ruling",
)  # fmt: skip


def schema(name: str) -> dict[str, Any]:
    text = files("segmentry.workspace").joinpath("schemas", f"{name}.json").read_text(encoding="utf8")
    found: dict[str, Any] = json.loads(text)
    return found


def call(*arguments: str) -> tuple[int, Any]:
    """Run the command line as a user does; its exit code and the one object it printed."""
    done = subprocess.run([sys.executable, "-m", "segmentry", *arguments], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made by the main job on a small export."""
    root = tmp_path_factory.mktemp("shop")
    write_orders(root / "orders.csv")
    code, answer = call("run", str(root / "orders.csv"), "--out", str(root / "shop"), "--currency", "EUR", "--json")
    assert code == 0
    (root / "run.json").write_text(json.dumps(answer), encoding="utf8")
    return root


@pytest.mark.parametrize("name", [*COMMANDS, "error"])
def test_a_schema_is_itself_valid(name: str) -> None:
    """Committed schemas are schemas."""
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_the_main_job_keeps_its_schema(shop: Path) -> None:
    """``segmentry run --json`` prints one object with the keys that others rely on."""
    jsonschema.validate(json.loads((shop / "run.json").read_text(encoding="utf8")), schema("run"))


@pytest.mark.parametrize("name", ["load", "refresh", "status", "value", "discover", "map", "strategy"])
def test_each_command_keeps_its_schema(shop: Path, name: str) -> None:
    """Every command takes ``--json`` and prints an object of its schema."""
    extra = [str(shop / "orders.csv")] if name == "load" else []
    code, answer = call(name, str(shop / "shop"), *extra, "--json")
    assert code == 0
    jsonschema.validate(answer, schema(name))


def test_one_view_of_a_customer_keeps_its_schema(shop: Path) -> None:
    """``segmentry customer show --json`` prints parties, traits, value, memberships and timeline of one customer."""
    code, answer = call("customer", "show", str(shop / "shop"), "customer:C0001", "--json")
    assert code == 0
    jsonschema.validate(answer, schema("customer_show"))
    assert {each["what"] for each in answer["timeline"]} == {"order"}


def test_customers_are_listed_by_value_and_lead_to_the_view_of_each(shop: Path) -> None:
    """The list has so many as asked for, the most valuable first; an id of it can be shown."""
    code, answer = call("customer", "list", str(shop / "shop"), "--limit", "5", "--json")
    assert code == 0
    jsonschema.validate(answer, schema("customer_list"))
    values = [each["value"] for each in answer["listed"]]
    assert len(values) == 5
    assert values == sorted(values, reverse=True)
    assert all(each["since"] <= each["last_seen"] < answer["as_of"] for each in answer["listed"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "nowhere"], "WORKSPACE_MISSING"),
        (["run", "nowhere.csv"], "SOURCE_MISSING"),
        (["run"], "USAGE"),
        (["init", "somewhere", "--margin-rate", "7"], "SETTING_OUT_OF_RANGE"),
        (["init", "somewhere", "--timezone", "Europe/Londn"], "TIMEZONE_UNKNOWN"),
        (["run", "nowhere.csv", "--map", "customer"], "MAP_WRONG"),
    ],
)
def test_errors_keep_their_schema_and_code(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake is one object with code, what, where, given and next step, and exit code 2."""
    monkeypatch.chdir(tmp_path)
    status, answer = call(*arguments, "--json")
    assert status == 2
    jsonschema.validate(answer, schema("error"))
    assert answer["errors"][0]["code"] == code
    assert list(tmp_path.iterdir()) == []
