"""Ratings of customers from feedback and from surveys, as one table of expressions, and counted for the science."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.profiles.picking import first_rows
from segmentry.science.satisfaction import ces, csat, nps
from segmentry.terms.clock import midnight_after
from segmentry.terms.numbers import Estimate, NotEstimable

STAFF = ("sales", "service")
"""Authors of feedback who are no customers."""

REMARKS = ("remark", "rejection")
"""Kinds of feedback that want an answer."""

EVERYBODY = "everybody"
ALL_TIME = "all"
_KEY = ["measure", "dimension", "value", "period", "scale_low", "scale_high"]


def from_customers(feedback: ir.Table) -> ir.Table:
    """Feedback that customers gave themselves: no remark, and not written by sales or service."""
    staff = feedback.author.lower().strip().isin(STAFF).fill_null(False)
    return feedback.filter(~staff & ~feedback.kind.lower().strip().isin(REMARKS).fill_null(False))


def known(feedback: ir.Table, spec: FeedbackSpec) -> ir.Table:
    """Feedback that was there at the as-of; what tells no time was."""
    return feedback.filter((feedback.given_at <= instant(spec.as_of)).fill_null(True))


def rated_feedback(feedback: ir.Table, spec: FeedbackSpec) -> ir.Table:
    """Ratings among feedback.

    Args:
        feedback: Known feedback with ``customer_id``, empty where nobody is told.
        spec: Tells the usual scales.

    Returns:
        ``customer_id``, ``record``, ``measure``, ``rating``, ``scale_low``, ``scale_high`` and ``at``.
    """
    given = from_customers(feedback).filter(lambda table: table.rating.notnull())
    kind = given.kind.lower().strip()
    measure = ibis.ifelse(kind.isin(("nps", "csat", "ces")), kind, "review").fill_null("review")
    named = given.mutate(measure=measure)
    lows, highs = (
        named.measure.cases(*((name, float(scale[end])) for name, scale in spec.scales.items())) for end in (0, 1)
    )
    return named.select(
        "customer_id",
        "measure",
        "rating",
        record=named.source + ibis.literal("|") + named.feedback_id,
        scale_low=ibis.coalesce(named.scale_low, lows),
        scale_high=ibis.coalesce(named.scale_high, highs),
        at="given_at",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a survey that measures something.

    Attributes:
        question: The question.
        measure: nps, csat or ces.
        low: Lowest point.
        high: Highest point.
    """

    question: str
    measure: str
    low: float
    high: float


def asked_by_settings(spec: FeedbackSpec) -> tuple[Asked, ...]:
    """The questions that the settings name, on the usual scale of their measure."""
    return tuple(Asked(question, measure, *spec.scales[measure]) for question, measure in spec.questions.items())


def rated_answers(responses: ir.Table, spec: FeedbackSpec, asked: Sequence[Asked]) -> ir.Table:
    """Ratings among answers to surveys, in the shape of `rated_feedback`.

    Args:
        responses: Survey responses with ``customer_id``.
        spec: Tells the as-of.
        asked: The questions that measure something, one at least.
    """
    there = (responses.answered_at <= instant(spec.as_of)).fill_null(True)
    own = responses.filter(responses.question.isin([each.question for each in asked]))
    own = own.filter(own.score.notnull() & there)
    return own.select(
        "customer_id",
        measure=own.question.cases(*((each.question, each.measure) for each in asked)),
        rating="score",
        record=own.source + ibis.literal("|") + own.response_id + ibis.literal("|") + own.question,
        scale_low=own.question.cases(*((each.question, each.low) for each in asked)),
        scale_high=own.question.cases(*((each.question, each.high) for each in asked)),
        at="answered_at",
    )


def usable(ratings: ir.Table) -> ir.Table:
    """Ratings that are points of their scale; recommendation has the scale from 0 to 10 and no other."""
    rating = ratings.rating
    inside = (rating >= ratings.scale_low) & (rating <= ratings.scale_high) & (rating == rating.floor())
    usual = (ratings.measure != "nps") | ((ratings.scale_low == 0) & (ratings.scale_high == 10))
    return ratings.filter(inside & usual)


def newest(ratings: ir.Table, by: Sequence[str]) -> ir.Table:
    """The newest rating of each customer by measure and ``by``; those of nobody in particular all stay.

    Args:
        ratings: Usable ratings.
        by: Further columns.
    """
    who = ratings.customer_id.fill_null(ibis.literal("(nobody)|") + ratings.record)
    named = ratings.mutate(who=who)
    order = [named["at"].isnull().asc(), named["at"].desc(), named.record.desc()]
    return first_rows(named, ["who", "measure", *by], order).drop("who")


@dataclass(frozen=True, slots=True)
class LocalMonth:
    """A month as a wall clock tells it.

    Attributes:
        name: Such as 2024-05.
        first: Its first instant (UTC).
        end: The first instant after it (UTC).
    """

    name: str
    first: datetime
    end: datetime


def months_of_utc(ratings: ir.Table) -> ir.Table:
    """The months of UTC in which anybody rated: columns ``year`` and ``month``."""
    dated = ratings.filter(ratings["at"].notnull())
    return dated.select(year=dated["at"].year(), month=dated["at"].month()).distinct()


def local_months(told: Iterable[Mapping[str, Any]], timezone: str) -> tuple[LocalMonth, ...]:
    """The months of a zone that overlap those months of UTC, each with its bounds.

    Args:
        told: Rows of `months_of_utc`.
        timezone: IANA time zone.
    """
    places = {12 * int(row["year"]) + int(row["month"]) - 1 + step for row in told for step in (-1, 0, 1)}
    firsts = {place: date(place // 12, place % 12 + 1, 1) for place in places | {each + 1 for each in places}}
    bounds = {place: midnight_after(first - timedelta(days=1), timezone) for place, first in firsts.items()}
    return tuple(LocalMonth(f"{firsts[each]:%Y-%m}", bounds[each], bounds[each + 1]) for each in sorted(places))


def counted(ratings: ir.Table, months: Sequence[LocalMonth], groups: ir.Table | None, name: str) -> ir.Table:
    """Numbers of newest ratings by point, over all time and by month.

    Args:
        ratings: Usable ratings.
        months: Every month in which a rating can lie.
        groups: ``customer_id``, or ``record``, with ``dimension`` and ``value``; None for everybody.
        name: Column that joins them.
    """
    at = ratings["at"]
    cases = [((at >= instant(each.first)) & (at < instant(each.end)), ibis.literal(each.name)) for each in months]
    dated = ratings.mutate(month=ibis.cases(*cases) if cases else ibis.null("string"))
    whole = newest(dated, []).mutate(period=ibis.literal(ALL_TIME))
    monthly = newest(dated.filter(dated.month.notnull()), ["month"])
    monthly = monthly.mutate(period=monthly.month)
    both = whole.union(monthly.select(*whole.columns))
    if groups is None:
        placed = both.mutate(dimension=ibis.literal(EVERYBODY), value=ibis.literal(EVERYBODY))
    else:
        keys = groups.select("dimension", "value", group_key=name)
        placed = both.inner_join(keys, both[name] == keys.group_key)
    return placed.group_by(*_KEY, "rating").aggregate(answers=placed.count())


def score_rows(cells: Iterable[Mapping[str, Any]], top: int) -> list[dict[str, Any]]:
    """Rows of `FEEDBACK_SCORES`.

    Args:
        cells: Rows of `counted`.
        top: How many of the highest points count as satisfied.
    """
    groups: dict[tuple[Any, ...], list[tuple[float, int]]] = {}
    for cell in cells:
        key = tuple(cell[name] for name in _KEY)
        groups.setdefault(key, []).append((float(cell["rating"]), int(cell["answers"])))
    rows = []
    for key in sorted(groups):
        points, counts = zip(*sorted(groups[key]), strict=True)
        found = score(str(key[0]), points, counts, int(key[4]), int(key[5]), top)
        told = dict(zip(_KEY, key, strict=True)) | {"answers": sum(counts)}
        if isinstance(found, NotEstimable):
            rows.append(told | {"reason": f"{found.reason[0].upper()}{found.reason[1:]}."})
        else:
            rows.append(told | {"score": found.value, "low": found.low, "high": found.high, "unit": found.unit})
    return rows


def score(
    measure: str, points: Sequence[float], counts: Sequence[int], lowest: int, highest: int, top: int
) -> Estimate | NotEstimable:
    """NPS, CSAT or CES of counted points.

    Args:
        measure: One of `MEASURES`.
        points: Different points given.
        counts: How often each was given.
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.
        top: How many of the highest points count as satisfied.
    """
    if measure == "nps":
        return nps(points, counts)
    ratings = np.repeat(np.asarray(points, dtype=np.float64), np.asarray(counts))
    if measure == "ces":
        return ces(ratings, lowest, highest)
    return csat(ratings, lowest, highest, top=min(top, highest - lowest))
