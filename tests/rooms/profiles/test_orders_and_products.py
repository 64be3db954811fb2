"""Traits of baskets, seasons, returns and products: edges that random orders rarely meet."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles.behavioral import favorite, main_value, order_traits, product_purchases, product_traits
from tests.rooms.shops import by_customer, line, lines_table, order, orders_table

SATURDAY, MONDAY = date(2021, 11, 6), date(2021, 6, 7)


def of_orders(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return by_customer(engine.rows(order_traits(orders_table(rows))))


def test_shares_count_placed_orders_only(engine: Engine) -> None:
    """A return on a Saturday in November is neither a weekend order nor a gift."""
    rows = [order("a", SATURDAY, 10), order("a", MONDAY, 10), order("a", SATURDAY, -10)]
    found = of_orders(engine, rows)["a"]
    assert (found["weekend_share"], found["gift_season_share"]) == (0.5, 0.5)
    assert (found["seasons_active"], found["active_months"]) == (2, 2)
    assert (found["return_orders"], found["return_rate"]) == (1, 0.5)


def test_who_placed_nothing_has_no_shares(engine: Engine) -> None:
    """Nothing is divided by zero orders: the share is unknown, not 0."""
    found = of_orders(engine, [order("a", MONDAY, -10)])["a"]
    assert found["weekend_share"] is found["mean_basket_lines"] is found["return_rate"] is None
    assert found["return_orders"] == 1


@pytest.mark.parametrize(("products", "share"), [(1, 1.0), (2, 1.0), (3, 0.0)])
def test_a_small_basket_holds_two_products_at_most(engine: Engine, products: int, share: float) -> None:
    """The limit itself is small."""
    assert of_orders(engine, [order("a", MONDAY, 10, products=products)])["a"]["small_basket_share"] == share


def test_discounts_are_measured_against_the_list_amount(engine: Engine) -> None:
    """Ten off eighty paid and ten sent back are ten of a hundred; an unknown discount is none."""
    rows = [
        order("a", MONDAY, 80, discount=Decimal(10), returned=Decimal(10)),
        order("b", MONDAY, 80, discount=None),
    ]
    found = of_orders(engine, rows)
    assert (found["a"]["discount_share"], found["a"]["discounted_order_share"]) == (0.1, 1.0)
    assert (found["b"]["discount_share"], found["b"]["discounted_order_share"]) == (0.0, 0.0)


def test_ties_for_the_main_channel_go_to_the_last_in_the_alphabet(engine: Engine) -> None:
    """Whatever the order of rows; unknown channels do not compete."""
    rows = [order("a", MONDAY, channel=channel) for channel in ("web", "store", "store", "web", None, None, None)]
    for seed in range(5):
        table = orders_table(random.Random(seed).sample(rows, len(rows)))
        weight = table.placed.cast("int64")
        (found,) = engine.rows(main_value(table, "channel", weight, ("main", "share")))
        assert (found["main"], found["share"]) == ("web", 0.5)


def test_repertoire_is_what_was_bought_again_on_another_day(engine: Engine) -> None:
    """Bread on three days and milk twice on one: four product days, two of them repeats."""
    rows = [
        *(line("a", date(2021, 1, day), product_id="bread") for day in (1, 2, 3)),
        *(line("a", date(2021, 1, 3), product_id="milk") for _ in range(2)),
        line("a", date(2021, 1, 4), -10, product_id="bread"),
    ]
    (found,) = engine.rows(product_traits(product_purchases(lines_table(rows))))
    assert (found["products_bought"], found["repertoire_share"]) == (2, 0.5)


def test_the_price_index_compares_with_what_everybody_paid(engine: Engine) -> None:
    """One paid 8, one 12 for the same product: 0.8 and 1.2 of the mean price."""
    rows = [line("a", MONDAY, 8), line("b", MONDAY, 12)]
    found = by_customer(engine.rows(product_traits(product_purchases(lines_table(rows)))))
    assert found["a"]["price_index"] == pytest.approx(0.8)
    assert found["b"]["price_index"] == pytest.approx(1.2)


def test_the_favorite_category_is_set_against_the_base(engine: Engine) -> None:
    """Three quarters in toys where everybody spends half on them: an affinity of 150."""
    rows = [
        line("a", MONDAY, 75, category="toys"),
        line("a", MONDAY, 25, category="books"),
        line("b", MONDAY, 25, category="toys"),
        line("b", MONDAY, 75, category="books"),
        line("b", MONDAY, 500, category=None),
    ]
    found = by_customer(engine.rows(favorite(lines_table(rows), "category")))
    assert (found["a"]["favorite_category"], found["a"]["favorite_category_share"]) == ("toys", 0.75)
    assert found["a"]["category_affinity"] == pytest.approx(150)
    assert found["b"]["favorite_category"] == "books"


def test_equal_amounts_tie_however_they_came_together(engine: Engine) -> None:
    """Ten dimes and one piece of one are the same money: the last in the alphabet is the favorite."""
    rows = [line("a", MONDAY, "0.1", category="candles") for _ in range(10)]
    rows.append(line("a", MONDAY, 1, category="textiles"))
    (found,) = engine.rows(favorite(lines_table(rows), "category"))
    assert found["favorite_category"] == "textiles"
    assert found["favorite_category_share"] == 0.5
