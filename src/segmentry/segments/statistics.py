"""What a batch needs of facts, asked for leaf by leaf, computed once per table in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.layout import FACT_TABLES, counts, fields_of_table
from segmentry.segments.leaf_expressions import Place, balanced, in_bounds, known_value, leaf_expression
from segmentry.segments.scans import Make, Reach, Scan, at_edge, edge_of, periods_hit, scan_of
from segmentry.segments.tree import And, Condition, Facts, Not, Or, Trait
from segmentry.segments.windows import NOW, Interval, bounds_of
from segmentry.terms.tables import ColumnType

Column = str


@dataclass
class Statistics:
    """Aggregates and further tables per customer, each asked for by name and made together.

    Attributes:
        facts: Fact tables by logical name, keyed by ``customer_id``.
        asked: Aggregates, by the pass over facts in which they are gathered.
        extra: Tables of their own: column to a table with ``customer_id`` and that column.
    """

    facts: Mapping[str, ir.Table]
    asked: dict[tuple[str, str | None], Scan] = field(default_factory=dict)
    extra: dict[Column, ir.Table] = field(default_factory=dict)
    known: dict[Any, Column] = field(default_factory=dict)

    def table(self, facts: Facts) -> ir.Table:
        """The table that keeps facts of this kind."""
        return self.facts[FACT_TABLES[facts.kind].table]

    def column_type(self, facts: Facts, name: str) -> ColumnType:
        """Type of a column of the facts."""
        return fields_of_table("", self.table(facts))[name].type

    def row_filter(
        self, facts: Facts, place: Place, within: Sequence[Interval] | None = None, rows: ir.Table | None = None
    ) -> Any:
        """Which rows of the facts' table count: kind, name, filter and window, all of the same row."""
        table = self.table(facts) if rows is None else rows
        parts = [counts(facts, table)]
        if facts.where is not None:
            parts.append(row_condition(facts.where, table, place))
        rules = place.rules(facts.window) if within is None else within
        parts.append(in_bounds(table[FACT_TABLES[facts.kind].time], place.ends(rules, table)))
        return reduce(and_, [part for part in parts if part is not None])

    def count(self, facts: Facts, place: Place, within: Sequence[Interval] | None = None) -> Column:
        """The column with the number of facts; null for customers without any row."""
        return self._ask(("count", _key(within)), facts, place, lambda rows, where: rows.count(where=where), within)

    def aggregate(self, function: str, name: str, facts: Facts, place: Place) -> Column:
        """The column with an aggregate of a column of the facts."""
        kind = self.column_type(facts, name)
        return self._ask(
            (function, name),
            facts,
            place,
            lambda rows, where: _aggregated(function, known_value(rows[name], kind), where),
        )

    def first(self, facts: Facts, place: Place) -> Column:
        """The column with the time of the first fact ever, whatever the window of ``facts``."""
        ever = replace(facts, window=None)
        return self.pick("first", "date", ever, place)

    def pick(self, which: str, name: str, facts: Facts, place: Place) -> Column:
        """The column with a value of the first or last fact, the smaller id among facts of one instant."""
        home, key = FACT_TABLES[facts.kind], (which, name)
        if name == "date":
            return self._ask(key, facts, place, lambda rows, where: edge_of(rows[home.time], which, where))
        if (key, facts, place) not in self.known:
            table = self.table(facts)
            column = self._name((key, facts, place))
            rows = table.filter(self.row_filter(facts, place))
            self.extra[column] = at_edge(rows, which, home, name).rename({column: "value_"})
        return self.known[key, facts, place]

    def hits(self, facts: Facts, place: Place, periods: Sequence[Interval]) -> Column:
        """The column with the number of periods that hold such a fact; null for customers without any.

        Args:
            facts: Which facts.
            place: When and where they are read; one instant for everybody.
            periods: Intervals that do not overlap.
        """
        key = ("hits", facts, place, tuple(periods))
        if key not in self.known:
            spans = bounds_of(periods, place.as_of, place.timezone) if isinstance(place.as_of, datetime) else ()
            rows = self.table(facts).filter(self.row_filter(facts, place, [Interval(None, NOW)]))
            column = self._name(key)
            self.extra[column] = periods_hit(rows, FACT_TABLES[facts.kind], spans, column)
        return self.known[key]

    def further(self, key: Any, customers: ir.Table) -> Column:
        """A column that is true for the customers of a table with ``customer_id`` and null for others."""
        if key not in self.known:
            column = self._name(key)
            self.extra[column] = customers.select("customer_id").distinct().mutate(**{column: ibis.literal(value=True)})
        return self.known[key]

    def counted(self, key: Any, rows: ir.Table) -> Column:
        """The column with the number of rows of a table with ``customer_id``; null for customers without any."""
        if key not in self.known:
            column = self._name(key)
            self.extra[column] = rows.group_by("customer_id").aggregate(**{column: rows.count()})
        return self.known[key]

    def _ask(
        self, key: Any, facts: Facts, place: Place, make: Make, within: Sequence[Interval] | None = None
    ) -> Column:
        key = (key, facts, place)
        if key not in self.known:

            def where(rows: ir.Table) -> Any:
                return self.row_filter(facts, place, within, rows)

            scan_of(facts, self.asked).ask(self._name(key), make, where, _reach(facts, place, within))
        return self.known[key]

    def _name(self, key: Any) -> Column:
        self.known[key] = f"fact_{len(self.known)}"
        return self.known[key]

    def join(self, customers: ir.Table, columns: set[Column] | None = None) -> ir.Table:
        """``customers`` with every column asked for, or with those of the tables that hold any of ``columns``."""
        tables = [
            scan.per_customer(self.facts[scan.table])
            for scan in self.asked.values()
            if columns is None or not columns.isdisjoint(scan.made)
        ]
        tables += [table for column, table in self.extra.items() if columns is None or column in columns]
        for place, table in enumerate(tables):
            right = table.rename({f"other_{place}": "customer_id"})
            customers = customers.left_join(right, [("customer_id", f"other_{place}")])
        return customers


def _aggregated(function: str, column: Any, where: Any) -> Any:
    if function == "average":
        total, number = column.sum(where=where).cast("float64"), column.count(where=where)
        return ibis.ifelse(number > 0, total / number.nullif(0).cast("float64"), ibis.null("float64"))
    if function == "distinct":
        return column.nunique(where=where)
    return getattr(column, function)(where=where)


def _reach(facts: Facts, place: Place, within: Sequence[Interval] | None) -> Reach:
    """Between which instants facts are looked at; unknown where every row has an instant of its own."""
    if not isinstance(place.as_of, datetime):
        return None, None
    spans = bounds_of(place.rules(facts.window) if within is None else within, place.as_of, place.timezone)
    starts = [each.start for each in spans if each.start is not None]
    start = min(starts, default=None) if len(starts) == len(spans) else None
    return start, max((each.end for each in spans), default=place.as_of)


def _key(within: Sequence[Interval] | None) -> Any:
    return None if within is None else tuple(within)


def row_condition(condition: Condition, table: ir.Table, place: Place) -> Any:
    """A filter on the columns of one row of facts, true or false, never unknown.

    Args:
        condition: The condition; its traits are columns.
        table: The facts.
        place: When and where it is read.

    Raises:
        TypeError: the condition asks for more than columns of the row.
    """
    if isinstance(condition, Not):
        return ~row_condition(condition.part, table, place)
    if isinstance(condition, And | Or):
        parts = [row_condition(part, table, place) for part in condition.parts]
        return balanced(parts, and_ if isinstance(condition, And) else or_)
    measure = getattr(condition, "measure", None)
    if not isinstance(measure, Trait):
        raise TypeError(f"no filter on facts: {condition!r}")
    kind = fields_of_table("", table)[measure.name].type
    return leaf_expression(condition, known_value(table[measure.name], kind), kind, place, table)
