"""Files that fill no table by themselves are refused with the tables that come near, and rows never vanish by a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.generic import TABLES
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.terms.errors import Problem, SourceError

ORDERS = "customer,order,date,amount\nana,1,2024-03-01,10\nbob,2,2024-04-01,20\n"
REACHED = "campaign_id,household_id\n" + "".join(f"{place % 3},{place // 3}\n" for place in range(60))
FILES = {
    "products.csv": "product_id,manufacturer_id,department,brand,product_type,size\n"
    "p1,m1,food,own,ice,1\np2,m1,food,own,jam,2\n",
    "reviews.csv": "Clothing ID,Age,Title,Review Text,Rating,Class Name\n"
    "7,33,Nice,Fits well,5,Dress\n7,41,Bad,Too long,1,Dress\n",
    "people.csv": "rec_id,given_name,surname,address_1,postcode,state,date_of_birth\n"
    "r1,ana,li,1 High St,2000,nsw,19800101\nr2,bob,ng,2 Low St,2001,vic,19790405\n",
    "survey.csv": "fast,cheap,tasty,healthy,loud,Age\n" + "Yes,No,Yes,No,No,33\nNo,Yes,No,Yes,Yes,44\n" * 9,
    "nothing.csv": "A,B\nx1,y1\nx2,y2\n",
}
"""Files of a kind that real exports have, with the table that comes nearest."""


def fill(folder: Path, files: dict[str, str], **options: object) -> tuple[LoadReport, ...]:
    """Load files as one commit."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf8")
    specs = [LoadSpec(folder / name, **options) for name in files]  # type: ignore[arg-type]
    with Engine.in_memory() as engine, engine.run("load") as run:
        return load(run, specs)


def refused(folder: Path, files: dict[str, str], **options: object) -> tuple[Problem, ...]:
    """The problems for which files are refused."""
    with pytest.raises(SourceError) as error:
        fill(folder, files, **options)
    return error.value.problems


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("products.csv", "Nearest: products (lacks nothing)"),
        ("reviews.csv", "Nearest: feedback (lacks nothing)"),
        ("people.csv", "addresses (lacks customer"),
        ("people.csv", "customers (lacks customer"),
        ("survey.csv", "Nearest: survey_responses (lacks nothing"),
    ],
)
def test_the_nearest_tables_are_named_with_what_each_lacks(tmp_path: Path, name: str, nearest: str) -> None:
    """One problem for the file: no table is recognized, which come near, and how to name one."""
    (problem,) = refused(tmp_path, {name: FILES[name]})
    assert problem.code == "TABLE_UNRECOGNIZED"
    assert (problem.where, problem.given.split(",")[0]) == (name, FILES[name].split(",")[0])
    assert nearest in problem.next_step
    assert "--table NAME" in problem.next_step


def test_where_nothing_comes_near_all_tables_are_named(tmp_path: Path) -> None:
    """Columns that say nothing leave the list of tables."""
    (problem,) = refused(tmp_path, {"nothing.csv": FILES["nothing.csv"]})
    assert "Nearest" not in problem.next_step
    assert all(name in problem.next_step for name in ("order_lines", *TABLES))


@pytest.mark.parametrize("table", ["products", "feedback", "survey_responses"])
def test_the_nearest_table_that_lacks_nothing_takes_the_file(tmp_path: Path, table: str) -> None:
    """What the refusal advises works."""
    name = {"products": "products.csv", "feedback": "reviews.csv", "survey_responses": "survey.csv"}[table]
    (report,) = fill(tmp_path, {name: FILES[name]}, table=table)
    assert (report.table, report.rows_used) == (table, report.rows_read)


def test_all_files_that_are_not_recognized_are_told_at_once(tmp_path: Path) -> None:
    """Beside a good file, every bad one is named, also one that cannot be opened, and that nothing was loaded."""
    files = {"orders.csv": ORDERS, **FILES, "packed.csv": "%PDF-1.7"}
    with pytest.raises(SourceError) as error:
        fill(tmp_path, files)
    *problems, last = error.value.problems
    assert {problem.where for problem in problems} == {*FILES, "packed.csv"}
    assert last.code == "NOTHING_LOADED"
    assert "6 of 7 files" in last.what
    assert "orders.csv" in last.given


def test_a_refused_folder_leaves_what_was_there(tmp_path: Path) -> None:
    """Orders loaded before stay as they were, and nothing of the refused files is seen."""
    with Engine.in_memory() as engine:
        _load_into(engine, tmp_path, "orders.csv", ORDERS)
        before = engine.current()
        with pytest.raises(SourceError):
            _load_into(engine, tmp_path, "reviews.csv", FILES["reviews.csv"])
        assert engine.current() == before


def _load_into(engine: Engine, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf8")
    with engine.run("load") as run:
        load(run, [LoadSpec(folder / name)])


def test_one_file_alone_is_told_by_its_own_problem(tmp_path: Path) -> None:
    """Where there is no other file, nothing else needs to be said."""
    assert len(refused(tmp_path, {"reviews.csv": FILES["reviews.csv"]})) == 1


def test_what_looks_like_orders_is_asked_for_what_orders_lack_and_for_its_table(tmp_path: Path) -> None:
    """Two of who, when and how much: the third is asked for, and the way out is told."""
    (problem,) = refused(tmp_path, {"visits.csv": "customer_id,order_date\nc1,2024-01-01\nc1,2024-01-02\n"})
    assert problem.code == "AMOUNT_UNKNOWN"
    assert "--map amount=COLUMN" in problem.next_step
    assert "--table NAME" in problem.next_step


def test_a_file_that_is_said_to_hold_orders_is_asked_for_their_columns_alone(tmp_path: Path) -> None:
    """Who has named the table need not be told how to."""
    problems = refused(tmp_path, {"reviews.csv": FILES["reviews.csv"]}, table="order_lines")
    assert [problem.code for problem in problems] == ["CUSTOMER_UNKNOWN", "TIME_UNKNOWN", "AMOUNT_UNKNOWN"]
    assert not any("--table" in problem.next_step for problem in problems)


def test_columns_without_names_are_said_to_have_none(tmp_path: Path) -> None:
    """A file without a line of names is mapped by the places of its columns."""
    (problem,) = refused(tmp_path, {"bare.csv": "1,2024-01-01,5\n2,2024-01-02,7\n"})
    assert "no line of names" in problem.what
    assert "--map customer=column_1" in problem.next_step


def test_a_campaign_for_each_household_is_not_the_list_of_campaigns(tmp_path: Path) -> None:
    """Sixty rows on three campaigns are touches without time and arm: both are asked for, and campaigns ruled out."""
    (problem,) = refused(tmp_path, {"campaigns.csv": REACHED})
    assert problem.code == "TABLE_UNRECOGNIZED"
    assert "Nearest: touches (lacks touched_at" in problem.next_step
    assert "arm" in problem.next_step
    assert "not campaigns: campaign_id repeats" in problem.next_step
    assert "first day of each campaign" in problem.next_step


def test_with_time_and_arm_it_is_touches(tmp_path: Path) -> None:
    """The same file with what it lacked is recognized, and no row is lost."""
    rows = "".join(f"{place % 3},{place // 3},2024-01-0{1 + place % 3},treated\n" for place in range(60))
    (report,) = fill(tmp_path, {"campaigns.csv": "campaign_id,household_id,sent_at,arm\n" + rows})
    assert (report.table, report.rows_used) == ("touches", 60)


@pytest.mark.parametrize(
    ("table", "text", "key"),
    [
        ("campaigns", REACHED, "campaign_id"),
        ("accounts", "account,industry\nBest,food\n" + "".join(f"Acme,retail {k}\n" for k in range(5)), "account"),
        ("products", "product_id,name\n" + "".join(f"p1,a{k}\np2,b{k}\n" for k in range(6)), "product_id"),
        (
            "usage",
            "customer,metric,quantity,date\n" + "".join(f"c1,calls,{k},2024-01-01\n" for k in range(9)),
            "customer, metric, period_start",
        ),
    ],
)
def test_where_most_rows_repeat_a_key_the_load_is_refused(tmp_path: Path, table: str, text: str, key: str) -> None:
    """Dropping more than half of the rows is never done in silence, whoever named the table."""
    (problem,) = refused(tmp_path, {"export.csv": text}, table=table)
    assert (problem.code, problem.where) == ("KEY_REPEATED", f"export.csv, for table {table}")
    assert problem.given.startswith(key)
    assert "--table NAME" in problem.next_step
    if table == "campaigns":
        assert "57 of 60 rows" in problem.what
        assert "touches (lacks touched_at" in problem.next_step


def test_half_of_the_rows_may_repeat_a_key(tmp_path: Path) -> None:
    """A list that tells each row twice keeps the later of the two, and tells it."""
    (report,) = fill(tmp_path, {"products.csv": "product_id,name\np1,a\np2,b\np1,c\np2,d\n"}, table="products")
    assert (report.rows_used, report.excluded["repeated_key"][0]) == (2, 2)


def test_rows_that_say_the_same_are_one(tmp_path: Path) -> None:
    """A file written three times over loses nothing when each row is used once; it is not refused."""
    text = "product_id,name\n" + "p1,a\np2,b\n" * 3
    (report,) = fill(tmp_path, {"products.csv": text}, table="products")
    assert (report.rows_used, report.excluded["repeated_key"][0]) == (2, 4)


def test_files_that_correct_one_another_are_not_refused(tmp_path: Path) -> None:
    """Rows that give way to those of another file repeat no key inside their own."""
    files = {f"products{place}.csv": f"product_id,name\np1,a{place}\np2,b{place}\n" for place in range(4)}
    reports = fill(tmp_path, files, table="products")
    assert [report.rows_used for report in reports] == [0, 0, 0, 2]
