"""How well the purchase model describes what was seen."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

_NORMAL_95 = 1.96


def has_tracking(shelf: Shelf) -> bool:
    """Whether weeks could be held out and tracked."""
    return bool(shelf.rows("purchase_tracking"))


def has_frequencies(shelf: Shelf) -> bool:
    """Whether counts of repeat purchases could be compared with a model."""
    return bool(shelf.rows("frequency_fit"))


def purchase_tracking(shelf: Shelf) -> go.Figure:
    """Repeat purchases, expected and actual, cumulated above and by week below; the weeks held out are shaded."""
    rows, write = shelf.rows("purchase_tracking"), shelf.write
    weeks = [row["week_ends"] for row in rows]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.09, row_heights=[0.55, 0.45])
    for place, suffix in ((1, "_cumulative"), (2, "")):
        for name, column, line in (
            ("Actual", "actual", {"color": LIGHT["ink"], "width": 1.5}),
            ("Expected", "expected", {"color": LIGHT["vermillion"], "width": 2.5, "dash": "dash"}),
        ):
            figure.add_scatter(
                x=weeks,
                y=[round(float(row[column + suffix]), 1) for row in rows],
                mode="lines",
                name=name,
                line=line,
                legendgroup=name,
                showlegend=place == 1,
                hovertemplate="Week to %{x|%Y-%m-%d}: %{y:,.0f}<extra>" + name + "</extra>",
                row=place,
                col=1,
            )
    held = [week for week, row in zip(weeks, rows, strict=True) if row["held_out"]]
    _shade(figure, held)
    figure.update_yaxes(title_text="Cumulated<br>(purchase days)", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="By week<br>(purchase days)", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(tickformat="%b\n%Y", showgrid=False)
    notes = Notes(
        "Repeat purchases: what the model expected and what came",
        shelf.basis("Actual: exact. Expected: estimated."),
        f"Repeat purchase days of all customers. {_error_sentence(shelf, held)}",
        _tracking_in_words(rows, shelf),
        ("Week to", "Held out", "Expected", "Actual", "Expected, cumulated", "Actual, cumulated"),
        tuple(_week_row(row, shelf) for row in rows),
    )
    return finish(figure, notes, write.separators, 480)


def frequency_fit(shelf: Shelf) -> go.Figure:
    """Customers by number of repeat purchases, seen and expected, with the range that chance alone would give."""
    rows, write = shelf.rows("frequency_fit"), shelf.write
    counts = [str(row["repeat_purchases"]) for row in rows]
    counts[-1] += "+"
    expected = [float(row["expected"]) for row in rows]
    total = sum(expected) or 1.0
    reach = [_NORMAL_95 * (each * max(1 - each / total, 0.0)) ** 0.5 for each in expected]
    figure = go.Figure()
    figure.add_bar(
        x=counts,
        y=[float(row["customers"]) for row in rows],
        name="Actual",
        marker={"color": LIGHT["sky"]},
        hovertemplate="%{x} repeat purchase days: %{y:,.0f} customers<extra>Actual</extra>",
    )
    figure.add_scatter(
        x=counts,
        y=[round(each, 2) for each in expected],
        mode="markers",
        name="Expected, with the range of chance",
        marker={"color": LIGHT["vermillion"], "size": 9, "symbol": "diamond"},
        error_y={"type": "data", "array": [round(each, 2) for each in reach], "color": LIGHT["vermillion"]},
        hovertemplate="%{x}: %{y:,.0f} ± %{error_y.array:,.0f}<extra>Expected</extra>",
    )
    figure.update_xaxes(title_text="Repeat purchase days", type="category")
    figure.update_yaxes(title_text="Customers")
    model = shelf.valuation.get("model", "the model")
    notes = Notes(
        "How often customers bought again: seen and expected",
        shelf.basis("Actual: exact. Expected: estimated."),
        f"Expected by {model}. The range is where 95 of 100 counts would fall if the model were right; "
        "the uncertainty of its parameters is not in it.",
        f"{write.number(float(rows[0]['customers']))} customers never bought again; "
        f"{model} expects {write.number(expected[0])}.",
        ("Repeat purchase days", "Customers", "Expected", "Range of chance"),
        tuple(
            (
                name,
                write.number(float(row["customers"])),
                write.number(each),
                f"{write.number(max(each - far, 0.0))} to {write.number(each + far)}",
            )
            for name, row, each, far in zip(counts, rows, expected, reach, strict=True)
        ),
    )
    return finish(figure, notes, write.separators, 360)


def _shade(figure: go.Figure, held: list[Any]) -> None:
    if not held:
        return
    figure.add_vrect(x0=held[0], x1=held[-1], fillcolor=LIGHT["shade"], line_width=0, layer="below", row="all", col=1)
    figure.add_annotation(
        x=held[0], y=1, yref="y domain", xanchor="left", yanchor="top", text=" held out", font={"color": LIGHT["muted"]}
    )


def _error_sentence(shelf: Shelf, held: list[Any]) -> str:
    told = shelf.valuation.get("tracking", {})
    if not isinstance(told, dict) or not held:
        return "The expected line has no interval."
    write = shelf.write
    errors = [told.get(name) for name in ("cumulative_error", "incremental_error")]
    if not all(isinstance(each, float) for each in errors):
        return f"The shaded {len(held)} weeks were hidden from the model; the expected line has no interval."
    cumulative, incremental = (write.percent(float(each or 0.0), 1) for each in errors)
    return (
        f"The shaded {len(held)} weeks were hidden from the model. In them the cumulated forecast was off by "
        f"{cumulative} on average and a single week by {incremental}; these errors stand in for an interval."
    )


def _tracking_in_words(rows: list[dict[str, Any]], shelf: Shelf) -> str:
    last, write = rows[-1], shelf.write
    return (
        f"By the week to {write.day(last['week_ends'])} the model expected "
        f"{write.number(float(last['expected_cumulative']))} repeat purchase days in all; "
        f"{write.number(float(last['actual_cumulative']))} were seen."
    )


def _week_row(row: dict[str, Any], shelf: Shelf) -> tuple[str, ...]:
    write = shelf.write
    names = ("expected", "actual", "expected_cumulative", "actual_cumulative")
    held = "yes" if row["held_out"] else "no"
    return (write.day(row["week_ends"]), held, *(write.number(float(row[name])) for name in names))
