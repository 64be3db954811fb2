"""The leaves of a batch of definitions: each distinct one computed once, whatever the number of definitions."""

# ruff: noqa: PLR0911  (one return for each kind of leaf)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import arrow_schema
from segmentry.segments.answers import Answers
from segmentry.segments.clock.moments import Moments
from segmentry.segments.dependencies import closure, named, replaced
from segmentry.segments.inputs import Inputs
from segmentry.segments.leaf_expressions import (
    Place,
    balanced,
    in_bounds,
    leaf_truth,
    list_values,
)
from segmentry.segments.measures import Measures, Value
from segmentry.segments.merging import merged
from segmentry.segments.ranks import cut
from segmentry.segments.relations import in_role
from segmentry.segments.sequences import sequence_customers
from segmentry.segments.standing import consenting, in_bucket, moved, reachable, was_member
from segmentry.segments.statistics import Column, Statistics
from segmentry.segments.tree import (
    AllContacts,
    And,
    AtAccount,
    Between,
    Bucket,
    Compare,
    Condition,
    Consents,
    Contacts,
    Definition,
    FirstTime,
    InSegment,
    Known,
    Match,
    Measure,
    Moved,
    Not,
    OneOf,
    Or,
    Percentile,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Stopped,
    Within,
)
from segmentry.segments.tree import Sequence as Steps
from segmentry.segments.windows import end_to_end, new_start, silence
from segmentry.terms.tables import Column as ContractColumn
from segmentry.terms.tables import ColumnType, Contract

LONGEST_INLINE_LIST = 200
"""Values up to which a list stands in the query; longer ones are carried as a table."""
MOST_COUNTS = 12
"""Periods up to which each has a count of its own; more of them are joined as a table."""
Truth = Callable[[ir.Table], Any]


class Leaves:
    """The distinct leaves of a batch; alike means written alike and read in the same zone.

    Args:
        definitions: What is asked, each after those it names.
        inputs: The tables.
        as_of: Instant of evaluation, UTC; or moments.
        names: Further names of segments, with their ids.
    """

    def __init__(
        self,
        definitions: Sequence[Definition],
        inputs: Inputs,
        as_of: datetime | Moments,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.inputs = inputs
        self.as_of = as_of
        self.names = dict(names or {}) | {word: each.id for each in definitions for word in (each.name, each.id)}
        self.statistics = Statistics(inputs.facts)
        self.measures = Measures(inputs, self.statistics, self._count_contacts)
        self.truths: dict[tuple[Condition, str], Truth] = {}
        self.values: dict[tuple[Measure, Place], Value] = {}
        self.lists: dict[Column, tuple[OneOf, Callable[[ir.Table], Any]]] = {}
        self.cuts: dict[str, tuple[Rank | Percentile, Place]] = {}
        self.definitions = [replace(each, where=merged(each.where)) for each in definitions]
        for definition in self.definitions:
            self._gather(definition.where, Place(as_of, definition.timezone))

    def _gather(self, condition: Condition, place: Place) -> None:
        waiting = [condition]
        while waiting:
            current = waiting.pop()
            if isinstance(current, And | Or):
                waiting += reversed(current.parts)
            elif isinstance(current, Not):
                waiting.append(current.part)
            elif not (isinstance(current, InSegment) and current.on is None):
                key = (current, place.timezone)
                if key not in self.truths:
                    self.truths[key] = self._leaf(current, place)

    def answers(self, universe: ir.Table, customers: ir.Table | None = None) -> ir.Table:
        """``customer_id`` and the truth of every definition under its id, never null.

        Args:
            universe: Everybody; ranks are taken over them.
            customers: Those to answer for, with ``customer_id``; None for everybody.
        """
        joined = self._joined(universe if customers is None else universe.semi_join(customers, "customer_id"), universe)
        known: dict[tuple[Condition, str], Any] = {}

        def leaf(condition: Condition, zone: str) -> Any:
            if (condition, zone) not in known:
                known[condition, zone] = self.truths[condition, zone](joined)
            return known[condition, zone]

        return Answers(self.definitions, self.names).of(joined, leaf)

    def _joined(self, asked: ir.Table, universe: ir.Table) -> ir.Table:
        """Everything leaves look at, one row for each customer."""
        joined = self.measures.join(asked)
        values: dict[tuple[Measure, Place], ir.Table] = {}
        for name, (leaf, place) in self.cuts.items():
            if (leaf.measure, place) not in values:
                values[leaf.measure, place] = self.measures.alone(leaf.measure, place, universe)
            joined = joined.cross_join(
                cut(leaf, values[leaf.measure, place]).rename({f"{name}_low": "low", f"{name}_high": "high"})
            )
        for column, (listed, value) in self.lists.items():
            joined = self._join_list(joined, listed, value, column)
        return joined

    def _leaf(self, leaf: Condition, place: Place) -> Truth:
        if isinstance(leaf, Compare | Between | OneOf | Match | Known | Within | Rank | Percentile):
            return self._measured(leaf, place)
        if isinstance(leaf, FirstTime | Regularly | Stopped | Restarted):
            return self._verb(leaf, place)
        if isinstance(leaf, Bucket):
            return lambda table: in_bucket(table["party_key"], leaf)
        column = self.statistics.further((leaf, place), self._customers(leaf, place))
        return lambda table: table[column]

    def _measured(
        self, leaf: Compare | Between | OneOf | Match | Known | Within | Rank | Percentile, place: Place
    ) -> Truth:
        value, kind = self._value(leaf.measure, place), self.measures.kind(leaf.measure)
        if isinstance(leaf, Rank | Percentile):
            name = f"cut_{len(self.cuts)}"
            self.cuts[name] = (leaf, place)
            return lambda table: value(table).between(table[f"{name}_low"], table[f"{name}_high"])
        if isinstance(leaf, OneOf) and len(leaf.values) > LONGEST_INLINE_LIST and kind is not ColumnType.TIMESTAMP:
            column = f"list_{len(self.lists)}"
            self.lists[column] = (leaf, value)
            return lambda table: _listed(leaf, value(table), table[column])
        return lambda table: leaf_truth(leaf, value(table), kind, place, table)

    def _value(self, measure: Measure, place: Place) -> Value:
        if (measure, place) not in self.values:
            self.values[measure, place] = _once(self.measures.ask(measure, place))
        return self.values[measure, place]

    def _join_list(self, joined: ir.Table, leaf: OneOf, value: Callable[[ir.Table], Any], column: str) -> ir.Table:
        """A long list as a table: joined once, instead of thousands of literals in the query."""
        kind = self.measures.kind(leaf.measure)
        schema = arrow_schema(Contract("list", "one value", (column,), (ContractColumn(column, kind, "A value."),)))
        values = ibis.memtable(pa.table({column: list_values(leaf.values, kind)}, schema=schema))
        return joined.left_join(values, value(joined) == values[column])

    def _verb(self, leaf: FirstTime | Regularly | Stopped | Restarted, place: Place) -> Truth:
        if isinstance(leaf, FirstTime):
            first = self.statistics.first(leaf.facts, place)
            rules = place.rules(leaf.facts.window)
            return lambda table: in_bounds(table[first], place.ends(rules, table)).fill_null(False)
        if isinstance(leaf, Regularly):
            periods = end_to_end(leaf.span, leaf.periods)
            if len(periods) > MOST_COUNTS and isinstance(place.as_of, datetime):
                hits = self.statistics.hits(leaf.facts, place, periods)
                return lambda table: table[hits] >= leaf.hits
            counts = [self.statistics.count(leaf.facts, place, [period]) for period in periods]
            return lambda table: balanced([_any(table[each]).cast("int64") for each in counts], _add) >= leaf.hits
        if isinstance(leaf, Stopped):
            quiet, before = silence(leaf.silence, leaf.active)
            columns = [self.statistics.count(leaf.facts, place, [span]) for span in (quiet, before)]
            return lambda table: ~_any(table[columns[0]]) & _any(table[columns[1]])
        return self._restarted(leaf, place)

    def _restarted(self, leaf: Restarted, place: Place) -> Truth:
        spans = new_start(leaf.recent, leaf.silence)
        columns = [self.statistics.count(leaf.facts, place, [span]) for span in spans]
        return lambda table: _any(table[columns[0]]) & ~_any(table[columns[1]]) & _any(table[columns[2]])

    def _customers(self, leaf: Condition, place: Place) -> ir.Table:
        """Who fulfils a leaf that is a set of customers."""
        inputs = self.inputs
        match leaf:
            case Steps():
                return sequence_customers(leaf, self.statistics, place)
            case InSegment(segment):
                return was_member(given(inputs.changes), leaf, self._ids(segment), place)
            case Moved(segment):
                return moved(given(inputs.changes), leaf, self._ids(segment), place)
            case Consents(purpose):
                return consenting(given(inputs.consents), purpose, place)
            case Reachable(channel, purpose):
                found = reachable(given(inputs.addresses), channel)
                if purpose is None:
                    return found
                return found.semi_join(consenting(given(inputs.consents), purpose, place, channel), "customer_id")
            case AllContacts(where, role):
                links = self._links(where, role, place)
                whole = links.group_by("account_id").aggregate(all_=links.true_.all())
                return whole.filter(whole.all_).select(customer_id=whole.account_id)
            case AtAccount(where, role):
                links = self._links(where, role, place, "account_id")
                return links.filter(links.true_).select("customer_id")
        raise TypeError(f"no leaf: {leaf!r}")

    def _ids(self, segment: str) -> list[str]:
        return sorted({segment, self.names.get(segment, segment)})

    def _count_contacts(self, measure: Contacts, place: Place) -> Column:
        links = self._links(measure.where, measure.role, place)
        key = (measure, place)
        return self.statistics.counted(key, links.filter(links.true_).select(customer_id=links.account_id))

    def _links(self, where: Condition | None, role: str | None, place: Place, of: str = "customer_id") -> ir.Table:
        """Each contact of an account once, with the truth of a condition on the contact, or on the account."""
        if not isinstance(self.as_of, datetime):
            raise TypeError("conditions on others are looked at for everybody at one instant")
        table = in_role(given(self.inputs.contacts), self.as_of, place.timezone)
        links = table.filter(table.role == role) if role is not None else table
        links = links.select("account_id", "customer_id").distinct()
        parties = self.inputs.universe if self.inputs.parties is None else self.inputs.parties
        truths = parties.select(party_id="customer_id", true_=ibis.literal(value=True))
        if where is not None:
            inputs, asked = self._with_segments(where)
            definition = Definition("contact", "", asked, timezone=place.timezone)
            leaves = Leaves([definition], inputs, self.as_of, self.names)
            truths = leaves.answers(parties).rename(party_id="customer_id", true_="contact")
        return links.inner_join(truths, links[of] == truths.party_id).select("account_id", "customer_id", "true_")

    def _with_segments(self, where: Condition) -> tuple[Inputs, Condition]:
        """A condition on other parties with the segments it names as traits, which only their members have."""
        inputs, conditions = self.inputs, dict[str, Condition]()
        contact = Definition("contact", "", where)
        for id_ in named(contact, self.definitions):
            needed = closure([id_], self.definitions)
            below = [each for each in self.definitions if each.id in needed]
            answered = Leaves(below, self.inputs, self.as_of, self.names).answers(self.inputs.universe)
            inputs, condition = inputs.with_members(id_, answered.filter(answered[id_]))
            conditions |= {word: condition for word, each in self.names.items() if each == id_}
        return inputs, replaced(where, conditions)


def given(table: ir.Table | None) -> ir.Table:
    """A table that checks have found to be there."""
    if table is None:
        raise TypeError("a table is missing that the checks should have asked for")
    return table


def _once(value: Value) -> Value:
    """A value that is said once of a table, however many leaves ask for it."""
    said: list[tuple[ir.Table, Any]] = []

    def read(table: ir.Table) -> Any:
        if not said or said[0][0] is not table:
            said[:] = [(table, value(table))]
        return said[0][1]

    return read


def _any(column: Any) -> Any:
    return column.fill_null(0) > 0


def _add(left: Any, right: Any) -> Any:
    return left + right


def _listed(leaf: OneOf, value: Any, inside: Any) -> Any:
    return value.notnull() & inside.isnull() if leaf.negated else inside.notnull()
