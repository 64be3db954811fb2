"""Real order files: counts and sums as independent SQL over the raw files tells them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from segmentry.engine import Engine
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.sources.spec import LoadSpec, Rules

pytestmark = pytest.mark.real

_FEES = """'POST','D','DOT','M','m','S','C2','C3','PADS','CRUK','AMAZONFEE','B',
    'BANK CHARGES','ADJUST','ADJUST2','TEST001','TEST002'"""


def _load(engine: Engine, spec: LoadSpec) -> LoadReport:
    with engine.run("load") as run:
        return load(run, [spec])[0]


def _one(query: str) -> tuple[object, ...]:
    with duckdb.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


@pytest.fixture(scope="module")
def retail(data_folder: Path) -> Path:
    return data_folder / "online_retail" / "online_retail_II.parquet"


@pytest.fixture(scope="module")
def loaded(retail: Path):
    """Online Retail II in an engine, with its report."""
    with Engine.in_memory() as engine:
        yield engine, _load(engine, LoadSpec(str(retail), timezone="Europe/London", currency="GBP"))


def test_counts_come_back_as_published(loaded: tuple[Engine, LoadReport]) -> None:
    """Rows, customers, invoices, countries and lines without a customer are those of the data set."""
    engine, report = loaded
    lines = engine.table("loaded_lines")
    found = engine.rows(
        lines.aggregate(
            rows=lines.count(),
            customers=lines.party_key.nunique(),
            invoices=lines.order_id.nunique(),
            countries=lines.country.nunique(),
            without=lines.party_key.isnull().sum(),
        )
    )[0]
    assert found == {"rows": 1067370, "customers": 5942, "invoices": 53628, "countries": 43, "without": 243007}
    assert report.rows_read == 1067370
    assert report.rules[0].customers_before == 5942


def test_every_row_is_accounted_for(loaded: tuple[Engine, LoadReport]) -> None:
    """Read = used + excluded by rule + put aside."""
    engine, report = loaded
    excluded = sum(rows for rows, _ in report.excluded.values())
    assert report.rows_read == report.rows_used + excluded + sum(report.quarantined.values())
    lines = engine.table("order_lines")
    assert engine.rows(lines.aggregate(rows=lines.count()))[0]["rows"] == report.rows_used


def test_money_is_right_to_the_cent(loaded: tuple[Engine, LoadReport], retail: Path) -> None:
    """Used and excluded amounts together are the raw file's, in exact decimals."""
    _, report = loaded
    (total,) = _one(f"SELECT sum(Quantity::DECIMAL(18,4) * Price::DECIMAL(19,4)) FROM '{retail}'")
    assert sum(report.currencies.values()) + sum(amount for _, amount in report.excluded.values()) == total


def test_overlap_and_goods_equal_independent_sql(loaded: tuple[Engine, LoadReport], retail: Path) -> None:
    """The larger count of equal lines of both sheets, goods with a price and a customer only: rows and pounds."""
    engine, report = loaded
    rows, amount = _one(f"""
        WITH lines AS (
            SELECT *, count(*) AS n FROM (
                SELECT Sheet, Invoice, trim(StockCode) AS code, trim(Description) AS name, Quantity, InvoiceDate,
                       Price::DECIMAL(19,4) AS price, "Customer ID" AS customer FROM '{retail}')
            GROUP BY ALL),
        kept AS (
            SELECT Invoice, code, name, Quantity, InvoiceDate, price, customer, max(n) AS n FROM lines GROUP BY ALL)
        SELECT sum(n), sum(n * Quantity * price) FROM kept
        WHERE customer IS NOT NULL AND price * Quantity <> 0 AND Invoice NOT LIKE 'A%' AND code NOT IN ({_FEES})
          AND code NOT LIKE 'gift_%' AND coalesce(lower(name), '')
              NOT IN ('manual', 'samples', 'postage', 'discount', 'dotcom postage', 'next day carriage')
    """)
    assert report.rows_used == rows
    assert report.currencies == {"GBP": amount}
    orders = engine.table("orders")
    placed = orders.filter(orders.placed)
    found = engine.rows(placed.aggregate(customers=placed.party_key.nunique(), least=placed.amount.min()))[0]
    assert found["least"] > 0
    assert found["customers"] <= report.customers


def test_summer_time_is_an_hour_behind(loaded: tuple[Engine, LoadReport]) -> None:
    """A July order at 12:00 in London happened at 11:00 UTC, a January one at 12:00, each on its local day."""
    engine, _ = loaded
    lines = engine.table("order_lines")
    by_month = lines.group_by(month=lines.ordered_on.month()).aggregate(
        earliest=lines.ordered_at.time().min(), latest=lines.ordered_at.time().max()
    )
    earliest = {row["month"]: row["earliest"].hour for row in engine.rows(by_month)}
    assert earliest[7] < earliest[1]


def test_csv_and_parquet_give_the_same_tables(loaded: tuple[Engine, LoadReport], retail: Path, tmp_path: Path) -> None:
    """The same lines told as text give the same orders, customers and products, cell by cell."""
    engine, report = loaded
    path = tmp_path / "online_retail_II.csv"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM '{retail}') TO '{path}' (HEADER)")
    with Engine.in_memory() as other:
        told = _load(other, LoadSpec(str(path), timezone="Europe/London", currency="GBP"))
        assert told.excluded == report.excluded
        assert told.currencies == report.currencies
        keys = {"orders": ["order_id", "party_key"], "products": ["product_id"]}
        for name, key in keys.items():
            ours, theirs = engine.arrow(engine.table(name).order_by(key)), other.arrow(other.table(name).order_by(key))
            assert ours.equals(theirs), name


def test_rules_can_be_turned_off(retail: Path) -> None:
    """With every rule off but the one for customers, all rows with a customer are used."""
    rules = Rules(
        merge_overlapping_exports=False, exclude_adjustments=False, exclude_fees=False, exclude_zero_price=False
    )
    with Engine.in_memory() as engine:
        report = _load(engine, LoadSpec(str(retail), rules=rules))
    assert report.rows_used == 1067370 - 243007
    assert set(report.excluded) == {"without_customer"}


def test_cdnow_is_read_from_fixed_width(data_folder: Path) -> None:
    """The master file of CDNOW: 69,659 purchases of 23,570 customers, to the cent."""
    path = data_folder / "cdnow" / "CDNOW_master.txt"
    mapping = (("customer", "customer_id"), ("amount", "dollar_value"), ("quantity", "number_of_cds"))
    total = sum(Decimal(line.split()[3]) for line in path.read_text().splitlines()[1:] if line.strip())
    with Engine.in_memory() as engine:
        report = _load(engine, LoadSpec(str(path), mapping=mapping, currency="USD"))
        orders = engine.table("orders")
        assert engine.rows(orders.aggregate(orders=orders.count()))[0]["orders"] == 69659
    assert (report.rows_read, report.rows_used, report.customers) == (69659, 69659, 23570)
    assert report.currencies == {"USD": total}
    assert report.period == ("1997-01-01", "1998-06-30")


def test_complete_journey_shares_households(data_folder: Path) -> None:
    """Lines and demographics of the same households meet under the same party keys."""
    folder = data_folder / "complete_journey"
    lines, people = folder / "transactions_sample.parquet", folder / "demographics.parquet"
    rows, households = _one(f"SELECT count(*), count(DISTINCT household_id) FROM '{lines}'")
    (amount,) = _one(f"SELECT sum(sales_value::DECIMAL(18,4)) FROM '{lines}'")
    (both,) = _one(f"""SELECT count(*) FROM '{people}' WHERE household_id::VARCHAR IN
        (SELECT household_id FROM '{lines}' WHERE sales_value > 0)""")
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            first, second = load(run, [LoadSpec(str(lines)), LoadSpec(str(people), table="customers")])
        customers = engine.table("customers")
        shared = customers.filter(customers.given_age.notnull() & customers.known_since.notnull())
        assert engine.rows(shared.aggregate(rows=shared.count()))[0]["rows"] == both
    assert (first.rows_read, second.rows_read) == (rows, 801)
    assert first.rules[0].customers_before == households
    assert sum(first.currencies.values()) == amount
