"""True-to-life dirt for order files, added to the good rows and counted to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.simulate.columns import numbered
from segmentry.simulate.spec import CompanySpec


@dataclass(frozen=True, slots=True)
class Dirt:
    """What was added to an order file; amounts are sums of Quantity x UnitPrice, in cents.

    Attributes:
        rows: All rows of the file.
        good_rows: The company's own lines.
        good_amount: What they add up to.
        guest_rows: Rows of guest checkouts, without customer.
        guest_orders: Their orders.
        guest_amount: What they add up to.
        repeated_rows: Rows that repeat the good row before them.
        repeated_amount: What they add up to.
        impossible_dates: Rows whose date is impossible, on invoices of their own (``D…``).
        blank_prices: Rows without a price, on invoices of their own (``B…``).
    """

    rows: int = 0
    good_rows: int = 0
    good_amount: int = 0
    guest_rows: int = 0
    guest_orders: int = 0
    guest_amount: int = 0
    repeated_rows: int = 0
    repeated_amount: int = 0
    impossible_dates: int = 0
    blank_prices: int = 0

    def __add__(self, other: Dirt) -> Dirt:
        return Dirt(*(getattr(self, name) + getattr(other, name) for name in Dirt.__dataclass_fields__))


def add_dirt(clean: Any, spec: CompanySpec, batch: int) -> tuple[Iterator[tuple[Any, Any]], Dirt]:
    """Spread dirt over a clean order table.

    Args:
        clean: Native order lines, several rows for an order standing together or not.
        spec: Gives the shares and the seed.
        batch: Good rows taken at a time.

    Returns:
        An iterator of (table, mask of impossible dates) and the counts of what it will yield.
    """
    plans = [_plan(clean.slice(start, batch), spec, start) for start in range(0, clean.num_rows, batch)]
    counts = sum((plan.dirt for plan in plans), start=Dirt())
    return (plan.table(clean.slice(number * batch, batch)) for number, plan in enumerate(plans)), counts


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which rows of a batch are copied, in which order they stand, and what is done to the copies."""

    source: Any
    kind: Any
    number: Any
    dirt: Dirt

    def table(self, clean: Any) -> tuple[Any, Any]:
        table = clean.take(pa.array(self.source))
        kind = self.kind
        customer = pc.if_else(pa.array(kind == 1), pa.scalar(None, pa.string()), table["CustomerNo"])
        price = pc.if_else(pa.array(kind == 4), pa.scalar(None, pa.float64()), table["UnitPrice"])
        invoice = table["InvoiceNo"].combine_chunks()
        for position, letter in ((1, "G"), (3, "D"), (4, "B")):
            invoice = pc.if_else(pa.array(kind == position), numbered(letter, self.number, 8), invoice)
        table = table.set_column(0, "CustomerNo", customer).set_column(1, "InvoiceNo", invoice)
        return table.set_column(7, "UnitPrice", price), pa.array(kind == 3)


def _plan(part: Any, spec: CompanySpec, start: int) -> _Plan:
    random = np.random.default_rng([spec.seed, 2, start])
    count = part.num_rows
    order = part["InvoiceNo"].combine_chunks().dictionary_encode()
    codes = order.indices.to_numpy().astype(np.int64)
    sale = part["Quantity"].to_numpy() > 0
    # a guest's basket is a copy of a known customer's: its lines stand together under a number of its own
    guest_orders = random.random(len(order.dictionary)) < spec.guest_share / max(1 - spec.guest_share, 0.5)
    guests = np.flatnonzero(guest_orders[codes] & sale)
    spoiled = np.flatnonzero((random.random(count) < spec.dirt_share) & sale)
    kinds = random.integers(2, 5, len(spoiled))
    source = np.concatenate([np.arange(count), guests, spoiled])
    kind = np.concatenate([np.zeros(count, np.int64), np.ones(len(guests), np.int64), kinds])
    position = np.argsort(source, kind="stable")
    digits = pc.utf8_slice_codeunits(part["InvoiceNo"], 1).cast(pa.int64()).to_numpy()
    cents = np.rint(part["UnitPrice"].to_numpy() * 100).astype(np.int64) * part["Quantity"].to_numpy()
    repeated = spoiled[kinds == 2]
    dirt = Dirt(
        rows=len(source),
        good_rows=count,
        good_amount=int(cents.sum()),
        guest_rows=len(guests),
        guest_orders=len(np.unique(codes[guests])),
        guest_amount=int(cents[guests].sum()),
        repeated_rows=len(repeated),
        repeated_amount=int(cents[repeated].sum()),
        impossible_dates=int((kinds == 3).sum()),
        blank_prices=int((kinds == 4).sum()),
    )
    return _Plan(source[position], kind[position], digits[source[position]], dirt)
