"""Publishes the growth of every segment and of the whole base."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.value.growth import (
    Periods,
    buyers_by_slice,
    growth_document,
    growth_rows,
    growth_sums,
    timing_sums,
    told_by_timing,
    with_base,
)
from segmentry.value.growth_tables import GROWTH_SUMMARY, SEGMENT_GROWTH
from segmentry.value.spec import ValueSpec


def refresh_growth(run: Run, spec: ValueSpec) -> None:
    """Compare the last year with the one before (or halves of a shorter history) and publish the split of growth.

    Args:
        run: The run; it must see ``segmentation_members``, ``purchase_history`` and ``customer_days``.
        spec: Instant, last day, currency and level of the intervals.
    """
    history, days = run.table("purchase_history"), run.table("customer_days")
    first = run.rows(history.aggregate(first=history.first_on.min()))[0]["first"]
    periods = NotEstimable("nobody has bought") if first is None else Periods.of(first, spec.last_day)
    rows: list[dict[str, Any]] = []
    timing: dict[str, float] = {}
    if isinstance(periods, Periods):
        members = with_base(run.table("segmentation_members"), history)
        timing = told_by_timing(run.rows(timing_sums(members, history)))
        sums, slices = growth_sums(members, days, periods), buyers_by_slice(members, days, periods)
        rows = growth_rows(run.rows(sums), run.rows(slices), timing, periods, spec.level)
    parents = ("segmentation_members", "customer_days", "purchase_history")
    table = pa.Table.from_pylist(rows, schema=arrow_schema(SEGMENT_GROWTH))
    run.publish(SEGMENT_GROWTH, table, spec=spec, parents=parents)
    document = json.dumps(as_json(growth_document(rows, timing, periods, spec.unit)))
    run.publish(GROWTH_SUMMARY, pa.table({"document": [document]}), spec=spec, parents=("segment_growth",))
