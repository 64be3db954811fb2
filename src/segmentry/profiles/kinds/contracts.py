"""Contracts by who pays: what runs, since when, for how long, for how much, and when it is to be renewed."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, days_since, keyed_as
from segmentry.profiles.history import days_between

ENDED_BEFORE = "contract ended before it began"
_ENDING = ("canceled", "cancelled", "terminated", "churned", "expired", "ended", "closed", "inactive")
_MONTHS_OF_YEAR = 12.0


def contracts_known(subscriptions: ir.Table, identity: ir.Table | None, last_day: date) -> ir.Table:
    """Contracts begun by the as-of, with ``customer_id`` of who pays, ``user_id``, and whether each is ``running``.

    A contract runs until its last day is past; without one it runs unless its status says that it has ended. One that
    ended before it began does not count.

    Args:
        subscriptions: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
        last_day: The last local day that counts.
    """
    rows = keyed_as(subscriptions, "party_key", identity, "customer_id")
    rows = keyed_as(rows, "user_key", identity, "user_id")
    known = rows.filter((rows.started_on <= day(last_day)) & ~(rows.ended_on < rows.started_on).fill_null(False))
    told_end = known.status.lower().strip().isin(_ENDING).fill_null(False)
    past = (known.ended_on <= day(last_day)).fill_null(False)
    running = ~past & (known.ended_on.notnull() | ~told_end)
    ends = ibis.coalesce(known.ended_on, known.renews_on)
    return known.mutate(running=running, due_on=ibis.ifelse(running & (ends > day(last_day)), ends, ibis.null("date")))


def contract_findings(subscriptions: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Contracts that ended before they began: rows of the contract `KINDS_FINDINGS`."""
    rows = keyed_as(subscriptions, "party_key", identity, "customer_id")
    wrong = rows.filter((rows.ended_on < rows.started_on).fill_null(False))
    counted = wrong.group_by("customer_id", given=wrong.subscription_id).aggregate(rows=wrong.count())
    return counted.select(
        "customer_id", "given", "rows", finding=ibis.literal(ENDED_BEFORE), decision=ibis.literal("it is not counted")
    ).select("finding", "customer_id", "given", "rows", "decision")


def contract_traits(known: ir.Table, last_day: date) -> ir.Table:
    """Contracts of each payer: running and ended, term, yearly amount, next renewal, length.

    The yearly amount adds up amounts of a term brought to twelve months; it is empty where the term of a running
    contract is not told, and where several currencies run.

    Args:
        known: The table of `contracts_known`.
        last_day: The last local day that counts.
    """
    yearly = known.amount.cast("float64") * _MONTHS_OF_YEAR / known.term_months.nullif(0)
    rows = known.mutate(_yearly=ibis.ifelse(known.running, yearly, ibis.null("float64")))
    now = rows.running
    totals = rows.group_by("customer_id").aggregate(
        contracts=rows.count(),
        running_contracts=now.cast("int64").sum(),
        contract_since=rows.started_on.min(),
        contract_term_months=rows.term_months.max(where=now),
        contract_users=rows.user_id.nunique(where=now),
        next_renewal_on=rows.due_on.min(),
        _yearly=rows["_yearly"].sum(),
        _known=rows["_yearly"].count(),
        _currencies=rows.currency.nunique(where=now),
    )
    whole = (totals["_known"] == totals.running_contracts) & (totals["_currencies"] <= 1)
    return totals.select(
        "customer_id",
        "contracts",
        "running_contracts",
        "contract_since",
        "contract_term_months",
        "contract_users",
        "next_renewal_on",
        contract_days=days_since(last_day, totals.contract_since),
        contract_yearly_amount=ibis.ifelse(whole, totals["_yearly"], ibis.null("float64")),
        days_to_renewal=days_between(totals.next_renewal_on, day(last_day)),
    )


def contract_roles(known: ir.Table) -> ir.Table:
    """Contracts in the shape of the table `PURCHASE_ROLES`: who pays uses it, unless another user is told."""
    return known.select(
        "source",
        "amount",
        "currency",
        purchase=ibis.literal("contract"),
        purchase_id=known.subscription_id,
        buyer_id=known.customer_id,
        payer_id=known.customer_id,
        user_id=ibis.coalesce(known.user_id, known.customer_id),
        began_on=known.started_on,
    )
