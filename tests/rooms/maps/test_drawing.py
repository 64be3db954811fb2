"""Drawing: rows out of planes, without any engine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.maps.attributes import Attribute
from segmentry.maps.drawing import (
    PlainPlane,
    axis_rows,
    draw_plane,
    pair_rows,
    point_rows,
    rank_pairs,
    segment_rows,
)
from segmentry.maps.spec import MapSpec, Offer
from segmentry.maps.tables import MAP_AXES, MAP_GAPS, MAP_PAIRS, MAP_POINTS, MAP_SEGMENTS, MAP_SUMMARY
from segmentry.science.plane import Moments, Plane
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import DataClass
from tests.rooms.shops import AS_OF

SPEC = MapSpec(AS_OF, "s")
ATTRIBUTES = (
    Attribute("spend", "more spend", "less spend", "EUR", "log"),
    Attribute("silence", "longer silence", "shorter silence", "days"),
    Attribute("age", unit="years"),
)


def columns(seed: int = 0, size: int = 40) -> tuple[dict[str, np.ndarray], np.ndarray]:
    chance = np.random.default_rng(seed)
    label = np.repeat([0, 1, 2], size)
    spend = np.array([0.0, 5.0, 5.0])[label] + chance.normal(size=3 * size)
    silence = np.array([0.0, 0.0, 6.0])[label] + chance.normal(size=3 * size)
    return {"spend": spend, "silence": silence, "age": chance.normal(size=3 * size)}, label


def moments(seed: int = 0) -> Moments:
    values, label = columns(seed)
    return Moments.of(values, np.array(["a", "b", "c"])[label])


def plane(spec: MapSpec = SPEC, held: Moments | None = None) -> Any:
    held = held or moments()
    pairs = rank_pairs(held)
    return draw_plane(spec, held, ATTRIBUTES, () if isinstance(pairs, NotEstimable) else pairs)


# ---- the plane


def test_the_default_is_plain_and_takes_the_best_pair() -> None:
    """The two attributes that separate, named by themselves."""
    found = plane()
    assert isinstance(found, PlainPlane)
    assert set(found.names) == {"spend", "silence"}
    assert {axis.name for axis in found.axes} == {"more spend", "longer silence"}


def test_axes_of_a_plain_map_share_what_each_separates() -> None:
    """The share of an axis is its own eta squared; loadings are correlations with both."""
    found = plane()
    held = moments()
    for axis, name in zip(found.axes, found.names, strict=True):
        at = held.names.index(name)
        assert axis.share == pytest.approx(held.between[at, at] / held.total[at, at])
        assert axis.loadings[name] == 1.0


def test_a_redundant_pair_is_not_drawn() -> None:
    """Where the best pair says the same twice, the next one is taken."""
    values, label = columns()
    held = Moments.of({"spend": values["spend"], "copy": values["spend"] * 2, "age": values["age"]}, label)
    attributes = (ATTRIBUTES[0], Attribute("copy"), ATTRIBUTES[2])
    pairs = rank_pairs(held)
    assert not isinstance(pairs, NotEstimable)
    found = draw_plane(SPEC, held, attributes, pairs)
    assert isinstance(found, PlainPlane)
    assert "age" in found.names


def test_a_pair_of_copies_is_drawn_where_there_is_no_other() -> None:
    """Better a diagonal than no map."""
    values, label = columns()
    held = Moments.of({"spend": values["spend"], "silence": values["spend"] * 2}, label)
    pairs = rank_pairs(held)
    assert not isinstance(pairs, NotEstimable)
    assert isinstance(draw_plane(SPEC, held, ATTRIBUTES[:2], pairs), PlainPlane)


def test_two_attributes_asked_for_are_taken_as_they_are() -> None:
    """No ranking is needed, and their order is kept."""
    held = moments().select(["age", "spend"])
    spec = replace(SPEC, attributes=("age", "spend"))
    found = draw_plane(spec, held, (ATTRIBUTES[2], ATTRIBUTES[0]), ())
    assert isinstance(found, PlainPlane)
    assert found.names == ("age", "spend")


def test_more_attributes_asked_for_are_ranked() -> None:
    """Three asked for: the best two of them are drawn."""
    found = plane(replace(SPEC, attributes=("spend", "silence", "age")))
    assert set(found.names) == {"spend", "silence"}


@pytest.mark.parametrize("method", ["principal", "discriminant"])
def test_statistical_planes_take_all_attributes(method: Any) -> None:
    """With the words of the attributes."""
    found = plane(replace(SPEC, method=method))
    assert isinstance(found, Plane)
    assert found.names == ("spend", "silence", "age")
    assert "silence" in found.axes[0].name


def test_one_attribute_makes_no_plane() -> None:
    """The answer is a reason, and no error."""
    held = moments().select(["spend"])
    assert isinstance(rank_pairs(held), NotEstimable)
    assert isinstance(draw_plane(SPEC, held, ATTRIBUTES[:1], ()), NotEstimable)


# ---- rows


def test_points_are_placed_by_the_attributes_of_the_plane() -> None:
    """A plain map places a customer at its two values as drawn."""
    found = plane()
    row = {"customer_id": "x", "segment_id": "a", "spend": 1.5, "silence": -2.0, "age": 99.0}
    (point,) = point_rows(SPEC, found, [row])
    assert {point["x"], point["y"]} == {1.5, -2.0}
    assert point["map"] == "s/plain"


def test_no_sample_makes_no_points() -> None:
    """An empty sample is no mistake."""
    assert point_rows(SPEC, plane(), []) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), method=st.sampled_from(["plain", "principal", "discriminant"]))
def test_centers_and_spreads_are_those_of_the_placed_members(seed: int, method: Any) -> None:
    """What is computed from sums equals what placing every member gives, on each kind of map."""
    spec = replace(SPEC, method=method)
    values, label = columns(seed)
    held = moments(seed)
    found = plane(spec, held)
    placed = found.place(values).coordinates
    for at, row in enumerate(segment_rows(spec, found, held, {})):
        inside = placed[label == at]
        assert (row["x"], row["y"]) == pytest.approx(tuple(inside.mean(axis=0)), abs=1e-8)
        assert (row["spread_x"], row["spread_y"]) == pytest.approx(tuple(inside.std(axis=0)), abs=1e-8)


def test_distances_are_mahalanobis_over_all_attributes() -> None:
    """Against a plain inversion of the scatter inside segments."""
    held = moments()
    inside = held.within / (held.customers - 3)
    rows = segment_rows(SPEC, plane(), held, {})
    for at, row in enumerate(rows):
        other = held.segments.index(row["nearest_segment"])
        apart = held.means[at] - held.means[other]
        assert row["distance"] == pytest.approx(float(np.sqrt(apart @ np.linalg.solve(inside, apart))))
        assert row["distance"] == pytest.approx(
            min(
                float(np.sqrt((held.means[at] - mean) @ np.linalg.solve(inside, held.means[at] - mean)))
                for place, mean in enumerate(held.means)
                if place != at
            )
        )


def test_value_and_growth_are_joined_by_segment() -> None:
    """What is not told stays empty."""
    rows = segment_rows(SPEC, plane(), moments(), {"a": {"value": 5.0}, "b": {"growth": -0.1}})
    assert [(row.get("value"), row.get("growth")) for row in rows] == [(5.0, None), (None, -0.1), (None, None)]


def test_axes_of_a_plain_map_tell_attribute_unit_scale_and_ticks() -> None:
    """A logarithmic axis comes with ticks over its reach, a linear one without."""
    held = moments().select(["spend", "silence"])
    spec = replace(SPEC, attributes=("spend", "silence"))
    found = draw_plane(spec, held, ATTRIBUTES[:2], ())
    assert isinstance(found, PlainPlane)
    first, second = axis_rows(spec, found, ATTRIBUTES, [(0.0, np.log1p(150)), (0.0, 9.0)])
    assert (first["attribute"], first["unit"], first["scale"]) == ("spend", "EUR", "log")
    assert [label for _, label in json.loads(first["ticks"])] == ["0", "1", "3", "10", "30", "100"]
    assert (second["scale"], json.loads(second["ticks"])) == ("linear", [])


def test_axes_of_a_statistical_map_count_standard_deviations() -> None:
    """They are no attribute and need no ticks."""
    spec = replace(SPEC, method="principal")
    for row in axis_rows(spec, plane(spec), ATTRIBUTES, [(-2.0, 2.0)] * 2):
        assert (row["attribute"], row["unit"], row["ticks"]) == (None, "standard deviations", "[]")


def test_pairs_are_numbered_from_one() -> None:
    """In order of separation."""
    pairs = rank_pairs(moments())
    assert not isinstance(pairs, NotEstimable)
    rows = pair_rows("s", pairs)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert rows[0]["separation"] == max(row["separation"] for row in rows)


# ---- contracts and questions


@pytest.mark.parametrize("contract", [MAP_POINTS, MAP_SEGMENTS, MAP_AXES, MAP_PAIRS, MAP_GAPS, MAP_SUMMARY])
def test_contracts_have_their_keys_and_describe_each_column(contract: Any) -> None:
    """Keys are columns that must be there; every column says what it means."""
    for name in contract.key:
        assert contract.column(name).required
    assert all(column.description.endswith(".") for column in contract.columns)


def test_only_points_name_persons() -> None:
    """Customer ids are protected as personal; no other table of maps holds any."""
    personal = {
        contract.name
        for contract in (MAP_POINTS, MAP_SEGMENTS, MAP_AXES, MAP_PAIRS, MAP_GAPS, MAP_SUMMARY)
        if any(column.data_class is DataClass.PERSONAL for column in contract.columns)
    }
    assert personal == {"map_points"}


def test_a_question_can_be_stored_and_told_apart() -> None:
    """Other offers make another question; the same question has the same fingerprint."""
    one, two = (replace(SPEC, offers=(Offer("o", (("spend", at),)),)) for at in (1.0, 2.0))
    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == replace(SPEC, offers=(Offer("o", (("spend", 1.0),)),)).fingerprint
    assert json.dumps(one.as_dict())
