"""The leaves of a batch of definitions: each distinct one computed once, whatever the number of definitions."""

# ruff: noqa: PLR0911  (one return for each kind of leaf)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import arrow_schema
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.writing import format_condition
from segmentry.segments.leaf_expressions import (
    Place,
    balanced,
    in_bounds,
    leaf_expression,
    list_values,
)
from segmentry.segments.literals import BEGINNING
from segmentry.segments.measures import Measures
from segmentry.segments.ranks import ranked
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
    Moved,
    Not,
    OneOf,
    Or,
    Percentile,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Span,
    Stopped,
    Within,
)
from segmentry.segments.tree import Sequence as Steps
from segmentry.segments.windows import MOMENT, Bounds, back, bounds, periods_back
from segmentry.terms.tables import Column as ContractColumn
from segmentry.terms.tables import ColumnType, Contract

LONGEST_INLINE_LIST = 200
"""Values up to which a list stands in the query; longer ones are carried as a table."""
Truth = Callable[[ir.Table], Any]


class Leaves:
    """The distinct leaves of a batch; alike means written alike and read in the same zone.

    Args:
        definitions: What is asked.
        inputs: The tables.
        as_of: Instant of evaluation, UTC.
    """

    def __init__(self, definitions: Sequence[Definition], inputs: Inputs, as_of: datetime) -> None:
        self.inputs = inputs
        self.as_of = as_of
        self.names = {word: each.id for each in definitions for word in (each.name, each.id)}
        self.statistics = Statistics(inputs.facts)
        self.measures = Measures(inputs, self.statistics, self._count_contacts)
        self.truths: dict[tuple[str, str], Truth] = {}
        self.lists: dict[Column, tuple[OneOf, Callable[[ir.Table], Any]]] = {}
        for definition in definitions:
            self._gather(definition.where, Place(as_of, definition.timezone))
        self.columns = {key: f"leaf_{place}" for place, key in enumerate(self.truths)}

    def _gather(self, condition: Condition, place: Place) -> None:
        waiting = [condition]
        while waiting:
            current = waiting.pop()
            if isinstance(current, And | Or):
                waiting += reversed(current.parts)
            elif isinstance(current, Not):
                waiting.append(current.part)
            elif not (isinstance(current, InSegment) and current.on is None):
                key = (format_condition(current), place.timezone)
                if key not in self.truths:
                    self.truths[key] = self._leaf(current, place)

    def compute(self, universe: ir.Table) -> ir.Table:
        """``customer_id`` and the truth of every leaf, never null."""
        joined = self.measures.join(universe)
        for column, (leaf, value) in self.lists.items():
            joined = self._join_list(joined, leaf, value, column)
        return joined.select("customer_id", **{self.columns[key]: truth(joined) for key, truth in self.truths.items()})

    def truth(self, condition: Condition, timezone: str, computed: ir.Table, segments: Mapping[str, ir.Value]) -> Any:
        """The truth of a tree over the truths of its leaves and of other segments."""
        if isinstance(condition, Not):
            return ~self.truth(condition.part, timezone, computed, segments)
        if isinstance(condition, And | Or):
            parts = [self.truth(part, timezone, computed, segments) for part in condition.parts]
            return balanced(parts, and_ if isinstance(condition, And) else or_)
        if isinstance(condition, InSegment) and condition.on is None:
            return segments[self.names[condition.segment]]
        return computed[self.columns[format_condition(condition), timezone]]

    def _leaf(self, leaf: Condition, place: Place) -> Truth:
        if isinstance(leaf, Compare | Between | OneOf | Match | Known | Within | Rank | Percentile):
            return self._measured(leaf, place)
        if isinstance(leaf, FirstTime | Regularly | Stopped | Restarted):
            return self._verb(leaf, place)
        if isinstance(leaf, Bucket):
            return lambda table: in_bucket(table["party_key"], leaf)
        column = self.statistics.further((leaf, place), self._customers(leaf, place))
        return lambda table: table[column].fill_null(False)

    def _measured(
        self, leaf: Compare | Between | OneOf | Match | Known | Within | Rank | Percentile, place: Place
    ) -> Truth:
        value, kind = self.measures.ask(leaf.measure, place), self.measures.kind(leaf.measure)
        if isinstance(leaf, Rank | Percentile):
            return lambda table: ranked(leaf, value(table))
        if isinstance(leaf, OneOf) and len(leaf.values) > LONGEST_INLINE_LIST and kind is not ColumnType.TIMESTAMP:
            column = f"list_{len(self.lists)}"
            self.lists[column] = (leaf, value)
            return lambda table: _listed(leaf, value(table), table[column])
        return lambda table: leaf_expression(leaf, value(table), kind, place)

    def _join_list(self, joined: ir.Table, leaf: OneOf, value: Callable[[ir.Table], Any], column: str) -> ir.Table:
        """A long list as a table: joined once, instead of thousands of literals in the query."""
        kind = self.measures.kind(leaf.measure)
        schema = arrow_schema(Contract("list", "one value", (column,), (ContractColumn(column, kind, "A value."),)))
        values = ibis.memtable(pa.table({column: list_values(leaf.values, kind)}, schema=schema))
        return joined.left_join(values, value(joined) == values[column])

    def _verb(self, leaf: FirstTime | Regularly | Stopped | Restarted, place: Place) -> Truth:
        if isinstance(leaf, FirstTime):
            first = self.statistics.first(leaf.facts, place)
            spans = bounds(leaf.facts.window, place.as_of, place.timezone)
            return lambda table: in_bounds(table[first], spans).fill_null(False)
        if isinstance(leaf, Regularly):
            periods = periods_back(place.as_of, leaf.span, leaf.periods, place.timezone)
            counts = [self.statistics.count(leaf.facts, place, [period]) for period in periods]
            return lambda table: balanced([_any(table[each]).cast("int64") for each in counts], _add) >= leaf.hits
        if isinstance(leaf, Stopped):
            quiet, before = _silence(place, leaf.silence, leaf.active)
            columns = [self.statistics.count(leaf.facts, place, [span]) for span in (quiet, before)]
            return lambda table: ~_any(table[columns[0]]) & _any(table[columns[1]])
        return self._restarted(leaf, place)

    def _restarted(self, leaf: Restarted, place: Place) -> Truth:
        recent, between = _silence(place, leaf.recent, leaf.silence)
        before = Bounds(None, between.start or BEGINNING)
        columns = [self.statistics.count(leaf.facts, place, [span]) for span in (recent, between, before)]
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
                return found.semi_join(consenting(given(inputs.consents), purpose, place), "customer_id")
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
        table = given(self.inputs.contacts)
        links = table.filter(table.role == role) if role is not None else table
        links = links.select("account_id", "customer_id").distinct()
        parties = self.inputs.universe if self.inputs.parties is None else self.inputs.parties
        truths = parties.select(party_id="customer_id", true_=ibis.literal(value=True))
        if where is not None:
            definition = Definition("contact", "", where, timezone=place.timezone)
            leaves = Leaves([definition], self.inputs, self.as_of)
            computed = leaves.compute(parties)
            truths = computed.select(party_id="customer_id", true_=leaves.truth(where, place.timezone, computed, {}))
        return links.inner_join(truths, links[of] == truths.party_id).select("account_id", "customer_id", "true_")


def given(table: ir.Table | None) -> ir.Table:
    """A table that checks have found to be there."""
    if table is None:
        raise TypeError("a table is missing that the checks should have asked for")
    return table


def _silence(place: Place, silence: Span, before: Span | None) -> tuple[Bounds, Bounds]:
    """The span up to the as-of, and the span (or all of time) before it."""
    quiet = back(place.as_of, silence, timezone=place.timezone)
    start = None if before is None or quiet is None else back(quiet, before, timezone=place.timezone)
    after = BEGINNING if quiet is None else quiet + MOMENT
    return Bounds(after, place.as_of + MOMENT), Bounds(None if start is None else start + MOMENT, after)


def _any(column: Any) -> Any:
    return column.fill_null(0) > 0


def _add(left: Any, right: Any) -> Any:
    return left + right


def _listed(leaf: OneOf, value: Any, inside: Any) -> Any:
    return value.notnull() & inside.isnull() if leaf.negated else inside.notnull()
