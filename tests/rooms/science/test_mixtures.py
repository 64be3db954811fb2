"""Mixtures: likelihoods against direct sums and scikit-learn, missing answers, planted classes, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm, poisson
from sklearn.mixture import GaussianMixture as Oracle

from segmentry.science.mixtures import BernoulliMixture, GaussianMixture, LatentClass, MixedMixture
from segmentry.science.mixtures.base import Mixture
from segmentry.science.mixtures.families import Categorical, FullGaussian, Gaussians, Poissons
from segmentry.science.stability import adjusted_rand
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable


def answers(n: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes of people who answer six questions with codes 1 to 3."""
    random = np.random.default_rng(seed)
    labels = random.choice(3, n, p=[0.5, 0.3, 0.2])
    favorite = np.array([[1, 1, 1, 1, 1, 1], [2, 2, 2, 3, 3, 3], [3, 3, 3, 2, 2, 2]])[labels]
    return np.where(random.random((n, 6)) < 0.8, favorite, random.integers(1, 4, (n, 6))).astype(float), labels


def clouds(n: int = 500, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.choice(2, n, p=[0.6, 0.4])
    drawn = random.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], n)
    return np.where(labels[:, None] == 0, drawn * [1, 3], drawn[:, ::-1] * [2, 1] + [5, -4]) * [1, 100], labels


def with_holes(X: np.ndarray, share: float = 0.15) -> np.ndarray:
    return np.where(np.random.default_rng(8).random(X.shape) < share, np.nan, X)


def test_latent_classes_are_found() -> None:
    """Three planted classes come back, named by size, with their chances."""
    X, labels = answers()
    fitted = LatentClass(3).fit(X)
    assert adjusted_rand(labels, fitted.predict(X)) > 0.9
    assert (np.diff(fitted.shares_) <= 0).all()
    assert fitted.probabilities_[0][0, 0] == pytest.approx(0.8 + 0.2 / 3, abs=0.06)
    assert fitted.converged_


def test_missing_answers_are_left_out_of_the_likelihood() -> None:
    """With 15 % of the answers missing, the log-likelihood is the sum over known answers, and classes are found."""
    X, labels = answers(900)
    holes = with_holes(X)
    fitted = LatentClass(3).fit(holes)
    assert adjusted_rand(labels, fitted.predict(holes)) > 0.75
    logs = np.log(fitted.shares_) + np.zeros((len(X), 3))
    for j, chances in enumerate(fitted.probabilities_):
        for code in (1, 2, 3):
            logs[holes[:, j] == code] += np.log(chances[:, code - 1])
    assert fitted.log_likelihood_ == pytest.approx(logsumexp(logs, axis=1).sum(), rel=1e-9)
    nothing = fitted.predict_proba(np.full((1, 6), np.nan))
    np.testing.assert_allclose(nothing[0], fitted.shares_, rtol=1e-9)


def test_bic_chooses_the_planted_number_of_classes() -> None:
    """BIC is lowest at the three classes that were planted."""
    X, _ = answers(900)
    values = {k: LatentClass(k, n_starts=20).fit(X).bic_ for k in (1, 2, 3, 4)}
    assert min(values, key=lambda k: float(values[k])) == 3  # type: ignore[arg-type]


def test_criteria_follow_their_definitions() -> None:
    """P = 3 x 6 x 2 + 2; AIC, AIC3 and BIC from it; ICL adds twice the entropy of membership."""
    X, _ = answers()
    fitted = LatentClass(3, n_starts=10).fit(X)
    assert fitted.parameters_count_ == 38
    deviance = -2 * fitted.log_likelihood_
    assert fitted.aic_ == pytest.approx(deviance + 76)
    assert fitted.aic3_ == pytest.approx(deviance + 114)
    assert fitted.bic_ == pytest.approx(deviance + 38 * np.log(600))
    chances = fitted.predict_proba(X)
    entropy = -(chances * np.log(np.maximum(chances, 1e-300))).sum()
    assert fitted.icl_ == pytest.approx(float(fitted.bic_) + 2 * entropy)  # type: ignore[arg-type]


def test_bernoulli_mixture_is_the_latent_class_of_two_answers() -> None:
    """Yes-or-no answers give the same likelihood under both names."""
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 400)
    X = (random.random((400, 7)) < np.where(labels[:, None] == 1, 0.85, 0.2)).astype(float)
    one, other = BernoulliMixture(2).fit(X), LatentClass(2).fit(X)
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, rel=1e-9)
    assert one.parameters_count_ == other.parameters_count_ == 15
    assert sorted(one.probabilities_.mean(axis=1).round(1)) == [0.2, 0.8]
    assert adjusted_rand(labels, one.predict(X)) > 0.85


@pytest.mark.parametrize("covariance", ["full", "diagonal"])
def test_gaussian_mixture_agrees_with_scikit_learn(covariance: Any) -> None:
    """The best of 20 starts reaches the log-likelihood of scikit-learn's best of 10, in original units."""
    X, labels = clouds()
    ours = GaussianMixture(2, covariance).fit(X)
    kind = "full" if covariance == "full" else "diag"
    scale = X.std(axis=0)
    oracle = Oracle(2, covariance_type=kind, n_init=10, tol=1e-9, max_iter=2000, random_state=0, reg_covar=1e-12)
    theirs = oracle.fit(X / scale).score(X / scale) * len(X) - len(X) * np.log(scale).sum()
    assert ours.log_likelihood_ == pytest.approx(theirs, rel=1e-6)
    assert adjusted_rand(labels, ours.predict(X)) > 0.8
    assert ours.score(X) * len(X) == pytest.approx(ours.log_likelihood_, rel=1e-9)


def test_full_gaussian_densities_equal_scipy() -> None:
    """Log densities of rows under the fitted means and covariances are those of scipy's Gaussian."""
    X, _ = clouds()
    fitted = GaussianMixture(2).fit(X)
    pairs = zip(fitted.means_, fitted.covariances_, strict=True)
    logs = np.stack([multivariate_normal(mean, spread).logpdf(X) for mean, spread in pairs], axis=1)
    np.testing.assert_allclose(fitted.score_samples(X), logsumexp(logs + np.log(fitted.shares_), axis=1), rtol=1e-8)


def test_diagonal_gaussians_take_missing_values() -> None:
    """The log-likelihood with missing values is that of the known ones."""
    X, labels = clouds()
    holes = with_holes(X)
    fitted = GaussianMixture(2, "diagonal").fit(holes)
    each = norm.logpdf(holes[:, None], fitted.means_, np.sqrt(fitted.covariances_))
    logs = np.nansum(each, axis=2) + np.log(fitted.shares_)
    assert fitted.log_likelihood_ == pytest.approx(logsumexp(logs, axis=1).sum(), rel=1e-8)
    assert adjusted_rand(labels, fitted.predict(holes)) > 0.6
    with pytest.raises(EstimationError, match="diagonal"):
        GaussianMixture(2).fit(holes)


def mixed(n: int = 1200, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.choice(3, n, p=[0.45, 0.35, 0.2])
    number = random.normal(np.array([0, 3, 0])[labels], np.array([1, 1, 2])[labels])
    count = random.poisson(np.array([1, 4, 9])[labels])
    color = np.where(random.random(n) < 0.7, np.array([0, 1, 2])[labels], random.integers(0, 3, n))
    member = random.random(n) < np.array([0.9, 0.2, 0.5])[labels]
    return np.column_stack([number, count, color, member]).astype(float), labels


KINDS: Any = ("gaussian", "poisson", "categorical", "bernoulli")


def test_mixed_mixture_finds_planted_segments_and_their_profiles() -> None:
    """Numbers, counts, categories and yes or no together find what was planted, also with answers missing."""
    X, labels = mixed()
    fitted = MixedMixture(KINDS, 3).fit(X)
    assert adjusted_rand(labels, fitted.predict(X)) > 0.75
    assert sorted(fitted.profiles_[1].round(0)) == [1, 4, 9]
    assert fitted.profiles_[2].shape == (3, 3)
    assert fitted.profiles_[0].shape == (3, 2)
    holes = with_holes(X, 0.1)
    assert adjusted_rand(labels, MixedMixture(KINDS, 3).fit(holes).predict(holes)) > 0.6


def test_mixed_likelihood_is_the_sum_of_its_parts() -> None:
    """The log-likelihood equals the one computed with scipy's densities from the profiles, missing values left out."""
    X, _ = mixed(300)
    holes = with_holes(X, 0.1)
    fitted = MixedMixture(KINDS, 2).fit(holes)
    number, count, color, member = holes.T
    mean, variance = fitted.profiles_[0].T
    parts = [norm.logpdf(number[:, None], mean, np.sqrt(variance)), poisson.logpmf(count[:, None], fitted.profiles_[1])]
    codes = np.nan_to_num(color).astype(int)
    parts.append(np.where(np.isnan(color)[:, None], np.nan, np.log(fitted.profiles_[2][:, codes].T)))
    yes = fitted.profiles_[3]
    parts.append(np.where(np.isnan(member)[:, None], np.nan, np.log(np.where(member[:, None] == 1, yes, 1 - yes))))
    logs = np.nansum(np.stack(parts), axis=0) + np.log(fitted.shares_)
    assert fitted.log_likelihood_ == pytest.approx(logsumexp(logs, axis=1).sum(), rel=1e-8)
    assert fitted.parameters_count_ == 1 + 2 * (2 + 1 + 2 + 1)


def test_weights_by_kind_are_declared_and_take_the_likelihood_away() -> None:
    """With weights other than 1 information criteria are not given; nearly no weight leaves a kind out."""
    X, labels = mixed()
    fitted = MixedMixture(KINDS, 3, weights={"gaussian": 2.0}).fit(X)
    assert isinstance(fitted.bic_, NotEstimable)
    noise = np.column_stack([X, np.random.default_rng(1).choice([-50.0, 50.0], len(X))])
    kinds: Any = ("poisson", "poisson", "categorical", "bernoulli", "gaussian")
    counts = np.column_stack([X[:, 1], X[:, 1], X[:, 2:], noise[:, -1]])
    light = MixedMixture(kinds, 3, weights={"gaussian": 1e-6}).fit(counts)
    assert adjusted_rand(labels, light.predict(counts)) > 0.5
    assert adjusted_rand(noise[:, -1], light.predict(counts)) < 0.05


def test_duplicating_a_nominal_column_at_half_the_weight_changes_nothing() -> None:
    """Two copies of a question at weight 1/2 say what one says at weight 1: weights count information, not columns."""
    X, _ = mixed(400)
    once: Any = ("poisson", "categorical")
    twice: Any = ("poisson", "categorical", "categorical")
    one = MixedMixture(once, 2).fit(X[:, [1, 2]])
    two = MixedMixture(twice, 2, weights={"categorical": 0.5}).fit(X[:, [1, 2, 2]])
    np.testing.assert_allclose(two.shares_, one.shares_, atol=1e-3)
    assert two.log_likelihood_ == pytest.approx(one.log_likelihood_, rel=1e-6)


@pytest.mark.parametrize(
    "model", [LatentClass(2, n_starts=8), BernoulliMixture(2, n_starts=8), GaussianMixture(2, n_starts=8)]
)
def test_row_order_and_repetition_change_nothing(model: Mixture) -> None:
    """Shuffled rows give the same log-likelihood; weights of 2 give that of rows given twice."""
    random = np.random.default_rng(6)
    X = (random.random((200, 5)) < np.where(random.random((200, 1)) < 0.5, 0.8, 0.3)).astype(float)
    if isinstance(model, GaussianMixture):
        X = clouds(200)[0]
    base = model.fit(X).log_likelihood_
    assert model.fit(X[::-1]).log_likelihood_ == pytest.approx(base, rel=1e-9)
    doubled = model.fit(X, sample_weight=np.full(200, 2.0)).log_likelihood_
    assert doubled == pytest.approx(2 * base, rel=1e-6)
    assert model.fit(np.repeat(X, 2, axis=0)).log_likelihood_ == pytest.approx(doubled, rel=1e-6)


def test_one_segment_is_the_plain_distribution() -> None:
    """K = 1 gives the sample's own mean, covariance and shares, and certainty of membership."""
    X, _ = clouds()
    fitted = GaussianMixture(1).fit(X)
    np.testing.assert_allclose(fitted.means_[0], X.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(fitted.covariances_[0], np.cov(X.T, bias=True), rtol=1e-6)
    np.testing.assert_array_equal(fitted.predict_proba(X[:3]), 1.0)


@pytest.mark.parametrize(
    ("model", "X", "code"),
    [
        (LatentClass(2), [[1, 2], [1, 3]], "VARIABLE_CONSTANT"),
        (LatentClass(2), [[1, np.nan], [2, np.nan]], "ALL_MISSING"),
        (LatentClass(3), [[1, 2], [2, 3]], "TOO_FEW_DISTINCT_ROWS"),
        (LatentClass(2), [[1, 2]], "VARIABLE_CONSTANT"),
        (LatentClass(2), [[np.inf, 2], [1, 3]], "VALUE_NOT_FINITE"),
        (LatentClass(2), np.arange(900.0).reshape(300, 3), "TOO_MANY_CATEGORIES"),
        (LatentClass(2), np.zeros((3, 2000)), "TOO_MANY_VARIABLES"),
        (LatentClass(2), [["yes", "no"]], "VALUE_NOT_A_NUMBER"),
        (LatentClass(2), [1, 2, 3], "SHAPE_WRONG"),
        (LatentClass(0), [[1, 2], [2, 3]], "SETTING_WRONG"),
        (BernoulliMixture(2), [[0, 2], [1, 0]], "ANSWER_NOT_BINARY"),
        (BernoulliMixture(2), [[0, 1], [0, 0]], "VARIABLE_CONSTANT"),
        (GaussianMixture(2), np.ones((20, 2)), "VARIABLE_CONSTANT"),
        (GaussianMixture(2, "tied"), [[1.0, 2.0], [2.0, 3.0]], "SETTING_WRONG"),  # type: ignore[arg-type]
        (MixedMixture(("poisson",), 2), [[0.5], [1.0]], "VALUE_NOT_WHOLE"),
        (MixedMixture(("bernoulli",), 2), [[2.0], [1.0]], "ANSWER_NOT_BINARY"),
        (MixedMixture(("colour",), 2), [[2.0], [1.0]], "KIND_UNKNOWN"),  # type: ignore[arg-type]
        (MixedMixture(("poisson",), 2, {"poisson": 0}), [[2.0], [1.0]], "WEIGHT_WRONG"),
        (MixedMixture(("poisson",), 2), [[2.0, 1.0], [1.0, 3.0]], "LENGTH_MISMATCH"),
    ],
)
def test_bad_rows_and_settings_are_refused(model: Mixture, X: Any, code: str) -> None:
    """Constant, missing, infinite, wordy, crowded, too few: each has its code."""
    with pytest.raises(EstimationError) as refused:
        model.fit(X)
    assert code in {problem.code for problem in refused.value.problems}


def test_unknown_answers_and_unfitted_models_are_refused() -> None:
    """An answer never seen is refused when predicting, and nothing is predicted before learning."""
    with pytest.raises(EstimationError, match="fitted"):
        LatentClass(2).predict([[1, 2]])
    X, _ = answers()
    fitted = LatentClass(2, n_starts=3).fit(X)
    with pytest.raises(EstimationError, match="not there"):
        fitted.predict([[9, 1, 1, 1, 1, 1]])
    with pytest.raises(EstimationError):
        fitted.predict([[1, 1]])
    mixture = MixedMixture(KINDS, 2, n_starts=3).fit(mixed(200)[0])
    with pytest.raises(EstimationError, match="not there"):
        mixture.predict([[0.0, 1.0, 7.0, 1.0]])


def test_natural_parameters_are_maximum_likelihood() -> None:
    """Each family's parameters are the sample's own: frequencies, means, variances, covariances, rates."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(300, 2)) @ [[1, 0.5], [0, 2]]
    means, variances = Gaussians(2).moments(Gaussians(2).features(rows).sum(axis=0))
    np.testing.assert_allclose([means, variances], [rows.mean(axis=0), rows.var(axis=0)], rtol=1e-9)
    means, covariance = FullGaussian(2).moments(FullGaussian(2).features(rows).sum(axis=0))
    np.testing.assert_allclose(covariance, np.cov(rows.T, bias=True), rtol=1e-9)
    counts = random.poisson(3, (300, 2)).astype(float)
    np.testing.assert_allclose(Poissons(2).rates(Poissons(2).features(counts).sum(axis=0)), counts.mean(axis=0))
    codes = random.integers(0, 3, 300).astype(float)
    chances = Categorical(3).chances(Categorical(3).features(codes).sum(axis=0))
    np.testing.assert_allclose(chances, np.bincount(codes.astype(int)) / 300)
    np.testing.assert_allclose(Categorical(4).chances(np.zeros(4)), 0.25)


def test_features_times_natural_parameters_are_log_densities() -> None:
    """T(x) eta equals scipy's log density for each family."""
    rows = np.array([[0.3, -1.0], [2.0, 0.5]])
    sums = Gaussians(2).features(np.random.default_rng(1).normal(1, 2, (50, 2))).sum(axis=0)
    means, variances = Gaussians(2).moments(sums)
    logs = Gaussians(2).features(rows) @ Gaussians(2).natural(sums)
    np.testing.assert_allclose(logs, norm.logpdf(rows, means, np.sqrt(variances)).sum(axis=1), rtol=1e-9)
    counts = np.array([[2.0, 0.0], [5.0, 1.0]])
    sums = Poissons(2).features(np.array([[1.0, 1.0], [4.0, 2.0]])).sum(axis=0)
    logs = Poissons(2).features(counts) @ Poissons(2).natural(sums) + Poissons(2).base(counts)
    np.testing.assert_allclose(logs, poisson.logpmf(counts, Poissons(2).rates(sums)).sum(axis=1), rtol=1e-9)
