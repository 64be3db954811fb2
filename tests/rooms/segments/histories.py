"""Random small histories whose instants and values lie on the edges of what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import pyarrow as pa

from segmentry.segments.referee import World
from segmentry.segments.referee.wall_clock import local, local_midnight, stepped_back
from segmentry.segments.tree import Span
from segmentry.terms.tables import ColumnType

_TEXTS: dict[str, tuple[str, ...]] = {
    "Asia/Kathmandu": ("2024-03-31 18:15", "2024-03-31 18:20", "2024-03-31 12:00"),
    "Australia/Lord_Howe": (
        "2024-04-06 14:30", "2024-04-06 15:00", "2024-04-07 14:55", "2024-10-05 15:30", "2024-10-06 15:10",
        "2024-10-06 15:40",
    ),
    "America/New_York": (
        "2024-03-10 07:00", "2024-03-10 07:30", "2024-03-11 06:30", "2024-11-03 05:30", "2024-11-03 06:30",
        "2024-11-04 06:30",
    ),
    "Europe/London": (
        "2024-03-31 00:30", "2024-03-31 01:00", "2024-04-01 00:30", "2024-10-27 00:30", "2024-10-27 01:30",
        "2024-10-28 01:30",
    ),
    "Pacific/Apia": ("2011-12-30 10:00", "2011-12-31 01:00", "2012-01-01 01:00", "2012-01-03 12:00"),
    "UTC": ("2024-02-29 23:59:59.999999", "2024-03-31 12:00", "2024-01-01", "2024-05-31 12:00", "2023-03-30 06:00"),
}  # fmt: skip
INSTANTS_BY_ZONE = {zone: tuple(map(datetime.fromisoformat, texts)) for zone, texts in _TEXTS.items()}
"""Instants at and around which the wall clocks of a zone jump, or months end."""
FOLDS = [
    ("Europe/London", datetime(2024, 10, 28, 1, 30)),
    ("America/New_York", datetime(2024, 11, 4, 6, 30)),
    ("Australia/Lord_Howe", datetime(2024, 4, 7, 15)),
]
"""Where a day ago came twice."""
GAPS = [
    ("Europe/London", datetime(2024, 4, 1, 0, 30)),
    ("America/New_York", datetime(2024, 3, 11, 6, 30)),
    ("Australia/Lord_Howe", datetime(2024, 10, 6, 15, 10)),
    ("Pacific/Apia", datetime(2011, 12, 31, 1)),
]
"""Where a day ago was missing."""
ZONES = list(INSTANTS_BY_ZONE)
INSTANTS = [each for instants in INSTANTS_BY_ZONE.values() for each in instants]
MOMENT = timedelta(microseconds=1)
SPANS = [
    Span(count, unit)  # type: ignore[arg-type]
    for unit, counts in {
        "hour": (1, 24), "day": (1, 2, 30, 90), "week": (1, 2), "month": (1, 3), "quarter": (1, 2), "year": (1,),
    }.items()
    for count in counts
]  # fmt: skip
"""Spans from which windows are made, and on whose edges facts lie."""
CUSTOMERS = [f"c{place}" for place in range(7)]
"""Those of the universe."""
OTHERS = ["a0", "a1"]
"""Parties beyond the universe, at whom conditions on contacts look."""
MONEY = [Decimal(text) for text in ("-20", "0", "9.9999", "10", "10.0001", "50")]
PLACES = [(51.5074, -0.1278), (53.3498, -6.2603), (-33.8688, 151.2093), (40.7128, -74.006), (None, 10.0), (10.0, None)]
COUNTRIES = ["UK", "uk", "Nepal", "Élan", "100%_x", "", None]
ROLES = ["decider", "user"]
_TEXT, _MONEY, _WHOLE, _TIME = pa.string(), pa.decimal128(18, 4), pa.int64(), pa.timestamp("us")
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "parties": {
        "customer_id": _TEXT, "party_key": _TEXT, "country": _TEXT, "score": _WHOLE, "worth": _MONEY,
        "rate": pa.float64(), "joined_on": pa.date32(), "seen_at": _TIME, "vip": pa.bool_(),
        "latitude": pa.float64(), "longitude": pa.float64(),
    },
    "orders": {
        "customer_id": _TEXT, "order_id": _TEXT, "ordered_at": _TIME, "ordered_on": pa.date32(), "amount": _MONEY,
        "returned": _MONEY, "channel": _TEXT, "units": _WHOLE, "placed": pa.bool_(),
    },
    "order_lines": {
        "customer_id": _TEXT, "load_id": _TEXT, "line_number": _WHOLE, "ordered_at": _TIME, "product_id": _TEXT,
        "category": _TEXT, "quantity": _MONEY, "amount": _MONEY, "repeated": pa.bool_(),
    },
    "events": {
        "customer_id": _TEXT, "event_id": _TEXT, "occurred_at": _TIME, "event": _TEXT, "value": _WHOLE,
    },
    "service_contacts": {
        "customer_id": _TEXT, "contact_id": _TEXT, "contacted_at": _TIME, "topic": _TEXT,
        "handling_minutes": pa.float64(),
    },
    "touches": {
        "customer_id": _TEXT, "campaign_id": _TEXT, "touched_at": _TIME, "arm": _TEXT, "channel": _TEXT,
        "responded": pa.bool_(), "cost": _MONEY,
    },
    "changes": {"segment_id": _TEXT, "customer_id": _TEXT, "effective_at": _TIME, "change": _TEXT},
    "consents": {"customer_id": _TEXT, "purpose": _TEXT, "channel": _TEXT, "given": pa.bool_(), "recorded_at": _TIME},
    "addresses": {"customer_id": _TEXT, "channel": _TEXT, "usable": pa.bool_()},
    "contacts": {
        "account_id": _TEXT, "customer_id": _TEXT, "role": _TEXT, "started_on": pa.date32(), "ended_on": pa.date32(),
    },
}  # fmt: skip
FACT_TABLES = ("orders", "order_lines", "events", "service_contacts", "touches")
_KINDS = {
    _TEXT: ColumnType.TEXT, _WHOLE: ColumnType.INTEGER, _MONEY: ColumnType.DECIMAL, pa.float64(): ColumnType.NUMBER,
    pa.date32(): ColumnType.DATE, _TIME: ColumnType.TIMESTAMP, pa.bool_(): ColumnType.BOOLEAN,
}  # fmt: skip
_IDS = ("customer_id", "party_key", "order_id", "load_id", "line_number", "event_id", "contact_id")
COLUMNS: dict[str, dict[str, ColumnType]] = {
    table: {name: _KINDS[kind] for name, kind in columns.items() if name not in _IDS}
    for table, columns in SCHEMAS.items()
}
"""What can be asked of a row of each table, with its type."""
TRAITS = COLUMNS["parties"]


@lru_cache(maxsize=256)
def edges(as_of: datetime, zone: str) -> tuple[datetime, ...]:
    """Instants on the bounds of windows as seen at ``as_of``, and a microsecond to either side."""
    exact = [stepped_back(as_of, span, zone, times) for span in SPANS for times in (1, 2)]
    today = local(as_of, zone).date()
    exact += [local_midnight(today - timedelta(days=days), zone) for days in (-1, 0, 1, 2, 7, 30, 31, 90, 366)]
    starts = [today.replace(day=1), today.replace(month=1, day=1), (today.replace(day=1) - timedelta(days=1))]
    exact += [local_midnight(each, zone) for each in [*starts, starts[2].replace(day=1)]]
    exact += [as_of, as_of + timedelta(days=1)]
    return tuple(each + step for each in exact for step in (-MOMENT, timedelta(), MOMENT))


class Times:
    """Instants of facts: on edges, near ``as_of``, or an exact gap away from another fact.

    Args:
        chance: Decides.
        as_of: The instant of evaluation.
        zones: Whose windows have edges.
    """

    def __init__(self, chance: Random, as_of: datetime, zones: Sequence[str]) -> None:
        self.chance = chance
        self.as_of = as_of
        self.edges = [each for zone in zones for each in edges(as_of, zone)]
        self.seen = [as_of]

    def __call__(self) -> datetime:
        kind = self.chance.randrange(10)
        if kind < 4:
            found = self.chance.choice(self.edges)
        elif kind < 7:
            gap = timedelta(hours=self.chance.choice([0, 1, 2, 12, 24, 48]))
            found = self.chance.choice(self.seen) - gap + self.chance.choice([-MOMENT, timedelta(), MOMENT])
        else:
            found = self.as_of - timedelta(hours=self.chance.choice([1, 5, 20, 26, 50, 100, 700, 1500, 9000]))
        self.seen.append(found)
        return found


def made_world(chance: Random, as_of: datetime, zones: Sequence[str]) -> World:
    """Customers with traits, facts, changes, consents, addresses and contacts around ``as_of``."""
    when, pick = Times(chance, as_of, zones), chance.choice
    everybody = CUSTOMERS + OTHERS

    def rows(number: int, make: Any) -> list[dict[str, Any]]:
        return [{"customer_id": pick(everybody), **make(place)} for place in range(chance.randint(number // 2, number))]

    facts = {
        "orders": rows(34, lambda place: _order(chance, when(), place)),
        "order_lines": rows(26, lambda place: _line(chance, when(), place)),
        "events": rows(
            30,
            lambda place: {
                "event_id": f"e{place:03}", "occurred_at": when(), "event": pick(["view", "view", "cart", "it's"]),
                "value": pick([None, 0, 1, 2, 3]),
            },
        ),
        "service_contacts": rows(
            16,
            lambda place: {
                "contact_id": f"s{place:03}", "contacted_at": when(), "topic": pick(["bill", "Bill", None]),
                "handling_minutes": pick([None, float("nan"), 0.5, 1.25, 10.0]),
            },
        ),
        "touches": rows(20, lambda place: _touch(chance, when(), place)),
    }  # fmt: skip
    return World(
        parties=[_party(chance, each, as_of, when) for each in CUSTOMERS],
        others=[_party(chance, each, as_of, when) for each in OTHERS],
        facts=facts,
        changes=_alternating(
            rows(14, lambda place: {"segment_id": pick(["old", "old", "d0"]), "effective_at": when()})
        ),
        consents=rows(
            26,
            lambda place: {
                "purpose": pick(["mail", "ads"]),
                "channel": pick([None, None, "email", "post"]),
                "given": chance.random() < 0.6,
                "recorded_at": when(),
            },
        ),
        addresses=rows(20, lambda place: {"channel": pick(["email", "post"]), "usable": chance.random() < 0.8}),
        contacts=rows(14, lambda place: {"account_id": pick(everybody), "role": pick(ROLES), **_held(chance, when)}),
    )


def _held(chance: Random, when: Any) -> dict[str, Any]:
    """The days of a role: both, one or none of them told."""
    first, last = sorted((when().date(), when().date()))
    return {"started_on": chance.choice([None, None, first]), "ended_on": chance.choice([None, None, last])}


def _order(chance: Random, when: datetime, place: int) -> dict[str, Any]:
    return {
        "order_id": f"o{place:03}",
        "ordered_at": when,
        "ordered_on": when.date(),
        "amount": chance.choice(MONEY),
        "returned": chance.choice([None, *MONEY[1:]]),
        "channel": chance.choice(["web", "Store", None]),
        "units": chance.choice([None, 0, 1, 2, 3]),
        "placed": chance.random() < 0.8,
    }


def _line(chance: Random, when: datetime, place: int) -> dict[str, Any]:
    return {
        "load_id": chance.choice(["l0", "l1"]),
        "line_number": place,
        "ordered_at": when,
        "product_id": chance.choice(["p0", "p1", "p2"]),
        "category": chance.choice(["toys", "Books", None]),
        "quantity": chance.choice([Decimal(1), Decimal("2.5"), Decimal(-1), None]),
        "amount": chance.choice(MONEY),
        "repeated": chance.choice([True, False, False]),
    }


def _touch(chance: Random, when: datetime, place: int) -> dict[str, Any]:
    return {
        "campaign_id": f"t{place:03}",
        "touched_at": when,
        "arm": chance.choice(["treated", "treated", "treated", "control"]),
        "channel": chance.choice(["email", "post"]),
        "responded": chance.choice([True, False, None]),
        "cost": chance.choice([None, *MONEY[1:4]]),
    }


def _party(chance: Random, id_: str, as_of: datetime, when: Times) -> dict[str, Any]:
    latitude, longitude = chance.choice(PLACES)
    return {
        "customer_id": id_,
        "party_key": f"shop:{id_}:{chance.randrange(1000)}",
        "country": chance.choice(COUNTRIES),
        "score": chance.choice([None, -1, 0, 1, 2, 2, 3]),
        "worth": chance.choice([None, *MONEY]),
        "rate": chance.choice([None, float("nan"), 0.0, 0.1, 1.5, -2.0, 9.25]),
        "joined_on": chance.choice([None, *(as_of.date() - timedelta(days=days) for days in (-1, 0, 1, 30, 31, 366))]),
        "seen_at": chance.choice([None, when(), when(), when()]),
        "vip": chance.choice([True, False, None]),
        "latitude": latitude,
        "longitude": longitude,
    }


def _alternating(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Membership changes as they are published: in turn entered and left, never two at one instant."""
    found: list[dict[str, Any]] = []
    seen: set[tuple[str, str, datetime]] = set()
    for row in sorted(rows, key=lambda row: row["effective_at"]):
        key = (row["segment_id"], row["customer_id"], row["effective_at"])
        if key not in seen:
            seen.add(key)
            before = sum((each["segment_id"], each["customer_id"]) == key[:2] for each in found)
            found.append({**row, "change": "left" if before % 2 else "entered"})
    return found
