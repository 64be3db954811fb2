"""What must not change the answer of the main job: order of rows, unit of money, one day told in pieces or twice."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest

import segmentry as sg
from tests.rooms.workspace.shops import HEADER, order_lines

LINES = order_lines(customers=70, seed=11)


def answer(folder: Path, name: str, lines: list[str], **rules: bool) -> dict[str, Any]:
    """The document of the main job on these lines."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf8")
    with sg.init(folder / name, currency="EUR", rules=rules) as workspace:
        workspace.load(path)
        workspace.refresh()
        return dict(workspace.document())


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer that the others are held against."""
    return answer(tmp_path_factory.mktemp("usual"), "usual", LINES)


def sizes(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(entry["id"], entry["customers"]) for entry in found["segments"]]


def alike(one: Any, other: Any) -> bool:
    """Equal but for the last digits of floating-point sums, which threads add up in any order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def test_the_order_of_rows_changes_nothing(usual: dict[str, Any], tmp_path: Path) -> None:
    """Shuffled rows give the same document but for the names of loads and the numbers of lines."""
    shuffled = LINES.copy()
    random.Random(1).shuffle(shuffled)
    found = answer(tmp_path, "shuffled", shuffled)
    for name in ("customers", "orders", "revenue", "period", "as_of", "concentration"):
        assert found[name] == usual[name]
    assert found["clv"]["parameters"] == usual["clv"]["parameters"]
    assert alike(found["segments"], usual["segments"])
    assert alike(found["further_segmentations"], usual["further_segmentations"])


def test_the_unit_of_money_scales_money_alone(usual: dict[str, Any], tmp_path: Path) -> None:
    """Prices a hundred times as high: the same customers, segments and purchase model, a hundred times the value."""
    scaled = []
    for line in LINES:
        *front, price = line.split(",")
        scaled.append(",".join([*front, f"{float(price) * 100:.2f}"]))
    found = answer(tmp_path, "scaled", scaled)
    assert sizes(found) == sizes(usual)
    assert found["clv"]["parameters"] == usual["clv"]["parameters"]
    assert found["revenue"]["net"] == pytest.approx(usual["revenue"]["net"] * 100)
    for one, other in zip(found["segments"], usual["segments"], strict=True):
        for end in ("estimate", "low", "high"):
            assert one["value"][end] == pytest.approx(other["value"][end] * 100, rel=1e-4)


def test_an_order_told_in_pieces_on_one_day_is_one_purchase(usual: dict[str, Any], tmp_path: Path) -> None:
    """Each line an order of its own on its day: more orders, the same purchase days, the same purchase model."""
    pieces = []
    for number, line in enumerate(LINES):
        customer, _, *rest = line.split(",")
        pieces.append(",".join([customer, f"P{number}", *rest]))
    found = answer(tmp_path, "pieces", pieces)
    assert found["orders"] > usual["orders"]
    assert found["clv"]["parameters"] == usual["clv"]["parameters"]
    assert found["clv"]["log_likelihood"] == usual["clv"]["log_likelihood"]
    assert found["revenue"] == usual["revenue"]


def test_rows_told_twice_are_taken_out_by_the_rule_and_kept_without_it(usual: dict[str, Any], tmp_path: Path) -> None:
    """With the rule on, a file that repeats every line gives the answer of the file that does not."""
    once = list(dict.fromkeys(LINES))
    single = answer(tmp_path, "single", once, exclude_repeated=True)
    ruled = answer(tmp_path, "ruled", [*once, *once], exclude_repeated=True)
    assert ruled["source"]["rows_read"] == 2 * single["source"]["rows_read"]
    assert ruled["source"]["rows_used"] == single["source"]["rows_used"]
    assert alike(ruled["segments"], single["segments"])
    assert ruled["revenue"] == single["revenue"]
    kept = answer(tmp_path, "kept", [*once, *once])
    assert kept["revenue"]["net"] == pytest.approx(2 * single["revenue"]["net"])
