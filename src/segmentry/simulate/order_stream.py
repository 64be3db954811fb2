"""Order lines by the million for benchmarks: canonical columns, streamed to Parquet in bounded memory, no truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.catalog import Catalog, make_catalog, product_ids
from segmentry.simulate.columns import decimals, numbered, same, table_of, words
from segmentry.simulate.latent_segments import CATEGORIES, CLOUD
from segmentry.simulate.orders import CHANNELS, LOAD_ID, party_keys
from segmentry.simulate.spec import CompanySpec
from segmentry.terms.canonical import ORDER_LINES
from segmentry.terms.vocabulary import LineKind

ROW_GROUP = 999_999
"""Lines in one table of the stream and in one row group of the file; whole orders of three lines."""

_LINES_PER_ORDER = 3
_DAYS = 730
_START = 19_358  # days from 1970 to 2023-01-01


def order_history(customers: int, lines: int, seed: int) -> Iterator[Any]:
    """Arrow tables of up to a million canonical order lines each, ascending in time.

    Args:
        customers: Number of customers; a few buy often and many rarely.
        lines: Number of lines, three to an order, of which about 4 % are returns.
        seed: Seed of every draw.
    """
    catalog = make_catalog(CompanySpec(products=2_000), np.random.default_rng([seed, 3]))
    for group, first in enumerate(range(0, lines, ROW_GROUP)):
        random = np.random.default_rng([seed, 4, group])
        yield _lines(catalog, customers, lines, range(first, min(first + ROW_GROUP, lines)), random)


def write_order_lines(path: Path | str, customers: int, lines: int, seed: int) -> int:
    """Write `order_history` to one Parquet file, a row group at a time; gives the number of lines written."""
    import pyarrow.parquet as pq

    written, writer = 0, None
    for table in order_history(customers, lines, seed):
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
        writer.write_table(table, row_group_size=ROW_GROUP)
        written += table.num_rows
    if writer is not None:
        writer.close()
    return written


def _lines(catalog: Catalog, customers: int, lines: int, numbers: range, random: np.random.Generator) -> Any:
    number, count = np.arange(numbers.start, numbers.stop), len(numbers)
    order = number // _LINES_PER_ORDER
    customer, channel, returned = _of_orders(order, customers, random)
    second = (_DAYS * 86_400 * order.astype(np.float64) / (lines / _LINES_PER_ORDER + 1)).astype(np.int64)
    second += _START * 86_400
    product = catalog.draw(CLOUD, count, random)
    units = random.geometric(0.5, count) * np.where(returned, -1, 1)
    price = catalog.price[product]
    countries = ("United Kingdom", "Germany", "France", "Ireland")
    columns = {
        "load_id": same(LOAD_ID, count),
        "line_number": number + 1,
        "source": same("shop", count),
        "order_id": numbered("S", order + 1, 9),
        "party_key": party_keys("shop", customer + 1),
        "ordered_at": pa.array(second * 1_000_000).cast(pa.timestamp("us")),
        "ordered_on": pa.array((second // 86_400).astype(np.int32)).cast(pa.date32()),
        "timezone": same("UTC", count),
        "product_id": product_ids(product),
        "product_name": words(product, catalog.names),
        "category": words(catalog.category[product], CATEGORIES),
        "quantity": decimals(units * 10_000),
        "unit_price": decimals(price * 100),
        "amount": decimals(units * price * 100),
        "discount": decimals(np.zeros(count, np.int64)),
        "cost": decimals(units * catalog.cost[product] * 100),
        "currency": same("GBP", count),
        "channel": words(channel, CHANNELS),
        "country": words(customer % len(countries), countries),
        "line_kind": words(returned.astype(np.int32), (LineKind.SALE.value, LineKind.RETURN.value)),
        "repeated": pa.array(np.zeros(count, bool)),
    }
    return table_of(ORDER_LINES, columns)


def _of_orders(order: Any, customers: int, random: np.random.Generator) -> tuple[Any, Any, Any]:
    """Customer, channel and kind of each line's order, the same for all its lines within one table."""
    position = order - order[0]
    number = int(position[-1]) + 1
    skewed = np.minimum((customers * random.random(number) ** 2.2).astype(np.int64), customers - 1)
    # a stride coprime to the count scatters heavy customers over all numbers
    stride = next(step for step in range(customers // 3 * 2 + 1, customers * 2 + 2) if np.gcd(step, customers) == 1)
    customer = skewed * stride % customers
    channel = random.choice(3, number, p=[0.6, 0.25, 0.15])
    returned = random.random(number) < 0.04
    return customer[position], channel[position], returned[position]
