"""Values against the types of the traits they are compared with: every mismatch told, none guessed away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from segmentry.segments.fields import Fields
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.tree import (
    Aggregate,
    Between,
    Compare,
    Condition,
    Contacts,
    Count,
    Facts,
    Match,
    Measure,
    Node,
    OneOf,
    Percentile,
    Pick,
    Rank,
    Trait,
    Value,
    Within,
    children,
)
from segmentry.terms.errors import Problem, shorten
from segmentry.terms.tables import ColumnType

_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL)
_TIMES = (ColumnType.DATE, ColumnType.TIMESTAMP)
_WORDS = {bool: "a truth value", Decimal: "a number", str: "a text", date: "a day"}
_EXAMPLES = {
    ColumnType.TEXT: 'a text in double quotes, such as "France"',
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "a day, such as 2024-03-31",
    ColumnType.TIMESTAMP: "a day, such as 2024-03-31",
}


def type_problems(
    condition: Condition,
    fields: Fields,
    places: Mapping[int, str] | None = None,
    facts: Mapping[str, Fields] | None = None,
    where: str = "definition",
) -> list[Problem]:
    """Unknown traits, and values that do not fit the type of the trait they are compared with.

    Args:
        condition: The tree.
        fields: The traits that exist.
        places: Where nodes were read, by identity.
        facts: Columns of the fact tables, by logical name; None passes over everything asked of facts.
        where: Place told for nodes without one.
    """
    known = facts or {}
    found: list[Problem] = []
    waiting: list[tuple[Node, str]] = [(condition, where)]
    while waiting:
        node, parent = waiting.pop()
        here = (places or {}).get(id(node)) or parent
        if isinstance(node, Trait) and node.name not in fields:
            found.append(fields.unknown(node.name, here))
        found += list(_mismatches(node, fields, known, here))
        if isinstance(node, Facts):
            found += [] if facts is None else _fact_problems(node, facts, places, here)
            continue
        if facts is not None and isinstance(node, Aggregate | Pick):
            found += list(_column_problems(node, facts, here))
        waiting += [(child, here) for child in reversed(list(children(node)))]
    return found


def _fact_problems(
    node: Facts, facts: Mapping[str, Fields], places: Mapping[int, str] | None, where: str
) -> list[Problem]:
    """What is wrong with the facts asked for: no such table, or a filter on columns that do not exist or fit."""
    columns = facts.get(FACT_TABLES[node.kind].table)
    if columns is None:
        next_step = f"Load {FACT_TABLES[node.kind].table} first, or leave the condition out."
        return [Problem("FACTS_UNKNOWN", f"Nothing is known of {node.kind}s here", where, node.kind, next_step)]
    return [] if node.where is None else type_problems(node.where, columns, places, None, where)


def _column_problems(node: Aggregate | Pick, facts: Mapping[str, Fields], where: str) -> Iterator[Problem]:
    columns = facts.get(FACT_TABLES[node.facts.kind].table)
    if columns is None or (isinstance(node, Pick) and node.field == "date"):
        return
    if node.field not in columns:
        yield columns.unknown(node.field, where)
        return
    adds = isinstance(node, Aggregate) and node.function in ("sum", "average")
    if adds and columns[node.field].type not in _NUMBERS:
        yield _mismatch(node.field, columns[node.field].type, "only numbers add up", "", where)


def measure_type(measure: Measure, fields: Fields, facts: Mapping[str, Fields]) -> ColumnType | None:
    """Type of a measure's values; None where it cannot be told."""
    if isinstance(measure, Trait):
        return fields[measure.name].type if measure.name in fields else None
    if isinstance(measure, Count | Contacts):
        return ColumnType.INTEGER
    if isinstance(measure, Aggregate | Pick):
        return _fact_type(measure, facts)
    return ColumnType.NUMBER


def _fact_type(measure: Aggregate | Pick, facts: Mapping[str, Fields]) -> ColumnType | None:
    if isinstance(measure, Pick) and measure.field == "date":
        return ColumnType.TIMESTAMP
    if isinstance(measure, Aggregate) and measure.function in ("average", "distinct"):
        return ColumnType.NUMBER if measure.function == "average" else ColumnType.INTEGER
    columns = facts.get(FACT_TABLES[measure.facts.kind].table)
    if columns is None or measure.field not in columns:
        return None
    kind = columns[measure.field].type
    adds = isinstance(measure, Aggregate) and measure.function == "sum"
    return None if adds and kind not in _NUMBERS else kind


def fits(value: Value, kind: ColumnType) -> bool:
    """Whether a literal can be compared with values of ``kind``."""
    if isinstance(value, bool):
        return kind is ColumnType.BOOLEAN
    if isinstance(value, Decimal):
        return kind in _NUMBERS
    return kind in _TIMES if isinstance(value, date) else kind is ColumnType.TEXT


def _mismatches(node: Node, fields: Fields, facts: Mapping[str, Fields], where: str) -> Iterator[Problem]:
    if not isinstance(node, Compare | Between | OneOf | Match | Rank | Percentile | Within):
        return
    kind = measure_type(node.measure, fields, facts)
    if kind is None:
        return
    name = node.measure.name if isinstance(node.measure, Trait) else "the measure"
    if isinstance(node, Compare | Between | OneOf):
        yield from _wrong_values(node, kind, name, where)
    elif isinstance(node, Match) and kind is not ColumnType.TEXT:
        yield _mismatch(name, kind, "text cannot be searched for", node.text, where)
    elif isinstance(node, Rank | Percentile) and kind not in _NUMBERS:
        yield _mismatch(name, kind, "only numbers can be ranked", "", where)
    elif isinstance(node, Within) and kind not in _TIMES:
        yield _mismatch(name, kind, "only days and times lie in a window", "", where)


def _wrong_values(node: Compare | Between | OneOf, kind: ColumnType, name: str, where: str) -> Iterator[Problem]:
    if isinstance(node, OneOf):
        values: tuple[Value, ...] = node.values
    else:
        values = (node.value,) if isinstance(node, Compare) else (node.low, node.high)
    wrong = next((value for value in values if not fits(value, kind)), None)
    if wrong is not None:
        word = next(text for each, text in _WORDS.items() if isinstance(wrong, each))
        yield _mismatch(name, kind, f"it is compared with {word}", wrong, where)
    elif (
        kind is ColumnType.BOOLEAN and not isinstance(node, OneOf) and getattr(node, "operator", "<") not in ("=", "!=")
    ):
        yield _mismatch(name, kind, "truth values have no order", "", where)


def _mismatch(name: str, kind: ColumnType, what: str, given: object, where: str) -> Problem:
    wanted = _EXAMPLES.get(kind, "a number without quotes, such as 100")
    text = given if isinstance(given, str) else str(given)
    return Problem("TYPE_MISMATCH", f"{name} is of type {kind}; {what}", where, shorten(text), f"Give {wanted}.")
