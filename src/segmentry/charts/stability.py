"""Are the segments real: how well solutions and segments are found again in bootstrap samples, by number of segments.

Pictures after Dolnicar, Grün & Leisch (2018), chapter 7; the bands of clusterwise stability are those of Hennig (2007).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import plotly.graph_objects as go
import pyarrow.compute as pc
from plotly.subplots import make_subplots

from segmentry.charts.found import Member, found_name, members, of_found
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

BANDS = ((0.0, 0.6, "unstable"), (0.6, 0.75, "doubtful"), (0.75, 0.85, "stable"), (0.85, 1.0, "highly stable"))
"""Bands of mean Jaccard after Hennig (2007), as `fpc` and `evaluomeR` name them."""

_ALIKE = 1e-6
_LINES = (
    ("prediction_strength", "Prediction strength", "green", "square"),
    ("silhouette", "Silhouette width", "purple", "diamond"),
)
_CRITERIA = {
    "global_stability": "Global stability",
    "slsw": "Weakest segment (SLSW)",
    "prediction_strength": "Prediction strength",
    "silhouette": "Silhouette width",
    "bic": "BIC",
}


def has_numbers(shelf: Shelf) -> bool:
    """Whether several numbers of segments were tried, and the bootstrap pairs kept."""
    return shelf.has("segment_stability") and bool(of_found(shelf, "segment_solutions"))


def has_stability(shelf: Shelf) -> bool:
    """Whether the bootstrap pairs of a found segmentation were kept, and it is known which are whose."""
    return has_numbers(shelf) and bool(named_places(shelf, int(shelf.segmentation.get("k", 0))))


def by_number(shelf: Shelf) -> go.Figure:
    """Global stability of all bootstrap pairs by number of segments, weakest segment over it, other criteria below."""
    criteria, pairs = _criteria(shelf), bootstrap_pairs(shelf, "adjusted_rand")
    ks, chosen = sorted(criteria), int(shelf.segmentation.get("k", 0))
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.1, row_heights=[0.62, 0.38])
    for k in ks:
        figure.add_box(
            **_box([value for values in pairs[k].values() for value in values]),
            x=[k],
            name="Global stability",
            width=0.5,
            marker={"color": LIGHT["blue"]},
            fillcolor=LIGHT["scale_3" if k == chosen else "scale_1"],
            showlegend=False,
            row=1,
            col=1,
        )
    _line(figure, criteria, "slsw", ("Weakest segment (SLSW)", "vermillion", "circle"), 1, shelf)
    for name, title, hue, symbol in _LINES:
        _line(figure, criteria, name, (title, hue, symbol), 2, shelf)
    if chosen in ks:
        figure.add_vrect(
            x0=chosen - 0.42, x1=chosen + 0.42, fillcolor=LIGHT["shade"], line_width=0, layer="below", row="all", col=1
        )
        figure.add_annotation(x=chosen, y=0, yref="y domain", yanchor="bottom", text="<b>chosen</b>", yshift=1)
    figure.update_yaxes(title_text="Found again (1 = always)", row=1, col=1)
    figure.update_yaxes(title_text="Other criteria", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(dtick=1, range=[min(ks) - 0.6, max(ks) + 0.6])
    figure.update_xaxes(title_text="Number of segments", row=2, col=1)
    figure.update_layout(margin={"t": 130})
    return finish(figure, _by_number_notes(shelf, criteria, pairs, chosen), shelf.write.separators, 540)


def _line(
    figure: go.Figure,
    criteria: dict[int, dict[str, Any]],
    name: str,
    look: tuple[str, str, str],
    row: int,
    shelf: Shelf,
) -> None:
    """One criterion by number of segments; its own choice is filled, the others are hollow."""
    title, hue, symbol = look
    known = [
        (k, found[name]) for k, found in sorted(criteria.items()) if name in found and found[name]["value"] is not None
    ]
    if not known:
        return
    color = LIGHT[hue]
    figure.add_scatter(
        x=[k for k, _ in known],
        y=[found["value"] for _, found in known],
        name=title,
        mode="lines+markers",
        line={"color": color, "width": 2},
        marker={
            "color": color,
            "symbol": [symbol if found["chosen"] else f"{symbol}-open" for _, found in known],
            "size": [13 if found["chosen"] else 8 for _, found in known],
        },
        hovertemplate="%{x} segments: %{y:.2f}<extra>" + title + "</extra>",
        row=row,
        col=1,
    )


def _by_number_notes(
    shelf: Shelf, criteria: dict[int, dict[str, Any]], pairs: dict[int, dict[int, list[float]]], chosen: int
) -> Notes:
    write = shelf.write
    many = max((len(values) for found in pairs.values() for values in found.values()), default=0)
    own = {
        name: [k for k, found in sorted(criteria.items()) if name in found and found[name]["chosen"]]
        for name in _CRITERIA
    }
    told = "; ".join(
        f"{title}: {', '.join(map(write.number, own[name]))}" for name, title in _CRITERIA.items() if own[name]
    )
    return Notes(
        "How well segments are found again, by their number",
        shelf.basis("Estimated."),
        f"Boxes: adjusted Rand index of {write.number(many)} pairs of bootstrap samples (middle half, median, reach); "
        "1 means the same segments every time. Line on top: mean Jaccard of the segment that comes back worst. A "
        "filled large mark is the number that the criterion by itself would choose; where they differ, the data do not "
        f"settle the number. {shelf.segmentation.get('why', '')}".strip(),
        f"{chosen} segments were chosen. What each criterion by itself would choose: {told}."
        if told
        else f"{chosen} segments.",
        ("Segments", *_CRITERIA.values()),
        tuple(
            (
                write.number(k) + (" (chosen)" if k == chosen else ""),
                *(_cell(shelf, criteria[k].get(name)) for name in _CRITERIA),
            )
            for k in sorted(criteria)
        ),
    )


def _cell(shelf: Shelf, row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return "not estimable"
    write, digits = shelf.write, 0 if row["criterion"] == "bic" else 2
    reach = ""
    if row["low"] is not None and row["high"] is not None:
        reach = f" ({write.number(row['low'], 2)} to {write.number(row['high'], 2)})"
    return write.number(row["value"], digits) + reach + ("\u00a0●" if row["chosen"] else "")


def by_segment(shelf: Shelf) -> go.Figure:
    """How well each segment of the chosen solution is found again, with Hennig's bands."""
    write, chosen = shelf.write, int(shelf.segmentation.get("k", 0))
    named, by_place = named_places(shelf, chosen), bootstrap_pairs(shelf, "slsw")[chosen]
    found = sorted(named.values(), key=lambda each: each.position)
    pairs = {each.position: by_place[place] for place, each in named.items()}
    lowest = min((value for values in pairs.values() for value in values), default=0.0)
    start = min(0.5, lowest - 0.05)
    figure = go.Figure()
    for low, high, name in BANDS:
        figure.add_vrect(
            x0=max(low, start), x1=high, line_width=0, layer="below", fillcolor=LIGHT[_BAND_HUES[name]], opacity=0.55
        )
        if high > start:
            middle = (max(low, start) + high) / 2
            figure.add_annotation(
                x=middle,
                y=1,
                yref="paper",
                yanchor="bottom",
                text=name.replace("highly ", "highly<br>"),
                font={"size": 11},
            )
    for each in found:
        figure.add_box(
            **_box(pairs.get(each.position, []), across=True),
            y=[each.lines(18)],
            name=each.short,
            marker={"color": each.hue},
            fillcolor=LIGHT["ground"],
            width=0.5,
            showlegend=False,
        )
    figure.update_xaxes(title_text="Jaccard with its best match", range=[start, 1.005])
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(margin={"t": 120})
    means = {each.id: _mean(pairs.get(each.position, [])) for each in found}
    weakest = min(found, key=lambda each: means[each.id])
    notes = Notes(
        "How well each segment is found again (SLSW)",
        shelf.basis("Estimated."),
        "Boxes: Jaccard similarity of the segment with its best match, over all pairs of bootstrap samples (middle "
        "half, median, reach). Bands after Hennig (2007), for the mean: below 0.60 unstable, to 0.75 doubtful, to 0.85 "
        "stable, above highly stable.",
        f"The weakest is {weakest.name}, with a mean of {write.number(means[weakest.id], 2)} "
        f"({_band(means[weakest.id])}).",
        ("Segment", "Mean Jaccard", "Middle half", "Band"),
        tuple(_slsw_row(shelf, each, pairs.get(each.position, [])) for each in found),
    )
    return finish(figure, notes, write.separators, 190 + 52 * len(found))


_BAND_HUES = {"unstable": "part_gray", "doubtful": "shade", "stable": "scale_0", "highly stable": "scale_1"}


def _slsw_row(shelf: Shelf, each: Member, values: list[float]) -> tuple[str, ...]:
    write = shelf.write
    if not values:
        return (each.name, "not estimable", "not estimable", "not estimable")
    low, _, high = _quartiles(values)
    return (
        each.name,
        write.number(_mean(values), 2),
        f"{write.number(low, 2)} to {write.number(high, 2)}",
        _band(_mean(values)),
    )


def _band(mean: float) -> str:
    return next(name for _, high, name in BANDS if mean < high or high == 1.0)


def named_places(shelf: Shelf, chosen: int) -> dict[int, Member]:
    """Segments by their place in the chosen solution: the place whose mean Jaccard is the one published for them.

    Segments are listed by what they are worth and solutions in the order of extraction; the mean tells which is which.
    """
    told = {row["segment_id"]: row["value"] for row in of_found(shelf, "segment_gate") if row["criterion"] == "stable"}
    pairs = bootstrap_pairs(shelf, "slsw").get(chosen, {})
    free = {place: _mean(values) for place, values in pairs.items()}
    names: dict[int, Member] = {}
    for each in members(shelf, found_name(shelf) or ""):
        value = told.get(each.id)
        near = [place for place, mean in free.items() if value is not None and abs(mean - value) < _ALIKE]
        if near:
            names[near[0]] = each
            free.pop(near[0])
    return names


def _criteria(shelf: Shelf) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in of_found(shelf, "segment_solutions"):
        found[int(row["k"])][str(row["criterion"])] = row
    return dict(found)


def bootstrap_pairs(shelf: Shelf, measure: str) -> dict[int, dict[int, list[float]]]:
    """Values of a measure (``adjusted_rand`` or ``slsw``) over all bootstrap pairs, by number of segments and place."""
    table = shelf.small("segment_stability")
    mine = pc.and_(pc.equal(table["segmentation"], found_name(shelf)), pc.equal(table["measure"], measure))
    chosen = table.filter(mine)
    found: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for k, place, value in zip(*(chosen[name].to_pylist() for name in ("k", "place", "value")), strict=True):
        found[int(k)][int(place)].append(float(value))
    return found


def _box(values: list[float], *, across: bool = False) -> dict[str, Any]:
    """A box from its five numbers, so that the page carries those and not every pair."""
    if not values:
        return {"q1": [], "median": [], "q3": []}
    low, middle, high = _quartiles(values)
    told = {"q1": [low], "median": [middle], "q3": [high], "lowerfence": [min(values)], "upperfence": [max(values)]}
    return told | ({"orientation": "h"} if across else {})


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    import numpy as np

    low, middle, high = np.percentile(values, [25, 50, 75]).tolist()
    return low, middle, high


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
