"""The same expression gives the same rows on DuckDB and on Spark: each trait, each aggregate, each score.

The expected rows come from a plain Python reading of the same orders, which shares nothing with the expressions.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.discovery.rfm import rfm_members, rfm_scores
from segmentry.engine.types import arrow_schema, conform
from segmentry.engine.warehouse import Warehouse
from segmentry.profiles.behavioral import TRAITS, Population, behavioral_traits, population
from segmentry.profiles.history import customer_days, keyed, monthly_sales, purchase_history
from segmentry.terms.canonical import ORDER_LINES, ORDERS
from segmentry.value.expected import SpendParameters, distinct_histories, score, value_tier
from tests.engines.conftest import rows

LAST = date(2021, 12, 31)


def make_lines(seed: int = 3) -> list[dict[str, Any]]:
    """Order lines of thirty customers with returns, discounts, ties, gaps and unknown values."""
    chance = random.Random(seed)
    lines: list[dict[str, Any]] = []
    for customer in range(30):
        for order in range(chance.choice([1, 1, 2, 3, 5, 9])):
            day = date(2020, 1, 1) + timedelta(days=chance.randrange(730))
            for _ in range(chance.randint(1, 4)):
                back = chance.random() < 0.1
                quantity = Decimal(chance.randint(1, 5)) * (-1 if back else 1)
                price = Decimal(chance.choice(["1.25", "3.00", "10.50", "20.00"]))
                lines.append(
                    {
                        "load_id": "l",
                        "line_number": len(lines),
                        "source": "orders",
                        "order_id": f"{customer}-{order}",
                        "party_key": f"customer:{customer}",
                        "ordered_at": datetime(day.year, day.month, day.day, 12),
                        "ordered_on": day,
                        "timezone": "UTC",
                        "product_id": f"p{chance.randrange(12)}",
                        "category": chance.choice(["toys", "books", "garden", None]),
                        "quantity": quantity,
                        "unit_price": price,
                        "amount": quantity * price,
                        "discount": chance.choice([None, Decimal("0.5000"), Decimal("0.0000")]),
                        "cost": price / 2,
                        "currency": "EUR",
                        "channel": chance.choice(["web", "store", None]),
                        "country": "France",
                        "line_kind": "return" if back else "sale",
                        "repeated": False,
                    }
                )
    return lines


def make_orders(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Orders added up from lines in plain Python."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        grouped[line["order_id"]].append(line)
    return [_order(own) for own in grouped.values()]


def _order(own: list[dict[str, Any]]) -> dict[str, Any]:
    first = own[0]
    amount = sum((line["amount"] for line in own), Decimal(0))
    discounts = [line["discount"] for line in own if line["discount"] is not None]
    return {
        "source": "orders",
        "order_id": first["order_id"],
        "party_key": first["party_key"],
        "ordered_at": first["ordered_at"],
        "ordered_on": first["ordered_on"],
        "currency": "EUR",
        "lines": len(own),
        "products": len({line["product_id"] for line in own}),
        "units": sum((line["quantity"] for line in own), Decimal(0)),
        "amount": amount,
        "returned": -sum((line["amount"] for line in own if line["amount"] < 0), Decimal(0)),
        "discount": sum(discounts, Decimal(0)) if discounts else None,
        "cost": None,
        "channel": max((line["channel"] for line in own if line["channel"]), default=None),
        "country": "France",
        "placed": amount > 0,
    }


LINES = make_lines()
ORDER_ROWS = make_orders(LINES)


class Base:
    """The tables of one engine, as profiles would read them."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        schema = arrow_schema(ORDER_LINES)
        whole = [{name: line.get(name) for name in schema.names} for line in LINES]
        self.lines = self._write("lines", pa.Table.from_pylist(whole, schema=schema), ORDER_LINES)
        self.orders = self._write("orders", pa.Table.from_pylist(ORDER_ROWS, schema=arrow_schema(ORDERS)), ORDERS)
        self.days = customer_days(keyed(self.orders, None), LAST)
        self.history = purchase_history(self.days, LAST, "EUR")

    def _write(self, name: str, table: pa.Table, contract: Any) -> Any:
        self.warehouse.drop([name])
        self.warehouse.write(name, conform(self.warehouse.bring(table), contract))
        return self.warehouse.table(name)

    def rows(self, expression: Any, *keys: str) -> list[dict[str, Any]]:
        return rows(self.warehouse, expression, *keys)


@pytest.fixture
def base(warehouse: Warehouse) -> Base:
    return Base(warehouse)


def python_history() -> dict[str, dict[str, Any]]:
    """Purchase histories read from the orders in plain Python."""
    placed: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    net: dict[str, Decimal] = defaultdict(Decimal)
    orders: dict[str, int] = defaultdict(int)
    for order in ORDER_ROWS:
        customer = order["party_key"]
        net[customer] += order["amount"]
        if order["placed"]:
            placed[customer][order["ordered_on"]] += order["amount"]
            orders[customer] += 1
    histories = {}
    for customer, days in placed.items():
        known = sorted(days)
        gaps = [(later - earlier).days for earlier, later in itertools.pairwise(known)]
        repeat = [float(days[day]) for day in known[1:]]
        mean = sum(gaps) / len(gaps) if gaps else None
        histories[customer] = {
            "first_on": known[0],
            "last_on": known[-1],
            "orders": orders[customer],
            "purchase_days": len(known),
            "frequency": len(known) - 1,
            "recency_age": (known[-1] - known[0]).days,
            "age": (LAST - known[0]).days,
            "days_since_last": (LAST - known[-1]).days,
            "spend": net[customer],
            "placed_amount": sum(days.values(), Decimal(0)),
            "repeat_spend": sum(repeat) / len(repeat) if repeat else None,
            "last_gap": gaps[-1] if gaps else None,
            "gap_deviation": None if mean is None else math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)),
        }
    return histories


def same(one: Any, other: Any) -> bool:
    """Equal, numbers up to rounding of the last digits."""
    if isinstance(one, float) and isinstance(other, float | int | Decimal):
        return math.isclose(one, float(other), rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def test_purchase_histories_equal_a_plain_reading(base: Base) -> None:
    """Every column of every customer's history is what plain Python finds."""
    expected = python_history()
    found = base.rows(base.history, "customer_id")
    assert {row["customer_id"] for row in found} == set(expected)
    for row in found:
        wanted = expected[row["customer_id"]]
        wrong = {name: (row[name], value) for name, value in wanted.items() if not same(row[name], value)}
        assert wrong == {}


def test_monthly_sales_add_up_to_the_orders(base: Base) -> None:
    """Months partition orders, revenue and newcomers."""
    months = base.rows(monthly_sales(base.days, base.history), "month")
    assert sum(row["orders"] for row in months) == sum(order["placed"] for order in ORDER_ROWS)
    assert sum(row["revenue"] for row in months) == sum(order["amount"] for order in ORDER_ROWS)
    assert sum(row["new_customers"] for row in months) == len(python_history())


def python_traits() -> dict[str, dict[str, Any]]:
    """Some traits of each kind read from orders and lines in plain Python."""
    histories = python_history()
    repeaters = [history for history in histories.values() if history["frequency"]]
    mean_gap = sum(history["recency_age"] for history in repeaters) / sum(h["frequency"] for h in repeaters)
    traits = {}
    for customer, history in histories.items():
        own = [order for order in ORDER_ROWS if order["party_key"] == customer]
        placed = [order for order in own if order["placed"]]
        lines = [line for line in LINES if line["party_key"] == customer and line["line_kind"] == "sale"]
        weight = mean_gap + history["recency_age"]
        categories: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            if line["category"]:
                categories[line["category"]] += line["amount"]
        gross = sum(float(order["amount"] + order["returned"]) for order in placed)
        favorite = max(categories, key=lambda name: (categories[name], name)) if categories else None
        traits[customer] = {
            "tenure_days": history["age"],
            "cohort": f"{history['first_on']:%Y-%m}",
            "mean_order_value": float(history["placed_amount"]) / history["orders"],
            "usage_rate": history["frequency"] * 30.0 / max(history["age"], 30),
            "silence_probability": (weight / (weight + history["days_since_last"])) ** (history["frequency"] + 1),
            "repeat_buyer": history["frequency"] > 0,
            "mean_basket_lines": sum(order["lines"] for order in placed) / len(placed),
            "small_basket_share": sum(order["products"] <= 2 for order in placed) / len(placed),
            "discounted_order_share": sum((order["discount"] or 0) > 0 for order in placed) / len(placed),
            "return_orders": sum(order["returned"] > 0 for order in own),
            "return_rate": float(sum(order["returned"] for order in own)) / gross,
            "channels_used": len({order["channel"] for order in placed if order["channel"]}),
            "weekend_share": sum(order["ordered_on"].weekday() >= 5 for order in placed) / len(placed),
            "gift_season_share": sum(order["ordered_on"].month in {11, 12} for order in placed) / len(placed),
            "active_months": len({(order["ordered_on"].year, order["ordered_on"].month) for order in placed}),
            "seasons_active": len({(order["ordered_on"].month - 1) // 3 for order in placed}),
            "products_bought": len({line["product_id"] for line in lines}),
            "favorite_category": favorite,
        }
    return traits


def trait_rows(base: Base) -> list[dict[str, Any]]:
    known = Population(**base.rows(population(base.history), "orders")[0])
    traits = behavioral_traits(base.history, keyed(base.orders, None), keyed(base.lines, None), known, "category")
    return base.rows(traits, "customer_id")


def test_traits_equal_a_plain_reading(base: Base) -> None:
    """Traits of rhythm, orders and products are what plain Python finds, for every customer."""
    expected = python_traits()
    found = trait_rows(base)
    assert len(found) == len(expected)
    for row in found:
        wanted = expected[row["customer_id"]]
        wrong = {name: (row[name], value) for name, value in wanted.items() if not same(row[name], value)}
        assert wrong == {}


def test_every_trait_has_a_value_for_somebody(base: Base) -> None:
    """No trait of the catalog is an empty column."""
    found = trait_rows(base)
    assert [trait.name for trait in TRAITS if all(row[trait.name] is None for row in found)] == []


def test_scores_keep_ties_together_and_cover_the_base(base: Base) -> None:
    """Equal values share a score, scores run from 1 to 5, and each customer has one segment."""
    scores = rfm_scores(base.history, 5)
    joined = scores.inner_join(base.history.select("customer_id", "frequency"), "customer_id")
    found = base.rows(joined, "customer_id")
    by_frequency: dict[int, set[int]] = defaultdict(set)
    for row in found:
        by_frequency[row["frequency"]].add(row["frequency_score"])
    assert all(len(scored) == 1 for scored in by_frequency.values())
    for name in ("recency_score", "frequency_score", "monetary_score", "nested_frequency_score"):
        assert {row[name] for row in found} <= {1, 2, 3, 4, 5}
    members = base.rows(rfm_members(scores, 5), "customer_id")
    assert len(members) == len(found)
    assert all(row["segment_id"] for row in members)


def test_values_are_scored_by_the_closed_form(base: Base) -> None:
    """The expected spend inside the engine is the Gamma-Gamma formula, customer by customer."""
    distinct = base.rows(distinct_histories(base.history), "frequency", "recency_age", "age")
    scored = pa.table(
        {
            "frequency": [row["frequency"] for row in distinct],
            "recency_age": [row["recency_age"] for row in distinct],
            "age": [row["age"] for row in distinct],
            "p_alive": [0.5] * len(distinct),
            "expected_purchases": [2.0] * len(distinct),
            "discounted_purchases": [1.9] * len(distinct),
            "relative_variance": [0.04] * len(distinct),
        }
    )
    errors = ((0.02, 0.01, -0.01), (0.01, 0.03, 0.004), (-0.01, 0.004, 0.05))
    spend = SpendParameters(6.25, 3.74, 15.44, 0.9, 12.0, errors, 0.03)
    found = base.rows(score(base.history, scored, spend), "customer_id")
    histories = python_history()
    assert len(found) == len(histories)
    for row in found:
        history = histories[row["customer_id"]]
        x, mean = history["frequency"], history["repeat_spend"] or 0.0
        net, placed = float(history["spend"]), float(history["placed_amount"])
        kept = min(max((net + 12.0 * 0.9) / (placed + 12.0), 0.0), 1.0)
        wanted = 6.25 * (15.44 + x * mean) / (6.25 * x + 3.74 - 1) * kept
        assert math.isclose(row["expected_spend"], wanted, rel_tol=1e-9)
        assert math.isclose(row["expected_discounted_revenue"], wanted * 1.9, rel_tol=1e-9)
        bought = 6.25 * x * (mean > 0)
        slopes = np.array([2.74, -3.74, 0.0]) / (bought + 2.74)
        slopes[2] = 6.25 * 15.44 / (6.25 * 15.44 + bought * mean)
        variance = 0.04 + 0.03**2 + slopes @ np.array(errors) @ slopes
        assert math.isclose(row["value_factor"], math.exp(1.959963984540054 * math.sqrt(variance)), rel_tol=1e-9)


def test_tiers_keep_ties_together(base: Base) -> None:
    """Equal values share a tier; the best five percent are the top."""
    rows = pa.table({"customer_id": [str(n) for n in range(40)], "v": [float(n // 2) for n in range(40)]})
    table = ibis.memtable(rows)
    found = base.rows(table.select("customer_id", "v", tier=value_tier(table.v)), "customer_id")
    tiers: dict[float, set[str]] = defaultdict(set)
    for row in found:
        tiers[row["v"]].add(row["tier"])
    assert all(len(each) == 1 for each in tiers.values())
    assert tiers[19.0] == {"top"}
    assert sum(row["tier"] == "low" for row in found) == 20
