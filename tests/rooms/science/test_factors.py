"""Factor analysis: the right number of factors, planted loadings found, nothing where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science.factors import Factors, ParallelAnalysis, Rotation, factor_analysis, parallel_analysis, varimax
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

PLANTED = np.array(
    [[0.8, 0], [0.7, 0], [0.75, 0], [0.6, 0], [0, 0.8], [0, 0.7], [0, 0.65], [0, 0.5]],
)


def items(rows: int, seed: int = 0, overlap: float = 0.0) -> np.ndarray:
    """Answers of two factors, correlated by ``overlap``."""
    random = np.random.default_rng(seed)
    shared = np.linalg.cholesky([[1, overlap], [overlap, 1]])
    factors = random.standard_normal((rows, 2)) @ shared.T
    noise = random.standard_normal((rows, len(PLANTED))) * np.sqrt(1 - (PLANTED**2).sum(axis=1))
    return factors @ PLANTED.T + noise


def solved(answers: np.ndarray, factors: int = 2, rotation: Rotation = "varimax") -> Factors:
    found = factor_analysis(answers, factors, rotation=rotation)
    assert isinstance(found, Factors)
    return found


def test_parallel_analysis_finds_the_planted_number() -> None:
    """Two factors of eight items."""
    found = parallel_analysis(items(600))
    assert isinstance(found, ParallelAnalysis)
    assert found.factors == 2
    assert found.eigenvalues.sum() == pytest.approx(8)


def test_parallel_analysis_finds_nothing_where_nothing_is() -> None:
    """Unrelated items: no factor in at least 18 of 20 worlds."""
    none = 0
    for seed in range(20):
        found = parallel_analysis(np.random.default_rng(seed).standard_normal((300, 10)), draws=50)
        assert isinstance(found, ParallelAnalysis)
        none += found.factors == 0
    assert none >= 18


def test_planted_loadings_come_back() -> None:
    """Uncorrelated factors: loadings within .05, communalities too."""
    found = solved(items(6000))
    assert np.abs(found.loadings) == pytest.approx(PLANTED, abs=0.05)
    assert found.communalities == pytest.approx((PLANTED**2).sum(axis=1), abs=0.05)
    assert found.correlations == pytest.approx(np.eye(2))
    assert found.adequacy > 0.6


def test_promax_finds_that_factors_are_correlated() -> None:
    """Factors that go together come back as correlated, the pattern stays simple."""
    found = solved(items(8000, overlap=0.5), rotation="promax")
    assert found.correlations[0, 1] == pytest.approx(0.5, abs=0.1)
    assert np.abs(found.loadings[PLANTED == 0]).max() < 0.12


def test_scores_follow_the_factors() -> None:
    """Regression scores correlate with what was planted."""
    random = np.random.default_rng(4)
    factor = random.standard_normal((3000, 1))
    answers = factor * 0.8 + random.standard_normal((3000, 5)) * 0.6
    scores = solved(answers, 1).scores[:, 0]
    assert np.corrcoef(scores, factor[:, 0])[0, 1] > 0.92
    assert scores.mean() == pytest.approx(0, abs=1e-9)


def test_missing_answers_leave_scores_open_and_others_as_they_are() -> None:
    """A respondent with a gap has no score and moves nobody else's."""
    answers = items(500)
    gap = np.vstack([answers, answers[:1]])
    gap[-1, 0] = np.nan
    found = solved(gap)
    assert np.isnan(found.scores[-1]).all()
    assert found.scores[:-1] == pytest.approx(solved(answers).scores)


def test_neither_order_nor_unit_nor_sign_of_seed_matters() -> None:
    """Shuffled respondents and stretched items: the same loadings."""
    answers = items(700)
    random = np.random.default_rng(1)
    moved = random.permutation(answers) * np.arange(1, 9) + 100
    assert solved(moved).loadings == pytest.approx(solved(answers).loadings, abs=1e-4)


def test_the_order_of_respondents_changes_no_eigenvalue_of_chance() -> None:
    """Items are shuffled from an order of their own."""
    answers = np.random.default_rng(2).normal(size=(100, 8))
    one, other = parallel_analysis(answers), parallel_analysis(answers[::-1])
    assert isinstance(one, ParallelAnalysis)
    assert isinstance(other, ParallelAnalysis)
    assert np.abs(one.chance - other.chance).max() < 1e-9


def test_an_item_that_follows_from_the_others_is_refused() -> None:
    """Asked twice, turned round, the sum of two, or the same answer by everybody: a reason, not a broken matrix."""
    answers = np.random.default_rng(3).normal(size=(80, 6))
    for made in (answers[:, 0], 6 - answers[:, 0], answers[:, 0] + answers[:, 2]):
        table = answers.copy()
        table[:, 1] = made
        found = factor_analysis(table, 2)
        assert isinstance(found, NotEstimable)
        assert "follows from the others" in found.reason
    answers[:, 2] = 0.1
    assert isinstance(factor_analysis(answers, 2), NotEstimable)
    assert isinstance(parallel_analysis(answers), NotEstimable)


def test_varimax_is_a_rotation_that_makes_structure_simple() -> None:
    """Orthogonal, and a planted simple structure turned by 30 degrees comes back but for signs and order."""
    angle = np.pi / 6
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rotation = varimax(PLANTED @ turn)
    assert rotation.T @ rotation == pytest.approx(np.eye(2), abs=1e-9)
    back = np.abs(PLANTED @ turn @ rotation)
    order = [0, 1] if back[0, 0] > back[0, 1] else [1, 0]
    assert back[:, order] == pytest.approx(PLANTED, abs=1e-6)


def test_explained_shares_add_up() -> None:
    """Shares by factor add up to the mean communality."""
    for rotation in ("varimax", "promax", "none"):
        found = solved(items(400), rotation=rotation)
        assert found.explained.sum() == pytest.approx(found.communalities.mean())
        assert (np.diff(found.explained) <= 1e-12).all()


@pytest.mark.parametrize("answers", [items(8), np.ones((50, 6)), np.full((50, 6), np.nan)])
def test_too_little_is_no_answer(answers: np.ndarray) -> None:
    """No more people than items, items that never vary, nobody who answered all."""
    assert isinstance(factor_analysis(answers, 2), NotEstimable)
    assert isinstance(parallel_analysis(answers), NotEstimable)


@pytest.mark.parametrize("factors", [0, 5, -1])
def test_more_factors_than_items_can_carry_are_refused(factors: int) -> None:
    """At least two items for each factor."""
    with pytest.raises(EstimationError):
        factor_analysis(items(100), factors)


ABILITIES = np.array(
    [
        [24.641, 5.991, 33.520, 6.023, 20.755, 29.701],
        [5.991, 6.700, 18.137, 1.782, 4.936, 7.204],
        [33.520, 18.137, 149.831, 19.424, 31.430, 50.753],
        [6.023, 1.782, 19.424, 12.711, 4.757, 9.075],
        [20.755, 4.936, 31.430, 4.757, 52.604, 66.762],
        [29.701, 7.204, 50.753, 9.075, 66.762, 135.292],
    ]
)
"""Covariances of six tests of ability (R, datasets::ability.cov; Bartholomew 1987)."""


def with_covariance(covariance: np.ndarray, rows: int = 112) -> np.ndarray:
    """Answers whose covariances are exactly these."""
    drawn = np.random.default_rng(0).standard_normal((rows, len(covariance)))
    drawn = drawn - drawn.mean(axis=0)
    plain = np.linalg.solve(np.linalg.cholesky(np.cov(drawn, rowvar=False)), drawn.T).T
    return plain @ np.linalg.cholesky(covariance).T


def test_the_factors_are_those_of_factanal() -> None:
    """R: factanal(factors = 2, covmat = ability.cov) with varimax, as its manual prints."""
    found = solved(with_covariance(ABILITIES))
    unique = [0.455, 0.589, 0.218, 0.769, 0.052, 0.334]
    assert 1 - found.communalities == pytest.approx(unique, abs=6e-4)
    first = [0.499, 0.156, 0.206, 0.109, 0.956, 0.785]
    second = [0.543, 0.622, 0.860, 0.468, 0.182, 0.225]
    # R ends the rotation a little before its optimum.
    assert sorted(found.loadings.T.tolist()) == [pytest.approx(first, abs=3e-3), pytest.approx(second, abs=3e-3)]


def test_an_item_that_would_be_a_factor_of_its_own_ends_at_the_border() -> None:
    """A Heywood case: the unique variance stops at .005 instead of running below 0, and no warning is raised."""
    correlation = np.array([[1, 0.9, 0.9, 0.1], [0.9, 1, 0.7, 0.1], [0.9, 0.7, 1, 0.1], [0.1, 0.1, 0.1, 1]])
    found = solved(with_covariance(correlation), 1)
    assert 1 - found.communalities.max() == pytest.approx(0.005, abs=1e-3)
