"""Random conditions of every kind of leaf, with thresholds and windows taken from the histories at hand."""

# ruff: noqa: PLR0911  (one return for each form of measure)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from segmentry.segments.tree import (
    CALENDAR_UNITS,
    FACT_KINDS,
    HOWS,
    OPERATORS,
    UNITS,
    Aggregate,
    AllContacts,
    And,
    AtAccount,
    Between,
    Bucket,
    Calendar,
    Compare,
    Condition,
    Consents,
    Contacts,
    Count,
    Dates,
    Distance,
    FactKind,
    Facts,
    FirstTime,
    How,
    InSegment,
    Known,
    Match,
    Measure,
    Moved,
    Not,
    OneOf,
    Or,
    Percentile,
    Pick,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Rolling,
    Season,
    Span,
    Step,
    Stopped,
    Trait,
    Window,
    Within,
)
from segmentry.segments.tree import (
    Sequence as Steps,
)
from segmentry.terms.tables import ColumnType
from tests.rooms.segments.histories import COLUMNS, ROLES, SPANS, TRAITS

TABLES: dict[FactKind, str] = {
    "order": "orders", "return": "orders", "transaction": "orders", "line": "order_lines", "event": "events",
    "service contact": "service_contacts", "touch": "touches",
}  # fmt: skip
NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL)
DAYS = (ColumnType.DATE, ColumnType.TIMESTAMP)
_LITERALS = [Decimal(text) for text in ("-1", "0", "0.1", "0.5", "1", "1", "1.5", "2", "3", "9.9999", "9.99995", "10")]
_WORDS = ["UK", "uk", "Nepal", "web", "Store", "view", "toys", "Books", "bill", "email", "p1", "Élan"]
_PARTS = ["U", "k", "é", "%", "_", "O", "s", "E", "uk", "B", "e", "o", "l", "I"]
LEAF_FORMS = [
    "measured", "rank", "percentile", "first time", "regularly", "stopped", "restarted", "sequence", "segment", "was",
    "moved", "consents", "reachable", "bucket", "contacts", "account",
]  # fmt: skip
"""The forms of leaf; ``measured`` is any comparison of any measure."""
MEASURES = (
    "trait", "count", "sum", "average", "min", "max", "distinct", "first", "last", "distance", "number of contacts",
)  # fmt: skip


class Asker:
    """Draws conditions.

    Args:
        chance: Decides.
        as_of: The instant of evaluation.
        segments: Ids and names that ``in segment`` may name.
    """

    def __init__(self, chance: Random, as_of: datetime, segments: Sequence[str] = ("inner", "Inner")) -> None:
        self.chance = chance
        self.as_of = as_of
        self.segments = list(segments)
        self.forms: Mapping[str, Callable[[], Condition]] = {
            "measured": lambda: self.asked_of(*self.measure()),
            "rank": self.rank,
            "percentile": self.percentile,
            "first time": lambda: FirstTime(self.facts(window=self.window())),
            "regularly": self.regularly,
            "stopped": lambda: Stopped(self.facts(), self.span(), self.pick(None, self.span(), self.span())),
            "restarted": lambda: Restarted(self.facts(), self.span(), self.span()),
            "sequence": self.sequence,
            "segment": lambda: InSegment(chance.choice(self.segments)),
            "was": lambda: InSegment(self.pick("old", "Old days"), self.day()),
            "moved": lambda: Moved(self.pick("old", "Old days"), self.pick("entered", "left"), self.window()),
            "consents": lambda: Consents(self.pick("mail", "ads")),
            "reachable": lambda: Reachable(self.pick("email", "post"), self.pick(None, "mail")),
            "bucket": self.bucket,
            "contacts": lambda: AllContacts(self.inner(), self.pick(None, *ROLES)),
            "account": lambda: AtAccount(self.inner(), self.pick(None, *ROLES)),
            **self._narrow(),
        }

    def _narrow(self) -> dict[str, Callable[[], Condition]]:
        """Forms that show one thing."""
        day = Span(1, "day")
        return {
            "any": lambda: self.atleast_one(self.facts(self.window(), filtered=0)),
            "day": lambda: self.atleast_one(self.facts(self.pick(Rolling(day), Rolling(end=day)), filtered=0)),
            "none": lambda: Compare(Count(self.facts(self.window())), self.pick("=", "<"), Decimal(self.pick(0, 1))),
            "filtered": lambda: self.atleast_one(self.facts(filtered=1)),
            "compare": lambda: self.compare(*self.trait(*NUMBERS)),
            "list": lambda: OneOf((found := self.trait(*NUMBERS))[0], self.values(found[1]), negated=True),
            "long list": lambda: OneOf(Trait("country"), ("UK", *(f"v{place}" for place in range(230))), negated=True),
            "between": lambda: Between(Trait("score"), Decimal(self.pick(-1, 0)), Decimal(self.pick(1, 2))),
            "number": lambda: self.asked_of(Trait("rate"), ColumnType.NUMBER),
            "text": lambda: self.match(Trait("country")),
            "date": lambda: Compare(Trait("seen_at"), self.pick("=", "!="), self.day()),
            "pick": lambda: self.asked_of(*self.measure(self.pick("first", "last"))),
            "never": lambda: Steps(self.facts(filtered=0), (), self.facts(filtered=0), self.gap()),
        }

    def atleast_one(self, facts: Facts) -> Condition:
        """One such fact or more."""
        return Compare(Count(facts), ">=", Decimal(1))

    def trait(self, *kinds: ColumnType) -> tuple[Trait, ColumnType]:
        """A trait of one of some types."""
        name = self.pick(*(each for each, kind in TRAITS.items() if kind in kinds))
        return Trait(name), TRAITS[name]

    def pick(self, *choices: Any) -> Any:
        """One of the choices."""
        return self.chance.choice(choices)

    def rarely(self, share: float) -> bool:
        """True with a probability."""
        return self.chance.random() < share

    def leaf(self, form: str) -> Condition:
        """A leaf of a form, or of any form on a kind of measure."""
        return self.asked_of(*self.measure(form)) if form in MEASURES else self.forms[form]()

    def span(self) -> Span:
        """A span on whose edges facts lie, each unit as often as another."""
        unit = self.pick(*UNITS)
        return self.pick(*(each for each in SPANS if each.unit == unit))  # type: ignore[no-any-return]

    def day(self) -> date:
        """A day near those on which facts lie."""
        return self.as_of.date() - timedelta(days=self.pick(-1, 0, 0, 1, 2, 7, 30, 31, 90, 366))

    def window(self) -> Window:
        """A window of any kind."""
        span, ends = self.span(), sorted([self.day(), self.day()])
        made: list[Callable[[], Window]] = [
            lambda: Rolling(start=span),
            lambda: Rolling(start=span),
            lambda: Rolling(end=span),
            lambda: Rolling(Span(span.count * 2, span.unit), span),
            lambda: Rolling(Span(3, "month"), Span(self.pick(1, 30, 100), "day")),
            lambda: Dates(*ends),
            lambda: Dates(first=ends[0]),
            lambda: Dates(last=ends[1]),
            *[self.calendar] * 4,
            self.calendar,
            lambda: Season(self.chance.randint(1, 12), self.chance.randint(1, 12)),
            lambda: Season(self.as_of.month, self.pick(self.as_of.month, 1, 12)),
        ]
        return self.chance.choice(made)()

    def calendar(self) -> Window:
        """Whole periods, the current one or some before it."""
        return Calendar(self.pick(*CALENDAR_UNITS), self.pick(0, 0, 1, 2, 3))

    def literal(self, kind: ColumnType) -> Any:
        """A value that can be compared with a column of ``kind``."""
        if kind in DAYS:
            return self.day()
        return self.chance.choice({ColumnType.TEXT: _WORDS, ColumnType.BOOLEAN: [True, False]}.get(kind, _LITERALS))

    def asked_of(self, measure: Measure, kind: ColumnType) -> Condition:
        """A leaf on a measure of ``kind``."""
        made: list[Callable[[], Condition]] = [
            lambda: self.compare(measure, kind),
            lambda: self.compare(measure, kind),
            lambda: OneOf(measure, self.values(kind), self.rarely(0.5)),
            lambda: Known(measure, self.rarely(0.5)),
        ]
        if kind is not ColumnType.BOOLEAN:
            low, high = sorted([self.literal(kind), self.literal(kind)])
            made.append(lambda: Between(measure, low, high))
        if kind is ColumnType.TEXT:
            made += [lambda: self.match(measure)] * 9
        if kind in DAYS:
            made += [lambda: Within(measure, self.window())] * 3
        return self.chance.choice(made)()

    def match(self, measure: Measure) -> Condition:
        """A piece of text, or the whole of one for ``equals``."""
        how: How = self.pick(*HOWS)
        return Match(measure, how, self.pick(*(_WORDS if how == "equals" else _PARTS)))

    def compare(self, measure: Measure, kind: ColumnType) -> Condition:
        """A comparison with one value."""
        signs = ("=", "!=") if kind is ColumnType.BOOLEAN else OPERATORS
        return Compare(measure, self.pick(*signs), self.literal(kind))

    def values(self, kind: ColumnType) -> tuple[Any, ...]:
        """A list of values, now and then one that is carried as a table."""
        found = [self.literal(kind) for _ in range(self.chance.randint(1, 3))]
        if kind in (ColumnType.TEXT, *NUMBERS) and self.rarely(0.2):
            found += [f"v{place}" if kind is ColumnType.TEXT else Decimal(1000 + place) for place in range(230)]
        return tuple(found)

    def facts(self, window: Window | None = None, filtered: float = 0.35) -> Facts:
        """Facts of any kind, filtered now and then."""
        kind: FactKind = self.pick("order", "event", *FACT_KINDS)
        where = self.filter(COLUMNS[TABLES[kind]]) if self.rarely(filtered) else None
        name = self.pick(None, "view", "cart", "it's") if kind == "event" else None
        return Facts(kind, name, where, window)

    def filter(self, columns: Mapping[str, ColumnType]) -> Condition:
        """A condition on the columns of one fact."""
        names = self.chance.choices(list(columns), k=self.pick(1, 2, 2, 3))
        return self.joined([self.asked_of(Trait(name), columns[name]) for name in names])

    def joined(self, parts: Sequence[Condition]) -> Condition:
        """Parts joined by and, or and not."""
        turned = tuple(Not(part) if self.rarely(0.3) else part for part in parts)
        return turned[0] if len(turned) == 1 else self.pick(And, Or)(turned)

    def measure(self, form: str | None = None) -> tuple[Measure, ColumnType]:
        """A measure and the type of its values."""
        form = form or self.pick(*MEASURES)
        facts = self.facts(self.window() if self.rarely(0.75) else None)
        columns = COLUMNS[TABLES[facts.kind]]
        name = self.pick(*columns)
        match form:
            case "trait":
                trait = self.pick(*TRAITS)
                return Trait(trait), TRAITS[trait]
            case "count":
                return Count(facts), ColumnType.INTEGER
            case "sum" | "average":
                name = self.pick(*(each for each, kind in columns.items() if kind in NUMBERS))
                return Aggregate(form, name, facts), ColumnType.NUMBER if form == "average" else columns[name]
            case "min" | "max":
                return Aggregate(form, name, facts), columns[name]
            case "distinct":
                return Aggregate("distinct", name, facts), ColumnType.INTEGER
            case "first" | "last":
                if self.rarely(0.4):
                    return Pick(form, "date", facts), ColumnType.TIMESTAMP
                return Pick(form, name, facts), columns[name]
            case "distance":
                place = self.pick(("51.5", "-0.1"), ("53", "-6"), ("-90", "0"))
                return Distance(Decimal(place[0]), Decimal(place[1])), ColumnType.NUMBER
        return Contacts(self.pick(None, *ROLES), self.pick(None, self.inner())), ColumnType.INTEGER

    def inner(self) -> Condition:
        """A condition on a contact or an account."""
        if self.rarely(0.25):
            return Compare(Count(self.facts(self.window())), ">=", Decimal(1))
        if self.segments and self.rarely(0.2):
            return InSegment(self.chance.choice(self.segments))
        if self.rarely(0.2):
            return self.pick(
                InSegment(self.pick("old", "Old days"), self.day()),
                Moved(self.pick("old", "Old days"), self.pick("entered", "left"), self.window()),
            )
        return self.filter(TRAITS)

    def number(self) -> Measure:
        """A measure that can be ranked."""
        while True:
            measure, kind = self.measure()
            if kind in NUMBERS:
                return measure

    def rank(self) -> Condition:
        """Top or bottom, by number or percentage."""
        measure, side = self.number(), self.pick("top", "bottom")
        if self.rarely(0.5):
            return Rank(measure, side, Decimal(self.chance.randint(1, 5)), percent=False)
        share = self.pick("0.1", "14.2857", "20", "33.3333", "50", "66.6667", "75", "100")
        return Rank(measure, side, Decimal(share), percent=True)

    def percentile(self) -> Condition:
        """Between two percentiles."""
        low = Decimal(self.pick("0", "20", "33.3", "50", "60"))
        return Percentile(self.number(), low, low + self.pick(Decimal("0.5"), Decimal(20), Decimal(40)))

    def regularly(self) -> Condition:
        """Facts in some of several periods."""
        periods = self.chance.randint(1, 4)
        return Regularly(self.facts(), self.chance.randint(1, min(periods, 2)), periods, self.span())

    def bucket(self) -> Condition:
        """A share drawn by chance."""
        first = self.chance.randint(1, 3)
        return Bucket(first, self.chance.randint(first, 4), self.pick(4, 5, 7), self.pick("a", "b", "ü", "it's"))

    def gap(self) -> Span:
        """A gap between the steps of a sequence."""
        return Span(*self.pick((1, "hour"), (12, "hour"), (24, "hour"), (1, "day"), (2, "day"), (1, "week")))

    def sequence(self) -> Condition:
        """Two steps or three, or one that nothing may follow."""
        steps = [self.step() for _ in range(self.pick(1, 2, 2))]
        window, first = self.pick(None, self.window()), self.facts(filtered=0.15)
        if self.rarely(0.5):
            return Steps(first, tuple(steps), window=window)
        return Steps(first, tuple(steps[1:]), self.facts(), self.gap(), window)

    def step(self) -> Step:
        """A later step, with its gaps and exclusions."""
        within, after = self.pick(None, self.gap()), self.pick(None, self.gap())
        if within is not None and after is not None:
            within = Span(after.count * 30, after.unit)
        return Step(self.facts(filtered=0.15), within, after, self.pick(None, self.facts()))
