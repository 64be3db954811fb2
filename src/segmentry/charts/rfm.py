"""The grid of recency by frequency: where customers and their revenue sit."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from segmentry.charts.notes import finish
from segmentry.charts.shelf import Shelf, numbers
from segmentry.charts.theme import LIGHT, STEPS


def has_grid(shelf: Shelf) -> bool:
    """Whether customers were scored and valued; told by the segments made of the scores."""
    scored = shelf.has("rfm_scores") and shelf.has("customer_value")
    return scored and any(row["segmentation"] == "rfm" for row in shelf.rows("segment_value"))


def rfm_grid(shelf: Shelf) -> go.Figure:
    """Share of net revenue by recency and frequency score, with the number of customers in each cell."""
    write = shelf.write
    scores = shelf.large("rfm_scores").select(["customer_id", "recency_score", "frequency_score"])
    values = shelf.large("customer_value").select(["customer_id", "revenue"])
    table = scores.join(values, "customer_id", join_type="inner")
    recency = numbers(table, "recency_score").astype(np.int64)
    frequency = numbers(table, "frequency_score").astype(np.int64)
    most = int(max(recency.max(), frequency.max()))
    cell = (frequency - 1) * most + recency - 1
    revenue = np.nan_to_num(numbers(table, "revenue"))
    counts = np.bincount(cell, minlength=most * most).reshape(most, most)
    money = np.bincount(cell, revenue, most * most).reshape(most, most)
    total = float(money.sum())
    shares = money / total if total > 0 else np.zeros_like(money)
    scale = [str(score) for score in range(1, most + 1)]
    text = [
        [f"{write.number(counts[up, across])}<br>{write.percent(shares[up, across], 1)}" if counts[up, across] else ""
         for across in range(most)]
        for up in range(most)
    ]
    figure = go.Figure()
    figure.add_heatmap(
        x=scale,
        y=scale,
        z=[[round(float(share) ** 0.5, 4) if counts[up, across] else None for across, share in enumerate(row)]
           for up, row in enumerate(shares)],
        text=text,
        texttemplate="%{text}",
        textfont={"size": 12, "color": LIGHT["ink"]},
        colorscale=STEPS,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="Recency %{x}, frequency %{y}<br>%{text} of net revenue<extra></extra>",
    )
    figure.update_xaxes(title_text=f"Recency score (1 long ago, {most} recent)", type="category")
    figure.update_yaxes(title_text=f"Frequency score (1 few days, {most} many)", type="category", showgrid=False)
    order = np.argsort(-shares, axis=None)
    best = np.unravel_index(int(order[0]), shares.shape)
    notes = shelf.notes(
        "Recency and frequency: where customers and revenue sit",
        "Exact.",
        "In each cell: customers, and below them their share of net revenue to date; the stronger the color, the larger the share. "
        "Scores cut the base into parts of about equal size; equal values share a score.",
        f"The cell with recency {best[1] + 1} and frequency {best[0] + 1} holds {write.number(counts[best])} customers "
        f"and {write.percent(shares[best])} of net revenue.",
        ("Recency score", "Frequency score", "Customers", "Share of net revenue"),
        [
            (scale[place % most], scale[place // most], write.number(counts.flat[place]),
             write.percent(float(shares.flat[place]), 1))
            for place in order.tolist()
            if counts.flat[place]
        ],
    )
    return finish(figure, notes, write.separators, 420)
