"""Lifecycle segments: where each customer stands, judged by the customer's own rhythm (see profiles)."""

from __future__ import annotations

import ibis.expr.types as ir

from segmentry.discovery.rfm import RuleSegment
from segmentry.terms.vocabulary import UserStatus

LIFECYCLE_SEGMENTS = (
    RuleSegment(UserStatus.REGULAR, "Regular", "Bought on several days and keep to their own rhythm."),
    RuleSegment(UserStatus.REACTIVATED, "Reactivated", "Came back after a silence that looked final."),
    RuleSegment(UserStatus.FIRST_TIME, "First-time", "Bought on one day, not longer ago than rhythm allows."),
    RuleSegment(
        UserStatus.LAPSING, "Lapsing", "Silent for longer than own rhythm readily explains (probability below 20 %)."
    ),
    RuleSegment(UserStatus.LAPSED, "Lapsed", "Silent for longer than own rhythm can explain (probability below 5 %)."),
)
"""The states of a buyer, in order of nearness."""


def lifecycle_members(traits: ir.Table) -> ir.Table:
    """Which lifecycle segment each buyer belongs to: ``customer_id`` and ``segment_id``.

    Args:
        traits: Behavioral traits with ``user_status``; those who never bought are no part of this base.
    """
    buyers = traits.filter(traits.user_status.isin([segment.id for segment in LIFECYCLE_SEGMENTS]))
    return buyers.select("customer_id", segment_id=buyers.user_status)
