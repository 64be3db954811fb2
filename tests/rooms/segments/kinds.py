"""The kinds of leaf of the language, and which of them a leaf is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from segmentry.segments.tree import (
    CALENDAR_UNITS,
    FACT_KINDS,
    FUNCTIONS,
    HOWS,
    OPERATORS,
    UNITS,
    Aggregate,
    AllContacts,
    AtAccount,
    Calendar,
    Compare,
    Condition,
    Contacts,
    Facts,
    InSegment,
    Known,
    Match,
    Moved,
    Node,
    OneOf,
    Percentile,
    Pick,
    Rank,
    Reachable,
    Rolling,
    Sequence,
    Span,
    Step,
    Stopped,
    walk,
)

_CONDITIONS = (
    "Between", "Within", "FirstTime", "Regularly", "Restarted", "Consents", "Bucket", "AllContacts", "AtAccount",
    "Percentile",
)  # fmt: skip
KINDS = [
    *_CONDITIONS,
    "Trait", "Count", "Distance", "Contacts", "Contacts as", "Contacts where", "Dates", "Season", "Sequence",
    "first of", "last of", "filter", "event by name", "list", "list negated", "long list", "known", "unknown",
    "stopped ever", "stopped after", "in segment", "was in segment", "entered", "left", "reachable", "reachable for",
    "top number", "top percent", "bottom number", "bottom percent",
    "never", "never alone", "within", "after", "without", "third step", "sequence in window", "ago", "ago both",
    "this period", "previous period",
    *(f"compare {each}" for each in OPERATORS),
    *(f"text {each}" for each in HOWS),
    *(f"{each} of" for each in FUNCTIONS),
    *(f"fact {each}" for each in FACT_KINDS),
    *(f"rolling {each}" for each in UNITS),
    *(f"calendar {each}" for each in CALENDAR_UNITS),
]  # fmt: skip
"""Everything a leaf can be or hold."""


def kinds_of(leaf: Condition) -> set[str]:
    """The kinds a leaf is of, what stands inside it included."""
    return {kind for node in walk(leaf) for kind in (type(node).__name__, *_details(node)) if kind in _ALL}


def _details(node: Node) -> Iterator[str]:
    found = _DETAILS.get(type(node))
    if found is not None:
        yield from (each for each in found(node) if each)


def _facts(node: Facts) -> list[str]:
    return [f"fact {node.kind}", "filter" if node.where else "", "event by name" if node.name else ""]


def _list(node: OneOf) -> list[str]:
    return ["list negated" if node.negated else "list", "long list" if len(node.values) > 200 else ""]


def _contacts(node: Any) -> list[str]:
    return ["Contacts as" if node.role else "", "Contacts where" if node.where else ""]


def _rolling(node: Rolling) -> list[str]:
    ends = [each for each in (node.start, node.end) if isinstance(each, Span)]
    which = "" if node.end is None else "ago both" if node.start else "ago"
    return [which, *(f"rolling {each.unit}" for each in ends)]


def _sequence(node: Sequence) -> list[str]:
    never = "" if node.never is None else "never" if node.steps else "never alone"
    return [never, "third step" if len(node.steps) > 1 else "", "sequence in window" if node.window else ""]


def _step(node: Step) -> list[str]:
    return [name for name in ("within", "after", "without") if getattr(node, name) is not None]


_DETAILS: dict[type[Node], Callable[[Any], list[str]]] = {
    Compare: lambda node: [f"compare {node.operator}"],
    Match: lambda node: [f"text {node.how}"],
    Aggregate: lambda node: [f"{node.function} of"],
    Pick: lambda node: [f"{node.which} of"],
    Facts: _facts,
    OneOf: _list,
    Known: lambda node: ["known" if node.known else "unknown"],
    Stopped: lambda node: ["stopped after" if node.active else "stopped ever"],
    InSegment: lambda node: ["was in segment" if node.on else "in segment"],
    Moved: lambda node: [node.change],
    Reachable: lambda node: ["reachable for" if node.purpose else "reachable"],
    Rank: lambda node: [f"{node.side} {'percent' if node.percent else 'number'}"],
    Contacts: _contacts,
    AllContacts: _contacts,
    AtAccount: _contacts,
    Percentile: lambda node: ["Percentile"],
    Rolling: _rolling,
    Calendar: lambda node: [f"calendar {node.unit}", "previous period" if node.previous else "this period"],
    Sequence: _sequence,
    Step: _step,
}
_ALL = frozenset(KINDS)
