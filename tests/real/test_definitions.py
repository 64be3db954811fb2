"""Twenty definitions over Online Retail II, counted by SQL written by hand over the raw file.

The SQL shares nothing with the compiler: it reads the raw file, works in local wall-clock time and knows the rules of
the house from their page alone.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import segmentry as sg

pytestmark = pytest.mark.real

FEES = """'POST','POSTAGE','DOT','M','D','S','C2','C3','PADS','CRUK','AMAZONFEE','B','BANK CHARGES','ADJUST','ADJUST2',
    'TEST001','TEST002','m','SP'"""
NAMES = "'manual', 'samples', 'postage', 'discount', 'dotcom postage', 'next day carriage'"

RAW = f"""
CREATE TABLE lines AS
WITH counted AS (
    SELECT Sheet, Invoice, trim(StockCode) AS code, trim(Description) AS name, Quantity, InvoiceDate, Country,
           Price::DECIMAL(19,4) AS price, "Customer ID" AS customer, count(*) AS n
    FROM '{{path}}' GROUP BY ALL),
kept AS (
    SELECT Invoice, code, name, Quantity, InvoiceDate, Country, price, customer, max(n) AS n FROM counted GROUP BY ALL)
SELECT customer::BIGINT::VARCHAR AS customer, Invoice AS invoice, code, InvoiceDate AS moment, Country AS country,
       Quantity AS quantity, n, (n * Quantity * price)::DECIMAL(18,4) AS amount
FROM kept
WHERE customer IS NOT NULL AND price * Quantity <> 0 AND Invoice NOT LIKE 'A%' AND code NOT IN ({FEES})
  AND code NOT LIKE 'gift_%' AND coalesce(lower(name), '') NOT IN ({NAMES});
CREATE TABLE transactions AS
SELECT customer, invoice, min(moment) AS moment, sum(amount) AS amount, count(DISTINCT code) AS products,
       coalesce(sum(-amount) FILTER (amount < 0), 0) AS returned,
       sum(amount) > 0 AND bool_or(amount > 0) AS placed
FROM lines GROUP BY customer, invoice;
CREATE TABLE orders AS SELECT * FROM transactions WHERE placed;
CREATE TABLE customers AS
SELECT customer, arg_max(country, (moment, invoice)) AS country, min(moment) AS since FROM lines GROUP BY customer;
CREATE MACRO ago(days) AS TIMESTAMP '2011-12-10 00:00:00' - to_days(days);
"""

TOP = """
WITH measure AS (SELECT customer, sum(amount) AS value FROM transactions WHERE moment > ago(365) GROUP BY customer),
base AS (SELECT *, row_number() OVER (ORDER BY value DESC) AS place, count(*) OVER () AS size
         FROM measure WHERE value > 0),
cut AS (SELECT min(value) AS value FROM base WHERE place <= ceil(size * 10 / 100))
"""
OFTEN_BACK = "SELECT customer FROM transactions WHERE returned > 0 GROUP BY customer HAVING count(*) >= 8"

CASES: dict[str, tuple[str, str]] = {
    "do_not_contact": ("at least 8 returns", OFTEN_BACK),
    "lapsing_champions": (
        'spend in last 365 days is in top 10% and no order in last 90 days and country in ("United Kingdom", "EIRE") '
        'and not in segment "Do not contact"',
        f"""{TOP} SELECT customer FROM measure JOIN customers USING (customer)
        WHERE measure.value >= (SELECT value FROM cut) AND country IN ('United Kingdom', 'EIRE')
        AND customer NOT IN (SELECT customer FROM orders WHERE moment > ago(90))
        AND customer NOT IN ({OFTEN_BACK})""",
    ),
    "nested_exclusion": (
        'any order in last 180 days and not (in segment "Do not contact" or (country = "Germany" '
        "and not at least 3 orders))",
        f"""SELECT DISTINCT customer FROM orders JOIN customers USING (customer) WHERE moment > ago(180)
        AND customer NOT IN ({OFTEN_BACK}) AND NOT (country = 'Germany' AND customer NOT IN
        (SELECT customer FROM orders GROUP BY customer HAVING count(*) >= 3))""",
    ),
    "gift_season": (
        "any order in every november to december",
        "SELECT DISTINCT customer FROM orders WHERE month(moment) IN (11, 12)",
    ),
    "gift_season_only": (
        "any order in every november to december and no order in every january to october",
        "SELECT customer FROM orders GROUP BY customer HAVING bool_and(month(moment) IN (11, 12))",
    ),
    "sequence_small_then_large": (
        "sequence (order where (amount < 100) then order where (amount > 500) within 30 days)",
        """SELECT DISTINCT a.customer FROM orders a JOIN orders b USING (customer) WHERE a.amount < 100
        AND b.amount > 500 AND b.moment > a.moment AND (b.moment AT TIME ZONE 'Europe/London')
        - (a.moment AT TIME ZONE 'Europe/London') <= INTERVAL 720 HOUR""",
    ),
    "sequence_no_return_between": (
        "sequence (order then order after 7 days within 60 days without return)",
        """SELECT DISTINCT a.customer FROM orders a JOIN orders b USING (customer)
        WHERE (b.moment AT TIME ZONE 'Europe/London') - (a.moment AT TIME ZONE 'Europe/London')
        BETWEEN INTERVAL 168 HOUR AND INTERVAL 1440 HOUR AND NOT EXISTS (SELECT 1 FROM transactions r
        WHERE r.customer = a.customer AND r.returned > 0 AND r.moment > a.moment AND r.moment < b.moment)""",
    ),
    "one_and_done": (
        "exactly 1 order and no order in last 180 days",
        "SELECT customer FROM orders GROUP BY customer HAVING count(*) = 1 AND max(moment) <= ago(180)",
    ),
    "never_ordered": (
        "no order ever",
        "SELECT customer FROM customers WHERE customer NOT IN (SELECT customer FROM orders)",
    ),
    "at_most_two_of_late": (
        "at most 2 orders in last 365 days",
        """SELECT customer FROM customers WHERE customer NOT IN
        (SELECT customer FROM orders WHERE moment > ago(365) GROUP BY customer HAVING count(*) > 2)""",
    ),
    "large_in_one_order": (
        "any order where (amount > 1000 and products >= 20) in last 365 days",
        "SELECT DISTINCT customer FROM orders WHERE amount > 1000 AND products >= 20 AND moment > ago(365)",
    ),
    "large_in_two_orders": (
        "any order where (amount > 1000) in last 365 days and any order where (products >= 20) in last 365 days",
        """SELECT customer FROM orders WHERE moment > ago(365) GROUP BY customer
        HAVING bool_or(amount > 1000) AND bool_or(products >= 20)""",
    ),
    "bought_a_product": (
        'any order line where (product_id = "85123A" and quantity > 0) in 2011',
        "SELECT DISTINCT customer FROM lines WHERE code = '85123A' AND quantity > 0 AND year(moment) = 2011",
    ),
    "first_in_quarter": (
        "first order in 2011-Q3",
        """SELECT customer FROM orders GROUP BY customer
        HAVING min(moment) >= '2011-07-01' AND min(moment) < '2011-10-01'""",
    ),
    "regular": (
        "regular order in 3 of last 6 months",
        """SELECT customer FROM (SELECT DISTINCT customer, CASE WHEN moment > '2011-11-10' THEN 1
        WHEN moment > '2011-10-10' THEN 2 WHEN moment > '2011-09-10' THEN 3 WHEN moment > '2011-08-10' THEN 4
        WHEN moment > '2011-07-10' THEN 5 ELSE 6 END AS period FROM orders WHERE moment > '2011-06-10')
        GROUP BY customer HAVING count(*) >= 3""",
    ),
    "stopped": (
        "stopped order in last 90 days after any in previous 180 days",
        """SELECT customer FROM orders GROUP BY customer HAVING max(moment) <= ago(90)
        AND bool_or(moment > ago(270) AND moment <= ago(90))""",
    ),
    "restarted": (
        "restarted order in last 60 days after none in previous 180 days",
        """SELECT customer FROM orders GROUP BY customer HAVING bool_or(moment > ago(60))
        AND NOT bool_or(moment > ago(240) AND moment <= ago(60)) AND bool_or(moment <= ago(240))""",
    ),
    "average_order": (
        "average of amount of orders > 500 and at least 2 orders",
        "SELECT customer FROM orders GROUP BY customer HAVING avg(amount) > 500 AND count(*) >= 2",
    ),
    "previous_month": (
        "any order in previous month and spend in this month < 100",
        """SELECT DISTINCT customer FROM orders WHERE moment >= '2011-11-01' AND moment < '2011-12-01'
        AND customer NOT IN (SELECT customer FROM transactions WHERE moment >= '2011-12-01'
        GROUP BY customer HAVING sum(amount) >= 100)""",
    ),
    "abroad_by_text": (
        'country contains "land" and not country = "Finland" and spend between 500 and 2000',
        """SELECT customer FROM customers JOIN
        (SELECT customer, sum(amount) AS spend FROM transactions GROUP BY customer) USING (customer)
        WHERE lower(country) LIKE '%land%' AND country <> 'Finland' AND spend BETWEEN 500 AND 2000
        AND customer IN (SELECT customer FROM orders)""",
    ),
}
"""Id: the definition, and the SQL that finds the same customers."""


@pytest.fixture(scope="module")
def shop(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> sg.Workspace:
    """Online Retail II, loaded and refreshed with twenty definitions."""
    folder = tmp_path_factory.mktemp("definitions") / "shop"
    workspace = sg.init(folder, currency="GBP", timezone="Europe/London")
    workspace.load(data_folder / "online_retail" / "online_retail_II.parquet")
    (folder / "segments").mkdir()
    for id_, (text, _) in CASES.items():
        name = id_.replace("_", " ").capitalize()
        (folder / "segments" / f"{id_}.yaml").write_text(f"name: {name}\nwhere: |\n  {text}\n", encoding="utf8")
    workspace.refresh()
    return workspace


@pytest.fixture(scope="module")
def raw(data_folder: Path) -> duckdb.DuckDBPyConnection:
    """The raw file, read by hand."""
    connection = duckdb.connect()
    connection.execute(RAW.format(path=data_folder / "online_retail" / "online_retail_II.parquet"))
    return connection


def test_there_are_twenty_definitions() -> None:
    """Among them the design's example, a sequence, a nested exclusion and a season."""
    assert len(CASES) == 20


@pytest.mark.parametrize("id_", CASES)
def test_members_are_those_of_sql_written_by_hand(shop: sg.Workspace, raw: duckdb.DuckDBPyConnection, id_: str) -> None:
    """The same customers, not only the same number; some in and some out."""
    found = {row["customer_id"].rpartition(":")[2] for row in _members(shop, id_)}
    expected = {row[0] for row in raw.execute(CASES[id_][1]).fetchall()}
    assert found == expected
    assert 0 < len(expected) < 5_800
    counts = {row["id"]: row for row in shop.definitions.list().document["segments"]}
    assert (counts[id_]["members"], counts[id_]["state"]) == (len(expected), "fresh")


def test_the_referee_proves_every_count(shop: sg.Workspace) -> None:
    """Recomputed customer by customer from raw rows, on a sample; no difference."""
    document = shop.definitions.prove(sample=200).document
    assert [each["id"] for each in document["segments"] if not each["proved"]] == []
    assert len(document["segments"]) == 20


def _members(shop: sg.Workspace, id_: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = shop.definitions.show(id_).table("members").to_pylist()
    return rows
