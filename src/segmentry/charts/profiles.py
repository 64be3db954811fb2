"""Segment profile plot: in what the segments differ from the base (Dolnicar & Leisch 2014), markers strong."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.found import Member, found_name, members, of_found, words
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

_MOST_IN_TABLE = 120
_BAR = 21


def has_profiles(shelf: Shelf) -> bool:
    """Whether a found segmentation has profiles."""
    return bool(_profiles(shelf))


def segment_profiles(shelf: Shelf) -> go.Figure:
    """Per segment a panel of bars: the difference from the base in standard deviations, by variable."""
    write, profiles = shelf.write, _profiles(shelf)
    found = [each for each in members(shelf, found_name(shelf) or "") if each.id in profiles]
    most = max(len(rows) for rows in profiles.values())
    titles = [f"<b>{each.lines(22)}</b> · {write.number(each.customers)}" for each in found]
    gap = 12 + 15 * max(title.count("<br>") + 1 for title in titles)
    room = len(found) * _BAR * most + (len(found) - 1) * gap
    figure = make_subplots(
        rows=len(found),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=gap / room if len(found) > 1 else 0.0,
        subplot_titles=titles,
    )
    for at, each in enumerate(found, start=1):
        figure.add_bar(**_bars(shelf, each, profiles[each.id]), row=at, col=1)
    figure.update_annotations(font={"size": 12}, x=0, xanchor="left", xref="paper", align="left")
    reach = 1.12 * max(abs(row["difference"] or 0.0) for rows in profiles.values() for row in rows)
    figure.update_xaxes(range=[-max(reach, 0.5), max(reach, 0.5)], zeroline=True, zerolinewidth=2, showgrid=True)
    figure.update_xaxes(title_text="Standard deviations<br>from the base", row=len(found), col=1)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(showlegend=False, bargap=0.2, margin={"t": 100})
    return finish(figure, _notes(shelf, found, profiles), write.separators, 170 + gap + room)


def _bars(shelf: Shelf, each: Member, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "y": [words(row["variable"]) for row in rows],
        "x": [row["difference"] for row in rows],
        "orientation": "h",
        "marker": {
            "color": [each.hue if row["marker"] else LIGHT["part_gray"] for row in rows],
            "line": {"color": LIGHT["zero"], "width": 0.5},
        },
        "customdata": [[_typical(shelf, row, "mean"), _typical(shelf, row, "median")] for row in rows],
        "hovertemplate": "%{y}: %{x:+.2f} deviations<br>mean %{customdata[0]}<br>median %{customdata[1]}"
        "<extra></extra>",
    }


def _typical(shelf: Shelf, row: dict[str, Any], kind: str) -> str:
    """A mean or median with that of the base behind it."""
    write = shelf.write
    here, base = row[kind], row[f"base_{kind}"]
    return (
        "not known" if here is None or base is None else f"{write.significant(here)} (base {write.significant(base)})"
    )


def _notes(shelf: Shelf, found: list[Member], profiles: dict[str, list[dict[str, Any]]]) -> Notes:
    marks = {each.id: [row for row in profiles[each.id] if row["marker"]] for each in found}
    told = [f"{each.name}: {', '.join(_direction(row) for row in marks[each.id]) or 'no marker'}" for each in found]
    ordered = [(each, row) for each in found for row in profiles[each.id]][:_MOST_IN_TABLE]
    return Notes(
        "In what the segments differ",
        shelf.basis("Estimated."),
        "Bars: how far the segment's mean lies from that of the base, in standard deviations, on the scale on which "
        "the segments were made. Like variables stand together. Strong bars are markers: they tell the segment; pale "
        "ones do not. The segments were made from these variables, so that they differ in them proves nothing.",
        "; ".join(told) + ".",
        ("Segment", "Variable", "Difference", "Mean (base)", "Median (base)", "Marker"),
        tuple(
            (
                each.name,
                words(row["variable"]),
                "not known" if row["difference"] is None else shelf.write.number(row["difference"], 2),
                _typical(shelf, row, "mean"),
                _typical(shelf, row, "median"),
                "yes" if row["marker"] else "no",
            )
            for each, row in ordered
        ),
    )


def _direction(row: dict[str, Any]) -> str:
    return f"{'high' if (row['difference'] or 0.0) > 0 else 'low'} {words(row['variable'])}"


def _profiles(shelf: Shelf) -> dict[str, list[dict[str, Any]]]:
    """Rows on the variables that made the segments, by segment, in the published order."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = [row for row in of_found(shelf, "segment_profiles") if row["role"] == "segmentation"]
    for row in sorted(rows, key=lambda row: (int(row["position"]), str(row["variable"]))):
        found.setdefault(str(row["segment_id"]), []).append(row)
    return found
