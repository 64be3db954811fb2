"""What customers do beside ordering: web, app, search, viewing, social and community events, and metered use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentry.simulate.catalog import product_ids
from segmentry.simulate.columns import numbered
from segmentry.simulate.latent_segments import CATEGORIES
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, texts
from segmentry.simulate.purchase_process import Floats, Integers

MEDIA = ("web", "app", "search", "viewing", "social", "community")
EVENTS = ("product view", "screen view", "search", "video", "share", "post")
_MEDIA_SHARES = (0.46, 0.20, 0.14, 0.08, 0.08, 0.04)
_SECONDS = (45.0, 35.0, 12.0, 160.0, 20.0, 240.0)
DEVICES = ("phone", "desktop", "tablet")
SPAN = 180.0
"""Days before the end in which events were recorded."""
PER_CUSTOMER = 6.0
SEEN = 0.3
"""Share of orders before which the customer was seen looking."""
IMPULSIVE = (0.35, 0.75, 0.45, 0.65, 0.25)
"""Share of each latent segment who buy on impulse."""
USERS, MOST_USERS = 0.15, 50_000
TRENDS = {"falling": -0.16, "steady": 0.0, "rising": 0.12}
"""Change of metered use from month to month."""


def grow(ground: Ground) -> Part:
    """The part ``behavior``.

    Truth: ``styles`` (impulse or considered) and ``usage_trends`` (of those whose use is metered).
    """
    random = ground.random("behavior")
    impulsive = random.random(len(ground.people)) < np.asarray(IMPULSIVE)[ground.people.segment % len(IMPULSIVE)]
    events = _events(ground, impulsive, random)
    usage, trends = _usage(ground, random)
    everybody = ground.customers(np.arange(len(ground.people)))
    styles = {"record": everybody, "buying_style": texts(impulsive, ("considered", "impulse"))}
    sheets = (Sheet("web_and_app_events", "events", events), Sheet("metered_usage", "usage", usage))
    return Part(sheets, {"styles": pa.table(styles), "usage_trends": trends})


def _events(ground: Ground, impulsive: NDArray[np.bool_], random: np.random.Generator) -> Any:
    idle = _idle(ground, random)
    before = _looks(ground, impulsive, random)
    customer, day, medium, item = (np.concatenate(pair) for pair in zip(idle, before, strict=True))
    order = np.argsort(day, kind="stable")
    customer, day, medium, item = customer[order], day[order], medium[order], item[order]
    shown = (medium != 2) & (medium != 5)
    count = len(customer)
    category = item % len(CATEGORIES)
    names = ground.tables["products"]["name"].to_pylist()
    return pa.table(
        {
            "EventId": numbered("E", np.arange(1, count + 1), 9),
            "CustomerNo": ground.customers(customer),
            "EventTime": ground.moments(day),
            "EventName": texts(medium, EVENTS),
            "Medium": texts(medium, MEDIA),
            "Item": empty(product_ids(item), shown),
            "Category": empty(texts(category, CATEGORIES), shown),
            "SearchTerm": empty(texts(item, names), medium == 2),
            "DurationSeconds": pa.array(np.round(np.asarray(_SECONDS)[medium] * random.gamma(2.0, 0.5, count), 1)),
            "DeviceType": texts(random.choice(3, count, p=[0.6, 0.32, 0.08]), DEVICES),
        }
    )


_Rows = tuple[Integers, Floats, Integers, Integers]


def _idle(ground: Ground, random: np.random.Generator) -> _Rows:
    """Events that lead to nothing in particular; a third of the customers are never seen."""
    seen = random.random(len(ground.people)) < 0.67
    number = random.poisson(PER_CUSTOMER * random.gamma(0.8, 1.25, len(seen)) * seen)
    customer = np.repeat(np.arange(len(seen)), number)
    day = ground.late(customer, random, SPAN)
    medium = random.choice(len(MEDIA), len(customer), p=_MEDIA_SHARES)
    return customer, day, medium, random.integers(0, ground.spec.products, len(customer))


def _looks(ground: Ground, impulsive: NDArray[np.bool_], random: np.random.Generator) -> _Rows:
    """Looks at products before some orders: minutes before by the impulsive, days before by the others."""
    lines = ground.tables["order_lines"]
    first = lines.filter(pc.equal(lines["line_kind"], "sale")).group_by("order_id").aggregate(
        [("party_key", "min"), ("ordered_at", "min"), ("product_id", "min")]
    )  # fmt: skip
    first = first.sort_by("order_id")
    native = pc.utf8_slice_codeunits(first["party_key_min"], -8).cast(pa.int64()).to_numpy()
    seconds = first["ordered_at_min"].cast(pa.int64()).to_numpy() / 1e6
    epoch = (ground.spec.start.toordinal() - 719_163) * 86_400
    day = (seconds - epoch) / 86_400.0
    kept = np.flatnonzero((random.random(len(native)) < SEEN) & (day > 12.0))
    number = random.integers(2, 5, len(kept))
    rows = np.repeat(kept, number)
    customer = native[rows] - int(ground.people.number[0])
    lead = np.where(impulsive[customer], random.uniform(0.004, 0.3, len(rows)), random.uniform(1.3, 9.5, len(rows)))
    bought = pc.utf8_slice_codeunits(first["product_id_min"], 1).cast(pa.int64()).to_numpy()[rows]
    other = random.integers(0, ground.spec.products, len(rows))
    item = np.where(random.random(len(rows)) < 0.5, bought, other)
    return customer, _clock_day(ground, day[rows] - lead), np.zeros(len(rows), np.int64), item


def _clock_day(ground: Ground, day: Floats) -> Floats:
    """The time in days that `Ground.moments` writes down as this one: opening hours are stretched over days there."""
    from segmentry.simulate.world import opening_share

    return np.asarray(np.floor(day) + opening_share((day % 1.0) * 24.0))


def _usage(ground: Ground, random: np.random.Generator) -> tuple[Any, Any]:
    """Sessions of some customers in each of the last twelve months, falling, steady or rising."""
    rows = ground.chosen(USERS, MOST_USERS, random)
    trend = random.integers(0, len(TRENDS), len(rows))
    level = random.gamma(3.0, 30.0, len(rows)) + 60.0
    sheet = []
    for place, begin in enumerate(_months(ground, 12)):
        factor = np.exp(np.asarray(list(TRENDS.values()))[trend] * place)
        known = ground.people.acquired[rows] < begin
        sheet.append((rows[known], np.full(known.sum(), begin), random.poisson(level * factor)[known]))
    customer, first, metered = (np.concatenate(parts) for parts in zip(*sheet, strict=True))
    data = {
        "CustomerNo": ground.customers(customer),
        "Metric": texts(np.zeros(len(customer), np.int64), ("app sessions",)),
        "Usage": pa.array(metered),
        "Unit": texts(np.zeros(len(customer), np.int64), ("sessions",)),
        "PeriodStart": ground.dates(first),
        "PeriodEnd": ground.dates(first + 29.0),
    }
    truth = {"record": ground.customers(rows), "trend": texts(trend, list(TRENDS))}
    return pa.table(data), pa.table(truth)


def _months(ground: Ground, number: int) -> list[float]:
    """First day of each of the last ``number`` spans of 30 days."""
    return [first for first in (ground.spec.days - 30.0 * np.arange(number, 0, -1)).tolist() if first >= 0]
