"""Puts changes of membership on record, each a statement that is only ever followed by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.segments.membership import instant, members_at, moves, timeline
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import SEGMENT_CHANGES, SEGMENT_MEMBERS

PARENTS = ("identity", "customers", "orders")


class Statements:
    """The statements so far, and new ones beside them.

    Args:
        run: The run that records.
        spec: What was asked.
        versions: Version in force by segment.
        evaluations: Rows of `SEGMENT_EVALUATIONS` before this run.
    """

    def __init__(
        self,
        run: Run,
        spec: MembershipSpec,
        versions: Mapping[str, int],
        evaluations: Sequence[Mapping[str, Any]],
    ) -> None:
        self.run = run
        self.spec = spec
        self.versions = versions
        self.evaluations = evaluations
        last = run.engine.last_run()
        self.watermark = 0 if last is None else last.watermark
        empty = pa.Table.from_pylist([], schema=arrow_schema(SEGMENT_CHANGES))
        self.changes = run.table("segment_changes") if run.has("segment_changes") else ibis.memtable(empty)
        self.course = timeline(self.changes)
        self.whole = self.changes.select(*SEGMENT_CHANGES.names)

    def add(self, fresh: ir.Table) -> None:
        """Put new statements beside the others: segment, customer, change, reason and from when each holds."""
        course = self.course.select(at_segment="segment_id", at_customer="customer_id", at_instant="effective_at")
        same = (
            fresh.segment_id == course.at_segment,
            fresh.customer_id == course.at_customer,
            fresh.effective_at == course.at_instant,
        )
        told = fresh.left_join(course, same)
        struck = told.reason.isin(["late data", "identity"]) & told.at_instant.notnull()
        self.whole = self._with(self.whole, told.mutate(change=struck.ifelse("corrected", told.change)))

    def publish(self) -> None:
        """Publish all statements."""
        whole = self.whole
        later = {id_: at for id_ in self.versions if (at := self.following(id_))}
        if later:
            for table in self._restored(whole, later):
                whole = self._with(whole, table)
        self.run.publish(
            SEGMENT_CHANGES, whole, spec=self.spec, parents=tuple(each for each in PARENTS if self.run.has(each))
        )

    def _with(self, changes: ir.Table, told: ir.Table) -> ir.Table:
        """Statements with new ones, recorded by this run."""
        versions = ibis.memtable(
            pa.table(
                {
                    "version_of": pa.array(list(self.versions), pa.string()),
                    "version_in_force": pa.array(list(self.versions.values()), pa.int64()),
                }
            )
        )
        told = told.left_join(versions, told.segment_id == versions.version_of)
        shaped = told.select(
            "segment_id",
            "customer_id",
            "effective_at",
            "change",
            "reason",
            recorded_at=instant(self.run.started_at),
            definition_version=told.version_in_force.fill_null(0),
            watermark=ibis.literal(self.watermark, type="int64"),
        )
        rows = ibis.memtable(self.run.arrow(shaped.select(*SEGMENT_CHANGES.names)))
        return changes.union(rows)

    def following(self, id_: str) -> datetime | None:
        """The first good evaluation for a later instant than this one; there is one only if we look back."""
        rows = (each for each in self.evaluations if each["segment_id"] == id_ and each["error"] is None)
        return min((each["as_of"] for each in rows if each["as_of"] > self.spec.as_of), default=None)

    def _restored(self, changes: ir.Table, later: Mapping[str, datetime]) -> list[ir.Table]:
        """What was said of later instants still holds: a look back says nothing of them."""
        course = timeline(changes)
        found = []
        for at in sorted(set(later.values())):
            ids = sorted(id_ for id_, each in later.items() if each == at)
            now, before = (members_at(each.filter(each.segment_id.isin(ids)), at) for each in (course, self.course))
            back = moves(now, before)
            found.append(back.mutate(reason=ibis.literal("late data"), effective_at=instant(at)))
        return found

    def publish_members(self, now: ir.Table, ids: Sequence[str], gone: set[str]) -> None:
        """Publish members found now, and the last good ones of segments that were not evaluated.

        Args:
            now: ``segment_id``, ``customer_id`` and ``origin``.
            ids: Segments that were evaluated.
            gone: Segments that were taken out.
        """
        course = timeline(self.run.table("segment_changes"))
        since = members_at(course, self.spec.as_of).rename(since_segment="segment_id", since_customer="customer_id")
        pair = (now.segment_id == since.since_segment, now.customer_id == since.since_customer)
        told = now.left_join(since, pair)
        fresh = told.select("segment_id", "customer_id", "origin", since=told.since.fill_null(instant(self.spec.as_of)))
        if self.run.has("segment_members"):
            old = self.run.table("segment_members")
            kept = old.filter(~old.segment_id.isin([*ids, *gone, ""]))
            fresh = fresh.union(kept.select(*fresh.columns))
        self.run.publish(SEGMENT_MEMBERS, fresh, spec=self.spec, parents=("segment_changes",))
