"""Maps and growth as the doors show them."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.terms.numbers import NotEstimable
from segmentry.workspace.discovering import main_segmentation, no_segments
from segmentry.workspace.looking import as_of, figures, read, rows_where
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.maps.spec import Method
    from segmentry.workspace.workspace import Workspace

TABLES = ("map_points", "map_segments", "map_axes", "map_levels", "map_pairs", "map_gaps")
"""What a map is drawn from."""

METHODS: tuple[Method, ...] = ("plain", "principal", "discriminant", "correspondence", "perceived")


def draw(workspace: Workspace, method: str, attributes: tuple[str, ...], segmentation: str | None) -> DocumentResult:
    """A map of segments; see `Workspace.map`."""
    if method not in METHODS:
        hint = near_miss(method, METHODS) or f"Choose one of {', '.join(METHODS)}."
        raise SettingsError(Problem("MAP_UNKNOWN", "There is no such map", "method", shorten(method), hint))
    name = segmentation or main_segmentation(workspace)
    known = _segmentations(workspace)
    if name not in known:
        hint = near_miss(name, known) or f"Known: {', '.join(known)}."
        what = "There is no such segmentation"
        raise SettingsError(Problem("SEGMENTATION_UNKNOWN", what, "segmentation", shorten(name), hint))
    if len(set(attributes)) < len(attributes):
        given, next_step = ", ".join(map(shorten, attributes)), "Name two different traits."
        raise SettingsError(Problem("ATTRIBUTE_TWICE", "A map has two different axes", "attributes", given, next_step))
    drawn = f"{method}_chosen" if attributes else method
    if attributes or f"{name}/{method}" not in _drawn(workspace):
        _draw(workspace, method, attributes, name)
    tables = {each: partial(read, workspace, each) for each in TABLES}
    told = dict(document(workspace, name, drawn))
    if "not_estimable" not in told:
        told["as_of"] = as_of(workspace)
        usual = name == main_segmentation(workspace) and not attributes
        told["picture"] = f"map_{method}" if usual else f"map_{drawn}_{name}"
    return DocumentResult("Segmentation map", told, tables, figures(workspace))


def document(workspace: Workspace, segmentation: str, method: str = "plain") -> Any:
    """One map: method, axes, variance kept, gaps, places of the segments, pairs of attributes by separation."""
    found = _drawn(workspace).get(f"{segmentation}/{method}")
    if found is None:
        return NotEstimable("no map was drawn of this segmentation")
    if "not_estimable" in found:
        return found
    if "map" in found:
        return found["map"]
    return found | {
        "segments": rows_where(workspace, "map_segments", map=f"{segmentation}/{method}"),
        "pairs": rows_where(workspace, "map_pairs", segmentation=segmentation)[:10],
    }


def growth(workspace: Workspace) -> Any:
    """Growth of the whole base with the periods compared."""
    engine = workspace.engine
    if not engine.has("growth_summary"):
        return NotEstimable("no growth was worked out")
    return json.loads(engine.rows(engine.table("growth_summary"))[0]["document"])


def _drawn(workspace: Workspace) -> dict[str, dict[str, Any]]:
    engine = workspace.engine
    if not engine.has("map_summary"):
        return {}
    return {row["map"]: json.loads(row["document"]) for row in engine.rows(engine.table("map_summary"))}


def _segmentations(workspace: Workspace) -> list[str]:
    engine = workspace.engine
    if not engine.has("segmentation_segments"):
        raise no_segments(workspace, "There are no segments yet")
    described = engine.table("segmentation_segments")
    return [
        row["segmentation"] for row in engine.rows(described.select("segmentation").distinct().order_by("segmentation"))
    ]


def _draw(workspace: Workspace, method: Method, attributes: tuple[str, ...], segmentation: str) -> None:
    """Draw one map more, beside those of the last refresh, as a commit of its own."""
    from segmentry.maps.run import draw as draw_maps
    from segmentry.maps.spec import MapSpec

    engine = workspace.engine
    refreshed = engine.last_run("refresh")
    if refreshed is None or refreshed.as_of is None:
        raise no_segments(workspace, "There are no segments yet")
    unit = str(refreshed.notes.get("currency") or "currency units")
    with engine.run("map", refreshed.as_of) as run:
        asked = MapSpec(refreshed.as_of, segmentation, attributes, method, unit=unit, chosen=bool(attributes))
        usual = (MapSpec(refreshed.as_of, main_segmentation(workspace), method=each, unit=unit) for each in METHODS)
        draw_maps(run, asked, *(each for each in usual if each.name != asked.name))
