"""Measures and ranks of many customers by the referee, each worked out once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from segmentry.segments.referee.judge import World, _Court
from segmentry.segments.tree import Measure, Percentile, Rank


def measured(measure: Measure, world: World, as_of: datetime, timezone: str) -> dict[str, Any]:
    """The value of a measure by customer, None where unknown."""
    court = _Court(world, as_of, timezone)
    found = {row["customer_id"]: court.measure(measure, row) for row in world.parties}
    return {id_: None if isinstance(value, float) and math.isnan(value) else value for id_, value in found.items()}


def among(leaf: Rank | Percentile, values: Mapping[str, Any]) -> set[str]:
    """The customers within the cut of a rank: those as good as the last one of the base who is in, ties included."""
    base = sorted((value for value in values.values() if value is not None and value > 0), reverse=True)
    if not base:
        return set()
    if isinstance(leaf, Percentile):
        base.reverse()
        low, high = (base[max(_place(each, len(base)), 1) - 1] for each in (leaf.low, leaf.high))
        return {id_ for id_, value in values.items() if value is not None and value > 0 and low <= value <= high}
    if leaf.side == "bottom":
        base.reverse()
    place = _place(leaf.amount, len(base)) if leaf.percent else int(leaf.amount)
    cut = base[min(place, len(base)) - 1]
    known = {id_: value for id_, value in values.items() if value is not None and value > 0}
    return {id_ for id_, value in known.items() if (value >= cut if leaf.side == "top" else value <= cut)}


def _place(percent: Any, size: int) -> int:
    return math.ceil(Fraction(percent) * size / 100)
