"""Small bases for maps: customers with traits, segments planted in them, and their value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine, Run
from segmentry.maps.run import draw
from segmentry.maps.spec import MapSpec, Method
from segmentry.profiles.tables import BEHAVIORAL_TRAITS, PURCHASE_HISTORY
from segmentry.value.growth_tables import SEGMENT_GROWTH
from segmentry.value.tables import SEGMENT_VALUE
from tests.rooms.shops import AS_OF, LAST, arrow, history

SIZE = 60
NAMES = ("steady", "large", "asleep")


def traits(seed: int = 0, size: int = SIZE, **further: Any) -> pa.Table:
    """Traits of three segments: steady often buyers, large orders, long silence; weekends tell nobody apart."""
    chance = np.random.default_rng(seed)
    label = np.repeat([0, 1, 2], size)
    number = 3 * size
    columns = {
        "customer_id": [f"c{place:04d}" for place in range(number)],
        "days_since_last": np.array([20, 60, 300])[label] + chance.integers(-15, 16, number),
        "purchase_days": np.array([20, 4, 3])[label] + chance.integers(0, 3, number),
        "mean_order_value": np.array([30.0, 400.0, 40.0])[label] * np.exp(chance.normal(0, 0.3, number)),
        "weekend_share": chance.uniform(0, 1, number),
        "user_status": ["regular"] * number,
    }
    return pa.table(columns | {name: made(chance, label) for name, made in further.items()})


def members(table: pa.Table, size: int = SIZE, segmentation: str = "planted") -> pa.Table:
    """Each customer in the segment it was planted in."""
    rows = [
        {"segmentation": segmentation, "customer_id": customer, "segment_id": NAMES[place // size]}
        for place, customer in enumerate(table["customer_id"].to_pylist())
    ]
    return arrow(SEGMENTATION_MEMBERS, rows)


def publish_base(run: Run, table: pa.Table, places: pa.Table) -> None:
    """Publish what a map reads of customers."""
    rows = [history(customer, 1, 30, 20) for customer in table["customer_id"].to_pylist()]
    run.publish(PURCHASE_HISTORY, arrow(PURCHASE_HISTORY, rows))
    run.publish(BEHAVIORAL_TRAITS, table)
    run.publish(SEGMENTATION_MEMBERS, places)


def publish_worth(run: Run) -> None:
    """Publish value and growth of the planted segments."""
    worth = [
        {
            "segmentation": "planted",
            "segment_id": name,
            "customers": SIZE,
            "orders": 1,
            "revenue": Decimal(1),
            "value": at,
        }
        for name, at in zip(NAMES, (300.0, 900.0, 10.0), strict=True)
    ]
    run.publish(SEGMENT_VALUE, arrow(SEGMENT_VALUE, worth))
    told = dict.fromkeys(("customers_before", "customers_after", "orders_before", "orders_after"), 1)
    dates = dict.fromkeys(("before_first", "before_last", "after_first", "after_last"), LAST)
    money = dict.fromkeys(("revenue_before", "revenue_after"), Decimal(1))
    growth = [
        {"segmentation": "planted", "segment_id": name, "course": "continuing", "change": 0.0, "growth": 0.1,
         "by_construction": False, **told, **dates, **money}
        for name in NAMES
    ]  # fmt: skip
    run.publish(SEGMENT_GROWTH, arrow(SEGMENT_GROWTH, growth))


def ask(method: Method = "plain", **told: Any) -> MapSpec:
    """A map of the planted segments."""
    return MapSpec(AS_OF, "planted", method=method, unit="EUR", **told)


def drawn(engine: Engine, *specs: MapSpec, table: pa.Table | None = None, worth: bool = False) -> None:
    """Publish the base and draw the maps, as one run."""
    table = traits() if table is None else table
    with engine.run("t", AS_OF) as run:
        publish_base(run, table, members(table, table.num_rows // 3))
        if worth:
            publish_worth(run)
        draw(run, *specs)


def rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The rows of a published table."""
    return engine.rows(engine.table(name))
