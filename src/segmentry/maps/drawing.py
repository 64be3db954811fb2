"""The drawing itself: a plane out of moments, and rows out of the plane."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.maps.attributes import Attribute
from segmentry.maps.spec import MapSpec
from segmentry.science.plane import (
    AttributePair,
    Axis,
    Moments,
    Placement,
    Plane,
    discriminant_plane,
    pairs_from_moments,
    principal_plane,
)
from segmentry.terms.numbers import NotEstimable

FloatArray = NDArray[np.float64]
Columns = Mapping[str, FloatArray]
Worth = Mapping[str, Mapping[str, Any]]
"""Segment to figures of it that other rooms found."""

SCORES = "standard deviations"
_NULL_DIRECTION = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class PlainPlane:
    """Two attributes drawn as they are: what the map shows of them is exact.

    Attributes:
        names: The two attributes, the first along x.
        axes: The two axes, named by the attribute alone.
        variance_kept: 1, for the map shows all of what it is about.
    """

    names: tuple[str, str]
    axes: tuple[Axis, Axis]
    variance_kept: float = 1.0

    def place(self, columns: Columns) -> Placement:
        """Places of points: the attributes as drawn; cos2 is 1.

        Args:
            columns: Both attributes as drawn, shape (n,) each.
        """
        points = np.column_stack([columns[name] for name in self.names])
        return Placement(points, np.ones(len(points)))


def draw_plane(
    spec: MapSpec, moments: Moments, attributes: Sequence[Attribute], pairs: Sequence[AttributePair]
) -> Plane | PlainPlane | NotEstimable:
    """The plane that a map asks for.

    Args:
        spec: What was asked.
        moments: Of the attributes as drawn.
        attributes: The same attributes.
        pairs: Their pairs, ranked; empty where none could be.
    """
    words = {each.name: each.words for each in attributes}
    if len(attributes) < 2:
        return NotEstimable("fewer than two attributes are known and vary, so there is no plane")
    if spec.method == "principal":
        return principal_plane(moments, words)
    if spec.method == "discriminant":
        return discriminant_plane(moments, words)
    if len(attributes) == 2 and (spec.attributes or spec.method == "perceived"):
        return _plain(moments, words, attributes[0].name, attributes[1].name)
    telling = [pair for pair in pairs if not pair.redundant] or list(pairs)
    if not telling:
        return NotEstimable("there is one segment only, so no pair of attributes separates")
    return _plain(moments, words, telling[0].first, telling[0].second)


def _plain(moments: Moments, words: Mapping[str, tuple[str, str]], first: str, second: str) -> PlainPlane:
    chosen = moments.select([first, second])
    spread = np.diag(chosen.total)
    between = np.diag(chosen.between) / spread
    scale = np.sqrt(spread)
    link = float((chosen.total / np.outer(scale, scale))[0, 1])
    loadings = ({first: 1.0, second: link}, {first: link, second: 1.0})
    names = (first, second)
    axes = [
        Axis(*words[name], share=float(between[place]), loadings=loadings[place]) for place, name in enumerate(names)
    ]
    return PlainPlane(names, (axes[0], axes[1]))


def rank_pairs(moments: Moments) -> tuple[AttributePair, ...] | NotEstimable:
    """Pairs of attributes by how well they separate the segments.

    Args:
        moments: Of the attributes as drawn.
    """
    if len(moments.names) < 2:
        return NotEstimable("fewer than two attributes are known and vary")
    return pairs_from_moments(moments)


def point_rows(spec: MapSpec, plane: Plane | PlainPlane, sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_POINTS`.

    Args:
        spec: What was asked.
        plane: The plane.
        sample: Customers with ``customer_id``, ``segment_id`` and the attributes as drawn.
    """
    if not sample:
        return []
    columns = {name: np.array([row[name] for row in sample], dtype=np.float64) for name in plane.names}
    placed = plane.place(columns)
    return [
        {
            "map": spec.name,
            "customer_id": row["customer_id"],
            "segment_id": row["segment_id"],
            "x": float(at[0]),
            "y": float(at[1]),
            "cos2": float(shown),
        }
        for row, at, shown in zip(sample, placed.coordinates, placed.cos2, strict=True)
    ]


def segment_rows(
    spec: MapSpec,
    plane: Plane | PlainPlane,
    moments: Moments,
    worth: Worth,
) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_SEGMENTS`.

    Args:
        spec: What was asked.
        plane: The plane.
        moments: Of all attributes as drawn.
        worth: Segment to ``value``, ``growth`` and ``growth_by_construction``; what is not told stays empty.
    """
    places = [moments.names.index(name) for name in plane.names]
    placed = plane.place({name: moments.means[:, place] for name, place in zip(plane.names, places, strict=True)})
    spreads = _spreads(plane, moments, places)
    nearest = _nearest(moments)
    return [
        {
            "map": spec.name,
            "segment_id": segment,
            "x": float(placed.coordinates[place, 0]),
            "y": float(placed.coordinates[place, 1]),
            "cos2": float(placed.cos2[place]),
            "spread_x": float(spreads[place, 0]),
            "spread_y": float(spreads[place, 1]),
            "customers": int(moments.counts[place]),
            **worth.get(segment, {}),
            "nearest_segment": nearest[place][0],
            "distance": nearest[place][1],
        }
        for place, segment in enumerate(moments.segments)
    ]


def _spreads(plane: Plane | PlainPlane, moments: Moments, places: Sequence[int]) -> FloatArray:
    """Standard deviations of each segment's members along both axes, shape (g, 2)."""
    basis = plane.basis[:, :2] if isinstance(plane, Plane) else np.eye(2)
    inside = moments.scatter[:, places][:, :, places] / moments.counts[:, None, None]
    return np.asarray(np.sqrt(np.clip(np.einsum("pr,gpq,qr->gr", basis, inside, basis), 0.0, None)))


def _nearest(moments: Moments) -> list[tuple[str | None, float | None]]:
    """The nearest other segment of each and its Mahalanobis distance, by the scatter inside segments."""
    groups = len(moments.segments)
    free = moments.customers - groups
    if groups < 2 or free <= 0:
        return [(None, None)] * groups
    scale = np.sqrt(np.diag(moments.total) / moments.customers)
    values, vectors = np.linalg.eigh(moments.within / free / np.outer(scale, scale))
    usable = values > _NULL_DIRECTION * max(float(values.max()), np.finfo(np.float64).tiny)
    whitened = moments.means / scale @ (vectors[:, usable] / np.sqrt(values[usable]))
    apart = np.sqrt(((whitened[:, None] - whitened) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    closest = apart.argmin(axis=1)
    return [(str(moments.segments[other]), float(apart[place, other])) for place, other in enumerate(closest)]


def axis_rows(
    spec: MapSpec,
    plane: Plane | PlainPlane,
    attributes: Sequence[Attribute],
    reach: Sequence[tuple[float, float]],
) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_AXES`.

    Args:
        spec: What was asked.
        plane: The plane.
        attributes: All attributes looked at.
        reach: Smallest and largest place of what is drawn along each axis.
    """
    known = {each.name: each for each in attributes}
    rows = []
    for place, (title, axis) in enumerate(zip("xy", plane.axes, strict=True)):
        drawn = known[plane.names[place]] if isinstance(plane, PlainPlane) else None
        rows.append(
            {
                "map": spec.name,
                "axis": title,
                "name": axis.name,
                "opposite": axis.opposite,
                "attribute": drawn.name if drawn else None,
                "unit": drawn.unit if drawn else SCORES,
                "scale": drawn.scale if drawn else "linear",
                "ticks": json.dumps(drawn.ticks(*reach[place]) if drawn else []),
                "share": axis.share,
                "loadings": json.dumps({name: round(value, 6) for name, value in axis.loadings.items()}),
            }
        )
    return rows


def pair_rows(segmentation: str, pairs: Sequence[AttributePair]) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_PAIRS`.

    Args:
        segmentation: Name of the segmentation.
        pairs: Ranked pairs.
    """
    return [
        {
            "segmentation": segmentation,
            "rank": place,
            "first": pair.first,
            "second": pair.second,
            "separation": pair.separation,
            "wilks": pair.wilks,
            "separation_first": pair.separation_first,
            "separation_second": pair.separation_second,
            "correlation": pair.correlation,
            "redundant": pair.redundant,
        }
        for place, pair in enumerate(pairs, start=1)
    ]
