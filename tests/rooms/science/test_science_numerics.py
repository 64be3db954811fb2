"""The purchase models against 50-digit arithmetic, quadrature and finite differences, at the edges too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from segmentry.science import BetaGeometric, ModifiedBetaGeometric, ParetoNBD
from segmentry.science.likelihood import Search, hessian_of, maximize
from segmentry.science.purchases.histories import Histories
from segmentry.science.purchases.pareto_nbd import scaled_exponential_integral
from segmentry.science.purchases.special import beta_average, expected_while_alive, gauss_fraction

CONSTANTS: dict[str, Any] = json.loads((Path(__file__).parent / "high_precision.json").read_text())
HISTORIES = Histories(
    np.array([0.0, 0, 1, 2, 7, 60, 300, 5000]),
    np.array([0.0, 0, 3, 30, 38, 20, 390, 399]),
    np.array([2.0, 30, 3, 38, 39, 39, 400, 400]),
    np.array([5.0, 3, 1, 2, 1, 1, 1, 1]),
)
MODELS = (BetaGeometric, ModifiedBetaGeometric, ParetoNBD)


@pytest.mark.parametrize("row", CONSTANTS["beta_geometric"], ids=str)
def test_beta_geometric_family_to_ten_digits(row: list[Any]) -> None:
    """P(alive) and the forecast agree with mpmath at x = 0, 300, 5000, t_x = T, a + b <= 1, a = 1 and next to it."""
    first_chance, values, (x, last, age), alive, expected = row
    model = (ModifiedBetaGeometric if first_chance else BetaGeometric).from_parameters(
        dict(zip(("r", "alpha", "a", "b"), values, strict=True))
    )
    assert model.p_alive([x], [last], [age])[0] == pytest.approx(alive, rel=1e-9, abs=1e-300)
    assert model.predict(39, [x], [last], [age])[0] == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("row", CONSTANTS["pareto"], ids=str)
def test_pareto_nbd_to_nine_digits(row: list[Any]) -> None:
    """Likelihood, P(alive), forecast and DERT agree with mpmath for alpha above and below beta, s = 1, x = 5000."""
    values, (x, last, age), likelihood, alive, expected, dert = row
    model = ParetoNBD.from_parameters(dict(zip(("r", "alpha", "s", "beta"), values, strict=True)))
    one = Histories(np.array([x], float), np.array([last], float), np.array([age], float), np.ones(1))
    assert model._objective(one)(np.log(values))[0] == pytest.approx(likelihood, rel=1e-9)
    if alive < 1e-300:
        assert model.p_alive([x], [last], [age])[0] == 0
        return
    assert model.p_alive([x], [last], [age])[0] == pytest.approx(alive, rel=1e-8)
    assert model.predict(52, [x], [last], [age])[0] == pytest.approx(expected, rel=1e-8)
    assert model.dert(0.0027, [x], [last], [age])[0] == pytest.approx(dert, rel=1e-6)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("values", [(0.3, 5.0, 0.8, 2.4), (2.0, 0.7, 0.1, 0.3), (8.0, 40.0, 3.0, 20.0)])
def test_gradient_is_the_derivative_of_the_likelihood(kind: Any, values: tuple[float, ...]) -> None:
    """The closed-form gradient equals central differences of the likelihood, with extreme histories in the data."""
    objective = kind()._objective(HISTORIES)
    point = np.log(np.array(values))
    for index, slope in enumerate(objective(point)[1]):
        step = np.zeros(4)
        step[index] = 1e-5
        rise = (objective(point + step)[0] - objective(point - step)[0]) / 2e-5
        assert slope == pytest.approx(rise, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", MODELS)
def test_forecasts_are_finite_at_the_edges(kind: Any) -> None:
    """P(alive) lies in [0, 1] and forecasts are finite and not negative over a grid of extreme parameters."""
    columns = HISTORIES.frequency, HISTORIES.recency_age, HISTORIES.age
    names = kind.parameter_names
    for first in (1e-3, 0.5, 40.0):
        for third in (1e-3, 0.5, 1.0, 1 + 1e-12, 30.0):
            for fourth in (1e-3, 0.5, 100.0):
                model = kind.from_parameters(dict(zip(names, (first, 5.0, third, fourth), strict=True)))
                alive, expected = model.p_alive(*columns), model.predict([1e-6, 52, 5000], *columns)
                assert ((alive >= 0) & (alive <= 1)).all()
                assert np.isfinite(expected).all()
                assert (np.diff(expected, axis=1) >= -1e-12).all()
                assert (expected >= 0).all()


def test_bg_nbd_forecast_against_integration_over_both_rates() -> None:
    """The forecast of a live customer equals the double integral of (1 - exp(-l p t)) / p over rate and chance."""
    r, alpha, a, b, t = 0.4, 3.0, 0.7, 1.9, 20.0
    chances, weights = np.polynomial.legendre.leggauss(400)
    u = (chances + 1) / 2
    p = u**4
    density = p ** (a - 1) * (1 - p) ** (b - 1) * 4 * u**3 * weights / 2
    inner = (1 - (alpha / (alpha + p * t)) ** r) / p
    brute = float((density * inner).sum() / density.sum())
    result = expected_while_alive(a, b - r, np.array([b]), np.array([alpha]), np.array([t]))[0]
    assert result == pytest.approx(brute, rel=1e-5)


def test_series_and_quadrature_agree_where_they_meet() -> None:
    """At the switch from series to quadrature the forecast has no step."""
    z = np.array([0.9849, 0.9851])
    horizon = z / (1 - z)
    low, high = expected_while_alive(0.793, 2.183, np.full(2, 2.426), np.ones(2), horizon)
    between = expected_while_alive(0.793, 2.183, np.full(1, 2.426), np.ones(1), horizon[:1] * (1 + 1e-9))[0]
    assert low < high
    assert between == pytest.approx(low, rel=1e-7)


def test_beta_average_of_one_and_of_p() -> None:
    """The mean of p under Beta(a, b) is a / (a + b), from a = 0.05 to 1e6."""
    for a in (0.05, 0.8, 40.0, 1e6):
        b = np.array([0.05, 2.0, 5000.0])
        means = beta_average(lambda p: p, a, b, np.ones(3))
        np.testing.assert_allclose(means, a / (a + b), rtol=1e-8)


def test_gauss_fraction_against_its_integral() -> None:
    """2F1(a, 1; c; z) equals Euler's integral, up to z next to 1."""
    for a, c in ((0.5, 2.2), (3.0, 4.5), (30.0, 31.2)):
        for z in (0.0, 0.3, 0.95, 0.999):
            integral = quad(lambda v: (c - 1) * (1 - v) ** (c - 2) / (1 - z * v) ** a, 0, 1, limit=500)[0]  # noqa: B023
            assert gauss_fraction(a, c, np.array([z]))[0] == pytest.approx(integral, rel=1e-6)


def test_scaled_exponential_integral_against_quadrature() -> None:
    """exp(z) E_s(z) equals the integral of exp(-z u) (1 + u)^-s for small and large z."""
    for order in (0.3, 1.0, 2.5):
        for z in (1e-3, 0.05, 0.999, 1.0, 1.001, 30.0):
            brute = quad(lambda v: np.exp(-z * np.expm1(v) + (1 - order) * v), 0, np.log(800 / z), limit=500)[0]  # noqa: B023
            assert scaled_exponential_integral(order, np.array([z]))[0] == pytest.approx(brute, rel=1e-7)


def test_maximize_finds_a_known_top_and_its_curvature() -> None:
    """A concave function is climbed to its top; a top outside the box ends on the edge and says so."""

    def inside(point: np.ndarray) -> tuple[float, np.ndarray]:
        return -float(np.cosh(point - 1).sum()), -np.sinh(point - 1)

    box = Search(np.full(2, -9.0), np.full(2, 9.0), 1.0)
    found = maximize(inside, np.array([5.0, -4.0]), box)
    np.testing.assert_allclose(found.point, 1, atol=1e-3)
    np.testing.assert_allclose(hessian_of(inside, found.point), -np.eye(2), atol=1e-3)
    assert found.converged
    outside = maximize(lambda point: (float(point.sum()), np.ones(2)), np.zeros(2), box)
    assert outside.at_bound.all()
