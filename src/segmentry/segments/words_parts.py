"""Values, windows, facts and measures in words."""

# ruff: noqa: PLR0911  (one return for each kind of node)

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from segmentry.segments.tree import (
    MONTHS,
    Aggregate,
    Calendar,
    Condition,
    Contacts,
    Count,
    Dates,
    Distance,
    Facts,
    Measure,
    Pick,
    Rolling,
    Season,
    Span,
    Trait,
    Value,
    Window,
)

Words = Callable[[Condition], str]
MOST_LISTED = 6
"""Values of a list that are named; the others are counted."""
_NOUNS = {
    "order": ("order", "orders"),
    "return": ("return", "returns"),
    "transaction": ("order or return", "orders and returns"),
    "line": ("order line", "order lines"),
    "event": ("event", "events"),
    "service contact": ("contact with service", "contacts with service"),
    "touch": ("campaign contact", "campaign contacts"),
}


def number_words(number: Decimal) -> str:
    """A number with thousands set apart."""
    return f"{number:,f}"


def amount_words(amount: Decimal, percent: bool) -> str:
    """``10 %`` or ``100``."""
    return f"{number_words(amount)} %" if percent else number_words(amount)


def value_words(value: Value) -> str:
    """A literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_words(value)
    return value.isoformat() if isinstance(value, date) else f"“{value}”"


def list_words(values: Sequence[Value]) -> str:
    """The first values of a list, and how many more there are."""
    named = ", ".join(value_words(value) for value in values[:MOST_LISTED])
    more = len(values) - MOST_LISTED
    return f"{named} and {more:,} more" if more > 0 else named


def span_words(span: Span) -> str:
    """A span."""
    return f"{span.count:,} {span.unit}{'' if span.count == 1 else 's'}"


def window_words(window: Window) -> str:
    """A window."""
    match window:
        case Rolling(start=Span() as start, end=None):
            return f"in the last {span_words(start)}"
        case Rolling(start=None, end=Span() as end):
            return f"{span_words(end)} ago or earlier"
        case Rolling(start=Span() as start, end=Span() as end):
            return f"between {span_words(start)} and {span_words(end)} ago"
        case Calendar(unit, 0):
            return f"in this {unit} so far"
        case Calendar(unit, previous):
            return (
                f"in the {previous} whole {unit}s before this one" if previous > 1 else f"in the {unit} before this one"
            )
        case Season(first, last):
            names = [MONTHS[month - 1].capitalize() for month in (first, last)]
            return f"in {names[0]} of any year" if first == last else f"from {names[0]} to {names[1]} of any year"
        case Dates(first=date() as first, last=date() as last):
            return f"from {first} to {last}, both included"
        case Dates(first=date() as first):
            return f"on {first} or later"
        case Dates(last=last):
            return f"on {last} or earlier"
    return "at any time"


def trait_words(name: str) -> str:
    """A trait's name with blanks for underscores."""
    return name.replace("_", " ")


def facts_words(facts: Facts, words: Words, *, many: bool = False) -> str:
    """Facts with filter and window."""
    noun = _NOUNS[facts.kind][many]
    name = "" if facts.name is None else f" “{facts.name}”"
    where = "" if facts.where is None else f" of which this is true: [{words(facts.where)}]"
    window = "" if facts.window is None else f" {window_words(facts.window)}"
    return f"{noun}{name}{where}{window}"


def contacts_words(contacts: Contacts, words: Words, *, many: bool = False) -> str:
    """Contacts of an account."""
    where = "" if contacts.where is None else f" of whom this is true: [{words(contacts.where)}]"
    return f"contact{'s' if many else ''}{role_words(contacts.role)}{where}"


def role_words(role: str | None) -> str:
    """A role, if there is one."""
    return "" if role is None else f" in the role {role}"


_FUNCTIONS = {
    "sum": "the total {} of their {}",
    "average": "the average {} of their {}",
    "min": "the smallest {} of their {}",
    "max": "the largest {} of their {}",
    "distinct": "the number of different values of {} of their {}",
}


def measure_words(measure: Measure, words: Words) -> str:
    """A measure."""
    match measure:
        case Trait(name):
            return trait_words(name)
        case Count(facts):
            return f"the number of {facts_words(facts, words, many=True)}"
        case Aggregate("sum", "amount", Facts("transaction", None, None, window)):
            return "their spend" + ("" if window is None else f" {window_words(window)}")
        case Aggregate(function, field, facts):
            return _FUNCTIONS[function].format(trait_words(field), facts_words(facts, words, many=True))
        case Pick(which, field, facts):
            return f"the {trait_words(field)} of their {which} {facts_words(facts, words)}"
        case Distance(latitude, longitude):
            return f"the distance in kilometres to latitude {latitude:f}, longitude {longitude:f}"
        case Contacts():
            return f"the number of {contacts_words(measure, words, many=True)}"
    raise TypeError(f"no measure: {measure!r}")
