"""From the parser's words to spans, windows, facts and measures."""

# ruff: noqa: D102  (methods are named after the rules of grammar.lark, which says what each builds)
from __future__ import annotations

import calendar
from datetime import date
from decimal import Decimal
from typing import Any

from lark import Token, Tree
from lark.visitors import Transformer_NonRecursive

from segmentry.segments.language.tokens import place
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
    Node,
    Pick,
    Rolling,
    Season,
    Span,
    Trait,
    Window,
)
from segmentry.terms.errors import Problem, shorten

Children = list[Any]


def kept(children: Children, *types: str) -> Children:
    """The children that are no tokens, and the tokens of ``types``."""
    return [child for child in children if not isinstance(child, Token) or child.type in types]


class Base(Transformer_NonRecursive[Any, Any]):
    """Remembers where each node stood and what could not be built.

    Attributes:
        places: Line and column by the identity of a node.
        problems: What could not be built.
    """

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, str] = {}
        self.problems: list[Problem] = []

    def _call_userfunc(self, tree: Tree[Any], new_children: Children | None = None) -> Any:
        built = super()._call_userfunc(tree, new_children)  # type: ignore[no-untyped-call]
        if isinstance(built, Node) and not tree.meta.empty:
            self.places.setdefault(id(built), place(tree.meta.line, tree.meta.column))
        return built

    def tell(self, token: Token, code: str, what: str, next_step: str) -> None:
        """Record a problem at ``token``."""
        where = place(token.line or 1, token.column or 1)
        self.problems.append(Problem(code, what, where, shorten(str(token)), next_step))

    def whole(self, token: Token) -> int:
        """The whole number a token names; a fraction is told."""
        number = Decimal(token)
        if number != number.to_integral_value():
            self.tell(token, "NUMBER_NOT_WHOLE", "Only whole numbers can stand here", "Leave out the fraction.")
        return int(number)

    def day_of(self, token: Token) -> date:
        """The day a token names; a day that does not exist is told."""
        try:
            return date.fromisoformat(token)
        except ValueError:
            self.tell(token, "DATE_WRONG", "There is no such day", "Write year, month and day: 2024-03-31.")
            return date.min


class BuildsWindows(Base):
    """Builds spans and windows."""

    def span(self, children: Children) -> Span:
        return Span(self.whole(children[0]), children[1])

    def unit(self, children: Children) -> str:
        return str(children[0].type).lower()

    def month(self, children: Children) -> int:
        return MONTHS.index(children[0].type.lower()) + 1

    def last(self, children: Children) -> Window:
        return Rolling(start=children[2])

    def before(self, children: Children) -> Window:
        return Rolling(end=children[1])

    def ago(self, children: Children) -> Window:
        start, end = kept(children)
        return Rolling(start, end)

    def dates(self, children: Children) -> Window:
        return Dates(self.day_of(children[1]), self.day_of(children[3]))

    def since(self, children: Children) -> Window:
        return Dates(first=self.day_of(children[1]))

    def until(self, children: Children) -> Window:
        return Dates(last=self.day_of(children[1]))

    def whole_year(self, children: Children) -> Window:
        return self._months(children[1], children[1], 1, 12)

    def whole_period(self, children: Children) -> Window:
        year, part = children[1].split("-")
        if part[0] in "qQ":
            return self._months(children[1], year, int(part[1]) * 3 - 2, int(part[1]) * 3)
        return self._months(children[1], year, int(part), int(part))

    def this_period(self, children: Children) -> Window:
        return Calendar(children[2])

    def previous(self, children: Children) -> Window:
        return Calendar(children[-1], self.whole(children[2]) if len(children) == 4 else 1)

    def season(self, children: Children) -> Window:
        months = kept(children)
        return Season(months[0], months[-1])

    def ever(self, _: Children) -> None:
        return None

    def _months(self, token: Token, year: str, first: int, last: int) -> Window:
        try:
            return Dates(date(int(year), first, 1), date(int(year), last, calendar.monthrange(int(year), last)[1]))
        except ValueError:
            self.tell(token, "DATE_WRONG", "There is no such year or period", "Write 2024, 2024-03 or 2024-Q1.")
            return Dates(date.min, date.max)


class BuildsMeasures(BuildsWindows):
    """Builds facts and measures."""

    def name(self, children: Children) -> str:
        return str(children[0])

    def where(self, children: Children) -> Condition:
        return kept(children)[0]  # type: ignore[no-any-return]

    def role(self, children: Children) -> Token:
        return children[1]  # type: ignore[no-any-return]

    def head(self, children: Children) -> Facts:
        kinds = {"ORDER": "order", "SERVICE": "service contact"}
        kind = str(children[0].type)
        if len(children) == 2 and children[1].type == "LINE":
            kind = "LINE"
        name = str(children[1]) if kind == "EVENT" and len(children) == 2 else None
        return Facts(kinds.get(kind, kind.lower()), name)  # type: ignore[arg-type]

    def facts(self, children: Children) -> Facts:
        return self._with(children[0], children[1:])

    def _with(self, head: Facts, rest: Children) -> Facts:
        where = next((each for each in rest if isinstance(each, Condition)), None)
        window = next((each for each in rest if isinstance(each, Window)), None)
        return Facts(head.kind, head.name, where, window)

    def contacts(self, children: Children) -> Contacts:
        role = next((str(each) for each in children if isinstance(each, Token) and each.type == "STRING"), None)
        return Contacts(role, next((each for each in children if isinstance(each, Condition)), None))

    def trait(self, children: Children) -> Measure:
        return Trait(children[0])

    def spend_trait(self, children: Children) -> Measure:
        return Trait(str(children[0]))

    def spend(self, children: Children) -> Measure:
        return Aggregate("sum", "amount", self._with(Facts("transaction"), children[1:]))

    def count(self, children: Children) -> Measure:
        return counted_measure(children[2])

    def aggregate(self, children: Children) -> Measure:
        words = kept(children, "SUM", "AVERAGE", "MIN", "MAX", "DISTINCT")
        function, field, facts = words[0], words[1], words[2]
        if isinstance(function, Tree):
            function = function.children[0]
        return Aggregate(str(function.type).lower(), field, facts)  # type: ignore[arg-type]

    def function(self, children: Children) -> Token:
        return children[0]  # type: ignore[no-any-return]

    def pick(self, children: Children) -> Measure:
        field, _, which, facts = children
        return Pick(str(which.type).lower(), field, facts)  # type: ignore[arg-type]

    def distance(self, children: Children) -> Measure:
        latitude, longitude = (Decimal(each) for each in kept(children, "NUMERAL"))
        return Distance(latitude, longitude)


def counted_measure(counted: Facts | Contacts) -> Measure:
    """The number of facts or contacts as a measure."""
    return Count(counted) if isinstance(counted, Facts) else counted
