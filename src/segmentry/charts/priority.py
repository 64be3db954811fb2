"""Priority of segments: attractiveness by strength, who is out, who ties, and how sure the first place is."""

from __future__ import annotations

import json
import math
from typing import Any

import plotly.graph_objects as go

from segmentry.charts.found import Member, main_name, members, of_main
from segmentry.charts.labels import Bubble, named
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

_LARGEST, _SMALLEST = 50.0, 12.0
_ROOM = 0.08
_SHADES = ("part_gray", "scale_1", "scale_3")
_STANCES = ("harvest", "select", "invest")

Pair = tuple[Member, dict[str, Any]]


def has_priority(shelf: Shelf) -> bool:
    """Whether any segment in question has a place in the matrix."""
    return any(_is_placed(row) for _, row in _pairs(shelf))


def has_first(shelf: Shelf) -> bool:
    """Whether the probability of the first place is known for any segment in question."""
    return any(row["probability_first"] is not None for _, row in _pairs(shelf))


def priority_matrix(shelf: Shelf) -> go.Figure:
    """Attractiveness by strength in nine cells; bubbles by value, hollow where knocked out, ties by the same number."""
    write = shelf.write
    pairs = [(member, row) for member, row in _pairs(shelf) if _is_placed(row)]
    figure = go.Figure()
    for across in range(3):
        for up in range(3):
            _cell(figure, across, up)
    by_value = all(member.value is not None for member, _ in pairs)
    amounts = [max(float((member.value if by_value else member.customers) or 0.0), 0.0) for member, _ in pairs]
    largest = max(amounts, default=0.0) or 1.0
    for (member, row), amount in sorted(zip(pairs, amounts, strict=True), key=lambda each: -each[1]):
        figure.add_scatter(**_bubble(shelf, member, row, _diameter(amount, largest)))
    for annotation in named([_named(*pair, amount, largest) for pair, amount in zip(pairs, amounts, strict=True)]):
        figure.add_annotation(**annotation)
    ticks = {"tickvals": [1 / 6, 0.5, 5 / 6], "ticktext": ["low", "medium", "high"], "range": [-_ROOM, 1 + _ROOM]}
    figure.update_xaxes(title_text="Strength: how well we serve them →", zeroline=False, **ticks)
    figure.update_yaxes(title_text="Attractiveness →", zeroline=False, showgrid=False, tickangle=-90, **ticks)
    figure.update_layout(showlegend=False)
    return finish(figure, _notes(shelf, pairs, by_value=by_value), write.separators, 540)


def _cell(figure: go.Figure, across: int, up: int) -> None:
    """One of nine cells; those that suggest the same stance share a shade."""
    stance = 0 if across + up <= 1 else 1 if across + up == 2 else 2
    edges = (-_ROOM, 1 / 3, 2 / 3, 1 + _ROOM)
    figure.add_shape(
        type="rect",
        x0=edges[across],
        x1=edges[across + 1],
        y0=edges[up],
        y1=edges[up + 1],
        fillcolor=LIGHT[_SHADES[stance]],
        opacity=0.45,
        line={"color": LIGHT["ground"], "width": 3},
        layer="below",
    )
    figure.add_annotation(
        x=edges[across] + 0.012,
        y=edges[up + 1] - 0.008,
        xanchor="left",
        yanchor="top",
        text=_STANCES[stance],
        font={"size": 10, "color": LIGHT["muted"]},
    )


def _bubble(shelf: Shelf, member: Member, row: dict[str, Any], size: float) -> dict[str, Any]:
    write = shelf.write
    out = bool(row["knocked_out"])
    worth = "not estimable" if member.value is None else write.money(member.value)
    return {
        "x": [row["strength"]],
        "y": [row["attractiveness"]],
        "mode": "markers",
        "name": member.short,
        "marker": {
            "color": member.hue,
            "symbol": "circle-open" if out else "circle",
            "size": size,
            "opacity": 0.85,
            "line": {"color": member.hue if out else LIGHT["ground"], "width": 3 if out else 2},
        },
        "hovertemplate": f"{member.hover}<br>attractiveness %{{y:.2f}}, strength %{{x:.2f}}<br>value {worth}"
        f"<extra></extra>",
        "cliponaxis": False,
    }


def _diameter(amount: float, largest: float) -> float:
    """Diameter of a bubble in pixels, so that its area tells the amount."""
    return max(_SMALLEST, _LARGEST * math.sqrt(amount / largest))


def _named(member: Member, row: dict[str, Any], amount: float, largest: float) -> Bubble:
    x, y, size = float(row["strength"]), float(row["attractiveness"]), _diameter(amount, largest)
    return Bubble(x, y, (x + _ROOM) / (1 + 2 * _ROOM), (y + _ROOM) / (1 + 2 * _ROOM), size, _label(member, row))


def _label(member: Member, row: dict[str, Any]) -> str:
    if row["knocked_out"]:
        return f"{member.lines(18)}<br>(knocked out)"
    return f"<b>{_place(row)}</b> {member.lines(18)}"


def _place(row: dict[str, Any]) -> str:
    """The rank, or the range of ranks of those that cannot be told apart."""
    low, high = row["rank_low"], row["rank_high"]
    if low is None or high is None:
        return "–" if row["rank"] is None else f"{row['rank']}."
    return f"{low}." if low == high else f"{low}.–{high}."


def priority_first(shelf: Shelf) -> go.Figure:
    """Probability that each segment is the first, with its range of ranks; ties bracketed by the same number."""
    write = shelf.write
    pairs = [(member, row) for member, row in _pairs(shelf) if row["probability_first"] is not None]
    pairs.sort(key=lambda pair: (pair[1]["tie_group"] or 99, -pair[1]["probability_first"], pair[0].position))
    figure = go.Figure()
    figure.add_bar(
        y=[f"{_place(row)} {member.lines(20)}" for member, row in pairs],
        x=[100 * row["probability_first"] for _, row in pairs],
        orientation="h",
        marker={"color": [member.hue for member, _ in pairs]},
        text=[f" {write.percent(row['probability_first'])}" for _, row in pairs],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: first with %{x:.0f} %<extra></extra>",
    )
    figure.update_xaxes(title_text="Probability of being first (%)", range=[0, 118], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(showlegend=False)
    tied = [member.name for member, row in pairs if row["tie_group"] == pairs[0][1]["tie_group"]]
    told = (
        f"{' and '.join(tied)} cannot be told apart: they tie for the first place."
        if len(tied) > 1
        else f"{tied[0]} is first with a probability of {write.percent(pairs[0][1]['probability_first'])}."
    )
    notes = Notes(
        "How sure the first place is",
        shelf.basis("Estimated."),
        "Share of draws from the intervals of all figures in which the segment has the highest score. Before each "
        f"name: the ranks within the {shelf.level} interval. Segments of one tie group cannot be told "
        "from the best of it.",
        told,
        (
            "Segment",
            "First with probability",
            "Rank",
            "Rank between",
            "Tie group",
            "Stands when a weight moves by 20 %",
        ),
        tuple(_first_row(shelf, member, row) for member, row in pairs),
    )
    return finish(figure, notes, write.separators, 150 + 42 * len(pairs))


def _first_row(shelf: Shelf, member: Member, row: dict[str, Any]) -> tuple[str, ...]:
    low, high = row["rank_low"], row["rank_high"]
    return (
        member.name,
        shelf.write.percent(row["probability_first"]),
        "not ranked" if row["rank"] is None else str(row["rank"]),
        "not known" if low is None or high is None else f"{low} to {high}",
        "not ranked" if row["tie_group"] is None else str(row["tie_group"]),
        "not known" if row["rank_stands"] is None else "yes" if row["rank_stands"] else "no",
    )


def _notes(shelf: Shelf, pairs: list[Pair], *, by_value: bool) -> Notes:
    write = shelf.write
    size = f"value, in {write.unit}, {shelf.horizon}" if by_value else "number of customers (value is not known)"
    standing = [(member, row) for member, row in pairs if not row["knocked_out"]]
    best = min(standing or pairs, key=lambda pair: pair[1]["rank"] or 99)
    return Notes(
        "Which segments come first",
        shelf.basis("Estimated."),
        "Scores compare the segments with each other: 0 is the worst of them and not worthless. Bubbles: area by "
        f"{size}. Numbers are ranks; a range means a tie. Hollow: knocked out. {_weights(shelf)}".strip(),
        f"{best[0].name} lies highest and farthest right: {best[1]['cell'] or 'no cell'}.",
        ("Segment", "Attractiveness", "Strength", "Score", "Cell", "Stance", "Rank", "Knocked out"),
        tuple(_row(shelf, member, row) for member, row in pairs),
    )


def _row(shelf: Shelf, member: Member, row: dict[str, Any]) -> tuple[str, ...]:
    scores = [row[name] for name in ("attractiveness", "strength", "score")]
    return (
        member.name,
        *("not estimable" if score is None else shelf.write.number(score, 2) for score in scores),
        row["cell"] or "none",
        row["stance"] or "none",
        _place(row),
        str(row["reasons"]) if row["knocked_out"] else "no",
    )


def _weights(shelf: Shelf) -> str:
    """The weights in words, and what could not be scored, from the summary."""
    rows = of_main(shelf, "priority_summary")
    if not rows:
        return ""
    told = json.loads(rows[0]["document"])
    parts = []
    for axis in ("attractiveness", "strength"):
        found = told.get(axis, {})
        scored = ", ".join(f"{name.replace('_', ' ')} {weight:g}" for name, weight in found.get("scored", {}).items())
        parts.append(f"{axis.capitalize()} by {scored}." if scored else "")
        for name, why in found.get("unscored", {}).items():
            parts.append(f"Not scored: {name.replace('_', ' ')}, because {why['reason']}.")
    return " ".join(part for part in parts if part)


def _is_placed(row: dict[str, Any]) -> bool:
    return row["attractiveness"] is not None and row["strength"] is not None


def _pairs(shelf: Shelf) -> list[Pair]:
    rows = {row["segment_id"]: row for row in of_main(shelf, "segment_priority")}
    return [(member, rows[member.id]) for member in members(shelf, main_name(shelf)) if member.id in rows]
