"""What one customer will bring: intervals that hold, and a chance of nothing that is the share who bring nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science import BetaGeometric, GammaGamma, ModifiedBetaGeometric, ParetoNBD, PurchaseModel
from segmentry.science.intervals import CustomerValues
from segmentry.science.outcomes import single_outcomes
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


@pytest.mark.parametrize("name", MODELS)
def test_intervals_of_single_customers_hold(name: str) -> None:
    """Of 8,000 customers 2.5 % bring more than the upper end, and those below the lower one are no more than that."""
    values, spent = world(MODELS[name], seed=7)
    found = single_outcomes(values)
    above, below = float(np.mean(spent > found.high)), float(np.mean(spent < found.low))
    assert above == pytest.approx(0.025, abs=0.007)
    assert below <= 0.025
    assert (found.low[found.nothing >= 0.025] == 0).all()


@pytest.mark.parametrize("name", MODELS)
def test_the_chance_of_nothing_is_the_share_who_bring_nothing(name: str) -> None:
    """In each fifth of the customers by that chance, to three hundredths."""
    values, spent = world(MODELS[name], seed=8)
    chance = single_outcomes(values).nothing
    assert ((chance >= 0) & (chance <= 1)).all()
    for fifth in np.array_split(np.argsort(chance), 5):
        assert float(chance[fifth].mean()) == pytest.approx(float(np.mean(spent[fifth] == 0)), abs=0.03)


def test_money_in_another_unit_changes_no_chance() -> None:
    """Ends follow the unit, chances do not."""
    values, _ = world(MODELS["MBG/NBD"], seed=9, number=200)
    pounds, pence = single_outcomes(values), single_outcomes(values, scale=100.0)
    np.testing.assert_allclose(pence.high, 100 * pounds.high, rtol=1e-9)
    np.testing.assert_allclose(pence.low, 100 * pounds.low, rtol=1e-9)
    np.testing.assert_array_equal(pence.nothing, pounds.nothing)


def test_spend_without_variance_of_its_mean_has_no_upper_end() -> None:
    """Where q lies between 1 and 2 the mean is finite, its variance is not; nothing is made up."""
    values, _ = world(MODELS["MBG/NBD"], seed=9, number=50)
    wild = GammaGamma.from_parameters({"p": P, "q": 1.5, "gamma": GAMMA})
    frequency, recency, age = values.histories
    histories = {"frequency": np.zeros_like(frequency), "recency_age": np.zeros_like(recency), "age": age}
    found = single_outcomes(CustomerValues(values.model, wild, HORIZON, mean_spend=np.zeros_like(age), **histories))
    assert np.isinf(found.high).all()
    assert (found.low == 0).all()


@pytest.mark.parametrize("level", [0.0, 1.0, -2.0, 7.0])
def test_a_level_beyond_its_bounds_is_refused(level: float) -> None:
    """With what was given."""
    values, _ = world(MODELS["MBG/NBD"], seed=9, number=20)
    with pytest.raises(EstimationError, match="between 0 and 1"):
        single_outcomes(values, level=level)
