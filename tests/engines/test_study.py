"""The guided study asks the same of DuckDB and of Spark, and gets the same answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from segmentry.discovery.guide import asking
from segmentry.discovery.guide.outcomes import outcome
from segmentry.discovery.run_guide import keep_version
from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine
from segmentry.engine.warehouse import Warehouse
from segmentry.profiles import run as profiles
from segmentry.profiles.history import keyed
from tests.engines.profiled import engine_of
from tests.rooms.shops import AS_OF, LAST, line, publish_shop

pytestmark = pytest.mark.prove

EARLIER = AS_OF - timedelta(days=30)
SPLIT = LAST - timedelta(days=40)


def shop(warehouse: Warehouse) -> Engine:
    """Twenty customers of two lines of business, in two segments, in two versions."""
    engine = engine_of(warehouse)
    lines = [
        line(f"c{place:02d}", LAST - timedelta(days=step * 11), 5 + place + step, category="ab"[(place + step) % 2])
        for place in range(20)
        for step in range(1 + place % 6)
    ]
    with engine.run("load") as run:
        publish_shop(run, lines)
    with engine.run("refresh", AS_OF) as run:
        profiles.publish_identity(run)
    for as_of, part in ((EARLIER, 2), (AS_OF, 3)):
        _version(engine, as_of, part)
    return engine


def _version(engine: Engine, as_of: datetime, part: int) -> None:
    told = {
        "segmentation": ["s"] * 20,
        "customer_id": [f"c{place:02d}" for place in range(20)],
        "segment_id": [str(place % part) for place in range(20)],
    }
    rows = [{"segment_id": str(each), "name": str(each), "customers": 1, "value": 1.0, "slsw": None} for each in "01"]
    with engine.run("refresh", as_of) as run:
        run.publish(SEGMENTATION_MEMBERS, pa.table(told))
        keep_version(run, "s", as_of, rows, {"verdict": "natural", "variables": []})


def answers(engine: Engine) -> dict[str, Any]:
    """Everything the study asks of tables."""
    customers, found = asking.stocks(engine, AS_OF)
    with engine.run("look") as run:
        orders = keyed(run.table("orders"), None)
        spent = outcome(orders, orders.select("customer_id").distinct(), SPLIT, LAST, "next_spend")
        told = {row["customer_id"]: row["outcome"] for row in run.rows(spent)}
    return {
        "spent": told,
        "customers": customers,
        "stocks": {name: (each.rows, each.customers) for name, each in found.items()},
        "lines": asking.lines_of_business(engine, "s"),
        "crossed": asking.crossed_versions(engine, ("s", EARLIER), ("s", AS_OF)),
    }


def test_both_engines_answer_alike(warehouse: Warehouse) -> None:
    """Stocks, lines of business, crossed versions and outcomes, figure by figure by hand."""
    found = answers(shop(warehouse))
    assert found["customers"] == 20
    assert found["stocks"]["orders"] == (sum(1 + place % 6 for place in range(20)), 20)
    assert sum(found["crossed"].values()) == 20
    assert found["crossed"]["0", "0"] == len(range(0, 20, 6))
    assert sum(row["customers"] for row in found["lines"]) == 20
    spent = found["spent"]
    assert spent["c01"] == 6.0 + 7.0
    assert spent["c05"] == sum(10.0 + step for step in range(4))
