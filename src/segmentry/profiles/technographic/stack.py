"""Devices and stacks: what is in use, since when, and how fresh the evidence is."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, days_since
from segmentry.profiles.behavioral import join_all, main_value

DEVICE_WORDS = ("device", "devices", "hardware", "phone", "computer")
"""Categories of technologies that are devices."""
MOST_NAMED = 50
"""Technologies that are named per party."""


def in_use(technologies: ir.Table, last_day: date) -> ir.Table:
    """Technologies of each party known at the as-of, each once, with ``category``, days and pieces of ``evidence``.

    First seen is the earliest evidence, last seen the latest one; evidence after the as-of does not count, nor a last
    sight before the first.

    Args:
        technologies: The keyed canonical table.
        last_day: The last local day that counts.
    """
    first = technologies.first_seen_on
    known = technologies.filter(first.isnull() | (first <= day(last_day)))
    seen = ibis.ifelse(known.last_seen_on > day(last_day), day(last_day), known.last_seen_on)
    seen = ibis.ifelse((seen < known.first_seen_on).fill_null(False), known.first_seen_on, seen)
    rows = known.mutate(_seen=ibis.coalesce(seen, known.first_seen_on))
    return rows.group_by("customer_id", "technology").aggregate(
        category=rows.category.max(),
        first_seen_on=rows.first_seen_on.min(),
        last_seen_on=rows["_seen"].max(),
        evidence=rows.evidence.nunique(),
    )


def stack_traits(stack: ir.Table, last_day: date) -> ir.Table:
    """Size, breadth, names, age and freshness of each party's stack, devices left out.

    Args:
        stack: The table of `in_use`.
        last_day: The last local day that counts.
    """
    software = stack.filter(~stack.category.lower().isin(DEVICE_WORDS).fill_null(False))
    totals = software.group_by("customer_id").aggregate(
        stack_size=software.count(),
        stack_categories=software.category.nunique(),
        stack_age_days=days_since(last_day, software.first_seen_on).mean(),
        stack_newest_days=days_since(last_day, software.first_seen_on.max()),
        stack_seen_days=days_since(last_day, software.last_seen_on.max()),
        stack_evidence=software.evidence.sum(),
    )
    return join_all(totals, (named_stack(software),))


def named_stack(software: ir.Table) -> ir.Table:
    """``customer_id`` and ``stack``: names of the stack in the order of the alphabet, at most `MOST_NAMED`."""
    place = ibis.row_number().over(ibis.window(group_by=software.customer_id, order_by=software.technology.asc()))
    ranked = software.select("customer_id", "technology").mutate(_place=place)
    kept = ranked.filter(ranked["_place"] < MOST_NAMED)
    names = kept.group_by("customer_id").aggregate(_names=kept.technology.collect())
    return names.select("customer_id", stack=ibis.literal(", ").join(names["_names"].sort()))


def device_traits(stack: ir.Table | None, events: ir.Table | None) -> ir.Table | None:
    """Devices each party uses, and the one most events come from.

    Args:
        stack: The table of `in_use`, or None.
        events: Keyed events up to the as-of, or None.

    Returns:
        ``customer_id``, ``devices``, ``main_device`` and ``main_device_share``; None where no device is told.
    """
    one = ibis.literal(1, type="int64")
    parts = []
    if stack is not None:
        owned = stack.filter(stack.category.lower().isin(DEVICE_WORDS))
        parts.append(owned.select("customer_id", device=owned.technology, uses=ibis.literal(0, type="int64")))
    if events is not None:
        used = events.filter(events.device.notnull())
        parts.append(used.select("customer_id", "device", uses=one))
    if not parts:
        return None
    whole = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    counted = whole.group_by("customer_id").aggregate(devices=whole.device.lower().nunique())
    main = main_value(whole, "device", whole.uses, ("main_device", "main_device_share"))
    return join_all(counted, (main,))


def company_stack(organizations: ir.Table, people: ir.Table, stack: ir.Table) -> ir.Table:
    """An organization's stack with that of its people: ``customer_id``, ``technology``, ``category`` and so on.

    Args:
        organizations: Rows with ``customer_id``.
        people: ``account_id`` and ``customer_id`` of present contacts.
        stack: The table of `in_use`.
    """
    own = stack.semi_join(organizations, "customer_id")
    theirs = people.select("account_id", "customer_id").distinct().inner_join(stack, "customer_id")
    theirs = theirs.select(customer_id=theirs.account_id, **{name: theirs[name] for name in stack.columns[1:]})
    whole = own.union(theirs.select(*own.columns))
    return whole.group_by("customer_id", "technology").aggregate(
        category=whole.category.max(),
        first_seen_on=whole.first_seen_on.min(),
        last_seen_on=whole.last_seen_on.max(),
        evidence=whole.evidence.sum(),
    )
