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
