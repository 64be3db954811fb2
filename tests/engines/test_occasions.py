"""Occasions are told alike by DuckDB and Spark."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse
from segmentry.profiles.occasions.traits import life_events, personal_traits, universal_traits
from segmentry.profiles.occasions.windows import day_table
from tests.engines.conftest import rows

FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)
EVENTS = [
    {"event": "Christmas", "area": None, "started_on": date(year, 12, 24), "ended_on": date(year, 12, 26)}
    for year in (2023, 2024)
] + [{"event": "Fair", "area": "bremen", "started_on": date(2023, 10, 15), "ended_on": None}]


def facts() -> dict[str, Any]:
    """Sixty customers with orders on random days, births and weddings of which some are not told."""
    rng = np.random.default_rng(11)
    days, first, people = [], [], []
    for person in range(60):
        own = np.unique(rng.integers(0, 731, 8))
        id_ = f"c{person:02}"
        days += [(id_, FIRST + timedelta(days=int(day)), int(rng.integers(1, 3))) for day in own]
        first.append((id_, FIRST + timedelta(days=int(own[0]))))
        birth = date(1950, 1, 1) + timedelta(days=int(rng.integers(0, 20_000)))
        wedding = LAST - timedelta(days=int(rng.integers(-100, 400)))
        people.append((id_, birth if person % 4 else None, wedding if person % 3 else None))
    people[0] = ("c00", date(1992, 2, 29), date(2024, 11, 30))
    text, day = pa.string(), pa.date32()
    return {
        "days": table(days, customer_id=text, day=day, orders=pa.int64()),
        "history": table(first, customer_id=text, first_on=day),
        "people": table(people, customer_id=text, birth_date=day, anniversary=day),
        "areas": table([(f"c{k:02}", "|bremen" if k % 2 else "") for k in range(50)], customer_id=text, areas=text),
        "windows": day_table(EVENTS, ["|bremen"], FIRST, LAST, 14),
    }


def table(told: list[tuple[Any, ...]], **kinds: pa.DataType) -> Any:
    return pa.Table.from_pylist([dict(zip(kinds, row, strict=True)) for row in told], schema=pa.schema(kinds))


def found(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    told = {name: warehouse.bring(each) for name, each in facts().items()}
    import ibis

    day = ibis.literal(LAST)
    asked = {
        "universal": universal_traits(told["days"], told["history"], told["areas"], told["windows"]),
        "personal": personal_traits(told["days"], told["history"], told["people"], 14),
        "rare": life_events(told["people"], {"born": "birth_date", "wedding": "anniversary"}, day, 180),
    }
    return {name: rows(warehouse, expression, "customer_id") for name, expression in asked.items()}


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, Any]]]:
    """The answers of DuckDB."""
    opened = DuckWarehouse(None, EngineSettings())
    try:
        return found(opened)
    finally:
        opened.close()


def test_the_engines_agree_about_occasions(warehouse: Warehouse, expected: dict[str, list[dict[str, Any]]]) -> None:
    """Every trait equal on both engines, and known of somebody."""
    for name, told in found(warehouse).items():
        assert len(told) > 10
        assert all(any(row[trait] is not None for row in told) for trait in told[0]), name
        assert [_rounded(row) for row in told] == [_rounded(row) for row in expected[name]], name


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}
