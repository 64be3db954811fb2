"""Publishes definitions, members, changes, evaluations and counts as of one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.segments.belonging import ORIGINS, Belonging
from segmentry.segments.clock.course import after_changes
from segmentry.segments.clock.levels import Overlaid, levels
from segmentry.segments.dependencies import closure, fallen, without
from segmentry.segments.membership import decisions, instant, members_at, moves
from segmentry.segments.reader import Reader, rows_of
from segmentry.segments.reasons import Previous, absorbed, reasons_at_moments, with_reasons
from segmentry.segments.run_clock import Clock, Played, publish_queue
from segmentry.segments.run_counts import publish_evaluations, publish_rows
from segmentry.segments.run_statements import Statements
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import SEGMENT_DEFINITIONS
from segmentry.segments.tree import Definition
from segmentry.segments.versions import OnRecord, in_force, recorded
from segmentry.terms.errors import Problem, QueryError


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
    fresh = recorded(record, definitions, unread, run.started_at)
    force = in_force(fresh)
    publish_rows(run, SEGMENT_DEFINITIONS, fresh, spec)
    work = _Refreshing(run, spec, force)
    failed = work.failures(definitions, unread)
    failed |= work.publish(without(definitions, failed), set(in_force(record)) - set(force))
    versions, watermark = work.statements.versions, work.statements.watermark
    publish_evaluations(run, spec, versions, watermark, failed, attempts=work.attempts)
    return failed


def step(run: Run, spec: MembershipSpec) -> Played:
    """Play what the clock alone does up to an instant; nothing else is looked at, traits stay as they are.

    Segments that wait for the next refresh keep their members and the instant at which these were known.

    Args:
        run: Sees everything published.
        spec: The instant.
    """
    work = _Refreshing(run, spec, in_force(rows_of(run, "segment_definitions")))
    ids = work.step(without(work.definitions, work.failures(work.definitions, {})))
    publish_evaluations(run, spec, work.statements.versions, work.statements.watermark, {}, ids=ids)
    return work.played


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
        self.evaluations = rows_of(run, "segment_evaluations")
        versions = {id_: each.version for id_, each in force.items()}
        self.statements = Statements(run, spec, versions, self.evaluations)
        self.reader = Overlaid(run, {"segment_changes": self.statements.whole})
        self.belonging = Belonging(self.reader, spec.as_of, self.manual)
        self.waiting: dict[str, str] = {}
        self.played = Played()
        self.broken: dict[str, list[Problem]] = {}
        self.attempts: dict[str, int] = {}

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

    def publish(self, good: Sequence[Definition], gone: Iterable[str]) -> dict[str, list[Problem]]:
        """Publish changes, members and what the clock will do next; returns what the database could not answer."""
        before, found = self._before(good), []
        for ids in self._levels(good):
            for members, changes in self._answers(good, ids, before):
                found.append(members)
                self.statements.add(changes)
            self.reader = Overlaid(self.run, {"segment_changes": self.statements.whole})
        self.statements.add(self._retired(list(gone)))
        self.statements.publish()
        answered = without(good, self.broken)
        now = ibis.memtable(pa.concat_tables([ORIGINS.empty_table(), *found]))
        self.statements.publish_members(now, [each.id for each in answered], set(gone))
        self._publish_queue(answered, {each.id: self.spec.as_of for each in answered})
        return self.broken

    def _answers(
        self, good: Sequence[Definition], ids: Sequence[str], before: Mapping[str, Previous]
    ) -> list[tuple[pa.Table, ir.Table]]:
        """Members and changes of one level together; where the database fails, each alone, once more and last."""
        asked, played = [each for each in ids if each not in self.broken], self.played
        try:
            return [self._level(good, asked, before)]
        except QueryError:
            self.played = played
        found = []
        for id_ in asked:
            if id_ in self.broken:
                continue
            self.attempts[id_] = 2
            try:
                found.append(self._level(good, [id_], before))
            except QueryError as error:
                self.broken = fallen(self.broken | {id_: list(error.problems)}, self.definitions)
        return found

    def _level(
        self, good: Sequence[Definition], ids: Sequence[str], before: Mapping[str, Previous]
    ) -> tuple[pa.Table, ir.Table]:
        members = Belonging(self.reader, self.spec.as_of, self.manual).members(good, ids)
        return members, self._changes(good, ids, before, ibis.memtable(members))

    def step(self, good: Sequence[Definition]) -> list[str]:
        """Publish what the clock did since the evaluations before; returns the segments that were moved on."""
        before = self._before(good)
        baseline = members_at(self.statements.course, self.spec.as_of).select("segment_id", "customer_id")
        now = baseline
        for ids in self._levels(good):
            between = self._played(good, {id_: before[id_] for id_ in ids if id_ in before}, baseline)
            if between is not None:
                self.statements.add(reasons_at_moments(between, self.run))
                self.reader = Overlaid(self.run, {"segment_changes": self.statements.whole})
                now = after_changes(now, between)
        self.statements.publish()
        behind = {*self.waiting, *self.played.refused}
        moved = [id_ for id_, last in before.items() if id_ not in behind and last.as_of < self.spec.as_of]
        now = now.filter(now.segment_id.isin([*moved, ""]))
        self.statements.publish_members(self._with_origin(now), moved, set())
        self._publish_queue(
            good, {id_: self.spec.as_of if id_ in moved else last.as_of for id_, last in before.items()}
        )
        return moved

    def _before(self, good: Sequence[Definition]) -> dict[str, Previous]:
        return {each.id: found for each in good if (found := self.previous(each.id)) is not None}

    def _levels(self, good: Sequence[Definition]) -> list[list[str]]:
        self.waiting = Clock(self.run, good).waiting(self.belonging)
        return levels(good)[0]

    def _publish_queue(self, good: Sequence[Definition], known: Mapping[str, datetime]) -> None:
        movable = {id_: at for id_, at in known.items() if id_ not in self.waiting}
        publish_queue(self.run, Clock(self.reader, good, self.manual), movable, self.spec)

    def _changes(
        self, good: Sequence[Definition], ids: Sequence[str], before: Mapping[str, Previous], now: ir.Table
    ) -> ir.Table:
        """What moved, what the clock did before, and what was said wrongly, of segments of one level."""
        own = {id_: before[id_] for id_ in ids if id_ in before}
        checked = self._as_known_now(good, own)
        told = self._late(checked, own)
        at_last = members_at(self.statements.course, self.spec.as_of)
        unchecked = at_last.filter(at_last.segment_id.isin([*(set(ids) - set(checked)), ""]))
        baseline = unchecked.select("segment_id", "customer_id")
        for table in checked.values():
            baseline = baseline.union(table.select("segment_id", "customer_id"))
        between = self._played(good, own, baseline)
        if between is not None:
            told.append(reasons_at_moments(between, self.run))
            baseline = after_changes(baseline, between)
        as_of, timezone = self.spec.as_of, self.spec.timezone
        moved = with_reasons(moves(baseline, now), own, self.run, as_of, self.manual, timezone)
        fresh = moved.mutate(effective_at=instant(as_of))
        for table in told:
            fresh = fresh.union(table.select(*fresh.columns))
        return fresh

    def _retired(self, gone: Sequence[str]) -> ir.Table:
        """Everybody leaves a segment that was taken out."""
        at_last = members_at(self.statements.course, self.spec.as_of)
        left = at_last.filter(at_last.segment_id.isin([*gone, ""])).select("segment_id", "customer_id")
        words = {"change": ibis.literal("left"), "reason": ibis.literal("definition")}
        return left.mutate(**words, effective_at=instant(self.spec.as_of))

    def _with_origin(self, now: ir.Table) -> ir.Table:
        """Members with the origin they had; who came by the clock came by the rule."""
        old = self.run.table("segment_members")
        old = old.select(old_segment="segment_id", old_customer="customer_id", old_origin="origin")
        told = now.left_join(old, (now.segment_id == old.old_segment, now.customer_id == old.old_customer))
        return told.select("segment_id", "customer_id", origin=told.old_origin.fill_null("rule"))

    def _played(
        self, good: Sequence[Definition], before: Mapping[str, Previous], baseline: ir.Table
    ) -> ir.Table | None:
        """What the clock did since the evaluations before; None where it did nothing."""
        groups: dict[tuple[datetime, datetime], list[str]] = {}
        for id_, last in before.items():
            known = last.as_of < self.spec.as_of and not last.redefined and self.statements.following(id_) is None
            if known and id_ not in self.waiting:
                groups.setdefault((last.as_of, last.recorded_at), []).append(id_)
        if not groups:
            return None
        members, found = self.run.arrow(baseline), Played()
        for (as_of, recorded_at), ids in groups.items():
            clock = Clock(self.reader, good, manual_in_force(self.run, recorded_at))
            found += clock.play(ids, members, as_of, self.spec.as_of)
        self.played += found
        self.run.notes["clock"] = self.played.note()
        return ibis.memtable(found.course) if len(found.course) else None

    def _as_known_now(self, good: Sequence[Definition], before: Mapping[str, Previous]) -> dict[str, ir.Table]:
        """Members at the evaluation before, worked out from what is known now, by segment.

        Only where data came since and all that is asked for can be told of the past: traits are known as of one
        instant, facts and what sources tell of customers as of any.
        """
        dated = {
            id_
            for id_, last in before.items()
            if last.as_of < self.spec.as_of and not last.redefined and last.watermark < self.statements.watermark
        }
        dated -= set(self.waiting)
        found: dict[str, ir.Table] = {}
        for then in {(before[each].as_of, before[each].recorded_at) for each in dated}:
            ids = sorted(each for each in dated if (before[each].as_of, before[each].recorded_at) == then)
            belonging = Belonging(self.reader, then[0], manual_in_force(self.run, then[1]))
            members = ibis.memtable(belonging.members(good, ids))
            found |= {each: members.filter(members.segment_id == each) for each in ids}
        return found

    def _late(self, checked: Mapping[str, ir.Table], before: Mapping[str, Previous]) -> list[ir.Table]:
        """What was said of the evaluation before and is known better now, effective then."""
        found = []
        for id_, now in checked.items():
            said = members_at(self.statements.course, before[id_].as_of)
            differing = moves(said.filter(said.segment_id == id_), now)
            merged = absorbed(self.run)
            told = differing.left_join(merged, differing.customer_id == merged.absorbed_id)
            reason = told.absorbed_id.notnull().ifelse("identity", "late data")
            told = told.select("segment_id", "customer_id", "change", reason=reason)
            found.append(told.mutate(effective_at=instant(before[id_].as_of)))
        return found
