"""Service contacts, and the activities that cost money: rates at practical capacity, part of which stays unused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.columns import decimals, numbered, same, table_of, words
from segmentry.simulate.orders import Orders, party_keys
from segmentry.simulate.people import People, by_segment
from segmentry.simulate.purchase_process import Floats, Integers
from segmentry.simulate.world import World
from segmentry.terms.canonical import ACTIVITIES, SERVICE_CONTACTS

TOPICS = ("delivery", "return", "product question", "invoice", "complaint")
CONTACT_CHANNELS = ("telephone", "mail", "chat", "store")


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity: minutes for one event of its driver, cost of a minute, share of the capacity in use."""

    name: str
    driver: str
    minutes: float
    rate: float
    in_use: float


ACTIVITY_TABLE = (
    Activity("order handling", "order", 4.0, 0.52, 0.86),
    Activity("picking and packing", "order_line", 1.2, 0.45, 0.91),
    Activity("return handling", "return", 9.0, 0.50, 0.72),
    Activity("customer service", "service_contact", 9.0, 0.75, 0.79),
)
"""Activities of every simulated company; ``return`` counts return lines, service takes the contact's own minutes."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Service contacts of one block."""

    customer: Integers
    day: Floats
    handling: Floats
    waiting: Floats
    topic: Integers
    channel: Integers

    def __len__(self) -> int:
        return len(self.customer)


def dissatisfaction(dropout: Floats, random: np.random.Generator) -> Floats:
    """From 0 to 1: half from how easily the customer leaves, half chance; shape of ``dropout``."""
    return np.asarray(0.5 * dropout / (dropout + max(float(dropout.mean()), 1e-12)) + 0.5 * random.random(len(dropout)))


def contact_rates(world: World, people: People, unhappy: Floats, random: np.random.Generator) -> Floats:
    """Expected contacts for each order: the segment's, more for the dissatisfied, with a heavy tail."""
    mean = by_segment(world.segments, "contacts", people.segment)
    return np.asarray(mean * (0.4 + 1.4 * unhappy) * random.gamma(0.7, 1 / 0.7, len(people)))


def draw_contacts(
    world: World, people: People, orders: Orders, traits: tuple[Floats, Floats], random: np.random.Generator
) -> Contacts:
    """Contacts some days after orders; the dissatisfied and the busy season wait longer.

    ``traits`` holds each customer's contacts per order and dissatisfaction.
    """
    rates, unhappy = traits
    number = random.poisson(rates[orders.customer])
    customer = np.repeat(orders.customer, number)
    day = np.repeat(orders.day, number) + random.exponential(4.0, len(customer))
    inside = day < world.spec.days
    customer, day = customer[inside], day[inside]
    order = np.argsort(day, kind="stable")
    customer, day = customer[order], day[order]
    mean = by_segment(world.segments, "handling", people.segment)[customer]
    busy = np.sqrt(world.index.mean(axis=0)[np.floor(day).astype(np.int64)])
    count = len(customer)
    return Contacts(
        customer=customer,
        day=day,
        handling=np.round(mean * random.gamma(3.0, 1 / 3.0, count), 1),
        waiting=np.round(5.0 * (0.4 + 1.2 * unhappy[customer]) * busy * random.gamma(2.0, 0.5, count), 1),
        topic=random.choice(5, count, p=[0.34, 0.22, 0.18, 0.14, 0.12]),
        channel=random.choice(4, count, p=[0.38, 0.32, 0.22, 0.08]),
    )


def service_costs(world: World, people: People, rates: Floats) -> Floats:
    """True expected cost of serving one order of each customer, in currency; shape (customers,)."""
    order, line, back, contact = (activity.rate for activity in ACTIVITY_TABLE)
    handled, picked, returned, _ = (activity.minutes for activity in ACTIVITY_TABLE)
    minutes = by_segment(world.segments, "handling", people.segment)
    goods = people.lines * (picked * line + people.return_share * returned * back)
    return np.asarray(handled * order + goods + rates * minutes * contact)


def service_contacts_table(world: World, people: People, contacts: Contacts, first: int) -> Any:
    """The canonical table ``service_contacts``, numbered from ``first`` on."""
    _, utc = world.moments(contacts.day)
    count = len(contacts)
    return table_of(
        SERVICE_CONTACTS,
        {
            "source": same(world.spec.source, count),
            "contact_id": numbered("T", np.arange(first, first + count), 8),
            "party_key": party_keys(world.spec.source, people.number[contacts.customer]),
            "contacted_at": pa.array(utc * 1_000_000).cast(pa.timestamp("us")),
            "channel": words(contacts.channel, CONTACT_CHANNELS),
            "topic": words(contacts.topic, TOPICS),
            "handling_minutes": pa.array(contacts.handling),
            "waiting_minutes": pa.array(contacts.waiting),
        },
    )


def activities_table(currency: str, minutes_used: dict[str, float]) -> Any:
    """The canonical table ``activities``; capacity is what was used, divided by the share in use."""
    rows = ACTIVITY_TABLE
    return table_of(
        ACTIVITIES,
        {
            "activity": pa.array([row.name for row in rows]),
            "driver": pa.array([row.driver for row in rows]),
            "minutes": pa.array([row.minutes for row in rows]),
            "cost_rate": decimals(np.array([round(row.rate * 10_000) for row in rows])),
            "capacity_minutes": pa.array([round(minutes_used[row.driver] / row.in_use, 1) for row in rows]),
            "currency": same(currency, len(rows)),
        },
    )
