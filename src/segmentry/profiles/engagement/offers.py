"""What meters, campaigns and service tell: how much is used, how offers are answered, and on which channel."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral import main_value
from segmentry.profiles.engagement.events import band


def usage_traits(usage: ir.Table, as_of: datetime, recent_days: int) -> ir.Table:
    """How much was used lately and before; quantities of several units are never added up.

    Args:
        usage: Keyed metered periods that began up to the as-of.
        as_of: Instant (UTC).
        recent_days: Days that count as recent; their later half is compared with the earlier one.
    """
    half = timedelta(days=recent_days) / 2
    middle, first = (ibis.literal(as_of - half * steps, type="timestamp(6)") for steps in (1, 2))
    start = usage.period_start.cast("timestamp(6)")
    later, before = start > middle, (start > first) & (start <= middle)
    grouped = usage.group_by("customer_id").aggregate(
        units=usage.unit.nunique() + usage.unit.isnull().any().cast("int64"),
        later=usage.quantity.sum(where=later).fill_null(0.0),
        before=usage.quantity.sum(where=before).fill_null(0.0),
        days_since_usage=ibis.literal(as_of.date()).delta(start.max().date(), unit="day").cast("int64"),
    )
    one = grouped.units == 1
    amount = ibis.ifelse(one, grouped.later.cast("float64"), ibis.null("float64"))
    told = grouped.mutate(metered_usage=amount)
    rate = told.metered_usage / (recent_days / 2)
    trend = ibis.ifelse(one, told.later / told.before.nullif(0.0) - 1.0, ibis.null("float64"))
    return told.select(
        "customer_id",
        "metered_usage",
        usage_trend=trend,
        metered_band=band(rate.nullif(0.0)),
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
