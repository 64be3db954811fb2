"""Pictures of one answer as a page: each with its as-of, what to watch, and its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from segmentry.charts import DARK, LIGHT, Writer
from segmentry.reports.blocks import Block, Notice, Picture, Section, Text
from segmentry.reports.embedding import as_script, drawn, plotly_locale
from segmentry.reports.page import asset, environment, plotly_script


def render_pictures(
    figures: Mapping[str, go.Figure], locale: str, *, title: str, of: str, simulated: bool, nothing: str = ""
) -> str:
    """Pictures as one self-contained page in light and dark; no file and no address besides it is needed.

    Args:
        figures: The figures by name, in reading order.
        locale: Language and region in which numbers and days are written.
        title: What the page answers.
        of: Name of the workspace.
        simulated: Whether nobody in it is real.
        nothing: What is said where there is no figure.

    Returns:
        HTML with style, script and Plotly inside.
    """
    plots = drawn(figures)
    blocks: list[Block] = []
    for name, plot in plots.items():
        blocks += [Text(plot.notes.description), Picture(name)]
    if nothing and not blocks:
        blocks.append(Notice("Nothing to draw", (nothing,)))
    return (
        environment()
        .get_template("pictures.html")
        .render(
            title=title,
            of=of,
            simulated=simulated,
            sections=[Section("pictures", "Pictures", blocks)],
            plots=plots,
            colors={"light": LIGHT, "dark": DARK},
            style=asset("style.css"),
            script=asset("script.js"),
            plotly=plotly_script(),
            partners=as_script({LIGHT[name]: DARK[name] for name in LIGHT}),
            names=as_script(plotly_locale(Writer(locale))),
        )
    )
