"""The grid of recency by frequency: where customers and their revenue sit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf, numbers
from segmentry.charts.theme import LIGHT, STEPS


@dataclass(frozen=True, slots=True)
class Grid:
    """Customers and shares by frequency score (rows) and recency score (columns), from score 1 up, shape (s, s) each.

    Attributes:
        customers: Customers in each cell.
        shares: Their share of ``what``.
        what: ``net revenue``, or ``customers`` where a cell brought back more than it bought.
    """

    customers: NDArray[np.int64]
    shares: NDArray[np.float64]
    what: str

    @property
    def scores(self) -> list[str]:
        """The scores as labels."""
        return [str(score) for score in range(1, self.customers.shape[0] + 1)]


def has_grid(shelf: Shelf) -> bool:
    """Whether customers were scored and valued; told by the segments made of the scores."""
    scored = shelf.has("rfm_scores") and shelf.has("customer_value")
    return scored and any(row["segmentation"] == "rfm" for row in shelf.rows("segment_value"))


def rfm_grid(shelf: Shelf) -> go.Figure:
    """Share of net revenue by recency and frequency score, with the number of customers in each cell."""
    write, grid = shelf.write, _grid(shelf)
    most = len(grid.scores)
    cells = [list(zip(*line, strict=True)) for line in zip(grid.customers, grid.shares, strict=True)]
    figure = go.Figure()
    figure.add_heatmap(
        x=grid.scores,
        y=grid.scores,
        z=[[round(float(share) ** 0.5, 4) if count else None for count, share in line] for line in cells],
        text=[[_words(int(count), float(share), shelf) for count, share in line] for line in cells],
        texttemplate="%{text}",
        textfont={"size": 12, "color": LIGHT["ink"]},
        colorscale=STEPS,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="Recency %{x}, frequency %{y}<br>%{text} of " + grid.what + "<extra></extra>",
    )
    figure.update_xaxes(title_text=f"Recency score (1 long ago, {most} recent)", type="category")
    figure.update_yaxes(title_text=f"Frequency score (1 few days, {most} many)", type="category", showgrid=False)
    return finish(figure, _notes(grid, shelf), write.separators, 420)


def _grid(shelf: Shelf) -> Grid:
    scores = shelf.large("rfm_scores").select(["customer_id", "recency_score", "frequency_score"])
    values = shelf.large("customer_value").select(["customer_id", "revenue"])
    table = scores.join(values, "customer_id", join_type="inner")
    recency = numbers(table, "recency_score").astype(np.int64)
    frequency = numbers(table, "frequency_score").astype(np.int64)
    most = int(max(recency.max(), frequency.max()))
    cell = (frequency - 1) * most + recency - 1
    customers = np.bincount(cell, minlength=most * most).reshape(most, most)
    money = np.bincount(cell, np.nan_to_num(numbers(table, "revenue")), most * most).reshape(most, most)
    if float(money.min()) < 0 or float(money.sum()) <= 0:
        return Grid(customers.astype(np.int64), customers / max(int(customers.sum()), 1), "customers")
    return Grid(customers.astype(np.int64), money / float(money.sum()), "net revenue")


def _words(count: int, share: float, shelf: Shelf) -> str:
    return f"{shelf.write.number(count)}<br>{shelf.write.percent(share, 1)}" if count else ""


def _notes(grid: Grid, shelf: Shelf) -> Notes:
    write, most = shelf.write, len(grid.scores)
    order = [place for place in np.argsort(-grid.shares, axis=None).tolist() if grid.customers.flat[place]]
    rows = [
        (
            grid.scores[place % most],
            grid.scores[place // most],
            write.number(int(grid.customers.flat[place])),
            write.percent(float(grid.shares.flat[place]), 1),
        )
        for place in order
    ]
    recency, frequency, customers, share = rows[0]
    return Notes(
        "Recency and frequency: where customers and revenue sit",
        shelf.basis("Exact."),
        f"In each cell: customers, and below them their share of {grid.what} to date; the stronger the color, the "
        "larger the share. Scores cut the base into parts of about equal size; equal values share a score.",
        f"The cell with recency {recency} and frequency {frequency} holds {customers} customers and {share} of "
        f"{grid.what}, the largest share.",
        ("Recency score", "Frequency score", "Customers", f"Share of {grid.what}"),
        tuple(rows),
    )
