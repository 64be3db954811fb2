"""A column that may name organizations keeps its reading, whatever comes to be known or forgotten between two files."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.engine.files import LINE
from segmentry.sources import LoadSpec
from segmentry.sources.erased import ERASURES, tells_of
from segmentry.sources.generic_load import canonical_rows
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.terms.canonical import ACCOUNTS
from segmentry.terms.tables import Column, ColumnType, Contract

FIRMS = "account_id,account_name,industry,employees\n7,Acme,retail,30\n8,Best,food,12\n9,Cole,food,5\n"
ROWS = [f"O{place},{7 + place % 3},2024-01-1{place % 9},{10 + place}\n" for place in range(12)]
HEAD = "Order,Account,Date,Amount\n"


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def put(engine: Engine, path: Path, text: str, **options: Any) -> LoadReport:
    """Load one file by itself."""
    path.write_text(text, encoding="utf8")
    with engine.run("load") as run:
        return load(run, [LoadSpec(path, source="shop", **options)])[0]


def erased(engine: Engine, *names: str) -> None:
    """Tombstones of some names, as an erasure leaves them."""
    kinds = (("digest", ColumnType.TEXT), ("salt", ColumnType.TEXT))
    contract = Contract(ERASURES, "one name", ("digest",), tuple(Column(name, kind, name) for name, kind in kinds))
    digests = [sha256(f"salt:{name}".encode()).hexdigest() for name in names]
    with engine.run("erasure") as run:
        run.publish(contract, pa.table({"digest": digests, "salt": ["salt"] * len(names)}))


def parties(engine: Engine, table: str = "order_lines") -> set[Any]:
    return {row["party_key"] for row in engine.rows(engine.table(table))}


def told(report: LoadReport) -> str:
    return " ".join(f"{finding.text} {finding.costs}" for finding in report.quality)


def test_accounts_known_between_two_exports_do_not_double_orders(engine: Engine, tmp_path: Path) -> None:
    """January was read as persons; February repeats it: the same lines overlap, and the report says how to change."""
    put(engine, tmp_path / "jan.csv", HEAD + "".join(ROWS))
    put(engine, tmp_path / "accounts.csv", FIRMS)
    report = put(engine, tmp_path / "feb.csv", HEAD + "".join(ROWS) + "O90,7,2024-02-01,5\n")
    assert (report.rows_used, report.excluded["overlap"][0]) == (1, 12)
    assert parties(engine) == {"customer:7", "customer:8", "customer:9"}
    assert "read as in jan.csv before, though its numbers are now those of accounts" in told(report)
    assert "--map account='Account'" in told(report)


def test_a_changed_reading_is_told_and_overlaps_all_the_same(engine: Engine, tmp_path: Path) -> None:
    """People may say otherwise: lines are then compared by number alone, and the other file is named."""
    put(engine, tmp_path / "jan.csv", HEAD + "".join(ROWS))
    mapped = (("account", "Account"),)
    report = put(engine, tmp_path / "feb.csv", HEAD + "".join(ROWS) + "O90,7,2024-02-01,5\n", mapping=mapped)
    assert report.excluded["overlap"][0] == 12
    assert "read as organizations; in jan.csv it was read as persons" in told(report)
    put(engine, tmp_path / "jan.csv", HEAD + "".join(ROWS), mapping=mapped)
    assert parties(engine) == {"account:7", "account:8", "account:9"}
    assert engine.rows(engine.table("order_lines").count().as_table())[0].popitem()[1] == 13


def test_sources_settle_their_columns_by_themselves(engine: Engine, tmp_path: Path) -> None:
    """What one source calls its customers says nothing of another."""
    put(engine, tmp_path / "jan.csv", HEAD + "".join(ROWS))
    put(engine, tmp_path / "accounts.csv", FIRMS)
    path = tmp_path / "other.csv"
    path.write_text(HEAD + "X1,7,2024-02-01,5\n", encoding="utf8")
    with engine.run("load") as run:
        load(run, [LoadSpec(path, source="other")])
    assert "account:7" in parties(engine)


def test_a_column_beside_persons_stays_what_it_was(engine: Engine, tmp_path: Path) -> None:
    """Kept beside persons before accounts were known, it does not take their orders from them afterwards."""
    rows = "order_id,account_id,customer_id,date,amount\nO1,7,c1,2024-01-01,5\nO2,8,c2,2024-01-02,6\n"
    put(engine, tmp_path / "jan.csv", rows)
    put(engine, tmp_path / "accounts.csv", FIRMS)
    report = put(engine, tmp_path / "feb.csv", rows + "O3,7,c1,2024-02-01,5\n")
    assert parties(engine) == {"customer:c1", "customer:c2"}
    assert "though its numbers are now those of accounts" in told(report)


def test_reloads_after_an_erasure_keep_the_living(engine: Engine, tmp_path: Path) -> None:
    """Two of three accounts are erased: the column still names accounts, the erased stay out, the third keeps all."""
    put(engine, tmp_path / "accounts.csv", FIRMS)
    put(engine, tmp_path / "orders.csv", HEAD + "".join(ROWS))
    erased(engine, "account:7", "account:8")
    put(engine, tmp_path / "accounts.csv", FIRMS + "\n")
    report = put(engine, tmp_path / "orders.csv", HEAD + "".join(ROWS) + "O99,9,2024-02-01,5\n")
    assert parties(engine) == {"account:9"}
    assert (report.rows_used, report.quarantined) == (5, {"of an erased customer": 8})


def test_erased_accounts_count_as_known(engine: Engine, tmp_path: Path) -> None:
    """A file of a new source is read as if they were there: most of its numbers are those of accounts."""
    erased(engine, "account:7", "account:8")
    put(engine, tmp_path / "accounts.csv", FIRMS)
    report = put(engine, tmp_path / "orders.csv", HEAD + "".join(ROWS))
    assert parties(engine) == {"account:9"}
    assert report.quarantined == {"of an erased customer": 8}


def test_what_a_row_says_of_an_erased_contact_goes(engine: Engine, tmp_path: Path) -> None:
    """The account keeps its order and what describes the order; rows put aside that name the contact go whole."""
    erased(engine, "customer:c1")
    text = (
        "order_id,account_id,contact_id,contact_email,phone,shelf,date,amount\n"
        "O1,7,c1,ann@x.example,123,A,2024-01-01,5\nO2,7,c2,bob@x.example,456,B,2024-01-02,6\n"
        "O3,7,c1,ann@x.example,123,A,Ann told none,5\n"
    )
    put(engine, tmp_path / "accounts.csv", FIRMS)
    report = put(engine, tmp_path / "orders.csv", text)
    first, second = sorted(engine.rows(engine.table("loaded_lines")), key=lambda row: str(row["order_id"]))
    assert (first["party_key"], first["contact_key"], first["given_contact_email"]) == ("account:7", None, None)
    assert (first["given_phone"], first["given_shelf"]) == (None, "A")
    assert (second["contact_key"], second["given_contact_email"]) == ("customer:c2", "bob@x.example")
    assert report.quarantined == {"of an erased customer": 1}
    assert engine.rows(engine.table("quarantine")) == []


@pytest.mark.parametrize(
    ("column", "person", "organization"),
    [
        ("given_contact_email", True, False),
        ("given_user_phone", True, False),
        ("given_first_name", True, False),
        ("given_company_name", True, True),
        ("given_product_name", False, False),
        ("given_hotel", False, False),
        ("given_vat_number", False, True),
        ("contact_key", False, False),
    ],
)
def test_columns_that_may_describe_who_stands_beside(column: str, person: bool, organization: bool) -> None:
    """Judged by words in their names; columns with a meaning of their own are never emptied with them."""
    assert tells_of(column, organization=False) == person
    assert tells_of(column, organization=True) == organization


def test_rows_left_of_the_erased_name_nobody_and_do_not_count(engine: Engine) -> None:
    """Workspaces in which an erasure left rows without the account's number are healed by the next load."""
    rows = {"account_key": ["account:7", None], "load_id": ["L1", "L1"], LINE: [1, 2], "reason": [None, None]}
    kinds = pa.schema(
        [("account_key", pa.string()), ("load_id", pa.string()), (LINE, pa.int64()), ("reason", pa.string())]
    )
    table = ibis.memtable(
        pa.table({**rows, "source": ["s", "s"]}, schema=kinds.append(pa.field("source", pa.string())))
    )
    assert [row["account_key"] for row in engine.rows(canonical_rows(table, ACCOUNTS))] == ["account:7"]


def test_orders_with_several_payers_are_told(engine: Engine, tmp_path: Path) -> None:
    """The lines of one order name two accounts: it becomes an order of each, and the report says so."""
    put(engine, tmp_path / "accounts.csv", FIRMS)
    text = "order_id,account_id,user_id,date,amount\nO1,7,c1,2024-01-01,5\nO1,8,c1,2024-01-01,5\nO2,9,c2,2024-01-02,6\n"
    report = put(engine, tmp_path / "orders.csv", text)
    (finding,) = [each for each in report.quality if "several who pay" in each.text]
    assert (finding.text, finding.share, finding.column) == ("1 orders name several who pay", 0.5, "account_id")
    report = put(engine, tmp_path / "orders.csv", text.replace("O1,8", "O3,8"))
    assert "several who pay" not in told(report)
