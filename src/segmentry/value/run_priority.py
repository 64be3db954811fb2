"""Publishes the priority of every segment under a study."""

from __future__ import annotations

import json
from itertools import groupby

import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.terms.numbers import as_json
from segmentry.terms.study import Study
from segmentry.value.priority import Rows, Told, measures_of, prioritize_segments, priority_document, priority_rows
from segmentry.value.priority_tables import PRIORITY_SUMMARY, SEGMENT_PRIORITY
from segmentry.value.spec import ValueSpec


def refresh_priority(run: Run, spec: ValueSpec, study: Study, told: Told | None = None) -> None:
    """Score the segments of every segmentation by the weights of the study and publish their priority.

    Args:
        run: The run; it must see ``segment_value``, ``segmentation_members``, ``purchase_history`` and
            ``customer_value``, and ``segment_growth`` if growth is to count.
        spec: Instant and level of the intervals.
        study: Knock-outs and weights.
        told: Measures that other rooms found: ``stability`` and ``reach`` by segmentation and segment.
    """
    segments = _segments(run)
    growth = run.rows(run.table("segment_growth")) if run.has("segment_growth") else []
    rows: Rows = []
    documents = []
    for name, group in groupby(segments, key=lambda row: str(row["segmentation"])):
        held = list(group)
        found = prioritize_segments(measures_of(held, growth, told or {}), study, spec.level)
        rows += priority_rows(held, found)
        documents.append({"segmentation": name, "document": json.dumps(as_json(priority_document(held, found, study)))})
    table = pa.Table.from_pylist(rows, schema=arrow_schema(SEGMENT_PRIORITY))
    run.publish(SEGMENT_PRIORITY, table, spec=spec, parents=("segment_value",))
    summary = pa.Table.from_pylist(documents, schema=arrow_schema(PRIORITY_SUMMARY))
    run.publish(PRIORITY_SUMMARY, summary, spec=spec, parents=("segment_priority",))


def _segments(run: Run) -> Rows:
    """Rows of ``segment_value`` with ``repeat_buyers`` and ``repeat_active``, in order of their ids."""
    history, values = run.table("purchase_history"), run.table("customer_value")
    facts = history.select("customer_id", "frequency").inner_join(
        values.select("customer_id", "p_alive"), "customer_id"
    )
    joined = run.table("segmentation_members").inner_join(facts, "customer_id")
    again = (joined.frequency > 0).cast("float64")
    sums = joined.group_by("segmentation", "segment_id").aggregate(
        repeat_buyers=again.sum(), repeat_active=(again * joined.p_alive).sum()
    )
    loyal = {(row["segmentation"], row["segment_id"]): row for row in run.rows(sums)}
    rows = run.rows(run.table("segment_value").order_by("segmentation", "segment_id"))
    return [row | loyal.get((row["segmentation"], row["segment_id"]), {}) for row in rows]
