"""A whole company, grown block by block: canonical tables on one side, the truth on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.simulate.catalog import products_table
from segmentry.simulate.columns import same, table_of, words
from segmentry.simulate.marketing import (
    Touches,
    campaigns_table,
    draw_touches,
    marketing_costs_table,
    responses,
    touches_table,
    true_effects,
)
from segmentry.simulate.orders import Orders, draw_lines, draw_orders, order_lines_table, party_keys
from segmentry.simulate.parts.ground import Sheet
from segmentry.simulate.parts.growing import grow_parts, with_columns
from segmentry.simulate.people import (
    ACQUISITION_CHANNELS,
    AGE_BANDS,
    CUSTOMER_TYPES,
    GENDERS,
    HOUSEHOLDS,
    INCOME_LEVELS,
    People,
    draw_people,
)
from segmentry.simulate.places import PLACES
from segmentry.simulate.purchase_process import Floats, Histories, Integers, simulate_histories
from segmentry.simulate.service import (
    ACTIVITY_TABLE,
    activities_table,
    contact_rates,
    dissatisfaction,
    draw_contacts,
    service_contacts_table,
)
from segmentry.simulate.spec import CompanySpec
from segmentry.simulate.truth import Lived, Truth, constants_of, season_truth, segment_truth, total, truth_of_block
from segmentry.simulate.world import HORIZON_DAYS, World, arrival_weights, make_world
from segmentry.terms.canonical import CUSTOMERS
from segmentry.terms.vocabulary import Kind, LineKind

BLOCK = 50_000
"""Customers grown at a time, which bounds the working memory."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a block, addable over blocks; the last three are arrays by day and channel, or by campaign."""

    orders: int
    lines: int
    returns: int
    contacts: int
    handling: float
    arrivals: Integers
    treated: Integers
    held_out: Integers
    brought: Integers

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Block:
    """One block of customers: its part of the canonical tables and of the truth, and who they are."""

    tables: dict[str, Any]
    truth: Any
    tally: Tally
    people: People


@dataclass(frozen=True, slots=True)
class Company:
    """A simulated company.

    Attributes:
        spec: What was asked.
        tables: Arrow tables by canonical name: customers, products, order_lines, service_contacts, activities,
            marketing_costs, campaigns, touches. Text columns of few values are dictionary-encoded.
        truth: What is true of it.
        summary: Counts and totals, JSON-ready, labeled ``simulated``.
        sheets: Files of its parts beside the tables, as other programs export them; none unless asked for.
    """

    spec: CompanySpec
    tables: dict[str, Any]
    truth: Truth
    summary: dict[str, Any]
    sheets: tuple[Sheet, ...] = ()


def simulate(spec: CompanySpec) -> Company:
    """Grow the company that ``spec`` asks for; `SettingsError` with every mistake of the specification.

    A million customers hold about five million orders and need some gigabytes; take `simulate_blocks` beyond that.
    """
    world = make_world(spec.check())
    blocks = list(_grow(world))
    tally = sum((block.tally for block in blocks[1:]), start=blocks[0].tally)
    tables = {name: _joined([block.tables[name] for block in blocks]) for name in blocks[0].tables}
    customers = _joined([block.truth for block in blocks])
    tables |= shared_tables(spec, tally)
    parts = grow_parts(world, [block.people for block in blocks], tables, customers)
    tables["customers"] = with_columns(tables["customers"], parts)
    truth = Truth(
        spec, customers, segment_truth(world, customers), season_truth(world), _campaign_truth(world, tally),
        constants_of(world), {name: table for part in parts.values() for name, table in part.truth.items()},
    )  # fmt: skip
    sheets = tuple(sheet for part in parts.values() for sheet in part.sheets)
    return Company(spec, tables, truth, _summary(spec, tables, customers, tally), sheets)


def simulate_blocks(spec: CompanySpec) -> Iterator[Block]:
    """The same company, 50,000 customers at a time in bounded memory; see `shared_tables` for what they share.

    Parts (`CompanySpec.parts`) belong to no block and are not grown here.
    """
    return _grow(make_world(spec.check()))


def shared_tables(spec: CompanySpec, tally: Tally) -> dict[str, Any]:
    """The tables that belong to no block: products, activities, marketing_costs, campaigns.

    ``tally`` is the sum of the blocks' tallies.
    """
    world = make_world(spec.check())
    events = {"order": tally.orders, "order_line": tally.lines, "return": tally.returns}
    used = {row.driver: row.minutes * events.get(row.driver, 0) for row in ACTIVITY_TABLE}
    used["service_contact"] = tally.handling
    return {
        "products": products_table(world.spec, world.catalog),
        "activities": activities_table(world.spec.currency, used),
        "marketing_costs": marketing_costs_table(world, tally.arrivals, tally.treated),
        "campaigns": campaigns_table(world),
    }


def _grow(world: World) -> Iterator[Block]:
    orders, lines, contacts = 1, 1, 1
    for number, first in enumerate(range(0, world.spec.customers, BLOCK)):
        count = min(BLOCK, world.spec.customers - first)
        random = np.random.default_rng([world.spec.seed, 1, number])
        people = draw_people(world.segments, first + 1, count, arrival_weights(world), random)
        block = _grow_block(world, people, (orders, lines, contacts), random)
        orders += block.tally.orders
        lines += block.tables["order_lines"].num_rows
        contacts += block.tally.contacts
        yield block


def _grow_block(world: World, people: People, firsts: tuple[int, int, int], random: np.random.Generator) -> Block:
    lived = _live(world, people, random)
    touches = draw_touches(world, people, lived.effects, random)
    orders = _orders(world, lived, touches, firsts[0], random)
    bought = np.bincount(orders.customer[orders.by_campaign], minlength=len(people))
    lived = replace(lived, by_campaign=bought.astype(np.int64))
    lines = draw_lines(world, people, orders, random)
    contacts = draw_contacts(world, people, orders, (lived.contact_rates, lived.unhappy), random)
    tables = {
        "customers": _customers_table(world, people),
        "order_lines": order_lines_table(world, people, orders, lines, firsts[1]),
        "service_contacts": service_contacts_table(world, people, contacts, firsts[2]),
        "touches": touches_table(world, people, touches, responses(touches, orders)),
    }
    number = len(world.campaigns)
    tally = Tally(
        orders=len(orders),
        lines=len(lines),
        returns=tables["order_lines"].num_rows - len(lines),
        contacts=len(contacts),
        handling=float(contacts.handling.sum()),
        arrivals=_arrivals(world, people),
        treated=np.bincount(touches.campaign[touches.treated], minlength=number),
        held_out=np.bincount(touches.campaign[~touches.treated], minlength=number),
        brought=np.bincount(touches.campaign[np.isfinite(touches.extra_day)], minlength=number),
    )
    return Block(tables, truth_of_block(world, lived), tally, people)


def _live(world: World, people: People, random: np.random.Generator) -> Lived:
    spec, membership = world.spec, people.segment

    def clock(day: float) -> Floats:
        return world.inner(membership, np.full(len(people), day))

    start, end = world.inner(membership, people.acquired), clock(spec.days)
    until = clock(spec.days + spec.holdout_days) - start
    hyperparameters = world.hyperparameters(membership)
    histories = simulate_histories(spec.process, len(people), until, hyperparameters, random)
    unhappy = dissatisfaction(histories.dropout, random)
    return Lived(
        people=people,
        histories=histories,
        inner_start=start,
        age=end - start,
        horizon=clock(spec.days + HORIZON_DAYS) - end,
        effects=true_effects(world, people),
        unhappy=unhappy,
        contact_rates=contact_rates(world, people, unhappy, random),
        by_campaign=np.zeros(len(people), np.int64),
    )


def _orders(world: World, lived: Lived, touches: Touches, first: int, random: np.random.Generator) -> Orders:
    """First purchases, repeat purchases up to the end, and the orders that campaigns brought."""
    people, histories = lived.people, lived.histories
    repeat, moment = _repeats(world, lived, histories)
    brought = np.isfinite(touches.extra_day)
    customer = np.concatenate([np.arange(len(people)), repeat, touches.customer[brought]])
    day = np.concatenate([people.acquired, moment, touches.extra_day[brought]])
    by_campaign = np.arange(len(customer)) >= len(people) + len(repeat)
    return draw_orders(world, people, (customer, day, by_campaign), first, random)


def _repeats(world: World, lived: Lived, histories: Histories) -> tuple[Integers, Floats]:
    seen = histories.time <= lived.age[histories.customer]
    customer, time = histories.customer[seen], histories.time[seen]
    moment = world.calendar(lived.people.segment[customer], lived.inner_start[customer] + time)
    # rounding may carry the last instant of the history over its end
    return customer, np.minimum(moment, world.spec.days - 1e-6)


def _arrivals(world: World, people: People) -> Integers:
    channels = len(ACQUISITION_CHANNELS)
    cell = np.floor(people.acquired).astype(np.int64) * channels + people.acquired_by
    return np.bincount(cell, minlength=world.spec.days * channels).reshape(world.spec.days, channels)


def _customers_table(world: World, people: People) -> Any:
    _, utc = world.moments(people.acquired)
    countries, regions, cities = zip(*PLACES, strict=True)
    return table_of(
        CUSTOMERS,
        {
            "party_key": party_keys(world.spec.source, people.number),
            "source": same(world.spec.source, len(people)),
            "kind": same(Kind.BUYER.value, len(people)),
            "known_since": pa.array(utc * 1_000_000).cast(pa.timestamp("us")),
            "country": words(people.place, countries),
            "region": words(people.place, regions),
            "city": words(people.place, cities),
            "age_band": words(people.age, AGE_BANDS),
            "gender": words(people.gender, GENDERS),
            "household": words(people.household, HOUSEHOLDS),
            "income_level": words(people.income, INCOME_LEVELS),
            "customer_type": words(people.customer_type, CUSTOMER_TYPES),
            "acquired_by": words(people.acquired_by, ACQUISITION_CHANNELS),
        },
    )


def _campaign_truth(world: World, tally: Tally) -> Any:
    kept = [number for number, campaign in enumerate(world.campaigns) if campaign.objective == "retain"]
    rows = [
        {
            "campaign_id": world.campaigns[number].campaign_id,
            "treated": int(tally.treated[number]),
            "held_out": int(tally.held_out[number]),
            "orders_brought": int(tally.brought[number]),
        }
        for number in kept
    ]
    whole = pa.int64()
    names = [("campaign_id", pa.string()), ("treated", whole), ("held_out", whole), ("orders_brought", whole)]
    return pa.Table.from_pylist(rows, pa.schema(names))


def _joined(parts: list[Any]) -> Any:
    return pa.concat_tables(parts).unify_dictionaries()


def _summary(spec: CompanySpec, tables: dict[str, Any], customers: Any, tally: Tally) -> dict[str, Any]:
    lines = tables["order_lines"]
    amount = pc.sum(lines["amount"]).as_py()
    returned = lines.filter(pc.equal(lines["line_kind"], LineKind.RETURN.value))
    return {
        "simulated": True,
        "customers": spec.customers,
        "orders": tally.orders,
        "sale_lines": tally.lines,
        "return_lines": tally.returns,
        "service_contacts": tally.contacts,
        "net_revenue": str(amount),
        "cost_of_goods": str(pc.sum(lines["cost"]).as_py()),
        "returned": str(-(pc.sum(returned["amount"]).as_py() or 0)),
        "currency": spec.currency,
        "alive": int(pc.sum(customers["alive"]).as_py()),
        "expected_purchases": total(customers, "expected_purchases"),
        "expected_contribution": total(customers, "expected_contribution"),
        "unprofitable_customers": int(pc.sum(pc.less(customers["expected_contribution"], 0)).as_py() or 0),
    }
