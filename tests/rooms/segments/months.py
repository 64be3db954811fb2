"""Random shops over a month, moved on by steps of the clock or by refreshes, judged at any instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from segmentry.engine import Engine
from segmentry.segments.belonging import Belonging
from segmentry.segments.history import members_on
from segmentry.segments.raw import worlds
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import Definition
from segmentry.segments.universe import base_of
from tests.rooms.segments.shops import Shop, definition
from tests.rooms.shops import line, party

START = datetime(2021, 3, 12)
END = datetime(2021, 4, 12)
"""A month in which New York and London set their clocks."""
DEFINITIONS = [
    definition("recent", "any order in last 10 days"),
    definition("quiet", "no order in last 1 month and any order ever", timezone="Europe/London"),
    definition("month", "any order in this month", timezone="America/New_York"),
    definition(
        "heavy", "spend in last 20 days > 30 and number of orders in last 2 weeks >= 2", timezone="Europe/London"
    ),
    definition("stopped", "stopped order in last 12 days after any in previous 20 days", timezone="America/New_York"),
    definition("new", "first order in last 5 days"),
    definition("best", "spend in last 20 days is in top 40%"),
    definition("lean", 'in segment "recent" and not in segment "quiet"'),
    definition("back", 'entered segment "recent" in last 5 days'),
    definition("was", 'was in segment "quiet" on 2021-03-29', timezone="America/New_York"),
    definition("twice", "sequence (order then order within 48 hours) in last 3 weeks"),
]
"""Segments of every kind that time moves."""


def lines(chance: Random, customers: int = 6) -> list[dict[str, Any]]:
    """Orders before, in and after the month, every one at a minute of its own."""
    found = []
    for customer in "abcdefghij"[:customers]:
        for _ in range(chance.randint(2, 6)):
            day = START.date() + timedelta(days=chance.randint(-40, 32))
            moment = datetime.combine(day, time(chance.randrange(24), chance.choice([0, 1, 30, 59])))
            found.append(line(customer, day, chance.choice([5, 10, 20, 40]), ordered_at=moment))
    return found


def shop_at(engine: Engine, seed: int, definitions: Sequence[Definition]) -> Shop:
    """A shop that knows all orders and was refreshed at the beginning of the month."""
    orders = lines(Random(seed))
    firsts: dict[str, datetime] = {}
    for each in sorted(orders, key=lambda each: each["ordered_at"]):
        firsts.setdefault(each["party_key"], each["ordered_at"])
    shop = Shop(engine)
    shop.load(*orders, parties=[party(key, since) for key, since in firsts.items()])
    shop.refresh_at(START, definitions)
    return shop


def judged(shop: Shop, definitions: Sequence[Definition], moment: datetime) -> dict[str, set[str]]:
    """Members at an instant by the referee, from the raw rows of those known by then."""
    published = shop.published()
    found = {}
    for each in definitions:
        tables = Belonging(published.reader, moment).inputs(base_of(each))
        single = list(worlds(published.reader, tables, definitions).values())
        found[each.id] = judge(each, _together(single, definitions), moment)
    return found


def _together(single: Sequence[World], definitions: Sequence[Definition]) -> World:
    names = {name for world in single for name in world.facts}
    return World(
        parties=[row for world in single for row in world.parties],
        facts={name: [row for world in single for row in world.facts[name]] for name in names},
        changes=[row for world in single for row in world.changes],
        definitions=definitions,
    )


def told(shop: Shop, definitions: Sequence[Definition], moment: datetime) -> dict[str, set[str]]:
    """Members at an instant by the published timeline."""
    published, engine = shop.published(), shop.engine
    return {
        each.id: {row["customer_id"] for row in engine.rows(members_on(published, each.id, moment))}
        for each in definitions
    }
