"""Use of the internet from events: how often, how long, and for what."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.behavioral import join_all, main_value
from segmentry.profiles.technographic.spec import TechnographicSpec

MEDIA = ("web", "app", "search", "viewing", "social", "community", "e-mail")
"""Types of use that have a share of their own."""


def internet_use(events: ir.Table, spec: TechnographicSpec) -> ir.Table:
    """Frequency, duration and type of use over `TechnographicSpec.use_days`, one row for each party with any event.

    Days are those of UTC. A party known for less than the whole span is measured over the days since its first event,
    at least a week: otherwise everybody new would be a rare user. Minutes are empty where no event tells seconds.

    Args:
        events: The keyed canonical table.
        spec: Tells the as-of and the span.
    """
    known = events.filter(events.occurred_at <= instant(spec.as_of))
    start = spec.as_of - timedelta(days=spec.use_days)
    first = known.group_by("customer_id").aggregate(_first=known.occurred_at.min())
    recent = known.filter(known.occurred_at > instant(start))
    medium = recent.medium.lower()
    minutes = ibis.ifelse(recent.seconds >= 0, recent.seconds, ibis.null("float64")) / 60.0
    used = recent.group_by("customer_id").aggregate(
        _days=recent.occurred_at.cast("date").nunique(),
        _minutes=minutes.sum(),
        _events=recent.count(),
        _told=medium.notnull().cast("int64").sum(),
        **{f"_{_name(each)}": (medium == each).fill_null(False).cast("int64").sum() for each in MEDIA},
    )
    joined = first.left_join(used, "customer_id").drop("customer_id_right")
    age = instant(spec.as_of).cast("date").delta(joined["_first"].cast("date"), unit="day").cast("int64")
    span = ibis.least(ibis.greatest(age, 7), spec.use_days).cast("float64")
    days = joined["_days"].fill_null(0)
    told = joined["_told"].nullif(0).cast("float64")
    main = main_value(recent, "medium", ibis.literal(1, type="int64"), ("main_internet_use", "main_internet_use_share"))
    traits = joined.select(
        "customer_id",
        internet_days_per_month=days * 30.0 / span,
        internet_minutes_per_day=joined["_minutes"] / days.nullif(0),
        internet_events_per_day=joined["_events"].cast("float64") / days.nullif(0),
        **{f"{_name(each)}_use_share": joined[f"_{_name(each)}"].cast("float64") / told for each in MEDIA},
    )
    return join_all(traits, (main,))


def _name(medium: str) -> str:
    return medium.replace("-", "")
