"""What regions prefer: the share of an item in what an area buys, over its share in what everybody buys."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

_NORMAL = 1.96


def preferences(lines: ir.Table, areas: ir.Table, item: str, fewest: int) -> ir.Table:
    """One row for each area and item it buys; see the contract `REGIONAL_PREFERENCES`.

    The mean of the index over areas, weighted by what each buys, is 100 for every item, as long as no cell is left out.
    An index is about an area and says nothing about a single customer in it. Its interval is that of the share s, on
    the log (delta method): buyers are drawn, each with what they spent on each item, x, so that of an area's amount A
    the share varies by (sum of x^2 (1 - s)^2 over the item + sum of x^2 s^2 over the rest) / A^2; the base stands.

    Args:
        lines: Keyed order lines that are sales.
        areas: ``customer_id`` and ``area``.
        item: Column of ``lines`` with the item.
        fewest: Buyers below which a cell keeps its index to itself.
    """
    bought = lines.filter(lines[item].notnull()).inner_join(areas.filter(areas.area.notnull()), "customer_id")
    spent = bought.group_by("customer_id", "area", item=bought[item]).aggregate(
        amount=bought.amount.sum().cast("float64")
    )
    cells = spent.group_by("area", "item").aggregate(
        customers=spent.count(), amount=spent.amount.sum(), squares=(spent.amount * spent.amount).sum()
    )
    of_area = ibis.window(group_by=cells.area)
    of_item = ibis.window(group_by=cells["item"])
    of_all = cells.amount.sum().over(of_area).nullif(0.0)
    share = cells.amount / of_all
    base = cells.amount.sum().over(of_item) / cells.amount.sum().over(ibis.window()).nullif(0.0)
    rest = ibis.greatest(cells.squares.sum().over(of_area) - cells.squares, 0.0)
    varies = (cells.squares * (1.0 - share) * (1.0 - share) + rest * share * share).sqrt() / of_all
    told = cells.mutate(share=share, base_share=base, log_error=varies / share.nullif(0.0))
    few = told.customers < fewest
    index = 100.0 * told.share / told.base_share.nullif(0.0)
    factor = (_NORMAL * told.log_error).exp()
    reason = f"Fewer than {fewest} customers bought it there."
    return told.select(
        "area",
        "item",
        "customers",
        share=_unless(few, told.share),
        base_share=told.base_share.fill_null(0.0),
        preference_index=_unless(few, index),
        index_low=_unless(few, index / factor),
        index_high=_unless(few, index * factor),
        reason=ibis.ifelse(few, reason, ibis.null("string")),
    )


def _unless(hidden: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(hidden, ibis.null("float64"), value)
