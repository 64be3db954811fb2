"""Leads: interest that halves, sixteen cells, calibration; engagement value that counts nothing twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.influence import engagement_value
from segmentry.science.leads import calibration, interest, lead_grid
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable


def test_interest_halves_at_its_half_life() -> None:
    """Weight 8 is 8 now, 4 after one half-life, 1 after three."""
    assert interest([0, 30, 90], [8, 8, 8], 30).tolist() == [8.0, 4.0, 1.0]


@pytest.mark.parametrize(("ages", "weights", "half_life"), [([-1], [1], 30), ([1], [-1], 30), ([1], [1], 0)])
def test_interest_refuses_what_cannot_be(ages: list[float], weights: list[float], half_life: float) -> None:
    """Events of the future, negative weights, no half-life."""
    with pytest.raises(EstimationError):
        interest(ages, weights, half_life)


def test_the_grid_has_sixteen_cells_of_quartiles() -> None:
    """Independent scores fill all cells about alike, and everybody stands in one."""
    random = np.random.default_rng(0)
    found = lead_grid(random.random(8000), random.random(8000))
    assert found.counts.shape == (4, 4)
    assert found.counts.sum() == 8000
    assert found.counts.min() > 400
    assert all(isinstance(each, NotEstimable) for each in found.conversion.values())


def test_equal_leads_stand_in_one_cell() -> None:
    """Ties are never split by the order of rows."""
    found = lead_grid([1.0] * 10, [2.0] * 10)
    assert found.counts[0, 0] == 10


def test_conversion_that_falls_with_the_grade_is_sound_and_a_reversal_is_flagged() -> None:
    """The better cell converts more; turned round, neighbors are flagged."""
    random = np.random.default_rng(1)
    fit, score = random.random(20_000), random.random(20_000)
    came = (random.random(20_000) < 0.1 + 0.5 * fit).astype(float)
    assert lead_grid(fit, score, came).reversals == ()
    turned = lead_grid(fit, score, 1 - came)
    assert ((0, 0), (1, 0)) in turned.reversals


def test_open_leads_do_not_count() -> None:
    """Only settled leads are in the share of a cell."""
    found = lead_grid([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, np.nan])
    cell = found.conversion[0, 0]
    assert isinstance(cell, Estimate)
    assert cell.value == 0.5


@pytest.mark.parametrize("converted", [[2.0, 0.0], [1.0], ["yes", "no"]])
def test_outcomes_must_be_outcomes(converted: list[object]) -> None:
    """Neither two, nor too few, nor words."""
    with pytest.raises(EstimationError):
        lead_grid([1.0, 2.0], [1.0, 2.0], converted)  # type: ignore[arg-type]


def test_a_true_probability_is_calibrated() -> None:
    """Outcomes drawn with the told chances: nearly no reliability part, skill above nothing."""
    random = np.random.default_rng(2)
    told = random.random(50_000)
    found = calibration(told, (random.random(50_000) < told).astype(float))
    assert found.reliability < 0.001
    assert found.skill == pytest.approx(1 / 3, abs=0.02)
    assert len(found.bins) == 10


def test_murphys_parts_add_up_on_bins_of_one_probability() -> None:
    """Brier = reliability - resolution + uncertainty where each bin holds one probability."""
    told = np.repeat([0.2, 0.7], 50)
    came = np.concatenate([np.repeat([1.0, 0.0], [20, 30]), np.repeat([1.0, 0.0], [30, 20])])
    found = calibration(told, came)
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty)


def test_an_overconfident_model_shows() -> None:
    """Told 0 and 1 for what comes half of the time."""
    random = np.random.default_rng(3)
    told = (random.random(4000) < 0.5).astype(float)
    found = calibration(told, (random.random(4000) < 0.5).astype(float))
    assert found.reliability > 0.2
    assert isinstance(found.skill, float)
    assert found.skill < 0


def test_no_differences_no_skill() -> None:
    """Where all came there is nothing to tell apart."""
    assert isinstance(calibration([0.5, 0.6], [1, 1]).skill, NotEstimable)


def test_calibration_tells_all_mistakes() -> None:
    """Probabilities and outcomes are both checked."""
    with pytest.raises(EstimationError) as caught:
        calibration([1.5, 0.5], [2, 0])
    assert len(caught.value.problems) == 2


def test_referral_value_by_hand() -> None:
    """Type one passes value and saved cost, type two the saved cost alone; a contribution adds its value."""
    found = engagement_value([100, 50, 80], [-1, 0, 0], [0, 0, 1], [0, 10, 5], [7, 0, 0])
    assert found.own.tolist() == [100, 0, 80]
    assert found.referral.tolist() == [65, 0, 0]
    assert found.total.tolist() == [172, 0, 80]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.integers(0, 9999), st.floats(0, 1))
def test_nothing_is_counted_twice(size: int, seed: int, credit: float) -> None:
    """Over the base: CLV + saved cost of the referred + contributions, whatever is credited to whom."""
    random = np.random.default_rng(seed)
    clv, saved, gave = random.random(size) * 100, random.random(size) * 10, random.random(size)
    referrer = np.array([random.integers(-1, place) if place else -1 for place in range(size)])
    found = engagement_value(clv, referrer, random.integers(0, 2, size), saved, gave, credit=credit)
    assert found.total.sum() == pytest.approx(clv.sum() + saved[referrer >= 0].sum() + gave.sum())


@pytest.mark.parametrize(
    ("referrer", "code"),
    [([1, 0, -1], "REFERRAL_CIRCLE"), ([0, -1, -1], "REFERRAL_CIRCLE"), ([7, -1, -1], "REFERRER_UNKNOWN")],
)
def test_circles_and_strangers_are_refused(referrer: list[int], code: str) -> None:
    """Two who refer one another, one who refers oneself, and a place that is nobody."""
    with pytest.raises(EstimationError) as caught:
        engagement_value([1, 1, 1], referrer, [0, 0, 0], [0, 0, 0], [0, 0, 0])
    assert caught.value.problems[0].code == code


def test_long_chains_are_no_circles() -> None:
    """A thousand customers who brought one another in turn."""
    size = 1000
    chain = np.arange(size) - 1
    found = engagement_value(np.ones(size), chain, np.zeros(size), np.zeros(size), np.zeros(size))
    assert found.total.sum() == pytest.approx(size)
