"""Orders, their lines and what comes back of them, for one block of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentry.simulate.catalog import product_ids
from segmentry.simulate.columns import decimals, numbered, same, table_of, words
from segmentry.simulate.latent_segments import CATEGORIES
from segmentry.simulate.people import People, by_segment
from segmentry.simulate.places import PLACES
from segmentry.simulate.purchase_process import Floats, Integers
from segmentry.simulate.world import World
from segmentry.terms.canonical import ORDER_LINES
from segmentry.terms.vocabulary import LineKind

CHANNELS = ("web", "app", "store")
LOAD_ID = "simulated"
_DEPTHS = np.array([0.5, 1.0, 1.5])


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders by ascending time; ``customer`` is a position in the block, ``day`` counts from the start."""

    customer: Integers
    day: Floats
    by_campaign: NDArray[np.bool_]
    number: Integers
    channel: Integers

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of orders; prices in cents, ``returned`` is the day a line comes back or infinite."""

    order: Integers
    product: Integers
    units: Integers
    listed: Integers
    charged: Integers
    returned: Floats

    def __len__(self) -> int:
        return len(self.order)


def draw_orders(
    world: World,
    people: People,
    purchases: tuple[Integers, Floats, NDArray[np.bool_]],
    first_number: int,
    random: np.random.Generator,
) -> Orders:
    """Number the purchases (customer, day, by campaign) by time and give each a channel."""
    customer, day, by_campaign = purchases
    order = np.argsort(day, kind="stable")
    customer = customer[order]
    web = by_segment(world.segments, "web", people.segment)[customer]
    draw = random.random(len(customer))
    channel = np.where(draw < web, 0, np.where(draw < (1 + web) / 2, 1, 2)).astype(np.int64)
    return Orders(customer, day[order], by_campaign[order], np.arange(first_number, first_number + len(order)), channel)


def draw_lines(world: World, people: People, orders: Orders, random: np.random.Generator) -> Lines:
    """Fill the baskets: products by the segment's taste, units, discounts, and what will come back when."""
    count = 1 + random.poisson(people.lines[orders.customer] - 1.0)
    order = np.repeat(np.arange(len(orders)), count)
    customer = orders.customer[order]
    product = _draw_products(world, people.segment[customer], orders.day[order], random)
    units = random.geometric(1.0 / people.units[customer])
    listed = world.catalog.price[product]
    depth = by_segment(world.segments, "discount_depth", people.segment)[customer]
    depth = np.minimum(depth * _DEPTHS[random.integers(0, 3, len(order))], 0.9)
    discounted = random.random(len(order)) < people.discount_share[customer]
    charged = np.where(discounted, np.rint(listed * (1.0 - depth)), listed).astype(np.int64)
    back = np.floor(orders.day) + 3 + np.floor(random.exponential(11.0, len(orders))) + random.random(len(orders))
    comes_back = random.random(len(order)) < people.return_share[customer]
    return Lines(order, product, units, listed, charged, np.where(comes_back, back[order], np.inf))


def _draw_products(world: World, segment: Integers, day: Floats, random: np.random.Generator) -> Integers:
    product = np.empty(len(segment), np.int64)
    late = day >= world.drift_day
    for number, (before, after) in enumerate(zip(world.segments, world.later, strict=True)):
        groups = [(before, segment == number)]
        if before is not after:
            groups = [(before, (segment == number) & ~late), (after, (segment == number) & late)]
        for taste, mine in groups:
            product[mine] = world.catalog.draw(taste, int(mine.sum()), random)
    return product


def order_lines_table(world: World, people: People, orders: Orders, lines: Lines, first_line: int) -> Any:
    """The canonical table ``order_lines``: sales and, on credit notes of their own (``R…``), returns, by time."""
    returned = np.flatnonzero(lines.returned < world.spec.days)
    row = np.concatenate([np.arange(len(lines)), returned])
    is_return = np.arange(len(row)) >= len(lines)
    sign = np.where(is_return, -1, 1)
    order = lines.order[row]
    local, utc = world.moments(np.where(is_return, lines.returned[row], orders.day[order]))
    by_time = np.argsort(utc, kind="stable")
    row, sign, order, local, utc = (part[by_time] for part in (row, sign, order, local, utc))
    is_return = sign < 0
    units, charged = lines.units[row] * sign, lines.charged[row]
    discount = np.where(is_return, 0, (lines.listed[row] - charged) * lines.units[row])
    product, count = lines.product[row], len(row)
    catalog, spec = world.catalog, world.spec
    countries = [country for country, _, _ in PLACES]
    number = orders.number[order]
    columns = {
        "load_id": same(LOAD_ID, count),
        "line_number": np.arange(first_line, first_line + count),
        "source": same(spec.source, count),
        "order_id": pc.if_else(pa.array(is_return), numbered("R", number, 8), numbered("S", number, 8)),
        "party_key": party_keys(spec.source, people.number[orders.customer[order]]),
        "ordered_at": pa.array(utc * 1_000_000).cast(pa.timestamp("us")),
        "ordered_on": pa.array((local // 86_400).astype(np.int32)).cast(pa.date32()),
        "timezone": same(spec.timezone, count),
        "product_id": product_ids(product),
        "product_name": words(product, catalog.names),
        "category": words(catalog.category[product], CATEGORIES),
        "quantity": decimals(units * 10_000),
        "unit_price": decimals(charged * 100),
        "amount": decimals(units * charged * 100),
        "discount": decimals(discount * 100),
        "cost": decimals(units * catalog.cost[product] * 100),
        "currency": same(spec.currency, count),
        "channel": words(orders.channel[order], CHANNELS),
        "country": words(people.place[orders.customer[order]], countries),
        "line_kind": words(is_return.astype(np.int32), (LineKind.SALE.value, LineKind.RETURN.value)),
        "repeated": pa.array(np.zeros(count, bool)),
    }
    return table_of(ORDER_LINES, columns)


def party_keys(source: str, numbers: Integers) -> Any:
    """Party keys such as ``shop:C00000042``, as Arrow text."""
    return numbered(f"{source}:C", numbers, 8)
