"""k-means from many starts: optima, weights, order of rows, refusals, and scikit-learn as oracle and contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.utils.estimator_checks import parametrize_with_checks

from segmentry.science.batched import (
    Batch,
    bootstrap_weights,
    distinct_optima,
    lloyd,
    many_starts,
    nearest,
    plus_plus,
    refit,
    weighted_sums,
)
from segmentry.science.kmeans import StableKMeans
from segmentry.science.passes import assign_all, exact_objective, full_fit
from segmentry.science.points import distinct_points, read_rows, sample_rows
from segmentry.science.search import Rows
from segmentry.science.stability import adjusted_rand
from segmentry.science.transfers import improve_by_swaps, improve_by_transfers
from segmentry.terms.errors import EstimationError


def expected_failures(estimator: object) -> dict[str, str]:
    return {"check_dtype_object": "what is no number raises our EstimationError, which is a ValueError"}


@parametrize_with_checks([StableKMeans(n_segments=3, n_starts=10)], expected_failed_checks=expected_failures)
def test_scikit_learn_contract(estimator: StableKMeans, check: Callable[[StableKMeans], None]) -> None:
    """The estimator passes scikit-learn's own checks."""
    check(estimator)


def blobs(n: int = 400, k: int = 4, p: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, k, n)
    corners = np.array(np.meshgrid(*[[0.0, 8.0]] * p)).reshape(p, -1).T[:k]
    return corners[labels] + random.normal(size=(n, p)), labels


def cloud(n: int = 600, p: int = 4, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, p)) * np.arange(1, p + 1)


@pytest.mark.parametrize("k", [1, 2, 5, 8])
def test_objective_is_at_least_as_good_as_scikit_learn_with_as_many_starts(k: int) -> None:
    """On a cloud with many local optima, 100 starts find an optimum no worse than scikit-learn's 20."""
    X = cloud()
    ours = StableKMeans(k, n_starts=100).fit(X)
    theirs = KMeans(k, n_init=20, random_state=0, tol=0).fit(X)
    assert ours.objective_ <= theirs.inertia_ * (1 + 2e-3 if k == 8 else 1 + 1e-6)
    assert ours.objective_ == pytest.approx(((X - ours.centers_[ours.labels_]) ** 2).sum(), rel=1e-12)


def test_solution_is_a_fixed_point_of_scikit_learn() -> None:
    """Started at our centers, scikit-learn stays there: same labels, same objective."""
    X = cloud()
    ours = StableKMeans(5).fit(X)
    theirs = KMeans(5, init=ours.centers_, n_init=1, tol=0).fit(X)
    assert adjusted_rand(ours.labels_, theirs.labels_) == pytest.approx(1.0, abs=0.01)
    assert theirs.inertia_ == pytest.approx(ours.objective_, rel=1e-4)


def test_planted_blobs_are_found_by_nearly_all_starts() -> None:
    """Separated blobs come back exactly, and the share of starts that find them is told."""
    X, labels = blobs()
    fitted = StableKMeans(4).fit(X)
    assert adjusted_rand(labels, fitted.labels_) == 1.0
    assert fitted.share_of_best_ > 0.5
    assert fitted.n_starts_ == 100
    assert fitted.converged_


def test_segments_are_named_by_size() -> None:
    """Segment 0 is the largest, and the numbering does not depend on chance."""
    X, _ = blobs(500, 3)
    fitted = StableKMeans(3).fit(X[np.r_[:500, :100]])
    sizes = np.bincount(fitted.labels_)
    assert (np.diff(sizes) <= 0).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_changes_nothing(seed: int) -> None:
    """Shuffled rows get the same centers to the last digits, and each row the label it had."""
    X = cloud(150, 3)
    order = np.random.default_rng(seed).permutation(len(X))
    one, other = StableKMeans(4, n_starts=20).fit(X), StableKMeans(4, n_starts=20).fit(X[order])
    np.testing.assert_allclose(other.centers_, one.centers_, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(other.labels_, one.labels_[order])


def test_weights_are_repetitions() -> None:
    """A row of weight 3 counts as three rows."""
    X = cloud(120, 3)
    weights = np.random.default_rng(5).integers(0, 4, 120)
    weighted = StableKMeans(3).fit(X, sample_weight=weights)
    repeated = StableKMeans(3).fit(np.repeat(X, weights, axis=0))
    assert weighted.objective_ == pytest.approx(repeated.objective_, rel=1e-9)
    np.testing.assert_allclose(weighted.centers_, repeated.centers_, rtol=1e-6)


def test_far_from_zero_nothing_is_lost() -> None:
    """Adding ten million to every value changes no label: distances are taken from amid the rows."""
    X, _ = blobs()
    near, far = StableKMeans(4).fit(X), StableKMeans(4).fit(X + 1e7)
    np.testing.assert_array_equal(near.labels_, far.labels_)
    np.testing.assert_allclose(far.centers_ - 1e7, near.centers_, atol=1e-5)
    np.testing.assert_array_equal(far.predict(X + 1e7), far.labels_)


def test_units_change_nothing() -> None:
    """Multiplying all variables by a factor multiplies the objective by its square, for tiny and huge factors."""
    X, _ = blobs()
    base = StableKMeans(3).fit(X)
    for factor in (1e-12, 1e12):
        fitted = StableKMeans(3).fit(X * factor)
        assert fitted.objective_ == pytest.approx(base.objective_ * factor**2, rel=1e-6)


def test_large_data_go_through_samples_and_full_passes() -> None:
    """With a small sample size, the best of the sample is refined on all rows to their own optimum."""
    X, labels = blobs(6000, 5, 3, seed=3)
    fitted = StableKMeans(5, sample_size=2000).fit(X)
    assert adjusted_rand(labels, fitted.labels_) > 0.99
    assert fitted.n_passes_ <= 25
    assert fitted.objective_ == pytest.approx(KMeans(5, n_init=10, random_state=1, tol=0).fit(X).inertia_, rel=1e-6)


def test_single_precision_stays_single_and_right() -> None:
    """float32 rows are read without a double copy, and give the segments that doubles give."""
    X, _ = blobs(3000)
    single, double = StableKMeans(4).fit(X.astype(np.float32)), StableKMeans(4).fit(X)
    assert read_rows("test", X.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(single.labels_, double.labels_)
    assert single.objective_ == pytest.approx(double.objective_, rel=1e-5)


@pytest.mark.parametrize(
    ("X", "k", "code"),
    [
        (np.ones((50, 2)), 2, "TOO_FEW_DISTINCT_ROWS"),
        (np.repeat([[0.0, 1.0], [2.0, 3.0]], 30, axis=0), 3, "TOO_FEW_DISTINCT_ROWS"),
        (np.ones((1, 2)), 2, "TOO_FEW_ROWS"),
        (np.array([[1.0, np.nan], [2.0, 3.0]]), 2, "VALUE_NOT_FINITE"),
        (np.array([[1.0, np.inf], [2.0, 3.0]]), 2, "VALUE_NOT_FINITE"),
        (np.array([[1.0, 1e200], [2.0, 3.0]]), 2, "VALUE_NOT_FINITE"),
        (np.random.default_rng(0).normal(size=(30, 2000)), 2, "TOO_MANY_VARIABLES"),
        (np.zeros((0, 3)), 1, "NO_CUSTOMERS"),
        (np.arange(5.0), 2, "SHAPE_WRONG"),
        ([["a", "b"], ["c", "d"]], 2, "VALUE_NOT_A_NUMBER"),
        (np.arange(600.0).reshape(-1, 1), 300, "TOO_MANY_SEGMENTS"),
    ],
)
def test_bad_rows_are_refused_in_words(X: Any, k: int, code: str) -> None:
    """Duplicates only, one customer, missing, infinite and huge values, 2,000 columns, no rows: each has its code."""
    with pytest.raises(EstimationError) as refused:
        StableKMeans(k, n_starts=3).fit(X)
    assert code in {problem.code for problem in refused.value.problems}


def test_bad_settings_come_all_at_once() -> None:
    """Four settings below 1 are four problems of one error; bad weights are refused as well."""
    with pytest.raises(EstimationError) as refused:
        StableKMeans(0, 0, 0, 0).fit(cloud())
    assert len(refused.value.problems) == 4
    for weights in (np.ones(3), np.full(600, -1.0), np.zeros(600), np.full(600, np.nan)):
        with pytest.raises(EstimationError):
            StableKMeans(2).fit(cloud(), sample_weight=weights)


def test_predict_tells_the_nearest_center() -> None:
    """New rows go to the center nearest by plain distances; another number of columns is refused."""
    X, new = cloud(seed=1), cloud(80, seed=2)
    fitted = StableKMeans(5).fit(X)
    distances = ((new[:, None] - fitted.centers_) ** 2).sum(axis=2)
    np.testing.assert_array_equal(fitted.predict(new), distances.argmin(axis=1))
    with pytest.raises(ValueError, match="features"):
        fitted.predict(new[:, :2])


def batch_of(X: np.ndarray) -> Batch:
    return Batch(distinct_points(X, np.ones(len(X))))


def test_batched_lloyd_equals_one_fit_at_a_time() -> None:
    """Fits side by side end where each would end alone."""
    batch = batch_of(cloud(300, 3))
    starts = plus_plus(batch, 4, 12, np.random.default_rng(0))
    together = lloyd(batch, batch.counts, starts)
    for i in range(12):
        alone = lloyd(batch, batch.counts, starts[i : i + 1])
        assert together.objective[i] == pytest.approx(alone.objective[0], rel=1e-9)


def test_objectives_never_rise_and_equal_their_definition() -> None:
    """The objective of a fit is the weighted sum of squared distances to its centers."""
    batch = batch_of(cloud(300, 3))
    weights = bootstrap_weights(batch, 6, np.random.default_rng(1))
    fits = refit(batch, weights, distinct_optima(batch, many_starts(batch, 3, 10, np.random.default_rng(2))), 1e-12)
    for i, centers in enumerate(fits.centers):
        squares = ((batch.points.rows[:, None] - centers) ** 2).sum(axis=2).min(axis=1)
        assert fits.objective[i] == pytest.approx(weights[:, i] @ squares, rel=1e-6)


def test_sums_by_label_equal_a_plain_loop() -> None:
    """The sparse product gives the sums that a loop over fits and labels gives."""
    batch = batch_of(cloud(50, 2))
    labels, _ = nearest(batch, plus_plus(batch, 3, 4, np.random.default_rng(0)))
    weights = bootstrap_weights(batch, 4, np.random.default_rng(1))
    sums = weighted_sums(batch, labels, weights, 3)
    for fit in range(4):
        for j in range(3):
            inside = (labels[:, fit] == j) * weights[:, fit]
            np.testing.assert_allclose(sums[fit, j], inside @ batch.augmented, atol=1e-12)


def test_nearest_takes_the_first_of_equally_near_centers() -> None:
    """A tie never splits by chance: the first center gets the row."""
    batch = batch_of(np.array([[0.0], [2.0], [1.0]]))
    centers = np.array([[[-1.0], [1.0]], [[1.0], [-1.0]]]) * batch.points.rows.max()
    labels, _ = nearest(batch, centers)
    assert labels[1].tolist() == [0, 0]


def test_empty_segments_are_refilled() -> None:
    """Two starts on the same spot end in as many segments as were asked for."""
    batch = batch_of(blobs(200, 3)[0])
    start = np.repeat(batch.points.rows[:1], 3, axis=0)[None]
    fits = lloyd(batch, batch.counts, start)
    labels, _ = nearest(batch, fits.centers)
    assert np.unique(labels).size == 3


def test_starts_that_meet_are_followed_once_without_changing_the_answer() -> None:
    """Merging equal starts on the way gives the objectives that following every start gives."""
    batch = batch_of(blobs(300, 4)[0])
    merged = many_starts(batch, 4, 30, np.random.default_rng(3))
    plain = lloyd(batch, batch.counts, plus_plus(batch, 4, 30, np.random.default_rng(3)))
    np.testing.assert_allclose(merged.objective, plain.objective, rtol=1e-9)


def test_bootstrap_weights_draw_as_many_rows_as_there_are() -> None:
    """Each sample has n draws, also of weighted points, and each point its share of them on average."""
    X = np.repeat(cloud(40, 2), 3, axis=0)
    weights = bootstrap_weights(batch_of(X), 500, np.random.default_rng(0))
    np.testing.assert_array_equal(weights.sum(axis=0), 120)
    np.testing.assert_allclose(weights.mean(axis=1), 3, atol=0.4)
    points = distinct_points(cloud(40, 2), np.full(40, 2.5))
    assert bootstrap_weights(Batch(points), 7, np.random.default_rng(0)).sum(axis=0).tolist() == [100.0] * 7


def test_full_fit_follows_a_plain_lloyd() -> None:
    """Passes in blocks equal plain numpy passes, with and without weights."""
    X = cloud(9000, 3)
    weights = np.random.default_rng(2).random(9000)
    for weight in (None, weights):
        centers = X[:4].copy()
        fitted = full_fit(X, weight, centers, 6, X.mean(axis=0))
        for _ in range(6):
            labels = ((X[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
            mass = np.ones(9000) if weight is None else weight
            centers = np.stack([np.average(X[labels == j], axis=0, weights=mass[labels == j]) for j in range(4)])
        np.testing.assert_allclose(fitted.centers, centers, rtol=1e-9)
        assert fitted.objective == pytest.approx(exact_objective(X, weight, fitted.centers, fitted.labels), rel=1e-9)


def test_assigning_keeps_sums_of_single_precision_in_double() -> None:
    """A hundred thousand equal float32 values add up without drift."""
    rows = np.full((100_000, 1), 0.1, np.float32)
    _, _, sums, mass = assign_all(rows, None, np.zeros((1, 1)), np.zeros(1))
    assert mass[0] == 100_000
    assert sums[0, 0] == pytest.approx(100_000 * float(np.float32(0.1)), rel=1e-12)


def test_samples_do_not_depend_on_row_order() -> None:
    """The same customers are drawn from shuffled rows, evenly along the data."""
    X = cloud(5000, 4)
    order = np.random.default_rng(9).permutation(5000)
    one = X[sample_rows(X, 300, np.random.default_rng(1))]
    other = X[order][sample_rows(X[order], 300, np.random.default_rng(1))]
    np.testing.assert_array_equal(one, other)
    assert len(np.unique(one, axis=0)) == 300
    np.testing.assert_allclose(one.std(axis=0), X.std(axis=0), rtol=0.15)


def test_search_compares_optima_on_a_larger_sample() -> None:
    """The candidate taken to all rows is the best of the candidates on the larger sample."""
    X, labels = blobs(9000, 6, 3, seed=4)
    holder = Rows(X, None, 300, 4000, np.random.default_rng(0))
    found = holder.search(6, 30, 25, np.random.default_rng(1))
    assert adjusted_rand(found.full.labels, labels) > 0.99
    assert 0 <= found.share_of_best <= 1


def test_transfers_end_where_no_single_move_helps() -> None:
    """After transfers, moving any one row to any other segment raises the objective, which never rose on the way."""
    X = cloud(80, 3)
    batch = batch_of(np.append(X, X[:20], axis=0))
    for fit in many_starts(batch, 4, 8, np.random.default_rng(2)).centers:
        before = nearest_objective(batch, fit)
        centers, objective = improve_by_transfers(batch, fit)
        assert objective <= before * (1 + 1e-9)
        assert objective == pytest.approx(nearest_objective(batch, centers), rel=1e-9)
        labels = ((batch.points.rows[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
        for point in range(0, batch.n, 3):
            for j in range(4):
                moved = np.where(np.arange(batch.n) == point, j, labels)
                assert partition_objective(batch, moved, 4) >= objective * (1 - 1e-9)


def test_swaps_never_worsen_and_leave_poor_optima() -> None:
    """From two centers in one blob and one amid three others, swapping finds the four blobs."""
    random = np.random.default_rng(0)
    corners = np.array([[0.0, 0.0], [100.0, 0.0], [108.0, 0.0], [104.0, 8.0]])
    batch = batch_of(corners[random.integers(0, 4, 400)] + random.normal(size=(400, 2)))
    start = np.array([[[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [104.0, 3.0]]])
    poor = lloyd(batch, batch.counts, batch.points.scale(start))
    centers, objective = improve_by_swaps(batch, poor.centers[0], float(poor.objective[0]), np.random.default_rng(0))
    assert objective < poor.objective[0] / 2
    assert objective == pytest.approx(nearest_objective(batch, centers), rel=1e-9)
    assert improve_by_swaps(batch, centers, objective, np.random.default_rng(1))[1] <= objective


def nearest_objective(batch: Batch, centers: np.ndarray) -> float:
    squares = ((batch.points.rows[:, None] - centers) ** 2).sum(axis=2).min(axis=1)
    return float(batch.points.counts @ squares)


def partition_objective(batch: Batch, labels: np.ndarray, k: int) -> float:
    total = 0.0
    for j in range(k):
        inside, counts = batch.points.rows[labels == j], batch.points.counts[labels == j]
        if counts.size:
            total += float(counts @ ((inside - np.average(inside, axis=0, weights=counts)) ** 2).sum(axis=1))
    return total
