"""A base with planted segments, published as the tables that discovery reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.engine import Engine, Run
from segmentry.profiles.tables import BEHAVIORAL_TRAITS, GIVEN_TRAITS, PURCHASE_HISTORY
from segmentry.terms.tables import Column, ColumnType
from segmentry.terms.vocabulary import DataClass
from segmentry.value.tables import CUSTOMER_VALUE
from tests.rooms.shops import arrow, history

GROUPS: Mapping[str, tuple[float, float, float]] = {
    "faithful": (10.0, 40.0, 90.0),
    "gone": (500.0, 3.0, 30.0),
    "new": (15.0, 1.0, 250.0),
}
"""Days since last, purchase days and mean order value around which each planted group lies."""

_NUMBERS = ("days_since_last", "purchase_days", "mean_order_value", "mean_basket_products", "tenure_days")
_EXTRA = ("spend", "weekend_share", "return_rate", "price_index")


def world(
    counts: Mapping[str, int], seed: int = 1, groups: Mapping[str, tuple[float, float, float]] = GROUPS
) -> tuple[list[dict[str, Any]], list[str]]:
    """Customers scattered around their planted group, and the group of each."""
    random = np.random.default_rng(seed)
    rows, truth = [], []
    for name, count in counts.items():
        silent, days, amount = groups[name]
        for number in range(count):
            rows.append(
                {
                    "customer_id": f"{name}{number:04d}",
                    "days_since_last": round(silent * random.lognormal(0, 0.15)),
                    "purchase_days": max(1, round(days * random.lognormal(0, 0.15))),
                    "mean_order_value": amount * random.lognormal(0, 0.15),
                    "mean_basket_products": 3.0 * random.lognormal(0, 0.15),
                    "tenure_days": 600 + round(40 * random.normal()),
                    "weekend_share": float(random.uniform()),
                    "price_index": float(random.uniform(0.9, 1.1)),
                    "return_rate": 0.3 * (name == "gone") + 0.05 * float(random.uniform()),
                    "spend": days * amount,
                    "value": days * amount,
                }
            )
            truth.append(name)
    return rows, truth


def publish_base(run: Run, rows: list[dict[str, Any]], given: Mapping[str, list[str]] | None = None) -> None:
    """Publish customers as purchase history, traits and values."""
    ids = [row["customer_id"] for row in rows]
    histories = [
        history(row["customer_id"], row["purchase_days"] - 1, row["tenure_days"], row["tenure_days"] + 1)
        | {"days_since_last": row["days_since_last"]}
        for row in rows
    ]
    run.publish(PURCHASE_HISTORY, arrow(PURCHASE_HISTORY, histories))
    columns = [Column(name, ColumnType.NUMBER, name) for name in (*_NUMBERS, *_EXTRA)]
    contract = BEHAVIORAL_TRAITS.with_columns([*columns, Column("user_status", ColumnType.TEXT, "Status.")])
    traits = {name: [float(row[name]) for row in rows] for name in (*_NUMBERS, *_EXTRA)}
    run.publish(contract, pa.table({"customer_id": ids, **traits, "user_status": ["regular"] * len(ids)}))
    values = [
        {"customer_id": row["customer_id"], "clv": row["value"], "p_alive": 0.5, "value_tier": "low", "revenue": 1}
        for row in rows
    ]
    run.publish(CUSTOMER_VALUE, arrow(CUSTOMER_VALUE, values))
    told = {name: Column(name, ColumnType.TEXT, name, "", _class_of(name)) for name in given or {}}
    run.publish(GIVEN_TRAITS.with_columns(told.values()), pa.table({"customer_id": ids, **(given or {})}))


def _class_of(name: str) -> DataClass:
    return DataClass.SPECIAL if name == "religion" else DataClass.PERSONAL


def members(engine: Engine, segmentation: str = "purchase_behavior") -> dict[str, str]:
    """Segment of each customer as published."""
    table = engine.table("segmentation_members")
    found = engine.rows(table.filter(table.segmentation == segmentation))
    return {row["customer_id"]: row["segment_id"] for row in found}
