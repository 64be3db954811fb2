"""Tree to JSON and back: every node an object that says its kind under ``node``."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from segmentry.segments import tree
from segmentry.segments.errors import DefinitionError
from segmentry.segments.tree import Condition, Measure, Node, Value, Window
from segmentry.segments.tree.checks import problems_of, require_sound
from segmentry.segments.tree.walk import DEEPEST
from segmentry.terms.errors import Problem, near_miss, shorten

MOST_PROBLEMS = 50
"""Mistakes told of one object."""
_ABSTRACT = (Node, Condition, Measure, Window)


@lru_cache(maxsize=1)
def kinds() -> dict[str, type[Node]]:
    """Every kind of node by the name it has in JSON."""
    classes = [getattr(tree, name) for name in tree.__all__]
    nodes = [each for each in classes if isinstance(each, type) and issubclass(each, Node) and each not in _ABSTRACT]
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", each.__name__).lower(): each for each in nodes}


@lru_cache(maxsize=128)
def fields_of(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Type and whether it must be given, for each field of a kind of node."""
    hints = typing.get_type_hints(kind)
    return {each.name: (hints[each.name], each.default is dataclasses.MISSING) for each in dataclasses.fields(kind)}


@lru_cache(maxsize=1)
def _names() -> dict[type[Node], str]:
    return {kind: name for name, kind in kinds().items()}


def to_json(condition: Condition) -> dict[str, Any]:
    """``condition`` as a JSON-ready object; fields at their default are left out.

    Raises:
        DefinitionError: the tree is not well formed.
    """
    require_sound(condition)
    written: dict[str, Any] = _write(condition)
    return written


def _write(value: Any) -> Any:
    if isinstance(value, Node):
        given = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        kept = {
            each.name: _write(given[each.name])
            for each in dataclasses.fields(value)
            if each.default is dataclasses.MISSING or given[each.name] != each.default
        }
        return {"node": _names()[type(value)], **kept}
    if isinstance(value, tuple):
        return [_write(each) for each in value]
    if isinstance(value, Decimal):
        return _write_number(value)
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _write_number(value: Decimal) -> Any:
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    short = float(value)
    return short if Decimal(repr(short)) == value else {"number": format(value, "f")}


def from_json(given: Any) -> Condition:
    """The condition a JSON object stands for; ``from_json(to_json(tree)) == tree``.

    Raises:
        DefinitionError: with every mistake and its path.
    """
    reader = _Reader()
    condition = reader.read(given, Condition, "$", 0)
    problems = reader.problems or problems_of(condition, reader.places)
    if problems:
        raise DefinitionError(problems[:MOST_PROBLEMS])
    return typing.cast(Condition, condition)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.places: dict[int, str] = {}

    def tell(self, code: str, what: str, path: str, given: Any, next_step: str) -> None:
        self.problems.append(Problem(code, what, path, shorten(given), next_step))

    def read(self, given: Any, hint: Any, path: str, depth: int) -> Any:
        """``given`` as a value of type ``hint``; what does not fit is told and comes back as None."""
        if hint is Value or hint == Value:
            return self._value(given, path)
        origin = get_origin(hint)
        if origin in (types.UnionType, typing.Union):
            inner = next(each for each in get_args(hint) if each is not types.NoneType)
            return None if given is None else self.read(given, inner, path, depth)
        if origin is tuple:
            return self._many(given, get_args(hint)[0], path, depth)
        if origin is Literal:
            return self._word(given, get_args(hint), path)
        if isinstance(hint, type) and issubclass(hint, Node):
            return self._node(given, hint, path, depth)
        return self._plain(given, hint, path)

    def _many(self, given: Any, hint: Any, path: str, depth: int) -> tuple[Any, ...]:
        if not isinstance(given, list | tuple):
            self.tell("JSON_TYPE", "A list must stand here", path, given, "Give a list.")
            return ()
        return tuple(self.read(each, hint, f"{path}[{index}]", depth) for index, each in enumerate(given))

    def _word(self, given: Any, words: tuple[str, ...], path: str) -> Any:
        if given not in words:
            hint = near_miss(given, words) if isinstance(given, str) else ""
            self.tell("JSON_WORD", "This word is not known here", path, given, hint or f"One of: {', '.join(words)}.")
        return given

    def _plain(self, given: Any, hint: type, path: str) -> Any:
        readers: dict[type, Callable[[Any, str], Any]] = {Decimal: self._number, date: self._day}
        if hint in readers:
            return readers[hint](given, path)
        if not isinstance(given, hint) or (hint is int and isinstance(given, bool)):
            words = {str: "text", int: "whole number", bool: "truth value"}
            self.tell("JSON_TYPE", f"A {words[hint]} must stand here", path, given, f"Give a {words[hint]}.")
        return given

    def _value(self, given: Any, path: str) -> Any:
        if isinstance(given, bool | str):
            return given
        if isinstance(given, dict) and set(given) == {"date"}:
            return self._day(given, path)
        return self._number(given, path)

    def _number(self, given: Any, path: str) -> Decimal:
        raw = given["number"] if isinstance(given, dict) and set(given) == {"number"} else given
        plain = isinstance(raw, str) if raw is not given else isinstance(raw, int | float | Decimal)
        try:
            if not plain or isinstance(raw, bool):
                raise InvalidOperation
            return Decimal(repr(raw) if isinstance(raw, float) else raw)
        except (InvalidOperation, ValueError):
            next_step = 'Give a number, a "text", true, false, {"number": "1.5"} or {"date": "2024-03-31"}.'
            self.tell("JSON_VALUE", "This is no value", path, given, next_step)
            return Decimal(0)

    def _day(self, given: Any, path: str) -> date:
        raw = given.get("date") if isinstance(given, dict) else given
        try:
            return date.fromisoformat(str(raw))
        except (TypeError, ValueError):
            self.tell("DATE_WRONG", "There is no such day", path, given, 'Write {"date": "2024-03-31"}.')
            return date.min

    def _node(self, given: Any, base: type[Node], path: str, depth: int) -> Any:
        if depth > 2 * DEEPEST + 8:
            self.tell("DEFINITION_TOO_DEEP", "The object is nested too deep", path, "", "Use in_segment.")
            return None
        kind = self._kind(given, base, path)
        if kind is None:
            return None
        shape: Any = kind
        known = fields_of(shape)
        for name in given:
            if name != "node" and name not in known:
                hint = near_miss(str(name), known) or f"Known: {', '.join(known)}."
                self.tell("JSON_KEY_UNKNOWN", "This key is not known here", f"{path}.{name}", name, hint)
        values = {}
        for name, (hint, required) in known.items():
            if name in given:
                values[name] = self.read(given[name], hint, f"{path}.{name}", depth + 1)
            elif required:
                values[name] = None
                self.tell("JSON_KEY_MISSING", f"The key {name} is missing", path, "", f"Give {name}.")
        node = kind(**values)
        self.places[id(node)] = path
        return node

    def _kind(self, given: Any, base: type[Node], path: str) -> type[Node] | None:
        allowed = {name: kind for name, kind in kinds().items() if issubclass(kind, base)}
        name = given.get("node") if isinstance(given, dict) else None
        if not isinstance(name, str):
            what = f"A {base.__name__.lower()} must stand here: an object with the key node"
            self.tell("JSON_NODE", what, path, given, f"node is one of: {', '.join(allowed)}.")
            return None
        if name not in allowed:
            hint = near_miss(name, allowed) or f"One of: {', '.join(allowed)}."
            self.tell("JSON_NODE_UNKNOWN", "There is no such node here", f"{path}.node", name, hint)
        return allowed.get(name)
