"""Mixtures of numbers and names: found, typed inside the engine, described in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from segmentry.discovery import run as discovery
from segmentry.discovery.finding import Found
from segmentry.discovery.spec import DiscoverSpec, RfmSpec
from segmentry.engine import Engine
from segmentry.science import adjusted_rand
from segmentry.terms.errors import StudyError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study
from tests.rooms.discovery.planted import members, publish_base, world
from tests.rooms.shops import AS_OF

STUDY = Study(method="mixture", variables=("mean_order_value", "weekend_share", "region"), most=3)
COUNTS = {"faithful": 100, "gone": 80}


def find(engine: Engine, regions: list[str | None], study: Study = STUDY, days: int = 0) -> Any:
    """Two groups who differ in the size of their orders, and as their regions say."""
    rows, _ = world(COUNTS)
    as_of = AS_OF + timedelta(days=days)
    with engine.run("refresh", as_of) as run:
        publish_base(run, rows, {"region": regions})  # type: ignore[dict-item]
        spec = DiscoverSpec(as_of, study.as_dict(), "EUR", pairs=4, starts=4)
        return discovery.segment(run, RfmSpec(as_of, unit="EUR"), spec)


def regions(seed: int = 4) -> list[str | None]:
    """North for most of the first group, south for most of the second, unknown of one in twenty."""
    random = np.random.default_rng(seed)
    told: list[str | None] = []
    for name, count in COUNTS.items():
        usual, other = ("North", "South") if name == "faithful" else ("South", "North")
        chances = random.uniform(size=count)
        told += [None if chance < 0.05 else usual if chance < 0.9 else other for chance in chances]
    return told


def test_names_and_numbers_make_segments_together(engine: Engine) -> None:
    """Planted groups come back, everybody is typed, unknown regions included, and names speak of regions."""
    found = find(engine, regions())
    assert isinstance(found, Found)
    mine = members(engine)
    assert len(mine) == 180
    ids = sorted(set(mine.values()))
    truth = np.array([int(customer.startswith("gone")) for customer in mine])
    assert adjusted_rand(np.array([ids.index(segment) for segment in mine.values()]), truth) > 0.9
    names = " ".join(row["name"] for row in engine.rows(engine.table("segment_registry")))
    assert "North" in names or "South" in names or "order" in names
    summary = engine.rows(engine.table("segmentation_models"))[0]["summary"]
    assert '"method": "mixture"' in summary


def test_the_engine_types_as_the_mixture_does(engine: Engine) -> None:
    """The expression over the base gives each customer of the sample its likeliest segment."""
    found = find(engine, regions())
    mixture, identified = found.extraction.mixture, found.identified
    mine = members(engine)
    expected = [identified.ids[place] for place in mixture.chances.argmax(axis=1)]
    same = [
        mine[customer] == segment
        for customer, segment in zip(found.sample["customer_id"].to_pylist(), expected, strict=True)
    ]
    sure = mixture.chances.max(axis=1) > 0.501
    assert all(np.array(same)[sure])


def test_ids_survive_a_refit(engine: Engine) -> None:
    """Identity rests on members, whatever the method."""
    find(engine, regions())
    before = members(engine)
    find(engine, regions(seed=5), days=30)
    after = members(engine)
    assert np.mean([after[customer] == segment for customer, segment in before.items()]) > 0.95


def test_profiles_and_proof_are_published_for_levels(engine: Engine) -> None:
    """One row per level and segment; chances fill the gorge plot; rules over names are refused, not faked."""
    found = find(engine, regions())
    variables = {row["variable"] for row in engine.rows(engine.table("segment_profiles"))}
    assert {"region: North", "region: South", "mean_order_value"} <= variables
    assert isinstance(found.typing, NotEstimable)
    assert engine.rows(engine.table("segment_typing")) == []
    gorge = engine.rows(engine.table("segment_gorge"))
    assert sum(row["customers"] for row in gorge) == 180 * found.extraction.solution.k
    criteria = {row["criterion"]: row["value"] for row in engine.rows(engine.table("segment_solutions"))}
    assert criteria["silhouette"] is None


def test_a_name_known_of_hardly_anybody_is_left_out(engine: Engine) -> None:
    """The reason is told, and the numbers go on alone."""
    rare: list[str | None] = [None] * 170 + ["North"] * 10
    found = find(engine, rare)
    assert "unknown of 94%" in found.extraction.left_out["region"]


def test_many_levels_are_told_apart_up_to_eight(engine: Engine) -> None:
    """Rare levels count together, and a customer of a level nobody had in the sample can still be typed."""
    many: list[str | None] = [f"R{place % 20}" for place in range(180)]
    found = find(engine, many)
    levels = [variable for variable in found.extraction.variables if variable.source == "region"]
    assert len(levels) == 9
    assert levels[-1].level == "other"
    assert len(members(engine)) == 180


def test_distances_still_refuse_names(engine: Engine) -> None:
    """k-means takes numbers only, and points at the method that takes names."""
    with pytest.raises(StudyError, match="mixture"):
        find(engine, regions(), replace(STUDY, method="k_means"))
