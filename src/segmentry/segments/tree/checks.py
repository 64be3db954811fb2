"""What a well-formed tree keeps to, whatever notation it came in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from segmentry.segments.errors import DefinitionError
from segmentry.segments.tree.base import And, Condition, Node, Not, Or
from segmentry.segments.tree.behavior import FirstTime, Regularly, Restarted, Sequence, Step, Stopped
from segmentry.segments.tree.leaves import Between, Compare, Known, Match, OneOf, Percentile, Rank, Within
from segmentry.segments.tree.measures import Aggregate, Contacts, Count, Distance, Facts, Pick, Trait
from segmentry.segments.tree.standing import AllContacts, AtAccount, Bucket, Consents, Moved, Reachable
from segmentry.segments.tree.time import Calendar, Dates, Rolling, Season, Span
from segmentry.segments.tree.walk import DEEPEST, children, walk
from segmentry.terms.errors import Problem, shorten

MOST_VALUES = 100_000
"""Values one list may hold."""
LONGEST_SPAN = 100_000
"""Steps one span may have."""
MOST_LOOKS = 200
"""Different looks at facts, ranks and other sets of customers that one definition may take; heavy ones count more."""
MOST_TERMS = 5_000
"""Conditions one definition may hold."""
_LARGEST = Decimal(10) ** 38
_Wrong = tuple[str, str, str]
"""Code, what is wrong, what to do."""


def require_sound(tree: Node) -> None:
    """Raise `DefinitionError` with everything wrong with the shape of ``tree``, if anything is."""
    problems = problems_of(tree)
    if problems:
        raise DefinitionError(problems)


def problems_of(tree: Node, places: Mapping[int, str] | None = None) -> list[Problem]:
    """Everything wrong with the shape of ``tree``.

    Args:
        tree: A condition or any other node.
        places: Where nodes were read, by identity; a node without a place is told under its parent's.
    """
    if too_deep(tree):
        next_step = "Name the inner part as a segment of its own and use in segment."
        what = f"Brackets and not may be nested {DEEPEST} deep"
        return [Problem("DEFINITION_TOO_DEEP", what, "definition", "", next_step)]
    found, known = [], places or {}
    waiting = [(tree, "definition")]
    while waiting:
        node, parent = waiting.pop()
        where = known.get(id(node)) or parent
        found += [Problem(code, what, where, shorten(_given(node)), step) for code, what, step in _wrong(node)]
        waiting += [(child, where) for child in children(node)]
    return found + list(_too_broad(tree))


def _too_broad(tree: Node) -> Iterator[Problem]:
    """What no engine should be asked for at once, however well it is written."""
    nodes = list(walk(tree))
    next_step = "Split it into segments and use in segment."
    terms = sum(isinstance(node, Condition) for node in nodes)
    if terms > MOST_TERMS:
        what = f"A definition has at most {MOST_TERMS:,} conditions"
        yield Problem("DEFINITION_TOO_LONG", what, "definition", f"{terms:,} conditions", next_step)
    looks = sum(_LOOKS[type(node)] for node in {node for node in nodes if type(node) in _LOOKS})
    if looks > MOST_LOOKS:
        what = f"A definition looks at facts and ranks in at most {MOST_LOOKS} different ways"
        yield Problem("DEFINITION_TOO_BROAD", what, "definition", f"{looks:,} ways", next_step)


def too_deep(tree: Node) -> bool:
    """Whether conditions are nested deeper than the language allows; walks without recursion."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > 2 * DEEPEST + 8:
            return True
        waiting += [(child, depth + 1) for child in children(node)]
    return False


def _given(node: Node) -> str:
    return type(node).__name__


def _wrong(node: Node) -> Iterator[_Wrong]:
    check = _CHECKS.get(type(node))
    if check is not None:
        yield from check(node)
    if any("\x00" in text for text in _texts(node)):
        yield "TEXT_WITH_NUL", "A text holds the character NUL, which no engine can keep", "Take it out."
    if isinstance(node, Compare | Between | OneOf | Rank | Percentile | Distance):
        yield from _wrong_numbers(node)


def _texts(node: Node) -> Iterator[str]:
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str))


def _wrong_numbers(node: Any) -> Iterator[_Wrong]:
    values = node.values if isinstance(node, OneOf) else [getattr(node, name) for name in type(node).__slots__]
    for value in values:
        if isinstance(value, Decimal) and (not value.is_finite() or abs(value) >= _LARGEST or _digits(value) > 38):
            yield "NUMBER_TOO_LONG", "A number must be finite and have at most 38 digits", "Give a shorter number."
            return


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _parts(node: And | Or) -> Iterator[_Wrong]:
    if len(node.parts) < 2:
        yield "PARTS_MISSING", "And and or join two conditions or more", "Give another, or leave the word out."


def _values(node: OneOf) -> Iterator[_Wrong]:
    if not node.values:
        yield "LIST_EMPTY", "The list holds no value", "Give one value at least."
    if len(node.values) > MOST_VALUES:
        yield "LIST_TOO_LONG", f"A list holds at most {MOST_VALUES:,} values", "Load it as a trait and compare that."
    if len({type(value) for value in node.values}) > 1:
        yield "LIST_MIXED", "The list holds values of several types", "Give values of one type."


def _ends(node: Between) -> Iterator[_Wrong]:
    if type(node.low) is not type(node.high):
        yield "ENDS_MIXED", "The two ends are of different types", "Give two values of one type."
    elif node.low > node.high:  # type: ignore[operator]
        yield "ENDS_TURNED", "The lower end lies above the upper one", "Turn them round."


def _text(node: Match) -> Iterator[_Wrong]:
    if not node.text:
        yield "TEXT_EMPTY", "An empty text is contained in every text", "Give one letter at least, or ask is known."


def _rank(node: Rank) -> Iterator[_Wrong]:
    if node.percent and _digits(node.amount) > 6:
        yield "PERCENT_WRONG", "A percentage has at most six digits after the point", "Give fewer digits."
    elif node.percent and not 0 < node.amount <= 100:
        yield "PERCENT_WRONG", "A percentage lies above 0 and at most at 100", "Give such a percentage."
    if not node.percent and not (node.amount >= 1 and node.amount == node.amount.to_integral_value()):
        yield "COUNT_WRONG", "A number of customers is whole and at least 1", "Give such a number."


def _percentile(node: Percentile) -> Iterator[_Wrong]:
    if max(_digits(node.low), _digits(node.high)) > 6:
        yield "PERCENT_WRONG", "A percentage has at most six digits after the point", "Give fewer digits."
    elif not 0 <= node.low < node.high <= 100:
        yield "PERCENT_WRONG", "Percentiles run from 0 to 100, the lower one first", "Give such percentiles."


def _name(node: Trait) -> Iterator[_Wrong]:
    if not node.name:
        yield "NAME_EMPTY", "A trait without a name", "Name the trait."


def _field(node: Aggregate | Pick) -> Iterator[_Wrong]:
    if not node.field:
        yield "NAME_EMPTY", "A column without a name", "Name the column."


def _facts(node: Facts) -> Iterator[_Wrong]:
    if node.name is not None and node.kind != "event":
        yield "FACTS_NAMED", "Only events have names", 'Use where (…), such as order where (channel = "web").'
    allowed = (
        And,
        Or,
        Not,
        Compare,
        Between,
        OneOf,
        Match,
        Known,
        Within,
        Trait,
        Rolling,
        Dates,
        Calendar,
        Season,
        Span,
    )
    inside = walk(node.where) if node.where is not None else iter(())
    if any(not isinstance(each, allowed) for each in inside):
        yield "FILTER_TOO_RICH", "A filter asks for columns of one fact only", "Compare columns of the fact in it."


def _distance(node: Distance) -> Iterator[_Wrong]:
    if not (abs(node.latitude) <= 90 and abs(node.longitude) <= 180):
        yield "PLACE_WRONG", "There is no such place on earth", "Give latitude -90 to 90, longitude -180 to 180."


def _span(node: Span) -> Iterator[_Wrong]:
    if not 1 <= node.count <= LONGEST_SPAN:
        yield "SPAN_WRONG", f"A span has 1 to {LONGEST_SPAN:,} steps", "Give such a number."


def _rolling(node: Rolling) -> Iterator[_Wrong]:
    if node.start is None and node.end is None:
        yield "WINDOW_EMPTY", "The window has no end", "Give one, or leave the window out."
    elif node.start and node.end and node.start.unit == node.end.unit and node.start.count <= node.end.count:
        yield "WINDOW_TURNED", "The window begins after it ends", "Name the longer span first."


def _dates(node: Dates) -> Iterator[_Wrong]:
    if node.first is None and node.last is None:
        yield "WINDOW_EMPTY", "The window has no end", "Give one, or leave the window out."
    elif node.first is not None and node.last is not None and node.first > node.last:
        yield "WINDOW_TURNED", "The window begins after it ends", "Name the earlier day first."


def _calendar(node: Calendar) -> Iterator[_Wrong]:
    if not 0 <= node.previous <= LONGEST_SPAN:
        yield "SPAN_WRONG", f"A number of periods lies between 0 and {LONGEST_SPAN:,}", "Give such a number."


def _season(node: Season) -> Iterator[_Wrong]:
    if not (1 <= node.first <= 12 and 1 <= node.last <= 12):
        yield "MONTH_WRONG", "Months are numbered 1 to 12", "Give such numbers."


def _without_window(*facts: Facts | None) -> Iterator[_Wrong]:
    if any(each is not None and each.window is not None for each in facts):
        yield "WINDOW_MISPLACED", "These facts cannot have a window of their own", "Put the window behind the verb."


def _first_time(node: FirstTime) -> Iterator[_Wrong]:
    if node.facts.window is None:
        yield "WINDOW_MISSING", "First time needs a window", "Say when, such as in last 30 days."


def _regularly(node: Regularly) -> Iterator[_Wrong]:
    yield from _without_window(node.facts)
    if not 1 <= node.hits <= node.periods <= 1000:
        yield "PERIODS_WRONG", "Hits lie between 1 and the periods, periods at most at 1,000", "Give such numbers."


def _verb(node: Stopped | Restarted) -> Iterator[_Wrong]:
    yield from _without_window(node.facts)


def _step(node: Step) -> Iterator[_Wrong]:
    yield from _without_window(node.facts, node.without)
    spans = [span for span in (node.after, node.within) if span is not None]
    yield from _elapsed(*spans)
    if len(spans) == 2 and all(span.unit in HOURS for span in spans) and hours(spans[0]) >= hours(spans[1]):
        yield "GAP_TURNED", "The shortest gap is not below the longest", "Turn them round."


def _sequence(node: Sequence) -> Iterator[_Wrong]:
    yield from _without_window(node.first, node.never)
    yield from _elapsed(*([node.never_within] if node.never_within else []))
    if (node.never is None) != (node.never_within is None):
        yield "SEQUENCE_WRONG", "What must not follow needs a span", "Give both or neither."
    if not node.steps and node.never is None:
        yield "SEQUENCE_WRONG", "A sequence has two steps or more", "Add a step with then."
    if len(node.steps) > 20:
        yield "SEQUENCE_TOO_LONG", "A sequence has at most 21 steps", "Split it."


HOURS = {"hour": 1, "day": 24, "week": 168}
"""Hours of a unit where gaps are elapsed time."""


def hours(span: Span) -> int:
    """Elapsed hours of a gap."""
    return span.count * HOURS[span.unit]


def _elapsed(*spans: Span) -> Iterator[_Wrong]:
    if any(span.unit not in HOURS for span in spans):
        yield "GAP_UNIT", "Gaps are elapsed time: hours, days of 24 hours, weeks", "Give the gap in one of them."


def _bucket(node: Bucket) -> Iterator[_Wrong]:
    if not 1 <= node.first <= node.last <= node.of <= 1_000_000:
        yield "BUCKET_WRONG", "Buckets run from 1 to their number, at most 1,000,000", "Give such numbers."


_LOOKS: dict[type[Node], int] = {
    Count: 1,
    Aggregate: 1,
    Pick: 2,
    FirstTime: 1,
    Regularly: 4,
    Stopped: 2,
    Restarted: 3,
    Sequence: 4,
    Rank: 2,
    Percentile: 2,
    Bucket: 1,
    Contacts: 8,
    AllContacts: 8,
    AtAccount: 8,
    Moved: 2,
    Consents: 2,
    Reachable: 2,
}
"""What each kind of look costs, in counts of facts; long verbs and joins cost several."""
_CHECKS: dict[type[Node], Callable[[Any], Iterator[_Wrong]]] = {
    And: _parts,
    Or: _parts,
    OneOf: _values,
    Between: _ends,
    Match: _text,
    Rank: _rank,
    Percentile: _percentile,
    Trait: _name,
    Aggregate: _field,
    Pick: _field,
    Facts: _facts,
    Distance: _distance,
    Span: _span,
    Rolling: _rolling,
    Dates: _dates,
    Calendar: _calendar,
    Season: _season,
    FirstTime: _first_time,
    Regularly: _regularly,
    Stopped: _verb,
    Restarted: _verb,
    Step: _step,
    Sequence: _sequence,
    Bucket: _bucket,
}
