"""What meters, campaigns and service tell: how much is used, how offers are answered, and on which channel."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral import main_value
from segmentry.profiles.engagement.events import band
from segmentry.profiles.picking import first_rows

FEWEST_PERIODS = 2
"""Metered periods on either side below which no trend is told."""


def usage_traits(usage: ir.Table, as_of: datetime, recent_days: int) -> ir.Table:
    """How much was used lately, and how that compares with as many days before.

    Periods count once they are over, in the days in which they end. Sums are divided by the periods in which anybody is
    metered, so that neither three months against two nor a month not metered yet is a change; no change is told of whom
    the meter knows only since within the days before. Each customer has one metric, that of most periods: quantities of
    several metrics or units are never added up.

    Args:
        usage: Keyed metered periods that began up to the as-of.
        as_of: Instant (UTC).
        recent_days: Days that count as recent; they are compared with as many before.
    """
    middle, first = (ibis.literal(as_of - timedelta(days=recent_days * steps), type="timestamp(6)") for steps in (1, 2))
    start = usage.period_start.cast("timestamp(6)")
    began = usage.group_by("customer_id").aggregate(
        days_since_usage=ibis.literal(as_of.date()).delta(start.max().date(), unit="day").cast("int64")
    )
    facts = usage.select("customer_id", "metric", "unit", "quantity", over=ibis.coalesce(usage.period_end, start))
    facts = facts.mutate(over=facts.over.cast("timestamp(6)"))
    done = facts.filter(facts.over <= ibis.literal(as_of, type="timestamp(6)"))
    late, early = done.over > middle, (done.over > first) & (done.over <= middle)
    own = done.group_by("customer_id", "metric").aggregate(
        units=done.unit.nunique() + done.unit.isnull().any().cast("int64"),
        near=(done.over > first).cast("int64").sum(),
        periods=done.count(),
        later=done.quantity.sum(where=late).fill_null(0.0).cast("float64"),
        before=done.quantity.sum(where=early).cast("float64"),
        begin=done.over.min(),
    )
    main = first_rows(own, "customer_id", [own.near.desc(), own.periods.desc(), own["metric"].asc()])
    metered = done.group_by(of="metric").aggregate(
        late=done.over.nunique(where=late),
        early=done.over.nunique(where=early),
        opening=done.over.min(where=done.over > first),
    )
    known = main.left_join(metered, main["metric"] == metered["of"])
    told = began.left_join(known, "customer_id").drop("customer_id_right")
    one = told.units == 1
    enough = (told.late >= FEWEST_PERIODS) & (told.early >= FEWEST_PERIODS) & (told.begin <= told.opening)
    per_before = told.before / told.early.nullif(0)
    change = told.later / told.late.nullif(0) / per_before.nullif(0.0) - 1.0
    told = told.mutate(metered_usage=ibis.ifelse(one, told.later, ibis.null("float64")))
    return told.select(
        "customer_id",
        "metered_usage",
        usage_trend=ibis.ifelse(one & enough, change, ibis.null("float64")),
        metered_band=band((told.metered_usage / recent_days).nullif(0.0)),
        days_since_usage=ibis.greatest(told.days_since_usage, 0),
    )


def offer_traits(touches: ir.Table, as_of: datetime, fewest: int) -> ir.Table:
    """How offers are answered.

    Args:
        touches: Keyed campaign contacts up to the as-of.
        as_of: Instant (UTC).
        fewest: Offers below which no rate is told.
    """
    treated = touches.filter(touches.arm == "treated")
    answered = treated.responded.fill_null(False)
    last = treated.touched_at.max(where=answered)
    grouped = treated.group_by("customer_id").aggregate(
        offers_received=treated.count(),
        offers_answered=answered.cast("int64").sum(),
        known=treated.responded.count(),
        days_since_answer=ibis.literal(as_of.date()).delta(last.date(), unit="day").cast("int64"),
    )
    rate = grouped.offers_answered.cast("float64") / grouped.known.nullif(0)
    enough = grouped.known >= fewest
    told = grouped.known > 0
    return grouped.select(
        "customer_id",
        "offers_received",
        "days_since_answer",
        offers_answered=ibis.ifelse(told, grouped.offers_answered, ibis.null("int64")),
        offer_response_rate=ibis.ifelse(enough, rate, ibis.null("float64")),
    )


def channel_traits(touches: ir.Table | None, service: ir.Table | None, as_of: datetime, recent_days: int) -> ir.Table:
    """The channel a customer answers on or comes by, and recent contacts with service.

    Args:
        touches: Keyed campaign contacts; None where none are told.
        service: Keyed contacts with service; None where none are told.
        as_of: Instant (UTC).
        recent_days: Days that count as recent.
    """
    parts = []
    if touches is not None:
        answered = touches.filter(touches.responded.fill_null(False))
        parts.append(answered.select("customer_id", "channel"))
    if service is not None:
        parts.append(service.select("customer_id", "channel"))
    whole = (parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]).mutate(weight=ibis.literal(1, type="int64"))
    names = ("preferred_contact_channel", "preferred_contact_share")
    found = main_value(whole, "channel", whole.weight, names)
    if service is None:
        return found.mutate(service_contacts_recent=ibis.null("int64"))
    since = ibis.literal(as_of - timedelta(days=recent_days), type="timestamp(6)")
    recent = service.contacted_at > since
    counted = service.group_by("customer_id").aggregate(service_contacts_recent=recent.cast("int64").sum())
    joined = counted.outer_join(found, "customer_id")
    key = ibis.coalesce(joined.customer_id, joined.customer_id_right)
    return joined.mutate(customer_id=key).drop("customer_id_right")
