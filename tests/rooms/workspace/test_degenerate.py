"""Bases that hardly exist: the main job answers or refuses in plain words, never with a trace or a made-up number."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import segmentry as sg
from segmentry.terms.errors import WorkspaceError

HEADER = "customer_id,order_id,order_date,amount"


def rows(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


BASES: dict[str, str] = {
    "one order": rows("a,1,2024-01-01,10"),
    "one customer": rows(*(f"a,{n},2024-{1 + n:02d}-05,{10 + n}" for n in range(9))),
    "all bought once": rows(*(f"c{n},{n},2024-01-{1 + n % 28:02d},{5 + n}" for n in range(60))),
    "one day of history": rows(*(f"c{n % 20},{n},2024-01-01,{5 + n}" for n in range(60))),
    "everybody alike": rows(*(f"c{n % 30},{n},2024-{1 + n // 30:02d}-10,20" for n in range(180))),
    "only returns but one": rows("a,1,2024-01-01,10", "b,2,2024-01-02,-5", "c,3,2024-01-03,-7"),
    "huge amounts": rows(*(f"c{n % 25},{n},2024-{1 + n % 12:02d}-11,{90_000_000_000 + n}" for n in range(100))),
    "tiny amounts": rows(*(f"c{n % 25},{n},2024-{1 + n % 12:02d}-11,0.0001" for n in range(100))),
    "a century": rows(*(f"c{n % 25},{n},{1925 + n % 99}-06-11,{n + 1}" for n in range(300))),
    "monthly bills": rows(*(f"c{n % 40},{n},2023-{1 + n // 40:02d}-01,15" for n in range(480))),
    "hostile names": rows('"<script>alert(1)</script>",1,2024-01-01,10', '"; DROP TABLE orders; --",2,2024-01-02,11'),
}


def run(content: str, folder: Path) -> dict[str, Any]:
    (folder / "orders.csv").write_text(content, encoding="utf8")
    return sg.run(folder / "orders.csv", folder / "out", currency="EUR").document


Answer = Callable[[str], tuple[dict[str, Any], str]]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Document and page of the main job for a base, run once."""

    @cache
    def answer(name: str) -> tuple[dict[str, Any], str]:
        folder = tmp_path_factory.mktemp("base")
        return run(BASES[name], folder), (folder / "out" / "report.html").read_text(encoding="utf8")

    return answer


@pytest.mark.parametrize("name", BASES)
def test_a_base_that_hardly_exists_is_answered(name: str, answered: Answer) -> None:
    """The document keeps its schema, rows and segments add up, and every estimate lies inside a finite interval."""
    found, page = answered(name)
    text = files("segmentry.workspace").joinpath("schemas", "run.json").read_text(encoding="utf8")
    jsonschema.validate(found, json.loads(text))
    source = found["source"]
    told = source["rows_used"] + sum(source["excluded"].values()) + sum(source["quarantined"].values())
    assert source["rows_read"] == told
    assert sum(entry["customers"] for entry in found["segments"]) == found["customers"]["buyers"]
    for entry in found["segments"]:
        if "estimate" in entry["value"]:
            assert 0 <= entry["value"]["low"] <= entry["value"]["estimate"] <= entry["value"]["high"]
    assert "<script>alert(1)</script>" not in page
    assert "NaN" not in page.split("<main", 1)[-1].split("<script", 1)[0]


def test_a_base_in_which_everything_was_given_back_is_refused(tmp_path: Path) -> None:
    """Without one order of a positive net there is nobody to speak of."""
    with pytest.raises(WorkspaceError) as caught:
        run(rows(*(f"c{n},{n},2024-01-{1 + n % 28:02d},{sign}9" for n in range(20) for sign in ("", "-"))), tmp_path)
    assert caught.value.code == "NO_ORDER_USABLE"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("one order", "bought again"),
        ("all bought once", "bought again"),
        ("one day of history", "bought again"),
        ("monthly bills", "equal intervals"),
    ],
)
def test_a_value_that_cannot_be_known_is_refused_with_its_reason(name: str, reason: str, answered: Answer) -> None:
    """Too little data, and contracts, are refused; nothing is put in the value's place."""
    found, _ = answered(name)
    assert reason in found["clv"]["not_estimable"]
    assert all(entry["value"] == {"not_estimable": found["clv"]["not_estimable"]} for entry in found["segments"])
