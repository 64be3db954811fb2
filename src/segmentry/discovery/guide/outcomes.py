"""The outcome of a study, and what was known before it: a history split in two."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral import Population, behavioral_traits, population
from segmentry.profiles.history import customer_days, purchase_history
from segmentry.segments.reader import Reader

PERIODS = ("next_spend", "retained")
"""Outcomes that are measured in a period of their own."""

LONGEST, SHARE = 90, 4
"""Days of the period at most, and the part of the history that it takes."""


def split_day(first: date, last: date, period_days: int = 0) -> date:
    """Last day of what may be known; the outcome is measured on the days after it.

    Args:
        first: First day of the history.
        last: Last day.
        period_days: Length of the period; 0 for a quarter of the history, 90 days at most.
    """
    length = (last - first).days + 1
    return last - timedelta(days=period_days or min(length // SHARE, LONGEST))


def known_before(
    reader: Reader, orders: ir.Table, lines: ir.Table, split: date, category: str, currency: str | None = None
) -> ir.Table:
    """Behavioral traits of everybody who had bought by a day, as they stood then.

    Args:
        reader: Runs what has to be known of everybody first.
        orders: Keyed orders.
        lines: Keyed order lines.
        split: The day.
        category: Column of lines in which the favorite is sought.
        currency: Currency of the orders.
    """
    history = purchase_history(customer_days(orders, split), split, currency)
    known = Population(**reader.rows(population(history))[0])
    day = ibis.literal(split)
    return behavioral_traits(
        history, orders.filter(orders.ordered_on <= day), lines.filter(lines.ordered_on <= day), known, category
    )


def outcome(orders: ir.Table, customers: ir.Table, split: date, last: date, measure: str) -> ir.Table:
    """``customer_id`` and ``outcome`` of the period after a day; nothing bought is 0.

    Args:
        orders: Keyed orders.
        customers: ``customer_id`` once each.
        split: Last day before the period.
        last: Last day of the period.
        measure: ``next_spend`` (net amount) or ``retained`` (1 where an order was placed).
    """
    inside = orders.filter((orders.ordered_on > ibis.literal(split)) & (orders.ordered_on <= ibis.literal(last)))
    spent = inside.amount.sum().cast("float64")
    value = spent if measure == "next_spend" else inside.placed.any().cast("float64")
    bought = inside.group_by("customer_id").aggregate(outcome=value)
    joined = customers.select("customer_id").left_join(bought, "customer_id").drop("customer_id_right")
    return joined.mutate(outcome=joined.outcome.fill_null(0.0))
