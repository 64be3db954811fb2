"""Sales over time: revenue and customers by month, and how months differ."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

_MONTHS = 12
_FIRST_WEEK = 7


def has_months(shelf: Shelf) -> bool:
    """Whether any month had orders."""
    return bool(shelf.rows("monthly_sales"))


def has_seasons(shelf: Shelf) -> bool:
    """Whether seasonal indices could be found."""
    return "indices" in shelf.summary.get("season", {})


def monthly_sales(shelf: Shelf) -> go.Figure:
    """Net revenue of each month above the customers who ordered, new and returning."""
    rows, write = shelf.rows("monthly_sales"), shelf.write
    months = [row["month"] for row in rows]
    revenue = [float(row["revenue"]) for row in rows]
    new = [row["new_customers"] for row in rows]
    returning = [row["customers"] - row["new_customers"] for row in rows]
    partial = [_is_partial(month, shelf) for month in months]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.17, row_heights=[0.55, 0.45])
    figure.add_bar(
        x=months,
        y=revenue,
        name="Net revenue",
        marker={"color": LIGHT["blue"], "opacity": [0.45 if each else 1.0 for each in partial]},
        hovertemplate="%{x|%B %Y}: %{y:,.0f} " + write.unit + "<extra></extra>",
        showlegend=False,
    )
    for name, counts, hue in (("Returning customers", returning, "green"), ("New customers", new, "amber")):
        figure.add_bar(
            x=months,
            y=counts,
            name=name,
            marker={"color": LIGHT[hue]},
            hovertemplate="%{x|%B %Y}: %{y:,.0f}<extra>" + name + "</extra>",
            row=2,
            col=1,
        )
    figure.update_layout(barmode="stack", legend={"y": 0.385})
    figure.update_yaxes(title_text=f"Net revenue ({write.unit})", row=1, col=1)
    figure.update_yaxes(title_text="Customers", row=2, col=1)
    figure.update_xaxes(tickformat="%b\n%Y")
    notes = Notes(
        "Net revenue and customers by month",
        shelf.basis("Exact."),
        f"Net of returns, in {write.unit}. A customer is new in the month of the first order in these data; "
        f"those who bought before the data begin look new at first.{_partial_sentence(months, partial, shelf)}",
        _months_in_words(months, revenue, shelf),
        ("Month", f"Net revenue ({write.unit})", "Orders", "Customers", "New", "Returning"),
        tuple(_month_row(row, shelf) for row in rows),
    )
    return finish(figure, notes, write.separators, 480)


def seasons(shelf: Shelf) -> go.Figure:
    """Seasonal index of each calendar month, as bars from the average month."""
    found, write = shelf.summary["season"], shelf.write
    indices = [float(each) for each in found["indices"]]
    names = list(write.month_names())
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=[index - 100 for index in indices],
        base=100,
        marker={"color": [LIGHT["blue"] if index >= 100 else LIGHT["amber"] for index in indices]},
        text=[write.number(index) for index in indices],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: %{text}<extra></extra>",
    )
    figure.add_hline(y=100, line={"color": LIGHT["zero"], "width": 1})
    figure.update_yaxes(title_text="Seasonal index (average month = 100)", rangemode="tozero")
    figure.update_xaxes(type="category")
    figure.update_layout(showlegend=False)
    compared = max((int(found["months"]) - _MONTHS) // _MONTHS, 1)
    peak, low = indices.index(max(indices)), indices.index(min(indices))
    full = write.month_names("wide")
    notes = Notes(
        "Seasons: how each month compares with the average month",
        shelf.basis("Computed from whole months."),
        f"{found['months']} whole months of net revenue against their own yearly average. Each month rests on about "
        f"{compared} {'comparison' if compared == 1 else 'comparisons'}, so no interval can be given.",
        f"The strongest month is {full[peak]} with index {write.number(indices[peak])}; "
        f"the weakest is {full[low]} with {write.number(indices[low])}.",
        ("Month", "Index (average month = 100)"),
        tuple((name, write.number(index, 1)) for name, index in zip(full, indices, strict=True)),
    )
    return finish(figure, notes, write.separators, 340)


def _is_partial(month: date, shelf: Shelf) -> bool:
    """Whether the data cover the month only in part."""
    first, last = shelf.first_day, shelf.last_day
    if last is not None and (month.year, month.month) == (last.year, last.month):
        return last.day < monthrange(last.year, last.month)[1]
    same = first is not None and (month.year, month.month) == (first.year, first.month)
    return bool(same and first is not None and first.day > _FIRST_WEEK)


def _partial_sentence(months: list[date], partial: list[bool], shelf: Shelf) -> str:
    named = [shelf.write.month(month) for month, cut in zip(months, partial, strict=True) if cut]
    if not named:
        return ""
    return f" {' and '.join(named)} {'is' if len(named) == 1 else 'are'} covered only in part and drawn paler."


def _months_in_words(months: list[date], revenue: list[float], shelf: Shelf) -> str:
    best = revenue.index(max(revenue))
    write = shelf.write
    return (
        f"{len(months)} months from {write.month(months[0])} to {write.month(months[-1])}. "
        f"The best month is {write.month(months[best])} with {write.money(revenue[best])}."
    )


def _month_row(row: dict[str, Any], shelf: Shelf) -> tuple[str, ...]:
    write = shelf.write
    returning = row["customers"] - row["new_customers"]
    counts = (row["orders"], row["customers"], row["new_customers"], returning)
    return (write.month(row["month"]), write.number(float(row["revenue"])), *(write.number(each) for each in counts))
