"""Leaves: what is asked of a measure. An unknown value makes every leaf false but `Known` with ``known=False``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from segmentry.segments.tree.base import Condition, Measure, Value
from segmentry.segments.tree.time import Window

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
OPERATORS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=")
How = Literal["equals", "contains", "starts with", "ends with"]
HOWS: tuple[How, ...] = ("equals", "contains", "starts with", "ends with")


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """A measure against one value; texts are compared exactly, letter for letter.

    Attributes:
        measure: What is compared.
        operator: One of `OPERATORS`.
        value: Of the measure's type.
    """

    measure: Measure
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """A measure from ``low`` to ``high``, both included.

    Attributes:
        measure: What is compared.
        low: Lower end.
        high: Upper end.
    """

    measure: Measure
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """A measure that is, or is not, one of a list of values.

    Attributes:
        measure: What is compared.
        values: One value or more, of one type.
        negated: Whether it must be none of them; an unknown value is not "none of them".
    """

    measure: Measure
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Match(Condition):
    """A text measure against a piece of text, upper and lower case alike.

    Attributes:
        measure: What is searched.
        how: One of `HOWS`.
        text: What is looked for.
    """

    measure: Measure
    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Known(Condition):
    """Whether a measure has a value.

    Attributes:
        measure: What is asked for.
        known: True if it must be known, False if it must be unknown.
    """

    measure: Measure
    known: bool = True


@dataclass(frozen=True, slots=True)
class Within(Condition):
    """A date or time measure that lies in a window.

    Attributes:
        measure: What is compared.
        window: When it must lie.
    """

    measure: Measure
    window: Window


@dataclass(frozen=True, slots=True)
class Rank(Condition):
    """Among the best or the last of the universe by a measure, ties in; base: those with a known measure above 0.

    Attributes:
        measure: What is ranked.
        side: ``top`` for the largest values, ``bottom`` for the smallest.
        amount: How many, or how many percent.
        percent: Whether ``amount`` is a percentage.
    """

    measure: Measure
    side: Literal["top", "bottom"]
    amount: Decimal
    percent: bool


@dataclass(frozen=True, slots=True)
class Percentile(Condition):
    """Between two percentiles of the universe by a measure, both ends in, on the base of `Rank`.

    Attributes:
        measure: What is ranked.
        low: Lower percentile, 0 to 100.
        high: Upper percentile, 0 to 100.
    """

    measure: Measure
    low: Decimal
    high: Decimal
