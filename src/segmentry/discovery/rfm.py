"""Recency, frequency and monetary scores, independent and nested, and the nine segments laid over them.

Cuts are made between values, never between rows: a customer's band is the number of customers strictly below, times
the number of bands, over the number of customers. So equal values share a score, whatever the order of the rows and
whatever the engine (Hughes 1994; the tie rule is ours).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class RuleSegment:
    """A segment laid down by a rule: its id, name and rule in words."""

    id: str
    name: str
    rule: str


RFM_SEGMENTS = (
    RuleSegment("champions", "Champions", "Bought recently, and among the most frequent and highest spending."),
    RuleSegment("loyal", "Loyal customers", "Frequent and high spending, last purchase in the middle of the field."),
    RuleSegment("cannot_lose", "Can't lose", "Used to be frequent and high spending, have not bought for long."),
    RuleSegment("potential_loyalists", "Potential loyalists", "Bought recently, middling frequency and spend."),
    RuleSegment("need_attention", "Need attention", "Middling in recency, frequency and spend."),
    RuleSegment("at_risk", "At risk", "Middling frequency and spend, have not bought for long."),
    RuleSegment("promising", "Promising", "Bought recently, little so far."),
    RuleSegment("about_to_sleep", "About to sleep", "Bought little, last purchase in the middle of the field."),
    RuleSegment("hibernating", "Hibernating", "Bought little and long ago."),
)
"""The nine cells of recency (recent, middle, long ago) by frequency and monetary value together."""


def rfm_scores(history: ir.Table, bins: int) -> ir.Table:
    """Scores from 1 to ``bins`` for every customer of the purchase history; see the contract `RFM_SCORES`.

    Args:
        history: The purchase history.
        bins: Number of scores per measure.
    """
    scored = history.select(
        "customer_id",
        recency_score=bins - _band(history.days_since_last, bins),
        frequency_score=_band(history.frequency, bins) + 1,
        monetary_score=_band(history.spend, bins) + 1,
        _frequency=history.frequency,
        _spend=history.spend,
    )
    inside_recency = [scored.recency_score]
    scored = scored.mutate(nested_frequency_score=_band(scored["_frequency"], bins, inside_recency) + 1)
    inside_both = [scored.recency_score, scored.nested_frequency_score]
    scored = scored.mutate(nested_monetary_score=_band(scored["_spend"], bins, inside_both) + 1)
    return scored.mutate(
        rfm=_side_by_side(scored.recency_score, scored.frequency_score, scored.monetary_score),
        rfm_nested=_side_by_side(scored.recency_score, scored.nested_frequency_score, scored.nested_monetary_score),
    ).drop("_frequency", "_spend")


def rfm_members(scores: ir.Table, bins: int) -> ir.Table:
    """Which of the nine segments each scored customer belongs to: ``customer_id`` and ``segment_id``."""
    recency = _third(scores.recency_score * 2, bins)
    volume = _third(scores.frequency_score + scores.monetary_score, bins)
    cells = [segment.id for segment in RFM_SEGMENTS]
    place = (2 - volume) * 3 + (2 - recency)
    branches = [(place == number, cell) for number, cell in enumerate(cells)]
    return scores.select("customer_id", segment_id=ibis.cases(*branches))


def _third(doubled: ir.IntegerValue, bins: int) -> ir.IntegerValue:
    """0, 1 or 2 for the sum of two scores: up to 2/5 of the scale, up to 3/5, above."""
    return ibis.cases((doubled * 5 <= bins * 4 + 2, 0), (doubled * 5 <= bins * 6 + 3, 1), else_=2)


def _band(values: ir.NumericValue, bins: int, inside: list[ir.Value] | None = None) -> ir.IntegerValue:
    below = ibis.rank().over(ibis.window(group_by=inside, order_by=values)).cast("int64")
    number = values.count().over(ibis.window(group_by=inside)).cast("int64")
    return (below * bins / number).floor().cast("int64")


def _side_by_side(*scores: ir.IntegerValue) -> ir.StringValue:
    first, *rest = (score.cast("string") for score in scores)
    for score in rest:
        first = first + score
    return first
