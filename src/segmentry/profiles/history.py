"""Purchase days and purchase histories: the sufficient statistics of buying, as Ibis expressions.

An order counts when it is placed (not cancelled, positive net of its own lines); orders of one local day are one
purchase; returns reduce spend on their own day and never undo that something was ordered.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from segmentry.engine import MONEY


def keyed(facts: ir.Table, identity: ir.Table | None) -> ir.Table:
    """``facts`` with ``customer_id`` beside ``party_key``.

    Args:
        facts: Any table with ``party_key``.
        identity: The identity table, or None while every party is a customer of its own.
    """
    if identity is None:
        return facts.mutate(customer_id=facts.party_key)
    return facts.inner_join(identity.select("party_key", "customer_id"), "party_key")


def customer_days(orders: ir.Table, last_day: date) -> ir.Table:
    """One row per customer and local day up to ``last_day``; see the contract `CUSTOMER_DAYS`.

    Args:
        orders: Keyed orders.
        last_day: The last local day that counts, the day before the as-of.
    """
    known = orders.filter(orders.ordered_on <= ibis.literal(last_day))
    return known.group_by("customer_id", day=known.ordered_on).aggregate(
        orders=known.placed.cast("int64").sum(),
        placed_amount=money_sum(known.placed.ifelse(known.amount, ibis.literal(0).cast(MONEY))),
        net_amount=money_sum(known.amount),
    )


def purchase_history(days: ir.Table, last_day: date, currency: str | None) -> ir.Table:
    """One row per customer with an order; see the contract `PURCHASE_HISTORY`.

    The frequency is the number of distinct purchase days less one; ``recency_age`` and ``age`` run from the first
    purchase (Fader, Hardie & Lee 2005), the age to the last observed day, as in the published analyses. The mean of
    repeat spend leaves the first purchase day out, as the Gamma-Gamma model wants it.

    Args:
        days: Customer days.
        last_day: The last local day that counts.
        currency: ISO code of the amounts.
    """
    bought = days.orders > 0
    first = days.day.min(where=bought)
    totals = days.group_by("customer_id").aggregate(
        first_on=first,
        last_on=days.day.max(where=bought),
        orders=days.orders.sum(),
        purchase_days=bought.cast("int64").sum(),
        spend=money_sum(days.net_amount),
        placed_amount=money_sum(days.placed_amount),
    )
    buyers = totals.filter(totals.orders > 0)
    buyers = buyers.left_join(_gaps(days), "customer_id").drop("customer_id_right")
    frequency = buyers.purchase_days - 1
    end = ibis.literal(last_day)
    buyers = buyers.mutate(
        frequency=frequency,
        recency_age=days_between(buyers.last_on, buyers.first_on),
        age=days_between(end, buyers.first_on),
        days_since_last=days_between(end, buyers.last_on),
        repeat_spend=(frequency > 0).ifelse(
            (buyers.placed_amount - buyers.first_amount).cast("float64") / frequency.nullif(0), None
        ),
        currency=ibis.literal(currency, type="string"),
    )
    return buyers.drop("first_amount")


def _gaps(days: ir.Table) -> ir.Table:
    """What was bought on the first purchase day, the gap before the last one, and how gaps vary."""
    bought = days.filter(days.orders > 0)
    by_day = ibis.window(group_by=bought.customer_id, order_by=bought.day)
    ranked = bought.mutate(
        place=ibis.row_number().over(by_day),
        places=bought.day.count().over(ibis.window(group_by=bought.customer_id)),
        previous=bought.day.lag(1).over(by_day),
    )
    gap = days_between(ranked.day, ranked.previous)
    return ranked.group_by("customer_id").aggregate(
        first_amount=money_sum((ranked.place == 0).ifelse(ranked.placed_amount, ibis.literal(0).cast(MONEY))),
        last_gap=((ranked.place == ranked.places - 1) & (ranked.places > 1)).ifelse(gap, None).max(),
        gap_deviation=gap.cast("float64").std(how="pop"),
    )


def monthly_sales(days: ir.Table, history: ir.Table) -> ir.Table:
    """One row per calendar month; see the contract `MONTHLY_SALES`.

    Args:
        days: Customer days.
        history: The purchase history.
    """
    known = days.mutate(month=days.day.truncate("month"))
    bought = known.orders > 0
    totals = known.group_by("month").aggregate(
        orders=known.orders.sum(),
        customers=known.customer_id.nunique(where=bought),
        revenue=money_sum(known.net_amount),
    )
    first = history.group_by(month=history.first_on.truncate("month")).aggregate(new_customers=history.count())
    joined = totals.left_join(first, "month")
    return joined.select(*totals.columns, new_customers=joined.new_customers.fill_null(0))


def days_between(later: ir.DateValue, earlier: ir.DateValue) -> ir.IntegerValue:
    """Whole days from ``earlier`` to ``later``."""
    return later.delta(earlier, unit="day").cast("int64")


def money_sum(values: ir.NumericValue) -> ir.NumericValue:
    """The sum of money, kept as money."""
    return values.sum().cast(MONEY)
