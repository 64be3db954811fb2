"""What feedback tells of each customer, as expressions."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import days_since, instant
from segmentry.profiles.feedback.ratings import from_customers, newest
from segmentry.profiles.feedback.remarks import remarks
from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.profiles.picking import first_rows
from segmentry.science.satisfaction import DETRACTORS_TO, PROMOTERS_FROM


def rating_traits(ratings: ir.Table, spec: FeedbackSpec) -> ir.Table:
    """The newest rating of each measure, one row for each customer.

    Args:
        ratings: Usable ratings.
        spec: Tells whether high points of effort mean little of it.
    """
    last = newest(ratings.filter(ratings.customer_id.notnull()), [])
    share = (last.rating - last.scale_low) / (last.scale_high - last.scale_low).nullif(0)
    rows = last.mutate(share=share)
    is_nps = rows.measure == "nps"
    found = rows.group_by("customer_id").aggregate(
        nps_rating=rows.rating.max(where=is_nps).cast("int64"),
        stated_satisfaction=rows.share.max(where=rows.measure == "csat"),
        ease=rows.share.max(where=rows.measure == "ces"),
        review_rating=rows.share.max(where=rows.measure == "review"),
    )
    rating = found.nps_rating
    known = ibis.cases((rating >= PROMOTERS_FROM, "promoter"), (rating <= DETRACTORS_TO, "detractor"), else_="passive")
    return found.mutate(
        nps_class=ibis.ifelse(rating.isnull(), ibis.null("string"), known),
        stated_effort=1.0 - found.ease if spec.high_is_easy else found.ease,
    ).drop("ease")


def record_traits(feedback: ir.Table, waiting: ir.Table, spec: FeedbackSpec) -> ir.Table:
    """How much each customer said, and how much was remarked of each.

    Args:
        feedback: Known feedback with ``customer_id``.
        waiting: Remarks that are not answered.
        spec: Tells the last day.
    """
    named = feedback.filter(feedback.customer_id.notnull())
    own = from_customers(named)
    given = own.group_by("customer_id").aggregate(feedback_given=own.count(), last=own.given_at.max())
    about, still = remarks(named), waiting.filter(waiting.customer_id.notnull())
    noted = about.group_by("customer_id").aggregate(remarks=about.count())
    lacking = still.group_by("customer_id").aggregate(open_remarks=still.count())
    whole = named.select("customer_id").distinct()
    for part in (given, noted, lacking):
        whole = whole.left_join(part, "customer_id").drop("customer_id_right")
    return whole.select(
        "customer_id",
        feedback_given=whole.feedback_given.fill_null(0),
        days_since_feedback=_from_none(days_since(spec.last_day, whole["last"])),
        remarks=whole.remarks.fill_null(0),
        open_remarks=whole.open_remarks.fill_null(0),
    )


def _from_none(days: ir.IntegerValue) -> ir.IntegerValue:
    """Days below 0, of the last day itself, as 0; not known stays so, which the greatest of two would make 0."""
    return ibis.ifelse(days < 0, 0, days)


def text_traits(texts: ir.Table, spec: FeedbackSpec) -> ir.Table:
    """Mean sentiment of recent texts, and the theme of the newest text that has one.

    Args:
        texts: The published ``feedback_read``, those of customers themselves.
        spec: Tells the as-of and what is recent.
    """
    named = texts.filter(texts.customer_id.notnull())
    recent = (named.given_at > instant(spec.as_of - timedelta(days=spec.recent_days))).fill_null(False)
    mood = named.group_by("customer_id").aggregate(feedback_sentiment=named.sentiment.mean(where=recent))
    told = named.filter(named.theme.notnull())
    order = [told.given_at.isnull().asc(), told.given_at.desc(), told.source.desc(), told.feedback_id.desc()]
    newest_theme = first_rows(told, "customer_id", order).select("customer_id", feedback_theme="theme")
    return mood.left_join(newest_theme, "customer_id").drop("customer_id_right")
