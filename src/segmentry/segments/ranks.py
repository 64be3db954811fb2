"""Ranks over the universe: cuts at a value, ties in, exact in whole numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.tree import Percentile, Rank


def cut(leaf: Rank | Percentile, values: ir.Table) -> ir.Table:
    """One row with ``low`` and ``high``, the least and the greatest value within the rank; null where nothing is.

    A value is in the top n·p % when fewer than n·p/100 values lie above it: then it is not below the value at rank
    ceil(n·p/100). Counted in whole numbers, so no rounding of a share can decide. Only known values above 0 count.

    Args:
        leaf: The rank asked for.
        values: The measure of everybody of the universe, in the column ``value``.
    """
    known = values.filter(values.value > 0)
    counted = known.group_by("value").aggregate(customers=known.count())
    size = counted.customers.sum().over(ibis.window())
    up, down = (
        counted.customers.sum().over(ibis.cumulative_window(order_by=order)) - counted.customers
        for order in (counted.value.asc(), counted.value.desc())
    )
    told = counted.mutate(inside_=_inside(leaf, size, below=up, above=down))
    inside = told.filter(told.inside_)
    return inside.aggregate(low=inside.value.min(), high=inside.value.max())


def _inside(leaf: Rank | Percentile, size: Any, below: Any, above: Any) -> Any:
    """Whether values with so many below and above them lie within the rank."""
    if isinstance(leaf, Percentile):
        (low, of_low), (high, of_high) = _whole(leaf.low), _whole(leaf.high)
        return (below * of_high < size * high) & ((size - above) * of_low >= size * low)
    beyond = above if leaf.side == "top" else below
    if leaf.percent:
        share, whole = _whole(leaf.amount)
        return beyond * whole < size * share
    return beyond < int(leaf.amount)


def _whole(percent: Decimal) -> tuple[int, int]:
    """A percentage as a fraction of two whole numbers."""
    above, below = percent.as_integer_ratio()
    return above, below * 100
