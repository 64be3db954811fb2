"""Ranks over the universe: cuts at a value, ties in, exact in whole numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis

from segmentry.segments.tree import Percentile, Rank


def ranked(leaf: Rank | Percentile, value: Any) -> Any:
    """Whether a row's value lies within the cut, among all rows with a known value above 0.

    A value is in the top n·p % when fewer than n·p/100 values lie above it: then it is not below the value at rank
    ceil(n·p/100). Counted in whole numbers, so no rounding of a share can decide.

    Args:
        leaf: The rank asked for.
        value: The measure over the whole universe, null where unknown.
    """
    base = ibis.ifelse(value > 0, value, ibis.null(value.type()))
    size = base.count().over(ibis.window())
    if isinstance(leaf, Percentile):
        below, above = _beyond(base, "bottom"), _beyond(base, "top")
        inside = (below * _whole(leaf.high)[1] < size * _whole(leaf.high)[0]) & (
            (size - above) * _whole(leaf.low)[1] >= size * _whole(leaf.low)[0]
        )
    elif leaf.percent:
        share, whole = _whole(leaf.amount)
        inside = _beyond(base, leaf.side) * whole < size * share
    else:
        inside = _beyond(base, leaf.side) < int(leaf.amount)
    return (base.notnull() & inside).fill_null(False)


def _beyond(base: Any, side: str) -> Any:
    """Number of values strictly above (top) or below (bottom) each value."""
    order = ibis.desc(base, nulls_first=False) if side == "top" else ibis.asc(base, nulls_first=False)
    return ibis.rank().over(ibis.window(order_by=order))


def _whole(percent: Decimal) -> tuple[int, int]:
    """A percentage as a fraction of two whole numbers."""
    above, below = percent.as_integer_ratio()
    return above, below * 100
