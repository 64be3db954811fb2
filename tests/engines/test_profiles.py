"""The modules of profiles find the same on DuckDB and on Spark for simulated companies.

What people do beside ordering is compared in every run; every table of every module, cell by cell, by ``make prove``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from segmentry.engine import Engine, EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse
from segmentry.profiles.engagement.events import decisions, event_traits
from segmentry.profiles.engagement.offers import channel_traits, offer_traits, usage_traits
from segmentry.profiles.engagement.spec import VIEWS
from segmentry.simulate import PARTS, Company, CompanySpec, simulate
from tests.engines.conftest import rows
from tests.engines.profiled import Tables, canonical, engine_of, published
from tests.rooms.simulate.companies import Known, loaded, sheet

SPEC = CompanySpec(customers=60, seed=5, days=400, holdout_days=0, products=16, parts=PARTS)
AS_OF = datetime.combine(SPEC.start + timedelta(days=400), datetime.min.time())
SECTIONS = ("identity", "demographic", "geographic", "occasions", "surveys", "needs", "engagement", "technographic",
            "kinds", "accounts", "firmographic")  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with loaded(SPEC, tmp_path_factory.mktemp("parity")) as found:
        yield found


@pytest.fixture(scope="module")
def tables(known: Known) -> Tables:
    return canonical(known)


def facts() -> dict[str, Any]:
    """Events, orders, use, campaign contacts and service of forty customers, keyed by customer."""
    company = simulate(CompanySpec(customers=40, seed=2, days=400, holdout_days=0, products=16, parts=("behavior",)))
    events, usage = (sheet(company, stem) for stem in ("web_and_app_events", "metered_usage"))
    moment = pa.timestamp("us")
    names = {"event": "EventName", "medium": "Medium", "item": "Item", "category": "Category"}
    told = {name: events[column] for name, column in names.items()}
    found = {
        "events": {"customer_id": events["CustomerNo"], "occurred_at": events["EventTime"].cast(moment)} | told,
        "usage": {
            "customer_id": usage["CustomerNo"],
            "metric": usage["Metric"],
            "period_start": usage["PeriodStart"].cast(moment),
            "period_end": usage["PeriodEnd"].cast(moment),
            "quantity": usage["Usage"].cast(pa.float64()),
            "unit": usage["Unit"],
        },
        "touches": _columns(company, "touches", "touched_at", "arm", "channel", "responded"),
        "service": _columns(company, "service_contacts", "contacted_at", "channel"),
        "orders": _columns(company, "order_lines", "order_id", "source", "ordered_at"),
    }
    return {name: _plain_text(pa.table(columns)) for name, columns in found.items()}


def _columns(company: Company, name: str, *columns: str) -> dict[str, Any]:
    table = company.tables[name]
    numbers = pc.utf8_slice_codeunits(table["party_key"], 5)
    return {"customer_id": numbers} | {column: table[column] for column in columns}


def _plain_text(table: Any) -> Any:
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.itercolumns()
    ]
    return pa.table(columns, names=table.column_names)


def engaged(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    """Every trait of engagement that is added up by the engine."""
    told = {name: warehouse.bring(table) for name, table in facts().items()}
    orders = told["orders"].distinct()
    asked = {
        "events": event_traits(told["events"], AS_OF, 90),
        "decisions": decisions(told["events"], orders, VIEWS, 14),
        "usage": usage_traits(told["usage"], AS_OF, 90),
        "offers": offer_traits(told["touches"], AS_OF, 3),
        "channels": channel_traits(told["touches"], told["service"], AS_OF, 90),
    }
    return {name: rows(warehouse, expression, "customer_id") for name, expression in asked.items()}


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, Any]]]:
    """The answers of DuckDB."""
    opened = DuckWarehouse(None, EngineSettings())
    try:
        return engaged(opened)
    finally:
        opened.close()


def test_the_engines_agree_about_engagement(warehouse: Warehouse, expected: dict[str, list[dict[str, Any]]]) -> None:
    """Events, decisions, use, answers to offers and channels: equal traits on both engines, known of somebody."""
    found = engaged(warehouse)
    for name, wanted in expected.items():
        assert all(any(row[trait] is not None for row in wanted) for trait in wanted[0]), name
        assert [_rounded(row) for row in found[name]] == [_rounded(row) for row in wanted], name


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}


def compared(known: Known, tables: Tables, warehouse: Warehouse, sections: tuple[str, ...]) -> set[str]:
    """Names of the tables that both engines publish alike; fails on the first difference."""
    with Engine.in_memory() as engine:
        expected = published(engine, known, tables, sections)
    found = published(engine_of(warehouse), known, tables, sections)
    assert set(found) == set(expected)
    for name, told in expected.items():
        assert found[name] == told, name
    return {name for name, told in expected.items() if told}


@pytest.mark.prove
@pytest.mark.spark
@pytest.mark.parametrize("section", SECTIONS)
def test_every_module_publishes_the_same(
    known: Known, tables: Tables, spark_warehouse: Warehouse, section: str
) -> None:
    """Every table of every module, of the company's real files."""
    # accounts stand behind firms, kinds and technologies, which read what they publish
    before = ("accounts",) if section in ("firmographic", "technographic", "kinds") else ()
    filled = compared(known, tables, spark_warehouse, (*before, section))
    assert [name for name in filled if name.endswith("_traits") or section == "identity"]
