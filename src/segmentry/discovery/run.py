"""Publishes RFM scores and the segmentations that need no luck: RFM, lifecycle and value tiers."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.discovery.lifecycle import LIFECYCLE_SEGMENTS, lifecycle_members
from segmentry.discovery.rfm import RFM_SEGMENTS, RuleSegment, rfm_members, rfm_scores
from segmentry.discovery.spec import RfmSpec
from segmentry.discovery.tables import RFM_SCORES, SEGMENTATION_MEMBERS, SEGMENTATION_SEGMENTS
from segmentry.discovery.value_tier import VALUE_SEGMENTS, value_members
from segmentry.engine import Run

_SEGMENTATIONS = (("rfm", RFM_SEGMENTS), ("lifecycle", LIFECYCLE_SEGMENTS), ("value_tier", VALUE_SEGMENTS))


def segment_by_rules(run: Run, spec: RfmSpec) -> None:
    """Publish scores, memberships and described segments as of ``spec.as_of``.

    Args:
        run: The run; it must see ``purchase_history``, ``behavioral_traits`` and ``customer_value``.
        spec: Instant, number of scores and currency.
    """
    scores = rfm_scores(run.table("purchase_history"), spec.bins)
    run.publish(RFM_SCORES, scores, spec=spec, parents=("purchase_history",))
    members = {
        "rfm": rfm_members(run.table("rfm_scores"), spec.bins),
        "lifecycle": lifecycle_members(run.table("behavioral_traits")),
        "value_tier": value_members(run.table("customer_value")),
    }
    parts = [
        table.select("customer_id", "segment_id", segmentation=ibis.literal(name)) for name, table in members.items()
    ]
    parents = ("rfm_scores", "behavioral_traits", "customer_value")
    run.publish(SEGMENTATION_MEMBERS, ibis.union(*parts), spec=spec, parents=parents)
    facts = {(row["segmentation"], row["segment_id"]): row for row in run.rows(_facts(run))}
    rows = [
        _segment_row(name, segment, position, facts.get((name, segment.id)), spec.unit)
        for name, segments in _SEGMENTATIONS
        for position, segment in enumerate(segments)
    ]
    run.publish(SEGMENTATION_SEGMENTS, pa.Table.from_pylist(rows), spec=spec, parents=("segmentation_members",))


def _facts(run: Run) -> ir.Table:
    """Size and medians of each segment."""
    joined = run.table("segmentation_members").inner_join(run.table("purchase_history"), "customer_id")
    return joined.group_by("segmentation", "segment_id").aggregate(
        customers=joined.count(),
        silent=joined.days_since_last.median(),
        days=joined.purchase_days.median(),
        spend=joined.spend.cast("float64").median(),
    )


def _segment_row(
    segmentation: str, segment: RuleSegment, position: int, facts: dict[str, Any] | None, unit: str
) -> dict[str, Any]:
    return {
        "segmentation": segmentation,
        "segment_id": str(segment.id),
        "name": segment.name,
        "rule": segment.rule,
        "description": _description(facts, unit),
        "position": position,
        "customers": 0 if facts is None else facts["customers"],
    }


def _description(facts: dict[str, Any] | None, unit: str) -> str:
    if facts is None:
        return "Nobody at present."
    days = "1 day" if facts["days"] == 1 else f"{facts['days']:,.0f} days"
    return (
        f"Medians of its members: last bought {facts['silent']:,.0f} days ago, on {days} in all, "
        f"for {facts['spend']:,.0f} {unit}."
    )
