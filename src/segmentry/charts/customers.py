"""What the model expects of customers, added up: the chance that they still buy, by what they did."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from segmentry.charts.notes import finish
from segmentry.charts.shelf import Shelf, numbers
from segmentry.charts.theme import LIGHT, STEPS

_BINS = 20
_DAYS = (0, 30, 60, 90, 180, 270, 365, 540, 730, 1095)
_BOUGHT = (1, 2, 3, 4, 6, 9, 15)

Numbers = NDArray[np.float64]


def has_expectations(shelf: Shelf) -> bool:
    """Whether a purchase model was fitted and customers were scored with it."""
    return bool(shelf.valuation) and shelf.has("customer_value") and shelf.has("purchase_history")


def activity_probability(shelf: Shelf) -> go.Figure:
    """Customers by the probability that they still buy, those who bought on one day only set apart."""
    write = shelf.write
    _, days, alive, _ = _scored(shelf)
    once = days <= 1
    edges = np.linspace(0, 1, _BINS + 1)
    repeat, single = (np.histogram(alive[which], edges)[0] for which in (~once, once))
    middles = [round(100 * float(edge) + 50 / _BINS, 2) for edge in edges[:-1]]
    names = [f"{write.percent(low)} to {write.percent(high)}" for low, high in zip(edges, edges[1:], strict=False)]
    figure = go.Figure()
    for name, counts, hue in (("Bought on several days", repeat, "blue"), ("Bought on one day", single, "amber")):
        figure.add_bar(
            x=middles,
            y=counts.tolist(),
            name=name,
            customdata=names,
            width=100 / _BINS * 0.9,
            marker={"color": LIGHT[hue]},
            hovertemplate="%{customdata}: %{y:,.0f} customers<extra>" + name + "</extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title_text="Probability of still buying (%)", range=[0, 100], dtick=20)
    figure.update_yaxes(title_text="Customers")
    model = shelf.valuation.get("model", "the model")
    notes = shelf.notes(
        "How likely customers are still to buy",
        "Estimated.",
        f"By {model}, for {write.number(alive.size)} customers; together they make "
        f"{write.number(float(alive.sum()))} customers expected to be active.{_single_warning(alive[once], str(model))}",
        f"{write.number(int((alive >= 0.5).sum()))} customers are more likely than not to buy again.",
        ("Probability of still buying", "Bought on several days", "Bought on one day"),
        [(name, write.number(some), write.number(one))
         for name, some, one in zip(names, repeat.tolist(), single.tolist(), strict=True)],
    )
    return finish(figure, notes, write.separators, 360)


def recency_frequency(shelf: Shelf) -> go.Figure:
    """Mean expected purchases by days since the last purchase and number of purchase days."""
    write = shelf.write
    since, days, alive, expected = _scored(shelf)
    rows, row_names = _banded(since, _DAYS, shelf)
    columns, column_names = _banded(days, _BOUGHT, shelf)
    shape = (len(row_names), len(column_names))
    cell = rows * shape[1] + columns
    counts = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    safe = np.maximum(counts, 1)
    mean_expected = np.bincount(cell, expected, counts.size).reshape(shape) / safe
    mean_alive = np.bincount(cell, alive, counts.size).reshape(shape) / safe
    seen = counts > 0
    figure = go.Figure()
    figure.add_heatmap(
        x=column_names,
        y=row_names,
        z=[[round(float(v), 3) if s else None for v, s in zip(*line, strict=True)]
           for line in zip(np.sqrt(mean_expected), seen, strict=True)],
        text=[[write.number(float(v), 1) if s else "" for v, s in zip(*line, strict=True)]
              for line in zip(mean_expected, seen, strict=True)],
        customdata=[[[write.number(int(n)), write.percent(float(p))] for n, p in zip(*line, strict=True)]
                    for line in zip(counts, mean_alive, strict=True)],
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
    figure.update_yaxes(title_text="Days since the last purchase", type="category", autorange="reversed", showgrid=False)
    notes = shelf.notes(
        "What to expect by recency and frequency",
        "Estimated.",
        f"In each cell: mean expected purchase days per customer {shelf.horizon}, by "
        f"{shelf.valuation.get('model', 'the model')}. Cells are means over many customers and carry no interval of "
        "their own; single customers vary far more. Empty cells hold nobody.",
        f"Expectation rises with purchase days and falls with silence, from {write.number(float(mean_expected[seen].max()), 1)} "
        f"to {write.number(float(mean_expected[seen].min()), 1)} purchase days per customer.",
        ("Days since the last purchase", "Purchase days", "Customers", "Mean P(alive)", "Mean expected purchase days"),
        [
            (row_names[up], column_names[across], write.number(int(counts[up, across])),
             write.percent(float(mean_alive[up, across])), write.number(float(mean_expected[up, across]), 2))
            for up in range(shape[0])
            for across in range(shape[1])
            if seen[up, across]
        ],
    )
    return finish(figure, notes, write.separators, 150 + 38 * shape[0])


def _scored(shelf: Shelf) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Days since the last purchase, purchase days, P(alive) and expected purchases of each scored customer."""
    history = shelf.large("purchase_history").select(["customer_id", "days_since_last", "purchase_days"])
    values = shelf.large("customer_value").select(["customer_id", "p_alive", "expected_purchases"])
    table = history.join(values, "customer_id", join_type="inner")
    names = ("days_since_last", "purchase_days", "p_alive", "expected_purchases")
    columns = [numbers(table, name) for name in names]
    known = ~np.isnan(columns[2]) & ~np.isnan(columns[3])
    since, days, alive, expected = (column[known] for column in columns)
    return since, days, np.clip(alive, 0.0, 1.0), expected


def _banded(values: Numbers, starts: tuple[int, ...], shelf: Shelf) -> tuple[NDArray[np.int64], list[str]]:
    """The band of each value and the names of the bands up to the largest value."""
    most = float(values.max()) if values.size else 0.0
    used = [start for start in starts if start <= most] or [starts[0]]
    bands = np.clip(np.searchsorted(used, values, side="right") - 1, 0, len(used) - 1)
    write = shelf.write
    names = []
    for low, following in zip(used, [*used[1:], None], strict=True):
        if following is None:
            names.append(f"{write.number(low)}+" if low < most else write.number(low))
        else:
            names.append(write.number(low) if following == low + 1 else f"{write.number(low)}–{write.number(following - 1)}")
    return bands.astype(np.int64), names


def _single_warning(alive: Numbers, model: str) -> str:
    if alive.size and float(alive.min()) >= 1.0:
        return f" {model} calls everybody who bought only once still active, so read that bar with care."
    return ""
