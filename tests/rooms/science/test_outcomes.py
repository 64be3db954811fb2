"""What one customer will bring: intervals that hold, and a chance of nothing that is the share who bring nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science import BetaGeometric, GammaGamma, ModifiedBetaGeometric, ParetoNBD, PurchaseModel
from segmentry.science.intervals import CustomerValues
from segmentry.science.outcomes import Outcomes, single_outcomes
from segmentry.terms.errors import EstimationError

P, Q, GAMMA = 6.25, 3.74, 15.44
HORIZON, AGE = 52.0, 78.0
MODELS: dict[str, PurchaseModel] = {
    "BG/NBD": BetaGeometric.from_parameters({"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4}),
    "MBG/NBD": ModifiedBetaGeometric.from_parameters({"r": 0.6, "alpha": 8.0, "a": 0.8, "b": 2.5}),
    "Pareto/NBD": ParetoNBD.from_parameters({"r": 0.6, "alpha": 8.0, "s": 0.6, "beta": 11.0}),
}


def world(model: PurchaseModel, seed: int, number: int = 8_000) -> tuple[CustomerValues, np.ndarray[Any, Any]]:
    """Customers with the model's own pasts, and what each really spends afterwards."""
    random = np.random.default_rng(seed)
    lived = model.sample(np.full(number, AGE), random, future=HORIZON)
    rate = random.gamma(Q, 1 / GAMMA, number)
    bought = np.maximum(lived.frequency, 1)
    past = np.where(lived.frequency > 0, random.gamma(P * bought) / rate / bought, 0.0)
    spent = np.where(lived.future > 0, random.gamma(P * np.maximum(lived.future, 1)) / rate, 0.0)
    spend = GammaGamma.from_parameters({"p": P, "q": Q, "gamma": GAMMA})
    histories = {"frequency": lived.frequency, "recency_age": lived.recency_age, "age": lived.age}
    return CustomerValues(model, spend, HORIZON, mean_spend=past, **histories), spent


def covered(values: CustomerValues, spent: np.ndarray[Any, Any], draws: int = 2_000) -> tuple[float, float, Outcomes]:
    """Shares of customers who bring less than the lower and more than the upper end."""
    found = single_outcomes(values, draws=draws)
    return float(np.mean(spent < found.low)), float(np.mean(spent > found.high)), found


@pytest.mark.parametrize("name", MODELS)
def test_intervals_of_single_customers_hold(name: str) -> None:
    """Of 1,500 customers about 2.5 % bring more than the upper end, and no more than that less than the lower one."""
    values, spent = world(MODELS[name], seed=7, number=1_500)
    below, above, found = covered(values, spent)
    assert above == pytest.approx(0.025, abs=0.014)
    assert below <= 0.025 + 0.014
    assert (found.low[found.nothing >= 0.03] == 0).all()


def test_intervals_of_loyal_and_of_lapsed_heavy_buyers_hold() -> None:
    """Who buys often and may leave at any time: both ends hold in each group, not only for all together."""
    model = BetaGeometric.from_parameters({"r": 3.0, "alpha": 3.0, "a": 0.3, "b": 20.0})
    values, spent = world(model, seed=5, number=1_500)
    _, _, found = covered(values, spent)
    loyal = found.low > 0
    assert loyal.sum() > 400
    for inside in (loyal, ~loyal):
        assert float(np.mean(spent[inside] < found.low[inside])) <= 0.025 + 0.02
        assert float(np.mean(spent[inside] > found.high[inside])) <= 0.025 + 0.02


@pytest.mark.parametrize("name", MODELS)
def test_the_chance_of_nothing_is_the_share_who_bring_nothing(name: str) -> None:
    """In each fifth of the customers by that chance, and of those who never came back, to three hundredths."""
    values, spent = world(MODELS[name], seed=8)
    chance = single_outcomes(values, draws=2).nothing
    new = np.flatnonzero(values.histories[0] == 0)
    for group in (*np.array_split(np.argsort(chance), 5), new):
        assert float(chance[group].mean()) == pytest.approx(float(np.mean(spent[group] == 0)), abs=0.03)


@pytest.mark.parametrize(
    ("parameters", "age", "truth"),
    [((1.5, 3.0, 1.5, 1.5), 2.0, 0.026), ((1.5, 3.0, 1.5, 1.5), 26.0, 0.2135), ((0.8, 6.0, 0.8, 2.5), 1.0, 0.181)],
)
def test_new_buyers_come_back_as_the_closed_form_says(parameters: tuple[float, ...], age: float, truth: float) -> None:
    """BG/NBD, no repeat purchase: ((alpha + T) / (alpha + T + t))^r."""
    model = BetaGeometric.from_parameters(dict(zip(("r", "alpha", "a", "b"), parameters, strict=True)))
    history = {"frequency": np.zeros(1), "recency_age": np.zeros(1), "age": np.array([age])}
    values = CustomerValues(model, None, 52.18, **history)
    assert single_outcomes(values, draws=2).nothing[0] == pytest.approx(truth, abs=0.001)


@pytest.mark.parametrize("name", MODELS)
def test_futures_have_the_mean_that_is_expected(name: str) -> None:
    """Drawn purchases of who is alive average to the model's expectation, and none of them as often as its chance."""
    model = MODELS[name]
    drawn = model.draw_alive(model.theta, 4.0, AGE, HORIZON, 200_000, np.random.default_rng(3))
    counts, ages = np.array([4.0]), np.array([AGE])
    expected = model.expected_alive(model.theta, counts, ages, np.array([HORIZON]))
    assert drawn.mean() == pytest.approx(float(expected[0]), rel=0.02)
    none = model.chance_of_none_alive(model.theta, counts, ages, HORIZON)
    assert float(np.mean(drawn == 0)) == pytest.approx(float(none[0]), abs=0.004)


def test_money_in_another_unit_changes_no_chance() -> None:
    """Ends follow the unit, chances do not."""
    values, _ = world(MODELS["MBG/NBD"], seed=9, number=100)
    pounds, pence = single_outcomes(values, draws=500), single_outcomes(values, scale=100.0, draws=500)
    np.testing.assert_allclose(pence.high, 100 * pounds.high, rtol=1e-9)
    np.testing.assert_allclose(pence.low, 100 * pounds.low, rtol=1e-9)
    np.testing.assert_array_equal(pence.nothing, pounds.nothing)


def test_more_certain_parameters_give_narrower_ends() -> None:
    """The errors of the parameters widen what may be brought."""
    sure, _ = world(MODELS["MBG/NBD"], seed=9, number=20)
    frequency, recency, age = sure.histories
    histories = {"frequency": frequency, "recency_age": recency, "age": age, "mean_spend": sure.mean_spend}
    unsure = CustomerValues(sure.model, sure.spend_model, HORIZON, scale_error=0.5, **histories)
    assert single_outcomes(unsure).high.sum() > 1.1 * single_outcomes(sure).high.sum()


@pytest.mark.parametrize("level", [0.0, 1.0, -2.0, 7.0])
def test_a_level_beyond_its_bounds_is_refused(level: float) -> None:
    """With what was given."""
    values, _ = world(MODELS["MBG/NBD"], seed=9, number=20)
    with pytest.raises(EstimationError, match="between 0 and 1"):
        single_outcomes(values, level=level)
