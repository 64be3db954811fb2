"""Files of choices: recognized by their columns, attributes kept, contradictory tasks put aside as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load

HEAD = "respondent,task,alternative,brand,price,chosen,answered_at"
WHEN = "2024-05-02 10:00"


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def filled(engine: Engine, folder: Path, text: str, name: str = "phones.csv", **options: Any) -> LoadReport:
    """Load one file."""
    (folder / name).write_text(text, encoding="utf8")
    with engine.run("load") as run:
        return load(run, [LoadSpec(folder / name, source="panel", **options)])[0]


def study(change: dict[tuple[int, int, int], str] | None = None, people: int = 4) -> str:
    """People with two tasks of three alternatives, the first of which is chosen; some rows otherwise."""
    rows = {
        (who, task, place): f"r{who},{task},{place},{'ABC'[place]},{place + 1}.5,{int(place == 0)},{WHEN}"
        for who in range(people)
        for task in (1, 2)
        for place in range(3)
    }
    return "\n".join([HEAD, *(row for row in (rows | (change or {})).values() if row)])


def aside(engine: Engine) -> list[tuple[int, str, str, str]]:
    rows = engine.rows(engine.table("quarantine"))
    return sorted((row["line_number"], row["reason"], row["column_name"], row["given"]) for row in rows)


def test_a_wide_export_is_recognized_and_keeps_its_attributes(engine: Engine, tmp_path: Path) -> None:
    """Who, task, alternative and chosen are found by name; other columns are attributes; the file names the study."""
    report = filled(engine, tmp_path, study())
    assert (report.table, report.rows_used, report.quarantined) == ("choices", 24, {})
    assert report.kept == {"brand": "given_brand", "price": "given_price"}
    row = engine.rows(engine.table("choices").order_by("party_key", "task_id", "alternative_id").limit(1))[0]
    assert (row["survey_id"], row["party_key"], row["task_id"], row["alternative_id"]) == (
        "phones", "customer:r0", "1", "0",
    )  # fmt: skip
    assert (row["chosen"], row["worst"], row["given_brand"]) == (True, None, "A")
    people = engine.rows(engine.table("party_kinds"))
    assert {(each["kind"], each["evidence"]) for each in people} == {("prospect", "choices")}


@pytest.mark.parametrize(
    "head",
    [
        "customer_id,choice_set,alt,brand,price,selected,submitted_at",
        "Respondent ID,Task No,Concept,Brand,Quantity,Choice,Date",
        "resp_id,obsID,option,amount,order,is_chosen,timestamp",
    ],
)
def test_other_names_are_usual_too(engine: Engine, tmp_path: Path, head: str) -> None:
    """Names of other programs; attributes called as columns of orders are do not make it a file of orders."""
    report = filled(engine, tmp_path, study().replace(HEAD, head))
    assert (report.table, report.rows_used) == ("choices", 24)
    assert len(report.kept) == 2


def test_alternatives_without_a_number_are_told_by_their_line(engine: Engine, tmp_path: Path) -> None:
    """A file with attributes alone: every row is an alternative of its own, and none takes another's place."""
    rows = [line.split(",") for line in study().splitlines()]
    report = filled(engine, tmp_path, "\n".join(",".join(row[:2] + row[3:]) for row in rows))
    assert (report.table, report.rows_used) == ("choices", 24)
    assert len({row["alternative_id"] for row in engine.rows(engine.table("choices"))}) == 24


def test_best_and_worst_of_a_set_are_both_kept(engine: Engine, tmp_path: Path) -> None:
    """Columns best and worst: the item is the alternative, best is chosen."""
    text = "respondent,set_id,item,best,worst\n" + "\n".join(
        f"r{who},{task},{item},{int(item == 'fun')},{int(item == 'price')}"
        for who in range(3)
        for task in (1, 2)
        for item in ("fun", "time", "price")
    )
    report = filled(engine, tmp_path, text)
    assert (report.table, report.rows_used, report.kept) == ("choices", 18, {})
    told = {(row["alternative_id"], row["chosen"], row["worst"]) for row in engine.rows(engine.table("choices"))}
    assert told == {("fun", True, False), ("time", False, False), ("price", False, True)}


TWO = {(0, 1, 1): f"r0,1,1,B,2.5,1,{WHEN}"}
NONE = {(0, 1, 0): f"r0,1,0,A,1.5,0,{WHEN}"}
ALONE = {(0, 1, 1): "", (0, 1, 2): ""}
ODD = {(0, 1, 1): f"r0,1,1,B,2.5,maybe,{WHEN}"}
NOBODY = {(0, 1, 0): f",1,0,A,1.5,1,{WHEN}"}
TORN = {(0, 1, 1): f"r0,1,0,A,1.5,0,{WHEN}"}


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (TWO, {"more than one alternative of the task was chosen": 3}),
        (NONE, {"no alternative of the task was chosen": 3}),
        (ALONE, {"the task has one alternative only": 1}),
        (ODD, {"chosen not readable": 1, "another alternative of the task was put aside": 2}),
        (NOBODY, {"no customer": 1, "no alternative of the task was chosen": 2}),
        (TORN, {"the task tells an alternative twice, and not alike": 3}),
    ],
    ids=["two", "none", "alone", "odd", "nobody", "torn"],
)
def test_a_contradictory_task_is_put_aside_whole(
    engine: Engine, tmp_path: Path, change: dict[tuple[int, int, int], str], reasons: dict[str, int]
) -> None:
    """The reason stands with every row of the task; the person's other task and all others count."""
    report = filled(engine, tmp_path, study(change))
    assert report.quarantined == reasons
    assert report.rows_used == report.rows_read - sum(reasons.values()) == 21
    left = engine.rows(engine.table("choices"))
    assert not [row for row in left if (row["party_key"], row["task_id"]) == ("customer:r0", "1")]
    assert {reason for _, reason, _, _ in aside(engine)} == set(reasons)


def test_the_best_cannot_be_the_worst(engine: Engine, tmp_path: Path) -> None:
    """Two that are worst, and one that is both, each spoil their task."""
    rows = ["respondent,set_id,item,best,worst"]
    for who, (best, worst) in enumerate([("a", "ab"), ("a", "bc"), ("b", "c")]):
        rows += [f"r{who},{task},{item},{int(item == best)},{int(item in worst)}" for task in "12" for item in "abc"]
    report = filled(engine, tmp_path, "\n".join(rows))
    assert report.quarantined == {"more than one alternative of the task was the worst": 12}
    rows = [row.replace("r0,1,b,0,1", "r0,1,b,0,0").replace("r1,1,c,0,1", "r1,1,c,0,0") for row in rows]
    report = filled(engine, tmp_path, "\n".join(rows))
    assert report.quarantined["the best of the task is its worst as well"] == 3


def test_a_file_that_says_everything_twice_is_read_once(engine: Engine, tmp_path: Path) -> None:
    """Rows that repeat word for word are no two choices: they give way, and nothing is put aside."""
    text = study()
    report = filled(engine, tmp_path, text + "\n" + text.split("\n", 1)[1])
    assert (report.rows_used, report.quarantined) == (24, {})


def test_a_file_of_orders_stays_one(engine: Engine, tmp_path: Path) -> None:
    """Without a column that tells tasks and choices nothing is taken for a study."""
    text = "customer_id,order_id,date,item,amount\n" + "\n".join(
        f"c{at % 5},O{at},2024-01-{1 + at % 28:02},x,5" for at in range(40)
    )
    assert filled(engine, tmp_path, text, "orders.csv").table == "order_lines"
