"""Publishes maps: sums by the engine, planes by science, rows for whoever draws."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.discovery.base import buyers_with_traits
from segmentry.engine import Run, arrow_schema
from segmentry.maps import correspondence
from segmentry.maps.attributes import Attribute, candidates, cubes, prepare, spreads, usable
from segmentry.maps.drawing import (
    PlainPlane,
    Worth,
    axis_rows,
    draw_plane,
    pair_rows,
    point_rows,
    rank_pairs,
    segment_rows,
)
from segmentry.maps.gaps import IDEAL, gap_rows, ideal_columns, search_gaps
from segmentry.maps.spec import MapSpec
from segmentry.maps.sums import centered, means, moment_sums, moments_of, with_segments
from segmentry.maps.tables import MAP_AXES, MAP_GAPS, MAP_LEVELS, MAP_PAIRS, MAP_POINTS, MAP_SEGMENTS, MAP_SUMMARY
from segmentry.profiles.picking import even_sample
from segmentry.science.plane import AttributePair, Moments, Plane
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.terms.tables import Contract

Rows = dict[str, list[dict[str, Any]]]

_WORTH = {
    "segment_value": {"value": "value"},
    "segment_growth": {"growth": "growth", "growth_by_construction": "by_construction"},
}
_TRAIT_TABLES = ("behavioral_traits", "customer_value", "given_traits", "psychographic_traits", "needs_traits")
_PERCEIVED = ("perceived_value", "value_for_money", "perceived")
_CONTRACTS = (MAP_POINTS, MAP_SEGMENTS, MAP_AXES, MAP_LEVELS, MAP_PAIRS, MAP_GAPS, MAP_SUMMARY)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """What maps of one segmentation share: the attributes, their moments, ranked pairs and the sample."""

    inside: ir.Table
    attributes: tuple[Attribute, ...]
    left_out: dict[str, str]
    moments: Moments | NotEstimable
    pairs: tuple[AttributePair, ...]
    sample: list[dict[str, Any]]


class _Studio:
    """Asks the engine once for what several maps need."""

    def __init__(self, run: Run, base: ir.Table) -> None:
        self.run = run
        self.base = base
        self._attributes: dict[tuple[Any, ...], tuple[tuple[Attribute, ...], dict[str, str]]] = {}
        self._canvases: dict[tuple[Any, ...], _Canvas] = {}
        self._published: Rows = {}

    def canvas(self, spec: MapSpec, asked: tuple[str, ...]) -> _Canvas:
        """The canvas of a map with these attributes; empty to let the map choose."""
        key = (spec.segmentation, asked, spec.unit, spec.points)
        if key not in self._canvases:
            self._canvases[key] = self._prepare(spec, asked)
        return self._canvases[key]

    def worth(self, spec: MapSpec) -> Worth:
        """Segment to the figures of it that value published; empty where it did not."""
        found: dict[str, dict[str, Any]] = {}
        for table, columns in _WORTH.items():
            if table not in self._published:
                self._published[table] = self.run.rows(self.run.table(table)) if self.run.has(table) else []
            for row in self._published[table]:
                if row["segmentation"] == spec.segmentation:
                    told = {name: row[column] for name, column in columns.items()}
                    found.setdefault(row["segment_id"], {}).update(told)
        return found

    def _prepare(self, spec: MapSpec, asked: tuple[str, ...]) -> _Canvas:
        inside = with_segments(self.base, self.run.table("segmentation_members"), spec.segmentation)
        attributes, left_out = self._prepared(asked, spec.unit)
        rows = self.run.rows(moment_sums(inside, attributes)) if attributes else []
        if not rows:
            reason = NotEstimable(
                "no attribute of these customers is known and varies, or there is no such segmentation"
            )
            return _Canvas(inside, attributes, left_out, reason, (), [])
        found = moments_of(rows, attributes)
        varying = tuple(each for each in attributes if each.name not in found.constant)
        found = found.select([each.name for each in varying])
        pairs = rank_pairs(found)
        ranked = () if isinstance(pairs, NotEstimable) else pairs
        return _Canvas(inside, varying, left_out, found, ranked, self._sample(inside, varying, found, spec.points))

    def _prepared(self, asked: tuple[str, ...], unit: str) -> tuple[tuple[Attribute, ...], dict[str, str]]:
        """Attributes prepared on all buyers, so that maps of different segmentations share their scales."""
        if (asked, unit) not in self._attributes:
            looked_at = candidates(self.base, asked, unit)
            spread = self.run.rows(spreads(self.base, looked_at))[0]
            kept, left_out = usable(looked_at, spread, bool(asked)) if spread["customers"] else ((), {})
            if kept:
                prepared = prepare(kept, spread, self.run.rows(cubes(self.base, kept, spread))[0])
                kept = centered(prepared, self.run.rows(means(self.base, prepared))[0])
            self._attributes[asked, unit] = (kept, left_out)
        return self._attributes[asked, unit]

    def _sample(
        self, inside: ir.Table, attributes: tuple[Attribute, ...], found: Moments, most: int
    ) -> list[dict[str, Any]]:
        chosen = even_sample(inside, int(found.customers), most)
        drawn = {each.name: each.prepared(chosen).fill_null(each.mean) for each in attributes}
        return self.run.rows(chosen.select("customer_id", "segment_id", **drawn).order_by("customer_id"))


def draw(run: Run, *specs: MapSpec) -> None:
    """Draw every map asked for and publish them together.

    Args:
        run: The run; it must see ``segmentation_members``, ``purchase_history`` and ``behavioral_traits``; it uses
            ``customer_value``, ``given_traits``, ``segment_value`` and ``segment_growth`` where they are.
        specs: The maps, at most one of each segmentation and method.

    Raises:
        SettingsError: A trait or an offer asked for cannot be drawn.
    """
    names = [name for name in _TRAIT_TABLES if run.has(name)]
    base = buyers_with_traits(run.table("purchase_history"), [run.table(name) for name in names])
    studio = _Studio(run, base)
    rows: Rows = {contract.name: [] for contract in _CONTRACTS}
    for spec in specs:
        for name, found in _draw_one(run, studio, spec).items():
            rows[name] += found
    parents = ("segmentation_members", "purchase_history", *names)
    for contract in _CONTRACTS:
        table = pa.Table.from_pylist(_once(contract, rows[contract.name]), schema=arrow_schema(contract))
        run.publish(contract, table, spec=specs[0] if specs else "", parents=parents)


def _once(contract: Contract, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the later of two that share a key: two maps of one segmentation rank the same pairs."""
    return list({tuple(row[name] for name in contract.key): row for row in rows}.values())


def _correspondence(run: Run, studio: _Studio, spec: MapSpec) -> Rows:
    """Segments by the levels of a name: the one asked for, or the usual one that tells them apart best."""
    names = correspondence.names_of(studio.base, spec.attributes)
    inside = with_segments(studio.base, run.table("segmentation_members"), spec.segmentation)
    crossed = correspondence.best(
        [correspondence.cross(name, run.rows(correspondence.counts_of(inside, name))) for name in names]
    )
    if isinstance(crossed, NotEstimable):
        return {MAP_SUMMARY.name: [_summary(spec, {"map": crossed}, {})]}
    axes = correspondence.axis_rows(spec, crossed)
    facts = {
        "axes": [row["name"] for row in axes],
        "variance_kept": crossed.found.variance_kept,
        "rotation_free": False,
        "attributes": [{"name": crossed.trait, "unit": "levels", "scale": "names", "known": None}],
        "gaps": NotEstimable("a correspondence map shows who is where, not what is wanted"),
        "total_inertia": crossed.found.total_inertia,
        "row_to_column_distances": crossed.found.row_to_column_distances,
    }
    return {
        MAP_SEGMENTS.name: correspondence.segment_rows(spec, crossed, studio.worth(spec)),
        MAP_LEVELS.name: correspondence.level_rows(spec, crossed),
        MAP_AXES.name: axes,
        MAP_SUMMARY.name: [_summary(spec, facts, {})],
    }


def _draw_one(run: Run, studio: _Studio, spec: MapSpec) -> Rows:
    if spec.method == "correspondence":
        return _correspondence(run, studio, spec)
    asked = _asked(spec, studio.base)
    if isinstance(asked, NotEstimable):
        return {MAP_SUMMARY.name: [_summary(spec, {"map": asked}, {})]}
    canvas = studio.canvas(spec, asked)
    found = canvas.moments
    plane = found if isinstance(found, NotEstimable) else draw_plane(spec, found, canvas.attributes, canvas.pairs)
    if isinstance(plane, NotEstimable) or isinstance(found, NotEstimable):
        return {MAP_SUMMARY.name: [_summary(spec, {"map": plane}, canvas.left_out)]}
    points = point_rows(spec, plane, canvas.sample)
    segments = segment_rows(spec, plane, found, studio.worth(spec))
    search = _gaps(run, canvas.inside, spec, plane, canvas.attributes)
    axes = axis_rows(spec, plane, canvas.attributes, _reach([*points, *segments]))
    facts = {
        "axes": [row["name"] for row in axes],
        "variance_kept": plane.variance_kept,
        "rotation_free": isinstance(plane, Plane) and plane.rotation_free,
        "attributes": _prepared(canvas.attributes),
        "gaps": _claimed(spec, search),
    }
    return {
        MAP_POINTS.name: points,
        MAP_SEGMENTS.name: segments,
        MAP_AXES.name: axes,
        MAP_PAIRS.name: [] if asked else pair_rows(spec.segmentation, canvas.pairs),
        MAP_GAPS.name: gap_rows(spec, search),
        MAP_SUMMARY.name: [_summary(spec, facts, canvas.left_out)],
    }


def _asked(spec: MapSpec, base: ir.Table) -> tuple[str, ...] | NotEstimable:
    if spec.method != "perceived":
        return spec.attributes
    told = [name for word in _PERCEIVED for name in base.columns if word in name and not name.startswith(IDEAL)]
    if not told:
        return NotEstimable("no source tells what value customers perceive; ask them, and load the answers as a trait")
    return (spec.attributes[0] if spec.attributes else "purchase_days", told[0])


def _gaps(run: Run, inside: ir.Table, spec: MapSpec, plane: Plane | PlainPlane, attributes: Any) -> Any:
    columns = ideal_columns(plane, inside.columns)
    if isinstance(columns, NotEstimable):
        return search_gaps(spec, plane, attributes, columns)
    wanted = inside.select("customer_id", **{name: inside[told].cast("float64") for name, told in columns.items()})
    rows = run.arrow(wanted.drop_null().order_by("customer_id"))
    ideals = {name: np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in columns}
    return search_gaps(spec, plane, attributes, ideals)


def _reach(rows: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(min(row[axis] for row in rows), max(row[axis] for row in rows)) for axis in "xy"]


def _prepared(attributes: tuple[Attribute, ...]) -> list[dict[str, Any]]:
    return [{"name": each.name, "unit": each.unit, "scale": each.scale, "known": each.known} for each in attributes]


def _claimed(spec: MapSpec, search: Any) -> Any:
    if isinstance(search, NotEstimable):
        return search
    return [row for row in gap_rows(spec, search) if row["claimed"]]


def _summary(spec: MapSpec, facts: dict[str, Any], left_out: dict[str, str]) -> dict[str, Any]:
    document = {"segmentation": spec.segmentation, "method": spec.method, "left_out": left_out, **facts}
    return {"map": spec.name, "document": json.dumps(as_json(document))}
