"""Publishes definitions, members, changes, evaluations and counts as of one instant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.segments.belonging import Belonging
from segmentry.segments.dependencies import closure, fallen, traits_of, without
from segmentry.segments.membership import decisions, instant, members_at, moves, timeline
from segmentry.segments.reasons import Previous, absorbed, with_reasons
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import (
    SEGMENT_CHANGES,
    SEGMENT_COUNTS,
    SEGMENT_DEFINITIONS,
    SEGMENT_EVALUATIONS,
    SEGMENT_MEMBERS,
)
from segmentry.segments.tree import Definition
from segmentry.segments.universe import Reader, base_of
from segmentry.segments.versions import OnRecord, in_force, recorded
from segmentry.terms.errors import Problem
from segmentry.terms.tables import Contract

PARENTS = ("identity", "customers", "orders")


def refresh(
    run: Run, spec: MembershipSpec, definitions: Sequence[Definition], unread: Mapping[str, Sequence[Problem]]
) -> dict[str, list[Problem]]:
    """Evaluate definitions and publish who belongs, who moved and why.

    Args:
        run: Sees profiles, customer value and facts; what is published here is committed with it.
        spec: Instant of evaluation, and through when the sources told everything.
        definitions: All definitions from now on; one that is on record but no longer given is retired.
        unread: Problems by id of definitions that could not even be read; on record, they keep their members.

    Returns:
        Problems by id of definitions that could not be evaluated: these keep their last good members and are stale.
    """
    record = rows_of(run, "segment_definitions")
    force = in_force(recorded(record, definitions, unread, run.started_at))
    gone = set(in_force(record)) - set(force)
    _publish(run, SEGMENT_DEFINITIONS, recorded(record, definitions, unread, run.started_at), spec)
    work = _Refreshing(run, spec, force)
    failed = work.failures(definitions, unread)
    good = without(definitions, failed)
    work.publish(good, gone)
    work.publish_evaluations(failed)
    return failed


def rows_of(reader: Reader, name: str) -> list[dict[str, Any]]:
    """The rows of a small published table; none before it is published."""
    return reader.rows(reader.table(name)) if reader.has(name) else []


def manual_in_force(reader: Reader, recorded_by: datetime | None = None) -> ir.Table | None:
    """The decisions by hand in force, as known at an instant; None where there never were any."""
    if not reader.has("segment_manual"):
        return None
    manual = reader.table("segment_manual")
    return decisions(manual if recorded_by is None else manual.filter(manual.recorded_at <= instant(recorded_by)))


class _Refreshing:
    """One refresh of membership: what was before, what is now, and what lies between."""

    def __init__(self, run: Run, spec: MembershipSpec, force: Mapping[str, OnRecord]) -> None:
        self.run = run
        self.spec = spec
        self.force = force
        self.definitions = [each.definition for each in force.values()]
        self.manual = manual_in_force(run)
        self.belonging = Belonging(run, spec.as_of, self.manual)
        last = run.engine.last_run()
        self.watermark = 0 if last is None else last.watermark
        self.evaluations = rows_of(run, "segment_evaluations")
        empty = pa.Table.from_pylist([], schema=arrow_schema(SEGMENT_CHANGES))
        self.changes = run.table("segment_changes") if run.has("segment_changes") else ibis.memtable(empty)
        self.course = timeline(self.changes)

    def failures(
        self, definitions: Sequence[Definition], unread: Mapping[str, Sequence[Problem]]
    ) -> dict[str, list[Problem]]:
        """Problems by id of all that cannot be evaluated."""
        wrong = self.belonging.problems(self.definitions)
        found = {id_: list(problems) for id_, problems in unread.items()}
        given = {each.id for each in definitions}
        found |= {id_: problems for id_, problems in wrong.items() if id_ in given}
        return fallen(found, self.definitions)

    def previous(self, id_: str) -> Previous | None:
        """The last good evaluation at or before the instant asked for."""
        rows = [
            row
            for row in self.evaluations
            if row["segment_id"] == id_ and row["error"] is None and row["as_of"] <= self.spec.as_of
        ]
        if not rows:
            return None
        last = max(rows, key=lambda row: (row["as_of"], row["recorded_at"]))
        leaning = closure([id_], self.definitions)
        changed = any(self.force[each].recorded_at > last["recorded_at"] for each in leaning)
        return Previous(last["as_of"], last["recorded_at"], last["watermark"], changed)

    def publish(self, good: Sequence[Definition], gone: Iterable[str]) -> None:
        """Publish changes and members."""
        ids = [each.id for each in good]
        before = {each: found for each in ids if (found := self.previous(each)) is not None}
        now = ibis.memtable(self.belonging.members(good))
        checked = self._as_known_now(good, before)
        late = self._late(checked, before)
        at_last = members_at(self.course, self.spec.as_of)
        unchecked = at_last.filter(at_last.segment_id.isin([each for each in ids if each not in checked] or [""]))
        baseline = unchecked.select("segment_id", "customer_id")
        for table in checked.values():
            baseline = baseline.union(table.select("segment_id", "customer_id"))
        run, as_of = self.run, self.spec.as_of
        moved = with_reasons(moves(baseline, now), before, run, as_of, self.manual, self.spec.timezone)
        retired = at_last.filter(at_last.segment_id.isin(list(gone) or [""])).select("segment_id", "customer_id")
        retired = retired.mutate(change=ibis.literal("left"), reason=ibis.literal("definition"))
        fresh = moved.union(retired).mutate(effective_at=instant(as_of))
        for table in late:
            fresh = fresh.union(table)
        self._publish_changes(fresh)
        self._publish_members(now, ids, set(gone))

    def _as_known_now(self, good: Sequence[Definition], before: Mapping[str, Previous]) -> dict[str, ir.Table]:
        """Members at the evaluation before, worked out from what is known now, by segment.

        Only where data came since and all that is asked for can be told of the past: traits are known as of one
        instant, facts and what sources tell of customers as of any.
        """
        dated = {
            id_
            for id_, last in before.items()
            if last.as_of < self.spec.as_of and not last.redefined and last.watermark < self.watermark
        }
        timeless = {each.id for each in good if self._timeless(each)}
        dated = {each for each in dated if closure([each], good) <= timeless}
        found: dict[str, ir.Table] = {}
        for then in {(before[each].as_of, before[each].recorded_at) for each in dated}:
            ids = sorted(each for each in dated if (before[each].as_of, before[each].recorded_at) == then)
            belonging = Belonging(self.run, then[0], manual_in_force(self.run, then[1]))
            members = ibis.memtable(belonging.members(good, ids))
            found |= {each: members.filter(members.segment_id == each) for each in ids}
        return found

    def _timeless(self, definition: Definition) -> bool:
        fields = self.belonging.inputs(base_of(definition)).fields
        return all(fields[name].table == "given_traits" for name in traits_of(definition.where))

    def _late(self, checked: Mapping[str, ir.Table], before: Mapping[str, Previous]) -> list[ir.Table]:
        """What was said of the evaluation before and is known better now, effective then."""
        found = []
        for id_, now in checked.items():
            said = members_at(self.course, before[id_].as_of)
            differing = moves(said.filter(said.segment_id == id_), now)
            merged = absorbed(self.run)
            told = differing.left_join(merged, differing.customer_id == merged.absorbed_id)
            reason = told.absorbed_id.notnull().ifelse("identity", "late data")
            told = told.select("segment_id", "customer_id", "change", reason=reason)
            found.append(told.mutate(effective_at=instant(before[id_].as_of)))
        return found

    def _publish_changes(self, fresh: ir.Table) -> None:
        course = self.course.select(at_segment="segment_id", at_customer="customer_id", at_instant="effective_at")
        same = (
            fresh.segment_id == course.at_segment,
            fresh.customer_id == course.at_customer,
            fresh.effective_at == course.at_instant,
        )
        told = fresh.left_join(course, same)
        struck = told.reason.isin(["late data", "identity"]) & told.at_instant.notnull()
        whole = self._with_statements(self.changes, told.mutate(change=struck.ifelse("corrected", told.change)))
        later = {each.definition.id: at for each in self.force.values() if (at := self._next(each.definition.id))}
        if later:
            for table in self._restored(whole, later):
                whole = self._with_statements(whole, table)
        self.run.publish(SEGMENT_CHANGES, whole, spec=self.spec, parents=PARENTS)

    def _with_statements(self, changes: ir.Table, told: ir.Table) -> ir.Table:
        """Statements with new ones, recorded by this run."""
        versions = ibis.memtable(
            pa.table(
                {
                    "version_of": pa.array(list(self.force), pa.string()),
                    "version_in_force": pa.array([each.version for each in self.force.values()], pa.int64()),
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
        return changes.select(*SEGMENT_CHANGES.names).union(rows)

    def _next(self, id_: str) -> datetime | None:
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

    def _publish_members(self, now: ir.Table, ids: Sequence[str], gone: set[str]) -> None:
        """Members found now, and the last good ones of segments that could not be evaluated."""
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

    def publish_evaluations(self, failed: Mapping[str, Sequence[Problem]]) -> None:
        """Publish what was evaluated with which result, and the counts in force."""
        members = self.run.table("segment_members")
        rows = self.run.rows(members.group_by("segment_id").aggregate(members=members.count()))
        sizes = {row["segment_id"]: row["members"] for row in rows}
        fresh = [self._evaluation(id_, sizes, failed.get(id_)) for id_ in sorted({*self.force, *failed})]
        whole = [*self.evaluations, *fresh]
        _publish(self.run, SEGMENT_EVALUATIONS, whole, self.spec)
        counts = [self._count(row, whole, sizes) for row in fresh]
        _publish(self.run, SEGMENT_COUNTS, counts, self.spec)

    def _evaluation(self, id_: str, sizes: Mapping[str, int], wrong: Sequence[Problem] | None) -> dict[str, Any]:
        return {
            "segment_id": id_,
            "version": self.force[id_].version if id_ in self.force else None,
            "as_of": self.spec.as_of,
            "recorded_at": self.run.started_at,
            "watermark": self.watermark,
            "members": None if wrong else sizes.get(id_, 0),
            "error": json.dumps([each.as_dict() for each in wrong]) if wrong else None,
        }

    def _count(
        self, row: Mapping[str, Any], evaluations: Iterable[Mapping[str, Any]], sizes: Mapping[str, int]
    ) -> dict[str, Any]:
        good = [each for each in evaluations if each["segment_id"] == row["segment_id"] and each["error"] is None]
        last = max(good, key=lambda each: each["recorded_at"], default=None)
        state = "fresh" if row["error"] is None else "failed" if last is None else "stale"
        return {
            "segment_id": row["segment_id"],
            "members": sizes.get(row["segment_id"], 0),
            "as_of": None if last is None else last["as_of"],
            "complete_through": self.spec.complete_through,
            "version": None if last is None else last["version"],
            "state": state,
            "error": row["error"],
        }


def _publish(run: Run, contract: Contract, rows: Sequence[Mapping[str, Any]], spec: MembershipSpec) -> None:
    run.publish(contract, pa.Table.from_pylist(list(rows), schema=arrow_schema(contract)), spec=spec)
