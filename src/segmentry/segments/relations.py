"""What was told of a customer's consents, addresses and roles, keyed by ``customer_id``."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.history import keyed
from segmentry.segments.literals import first_day_from


def consents(table: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Words on purposes: ``customer_id``, ``purpose``, ``channel``, ``given`` and ``recorded_at``.

    Args:
        table: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
    """
    return keyed(table, identity).select("customer_id", "purpose", "channel", "given", "recorded_at")


def addresses(table: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Addresses: ``customer_id``, ``channel`` and ``usable``; one of which nothing bad is known counts as usable."""
    known = keyed(table, identity)
    return known.select("customer_id", "channel", usable=known.usable.fill_null(True))


def contacts(table: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Roles of persons at organizations: ``account_id``, ``customer_id``, ``role``, ``started_on`` and ``ended_on``.

    Args:
        table: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
    """
    told = ("role", "started_on", "ended_on")
    persons = keyed(table.select("party_key", "account_key", *told), identity)
    named = persons.select(*told, person="customer_id", party_key="account_key")
    return keyed(named, identity).select(*told, account_id="customer_id", customer_id="person").distinct()


def settled(table: ir.Table) -> ir.Table:
    """The same of roles that profiles have keyed and settled: one word for each role, contradictions solved.

    Args:
        table: ``account_contacts_keyed``.
    """
    return table.select("account_id", "customer_id", "role", started_on="since", ended_on="until").distinct()


def in_role(links: ir.Table, as_of: datetime, timezone: str) -> ir.Table:
    """The links that hold at an instant: from the beginning of the first day through the end of the last.

    Args:
        links: What `contacts` tells; a missing day stands for always.
        as_of: The instant (UTC).
        timezone: Zone in which days begin.
    """
    today = ibis.literal(first_day_from(as_of + timedelta(microseconds=1), timezone) - timedelta(days=1))
    begun = (links.started_on <= today).fill_null(True)
    over = (links.ended_on < today).fill_null(False)
    return links.filter(begun, ~over)


def turns_of_roles(links: ir.Table) -> ir.Table:
    """The days with which links begin and end to hold: ``customer_id`` (the account) and ``time``."""
    day = ibis.interval(days=1)
    begins = links.filter(links.started_on.notnull()).select(customer_id="account_id", time="started_on")
    ended = links.filter(links.ended_on.notnull())
    return begins.union(ended.select(customer_id="account_id", time=(ended.ended_on + day).cast("date")))
