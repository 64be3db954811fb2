"""Assumptions tested: verdicts, directions and errors, against figures by other ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from segmentry.science.assumptions import Measured, go_together, mean_beyond, means_differ, rule, share_beyond
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable


def told(answer: Measured | NotEstimable) -> Measured:
    assert isinstance(answer, Measured)
    return answer


def verdict(*answers: Measured | NotEstimable) -> list[str]:
    return [each.verdict for each in rule(answers)]


def mirrored(values: np.ndarray) -> np.ndarray:
    """Values with their mirror images about their mean: they lean to no side."""
    return np.concatenate([values, 2 * values.mean() - values])


def test_a_share_is_tested_exactly() -> None:
    """Both tails are those of scipy's binomial test; the interval is Wilson's (H: Brown, Cai & DasGupta 2001)."""
    found = told(share_beyond(30, 100, 0.2))
    assert found.p_for == pytest.approx(stats.binomtest(30, 100, 0.2, "greater").pvalue)
    assert found.p_against == pytest.approx(stats.binomtest(30, 100, 0.2, "less").pvalue)
    wilson = stats.binomtest(30, 100).proportion_ci(method="wilson")
    assert (found.estimate.low, found.estimate.high) == pytest.approx((wilson.low, wilson.high))


def test_nobody_in_a_segment_contradicts_a_share() -> None:
    """No member of 100 where more than 20 % were said; the edge of the binomial does not break."""
    found = told(share_beyond(0, 100, 0.2))
    assert found.p_for == 1.0
    assert verdict(found) == ["contradicted"]
    assert verdict(told(share_beyond(0, 100, 0.2, more=False))) == ["supported"]


def test_means_are_compared_as_welch_does() -> None:
    """Probability and interval of values that lean to no side are those of scipy's Welch test."""
    random = np.random.default_rng(1)
    left, right = mirrored(random.normal(1.0, 2.0, 30)), mirrored(random.normal(0.0, 1.0, 20))
    found, other = told(means_differ(left, right)), stats.ttest_ind(left, right, equal_var=False)
    assert found.p == pytest.approx(other.pvalue)
    interval = other.confidence_interval()
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high))
    assert verdict(found) == ["supported"]
    assert verdict(told(means_differ(left, right, more=False))) == ["contradicted"]


def test_a_mean_is_held_against_a_bound() -> None:
    """As scipy's one-sample test, for values that lean to no side."""
    values = mirrored(np.random.default_rng(2).normal(5.0, 1.0, 25))
    found = told(mean_beyond(values, 4.0))
    assert found.p_for == pytest.approx(stats.ttest_1samp(values, 4.0, alternative="greater").pvalue)
    assert verdict(told(mean_beyond(values, 7.0))) == ["contradicted"]


def test_means_of_amounts_are_not_told_from_the_truth() -> None:
    """Log-normal amounts against their true mean: under 7 % of 400 worlds decided; Student's t decides 10 to 24 %."""
    random = np.random.default_rng(8)
    for spread, rows in ((1.0, 50), (1.5, 20), (1.5, 200)):
        truth = float(np.exp(spread**2 / 2))
        worlds = random.lognormal(0.0, spread, (400, rows))
        assert sum(verdict(mean_beyond(each, truth)) != ["open"] for each in worlds) < 28


def test_amounts_of_two_groups_that_are_alike_are_not_told_apart() -> None:
    """50 customers against 500 with the same log-normal amounts: under 8 % decided; Welch's t decides 8 to 12 %."""
    random = np.random.default_rng(9)
    for spread in (1.0, 1.5):
        decided = [
            verdict(means_differ(random.lognormal(0, spread, 50), random.lognormal(0, spread, 500))) != ["open"]
            for _ in range(300)
        ]
        assert sum(decided) < 25


def test_the_interval_of_a_mean_covers_and_leans() -> None:
    """Of 300 worlds of log-normal amounts, 92 % or more hold the true mean; the longer side is the upper one."""
    random = np.random.default_rng(10)
    found = [told(mean_beyond(random.lognormal(0.0, 0.4, 200), 1.0)).estimate for _ in range(300)]
    truth = float(np.exp(0.08))
    assert sum(each.low <= truth <= each.high for each in found) >= 276
    assert np.mean([each.high + each.low - 2 * each.value for each in found]) > 0


def test_one_customer_who_makes_the_mean_proves_nothing() -> None:
    """99 who spend about 1 and one who spends 10,000: the reason tells how many would be needed."""
    values = np.append(np.linspace(0.5, 1.5, 99), 10_000.0)
    found = mean_beyond(values, 5.0)
    assert isinstance(found, NotEstimable)
    assert "about 1,000 are needed" in found.reason


@pytest.mark.parametrize("constant", [0.1, 0.3, 1 / 3])
def test_equal_values_tell_nothing_whatever_they_are(constant: float) -> None:
    """A mean of tenths is a little off by rounding; that is no spread, and proves no difference."""
    for rows in (13, 20, 30):
        assert isinstance(mean_beyond([constant] * rows, 5.0), NotEstimable)
        assert isinstance(means_differ([constant] * rows, [0.7] * rows), NotEstimable)


def test_numbers_go_together_by_rank() -> None:
    """Spearman's correlation and probability as scipy gives them."""
    random = np.random.default_rng(3)
    left = random.normal(size=200)
    right = np.exp(left + random.normal(size=200))
    found, other = told(go_together(left, right)), stats.spearmanr(left, right)
    assert found.estimate.value == pytest.approx(other.statistic)
    assert found.p_for == pytest.approx(other.pvalue)
    assert verdict(found) == ["supported"]


def test_having_nothing_to_do_with_each_other_can_be_shown() -> None:
    """At 20,000 rows a correlation near 0 is surely smaller than what is worth a word; at 100 it stays open."""
    random = np.random.default_rng(4)
    left, right = random.normal(size=20_000), random.normal(size=20_000)
    assert verdict(go_together(left, right)) == ["contradicted"]
    assert verdict(go_together(left[:100], right[:100])) == ["open"]


def test_a_small_correlation_that_is_sure_is_not_called_none() -> None:
    """0.15 at 5,000 rows: supported, though small; its opposite is not."""
    random = np.random.default_rng(5)
    left = random.normal(size=5_000)
    found = told(go_together(left, 0.15 * left + random.normal(size=5_000)))
    assert verdict(found) == ["supported"]
    assert found.p_against > 0.5


def test_names_and_numbers() -> None:
    """Eta squared for a name and a number, whichever comes first; Cramér's V for two names."""
    names = [["low", "high"][place % 2] for place in range(200)]
    numbers = np.array([place % 2 + 0.1 * (place % 7) for place in range(200)], dtype=float)
    one, other = told(go_together(names, numbers)), told(go_together(numbers, names))
    assert one.estimate.value == pytest.approx(other.estimate.value)
    assert (one.method, told(go_together(names, names[::-1])).method) == ("Kruskal-Wallis test", "chi-squared test")
    assert verdict(one) == ["supported"]


@pytest.mark.parametrize(("rise", "truth"), [(0.0, 0.0), (0.3, 0.0979)])
def test_the_interval_of_eta_squared_covers(rise: float, truth: float) -> None:
    """Four groups of 25: of 200 worlds, 91 % or more hold the truth, nothing at all included."""
    random = np.random.default_rng(11)
    held = 0
    for _ in range(200):
        groups = random.integers(0, 4, 100)
        found = told(go_together(random.normal(size=100) + rise * groups, [f"group {each}" for each in groups]))
        held += found.estimate.low <= truth <= found.estimate.high
    assert held >= 182


@pytest.mark.parametrize("truth", [0.0, 0.3, 0.6])
def test_the_interval_of_cramers_v_covers(truth: float) -> None:
    """Four by four names of 150: of 200 worlds, 91 % or more hold the truth, nothing at all included."""
    random = np.random.default_rng(12)
    chances = np.full(16, (1 - truth) / 16) + np.eye(4).ravel() * truth / 4
    held = 0
    for _ in range(200):
        cells = random.choice(16, 150, p=chances)
        left, right = [f"left {each}" for each in cells // 4], [f"right {each}" for each in cells % 4]
        found = told(go_together(left, right))
        held += found.estimate.low - 1e-9 <= truth <= found.estimate.high
    assert held >= 182


def test_a_name_for_each_customer_says_nothing() -> None:
    """40 customers with 40 names would be explained without rest; that is refused, not called an effect of 1."""
    names = [f"name {place}" for place in range(40)]
    for other in (np.arange(40.0), [f"other {place % 3}" for place in range(40)]):
        found = go_together(other, names)
        assert isinstance(found, NotEstimable)
        assert "40 names" in found.reason


def test_many_rare_names_count_together() -> None:
    """A name for each of 2,000 customers is no table of 2,000 columns, and goes with nothing."""
    random = np.random.default_rng(13)
    names = [f"name {place}" for place in range(2_000)]
    assert verdict(go_together(names, random.normal(size=2_000))) != ["supported"]


def test_traits_of_different_customers_are_not_compared() -> None:
    """Lengths that differ, and more members than customers, are mistakes."""
    with pytest.raises(EstimationError, match="lengths differ"):
        go_together(np.arange(40.0), np.arange(39.0))
    with pytest.raises(EstimationError, match="some of the trials"):
        share_beyond(3, 2, 0.5)


def test_unknown_values_are_left_out() -> None:
    """NaN and None count for nothing."""
    random = np.random.default_rng(6)
    left, right = random.normal(size=80), random.normal(size=80)
    gaps = np.concatenate([left, np.full(20, np.nan)])
    assert go_together(gaps, np.concatenate([right, random.normal(size=20)])) == go_together(left, right)
    names = ["a", "b"] * 40
    assert told(go_together([*names, None], np.append(left, 1.0))).customers == 80


def test_holm_keeps_twenty_guesses_from_being_a_finding() -> None:
    """One of twenty at p = 0.02 is open; alone it would be supported."""
    estimate = Estimate(0.0, -1.0, 1.0)
    lucky = Measured("t", estimate, 0.01, 0.99, 10)
    others = [Measured("t", estimate, 0.5, 0.5, 10) for _ in range(19)]
    assert verdict(lucky) == ["supported"]
    assert set(verdict(lucky, *others)) == {"open"}


def test_what_could_not_be_tested_stays_open_and_costs_the_others_nothing() -> None:
    """A refusal has no probability and does not count among the tests."""
    sure = Measured("t", Estimate(0.0, -1.0, 1.0), 0.02, 0.98, 10)
    found = rule([NotEstimable("why"), sure])
    assert (found[0].verdict, found[0].p_corrected) == ("open", None)
    assert found[1].p_corrected == pytest.approx(0.04)


def test_in_null_worlds_few_are_decided() -> None:
    """Two-sided tests of nothing at 5 %: of 200 single statements about means some 10 are decided, not 30."""
    random = np.random.default_rng(7)
    decided = [verdict(means_differ(random.normal(size=30), random.normal(size=30)))[0] != "open" for _ in range(200)]
    assert sum(decided) < 24


@settings(max_examples=20, deadline=None)
@given(members=st.integers(0, 50), bound=st.floats(0.05, 0.95))
def test_a_statement_and_its_opposite_change_sides(members: int, bound: float) -> None:
    """What speaks for more than a bound speaks against less, with the same probability."""
    more, less = told(share_beyond(members, 50, bound)), told(share_beyond(members, 50, bound, more=False))
    assert (more.p_for, more.p_against) == (less.p_against, less.p_for)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (share_beyond(0, 0, 0.5), "no customers"),
        (means_differ([1.0] * 3, [2.0] * 30), "3 and 30"),
        (means_differ([1.0] * 30, [2.0] * 30), "do not differ"),
        (mean_beyond([np.nan] * 30, 1.0), "known of 0"),
        (go_together([1.0] * 50, list(range(50))), "the same for everybody"),
        (go_together([1.0, 2.0], [1.0, 2.0]), "30 are needed"),
    ],
)
def test_too_little_is_refused_with_the_reason(answer: Measured | NotEstimable, reason: str) -> None:
    """Never p = 1 for what cannot be told."""
    assert isinstance(answer, NotEstimable)
    assert reason in answer.reason
