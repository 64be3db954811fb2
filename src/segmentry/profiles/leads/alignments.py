"""Who is most ready to buy: vertically an industry or a title, horizontally one title over all industries.

The horizontal comparison is made inside each industry and put together by Mantel & Haenszel (1959), so that a title is
not called ready because it sits in an industry that is. Its probability is exact (Mehta, Patel & Gray 1985): of few
conversions chi-squared calls one null world in seventy as rare as one in a thousand. Where several leads are of one
organization the larger p of two stands: that one, and that of organizations which differ by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from segmentry.profiles.leads.scoring import shared
from segmentry.profiles.leads.together import Together
from segmentry.science.effects import holm, nominal_effect
from segmentry.science.inputs import FloatArray
from segmentry.science.satisfaction import wilson
from segmentry.science.sparse import chance_of_strata

VERTICAL = ("industry", "title_level", "title_function", "lead_source")
HORIZONTAL = ("title_level", "title_function")
FEWEST = 10
"""Settled leads from which a kind of lead is compared."""

_CLAIM = 0.05
_FULL = 20_000
"""Conversions of a title, or leads of it, from which chi-squared stands for the exact probability."""

Cell = Mapping[str, Any]
"""``value``, ``industry`` (may be null), ``leads``, ``converted`` and ``organization`` (null, or not there, for leads
of their own)."""


def alignment_rows(cells: Mapping[str, Sequence[Cell]]) -> list[dict[str, Any]]:
    """Rows of `LEAD_ALIGNMENTS`, vertical and horizontal, corrected for all of them together (Holm).

    Args:
        cells: Settled leads of each dimension by value and industry.
    """
    rows = [row for name in VERTICAL for row in _vertical(name, cells.get(name, ()))]
    rows += [row for name in HORIZONTAL for row in _horizontal(name, cells.get(name, ()))]
    if not rows:
        return []
    chances = holm([row["chance"] for row in rows])
    return [
        row | {"chance": float(chance), "claimed": bool(chance < _CLAIM and row["claimed"])}
        for row, chance in zip(rows, chances, strict=True)
    ]


def mantel_haenszel(tables: FloatArray) -> tuple[float, float]:
    """How far a group lies above others inside strata, and the p of no difference.

    Args:
        tables: For each stratum converted and not of the group, then of the others, shape (s, 2, 2).

    Returns:
        Conversions beyond what was expected, and p; 0 and 1 where nothing could differ.
    """
    from scipy.special import chdtrc

    totals = tables.sum(axis=(1, 2))
    usable = (totals > 1) & (tables.sum(axis=2) > 0).all(axis=1)
    used, size = tables[usable], totals[usable]
    groups, outcomes = used.sum(axis=2), used.sum(axis=1)
    spread = (groups.prod(axis=1) * outcomes.prod(axis=1) / (size**2 * (size - 1))).sum()
    beyond = float((used[:, 0, 0] - groups[:, 0] * outcomes[:, 0] / size).sum())
    return (beyond, float(chdtrc(1, beyond**2 / spread))) if spread > 0 else (0.0, 1.0)


def ahead_inside(tables: FloatArray) -> tuple[float, float]:
    """`mantel_haenszel` with the exact p, which is worked out unless the counts are large.

    Args:
        tables: Whole numbers, as there.
    """
    beyond, chance = mantel_haenszel(tables)
    large = np.minimum(tables[:, 0].sum(axis=1), tables[:, :, 0].sum(axis=1)).sum() > _FULL
    return beyond, chance if large else chance_of_strata(tables)


def _vertical(name: str, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    counts: dict[str, list[float]] = {}
    for cell in cells:
        if cell["value"] is not None:
            own = counts.setdefault(str(cell["value"]), [0.0, 0.0])
            own[0] += cell["converted"]
            own[1] += cell["leads"]
    total = np.sum(list(counts.values()), axis=0) if counts else np.zeros(2)
    rows, together = [], Together.of(cells, inside=False)
    for value, (converted, leads) in sorted(counts.items()):
        rest, rest_converted = total[1] - leads, total[0] - converted
        if min(leads, rest) < FEWEST:
            continue
        table = [[converted, leads - converted], [rest_converted, rest - rest_converted]]
        ahead = converted / leads > rest_converted / rest
        told = _told("vertical", name, value, converted, leads, together)
        chance = max(nominal_effect(table).p, together.chance(value) if together else 0.0)
        found = {"others": rest_converted / rest, "chance": chance, "claimed": ahead}
        rows.append(told | found)
    return rows


def _horizontal(name: str, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    known = [cell for cell in cells if cell["value"] is not None and cell["industry"] is not None]
    values, industries = ({str(cell[key]) for cell in known} for key in ("value", "industry"))
    places = {industry: place for place, industry in enumerate(sorted(industries))}
    whole = np.zeros((len(places), 2))
    for cell in known:
        whole[places[str(cell["industry"])]] += [cell["converted"], cell["leads"] - cell["converted"]]
    rows, together = [], Together.of(known, inside=True)
    for value in sorted(values):
        own = np.zeros_like(whole)
        for cell in known:
            if str(cell["value"]) == value:
                own[places[str(cell["industry"])]] += [cell["converted"], cell["leads"] - cell["converted"]]
        rest = whole - own
        both = (own.sum(axis=1) > 0) & (rest.sum(axis=1) > 0)
        if both.sum() < 2 or min(own[both].sum(), rest[both].sum()) < FEWEST:
            continue
        beyond, chance = ahead_inside(np.stack([own[both], rest[both]], axis=1))
        ahead = int((own[both, 0] * rest[both].sum(axis=1) > rest[both, 0] * own[both].sum(axis=1)).sum())
        chance = max(chance, together.chance(value) if together else 0.0)
        told = _told("horizontal", name, value, own[both, 0].sum(), own[both].sum(), together)
        found = {"others": rest[both, 0].sum() / rest[both].sum(), "chance": chance, "claimed": beyond > 0}
        rows.append(told | found | {"industries": int(both.sum()), "ahead": ahead})
    return rows


def _told(
    alignment: str, name: str, value: str, converted: float, leads: float, together: Together | None
) -> dict[str, Any]:
    told = {"alignment": alignment, "dimension": name, "value": value, "leads": int(leads), "converted": int(converted)}
    effect = together.effect(value) if together else 1.0
    return told | shared(wilson(float(converted) / effect, float(leads) / effect))
