"""Colors and the look of every figure: few hues, safe for the color-blind, readable on light and on dark ground.

The hues follow Okabe & Ito (2008), darkened or lightened until they stand out 3 : 1 from both grounds. A figure is
drawn with the names of `LIGHT`; whoever shows it on a dark ground exchanges each color for its partner in `DARK`.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

import plotly.graph_objects as go

LIGHT = MappingProxyType(
    {
        "ink": "#1c2733",
        "muted": "#55616e",
        "grid": "#dde2e8",
        "zero": "#98a3af",
        "ground": "#fdfdfe",
        "blue": "#0072b2",
        "sky": "#3b93c9",
        "vermillion": "#b84300",
        "green": "#00865f",
        "purple": "#a8508a",
        "amber": "#c08a00",
        "gray": "#7d8894",
        "scale_0": "#eef4f9",
        "scale_1": "#d3e4f2",
        "scale_2": "#b0d0e9",
        "scale_3": "#86b6da",
        "scale_4": "#5b9fd1",
        "part_blue": "#8ec3e6",
        "part_purple": "#dba6c8",
        "part_green": "#7fccae",
        "part_amber": "#eec35e",
        "part_vermillion": "#f2a272",
        "part_gray": "#cdd4dc",
        "shade": "#f0ebe0",
    }
)
"""Color by name on a light ground."""

DARK = MappingProxyType(
    {
        "ink": "#e9eef3",
        "muted": "#a9b4c0",
        "grid": "#323c47",
        "zero": "#6a7682",
        "ground": "#161b21",
        "blue": "#4ba3dd",
        "sky": "#8cc8f0",
        "vermillion": "#f28444",
        "green": "#2cc493",
        "purple": "#d88fbe",
        "amber": "#e8b13a",
        "gray": "#97a2ae",
        "scale_0": "#1e2731",
        "scale_1": "#1f3a52",
        "scale_2": "#214f73",
        "scale_3": "#265f8c",
        "scale_4": "#2a6ea3",
        "part_blue": "#1f6698",
        "part_purple": "#864272",
        "part_green": "#10694f",
        "part_amber": "#84640a",
        "part_vermillion": "#8f2f1a",
        "part_gray": "#46515d",
        "shade": "#2b2a24",
    }
)
"""The same names on a dark ground."""

STATES = ("blue", "purple", "green", "amber", "vermillion")
"""Names of hues for lines and bars that have no natural order of amount."""

SEGMENTS = ("blue", "amber", "green", "purple", "vermillion", "sky", "ink")
"""Names of hues of segments by their place; hues repeat after seven, and names tell the rest."""

PARTS = tuple(f"part_{name}" for name in STATES)
"""The same hues, soft enough to carry words in ink: 4.5 : 1 or more on either ground, as on every step of the scale."""

STEPS = tuple((position / 4, LIGHT[f"scale_{position}"]) for position in range(5))
"""A scale of one hue, from little to much, as Plotly reads it."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@cache
def template() -> go.layout.Template:
    """The look of every figure: no box, faint grid, transparent ground, room for titles."""
    axis = {
        "gridcolor": LIGHT["grid"],
        "zerolinecolor": LIGHT["zero"],
        "linecolor": LIGHT["zero"],
        "tickcolor": LIGHT["zero"],
        "automargin": True,
        "exponentformat": "B",
        "separatethousands": True,
        "title": {"font": {"size": 12, "color": LIGHT["muted"]}, "standoff": 8},
        "tickfont": {"size": 12},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": LIGHT["ink"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [LIGHT[name] for name in STATES],
            "title": {"font": {"size": 16}, "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 12}},
            "margin": {"l": 12, "r": 16, "t": 84, "b": 12},
            "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "xanchor": "left"},
            "xaxis": {**axis, "showgrid": False},
            "yaxis": axis,
            "hoverlabel": {"align": "left", "namelength": -1},
            "bargap": 0.25,
            "annotationdefaults": {"showarrow": False, "font": {"size": 12, "color": LIGHT["ink"]}},
        }
    )
