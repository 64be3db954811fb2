"""Which segments survive: where members come from as the number of segments rises (SLSA, Dolnicar & Leisch 2017)."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pyarrow.compute as pc

from segmentry.charts.found import Member, found_name, of_found
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.stability import has_numbers, named_places
from segmentry.charts.theme import LIGHT

Steps = dict[tuple[int, int], tuple[float | None, int | None]]
"""SLSA and origin of each segment, by number of segments and place."""


def has_origins(shelf: Shelf) -> bool:
    """Whether two numbers of segments or more were tried, and it is known how members moved from one to the next."""
    return has_numbers(shelf) and any(value is not None for value, _ in _steps(shelf).values())


def origins(shelf: Shelf) -> go.Figure:
    """Which segment survives: where the members of each segment come from as the number of segments rises (SLSA)."""
    write, sizes = shelf.write, _steps(shelf)
    chosen = int(shelf.segmentation.get("k", 0))
    heights = _heights(sizes)
    figure = go.Figure()
    for (k, place), (value, origin) in sizes.items():
        if value is None or origin is None:
            continue
        figure.add_scatter(
            x=[k - 1, k],
            y=[heights[k - 1, origin], heights[k, place]],
            mode="lines",
            line={"color": LIGHT["blue"], "width": 1 + 7 * value},
            opacity=0.25 + 0.75 * value,
            hovertemplate=f"to {k} segments: SLSA {write.number(value, 2)}<extra></extra>",
            showlegend=False,
        )
    names = named_places(shelf, chosen)
    for k in sorted({k for k, _ in sizes}):
        figure.add_scatter(**_nodes(shelf, sizes, heights, k, k == chosen, names))
    for place, each in names.items():
        figure.add_annotation(
            x=chosen,
            y=heights[chosen, place],
            text=each.lines(18),
            yanchor="top",
            yshift=-10,
            font={"size": 11},
            bgcolor=LIGHT["ground"],
            opacity=0.9,
            borderpad=1,
        )
    if names:
        figure.add_annotation(x=chosen, y=1.0, yref="paper", yanchor="bottom", text="<b>chosen</b>")
    figure.update_xaxes(title_text="Number of segments", dtick=1)
    figure.update_yaxes(visible=False)
    figure.update_layout(showlegend=False, margin={"t": 112})
    return finish(figure, _origin_notes(shelf, sizes, chosen, names), write.separators, 440)


def _nodes(
    shelf: Shelf,
    sizes: Steps,
    heights: dict[tuple[int, int], float],
    k: int,
    is_chosen: bool,
    names: dict[int, Member],
) -> dict[str, Any]:
    write = shelf.write
    places = [place for step, place in sizes if step == k]
    values = [sizes[k, place][0] for place in places]
    hues = [names[place].hue if is_chosen and place in names else LIGHT["gray"] for place in places]
    return {
        "x": [k] * len(places),
        "y": [heights[k, place] for place in places],
        "mode": "markers",
        "marker": {"color": hues, "size": 17 if is_chosen else 11, "line": {"color": LIGHT["ground"], "width": 2}},
        "customdata": ["" if value is None else f"SLSA {write.number(value, 2)}" for value in values],
        "hovertemplate": f"one of {k} segments %{{customdata}}<extra></extra>",
        "cliponaxis": False,
        "showlegend": False,
    }


def _origin_notes(shelf: Shelf, sizes: Steps, chosen: int, names: dict[int, Member]) -> Notes:
    write = shelf.write
    kept = {place: sizes[chosen, place][0] for place in names if (chosen, place) in sizes}
    known = {place: value for place, value in kept.items() if value is not None}
    best = max(known, key=lambda place: known[place]) if known else None
    told = (
        f"At {chosen} segments, {names[best].name} is what most nearly existed one segment before "
        f"(SLSA {write.number(known[best], 2)})."
        if best is not None
        else f"{chosen} segments were chosen."
    )
    return Notes(
        "Which segments survive as their number rises (SLSA)",
        shelf.basis("Estimated."),
        "Each dot is a segment; a line leads to it from the segment that most of its members were in, one number "
        "before. The thicker and darker the line, the more nearly all of them came from there (SLSA; 1: all, 0: evenly "
        "from everywhere). A segment whose line stays dark from left to right is there whatever number is chosen.",
        told,
        ("Step", "Segment", "SLSA", "Most members come from"),
        tuple(
            (
                f"{write.number(k - 1)} to {write.number(k)}",
                names[place].name if k == chosen and place in names else f"segment {place + 1} of {k}",
                write.number(value, 2),
                "not known" if origin is None else f"segment {origin + 1} of {k - 1}",
            )
            for (k, place), (value, origin) in sorted(sizes.items())
            if value is not None
        ),
    )


def _steps(shelf: Shelf) -> Steps:
    """SLSA and origin of every segment of every number; unknown for those of the smallest number."""
    table = shelf.small("segment_stability")
    mine = pc.and_(pc.equal(table["segmentation"], found_name(shelf)), pc.equal(table["measure"], "slsa"))
    rows = table.filter(mine).to_pylist()
    steps: Steps = {}
    for k in sorted({int(row["k"]) for row in of_found(shelf, "segment_solutions")}):
        steps.update({(k, place): (None, None) for place in range(k)})
    for row in rows:
        origin = None if row["from_place"] is None else int(row["from_place"])
        steps[int(row["k"]), int(row["place"])] = (float(row["value"]), origin)
    return steps


def _heights(steps: Steps) -> dict[tuple[int, int], float]:
    """Where each segment is drawn: evenly spread, in the order of those they come from, so that few lines cross."""
    heights: dict[tuple[int, int], float] = {}
    for k in sorted({k for k, _ in steps}):
        places = sorted(
            (place for step, place in steps if step == k),
            key=lambda place: (heights.get((k - 1, _or_none(steps[k, place][1])), 0.0), place),
        )
        heights.update({(k, place): (at + 0.5) / len(places) for at, place in enumerate(places)})
    return heights


def _or_none(origin: int | None) -> int:
    return -1 if origin is None else origin
