"""Growth of segments between two periods: sums by Ibis, the split by science.

Members are those of the as-of, so that whoever has lapsed is judged by where they stand today: a segment of recent
buyers looks as if it had grown and one of lapsed buyers as if it had shrunk, by construction. Segmentations that tell
customers apart by when they bought are marked; their growth is shown, but no trend is read off it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.engine import MONEY
from segmentry.science.growth import (
    FACTS,
    GrowthIntervals,
    GrowthSplit,
    Trend,
    growth_intervals,
    share_trend,
    split_growth,
)
from segmentry.terms.numbers import NotEstimable

YEAR_DAYS = 365
FEWEST_DAYS = 28
"""Days a period must have at least."""

SLICES = 4
"""Parts of each period between which the trend is told."""

BASE, EVERYONE = "base", "everyone"
"""Name of the segmentation and id of the segment that stand for the whole base."""

TELLING = 0.14
"""Share of the variance of silence or tenure between segments from which growth follows by construction (a large
effect: Cohen 1988)."""

SURVIVORSHIP = (
    "Members are those of today. Segments that differ in when members first or last bought grow or shrink by "
    "construction: recent buyers bought lately, lapsed ones did not. The growth of the whole base is free of this."
)

_WHEN = ("days_since_last", "age")


@dataclass(frozen=True, slots=True)
class Periods:
    """Two periods of equal length, one right after the other.

    Attributes:
        before_first: First day of the earlier period.
        after_first: First day of the later period.
        after_last: Its last day.
        whole_years: Whether both are whole years, so that seasons do not differ.
    """

    before_first: date
    after_first: date
    after_last: date
    whole_years: bool

    @classmethod
    def of(cls, first: date, last_day: date) -> Periods | NotEstimable:
        """The last 365 days against the 365 before, or the halves of a shorter history.

        Args:
            first: Day of the first order.
            last_day: The last day that counts.
        """
        known = (last_day - first).days + 1
        length = YEAR_DAYS if known >= 2 * YEAR_DAYS else known // 2
        if length < FEWEST_DAYS:
            return NotEstimable(f"{known} days of orders are too few for two periods of at least {FEWEST_DAYS} days")
        after = last_day - timedelta(days=length - 1)
        return cls(after - timedelta(days=length), after, last_day, length == YEAR_DAYS)

    @property
    def before_last(self) -> date:
        """Last day of the earlier period."""
        return self.after_first - timedelta(days=1)

    @property
    def length(self) -> int:
        """Days of each period."""
        return (self.after_last - self.after_first).days + 1

    @property
    def slice_starts(self) -> tuple[date, ...]:
        """First days of the slices of both periods, in order of time."""
        starts = [self.length * place // SLICES for place in range(SLICES)]
        return tuple(begin + timedelta(days=day) for begin in (self.before_first, self.after_first) for day in starts)


def with_base(members: ir.Table, history: ir.Table) -> ir.Table:
    """Members of every segmentation, and everyone once more as the whole base.

    Args:
        members: ``segmentation``, ``customer_id``, ``segment_id``.
        history: The purchase history.
    """
    base = history.select("customer_id", segmentation=ibis.literal(BASE), segment_id=ibis.literal(EVERYONE))
    columns = ("segmentation", "customer_id", "segment_id")
    return ibis.union(members.select(*columns), base.select(*columns))


def growth_sums(members: ir.Table, days: ir.Table, periods: Periods) -> ir.Table:
    """One row per segment: ``members``, exact sums, and sums of products of the facts of its members.

    Args:
        members: The answer of `with_base`.
        days: Customer days.
        periods: What is compared.
    """
    facts = _customer_facts(days, periods)
    joined = members.left_join(facts, "customer_id").drop("customer_id_right")
    joined = joined.mutate(**{name: joined[name].fill_null(0.0) for name in FACTS})
    pairs = {
        _product(one, other): (joined[FACTS[one]] * joined[FACTS[other]]).sum()
        for one, other in combinations_with_replacement(range(len(FACTS)), 2)
    }
    sums = {name: joined[name].sum() for name in FACTS}
    exact = {name: joined[name].sum().cast(MONEY) for name in ("exact_before", "exact_after")}
    return joined.group_by("segmentation", "segment_id").aggregate(members=joined.count(), **sums, **exact, **pairs)


def _customer_facts(days: ir.Table, periods: Periods) -> ir.Table:
    known = days.filter(days.day.between(ibis.literal(periods.before_first), ibis.literal(periods.after_last)))
    later = known.day >= ibis.literal(periods.after_first)
    nothing, none = ibis.literal(0).cast("int64"), ibis.literal(0).cast(MONEY)
    halves = {"before": ~later, "after": later}
    totals = known.group_by("customer_id").aggregate(
        **{f"orders_{name}": half.ifelse(known.orders, nothing).sum().cast("float64") for name, half in halves.items()},
        **{f"exact_{name}": half.ifelse(known.net_amount, none).sum().cast(MONEY) for name, half in halves.items()},
    )
    return totals.mutate(
        **{f"customers_{name}": (totals[f"orders_{name}"] > 0).cast("float64") for name in halves},
        **{f"revenue_{name}": totals[f"exact_{name}"].cast("float64") for name in halves},
    )


def _product(one: int, other: int) -> str:
    return f"product_{one}_{other}"


def buyers_by_slice(members: ir.Table, days: ir.Table, periods: Periods) -> ir.Table:
    """``segmentation``, ``segment_id``, ``slice`` (from 0) and ``buyers``: members with an order in the slice.

    Args:
        members: The answer of `with_base`.
        days: Customer days.
        periods: What is compared.
    """
    inside = days.day.between(ibis.literal(periods.before_first), ibis.literal(periods.after_last))
    known = days.filter(inside & (days.orders > 0))
    starts = periods.slice_starts[1:]
    place = ibis.literal(0).cast("int64")
    for start in starts:
        place = place + (known.day >= ibis.literal(start)).cast("int64")
    bought = known.select("customer_id", slice=place).distinct()
    joined = members.inner_join(bought, "customer_id")
    return joined.group_by("segmentation", "segment_id", "slice").aggregate(buyers=joined.count())


def timing_sums(members: ir.Table, history: ir.Table) -> ir.Table:
    """One row per segment: members, sums and sums of squares of their silence and tenure, in days.

    Args:
        members: The answer of `with_base`.
        history: The purchase history.
    """
    joined = members.inner_join(history.select("customer_id", *_WHEN), "customer_id")
    days = {name: joined[name].cast("float64") for name in _WHEN}
    sums = {name: values.sum() for name, values in days.items()}
    squares = {f"{name}_square": (values * values).sum() for name, values in days.items()}
    return joined.group_by("segmentation", "segment_id").aggregate(members=joined.count(), **sums, **squares)


def told_by_timing(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Segmentation to the larger share of variance (eta squared) of silence and of tenure that lies between segments.

    Args:
        rows: Rows of `timing_sums`.
    """
    names = sorted({row["segmentation"] for row in rows})
    groups = {name: [row for row in rows if row["segmentation"] == name] for name in names}
    return {name: max(_eta_squared(group, when) for when in _WHEN) for name, group in groups.items()}


def _eta_squared(rows: list[dict[str, Any]], name: str) -> float:
    number = np.array([row["members"] for row in rows], dtype=np.float64)
    sums = np.array([row[name] for row in rows], dtype=np.float64)
    center = sums.sum() ** 2 / number.sum()
    total = sum(row[f"{name}_square"] for row in rows) - center
    return float(((sums**2 / number).sum() - center) / total) if total > 1e-9 * max(center, 1.0) else 0.0


def growth_rows(
    sums: list[dict[str, Any]],
    slices: list[dict[str, Any]],
    timing: dict[str, float],
    periods: Periods,
    level: float,
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_GROWTH`.

    Args:
        sums: Rows of `growth_sums`.
        slices: Rows of `buyers_by_slice`.
        timing: The answer of `told_by_timing`; no trend is told where it reaches `TELLING`.
        periods: What was compared.
        level: Coverage of the intervals.
    """
    if not sums:
        return []
    ordered = sorted(sums, key=lambda row: (row["segmentation"], row["segment_id"]))
    totals = np.array([[row[name] for name in FACTS] for row in ordered], dtype=np.float64)
    before, after = totals[:, :3], totals[:, 3:]
    split = split_growth(*(np.column_stack([before[:, place], after[:, place]]) for place in range(3)))
    products = np.zeros((len(ordered), len(FACTS), len(FACTS)))
    for one, other in combinations_with_replacement(range(len(FACTS)), 2):
        products[:, one, other] = [row[_product(one, other)] for row in ordered]
    ends = growth_intervals([row["members"] for row in ordered], totals, products, level=level)
    trends = _trends(slices, level)
    made = {name for name, share in timing.items() if share >= TELLING}
    rows = [_row(place, row, periods, split, ends) | _trend(row, trends, made) for place, row in enumerate(ordered)]
    base = next((row["growth"] for row in rows if row["segmentation"] == BASE), None)
    return [row | {"growth_beyond_base": _less(row["growth"], base)} for row in rows]


def _row(
    place: int,
    row: dict[str, Any],
    periods: Periods,
    split: GrowthSplit,
    ends: GrowthIntervals,
) -> dict[str, Any]:
    found = {
        "segmentation": row["segmentation"],
        "segment_id": row["segment_id"],
        "before_first": periods.before_first,
        "before_last": periods.before_last,
        "after_first": periods.after_first,
        "after_last": periods.after_last,
        "course": split.course[place],
        **{name: int(row[name]) for name in FACTS if "revenue" not in name},
        "revenue_before": row["exact_before"] or Decimal(0),
        "revenue_after": row["exact_after"] or Decimal(0),
        "change": float(split.change[place]),
        "growth": _finite(split.rate[place]),
        "growth_low": _finite(ends.rate[place, 0]),
        "growth_high": _finite(ends.rate[place, 1]),
    }
    for name in ("customers", "frequency", "value"):
        low, high = getattr(ends, name)[place]
        found |= {
            f"{name}_part": float(getattr(split, name)[place]),
            f"{name}_part_low": _finite(low),
            f"{name}_part_high": _finite(high),
        }
    return found


def _trend(row: dict[str, Any], trends: dict[tuple[str, str], Trend | NotEstimable], made: set[str]) -> dict[str, Any]:
    trend = trends.get((row["segmentation"], row["segment_id"]))
    found: dict[str, Any] = {"by_construction": row["segmentation"] in made}
    if isinstance(trend, Trend) and not found["by_construction"]:
        found |= {"trend": trend.growth, "trend_low": trend.low, "trend_high": trend.high}
        found |= {"emerging_niche": trend.emerging_niche}
    return found


def _trends(slices: list[dict[str, Any]], level: float) -> dict[tuple[str, str], Trend | NotEstimable]:
    """The trend of each segment's share of the buyers of the base; none for the base itself."""
    counts: dict[tuple[str, str], list[int]] = {}
    for row in slices:
        held = counts.setdefault((row["segmentation"], row["segment_id"]), [0] * (2 * SLICES))
        held[int(row["slice"])] = int(row["buyers"])
    base = counts.pop((BASE, EVERYONE), [])
    kept = [place for place, buyers in enumerate(base) if buyers > 0]
    if not kept:
        return {}
    whole = [base[place] for place in kept]
    return {key: share_trend([held[place] for place in kept], whole, level=level) for key, held in counts.items()}


def growth_document(
    rows: list[dict[str, Any]], timing: dict[str, float], periods: Periods | NotEstimable, unit: str
) -> dict[str, Any]:
    """The summary of the comparison, JSON-ready but for refusals.

    Args:
        rows: Rows of the contract.
        timing: The answer of `told_by_timing`.
        periods: What was compared, or why nothing was.
        unit: Unit of amounts.
    """
    if isinstance(periods, NotEstimable):
        return {"growth": periods}
    base = next((row for row in rows if row["segmentation"] == BASE), None)
    kept = ("revenue_before", "revenue_after", "change", "growth", "growth_low", "growth_high")
    parts = tuple(f"{name}_part" for name in ("customers", "frequency", "value"))
    season = "" if periods.whole_years else " The periods are no whole years, so seasons may make part of the change."
    return {
        "before": {"first": periods.before_first.isoformat(), "last": periods.before_last.isoformat()},
        "after": {"first": periods.after_first.isoformat(), "last": periods.after_last.isoformat()},
        "whole_years": periods.whole_years,
        "base": {name: base[name] for name in (*kept, *parts)} if base else NotEstimable("nobody has bought"),
        "unit": unit,
        "split": "Shapley values of customers x orders per customer x revenue per order; the parts add up",
        "trend": f"growth of the odds of belonging to the segment over {2 * SLICES} slices of the two periods",
        "by_construction": {name: share for name, share in timing.items() if share >= TELLING},
        "mind": SURVIVORSHIP + season,
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
