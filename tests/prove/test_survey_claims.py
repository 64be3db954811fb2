"""How often claims of surveys hold: intervals of omega, and classes of choices in planted and in null worlds."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.profiles.needs.choice_designs import study_of
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.profiles.needs.tastes import Tastes, find_tastes
from segmentry.science.inputs import FloatArray
from segmentry.science.omega import omega
from segmentry.terms.numbers import Estimate, NotEstimable
from tests.rooms.profiles.choosing import TASTES, keyed, offers

pytestmark = pytest.mark.prove

LOADINGS = {"even": np.full(4, 0.7), "uneven": np.linspace(0.4, 0.8, 8), "weak": np.full(4, 0.4)}
WORLDS = 400


def answered(people: int, loadings: FloatArray, kind: str, random: np.random.Generator) -> FloatArray:
    """Normal answers, the same rounded to five points, or answers that lean to one side."""
    items = len(loadings)
    if kind == "leaning":
        common, own = random.exponential(size=(people, 1)) - 1, random.exponential(size=(people, items)) - 1
    else:
        common, own = random.standard_normal((people, 1)), random.standard_normal((people, items))
    found = common * loadings + own * np.sqrt(1 - loadings**2)
    return np.clip(np.round(3 + found), 1, 5) if kind == "points" else found


@pytest.mark.parametrize("name", LOADINGS)
@pytest.mark.parametrize(
    ("kind", "people", "least"),
    [
        ("normal", 30, 0.92), ("normal", 200, 0.93), ("points", 60, 0.91), ("points", 200, 0.92),
        ("leaning", 60, 0.86), ("leaning", 400, 0.90),
    ],
)  # fmt: skip
def test_intervals_of_omega_cover(name: str, kind: str, people: int, least: float) -> None:
    """Of 400 samples at least this share of 95 % intervals hold the omega of the population."""
    loadings = LOADINGS[name]
    random = np.random.default_rng([people, len(name), len(kind)])
    large = omega(answered(400_000, loadings, kind, random))
    assert isinstance(large, Estimate)
    found = [omega(answered(people, loadings, kind, random)) for _ in range(WORLDS)]
    held = [isinstance(each, Estimate) and each.low <= large.value <= each.high for each in found]
    assert np.mean(held) >= least


def test_the_number_of_planted_classes_is_found() -> None:
    """Two classes, 300 people and 12 tasks: two are claimed in at least 18 of 20 worlds, and never fewer."""
    counts = []
    for seed in range(20):
        study = study_of("snacks", keyed(offers(people=300, tasks=12, seed=seed)[0]), ChoicesSpec())
        found = find_tastes(study, 4)
        assert isinstance(found, Tastes)
        counts.append(len(found.classes.shares))
    assert min(counts) >= 2
    assert counts.count(2) >= 18


def test_lots_and_one_taste_make_no_classes() -> None:
    """Of 20 worlds of lots at most one claims anything; of 20 worlds of one taste at most one claims two classes."""
    lots, alike = 0, 0
    nothing = dict.fromkeys(TASTES[0], 0.0)
    for seed in range(20):
        drawn = study_of("snacks", keyed(offers([nothing], people=100, tasks=8, seed=seed)[0]), ChoicesSpec())
        lots += not isinstance(find_tastes(drawn, 3), NotEstimable)
        same = find_tastes(study_of("snacks", keyed(offers(TASTES[:1], 100, 8, seed=seed)[0]), ChoicesSpec()), 3)
        assert isinstance(same, Tastes)
        alike += len(same.classes.shares) > 1
    assert lots <= 1
    assert alike <= 1


def test_taking_none_makes_no_tastes() -> None:
    """Of 20 worlds in which nobody minds an attribute, and half take none often, at most one claims tastes."""
    claimed = 0
    tastes = [dict.fromkeys(TASTES[0], 0.0) | {"none": rate} for rate in (3.0, -1.0)]
    for seed in range(20):
        rows = offers(tastes, people=100, tasks=8, seed=seed)[0]
        claimed += not isinstance(find_tastes(study_of("snacks", keyed(rows), ChoicesSpec()), 3), NotEstimable)
    assert claimed <= 1
