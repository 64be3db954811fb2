"""Growth: parts that add up, intervals that cover, trends that say what they mean."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.growth import GrowthSplit, Trend, growth_intervals, share_trend, split_growth
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable


def one(before: tuple[float, float, float], after: tuple[float, float, float]) -> GrowthSplit:
    """The split of one segment from (customers, orders, revenue) of both periods."""
    pairs = [[list(pair)] for pair in zip(before, after, strict=True)]
    return split_growth(*pairs)


def parts(found: GrowthSplit) -> tuple[float, float, float]:
    return float(found.customers[0]), float(found.frequency[0]), float(found.value[0])


def test_growth_by_one_factor_is_that_factor() -> None:
    """Twice the customers, twice the orders each, twice the value of an order: each alone takes all of the change."""
    assert parts(one((10, 20, 100.0), (20, 40, 200.0))) == pytest.approx((100.0, 0.0, 0.0))
    assert parts(one((10, 20, 100.0), (10, 40, 200.0))) == pytest.approx((0.0, 100.0, 0.0))
    assert parts(one((10, 20, 100.0), (10, 20, 200.0))) == pytest.approx((0.0, 0.0, 100.0))


def test_three_equal_factors_share_equally() -> None:
    """All three doubled: 100 becomes 800, and each is given a third of the 700."""
    assert parts(one((10, 20, 100.0), (20, 80, 800.0))) == pytest.approx((700 / 3,) * 3)


def test_parts_are_means_over_all_orders_of_change() -> None:
    """Shapley values by their definition: six orders of three factors."""
    before, after = (7.0, 21.0, 315.0), (11.0, 44.0, 308.0)
    factors = [(7.0, 3.0, 15.0), (11.0, 4.0, 7.0)]
    expected = np.zeros(3)
    for order in permutations(range(3)):
        state = list(factors[0])
        for place in order:
            worth = np.prod(state)
            state[place] = factors[1][place]
            expected[place] += (np.prod(state) - worth) / 6
    assert parts(one(before, after)) == pytest.approx(tuple(expected))


amounts = st.floats(-1e6, 1e6)
counts = st.integers(1, 10_000)


@settings(max_examples=60, deadline=None)
@given(counts, counts, counts, counts, amounts, amounts)
def test_parts_add_up_whatever_happens(n0: int, n1: int, extra0: int, extra1: int, r0: float, r1: float) -> None:
    """Revenue may fall below 0 by returns: customers, frequency and value still make the change."""
    found = one((n0, n0 + extra0, r0), (n1, n1 + extra1, r1))
    assert sum(parts(found)) == pytest.approx(r1 - r0, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(counts, counts, amounts, amounts)
def test_going_back_turns_every_part_around(n0: int, n1: int, r0: float, r1: float) -> None:
    """Exchanging the periods changes the sign of each part, so that neither period is the privileged one."""
    there, back = one((n0, n0 * 2, r0), (n1, n1 * 3, r1)), one((n1, n1 * 3, r1), (n0, n0 * 2, r0))
    assert parts(there) == pytest.approx(tuple(-part for part in parts(back)), abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after", "course"),
    [
        ((0, 0, 0.0), (5, 9, 90.0), "new"),
        ((5, 9, 90.0), (0, 0, 0.0), "vanished"),
        ((0, 0, 0.0), (0, 0, 0.0), "silent"),
        ((5, 9, 90.0), (0, 0, -12.0), "vanished"),
        ((5, 9, 90.0), (5, 9, 90.0), "continuing"),
    ],
)
def test_new_and_vanished_segments_change_by_customers(before: Any, after: Any, course: str) -> None:
    """Where nothing was bought there is no frequency or value: the whole change counts under customers."""
    found = one(before, after)
    assert found.course == (course,)
    assert parts(found) == pytest.approx((after[2] - before[2], 0.0, 0.0))


def test_growth_from_nothing_has_no_rate() -> None:
    """A rate needs earlier revenue above 0."""
    assert np.isnan(one((0, 0, 0.0), (5, 9, 90.0)).rate[0])
    assert np.isnan(one((1, 1, -5.0), (5, 9, 90.0)).rate[0])
    assert one((1, 1, 50.0), (5, 9, 90.0)).rate[0] == pytest.approx(0.8)


def test_all_mistakes_of_a_split_are_told() -> None:
    """Negative counts and missing amounts come together; orders without customers are found after."""
    with pytest.raises(EstimationError) as told:
        split_growth([[-1.0, 2.0]], [[1.0, 2.0]], [[np.nan, 2.0]])
    assert {problem.code for problem in told.value.problems} == {"VALUE_NEGATIVE", "VALUE_NOT_FINITE"}
    with pytest.raises(EstimationError, match="orders have customers"):
        split_growth([[0.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(EstimationError, match="Two periods"):
        split_growth([1.0, 2.0], [[1.0, 2.0]], [[1.0, 2.0]])


# ---- intervals


def customers(seed: int, size: int, growth: float = 1.0) -> np.ndarray:
    """Facts of customers, shape (n, 6): orders by Poisson, money by order."""
    chance = np.random.default_rng(seed)
    orders = np.column_stack([chance.poisson(1.5, size), chance.poisson(1.5 * growth, size)])
    money = orders * chance.gamma(4, 5, (size, 2))
    return np.column_stack([orders[:, 0] > 0, orders[:, 0], money[:, 0], orders[:, 1] > 0, orders[:, 1], money[:, 1]])


def sums_of(facts: np.ndarray) -> tuple[list[float], np.ndarray, np.ndarray]:
    return [float(len(facts))], facts.sum(axis=0)[None], (facts.T @ facts)[None]


def test_intervals_from_sums_agree_with_a_bootstrap_over_customers() -> None:
    """Drawing customers with replacement a thousand times gives the same ends within a tenth of their width."""
    facts = customers(0, 400)
    found = growth_intervals(*sums_of(facts), draws=4000)
    chance = np.random.default_rng(1)
    drawn = np.array([facts[chance.integers(0, 400, 400)].sum(axis=0) for _ in range(1000)])
    split = split_growth(*(drawn[:, [place, place + 3]] for place in range(3)))
    for name in ("change", "customers", "frequency", "value", "rate"):
        ends = np.quantile(getattr(split, name), [0.025, 0.975])
        assert getattr(found, name)[0] == pytest.approx(ends, abs=0.1 * np.ptp(ends))


def test_intervals_cover_the_true_growth() -> None:
    """Growth of a tenth is inside the interval in at least 90 of 100 bases, at a level of 95 %."""
    inside = 0
    for seed in range(100):
        low, high = growth_intervals(*sums_of(customers(seed, 300, 1.1)), draws=400, random_state=seed).rate[0]
        inside += low <= 0.1 <= high
    assert inside >= 90


def test_intervals_are_the_same_for_the_same_seed_and_order() -> None:
    """Shuffled customers leave sums, and so intervals, as they were; segments do not disturb each other."""
    facts = customers(2, 100)
    count, total, cross = sums_of(facts)
    shuffled = sums_of(facts[np.random.default_rng(0).permutation(100)])
    one_way = growth_intervals(count, total, cross).change
    assert growth_intervals(*shuffled).change == pytest.approx(one_way)
    twice = growth_intervals(count * 2, np.repeat(total, 2, axis=0), np.repeat(cross, 2, axis=0)).change
    assert twice == pytest.approx(np.repeat(one_way, 2, axis=0))


def test_one_customer_has_no_interval() -> None:
    """Of one customer nothing is known about others like it."""
    found = growth_intervals(*sums_of(customers(0, 1)))
    assert np.isnan(found.change).all()


def test_customers_who_are_all_alike_leave_no_doubt() -> None:
    """Without variation low equals high."""
    facts = np.tile([1.0, 2.0, 10.0, 1.0, 3.0, 15.0], (50, 1))
    found = growth_intervals(*sums_of(facts))
    assert found.change[0] == pytest.approx([250.0, 250.0], abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"counts": [0.0]}, "VALUE_NOT_FINITE"),
        ({"sums": [[1.0]]}, "SHAPE_WRONG"),
        ({"level": 1.0}, "LEVEL_OUT_OF_RANGE"),
        ({"draws": 10}, "DRAWS_TOO_FEW"),
    ],
)
def test_wrong_sums_are_refused(changed: dict[str, Any], code: str) -> None:
    """Empty segments, wrong shapes, levels and draws."""
    count, total, cross = sums_of(customers(0, 10))
    with pytest.raises(EstimationError) as told:
        growth_intervals(**({"counts": count, "sums": total, "products": cross} | changed))
    assert told.value.code == code


# ---- trends


def trend(counts: Any, totals: Any) -> Trend:
    found = share_trend(counts, totals)
    assert isinstance(found, Trend)
    return found


def test_a_known_trend_comes_back() -> None:
    """Odds that double from period to period give a growth of one, with shares at the ends as fitted."""
    odds = 0.01 * 2.0 ** np.arange(5)
    totals = np.full(5, 1e7)
    found = trend(np.round(totals * odds / (1 + odds)), totals)
    assert found.growth == pytest.approx(1.0, abs=1e-4)
    assert found.first_share == pytest.approx(0.01 / 1.01, abs=1e-5)
    assert found.dispersion == 1.0


def test_a_small_rising_segment_is_an_emerging_niche_and_a_large_one_is_not() -> None:
    """Both rise beyond doubt; only the one that stays below a tenth of the base is a niche."""
    totals = np.full(8, 10_000)
    small, large = np.array([100, 120, 145, 170, 205, 245, 290, 350]), np.full(8, 10_000) * np.linspace(0.2, 0.4, 8)
    assert trend(small, totals).emerging_niche
    assert trend(large, totals).rising
    assert not trend(large, totals).emerging_niche


def test_a_base_that_grows_as_a_whole_has_no_trend_of_shares() -> None:
    """When everybody grows alike, no segment emerges."""
    totals = np.array([1000, 1500, 2200, 3300, 5000])
    found = trend(totals * 0.05, totals)
    assert found.growth == pytest.approx(0.0, abs=1e-6)
    assert not found.rising


def test_one_jump_is_no_trend() -> None:
    """Counts that scatter more than chance widen the interval until nothing is claimed."""
    found = trend([50, 50, 50, 400, 50, 50, 50, 60], np.full(8, 10_000))
    assert found.dispersion > 10
    assert not found.rising


def test_no_false_trends_beyond_the_level() -> None:
    """In 300 worlds without a trend, at most one in twenty is called rising."""
    chance = np.random.default_rng(0)
    rising = sum(trend(chance.binomial(2000, 0.05, 8), np.full(8, 2000)).rising for _ in range(300))
    assert rising <= 15


@pytest.mark.parametrize(
    ("counts", "totals", "words"),
    [
        ([1, 2, 3], [10, 10, 10], "at least 4"),
        ([0, 0, 0, 5], [10, 10, 10, 10], "fewer than two periods"),
        ([10, 10, 10, 10], [10, 10, 10, 10], "nothing else"),
        ([0, 0, 10_000, 10_000], [10_000] * 4, "no trend"),
    ],
)
def test_trends_refuse_with_a_reason(counts: list[int], totals: list[int], words: str) -> None:
    """Too few periods, a segment seen once, a segment that is the base, and a switch."""
    found = share_trend(counts, totals)
    assert isinstance(found, NotEstimable)
    assert words in found.reason


def test_parts_larger_than_the_base_are_refused() -> None:
    """A share lies between 0 and 1."""
    with pytest.raises(EstimationError) as told:
        share_trend([5, 5, 5, 11], [10, 10, 10, 10])
    assert told.value.code == "SHARE_OVER_1"


# ---- further facts


@settings(max_examples=20, deadline=None)
@given(counts, counts, st.floats(0.1, 1e5), st.floats(0.1, 1e5), st.floats(0.01, 100))
def test_parts_follow_the_currency(n0: int, n1: int, r0: float, r1: float, rate: float) -> None:
    """In another currency every part is the same share of the change."""
    one_way = parts(one((n0, n0 * 2, r0), (n1, n1 * 3, r1)))
    other = parts(one((n0, n0 * 2, r0 * rate), (n1, n1 * 3, r1 * rate)))
    assert other == pytest.approx(tuple(part * rate for part in one_way), rel=1e-6, abs=1e-6)


def test_segments_are_split_each_for_itself() -> None:
    """Rows do not disturb one another, whatever their order."""
    active, placed = np.array([[10.0, 20.0], [0.0, 5.0], [7.0, 7.0]]), np.array([[20.0, 30.0], [0.0, 9.0], [8.0, 21.0]])
    money = np.array([[100.0, 180.0], [-3.0, 90.0], [80.0, 70.0]])
    together = split_growth(active, placed, money)
    turned = split_growth(active[::-1], placed[::-1], money[::-1])
    for name in ("customers", "frequency", "value", "change"):
        assert getattr(turned, name)[::-1] == pytest.approx(getattr(together, name))
    assert together.course == ("continuing", "new", "continuing")
    alone = split_growth(active[2:], placed[2:], money[2:])
    assert alone.frequency[0] == pytest.approx(together.frequency[2])


def test_an_empty_list_of_segments_has_an_empty_answer() -> None:
    """No segments, no parts."""
    nothing = np.zeros((0, 2))
    assert split_growth(nothing, nothing, nothing).change.shape == (0,)


def test_parts_of_intervals_hold_the_parts() -> None:
    """Every estimate lies inside its own interval on a base of ordinary size."""
    facts = customers(7, 500, 1.2)
    found = growth_intervals(*sums_of(facts))
    total = facts.sum(axis=0)
    split = one(tuple(total[:3]), tuple(total[3:]))
    for name in ("customers", "frequency", "value", "change", "rate"):
        low, high = getattr(found, name)[0]
        assert low <= getattr(split, name)[0] <= high


def test_intervals_narrow_with_the_root_of_the_customers() -> None:
    """Four times the customers halve the width of the rate's interval, within a fifth."""
    small, large = customers(3, 400), customers(3, 1600)
    widths = [float(np.ptp(growth_intervals(*sums_of(facts)).rate[0])) for facts in (small, large)]
    assert widths[1] == pytest.approx(widths[0] / 2, rel=0.2)


def test_a_higher_level_is_wider() -> None:
    """99 % holds 90 %."""
    sums = sums_of(customers(1, 200))
    wide, narrow = (growth_intervals(*sums, level=level).change[0] for level in (0.99, 0.90))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_the_rate_is_open_where_earlier_revenue_may_be_nothing() -> None:
    """One buyer among many: drawn totals fall to 0 or below, and the rate has no interval."""
    facts = np.zeros((50, 6))
    facts[0] = [1, 1, 5.0, 1, 1, 5.0]
    assert np.isnan(growth_intervals(*sums_of(facts)).rate).all()


def test_the_trend_agrees_with_scikit_learn() -> None:
    """The slope of an unpenalized logistic regression on single buyers, from another implementation."""
    from sklearn.linear_model import LogisticRegression

    part, whole = np.array([30, 45, 50, 80, 90]), np.array([900, 1000, 950, 1100, 1000])
    period = np.repeat(np.arange(5), 2)
    outcome = np.tile([1, 0], 5)
    weight = np.column_stack([part, whole - part]).ravel()
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(period[:, None], outcome, weight)
    assert trend(part, whole).growth == pytest.approx(float(np.expm1(theirs.coef_[0, 0])), rel=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(5, 95), min_size=4, max_size=10))
def test_looking_back_turns_the_trend_around(part: list[int]) -> None:
    """Reversed in time, odds fall by the same factor as they rose, and the interval with them."""
    whole = [100] * len(part)
    there, back = trend(part, whole), trend(part[::-1], whole)
    assert (1 + there.growth) * (1 + back.growth) == pytest.approx(1.0)
    assert (1 + there.low) * (1 + back.high) == pytest.approx(1.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(5, 95), min_size=4, max_size=10))
def test_a_segment_and_the_rest_have_opposite_trends(part: list[int]) -> None:
    """What one gains in odds the rest loses."""
    whole = np.full(len(part), 100)
    inside, outside = trend(part, whole), trend(whole - np.array(part), whole)
    assert (1 + inside.growth) * (1 + outside.growth) == pytest.approx(1.0)
    assert inside.first_share + outside.first_share == pytest.approx(1.0)
