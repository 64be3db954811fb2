"""Effect sizes, corrected tests and markers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from segmentry.science.effects import (
    group_moments,
    holm,
    marker_variables,
    metric_effect,
    mid_ranks,
    nominal_effect,
    overlap_coefficient,
    standardized_differences,
)
from segmentry.science.sparse import chance_of_strata


def test_metric_effect_agrees_with_kruskal_wallis_ties_and_all() -> None:
    """H and p are scipy's, which corrects for ties; eta squared is H over n - 1."""
    random = np.random.default_rng(1)
    values, groups = random.integers(0, 6, 300).astype(float), random.integers(0, 3, 300)
    values[groups == 2] += 1
    found = metric_effect(values, groups)
    wanted = stats.kruskal(*(values[groups == each] for each in range(3)))
    assert found.statistic == pytest.approx(wanted.statistic)
    assert found.p == pytest.approx(wanted.pvalue)
    assert found.size == pytest.approx(wanted.statistic / 299)


def test_unknown_values_are_left_out_and_counted() -> None:
    """An unknown value is no value: the effect rests on the known rows alone."""
    found = metric_effect([1.0, 2.0, np.nan, 3.0], [0, 0, 1, 1])
    assert found.rows == 3
    assert found.size == metric_effect([1.0, 2.0, 3.0], [0, 0, 1]).size


@pytest.mark.parametrize(("values", "groups"), [([5.0] * 6, [0, 1] * 3), ([1.0, 2.0], [0, 0]), ([], [])])
def test_metric_effect_is_nothing_where_nothing_can_differ(values: list[float], groups: list[int]) -> None:
    """A constant, a single group and no rows all mean no effect and p of 1, not an error."""
    found = metric_effect(values, groups)
    assert (found.size, found.p) == (0.0, 1.0)


def test_nominal_effect_agrees_with_the_chi_squared_test() -> None:
    """Statistic and p are scipy's without continuity correction; V is its root over rows and smaller side."""
    table = np.array([[30, 10, 5], [10, 40, 15]])
    found = nominal_effect(table)
    wanted = stats.chi2_contingency(table, correction=False)
    assert found.statistic == pytest.approx(wanted.statistic)
    assert found.p == pytest.approx(wanted.pvalue)
    assert found.size == pytest.approx((wanted.statistic / table.sum()) ** 0.5)


def test_cramers_v_is_one_where_groups_are_the_levels_and_zero_where_shares_agree() -> None:
    """The two ends of the scale."""
    assert nominal_effect(np.diag([5, 9, 2])).size == pytest.approx(1.0)
    assert nominal_effect([[10, 20], [30, 60]]).size == pytest.approx(0.0, abs=1e-12)
    assert nominal_effect([[10, 0], [30, 0]]).p == 1.0


def test_sparse_tables_of_four_are_fishers() -> None:
    """The exact test of scipy where both tails have tables as far from what is expected; by hand where they differ."""
    for table in ([[2, 8], [30, 970]], [[1, 3], [3, 1]], [[4, 0], [0, 4]]):
        assert nominal_effect(table).p == pytest.approx(stats.fisher_exact(table).pvalue)
    outer = stats.hypergeom(1010, 300, 10).pmf([0, 6, 7, 8, 9, 10]).sum()
    assert nominal_effect([[0, 10], [300, 700]]).p == pytest.approx(outer)


def test_strata_are_put_together_exactly() -> None:
    """Two strata: the sum of two hypergeometric counts, by hand; one stratum is Fisher's test, an empty one nothing."""
    strata = np.array([[[2, 1], [1, 4]], [[3, 0], [1, 3]]], dtype=float)
    first, second = stats.hypergeom(8, 3, 3).pmf(range(4)), stats.hypergeom(7, 4, 3).pmf(range(4))
    sums = {low + high: 0.0 for low in range(4) for high in range(4)}
    for low in range(4):
        for high in range(4):
            sums[low + high] += first[low] * second[high]
    middle = 9 / 8 + 12 / 7
    wanted = sum(chance for total, chance in sums.items() if abs(total - middle) >= 5 - middle - 1e-9)
    assert chance_of_strata(strata) == pytest.approx(wanted)
    assert chance_of_strata(strata[:1]) == pytest.approx(stats.fisher_exact(strata[0]).pvalue)
    assert chance_of_strata(np.concatenate([strata, np.zeros((1, 2, 2))])) == pytest.approx(wanted)
    assert chance_of_strata(np.array([[[0.0, 3.0], [0.0, 9.0]]])) == 1.0


def test_a_title_ahead_by_chance_inside_industries_is_no_finding() -> None:
    """Ten leads against 600 in four industries at a rate of 2 %: p below .005 in under 1 % of 1,000 worlds."""
    random = np.random.default_rng(6)
    sizes = np.array([[3, 150], [3, 150], [2, 150], [2, 150]])
    found = []
    for _ in range(1_000):
        converted = random.binomial(sizes, 0.02)
        found.append(chance_of_strata(np.stack([converted, sizes - converted], axis=2).astype(float)))
    assert np.mean(np.array(found) < 0.005) < 0.01


def test_rare_outcomes_of_a_few_are_no_finding() -> None:
    """Ten against a thousand at a rate of 3 %: p below .005 comes in under 1 % of worlds; chi-squared tells 3 %."""
    random = np.random.default_rng(3)
    few, many = random.binomial(10, 0.03, 2_000), random.binomial(1_000, 0.03, 2_000)
    found = [nominal_effect([[one, 10 - one], [other, 1_000 - other]]).p for one, other in zip(few, many, strict=True)]
    assert np.mean(np.array(found) < 0.005) < 0.01


def test_many_rare_levels_are_no_finding() -> None:
    """30 rare levels in four groups of 100 customers: p below .05 comes in 3 to 7 %; chi-squared tells 15 %."""
    random = np.random.default_rng(4)
    found = []
    for _ in range(300):
        shares = random.dirichlet(np.full(30, 0.3))
        table = np.zeros((30, 4))
        np.add.at(table, (random.choice(30, 100, p=shares), random.choice(4, 100, p=[0.85, 0.1, 0.03, 0.02])), 1)
        found.append(nominal_effect(table).p)
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.08


def test_a_sparse_table_that_does_differ_is_found() -> None:
    """Three levels in three groups without a mistake, nine customers in all: one of 280 tables, and six names of it."""
    p = nominal_effect(np.diag([3, 3, 3])).p
    assert p == pytest.approx(6 / 1680, rel=0.25)
    assert nominal_effect(np.diag([3, 3, 3])[::-1]).p == p


def test_a_rare_yes_as_a_number_is_tested_as_a_table() -> None:
    """1 and 0 of ten against a thousand give the p of the table, not that of chi-squared."""
    values = np.concatenate([[1, 1], np.zeros(8), np.ones(30), np.zeros(970)])
    groups = np.repeat([0, 1], [10, 1000])
    assert metric_effect(values, groups).p == pytest.approx(nominal_effect([[2, 8], [30, 970]]).p)


def test_rare_ratings_are_held_against_tables_with_the_same_margins() -> None:
    """Ratings of which 97 % are alike, ten customers against 500: the level is kept under 1 % at .005."""
    random = np.random.default_rng(5)
    groups = np.repeat([0, 1], [10, 500])
    found = [metric_effect(random.choice([5.0, 4.0, 1.0], 510, p=[0.97, 0.02, 0.01]), groups).p for _ in range(300)]
    assert np.mean(np.array(found) < 0.005) <= 0.01


def test_holm_is_step_down() -> None:
    """Holm's own example form: .01, .04, .03, .005 become .03, .06, .06, .02."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_corrected_probabilities_are_never_smaller_and_keep_the_order(given_p: list[float]) -> None:
    """Correction only takes away confidence, at most Bonferroni's share, and never turns two tests round."""
    corrected = holm(given_p)
    assert (corrected >= np.array(given_p) - 1e-12).all()
    assert (corrected <= np.minimum(np.array(given_p) * len(given_p), 1.0) + 1e-12).all()
    order = np.argsort(given_p, kind="stable")
    assert (np.diff(corrected[order]) >= -1e-12).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_ranks_share_places_and_ignore_the_order_of_rows(values: list[int], random: object) -> None:
    """Mid-ranks are scipy's; shuffled rows carry the same ranks."""
    numbers = np.array(values, dtype=float)
    assert mid_ranks(numbers) == pytest.approx(stats.rankdata(numbers))
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert mid_ranks(numbers[order]) == pytest.approx(mid_ranks(numbers)[order])


def test_two_groups_a_fifth_of_a_deviation_apart_overlap_by_92_percent() -> None:
    """science.md, stereotype guard: d = 0.2 means an overlap of 0.92."""
    assert overlap_coefficient(0.2) == pytest.approx(0.92, abs=0.005)
    assert overlap_coefficient(0.0) == 1.0


def test_markers_follow_the_textbook_for_yes_and_no() -> None:
    """A share marks a group 25 points away, or half of the base's share away (Dolnicar, Grün & Leisch, step 6)."""
    means = [[0.76, 0.16, 0.55], [0.5, 0.1, 0.5]]
    marks = marker_variables(means, [0.5, 0.1, 0.5], [0.5, 0.3, 0.5], [True, True, True])
    assert marks.tolist() == [[True, True, False], [False, False, False]]


def test_markers_of_numbers_lie_half_a_deviation_away_and_constants_never_mark() -> None:
    """Numbers are judged in standard deviations of the base."""
    marks = marker_variables([[6.0, 10.4, 3.0]], [5.0, 10.0, 3.0], [2.0, 1.0, 0.0], [False, False, False])
    assert marks.tolist() == [[True, False, False]]
    assert standardized_differences([[4.0]], [3.0], [0.0]).tolist() == [[0.0]]


def test_moments_leave_unknown_values_out() -> None:
    """Counts, means and deviations per group rest on known values; one value has no deviation."""
    counts, means, deviations = group_moments(np.array([[1.0], [3.0], [np.nan], [7.0]]), np.array([0, 0, 0, 1]), 3)
    assert counts.ravel().tolist() == [2, 1, 0]
    assert means[:2].ravel().tolist() == [2.0, 7.0]
    assert np.isnan(means[2, 0])
    assert deviations[0, 0] == pytest.approx(2**0.5)
    assert np.isnan(deviations[1, 0])
