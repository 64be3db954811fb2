"""Campaigns, who was treated and who held out, what it really did, and what marketing cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.simulate.columns import ARROW_TYPES, decimals, same, table_of, words
from segmentry.simulate.orders import Orders, party_keys
from segmentry.simulate.people import ACQUISITION_CHANNELS, People
from segmentry.simulate.purchase_process import Floats, Integers
from segmentry.simulate.world import World
from segmentry.terms.canonical import CAMPAIGNS, MARKETING_COSTS, TOUCHES
from segmentry.terms.tables import ColumnType

RESPONSE_DAYS = 14
"""A customer has answered a campaign who orders within so many days after the contact."""

TARGETED = 0.5
TREATED = 0.8
_STANDING = {"search": 9.0, "social": 7.0, "affiliate": 5.0}
_RETAIN_EACH = 0.03


@dataclass(frozen=True, slots=True)
class Touches:
    """Contacts and held-out contacts of one block; ``campaign`` is a position in the world's campaigns."""

    campaign: Integers
    customer: Integers
    day: Floats
    treated: NDArray[np.bool_]
    extra_day: Floats
    """Day of the order that the contact really brought; infinite where it brought none."""

    def __len__(self) -> int:
        return len(self.customer)


def true_effects(world: World, people: People) -> Floats:
    """Probability that one treated contact brings an extra order; shape (customers,)."""
    return np.asarray(np.minimum(world.spec.campaign_effect * people.response, 0.9))


def draw_touches(world: World, people: People, effects: Floats, random: np.random.Generator) -> Touches:
    """Choose whom each retention campaign addresses, split them at random, and let the effect happen."""
    parts = [
        _touch(world, number, people, effects, random)
        for number, campaign in enumerate(world.campaigns)
        if campaign.objective == "retain"
    ]
    if not parts:
        none = np.empty(0, np.int64)
        return Touches(none, none, np.empty(0), np.empty(0, bool), np.empty(0))
    return Touches(
        np.concatenate([part.campaign for part in parts]),
        np.concatenate([part.customer for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.treated for part in parts]),
        np.concatenate([part.extra_day for part in parts]),
    )


def _touch(world: World, number: int, people: People, effects: Floats, random: np.random.Generator) -> Touches:
    campaign = world.campaigns[number]
    # everybody is drawn for, so that one customer's draws do not depend on who else was there in time
    chosen, arm, works = (random.random(len(people)) for _ in range(3))
    delay = random.exponential(3.0, len(people)) % 10.0
    customer = np.flatnonzero((people.acquired < campaign.first_day) & (chosen < TARGETED))
    treated = arm[customer] < TREATED
    day = np.full(len(customer), campaign.first_day + 0.2)
    extra = day + 0.05 + delay[customer]
    happens = treated & (works[customer] < effects[customer]) & (extra < world.spec.days)
    return Touches(np.full(len(customer), number), customer, day, treated, np.where(happens, extra, np.inf))


def responses(touches: Touches, orders: Orders) -> NDArray[np.bool_]:
    """Whether each touched customer ordered within `RESPONSE_DAYS`, for whatever reason; shape (touches,)."""
    wide = 100_000.0
    keys = np.sort(orders.customer * wide + orders.day)
    start = touches.customer * wide + touches.day
    found = np.searchsorted(keys, start + RESPONSE_DAYS, "right") > np.searchsorted(keys, start, "right")
    return np.asarray(found)


def touches_table(world: World, people: People, touches: Touches, responded: NDArray[np.bool_]) -> Any:
    """The canonical table ``touches``: the treated cost a contact, the held out cost nothing."""
    _, utc = world.moments(touches.day)
    cost = np.array([campaign.contact_cost for campaign in world.campaigns] or [0])[touches.campaign]
    return table_of(
        TOUCHES,
        {
            "source": same(world.spec.source, len(touches)),
            "campaign_id": words(touches.campaign, [campaign.campaign_id for campaign in world.campaigns]),
            "party_key": party_keys(world.spec.source, people.number[touches.customer]),
            "touched_at": pa.array(utc * 1_000_000).cast(pa.timestamp("us")),
            "arm": words(touches.treated.astype(np.int32), ("holdout", "treated")),
            "channel": words(touches.campaign, [campaign.channel for campaign in world.campaigns]),
            "responded": pa.array(responded),
            "cost": decimals(np.where(touches.treated, cost, 0)),
            "currency": same(world.spec.currency, len(touches)),
        },
    )


def campaigns_table(world: World) -> Any:
    """The canonical table ``campaigns``."""
    campaigns, start = world.campaigns, world.spec.start
    text = pa.string()
    return table_of(
        CAMPAIGNS,
        {
            "source": same(world.spec.source, len(campaigns)),
            "campaign_id": pa.array([one.campaign_id for one in campaigns], text),
            "name": pa.array([one.name for one in campaigns], text),
            "channel": pa.array([one.channel for one in campaigns], text),
            "objective": pa.array([one.objective for one in campaigns], text),
            "started_on": pa.array([start + timedelta(days=one.first_day) for one in campaigns], pa.date32()),
            "ended_on": pa.array([start + timedelta(days=one.last_day) for one in campaigns], pa.date32()),
        },
    )


def marketing_costs_table(world: World, arrivals: Integers, treated: Integers) -> Any:
    """The canonical table ``marketing_costs``.

    Args:
        world: The company.
        arrivals: New customers by day and acquisition channel; shape (days, channels).
        treated: Contacts delivered by each campaign; shape (campaigns,).
    """
    rows = [*_standing(world, arrivals), *_campaign_costs(world, arrivals, treated)]
    names = ("campaign_id", "channel", "period_start", "period_end", "purpose")
    types = (ColumnType.TEXT, ColumnType.TEXT, ColumnType.DATE, ColumnType.DATE, ColumnType.TEXT)
    columns = {
        name: pa.array([row[place] for row in rows], ARROW_TYPES[kind])
        for place, (name, kind) in enumerate(zip(names, types, strict=True))
    }
    amounts = decimals(np.array([round(row[5] * 100) * 100 for row in rows], np.int64))
    money = {"amount": amounts, "currency": same(world.spec.currency, len(rows))}
    return table_of(MARKETING_COSTS, {"source": same(world.spec.source, len(rows)), **columns, **money})


_CostRow = tuple[str | None, str, date, date, str, float]


def _standing(world: World, arrivals: Integers) -> list[_CostRow]:
    """Each month: what search, social and affiliates cost, and the newsletter for those already there."""
    rows: list[_CostRow] = []
    known = np.cumsum(arrivals.sum(axis=1))
    for first, last in _months(world.spec.start, world.spec.days):
        opened, closed = world.spec.start + timedelta(days=first), world.spec.start + timedelta(days=last)
        for channel, each in _STANDING.items():
            new = int(arrivals[first : last + 1, ACQUISITION_CHANNELS.index(channel)].sum())
            rows.append((None, channel, opened, closed, "acquire", 50.0 + each * new))
        rows.append((None, "email", opened, closed, "retain", 25.0 + _RETAIN_EACH * int(known[last])))
    return rows


def _campaign_costs(world: World, arrivals: Integers, treated: Integers) -> list[_CostRow]:
    rows: list[_CostRow] = []
    for number, campaign in enumerate(world.campaigns):
        opened = world.spec.start + timedelta(days=campaign.first_day)
        closed = world.spec.start + timedelta(days=campaign.last_day)
        acquires = campaign.objective == "acquire"
        events = int(arrivals[campaign.first_day : campaign.last_day + 1].sum()) if acquires else int(treated[number])
        amount = 100.0 + events * campaign.contact_cost / 10_000
        rows.append((campaign.campaign_id, campaign.channel, opened, closed, campaign.objective, amount))
    return rows


def _months(start: date, days: int) -> list[tuple[int, int]]:
    """First and last day of each calendar month of the history, cut at both ends."""
    firsts = [0, *(day for day in range(1, days) if (start + timedelta(days=day)).day == 1)]
    return [(first, following - 1) for first, following in zip(firsts, [*firsts[1:], days], strict=True)]
