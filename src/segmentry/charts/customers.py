"""What the model expects of customers, added up: the chance that they still buy, by what they did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf, numbers
from segmentry.charts.theme import LIGHT, STEPS

_BINS = 20
_DAYS = (0, 30, 60, 90, 180, 270, 365, 540, 730, 1095)
_BOUGHT = (1, 2, 3, 4, 6, 9, 15)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """Customers with what they did and what is expected of them, shape (n,) each, times in days."""

    silent: Numbers
    purchase_days: Numbers
    alive: Numbers
    expected: Numbers


@dataclass(frozen=True, slots=True)
class Map:
    """Bands of silence (rows) by bands of purchase days (columns): customers and two means, shape (r, c) each."""

    rows: list[str]
    columns: list[str]
    customers: NDArray[np.int64]
    alive: Numbers
    expected: Numbers


def has_expectations(shelf: Shelf) -> bool:
    """Whether a purchase model was fitted and customers were scored with it."""
    return bool(shelf.valuation) and shelf.has("customer_value") and shelf.has("purchase_history")


def activity_probability(shelf: Shelf) -> go.Figure:
    """Customers by the probability that they still buy, those who bought on one day only set apart."""
    write, scored = shelf.write, _scored(shelf)
    once = scored.purchase_days <= 1
    edges = np.linspace(0, 1, _BINS + 1)
    repeat, single = (np.histogram(scored.alive[which], edges)[0].tolist() for which in (~once, once))
    names = [f"{write.percent(low)} to {write.percent(high)}" for low, high in pairwise(edges.tolist())]
    figure = go.Figure()
    for name, counts, hue in (("Bought on several days", repeat, "blue"), ("Bought on one day", single, "amber")):
        figure.add_bar(
            x=[round(100 * float(edge) + 50 / _BINS, 2) for edge in edges[:-1]],
            y=counts,
            name=name,
            customdata=names,
            width=100 / _BINS * 0.9,
            marker={"color": LIGHT[hue]},
            hovertemplate="%{customdata}: %{y:,.0f} customers<extra>" + name + "</extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title_text="Probability of still buying (%)", range=[0, 100], dtick=20)
    figure.update_yaxes(title_text="Customers")
    model, alive = shelf.valuation["model"], scored.alive
    notes = Notes(
        "How likely customers are still to buy",
        shelf.basis("Estimated."),
        f"By {model}, for {write.number(alive.size)} customers; together they make "
        f"{write.number(float(alive.sum()))} customers expected to be active. The probability of one customer has no "
        f"interval of its own.{_single_warning(alive[once], str(model))}",
        f"{write.number(int((alive >= 0.5).sum()))} customers are more likely than not still active.",
        ("Probability of still buying", "Bought on several days", "Bought on one day"),
        tuple(
            (name, write.number(some), write.number(one)) for name, some, one in zip(names, repeat, single, strict=True)
        ),
    )
    return finish(figure, notes, write.separators, 360)


def recency_frequency(shelf: Shelf) -> go.Figure:
    """Mean expected purchases by days since the last purchase and number of purchase days."""
    write, found = shelf.write, _map(_scored(shelf), shelf)
    lines = [list(zip(*line, strict=True)) for line in zip(found.customers, found.alive, found.expected, strict=True)]
    figure = go.Figure()
    figure.add_heatmap(
        x=found.columns,
        y=found.rows,
        z=[[round(float(expected) ** 0.5, 4) if count else None for count, _, expected in line] for line in lines],
        text=[[write.number(float(expected), 1) if count else "" for count, _, expected in line] for line in lines],
        customdata=[[[write.number(int(n)), write.percent(float(p))] for n, p, _ in line] for line in lines],
        texttemplate="%{text}",
        textfont={"color": LIGHT["ink"]},
        colorscale=STEPS,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="%{y} days ago, %{x} purchase days<br>%{text} purchase days expected per customer<br>"
        "%{customdata[0]} customers, P(alive) %{customdata[1]}<extra></extra>",
    )
    figure.update_xaxes(title_text="Purchase days so far", type="category")
    figure.update_yaxes(
        title_text="Days since the last purchase", type="category", autorange="reversed", showgrid=False
    )
    return finish(figure, _map_notes(found, shelf), write.separators, 150 + 38 * len(found.rows))


def _map_notes(found: Map, shelf: Shelf) -> Notes:
    write = shelf.write
    seen = found.expected[found.customers > 0]
    return Notes(
        "What to expect by recency and frequency",
        shelf.basis("Estimated."),
        f"In each cell: mean expected purchase days per customer {shelf.horizon}, by {shelf.valuation['model']}. "
        "Cells are means over many customers and carry no interval of their own; single customers vary far more. "
        "Empty cells hold nobody.",
        f"Cells range from {write.number(float(seen.min()), 1)} to {write.number(float(seen.max()), 1)} expected "
        "purchase days per customer.",
        ("Days since the last purchase", "Purchase days", "Customers", "Mean P(alive)", "Mean expected purchase days"),
        tuple(
            (
                row,
                column,
                write.number(int(found.customers[up, across])),
                write.percent(float(found.alive[up, across])),
                write.number(float(found.expected[up, across]), 2),
            )
            for up, row in enumerate(found.rows)
            for across, column in enumerate(found.columns)
            if found.customers[up, across]
        ),
    )


def _scored(shelf: Shelf) -> Scored:
    """Every customer that the model scored."""
    history = shelf.large("purchase_history").select(["customer_id", "days_since_last", "purchase_days"])
    values = shelf.large("customer_value").select(["customer_id", "p_alive", "expected_purchases"])
    table = history.join(values, "customer_id", join_type="inner")
    names = ("days_since_last", "purchase_days", "p_alive", "expected_purchases")
    columns = [numbers(table, name) for name in names]
    known = ~np.isnan(columns[2]) & ~np.isnan(columns[3])
    silent, days, alive, expected = (column[known] for column in columns)
    return Scored(silent, days, np.clip(alive, 0.0, 1.0), expected)


def _map(scored: Scored, shelf: Shelf) -> Map:
    rows, row_names = _banded(scored.silent, _DAYS, shelf)
    columns, column_names = _banded(scored.purchase_days, _BOUGHT, shelf)
    shape = (len(row_names), len(column_names))
    cell = rows * shape[1] + columns
    customers = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    alive, expected = (
        np.bincount(cell, values, customers.size).reshape(shape) / np.maximum(customers, 1)
        for values in (scored.alive, scored.expected)
    )
    return Map(row_names, column_names, customers.astype(np.int64), alive, expected)


def _banded(values: Numbers, starts: tuple[int, ...], shelf: Shelf) -> tuple[NDArray[np.int64], list[str]]:
    """The band of each value and the names of the bands up to the largest value."""
    most = float(values.max()) if values.size else 0.0
    used = [start for start in starts if start <= most] or [starts[0]]
    bands = np.clip(np.searchsorted(used, values, side="right") - 1, 0, len(used) - 1)
    names = [_band_name(low, following - 1, shelf) for low, following in pairwise(used)]
    last = shelf.write.number(used[-1])
    return bands.astype(np.int64), [*names, f"{last}+" if used[-1] < most else last]


def _band_name(low: int, high: int, shelf: Shelf) -> str:
    first = shelf.write.number(low)
    return first if low == high else f"{first}–{shelf.write.number(high)}"


def _single_warning(alive: Numbers, model: str) -> str:
    if alive.size and float(alive.min()) >= 1.0:
        return f" {model} calls everybody who bought only once still active, so read that bar with care."
    return ""
