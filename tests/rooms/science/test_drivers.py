"""Drivers: shares add up, planted drivers come back, and in null worlds nothing is claimed."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science import Driver, Drivers, find_drivers, shapley_shares
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

Array = np.ndarray


def world(rows: int, effects: list[float], seed: int = 0, overlap: float = 0.0) -> tuple[Array, Array]:
    """Drivers with a common part, and an outcome with unit noise."""
    random = np.random.default_rng(seed)
    common = random.standard_normal((rows, 1)) * overlap
    drivers = random.standard_normal((rows, len(effects))) + common
    return drivers, drivers @ np.array(effects) + random.standard_normal(rows)


def found(drivers: Array, outcome: Array, *told: object, draws: int = 60) -> Drivers:
    answer = find_drivers(drivers, outcome, *told, draws=draws)  # type: ignore[arg-type]
    assert isinstance(answer, Drivers)
    return answer


def shares(answer: Drivers) -> Array:
    return np.array([each.share.value for each in answer.drivers])


def r_squared(drivers: Array, outcome: Array) -> float:
    """By ordinary least squares, another way than the one that is tested."""
    table = np.column_stack([np.ones(len(outcome)), drivers])
    fitted = table @ np.linalg.lstsq(table, outcome, rcond=None)[0]
    return float(1 - ((outcome - fitted) ** 2).sum() / ((outcome - outcome.mean()) ** 2).sum())


def by_orders(drivers: Array, outcome: Array) -> Array:
    """The definition: the mean gain over all orders of adding drivers."""
    count = drivers.shape[1]
    gains = np.zeros(count)
    orders = list(permutations(range(count)))
    for order in orders:
        before = 0.0
        for place in range(count):
            after = r_squared(drivers[:, order[: place + 1]], outcome)
            gains[order[place]] += after - before
            before = after
    return gains / len(orders)


def test_shares_are_the_mean_gain_over_all_orders() -> None:
    """Four correlated drivers: the same as adding them in each of the 24 orders (Lindeman, Merenda & Gold 1980)."""
    drivers, outcome = world(120, [1.0, 0.5, 0.0, -0.7], overlap=1.0)
    assert shares(found(drivers, outcome)) == pytest.approx(by_orders(drivers, outcome), abs=1e-10)


def test_two_drivers_in_closed_form() -> None:
    """With correlations .5, .4 and .3 between them: (r1^2 + R^2 - r2^2) / 2 each."""
    matrix = np.array([[1, 0.3, 0.5], [0.3, 1, 0.4], [0.5, 0.4, 1]])
    whole = (0.25 + 0.16 - 2 * 0.5 * 0.4 * 0.3) / (1 - 0.09)
    assert shapley_shares(matrix) == pytest.approx([(0.25 + whole - 0.16) / 2, (0.16 + whole - 0.25) / 2])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0, 2))
def test_shares_add_up_to_what_all_explain(seed: int, count: int, overlap: float) -> None:
    """Never negative, and their sum is R squared of ordinary least squares."""
    drivers, outcome = world(90, [0.4] * count, seed, overlap)
    answer = found(drivers, outcome, draws=10)
    assert answer.explained.value == pytest.approx(r_squared(drivers, outcome), abs=1e-9)
    assert shares(answer).sum() == pytest.approx(answer.explained.value)
    assert shares(answer).min() > -1e-12


def test_neither_order_of_rows_nor_unit_matters() -> None:
    """Shuffled and stretched: the same figures, intervals and chance included."""
    drivers, outcome = world(200, [1.0, 0.2])
    moved = np.random.default_rng(3).permutation(200)
    assert found(drivers[moved], outcome[moved]) == found(drivers, outcome)
    stretched = found(drivers * [10, 0.1] + 5, outcome * 100)
    assert shares(stretched) == pytest.approx(shares(found(drivers, outcome)))


def test_planted_drivers_are_found_beyond_chance() -> None:
    """Two of four drivers matter; only they are claimed, the stronger one first."""
    answer = found(*world(600, [1.0, 0.0, 0.5, 0.0]), draws=200)
    assert [each.beyond_chance for each in answer.drivers] == [True, False, True, False]
    assert answer.drivers[0].share.value > answer.drivers[2].share.value
    for each, truth in zip(answer.drivers, (1 / 2.25, 0, 0.25 / 2.25, 0), strict=True):
        assert each.share.low - 0.01 <= truth <= each.share.high + 0.01
    assert sum(each.relative for each in answer.drivers) == pytest.approx(1)


def test_a_twin_of_a_driver_shares_with_it() -> None:
    """A copy of a driver gets exactly half: shares tell of what goes together, not of causes."""
    drivers, outcome = world(300, [1.0, 0.5])
    answer = found(np.column_stack([drivers, drivers[:, 0]]), outcome)
    assert answer.drivers[0].share.value == pytest.approx(answer.drivers[2].share.value)
    assert answer.explained.value == pytest.approx(r_squared(drivers, outcome))


def test_nothing_is_claimed_in_null_worlds() -> None:
    """Five drivers and an outcome of noise: a false claim in about 5 of 100 worlds, no more than 6 of 40 here."""
    claims = 0
    for seed in range(40):
        answer = found(*world(100, [0.0] * 5, seed), draws=100)
        claims += any(each.beyond_chance for each in answer.drivers)
        assert answer.adjusted < answer.explained.value
    assert claims <= 6


def test_intervals_of_shares_cover_and_reach_nothing() -> None:
    """Of 60 worlds of 150, intervals hold true shares in 49 or more, and 0 for drivers that do nothing at all."""
    between = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    root = np.linalg.cholesky(between)
    for weights in (np.array([0.5, 0.3, 0.0]), np.zeros(3)):
        whole = np.eye(4)
        whole[:3, :3] = between
        whole[:3, 3] = whole[3, :3] = between @ weights / np.sqrt(weights @ between @ weights + 1)
        truth = shapley_shares(whole)
        held, random = np.zeros(4), np.random.default_rng(1)
        for _ in range(60):
            columns = random.normal(size=(150, 3)) @ root.T
            found = find_drivers(columns, columns @ weights + random.normal(size=150), draws=150)
            assert isinstance(found, Drivers)
            each = [*(driver.share for driver in found.drivers), found.explained]
            held += [
                share.low - 1e-9 <= true <= share.high for share, true in zip(each, [*truth, truth.sum()], strict=True)
            ]
        assert (held >= 49).all()


def test_constant_drivers_share_nothing_even_by_rounding() -> None:
    """Two drivers that never differ explain nothing, so neither has half of it."""
    found = find_drivers(np.full((40, 2), 0.1), np.random.default_rng(0).normal(size=40))
    assert isinstance(found, Drivers)
    assert np.isnan([each.relative for each in found.drivers]).all()
    assert min(each.share.low for each in found.drivers) >= 0
    assert isinstance(find_drivers(np.random.default_rng(0).normal(size=(40, 2)), np.full(40, 0.1)), NotEstimable)


def test_association_unless_assigned_at_random() -> None:
    """Only what was assigned at random may be called a cause."""
    drivers, outcome = world(200, [1.0, 0.5])
    assert {each.claim for each in found(drivers, outcome).drivers} == {"association"}
    told = found(drivers, outcome, [False, True]).drivers
    assert [each.claim for each in told] == ["association", "cause"]


def test_what_goes_with_other_drivers_was_not_assigned_at_random() -> None:
    """An arm that the loyal got more often is no cause, whatever was declared; one by lot nearly always is."""
    random = np.random.default_rng(0)
    loyal = random.standard_normal(400)
    picked = (loyal + random.standard_normal(400) > 0).astype(float)
    outcome = loyal + random.standard_normal(400)
    assert found(np.column_stack([picked, loyal]), outcome, [True, False]).drivers[0].claim == "association"
    causes = 0
    for seed in range(40):
        lot = np.random.default_rng(seed).integers(0, 2, 400).astype(float)
        answer = found(np.column_stack([lot, loyal]), outcome + lot, [True, False], draws=5)
        causes += answer.drivers[0].claim == "cause"
    assert causes >= 38


def test_the_only_driver_may_be_a_cause() -> None:
    """Nothing else to be unbalanced with."""
    drivers, outcome = world(100, [1.0])
    assert found(drivers, outcome, [True]).drivers[0].claim == "cause"


def test_the_sign_tells_which_way() -> None:
    """A driver that goes against the outcome has a share like any other, and a negative correlation."""
    driver = found(*world(300, [-1.0])).drivers[0]
    assert driver.share.value > 0.3
    assert driver.correlation < -0.5


def test_a_yes_or_no_outcome_is_explained_by_the_linear_probability_model() -> None:
    """Whether somebody buys again: shares of R squared of 0 and 1."""
    drivers, outcome = world(500, [1.0, 0.0])
    bought = (outcome > 0).astype(float)
    answer = found(drivers, bought)
    assert answer.explained.value == pytest.approx(r_squared(drivers, bought))
    assert [each.beyond_chance for each in answer.drivers] == [True, False]


def test_who_left_something_out_is_left_out() -> None:
    """Gaps in drivers or outcome: those rows count for nothing."""
    drivers, outcome = world(200, [1.0, 0.5])
    gaps = np.vstack([drivers, [[np.nan, 9.0], [9.0, 9.0]]])
    answer = found(gaps, np.append(outcome, [9.0, np.nan]))
    assert answer == found(drivers, outcome)
    assert answer.respondents == 200


def test_a_constant_driver_explains_nothing() -> None:
    """A question that everybody answers alike gets nothing, whatever the others do."""
    drivers, outcome = world(200, [1.0])
    answer = found(np.column_stack([drivers, np.full(200, 3.0)]), outcome)
    assert answer.drivers[1].share.value == 0
    assert not answer.drivers[1].beyond_chance


@pytest.mark.parametrize(
    ("rows", "outcome"), [(19, None), (39, None), (200, 4.0)], ids=["few", "few for four drivers", "constant outcome"]
)
def test_too_little_is_no_answer(rows: int, outcome: float | None) -> None:
    """Ten respondents for each driver, twenty at least, and an outcome that differs."""
    drivers, told = world(rows, [0.5] * (4 if rows > 20 else 1))
    answer = find_drivers(drivers, told if outcome is None else np.full(rows, outcome))
    assert isinstance(answer, NotEstimable)


def test_every_mistake_is_told_at_once() -> None:
    """Thirteen drivers, another length, and a wrong number of assignments: three problems."""
    with pytest.raises(EstimationError) as caught:
        find_drivers(np.ones((50, 13)), np.ones(49), [True])
    assert [each.code for each in caught.value.problems] == ["LENGTH_MISMATCH", "LENGTH_MISMATCH", "TOO_MANY_VARIABLES"]


def test_words_are_refused() -> None:
    """Answers must be numbers by now."""
    with pytest.raises(EstimationError):
        find_drivers([["good"], ["bad"]], [1, 2])


def test_a_driver_is_a_frozen_value() -> None:
    """What was found cannot be changed."""
    driver = found(*world(100, [1.0])).drivers[0]
    assert isinstance(driver, Driver)
    with pytest.raises(AttributeError):
        driver.claim = "cause"  # type: ignore[misc]
