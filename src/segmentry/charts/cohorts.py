"""Cohorts: how many of those who first bought in a quarter still buy in later quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import plotly.graph_objects as go
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT, STEPS

MOST_ORDERS = 1_000_000
"""Above so many orders the days of all customers are not read for one picture."""

_MOST_QUARTERS = 16
_FEWEST_QUARTERS = 3


def has_cohorts(shelf: Shelf) -> bool:
    """Whether the days of purchases are published, few enough to be read, and span enough quarters."""
    months = shelf.rows("monthly_sales")
    if not shelf.has("customer_days") or not months:
        return False
    quarters = {_quarter(row["month"]) for row in months}
    drawn = {quarter for quarter in quarters if max(quarters) - _MOST_QUARTERS < quarter < max(quarters)}
    newcomers = {_quarter(row["month"]) for row in months if row["new_customers"]}
    few = sum(row["orders"] for row in months) <= MOST_ORDERS
    return few and len(quarters) >= _FEWEST_QUARTERS and bool(drawn & newcomers)


def _quarter(day: date) -> int:
    """The quarter of a day as year times 4 plus quarter."""
    return day.year * 4 + (day.month - 1) // 3


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Quarters of first orders, oldest first: name, new customers, and the share of them in each later quarter.

    A share is None where the later quarter lies beyond the data.
    """

    names: list[str]
    sizes: list[int]
    shares: list[list[float | None]]
    skipped: int


def cohorts(shelf: Shelf) -> go.Figure:
    """Share of each quarter's new customers who order in the quarters after it."""
    write, found = shelf.write, _cohorts(shelf.large("customer_days"))
    figure = go.Figure()
    figure.add_heatmap(
        x=[str(later) for later in range(1, len(found.shares[0]) + 1)],
        y=[f"{name} ({write.number(size)})" for name, size in zip(found.names, found.sizes, strict=True)],
        z=[[None if share is None else round(100 * share, 2) for share in line] for line in found.shares],
        text=[["" if share is None else write.percent(share) for share in line] for line in found.shares],
        texttemplate="%{text}",
        textfont={"color": LIGHT["ink"]},
        colorscale=STEPS,
        zmin=0,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y}: %{text} ordered %{x} quarters later<extra></extra>",
    )
    figure.update_xaxes(title_text="Quarters after the first order", type="category", side="bottom")
    figure.update_yaxes(title_text="First order in (customers)", type="category", autorange="reversed", showgrid=False)
    return finish(figure, _notes(found, shelf), write.separators, 150 + 32 * len(found.names))


def _cohorts(days: pa.Table) -> Cohorts:
    first, counts = _triangle(days)
    skipped = max(counts.shape[0] - _MOST_QUARTERS, 0)
    first, counts = first + skipped, counts[skipped:, : counts.shape[1] - skipped]
    span = counts.shape[0]
    kept = [row for row in range(span - 1) if counts[row, 0]]
    names = [f"{(first + row) // 4} Q{(first + row) % 4 + 1}" for row in kept]
    sizes = [int(counts[row, 0]) for row in kept]
    shares = [
        [float(counts[row, later]) / size if row + later < span else None for later in range(1, span)]
        for row, size in zip(kept, sizes, strict=True)
    ]
    return Cohorts(names, sizes, shares, skipped)


def _notes(found: Cohorts, shelf: Shelf) -> Notes:
    write = shelf.write
    cut = f" The {found.skipped} oldest quarters are left out for room." if found.skipped else ""
    return Notes(
        "Who comes back: customers by quarter of their first order",
        shelf.basis("Exact."),
        "Share of each quarter's new customers with an order in a later quarter. The last quarter may not be over; "
        f"the first holds customers who bought before the data begin.{cut}",
        f"{len(found.names)} quarters of first orders, from {found.names[0]} to {found.names[-1]}. One quarter later, "
        f"{_range(found.shares, shelf)} of them ordered again.",
        ("First order in", "Customers", *(f"+{later}" for later in range(1, len(found.shares[0]) + 1))),
        tuple(
            (name, write.number(size), *("" if share is None else write.percent(share) for share in line))
            for name, size, line in zip(found.names, found.sizes, found.shares, strict=True)
        ),
    )


def _triangle(days: pa.Table) -> tuple[int, NDArray[np.int64]]:
    """The first quarter (year times 4 plus quarter) and customers by cohort and quarters since, shape (q, q)."""
    bought = days.select(["customer_id", "day", "orders"]).filter(pc.greater(days["orders"], 0))
    who = pc.dictionary_encode(bought["customer_id"]).combine_chunks()
    codes = np.asarray(who.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    quarter = np.asarray(pc.year(bought["day"]).to_numpy(), dtype=np.int64) * 4
    quarter += (np.asarray(pc.month(bought["day"]).to_numpy(), dtype=np.int64) - 1) // 3
    started = np.full(len(who.dictionary), np.iinfo(np.int64).max)
    np.minimum.at(started, codes, quarter)
    first, span = int(quarter.min()), int(quarter.max() - quarter.min()) + 1
    seen = np.unique(codes * span + quarter - first)
    people, at = seen // span, seen % span
    cohort = started[people] - first
    flat = np.bincount(cohort * span + at - cohort, minlength=span * span)
    return first, flat.reshape(span, span).astype(np.int64)


def _range(shares: list[list[float | None]], shelf: Shelf) -> str:
    next_quarter = [line[0] for line in shares if line and line[0] is not None]
    if not next_quarter:
        return "none"
    low, high = shelf.write.percent(min(next_quarter)), shelf.write.percent(max(next_quarter))
    return low if low == high else f"{low} to {high}"
