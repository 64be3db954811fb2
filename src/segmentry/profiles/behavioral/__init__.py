"""The behavioral basis: traits that orders can tell, as Ibis expressions over keyed tables."""

from __future__ import annotations

from collections.abc import Iterable

import ibis.expr.types as ir

from segmentry.profiles.behavioral.orders import CHANNEL_TRAITS, main_value, order_traits
from segmentry.profiles.behavioral.orders import TRAITS as ORDER_TRAITS
from segmentry.profiles.behavioral.products import FAVORITE_TRAITS, favorite, product_purchases, product_traits
from segmentry.profiles.behavioral.products import TRAITS as PRODUCT_TRAITS
from segmentry.profiles.behavioral.rhythm import TRAITS as RHYTHM_TRAITS
from segmentry.profiles.behavioral.rhythm import Population, population, rhythm

TRAITS = (*RHYTHM_TRAITS, *ORDER_TRAITS, *CHANNEL_TRAITS, *PRODUCT_TRAITS, *FAVORITE_TRAITS)
"""All behavioral traits."""

__all__ = [
    "TRAITS",
    "Population",
    "behavioral_traits",
    "favorite",
    "main_value",
    "order_traits",
    "population",
    "product_purchases",
    "product_traits",
    "rhythm",
]


def behavioral_traits(
    history: ir.Table, orders: ir.Table, lines: ir.Table, known: Population, category: str
) -> ir.Table:
    """All behavioral traits, one row per buyer in ``history``.

    Args:
        history: The purchase history.
        orders: Keyed orders up to the as-of.
        lines: Keyed order lines up to the as-of.
        known: What is known of everybody.
        category: Column of ``lines`` in which the favorite is sought: ``category`` or ``product_id``.
    """
    placed = orders.filter(orders.placed)
    channels = main_value(placed, "channel", placed.placed.cast("int64"), ("main_channel", "main_channel_share"))
    bought = product_purchases(lines)
    totals = bought if category == "product_id" else lines.filter(lines.line_kind == "sale")
    parts = (order_traits(orders), channels, product_traits(bought), favorite(totals, category))
    joined = join_all(rhythm(history, known), parts)
    return joined.select("customer_id", *(trait.name for trait in TRAITS))


def join_all(base: ir.Table, parts: Iterable[ir.Table]) -> ir.Table:
    """``base`` with the columns of every part, joined on ``customer_id``."""
    for part in parts:
        base = base.left_join(part, "customer_id")
        base = base.drop(*(name for name in base.columns if name == "customer_id_right"))
    return base
