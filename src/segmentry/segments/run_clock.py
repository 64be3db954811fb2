"""Plays what the clock alone does to membership between two instants, and puts on record what it will do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.engine import MOST_INSTANTS, DueRecord, Run, arrow_schema
from segmentry.segments.belonging import Belonging
from segmentry.segments.clock.course import COURSE, course_of, step_of
from segmentry.segments.clock.due import due_instants
from segmentry.segments.clock.levels import levels
from segmentry.segments.clock.looks import asks_others, looks, shared
from segmentry.segments.clock.moments import Moments
from segmentry.segments.dependencies import closure, traits_of
from segmentry.segments.reader import Reader
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import SEGMENT_DUE
from segmentry.segments.tree import Definition
from segmentry.segments.universe import EVERYBODY, Base, base_of, parties

MOST_MOMENTS = 500_000
"""Customers at instants of their own that one refresh plays."""
MOST_STEPS = 60
"""Instants at which one refresh looks at everybody again."""
HORIZON = timedelta(days=35)
"""How far ahead the due-queue is worked out."""


@dataclass
class Played:
    """What was played.

    Attributes:
        course: Changes by the clock, in the shape of `COURSE`.
        moments: Customers at instants of their own that were looked at.
        steps: Instants at which everybody was looked at.
        refused: Segments that were not played, with the reason.
    """

    course: pa.Table = field(default_factory=COURSE.empty_table)
    moments: int = 0
    steps: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def __iadd__(self, other: Played) -> Played:
        self.course = pa.concat_tables([self.course, other.course])
        self.moments += other.moments
        self.steps += other.steps
        self.refused |= other.refused
        return self

    def note(self) -> dict[str, Any]:
        """What was played, for the notes of a run."""
        return {"moments": self.moments, "steps": self.steps, "changes": len(self.course), "not_played": self.refused}


class Clock:
    """Definitions as the clock alone moves them.

    Args:
        reader: Sees what was published.
        definitions: Definitions that can be evaluated.
        manual: Decisions by hand that were in force; None for none.
    """

    def __init__(self, reader: Reader, definitions: Sequence[Definition], manual: ir.Table | None = None) -> None:
        self.reader = reader
        self.definitions = definitions
        self.manual = manual

    def waiting(self, belonging: Belonging) -> dict[str, str]:
        """Segments the clock cannot move, with the reason: they wait for the next refresh.

        Args:
            belonging: Knows the traits there are.
        """
        found = dict.fromkeys(levels(self.definitions)[1], "it asks for its own history")
        for definition in self.definitions:
            for each in self._leaning([definition.id]):
                fields = belonging.inputs(base_of(each)).fields
                dated = [name for name in traits_of(each.where) if fields[name].table != "given_traits"]
                if dated:
                    found[definition.id] = f"{dated[0]} is known only as of the last refresh"
        return found

    def play(self, ids: Sequence[str], members: pa.Table, after: datetime, until: datetime) -> Played:
        """Every change right after one instant up to another.

        Args:
            ids: Segments that the clock can move.
            members: Their members at ``after``: ``segment_id`` and ``customer_id``.
            after: Instant (UTC) at which members are known.
            until: Last instant to play.
        """
        found = Played()
        for (base, together), group in self.groups(ids).items():
            before = {id_: members.filter(pc.equal(members["segment_id"], id_))["customer_id"] for id_ in group}
            due = self.due(group, base, after, until)
            found += self._steps(group, before, due) if together else self._moments(group, before, due)
        return found

    def groups(self, ids: Sequence[str]) -> dict[tuple[Base, bool], list[str]]:
        """Segments of one universe that are played alike."""
        found: dict[tuple[Base, bool], list[str]] = {}
        for id_ in ids:
            leaning = self._leaning([id_])
            own = next(each for each in leaning if each.id == id_)
            found.setdefault((base_of(own), any(shared(each) for each in leaning)), []).append(id_)
        return found

    def due(self, ids: Sequence[str], base: Base, after: datetime, until: datetime) -> ir.Table:
        """Due instants of segments of one universe; see `due_instants`."""
        asked = self._leaning(ids)
        tables = Belonging(self.reader, until).inputs(base)
        known = parties(self.reader, base)
        told = parties(self.reader, EVERYBODY) if any(map(asks_others, asked)) else known
        arrivals = told.filter(told.valid_from.notnull()).select("customer_id", time="valid_from")
        found = due_instants(looks(asked, until), tables, after, until, arrivals)
        return found if any(map(shared, asked)) else found.semi_join(known, "customer_id")

    def _leaning(self, ids: Sequence[str]) -> list[Definition]:
        needed = closure(ids, self.definitions)
        return [each for each in self.definitions if each.id in needed]

    def _moments(self, ids: Sequence[str], before: Mapping[str, Any], due: ir.Table) -> Played:
        """Each customer at instants of their own."""
        rows = self.reader.arrow(due.limit(MOST_MOMENTS + 1))
        if len(rows) > MOST_MOMENTS:
            return Played(refused=dict.fromkeys(ids, f"more than {MOST_MOMENTS:,} changes by the clock were due"))
        if not len(rows):
            return Played()
        rows = rows.sort_by([("customer_id", "ascending"), ("due_at", "ascending")]).combine_chunks()
        asked = looks(self._leaning(ids), pc.max(rows["due_at"]).as_py())
        edges = [edge for each in asked for edge in each.asked]
        customers, instants = (pa.concat_arrays(rows[name].chunks) for name in ("customer_id", "due_at"))
        moments = Moments(customers, instants.cast(pa.timestamp("us")), edges)
        members = Belonging(self.reader, moments, self.manual).members(self.definitions, ids)
        return Played(course_of(ids, moments, members, before), moments=len(moments))

    def _steps(self, ids: Sequence[str], before: Mapping[str, Any], due: ir.Table) -> Played:
        """Everybody, instant by instant."""
        rows = self.reader.arrow(due.select("due_at").distinct().order_by("due_at").limit(MOST_STEPS + 1))
        instants = rows["due_at"].to_pylist()
        if len(instants) > MOST_STEPS:
            return Played(
                refused=dict.fromkeys(ids, f"everybody would have to be ranked at over {MOST_STEPS} instants")
            )
        now, parts = dict(before), []
        for instant in instants:
            members = Belonging(self.reader, instant, self.manual).members(self.definitions, ids)
            for id_ in ids:
                after = members.filter(pc.equal(members["segment_id"], id_))["customer_id"]
                parts.append(step_of(id_, now[id_], after, instant))
                now[id_] = after
        return Played(pa.concat_tables([COURSE.empty_table(), *parts]), steps=len(instants))


def publish_queue(run: Run, clock: Clock, known: Mapping[str, datetime], spec: MembershipSpec) -> None:
    """Put on record what the clock does next, in the warehouse and its head in the ledger.

    Args:
        run: The run.
        clock: The definitions.
        known: Segments that the clock can move, with the instant (UTC) at which their members are known.
        spec: What was asked.
    """
    single: list[ir.Table] = []
    everybody: list[ir.Table] = []
    for after in sorted(set(known.values())):
        ids = [id_ for id_, each in known.items() if each == after]
        for (base, together), group in clock.groups(ids).items():
            (everybody if together else single).append(clock.due(group, base, after, after + HORIZON))
    none = ibis.memtable(pa.Table.from_pylist([], schema=arrow_schema(SEGMENT_DUE)))
    whole = ibis.union(none.select("customer_id", "due_at"), *single)
    firsts = whole.group_by("customer_id").aggregate(due_at=whole.due_at.min())
    table = none.union(firsts.select("customer_id", "due_at", kind=ibis.literal("customer")))
    for each in everybody:
        first = each.aggregate(due_at=each.due_at.min())
        table = table.union(_for_all(first.filter(first.due_at.notnull())))
    run.publish(SEGMENT_DUE, table, spec=spec)
    run.record_due(_head(run, min(known.values(), default=spec.as_of) + HORIZON))


def _for_all(first: ir.Table) -> ir.Table:
    return first.select(customer_id=ibis.null("string"), due_at="due_at", kind=ibis.literal("population"))


def _head(run: Run, horizon: datetime) -> list[DueRecord]:
    """The earliest instants, and through when they are all."""
    queue = run.table("segment_due")
    counted = queue.group_by("due_at", "kind").aggregate(customers=queue.customer_id.count())
    rows = run.rows(counted.order_by("due_at", "kind").limit(MOST_INSTANTS + 1))
    if len(rows) > MOST_INSTANTS:
        horizon = rows[MOST_INSTANTS - 1]["due_at"]
    records = [DueRecord(row["due_at"], row["kind"], row["customers"]) for row in rows[:MOST_INSTANTS]]
    return [*records, DueRecord(horizon, "horizon")]
