"""A definition in words, for screens: what the text says, as a sentence a newcomer can read aloud."""

# ruff: noqa: PLR0911  (one return for each kind of node)

from __future__ import annotations

from decimal import Decimal

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
    Definition,
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
from segmentry.segments.words_parts import (
    amount_words,
    contacts_words,
    facts_words,
    list_words,
    measure_words,
    number_words,
    role_words,
    span_words,
    value_words,
    window_words,
)

_SIGNS: dict[Operator, str] = {
    "=": "is",
    "!=": "is known and is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
_HOWS = {
    "equals": "reads",
    "contains": "contains",
    "starts with": "starts with",
    "ends with": "ends with",
}


def describe(definition: Definition) -> str:
    """``Customers of whom all of this is true: …``, one sentence.

    Raises:
        DefinitionError: the tree is not well formed.
    """
    return f"{definition.of.capitalize()} of whom this is true: {in_words(definition.where)}."


def in_words(condition: Condition) -> str:
    """``condition`` in words.

    Raises:
        DefinitionError: the tree is not well formed.
    """
    require_sound(condition)
    return _words(condition)


def _words(condition: Condition) -> str:
    match condition:
        case And(parts):
            return ", and ".join(_inner(part) for part in parts)
        case Or(parts):
            return "either " + ", or ".join(_inner(part) for part in parts)
        case Not(part):
            return f"it is not so that {_inner(part)}"
    return _leaf(condition)


def _inner(condition: Condition) -> str:
    text = _words(condition)
    return f"({text})" if isinstance(condition, And | Or) else text


def _leaf(condition: Condition) -> str:
    match condition:
        case Compare(Count() | Contacts() as measure, operator, Decimal() as number):
            return _counted(measure, operator, number)
        case Compare(measure, operator, value):
            return f"{measure_words(measure, _words)} {_SIGNS[operator]} {value_words(value)}"
        case Between(measure, low, high):
            return f"{measure_words(measure, _words)} is from {value_words(low)} to {value_words(high)}"
        case OneOf(measure, values, negated):
            verb = "is known and is none of" if negated else "is one of"
            return f"{measure_words(measure, _words)} {verb} {list_words(values)}"
        case Match(measure, how, text):
            return f"{measure_words(measure, _words)} {_HOWS[how]} “{text}” (upper or lower case)"
        case Known(measure, known):
            return f"{measure_words(measure, _words)} is {'known' if known else 'not known'}"
        case Within(measure, window):
            return f"{measure_words(measure, _words)} lies {window_words(window)}"
        case Rank(measure, side, amount, percent):
            place = "among the highest" if side == "top" else "among the lowest"
            return f"{measure_words(measure, _words)} is {place} {amount_words(amount, percent)} (above 0; ties are in)"
        case Percentile(measure, low, high):
            ends = f"between the percentiles {number_words(low)} and {number_words(high)}"
            return f"{measure_words(measure, _words)} lies {ends} (above 0; ties are in)"
    return _behavior(condition)


_QUANTITIES: dict[Operator, str] = {
    "=": "exactly",
    "!=": "some other number than",
    "<": "fewer than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}


def _counted(measure: Count | Contacts, operator: Operator, number: Decimal) -> str:
    words = "no" if operator == "=" and number == 0 else f"{_QUANTITIES[operator]} {number_words(number)}"
    note = " (none included)" if operator in ("<", "<=") and number > 0 else ""
    many = number != 1
    if isinstance(measure, Contacts):
        return f"there {'are' if many else 'is'} {words} {contacts_words(measure, _words, many=many)}{note}"
    return f"they have {words} {facts_words(measure.facts, _words, many=many)}{note}"


def _behavior(condition: Condition) -> str:
    match condition:
        case FirstTime(facts):
            return f"their first ever {facts_words(facts, _words)}"
        case Regularly(facts, hits, periods, span):
            return (
                f"they have {facts_words(facts, _words, many=True)} in at least {hits} of the last {periods} "
                f"periods of {span_words(span)}"
            )
        case Stopped(facts, silence, active):
            before = "before that" if active is None else f"in the {span_words(active)} before that"
            text = facts_words(facts, _words, many=True)
            return f"they have no {text} in the last {span_words(silence)}, but had some {before}"
        case Restarted(facts, recent, silence):
            text = facts_words(facts, _words, many=True)
            return (
                f"they have {text} again in the last {span_words(recent)}, after none for {span_words(silence)} "
                "and some before"
            )
        case Sequence():
            return _sequence(condition)
    return _standing(condition)


def _sequence(sequence: Sequence) -> str:
    parts = [facts_words(sequence.first, _words), *(_step(step) for step in sequence.steps)]
    if sequence.never is not None and sequence.never_within is not None:
        parts.append(f"no {facts_words(sequence.never, _words)} for {span_words(sequence.never_within)}")
    window = "" if sequence.window is None else f", all of it {window_words(sequence.window)}"
    return f"one after another: {', then '.join(parts)}{window}"


def _step(step: Step) -> str:
    after = "" if step.after is None else f" not before {span_words(step.after)} have passed"
    within = "" if step.within is None else f" within {span_words(step.within)}"
    without = "" if step.without is None else f" with no {facts_words(step.without, _words)} in between"
    return f"{facts_words(step.facts, _words)}{after}{within}{without}"


def _standing(condition: Condition) -> str:
    match condition:
        case InSegment(segment, on):
            return f"they are in the segment “{segment}”" if on is None else f"they were in “{segment}” on {on}"
        case Moved(segment, change, window):
            return f"they {change} the segment “{segment}” {window_words(window)}"
        case Consents(purpose):
            return f"they consent to {purpose}"
        case Reachable(channel, purpose):
            return f"they can be reached by {channel}" + ("" if purpose is None else f" for {purpose}")
        case Bucket(first, last, of, _):
            return f"chance put them into buckets {first} to {last} of {of}"
        case AllContacts(where, role):
            return f"of every contact{role_words(role)} this is true: {_words(where)}"
        case AtAccount(where, role):
            return f"they are a contact{role_words(role)} of an account of which this is true: {_words(where)}"
    raise TypeError(f"no condition: {condition!r}")
