"""Cells that cannot be believed: what puts a row aside, what is left empty and told, and what is kept as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.sources import LoadReport, LoadSpec
from segmentry.sources.run import load
from segmentry.terms.errors import SourceError


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.in_memory() as opened:
        yield opened


def filled(engine: Engine, folder: Path, text: str, name: str = "file.csv", **options: Any) -> LoadReport:
    """The report of one loaded file."""
    (folder / name).write_text(text, encoding="utf8")
    with engine.run("load") as run:
        (report,) = load(run, [LoadSpec(folder / name, source="crm", **options)])
    return report


def rows_of(engine: Engine, table: str, key: str) -> dict[str, dict[str, Any]]:
    """The rows of a table by one of its columns."""
    return {row[key]: row for row in engine.rows(engine.table(table))}


def told(report: LoadReport) -> dict[str, list[str]]:
    """What was found, by column of the file."""
    found: dict[str, list[str]] = {}
    for finding in report.quality:
        found.setdefault(finding.column, []).append(finding.text)
    return found


def test_an_optional_cell_that_cannot_be_read_is_left_empty_and_counted(engine: Engine, tmp_path: Path) -> None:
    """The account stays, with all else that its row tells; column, count and first line are in the report."""
    text = "account,employees,known_since,country\na,12,2024-01-05,DE\nb,many,soon,FR\nc,lots,2024-02-01,IT\n"
    report = filled(engine, tmp_path, text, table="accounts")
    assert (report.rows_used, report.quarantined) == (3, {})
    rows = rows_of(engine, "accounts", "account_key")
    assert rows["account:b"]["employees"] is None
    assert rows["account:b"]["known_since"] is None
    assert rows["account:b"]["country"] == "FR"
    assert rows["account:a"]["employees"] == 12.0
    assert told(report)["employees"] == ["2 cells not readable, the first in row 2: left empty"]
    assert told(report)["known_since"] == ["1 cell not readable, the first in row 2: left empty"]


@pytest.mark.parametrize(
    ("table", "head", "row", "reason"),
    [
        ("subscriptions", "subscription_id,customer,started_on,ended_on", "1,ana,2024-01-01,31.02.2024", "ended_on"),
        ("leads", "lead_id,customer,created_at,converted", "1,ana,2024-01-01,perhaps", "converted"),
        ("touches", "campaign_id,customer,touched_at,arm,responded", "1,ana,2024-01-01,treated,perhaps", "responded"),
        ("feedback", "feedback_id,customer,given_at,rating,scale_high", "1,ana,2024-01-01,5,top", "scale_high"),
        ("contributions", "contribution_id,customer,contribution,accepted", "1,ana,idea,perhaps", "accepted"),
        ("market_series", "series,period_start,value,forecast", "market size,2024-01-01,5,perhaps", "forecast"),
        ("account_contacts", "account,customer,role,started_on", "a,ana,user,one day", "started_on"),
        ("usage", "customer,metric,quantity,period_start", "ana,calls,many,2024-01-01", "quantity"),
    ],
)
def test_a_cell_that_says_something_by_being_empty_puts_its_row_aside(
    engine: Engine, tmp_path: Path, table: str, head: str, row: str, reason: str
) -> None:
    """An end that cannot be read is no contract that runs on, and an unclear outcome is no open lead."""
    good = row.rsplit(",", 1)[0].replace("ana", "bob") + ","
    report = filled(engine, tmp_path, f"{head}\n{row}\n{good}\n", table=table)
    assert report.quarantined[f"{reason} not readable"] == 1
    (aside,) = [row for row in engine.rows(engine.table("quarantine")) if "readable" in row["reason"]]
    assert (aside["line_number"], aside["column_name"], aside["given"]) == (
        1,
        reason,
        row.split(",")[-1 - (reason == "quantity")],
    )


def test_parts_of_wholes_and_impossible_negatives_are_left_empty(engine: Engine, tmp_path: Path) -> None:
    """Half a month is not rounded, minus five minutes were not waited, and negative amounts stay: they are credits."""
    text = "subscription_id,customer,started_on,term_months,amount\n1,a,2024-01-01,1.5,-5\n2,a,2024-01-01,-12,1\n"
    report = filled(engine, tmp_path, text + "3,a,2024-01-01,12.0,1\n", table="subscriptions")
    rows = rows_of(engine, "subscriptions", "subscription_id")
    assert [rows[number]["term_months"] for number in "123"] == [None, None, 12]
    assert rows["1"]["amount"] == Decimal("-5")
    assert told(report)["term_months"] == [
        "1 cell below zero, the first in row 2: left empty",
        "1 cell not readable, the first in row 1: left empty",
    ]
    tickets = "ticket_id,customer,contacted_at,waiting_minutes\nt1,a,2024-01-01,-5\n"
    filled(engine, tmp_path, tickets, "tickets.csv", table="service_contacts")
    assert rows_of(engine, "service_contacts", "contact_id")["t1"]["waiting_minutes"] is None


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("usage", "customer,metric,quantity,period_start,period_end\na,calls,1,2024-02-01,2024-01-01\n"),
        ("marketing_costs", "campaign_id,channel,amount,period_start,period_end\nc,mail,9,2024-02-01,2024-01-01\n"),
        ("market_series", "series,value,period_start,period_end\nsize,9,2024-02-01,2024-01-01\n"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_put_aside(
    engine: Engine, tmp_path: Path, table: str, text: str
) -> None:
    """Spend and usage of no days would be shared out over nothing."""
    report = filled(engine, tmp_path, text, table=table)
    assert (report.rows_used, report.quarantined) == (0, {"period_end before period_start": 1})


def test_a_period_told_by_one_day_is_no_contradiction(engine: Engine, tmp_path: Path) -> None:
    """From ten o'clock of a day to that day: the end is told as its midnight."""
    text = "customer,metric,quantity,period_start,period_end\na,calls,1,2024-02-01 10:00,2024-02-01\n"
    assert filled(engine, tmp_path, text, table="usage").rows_used == 1


def test_currencies_are_codes_in_capitals_or_those_of_the_load(engine: Engine, tmp_path: Path) -> None:
    """``eur`` is EUR, none told is that of the load, and one that nobody knows is kept apart and told."""
    text = "subscription_id,customer,started_on,amount,currency\n1,a,2024-01-01,5,eur\n2,a,2024-01-01,5,\n"
    report = filled(engine, tmp_path, text + "3,a,2024-01-01,5,XXQ\n", table="subscriptions", currency="USD")
    rows = rows_of(engine, "subscriptions", "subscription_id")
    assert [rows[number]["currency"] for number in "123"] == ["EUR", "USD", "XXQ"]
    assert told(report)["currency"] == ["1 cell unknown to ISO 4217, the first in row 3: kept as told"]
    without = "subscription_id,customer,started_on,amount\n9,a,2024-01-01,5\n"
    filled(engine, tmp_path, without, "other.csv", table="subscriptions", currency="CHF")
    assert rows_of(engine, "subscriptions", "subscription_id")["9"]["currency"] == "CHF"


def test_days_and_months_that_nothing_tells_apart_are_told(engine: Engine, tmp_path: Path) -> None:
    """As with orders: what was assumed is in the report, and another column of the file may settle it."""
    head = "lead_id,customer,created_at,stage,stage_at\n"
    report = filled(engine, tmp_path, head + "1,a,02/03/2024,lead,05/03/2024\n", table="leads")
    assert rows_of(engine, "leads", "lead_id")["1"]["created_at"] == datetime(2024, 3, 2)
    assumed = "nothing shows whether the day or the month comes first; read with the day first"
    assert (told(report)["created_at"], told(report)["stage_at"]) == ([assumed], [assumed])
    report = filled(engine, tmp_path, head + "2,a,02/03/2024,lead,02/25/2024\n", "us.csv", table="leads")
    assert rows_of(engine, "leads", "lead_id")["2"]["created_at"] == datetime(2024, 2, 3)
    assert not told(report)


def test_a_day_late_in_a_long_file_settles_the_order(engine: Engine, tmp_path: Path) -> None:
    """One day after the twelfth among thousands says that months come first; no sample need meet it."""
    lines = [f"{place},a,0{1 + place % 9}/0{1 + place % 7}/2024" for place in range(9000)]
    lines[6001] = "6001,a,03/25/2024"
    report = filled(engine, tmp_path, "lead_id,customer,created_at\n" + "\n".join(lines) + "\n", table="leads")
    assert (report.rows_used, report.quarantined) == (9000, {})
    rows = rows_of(engine, "leads", "lead_id")
    assert rows["6001"]["created_at"] == datetime(2024, 3, 25)
    assert rows["1"]["created_at"] == datetime(2024, 2, 2)
    assert rows["2"]["created_at"] == datetime(2024, 3, 3)
    assert rows["7"]["created_at"] == datetime(2024, 8, 1)


def test_a_column_in_both_orders_puts_what_fits_both_aside(engine: Engine, tmp_path: Path) -> None:
    """25/03 and 03/25 in one column: 02/03 may be either day."""
    text = "lead_id,customer,created_at\n1,a,25/03/2024\n2,a,03/25/2024\n3,a,02/03/2024\n"
    report = filled(engine, tmp_path, text, table="leads")
    assert (report.rows_used, report.quarantined) == (2, {"created_at ambiguous": 1})


def test_two_columns_of_one_name_are_not_chosen_between(engine: Engine, tmp_path: Path) -> None:
    """Which of two customers is meant must be said; nothing is loaded before."""
    text = "lead_id,customer,created_at,customer\n1,ana,2024-01-01,bob\n"
    with pytest.raises(SourceError) as error:
        filled(engine, tmp_path, text, table="leads")
    assert [problem.code for problem in error.value.problems] == ["COLUMN_TWICE"]
    assert not engine.has("leads")
    report = filled(engine, tmp_path, text, table="leads", mapping=(("customer", "customer (2)"),))
    assert report.rows_used == 1
    assert rows_of(engine, "leads", "lead_id")["1"]["party_key"] == "customer:bob"


def test_only_what_numbers_the_rows_is_made_up(engine: Engine, tmp_path: Path) -> None:
    """Usage without a contract belongs to none; a lead without a number gets one."""
    filled(engine, tmp_path, "customer,metric,quantity,period_start\na,calls,1,2024-02-01\n", table="usage")
    (row,) = engine.rows(engine.table("usage"))
    assert row["subscription_id"] is None
    filled(engine, tmp_path, "customer,created_at,stage\na,2024-02-01,lead\n", "new.csv", table="leads")
    assert set(rows_of(engine, "leads", "lead_id")) == {"new.csv:1"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "-3", "many", "1e308", "NaN", "", "1,5", "(4)", "٣", "-0", "10000000000000000"]),
            st.sampled_from(["2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "", "infinity", "31.12.2023"]),
            st.sampled_from(["EUR", "eur", "", "<b>", "=1+1", "\u200b"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_stands_in_the_cells_the_books_add_up(tmp_path: Path, cells: list[tuple[str, str, str]]) -> None:
    """Every row is used or put aside with a reason, and no number becomes another one."""
    text = "subscription_id,customer,started_on,renews_on,amount,currency\n" + "".join(
        f'{place},c{place},2024-01-01,{renews},"{amount}",{currency}\n'
        for place, (amount, renews, currency) in enumerate(cells)
    )
    with Engine.in_memory() as engine:
        report = filled(engine, tmp_path, text, table="subscriptions")
        assert report.rows_read == len(cells) == report.rows_used
        rows = rows_of(engine, "subscriptions", "subscription_id")
    amounts = {"1": Decimal(1), "-3": Decimal(-3), "(4)": Decimal(-4), "-0": Decimal(0), "1,5": Decimal("1.5")}
    days = {"2024-02-29": date(2024, 2, 29), "31.12.2023": date(2023, 12, 31)}
    for place, (amount, renews, _) in enumerate(cells):
        assert rows[str(place)]["amount"] in (amounts.get(amount), None)
        assert rows[str(place)]["renews_on"] == days.get(renews)
