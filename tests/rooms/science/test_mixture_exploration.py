"""Numbers of segments of a mixture, judged by what comes back."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science import MixedMixture, adjusted_rand, explore_mixture
from segmentry.science.inputs import FloatArray
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

KINDS = ["gaussian", "categorical", "bernoulli"]


def world(n: int, planted: bool, seed: int = 0) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], FloatArray]:
    """Two groups who differ in a number, a category and an answer; or nobody who differs."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 2, n) if planted else np.zeros(n, dtype=np.int64)
    category = np.where(random.uniform(size=n) < 0.85, group, 2)
    rows = np.column_stack([random.normal(group * 3.0, 1.0), category, random.uniform(size=n) < 0.1 + 0.8 * group])
    rows = rows.astype(float)
    rows[random.uniform(size=rows.shape) < 0.03] = np.nan
    return group, rows


def make(k: int, starts: int, seed: int) -> MixedMixture:
    return MixedMixture(KINDS, k, n_starts=starts, random_state=seed)  # type: ignore[arg-type]


def test_planted_groups_are_recommended_and_found() -> None:
    """Two groups, some answers missing: k = 2, stable beyond the null worlds, agreement with the truth above 0.9."""
    group, rows = world(400, planted=True)
    found = explore_mixture(rows, make, range(2, 4), pairs=4, starts=4)
    assert found.k == 2
    assert found.verdict.verdict in {"natural", "reproducible"}
    assert adjusted_rand(found.solution.labels, group) > 0.85
    assert found.solution.slsw.min() > 0.8
    assert isinstance(found.solution.silhouette, NotEstimable)
    assert found.solution.sizes[0] >= found.solution.sizes[1]


def test_where_nothing_is_planted_nothing_is_claimed() -> None:
    """One segment, whose variables are unrelated: constructive."""
    for seed in range(2):
        _, rows = world(300, planted=False, seed=seed)
        rows[:, 1] = np.where(np.isnan(rows[:, 1]), np.nan, np.random.default_rng(seed).integers(0, 3, 300))
        assert explore_mixture(rows, make, range(2, 3), pairs=4, starts=3).verdict.verdict == "constructive"


def test_equal_seeds_give_equal_answers() -> None:
    """Nothing depends on anything but rows and seed."""
    _, rows = world(200, planted=True)
    first, second = (explore_mixture(rows, make, range(2, 3), pairs=2, starts=2) for _ in range(2))
    assert np.array_equal(first.solution.labels, second.solution.labels)
    assert np.array_equal(first.solution.global_stability, second.solution.global_stability)


def test_rows_from_which_nothing_can_be_learned_are_refused() -> None:
    """All alike: no number of segments can be told apart."""
    rows = np.column_stack([np.ones(50), np.zeros(50), np.ones(50)])
    with pytest.raises(EstimationError):
        explore_mixture(rows, make, range(2, 4), pairs=2, starts=2)
