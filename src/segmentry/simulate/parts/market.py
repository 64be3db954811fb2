"""The market around the company: what happens in its regions, and figures of the market and of competitors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.columns import same
from segmentry.simulate.latent_segments import CATEGORIES
from segmentry.simulate.parts.ground import Ground, Part, Sheet

YEARLY = (
    ("New Year", "", 1, 1, 1, "universal"),
    ("Christmas", "", 12, 24, 3, "universal"),
    ("Black Friday", "", 11, 25, 4, "universal"),
    ("Burns Night", "Scotland", 1, 25, 1, "regional"),
    ("St Patrick's Day", "Ireland", 3, 17, 1, "regional"),
    ("King's Day", "Netherlands", 4, 27, 1, "regional"),
    ("Oktoberfest", "Munich", 9, 20, 16, "festival"),
    ("Bastille Day", "France", 7, 14, 1, "regional"),
    ("La Mercè", "Barcelona", 9, 24, 4, "festival"),
    ("Notting Hill Carnival", "London", 8, 25, 2, "festival"),
)
"""Events of every year: name, area, month, day, length in days, kind."""
COMPETITORS = ("Northwind Gifts", "Casa Bella")
GROWTH, SHARE = 0.05, 0.08
"""Growth of the market in a year, and the company's own share of it at the begin."""


def grow(ground: Ground) -> Part:
    """The part ``market``: truth ``market`` (growth in a year, the company's share at the begin)."""
    sheets = (
        Sheet("regional_calendar", "calendar", _calendar(ground)),
        Sheet("market_figures", "market_series", _figures(ground, ground.random("market"))),
    )
    return Part(sheets, {"market": pa.table({"growth": [GROWTH], "share": [SHARE]})})


def _calendar(ground: Ground) -> Any:
    rows = [
        {"Event": name, "Area": area or None, "StartDate": date(year, month, day),
         "EndDate": date(year, month, day) + timedelta(days=length - 1), "Kind": kind}
        for year in range(ground.spec.start.year, ground.end_year + 3)
        for name, area, month, day, length, kind in YEARLY
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _figures(ground: Ground, random: np.random.Generator) -> Any:
    """Size of the market and revenue of competitors by quarter and category, and a forecast of the next year."""
    spec = ground.spec
    lines = ground.tables["order_lines"]
    revenue = float(np.sum(lines["amount"].cast(pa.float64()).to_numpy())) / max(spec.days / 91.0, 1.0)
    base = revenue / SHARE / len(CATEGORIES)
    rows = []
    for quarter in range(int(spec.days // 91) + 4):
        first = spec.start + timedelta(days=91 * quarter)
        ahead = 91 * (quarter + 1) > spec.days
        for category in CATEGORIES:
            size = base * (1.0 + GROWTH) ** (quarter / 4.0) * random.lognormal(0.0, 0.02)
            for series, competitor, value in (
                ("market size", None, size),
                *(("revenue", name, size * 0.2 * random.lognormal(0.0, 0.05)) for name in COMPETITORS),
            ):
                rows.append((series, category, competitor, first, first + timedelta(days=90), round(value, 2), ahead))
    names = ("Series", "Category", "Competitor", "PeriodStart", "PeriodEnd", "Value", "Forecast")
    columns: dict[str, Any] = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(names)}
    return pa.table(columns | {"Unit": same("currency", len(rows)), "Currency": same(spec.currency, len(rows))})
