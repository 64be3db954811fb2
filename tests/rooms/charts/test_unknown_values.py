"""Unknown values: whatever a contract lets be empty may be empty, in any mixture, and every picture is still drawn."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.charts import notes_of
from segmentry.discovery.tables import (
    SEGMENT_GATE,
    SEGMENT_GORGE,
    SEGMENT_GUARD,
    SEGMENT_PROFILES,
    SEGMENT_SOLUTIONS,
    SEGMENT_STABILITY,
)
from segmentry.maps.tables import MAP_AXES, MAP_GAPS, MAP_POINTS, MAP_SEGMENTS
from segmentry.terms.tables import Contract
from segmentry.value.growth_tables import SEGMENT_GROWTH
from segmentry.value.priority_tables import SEGMENT_PRIORITY
from tests.rooms.charts import found_tables as usual
from tests.rooms.charts.published import gallery, published

Rows = list[dict[str, Any]]
TABLES: dict[str, tuple[Contract, Rows]] = {
    "segment_solutions": (SEGMENT_SOLUTIONS, usual.solutions()),
    "segment_stability": (SEGMENT_STABILITY, usual.stability()),
    "segment_gorge": (SEGMENT_GORGE, usual.gorge()),
    "segment_profiles": (SEGMENT_PROFILES, usual.profiles()),
    "segment_gate": (SEGMENT_GATE, usual.gate()),
    "segment_guard": (SEGMENT_GUARD, usual.guard()),
    "segment_growth": (SEGMENT_GROWTH, usual.growth()),
    "segment_priority": (SEGMENT_PRIORITY, usual.priority()),
    "map_segments": (MAP_SEGMENTS, usual.map_segments()),
    "map_axes": (MAP_AXES, usual.map_axes()),
    "map_points": (MAP_POINTS, usual.map_points()),
    "map_gaps": (MAP_GAPS, usual.map_gaps()),
}
OF_SEGMENTS = {
    "found_segments", "segment_profiles", "stability_by_number", "stability_by_segment", "segment_origins", "gorge",
    "map_plain", "map_principal", "map_discriminant",
    "map_correspondence", "map_perceived", "growth_parts", "priority_matrix",
    "priority_first", "gate", "guard",
}  # fmt: skip


def optional(contract: Contract) -> list[str]:
    """Columns that a contract lets be empty."""
    return [column.name for column in contract.columns if not column.required and column.name not in contract.key]


def drawn(tables: dict[str, Any]) -> dict[str, go.Figure]:
    """Every picture of segments that these tables allow."""
    return {name: draw() for name, draw in gallery(tables).items() if name in OF_SEGMENTS}


def whole(figure: go.Figure) -> bool:
    """Whether a figure says what it is, with a table of equal rows."""
    notes = notes_of(figure)
    return (
        notes is not None
        and bool(notes.title and notes.caption and notes.description and notes.rows)
        and {len(row) for row in notes.rows} == {len(notes.columns)}
        and all(isinstance(cell, str) for row in notes.rows for cell in row)
    )


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_with_every_optional_column_empty_breaks_no_picture(name: str) -> None:
    """All that may be unknown is unknown in one table: the pictures that are left are whole."""
    contract, rows = TABLES[name]
    empty = [row | dict.fromkeys(optional(contract)) for row in rows]
    figures = drawn(published(**{name: empty}))
    assert all(whole(figure) for figure in figures.values())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_with_one_row_breaks_no_picture(name: str) -> None:
    """A single row, as after a filter: pictures are whole or left out."""
    _, rows = TABLES[name]
    figures = drawn(published(**{name: rows[:1]}))
    assert all(whole(figure) for figure in figures.values())


@st.composite
def with_holes(draw: st.DrawFn) -> dict[str, Rows]:
    """Some tables with some optional cells empty."""
    changed = {}
    for name in draw(st.sets(st.sampled_from(sorted(TABLES)), min_size=1, max_size=3)):
        contract, rows = TABLES[name]
        names = optional(contract)
        if names:
            holes = draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), st.sampled_from(names)), max_size=8))
            changed[name] = [
                row | dict.fromkeys([column for at, column in holes if at == place]) for place, row in enumerate(rows)
            ]
    return changed


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(with_holes())
def test_holes_anywhere_break_no_picture(changed: dict[str, Rows]) -> None:
    """Any mixture of unknown cells: every picture that is offered can be drawn, and is whole."""
    assert all(whole(figure) for figure in drawn(published(**changed)).values())


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    """Shuffled rows of segments give the same pictures: places, colors and words follow ids."""
    names = ("segment_priority", "segment_guard")
    shuffled = {name: [TABLES[name][1][place] for place in order] for name in names}
    usual_figures, other = drawn(published()), drawn(published(**shuffled))
    for name in ("priority_matrix", "priority_first", "guard"):
        assert notes_of(usual_figures[name]) == notes_of(other[name])
        assert usual_figures[name].to_json() == other[name].to_json()


@pytest.mark.parametrize("name", sorted(OF_SEGMENTS))
def test_without_value_pictures_of_segments_make_none_up(name: str) -> None:
    """Where value is refused, no picture writes an amount of value; the picture of value itself is left out."""
    figures = drawn(published(valued=False, map_segments=usual.map_segments(valued=False)))
    if name == "found_segments":
        assert name not in figures
        return
    notes = notes_of(figures[name])
    assert notes is not None
    for head, cells in zip(notes.columns, zip(*notes.rows, strict=True), strict=True):
        if head.startswith("Value ("):
            assert set(cells) == {"not estimable"}
