"""Correspondence maps of segments by the levels of a name."""

from __future__ import annotations

import json
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.maps import correspondence
from segmentry.maps.spec import MapSpec
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import NotEstimable
from tests.rooms.shops import AS_OF

SPEC = MapSpec(AS_OF, "mine", method="correspondence")
SMOKERS = {
    "SM": (4, 2, 3, 2), "JM": (4, 3, 7, 4), "SE": (25, 10, 12, 4), "JE": (18, 24, 33, 13), "SC": (10, 6, 7, 2),
}  # fmt: skip
LEVELS = ("none", "light", "medium", "heavy")


def rows(table: dict[str, tuple[int, ...]]) -> list[dict[str, Any]]:
    return [
        {"segment_id": segment, "level": level, "customers": count}
        for segment, counts in table.items()
        for level, count in zip(LEVELS, counts, strict=True)
    ]


def test_the_smokers_map_is_greenacre_s_whatever_the_order_of_rows() -> None:
    """Total inertia .085190 and 99.5 % of it on two axes (Greenacre's smoker table)."""
    for told in (rows(SMOKERS), rows(SMOKERS)[::-1]):
        found = correspondence.cross("smoking", told)
        assert isinstance(found, correspondence.Crossed)
        assert found.found.total_inertia == pytest.approx(0.08519, abs=1e-5)
        assert found.found.variance_kept == pytest.approx(0.9951, abs=1e-4)
        assert found.segments == ("JE", "JM", "SC", "SE", "SM")
        assert found.levels == ("medium", "none", "light", "heavy")


def test_places_axes_and_levels_agree() -> None:
    """Rows of the contracts hold the coordinates; an axis is named by the levels furthest out."""
    crossed = correspondence.cross("smoking", rows(SMOKERS))
    assert isinstance(crossed, correspondence.Crossed)
    segments = correspondence.segment_rows(SPEC, crossed, {"SE": {"value": 7.0, "growth": None}})
    assert sum(row["customers"] for row in segments) == 193
    assert next(row for row in segments if row["segment_id"] == "SE")["value"] == 7.0
    axes = correspondence.axis_rows(SPEC, crossed)
    assert "more none" in {axes[0]["name"], axes[0]["opposite"]}
    levels = {row["level"]: row["x"] for row in correspondence.level_rows(SPEC, crossed)}
    assert json.loads(axes[0]["loadings"]) == pytest.approx(levels)
    masses = crossed.counts.sum(axis=0) / crossed.counts.sum()
    assert float(np.dot(masses, [levels[level] for level in crossed.levels])) == pytest.approx(0.0, abs=1e-9)


def test_two_segments_leave_one_axis() -> None:
    """The second coordinate is 0, and the axis says that nothing lies along it."""
    crossed = correspondence.cross("smoking", rows({"a": (9, 1, 1, 1), "b": (1, 5, 5, 5)}))
    assert isinstance(crossed, correspondence.Crossed)
    assert {row["y"] for row in correspondence.segment_rows(SPEC, crossed, {})} == {0.0}
    assert correspondence.axis_rows(SPEC, crossed)[1]["name"] == "more nothing"


@pytest.mark.parametrize(
    "table", [{"a": (1, 2, 3, 4)}, {"a": (1, 1, 1, 1), "b": (2, 2, 2, 2)}, {"a": (5, 0, 0, 0), "b": (3, 0, 0, 0)}]
)
def test_what_shows_nothing_is_refused(table: dict[str, tuple[int, ...]]) -> None:
    """One segment, independence, or one level: a reason, not an empty picture."""
    told = [row for row in rows(table) if row["customers"]]
    assert isinstance(correspondence.cross("smoking", told), NotEstimable)


def test_rare_levels_count_together() -> None:
    """Twenty-five levels and all others; nobody is lost."""
    told = [
        {"segment_id": segment, "level": f"L{place:02d}", "customers": 1 + (place * (segment == "a")) % 7}
        for segment in ("a", "b")
        for place in range(40)
    ]
    crossed = correspondence.cross("place", told)
    assert isinstance(crossed, correspondence.Crossed)
    assert len(crossed.levels) == 26
    assert crossed.counts.sum() == sum(row["customers"] for row in told)


def test_the_trait_that_tells_segments_apart_best_is_drawn() -> None:
    """The largest inertia wins; refusals give way to any map."""
    strong = correspondence.cross("strong", rows({"a": (9, 0, 0, 1), "b": (0, 9, 1, 0)}))
    weak = correspondence.cross("weak", rows(SMOKERS))
    assert correspondence.best([NotEstimable("no"), weak, strong]) is strong
    assert correspondence.best([NotEstimable("no")]) == NotEstimable("no")
    assert isinstance(correspondence.best([]), NotEstimable)


def test_counts_leave_unknown_levels_out_and_names_are_checked() -> None:
    """Unknown is no level; a trait that is no name is refused with those that are."""
    table = ibis.memtable(
        pa.table({"segment_id": ["a", "a", "b"], "country": ["UK", None, "FR"], "spend": [1.0, 2.0, 3.0]})
    )
    with Engine.in_memory() as engine:
        counted = engine.rows(correspondence.counts_of(table, "country").order_by("segment_id"))
    assert counted == [
        {"segment_id": "a", "level": "UK", "customers": 1},
        {"segment_id": "b", "level": "FR", "customers": 1},
    ]
    assert correspondence.names_of(table, ()) == ["country"]
    with pytest.raises(SettingsError) as refused:
        correspondence.names_of(table, ("spend", "county"))
    assert [problem.code for problem in refused.value.problems] == ["TRAIT_NOT_A_NAME"] * 2
    assert "country" in refused.value.problems[1].next_step
