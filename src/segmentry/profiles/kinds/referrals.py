"""Who brought whom, and what customers are worth with that: value attributed, nothing counted twice.

Of several referrals of one customer the earliest counts, nobody refers himself, and of a circle the latest referral is
cut. Whether the referred would have come anyway is often not told; then the referrer is credited the saved cost alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.profiles.accounts.forests import cut_circles
from segmentry.profiles.accounts.keys import instant, keyed_as
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.science.influence import engagement_value

SELF, REPEATED, CIRCLE = "referred oneself", "referred again", "referred in a circle"
_LAST = datetime.max


@dataclass(frozen=True, slots=True)
class Referrals:
    """Referrals that count, and what was wrong with the others.

    Attributes:
        by: The referral of each customer who was brought, with ``referrer_id``, ``would_have_come``, ``saved_cost``.
        findings: Rows of the contract `KINDS_FINDINGS`.
    """

    by: dict[str, dict[str, Any]]
    findings: tuple[dict[str, Any], ...]


def referrals_known(referrals: ir.Table, identity: ir.Table | None, spec: KindsSpec) -> ir.Table:
    """Referrals up to the as-of: ``customer_id`` of who was brought, ``referrer_id``, time, cost.

    Args:
        referrals: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
        spec: Tells the as-of.
    """
    rows = keyed_as(referrals, "party_key", identity, "customer_id")
    rows = keyed_as(rows, "referrer_key", identity, "referrer_id")
    known = rows.filter(rows.referred_at.isnull() | (rows.referred_at <= instant(spec.as_of)))
    return known.select("customer_id", "referrer_id", "referred_at", "would_have_come", "saved_cost")


def counted_referrals(rows: Sequence[Mapping[str, Any]]) -> Referrals:
    """The referrals that count: one for each customer brought, none in a circle.

    Args:
        rows: Rows of `referrals_known`.
    """
    findings = []
    by: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda each: (each["referred_at"] or _LAST, each["referrer_id"], each["customer_id"])):
        brought, referrer = row["customer_id"], row["referrer_id"]
        if brought == referrer:
            findings.append(_finding(SELF, brought, referrer))
        elif brought in by and by[brought]["referrer_id"] != referrer:
            findings.append(_finding(REPEATED, brought, referrer))
        elif brought not in by:
            by[brought] = dict(row)
    above = {brought: row["referrer_id"] for brought, row in by.items()}
    forest, cut = cut_circles(above, lambda each: -_seconds(by[each]["referred_at"]))
    findings += [_finding(CIRCLE, each, above[each]) for each in cut]
    return Referrals({each: by[each] for each in forest}, tuple(findings))


def _seconds(moment: datetime | None) -> float:
    return ((moment or _LAST) - datetime(1970, 1, 1)).total_seconds()


def _finding(finding: str, customer: str, given: str) -> dict[str, Any]:
    told = {"finding": finding, "customer_id": customer, "given": given, "rows": 1}
    return {**told, "decision": "the referral is not counted"}


def referral_rows(referrals: Referrals) -> list[dict[str, Any]]:
    """``customer_id``, ``referrals_made``, ``referrals_incremental`` and ``referred_by`` of all who brought or came."""
    rows: dict[str, dict[str, Any]] = {}
    empty = {"referrals_made": 0, "referrals_incremental": 0, "referred": False}
    for brought, row in referrals.by.items():
        rows.setdefault(brought, dict(empty))["referred"] = True
        own = rows.setdefault(row["referrer_id"], dict(empty))
        own["referrals_made"] += 1
        own["referrals_incremental"] += row["would_have_come"] is False
    return [{"customer_id": customer, **row} for customer, row in sorted(rows.items())]


def engagement_rows(
    values: Mapping[str, float | None], referrals: Referrals, knowledge: Mapping[str, float], credit: float
) -> list[dict[str, Any]]:
    """What everybody is worth who brought somebody, was brought, or contributed (Kumar et al. 2010).

    Args:
        values: Lifetime value by customer; None or missing where it is not known, which counts as nothing here.
        referrals: The referrals that count.
        knowledge: Value of accepted contributions by customer.
        credit: Share of the value of who would not have come that goes to the referrer.

    Returns:
        ``customer_id``, ``own_value``, ``referral_value``, ``knowledge_value`` and ``engagement_value``.
    """
    referrers = {row["referrer_id"] for row in referrals.by.values()}
    everybody = sorted({*referrals.by, *referrers, *knowledge})
    place = {customer: number for number, customer in enumerate(everybody)}
    brought = [referrals.by.get(customer) for customer in everybody]
    if not everybody:
        return []
    found = engagement_value(
        [values.get(customer) or 0.0 for customer in everybody],
        np.array([-1 if row is None else place[row["referrer_id"]] for row in brought], dtype=np.int64),
        [0.0 if row is not None and row["would_have_come"] is False else 1.0 for row in brought],
        [max(float(row["saved_cost"] or 0), 0.0) if row is not None else 0.0 for row in brought],
        [max(knowledge.get(customer, 0.0), 0.0) for customer in everybody],
        credit=credit,
    )
    columns = zip(everybody, found.own, found.referral, found.knowledge, found.total, strict=True)
    return [
        {
            "customer_id": customer,
            "own_value": float(own) if values.get(customer) is not None else None,
            "referral_value": float(referral),
            "knowledge_value": float(known),
            "engagement_value": float(total),
        }
        for customer, own, referral, known, total in columns
    ]


def with_everybody(value: ir.Table, column: str, rows: ir.Table) -> ir.Table:
    """Engagement of every customer with a value: that of `engagement_rows`, else the value itself.

    Args:
        value: Lifetime values, keyed by ``customer_id``.
        column: Column of the value.
        rows: Rows of `engagement_rows`.
    """
    own = value.select(_id="customer_id", _value=value[column].cast("float64"))
    joined = own.outer_join(rows, own["_id"] == rows.customer_id)
    plain = joined.customer_id.isnull()
    return joined.select(
        customer_id=ibis.coalesce(joined["_id"], joined.customer_id),
        own_value=ibis.ifelse(plain, joined["_value"], joined.own_value),
        referral_value=joined.referral_value.fill_null(0.0),
        knowledge_value=joined.knowledge_value.fill_null(0.0),
        engagement_value=ibis.ifelse(plain, joined["_value"], joined.engagement_value),
    )
