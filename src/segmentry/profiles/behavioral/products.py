"""What is bought: variety, repertoire, price level, favorite category or product, affinity against the base."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral.orders import main_value
from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis


def product_traits(lines: ir.Table) -> ir.Table:
    """Variety, repertoire and price level, one row per customer with a sale line.

    The price index weighs, line by line, the price paid against the product's mean price over everybody; below one
    means bought when cheap. The repertoire share is the part of a customer's distinct product days that repeat a
    product bought on an earlier day: planned buying, as far as orders tell.

    Args:
        lines: Keyed order lines up to the as-of.
    """
    sales = lines.filter((lines.line_kind == "sale") & lines.product_id.notnull() & (lines.quantity > 0))
    priced = sales.group_by("product_id").aggregate(
        _list=sales.amount.sum().cast("float64") / sales.quantity.sum().cast("float64")
    )
    amount = sales.amount.cast("float64")
    by_product = sales.group_by("customer_id", "product_id").aggregate(
        _days=sales.ordered_on.nunique(), _amount=amount.sum(), _units=sales.quantity.sum().cast("float64")
    )
    joined = by_product.left_join(priced, "product_id")
    count = joined["_days"].sum().cast("float64")
    return joined.group_by("customer_id").aggregate(
        products_bought=joined.product_id.count(),
        repertoire_share=(count - joined.product_id.count().cast("float64")) / count.nullif(0.0),
        price_index=joined["_amount"].sum() / (joined["_units"] * joined["_list"]).sum().nullif(0.0),
    )


def favorite(lines: ir.Table, column: str) -> ir.Table:
    """The favorite value of ``column`` by amount, its share, and the affinity index against the base.

    The index is one hundred times the customer's share of amount in the value over the base's share.
    """
    sales = lines.filter(lines.line_kind == "sale")
    sales = sales.filter(sales[column].notnull())
    own = main_value(sales, column, sales.amount, ("favorite_category", "favorite_category_share"))
    totals = sales.group_by(_value=sales[column]).aggregate(_amount=sales.amount.sum().cast("float64"))
    base = totals.mutate(_base=totals["_amount"] / totals["_amount"].sum().over(ibis.window()))
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
