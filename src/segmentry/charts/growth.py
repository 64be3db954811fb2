"""Growth of segments, split into customers, frequency and value: parts that add up to the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.found import Member, band, main_name, members
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import as_date

_PARTS = (
    ("customers", "Number of buyers", "part_blue"),
    ("frequency", "Orders per buyer", "part_amber"),
    ("value", "Revenue per order", "part_green"),
)
_BASE = "The whole base"


@dataclass(frozen=True, slots=True)
class Change:
    """A segment, or the whole base, with its row of growth."""

    name: str
    shown: str
    row: dict[str, Any]

    def part(self, name: str) -> float:
        """A part of the change, in currency."""
        return float(self.row[f"{name}_part"] or 0.0)


def has_growth(shelf: Shelf) -> bool:
    """Whether the change of revenue of any segment in question is split."""
    return bool(_segments(shelf))


def growth_parts(shelf: Shelf) -> go.Figure:
    """Change of net revenue between two periods as signed stacked bars: the base above, its segments below."""
    write, base, found = shelf.write, _base(shelf), _segments(shelf)
    rows = [each for each in (base, *found) if each is not None]
    heights = [0.24, 0.76] if base is not None else [1.0]
    figure = make_subplots(rows=len(heights), cols=1, vertical_spacing=0.16, row_heights=heights, shared_xaxes=True)
    for line, several in enumerate([[base], found] if base is not None else [found], start=1):
        _stack(figure, [each for each in several if each is not None], line, shelf)
    figure.update_layout(barmode="relative", legend={"traceorder": "normal"}, margin={"t": 120})
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=True, zeroline=True, zerolinewidth=2, nticks=5, tickangle=0)
    figure.update_xaxes(title_text=f"Change of net revenue ({write.unit})", row=len(heights), col=1)
    return finish(figure, _notes(shelf, rows, base), write.separators, 250 + 52 * len(found))


def _stack(figure: go.Figure, rows: list[Change], line: int, shelf: Shelf) -> None:
    """Signed parts side by side, and a mark where they add up to."""
    names = [each.shown for each in rows]
    for name, title, hue in _PARTS:
        figure.add_bar(
            y=names,
            x=[each.part(name) for each in rows],
            orientation="h",
            name=title,
            showlegend=line == 1,
            marker={"color": LIGHT[hue], "line": {"color": LIGHT["ground"], "width": 1}},
            hovertemplate="%{y}: %{x:+,.0f} " + shelf.write.unit + "<extra>" + title + "</extra>",
            row=line,
            col=1,
        )
    figure.add_scatter(
        y=names,
        x=[float(each.row["change"]) for each in rows],
        mode="markers",
        name="Change in all",
        showlegend=line == 1,
        marker={"color": LIGHT["ink"], "symbol": "diamond", "size": 10},
        hovertemplate="%{y}: %{x:+,.0f} " + shelf.write.unit + "<extra>Change in all</extra>",
        row=line,
        col=1,
    )


def _notes(shelf: Shelf, rows: list[Change], base: Change | None) -> Notes:
    write, first = shelf.write, rows[0].row
    days = [write.day(as_date(first[key])) for key in ("before_first", "before_last", "after_first", "after_last")]
    return Notes(
        "Where revenue grew, and why",
        shelf.basis("Revenue and its parts: exact. Intervals: estimated."),
        f"Net revenue from {days[2]} to {days[3]} less that from {days[0]} to {days[1]}, in {write.unit}. The three "
        f"parts add up to the change, the diamond. {_mind(rows)}{shelf.level} intervals hold the chance of who bought; "
        "they stand in the table.",
        _in_words(shelf, rows, base),
        (
            "Segment",
            "Before",
            "After",
            f"Change ({write.unit})",
            *(f"{title}, with interval" for _, title, _ in _PARTS),
            "Growth",
            "Interval of growth",
        ),
        tuple(_row(shelf, each) for each in rows),
    )


def _mind(rows: list[Change]) -> str:
    if any(each.row["by_construction"] for each in rows):
        return (
            "Members are those of today, and the segments differ in when they bought: their growth follows from how "
            "they were made. Only that of the whole base tells how business went. "
        )
    return "Members are those of today. "


def _in_words(shelf: Shelf, rows: list[Change], base: Change | None) -> str:
    each = base or rows[0]
    largest = max(_PARTS, key=lambda part: abs(each.part(part[0])))
    change = shelf.write.money(float(each.row["change"]))
    part = shelf.write.money(each.part(largest[0]))
    return f"{each.name} changed by {change}; the largest part is {largest[1].lower()}, {part}."


def _row(shelf: Shelf, each: Change) -> tuple[str, ...]:
    write, row = shelf.write, each.row
    known = row["growth"] is not None
    return (
        each.name,
        write.amount(float(row["revenue_before"])),
        write.amount(float(row["revenue_after"])),
        write.amount(float(row["change"])),
        *(_part(shelf, row, name) for name, _, _ in _PARTS),
        write.percent(row["growth"]) if known else "not estimable",
        band(shelf, row["growth_low"], row["growth_high"]) if known else "not estimable",
    )


def _part(shelf: Shelf, row: dict[str, Any], name: str) -> str:
    write = shelf.write
    part, low, high = (row[f"{name}_part{end}"] for end in ("", "_low", "_high"))
    if part is None:
        return "not estimable"
    reach = "" if None in (low, high) else f" ({write.amount(low)} to {write.amount(high)})"
    return write.amount(part) + reach


def _base(shelf: Shelf) -> Change | None:
    row = next((row for row in shelf.rows("segment_growth") if row["segmentation"] == "base"), None)
    return None if row is None or row["change"] is None else Change(_BASE, f"<b>{_BASE}</b>", row)


def _segments(shelf: Shelf) -> list[Change]:
    name = main_name(shelf)
    rows = {row["segment_id"]: row for row in shelf.rows("segment_growth") if row["segmentation"] == name}
    found: list[Member] = [each for each in members(shelf, name) if each.id in rows]
    changes = [Change(each.name, each.lines(20), rows[each.id]) for each in found]
    return [each for each in changes if each.row["change"] is not None]
