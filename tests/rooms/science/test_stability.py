"""Stability: agreement indices against scikit-learn, and what blobs, clouds and permutations must give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segmentry.science.stability import (
    GlobalStability,
    adjusted_rand,
    adjusted_rand_many,
    best_jaccard,
    global_stability,
    prediction_strength,
    relabel,
    slsa,
    slsw,
    stability_band,
)
from segmentry.terms.errors import EstimationError

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=60)


def blobs(n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, n)
    return np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]])[labels] + random.normal(size=(n, 2)), labels


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_adjusted_rand_equals_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """On any two labelings, the index is scikit-learn's."""
    left, right = zip(*pairs, strict=True)
    assert adjusted_rand(left, right) == pytest.approx(adjusted_rand_score(left, right), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(LABELS, st.permutations(range(5)))
def test_names_of_segments_do_not_matter(pairs: list[tuple[int, int]], names: list[int]) -> None:
    """Permuted names leave adjusted Rand and SLSA as they were, and the index is symmetric."""
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    assert adjusted_rand(np.array(names)[left], right) == pytest.approx(adjusted_rand(left, right), abs=1e-12)
    assert adjusted_rand(right, left) == pytest.approx(adjusted_rand(left, right), abs=1e-12)
    np.testing.assert_allclose(slsa(np.array(names)[left], right), slsa(left, right), atol=1e-12)


def test_many_pairs_at_once_equal_one_at_a_time() -> None:
    """The batched index equals the plain one on rows repeated as often as they count."""
    random = np.random.default_rng(1)
    left, right = random.integers(0, 4, (2, 80, 9)).astype(np.uint8)
    counts = random.integers(1, 4, 80)
    together = adjusted_rand_many(left, right, 4, counts.astype(float))
    for i in range(9):
        alone = adjusted_rand_score(np.repeat(left[:, i], counts), np.repeat(right[:, i], counts))
        assert together[i] == pytest.approx(alone, abs=1e-12)


def test_best_jaccard_equals_sets() -> None:
    """The best match of a segment is the largest overlap of sets over their union."""
    random = np.random.default_rng(2)
    labels = random.integers(0, 3, 50).astype(np.uint8)
    found = random.integers(0, 4, (50, 5)).astype(np.uint8)
    best = best_jaccard(labels, found, 3, 4, np.ones(50))
    for column in range(5):
        for segment in range(3):
            mine = set(np.flatnonzero(labels == segment))
            theirs = [set(np.flatnonzero(found[:, column] == j)) for j in range(4)]
            assert best[segment, column] == pytest.approx(max(len(mine & one) / len(mine | one) for one in theirs))


def test_separated_blobs_are_perfectly_stable() -> None:
    """On separated blobs every pair agrees exactly, each segment comes back exactly, and halves predict each other."""
    X, labels = blobs()
    stability = global_stability(X, 3)
    assert stability.adjusted_rand.shape == (100,)
    assert (stability.adjusted_rand == 1.0).all()
    assert (stability.low, stability.median, stability.high) == (1.0, 1.0, 1.0)
    values, pairs = slsw(X, labels)
    np.testing.assert_array_equal(values, 1.0)
    assert pairs.shape == (3, 100)
    assert prediction_strength(X, 3) == 1.0


def test_stability_falls_after_the_true_number() -> None:
    """A fourth segment among three blobs cuts one of them by chance: stability falls, the cut blob's SLSW most."""
    X, labels = blobs()
    assert global_stability(X, 4).median < 0.95
    half = labels.copy()
    half[(labels == 0) & (X[:, 0] > 0)] = 3
    values, _ = slsw(X, half)
    assert values[[1, 2]].min() > values[[0, 3]].max() + 0.1
    assert values[[0, 3]].max() < 0.75
    assert prediction_strength(X, 4) < 0.8


def test_row_order_changes_nothing() -> None:
    """Shuffled rows give the same stability, pair by pair."""
    X = np.random.default_rng(3).normal(size=(400, 3))
    order = np.random.default_rng(4).permutation(400)
    one, other = global_stability(X, 4, 20), global_stability(X[order], 4, 20)
    np.testing.assert_array_equal(one.adjusted_rand, other.adjusted_rand)
    labels = np.random.default_rng(5).integers(0, 3, 400)
    np.testing.assert_allclose(slsw(X[order], labels[order], 10)[0], slsw(X, labels, 10)[0], atol=1e-12)
    assert prediction_strength(X[order], 3) == prediction_strength(X, 3)


def test_seed_decides() -> None:
    """Equal seeds give equal pairs, another seed other ones."""
    X = np.random.default_rng(3).normal(size=(300, 3))
    one, same, other = (global_stability(X, 3, 10, random_state=seed).adjusted_rand for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_round_cloud_is_not_stable() -> None:
    """Cut into three, a round cloud has no preferred cut: pairs agree little."""
    X = np.random.default_rng(6).normal(size=(800, 2))
    assert global_stability(X, 3, 30).median < 0.8


def test_slsa_by_hand() -> None:
    """Unchanged segment 1; half of either of two old segments 1 - ln 2 / ln 2 = 0; 3 to 1 in between."""
    old = np.array([0] * 8 + [1] * 8)
    assert slsa(old, old).tolist() == [1.0, 1.0]
    new = np.array([0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1])
    mixed = -(1 / 3 * np.log(1 / 3) + 2 / 3 * np.log(2 / 3)) / np.log(2)
    np.testing.assert_allclose(slsa(old, new), [0.0, 1 - mixed, 1.0], atol=1e-12)
    assert slsa(np.zeros(4), [0, 0, 1, 1]).tolist() == [1.0, 1.0]


def test_relabel_keeps_names_of_matching_segments() -> None:
    """Permuted names come back; a further segment gets the next name; after a merge names stay 0 to k - 1."""
    old = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    np.testing.assert_array_equal(relabel(old, np.array([2, 0, 1])[old]), old)
    split = np.array([5, 5, 5, 7, 7, 9, 8, 8])
    np.testing.assert_array_equal(relabel(old, split), [0, 0, 0, 1, 1, 3, 2, 2])
    merged = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(relabel(old, merged), [0, 0, 0, 1, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (0.1, "unstable"),
        (0.6, "doubtful"),
        (0.749, "doubtful"),
        (0.75, "stable"),
        (0.85, "stable"),
        (0.851, "highly_stable"),
    ],
)
def test_bands_of_hennig(value: float, band: str) -> None:
    """Below 0.60 unstable, below 0.75 doubtful, to 0.85 stable, above highly stable."""
    assert stability_band(value) == band


def test_quartiles_are_of_the_pairs() -> None:
    """Median and quartiles are those of the indices."""
    stability = GlobalStability(2, np.array([0.0, 0.25, 0.5, 0.75, 1.0]))
    assert (stability.low, stability.median, stability.high) == (0.25, 0.5, 0.75)


def test_bad_input_is_refused() -> None:
    """Lengths that differ, no rows, duplicates only, one customer, missing values."""
    for left, right in (([1, 2], [1]), ([], []), (np.ones((2, 2)), np.ones((2, 2)))):
        with pytest.raises(EstimationError):
            adjusted_rand(left, right)
        with pytest.raises(EstimationError):
            slsa(left, right)
        with pytest.raises(EstimationError):
            relabel(left, right)
    for X in (np.ones((50, 2)), [[1.0, 2.0]], [[1.0, np.nan], [2.0, 3.0], [4.0, 5.0]]):
        with pytest.raises(EstimationError):
            global_stability(X, 3)
        with pytest.raises(EstimationError):
            prediction_strength(X, 3)
    with pytest.raises(EstimationError):
        slsw(np.random.default_rng(0).normal(size=(10, 2)), [0, 1])
