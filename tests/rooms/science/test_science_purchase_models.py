"""Fitting, invariances, refusals, simulation and intervals of the purchase models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science import (
    BetaGeometric,
    BetaGeometricBetaBinomial,
    GammaGamma,
    ModifiedBetaGeometric,
    ParetoNBD,
    SimulatedHistories,
    total_interval,
    value_interval,
)
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable

TRUTHS: dict[Any, dict[str, float]] = {
    BetaGeometric: {"r": 0.5, "alpha": 8.0, "a": 0.8, "b": 2.4},
    ModifiedBetaGeometric: {"r": 0.6, "alpha": 6.0, "a": 0.9, "b": 1.8},
    ParetoNBD: {"r": 0.55, "alpha": 10.6, "s": 0.7, "beta": 12.0},
}
KINDS = tuple(TRUTHS)


def simulate(kind: Any, customers: int, seed: int, future: float = 0.0) -> SimulatedHistories:
    random = np.random.default_rng(seed)
    truth: SimulatedHistories = kind.from_parameters(TRUTHS[kind]).sample(
        np.round(random.uniform(5, 80, customers), 1), random, future
    )
    return truth


def columns(histories: SimulatedHistories) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return histories.frequency, histories.recency_age, histories.age


@pytest.mark.parametrize("kind", KINDS)
def test_known_parameters_are_recovered(kind: Any) -> None:
    """From 40,000 simulated customers the true parameters come back within four standard errors, which are small."""
    model = kind().fit(*columns(simulate(kind, 40_000, 1)))
    for name, true in TRUTHS[kind].items():
        assert abs(model.parameters_[name] - true) < 4 * model.standard_errors_[name]
        assert model.standard_errors_[name] < 0.25 * true
    assert model.converged_
    assert model.n_customers_ == 40_000


@pytest.mark.parametrize("kind", KINDS)
def test_row_order_does_not_matter(kind: Any) -> None:
    """Shuffled rows give the same fit and the shuffled forecasts."""
    histories = simulate(kind, 400, 2)
    order = np.random.default_rng(0).permutation(400)
    model = kind().fit(*columns(histories))
    shuffled = kind().fit(*(column[order] for column in columns(histories)))
    assert shuffled.parameters_ == pytest.approx(model.parameters_, rel=1e-6)
    np.testing.assert_allclose(shuffled.predict(20), model.predict(20)[order], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_unit_of_time_does_not_matter(kind: Any) -> None:
    """Time in days instead of weeks multiplies the scales by 7 and leaves forecasts and the rest alone."""
    x, last, age = columns(simulate(kind, 600, 3))
    weeks, days = kind().fit(x, last, age), kind().fit(x, 7 * last, 7 * age)
    for index, name in enumerate(kind.parameter_names):
        factor = 7 if index in kind.scale_parameters else 1
        assert days.parameters_[name] == pytest.approx(factor * weeks.parameters_[name], rel=1e-5)
    np.testing.assert_allclose(days.predict(7 * 13), weeks.predict(13), rtol=1e-5)
    assert days.log_likelihood_ == pytest.approx(weeks.log_likelihood_ - x.sum() * np.log(7), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_repetitions(kind: Any) -> None:
    """A weight of three says the same as three rows: parameters, errors and likelihood."""
    x, last, age = columns(simulate(kind, 300, 4))
    weighted = kind().fit(x, last, age, np.full(300, 3))
    repeated = kind().fit(np.tile(x, 3), np.tile(last, 3), np.tile(age, 3))
    assert weighted.parameters_ == pytest.approx(repeated.parameters_, rel=1e-6)
    assert weighted.standard_errors_ == pytest.approx(repeated.standard_errors_, rel=1e-4)
    assert weighted.log_likelihood_ == pytest.approx(repeated.log_likelihood_, rel=1e-10)


def test_folding_day_grain_changes_nothing() -> None:
    """Rows on a grid of days are folded to distinct ones; the fit equals that on rows kept apart by weights of 1."""
    histories = simulate(BetaGeometric, 5_000, 5)
    age = np.ceil(histories.age * 7)
    last = np.where(histories.frequency > 0, np.minimum(np.ceil(histories.recency_age * 7), age), 0)
    folded = BetaGeometric().fit(histories.frequency, last / 7, age / 7)
    kept = BetaGeometric().fit(histories.frequency, last / 7, age / 7, np.ones(5_000))
    assert folded.log_likelihood_ == pytest.approx(kept.log_likelihood_, rel=1e-11)
    assert folded.parameters_ == pytest.approx(kept.parameters_, rel=1e-5)
    np.testing.assert_allclose(folded.predict(30), kept.predict(30), rtol=1e-5)
    assert folded.predict(30).shape == (5_000,)


@pytest.mark.parametrize("kind", KINDS)
def test_forecasts_agree_with_simulated_futures(kind: Any) -> None:
    """Expected purchases, P(alive) and counts of repeats of the true model equal the averages of 60,000 customers."""
    histories = simulate(kind, 60_000, 6, future=52)
    truth = kind.from_parameters(TRUTHS[kind])
    assert truth.predict(52, *columns(histories)).mean() == pytest.approx(histories.future.mean(), rel=0.03)
    assert truth.predict(52, *columns(histories)).mean() == pytest.approx(histories.expected.mean(), rel=0.02)
    alive = truth.p_alive(*columns(histories))
    for low, high in ((0.1, 0.4), (0.4, 0.7), (0.7, 0.95)):
        inside = (alive >= low) & (alive < high)
        assert alive[inside].mean() == pytest.approx(histories.alive[inside].mean(), abs=0.03)
    expected = truth.frequency_distribution(6, histories.age)
    observed = np.bincount(np.minimum(histories.frequency.astype(int), 6))
    assert expected.sum() == pytest.approx(60_000)
    assert np.abs(observed - expected).max() < 5 * np.sqrt(60_000 / 4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_customer_is_the_sum_over_counts(kind: Any) -> None:
    """E[X(t)] equals the sum of P(X >= k) over k."""
    model = kind.from_parameters(TRUTHS[kind])
    tails = model.chance_at_least(model.theta, np.arange(1.0, 400)[None, :], np.array([[26.0]]))
    assert float(model.expected_purchases_new(26)) == pytest.approx(float(tails.sum()), rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_discounting_agrees_with_small_steps(kind: Any) -> None:
    """Continuous discounting equals steps of a hundredth; without a rate it is the plain forecast."""
    model = kind.from_parameters(TRUTHS[kind])
    rows = [0, 1, 7], [0, 3.0, 38.0], [1.0, 40.0, 39.0]
    for rate in (0.002, 0.05):
        continuous = model.discounted_expected(104, rate, *rows)
        np.testing.assert_allclose(model.discounted_expected(104, rate, *rows, step=0.01), continuous, rtol=5e-4)
        assert (continuous < model.predict(104, *rows)).all()
    np.testing.assert_allclose(model.discounted_expected(104, 0.0, *rows), model.predict(104, *rows), rtol=1e-10)


def test_discounted_forecast_tends_to_dert() -> None:
    """Over a long horizon the discounted forecast of Pareto/NBD is its DERT."""
    model = ParetoNBD.from_parameters(TRUTHS[ParetoNBD])
    rows = [0, 2, 26], [0, 30.43, 30.86], [20.0, 38.86, 31.0]
    np.testing.assert_allclose(model.discounted_expected(8000, 0.0027, *rows), model.dert(0.0027, *rows), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_second_moments_agree_with_simulation(kind: Any) -> None:
    """Second moments of purchases, and of members' own means, equal those of 200,000 simulated new customers alive."""
    model = kind.from_parameters(TRUTHS[kind])
    histories = model.sample(np.zeros(200_000), 7, future=20.0)
    own, bought = model.moments_alive(model.theta, np.zeros(1), np.zeros(1), 20.0)
    alive = histories.alive
    assert own[0] == pytest.approx(np.mean(histories.expected[alive] ** 2), rel=0.06)
    assert bought[0] == pytest.approx(np.mean(histories.future[alive].astype(float) ** 2), rel=0.06)


def test_several_horizons_give_a_table() -> None:
    """Horizons of shape (h,) give (n, h), each column the forecast of one horizon."""
    model = BetaGeometric.from_parameters(TRUTHS[BetaGeometric])
    rows = [0, 3], [0, 20.0], [30.0, 30.0]
    table = model.predict([4, 52], *rows)
    assert table.shape == (2, 2)
    np.testing.assert_allclose(table[:, 1], model.predict(52, *rows))


def test_zero_repeaters_differ_by_model() -> None:
    """BG/NBD calls every zero-repeater alive; MBG/NBD and Pareto/NBD less so the longer ago they came."""
    rows = [0, 0], [0, 0], [5.0, 80.0]
    np.testing.assert_array_equal(BetaGeometric.from_parameters(TRUTHS[BetaGeometric]).p_alive(*rows), 1)
    for kind in (ModifiedBetaGeometric, ParetoNBD):
        young, old = kind.from_parameters(TRUTHS[kind]).p_alive(*rows)
        assert 0 < old < young < 1


def test_all_mistakes_are_told_at_once() -> None:
    """Negative, missing, fractional and contradicting values are all in one error, with rows and codes."""
    with pytest.raises(EstimationError) as caught:
        BetaGeometric().fit([1, 2.5, 3, 0], [2, 3, np.nan, 4], [-1, 5, 9, 9])
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {
        "VALUE_NOT_FINITE", "VALUE_NEGATIVE", "VALUE_NOT_WHOLE", "RECENCY_AFTER_AGE", "RECENCY_WITHOUT_PURCHASE",
    }  # fmt: skip
    assert all(problem.next_step and "BetaGeometric.fit" in problem.where for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (([1, 2], [1.0], [2.0, 3.0]), "LENGTH_MISMATCH"),
        (([], [], []), "NO_CUSTOMERS"),
        ((["many"], [1.0], [2.0]), "VALUE_NOT_A_NUMBER"),
        (([[1]], [1.0], [2.0]), "SHAPE_WRONG"),
        (([1], [0.0], [2.0]), "RECENCY_MISSING"),
        (([1], [np.inf], [-np.inf]), "VALUE_NOT_FINITE"),
        (([1], [1e308], [1e308]), "VALUE_TOO_LARGE"),
    ],
)
def test_bad_shapes_have_codes(rows: Any, code: str) -> None:
    """Each kind of mistake has its own stable code."""
    with pytest.raises(EstimationError) as caught:
        ParetoNBD().fit(*rows)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows",
    [
        (np.zeros(500), np.zeros(500), np.full(500, 30.0)),
        (np.zeros(500), np.zeros(500), np.zeros(500)),
        ([3], [10.0], [20.0]),
    ],
    ids=["nobody repeats", "one day of history", "one customer"],
)
def test_hopeless_data_are_refused(kind: Any, rows: Any) -> None:
    """Where nothing can be learned the fit refuses with NOT_ESTIMABLE instead of giving numbers."""
    with pytest.raises(EstimationError) as caught:
        kind().fit(*rows)
    assert caught.value.code == "NOT_ESTIMABLE"


@pytest.mark.parametrize("kind", KINDS)
def test_ridges_are_told(kind: Any) -> None:
    """Equal customers who never leave push parameters to an edge: forecasts stay right, and a check warns."""
    random = np.random.default_rng(8)
    age = random.uniform(10, 100, 800)
    x = random.poisson(0.2 * age).astype(float)
    model = kind().fit(x, np.where(x > 0, age * random.beta(np.maximum(x, 1), 1), 0), age)
    assert {check.name: check.status for check in model.checks_}["ridge"] == "warned"
    assert model.predict(10).mean() == pytest.approx(2.0, rel=0.05)


def test_unfitted_models_say_so() -> None:
    """Asking before fitting, or for fitted rows of a model with known parameters, is an error with a next step."""
    for ask in (BetaGeometric().p_alive, BetaGeometric.from_parameters(TRUTHS[BetaGeometric]).p_alive):
        with pytest.raises(EstimationError) as caught:
            ask()
        assert caught.value.code == "NOT_FITTED"


def test_known_parameters_are_checked() -> None:
    """Missing, unknown or non-positive parameters are refused, as are horizons below 0 and half a history."""
    for wrong in ({"r": 1.0}, TRUTHS[BetaGeometric] | {"r": -1.0}, TRUTHS[BetaGeometric] | {"s": 1.0}):
        with pytest.raises(EstimationError, match="each above 0"):
            BetaGeometric.from_parameters(wrong)
    model = BetaGeometric.from_parameters(TRUTHS[BetaGeometric])
    with pytest.raises(EstimationError, match="horizon"):
        model.predict(-1, [0], [0], [3])
    with pytest.raises(EstimationError, match="or none"):
        model.predict(1, [0])


def test_bg_bb_recovers_and_agrees_with_simulation() -> None:
    """BG/BB: parameters recovered; forecast, P(alive) and the count distribution equal simulated averages."""
    truth = BetaGeometricBetaBinomial.from_parameters({"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8})
    drawn = truth.sample(np.full(40_000, 6), 9, future=5)
    rows = drawn.frequency, drawn.recency_age, drawn.age
    model = BetaGeometricBetaBinomial().fit(*rows)
    for name, true in truth.parameters_.items():
        assert abs(model.parameters_[name] - true) < 4 * model.standard_errors_[name]
    assert truth.predict(5, *rows).mean() == pytest.approx(drawn.future.mean(), rel=0.02)
    assert truth.predict(5, *rows).mean() == pytest.approx(drawn.expected.mean(), rel=0.02)
    chances = truth.frequency_distribution(6)
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(chances, np.bincount(drawn.frequency.astype(int)) / 40_000, atol=0.012)
    assert truth.expected_purchases_new(6) == pytest.approx(float(chances @ np.arange(7)), rel=1e-10)


def test_bg_bb_refuses_impossible_histories() -> None:
    """More purchases than opportunities, or a last one before its count, are refused."""
    with pytest.raises(EstimationError) as caught:
        BetaGeometricBetaBinomial().fit([7, 2], [7, 1], [6, 6])
    assert caught.value.code == "RECENCY_IMPOSSIBLE"


def test_mean_intervals_are_honest() -> None:
    """Over 40 bases of 800 customers, 95 % intervals of group totals cover the true expected value in 88 to 100 %."""
    hits: list[bool] = []
    truth, spend = BetaGeometric.from_parameters(TRUTHS[BetaGeometric]), {"p": 6.0, "q": 4.0, "gamma": 16.0}
    for seed in range(40):
        histories = simulate(BetaGeometric, 800, 100 + seed)
        x, random = histories.frequency, np.random.default_rng(seed)
        amounts = random.gamma(np.maximum(6 * x, 1), 1 / random.gamma(4.0, 1 / 16.0, 800)) / np.maximum(x, 1)
        model = BetaGeometric().fit(*columns(histories))
        value = GammaGamma().fit(x[x > 0], amounts[x > 0])
        groups = np.minimum(x, 2).astype(int)
        found = value_interval(model, value, groups, 52, mean_spend=amounts)
        expected = GammaGamma.from_parameters(spend).expected_spend(x, amounts)
        assert isinstance(expected, np.ndarray)
        true = np.bincount(groups, truth.predict(52, *columns(histories)) * expected)
        hits += list((found.low <= true) & (true <= found.high))
    assert 0.88 <= np.mean(hits) <= 1.0


def test_intervals_widen_from_mean_to_prediction() -> None:
    """Own rates of members add to the parameters, chance adds to both; the estimate is the same."""
    histories = simulate(BetaGeometric, 2_000, 10)
    model = BetaGeometric().fit(*columns(histories))
    groups = (histories.frequency > 0).astype(int)
    mean, members, prediction = (
        total_interval(model, groups, 26, kind=kind) for kind in ("mean", "members", "prediction")
    )
    np.testing.assert_allclose(mean.estimate, np.bincount(groups, model.predict(26)), rtol=1e-9)
    widths = [found.high - found.low for found in (mean, members, prediction)]
    assert (widths[0] < widths[1]).all()
    assert (widths[1] < widths[2]).all()
    one = prediction.estimates("orders")[0]
    assert isinstance(one, Estimate)
    assert (one.kind, one.unit, one.level) == ("prediction", "orders", 0.95)


def test_weights_and_left_out_customers_in_intervals() -> None:
    """Group -1 is left out; a weight of two counts twice; a margin scales estimate and interval."""
    model = BetaGeometric().fit(*columns(simulate(BetaGeometric, 500, 11)))
    rows = {"frequency": [2, 2, 0], "recency_age": [9.0, 9.0, 0], "age": [20.0, 20.0, 20.0]}
    left_out = value_interval(model, None, [0, -1, 1], 10, **rows, weights=[2, 9, 1])
    both = value_interval(model, None, [0, 0, 1], 10, **rows, margin=0.5)
    np.testing.assert_allclose(left_out.estimate[0], 2 * both.estimate[0])
    np.testing.assert_allclose(left_out.high, both.high * 2)


def test_intervals_refuse_bad_questions() -> None:
    """An unknown kind, a level of 95 and a spend model without spend are told, each under its code."""
    model = BetaGeometric().fit(*columns(simulate(BetaGeometric, 500, 12)))
    with pytest.raises(EstimationError) as caught:
        total_interval(model, np.zeros(500), 10, level=95, kind="sure")  # type: ignore[arg-type]
    assert {problem.code for problem in caught.value.problems} == {"KIND_UNKNOWN", "LEVEL_WRONG"}
    spend = GammaGamma.from_parameters({"p": 2.0, "q": 1.5, "gamma": 10.0})
    with pytest.raises(EstimationError, match="mean_spend"):
        value_interval(model, spend, np.zeros(500), 10)
    heavy = value_interval(model, spend, np.zeros(500), 10, mean_spend=np.full(500, 9.0), kind="prediction")
    assert isinstance(heavy.estimates("GBP")[0], NotEstimable)
