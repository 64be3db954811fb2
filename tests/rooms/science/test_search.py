"""The best solution on many rows: what samples cannot tell, all rows decide."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from segmentry.science.batched import Batch, weighted_sums
from segmentry.science.passes import FullFit
from segmentry.science.points import distinct_points
from segmentry.science.search import BETWEEN, Rows, apart


def _overlapping(rows: int, seed: int) -> np.ndarray:
    """Seven overlapping clouds of unequal size, so that some numbers of segments have many near-equal optima."""
    random = np.random.default_rng(seed)
    centers = random.normal(scale=2.0, size=(7, 5))
    labels = random.choice(7, rows, p=np.array([28, 22, 16, 12, 10, 7, 5]) / 100)
    return (centers[labels] + random.normal(size=(rows, 5))).astype(np.float32)


def _fit(objective: float) -> FullFit:
    return FullFit(np.full((2, 3), objective), np.zeros(4, np.int32), objective, 1, True)


@pytest.mark.parametrize("k", [4, 6])
def test_many_rows_reach_what_ten_restarts_on_all_rows_reach(k: int) -> None:
    """Above 100,000 rows the objective is within 0.01 % of scikit-learn's best of ten starts on all rows, or better."""
    rows = _overlapping(110_000, k)
    found = Rows(rows, None, 2500, 50_000, np.random.default_rng(1)).search(k, 40, 25, np.random.default_rng(2))
    rival = KMeans(k, n_init=10, random_state=0).fit(rows)
    assert found.full.objective <= rival.inertia_ * 1.0001
    assert found.full.labels.shape == (110_000,)


def test_the_search_on_many_rows_is_repeatable() -> None:
    """Equal seeds give equal centers, to the last digit."""
    rows = _overlapping(101_000, 3)
    first, second = (
        Rows(rows, None, 1000, 20_000, np.random.default_rng(1)).search(5, 10, 5, np.random.default_rng(2))
        for _ in range(2)
    )
    assert (first.full.centers == second.full.centers).all()
    assert first.full.objective == second.full.objective


def test_few_rows_need_no_sample_in_between() -> None:
    """Up to 100,000 rows the refining sample decides, as before; above, a third sample joins in."""
    small = Rows(_overlapping(20_000, 4), None, 1000, 10_000, np.random.default_rng(1))
    large = Rows(_overlapping(100_001, 4), None, 1000, 10_000, np.random.default_rng(1))
    assert small.between is None
    assert large.between is not None
    assert large.between.points.counts.sum() == BETWEEN


def test_apart_keeps_the_best_few_that_differ_and_lie_close() -> None:
    """Equal objectives count once, worse ones than 1 % fall out, and the best comes first."""
    chosen = apart([_fit(100.5), _fit(100.0), _fit(100.0), _fit(100.2), _fit(102.0)], 4)
    assert chosen[:, 0, 0].tolist() == [100.0, 100.2, 100.5]
    assert apart([_fit(100.5), _fit(100.0), _fit(100.2)], 2)[:, 0, 0].tolist() == [100.0, 100.2]
    assert apart([_fit(7.0)], 3).shape == (1, 2, 3)


def test_weighted_sums_are_those_of_a_plain_loop_and_leave_no_trace() -> None:
    """Sums by fit and label equal sums over masks, also when a batch of the same shape came before."""
    random = np.random.default_rng(0)
    points = distinct_points(random.normal(size=(60, 3)), np.ones(60))
    batch = Batch(points)
    for _ in range(2):
        labels = random.integers(0, 4, (60, 5)).astype(np.uint8)
        weights = random.integers(0, 3, (60, 5)).astype(np.float64)
        sums = weighted_sums(batch, labels, weights, 4)
        for fit in range(5):
            for label in range(4):
                chosen = (labels[:, fit] == label) * weights[:, fit]
                np.testing.assert_allclose(sums[fit, label, :-1], chosen @ points.rows, atol=1e-12)
                assert sums[fit, label, -1] == chosen.sum()
