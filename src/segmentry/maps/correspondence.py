"""The map of segments by a name: where segments and the levels of a trait (country, channel, category) stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.maps.spec import MapSpec
from segmentry.science.plane import CorrespondenceMap, correspondence_analysis
from segmentry.terms.errors import EstimationError, Problem, SettingsError, near_miss, shorten
from segmentry.terms.numbers import NotEstimable

USUAL = ("favorite_category", "country", "main_channel")
"""Traits looked at where none is asked for; the one with the largest inertia is drawn."""

MOST_LEVELS = 25
"""So many levels are told apart; rarer ones count together."""

RARE = "other"


@dataclass(frozen=True)
class Crossed:
    """Counts of segments by levels of one trait, and their map.

    Attributes:
        trait: The trait.
        segments: Ids of the segments, one per row.
        levels: Levels, one per column.
        counts: Customers, shape (segments, levels).
        found: The map, rows in principal coordinates.
    """

    trait: str
    segments: tuple[str, ...]
    levels: tuple[str, ...]
    counts: np.ndarray[Any, np.dtype[np.float64]]
    found: CorrespondenceMap


def names_of(base: ir.Table, asked: Sequence[str]) -> list[str]:
    """Traits that are names, those asked for or the usual ones that exist.

    Raises:
        SettingsError: a trait asked for does not exist or is no name.
    """
    schema = base.schema()
    problems = []
    for name in asked:
        if name not in schema or not schema[name].is_string():
            texts = [each for each in schema if schema[each].is_string() and each != "customer_id"]
            hint = near_miss(name, texts) or f"Choose one of {', '.join(texts)}."
            what = "A correspondence map is drawn from a trait that is a name"
            problems.append(Problem("TRAIT_NOT_A_NAME", what, "attributes", shorten(name), hint))
    if problems:
        raise SettingsError(problems)
    return list(asked) or [name for name in USUAL if name in schema and schema[name].is_string()]


def counts_of(inside: ir.Table, trait: str) -> ir.Table:
    """``segment_id``, ``level`` and ``customers`` of everybody whose level is known."""
    known = inside.filter(inside[trait].notnull())
    return known.group_by("segment_id", level=known[trait]).aggregate(customers=ibis._.count())


def cross(trait: str, rows: Sequence[Mapping[str, Any]]) -> Crossed | NotEstimable:
    """The map of one trait, segments in principal coordinates, so that distances between segments may be read.

    Args:
        trait: The trait.
        rows: Answers of `counts_of`.
    """
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["level"]] = totals.get(row["level"], 0) + row["customers"]
    common = sorted(totals, key=lambda level: (-totals[level], level))[:MOST_LEVELS]
    levels = [*common, *([RARE] if len(totals) > MOST_LEVELS else [])]
    segments = sorted({row["segment_id"] for row in rows})
    counts = np.zeros((len(segments), len(levels)))
    for row in rows:
        level = row["level"] if row["level"] in common else RARE
        counts[segments.index(row["segment_id"]), levels.index(level)] += row["customers"]
    if min(counts.shape, default=0) < 2:
        return NotEstimable(f"{trait} does not tell customers of different segments apart")
    try:
        found = correspondence_analysis(counts, "row_principal")
    except EstimationError as refused:
        return NotEstimable(" ".join(problem.what for problem in refused.problems))
    if isinstance(found, NotEstimable):
        return found
    return Crossed(trait, tuple(segments), tuple(levels), counts, found)


def best(crossed: Sequence[Crossed | NotEstimable]) -> Crossed | NotEstimable:
    """The map with the largest inertia; the first refusal where there is none."""
    drawn = [each for each in crossed if isinstance(each, Crossed)]
    if drawn:
        return max(drawn, key=lambda each: each.found.total_inertia)
    refused = [each for each in crossed if isinstance(each, NotEstimable)]
    return refused[0] if refused else NotEstimable("no source tells a country, a channel or a category")


def segment_rows(spec: MapSpec, crossed: Crossed, worth: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_SEGMENTS`."""
    found = crossed.found
    return [
        {
            "map": spec.name,
            "segment_id": segment,
            "x": float(found.rows[place, 0]),
            "y": _second(found.rows[place]),
            "cos2": float(found.row_cos2[place]),
            "customers": int(crossed.counts[place].sum()),
            **worth.get(segment, {}),
        }
        for place, segment in enumerate(crossed.segments)
    ]


def level_rows(spec: MapSpec, crossed: Crossed) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_LEVELS`."""
    found = crossed.found
    return [
        {
            "map": spec.name,
            "trait": crossed.trait,
            "level": level,
            "x": float(found.columns[place, 0]),
            "y": _second(found.columns[place]),
            "cos2": float(found.column_cos2[place]),
            "customers": int(crossed.counts[:, place].sum()),
        }
        for place, level in enumerate(crossed.levels)
    ]


def axis_rows(spec: MapSpec, crossed: Crossed) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_AXES`: named by the levels furthest out."""
    return [
        {
            "map": spec.name,
            "axis": axis,
            "name": f"more {_furthest(crossed, place, 1)}",
            "opposite": f"more {_furthest(crossed, place, -1)}",
            "attribute": crossed.trait,
            "unit": "score",
            "scale": "linear",
            "ticks": "[]",
            "share": float(crossed.found.shares[place]) if place < crossed.found.shares.size else 0.0,
            "loadings": json.dumps(_loadings(crossed, place)),
        }
        for place, axis in enumerate(("x", "y"))
    ]


def _furthest(crossed: Crossed, axis: int, side: int) -> str:
    """The level that carries most inertia on one side of an axis."""
    if axis >= crossed.found.columns.shape[1]:
        return "nothing"
    pull = side * crossed.found.columns[:, axis] * np.sqrt(crossed.found.column_masses)
    return crossed.levels[int(pull.argmax())]


def _loadings(crossed: Crossed, axis: int) -> dict[str, float]:
    if axis >= crossed.found.columns.shape[1]:
        return {}
    return {level: float(crossed.found.columns[place, axis]) for place, level in enumerate(crossed.levels)}


def _second(row: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """The second coordinate; 0 where two segments leave a single axis."""
    return float(row[1]) if row.size > 1 else 0.0
