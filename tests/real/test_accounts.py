"""Real organizations and developers: groups, sales, spellings and stacks against SQL over the raw files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import segmentry as sg
from segmentry.engine import Engine
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.firmographic.spec import FirmographicSpec
from segmentry.profiles.run_firmographic import publish as publish_firmographic
from segmentry.profiles.run_technographic import publish as publish_technographic
from segmentry.profiles.run_technographic import publish_companies
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.science import wilson
from segmentry.terms.numbers import Estimate
from tests.rooms.profiles.account_worlds import publish, publish_accounts, rows, traits

pytestmark = pytest.mark.real

AS_OF, LAST = datetime(2018, 1, 1), date(2017, 12, 31)
ACCOUNTS = (publish_accounts, AccountSpec(AS_OF, LAST, "USD"))
FIRMS = FirmographicSpec(AS_OF, LAST, "USD", euros_per=(("USD", 0.83),), amount_units=(("orders", 1e6),))


def sql(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def crm(data_folder: Path) -> str:
    return str(data_folder / "crm_opportunities")


@pytest.fixture(scope="module")
def pipeline(crm: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The fictional company's accounts, products and pipeline, loaded as they stand."""
    with sg.init(tmp_path_factory.mktemp("crm") / "b2b", currency="USD") as workspace:
        workspace.load(f"{crm}/accounts.csv")
        workspace.load(f"{crm}/products.csv", table="products")
        workspace.load(f"{crm}/sales_pipeline.csv")
        workspace.refresh()
        publish(workspace.engine, publish_firmographic, FIRMS, ACCOUNTS)
        yield workspace.engine


def test_both_misspellings_are_repaired_with_counts(pipeline: Engine) -> None:
    """The industry without its o and the product without its blank, and nothing else is touched."""
    told = {(row["given"], row["meant"], row["rows"], row["decision"]) for row in rows(pipeline, "spelling_repairs")}
    assert told == {("technolgy", "technology", 12, "repaired"), ("GTXPro", "GTX Pro", 1480, "repaired")}
    industries = Counter(row["industry"] for row in traits(pipeline, "firmographic_traits").values())
    assert industries["technology"] == 12
    assert "technolgy" not in industries


def test_groups_follow_the_subsidiaries(pipeline: Engine, crm: str) -> None:
    """Fifteen daughters of seven mothers; staff and revenue of each group are those of SQL over the file."""
    expected = sql(
        f"""SELECT coalesce(subsidiary_of, account) AS top, count(*), sum(employees), sum(revenue)
        FROM read_csv('{crm}/accounts.csv', types={{'revenue': 'DECIMAL(18,4)'}}) GROUP BY ALL HAVING count(*) > 1"""
    )
    found = traits(pipeline, "account_traits")
    assert len(expected) == 7
    for top, members, staff, revenue in expected:
        row = found[f"account:{top}"]
        assert (row["group_accounts"], row["group_employees"], row["group_revenue"]) == (members, staff, revenue)
        assert row["subsidiaries"] == members - 1
    assert sum(not row["group_top"] for row in found.values()) == 15
    assert not rows(pipeline, "account_findings")


def test_opportunities_without_account_are_kept_apart(pipeline: Engine) -> None:
    """1,425 of 8,800 name no account: all of them open, in no account's figures, and counted in the whole."""
    told = {(row["dimension"], row["value"]): row for row in rows(pipeline, "opportunity_summary")}
    apart = told["account told", "no"]
    assert (apart["opportunities"], apart["open"], apart["win_rate"]) == (1425, 1425, None)
    assert told["all", "all"]["opportunities"] == 8800
    assert sum(row["opportunities"] for row in traits(pipeline, "account_traits").values()) == 7375


def test_win_rates_of_accounts_are_those_of_the_file(pipeline: Engine, crm: str) -> None:
    """Won, lost, amounts and Wilson's interval of all 85 accounts, and the overall rate of 63 %."""
    expected = sql(
        f"""SELECT account, count(*) FILTER (deal_stage = 'Won'), count(*) FILTER (deal_stage = 'Lost'),
        sum(close_value) FILTER (deal_stage = 'Won'), max(close_date) FILTER (deal_stage = 'Won'),
        avg(close_date - engage_date) FROM '{crm}/sales_pipeline.csv' WHERE account IS NOT NULL GROUP BY ALL"""
    )
    found = traits(pipeline, "account_traits")
    assert len(expected) == len(found) == 85
    for account, won, lost, amount, last, days in expected:
        row = found[f"account:{account}"]
        assert (row["won_opportunities"], row["lost_opportunities"], row["won_amount"]) == (won, lost, Decimal(amount))
        rate = wilson(won, won + lost)
        assert isinstance(rate, Estimate)
        assert [row["win_rate"], row["win_rate_low"], row["win_rate_high"]] == pytest.approx(
            [rate.value, rate.low, rate.high]
        )
        assert row["last_won_on"] == last
        assert row["mean_days_to_close"] == pytest.approx(days)
    whole = next(row for row in rows(pipeline, "opportunity_summary") if row["dimension"] == "all")
    assert whole["win_rate"] == pytest.approx(4238 / 6711)


def test_products_count_under_their_right_name(pipeline: Engine) -> None:
    """GTX Pro is sold 1,480 times and stands in the list of products; its misspelling has no row of its own."""
    told = {
        row["value"]: row["opportunities"]
        for row in rows(pipeline, "opportunity_summary")
        if row["dimension"] == "product"
    }
    assert told["GTX Pro"] == 1480
    assert len(told) == 7
    assert sum(told.values()) == 8800


def test_sizes_are_those_of_groups_in_euros(pipeline: Engine, crm: str) -> None:
    """Revenue in millions of dollars; the balance is not told, so turnover must settle what staff leaves open."""
    expected = dict(
        sql(
            f"""WITH grouped AS (SELECT coalesce(subsidiary_of, account) AS top, sum(employees) AS staff,
            sum(revenue) * 0.83e6 AS turnover FROM '{crm}/accounts.csv' GROUP BY ALL)
            SELECT 'account:' || account, CASE WHEN staff >= 250 THEN 'large'
            WHEN staff BETWEEN 50 AND 249 AND turnover <= 50e6 THEN 'medium'
            WHEN staff BETWEEN 10 AND 49 AND turnover <= 10e6 THEN 'small'
            WHEN staff < 10 AND turnover <= 2e6 THEN 'micro' END
            FROM '{crm}/accounts.csv' JOIN grouped ON top = coalesce(subsidiary_of, account)"""
        )
    )
    found = {name: row.get("size_class") for name, row in traits(pipeline, "firmographic_traits").items()}
    assert found == expected
    assert Counter(found.values()) == {"large": 82, "medium": 1, None: 2}


def test_the_index_of_companies(data_folder: Path, tmp_path: Path) -> None:
    """Eleven sectors and ages of the S&P 500; 39 rows whose founding is told as text are put aside, not guessed."""
    path = data_folder / "companies" / "sp500_constituents.csv"
    with sg.init(tmp_path / "index", currency="USD") as workspace:
        told = workspace.load(path, table="accounts", mapping={"account": "Symbol", "name": "Security"}).as_dict()
        workspace.refresh()
        last = date(2026, 12, 31)
        spec = FirmographicSpec(datetime(2027, 1, 1), last, "USD")
        publish(workspace.engine, publish_firmographic, spec, (publish_accounts, AccountSpec(spec.as_of, last)))
        found = traits(workspace.engine, "firmographic_traits")
        repairs = rows(workspace.engine, "spelling_repairs")
    load = told["loads"][0]
    assert load["rows_read"] == 503
    expected = dict(
        sql(
            f"""SELECT 'account:' || Symbol, ("GICS Sector", 2026 - TRY_CAST(Founded AS INT)) FROM '{path}'
            WHERE TRY_CAST(Founded AS INT) IS NOT NULL"""
        )
    )
    assert {name: found[name]["industry"] for name in expected} == {name: pair[0] for name, pair in expected.items()}
    assert {name: found[name]["company_age_years"] for name in expected} == {
        name: pair[1] for name, pair in expected.items()
    }
    assert len({row["industry"] for row in found.values()}) == 11
    assert repairs == []
    assert not any("size_class" in row or "performance" in row for row in found.values())
    assert all("company_age_years" not in row for name, row in found.items() if name not in expected)


@pytest.fixture(scope="module")
def developers(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    """The respondents of Stack Overflow's survey of 2017 as people with skill, practices and employers."""
    folder = tmp_path_factory.mktemp("survey")
    raw = str(data_folder / "stackoverflow_2017" / "stackoverflow.parquet")
    practices = [name for name, *_ in sql(f"DESCRIBE SELECT * FROM '{raw}'")][8:]
    person = "'R' || lpad((file_row_number + 1)::VARCHAR, 5, '0') AS person"
    numbered = f"(SELECT {person}, * FROM read_parquet('{raw}', file_row_number = true))"
    with duckdb.connect() as connection:
        for name, query in {
            "customers": f"SELECT person AS customer, YearsCodedJob AS tech_skill FROM {numbered}",
            "technologies": f"""SELECT person AS customer, technology, 'practice' AS category, 'survey' AS evidence
                FROM (UNPIVOT {numbered} ON {", ".join(practices)} INTO NAME technology VALUE used) WHERE used = 1""",
            "accounts": f"""SELECT 'E' || person AS account, CompanySizeNumber AS employees, 'software' AS industry
                FROM {numbered}""",
            "contacts": f"SELECT 'E' || person AS account, person AS contact_id, 'user' AS role FROM {numbered}",
        }.items():
            connection.execute(f"COPY ({query}) TO '{folder}/{name}.csv'")
    with sg.init(folder / "shop", currency="USD") as workspace:
        tables = {
            "customers": "customers",
            "technologies": "technologies",
            "accounts": "accounts",
            "contacts": "account_contacts",
        }
        for name, table in tables.items():
            mapping = {"customer": "contact_id"} if name == "contacts" else {}
            workspace.load(folder / f"{name}.csv", table=table, mapping=mapping)
        workspace.refresh()
        engine = workspace.engine
        publish(engine, publish_firmographic, FIRMS, ACCOUNTS)
        publish(engine, publish_technographic, TechnographicSpec(AS_OF, LAST))
        publish(engine, publish_companies, TechnographicSpec(AS_OF, LAST))
        yield engine, raw


def test_skill_and_practices_of_developers(developers: tuple[Engine, str]) -> None:
    """Years of practice as told of all 5,594, and each one's practices counted and named."""
    engine, raw = developers
    found = traits(engine, "technographic_traits")
    people = {name: row for name, row in found.items() if name.startswith("customer:")}
    ((number, skill, web),) = sql(f"SELECT count(*), avg(YearsCodedJob), sum(Web_developer) FROM '{raw}'")
    assert len(people) == number
    assert sum(row["technological_skill"] for row in people.values()) / number == pytest.approx(skill)
    assert sum("Web_developer" in row.get("stack", "").split(", ") for row in people.values()) == web
    listed = {row["technology"]: row["users"] for row in rows(engine, "technology_adoption")}
    assert listed["Web_developer"] == web
    assert sum(row.get("stack_size", 0) for row in people.values()) == sum(listed.values())
    assert not any("adopter_class" in row for row in found.values())


def test_employers_of_developers(developers: tuple[Engine, str]) -> None:
    """Staff alone settles that an employer is large and nothing else; its stack is that of its developer."""
    engine, raw = developers
    ((large,),) = sql(f"SELECT count(*) FROM '{raw}' WHERE CompanySizeNumber >= 250")
    sizes = Counter(row.get("size_class") for row in traits(engine, "firmographic_traits").values())
    assert sizes == {"large": large, None: 5594 - large}
    found = traits(engine, "technographic_traits")
    companies = traits(engine, "company_technographic_traits")
    pairs = [(found[f"customer:{name[9:]}"].get("stack"), row["company_stack"]) for name, row in companies.items()]
    assert len(pairs) > 5000
    assert all(own == company for own, company in pairs)
