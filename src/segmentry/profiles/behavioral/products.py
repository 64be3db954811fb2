"""What is bought: variety, repertoire, price level, favorite category or product, affinity against the base."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral.orders import main_value
from segmentry.profiles.catalog import Trait
from segmentry.profiles.history import money_sum
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis


def product_purchases(lines: ir.Table) -> ir.Table:
    """One row per customer and product bought: ``purchases`` (distinct days), ``amount`` and ``units``.

    Days are folded before products: two plain groupings cost half of one with a distinct count.

    Args:
        lines: Keyed order lines up to the as-of.
    """
    sales = lines.filter((lines.line_kind == "sale") & lines.product_id.notnull() & (lines.quantity > 0))
    by_day = sales.group_by("customer_id", "product_id", "ordered_on").aggregate(
        amount=money_sum(sales.amount), units=sales.quantity.cast("float64").sum()
    )
    return by_day.group_by("customer_id", "product_id").aggregate(
        purchases=by_day.count(), amount=money_sum(by_day.amount), units=by_day.units.sum()
    )


def product_traits(bought: ir.Table) -> ir.Table:
    """Variety, repertoire and price level, one row per customer with a sale line.

    The price index weighs, product by product, the amount paid against everybody's mean price; below one means bought
    when cheap. The repertoire share is the part of a customer's distinct product days that repeat a product bought on
    an earlier day: planned buying, as far as orders tell.

    Args:
        bought: The table of `product_purchases`.
    """
    priced = bought.group_by("product_id").aggregate(
        _mean_price=bought.amount.sum().cast("float64") / bought.units.sum()
    )
    joined = bought.left_join(priced, "product_id")
    days, products = joined.purchases.sum().cast("float64"), joined.product_id.count()
    return joined.group_by("customer_id").aggregate(
        products_bought=products,
        repertoire_share=(days - products.cast("float64")) / days.nullif(0.0),
        price_index=joined.amount.sum().cast("float64") / (joined.units * joined["_mean_price"]).sum().nullif(0.0),
    )


def favorite(totals: ir.Table, column: str) -> ir.Table:
    """The favorite value of ``column`` by amount, its share, and the affinity index against the base.

    The index is one hundred times the customer's share of amount in the value over the base's share.

    Args:
        totals: Amounts by customer and value: keyed sale lines, or the table of `product_purchases`.
        column: Column whose values compete.
    """
    known = totals.filter(totals[column].notnull())
    own = main_value(known, column, known.amount, ("favorite_category", "favorite_category_share"))
    by_value = known.group_by(_value=known[column]).aggregate(_amount=known.amount.sum().cast("float64"))
    base = by_value.mutate(_base=by_value["_amount"] / by_value["_amount"].sum().over(ibis.window()))
    joined = own.left_join(base.select("_value", "_base"), own.favorite_category == base["_value"])
    return joined.select(
        "customer_id",
        "favorite_category",
        "favorite_category_share",
        category_affinity=joined.favorite_category_share / joined["_base"].nullif(0.0) * 100.0,
    )


def _trait(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="order_lines")


TRAITS = (
    _trait("products_bought", ColumnType.INTEGER, "Distinct products bought.", "products"),
    _trait(
        "repertoire_share",
        ColumnType.NUMBER,
        "Share of product purchases that repeat an earlier one: as far as orders tell, a sign of considered buying.",
        "share",
    ),
    _trait(
        "price_index", ColumnType.NUMBER, "Price paid against everybody's mean price of the same products.", "ratio"
    ),
)
"""The traits of `product_traits`."""

FAVORITE_TRAITS = (
    _trait("favorite_category", ColumnType.TEXT, "Category (or product, where none is told) with most spend."),
    _trait("favorite_category_share", ColumnType.NUMBER, "Its share of the customer's spend.", "share"),
    _trait("category_affinity", ColumnType.NUMBER, "That share against the base's, the base being 100.", "index"),
)
"""The traits of `favorite`."""
