"""Gamma-Gamma, shifted beta-geometric, retention, concentration and equity."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from segmentry.science import (
    GammaGamma,
    ShiftedBetaGeometric,
    churn_rate,
    customer_equity,
    gini,
    half_life,
    lorenz,
    margin_multiple,
    retention_rate,
    spend_frequency_correlation,
    top_share,
    whale_curve,
)
from segmentry.science.concentration import TopShare, WhaleCurve
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable


def spenders(customers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.geometric(0.3, customers).astype(float)
    return x, random.gamma(6 * x, 1 / random.gamma(4.0, 1 / 16.0, customers)) / x


def test_gamma_gamma_recovers_its_parameters() -> None:
    """From 60,000 customers (above the sample start) p 6, q 4, gamma 16 come back within four standard errors."""
    model = GammaGamma().fit(*spenders(60_000, 1))
    for name, true in {"p": 6.0, "q": 4.0, "gamma": 16.0}.items():
        assert abs(model.parameters_[name] - true) < 4 * model.standard_errors_[name]
    assert model.population_mean == pytest.approx(32, rel=0.02)
    assert [check.status for check in model.checks_] == ["passed"] * 3


def test_gamma_gamma_invariances() -> None:
    """Cents instead of euros multiply gamma by 100; weights are repetitions; row order does not matter."""
    x, z = spenders(500, 2)
    model, cents = GammaGamma().fit(x, z), GammaGamma().fit(x, 100 * z)
    assert cents.parameters_["gamma"] == pytest.approx(100 * model.parameters_["gamma"], rel=1e-5)
    assert cents.parameters_["q"] == pytest.approx(model.parameters_["q"], rel=1e-6)
    twice = GammaGamma().fit(np.tile(x, 2)[::-1], np.tile(z, 2)[::-1])
    assert GammaGamma().fit(x, z, np.full(500, 2)).parameters_ == pytest.approx(twice.parameters_, rel=1e-6)


def test_gamma_gamma_gradient() -> None:
    """The likelihood's gradient vanishes at the maximum: moving any parameter lowers the likelihood."""
    x, z = spenders(800, 3)
    model = GammaGamma().fit(x, z)
    again = GammaGamma().fit(x * 1, z * 1)
    assert again.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-5)
    assert model.converged_


def test_expected_spend_of_zero_repeaters_is_the_mean_of_all() -> None:
    """Without purchases the expectation is the population's; with many it is the customer's own mean."""
    model = GammaGamma.from_parameters({"p": 6.0, "q": 4.0, "gamma": 16.0})
    expected = model.expected_spend([0, 100_000], [np.nan, 50.0])
    assert isinstance(expected, np.ndarray)
    np.testing.assert_allclose(expected, [32.0, 50.0], rtol=1e-3)


def test_infinite_mean_spend_is_not_estimable() -> None:
    """At q <= 1 the mean of the population is infinite and no number is given."""
    model = GammaGamma.from_parameters({"p": 6.0, "q": 0.9, "gamma": 16.0})
    assert isinstance(model.population_mean, NotEstimable)
    assert isinstance(model.expected_spend([1], [5.0]), NotEstimable)


def test_spend_input_is_checked() -> None:
    """Zero spend, zero frequency, fractions of purchases, too few or equal customers are refused."""
    with pytest.raises(EstimationError) as caught:
        GammaGamma().fit([0, 1.5, 2], [3.0, -1.0, 4.0])
    assert {problem.code for problem in caught.value.problems} == {"VALUE_NOT_POSITIVE", "VALUE_NOT_WHOLE"}
    for frequency, spend in (([1, 2], [3.0, 4.0]), (np.ones(50), np.full(50, 9.9))):
        with pytest.raises(EstimationError) as caught:
            GammaGamma().fit(frequency, spend)
        assert caught.value.code == "NOT_ESTIMABLE"


def test_spend_that_goes_with_frequency_warns() -> None:
    """A correlation of 0.3 or more, in either direction, warns; without variation nothing is checked."""
    x = np.arange(1.0, 50)
    assert spend_frequency_correlation(x, 10 + x).status == "warned"
    assert spend_frequency_correlation(x, 100 - x).statistic == pytest.approx(-1)
    assert spend_frequency_correlation(x, 10 + np.where(x % 2, 1, -1)).status == "passed"
    assert spend_frequency_correlation(np.ones(9), np.arange(9.0)).status == "not_checked"


def test_survivors_and_single_customers_give_one_fit() -> None:
    """A cohort told as survivors equals the same customers told one by one with tenure and departure."""
    survivors = [100, 70, 55, 48]
    cohort = ShiftedBetaGeometric().fit_survivors(survivors)
    tenure = np.repeat([1, 2, 3, 3], [30, 15, 7, 48])
    gone = np.repeat([1, 1, 1, 0], [30, 15, 7, 48])
    single = ShiftedBetaGeometric().fit(tenure, gone)
    assert single.parameters_ == pytest.approx(cohort.parameters_, rel=1e-6)
    assert single.log_likelihood_ == pytest.approx(cohort.log_likelihood_, rel=1e-12)
    assert cohort.n_customers_ == 100


def test_residual_lifetime_is_its_sum() -> None:
    """DERL equals the sum of discounted survival, by brute force and by the published hypergeometric form."""
    model = ShiftedBetaGeometric.from_parameters({"a": 0.764, "b": 1.296})
    for renewals in (0, 4):
        periods = np.arange(1, 3000)
        ratio = model.survival(renewals + periods) / model.survival(renewals)
        value = model.derl(0.1, renewals)
        assert value == pytest.approx(float((ratio * 1.1**-periods).sum()), rel=1e-9)
        keep, both = 1.296 + renewals, 0.764 + 1.296 + renewals
        assert value == pytest.approx(keep / both / 1.1 * float(hyp2f1(1, keep + 1, both + 1, 1 / 1.1)), rel=1e-9)
    assert isinstance(model.derl(0.0), NotEstimable)
    longer = ShiftedBetaGeometric.from_parameters({"a": 3.0, "b": 2.0})
    assert longer.derl(0.0, 4) == pytest.approx(6 / 2)
    assert longer.derl(1e-5, 4) == pytest.approx(3.0, rel=1e-3)
    with pytest.raises(EstimationError, match="0 or more"):
        model.derl(-0.1)


def test_contract_data_are_checked() -> None:
    """Rising survivors, one count, departures other than 0 or 1, and data in which nobody leaves are refused."""
    for survivors, code in (([10, 12], "SURVIVORS_RISE"), ([10], "HISTORY_TOO_SHORT"), ([9, 9, 9], "NOT_ESTIMABLE")):
        with pytest.raises(EstimationError) as caught:
            ShiftedBetaGeometric().fit_survivors(survivors)
        assert caught.value.code == code
    with pytest.raises(EstimationError, match="0 or 1"):
        ShiftedBetaGeometric().fit([1, 2], [0, 2])


def test_retention_leaves_newcomers_out() -> None:
    """100 at the start, 80 of them stay, 50 come: 80 %, and 130 of 100 is refused."""
    assert retention_rate(100, 80) == pytest.approx(0.8)
    assert churn_rate(100, 80) == pytest.approx(0.2)
    assert isinstance(retention_rate(0, 0), NotEstimable)
    assert isinstance(churn_rate(0, 0), NotEstimable)
    with pytest.raises(EstimationError, match="newcomers"):
        retention_rate(100, 130)


def test_half_life_and_multiples_at_the_edges() -> None:
    """Nobody leaving has no half-life; a multiple that would be infinite, or a percentage, is refused."""
    assert isinstance(half_life(1.0), NotEstimable)
    assert half_life(0.0) == 0
    for bad in (lambda: half_life(80), lambda: margin_multiple(1.0, 0.0), lambda: margin_multiple(0.8, -0.1)):
        with pytest.raises(EstimationError):
            bad()
    periods = np.arange(1, 2000)
    assert margin_multiple(0.8, 0.12) == pytest.approx(float(((0.8 / 1.12) ** periods).sum()))


def test_gini_of_known_bases() -> None:
    """Equal customers have 0, one owner of everything (n - 1) / n, and 1, 2, 3 have 2 / 9."""
    assert gini([5, 5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert gini([3, 1, 2]) == pytest.approx(2 / 9)
    assert gini([1, 2, 3], [2, 2, 2]) == pytest.approx(2 / 9)
    for hopeless in ([0, 0], [-1, 5]):
        assert isinstance(gini(hopeless), NotEstimable)


def test_lorenz_curve_rises_from_nothing_to_all() -> None:
    """The curve begins at (0, 0), ends at (1, 1) and lies under the diagonal."""
    curve = lorenz(np.random.default_rng(0).gamma(0.5, 1, 200))
    assert isinstance(curve, tuple)
    customers, money = curve
    assert (customers[0], money[0], customers[-1], money[-1]) == pytest.approx((0, 0, 1, 1))
    assert (money <= customers + 1e-12).all()


def test_top_share_takes_ties_in() -> None:
    """The cut is the value at rank ceil(n share); all who have it are in, and the real share of customers is told."""
    found = top_share([10, 5, 5, 5, 1], 0.4)
    assert isinstance(found, TopShare)
    assert (found.cut, found.customers_share) == (5, pytest.approx(0.8))
    assert found.share == pytest.approx(25 / 26)
    one = top_share(np.arange(1, 11), 0.1)
    assert isinstance(one, TopShare)
    assert (one.cut, one.customers_share) == (10, pytest.approx(0.1))
    weighted = top_share([10, 5, 1], 0.4, [1, 3, 1])
    assert weighted == found
    assert isinstance(top_share([0, 0], 0.5), NotEstimable)
    with pytest.raises(EstimationError, match="above 0"):
        top_share([1, 2], 10)


def test_whale_curve_peak_is_profit_of_the_profitable() -> None:
    """The peak is the sum of positive profits over the total; without losses it is 1; a total of 0 has no curve."""
    profits = np.random.default_rng(1).normal(1, 3, 300)
    curve = whale_curve(profits)
    assert isinstance(curve, WhaleCurve)
    assert curve.peak == pytest.approx(profits[profits > 0].sum() / profits.sum())
    assert curve.peak_at == pytest.approx((profits > 0).mean())
    assert curve.total == pytest.approx(profits.sum())
    gains = whale_curve([1, 2, 3])
    assert isinstance(gains, WhaleCurve)
    assert gains.peak == pytest.approx(1)
    for hopeless in ([1, -1], [-1, -2], [0, 0]):
        assert isinstance(whale_curve(hopeless), NotEstimable)


def test_customer_equity_charges_acquisition_to_future_cohorts_only() -> None:
    """Current customers count in full; each future cohort is size x (value - cost), discounted."""
    assert customer_equity([10, 20]) == 30
    equity = customer_equity([10, 20], [5, 5], 8.0, 3.0, 0.1)
    assert equity == pytest.approx(30 + 25 / 1.1 + 25 / 1.21)
