"""Yes and no in the words of many languages, and columns of marks in which an empty cell is a no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.run import load
from segmentry.sources.yes_and_no import NO, YES, read_yes_no

TASKS = [(person, task, place) for person in ("c1", "c2") for task in (1, 2, 3) for place in (0, 1)]


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def read(engine: Engine, cells: list[Any], *, marked: bool = False) -> list[bool | None]:
    """The cells as yes and no, in order."""
    table = ibis.memtable(pa.table({"place": range(len(cells)), "cell": cells}))
    told = table.select("place", told=read_yes_no(table.cell, marked=marked)).order_by("place")
    return [row["told"] for row in engine.rows(told)]


def test_words_say_either_or_nothing(engine: Engine) -> None:
    """No word is both; capitals and blanks around it do not count; other words say nothing."""
    assert not set(YES) & set(NO)
    assert read(engine, [" Ja", "NEIN ", "да", "нет", "はい", "いいえ", "是", "否", "X"]) == [
        *(True, False, True, False, True, False, True, False, True)
    ]
    assert read(engine, ["2", "perhaps", "", None]) == [None] * 4


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["x", "", None], [True, False, False]),
        (["1", None, "1"], [True, False, True]),
        (["x", "", "no"], [True, None, False]),
        (["x", "", "perhaps"], [True, None, None]),
        (["", None, ""], [None, None, None]),
        ([True, None, True], [True, False, True]),
    ],
)
def test_empty_is_no_beside_marks_alone(engine: Engine, cells: list[Any], told: list[bool | None]) -> None:
    """Only where every other cell is a yes and there is one; a column that says no in words leaves cells empty."""
    assert read(engine, cells, marked=True) == told


@pytest.mark.parametrize(("yes", "no"), [("x", ""), ("1", ""), ("да", "нет"), ("はい", "いいえ"), ("是", "否")])
def test_marked_choices_are_loaded(engine: Engine, tmp_path: Path, yes: str, no: str) -> None:
    """The chosen alternative is marked and the others are empty: all rows count, one choice in each task."""
    rows = "".join(f"{who},{task},{place},{'AB'[place]},{no if place else yes}\n" for who, task, place in TASKS)
    (tmp_path / "choices.csv").write_text("respondent,task,alternative,brand,chosen\n" + rows, encoding="utf8")
    with engine.run("load") as run:
        (report,) = load(run, [LoadSpec(tmp_path / "choices.csv", table="choices")])
    assert (report.rows_used, report.quarantined) == (len(TASKS), {})
    assert sum(row["chosen"] for row in engine.rows(engine.table("choices"))) == len(TASKS) / 2


def test_unread_words_are_told_with_those_that_are_read(engine: Engine, tmp_path: Path) -> None:
    """A refusal teaches: the report lists the words."""
    rows = "".join(f"{who},{task},{place},{'AB'[place]},{2 - place}\n" for who, task, place in TASKS)
    (tmp_path / "choices.csv").write_text("respondent,task,alternative,brand,chosen\n" + rows, encoding="utf8")
    with engine.run("load") as run:
        (report,) = load(run, [LoadSpec(tmp_path / "choices.csv", table="choices")])
    told = next(finding for finding in report.quality if "neither yes nor no" in finding.text)
    assert (told.column, "はい" in told.costs, "否" in told.costs) == ("chosen", True, True)
