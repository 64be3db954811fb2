"""Who belongs to any number of definitions, whatever their universes and whatever was decided by hand.

The compiler answers a batch over one universe. Here definitions are laid in batches, each after those it leans on: a
segment of another batch (of another universe, or with decisions by hand) is read as a trait that was just made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.segments.clock.moments import Moments
from segmentry.segments.compiler import definition_problems, evaluate
from segmentry.segments.dependencies import closure, fallen, named, replaced, tangles
from segmentry.segments.errors import DefinitionError
from segmentry.segments.inputs import Inputs
from segmentry.segments.nesting import in_order
from segmentry.segments.reader import Reader
from segmentry.segments.tree import Condition, Definition
from segmentry.segments.universe import Base, base_of, inputs
from segmentry.terms.errors import Problem

ORIGINS = pa.schema([("segment_id", pa.string()), ("customer_id", pa.string()), ("origin", pa.string())])
"""The shape of an answer: who, where, and whether the rule or a hand put the customer there."""


class Belonging:
    """Who belongs at one instant, or at moments, over the tables a reader sees.

    At moments ``customer_id`` is the name of a moment, throughout.

    Args:
        reader: Sees what was published.
        as_of: Instant of evaluation (UTC), or moments.
        manual: Decisions by hand in force (``segment_id``, ``customer_id``, ``decision``); None for none.
    """

    def __init__(self, reader: Reader, as_of: datetime | Moments, manual: ir.Table | None = None) -> None:
        self.reader = reader
        self.as_of = as_of
        told = as_of.keyed(manual) if isinstance(as_of, Moments) and manual is not None else manual
        self.manual = None if told is None else reader.arrow(told.select("segment_id", "customer_id", "decision"))
        self._inputs: dict[Base, Inputs] = {}

    def inputs(self, base: Base) -> Inputs:
        """The tables for one universe."""
        if base not in self._inputs:
            self._inputs[base] = inputs(self.reader, self.as_of, base)
        return self._inputs[base]

    def problems(self, definitions: Sequence[Definition]) -> dict[str, list[Problem]]:
        """Everything that keeps definitions from being evaluated, by id; those that lean on one at fault included."""
        found = tangles(definitions)
        for definition in definitions:
            own = definition_problems(definition, self.inputs(base_of(definition)))
            if own:
                found[definition.id] = [*own, *found.get(definition.id, [])]
        return fallen(found, definitions)

    def members(
        self, definitions: Sequence[Definition], wanted: Iterable[str] | None = None, customers: ir.Table | None = None
    ) -> pa.Table:
        """Members as rows of ``segment_id``, ``customer_id`` and ``origin`` (rule or manual).

        Args:
            definitions: What is asked, and all that it leans on.
            wanted: Ids to answer for; None for all.
            customers: Those to answer for, with ``customer_id``; None for everybody.

        Raises:
            DefinitionError: with every mistake of every definition asked for.
        """
        ids = [each.id for each in definitions] if wanted is None else list(wanted)
        needed = closure(ids, definitions)
        asked = [each for each in definitions if each.id in needed]
        wrong = self.problems(asked)
        if wrong:
            raise DefinitionError(dict.fromkeys(problem for each in wrong.values() for problem in each))
        answers: dict[str, pa.Table] = {}
        for batch in batches(asked, self._overridden()):
            answers |= self._batch(batch, asked, answers, customers)
        return pa.concat_tables([ORIGINS.empty_table(), *(answers[each] for each in ids)])

    def _overridden(self) -> set[str]:
        return set() if self.manual is None else set(self.manual["segment_id"].to_pylist())

    def _batch(
        self,
        batch: Sequence[Definition],
        asked: Sequence[Definition],
        answers: Mapping[str, pa.Table],
        customers: ir.Table | None,
    ) -> dict[str, pa.Table]:
        tables = self.inputs(base_of(batch[0]))
        conditions: dict[str, Condition] = {}
        for id_ in {each for one in batch for each in named(one, asked)} - {one.id for one in batch}:
            tables, condition = tables.with_members(id_, ibis.memtable(answers[id_]))
            name = next(each.name for each in asked if each.id == id_)
            conditions |= {id_: condition, name: condition}
        rewritten = [replace(each, where=replaced(each.where, conditions)) for each in batch]
        answered = evaluate(rewritten, self.as_of, tables, customers)
        wide = self.reader.arrow(answered)
        ruled = {each.id: _of_column(wide, each.id) for each in batch}
        decided = set(ruled) & self._overridden()
        return ruled | {id_: self._decided(ruled[id_], tables.universe, id_) for id_ in decided}

    def _decided(self, ruled: pa.Table, universe: ir.Table, id_: str) -> pa.Table:
        rows = self._with_decisions(ibis.memtable(ruled), universe, id_)
        return self.reader.arrow(rows.select("segment_id", "customer_id", "origin")).cast(ORIGINS)

    def _with_decisions(self, ruled: ir.Table, universe: ir.Table, id_: str) -> ir.Table:
        """The rule's members with those added by hand, without those removed by hand; all of the universe."""
        told = ibis.memtable(self.manual)
        told = told.filter(told.segment_id == id_)
        pair = ("segment_id", "customer_id")
        added = told.filter(told.decision == "added").semi_join(universe, "customer_id").anti_join(ruled, pair)
        kept = ruled.anti_join(told.filter(told.decision == "removed"), pair)
        return kept.union(added.select(*pair).mutate(origin=ibis.literal("manual")))


def batches(definitions: Sequence[Definition], overridden: set[str]) -> list[list[Definition]]:
    """Definitions in batches of one universe each, every one after what it leans on.

    Args:
        definitions: Definitions without cycles; what they lean on is among them.
        overridden: Ids of segments with decisions by hand: their dependents wait for the batch after.
    """
    by_id = {each.id: each for each in definitions}
    stages: dict[str, int] = {}
    for definition in in_order(definitions)[0]:
        needed = named(definition, definitions)
        apart = {each: each in overridden or base_of(by_id[each]) != base_of(definition) for each in needed}
        stages[definition.id] = max((stages[each] + apart[each] for each in needed), default=0)
    keys = sorted({(stages[each.id], base_of(each)) for each in definitions})
    return [[each for each in definitions if (stages[each.id], base_of(each)) == key] for key in keys]


def _of_column(wide: pa.Table, id_: str) -> pa.Table:
    """The members told by one boolean column, as rows."""
    members = wide["customer_id"].filter(wide[id_]).combine_chunks()
    count = len(members)
    columns = [pa.repeat(id_, count), members, pa.repeat("rule", count)]
    return pa.table(columns, names=ORIGINS.names).cast(ORIGINS)
