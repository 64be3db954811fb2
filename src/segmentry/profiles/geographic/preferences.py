"""What regions prefer: the share of an item in what an area buys, over its share in what everybody buys."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def preferences(lines: ir.Table, areas: ir.Table, item: str, fewest: int) -> ir.Table:
    """One row for each area and item it buys; see the contract `REGIONAL_PREFERENCES`.

    The mean of the index over areas, weighted by what each buys, is 100 for every item, as long as no cell is left out.
    An index is about an area and says nothing about a single customer in it.

    Args:
        lines: Keyed order lines that are sales.
        areas: ``customer_id`` and ``area``.
        item: Column of ``lines`` with the item.
        fewest: Buyers below which a cell keeps its index to itself.
    """
    bought = lines.filter(lines[item].notnull()).inner_join(areas.filter(areas.area.notnull()), "customer_id")
    cells = bought.group_by("area", item=bought[item]).aggregate(
        customers=bought.customer_id.nunique(), amount=bought.amount.sum().cast("float64")
    )
    of_area = ibis.window(group_by=cells.area)
    of_item = ibis.window(group_by=cells["item"])
    share = cells.amount / cells.amount.sum().over(of_area).nullif(0.0)
    base = cells.amount.sum().over(of_item) / cells.amount.sum().over(ibis.window()).nullif(0.0)
    told = cells.mutate(share=share, base_share=base)
    few = told.customers < fewest
    index = 100.0 * told.share / told.base_share.nullif(0.0)
    reason = f"Fewer than {fewest} customers bought it there."
    return told.select(
        "area",
        "item",
        "customers",
        share=told.share.fill_null(0.0),
        base_share=told.base_share.fill_null(0.0),
        preference_index=ibis.ifelse(few, ibis.null("float64"), index),
        reason=ibis.ifelse(few, reason, ibis.null("string")),
    )
