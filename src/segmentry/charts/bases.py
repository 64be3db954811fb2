"""What each basis of segmentation adds to the prediction of what happened afterwards, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from segmentry.charts.notes import Notes, finish
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import Writer, label

_FIGURES = (
    ("alone", "Alone", "amber", "circle-open", -0.2),
    ("share", "Fair share", "gray", "diamond", 0.0),
    ("beyond", "Beyond all others", "blue", "circle", 0.2),
)


def bases_picture(found: Mapping[str, Any], locale: str, zone: str = "UTC") -> go.Figure:
    """Three points with intervals for each basis: alone, its fair share, and beyond all others.

    Args:
        found: ``bases``, ``explained``, ``measure``, ``scale`` and ``as_of``, as the question what bases add answers.
        locale: Language and region in which numbers are written.
        zone: IANA time zone in which the as-of is told.
    """
    write, bases = Writer(locale), list(found["bases"])
    figure = go.Figure()
    for name, title, hue, symbol, shift in _FIGURES:
        _draw(figure, bases, name, title, {"hue": hue, "symbol": symbol, "shift": shift}, write)
    figure.add_vline(x=0, line={"color": LIGHT["zero"], "width": 1})
    texts = [f"{label(each['name'])}<br><i>{each['verdict'].replace('_', ' ')}</i>" for each in bases]
    figure.update_yaxes(
        tickvals=list(range(len(bases))), ticktext=texts, range=[len(bases) - 0.5, -0.5], zeroline=False, showgrid=False
    )
    figure.update_xaxes(title_text="Variance explained, out of sample", tickformat=".0%", showgrid=True)
    return finish(figure, _notes(found, bases, write, zone), write.separators, 190 + 64 * len(bases))


def _draw(
    figure: go.Figure, bases: Sequence[Mapping[str, Any]], name: str, title: str, look: Mapping[str, Any], write: Writer
) -> None:
    told = [(place, each[name], each["name"]) for place, each in enumerate(bases) if "estimate" in each[name]]
    color = LIGHT[look["hue"]]
    figure.add_scatter(
        x=[each["estimate"] for _, each, _ in told],
        y=[place + look["shift"] for place, _, _ in told],
        mode="markers",
        name=title,
        marker={"color": color, "size": 10, "symbol": look["symbol"], "line": {"width": 2, "color": color}},
        error_x={
            "type": "data", "symmetric": False, "color": color, "thickness": 2, "width": 4,
            "array": [each["high"] - each["estimate"] for _, each, _ in told],
            "arrayminus": [each["estimate"] - each["low"] for _, each, _ in told],
        },
        customdata=[(label(basis), _percent(each, write)) for _, each, basis in told],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>" + title.lower() + "</extra>",
    )  # fmt: skip


def _percent(told: Mapping[str, Any], write: Writer) -> str:
    if "estimate" not in told:
        return str(told.get("not_estimable", "–"))
    return f"{write.percent(told['estimate'], 1)} ({write.percent(told['low'], 1)} to {write.percent(told['high'], 1)})"


def _notes(found: Mapping[str, Any], bases: Sequence[Mapping[str, Any]], write: Writer, zone: str) -> Notes:
    outcome = str(found["measure"]).replace("_", " ")
    adds = [label(each["name"]) for each in bases if each["verdict"] == "adds"]
    return Notes(
        f"What each basis adds to the prediction of {outcome}",
        f"Estimated. As of {write.moment(found['as_of'], zone)}.",
        f"Share of the variance of {outcome} ({found['scale']}) that is explained on customers from whom nothing was "
        "learned, with 95 % interval; below zero is worse than the mean. Alone: the basis by itself. Fair share: its "
        "mean gain over all orders in which bases can be added. Beyond all others: what is lost without it.",
        f"All together explain {_percent(found['explained'], write)}. "
        + (f"Beyond the others add: {', '.join(adds)}." if adds else "No basis surely adds beyond the others."),
        ("Basis", "Alone", "Fair share", "Beyond all others", "Verdict"),
        tuple(
            (
                str(each["name"]), *(_percent(each[name], write) for name, *_ in _FIGURES),
                str(each["verdict"]).replace("_", " "),
            )
            for each in bases
        ),
    )  # fmt: skip
