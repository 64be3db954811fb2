"""The risk at renewal: a stated rule with its parts, not a probability.

A contract is judged once it ends within `KindsSpec.renewal_days`. Two parts count against it: usage falls by
`KindsSpec.usage_drop` or more, and the users' satisfaction lies below `KindsSpec.satisfaction_low`. One part makes the
risk raised, both make it high, none low; where neither is known it is unjudged.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.kinds.spec import KindsSpec

RISKS = ("not_due", "unjudged", "low", "raised", "high")
"""Words of the rule."""


def renewal_risk(payers: ir.Table, spec: KindsSpec) -> ir.Table:
    """The rule and its parts, one row for each payer whose renewal is dated.

    Args:
        payers: ``customer_id``, ``days_to_renewal``, ``usage_change`` and ``users_satisfaction``.
        spec: Tells the limits.

    Returns:
        ``customer_id``, ``renewal_due``, ``usage_falling``, ``satisfaction_low``, ``renewal_risk`` and
        ``renewal_risk_reasons``.
    """
    dated = payers.filter(payers.days_to_renewal.notnull())
    due = dated.days_to_renewal <= spec.renewal_days
    falling = dated.usage_change <= -spec.usage_drop
    low = dated.users_satisfaction < spec.satisfaction_low
    against = falling.fill_null(False).cast("int64") + low.fill_null(False).cast("int64")
    word = ibis.cases(
        (~due, "not_due"),
        (falling.isnull() & low.isnull(), "unjudged"),
        (against == 0, "low"),
        (against == 1, "raised"),
        else_="high",
    )
    ends = ibis.literal("contract ends in ") + dated.days_to_renewal.cast("string") + " days"
    percent = (-dated.usage_change * 100).round(0).cast("int64").cast("string")
    points = (dated.users_satisfaction * 100).round(0).cast("int64").cast("string")
    fell = ibis.ifelse(falling.fill_null(False), ibis.literal("; usage fell by ") + percent + " %", "")
    unhappy = ibis.ifelse(low.fill_null(False), ibis.literal("; satisfaction of users ") + points + " of 100", "")
    return dated.select(
        "customer_id",
        renewal_due=due,
        usage_falling=falling,
        satisfaction_low=low,
        renewal_risk=word,
        renewal_risk_reasons=ibis.ifelse(due, ends + fell + unhappy, ibis.null("string")),
    )
