"""Segments that ask for the history of others are worked out after these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from segmentry.segments.dependencies import closure
from segmentry.segments.reader import Reader
from segmentry.segments.tree import Definition, InSegment, Moved, Node, walk


def levels(definitions: Sequence[Definition]) -> tuple[list[list[str]], set[str]]:
    """Ids in the order in which changes can be worked out, and those that lean on their own history.

    Args:
        definitions: Definitions without cycles in what is true at one instant.

    Returns:
        Ids level by level, each after all whose history it asks for; those that lean on their own history come last.
    """
    if not any(_asks(node) for each in definitions for node in walk(each.where)):
        return [[each.id for each in definitions]] if definitions else [], set()
    asked = {each.id: _histories(each.id, definitions) for each in definitions}
    found: list[list[str]] = []
    left = dict(asked)
    while left:
        ready = [id_ for id_, words in left.items() if not words & set(left)]
        if not ready:
            return [*found, list(left)], set(left)
        found.append(ready)
        left = {id_: words for id_, words in left.items() if id_ not in ready}
    return found, set()


def _histories(id_: str, definitions: Sequence[Definition]) -> set[str]:
    """Segments whose history a definition asks for, itself or through what it leans on."""
    by_word = {word: each.id for each in definitions for word in (each.name, each.id)}
    needed = closure([id_], definitions)
    nodes = (node for each in definitions if each.id in needed for node in walk(each.where))
    words = {word for node in nodes if (word := _asks(node)) is not None}
    return {by_word[word] for word in words if word in by_word}


def _asks(node: Node) -> str | None:
    """The segment whose history a node asks for."""
    if isinstance(node, Moved) or (isinstance(node, InSegment) and node.on is not None):
        return node.segment
    return None


class Overlaid:
    """A reader that sees some tables as they will be.

    Args:
        reader: Sees all others.
        tables: Tables by logical name.
    """

    def __init__(self, reader: Reader, tables: Mapping[str, ir.Table]) -> None:
        self.reader = reader
        self.tables = tables

    def has(self, logical_name: str) -> bool:
        """Whether the table was published, or is laid over."""
        return logical_name in self.tables or self.reader.has(logical_name)

    def table(self, logical_name: str) -> ir.Table:
        """The table as an expression."""
        return self.tables[logical_name] if logical_name in self.tables else self.reader.table(logical_name)

    def arrow(self, expression: ir.Expr) -> Any:
        """Run an expression."""
        return self.reader.arrow(expression)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Run an expression that yields few rows."""
        return self.reader.rows(expression)
