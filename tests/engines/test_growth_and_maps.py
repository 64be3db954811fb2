"""Growth and maps give the same sums on DuckDB and on Spark."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse
from segmentry.maps.attributes import candidates, cubes, prepare, spreads
from segmentry.maps.sums import centered, means, moment_sums, with_segments
from segmentry.profiles.history import customer_days, purchase_history
from segmentry.profiles.picking import even_sample
from segmentry.terms.canonical import ORDERS
from segmentry.value.growth import Periods, buyers_by_slice, growth_sums, timing_sums, with_base
from tests.engines.conftest import rows
from tests.rooms.maps.worlds import members, traits
from tests.rooms.shops import LAST, arrow, order


def made_orders() -> list[dict[str, Any]]:
    """Orders of forty customers over two years, with amounts that do not round and returns."""
    chance = random.Random(0)
    days = [(customer, day) for customer in range(40) for day in range(0, 800, 37)]
    return [
        order(f"c{customer}", LAST - timedelta(days=day), chance.choice([10, "20.25", -5]))
        for customer, day in days
        if chance.random() < 0.6
    ]


ORDERED = made_orders()
TRAITS = traits(mean_basket_products=lambda chance, label: np.exp(chance.normal(0, 2, label.size)))


def growth(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    orders = warehouse.bring(arrow(ORDERS, ORDERED))
    days = warehouse.bring(warehouse.arrow(customer_days(orders.mutate(customer_id=orders.party_key), LAST)))
    history = warehouse.bring(warehouse.arrow(purchase_history(days, LAST, "EUR")))
    told = [{"segmentation": "p", "customer_id": f"c{number}", "segment_id": str(number % 2)} for number in range(40)]
    base = with_base(warehouse.bring(arrow(SEGMENTATION_MEMBERS, told)), history)
    periods = Periods.of(date(2019, 1, 1), LAST)
    assert isinstance(periods, Periods)
    keys = ("segmentation", "segment_id")
    return {
        "sums": rows(warehouse, growth_sums(base, days, periods), *keys),
        "slices": rows(warehouse, buyers_by_slice(base, days, periods), *keys, "slice"),
        "timing": rows(warehouse, timing_sums(base, history), *keys),
    }


def drawing(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    base = warehouse.bring(TRAITS)
    inside = with_segments(base, warehouse.bring(members(TRAITS)), "planted")
    looked_at = candidates(base, ("days_since_last", "mean_basket_products", "weekend_share"), "EUR")
    spread = rows(warehouse, spreads(base, looked_at))[0]
    prepared = prepare(looked_at, spread, rows(warehouse, cubes(base, looked_at, spread))[0])
    assert [each.scale for each in prepared] == ["linear", "log", "linear"]
    drawn = centered(prepared, rows(warehouse, means(base, prepared))[0])
    chosen = even_sample(inside, 180, 50)
    points = chosen.select("customer_id", **{each.name: each.prepared(chosen) for each in drawn})
    return {
        "moments": rows(warehouse, moment_sums(inside, drawn), "segment_id"),
        "sample": rows(warehouse, points, "customer_id"),
    }


@pytest.mark.parametrize("asked", [growth, drawing])
def test_the_engines_agree(warehouse: Warehouse, asked: Any) -> None:
    """Every sum and every drawn place is the same to nine digits."""
    plain = DuckWarehouse(None, EngineSettings())
    expected, found = asked(plain), asked(warehouse)
    plain.close()
    assert {name: len(table) for name, table in found.items()} == {name: len(each) for name, each in expected.items()}
    apart = [
        (name, column, one[column], other[column])
        for name, table in expected.items()
        for one, other in zip(table, found[name], strict=True)
        for column in one
        if one[column] != other[column] and not math.isclose(one[column], other[column], rel_tol=1e-9, abs_tol=1e-9)
    ]
    assert apart == []
