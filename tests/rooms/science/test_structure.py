"""Criteria, silhouette, gorge, borders, null worlds and the rules of the verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import silhouette_score

from segmentry.science.null_worlds import NullWorlds, unimodal, unimodal_margin
from segmentry.science.recommendation import Evidence, recommend
from segmentry.science.structure import (
    Silhouette,
    border_shares,
    gorge,
    silhouette,
    spherical_criteria,
    squared_distances,
)
from segmentry.terms.errors import EstimationError


def blobs(n: int = 300, gap: float = 6.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, n)
    centers = np.array([[0.0, 0.0], [gap, 0.0], [0.0, gap]])
    return centers[labels] + random.normal(size=(n, 2)), labels, centers


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 5))
def test_silhouette_equals_scikit_learn(seed: int, k: int) -> None:
    """On any labels of any rows, the mean width is scikit-learn's, segments of one row included."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(40, 3))
    labels = np.append(np.arange(k), random.integers(0, k - 1, 40 - k))
    assert silhouette(X, labels) == pytest.approx(silhouette_score(X, labels), abs=1e-5)


def test_silhouette_of_counted_rows_is_that_of_repeated_ones() -> None:
    """A point that stands for three rows counts as three."""
    X, labels, _ = blobs(60)
    counts = np.random.default_rng(1).integers(1, 4, 60)
    expected = silhouette_score(np.repeat(X, counts, axis=0), np.repeat(labels, counts))
    assert Silhouette(X, counts.astype(float)).mean(labels, 3) == pytest.approx(expected, abs=1e-5)


def test_criteria_equal_the_mixture_computed_plainly() -> None:
    """Log-likelihood, AIC, BIC and ICL are those of spherical Gaussians at the solution's centers and shares."""
    X, labels, centers = blobs(200, 3.0)
    distances = squared_distances(X, centers)
    own = distances.argmin(axis=1)
    variance = distances.min(axis=1).sum() / X.size
    densities = [multivariate_normal(center, variance * np.eye(2)).logpdf(X) for center in centers]
    logs = np.stack(densities, axis=1) + np.log(np.bincount(own) / 200)
    likelihood = logsumexp(logs, axis=1).sum()
    found = spherical_criteria(distances, np.ones(200), 2)
    assert found.log_likelihood == pytest.approx(likelihood, rel=1e-9)
    assert found.parameters == 3 * 2 + 2 + 1
    assert found.aic == pytest.approx(-2 * likelihood + 18)
    assert found.bic == pytest.approx(-2 * likelihood + 9 * np.log(200))
    posterior = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    assert found.icl == pytest.approx(found.bic - 2 * (posterior * np.log(posterior)).sum())
    assert labels.size == 200


def test_gorge_by_hand() -> None:
    """At distances 1 and 3 of two centers: s^2 = e^-1 / (e^-1 + e^-3); squares of a row sum to 1."""
    similarity = gorge([[1.0], [2.0]], [[0.0], [4.0]])
    assert similarity[0, 0] == pytest.approx(np.sqrt(np.exp(-1) / (np.exp(-1) + np.exp(-3))))
    np.testing.assert_allclose((similarity**2).sum(axis=1), 1)
    assert similarity[1].tolist() == pytest.approx([np.sqrt(0.5)] * 2)
    assert gorge([[1.0]], [[0.0], [4.0]], g=2.0)[0, 0] > similarity[0, 0]
    assert np.isfinite(gorge([[0.0]], [[1e6], [-1e6]])).all()


def test_gorge_of_blobs_is_deep_and_of_a_cloud_is_filled() -> None:
    """Apart, similarities lie near 0 and 1; in one cloud the gorge between is full."""
    X, _, centers = blobs(600, 15.0)
    inside = (gorge(X, centers) > 0.2) & (gorge(X, centers) < 0.8)
    cloud = np.random.default_rng(1).normal(size=(600, 2))
    filled = (gorge(cloud, centers / 15) > 0.2) & (gorge(cloud, centers / 15) < 0.8)
    assert inside.mean() < 0.01
    assert filled.mean() > 0.6


def test_border_shares_by_hand() -> None:
    """On the line from 0 to 10, rows from 4 to 6 stand on the border: the place is the projection."""
    X = np.array([[0.0, 0.0], [3.9, 5.0], [4.1, -7.0], [5.9, 1.0], [6.1, 0.0], [12.0, 0.0]])
    centers = np.array([[0.0, 0.0], [10.0, 0.0]])
    share, within = border_shares(squared_distances(X, centers), centers, np.ones(6))
    assert share == pytest.approx(2 / 6)
    np.testing.assert_allclose(within, [1 / 3, 1 / 3])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=25))
def test_unimodal_fit_is_the_best_over_all_peaks(mass: list[int]) -> None:
    """The fit is unimodal, keeps the sum, and is no worse than scikit-learn's isotonic pairs for any peak."""
    values = np.array(mass, dtype=float)
    fit = unimodal(values)
    steps = np.sign(np.diff(fit).round(9))
    steps = steps[steps != 0]
    assert (np.diff(steps) <= 0).all()
    assert fit.sum() == pytest.approx(values.sum())
    error = ((fit - values) ** 2).sum()
    for peak in range(values.size + 1):
        parts = []
        for side, rising in ((values[:peak], True), (values[peak:], False)):
            place = np.arange(side.size)
            parts.append(IsotonicRegression(increasing=rising).fit_transform(place, side) if side.size else side)
        assert error <= ((np.concatenate(parts) - values) ** 2).sum() + 1e-9


def test_margins_keep_skew_and_ties_but_no_dents() -> None:
    """Counts of many one-time buyers stay as they are; two bumps become one; the size is kept."""
    counts = np.repeat([1.0, 2.0, 3.0, 4.0], [600, 250, 100, 50])
    np.testing.assert_array_equal(unimodal_margin(counts), counts)
    random = np.random.default_rng(0)
    skewed = random.lognormal(0, 1, 2000)
    margin = unimodal_margin(skewed)
    assert margin.size == 2000
    assert margin.mean() == pytest.approx(skewed.mean(), rel=0.05)
    bumps = np.append(random.normal(-5, 1, 1000), random.normal(5, 1, 1000))
    filled = unimodal_margin(bumps)
    assert (np.abs(bumps) < 1.5).mean() < 0.01
    assert (np.abs(filled) < 1.5).mean() > 0.08


def test_null_worlds_have_the_covariance_of_the_data() -> None:
    """Of skewed, tied and correlated variables, null worlds show the correlations on average."""
    random = np.random.default_rng(2)
    z = random.multivariate_normal([0, 0, 0], [[1, 0.7, -0.4], [0.7, 1, 0], [-0.4, 0, 1]], 1500)
    X = np.column_stack([np.exp(z[:, 0]), np.round(np.abs(z[:, 1]) * 1.5), z[:, 2]])
    worlds = NullWorlds(X, random)
    drawn = np.mean([np.corrcoef(worlds.draw(random), rowvar=False) for _ in range(10)], axis=0)
    np.testing.assert_allclose(drawn, np.corrcoef(X, rowvar=False), atol=0.06)


def test_null_world_of_one_variable() -> None:
    """One variable has no correlation to keep; its world is its margin."""
    X = np.random.default_rng(3).normal(size=(200, 1))
    world = NullWorlds(X, np.random.default_rng(0)).draw(np.random.default_rng(1))
    np.testing.assert_allclose(np.sort(world[:, 0]), unimodal_margin(X[:, 0]))


def evidence(k: int, stability: float, border: float, weakest: float = 0.9, smallest: float = 0.2) -> Evidence:
    null = np.linspace(0.5, 0.6, 10)
    return Evidence(k, stability, weakest, smallest, border, border, null, np.linspace(0.19, 0.21, 10))


def test_verdict_needs_stability_and_gaps_to_be_natural() -> None:
    """Thin borders and stability: natural; thin borders without stability, or stability without gaps: not."""
    assert evidence(3, 0.95, 0.02).verdict == "natural"
    assert evidence(3, 0.5, 0.02).verdict == "constructive"
    assert evidence(3, 0.95, 0.15).verdict == "reproducible"
    assert evidence(3, 0.95, 0.2).verdict == "constructive"
    assert evidence(3, 0.95, 0.02, weakest=0.4).verdict != "natural"


def test_recommendation_is_the_largest_of_the_most_stable() -> None:
    """2, 3 and 4 segments are as stable; 5 is not: 4 is taken, and the rivals are told."""
    found = [evidence(2, 1.0, 0.01), evidence(3, 0.99, 0.01), evidence(4, 0.98, 0.01), evidence(5, 0.7, 0.05)]
    k, why, verdict = recommend(found)
    assert (k, verdict.verdict) == (4, "natural")
    assert "2, 3" in why
    assert verdict.figures["stability"] == 0.98


def test_a_small_segment_cut_by_chance_does_not_raise_the_number() -> None:
    """Six segments that all come back beat seven of nearly the same index, one of which comes back less."""
    k, _, _ = recommend([evidence(6, 1.0, 0.01, weakest=1.0), evidence(7, 0.97, 0.02, weakest=0.9)])
    assert k == 6


def test_recommendation_leaves_out_tiny_and_unstable_segments() -> None:
    """A number with a segment of 1 % or one that does not come back is passed over; if all are so, stability rules."""
    tiny = [evidence(2, 0.9, 0.2), evidence(3, 0.9, 0.2, smallest=0.01), evidence(4, 0.9, 0.2, weakest=0.3)]
    assert recommend(tiny)[0] == 2
    poor = [evidence(2, 0.4, 0.2, weakest=0.3), evidence(3, 0.5, 0.2, weakest=0.3)]
    k, why, verdict = recommend(poor)
    assert (k, verdict.verdict) == (3, "constructive")
    assert "unstable" in why


def test_bad_input_is_refused() -> None:
    """Missing values and flat arrays are refused by silhouette and gorge."""
    for X in ([[1.0, np.nan], [1.0, 2.0]], [1.0, 2.0]):
        with pytest.raises(EstimationError):
            silhouette(X, [0, 1])
        with pytest.raises(EstimationError):
            gorge(X, [[0.0, 0.0]])
