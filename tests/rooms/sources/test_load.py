"""Loading: idempotent, corrected as one, overlapping exports counted once, every mistake told together."""

from __future__ import annotations

import dataclasses
import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from segmentry.engine import Engine
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.sources.spec import LoadSpec, Rules
from segmentry.terms.errors import ContractError, SourceError

NOW = datetime(2025, 1, 1)
HEAD = "Order ID;Customer ID;Order Date;SKU;Qty;Unit Price;Color;Segment\n"
JANUARY = HEAD + (
    "1;c1;05.01.2024 10:00;p1;2;10,00;red;A\n1;c1;05.01.2024 10:00;p1;2;10,00;red;A\n"
    "2;c2;31.01.2024 09:30;p2;1;5,50;blue;B\n"
)
FEBRUARY = (
    HEAD
    + "1;c1;05.01.2024 10:00;p1;2;10,00;red;A\n2;c2;31.01.2024 09:30;p2;1;5,50;blue;B\n"
    + "3;c1;07.02.2024 12:00;p3;1;1.250,00;green;A\n"
)


def _load(engine: Engine, *specs: LoadSpec) -> tuple[LoadReport, ...]:
    with engine.run("load") as run:
        return load(run, specs)


def _spec(path: Path, **options: object) -> LoadSpec:
    return LoadSpec(str(path), **{"now": NOW, **options})


def _file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def _total(engine: Engine, table: str = "order_lines") -> Decimal:
    lines = engine.table(table)
    return engine.rows(lines.aggregate(total=lines.amount.sum()))[0]["total"]


def test_columns_are_recognized_with_the_reason(engine: Engine, tmp_path: Path) -> None:
    """Each column has its role, with a reason in words; the others are kept under their own names."""
    (report,) = _load(engine, _spec(_file(tmp_path, "january.csv", JANUARY)))
    roles = {item["role"]: item["column"] for item in report.recognized}
    assert roles == {
        "order": "Order ID",
        "customer": "Customer ID",
        "time": "Order Date",
        "product": "SKU",
        "quantity": "Qty",
        "price": "Unit Price",
    }
    assert all(item["reason"] for item in report.recognized)
    assert report.kept == {"Color": "given_color", "Segment": "given_segment"}
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()
    assert LoadReport.from_dict(report.as_dict()) == report


def test_repeats_inside_a_file_are_kept_and_flagged(engine: Engine, tmp_path: Path) -> None:
    """The same line twice in one file is bought twice, unless the rule says otherwise."""
    path = _file(tmp_path, "january.csv", JANUARY)
    _load(engine, _spec(path))
    lines = engine.table("order_lines")
    assert engine.rows(lines.aggregate(flagged=lines.repeated.sum()))[0]["flagged"] == 2
    assert _total(engine) == Decimal("45.5")
    (report,) = _load(engine, _spec(path, rules=Rules(exclude_repeated=True)))
    assert report.excluded == {"repeated": (1, Decimal("20.0000"))}
    assert _total(engine) == Decimal("25.5")


def test_overlapping_exports_count_the_larger_number(engine: Engine, tmp_path: Path) -> None:
    """January tells a line twice and February once: it stays twice; what both tell once stays once."""
    first, second = _file(tmp_path, "january.csv", JANUARY), _file(tmp_path, "february.csv", FEBRUARY)
    _load(engine, _spec(first))
    (report,) = _load(engine, _spec(second))
    assert report.excluded == {"overlap": (2, Decimal("25.5000"))}
    assert report.rows_used == 1
    assert _total(engine) == Decimal("1295.5")


@pytest.mark.parametrize("together", [True, False])
def test_the_order_of_loads_does_not_matter(together: bool, tmp_path: Path) -> None:
    """Files loaded together or one by one, first or last: the same orders."""
    paths = [_file(tmp_path, "january.csv", JANUARY), _file(tmp_path, "february.csv", FEBRUARY)]
    answers = []
    for order in (paths, paths[::-1]):
        with Engine.in_memory() as engine:
            specs = [_spec(path) for path in order]
            for batch in [specs] if together else [[spec] for spec in specs]:
                _load(engine, *batch)
            orders = engine.table("orders").select("order_id", "party_key", "ordered_at", "amount", "lines", "placed")
            answers.append(engine.arrow(orders.order_by("order_id")).to_pylist())
    assert answers[0] == answers[1]
    assert [row["amount"] for row in answers[0]] == [Decimal("40"), Decimal("5.5"), Decimal("1250")]


def test_the_same_file_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    """A second load of the same bytes under the same question publishes nothing and says so."""
    path = _file(tmp_path, "january.csv", JANUARY)
    (first,) = _load(engine, _spec(path))
    before = engine.artifact("order_lines").physical_name
    (second,) = _load(engine, _spec(path))
    assert second == dataclasses.replace(first, already_loaded=True)
    assert engine.artifact("order_lines").physical_name == before
    assert len(engine.loads()) == 1


def test_a_corrected_file_replaces_its_earlier_load(engine: Engine, tmp_path: Path) -> None:
    """Other bytes under the same name and source: the earlier rows, and what was put aside of them, are gone."""
    path = _file(tmp_path, "january.csv", JANUARY + "9;c9;never;p9;1;1,00;red;A\n")
    (first,) = _load(engine, _spec(path))
    assert first.quarantined == {"date not readable": 1}
    _file(tmp_path, "january.csv", HEAD + "1;c1;15.01.2024 10:00;p1;1;7,00;red;A\n")
    (second,) = _load(engine, _spec(path))
    assert second.replaces == first.load_id
    assert _total(engine) == Decimal("7")
    assert engine.rows(engine.table("quarantine")) == []
    assert [item.id for item in engine.loads()] == [second.load_id]


def test_lines_hidden_by_an_overlap_come_back(engine: Engine, tmp_path: Path) -> None:
    """When the file that told a line first is corrected, the line of the other file counts again."""
    january, february = _file(tmp_path, "january.csv", JANUARY), _file(tmp_path, "february.csv", FEBRUARY)
    _load(engine, _spec(january), _spec(february))
    _file(tmp_path, "january.csv", HEAD + "8;c8;15.01.2024 10:00;p1;1;7,00;red;A\n")
    _load(engine, _spec(january))
    assert _total(engine) == Decimal("1282.5")


def test_given_columns_follow_lines_and_constant_ones_customers(engine: Engine, tmp_path: Path) -> None:
    """A column that never changes within a customer describes the customer; no column is lost."""
    _load(engine, _spec(_file(tmp_path, "february.csv", FEBRUARY)))
    customers = {row["party_key"]: row for row in engine.rows(engine.table("customers"))}
    assert customers["customer:c1"]["given_segment"] == "A"
    assert "given_color" not in customers["customer:c1"]
    assert {"given_color", "given_segment"} <= set(engine.table("order_lines").columns)


def test_customers_of_a_file_meet_those_of_the_orders(engine: Engine, tmp_path: Path) -> None:
    """Both carry the same party keys; whoever is in either is a customer, known since the earlier fact."""
    people = _file(
        tmp_path, "people.csv", "Customer ID,Since,Age\nc1,2023-06-01,44\nc7,2023-07-01,55\nc7,2023-08-01,56\n"
    )
    _load(engine, _spec(_file(tmp_path, "january.csv", JANUARY)))
    (report,) = _load(engine, _spec(people, table="customers", source="crm"))
    customers = {row["party_key"]: row for row in engine.rows(engine.table("customers"))}
    assert set(customers) == {"customer:c1", "customer:c2", "customer:c7"}
    assert customers["customer:c1"]["known_since"] == datetime(2023, 6, 1)
    assert customers["customer:c2"]["known_since"] == datetime(2024, 1, 31, 9, 30)
    assert customers["customer:c7"]["given_age"] == "56"
    assert report.excluded == {"repeated_key": (1, Decimal("0.0000"))}
    _load(engine, _spec(_file(tmp_path, "february.csv", FEBRUARY)))
    assert len(engine.rows(engine.table("customers"))) == 3


def test_other_tables_are_typed_and_put_aside_alike(engine: Engine, tmp_path: Path) -> None:
    """Service contacts: minutes are numbers, instants are UTC, and faults name row, column and value."""
    path = _file(
        tmp_path,
        "tickets.csv",
        "ticket_id,client,created_at,duration\nt1,c1,2024-07-01 12:00,7.5\n"
        "t2,c2,yesterday,3\nt3,c3,2024-07-02 12:00,many\n",
    )
    (report,) = _load(engine, _spec(path, table="service_contacts", timezone="Europe/Berlin"))
    assert report.quarantined == {"contacted_at not readable": 1}
    rows = {row["contact_id"]: row for row in engine.rows(engine.table("service_contacts"))}
    assert (rows["t1"]["party_key"], rows["t1"]["contacted_at"], rows["t1"]["handling_minutes"]) == (
        "customer:c1",
        datetime(2024, 7, 1, 10),
        7.5,
    )
    aside = {row["line_number"]: (row["column_name"], row["given"]) for row in engine.rows(engine.table("quarantine"))}
    assert aside == {2: ("created_at", "yesterday")}
    assert rows["t3"]["handling_minutes"] is None
    told = {finding.column: finding.text for finding in report.quality}
    assert told["duration"] == "1 cell not readable, the first in row 3: left empty"


def test_returns_cancellations_and_placed(engine: Engine, tmp_path: Path) -> None:
    """A return reduces spend on its own day and is no order; an order whose own lines net to nothing is not placed."""
    rows = (
        "1;c1;05.01.2024;p1;2;10,00;r;A\nC2;c1;09.02.2024;p1;-2;10,00;r;A\n"
        "3;c1;10.02.2024;p1;1;5,00;r;A\n3;c1;10.02.2024;p1;-1;5,00;r;A\n"
    )
    _load(engine, _spec(_file(tmp_path, "orders.csv", HEAD + rows)))
    orders = {row["order_id"]: row for row in engine.rows(engine.table("orders"))}
    assert {name: row["placed"] for name, row in orders.items()} == {"1": True, "C2": False, "3": False}
    assert (orders["C2"]["amount"], orders["C2"]["returned"]) == (Decimal("-20"), Decimal("20"))
    assert orders["C2"]["ordered_on"] == date(2024, 2, 9)


def test_ids_of_spreadsheets_lose_their_point_and_texts_keep_their_zeros(engine: Engine, tmp_path: Path) -> None:
    """12345.0 and 12345 are one customer, 007 and 7 are two."""
    text = "customer,date,amount\n12345.0,2024-01-01,1\n12345,2024-01-02,1\n007,2024-01-03,1\n7,2024-01-04,1\n"
    _load(engine, _spec(_file(tmp_path, "orders.csv", text)))
    keys = {row["party_key"] for row in engine.rows(engine.table("customers"))}
    assert keys == {"customer:12345", "customer:007", "customer:7"}


def test_rules_tell_rows_and_customers_before_and_after(engine: Engine, tmp_path: Path) -> None:
    """Each rule begins where the one before it ended; the last ends with what is used."""
    rows = (
        "1;c1;05.01.2024;p1;2;10,00;r;A\n2;c2;05.01.2024;POST;1;3,00;r;A\n"
        "3;c3;05.01.2024;p1;1;0,00;r;A\n4;;05.01.2024;p1;1;4,00;r;A\n"
    )
    (report,) = _load(engine, _spec(_file(tmp_path, "orders.csv", HEAD + rows)))
    for before, after in zip(report.rules, report.rules[1:], strict=False):
        assert (before.rows_after, before.customers_after) == (after.rows_before, after.customers_before)
    assert (report.rules[0].rows_before, report.rules[0].customers_before) == (4, 3)
    assert (
        (report.rules[-1].rows_after, report.rules[-1].customers_after)
        == (report.rows_used, report.customers)
        == (1, 1)
    )
    assert {rule.name: rule.amount for rule in report.rules if rule.amount} == {
        "fees": Decimal(3),
        "without_customer": Decimal(4),
    }


def test_all_mistakes_are_told_at_once(engine: Engine, tmp_path: Path) -> None:
    """Two wrong roles and a wrong column of one file, and another file that is missing: four problems, one error."""
    path = _file(tmp_path, "january.csv", JANUARY)
    with pytest.raises(SourceError) as caught:
        _load(engine, _spec(path, mapping=(("custmer", "SKU"), ("prise", "Qtty"))))
    assert [item.code for item in caught.value.problems] == ["ROLE_UNKNOWN", "ROLE_UNKNOWN", "COLUMN_UNKNOWN"]
    assert "'customer'" in caught.value.problems[0].next_step
    with pytest.raises(SourceError) as caught:
        _load(engine, _spec(tmp_path / "a.csv"), _spec(tmp_path / "b.csv"))
    assert [item.code for item in caught.value.problems] == [
        *("SOURCE_MISSING", "SOURCE_MISSING"),
        "NOTHING_LOADED",
    ]


def test_packed_files_are_read(engine: Engine, tmp_path: Path) -> None:
    """A gzip of a CSV gives what the CSV gives."""
    path = tmp_path / "january.csv.gz"
    path.write_bytes(gzip.compress(JANUARY.encode()))
    (report,) = _load(engine, _spec(path))
    assert (report.rows_read, report.currencies) == (3, {"": Decimal("45.5000")})


def test_progress_is_told_from_start_to_end(engine: Engine, tmp_path: Path) -> None:
    """Steps come in order, shares never fall, the last is the whole."""
    told: list[tuple[str, float]] = []
    with engine.run("load") as run:
        load(run, [_spec(_file(tmp_path, "january.csv", JANUARY))], lambda step, share: told.append((step, share)))
    assert told[0][0] == "open"
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1] == ("done", 1.0)


def test_quality_names_gaps_and_what_they_cost(engine: Engine, tmp_path: Path) -> None:
    """An assumed order of day and month, old data and missing roles are findings with their price."""
    text = "customer,date,amount\na,01/02/2024,1\nb,03/04/2024,2\n,05/06/2024,2\n"
    (report,) = _load(engine, _spec(_file(tmp_path, "orders.csv", text)))
    found = {(item.dimension, item.column) for item in report.quality}
    assert ("validity", "date") in found
    assert ("completeness", "customer") in found
    assert any(item.dimension == "freshness" and "days ago" in item.text for item in report.quality)
    assert any(item.dimension == "bias" and item.share == pytest.approx(0.4) for item in report.quality)
    assert all(item.text and item.costs for item in report.quality)


def test_a_report_that_does_not_add_up_is_refused(engine: Engine, tmp_path: Path) -> None:
    """The identity of rows is checked, not hoped for."""
    (report,) = _load(engine, _spec(_file(tmp_path, "january.csv", JANUARY)))
    with pytest.raises(ContractError, match="do not add up"):
        dataclasses.replace(report, rows_used=report.rows_used - 1).check()
