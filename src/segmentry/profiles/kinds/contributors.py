"""Contributors: users attracted and revenue caused by what was accepted; what was not counts nothing."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.history import money_sum
from segmentry.profiles.kinds.spec import KindsSpec


def contribution_traits(contributions: ir.Table, spec: KindsSpec) -> ir.Table:
    """What each contributor gave and what it brought, up to the as-of.

    Args:
        contributions: The keyed canonical table.
        spec: Tells the as-of.

    Returns:
        ``customer_id``, ``contributions_made``, ``contributions_accepted``, ``acceptance_share`` among those decided,
        ``contribution_users`` and ``contribution_revenue``; the last is empty where accepted ones name several
        currencies.
    """
    when = contributions.contributed_at
    known = contributions.filter(when.isnull() | (when <= instant(spec.as_of)))
    taken = known.accepted.fill_null(False)
    users = ibis.ifelse(taken & (known.users_attracted > 0), known.users_attracted, 0)
    revenue = ibis.ifelse(
        taken & (known.revenue_caused > 0), known.revenue_caused, ibis.literal(0).cast("decimal(18, 4)")
    )
    rows = known.mutate(_taken=taken, _users=users, _revenue=revenue)
    sums = rows.group_by("customer_id").aggregate(
        contributions_made=rows.count(),
        contributions_accepted=rows["_taken"].cast("int64").sum(),
        contribution_users=rows["_users"].sum(),
        _revenue=money_sum(rows["_revenue"]),
        _decided=rows.accepted.count(),
        _currencies=rows.currency.nunique(where=rows["_taken"]),
    )
    one = sums["_currencies"] <= 1
    return sums.mutate(
        acceptance_share=sums.contributions_accepted.cast("float64") / sums["_decided"].nullif(0),
        contribution_revenue=ibis.ifelse(one, sums["_revenue"], ibis.null(sums["_revenue"].type())),
    ).drop("_revenue", "_decided", "_currencies")
