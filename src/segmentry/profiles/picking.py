"""Which rows to take: the first of each customer in an order without ties, or every n-th customer by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir


def first_rows(table: ir.Table, by: str | Sequence[str], order: Sequence[Any]) -> ir.Table:
    """The first row of each value of some columns, in an order that must leave no ties.

    Args:
        table: Any table.
        by: The columns.
        order: Sort keys over ``table``.
    """
    columns = [by] if isinstance(by, str) else list(by)
    ranked = table.mutate(place_=ibis.row_number().over(ibis.window(group_by=columns, order_by=list(order))))
    return ranked.filter(ranked.place_ == 0).drop("place_")


def of_oldest_party(parties: ir.Table) -> ir.Table:
    """One row for each customer: that of its party known for longest (``known_since``, ``party_key``)."""
    return first_rows(parties, "customer_id", [parties.known_since.asc(), parties.party_key.asc()])


def even_sample(base: ir.Table, customers: int, most: int) -> ir.Table:
    """Every n-th customer by id, so that at most ``most`` remain; everybody where there are no more.

    The same customers on every engine and in every run, spread evenly over the ids.
    """
    if customers <= most:
        return base
    step = -(-customers // most)
    numbered = base.mutate(place_=ibis.row_number().over(order_by=base.customer_id))
    return numbered.filter(numbered.place_ % step == 0).drop("place_")
