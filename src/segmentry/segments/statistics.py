"""What a batch needs of facts, asked for leaf by leaf, computed once per table in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.layout import FACT_TABLES, counts, fields_of_table
from segmentry.segments.leaf_expressions import Place, balanced, in_bounds, known_value, leaf_expression
from segmentry.segments.tree import And, Condition, Facts, Not, Or, Trait
from segmentry.segments.windows import Bounds, bounds
from segmentry.terms.tables import ColumnType

Column = str


@dataclass
class Statistics:
    """Aggregates and further tables per customer, each asked for by name and made together.

    Attributes:
        facts: Fact tables by logical name, keyed by ``customer_id``.
        asked: Aggregates by table: column to expression.
        extra: Tables of their own: column to a table with ``customer_id`` and that column.
    """

    facts: Mapping[str, ir.Table]
    asked: dict[str, dict[Column, Any]] = field(default_factory=dict)
    extra: dict[Column, ir.Table] = field(default_factory=dict)
    known: dict[Any, Column] = field(default_factory=dict)

    def table(self, facts: Facts) -> ir.Table:
        """The table that keeps facts of this kind."""
        return self.facts[FACT_TABLES[facts.kind].table]

    def column_type(self, facts: Facts, name: str) -> ColumnType:
        """Type of a column of the facts."""
        return fields_of_table("", self.table(facts))[name].type

    def row_filter(self, facts: Facts, place: Place, within: Sequence[Bounds] | None = None) -> Any:
        """Which rows of the facts' table count: kind, name, filter and window, all of the same row."""
        table = self.table(facts)
        parts = [counts(facts, table)]
        if facts.where is not None:
            parts.append(_filter(facts.where, table, place))
        spans = bounds(facts.window, place.as_of, place.timezone) if within is None else within
        parts.append(in_bounds(table[FACT_TABLES[facts.kind].time], spans))
        return reduce(and_, [part for part in parts if part is not None])

    def count(self, facts: Facts, place: Place, within: Sequence[Bounds] | None = None) -> Column:
        """The column with the number of facts; null for customers without any row."""
        return self._ask(("count", facts, place, _key(within)), facts, lambda: self._counted(facts, place, within))

    def _counted(self, facts: Facts, place: Place, within: Sequence[Bounds] | None) -> Any:
        return self.table(facts).count(where=self.row_filter(facts, place, within))

    def aggregate(self, function: str, name: str, facts: Facts, place: Place) -> Column:
        """The column with an aggregate of a column of the facts."""
        key = (function, name, facts, place)
        return self._ask(key, facts, lambda: self._aggregated(function, name, facts, place))

    def _aggregated(self, function: str, name: str, facts: Facts, place: Place) -> Any:
        rows = self.row_filter(facts, place)
        column = known_value(self.table(facts)[name], self.column_type(facts, name))
        if function == "average":
            total, number = column.sum(where=rows).cast("float64"), column.count(where=rows)
            return ibis.ifelse(number > 0, total / number.nullif(0).cast("float64"), ibis.null("float64"))
        if function == "distinct":
            return column.nunique(where=rows)
        return getattr(column, function)(where=rows)

    def first(self, facts: Facts, place: Place) -> Column:
        """The column with the time of the first fact ever, whatever the window of ``facts``."""
        ever = replace(facts, window=None)
        time = self.table(facts)[FACT_TABLES[facts.kind].time]
        return self._ask(("first", ever, place), facts, lambda: time.min(where=self.row_filter(ever, place)))

    def pick(self, which: str, name: str, facts: Facts, place: Place) -> Column:
        """The column with a value of the first or last fact, the smaller id among facts of one instant."""
        key = ("pick", which, name, facts, place)
        if key in self.known:
            return self.known[key]
        home, table = FACT_TABLES[facts.kind], self.table(facts)
        rows = table.filter(self.row_filter(facts, place))
        time = rows[home.time]
        order = [time if which == "first" else time.desc(), *(rows[each] for each in home.ids)]
        numbered = rows.mutate(place_=ibis.row_number().over(ibis.window(group_by=rows.customer_id, order_by=order)))
        value = numbered[home.time if name == "date" else name]
        column = self._name(key)
        self.extra[column] = numbered.filter(numbered.place_ == 0).select("customer_id", **{column: value})
        return column

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

    def _ask(self, key: Any, facts: Facts, make: Any) -> Column:
        if key not in self.known:
            column = self._name(key)
            self.asked.setdefault(FACT_TABLES[facts.kind].table, {})[column] = make()
        return self.known[key]

    def _name(self, key: Any) -> Column:
        self.known[key] = f"fact_{len(self.known)}"
        return self.known[key]

    def join(self, customers: ir.Table) -> ir.Table:
        """``customers`` with every column asked for; one pass over each fact table."""
        tables = [self.facts[name].group_by("customer_id").aggregate(**columns) for name, columns in self.asked.items()]
        for table in [*tables, *self.extra.values()]:
            right = table.rename(other_id="customer_id")
            customers = customers.left_join(right, customers.customer_id == right.other_id).drop("other_id")
        return customers


def _key(within: Sequence[Bounds] | None) -> Any:
    return None if within is None else tuple(within)


def _filter(condition: Condition, table: ir.Table, place: Place) -> Any:
    """A filter on the columns of one row, two-valued."""
    if isinstance(condition, Not):
        return ~_filter(condition.part, table, place)
    if isinstance(condition, And | Or):
        parts = [_filter(part, table, place) for part in condition.parts]
        return balanced(parts, and_ if isinstance(condition, And) else or_)
    measure = getattr(condition, "measure", None)
    if not isinstance(measure, Trait):
        raise TypeError(f"no filter on facts: {condition!r}")
    kind = fields_of_table("", table)[measure.name].type
    return leaf_expression(condition, known_value(table[measure.name], kind), kind, place)
