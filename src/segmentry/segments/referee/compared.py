"""One known value against the literals of a leaf."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from segmentry.segments.referee.wall_clock import local
from segmentry.segments.tree import Between, Compare, Match, OneOf


def compared(value: Any, zone: str) -> Any:
    """A value in the form in which literals are compared with it: instants as their local day."""
    return local(value, zone).date() if isinstance(value, datetime) else value


def _literal(literal: Any, value: Any) -> Any:
    """A literal in the type of the value: floats are compared as floats."""
    if isinstance(literal, Decimal) and isinstance(value, float):
        return float(literal)
    pairs = ((bool, bool), (Decimal, (int, Decimal)), (date, date), (str, str))
    if not any(isinstance(literal, left) and isinstance(value, right) for left, right in pairs):
        raise TypeError(f"{literal!r} cannot be compared with {value!r}")
    return literal


def holds(leaf: Compare | Between | OneOf | Match, value: Any) -> bool:
    """Whether a leaf is true of a known value."""
    match leaf:
        case Compare(_, operator, literal):
            return _compare(operator, value, _literal(literal, value))
        case Between(_, low, high):
            return bool(_literal(low, value) <= value <= _literal(high, value))
        case OneOf(_, values, negated):
            return any(value == _literal(each, value) for each in values) is not negated
        case Match(_, how, text):
            return _match(how, value.lower(), text.lower())


def _compare(operator: str, value: Any, literal: Any) -> bool:
    if operator == "=":
        return bool(value == literal)
    if operator == "!=":
        return bool(value != literal)
    if operator[0] == "<":
        return bool(value < literal or (operator == "<=" and value == literal))
    return bool(value > literal or (operator == ">=" and value == literal))


def _match(how: str, value: str, text: str) -> bool:
    if how == "equals":
        return value == text
    if how == "contains":
        return text in value
    return value[: len(text)] == text if how == "starts with" else value[-len(text) :] == text
