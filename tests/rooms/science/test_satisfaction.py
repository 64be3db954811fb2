"""NPS, CSAT and CES with their intervals; Kano's table; adoption; size classes of enterprises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from segmentry.science.attribute_kinds import kano, kano_from_counts
from segmentry.science.diffusion import ADOPTERS, Bass, adopter_classes, fit_bass
from segmentry.science.firm_size import SIZES, eu_size_class
from segmentry.science.satisfaction import ces, csat, nps, nps_error, wilson
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable


def known(found: Estimate | NotEstimable) -> Estimate:
    assert isinstance(found, Estimate)
    return found


def test_net_promoter_score_of_h29() -> None:
    """Half promoters, a sixth detractors of 324: 33.33 with a standard error of 4.14 (science, H29)."""
    found = known(nps([10] * 162 + [3] * 54 + [8] * 108))
    assert found.value == pytest.approx(33.33, abs=0.01)
    assert nps_error(162 / 324, 54 / 324, 324) == pytest.approx(4.14, abs=0.01)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(4.14, abs=0.03)


def test_the_interval_of_a_net_score_is_tangos() -> None:
    """At both ends of 12 promoters and 2 detractors of 44 Tango's test, with shares by maximum likelihood, is z."""
    found = known(nps([10] * 12 + [0] * 2 + [8] * 30))
    assert found.value == pytest.approx(100 * 10 / 44)
    for end, z in ((found.low / 100, 1.959964), (found.high / 100, -1.959964)):
        middle = optimize.minimize_scalar(
            lambda less, end=end: -likelihood(less, end), bounds=(max(0, -end) + 1e-9, (1 - end) / 2 - 1e-9),
            method="bounded", options={"xatol": 1e-12},
        ).x  # fmt: skip
        assert (10 - 44 * end) / math.sqrt(44 * (2 * middle + end * (1 - end))) == pytest.approx(z, abs=1e-4)


def likelihood(less: float, net: float) -> float:
    return 12 * math.log(less + net) + 2 * math.log(less) + 30 * math.log(1 - 2 * less - net)


@pytest.mark.parametrize("answers", [2, 5, 20])
@pytest.mark.parametrize("shares", [(0.5, 0.2), (0.8, 0.05), (0.95, 0.0)])
def test_the_net_score_of_few_answers_covers(answers: int, shares: tuple[float, float]) -> None:
    """Of 400 worlds, 85 % or more hold the truth, also where nearly everybody promotes; Wald's would hold 9 to 90 %."""
    random = np.random.default_rng(answers)
    held = 0
    for _ in range(400):
        counts = random.multinomial(answers, [*shares, 1 - sum(shares)])
        found = known(nps(np.repeat([10, 0, 8], counts)))
        held += found.low <= 100 * (shares[0] - shares[1]) <= found.high
    assert held >= 340


def test_answers_that_are_all_alike_leave_doubt() -> None:
    """Two promoters do not prove a score of 100, nor two sevens an effort of 7; more of them leave less doubt."""
    few, many = known(nps([10, 10])), known(nps([10] * 200))
    assert (few.value, few.high) == (100, 100)
    assert few.low < 10
    assert 95 < many.low < 100
    assert known(nps([0, 0])).high == -few.low
    assert known(ces([7, 7])).low < 3
    assert known(ces([4] * 5)).low < 4 < known(ces([4] * 5)).high


@pytest.mark.parametrize("answers", [2, 5, 20, 60])
@pytest.mark.parametrize("chances", [(0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.1), (0, 0, 0, 0, 0.02, 0.08, 0.9)])
def test_the_effort_of_few_answers_covers(answers: int, chances: tuple[float, ...]) -> None:
    """Of 400 worlds, 92 % or more hold the truth, also near the end of the scale; Student's would hold 18 to 95 %."""
    random = np.random.default_rng(answers)
    truth = float(np.dot(chances, range(1, 8)))
    found = [known(ces(random.choice(np.arange(1, 8), answers, p=chances))) for _ in range(400)]
    assert sum(each.low <= truth <= each.high for each in found) >= 368


def test_more_successes_than_trials_are_refused() -> None:
    """Three of two, or fewer than none, is a mistake and no share."""
    for successes, trials in ((3, 2), (-1, 2)):
        with pytest.raises(EstimationError, match="some of the trials"):
            wilson(successes, trials)


def test_net_promoter_score_counts_by_weight() -> None:
    """Counts of equal answers give what the answers one by one give."""
    assert nps([10, 7, 2], [30, 50, 20]) == nps([10] * 30 + [7] * 50 + [2] * 20)


def test_the_edges_of_the_groups() -> None:
    """9 promotes, 8 and 7 do not, 6 detracts."""
    assert known(nps([9, 9])).value == 100
    assert known(nps([8, 7])).value == 0
    assert known(nps([6, 0])).value == -100


def test_satisfaction_is_the_top_boxes_with_wilsons_interval() -> None:
    """80 of 100 satisfied: .80 [.711, .867] (Wilson 1927)."""
    found = known(csat([5] * 50 + [4] * 30 + [2] * 20))
    assert (found.value, round(found.low, 3), round(found.high, 3)) == (0.8, 0.711, 0.867)


def test_effort_is_a_mean_with_an_interval_inside_the_scale() -> None:
    """Two answers tell next to nothing; for many answers the interval is Student's."""
    found = known(ces([3, 5]))
    assert found.value == 4.0
    assert 1.0 <= found.low < 1.5
    assert 6.5 < found.high <= 7.0
    many = np.tile([2, 3, 4, 4, 5, 6], 200)
    wide = known(ces(many))
    assert wide.low == pytest.approx(4.0 - 1.9620 * float(many.std(ddof=1)) / math.sqrt(1200), abs=0.002)


@pytest.mark.parametrize("found", [nps([9]), ces([4]), wilson(0, 0)])
def test_too_few_answers_are_no_answer(found: Estimate | NotEstimable) -> None:
    """One answer tells no spread, none tells nothing."""
    assert isinstance(found, NotEstimable)


@pytest.mark.parametrize("ratings", [[11], [-1], [3.5], [], ["good"], [float("nan")]])
def test_answers_off_the_scale_are_refused(ratings: list[object]) -> None:
    """Beyond ten, below nothing, between points, none, words, missing."""
    with pytest.raises(EstimationError):
        nps(ratings)  # type: ignore[arg-type]


def test_a_top_that_is_the_whole_scale_is_refused() -> None:
    """Everybody would be satisfied."""
    with pytest.raises(EstimationError):
        csat([1, 2], top=5)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0, 1))
def test_wilsons_interval_holds_its_share_inside_nothing_and_all(trials: int, part: float) -> None:
    """The interval contains the share and never leaves 0 to 1."""
    successes = round(part * trials)
    found = known(wilson(successes, trials))
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("functional", "dysfunctional", "category"),
    [
        (1, 1, "questionable"),
        (1, 5, "one_dimensional"),
        (1, 3, "attractive"),
        (3, 5, "must_be"),
        (3, 3, "indifferent"),
        (5, 1, "reverse"),
        (2, 1, "reverse"),
        (5, 5, "questionable"),
    ],
)
def test_kanos_table(functional: int, dysfunctional: int, category: str) -> None:
    """Like and like contradict each other; like and dislike is one-dimensional (Berger et al. 1993)."""
    assert kano([functional], [dysfunctional]).counts[category] == 1


def test_kanos_coefficients() -> None:
    """A 30, O 40, M 20, I 10: better .70, worse -.60."""
    found = kano_from_counts([20, 40, 30, 10, 7, 3])
    assert (found.better, found.worse, found.category) == (0.7, -0.6, "one_dimensional")
    assert found.counts["reverse"] == 7


def test_ties_go_to_what_hurts_most() -> None:
    """Must be before one-dimensional before attractive before indifferent."""
    assert kano_from_counts([5, 5, 5, 5, 0, 0]).category == "must_be"
    assert kano_from_counts([0, 5, 5, 5, 0, 0]).category == "one_dimensional"
    assert kano_from_counts([0, 0, 5, 5, 0, 0]).category == "attractive"


def test_a_category_is_clear_beyond_chance_only() -> None:
    """Of 500 true ties at most 30 are clear; a lead of 30 to 10 is, five to none or fewer than reversals is not."""
    random = np.random.default_rng(7)
    for shares in ([0.5, 0.5, 0, 0, 0, 0], [0.4, 0.4, 0.1, 0.1, 0, 0]):
        clear = [kano_from_counts(random.multinomial(100, shares).tolist()).clear for _ in range(500)]
        assert sum(clear) <= 30
    assert kano_from_counts([30, 10, 0, 0, 0, 0]).clear
    assert not kano_from_counts([5, 0, 0, 0, 0, 0]).clear
    assert kano_from_counts([6, 0, 0, 0, 0, 0]).clear
    assert not kano_from_counts([30, 10, 0, 0, 40, 0]).clear
    assert not kano_from_counts([0, 0, 0, 0, 3, 0]).clear


def test_nothing_but_reversals_has_no_category() -> None:
    """Reverse and questionable answers are told, not used."""
    found = kano([5, 1], [1, 1])
    assert found.category is None
    assert isinstance(found.better, NotEstimable)


def test_kano_tells_all_mistakes_at_once() -> None:
    """Both questions are checked."""
    with pytest.raises(EstimationError) as caught:
        kano([0, 1], [1, 6])
    assert len(caught.value.problems) == 2


def test_bass_peak_of_the_textbook() -> None:
    """Innovation .03, imitation .38: peak at 6.193 periods with .1106 of the market (Bass 1969)."""
    model = Bass(1.0, 0.03, 0.38)
    assert model.peak_time == pytest.approx(6.193, abs=5e-4)
    assert model.peak == pytest.approx(0.1106, abs=5e-5)
    times = np.linspace(0, 30, 30_001)
    rates = np.gradient(model.adopted(times), times)
    assert times[rates.argmax()] == pytest.approx(6.193, abs=2e-3)
    assert rates.max() == pytest.approx(0.1106, abs=5e-5)


def test_bass_comes_back_from_its_own_course() -> None:
    """Market and rates of a noiseless course past its peak are found again."""
    model = Bass(50_000.0, 0.02, 0.4)
    found = fit_bass(np.diff(model.adopted(np.arange(16.0))))
    assert isinstance(found, Bass)
    assert (found.market, found.innovation, found.imitation) == pytest.approx((50_000, 0.02, 0.4), rel=1e-3)


def test_a_course_that_has_not_slowed_down_is_no_market() -> None:
    """Pure growth says nothing of where it ends."""
    assert isinstance(fit_bass(2.0 ** np.arange(8)), NotEstimable)
    assert isinstance(fit_bass([1, 2]), NotEstimable)
    assert isinstance(fit_bass([0] * 9), NotEstimable)


@pytest.mark.parametrize("growth", [1.0, 1.1])
def test_a_steady_or_growing_course_is_no_market(growth: float) -> None:
    """Counts about 20 a period, or growing by a tenth: in at most 2 of 25 worlds is a market told, not in half."""
    random = np.random.default_rng(5)
    found = [fit_bass(random.poisson(20 * growth ** np.arange(12))) for _ in range(25)]
    assert sum(isinstance(each, Bass) for each in found) <= 2


def test_a_noisy_course_past_its_peak_is_a_market() -> None:
    """2,000 adopters by chance after Bass, seen for twelve periods: the market comes back within a tenth."""
    random = np.random.default_rng(6)
    course = np.diff(Bass(2000, 0.03, 0.38).adopted(np.arange(13.0)))
    for _ in range(5):
        found = fit_bass(random.poisson(course))
        assert isinstance(found, Bass)
        assert found.market == pytest.approx(2000, rel=0.1)


def test_adoption_at_a_stroke_does_not_tell_how_it_spread() -> None:
    """All in the first period: any p and q are high enough."""
    found = fit_bass([50, 0, 0, 0, 0])
    assert isinstance(found, NotEstimable)
    assert "shorter periods" in found.reason


def test_equal_times_are_no_classes_whatever_they_are() -> None:
    """The mean of three tenths is a little off by rounding; that makes nobody an early adopter."""
    assert isinstance(adopter_classes([0.1, 0.1, 0.1]), NotEstimable)


def test_falling_adoption_has_no_peak() -> None:
    """Where imitation is not above innovation the first day is the best."""
    assert isinstance(Bass(1, 0.3, 0.2).peak_time, NotEstimable)
    assert isinstance(Bass(1, 0.3, 0.2).peak, NotEstimable)


def test_adopter_classes_are_cuts_of_time() -> None:
    """Of a normal course the shares are 2.28, 13.59, 34.13, 34.13 and 15.87 % by construction (Rogers)."""
    times = np.random.default_rng(3).standard_normal(200_000)
    shares = np.bincount(adopter_classes(times), minlength=5) / times.size
    assert shares == pytest.approx([0.0228, 0.1359, 0.3413, 0.3413, 0.1587], abs=0.004)
    assert len(ADOPTERS) == 5


def test_who_has_not_adopted_is_no_laggard() -> None:
    """Missing times are in no class."""
    classes = adopter_classes([1.0, 2.0, 3.0, np.nan])
    assert not isinstance(classes, NotEstimable)
    assert classes[3] == -1
    assert isinstance(adopter_classes([1.0, np.nan]), NotEstimable)
    assert isinstance(adopter_classes([2.0, 2.0]), NotEstimable)


@pytest.mark.parametrize(
    ("staff", "turnover", "balance", "size"),
    [
        (249, 51e6, 42e6, "medium"),
        (250, 1e6, 1e6, "large"),
        (9, 3e6, 3e6, "small"),
        (9, 2e6, 9e9, "micro"),
        (9, 9e9, 2e6, "micro"),
        (10, 1e6, 1e6, "small"),
        (49, 10e6, 99e6, "small"),
        (50, 1e6, 1e6, "medium"),
        (200, 51e6, 44e6, "large"),
    ],
)
def test_the_european_size_classes_at_their_edges(staff: float, turnover: float, balance: float, size: str) -> None:
    """Staff strictly below, turnover or balance up to its limit (2003/361/EC)."""
    assert SIZES[eu_size_class([staff], [turnover], [balance])[0]] == size


def test_what_is_unknown_is_not_guessed() -> None:
    """Many staff are large whatever the money; few staff alone settle nothing."""
    nan = math.nan
    assert eu_size_class([300, 5, 5, nan], [nan, nan, 1e6, 1e6], [nan, nan, nan, 1e6]).tolist() == [3, -1, 0, -1]


def test_sizes_refuse_what_cannot_be() -> None:
    """Negative staff and arrays that do not fit, both told."""
    with pytest.raises(EstimationError) as caught:
        eu_size_class([-1, 2], [1], [1])
    assert {problem.code for problem in caught.value.problems} == {"LENGTH_MISMATCH", "VALUE_NEGATIVE"}
