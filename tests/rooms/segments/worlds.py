"""Random small histories, and random definitions that can be asked of them."""

# ruff: noqa: PLR0911  (one return for each form)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import strategies as st

from segmentry.segments.fields import Field, Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.referee import World
from segmentry.segments.tree import (
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
    Facts,
    FirstTime,
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

ZONES = ["Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "Europe/London", "Pacific/Apia", "UTC"]
INSTANTS = [
    datetime(2024, 3, 31, 0, 30),
    datetime(2024, 3, 31, 12, 0),
    datetime(2024, 10, 27, 1, 30),
    datetime(2024, 3, 10, 7, 30),
    datetime(2024, 11, 3, 6, 30),
    datetime(2012, 1, 3, 12, 0),
    datetime(2024, 4, 6, 15, 30),
    datetime(2024, 2, 29, 23, 59, 59, 999999),
    datetime(2024, 1, 1),
]
CUSTOMERS = ["c0", "c1", "c2", "c3"]
MONEY = [Decimal(text) for text in ("-20", "0", "9.9999", "10", "10.0001", "50")]
_TEXT, _MONEY, _WHOLE, _TIME = pa.string(), pa.decimal128(18, 4), pa.int64(), pa.timestamp("us")
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "parties": {
        "customer_id": _TEXT, "party_key": _TEXT, "country": _TEXT, "score": _WHOLE, "worth": _MONEY,
        "rate": pa.float64(), "joined_on": pa.date32(), "seen_at": _TIME, "vip": pa.bool_(),
    },
    "orders": {
        "customer_id": _TEXT, "order_id": _TEXT, "ordered_at": _TIME, "amount": _MONEY, "returned": _MONEY,
        "channel": _TEXT, "units": _WHOLE, "placed": pa.bool_(),
    },
    "events": {
        "customer_id": _TEXT, "event_id": _TEXT, "occurred_at": _TIME, "event": _TEXT, "value": _WHOLE,
    },
    "changes": {"segment_id": _TEXT, "customer_id": _TEXT, "effective_at": _TIME, "change": _TEXT},
    "consents": {"customer_id": _TEXT, "purpose": _TEXT, "given": pa.bool_(), "recorded_at": _TIME},
    "addresses": {"customer_id": _TEXT, "channel": _TEXT, "usable": pa.bool_()},
    "contacts": {"account_id": _TEXT, "customer_id": _TEXT, "role": _TEXT},
}  # fmt: skip
TRAITS: dict[str, ColumnType] = {
    "country": ColumnType.TEXT,
    "score": ColumnType.INTEGER,
    "worth": ColumnType.DECIMAL,
    "rate": ColumnType.NUMBER,
    "joined_on": ColumnType.DATE,
    "seen_at": ColumnType.TIMESTAMP,
    "vip": ColumnType.BOOLEAN,
}
FACT_COLUMNS: dict[str, dict[str, ColumnType]] = {
    "order": {
        "amount": ColumnType.DECIMAL,
        "units": ColumnType.INTEGER,
        "channel": ColumnType.TEXT,
        "ordered_at": ColumnType.TIMESTAMP,
    },
    "event": {"value": ColumnType.INTEGER, "event": ColumnType.TEXT},
}
_ROLES = ["decider", "user"]


@st.composite
def worlds(draw: st.DrawFn, as_of: datetime) -> World:
    """Customers with traits, orders and events around ``as_of``, its days, months and clock changes."""
    gaps = st.sampled_from([0, 1, 60, 3600, 7200, 43200, 86400, 86401, 604800, 2592000, 2678400, 7776000, 31622400])
    when = gaps.map(lambda seconds: as_of - timedelta(seconds=seconds)) | st.sampled_from(
        [as_of + timedelta(microseconds=1), as_of - timedelta(microseconds=1), as_of - timedelta(days=30, seconds=1)]
    )
    who = st.sampled_from(CUSTOMERS)

    def rows(most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), min_size=most * 3 // 4, max_size=most))

    parties = [
        {"customer_id": each, "party_key": f"shop:{each}", **draw(st.fixed_dictionaries(_party(as_of)))}
        for each in CUSTOMERS
    ]
    orders = rows(
        14, customer_id=who, ordered_at=when, amount=st.sampled_from(MONEY),
        returned=st.none() | st.sampled_from(MONEY[1:]), channel=st.sampled_from(["web", "Store", None]),
        units=st.none() | st.integers(0, 3), placed=st.sampled_from([True, True, True, False]),
    )  # fmt: skip
    events = rows(
        14, customer_id=who, occurred_at=when, event=st.sampled_from(["view", "cart"]),
        value=st.none() | st.integers(0, 3),
    )  # fmt: skip
    return World(
        parties=parties,
        facts={
            "orders": [{**row, "order_id": f"o{place:03}"} for place, row in enumerate(orders)],
            "events": [{**row, "event_id": f"e{place:03}"} for place, row in enumerate(events)],
        },
        changes=_alternating(rows(8, segment_id=st.just("old"), customer_id=who, effective_at=when)),
        consents=rows(
            6, customer_id=who, purpose=st.sampled_from(["mail", "ads"]), given=st.booleans(), recorded_at=when
        ),
        addresses=rows(5, customer_id=who, channel=st.sampled_from(["email", "post"]), usable=st.booleans()),
        contacts=rows(6, account_id=who, customer_id=who, role=st.sampled_from(_ROLES)),
    )


def _alternating(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Membership changes as they are published: in turn entered and left, never two at one instant."""
    found: list[dict[str, Any]] = []
    seen: dict[tuple[str, datetime], None] = {}
    for row in sorted(rows, key=lambda row: row["effective_at"]):
        if (row["customer_id"], row["effective_at"]) not in seen:
            seen[row["customer_id"], row["effective_at"]] = None
            before = sum(each["customer_id"] == row["customer_id"] for each in found)
            found.append({**row, "change": "left" if before % 2 else "entered"})
    return found


def _party(as_of: datetime) -> dict[str, st.SearchStrategy[Any]]:
    near = [as_of.date() - timedelta(days=days) for days in (-1, 0, 1, 30, 31, 366)]
    return {
        "country": st.sampled_from(["UK", "uk", "Nepal", "", None]),
        "score": st.sampled_from([None, -1, 0, 1, 2, 2, 3]),
        "worth": st.none() | st.sampled_from(MONEY),
        "rate": st.sampled_from([None, float("nan"), 0.0, 0.1, 1.5, -2.0]),
        "joined_on": st.none() | st.sampled_from(near),
        "seen_at": st.none() | st.sampled_from([as_of - timedelta(hours=hours) for hours in (-1, 0, 1, 24, 720)]),
        "vip": st.sampled_from([True, False, None]),
    }


def inputs_of(world: World, connection: Any) -> Inputs:
    """The same world as tables of a database."""

    def table(name: str, rows: Sequence[Mapping[str, Any]]) -> ir.Table:
        schema = SCHEMAS[name]
        columns = {each: pa.array([row.get(each) for row in rows], kind) for each, kind in schema.items()}
        return connection.create_table(name, pa.table(columns), overwrite=True)

    parties = table("parties", world.parties)
    return Inputs(
        universe=parties.select("customer_id", "party_key"),
        fields=Fields(Field(name, "traits", name, kind) for name, kind in TRAITS.items()),
        traits={"traits": parties},
        facts={name: table(name, world.facts[name]) for name in ("orders", "events")},
        changes=table("changes", world.changes),
        consents=table("consents", world.consents),
        addresses=table("addresses", world.addresses),
        contacts=table("contacts", world.contacts),
    )


_small = st.integers(1, 3)
_units = ["hour", "day", "week", "month", "quarter", "year"]
_spans = st.builds(Span, _small | st.sampled_from([30, 31, 90]), st.sampled_from(_units))
_breaks = st.builds(Span, _small, st.sampled_from(["hour", "hour", "day", "day", "week", "month"]))
_gaps = st.builds(Span, st.integers(1, 48), st.sampled_from(["hour", "day", "week"]))


def windows(as_of: datetime) -> st.SearchStrategy[Window]:
    """Windows of every kind around ``as_of``."""
    days = st.sampled_from([-1, 0, 1, 2, 30, 31, 366]).map(lambda back: as_of.date() - timedelta(days=back))
    return st.one_of(
        _spans.map(lambda span: Rolling(start=span)),
        _spans.map(lambda span: Rolling(end=span)),
        _spans.map(lambda span: Rolling(Span(span.count + 1, span.unit), span)),
        st.tuples(days, days).map(lambda ends: Dates(min(ends), max(ends))),
        days.map(lambda day: Dates(first=day)),
        days.map(lambda day: Dates(last=day)),
        st.builds(Calendar, st.sampled_from(["day", "week", "month", "quarter", "year"]), st.integers(0, 3)),
        st.builds(Season, st.integers(1, 12), st.integers(1, 12)),
    )


def literals(kind: ColumnType, as_of: datetime) -> st.SearchStrategy[Any]:
    """Values that can be compared with a column of ``kind``."""
    numbers = [Decimal(text) for text in ("-1", "0", "0.1", "1", "1.5", "2", "9.99995", "10", "10.0001", "60")]
    choices: dict[ColumnType, list[Any]] = {
        ColumnType.TEXT: ["UK", "uk", "web", "Store", "view", "x"],
        ColumnType.BOOLEAN: [True, False],
        ColumnType.DATE: [as_of.date() - timedelta(days=back) for back in (-1, 0, 1, 30, 31)],
    }
    choices[ColumnType.TIMESTAMP] = choices[ColumnType.DATE]
    return st.sampled_from(choices.get(kind, numbers))


@st.composite
def asked_of(draw: st.DrawFn, measure: Measure, kind: ColumnType, as_of: datetime) -> Condition:
    """A leaf on a measure of ``kind``."""
    value = literals(kind, as_of)
    forms = ["compare", "list", "known"]
    forms += ["between"] * (kind is not ColumnType.BOOLEAN)
    forms += ["match"] * (kind is ColumnType.TEXT)
    forms += ["within"] * (kind in (ColumnType.DATE, ColumnType.TIMESTAMP))
    form = draw(st.sampled_from(forms))
    if form == "compare":
        signs = ["=", "!="] + ["<", "<=", ">", ">="] * (kind is not ColumnType.BOOLEAN)
        return Compare(measure, draw(st.sampled_from(signs)), draw(value))  # type: ignore[arg-type]
    if form == "between":
        low, high = sorted([draw(value), draw(value)])
        return Between(measure, low, high)
    if form == "list":
        return OneOf(measure, tuple(draw(st.lists(value, min_size=1, max_size=3))), draw(st.booleans()))
    if form == "match":
        return Match(measure, draw(st.sampled_from(["equals", "contains", "starts with", "ends with"])), "U")
    if form == "within":
        return Within(measure, draw(windows(as_of)))
    return Known(measure, draw(st.booleans()))


def joined(draw: st.DrawFn, parts: list[Condition]) -> Condition:
    """Parts joined by and, or and not."""
    turned = [Not(part) if draw(st.booleans()) else part for part in parts]
    if len(turned) == 1:
        return turned[0]
    return (And if draw(st.booleans()) else Or)(tuple(turned))


@st.composite
def facts_of(draw: st.DrawFn, as_of: datetime, *, windowed: bool) -> Facts:
    """Facts with a filter and a window, or without."""
    kind = draw(st.sampled_from(["order", "order", "return", "transaction", "event"]))
    columns = FACT_COLUMNS["event" if kind == "event" else "order"]
    where = None
    if draw(st.integers(0, 3)) == 0:
        names = draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, max_size=2))
        where = joined(draw, [draw(asked_of(Trait(name), columns[name], as_of)) for name in names])
    window = draw(windows(as_of)) if windowed and draw(st.booleans()) else None
    name = draw(st.sampled_from([None, "view", "cart"])) if kind == "event" else None
    return Facts(kind, name, where, window)  # type: ignore[arg-type]


@st.composite
def measures(draw: st.DrawFn, as_of: datetime) -> tuple[Measure, ColumnType]:
    """A measure and the type of its values."""
    facts = draw(facts_of(as_of, windowed=True))
    columns = FACT_COLUMNS["event" if facts.kind == "event" else "order"]
    name = draw(st.sampled_from(sorted(columns)))
    form = draw(st.sampled_from(["trait", "count", "adds", "edge", "distinct", "pick", "date", "contacts"]))
    if form == "trait":
        trait = draw(st.sampled_from(sorted(TRAITS)))
        return Trait(trait), TRAITS[trait]
    if form == "adds":
        number = "value" if facts.kind == "event" else draw(st.sampled_from(["amount", "units"]))
        function = draw(st.sampled_from(["sum", "average"]))
        return Aggregate(function, number, facts), ColumnType.NUMBER if function == "average" else columns[number]  # type: ignore[arg-type]
    if form == "edge":
        return Aggregate(draw(st.sampled_from(["min", "max"])), name, facts), columns[name]  # type: ignore[arg-type]
    if form == "distinct":
        return Aggregate("distinct", name, facts), ColumnType.INTEGER
    if form in ("pick", "date"):
        which = draw(st.sampled_from(["first", "last"]))
        if form == "date":
            return Pick(which, "date", facts), ColumnType.TIMESTAMP  # type: ignore[arg-type]
        return Pick(which, name, facts), columns[name]  # type: ignore[arg-type]
    if form == "contacts":
        where = draw(asked_of(Trait("score"), ColumnType.INTEGER, as_of)) if draw(st.booleans()) else None
        return Contacts(draw(st.sampled_from([None, *_ROLES])), where), ColumnType.INTEGER
    return Count(facts), ColumnType.INTEGER


_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL)
LEAF_FORMS = [
    "measured", "rank", "percentile", "first", "regularly", "stopped", "restarted", "sequence", "segment", "was",
    "moved", "consents", "reachable", "bucket", "contacts", "account",
]  # fmt: skip


@st.composite
def leaves(draw: st.DrawFn, as_of: datetime, form: str) -> Condition:
    """A leaf of one form."""
    if form in ("measured", "rank", "percentile"):
        measure, kind = draw(measures(as_of))
        if form == "measured" or kind not in _NUMBERS:
            return draw(asked_of(measure, kind, as_of))
        return _ranked(draw, measure, form)
    plain = facts_of(as_of, windowed=False)
    trait = draw(st.sampled_from(["score", "country"]))
    inner = draw(asked_of(Trait(trait), TRAITS[trait], as_of))
    made: dict[str, Any] = {
        "first": lambda: FirstTime(_dated(draw, as_of)),
        "regularly": lambda: Regularly(draw(plain), draw(_small), 4, draw(_spans)),
        "stopped": lambda: Stopped(draw(plain), draw(_breaks), draw(st.none() | _spans)),
        "restarted": lambda: Restarted(draw(plain), draw(_breaks), draw(_breaks)),
        "sequence": lambda: _sequence(draw, as_of),
        "segment": lambda: InSegment("inner"),
        "was": lambda: InSegment("old", as_of.date() - timedelta(days=draw(st.sampled_from([0, 1, 31])))),
        "moved": lambda: Moved("old", draw(st.sampled_from(["entered", "left"])), draw(windows(as_of))),  # type: ignore[arg-type]
        "consents": lambda: Consents("mail"),
        "reachable": lambda: Reachable("email", draw(st.sampled_from([None, "mail"]))),
        "bucket": lambda: Bucket(1, draw(st.integers(1, 3)), 3, draw(st.sampled_from(["a", "b", "ü"]))),
        "contacts": lambda: AllContacts(inner, draw(st.sampled_from([None, *_ROLES]))),
        "account": lambda: AtAccount(inner, draw(st.sampled_from([None, *_ROLES]))),
    }
    found: Condition = made[form]()
    return found


def _dated(draw: st.DrawFn, as_of: datetime) -> Facts:
    facts = draw(facts_of(as_of, windowed=False))
    return Facts(facts.kind, facts.name, facts.where, draw(windows(as_of)))


def _ranked(draw: st.DrawFn, measure: Measure, form: str) -> Condition:
    if form == "percentile":
        low = draw(st.sampled_from(["0", "20", "33.3", "50"]))
        return Percentile(measure, Decimal(low), Decimal(low) + draw(st.sampled_from([Decimal("0.5"), Decimal(40)])))
    side = draw(st.sampled_from(["top", "bottom"]))
    if draw(st.booleans()):
        return Rank(measure, side, Decimal(draw(_small)), percent=False)  # type: ignore[arg-type]
    share = draw(st.sampled_from(["0.1", "20", "33.3", "50", "66.6667", "100"]))
    return Rank(measure, side, Decimal(share), percent=True)  # type: ignore[arg-type]


def _sequence(draw: st.DrawFn, as_of: datetime) -> Condition:
    plain = facts_of(as_of, windowed=False)
    steps = []
    for _ in range(draw(st.integers(1, 2))):
        after = draw(st.none() | _gaps)
        within = None if after is None else Span(after.count * 200, after.unit)
        if draw(st.booleans()):
            after, within = None, draw(st.none() | _gaps)
        steps.append(Step(draw(plain), within, after, draw(st.sampled_from([None, None, draw(plain)]))))
    window = draw(st.sampled_from([None, None, draw(windows(as_of))]))
    if draw(st.booleans()):
        return Steps(draw(plain), tuple(steps), window=window)
    return Steps(draw(plain), tuple(steps[1:]), draw(plain), draw(_gaps), window)


@st.composite
def trees(draw: st.DrawFn, as_of: datetime, form: str, depth: int = 2) -> Condition:
    """A tree with a leaf of one form in it."""
    found = draw(leaves(as_of, form))
    for _ in range(draw(st.integers(0, depth))):
        other = draw(leaves(as_of, draw(st.sampled_from(LEAF_FORMS))))
        found = joined(draw, [found, other])
    return Not(found) if draw(st.booleans()) else found


def day(text: str) -> date:
    """A day from its ISO form."""
    return date.fromisoformat(text)
