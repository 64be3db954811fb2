"""Figures inside a page: data as JSON that no text can break out of, and what is said beside each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from segmentry.charts import Notes, Writer, notes_of

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure ready for the page: its place, its height in pixels, what is said beside it, its data as JSON."""

    name: str
    height: int
    notes: Notes
    json: str


def drawn(figures: Mapping[str, go.Figure]) -> dict[str, Drawn]:
    """The figures by name, each without the title and notes that the page itself shows."""
    return {name: _drawn(name, figure) for name, figure in figures.items()}


def _drawn(name: str, figure: go.Figure) -> Drawn:
    notes = notes_of(figure) or Notes(name.replace("_", " ").capitalize(), "", "", "", (), ())
    told: dict[str, Any] = json.loads(figure.to_json())
    layout = told["layout"]
    height = int(layout.get("height") or 400)
    for part in ("title", "meta"):
        layout.pop(part, None)
    top = 28 if _has_legend(told["data"]) or layout.get("annotations") else 12
    layout["margin"] = {"l": 8, "r": 12, "b": 8, **layout.get("margin", {}), "t": top}
    layout["height"] = height - 56
    return Drawn(name, height - 56, notes, as_script(told))


def _has_legend(traces: list[dict[str, Any]]) -> bool:
    return sum(bool(trace.get("showlegend", True)) and "name" in trace for trace in traces) > 1


def as_script(value: Any) -> str:
    """JSON that may stand inside a script element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, escape in _ESCAPES.items():
        text = text.replace(sign, escape)
    return text


def plotly_locale(write: Writer) -> dict[str, Any]:
    """Names of months and days and the marks in numbers, in the form Plotly registers."""
    decimal, thousands = write.separators[0], write.separators[1]
    return {
        "moduleType": "locale",
        "name": "page",
        "dictionary": {},
        "format": {
            "days": write.day_names("wide"),
            "shortDays": write.day_names(),
            "months": write.month_names("wide"),
            "shortMonths": write.month_names(),
            "periods": ["AM", "PM"],
            "dateTime": "%x %X",
            "date": "%Y-%m-%d",
            "time": "%H:%M:%S",
            "decimal": decimal,
            "thousands": thousands,
            "grouping": [3],
            "currency": ["", ""],
        },
    }
