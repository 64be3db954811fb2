"""Maps of segments: where customers and segments lie, what segments are worth, whether they grow, where gaps are."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
import pyarrow.compute as pc

from segmentry.charts.found import Member, main_name, members
from segmentry.charts.labels import Bubble, named
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf, numbers
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import label

Method = Literal["plain", "principal", "discriminant", "correspondence", "perceived"]

METHODS: tuple[Method, ...] = ("plain", "principal", "discriminant", "correspondence", "perceived")
"""Ways of drawing a map, the default first."""

_TITLES = {
    "plain": "Where the segments lie",
    "principal": "Where the segments lie, on principal components",
    "discriminant": "Where the segments lie, seen so that they stand farthest apart",
    "correspondence": "Which segments go with which country, channel or category",
    "perceived": "Where the segments lie by perceived value and price",
}
_MOST_LEVELS = 12
_MOST_POINTS = 2000
_LARGEST, _SMALLEST = 58.0, 9.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A segment on a map: its place, its size by value or customers, its growth where that tells something."""

    member: Member
    x: float
    y: float
    amount: float
    growth: float | None
    quality: float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """One map as it was published, ready to be drawn."""

    name: str
    method: Method
    spots: list[Spot]
    axes: Mapping[str, Mapping[str, Any]]
    by_value: bool
    by_construction: bool
    summary: Mapping[str, Any]
    gaps: list[Mapping[str, Any]]


def has_map(method: Method) -> Callable[[Shelf], bool]:
    """Whether the segmentation in question has a map of that method."""
    return lambda shelf: _is_drawn(shelf, f"{main_name(shelf)}/{method}")


def map_of(method: Method) -> Callable[[Shelf], go.Figure]:
    """What draws the map of that method."""
    return lambda shelf: _figure(shelf, _drawing(shelf, main_name(shelf), method))


def others(shelf: Shelf) -> dict[str, Callable[[], go.Figure]]:
    """Maps of further segmentations that were asked for, by name: ``map_``, method, segmentation."""
    maps = sorted({str(row["map"]) for row in shelf.rows("map_segments")})
    pairs = [each.rpartition("/")[::2] for each in maps if _is_drawn(shelf, each)]
    return {
        f"map_{method}_{segmentation}": partial(_drawn, shelf, segmentation, known, method)
        for segmentation, method in pairs
        for known in METHODS
        if method == f"{known}_chosen" or (method == known and segmentation != main_name(shelf))
    }


def _drawn(shelf: Shelf, segmentation: str, method: Method, name: str) -> go.Figure:
    return _figure(shelf, _drawing(shelf, segmentation, method, f"{segmentation}/{name}"))


def _is_drawn(shelf: Shelf, name: str) -> bool:
    return any(row["map"] == name for row in shelf.rows("map_segments")) and len(_axes(shelf, name)) == 2


def _figure(shelf: Shelf, drawing: Drawing) -> go.Figure:
    figure = go.Figure()
    points = _points(shelf, drawing, figure)
    _levels(shelf, drawing, figure)
    _bubbles(shelf, drawing, figure)
    _growth(shelf, drawing, figure)
    _labels(shelf, drawing, figure)
    for gap in drawing.gaps:
        figure.add_scatter(
            x=[gap["x"]],
            y=[gap["y"]],
            mode="markers+text",
            text=["gap"],
            textposition="middle center",
            marker={"symbol": "circle-open", "size": 38, "color": LIGHT["ink"], "line": {"width": 2}},
            customdata=[shelf.write.percent(gap["recurrence"] or 0.0)],
            hovertemplate="gap, found again in %{customdata} of samples<extra></extra>",
        )
    figure.update_xaxes(**_axis(drawing, "x"), showgrid=False, zeroline=False)
    figure.update_yaxes(**_axis(drawing, "y"), showgrid=True, zeroline=False)
    figure.update_layout(showlegend=False, hovermode="closest")
    return finish(figure, _notes(shelf, drawing, points), shelf.write.separators, 560)


def _points(shelf: Shelf, drawing: Drawing, figure: go.Figure) -> int:
    """Customers of the sample as small points in the hue of their segment; how many there are."""
    if not shelf.has("map_points"):
        return 0
    table = shelf.small("map_points")
    table = table.filter(pc.equal(table["map"], drawing.name)).slice(0, _MOST_POINTS)
    segments, x, y = table["segment_id"].to_pylist(), numbers(table, "x"), numbers(table, "y")
    codes = np.asarray(segments, dtype=object)
    for spot in drawing.spots:
        mine = codes == spot.member.id
        if mine.any():
            figure.add_scatter(
                x=np.round(x[mine], 3).tolist(),
                y=np.round(y[mine], 3).tolist(),
                mode="markers",
                marker={"color": spot.member.hue, "size": 4, "opacity": 0.42},
                hoverinfo="skip",
            )
    return int(table.num_rows)


def _levels(shelf: Shelf, drawing: Drawing, figure: go.Figure) -> None:
    """The levels of a correspondence map as directions: what lies that way is more common among segments there.

    Weighted by the root of their share (contribution biplot, Greenacre 2013), and drawn to the size of the segments.
    """
    if not shelf.has("map_levels"):
        return
    rows = [row for row in shelf.rows("map_levels") if row["map"] == drawing.name]
    total = sum(row["customers"] for row in rows) or 1
    pulled = [(row, math.sqrt(row["customers"] / total)) for row in rows]
    told = sorted(pulled, key=lambda pair: -math.hypot(pair[0]["x"], pair[0]["y"]) * pair[1])[:_MOST_LEVELS]
    reach = max((math.hypot(row["x"], row["y"]) * weight for row, weight in told), default=0.0)
    widest = max((math.hypot(spot.x, spot.y) for spot in drawing.spots), default=0.0)
    if not reach or not widest:
        return
    scale = 1.15 * widest / reach
    figure.add_scatter(
        x=[round(row["x"] * weight * scale, 4) for row, weight in told],
        y=[round(row["y"] * weight * scale, 4) for row, weight in told],
        mode="markers+text",
        name="levels",
        text=[label(str(row["level"])) for row, _ in told],
        textposition="bottom center",
        textfont={"color": LIGHT["muted"], "size": 11},
        marker={"symbol": "diamond-open", "size": 7, "color": LIGHT["muted"]},
        customdata=[shelf.write.number(row["customers"]) for row, _ in told],
        hovertemplate="%{text}<br>%{customdata} customers<extra></extra>",
        cliponaxis=False,
    )


def _bubbles(shelf: Shelf, drawing: Drawing, figure: go.Figure) -> None:
    largest = max((spot.amount for spot in drawing.spots), default=0.0) or 1.0
    write = shelf.write
    for spot in sorted(drawing.spots, key=lambda spot: -spot.amount):
        worth = "value not estimable" if spot.member.value is None else f"value {write.money(spot.member.value)}"
        figure.add_scatter(
            x=[spot.x],
            y=[spot.y],
            mode="markers",
            name=spot.member.short,
            marker={
                "color": spot.member.hue,
                "size": _diameter(spot, largest),
                "opacity": 0.82,
                "line": {"color": LIGHT["ground"], "width": 2},
            },
            hovertemplate=f"{spot.member.hover}<br>{write.number(spot.member.customers)} customers<br>"
            f"{worth}<extra></extra>",
        )


def _growth(shelf: Shelf, drawing: Drawing, figure: go.Figure) -> None:
    """An arrow on each segment whose growth tells something: up where it grows, down where it shrinks."""
    moving = [spot for spot in drawing.spots if spot.growth]
    if not moving:
        return
    figure.add_scatter(
        x=[spot.x for spot in moving],
        y=[spot.y for spot in moving],
        mode="markers",
        name="growth",
        marker={
            "symbol": ["arrow-up" if (spot.growth or 0.0) > 0 else "arrow-down" for spot in moving],
            "size": [12 + 12 * min(1.0, abs(spot.growth or 0.0)) for spot in moving],
            "color": LIGHT["ink"],
            "line": {"color": LIGHT["ground"], "width": 1.5},
        },
        customdata=[shelf.write.percent(spot.growth or 0.0) for spot in moving],
        hovertemplate="growth %{customdata}<extra></extra>",
    )


def _labels(shelf: Shelf, drawing: Drawing, figure: go.Figure) -> None:
    """Names beside the bubbles, with growth where it tells something."""
    (left, right), (bottom, top) = _spans(shelf, drawing)
    largest = max((spot.amount for spot in drawing.spots), default=0.0) or 1.0
    bubbles = [
        Bubble(
            spot.x,
            spot.y,
            _scaled(spot.x, left, right),
            _scaled(spot.y, bottom, top),
            _diameter(spot, largest),
            _label_of(shelf, spot),
        )
        for spot in drawing.spots
    ]
    for annotation in named(bubbles):
        figure.add_annotation(**annotation)


def _label_of(shelf: Shelf, spot: Spot) -> str:
    text = spot.member.lines(17)
    if not spot.growth:
        return text
    return f"{text}<br>{'▲' if spot.growth > 0 else '▼'} {shelf.write.percent(abs(spot.growth))}"


def _diameter(spot: Spot, largest: float) -> float:
    """Diameter of a bubble in pixels, so that its area tells the amount."""
    return max(_SMALLEST, _LARGEST * math.sqrt(max(spot.amount, 0.0) / largest))


def _spans(shelf: Shelf, drawing: Drawing) -> tuple[tuple[float, float], tuple[float, float]]:
    """Least and greatest place along both axes, of points and segments."""
    x, y = [spot.x for spot in drawing.spots], [spot.y for spot in drawing.spots]
    if shelf.has("map_points"):
        table = shelf.small("map_points")
        table = table.filter(pc.equal(table["map"], drawing.name))
        x, y = x + numbers(table, "x").tolist(), y + numbers(table, "y").tolist()
    return (min(x), max(x)), (min(y), max(y))


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _axis(drawing: Drawing, which: str) -> dict[str, Any]:
    axis = drawing.axes[which]
    unit = label(str(axis["unit"] or ""))
    name = "<br>".join(label(line) for line in wrap(str(axis["name"]), 36))
    attribute = axis["attribute"]
    named_by = attribute and drawing.method != "correspondence"
    title = f"{name} →<br>{label(str(attribute)).replace('_', ' ')} ({unit})" if named_by else f"{name} →"
    ticks = json.loads(axis["ticks"] or "[]")
    told: dict[str, Any] = {"title": {"text": title}}
    if ticks:
        told |= {
            "tickmode": "array",
            "tickvals": [each[0] for each in ticks],
            "ticktext": [label(str(each[1])) for each in ticks],
        }
    elif not named_by:
        told |= {"showticklabels": False}
    return told


def _notes(shelf: Shelf, drawing: Drawing, points: int) -> Notes:
    write = shelf.write
    size = "value" if drawing.by_value else "number of customers (value is not known)"
    unit = f", in {write.unit}, {shelf.horizon}" if drawing.by_value else ""
    told = [
        f"Bubbles: segments at their center, area by {size}{unit}.",
        f"Small points: {write.number(points)} customers of an even sample." if points else "",
        _growth_sentence(drawing),
        _quality_sentence(shelf, drawing),
        _gap_sentence(shelf, drawing),
    ]
    most = max(drawing.spots, key=lambda spot: spot.amount)
    across, up = (str(drawing.axes[which]["name"]) for which in ("x", "y"))
    return Notes(
        _TITLES[drawing.method],
        shelf.basis("Places: exact. Value: estimated." if drawing.by_value else "Exact."),
        " ".join(each for each in told if each),
        f"To the right: {across}. Upward: {up}. The largest bubble is {most.member.name}.",
        ("Segment", across, up, "Customers", f"Value ({write.unit})", "Interval of the mean", "Growth", "Shown well"),
        tuple(_row(shelf, spot) for spot in drawing.spots),
    )


def _row(shelf: Shelf, spot: Spot) -> tuple[str, ...]:
    write, member = shelf.write, spot.member
    known = member.low is not None and member.high is not None
    return (
        member.name,
        write.significant(spot.x),
        write.significant(spot.y),
        write.number(member.customers),
        "not estimable" if member.value is None else write.amount(member.value),
        f"{write.amount(member.low or 0.0)} to {write.amount(member.high or 0.0)}" if known else "not estimable",
        "not told" if spot.growth is None else write.percent(spot.growth),
        "not told" if spot.quality is None else write.percent(spot.quality),
    )


def _growth_sentence(drawing: Drawing) -> str:
    if drawing.by_construction:
        return (
            "No arrows of growth: the segments differ in when members bought, so that their growth follows from how "
            "they were made and says nothing about the market."
        )
    if any(spot.growth for spot in drawing.spots):
        return "Arrows: revenue grows (up) or shrinks (down), the last period against the one before."
    return "No arrows of growth: it is not known."


def _quality_sentence(shelf: Shelf, drawing: Drawing) -> str:
    kept, write = drawing.summary.get("variance_kept"), shelf.write
    shares = [drawing.axes[which]["share"] for which in ("x", "y")]
    if drawing.method == "plain" and None not in shares:
        return (
            "Both axes are measured and not made up. Of the spread along them, "
            f"{write.percent(shares[0])} (across) and {write.percent(shares[1])} (up) lies between segments."
        )
    if not isinstance(kept, int | float):
        return ""
    worst = min(
        (spot for spot in drawing.spots if spot.quality is not None), key=lambda spot: spot.quality or 0.0, default=None
    )
    poor = "" if worst is None else f" Shown least well: {worst.member.name} ({write.percent(worst.quality or 0.0)})."
    what = "of what separates the segments" if drawing.method == "discriminant" else "of the variance"
    if drawing.method == "correspondence":
        trait = label(str(drawing.axes["x"]["attribute"])).replace("_", " ")
        return (
            f"Diamonds: {trait}, as directions; what lies in a segment's direction is more common there, "
            f"and how far out says nothing. The two axes keep {write.percent(float(kept))} of how the segments differ "
            f"in it.{poor}"
        )
    return f"The two axes keep {write.percent(float(kept))} {what}; the rest cannot be seen here.{poor}"


def _gap_sentence(shelf: Shelf, drawing: Drawing) -> str:
    if drawing.gaps:
        count, noun = shelf.write.number(len(drawing.gaps)), "gap" if len(drawing.gaps) == 1 else "gaps"
        return f"Rings: {count} {noun}, where demand is and no offer, found again by bootstrap."
    reason = drawing.summary.get("gaps")
    if isinstance(reason, Mapping) and "not_estimable" in reason:
        return "An empty place is not a gap in the market: that needs to know what customers want."
    return ""


def _drawing(shelf: Shelf, segmentation: str, method: Method, told_name: str | None = None) -> Drawing:
    name = told_name or f"{segmentation}/{method}"
    rows = [row for row in shelf.rows("map_segments") if row["map"] == name]
    known = {each.id: each for each in members(shelf, segmentation)}
    rows = [row for row in rows if row["segment_id"] in known and None not in (row["x"], row["y"])]
    by_value = bool(rows) and all(row["value"] is not None for row in rows)
    spots = [_spot(row, known[row["segment_id"]], by_value) for row in rows]
    told: dict[str, Any] = next(
        (json.loads(row["document"]) for row in shelf.rows("map_summary") if row["map"] == name), {}
    )
    return Drawing(
        name,
        method,
        sorted(spots, key=lambda spot: spot.member.position),
        _axes(shelf, name),
        by_value,
        any(row["growth_by_construction"] for row in rows),
        told,
        [row for row in shelf.rows("map_gaps") if row["map"] == name and row["claimed"]],
    )


def _spot(row: Mapping[str, Any], member: Member, by_value: bool) -> Spot:
    amount = float(row["value"] if by_value else row["customers"])
    growth = None if row["growth"] is None or row["growth_by_construction"] else float(row["growth"])
    return Spot(member, float(row["x"]), float(row["y"]), amount, growth, row["cos2"])


def _axes(shelf: Shelf, name: str) -> dict[str, Mapping[str, Any]]:
    return {str(row["axis"]): row for row in shelf.rows("map_axes") if row["map"] == name}
