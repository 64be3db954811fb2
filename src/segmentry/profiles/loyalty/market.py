"""How we stand with those whose spend in the category is told: penetration, frequency, requirements, repeat rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.science.loyalty import double_jeopardy, repeat_rate, share_of_requirements
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import Estimate, NotEstimable

PERIOD_DAYS = 365
"""Days of each of the two periods of the repeat rate, fewer where less is observed."""

_FEWEST = 10
_SHORTEST = 28
_NORMAL = 1.96

Told = Mapping[str, Any]


def wallet_sums(people: ir.Table) -> ir.Table:
    """One row of sums over customers whose spend in the category is told and can be right.

    ``members`` of them and ``buyers`` from us; of the buyers orders, spend with us (x) and in the category (y), and the
    sums of their squares and products.

    Args:
        people: ``orders``, ``spend`` and ``category_spend``.
    """
    with_us, whole = people.spend.cast("float64").fill_null(0.0), people.category_spend
    told = people.filter(((whole > 0) & (with_us <= whole)).fill_null(False))
    x, y = told.spend.cast("float64").fill_null(0.0), told.category_spend
    buys = x > 0
    orders = told.orders.cast("float64")
    sums = {"orders": orders, "orders_squared": orders * orders, "x": x, "y": y, "xx": x * x, "xy": x * y, "yy": y * y}
    added = {name: value.sum(where=buys).fill_null(0.0) for name, value in sums.items()}
    return told.aggregate(members=told.count(), buyers=buys.cast("int64").sum().fill_null(0), **added)


def period_days(first: date, last: date) -> int:
    """Days of each of two equal periods that end on ``last`` and do not begin before ``first``."""
    return min(PERIOD_DAYS, ((last - first).days + 1) // 2)


def repeat_counts(days: ir.Table, last: date, length: int) -> ir.Table:
    """One row: buyers of the first of two periods (``before``), and those of them who bought in the second (``both``).

    Args:
        days: ``customer_id``, ``day`` and ``orders``.
        last: The last local day that counts.
        length: Days of a period.
    """
    second, first = (ibis.literal(last - timedelta(number * length)) for number in (1, 2))
    seen = days.filter((days.orders > 0) & (days.day <= ibis.literal(last)) & (days.day > first))
    own = seen.group_by("customer_id").aggregate(before=(seen.day <= second).max(), after=(seen.day > second).max())
    both = own.before & own.after
    return own.aggregate(before=own.before.cast("int64").sum().fill_null(0), both=both.cast("int64").sum().fill_null(0))


def market_rows(sums: Told, repeats: Told, length: int) -> list[dict[str, Any]]:
    """Rows of `LOYALTY_MARKET`.

    Args:
        sums: As `wallet_sums` tells.
        repeats: As `repeat_counts` tells.
        length: Days of a period of the repeat rate.
    """
    members, buyers = int(sums["members"]), int(sums["buyers"])
    few = NotEstimable(f"{buyers} buyers whose spend in the category is told, {_FEWEST} are needed")
    penetration = (
        wilson(buyers, members)
        if members >= _FEWEST
        else NotEstimable(f"spend in the category is told of {members} customers, {_FEWEST} are needed")
    )
    frequency = few if buyers < _FEWEST else _mean(sums["orders"], sums["orders_squared"], buyers)
    requirements = few if buyers < _FEWEST else _ratio(sums, buyers)
    short = NotEstimable(f"two periods of {_SHORTEST} days must be observed")
    before, both = int(repeats["before"]), int(repeats["both"])
    repeated = repeat_rate(np.ones(before), np.arange(before) < both) if length >= _SHORTEST else short
    law = (
        NotEstimable("nobody bought") if not buyers else double_jeopardy([buyers / members], [sums["orders"] / buyers])
    )
    found: list[tuple[str, Estimate | NotEstimable | Any, int, int | None]] = [
        ("penetration", penetration, members, None),
        ("mean_frequency", frequency, buyers, None),
        ("share_of_requirements", requirements, buyers, None),
        ("repeat_rate", repeated, before, length),
        ("double_jeopardy", law, buyers, None),
    ]
    return [
        {"measure": name, "customers": customers, "period_days": days} | _told(each)
        for name, each, customers, days in found
    ]


def _told(found: Any) -> dict[str, Any]:
    if isinstance(found, Estimate):
        return {"value": found.value, "low": found.low, "high": found.high}
    reason = str(found.reason)
    return {"reason": f"{reason[0].upper()}{reason[1:]}."}


def _mean(total: float, squares: float, number: int) -> Estimate:
    mean = total / number
    error = math.sqrt(max(squares - number * mean * mean, 0.0) / (number - 1) / number)
    return Estimate(mean, max(mean - _NORMAL * error, 0.0), mean + _NORMAL * error, "orders")


def _ratio(sums: Told, buyers: int) -> Estimate | NotEstimable:
    """Share of requirements with its interval, on the log-odds (delta method of a ratio of sums, buyers drawn anew)."""
    share = share_of_requirements([sums["x"]], [sums["y"]])
    if isinstance(share, NotEstimable):
        return share
    if share >= 1.0:
        return NotEstimable("all buyers spend everything with us, which leaves nothing to tell an interval from")
    squares = max(sums["xx"] - 2 * share * sums["xy"] + share * share * sums["yy"], 0.0)
    error = math.sqrt(squares * buyers / (buyers - 1)) / sums["y"] / (share * (1 - share))
    odds = math.log(share / (1 - share))
    low, high = (1 / (1 + math.exp(-odds - way * _NORMAL * error)) for way in (-1, 1))
    return Estimate(share, low, high, "share")
