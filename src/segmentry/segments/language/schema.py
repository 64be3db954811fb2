"""The JSON notation as a JSON Schema, for editors and doors; made from the nodes themselves."""

from __future__ import annotations

import importlib.resources
import json
import types
import typing
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from segmentry.segments.language.notation import fields_of, kinds
from segmentry.segments.tree import Condition, Measure, Node, Value, Window

SCHEMA_FILE = "condition.json"
"""Name of the schema in ``segments/schemas``."""
_BASES = {Condition: "condition", Measure: "measure", Window: "window"}


def condition_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a condition, made from the node classes."""
    nodes = kinds()
    unions = {
        name: _one_of([kind for kind, node in nodes.items() if issubclass(node, base)]) for base, name in _BASES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Condition",
        "description": "Who belongs to a segment, in the JSON notation.",
        "$ref": "#/$defs/condition",
        "$defs": {**unions, **{name: _node(name, node) for name, node in nodes.items()}, **_LITERALS},
    }


def published_schema() -> dict[str, Any]:
    """The schema as it is kept in the package."""
    text = importlib.resources.files("segmentry.segments").joinpath("schemas", SCHEMA_FILE).read_text(encoding="utf8")
    schema: dict[str, Any] = json.loads(text)
    return schema


_NUMBER = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "object",
            "properties": {"number": {"type": "string"}},
            "required": ["number"],
            "additionalProperties": False,
        },
    ]
}
_DAY = {
    "type": "object",
    "properties": {"date": {"type": "string", "format": "date"}},
    "required": ["date"],
    "additionalProperties": False,
}
_LITERALS: dict[str, Any] = {
    "number": _NUMBER,
    "date": _DAY,
    "value": {"anyOf": [{"type": "string"}, {"type": "boolean"}, {"$ref": "#/$defs/number"}, {"$ref": "#/$defs/date"}]},
}


def _one_of(names: list[str]) -> dict[str, Any]:
    """One of several nodes, decided by its key ``node``: validators then follow one branch, not all."""
    return {
        "type": "object",
        "properties": {"node": {"enum": names}},
        "required": ["node"],
        "allOf": [{"if": {"properties": {"node": {"const": name}}}, "then": _reference(name)} for name in names],
    }


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _node(name: str, node: type[Node]) -> dict[str, Any]:
    shape: Any = node
    fields = fields_of(shape)
    return {
        "type": "object",
        "description": (node.__doc__ or "").split("\n", maxsplit=1)[0],
        "properties": {"node": {"const": name}, **{field: _type(hint) for field, (hint, _) in fields.items()}},
        "required": ["node", *(field for field, (_, required) in fields.items() if required)],
        "additionalProperties": False,
    }


def _type(hint: Any) -> dict[str, Any]:
    if hint == Value:
        return _reference("value")
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, typing.Union):
        inner = next(each for each in arguments if each is not types.NoneType)
        return {"anyOf": [_type(inner), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is Literal:
        return {"enum": list(arguments)}
    return _plain(hint)


def _plain(hint: Any) -> dict[str, Any]:
    if hint in _BASES:
        return _reference(_BASES[hint])
    if issubclass(hint, Node):
        return _reference({node: name for name, node in kinds().items()}[hint])
    plain = {Decimal: _reference("number"), date: _reference("date")}
    names = {str: "string", int: "integer", bool: "boolean"}
    return plain[hint] if hint in plain else {"type": names[hint]}
