"""Purchase days and histories: what counts as a purchase, what a return does, what an as-of cuts off."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.profiles.history import customer_days, monthly_sales, purchase_history
from tests.rooms.shops import LAST, by_customer, order, orders_table

D = date(2021, 3, 1)

ORDERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.integers(-50, 100).filter(bool)), min_size=1, max_size=25
)


def histories(engine: Engine, orders: list[dict[str, Any]], last: date = LAST) -> dict[str, dict[str, Any]]:
    days = customer_days(orders_table(orders), last)
    return by_customer(engine.rows(purchase_history(days, last, "EUR")))


def test_a_history_is_what_the_dates_say(engine: Engine) -> None:
    """Three purchase days, ten and twenty days apart, worked out by hand."""
    orders = [order("a", D, 5), order("a", D + timedelta(10), 20), order("a", D + timedelta(30), 40)]
    found = histories(engine, orders, D + timedelta(37))["a"]
    assert found == {
        "customer_id": "a",
        "first_on": D,
        "last_on": D + timedelta(30),
        "orders": 3,
        "purchase_days": 3,
        "frequency": 2,
        "recency_age": 30,
        "age": 37,
        "days_since_last": 7,
        "spend": Decimal(65),
        "placed_amount": Decimal(65),
        "repeat_spend": 30.0,
        "last_gap": 20,
        "gap_deviation": 5.0,
        "currency": "EUR",
    }


def test_orders_of_one_day_are_one_purchase(engine: Engine) -> None:
    """Three orders on one day and one the next: two purchase days, one repeat worth the second day's amount."""
    orders = [order("a", D, 5), order("a", D, 6), order("a", D, 7), order("a", D + timedelta(1), 9)]
    found = histories(engine, orders)["a"]
    assert (found["orders"], found["purchase_days"], found["frequency"]) == (4, 2, 1)
    assert (found["repeat_spend"], found["last_gap"]) == (9.0, 1)


def test_one_day_makes_no_repeat_however_many_orders(engine: Engine) -> None:
    """Without a second day there is neither a gap nor a repeat spend."""
    found = histories(engine, [order("a", D, 5), order("a", D, 6)])["a"]
    assert (found["frequency"], found["recency_age"]) == (0, 0)
    assert found["repeat_spend"] is found["last_gap"] is found["gap_deviation"] is None


def test_a_return_reduces_spend_on_its_own_day(engine: Engine) -> None:
    """The day of the order keeps its amount; the day of the return carries the loss."""
    orders = [order("a", D, 100), order("a", D + timedelta(40), -30)]
    days = {row["day"]: row for row in engine.rows(customer_days(orders_table(orders), LAST))}
    assert (days[D]["placed_amount"], days[D]["net_amount"]) == (100, 100)
    back = days[D + timedelta(40)]
    assert (back["orders"], back["placed_amount"], back["net_amount"]) == (0, 0, -30)


def test_a_return_never_undoes_an_order(engine: Engine) -> None:
    """Bought on two days and everything brought back: still two purchases, and nothing spent."""
    second = D + timedelta(10)
    orders = [
        order("a", D, 50),
        order("a", second, 50),
        order("a", second, -50),
        order("a", second + timedelta(5), -50),
    ]
    found = histories(engine, orders)["a"]
    assert (found["orders"], found["frequency"], found["last_on"]) == (2, 1, second)
    assert (found["spend"], found["placed_amount"], found["repeat_spend"]) == (0, 100, 50.0)


def test_a_day_of_returns_is_no_purchase_day(engine: Engine) -> None:
    """A return after the last order neither moves recency nor counts as a visit; one before the first opens nothing."""
    orders = [order("a", D - timedelta(9), -5), order("a", D, 50), order("a", D + timedelta(90), -10)]
    found = histories(engine, orders)["a"]
    assert (found["first_on"], found["last_on"], found["frequency"], found["recency_age"]) == (D, D, 0, 0)
    assert found["spend"] == 35


def test_who_only_returned_or_canceled_has_no_history(engine: Engine) -> None:
    """A base of buyers holds only those who ever placed an order."""
    canceled = order("b", D, 20, placed=False)
    assert histories(engine, [order("a", D, -5), canceled, order("c", D, 1)]).keys() == {"c"}


def test_what_comes_after_the_last_day_does_not_count(engine: Engine) -> None:
    """Orders and returns of the day after the last one are unknown; the last day itself counts."""
    orders = [
        order("a", D, 10),
        order("a", D + timedelta(5), 7),
        order("a", D + timedelta(6), -10),
        order("b", LAST, 1),
    ]
    found = histories(engine, orders, D + timedelta(5))
    assert found.keys() == {"a"}
    assert (found["a"]["orders"], found["a"]["spend"], found["a"]["days_since_last"]) == (2, 17, 0)


def test_an_earlier_instant_gives_the_history_as_it_stood(engine: Engine) -> None:
    """Cutting the orders or cutting by the last day is the same."""
    cut = D + timedelta(60)
    orders = [order(name, D + timedelta(step), 10 + step) for name in "ab" for step in (0, 20, 50, 70, 90)]
    early = [each for each in orders if each["ordered_on"] <= cut]
    assert histories(engine, orders, cut) == histories(engine, early, cut)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=ORDERS, seed=st.integers(0, 1000))
def test_neither_row_order_nor_splitting_a_days_order_changes_histories(
    engine: Engine, bought: list[tuple[str, int, int]], seed: int
) -> None:
    """Shuffled orders, and each order as two halves of one day, give the same purchase days and spend."""
    orders = [order(name, D + timedelta(step), amount) for name, step, amount in bought]
    shuffled = random.Random(seed).sample(orders, len(orders))
    whole = histories(engine, orders)
    assert histories(engine, shuffled) == whole
    halves = [order(each["party_key"], each["ordered_on"], each["amount"] / 2) for each in orders for _ in range(2)]
    split = histories(engine, halves)
    assert {name: row | {"orders": None} for name, row in split.items()} == {
        name: row | {"orders": None} for name, row in whole.items()
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=ORDERS)
def test_days_and_histories_add_up(engine: Engine, bought: list[tuple[str, int, int]]) -> None:
    """Net amounts of all days are those of all orders; a history never holds more repeats than days between."""
    orders = [order(name, D + timedelta(step), amount) for name, step, amount in bought]
    days = engine.rows(customer_days(orders_table(orders), LAST))
    assert sum(row["net_amount"] for row in days) == sum(each["amount"] for each in orders)
    for row in histories(engine, orders).values():
        assert row["frequency"] <= row["recency_age"] <= row["age"]
        assert row["recency_age"] + row["days_since_last"] == row["age"]
        assert row["spend"] <= row["placed_amount"]


@pytest.mark.parametrize("amounts", [(10, 10), (10, -4)])
def test_months_hold_what_their_days_hold(engine: Engine, amounts: tuple[int, int]) -> None:
    """Sales, buyers and newcomers by calendar month, a return lying in the month it came back."""
    orders = [order("a", date(2021, 1, 31), 10), *(order("a", date(2021, 2, 1), each) for each in amounts)]
    orders.append(order("b", date(2021, 2, 28), 5))
    days = customer_days(orders_table(orders), LAST)
    rows = engine.rows(monthly_sales(days, purchase_history(days, LAST, "EUR")).order_by("month"))
    assert [row["month"] for row in rows] == [date(2021, 1, 1), date(2021, 2, 1)]
    assert [row["revenue"] for row in rows] == [10, sum(amounts) + 5]
    assert [row["new_customers"] for row in rows] == [1, 1]
    assert rows[1]["customers"] == 2
    assert rows[1]["orders"] == sum(each > 0 for each in amounts) + 1
