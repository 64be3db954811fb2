"""Python notation: ``(trait("spend") > 100) & ~trait("country").one_of("France")`` builds the same tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from segmentry.segments.tree import (
    Between,
    Compare,
    Condition,
    How,
    Known,
    Match,
    Measure,
    OneOf,
    Operator,
    Percentile,
    Rank,
    Trait,
    Value,
    Window,
    Within,
)

PythonValue = int | float | Decimal | str | date | bool
"""What may stand for a literal; floats are read as they are printed."""


def literal(value: PythonValue) -> Value:
    """``value`` as a literal of the tree: numbers become decimals.

    Raises:
        TypeError: the value is of another type, such as a datetime.
    """
    if isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int | float):
        return Decimal(repr(value))
    if type(value) is date:
        return value
    raise TypeError(f"{value!r} is no number, text, day or truth value")


def trait(name: str) -> Asked:
    """A trait to be compared, such as ``trait("spend") > 100``."""
    return Asked(Trait(name))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A measure about to be compared; comparison signs and methods give conditions.

    Attributes:
        measure: The measure.
    """

    measure: Measure

    __hash__ = None  # type: ignore[assignment]

    def _compare(self, operator: Operator, value: PythonValue) -> Condition:
        return Compare(self.measure, operator, literal(value))

    def __eq__(self, value: PythonValue) -> Condition:  # type: ignore[override]
        return self._compare("=", value)

    def __ne__(self, value: PythonValue) -> Condition:  # type: ignore[override]
        return self._compare("!=", value)

    def __lt__(self, value: PythonValue) -> Condition:
        return self._compare("<", value)

    def __le__(self, value: PythonValue) -> Condition:
        return self._compare("<=", value)

    def __gt__(self, value: PythonValue) -> Condition:
        return self._compare(">", value)

    def __ge__(self, value: PythonValue) -> Condition:
        return self._compare(">=", value)

    def between(self, low: PythonValue, high: PythonValue) -> Condition:
        """From ``low`` to ``high``, both included."""
        return Between(self.measure, literal(low), literal(high))

    def one_of(self, *values: PythonValue) -> Condition:
        """One of ``values``."""
        return OneOf(self.measure, _literals(values))

    def none_of(self, *values: PythonValue) -> Condition:
        """Known, and none of ``values``."""
        return OneOf(self.measure, _literals(values), negated=True)

    def _match(self, how: How, text: str) -> Condition:
        return Match(self.measure, how, text)

    def equals(self, text: str) -> Condition:
        """The same text, upper and lower case alike."""
        return self._match("equals", text)

    def contains(self, text: str) -> Condition:
        """Contains ``text``, upper and lower case alike."""
        return self._match("contains", text)

    def starts_with(self, text: str) -> Condition:
        """Starts with ``text``, upper and lower case alike."""
        return self._match("starts with", text)

    def ends_with(self, text: str) -> Condition:
        """Ends with ``text``, upper and lower case alike."""
        return self._match("ends with", text)

    def is_known(self) -> Condition:
        """Has a value."""
        return Known(self.measure, known=True)

    def is_unknown(self) -> Condition:
        """Has no value."""
        return Known(self.measure, known=False)

    def within(self, window: Window) -> Condition:
        """Lies in ``window``."""
        return Within(self.measure, window)

    def top(self, amount: PythonValue, *, percent: bool = False) -> Condition:
        """Among the largest ``amount``, counted or in percent."""
        return self._rank("top", amount, percent)

    def bottom(self, amount: PythonValue, *, percent: bool = False) -> Condition:
        """Among the smallest ``amount``, counted or in percent."""
        return self._rank("bottom", amount, percent)

    def _rank(self, side: Literal["top", "bottom"], amount: PythonValue, percent: bool) -> Condition:
        return Rank(self.measure, side, Decimal(str(amount)), percent)

    def percentile(self, low: PythonValue, high: PythonValue) -> Condition:
        """Between two percentiles."""
        return Percentile(self.measure, Decimal(str(low)), Decimal(str(high)))


def _literals(values: Iterable[PythonValue]) -> tuple[Value, ...]:
    return tuple(literal(value) for value in values)
