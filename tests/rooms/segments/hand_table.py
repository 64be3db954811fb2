"""Reads the table of cases that were worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from segmentry.segments.referee import World
from tests.rooms.segments.histories import FACT_TABLES

PATH = Path(__file__).with_name("hand_table.yaml")
_READ: Mapping[str, Callable[[str], Any]] = {
    "score": int, "units": int, "worth": Decimal, "amount": Decimal, "returned": Decimal, "rate": float,
    "joined_on": date.fromisoformat, "seen_at": datetime.fromisoformat, "vip": lambda text: text == "true",
    "given": lambda text: text == "true", "usable": lambda text: text == "true",
}  # fmt: skip
_PLACES = {
    "order": ("orders", "ordered_at"), "cancelled": ("orders", "ordered_at"), "event": ("events", "occurred_at"),
    "entered": ("changes", "effective_at"), "left": ("changes", "effective_at"),
    "consent": ("consents", "recorded_at"), "address": ("addresses", ""),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes:
        text: What is asked.
        members: Who is in, in order.
        why: The reasoning.
    """

    text: str
    members: list[str]
    why: str


@dataclass(frozen=True)
class Group:
    """Cases over the same facts, in one zone at one instant.

    Attributes:
        topic: What they are about.
        zone: Zone in which definitions are read.
        as_of: Instant of evaluation, UTC.
        world: The facts.
        rows: The cases.
    """

    topic: str
    zone: str
    as_of: datetime
    world: World
    rows: list[Row]


def groups() -> list[Group]:
    """The whole table."""
    return [_group(each) for each in yaml.load(PATH.read_text(encoding="utf8"), yaml.BaseLoader)]


def _group(told: Mapping[str, Any]) -> Group:
    world = _world(told["everybody"].split(), told["facts"].splitlines())
    as_of = datetime.fromisoformat(told["as_of"])
    return Group(told["topic"], told["zone"], as_of, world, [_row(each) for each in told["rows"].splitlines()])


def _row(line: str) -> Row:
    text, members, why = line.split(" | ")
    return Row(text, [] if members == "nobody" else members.split(), why)


def _world(everybody: list[str], lines: list[str]) -> World:
    parties = {each: {"customer_id": each, "party_key": f"shop:{each}"} for each in everybody}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name, _ in _PLACES.values()}
    for place, line in enumerate(lines):
        who, what, *told = line.split()
        if what == "is":
            parties[who].update(_columns(told))
        else:
            tables[_PLACES[what][0]].append({"customer_id": who, **_fact(what, told, place)})
    facts = {name: tables.pop(name, []) for name in FACT_TABLES}
    return World(parties=list(parties.values()), facts=facts, **tables)


def _fact(what: str, told: list[str], place: int) -> dict[str, Any]:
    row = _columns(told[1:])
    if _PLACES[what][1]:
        row[_PLACES[what][1]] = datetime.fromisoformat(told[0])
    if what in ("order", "cancelled"):
        return {
            "order_id": f"o{place}",
            "amount": Decimal(10),
            "placed": what == "order",
            **row,
            "returned": row.get("returned"),
        }
    if what == "consent":
        return {"channel": None, **row}
    return {**row, "event_id": f"e{place}"} if what == "event" else {**row, "change": what}


def _columns(told: list[str]) -> dict[str, Any]:
    pairs = [each.split("=", 1) for each in told]
    return {name: _READ.get(name, str)(text) for name, text in pairs}
