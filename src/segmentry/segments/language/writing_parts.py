"""Spans, windows, facts and measures as text."""

# ruff: noqa: PLR0911  (one return for each kind of node)
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from segmentry.segments.language.tokens import quote
from segmentry.segments.language.vocabulary import is_plain_name
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

WriteCondition = Callable[[Condition], str]


def value_text(value: Value) -> str:
    """A literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    return value.isoformat() if isinstance(value, date) else quote(value)


def number_text(number: Decimal) -> str:
    """A number in plain digits, never with an exponent."""
    return format(number, "f")


def name_text(name: str) -> str:
    """A name, in backticks where it would be read as something else."""
    return name if is_plain_name(name) else "`" + name.replace("`", "``") + "`"


def count_text(count: int, noun: str) -> str:
    """``1 day``, ``2 days``, ``2 touches``."""
    return f"{count} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """More than one of ``noun``."""
    return noun + ("es" if noun.endswith("ch") else "s")


def span_text(span: Span) -> str:
    """A span."""
    return count_text(span.count, span.unit)


def window_text(window: Window) -> str:
    """A window, beginning with the word that tells its kind."""
    match window:
        case Rolling(start=Span() as start, end=None):
            return f"in last {span_text(start)}"
        case Rolling(start=None, end=Span() as end):
            return f"before {span_text(end)} ago"
        case Rolling(start=Span() as start, end=Span() as end):
            return f"from {span_text(start)} to {span_text(end)} ago"
        case Dates() | Calendar() | Season():
            return _calendar_text(window)
    return "ever"


def _calendar_text(window: Dates | Calendar | Season) -> str:
    if isinstance(window, Season):
        last = "" if window.first == window.last else f" to {MONTHS[window.last - 1]}"
        return f"in every {MONTHS[window.first - 1]}{last}"
    if isinstance(window, Calendar):
        if window.previous <= 1:
            return f"in {'previous' if window.previous else 'this'} {window.unit}"
        return f"in previous {count_text(window.previous, window.unit)}"
    if window.first and window.last:
        return f"from {window.first.isoformat()} to {window.last.isoformat()}"
    return (
        f"since {window.first.isoformat()}"
        if window.first
        else f"until {window.last.isoformat() if window.last else ''}"
    )


def facts_text(facts: Facts, write: WriteCondition, *, many: bool = False) -> str:
    """Facts with their filter and window, in the singular or plural."""
    noun = {"line": "order line"}.get(facts.kind, facts.kind)
    parts = [plural(noun) if many else noun]
    if facts.name is not None:
        parts.append(quote(facts.name))
    return " ".join(parts + _tail(facts, write))


def _tail(facts: Facts, write: WriteCondition) -> list[str]:
    found = [] if facts.where is None else [f"where ({write(facts.where)})"]
    return found if facts.window is None else [*found, window_text(facts.window)]


def contacts_text(contacts: Contacts, write: WriteCondition, *, many: bool = False) -> str:
    """Contacts with role and filter."""
    where = "" if contacts.where is None else f" where ({write(contacts.where)})"
    return f"contact{'s' if many else ''}{role_text(contacts.role)}{where}"


def role_text(role: str | None) -> str:
    """A role, if there is one."""
    return "" if role is None else f" as {quote(role)}"


def measure_text(measure: Measure, write: WriteCondition) -> str:
    """A measure; ``write`` writes the conditions inside it."""
    match measure:
        case Trait(name):
            return name if name.lower() == "spend" else name_text(name)
        case Count(facts):
            return f"number of {facts_text(facts, write, many=True)}"
        case Aggregate("sum", "amount", Facts("transaction", None) as facts):
            return " ".join(["spend", *(_tail(facts, write) or ["ever"])])
        case Aggregate(function, field, facts):
            of = "" if function == "distinct" else " of"
            return f"{function}{of} {name_text(field)} of {facts_text(facts, write, many=True)}"
        case Pick(which, field, facts):
            return f"{name_text(field)} of {which} {facts_text(facts, write)}"
        case Distance(latitude, longitude):
            return f"distance to ({number_text(latitude)}, {number_text(longitude)})"
        case Contacts():
            return f"number of {contacts_text(measure, write, many=True)}"
    raise TypeError(f"no measure: {measure!r}")
