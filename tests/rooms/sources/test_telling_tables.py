"""Files that tell who, when and how much are orders, unless a column says that they are something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.generic import TABLES
from segmentry.sources.run import load
from segmentry.sources.table_names import DECISIVE, NUMBER_OF
from segmentry.terms.errors import SourceError

ROWS = 30


def table_of(folder: Path, head: str, row: str, **options: object) -> str:
    """The table that a file of thirty rows is taken for; ``#`` is the number of the row, ``@`` one of three."""
    lines = [row.replace("#", str(place)).replace("@", str(place % 3)) for place in range(ROWS)]
    path = folder / "export.csv"
    path.write_text("\n".join([head, *lines, ""]), encoding="utf8")
    with Engine.in_memory() as engine, engine.run("load") as run:
        (report,) = load(run, [LoadSpec(path, **options)])  # type: ignore[arg-type]
        return report.table


@pytest.mark.parametrize(
    ("head", "row", "table"),
    [
        ("customer,created_at,amount,status,lead_source", "c#,2024-01-05,10,open,web", "leads"),
        ("email,date,value,lead_stage", "c#@x.org,2024-01-05,10,open", "leads"),
        ("lead_id,customer,created_at,amount,stage", "L#,c#,2024-01-05,10,lead", "leads"),
        ("customer,start_date,amount,plan,status,renewal_date", "c#,2024-01-05,10,gold,on,2025-01-05", "subscriptions"),
        ("customer,created_at,amount,plan,subscription_id", "c#,2024-01-05,10,gold,S#", "subscriptions"),
        ("customer,date,price,end_date,contract_id", "c#,2024-01-05,10,2025-01-05,K#", "subscriptions"),
        ("deal_id,account,contact_id,created_date,amount,stage", "D#,a@,c#,2024-01-05,10,won", "opportunities"),
    ],
)
def test_a_telling_column_comes_before_who_when_and_how_much(tmp_path: Path, head: str, row: str, table: str) -> None:
    """Leads, subscriptions and deals have customer, time and amount too; nobody need say which table they fill."""
    assert table_of(tmp_path, head, row) == table


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("customer,date,amount", "c@,2024-01-05,1#"),
        ("customer,date,amount,status", "c@,2024-01-05,1#,paid"),
        ("customer,date,amount,plan", "c@,2024-01-05,1#,gold"),
        ("customer,date,amount,subscription_id", "c@,2024-01-05,1#,S@"),
        ("customer,order_id,date,amount,subscription_id", "c#,o#,2024-01-05,1#,S#"),
        ("customer,date,quantity,price,opportunity_id", "c#,2024-01-05,2,1#,O#"),
    ],
)
def test_payments_and_orders_stay_orders(tmp_path: Path, head: str, row: str) -> None:
    """A number of a contract that repeats names who pays again; a number of an order or units are only with orders."""
    assert table_of(tmp_path, head, row) == "order_lines"


def test_what_is_said_of_a_file_comes_before_what_it_looks_like(tmp_path: Path) -> None:
    """A file of leads may be loaded as orders."""
    head, row = "customer,created_at,amount,lead_source", "c#,2024-01-05,10,web"
    assert table_of(tmp_path, head, row, table="order_lines") == "order_lines"


def test_telling_names_are_of_tables_that_are_there() -> None:
    """A word for a table that does not exist would never be met."""
    assert DECISIVE.keys() == NUMBER_OF.keys()
    assert all(NUMBER_OF[name] in TABLES[name].key for name in DECISIVE)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"header": "two"}, {"header"}),
        ({"header": True}, {"header"}),
        ({"timezone": 5, "delimiter": 6, "currency": 7.5}, {"timezone", "delimiter", "currency"}),
        ({"mapping": (("stage", 5),)}, {"mapping"}),
        ({"mapping": ("stage",), "sheet": 1}, {"mapping", "sheet"}),
        ({"columns": (("name", 1),)}, {"columns"}),
        ({"source": " ", "parties": ""}, {"source", "parties"}),
    ],
)
def test_options_of_a_wrong_kind_are_told_together(tmp_path: Path, options: dict[str, object], where: set[str]) -> None:
    """Settings are written by hand: a number for a text is an error with its name, not a fault of the program."""
    with pytest.raises(SourceError) as error:
        table_of(tmp_path, "customer,date,amount", "c#,2024-01-05,1", **options)
    assert {problem.where for problem in error.value.problems} == where
    assert {problem.code for problem in error.value.problems} == {"OPTION_WRONG"}
