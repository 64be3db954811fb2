"""Tree to text: the one way in which a condition is written."""

# ruff: noqa: PLR0911  (one return for each kind of node)
from __future__ import annotations

from decimal import Decimal

from segmentry.segments.language.tokens import quote
from segmentry.segments.language.writing_parts import (
    contacts_text,
    count_text,
    facts_text,
    measure_text,
    number_text,
    role_text,
    span_text,
    value_text,
    window_text,
)
from segmentry.segments.tree import (
    AllContacts,
    And,
    AtAccount,
    Between,
    Bucket,
    Compare,
    Condition,
    Consents,
    Contacts,
    Count,
    FirstTime,
    InSegment,
    Known,
    Match,
    Moved,
    Not,
    OneOf,
    Operator,
    Or,
    Percentile,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Sequence,
    Step,
    Stopped,
    Within,
)
from segmentry.segments.tree.checks import require_sound

LONGEST_LINE = 88
"""From this length on, the outermost parts stand on lines of their own."""
_QUANTITIES: dict[Operator, str] = {
    ">=": "at least",
    "<=": "at most",
    "=": "exactly",
    ">": "more than",
    "<": "fewer than",
}


def format_condition(condition: Condition) -> str:
    """``condition`` in the text notation; ``parse`` gives the same tree back.

    Raises:
        DefinitionError: the tree is not well formed, with everything wrong in it.
    """
    require_sound(condition)
    line = _write(condition)
    if len(line) <= LONGEST_LINE or not isinstance(condition, And | Or):
        return line
    joint = "\nand " if isinstance(condition, And) else "\nor "
    return joint.join(_inner(part) for part in condition.parts)


def _write(condition: Condition) -> str:
    match condition:
        case And(parts):
            return " and ".join(_inner(part) for part in parts)
        case Or(parts):
            return " or ".join(_inner(part) for part in parts)
        case Not(part):
            return f"not {_inner(part)}"
    return _leaf(condition)


def _inner(condition: Condition) -> str:
    text = _write(condition)
    return f"({text})" if isinstance(condition, And | Or) else text


def _leaf(condition: Condition) -> str:
    match condition:
        case Compare(Count() | Contacts() as measure, operator, value) if operator != "!=" and _is_whole(value):
            return _counted(measure, operator, Decimal(str(value)))
        case Compare(measure, operator, value):
            return f"{measure_text(measure, _write)} {operator} {value_text(value)}"
        case Between(measure, low, high):
            return f"{measure_text(measure, _write)} between {value_text(low)} and {value_text(high)}"
        case OneOf(measure, values, negated):
            listed = ", ".join(value_text(value) for value in values)
            return f"{measure_text(measure, _write)} {'not ' if negated else ''}in ({listed})"
        case Match(measure, how, text):
            return f"{measure_text(measure, _write)} {how} {quote(text)}"
        case Known(measure, known):
            return f"{measure_text(measure, _write)} is {'known' if known else 'unknown'}"
        case Within(measure, window):
            return f"{measure_text(measure, _write)} is {window_text(window)}"
        case Rank(measure, side, amount, percent):
            sign = "%" if percent else ""
            return f"{measure_text(measure, _write)} is in {side} {number_text(amount)}{sign}"
        case Percentile(measure, low, high):
            return f"{measure_text(measure, _write)} is in percentile {number_text(low)} to {number_text(high)}"
    return _behavior(condition)


def _is_whole(value: object) -> bool:
    return isinstance(value, Decimal) and value == value.to_integral_value()


def _counted(measure: Count | Contacts, operator: Operator, number: Decimal) -> str:
    if operator == ">=" and number == 1:
        words, many = "any", False
    elif operator == "=" and number == 0:
        words, many = "no", False
    else:
        words, many = f"{_QUANTITIES[operator]} {number_text(number)}", number != 1
    if isinstance(measure, Contacts):
        return f"{words} {contacts_text(measure, _write, many=many)}"
    return f"{words} {facts_text(measure.facts, _write, many=many)}"


def _behavior(condition: Condition) -> str:
    match condition:
        case FirstTime(facts):
            return f"first {facts_text(facts, _write)}"
        case Regularly(facts, hits, periods, span):
            last = count_text(periods, span.unit) if span.count == 1 else f"{periods} periods of {span_text(span)}"
            return f"regular {facts_text(facts, _write)} in {hits} of last {last}"
        case Stopped(facts, silence, active):
            after = "" if active is None else f" after any in previous {span_text(active)}"
            return f"stopped {facts_text(facts, _write)} in last {span_text(silence)}{after}"
        case Restarted(facts, recent, silence):
            text = facts_text(facts, _write)
            return f"restarted {text} in last {span_text(recent)} after none in previous {span_text(silence)}"
        case Sequence():
            return _sequence(condition)
    return _standing(condition)


def _sequence(sequence: Sequence) -> str:
    parts = [facts_text(sequence.first, _write), *(_step(step) for step in sequence.steps)]
    if sequence.never is not None and sequence.never_within is not None:
        parts.append(f"no {facts_text(sequence.never, _write)} within {span_text(sequence.never_within)}")
    window = "" if sequence.window is None else f" {window_text(sequence.window)}"
    return f"sequence ({' then '.join(parts)}){window}"


def _step(step: Step) -> str:
    after = "" if step.after is None else f" after {span_text(step.after)}"
    within = "" if step.within is None else f" within {span_text(step.within)}"
    without = "" if step.without is None else f" without {facts_text(step.without, _write)}"
    return f"{facts_text(step.facts, _write)}{after}{within}{without}"


def _standing(condition: Condition) -> str:
    match condition:
        case InSegment(segment, None):
            return f"in segment {quote(segment)}"
        case InSegment(segment, on):
            return f"was in segment {quote(segment)} on {on}"
        case Moved(segment, change, window):
            return f"{change} segment {quote(segment)} {window_text(window)}"
        case Consents(purpose):
            return f"consents to {quote(purpose)}"
        case Reachable(channel, purpose):
            return f"reachable by {quote(channel)}" + ("" if purpose is None else f" for {quote(purpose)}")
        case Bucket(first, last, of, salt):
            return f"random bucket {first} to {last} of {of} salted {quote(salt)}"
        case AllContacts(where, role):
            return f"all contacts{role_text(role)} where ({_write(where)})"
        case AtAccount(where, role):
            return f"at account{role_text(role)} where ({_write(where)})"
    raise TypeError(f"no condition: {condition!r}")
