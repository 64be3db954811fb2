"""Puts on record what was evaluated when with which result, and the counts in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.segments.reader import rows_of
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import SEGMENT_COUNTS, SEGMENT_EVALUATIONS
from segmentry.terms.errors import Problem
from segmentry.terms.tables import Contract


def publish_rows(run: Run, contract: Contract, rows: Sequence[Mapping[str, Any]], spec: MembershipSpec) -> None:
    """Publish a small table from its rows."""
    run.publish(contract, pa.Table.from_pylist(list(rows), schema=arrow_schema(contract)), spec=spec)


def publish_evaluations(
    run: Run,
    spec: MembershipSpec,
    versions: Mapping[str, int],
    watermark: int,
    failed: Mapping[str, Sequence[Problem]],
    *,
    ids: Iterable[str] | None = None,
    attempts: Mapping[str, int] | None = None,
) -> None:
    """Publish evaluations and counts, once members are published.

    Args:
        run: The run.
        spec: Instant of evaluation.
        versions: Version in force by segment.
        watermark: Loads of data that were known.
        failed: Problems of those that could not be evaluated.
        ids: Segments that were looked at; None for all in force. The counts of others stay as they are.
        attempts: Looks it took, by segment; one where it is not named.
    """
    members = run.table("segment_members")
    sizes = {
        row["segment_id"]: row["members"]
        for row in run.rows(members.group_by("segment_id").aggregate(members=members.count()))
    }
    chosen = {*versions, *failed} if ids is None else set(ids)
    common = {"as_of": spec.as_of, "recorded_at": run.started_at, "watermark": watermark}
    fresh = [
        {
            "segment_id": id_,
            "version": versions.get(id_),
            **common,
            "members": None if failed.get(id_) else sizes.get(id_, 0),
            "error": _told(failed.get(id_)),
            "attempts": (attempts or {}).get(id_, 1),
        }
        for id_ in sorted(chosen)
    ]
    whole = [*rows_of(run, "segment_evaluations"), *fresh]
    kept = [] if ids is None else [row for row in rows_of(run, "segment_counts") if row["segment_id"] not in chosen]
    publish_rows(run, SEGMENT_EVALUATIONS, whole, spec)
    publish_rows(run, SEGMENT_COUNTS, [*kept, *(_count(spec, row, whole, sizes) for row in fresh)], spec)


def _told(wrong: Sequence[Problem] | None) -> str | None:
    return json.dumps([each.as_dict() for each in wrong]) if wrong else None


def _count(
    spec: MembershipSpec, row: Mapping[str, Any], evaluations: Iterable[Mapping[str, Any]], sizes: Mapping[str, int]
) -> dict[str, Any]:
    good = [each for each in evaluations if each["segment_id"] == row["segment_id"] and each["error"] is None]
    last = max(good, key=lambda each: each["recorded_at"], default=None)
    state = "fresh" if row["error"] is None else "failed" if last is None else "stale"
    return {
        "segment_id": row["segment_id"],
        "members": sizes.get(row["segment_id"], 0),
        "as_of": None if last is None else last["as_of"],
        "complete_through": spec.complete_through,
        "version": None if last is None else last["version"],
        "state": state,
        "error": row["error"],
    }
