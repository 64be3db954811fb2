"""From the truths of leaves to who belongs: what needs no other segment first, then segment by segment in levels.

What a definition says without naming other segments is one expression over the joined tables; the engine sees leaves
that are alike and works them out once. What names others reads their columns, level by level, so that a chain of
segments stays as long as it is and never doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import and_, or_
from typing import Any

import ibis.expr.types as ir

from segmentry.segments.leaf_expressions import balanced
from segmentry.segments.tree import And, Condition, Definition, InSegment, Not, Or

Leaf = Callable[[Condition, str], Any]
"""The truth of a leaf read in a zone; null counts as false."""


class Answers:
    """Who belongs to each of several definitions.

    Args:
        definitions: In an order in which each comes after those it names.
        names: Id by word, be it an id or a name.
    """

    def __init__(self, definitions: Sequence[Definition], names: Mapping[str, str]) -> None:
        self.definitions = definitions
        self.names = names
        self.pieces: dict[tuple[Condition, str], str] = {}
        self.columns: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        for definition in definitions:
            self._lay_out(definition)

    def _lay_out(self, definition: Definition) -> None:
        named = [self.names[each.segment] for each in _now(definition.where)]
        self.levels[definition.id] = 1 + max(self.levels[each] for each in named) if named else 0
        for piece in _pieces(definition.where):
            self.pieces.setdefault((piece, definition.timezone), f"piece_{len(self.pieces)}")
        whole = self.pieces.get((definition.where, definition.timezone))
        self.columns[definition.id] = whole or f"answer_{len(self.columns)}"

    def of(self, joined: ir.Table, leaf: Leaf) -> ir.Table:
        """``customer_id`` and a column of truths for each definition, named by its id.

        Args:
            joined: Everything leaves look at, one row for each customer.
            leaf: Gives the truth of a leaf over ``joined``.
        """
        truths = {name: _certain(_truth(piece, zone, leaf)) for (piece, zone), name in self.pieces.items()}
        table = joined.select("customer_id", **truths)
        for level in sorted({*self.levels.values()} - {0}):
            table = table.mutate(**{self.columns[each.id]: self._over(each, table) for each in self._at(level)})
        return table.select("customer_id", **{each.id: self.columns[each.id] for each in self.definitions})

    def _at(self, level: int) -> list[Definition]:
        return [each for each in self.definitions if self.levels[each.id] == level]

    def _over(self, definition: Definition, table: ir.Table) -> Any:
        """A definition over the pieces and the segments below it."""

        def read(part: Condition, zone: str) -> Any:
            if isinstance(part, InSegment) and (part, zone) not in self.pieces:
                return table[self.columns[self.names[part.segment]]]
            return table[self.pieces[part, zone]]

        def known(part: Condition) -> bool:
            return (part, definition.timezone) in self.pieces

        return _truth(definition.where, definition.timezone, read, known)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, And | Or):
        return condition.parts
    return (condition.part,) if isinstance(condition, Not) else ()


def _now(condition: Condition) -> Iterator[InSegment]:
    """The segments asked for as they are now."""
    waiting = [condition]
    while waiting:
        current = waiting.pop()
        if isinstance(current, InSegment) and current.on is None:
            yield current
        waiting += _parts(current)


def _pieces(condition: Condition) -> Iterator[Condition]:
    """The largest parts that name no other segment."""
    waiting = [condition]
    while waiting:
        current = waiting.pop()
        if not any(_now(current)):
            yield current
        else:
            waiting += _parts(current)


def _truth(condition: Condition, zone: str, leaf: Leaf, stop: Callable[[Condition], bool] = lambda _: False) -> Any:
    """The truth of a tree, null counting as false: that is so for its whole where it is so for every leaf.

    Only ``not`` must know better, so it alone makes certain of what it turns round.
    """
    parts = () if stop(condition) else _parts(condition)
    if not parts:
        return leaf(condition, zone)
    truths = [_truth(part, zone, leaf, stop) for part in parts]
    if isinstance(condition, Not):
        return ~_certain(truths[0])
    return balanced(truths, and_ if isinstance(condition, And) else or_)


def _certain(truth: Any) -> Any:
    return truth.fill_null(False)
