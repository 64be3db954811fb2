"""The report: from the document and the figures to one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from segmentry.charts import DARK, LIGHT
from segmentry.charts.writer import as_date
from segmentry.reports import (
    business,
    costs,
    discovered,
    loading,
    located,
    method,
    proved,
    reality,
    segments,
    strategy,
    unknown,
    value,
    worth,
)
from segmentry.reports.blocks import Picture, Section
from segmentry.reports.embedding import as_script, drawn, plotly_locale
from segmentry.reports.summary import in_short
from segmentry.reports.told import Told


def render(document: Mapping[str, Any], figures: Mapping[str, go.Figure], locale: str, *, title: str) -> str:
    """The report as one self-contained page: no file and no address besides it is needed.

    Args:
        document: The object of ``segmentry run --json``; what is missing in it is left out or said to be unknown.
        figures: The figures by name, as `segmentry.charts.pictures` draws them.
        locale: Language and region in which numbers, money and days are written, such as ``en_GB``.
        title: Name of the report.

    Returns:
        HTML with the style, the script and Plotly inside, Plotly once.
    """
    told = Told(document, locale)
    plots = drawn(figures)
    sections = _sections(told)
    shown = {block.name for section in sections for block in section.blocks if isinstance(block, Picture)}
    further = [name for name in plots if name not in shown]
    if further:
        sections.insert(-2, Section("further", "Further pictures", [Picture(name) for name in further]))
    return (
        environment()
        .get_template("report.html")
        .render(
            title=title,
            simulated=bool(told.get("simulated")),
            as_of=told.as_of,
            period=[told.write.day(as_date(told.get(f"period.{end}"))) for end in ("first", "last")],
            unit=told.unit,
            summary=in_short(told),
            sections=sections,
            plots=plots,
            colors={"light": LIGHT, "dark": DARK},
            style=asset("style.css"),
            script=asset("script.js"),
            plotly=plotly_script(),
            partners=as_script({LIGHT[name]: DARK[name] for name in LIGHT}),
            names=as_script(plotly_locale(told.write)),
        )
    )


def _sections(told: Told) -> list[Section]:
    """The sections in reading order; those that nothing can be said in are left out."""
    rooms = (
        loading.section,
        business.glance,
        business.customers,
        discovered.section,
        reality.section,
        located.section,
        worth.section,
        strategy.section,
        proved.section,
        segments.section,
        value.section,
        costs.section,
        unknown.section,
        method.section,
    )
    return [section for section in (each(told) for each in rooms) if section is not None]


@cache
def environment() -> Environment:
    """Templates of the pages; what they print is escaped, and what they lack is an error."""
    loader = PackageLoader("segmentry.reports", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def asset(name: str) -> str:
    """The text of a file that stands inside pages."""
    return files("segmentry.reports").joinpath("templates", name).read_text(encoding="utf8")


@cache
def plotly_script() -> str:
    """Plotly's own script; a closing tag inside one of its texts would end the element."""
    return str(get_plotlyjs()).replace("</script", "<\\/script")
