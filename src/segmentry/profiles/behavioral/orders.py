"""What an order looks like: basket, discounts, returns, channels, occasions and seasons."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis

SMALL_BASKET = 2
"""An order of at most so many distinct products counts as a small basket."""

_GIFT_MONTHS = (11, 12)


def order_traits(orders: ir.Table) -> ir.Table:
    """Traits of baskets, discounts, returns and season, one row per customer with any order row.

    Args:
        orders: Keyed orders up to the as-of.
    """
    placed = orders.placed
    count = placed.cast("int64").sum().nullif(0)
    gross = _sum(orders.amount, placed) + _sum(orders.returned, placed)
    discount = _sum(orders.discount, placed)
    day, month = orders.ordered_on, orders.ordered_on.month()
    return orders.group_by("customer_id").aggregate(
        mean_basket_lines=_sum(orders.lines, placed) / count,
        mean_basket_products=_sum(orders.products, placed) / count,
        mean_basket_units=_sum(orders.units, placed) / count,
        largest_order=orders.amount.max(where=placed).cast("float64"),
        small_basket_share=_share(placed & (orders.products <= SMALL_BASKET), count),
        discount_share=discount / (gross + discount).nullif(0),
        discounted_order_share=_share(placed & (orders.discount > 0).fill_null(False), count),
        return_orders=(orders.returned > 0).cast("int64").sum(),
        return_rate=_sum(orders.returned, None) / gross.nullif(0),
        channels_used=orders.channel.nunique(where=placed),
        weekend_share=_share(placed & (day.day_of_week.index() >= 5), count),
        gift_season_share=_share(placed & month.isin(_GIFT_MONTHS), count),
        seasons_active=(month.cast("int64") - 1).__floordiv__(3).nunique(where=placed),
        active_months=(day.year() * 12 + month).nunique(where=placed),
    )


def main_value(facts: ir.Table, column: str, weight: ir.NumericValue, names: tuple[str, str]) -> ir.Table:
    """The value of ``column`` with the greatest weight per customer, and its share.

    Ties go to the value that sorts last, so that no order of rows and no engine changes the answer.

    Args:
        facts: Keyed rows.
        column: Column whose values compete.
        weight: Non-negative weight of a row.
        names: Names of the two resulting columns: value and share.
    """
    value, share = names
    known = facts.mutate(_weight=weight).filter(facts[column].notnull())
    totals = known.group_by("customer_id", _value=known[column]).aggregate(_weight=known["_weight"].sum())
    pair = ibis.struct({"weight": totals["_weight"], "value": totals["_value"]})
    best = totals.group_by("customer_id").aggregate(_best=pair.max(), _total=totals["_weight"].sum())
    total = best["_total"].cast("float64")
    return best.select(
        "customer_id",
        **{value: best["_best"]["value"], share: best["_best"]["weight"].cast("float64") / total.nullif(0.0)},
    )


def _sum(values: ir.NumericValue, where: ir.BooleanValue | None) -> ir.FloatingValue:
    return values.sum(where=where).cast("float64").fill_null(0.0)


def _share(condition: ir.BooleanValue, count: ir.IntegerValue) -> ir.FloatingValue:
    return condition.cast("int64").sum().cast("float64") / count


def _trait(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="orders")


TRAITS = (
    _trait("mean_basket_lines", ColumnType.NUMBER, "Mean lines of an order.", "lines"),
    _trait("mean_basket_products", ColumnType.NUMBER, "Mean distinct products of an order.", "products"),
    _trait("mean_basket_units", ColumnType.NUMBER, "Mean units of an order.", "units"),
    _trait("largest_order", ColumnType.NUMBER, "Largest net amount of an order.", "currency"),
    _trait(
        "small_basket_share",
        ColumnType.NUMBER,
        f"Share of orders with at most {SMALL_BASKET} products: as far as orders tell, a sign of impulse.",
        "share",
    ),
    _trait("discount_share", ColumnType.NUMBER, "Discount as a share of the list amount.", "share"),
    _trait("discounted_order_share", ColumnType.NUMBER, "Share of orders with a discount.", "share"),
    _trait("return_orders", ColumnType.INTEGER, "Orders and credit notes with returns.", "orders"),
    _trait("return_rate", ColumnType.NUMBER, "Amount returned as a share of the amount bought.", "share"),
    _trait("channels_used", ColumnType.INTEGER, "Distinct channels of orders.", "channels"),
    _trait("weekend_share", ColumnType.NUMBER, "Share of orders on Saturday or Sunday.", "share"),
    _trait("gift_season_share", ColumnType.NUMBER, "Share of orders in November and December.", "share"),
    _trait("seasons_active", ColumnType.INTEGER, "Quarters of the calendar with an order, over all years.", "quarters"),
    _trait("active_months", ColumnType.INTEGER, "Calendar months with an order.", "months"),
)
"""The traits of `order_traits`."""

CHANNEL_TRAITS = (
    _trait("main_channel", ColumnType.TEXT, "Channel with most orders."),
    _trait("main_channel_share", ColumnType.NUMBER, "Its share of the customer's orders.", "share"),
)
"""The traits of `main_value` over channels."""
