"""What is said beside a figure; it travels inside the figure, so that no door forgets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go

from segmentry.charts.theme import template

_KEY = "segmentry"


@dataclass(frozen=True, slots=True)
class Notes:
    """What is said beside a figure.

    Attributes:
        title: What is shown, in a few words.
        basis: What the numbers are, exact or estimated, and as of when; short enough for a line under the title.
        caption: Unit, horizon, interval, and what to watch.
        description: The picture in words, for those who cannot see it.
        columns: Heads of the table behind the picture.
        rows: Its cells, written for the reader.
    """

    title: str
    basis: str
    caption: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def finish(figure: go.Figure, notes: Notes, separators: str, height: int) -> go.Figure:
    """Give a figure its look, its title and its notes.

    Args:
        figure: The figure; it is changed.
        notes: What is said beside it.
        separators: Decimal and thousands mark.
        height: In pixels.
    """
    figure.update_layout(
        template=template(),
        title={"text": notes.title, "subtitle": {"text": notes.basis, "font": {"size": 12}}},
        separators=separators,
        height=height,
        meta={_KEY: asdict(notes)},
    )
    return figure


def notes_of(figure: go.Figure) -> Notes | None:
    """The notes that travel in a figure; None if it is not one of ours."""
    meta = figure.layout.meta
    if not isinstance(meta, Mapping) or _KEY not in meta:
        return None
    told: dict[str, Any] = dict(meta[_KEY])
    told["columns"] = tuple(told["columns"])
    told["rows"] = tuple(tuple(row) for row in told["rows"])
    return Notes(**told)
