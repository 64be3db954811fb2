"""How segments overlap, as an UpSet picture (Lex et al. 2014): one bar for each combination, dots say which it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.notes import Notes, finish
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import Writer, label

MOST_COMBINATIONS = 24
"""Combinations drawn; the smaller ones are added up and told in words."""
_BARS = 220
_LINE = 30


def overlap_picture(found: Mapping[str, Any], locale: str) -> go.Figure:
    """Bars of customers by combination over a matrix of dots, the largest first.

    Args:
        found: ``segments`` (id, name, customers), ``combinations`` (segments, customers), ``pairs`` and ``as_of``, as
            the question about overlap answers.
        locale: Language and region in which numbers are written.
    """
    write = Writer(locale)
    segments = sorted(found["segments"], key=lambda each: (-each["customers"], each["id"]))
    shown = list(found["combinations"][:MOST_COMBINATIONS])
    heights = [_BARS, max(_LINE * len(segments), 60)]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.02, row_heights=heights)
    _draw_bars(figure, shown, write)
    _draw_dots(figure, shown, segments)
    names = [f"{label(each['name'])} ({write.number(each['customers'])})" for each in segments]
    rows = list(range(len(segments)))
    figure.update_yaxes(
        tickvals=rows, ticktext=names, range=[len(rows) - 0.4, -0.6], zeroline=False, showgrid=False, row=2, col=1
    )
    figure.update_yaxes(title_text="Customers", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, range=[-0.7, max(len(shown), 4) - 0.3])
    figure.update_layout(showlegend=False, bargap=0.35)
    return finish(figure, _notes(found, segments, shown, write), write.separators, sum(heights) + 130)


def _draw_bars(figure: go.Figure, shown: Sequence[Mapping[str, Any]], write: Writer) -> None:
    figure.add_bar(
        x=list(range(len(shown))),
        y=[each["customers"] for each in shown],
        marker={"color": [LIGHT["blue" if len(each["segments"]) > 1 else "gray"] for each in shown]},
        text=[write.compact(each["customers"]) for each in shown],
        textposition="outside",
        textfont={"size": 11},
        constraintext="none",
        cliponaxis=False,
        customdata=[" and ".join(map(label, each["segments"])) for each in shown],
        hovertemplate="%{y:,.0f} customers in exactly<br>%{customdata}<extra></extra>",
        row=1,
        col=1,
    )


def _draw_dots(figure: go.Figure, shown: Sequence[Mapping[str, Any]], segments: Sequence[Mapping[str, Any]]) -> None:
    """Faint dots everywhere, full ones where a segment takes part, joined by a line from first to last."""
    places = {each["id"]: place for place, each in enumerate(segments)}
    inside = [sorted(places[id_] for id_ in each["segments"]) for each in shown]
    grid = [(at, place) for at in range(len(shown)) for place in range(len(segments))]
    full = [(at, place) for at, each in enumerate(inside) for place in each]
    for dots, color in ((grid, "part_gray"), (full, "ink")):
        x, y = [each[0] for each in dots], [each[1] for each in dots]
        marker = {"color": LIGHT[color], "size": 11}
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip", row=2, col=1)
    across = [at for at in range(len(inside)) for _ in range(3)]
    down = [end for each in inside for end in (each[0], each[-1], None)]
    line = {"color": LIGHT["ink"], "width": 2.5}
    figure.add_scatter(x=across, y=down, mode="lines", line=line, hoverinfo="skip", row=2, col=1)


def _notes(
    found: Mapping[str, Any],
    segments: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    write: Writer,
) -> Notes:
    names = {each["id"]: label(each["name"]) for each in segments}
    whole = [
        (" and ".join(names[id_] for id_ in each["segments"]), each["customers"]) for each in found["combinations"]
    ]
    rest = whole[len(shown) :]
    left = (
        f" {len(rest)} smaller combinations with {write.number(sum(each for _, each in rest))} customers are not drawn."
    )
    both = sum(each["customers"] for each in found["combinations"] if len(each["segments"]) > 1)
    everybody = sum(each["customers"] for each in found["combinations"])
    told = (
        f"{write.number(both)} of {write.number(everybody)} customers in these segments are in more than one."
        if everybody
        else "These segments are empty."
    )
    day = write.day(datetime.fromisoformat(found["as_of"]).date())
    return Notes(
        "How segments overlap",
        f"Exact, as of {day}.",
        "Each bar counts customers in exactly the segments marked below it and in no other of them (blue: more than "
        f"one segment). In brackets: the size of each segment.{left if rest else ''}",
        told,
        ("In exactly these", "Customers"),
        tuple((text, write.number(customers)) for text, customers in whole),
    )
