"""All numbers of segments together: what is found, what is shown, what never changes, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science.exploration import Exploration, explore
from segmentry.science.kmeans import StableKMeans
from segmentry.science.stability import adjusted_rand
from segmentry.terms.errors import EstimationError

QUICK: dict[str, Any] = {"pairs": 20, "starts": 20, "sample_size": 800}


def blobs(n: int = 900, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    return np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]])[labels] + random.normal(size=(n, 3)), labels


@pytest.fixture(scope="module")
def found() -> Exploration:
    """Four planted segments, explored."""
    return explore(blobs()[0], range(2, 7), **QUICK)


@pytest.fixture(scope="module")
def cloud() -> Exploration:
    """One cloud of four correlated variables, explored."""
    X = np.random.default_rng(5).normal(size=(900, 4)) @ np.triu(np.ones((4, 4)))
    return explore(X, range(2, 6), **QUICK)


def test_planted_segments_are_found_and_called_natural(found: Exploration) -> None:
    """Four blobs: k = 4, exactly these members, verdict natural."""
    assert (found.k, found.verdict.verdict) == (4, "natural")
    assert adjusted_rand(blobs()[1], found.solution.labels) == 1.0
    assert "stand apart" in found.verdict.reason


def test_stability_is_one_up_to_the_true_number_and_falls_after(found: Exploration) -> None:
    """ARI and SLSW are 1 to k = 4; after it SLSW of the worst segment falls."""
    for k in (2, 3, 4):
        assert np.median(found.of(k).global_stability) > 0.99
        assert found.of(k).slsw.min() > 0.95
    assert found.of(5).slsw.min() < 0.8
    assert found.of(6).slsw.min() < 0.9


def test_a_cloud_is_constructive(cloud: Exploration) -> None:
    """Pieces of one cloud are never called natural or reproducible."""
    assert cloud.verdict.verdict == "constructive"
    assert "useful cut" in cloud.verdict.reason


def test_every_solution_is_whole(found: Exploration) -> None:
    """Labels, centers, sizes, objectives, shares and stabilities of each k fit together."""
    X, _ = blobs()
    for each in found.solutions:
        assert each.labels.shape == (900,)
        assert each.centers.shape == (each.k, 3)
        np.testing.assert_array_equal(np.bincount(each.labels), each.sizes)
        assert (np.diff(each.sizes) <= 0).all()
        assert each.objective == pytest.approx(((X - each.centers[each.labels]) ** 2).sum(), rel=1e-9)
        assert each.global_stability.shape == (20,)
        assert each.slsw_pairs.shape == (each.k, 20)
        np.testing.assert_allclose(each.slsw_pairs.mean(axis=1), each.slsw)
        assert 0 <= each.share_of_best <= 1
        assert each.border_shares.shape == (each.k,)
    assert found.solutions[0].slsa is None
    assert found.of(5).slsa is not None
    np.testing.assert_allclose(np.sort(np.asarray(found.of(5).slsa)), 1.0, atol=0.05)


def test_objective_falls_with_k_and_matches_the_estimator(found: Exploration) -> None:
    """More segments fit closer; the planted number's objective is that of StableKMeans."""
    objectives = [each.objective for each in found.solutions]
    assert (np.diff(objectives) < 0).all()
    assert found.of(4).objective == pytest.approx(StableKMeans(4).fit(blobs()[0]).objective_, rel=1e-9)


def test_disagreements_are_shown(found: Exploration, cloud: Exploration) -> None:
    """Each criterion names its k; on blobs BIC, ICL and silhouette say 4; on a cloud they do not agree."""
    said = found.disagreements
    assert said["recommended"] == said["bic"] == said["icl"] == said["silhouette"] == said["prediction_strength"] == 4
    assert len(set(cloud.disagreements.values())) > 1


def test_row_order_changes_nothing(found: Exploration) -> None:
    """Shuffled customers get the same segments, stabilities and verdict, each customer the own label."""
    X, _ = blobs()
    order = np.random.default_rng(1).permutation(len(X))
    again = explore(X[order], range(2, 7), **QUICK)
    assert again.verdict == found.verdict
    for one, other in zip(found.solutions, again.solutions, strict=True):
        np.testing.assert_array_equal(other.labels, one.labels[order])
        np.testing.assert_array_equal(other.global_stability, one.global_stability)
        np.testing.assert_array_equal(other.null_stability, one.null_stability)


def test_columns_and_units_of_all_variables_change_nothing(found: Exploration) -> None:
    """Shifted and blown up alike, the data give the same labels and verdict."""
    again = explore(blobs()[0] * 1000 + 5e5, range(2, 7), **QUICK)
    assert (again.k, again.verdict.verdict) == (found.k, found.verdict.verdict)
    np.testing.assert_array_equal(again.solution.labels, found.solution.labels)


def test_seed_decides_and_steps_are_told() -> None:
    """Equal seeds give equal answers though two threads share the work; progress counts up to all steps."""
    X, _ = blobs(300)
    steps: list[tuple[int, int]] = []
    one = explore(
        X, [3, 2], pairs=5, starts=5, random_state=3, progress=lambda done, total: steps.append((done, total))
    )
    same = explore(X, [2, 3], pairs=5, starts=5, random_state=3)
    other = explore(X, [2, 3], pairs=5, starts=5, random_state=4)
    np.testing.assert_array_equal(one.of(3).null_stability, same.of(3).null_stability)
    assert (one.of(3).null_border_share != other.of(3).null_border_share).any()
    assert [each.k for each in one.solutions] == [2, 3]
    assert sorted(done for done, _ in steps) == list(range(1, steps[0][1] + 1))


def test_large_bases_are_sampled_and_told() -> None:
    """Above the sample size, stability comes from the sample, labels and sizes from all rows."""
    X, labels = blobs(5000)
    large = explore(X, [3, 4], pairs=10, starts=10, sample_size=600)
    assert (large.rows, large.sample_rows) == (5000, 600)
    assert large.of(4).labels.shape == (5000,)
    assert adjusted_rand(labels, large.of(4).labels) > 0.999


def test_many_duplicates_are_no_trouble() -> None:
    """Answers on a few distinct rows are explored as they are, up to as many segments as distinct rows."""
    X = np.random.default_rng(2).integers(0, 2, (500, 3)).astype(float)
    few = explore(X, [2, 8], pairs=5, starts=10)
    assert few.of(8).objective == pytest.approx(0, abs=1e-12)
    with pytest.raises(EstimationError) as refused:
        explore(X, [2, 9], pairs=5, starts=10)
    assert refused.value.code == "TOO_FEW_DISTINCT_ROWS"


def test_asking_for_an_unexplored_number_is_refused(found: Exploration) -> None:
    """Only what was explored can be shown."""
    with pytest.raises(EstimationError) as refused:
        found.of(40)
    assert refused.value.code == "K_NOT_EXPLORED"


@pytest.mark.parametrize(
    ("X", "ks", "codes"),
    [
        (np.column_stack([np.arange(50.0), np.ones(50)]), [2], {"VARIABLE_CONSTANT"}),
        (np.full((50, 2), np.nan), [2], {"VALUE_NOT_FINITE"}),
        (np.array([[np.inf, 1.0], [2.0, 3.0], [1.0, 1.0]]), [2], {"VALUE_NOT_FINITE"}),
        (np.array([[1.0, 2.0]]), [2], {"TOO_FEW_ROWS"}),
        (np.random.default_rng(0).normal(size=(5, 2)), [9], {"TOO_FEW_ROWS"}),
        (np.repeat([[1.0, 2.0], [2.0, 1.0]], 20, axis=0), [3], {"TOO_FEW_DISTINCT_ROWS"}),
        (np.random.default_rng(0).normal(size=(50, 2000)), [2], {"TOO_MANY_VARIABLES"}),
        (np.random.default_rng(0).normal(size=(50, 2)), [], {"K_WRONG"}),
        (np.random.default_rng(0).normal(size=(50, 2)), [1, 2], {"K_WRONG"}),
        (np.full((1, 2), np.nan), [1], {"K_WRONG", "VALUE_NOT_FINITE"}),
    ],
)
def test_bad_input_is_refused_in_words(X: np.ndarray, ks: list[int], codes: set[str]) -> None:
    """Constant, missing, infinite, one customer, k above rows or distinct rows, 2,000 columns: each by its code."""
    with pytest.raises(EstimationError) as refused:
        explore(X, ks)
    assert codes <= {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize("seed", range(3))
def test_small_segments_far_away_are_natural(seed: int) -> None:
    """Three blobs of 270, 20 and 10 rows, nobody between them: null worlds cut differently, and that hides nothing."""
    random = np.random.default_rng(seed)
    centers = np.repeat([[0.0, 0.0], [8.0, 8.0], [8.0, -8.0]], [270, 20, 10], axis=0)
    rows = random.normal(size=(300, 2)) + centers
    found = explore(rows, range(2, 5), pairs=20, starts=20)
    assert found.k == 3
    assert found.verdict.verdict == "natural"


@pytest.mark.parametrize("seed", range(3))
def test_one_variable_is_cut_and_not_segmented(seed: int) -> None:
    """Whatever a single variable looks like, no more is claimed than a useful cut."""
    rows = np.random.default_rng(seed).uniform(size=(300, 1))
    verdict = explore(rows, range(2, 5), pairs=10, starts=10).verdict
    assert verdict.verdict == "constructive"
    assert "One variable" in verdict.reason
