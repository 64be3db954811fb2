"""Omega of one factor: its slope against differences, its interval against known populations, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science import omega as room
from segmentry.science.inputs import FloatArray
from segmentry.science.omega import omega
from segmentry.terms.numbers import Estimate, NotEstimable

LOADINGS = np.array([0.8, 0.6, 0.5, 0.7, 0.4])


def answered(people: int, loadings: FloatArray = LOADINGS, seed: int = 0) -> FloatArray:
    """Normal answers with one common factor, items of unequal spread."""
    random = np.random.default_rng(seed)
    common = random.standard_normal((people, 1)) * loadings
    own = random.standard_normal((people, len(loadings))) * np.sqrt(1 - loadings**2)
    return np.asarray((common + own) * np.linspace(1, 3, len(loadings)))


def of_covariance(covariance: FloatArray) -> float:
    """Omega of a covariance, with the loadings of this room."""
    spread = np.sqrt(np.diag(covariance))
    loadings = room._one_factor(covariance / np.outer(spread, spread))
    assert loadings is not None
    common = float(spread @ loadings) ** 2
    return common / (common + float(spread**2 @ (1 - loadings**2)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 199), st.integers(0, 50))
def test_a_respondent_moves_omega_as_differences_tell(person: int, seed: int) -> None:
    """A little more weight on one respondent: the slope is the quadratic form, to five digits."""
    answers = answered(200, seed=seed)
    covariance = np.cov(answers, rowvar=False)
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    loadings = room._one_factor(correlation)
    assert loadings is not None
    moves = room._moves(correlation, spread, loadings)
    assert moves is not None
    apart = answers[person] - answers.mean(axis=0)
    change = np.outer(apart, apart) - covariance
    slope = (of_covariance(covariance + 1e-4 * change) - of_covariance(covariance - 1e-4 * change)) / 2e-4
    standard = apart / spread
    assert standard @ moves @ standard - np.trace(moves @ correlation) == pytest.approx(slope, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("people", [40, 150])
def test_the_interval_holds_the_truth_as_often_as_it_says(people: int) -> None:
    """Of 100 samples with known loadings at least 90 intervals hold omega, and they shrink with the sample."""
    wide = np.linspace(1, 3, 5)
    common = float(wide @ LOADINGS) ** 2
    truth = common / (common + float(wide**2 @ (1 - LOADINGS**2)))
    found = [omega(answered(people, seed=seed)) for seed in range(100)]
    held = [each.low <= truth <= each.high for each in found if isinstance(each, Estimate)]
    assert len(held) == 100
    assert sum(held) >= 90


def test_ten_times_as_many_people_bring_an_interval_a_third_as_wide() -> None:
    """The width falls with the root of the number of respondents; a higher level is wider."""
    few, many = omega(answered(200)), omega(answered(2_000))
    assert isinstance(few, Estimate)
    assert isinstance(many, Estimate)
    assert (many.high - many.low) / (few.high - few.low) == pytest.approx(10**-0.5, rel=0.25)
    sure = omega(answered(200), level=0.99)
    assert isinstance(sure, Estimate)
    assert sure.low < few.low < few.value == sure.value < few.high < sure.high
    assert sure.level == 0.99


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (answered(50)[:, :2], "three items"),
        (answered(3), "3 respondents"),
        (np.column_stack([answered(50)[:, :3], np.ones(50)]), "does not vary"),
    ],
)
def test_what_tells_no_factor_is_refused(answers: FloatArray, reason: str) -> None:
    """Two items, three people, an item to which all answer alike."""
    found = omega(answers)
    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_where_a_loading_lies_at_its_end_the_others_still_vary() -> None:
    """An item that is the factor itself (a Heywood case) has a loading of 1: the interval is that of the others."""
    common = np.random.default_rng(1).standard_normal((100, 1))
    noise = np.random.default_rng(2).standard_normal((100, 3)) * [1.0, 1.2, 0.9]
    found = omega(np.column_stack([common + 1e-9 * noise[:, :1], common + noise]))
    assert isinstance(found, Estimate)
    assert 0.0 <= found.low < found.value < found.high <= 1.0


def test_unrelated_items_have_an_interval_that_says_so() -> None:
    """Of items with nothing in common the interval reaches nearly down to nothing."""
    lows = [omega(np.random.default_rng(seed).standard_normal((60, 4))) for seed in range(20)]
    told = [each.low for each in lows if isinstance(each, Estimate)]
    assert np.mean(told) < 0.15
