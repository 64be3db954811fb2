"""What was told of a customer's consents, addresses and roles, keyed by ``customer_id``."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from segmentry.profiles.history import keyed


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


def contacts(table: ir.Table, identity: ir.Table | None, as_of: datetime | None) -> ir.Table:
    """Roles of persons at organizations: ``account_id``, ``customer_id`` and ``role``.

    Args:
        table: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
        as_of: Instant (UTC) at which a role must hold; None for every role that ever was.
    """
    rows = table
    if as_of is not None:
        now = ibis.literal(as_of, type="timestamp(6)")
        begun = rows.started_on.isnull() | (rows.started_on.cast("timestamp(6)") <= now)
        over = (rows.ended_on.cast("timestamp(6)") <= now).fill_null(False)
        rows = rows.filter(begun, ~over)
    persons = keyed(rows.select("party_key", "account_key", "role"), identity)
    named = persons.select(person="customer_id", party_key="account_key", role="role")
    return keyed(named, identity).select("role", account_id="customer_id", customer_id="person").distinct()
