"""Gorge plots: how similar the customers are to each segment, as small histograms (Dolnicar & Leisch 2017)."""

from __future__ import annotations

import math
from collections import defaultdict

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.found import Member, found_name, members, of_found
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf

_COLUMNS = 2
_EDGE = 0.25


def has_gorge(shelf: Shelf) -> bool:
    """Whether similarities to found segments were kept."""
    return bool(_bars(shelf))


def gorge(shelf: Shelf) -> go.Figure:
    """One histogram per segment: mass at both ends and a gorge between means a segment that stands apart."""
    write, bars = shelf.write, _bars(shelf)
    found = [each for each in members(shelf, found_name(shelf) or "") if each.id in bars]
    lines = math.ceil(len(found) / _COLUMNS)
    figure = make_subplots(
        rows=lines,
        cols=_COLUMNS,
        shared_xaxes=True,
        vertical_spacing=min(0.16, 0.4 / lines),
        horizontal_spacing=0.12,
        subplot_titles=[each.lines(24) for each in found],
    )
    for at, each in enumerate(found):
        edges, counts = zip(*bars[each.id], strict=True)
        width = edges[1] - edges[0] if len(edges) > 1 else 1.0
        figure.add_bar(
            x=[round(edge + width / 2, 6) for edge in edges],
            y=list(counts),
            width=width * 0.94,
            marker={"color": each.hue},
            hovertemplate="similarity around %{x:.2f}: %{y:,.0f} customers<extra></extra>",
            row=at // _COLUMNS + 1,
            col=at % _COLUMNS + 1,
        )
    figure.update_annotations(font={"size": 12}, yanchor="bottom")
    figure.update_xaxes(range=[0, 1], dtick=0.5, showticklabels=True)
    figure.update_yaxes(nticks=3, tickangle=0)
    for at in range(max(0, len(found) - _COLUMNS), len(found)):
        figure.update_xaxes(title_text="Similarity", row=at // _COLUMNS + 1, col=at % _COLUMNS + 1)
    for line in range(lines):
        figure.update_yaxes(title_text="Customers", row=line + 1, col=1)
    figure.update_layout(showlegend=False, bargap=0, margin={"t": 128})
    return finish(figure, _notes(shelf, found, bars), write.separators, 150 + 165 * lines)


def _notes(shelf: Shelf, found: list[Member], bars: dict[str, list[tuple[float, int]]]) -> Notes:
    write = shelf.write
    shares = {each.id: _shares(bars[each.id]) for each in found}
    clearest = min(found, key=lambda each: shares[each.id][1])
    size = write.number(max(sum(count for _, count in each) for each in bars.values()))
    return Notes(
        "Gorge plots: does a segment stand apart?",
        shelf.basis("Estimated."),
        f"Each bar counts customers of a sample of {size} by how similar they are to the segment (1: as close as "
        "can be). A natural segment has its members at the right, all others at the left, and a gorge between. One "
        "smooth hill means that customers pass over into the neighboring segments: the border is drawn and not found.",
        f"In the picture of {clearest.name}, {write.percent(shares[clearest.id][1])} of customers lie between the ends "
        f"(similarity {write.number(_EDGE, 2)} to {write.number(1 - _EDGE, 2)}), the fewest of all.",
        ("Segment", f"Similarity below {write.number(_EDGE, 2)}", "Between", f"{write.number(1 - _EDGE, 2)} and above"),
        tuple((each.name, *(write.percent(share) for share in shares[each.id])) for each in found),
    )


def _shares(bars: list[tuple[float, int]]) -> tuple[float, float, float]:
    """Shares of customers at the left end, between, and at the right end."""
    total = sum(count for _, count in bars) or 1
    left = sum(count for edge, count in bars if edge < _EDGE - 1e-9)
    right = sum(count for edge, count in bars if edge >= 1 - _EDGE - 1e-9)
    return left / total, (total - left - right) / total, right / total


def _bars(shelf: Shelf) -> dict[str, list[tuple[float, int]]]:
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for row in of_found(shelf, "segment_gorge"):
        found[str(row["segment_id"])].append((float(row["similarity"]), int(row["customers"])))
    return {segment: sorted(bars) for segment, bars in found.items() if sum(count for _, count in bars)}
