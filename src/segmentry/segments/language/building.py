"""From the parser's words to conditions."""

# ruff: noqa: D102  (methods are named after the rules of grammar.lark, which says what each builds)
from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lark import Token

from segmentry.segments.language.building_parts import BuildsMeasures, Children, counted_measure, kept
from segmentry.segments.tree import (
    AllContacts,
    And,
    AtAccount,
    Between,
    Bucket,
    Compare,
    Condition,
    Consents,
    Facts,
    FirstTime,
    InSegment,
    Known,
    Match,
    Moved,
    Not,
    OneOf,
    Or,
    Percentile,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Sequence,
    Span,
    Step,
    Stopped,
    Trait,
    Value,
    Within,
)

BROKEN = Compare(Trait(""), "=", False)
"""Stands where a condition could not be read; never leaves this room, for a problem has been told."""


class Builder(BuildsMeasures):
    """Builds the tree bottom up."""

    def start(self, children: Children) -> Condition:
        return children[0]  # type: ignore[no-any-return]

    def brackets(self, children: Children) -> Condition:
        return children[1]  # type: ignore[no-any-return]

    def broken(self, _: Children) -> Condition:
        return BROKEN

    def disjunction(self, children: Children) -> Condition:
        return Or(tuple(kept(children)))

    def all_of(self, children: Children) -> Condition:
        return And(tuple(kept(children)))

    def negation(self, children: Children) -> Condition:
        return Not(children[1])

    def text(self, children: Children) -> Value:
        return str(children[0])

    def number(self, children: Children) -> Value:
        return Decimal(children[0])

    def day(self, children: Children) -> Value:
        return self.day_of(children[0])

    def true(self, _: Children) -> Value:
        return True

    def false(self, _: Children) -> Value:
        return False

    def list(self, children: Children) -> tuple[Value, ...]:
        return tuple(kept(children))

    def compare(self, children: Children) -> Condition:
        measure, sign, value = children
        return Compare(measure, str(sign), value)  # type: ignore[arg-type]

    def between(self, children: Children) -> Condition:
        measure, low, high = kept(children)
        return Between(measure, low, high)

    def one_of(self, children: Children) -> Condition:
        return OneOf(children[0], children[-1])

    def none_of(self, children: Children) -> Condition:
        return OneOf(children[0], children[-1], negated=True)

    def match_equals(self, children: Children) -> Condition:
        return Match(children[0], "equals", str(children[-1]))

    def match_contains(self, children: Children) -> Condition:
        return Match(children[0], "contains", str(children[-1]))

    def match_starts(self, children: Children) -> Condition:
        return Match(children[0], "starts with", str(children[-1]))

    def match_ends(self, children: Children) -> Condition:
        return Match(children[0], "ends with", str(children[-1]))

    def known(self, children: Children) -> Condition:
        return Known(children[0], known=True)

    def unknown(self, children: Children) -> Condition:
        return Known(children[0], known=False)

    def rank(self, children: Children) -> Condition:
        percent = children[-1].type == "PERCENT"
        side = next(str(each.type).lower() for each in children[1:] if each.type in ("TOP", "BOTTOM"))
        amount = next(each for each in children[1:] if each.type == "NUMERAL")
        return Rank(children[0], side, Decimal(amount), percent)  # type: ignore[arg-type]

    def percentile(self, children: Children) -> Condition:
        measure, low, high = kept(children, "NUMERAL")
        return Percentile(measure, Decimal(low), Decimal(high))

    def within(self, children: Children) -> Condition:
        return Within(children[0], children[-1])

    def quantity(self, children: Children) -> tuple[str, Decimal]:
        signs = {"LEAST": ">=", "MOST": "<=", "EXACTLY": "=", "MORE": ">", "FEWER": "<"}
        fixed = {"ANY": (">=", Decimal(1)), "NO": ("=", Decimal(0))}
        types = [each.type for each in children]
        if types[0] in fixed:
            return fixed[types[0]]
        return next(signs[each] for each in types if each in signs), Decimal(self.whole(children[-1]))

    def counted(self, children: Children) -> Condition:
        (sign, number), counted = children
        measure = counted_measure(counted)
        self.places.setdefault(id(measure), self.places.get(id(counted), ""))
        return Compare(measure, sign, number)

    def first_time(self, children: Children) -> Condition:
        return FirstTime(children[1])

    def periods(self, children: Children) -> tuple[int, Span]:
        last = children[-1]
        return self.whole(children[0]), last if isinstance(last, Span) else Span(1, last)

    def regularly(self, children: Children) -> Condition:
        facts, hits, (periods, span) = kept(children, "NUMERAL")
        return Regularly(facts, self.whole(hits), periods, span)

    def stopped(self, children: Children) -> Condition:
        return Stopped(*kept(children))

    def restarted(self, children: Children) -> Condition:
        return Restarted(*kept(children))

    def after(self, children: Children) -> tuple[str, Span]:
        return "after", children[1]

    def within_span(self, children: Children) -> tuple[str, Span]:
        return "within", children[1]

    def without(self, children: Children) -> tuple[str, Facts]:
        return "without", children[1]

    def step(self, children: Children) -> Step:
        facts, *rest = kept(children)
        return Step(facts, **dict(rest))

    def never(self, children: Children) -> tuple[Facts, Span]:
        facts, span = kept(children)
        return facts, span

    def sequence(self, children: Children) -> Condition:
        first, *rest = kept(children)
        given: dict[str, Any] = {}
        if rest and not isinstance(rest[-1], Step | tuple):
            given["window"] = rest.pop()
        if rest and isinstance(rest[-1], tuple):
            given["never"], given["never_within"] = rest.pop()
        return Sequence(first, tuple(rest), **given)

    def in_segment(self, children: Children) -> Condition:
        return InSegment(str(children[-1]))

    def was_in_segment(self, children: Children) -> Condition:
        return InSegment(str(children[3]), self._on(children[-1]))

    def _on(self, token: Token) -> date:
        return self.day_of(token)

    def moved(self, children: Children) -> Condition:
        change, _, segment, window = children
        return Moved(str(segment), str(change.type).lower(), window)  # type: ignore[arg-type]

    def consents(self, children: Children) -> Condition:
        return Consents(str(children[-1]))

    def reachable(self, children: Children) -> Condition:
        return Reachable(*(str(each) for each in kept(children, "STRING")))

    def bucket(self, children: Children) -> Condition:
        numbers = [self.whole(each) for each in kept(children, "NUMERAL")]
        return Bucket(numbers[0], numbers[-2], numbers[-1], str(children[-1]))

    def all_contacts(self, children: Children) -> Condition:
        return AllContacts(*self._where_and_role(children))

    def at_account(self, children: Children) -> Condition:
        return AtAccount(*self._where_and_role(children))

    @staticmethod
    def _where_and_role(children: Children) -> tuple[Condition, str | None]:
        role = next((str(each) for each in children if isinstance(each, Token) and each.type == "STRING"), None)
        return next(each for each in children if isinstance(each, Condition)), role
