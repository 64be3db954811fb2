"""Party keys of any column as customers, and what stands at an instant."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from segmentry.profiles.history import money_sum


def keyed_as(facts: ir.Table, column: str, identity: ir.Table | None, name: str) -> ir.Table:
    """``facts`` with the customer behind the party key in ``column`` as ``name``; empty where the key is.

    Args:
        facts: Any table.
        column: Column with a party key.
        identity: The identity table, or None while every party is a customer of its own.
        name: Name of the new column.
    """
    if identity is None:
        return facts.mutate(**{name: facts[column]})
    known = identity.select(_key="party_key", _customer="customer_id")
    joined = facts.left_join(known, facts[column] == known["_key"])
    return joined.mutate(**{name: ibis.coalesce(joined["_customer"], joined[column])}).drop("_key", "_customer")


def instant(as_of: datetime) -> ir.TimestampValue:
    """The as-of as an expression."""
    return ibis.literal(as_of, type="timestamp(6)")


def day(last_day: date) -> ir.DateValue:
    """The last local day as an expression."""
    return ibis.literal(last_day)


def in_force(since: ir.DateValue, until: ir.DateValue, last_day: date) -> ir.BooleanValue:
    """Whether something holds on the last day that counts: begun, as far as told, and kept through its own last day."""
    begun = (since <= day(last_day)).fill_null(True)
    over = (until < day(last_day)).fill_null(False)
    return begun & ~over


def days_since(last_day: date, moment: ir.Value) -> ir.IntegerValue:
    """Whole days from a moment or day to the last local day."""
    return day(last_day).delta(moment.cast("date"), unit="day").cast("int64")


def in_one_currency(amount: ir.DecimalValue, currency: ir.StringValue) -> ir.DecimalValue:
    """The sum of amounts as an aggregate; empty where those that are told name several currencies."""
    total = money_sum(amount)
    return ibis.ifelse(currency.nunique(where=amount.notnull()) <= 1, total, ibis.null(total.type()))
