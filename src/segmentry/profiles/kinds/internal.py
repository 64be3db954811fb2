"""Internal customers: service levels and satisfaction instead of a lifetime value (Heskett et al. 1994)."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.vocabulary import Kind


def internal_customers(kinds: ir.Table, spec: KindsSpec) -> ir.Table:
    """Customers of kind internal at the as-of: ``customer_id``.

    Args:
        kinds: The keyed kinds of parties.
        spec: Tells the as-of.
    """
    now = instant(spec.as_of)
    begun = kinds.since.isnull() | (kinds.since <= now)
    lasts = kinds.until.isnull() | (kinds.until > now)
    return kinds.filter((kinds.kind == Kind.INTERNAL.value) & begun & lasts).select("customer_id").distinct()


def service_levels(internal: ir.Table, contacts: ir.Table, spec: KindsSpec) -> ir.Table:
    """Waiting and handling of each internal customer against the targets, up to the as-of.

    The service level is the share of cases within the target among those whose minutes are told; without a target
    there is none.

    Args:
        internal: The table of `internal_customers`.
        contacts: The keyed canonical table of contacts with service.
        spec: Tells the as-of and the targets.

    Returns:
        ``customer_id``, ``internal_cases``, means, ``waiting_level`` and ``handling_level``.
    """
    rows = contacts.filter(contacts.contacted_at <= instant(spec.as_of)).semi_join(internal, "customer_id")
    waited = ibis.ifelse(rows.waiting_minutes >= 0, rows.waiting_minutes, ibis.null("float64"))
    handled = ibis.ifelse(rows.handling_minutes >= 0, rows.handling_minutes, ibis.null("float64"))
    levels = rows.group_by("customer_id").aggregate(
        internal_cases=rows.count(),
        internal_mean_waiting=waited.mean(),
        internal_mean_handling=handled.mean(),
        waiting_level=_level(waited, spec.waiting_target),
        handling_level=_level(handled, spec.handling_target),
    )
    joined = internal.left_join(levels, "customer_id").drop("customer_id_right")
    return joined.mutate(internal_cases=joined.internal_cases.fill_null(0))


def _level(minutes: ir.FloatingValue, target: float | None) -> ir.FloatingValue:
    return minutes.max().nullif(minutes.max()) if target is None else (minutes <= target).cast("float64").mean()


def internal_satisfaction(internal: ir.Table, latest: ir.Table) -> ir.Table:
    """``customer_id`` and ``internal_satisfaction``: the latest, 0 to 1.

    Args:
        internal: The table of `internal_customers`.
        latest: The table of `users.latest_satisfaction`.
    """
    return latest.semi_join(internal, "customer_id").select("customer_id", internal_satisfaction="satisfaction")


def require_value_applies(customer: str, kinds: Collection[str]) -> None:
    """Refuse a lifetime value for a customer who is internal and buys nothing.

    Args:
        customer: Id of the customer.
        kinds: Its kinds.

    Raises:
        EstimationError: code ``CLV_INTERNAL``.
    """
    if Kind.INTERNAL.value in kinds and Kind.BUYER.value not in kinds:
        what = "An internal customer has no lifetime value: nothing is sold to it"
        next_step = "Ask for its service levels and its satisfaction."
        raise EstimationError(Problem("CLV_INTERNAL", what, "lifetime value", customer, next_step))
