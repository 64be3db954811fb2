"""Publishes the segmentations: those laid down by rules, and the one found in data for a study."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.discovery import finding
from segmentry.discovery.lifecycle import LIFECYCLE_SEGMENTS, lifecycle_members
from segmentry.discovery.rfm import RFM_SEGMENTS, RuleSegment, rfm_members, rfm_scores
from segmentry.discovery.spec import DiscoverSpec, RfmSpec
from segmentry.discovery.tables import (
    RFM_SCORES,
    SEGMENTATION_MEMBERS,
    SEGMENTATION_SEGMENTS,
    STUDIES,
)
from segmentry.discovery.value_tier import VALUE_SEGMENTS, value_members
from segmentry.engine import Run, arrow_schema
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study
from segmentry.terms.tables import Contract

_SEGMENTATIONS = (("rfm", RFM_SEGMENTS), ("lifecycle", LIFECYCLE_SEGMENTS), ("value_tier", VALUE_SEGMENTS))
RULED = frozenset(name for name, _ in _SEGMENTATIONS)
"""Names of the segmentations laid down by rules, which no study may take."""


def on_record(rows: Sequence[Mapping[str, Any]], study: Study) -> Study | None:
    """The study with the instant at which it was recorded, or None where it was not, or not in this form.

    Args:
        rows: Rows of the contract `STUDIES`.
        study: The study.
    """
    plain = _plain(study)
    same = (row for row in rows if row["study"] == study.id and json.loads(row["document"]) == plain)
    found = next(same, None)
    return None if found is None else study.recorded(found["recorded_at"])


def record_study(run: Run, study: Study) -> Study:
    """Publish the study, before anything is extracted; earlier studies stay on record.

    Args:
        run: A run of its own, committed before the refresh that extracts.
        study: The study.

    Returns:
        The study with the instant at which it was recorded.
    """
    rows = run.rows(run.table("studies")) if run.has("studies") else []
    rows.append({"study": study.id, "recorded_at": run.started_at, "document": json.dumps(_plain(study))})
    run.publish(STUDIES, pa.Table.from_pylist(rows, schema=arrow_schema(STUDIES)))
    return study.recorded(run.started_at)


def _plain(study: Study) -> dict[str, Any]:
    return {name: value for name, value in study.as_dict().items() if name != "recorded_at"}


def segment(run: Run, rules: RfmSpec, found: DiscoverSpec | None) -> Any:
    """Publish scores, memberships and described segments of every segmentation as of one instant.

    Args:
        run: The run; it must see ``purchase_history``, ``behavioral_traits`` and ``customer_value``.
        rules: Instant, number of scores and currency.
        found: The study to find segments for; None to lay down rules only.

    Returns:
        What was found (`segmentry.discovery.finding.Found`), `NotEstimable`, or None where nothing was asked.
    """
    scores = rfm_scores(run.table("purchase_history"), rules.bins)
    run.publish(RFM_SCORES, scores, spec=rules, parents=("purchase_history",))
    members = {
        "rfm": rfm_members(run.table("rfm_scores"), rules.bins),
        "lifecycle": lifecycle_members(run.table("behavioral_traits")),
        "value_tier": value_members(run.table("customer_value")),
    }
    answer = None if found is None else finding.find(run, found)
    if isinstance(answer, finding.Found):
        members[answer.study.id] = answer.members
    _publish_members(run, members, rules)
    sizes = _sizes(run)
    rows = _rule_rows(run, rules, sizes)
    if isinstance(answer, finding.Found):
        rows += finding.publish(run, answer, sizes)
    elif isinstance(answer, NotEstimable) and found is not None:
        finding.publish_nothing(run, found, answer)
    _publish_rows(run, SEGMENTATION_SEGMENTS, rows, rules)
    return answer


def segment_parties(run: Run, rules: RfmSpec, found: DiscoverSpec) -> Any:
    """Publish the segments found for a study where nothing was ordered, such as those of a survey.

    Args:
        run: The run; it must see ``identity`` and the tables of traits.
        rules: Instant and unit.
        found: The study to find segments for; it must name its variables.

    Returns:
        What was found (`segmentry.discovery.finding.Found`) or `NotEstimable`.
    """
    answer = finding.find(run, found)
    if not isinstance(answer, finding.Found):
        finding.publish_nothing(run, found, answer)
        return answer
    members = answer.members.select("customer_id", "segment_id", segmentation=ibis.literal(answer.study.id))
    run.publish(SEGMENTATION_MEMBERS, members, spec=rules, parents=("identity",))
    counted = (
        run.table("segmentation_members").group_by("segmentation", "segment_id").aggregate(customers=ibis._.count())
    )
    sizes = {(row["segmentation"], row["segment_id"]): row for row in run.rows(counted)}
    _publish_rows(run, SEGMENTATION_SEGMENTS, finding.publish(run, answer, sizes), rules)
    return answer


def stability(run: Run) -> dict[tuple[str, str], float]:
    """How well each found segment is found again (SLSW), by segmentation and segment."""
    if not run.has("segment_gate"):
        return {}
    gate = run.table("segment_gate")
    rows = run.rows(gate.filter((gate.criterion == "stable") & gate.value.notnull()))
    return {(row["segmentation"], row["segment_id"]): row["value"] for row in rows}


def _publish_members(run: Run, members: dict[str, ir.Table], spec: RfmSpec) -> None:
    parts = [
        table.select("customer_id", "segment_id", segmentation=ibis.literal(name)) for name, table in members.items()
    ]
    parents = ("rfm_scores", "behavioral_traits", "customer_value")
    run.publish(SEGMENTATION_MEMBERS, ibis.union(*parts), spec=spec, parents=parents)


def _publish_rows(run: Run, contract: Contract, rows: list[dict[str, Any]], spec: RfmSpec) -> None:
    table = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    run.publish(contract, table, spec=spec, parents=("segmentation_members",))


def _sizes(run: Run) -> dict[tuple[str, str], dict[str, Any]]:
    """Size and medians of each segment."""
    joined = run.table("segmentation_members").inner_join(run.table("purchase_history"), "customer_id")
    facts = joined.group_by("segmentation", "segment_id").aggregate(
        customers=joined.count(),
        silent=joined.days_since_last.median(),
        days=joined.purchase_days.median(),
        spend=joined.spend.cast("float64").median(),
    )
    return {(row["segmentation"], row["segment_id"]): row for row in run.rows(facts)}


def _rule_rows(run: Run, spec: RfmSpec, sizes: dict[tuple[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        _segment_row(name, segment, position, sizes.get((name, str(segment.id))), spec.unit)
        for name, segments in _SEGMENTATIONS
        for position, segment in enumerate(segments)
    ]


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
