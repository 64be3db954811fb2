"""Identity of found segments: ids that are never reused, names that are kept, and what happened at each fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from segmentry.science.inputs import FloatArray
from segmentry.science.transitions import Transition, match_centers, match_segments

SAME = 1e-6
"""Relative distance up to which two centers are one: the same study on the same data."""

FEWEST_SHARED = 20
"""Fewer customers than these in both fits prove nothing by their movement; centers are compared then."""


@dataclass(frozen=True)
class Identified:
    """The segments of a fit under their lasting ids.

    Attributes:
        ids: Lasting id of each segment.
        names: Lasting name of each segment.
        rows: Rows of the contract `SEGMENT_REGISTRY`, those of earlier segments included.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    rows: list[dict[str, Any]]


def identify(
    segmentation: str,
    fresh_names: Sequence[str],
    centers: Sequence[Mapping[str, float]],
    earlier: Sequence[Mapping[str, Any]],
    shared: FloatArray | None,
    distances: tuple[FloatArray, FloatArray] | None,
    as_of: datetime,
) -> Identified:
    """Give every new segment the id and name of the old one it continues, or ones of its own.

    Args:
        segmentation: Name of the segmentation.
        fresh_names: Names the new segments would have by their markers.
        centers: Center of each new segment in original units.
        earlier: Rows of the registry so far, of this segmentation.
        shared: Customers in both fits, shape (living old segments in order of ``earlier``, new segments).
        distances: Old and new centers in one scale, for fits that share too few customers.
        as_of: Instant (UTC) of the new fit.
    """
    alive = [row for row in earlier if row["alive"]]
    events = _events(len(alive), len(fresh_names), shared, distances)
    heirs = {event.new[0]: event for event in events if event.event == "survived"}
    ids: list[str] = []
    names: list[str] = []
    number = _highest(earlier)
    taken = {str(row["name"]) for row in earlier}
    gone = [row for row in earlier if not row["alive"]]
    for place, fresh in enumerate(fresh_names):
        again = None if place in heirs else _same_as_before(centers[place], gone, ids)
        if again is not None:
            ids.append(str(again["segment_id"]))
            names.append(str(again["name"]))
            continue
        if place in heirs:
            ids.append(str(alive[heirs[place].old[0]]["segment_id"]))
            names.append(str(alive[heirs[place].old[0]]["name"]))
            continue
        number += 1
        ids.append(f"{segmentation}_{number}")
        names.append(_free(fresh, taken))
        taken.add(names[-1])
    rows = _rows(segmentation, ids, names, centers, earlier, alive, events, as_of)
    return Identified(tuple(ids), tuple(names), rows)


def _events(
    old: int, new: int, shared: FloatArray | None, distances: tuple[FloatArray, FloatArray] | None
) -> tuple[Transition, ...]:
    if not old:
        return tuple(Transition("emerged", (), (place,), 0.0) for place in range(new))
    if shared is not None and shared.sum() >= FEWEST_SHARED:
        return match_segments(shared)
    if distances is not None:
        return match_centers(*distances)
    return match_segments(np.zeros((old, new)))


def _same_as_before(
    center: Mapping[str, float], gone: Sequence[Mapping[str, Any]], used: Sequence[str]
) -> Mapping[str, Any] | None:
    """The segment of an earlier study whose center is this very one: it is back, and is not given another id."""
    for row in reversed(gone):
        before: dict[str, float] = json.loads(row["center"])
        if set(before) == set(center) and row["segment_id"] not in used and center:
            near = all(abs(center[name] - before[name]) <= SAME * max(abs(before[name]), SAME) for name in center)
            if near:
                found: Mapping[str, Any] = row
                return found
    return None


def _highest(earlier: Sequence[Mapping[str, Any]]) -> int:
    """The highest number ever given out."""
    return max((int(str(row["segment_id"]).rsplit("_", 1)[1]) for row in earlier), default=0)


def _free(name: str, taken: set[str]) -> str:
    """The name, or the name with the first number that no segment ever had."""
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"


def _rows(
    segmentation: str,
    ids: Sequence[str],
    names: Sequence[str],
    centers: Sequence[Mapping[str, float]],
    earlier: Sequence[Mapping[str, Any]],
    alive: Sequence[Mapping[str, Any]],
    events: Sequence[Transition],
    as_of: datetime,
) -> list[dict[str, Any]]:
    first = {row["segment_id"]: row["first_as_of"] for row in earlier}
    rows = []
    for place, (segment, name) in enumerate(zip(ids, names, strict=True)):
        event = _of_new(events, place)
        origins = [str(alive[old]["segment_id"]) for old in event.old if alive[old]["segment_id"] != segment]
        rows.append(
            {
                "segmentation": segmentation,
                "segment_id": segment,
                "name": name,
                "first_as_of": first.get(segment, as_of),
                "last_as_of": as_of,
                "alive": True,
                "event": event.event,
                "origins": ",".join(origins) or None,
                "overlap": event.overlap or None,
                "center": json.dumps(dict(centers[place])),
            }
        )
    return rows + [_gone(row, alive, events, ids) for row in earlier if row["segment_id"] not in ids]


def _gone(
    row: Mapping[str, Any], alive: Sequence[Mapping[str, Any]], events: Sequence[Transition], ids: Sequence[str]
) -> dict[str, Any]:
    """The row of a segment that is part of no solution any more; its last event is kept for good."""
    kept = {name: row[name] for name in row}
    place = next((place for place, each in enumerate(alive) if each["segment_id"] == row["segment_id"]), None)
    if place is None:
        return kept
    event = next(event for event in reversed(events) if place in event.old)
    heirs = ",".join(ids[new] for new in event.new)
    return kept | {
        "alive": False,
        "event": event.event,
        "origins": heirs or None,
        "overlap": event.overlap or None,
    }


def _of_new(events: Sequence[Transition], place: int) -> Transition:
    """The event that explains a new segment: where it came from rather than that it lives on."""
    found = [event for event in events if place in event.new]
    survived = [event for event in found if event.event == "survived"]
    return (survived or found)[0]
