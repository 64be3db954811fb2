"""The nine cells of the priority matrix suggest what the published stances suggest."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from segmentry.charts import LIGHT
from segmentry.charts.priority import priority_matrix
from segmentry.charts.shelf import Shelf
from segmentry.value.priority import _STANCES
from tests.rooms.charts.published import published


@pytest.fixture(scope="module")
def figure() -> go.Figure:
    tables = published()
    return priority_matrix(Shelf(tables.__getitem__, tables.__contains__, "en_US"))


def cells(figure: go.Figure) -> list[tuple[int, int, Any]]:
    """Thirds of strength and of attractiveness with the shape of the cell."""
    return [(place // 3, place % 3, shape) for place, shape in enumerate(figure.layout.shapes)]


def test_each_cell_is_labeled_with_its_stance(figure: go.Figure) -> None:
    """Both thirds added up choose among harvest, select and invest, as in the published table."""
    words = [each.text for each in figure.layout.annotations if each.text in set(_STANCES)]
    assert words == [_STANCES[across + up] for across, up, _ in cells(figure)]


def test_cells_tile_the_whole_matrix(figure: go.Figure) -> None:
    """No place is left out and none is covered twice: areas add up to the whole."""
    area = sum((cell.x1 - cell.x0) * (cell.y1 - cell.y0) for _, _, cell in cells(figure))
    low, high = figure.layout.xaxis.range
    assert area == pytest.approx((high - low) ** 2)
    assert {cell.x0 for across, _, cell in cells(figure) if across == 1} == {1 / 3}
    assert {cell.y1 for _, up, cell in cells(figure) if up == 1} == {2 / 3}


def test_cells_of_one_stance_share_a_shade(figure: go.Figure) -> None:
    """Three shades for three stances, all from the theme."""
    shades: dict[str, set[str]] = {}
    for across, up, cell in cells(figure):
        shades.setdefault(_STANCES[across + up], set()).add(cell.fillcolor)
    assert {len(each) for each in shades.values()} == {1}
    assert len(set.union(*shades.values())) == 3
    assert set.union(*shades.values()) <= set(LIGHT.values())
