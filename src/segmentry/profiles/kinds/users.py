"""What users say and use, rolled up to who pays for them."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import in_force, instant
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.profiles.picking import first_rows

SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
"""Scales of ratings whose source tells none."""
OFF_SCALE = "rating off its scale"
USERS, CONTACTS = "users", "contacts"
_DIGITS = 9  # a mean is a little off, and what lies exactly at a limit must be seen there


def people_of_payers(contracts: ir.Table | None, contacts: ir.Table | None, spec: KindsSpec) -> ir.Table | None:
    """Who belongs to each payer: ``payer_id``, ``customer_id`` and whether the person is a ``user``.

    Users are those a running contract names, who pays where it names nobody, and contacts in the role of user; other
    contacts belong to the payer without being users.

    Args:
        contracts: The table of `contracts.contracts_known`, or None.
        contacts: The keyed contacts of organizations, or None.
        spec: Tells the as-of.
    """
    parts = []
    if contracts is not None:
        running = contracts.filter(contracts.running)
        user = ibis.coalesce(running.user_id, running.customer_id)
        parts.append(running.select(payer_id=running.customer_id, customer_id=user, user=ibis.literal(True)))
    if contacts is not None:
        present = contacts.filter(in_force(contacts.since, contacts.until, spec.last_day))
        is_user = (present.role == "user").fill_null(False)
        parts.append(present.select(payer_id=present.account_id, customer_id=present.customer_id, user=is_user))
    if not parts:
        return None
    whole = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    return whole.group_by("payer_id", "customer_id").aggregate(user=whole.user.any())


def rated(feedback: ir.Table) -> ir.Table:
    """Ratings of customers with ``satisfaction``, 0 at the lowest and 1 at the highest point of the scale.

    Remarks of sales and service, and ratings whose scale is not known, are left out; a rating off its scale has no
    satisfaction.

    Args:
        feedback: The keyed canonical table.
    """
    kind = feedback.kind.lower()
    low = ibis.coalesce(
        feedback.scale_low, kind.cases(*((k, v[0]) for k, v in SCALES.items()), else_=ibis.null("float64"))
    )
    high = ibis.coalesce(
        feedback.scale_high, kind.cases(*((k, v[1]) for k, v in SCALES.items()), else_=ibis.null("float64"))
    )
    own = feedback.author.isnull() | (feedback.author.lower() == "customer")
    known = feedback.mutate(_low=low, _high=high).filter(
        own & feedback.rating.notnull() & (high > low) & ~kind.isin(("remark", "rejection")).fill_null(False)
    )
    share = (known.rating - known["_low"]) / (known["_high"] - known["_low"])
    return known.mutate(satisfaction=ibis.ifelse(share.between(0.0, 1.0), share, ibis.null("float64")))


def rating_findings(ratings: ir.Table) -> ir.Table:
    """Ratings off their scale: rows of the contract `KINDS_FINDINGS`."""
    wrong = ratings.filter(ratings.satisfaction.isnull())
    counted = wrong.group_by("customer_id", given=wrong.rating.cast("string")).aggregate(rows=wrong.count())
    return counted.select(
        "customer_id", "given", "rows", finding=ibis.literal(OFF_SCALE), decision=ibis.literal("it is not counted")
    ).select("finding", "customer_id", "given", "rows", "decision")


def latest_satisfaction(ratings: ir.Table, spec: KindsSpec) -> ir.Table:
    """``customer_id`` and the latest ``satisfaction`` within `KindsSpec.satisfaction_days`."""
    start = spec.as_of - timedelta(days=spec.satisfaction_days)
    recent = ratings.filter(
        ratings.satisfaction.notnull() & (ratings.given_at > instant(start)) & (ratings.given_at <= instant(spec.as_of))
    )
    order = [recent.given_at.desc(), recent.feedback_id.desc()]
    return first_rows(recent, "customer_id", order).select("customer_id", "satisfaction")


def users_satisfaction(people: ir.Table, latest: ir.Table) -> ir.Table:
    """Mean satisfaction of the users of each payer, each user once; of all its people where no user has rated.

    Args:
        people: The table of `people_of_payers`.
        latest: The table of `latest_satisfaction`.

    Returns:
        ``customer_id`` of the payer, ``users_satisfaction``, ``users_rated`` and ``satisfaction_of``.
    """
    rows = people.inner_join(latest, "customer_id")
    found = rows.group_by(_payer="payer_id").aggregate(
        _users=rows.user.cast("int64").sum(),
        _of_users=rows.satisfaction.mean(where=rows.user),
        _people=rows.count(),
        _of_people=rows.satisfaction.mean(),
    )
    by_users = found["_users"] > 0
    return found.select(
        customer_id="_payer",
        users_satisfaction=ibis.ifelse(by_users, found["_of_users"], found["_of_people"]).round(_DIGITS),
        users_rated=ibis.ifelse(by_users, found["_users"], found["_people"]),
        satisfaction_of=ibis.ifelse(by_users, USERS, CONTACTS),
    )


def main_metric(usage: ir.Table) -> ir.Table:
    """Metrics by the number of parties they are told of: ``metric`` and ``parties``."""
    return usage.group_by("metric").aggregate(parties=usage.customer_id.nunique())


def users_usage(people: ir.Table | None, usage: ir.Table, spec: KindsSpec) -> ir.Table:
    """Usage of the people of each payer, and of the payer itself: per period now and before, and the change.

    Now is the last `KindsSpec.usage_days`, before as many days ahead of them. A period counts by its begin, and only
    once it is over. Sums are divided by the periods in which anybody is metered, so that a period not metered yet is
    no fall. No change is told of whom the meter knows only since within the days before.

    Args:
        people: The table of `people_of_payers`, or None.
        usage: The keyed canonical table, of one metric.
        spec: Tells the as-of and the days.

    Returns:
        ``customer_id`` of the payer, ``usage_now``, ``usage_before`` and ``usage_change``.
    """
    start = spec.as_of - timedelta(days=spec.usage_days)
    earlier = start - timedelta(days=spec.usage_days)
    over = ibis.coalesce(usage.period_end, usage.period_start) <= instant(spec.as_of)
    done = usage.filter(over).select("customer_id", "period_start", "quantity")
    own = done.mutate(payer_id=done.customer_id)
    if people is not None:
        theirs = people.filter(people.payer_id != people.customer_id).select("payer_id", "customer_id")
        joined = theirs.inner_join(done, "customer_id")
        own = own.union(joined.select(*own.columns))
    now = own.period_start > instant(start)
    before = (own.period_start > instant(earlier)) & ~now
    periods = done.aggregate(
        _now=done.period_start.nunique(where=done.period_start > instant(start)),
        _before=done.period_start.nunique(
            where=(done.period_start > instant(earlier)) & (done.period_start <= instant(start))
        ),
        _first=done.period_start.min(where=done.period_start > instant(earlier)),
    )
    sums = own.group_by("payer_id").aggregate(
        _sum_now=own.quantity.sum(where=now), _sum_before=own.quantity.sum(where=before), _begin=own.period_start.min()
    )
    both = sums.cross_join(periods)
    per_now = both["_sum_now"].fill_null(0.0) / both["_now"].nullif(0)
    per_before = both["_sum_before"] / both["_before"].nullif(0)
    known = both["_begin"] <= both["_first"]
    return both.select(
        customer_id="payer_id",
        usage_now=per_now,
        usage_before=per_before,
        usage_change=ibis.ifelse(known, (per_now / per_before.nullif(0.0) - 1.0).round(_DIGITS), ibis.null("float64")),
    )
