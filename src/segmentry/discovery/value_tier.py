"""Value tiers as segments: the best few, the next, the middle, the rest (Zeithaml's customer pyramid, 2001)."""

from __future__ import annotations

import ibis.expr.types as ir

from segmentry.discovery.rfm import RuleSegment

VALUE_SEGMENTS = (
    RuleSegment("top", "Top value", "The 5 % of customers with the highest expected value; ties are in."),
    RuleSegment("high", "High value", "The next 15 %."),
    RuleSegment("middle", "Middle value", "The next 30 %."),
    RuleSegment("low", "Low value", "The remaining half."),
)
"""The tiers, highest first."""


def value_members(values: ir.Table) -> ir.Table:
    """Which tier each valued customer belongs to: ``customer_id`` and ``segment_id``.

    Args:
        values: Customer values with ``value_tier``; customers without a value are no part of this base.
    """
    valued = values.filter(values.value_tier.notnull())
    return valued.select("customer_id", segment_id=valued.value_tier)
