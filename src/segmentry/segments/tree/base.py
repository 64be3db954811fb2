"""What every node of the tree is: a condition that is true or false, or a measure that has a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = Decimal | str | date | bool
"""A literal: a number (always decimal), a text, a day or a truth value."""


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes: frozen, equal when written alike."""


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """A node that is true or false for every customer, never unknown; combine with ``&``, ``|`` and ``~``."""

    def __and__(self, other: Condition) -> Condition:
        return And(_parts(And, self) + _parts(And, other))

    def __or__(self, other: Condition) -> Condition:
        return Or(_parts(Or, self) + _parts(Or, other))

    def __invert__(self) -> Condition:
        return Not(self)


@dataclass(frozen=True, slots=True)
class Measure(Node):
    """A node that has a value for every customer, or is unknown."""


@dataclass(frozen=True, slots=True)
class And(Condition):
    """All parts are true.

    Attributes:
        parts: Two conditions or more.
    """

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Condition):
    """At least one part is true.

    Attributes:
        parts: Two conditions or more.
    """

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """Everybody of the universe for whom ``part`` is not true: set difference, unknown values included.

    Attributes:
        part: The condition turned round.
    """

    part: Condition


def _parts(kind: type[And] | type[Or], condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And | Or) and type(condition) is kind else (condition,)
