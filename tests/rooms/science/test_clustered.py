"""Rows of one organization are one proof: sums by organization, by hand and where nothing is independent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.clustered import chance_above, chance_by_groups, design_effect, mean_gain, quantile
from segmentry.science.conversion import Conversion, learn_conversion
from segmentry.science.effects import nominal_effect
from segmentry.science.inputs import FloatArray


def test_the_mean_of_groups_by_hand() -> None:
    """Differences 1, 1 of one group and -1, 1 of another: mean 1/2, sums of what is left 1 and -1, twice 2 over 16."""
    mean, error, freedom = mean_gain(np.array([1.0, 1.0, -1.0, 1.0]), np.array([7, 7, 9, 9]))
    assert (mean, freedom) == (0.5, 1)
    assert error == pytest.approx(math.sqrt(2 * 2) / 4)
    assert mean_gain(np.ones(3), np.zeros(3))[1] == math.inf


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=3, max_size=30), st.integers(2, 5))
def test_rows_written_twice_prove_no_more(values: list[float], times: int) -> None:
    """Each row several times over, as one group: mean, error and freedom stay as they were."""
    once = np.array(values)
    again = mean_gain(np.repeat(once, times), np.repeat(np.arange(once.size), times))
    assert again == pytest.approx(mean_gain(once), abs=1e-9)


def test_quantiles_of_few_groups_are_students() -> None:
    """12.7062 and 2.0452 at 1 and 29 degrees of freedom (any table of t), 1.96 of many; p goes with them."""
    assert [round(quantile(each), 4) for each in (1, 29, 500)] == [12.7062, 2.0452, 1.96]
    assert chance_above(quantile(29), 1.0, 29) == pytest.approx(0.025)
    assert chance_above(quantile(500), 1.0, 500) == pytest.approx(0.025)
    assert chance_above(1.0, 0.0, 9) == 1.0


def test_single_rows_are_told_as_chi_squared_tells_them() -> None:
    """Groups of one row each, those alike counted: about the p of the table."""
    table = np.array([[100.0, 300.0], [250.0, 850.0]])
    units = np.zeros((4, 2, 2))
    for place, (row, column) in enumerate(np.ndindex(2, 2)):
        units[place, row, column] = 1.0
    found = chance_by_groups(units, np.zeros(4, dtype=np.int64), table.ravel())
    assert found == pytest.approx(nominal_effect(table.tolist()).p, rel=0.1)


def _world(seed: int, organizations: int) -> tuple[FloatArray, float]:
    """Organizations of unlike rates, a third of them of a kind drawn by lot; the p of the plain table beside."""
    random = np.random.default_rng(seed)
    rates = 1 / (1 + np.exp(1.7 - random.normal(0, 1, organizations)))
    came = random.binomial(50, rates).astype(np.float64)
    kind = np.arange(organizations) % 3 == 0
    own = np.stack([came, 50 - came], axis=1)
    tables = np.where(kind[:, None, None], np.stack([own, own * 0], axis=1), np.stack([own * 0, own], axis=1))
    return tables, nominal_effect(tables.sum(axis=0).tolist()).p


def test_kinds_of_organizations_drawn_by_lot_are_no_kinds() -> None:
    """Of 200 null worlds of 60 organizations at most 6 % are below .05; of plain tables some half."""
    found = [_world(seed, 60) for seed in range(200)]
    alone = [chance_by_groups(tables, np.zeros(60, dtype=np.int64), np.ones(60)) for tables, _ in found]
    assert np.mean(np.array(alone) < 0.05) <= 0.06
    assert np.mean([plain < 0.05 for _, plain in found]) > 0.4


def test_few_organizations_prove_nothing() -> None:
    """Fewer than 30, or all of the kind in one: nothing is told from chance."""
    tables, _ = _world(1, 20)
    assert chance_by_groups(tables, np.zeros(20, dtype=np.int64), np.ones(20)) == 1.0
    alone = _world(1, 40)[0][np.r_[0, 1, 2, 4, 5, 7, 8].repeat([1, 6, 6, 6, 6, 6, 6])]
    assert chance_by_groups(alone, np.zeros(37, dtype=np.int64), np.ones(37)) == 1.0


def test_the_design_effect_by_hand() -> None:
    """Organizations that convert all or none make ten rows prove as much as one does; single rows prove all."""
    assert design_effect(np.array([10.0, 0.0]), np.array([10.0, 10.0]), np.ones(2)) == pytest.approx(10.0)
    assert design_effect(np.array([10.0]), np.array([10.0]), np.ones(1)) == pytest.approx(10.0)
    assert design_effect(np.array([1.0, 0.0]), np.ones(2), np.array([3.0, 7.0])) == 1.0


def test_attributes_of_few_organizations_are_no_skill() -> None:
    """Of 8 worlds of 40 organizations with attributes drawn by lot at most one has a better model; 4 by single rows."""
    better = {True: 0, False: 0}
    for seed in range(8):
        random = np.random.default_rng(seed)
        at, whose = np.sort(random.uniform(0, 1000, 4000)), random.integers(0, 40, 4000)
        odds = np.log(0.15 / 0.85) + random.normal(0, 1.2, 40)[whose]
        features = random.normal(size=(40, 4))[whose]
        came = (random.random(4000) < 1 / (1 + np.exp(-odds))) * 1.0
        for grouped in (True, False):
            groups = whose if grouped else None
            found = learn_conversion(features, came, at, tuple("abcd"), horizon=60, groups=groups)
            assert isinstance(found, Conversion)
            better[grouped] += found.better
    assert better[True] <= 1
    assert better[False] >= 4
