"""Segments: how large, how valuable, how sure; and the base split by lifecycle and by value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.found import found_name
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT, PARTS
from segmentry.charts.writer import label

_MAIN = "rfm"
_ROOM_FOR_TEXT = 0.045


@dataclass(frozen=True, slots=True)
class Valued:
    """A segment with its value, if it has one: estimate, interval of the mean, interval of what will be seen."""

    name: str
    customers: int
    revenue: float
    value: float | None
    low: float | None
    high: float | None
    outcome_low: float | None
    outcome_high: float | None

    @property
    def is_valued(self) -> bool:
        """Whether the value and the interval of its mean are known."""
        return None not in (self.value, self.low, self.high)


def has_value(shelf: Shelf) -> bool:
    """Whether any segment of the main segmentation has a value with its interval."""
    return any(each.is_valued for each in _segments(shelf, _MAIN))


def has_found_value(shelf: Shelf) -> bool:
    """Whether any segment found in the data has a value with its interval."""
    name = found_name(shelf)
    return name is not None and any(each.is_valued for each in _segments(shelf, name))


def has_lifecycle(shelf: Shelf) -> bool:
    """Whether the base was split by lifecycle."""
    return bool(_segments(shelf, "lifecycle"))


def has_value_tiers(shelf: Shelf) -> bool:
    """Whether the base was split by value."""
    return bool(_segments(shelf, "value_tier"))


def size_and_value(shelf: Shelf) -> go.Figure:
    """Customers of each segment by RFM beside its value, with both intervals of the value."""
    return _size_and_value(shelf, _segments(shelf, _MAIN), "Segments by size and value")


def found_size_and_value(shelf: Shelf) -> go.Figure:
    """The same for the segments found in the data."""
    found = _segments(shelf, found_name(shelf) or "")
    short = [replace(each, name="<br>".join(wrap(each.name.removesuffix(" customers"), 22))) for each in found]
    return _size_and_value(shelf, short, "The segments found, by size and value")


def _size_and_value(shelf: Shelf, found: list[Valued], title: str) -> go.Figure:
    write = shelf.write
    names = [f"{each.name}<br>{write.number(each.customers)}" for each in found]
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06, column_widths=[0.4, 0.6])
    figure.add_bar(
        y=names,
        x=[each.customers for each in found],
        orientation="h",
        marker={"color": LIGHT["gray"]},
        hovertemplate="%{y} customers<extra></extra>",
        row=1,
        col=1,
    )
    figure.add_bar(
        y=names,
        x=[each.value for each in found],
        orientation="h",
        marker={"color": LIGHT["sky"]},
        error_x=_reach(found, "outcome_low", "outcome_high", LIGHT["ink"], 1),
        hovertemplate="%{y} customers<br>%{x:,.0f} " + write.unit + "<extra></extra>",
        row=1,
        col=2,
    )
    figure.add_scatter(
        y=names,
        x=[each.value for each in found],
        mode="markers",
        marker={"color": LIGHT["ink"], "size": 1},
        error_x=_reach(found, "low", "high", LIGHT["ink"], 4),
        hoverinfo="skip",
        row=1,
        col=2,
    )
    figure.update_layout(showlegend=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text="Customers", nticks=3, tickangle=0, row=1, col=1)
    figure.update_xaxes(title_text=f"Value ({write.unit})", nticks=4, tickangle=0, showgrid=True, row=1, col=2)
    notes = Notes(
        title,
        shelf.basis("Customers: exact. Value: estimated."),
        f"Value is {shelf.measure} {shelf.horizon}, in {write.unit}. {_interval_sentence(shelf)}",
        _largest_in_words(found, shelf),
        ("Segment", "Customers", f"Value ({write.unit})", "Interval of the mean", "Interval of what will be seen"),
        tuple(_segment_row(each, shelf) for each in found),
    )
    return finish(figure, notes, write.separators, 140 + 42 * len(found))


def value_per_customer(shelf: Shelf) -> go.Figure:
    """Mean value of a customer in each segment, with the interval of the mean."""
    write = shelf.write
    found = [each for each in _segments(shelf, _MAIN) if each.is_valued and each.customers]
    means = [(each.value or 0.0) / each.customers for each in found]
    lows = [(each.low or 0.0) / each.customers for each in found]
    highs = [(each.high or 0.0) / each.customers for each in found]
    figure = go.Figure()
    figure.add_scatter(
        y=[each.name for each in found],
        x=means,
        mode="markers+text",
        marker={"color": LIGHT["blue"], "size": 7},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - mean for high, mean in zip(highs, means, strict=True)],
            "arrayminus": [mean - low for low, mean in zip(lows, means, strict=True)],
            "color": LIGHT["ink"],
        },
        text=[f"  {write.amount(mean)}" for mean in means],
        textposition="top center",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,.2f} " + write.unit + "<extra></extra>",
    )
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_xaxes(title_text=f"Value per customer ({write.unit})", rangemode="tozero", showgrid=True)
    figure.update_layout(showlegend=False)
    notes = Notes(
        "Value of one customer, by segment",
        shelf.basis("Estimated."),
        f"Mean {shelf.measure} per customer {shelf.horizon}, in {write.unit}. The line is the {shelf.level} interval "
        "of that mean. Single customers vary far more.",
        _richest_in_words(found, means, shelf),
        ("Segment", f"Value per customer ({write.unit})", "Interval of the mean"),
        tuple(
            (each.name, write.amount(mean), f"{write.amount(low)} to {write.amount(high)}")
            for each, mean, low, high in zip(found, means, lows, highs, strict=True)
        ),
    )
    return finish(figure, notes, write.separators, 140 + 40 * len(found))


def lifecycle(shelf: Shelf) -> go.Figure:
    """Customers, net revenue and value by lifecycle state."""
    hues = [LIGHT[name] for name in PARTS]
    title = "Where customers stand: people and money by lifecycle"
    caption = "States follow each customer's own rhythm of buying."
    return _split(shelf, _segments(shelf, "lifecycle"), hues, title, caption)


def value_tiers(shelf: Shelf) -> go.Figure:
    """Customers, net revenue and value by value tier."""
    hues = [LIGHT[name] for name in ("scale_4", "scale_3", "scale_1", "part_gray", "part_amber", "part_green")]
    title = "Value tiers: people and money"
    caption = "Customers ranked by expected value; equal values share a tier."
    return _split(shelf, _segments(shelf, "value_tier"), hues, title, caption)


def _split(shelf: Shelf, found: list[Valued], hues: list[str], title: str, caption: str) -> go.Figure:
    """The base as three bars of 100 %: customers, net revenue, value."""
    write = shelf.write
    valued = all(each.value is not None for each in found)
    measured = {
        "Customers": [float(each.customers) for each in found],
        "Net revenue": [each.revenue for each in found],
        "Value (estimated)": [each.value or 0.0 for each in found] if valued else [],
    }
    kinds = [kind for kind, amounts in measured.items() if sum(amounts) > 0 and min(amounts) >= 0]
    figure = go.Figure()
    for place, each in enumerate(found):
        shares = [measured[kind][place] / sum(measured[kind]) for kind in kinds]
        figure.add_bar(
            y=kinds,
            x=[100 * share for share in shares],
            orientation="h",
            name=each.name,
            marker={"color": hues[place % len(hues)], "line": {"color": LIGHT["ground"], "width": 1}},
            text=[write.percent(share) if share >= _ROOM_FOR_TEXT else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            insidetextfont={"color": LIGHT["ink"]},
            hovertemplate="%{y}: %{x:.1f} %<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(barmode="stack", legend={"traceorder": "normal"}, margin={"t": 120})
    figure.update_xaxes(title_text="Share of the base (%)", range=[0, 100], dtick=20)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    told = f" Value is {shelf.measure} {shelf.horizon}; its intervals stand in the table." if valued else ""
    notes = Notes(
        title,
        shelf.basis("Customers and revenue: exact." + (" Value: estimated." if valued else "")),
        f"{caption} Net revenue to date, in {write.unit}.{told}",
        "; ".join(f"{each.name}: {write.number(each.customers)} customers" for each in found) + ".",
        ("Segment", "Customers", f"Net revenue ({write.unit})", f"Value ({write.unit})", "Interval of the mean"),
        tuple(
            (each.name, write.number(each.customers), write.amount(each.revenue), *_segment_row(each, shelf)[2:4])
            for each in found
        ),
    )
    return finish(figure, notes, write.separators, 150 + 60 * len(kinds))


def _segments(shelf: Shelf, segmentation: str) -> list[Valued]:
    """The segments that have members, in their own order."""
    described = {
        row["segment_id"]: row for row in shelf.rows("segmentation_segments") if row["segmentation"] == segmentation
    }
    worth = [
        row
        for row in shelf.rows("segment_value")
        if row["segmentation"] == segmentation and row["segment_id"] in described and row["customers"]
    ]
    worth.sort(key=lambda row: int(described[row["segment_id"]]["position"]))
    return [_valued(row, str(described[row["segment_id"]]["name"])) for row in worth]


def _valued(row: dict[str, Any], name: str) -> Valued:
    known = [None if row[key] is None else float(row[key]) for key in _VALUES]
    return Valued(label(name), int(row["customers"]), float(row["revenue"]), *known)


_VALUES = ("value", "value_low", "value_high", "outcome_low", "outcome_high")


def _reach(found: list[Valued], low: str, high: str, color: str, thickness: int) -> dict[str, Any]:
    """Error bars from the ends of an interval; nothing is drawn where an end is unknown."""
    ends = [(each.value, getattr(each, low), getattr(each, high)) for each in found]
    known = [None not in end for end in ends]
    return {
        "type": "data",
        "symmetric": False,
        "array": [top - value if sure else 0 for (value, _, top), sure in zip(ends, known, strict=True)],
        "arrayminus": [value - bottom if sure else 0 for (value, bottom, _), sure in zip(ends, known, strict=True)],
        "color": color,
        "thickness": thickness,
        "width": 0 if thickness > 1 else 4,
    }


def _segment_row(each: Valued, shelf: Shelf) -> tuple[str, ...]:
    write = shelf.write
    value = "not estimable" if each.value is None else write.amount(each.value)
    spans = [
        "not estimable" if low is None or high is None else f"{write.amount(low)} to {write.amount(high)}"
        for low, high in ((each.low, each.high), (each.outcome_low, each.outcome_high))
    ]
    return (each.name, write.number(each.customers), value, *spans)


def _interval_sentence(shelf: Shelf) -> str:
    return (
        f"Thick line: {shelf.level} interval of the expected value. Thin line: {shelf.level} interval of what will be "
        "seen; it is left out where spending differs too much to give one."
    )


def _largest_in_words(found: list[Valued], shelf: Shelf) -> str:
    best = max((each for each in found if each.value is not None), key=lambda each: each.value or 0.0)
    low, high = shelf.write.money(best.low or 0.0), shelf.write.money(best.high or 0.0)
    return (
        f"{best.name} has the highest value: {shelf.write.money(best.value or 0.0)}, between {low} and {high}, "
        f"from {shelf.write.number(best.customers)} customers."
    )


def _richest_in_words(found: list[Valued], means: list[float], shelf: Shelf) -> str:
    best = means.index(max(means))
    return f"A customer in {found[best].name} is worth most: {shelf.write.money(means[best])} on average."
