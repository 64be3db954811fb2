"""How much sits with how few: the curve of revenue, and the whale curve of contribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

_MARKS = (0.1, 0.2)


def has_revenue_curve(shelf: Shelf) -> bool:
    """Whether the revenue curve was published with points."""
    return bool(_points(shelf, "revenue"))


def has_contribution_curve(shelf: Shelf) -> bool:
    """Whether the curve of contribution was published with points."""
    return bool(_points(shelf, "contribution"))


def revenue_curve(shelf: Shelf) -> go.Figure:
    """Cumulated share of net revenue over the share of customers, the best first, with the top 10 and 20 % marked."""
    write = shelf.write
    figure = _curve(shelf, "revenue", "blue")
    marked = [(share, _share_at(shelf, "revenue", share)) for share in _MARKS]
    _mark(figure, shelf, marked)
    _axes(figure, "Share of customers, best first (%)", "Share of net revenue (%)")
    told = " ".join(_mark_sentence(shelf, share, amount, "net revenue") for share, amount in marked)
    notes = Notes(
        "How much of net revenue comes from how few customers",
        shelf.basis("Exact."),
        "Customers are ranked by net revenue to date; those who returned all they bought are left out. "
        "The straight line is what equal customers would give.",
        told,
        ("Share of customers, best first", "Share of net revenue"),
        tuple(_sampled(shelf, "revenue")),
    )
    return finish(figure, notes, write.separators, 400)


def whale_curve(shelf: Shelf) -> go.Figure:
    """Cumulated contribution over the share of customers, the most profitable first, the loss-making tail shaded."""
    write = shelf.write
    points = _points(shelf, "contribution")
    peak = max(points, key=lambda row: float(row["amount_share"]))
    peak_at, height = float(peak["customers_share"]), float(peak["amount_share"])
    figure = _curve(shelf, "contribution", "blue")
    loses = peak_at < 1.0 and height > 1.0
    if loses:
        figure.add_vrect(x0=peak_at * 100, x1=100, fillcolor=LIGHT["vermillion"], opacity=0.12, line_width=0)
        figure.add_annotation(
            x=(peak_at + 1) * 50,
            y=0.04,
            yref="paper",
            yanchor="bottom",
            text="lose money",
            font={"color": LIGHT["vermillion"]},
        )
        figure.add_scatter(
            x=[peak_at * 100],
            y=[height * 100],
            mode="markers+text",
            marker={"size": 9, "color": LIGHT["vermillion"]},
            text=[write.percent(height)],
            textposition="top center",
            cliponaxis=False,
            hoverinfo="skip",
        )
    marked = [(share, _share_at(shelf, "contribution", share)) for share in _MARKS]
    _mark(figure, shelf, marked)
    _axes(figure, "Share of customers, most profitable first (%)", "Share of total contribution (%)")
    figure.update_yaxes(range=[0, max(105.0, height * 112)])
    tail = (
        f"Contribution peaks at {write.percent(height)} of the total with {write.percent(peak_at)} of customers; "
        f"the other {write.percent(1 - peak_at)} bring it back to {write.percent(1)}."
        if loses
        else "No customers lose money."
    )
    told = " ".join(_mark_sentence(shelf, share, amount, "contribution") for share, amount in marked)
    notes = Notes(
        "Who earns and who costs: the whale curve",
        shelf.basis("Computed from known costs."),
        "Contribution is net revenue less cost of goods and cost to serve, to date. " + tail,
        f"{told} {tail}",
        ("Share of customers, most profitable first", "Share of total contribution"),
        tuple(_sampled(shelf, "contribution")),
    )
    return finish(figure, notes, write.separators, 400)


def _points(shelf: Shelf, measure: str) -> list[dict[str, Any]]:
    return [row for row in shelf.rows("profit_curve") if row["measure"] == measure]


def _curve(shelf: Shelf, measure: str, hue: str) -> go.Figure:
    points = _points(shelf, measure)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": LIGHT["gray"], "dash": "dot", "width": 1},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[round(float(row["customers_share"]) * 100, 2) for row in points],
        y=[round(float(row["amount_share"]) * 100, 2) for row in points],
        mode="lines",
        line={"color": LIGHT[hue], "width": 3},
        hovertemplate="The best %{x:.1f} % of customers bring %{y:.1f} %<extra></extra>",
    )
    figure.update_layout(showlegend=False)
    return figure


def _mark(figure: go.Figure, shelf: Shelf, marked: list[tuple[float, float]]) -> None:
    write = shelf.write
    figure.add_scatter(
        x=[share * 100 for share, _ in marked],
        y=[amount * 100 for _, amount in marked],
        mode="markers+text",
        marker={"size": 9, "color": LIGHT["ink"]},
        text=[f"top {write.percent(share)}: {write.percent(amount)}" for share, amount in marked],
        textposition="bottom right",
        hoverinfo="skip",
    )


def _share_at(shelf: Shelf, measure: str, share: float) -> float:
    """Share of the amount with the best ``share`` of customers: as published where it was, else read off the curve."""
    told = shelf.summary.get("concentration", {}).get(f"top_{round(share * 100)}_percent", {})
    if measure == "revenue" and "share" in told:
        return float(told["share"])
    points = _points(shelf, measure)
    across = [float(row["customers_share"]) for row in points]
    return float(np.interp(share, across, [float(row["amount_share"]) for row in points]))


def _mark_sentence(shelf: Shelf, share: float, amount: float, what: str) -> str:
    return f"The best {shelf.write.percent(share)} of customers bring {shelf.write.percent(amount)} of {what}."


def _axes(figure: go.Figure, across: str, up: str) -> None:
    figure.update_xaxes(title_text=across, range=[0, 100], dtick=20)
    figure.update_yaxes(title_text=up, range=[0, 105], dtick=20)


def _sampled(shelf: Shelf, measure: str) -> list[tuple[str, ...]]:
    """The curve at round shares of customers."""
    write = shelf.write
    shares = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    return [(write.percent(share), write.percent(_share_at(shelf, measure, share), 1)) for share in shares]
