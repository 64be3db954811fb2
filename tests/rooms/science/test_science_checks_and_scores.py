"""Checks of models, choice, tracking, scores, seasons, and the room's table of contents."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from segmentry import science
from segmentry.science import (
    BetaGeometric,
    Check,
    ModifiedBetaGeometric,
    ParetoNBD,
    choose_model,
    contractual_pattern,
    enough_data,
    frequency_fit,
    holdout_tracking,
    independent_scores,
    left_truncation,
    mixed_cohorts,
    nested_scores,
    quantile_cuts,
    seasonal_indices,
    tercile_bands,
    zero_repeaters,
)
from segmentry.science.seasons import SeasonalIndices, moving_average
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

BG = BetaGeometric.from_parameters({"r": 0.5, "alpha": 8.0, "a": 0.8, "b": 2.4})
PARETO = ParetoNBD.from_parameters({"r": 1.5, "alpha": 6.0, "s": 1.2, "beta": 15.0})


def test_every_name_of_the_contents_exists() -> None:
    """The table of contents and the modules agree; an unknown name is an AttributeError."""
    for name in science.__all__:
        assert getattr(science, name) is not None
    assert set(science.__all__) <= set(dir(science))
    with pytest.raises(AttributeError, match="no attribute"):
        _ = science.NoSuchModel


def test_importing_the_room_loads_no_numbers() -> None:
    """``import segmentry.science`` loads neither numpy nor scipy, nor any of its own modules."""
    heavy = "('numpy', 'scipy', 'pandas')"
    code = f"import sys, segmentry.science; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_check_as_dict_hides_what_is_not_finite() -> None:
    """A statistic that is not finite becomes None on the way to JSON."""
    assert Check("x", "passed", float("inf"), "").as_dict()["statistic"] is None
    assert Check("x", "passed", 0.5, "").as_dict()["statistic"] == 0.5


@pytest.mark.parametrize(("repeaters", "status"), [(5, "failed"), (50, "warned"), (500, "passed")])
def test_too_little_data(repeaters: int, status: str) -> None:
    """Below 10 repeat customers fails, below 100 warns."""
    assert enough_data([1, 0], [repeaters, 1000]).status == status


def test_zero_repeater_trap_is_told_of_bg_nbd_only() -> None:
    """With 60 % zero-repeaters BG/NBD warns and names models that let them depart; MBG/NBD passes."""
    warned = zero_repeaters(BG, [0, 3], [60, 40])
    assert (warned.status, warned.statistic) == ("warned", pytest.approx(0.6))
    assert "MBG/NBD" in warned.suggestion
    assert zero_repeaters(BG, [0, 3], [5, 95]).status == "passed"
    modified = ModifiedBetaGeometric.from_parameters({"r": 0.5, "alpha": 8.0, "a": 0.8, "b": 2.4})
    assert zero_repeaters(modified, [0, 3], [60, 40]).status == "passed"


def test_left_truncation_sees_a_pile_at_the_start() -> None:
    """Steady inflow passes; a tenfold first month fails; one day for all is not judged."""
    steady = np.linspace(0, 730, 2000)
    assert left_truncation(steady).status == "passed"
    assert left_truncation(np.append(steady, np.full(2000, 10.0))).status == "failed"
    assert left_truncation(np.append(steady, np.full(350, 10.0))).status == "warned"
    assert left_truncation(np.zeros(50)).status == "not_checked"


def test_mixed_cohorts_are_seen_and_alike_ones_are_not() -> None:
    """Cohorts drawn from one model pass; a cohort that buys three times as much fails or warns."""
    random = np.random.default_rng(1)
    age = random.uniform(20, 80, 6000)
    alike = BG.sample(age, random)
    cohorts = np.repeat([0, 1, 2], 2000)
    model = ModifiedBetaGeometric().fit(alike.frequency, alike.recency_age, age)
    assert mixed_cohorts(BG, alike.frequency, age, cohorts).status == "passed"
    other = np.where(cohorts == 2, 3 * alike.frequency, alike.frequency)
    found = mixed_cohorts(model, other, age, cohorts)
    assert found.status == "failed"
    assert found.suggestion == "fit by cohort"


def test_clockwork_is_contractual_and_poisson_is_not() -> None:
    """Monthly bills (gaps vary by 5 %) fail; gaps as variable as their mean pass; too few are not judged."""
    people = np.full(50, 6)
    assert contractual_pattern(people, np.full(50, 30.0), np.full(50, 1.5)).status == "failed"
    assert contractual_pattern(people, np.full(50, 30.0), np.full(50, 28.0)).status == "passed"
    assert contractual_pattern([6, 1], [30.0, 30.0], [1.0, 0.0]).status == "not_checked"


def test_frequency_fit_accepts_the_truth_and_rejects_another_process() -> None:
    """Counts from the model pass; counts that are all even fail."""
    histories = BG.sample(np.full(4000, 40.0), 2)
    assert frequency_fit(BG, histories.frequency, histories.age).status == "passed"
    assert frequency_fit(BG, 2 * (histories.frequency // 2), histories.age).status == "failed"
    assert frequency_fit(BG, histories.frequency[:30], histories.age[:30]).status == "not_checked"


def test_choice_finds_the_process_that_made_the_data() -> None:
    """Pareto/NBD data choose Pareto/NBD by likelihood; BG/NBD data never lose more than the tie of 2 units."""
    drawn = PARETO.sample(np.random.default_rng(3).uniform(20, 80, 6000), 3)
    choice = choose_model(drawn.frequency, drawn.recency_age, drawn.age)
    assert choice.model.name == "Pareto/NBD"
    assert choice.candidates[0].log_likelihood >= choice.candidates[-1].log_likelihood
    assert choice.candidates[0].bic <= choice.candidates[-1].bic
    assert "highest log-likelihood" in choice.reasons[0]
    drawn = BG.sample(np.random.default_rng(4).uniform(20, 80, 3000), 4)
    choice = choose_model(drawn.frequency, drawn.recency_age, drawn.age)
    assert choice.model.log_likelihood_ >= choice.candidates[0].log_likelihood - 2


def test_tracking_is_exact_for_the_truth_and_sees_a_boom() -> None:
    """Counts that are the expectation have no error; a holdout that doubles has a total error of minus a half."""
    births, counts = np.array([0.0, 3.5]), np.array([100.0, 50.0])
    ends = np.arange(1, 41)
    curve = BG.expected_purchases_new(np.maximum(ends[:, None] - births, 0)) @ counts
    actual = np.diff(curve, prepend=0.0)
    exact = holdout_tracking(BG, births, counts, actual, calibration_periods=20)
    assert exact.cumulative_error == pytest.approx(0, abs=1e-12)
    assert exact.incremental_error == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(exact.expected_cumulative, exact.actual_cumulative)
    boom = holdout_tracking(BG, births, counts, np.where(ends > 20, 2, 1) * actual, calibration_periods=20)
    assert boom.total_error == pytest.approx(-0.5)
    silent = holdout_tracking(BG, births, counts, np.where(ends > 20, 0, actual), calibration_periods=20)
    assert isinstance(silent.total_error, NotEstimable)
    with pytest.raises(EstimationError, match="to hold out"):
        holdout_tracking(BG, births, counts, actual, calibration_periods=40)


def test_scores_of_ten_different_values() -> None:
    """Ten different values give two of each score, turned round where low is best."""
    values = np.array([70, 10, 20, 90, 30, 40, 100, 50, 60, 80])
    scores = independent_scores(values)
    np.testing.assert_array_equal(scores, np.ceil(values / 20))
    np.testing.assert_array_equal(independent_scores(values, high_is_best=False), 6 - scores)


def test_ties_share_a_score_and_weights_are_rows() -> None:
    """Six in ten at one purchase share a score, and (value, count) pairs score as the rows they stand for."""
    rows = np.array([1, 1, 1, 1, 1, 1, 2, 3, 4, 9])
    scores = independent_scores(rows)
    values, first, counts = np.unique(rows, return_index=True, return_counts=True)
    assert len(set(scores[:6])) == 1
    np.testing.assert_array_equal(independent_scores(values, 5, counts), scores[first])
    cuts = quantile_cuts(rows)
    np.testing.assert_array_equal(1 + (rows[:, None] >= cuts[None, :]).sum(axis=1), scores)


def test_nested_scores_cut_inside_the_outer_score() -> None:
    """Frequency is cut among customers of one recency score: a best one is in each of them."""
    random = np.random.default_rng(5)
    days, often, money = random.random(500), random.random(500), random.random(500)
    recency, frequency, monetary = nested_scores(days, often, money)
    assert recency[np.argmin(days)] == 5
    cells, counts = np.unique(np.stack([recency, frequency, monetary]), axis=1, return_counts=True)
    assert cells.shape[1] == 125
    np.testing.assert_array_equal(counts, 4)


def test_terciles_are_among_users() -> None:
    """Non-users are a band of their own; users split into thirds; equal rates are never told apart."""
    bands = tercile_bands([0, 0, 0, 0, 1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(bands, [0, 0, 0, 0, 1, 1, 2, 2, 3, 3])
    assert len(set(tercile_bands([2.0, 2.0, 2.0, 0.0])[:3])) == 1
    np.testing.assert_array_equal(tercile_bands([0.0, 0.0]), 0)
    with pytest.raises(EstimationError, match="two bands"):
        independent_scores([1, 2], bins=1)


@pytest.mark.parametrize("trend", ["flat", "linear", "exponential"])
def test_noiseless_seasons_come_back(trend: str) -> None:
    """On a noiseless multiplicative series the true indices come back to 1e-8 and sum to 1,200, whatever the trend."""
    true = 100 + 30 * np.sin(np.arange(12)) + 20 * (np.arange(12) == 11)
    true *= 1200 / true.sum()
    month = np.arange(60)
    level = {"flat": 500 + 0 * month, "linear": 500 + 10 * month, "exponential": 500 * 1.02**month}[trend]
    found = seasonal_indices(level * true[(month + 3) % 12] / 100, first_month=4)
    assert isinstance(found, SeasonalIndices)
    np.testing.assert_allclose(found.indices, true, atol=1e-8)
    assert found.indices.sum() == pytest.approx(1200)
    np.testing.assert_allclose(found.spread, 0, atol=1e-6)


def test_seasons_need_two_years_and_sales() -> None:
    """Under 24 months, or a year without sales, nothing is given; 24 months have one ratio per month and no spread."""
    assert isinstance(seasonal_indices(np.ones(23)), NotEstimable)
    assert isinstance(seasonal_indices(np.zeros(36)), NotEstimable)
    two_years = seasonal_indices(np.ones(24))
    assert isinstance(two_years, SeasonalIndices)
    assert np.isnan(two_years.spread).all()
    with pytest.raises(EstimationError, match="1 to 12"):
        seasonal_indices(np.ones(24), first_month=13)
    with pytest.raises(EstimationError, match="yearly average"):
        moving_average(np.ones(5))
