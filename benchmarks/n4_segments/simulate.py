"""The simulated company of N4 and N5: customers, orders and events in one DuckDB file, laid out for the scans.

Vectorized and seeded. Activity is unequal (a few customers make most events) and grows towards the end, as it does in
real shops; events are kept in order of name and time, orders in order of time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

EVENTS = ("cart", "chat", "checkout", "click", "login", "open", "review", "search", "share", "video", "view", "wish")
_EVENT_SHARES = (0.07, 0.01, 0.03, 0.03, 0.14, 0.09, 0.01, 0.13, 0.01, 0.03, 0.42, 0.03)
_COUNTRIES = ("Denmark", "France", "Germany", "Ireland", "Italy", "Spain", "Sweden", "United Kingdom")
_PLANS = ("basic", "free", "plus", "team")
_CHANNELS = ("app", "store", "web")
_DEVICES = ("desktop", "phone", "tablet")
_PAGES = ("bags", "books", "garden", "kitchen", "lamps", "music", "outdoor", "shoes", "sport", "toys")
_DAYS, _SECOND, _DAY = 730, 1_000_000, 86_400_000_000
_END = np.datetime64("2024-06-01T00:00:00", "us").astype(np.int64)
_ORDER_SHARE = 0.2


def write(path: Path, customers: int, events: int, seed: int, *, sort: bool = True) -> None:
    """Write the company into a new DuckDB file.

    Args:
        path: The file; it must not be there.
        customers: Number of customers.
        events: Number of events; there are a fifth as many orders.
        seed: Seed of all chance.
        sort: Keep facts in order of name and time; False leaves them in the order of the draw.
    """
    random = np.random.default_rng(seed)
    activity = np.cumsum(random.gamma(0.7, 1.0, customers) + 0.02)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET preserve_insertion_order = true; SET threads = 2")
        connection.execute(_lists())
        connection.register("drawn", _customers(random, customers))
        connection.execute(_CUSTOMERS)
        connection.register("drawn", _orders(random, activity, int(events * _ORDER_SHARE)))
        connection.execute(_ORDERS + ("ORDER BY ordered_at" if sort else ""))
        connection.register("drawn", _events(random, activity, events))
        connection.execute(_EVENTS + ("ORDER BY event, occurred_at" if sort else ""))


def _lists() -> str:
    named = {"events": EVENTS, "countries": _COUNTRIES, "plans": _PLANS, "channels": _CHANNELS}
    named |= {"devices": _DEVICES, "pages": _PAGES}
    return ";".join(f"SET VARIABLE {name} = {list(values)}" for name, values in named.items())


def _instants(random: np.random.Generator, number: int) -> Any:
    """Instants of two years, denser towards the end."""
    return _END - (random.beta(1.0, 1.6, number) * _DAYS * _DAY).astype(np.int64) // _SECOND * _SECOND


def _who(random: np.random.Generator, activity: Any, number: int) -> Any:
    return np.searchsorted(activity, random.random(number) * activity[-1]).astype(np.int32)


def _customers(random: np.random.Generator, number: int) -> pa.Table:
    unknown = random.random((3, number)) < 0.08
    return pa.table(
        {
            "who": np.arange(number, dtype=np.int32),
            "country": random.choice(len(_COUNTRIES), number, p=(0.05, 0.1, 0.2, 0.05, 0.07, 0.08, 0.05, 0.4)) + 1,
            "plan": random.choice(len(_PLANS), number, p=(0.3, 0.5, 0.15, 0.05)) + 1,
            "age": pa.array(random.integers(18, 90, number), mask=unknown[0]),
            "points": pa.array(random.gamma(1.2, 180.0, number).astype(np.int64)),
            "score": pa.array(random.beta(2.0, 3.0, number).round(4), mask=unknown[1]),
            "balance": pa.array((random.gamma(0.8, 40.0, number) * 100).astype(np.int64), mask=unknown[2]),
            "newsletter": random.random(number) < 0.45,
            "joined": _END - (random.random(number) * 3000 * _DAY).astype(np.int64),
        }
    )


def _orders(random: np.random.Generator, activity: Any, number: int) -> pa.Table:
    return pa.table(
        {
            "id": np.arange(number, dtype=np.int32),
            "who": _who(random, activity, number),
            "moment": _instants(random, number),
            "amount": (random.lognormal(3.6, 0.8, number) * 100).astype(np.int64),
            "returned": random.random(number) < 0.06,
            "units": random.geometric(0.35, number),
            "channel": random.choice(len(_CHANNELS), number, p=(0.3, 0.2, 0.5)) + 1,
        }
    )


def _events(random: np.random.Generator, activity: Any, number: int) -> pa.Table:
    return pa.table(
        {
            "id": np.arange(number, dtype=np.int32),
            "who": _who(random, activity, number),
            "moment": _instants(random, number),
            "event": (np.searchsorted(np.cumsum(_EVENT_SHARES), random.random(number)) + 1).astype(np.int8),
            "page": random.integers(1, len(_PAGES) + 1, number, dtype=np.int8),
            "device": random.integers(1, len(_DEVICES) + 1, number, dtype=np.int8),
            "seconds": random.geometric(0.02, number).astype(np.int32),
        }
    )


_CUSTOMERS = """
CREATE TABLE customers AS
SELECT 'shop:' || (1000000 + who) AS customer_id, 'shop:' || (1000000 + who) AS party_key,
    getvariable('countries')[country] AS country, getvariable('plans')[plan] AS plan, age, points, score,
    (balance / 100)::DECIMAL(18, 4) AS balance, newsletter, make_timestamp(joined)::DATE AS joined_on
FROM drawn
"""
_ORDERS = """
CREATE TABLE orders AS
SELECT 'shop:' || (1000000 + who) AS customer_id, 'o' || id AS order_id, make_timestamp(moment) AS ordered_at,
    (CASE WHEN returned THEN -amount ELSE amount END / 100)::DECIMAL(18, 4) AS amount,
    (CASE WHEN returned THEN amount ELSE 0 END / 100)::DECIMAL(18, 4) AS returned, units::BIGINT AS units,
    getvariable('channels')[channel] AS channel, NOT returned AS placed
FROM drawn
"""
_EVENTS = """
CREATE TABLE events AS
SELECT 'shop:' || (1000000 + who) AS customer_id, 'e' || id AS event_id, make_timestamp(moment) AS occurred_at,
    getvariable('events')[event] AS event, getvariable('pages')[page] AS page,
    getvariable('devices')[device] AS device, seconds::BIGINT AS seconds
FROM drawn
"""


def write_before(path: Path, answered: Path | None, share: int = 97) -> None:
    """Write the membership of an evaluation before: that of a finished one, with one pair in ``share`` moved.

    Args:
        path: The new DuckDB file with the table ``before`` (``segment_id``, ``customer_id``).
        answered: File of a finished run, with the table ``answered``: a column of truths for each segment; None for
            no members at all.
        share: One pair in so many was different.
    """
    moved = f"hash(segment_id, customer_id) % {share} = 0"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE before (segment_id VARCHAR, customer_id VARCHAR)")
        if answered is not None:
            connection.execute(f"ATTACH '{answered}' AS finished (READ_ONLY)")
            connection.execute(
                "INSERT INTO before SELECT segment_id, customer_id FROM "
                "(UNPIVOT finished.answered ON COLUMNS(* EXCLUDE customer_id) INTO NAME segment_id VALUE inside) "
                f"WHERE inside <> ({moved} AND (inside OR hash(customer_id, segment_id) % 5 = 0))"
            )
