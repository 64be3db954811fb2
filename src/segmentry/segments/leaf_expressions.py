"""One leaf on a trait as an Ibis expression that is true or false: an unknown value makes it false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.clock.moments import Moments
from segmentry.segments.literals import bounded, day_begins, day_ends, first_day_from
from segmentry.segments.tree import Between, Compare, Condition, Known, Match, OneOf, Operator, Value, Window, Within
from segmentry.segments.windows import NOW, Interval, bounds_of, intervals
from segmentry.terms.tables import ColumnType

_TYPES = {ColumnType.INTEGER: "int64", ColumnType.DECIMAL: "decimal(18, 4)", ColumnType.NUMBER: "float64"}


Ends = tuple[Any, Any]
"""First value inside (None for no such end) and first value after, as expressions."""


@dataclass(frozen=True, slots=True)
class Place:
    """When and where a definition is read.

    Attributes:
        as_of: Instant of evaluation, UTC without a zone attached; or moments, each customer at its own instant.
        timezone: The definition's zone.
    """

    as_of: datetime | Moments
    timezone: str

    def rules(self, window: Window | None) -> tuple[Interval, ...]:
        """The intervals of a window, wherever they lie."""
        last = self.as_of.last if isinstance(self.as_of, Moments) else self.as_of
        return intervals(window, last, self.timezone)

    def ends(self, rules: Sequence[Interval], table: ir.Table, *, as_days: bool = False) -> list[Ends]:
        """Intervals as literals, or as columns of ``table`` where every row has an instant of its own.

        Args:
            rules: The intervals.
            table: The table whose times are to be compared.
            as_days: Tell the first local day that begins at the edge or after it.
        """
        if isinstance(self.as_of, Moments):
            return [self._columns(self.as_of, each, table, as_days) for each in rules]
        found = bounds_of(rules, self.as_of, self.timezone)
        cut = [each for each in found if each.start is None or each.start < each.end]
        return [
            (None if each.start is None else self._literal(each.start, as_days), self._literal(each.end, as_days))
            for each in cut
        ]

    def now(self, table: ir.Table) -> Any:
        """The first instant that has not come yet, of each row."""
        return self.ends([Interval(None, NOW)], table)[0][1]

    def beside(self, table: ir.Table) -> ir.Table:
        """A table with ``customer_id`` and what `ends` needs beside it."""
        return self.as_of.beside(table) if isinstance(self.as_of, Moments) else table

    def _columns(self, moments: Moments, rule: Interval, table: ir.Table, as_days: bool) -> Ends:
        start, end = (each and moments.edge(each, self.timezone, table, as_days) for each in (rule.start, rule.end))
        return start, end

    def _literal(self, instant: datetime, as_days: bool) -> Any:
        if as_days:
            return ibis.literal(first_day_from(instant, self.timezone))
        return ibis.literal(instant, type="timestamp(6)")


def known_value(column: ir.Column, kind: ColumnType) -> ir.Column:
    """The column with NaN made null: both mean unknown, and engines order NaN above every number."""
    if kind is not ColumnType.NUMBER:
        return column
    return ibis.ifelse(column.isnan(), ibis.null("float64"), column)


def leaf_expression(
    leaf: Condition, column: ir.Column, kind: ColumnType, place: Place, table: ir.Table
) -> ir.BooleanValue:
    """`leaf_truth`, never null."""
    return leaf_truth(leaf, column, kind, place, table).fill_null(False)


def leaf_truth(leaf: Condition, column: ir.Column, kind: ColumnType, place: Place, table: ir.Table) -> ir.BooleanValue:
    """The truth of ``leaf`` for each row; null counts as false.

    Args:
        leaf: A condition on one measure.
        column: The measure's value, null where unknown.
        kind: Type of the column.
        place: When and where the leaf is read.
        table: The table the column is of.
    """
    timezone = place.timezone
    match leaf:
        case Known(_, known):
            return column.notnull() if known else column.isnull()
        case Compare(_, operator, value):
            truth = _compare(column, operator, value, kind, timezone)
        case Between(_, low, high):
            truth = _compare(column, ">=", low, kind, timezone) & _compare(column, "<=", high, kind, timezone)
        case OneOf(_, values, negated):
            truth = _one_of(column, values, kind, timezone)
            truth = ~truth if negated else truth
        case Match(_, how, text):
            truth = _match(column, how, text)
        case Within(_, window):
            as_days = kind is not ColumnType.TIMESTAMP
            truth = in_bounds(column, place.ends(place.rules(window), table, as_days=as_days))
        case _:
            raise TypeError(f"no leaf on a trait: {leaf!r}")
    return truth


def _compare(column: Any, operator: Operator, value: Value, kind: ColumnType, timezone: str) -> Any:
    if isinstance(value, Decimal):
        bound = bounded(operator, value, kind)
        if isinstance(bound, bool):
            return ibis.ifelse(column.notnull(), ibis.literal(bound), ibis.null("boolean"))
        return _sign(column, bound[0], _number(bound[1], kind))
    if kind is ColumnType.TIMESTAMP and isinstance(value, date):
        return _compare_instant(column, operator, value, timezone)
    return _sign(column, operator, ibis.literal(value))


def _sign(column: Any, operator: Operator, literal: Any) -> Any:
    signs = {"=": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
    return getattr(column, signs[operator])(literal)


def _number(value: Decimal, kind: ColumnType) -> Any:
    python: Any = {ColumnType.INTEGER: int, ColumnType.NUMBER: float}.get(kind, Decimal)(value)
    return ibis.literal(python, type=_TYPES[kind])


def _compare_instant(column: Any, operator: Operator, day: date, timezone: str) -> Any:
    """An instant against a local day: ``>`` means after it has ended, ``=`` means on it."""
    begins, ends = (ibis.literal(each(day, timezone), type="timestamp(6)") for each in (day_begins, day_ends))
    if operator in ("=", "!="):
        on_it = (column >= begins) & (column < ends)
        return on_it if operator == "=" else ~on_it
    return {
        "<": lambda: column < begins,
        "<=": lambda: column < ends,
        ">": lambda: column >= ends,
        ">=": lambda: column >= begins,
    }[operator]()


def list_values(values: Sequence[Value], kind: ColumnType) -> list[Any]:
    """The values of a list that a column of ``kind`` can hold, each once, in Python's types."""
    if kind not in _TYPES:
        return list(dict.fromkeys(values))
    bounds = [bounded("=", value, kind) for value in values if isinstance(value, Decimal)]
    python: Any = {ColumnType.INTEGER: int, ColumnType.NUMBER: float}.get(kind, Decimal)
    return list(dict.fromkeys(python(bound[1]) for bound in bounds if not isinstance(bound, bool)))


def _one_of(column: Any, values: Sequence[Value], kind: ColumnType, timezone: str) -> Any:
    if kind is ColumnType.TIMESTAMP:
        days = [_compare(column, "=", value, kind, timezone) for value in dict.fromkeys(values)]
        return balanced(days, or_)
    held = list_values(values, kind)
    if not held:
        return ibis.ifelse(column.notnull(), ibis.literal(value=False), ibis.null("boolean"))
    return column.isin([ibis.literal(each, type=_TYPES.get(kind)) for each in held])


def _match(column: Any, how: str, text: str) -> Any:
    folded, wanted = column.lower(), ibis.literal(text).lower()
    if how == "equals":
        return folded == wanted
    if how == "contains":
        return folded.contains(wanted)
    return folded.startswith(wanted) if how == "starts with" else folded.endswith(wanted)


def in_bounds(time: Any, spans: Sequence[Ends]) -> Any:
    """Whether a time lies in one of several intervals; a day sits at its local midnight."""
    if not spans:
        return ibis.literal(value=False)
    return balanced([_between(time, *each) for each in spans], or_)


def _between(time: Any, start: Any, end: Any) -> Any:
    before = time < end
    return before if start is None else before & (time >= start)


def balanced(parts: Sequence[Any], joined: Any) -> Any:
    """``parts`` joined two by two, so that thousands of them make no deep expression."""
    while len(parts) > 1:
        parts = [reduce(joined, parts[place : place + 2]) for place in range(0, len(parts), 2)]
    return parts[0]
