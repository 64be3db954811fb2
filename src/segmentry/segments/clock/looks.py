"""Which times a definition looks at, and which edges they pass: all that can change truth while nothing happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from segmentry.segments.tree import (
    Aggregate,
    AllContacts,
    AtAccount,
    Consents,
    Contacts,
    Definition,
    Facts,
    InSegment,
    Moved,
    Node,
    Percentile,
    Pick,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Sequence,
    Span,
    Stopped,
    Trait,
    Window,
    Within,
    children,
)
from segmentry.segments.tree.checks import hours
from segmentry.segments.windows import NOW, Back, Edge, Fixed, Interval, end_to_end, intervals, new_start, silence

SHARED = (Rank, Percentile, Contacts, AllContacts, AtAccount)
"""Leaves whose truth depends on other parties: they are looked at again for everybody at once."""


@dataclass(frozen=True, slots=True)
class Times:
    """Times that are compared with edges.

    Attributes:
        of: What they are times of.
        facts: Which facts, without a window; None for other things.
        name: Column of the facts (None for when they took place), trait, segment or purpose.
    """

    of: Literal["facts", "trait", "changes", "consents", "customers", "roles"]
    facts: Facts | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Times and an edge they pass.

    Attributes:
        times: The times.
        edge: The edge.
        timezone: Zone in which the edge is read.
    """

    times: Times
    edge: Edge
    timezone: str

    @property
    def asked(self) -> Iterator[tuple[Edge, str, bool]]:
        """The edge as moments have to know it: as an instant and, for what may be a day, as a day."""
        yield self.edge, self.timezone, False
        if self.times.of == "trait" or self.times.name is not None:
            yield self.edge, self.timezone, True


def looks(definitions: Iterable[Definition], last: datetime) -> list[Look]:
    """Every look of definitions, each once.

    Args:
        definitions: The definitions, all that they lean on among them.
        last: The latest instant (UTC) of interest.
    """
    found: dict[Look, None] = {}
    for definition in definitions:
        zone = definition.timezone
        found[Look(Times("customers"), NOW, zone)] = None
        for node in _nodes(definition.where):
            for times, edges in _of(node, last, zone):
                for edge in (NOW, *edges):
                    found[Look(times, edge, zone)] = None
    return list(found)


def shared(definition: Definition) -> bool:
    """Whether truth depends on other parties."""
    return any(isinstance(node, SHARED) for node in _nodes(definition.where))


def asks_others(definition: Definition) -> bool:
    """Whether conditions are put to other parties, which may become known only later."""
    return any(isinstance(node, (Contacts, AllContacts, AtAccount)) for node in _nodes(definition.where))


def _nodes(node: Node) -> Iterator[Node]:
    """A tree without what stands inside the filters of facts: there traits are columns of facts."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if not isinstance(current, Facts):
            waiting.extend(children(current))


def _of(node: Node, last: datetime, zone: str) -> Iterator[tuple[Times, list[Edge]]]:
    match node:
        case Facts():
            yield _when(node), _window(node.window, last, zone)
            yield from _filtered(node, last, zone)
        case Regularly(facts, _, periods, span):
            yield _when(facts), _edges(end_to_end(span, periods))
        case Stopped(facts, quiet, active):
            yield _when(facts), _edges(silence(quiet, active))
        case Restarted(facts, recent, quiet):
            yield _when(facts), _edges(new_start(recent, quiet))
        case Sequence(first, steps, _, gap, window):
            edges = _window(window, last, zone)
            yield from ((_when(each), edges) for each in (first, *(step.facts for step in steps)))
            if gap is not None:
                yield _when(steps[-1].facts if steps else first), [Back(((Span(hours(gap), "hour"), 1),))]
        case _:
            yield from _of_standing(node, last, zone)


def _of_standing(node: Node, last: datetime, zone: str) -> Iterator[tuple[Times, list[Edge]]]:
    match node:
        case Within(measure, window):
            times = _values(measure)
            if times is not None:
                yield times, _window(window, last, zone)
        case Moved(segment, _, window):
            yield Times("changes", name=segment), _window(window, last, zone)
        case InSegment(segment, on) if on is not None:
            yield Times("changes", name=segment), []
        case Contacts() | AllContacts() | AtAccount():
            yield Times("roles"), []
        case Consents(purpose) | Reachable(_, purpose) if purpose is not None:
            yield Times("consents", name=purpose), []


def _filtered(facts: Facts, last: datetime, zone: str) -> Iterator[tuple[Times, list[Edge]]]:
    """Times in columns of the same facts that a filter compares with a window."""
    for node in _nodes(facts.where) if facts.where is not None else ():
        if isinstance(node, Within) and isinstance(node.measure, Trait):
            yield _when(facts, node.measure.name), _window(node.window, last, zone)


def _values(measure: Node) -> Times | None:
    if isinstance(measure, Trait):
        return Times("trait", name=measure.name)
    if isinstance(measure, Pick):
        return _when(measure.facts, None if measure.field == "date" else measure.field)
    return _when(measure.facts, measure.field) if isinstance(measure, Aggregate) else None


def _when(facts: Facts, column: str | None = None) -> Times:
    timeless = facts.where is None or not any(isinstance(node, Within) for node in _nodes(facts.where))
    return Times("facts", replace(facts, window=None, where=facts.where if timeless else None), column)


def _window(window: Window | None, last: datetime, zone: str) -> list[Edge]:
    return _edges(intervals(window, last, zone))


def _edges(rules: Iterable[Interval]) -> list[Edge]:
    """Edges that move; those that stay are passed by nothing."""
    found = [edge for rule in rules for edge in (rule.start, rule.end)]
    return [edge for edge in dict.fromkeys(found) if edge is not None and not isinstance(edge, Fixed)]
