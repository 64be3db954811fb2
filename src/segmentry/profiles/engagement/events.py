"""What events tell: how often, how broadly and how lately, and how orders were decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral.rhythm import share_below
from segmentry.profiles.engagement.traits import MEDIA


def event_traits(events: ir.Table, as_of: datetime, recent_days: int) -> ir.Table:
    """Counts of recent events, days and items by customer, and days since the last event ever.

    Args:
        events: Keyed events up to the as-of.
        as_of: Instant (UTC).
        recent_days: Days that count as recent.
    """
    now = ibis.literal(as_of, type="timestamp(6)")
    recent = events.occurred_at > ibis.literal(as_of - timedelta(days=recent_days), type="timestamp(6)")
    day = events.occurred_at.date()
    grouped = events.group_by("customer_id").aggregate(
        **{f"{medium}_events": _count(recent & (events.medium == medium).fill_null(False)) for medium in MEDIA},
        recent_events=_count(recent),
        event_days=day.nunique(where=recent),
        days_since_event=now.date().delta(day.max(), unit="day").cast("int64"),
        items_seen=events["item"].nunique(where=recent),
        categories_seen=events.category.nunique(where=recent),
        categorized=_count(recent & events.category.notnull()),
    )
    return grouped.mutate(
        engagement_band=band(grouped.recent_events.nullif(0)),
        views_per_category=grouped.categorized.cast("float64") / grouped.categories_seen.nullif(0),
        days_since_event=ibis.greatest(grouped.days_since_event, 0),
    ).drop("categorized")


def band(value: ir.NumericValue) -> ir.StringValue:
    """Light, medium or heavy by terciles among those with a value; equal values share a band (Twedt 1964)."""
    below, users = share_below(value)
    words = ibis.cases((below * 3 < users, "light"), (below * 3 < users * 2, "medium"), else_="heavy")
    return ibis.ifelse(value.isnull(), ibis.null("string"), words)


def decisions(events: ir.Table, orders: ir.Table, views: Sequence[str], days: int) -> ir.Table:
    """How orders were decided: looks at products in the days before each, by customer.

    Orders before which nothing was seen tell nothing, for who was not recognized was not seen either.

    Args:
        events: Keyed events up to the as-of.
        orders: Keyed orders that were placed up to the as-of.
        views: Names of events that are looks, in lower case.
        days: Days before an order that count.
    """
    looks = events.filter(events.event.lower().isin(list(views))).select(
        viewer="customer_id", seen_at=events.occurred_at.cast("timestamp(6)"), item=events["item"]
    )
    bought = orders.select("customer_id", "order_id", "source", ordered=orders.ordered_at.cast("timestamp(6)"))
    joined = bought.inner_join(
        looks,
        (
            bought.customer_id == looks.viewer,
            looks.seen_at <= bought.ordered,
            looks.seen_at > bought.ordered - ibis.interval(days=days),
        ),
    )
    each = joined.group_by("customer_id", "source", "order_id").aggregate(
        looks=joined.viewer.count(),
        items=joined["item"].nunique(),
        seconds=joined.ordered.max().epoch_seconds() - joined.seen_at.min().epoch_seconds(),
    )
    span = each.seconds.cast("float64") / 86_400.0
    grouped = (
        each.mutate(span=span)
        .group_by("customer_id")
        .aggregate(
            orders_with_views=ibis._.count(),
            views_before_order=ibis._.looks.mean(),
            items_before_order=ibis._["items"].mean(),
            days_of_consideration=ibis._.span.mean(),
            within_a_day=(ibis._.span < 1.0).cast("float64").mean(),
        )
    )
    style = ibis.ifelse(grouped.within_a_day > 0.5, "impulse", "considered")
    return grouped.mutate(buying_style=style).drop("within_a_day")


def interactions(tables: Sequence[ir.Table], since: datetime) -> ir.Table:
    """``customer_id`` and ``brand_interactions``: rows with ``customer_id`` and ``at`` after an instant."""
    whole = ibis.union(*tables) if len(tables) > 1 else tables[0]
    recent = whole.filter(whole["at"] > ibis.literal(since, type="timestamp(6)"))
    return recent.group_by("customer_id").aggregate(brand_interactions=ibis._.count())


def _count(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.cast("int64").sum()
