"""Cohorts: how many of those who first bought in a quarter still buy in later quarters."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentry.charts.notes import finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT, STEPS

MOST_ORDERS = 3_000_000
"""Above so many orders the days of all customers are not read for one picture."""

_MOST_QUARTERS = 16
_FEWEST_QUARTERS = 3


def has_cohorts(shelf: Shelf) -> bool:
    """Whether the days of purchases are published, few enough to be read, and span enough quarters."""
    months = shelf.rows("monthly_sales")
    if not shelf.has("customer_days") or not months:
        return False
    quarters = {(row["month"].year, (row["month"].month - 1) // 3) for row in months}
    return len(quarters) >= _FEWEST_QUARTERS and sum(row["orders"] for row in months) <= MOST_ORDERS


def cohorts(shelf: Shelf) -> go.Figure:
    """Share of each quarter's new customers who order in the quarters after it."""
    write = shelf.write
    first, counts = _triangle(shelf.large("customer_days"))
    skipped = max(counts.shape[0] - _MOST_QUARTERS, 0)
    first, counts = first + skipped, counts[skipped:, : counts.shape[1] - skipped]
    kept = [row for row in range(counts.shape[0] - 1) if counts[row, 0]]
    names = [f"{(first + row) // 4} Q{(first + row) % 4 + 1}" for row in kept]
    sizes = [int(counts[row, 0]) for row in kept]
    span = counts.shape[0]
    after = list(range(1, span))
    shares = [
        [float(counts[row, later]) / size if row + later < span else None for later in after]
        for row, size in zip(kept, sizes, strict=True)
    ]
    heads = [f"{name} ({write.number(size)})" for name, size in zip(names, sizes, strict=True)]
    figure = go.Figure()
    figure.add_heatmap(
        x=[str(later) for later in after],
        y=heads,
        z=[[None if share is None else round(100 * share, 2) for share in line] for line in shares],
        text=[["" if share is None else write.percent(share) for share in line] for line in shares],
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
    figure.update_yaxes(title_text="Quarter of the first order (customers)", type="category", autorange="reversed",
                        showgrid=False)
    cut = "" if not skipped else f" The {skipped} oldest quarters are left out for room."
    notes = shelf.notes(
        "Who comes back: customers by quarter of their first order",
        "Exact.",
        "Share of each quarter's new customers with an order in a later quarter. The last quarter may not be over; "
        f"the first holds customers who bought before the data begin.{cut}",
        f"{len(kept)} quarters of first orders, from {names[0]} to {names[-1]}. One quarter later, "
        f"{_range(shares, shelf)} of them ordered again.",
        ("First order in", "Customers", *(f"+{later}" for later in after)),
        [
            (name, write.number(size), *("" if share is None else write.percent(share) for share in line))
            for name, size, line in zip(names, sizes, shares, strict=True)
        ],
    )
    return finish(figure, notes, write.separators, 150 + 32 * len(kept))


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
