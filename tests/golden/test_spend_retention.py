"""Published figures of spend, retention and concentration; each test names its source."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science import (
    GammaGamma,
    ParetoNBD,
    ShiftedBetaGeometric,
    discount_rate_per_unit,
    half_life,
    margin_multiple,
    whale_curve,
)
from segmentry.science.concentration import WhaleCurve

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.mark.parametrize(
    ("survivors", "a", "b", "log_likelihood"), [(REGULAR, 0.704, 1.182, -1680.3), (HIGH_END, 0.668, 3.806, -1611.2)]
)
def test_shifted_beta_geometric_reproduces_h9(survivors: list[int], a: float, b: float, log_likelihood: float) -> None:
    """Fader & Hardie (2007), seven years of two segments: a .704 b 1.182 LL -1680.3; a .668 b 3.806 LL -1611.2."""
    model = ShiftedBetaGeometric().fit_survivors(survivors)
    assert model.parameters_ == pytest.approx({"a": a, "b": b}, abs=0.002)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=0.05)
    assert model.converged_


@pytest.mark.parametrize(("retention", "discount", "multiple"), [(0.8, 0.12, 2.50), (0.9, 0.10, 4.50)])
def test_margin_multiples_of_gupta_and_lehmann(retention: float, discount: float, multiple: float) -> None:
    """Gupta & Lehmann (2003): r .8, i 12 % give 2.50; r .9, i 10 % give 4.50, first margin after one period."""
    assert margin_multiple(retention, discount) == pytest.approx(multiple, abs=1e-12)
    assert margin_multiple(retention, discount, "immediate") == pytest.approx(multiple + 1, abs=1e-12)


def test_half_life_at_eighty_percent() -> None:
    """Half of the customers are gone after ln .5 / ln .8 = 3.106 periods."""
    assert half_life(0.8) == pytest.approx(3.106, abs=0.0005)


def test_weekly_discount_of_fifteen_percent_a_year() -> None:
    """15 % a year are 0.0027 a week (Fader, Hardie & Lee 2005, RFM and CLV)."""
    assert np.log1p(discount_rate_per_unit(0.15, 52)) == pytest.approx(0.0027, abs=0.00005)


def test_dert_falls_as_the_discount_rises() -> None:
    """DERT is strictly decreasing in the discount rate, for frequent, rare and zero repeaters."""
    model = ParetoNBD.from_parameters({"r": 0.5533, "alpha": 10.5776, "s": 0.6061, "beta": 11.6650})
    rates = [0.0005, 0.001, 0.0027, 0.01, 0.05]
    values = np.array([model.dert(rate, [0, 2, 26], [0, 30.43, 30.86], [38, 38.86, 31]) for rate in rates])
    assert (np.diff(values, axis=0) < 0).all()


def test_dert_falls_with_frequency_where_recency_is_old() -> None:
    """With an old last purchase, DERT rises and then falls in frequency (Fader, Hardie & Lee 2005)."""
    model = ParetoNBD.from_parameters({"r": 0.5533, "alpha": 10.5776, "s": 0.6061, "beta": 11.6650})
    x = np.arange(1, 15)
    values = model.dert(0.0027, x, np.full(14, 40.0), np.full(14, 78.0))
    assert 0 < int(np.argmax(values)) < 13


def test_aggregate_retention_rises_with_tenure() -> None:
    """The retention of a cohort rises though each customer's is constant (Fader & Hardie 2007)."""
    model = ShiftedBetaGeometric().fit_survivors(REGULAR)
    rates = model.retention(np.arange(1, 20))
    assert (np.diff(rates) > 0).all()
    np.testing.assert_allclose(np.cumprod(rates), model.survival(np.arange(1, 20)), rtol=1e-12)


def test_whale_curve_of_the_textbook_company() -> None:
    """20 % of customers give 140 % of the profit, 60 % break even, another 20 % destroy 40 % (Kaplan's whale curve)."""
    curve = whale_curve([7.0, 7.0, 0, 0, 0, 0, 0, 0, -2.0, -2.0])
    assert isinstance(curve, WhaleCurve)
    assert curve.peak == pytest.approx(1.4)
    assert curve.peak_at == pytest.approx(0.2)
    assert curve.profit_share[-1] == 1.0


def test_gamma_gamma_expected_spend_of_the_note() -> None:
    """Expected spend is a weighted mean of the population's and the own one (Fader & Hardie 2013)."""
    model = GammaGamma.from_parameters({"p": 6.25, "q": 3.74, "gamma": 15.44})
    weight = 6.25 * 2 / (6.25 * 2 + 3.74 - 1)
    expected = model.expected_spend([2], [50.0])
    assert isinstance(expected, np.ndarray)
    assert expected[0] == pytest.approx(weight * 50 + (1 - weight) * 6.25 * 15.44 / 2.74, rel=1e-12)
