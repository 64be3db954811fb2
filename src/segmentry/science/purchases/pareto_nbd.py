"""Pareto/NBD (Schmittlein, Morrison & Colombo 1987): customers may depart at any time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, digamma, exprel, gammaln

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.science.likelihood import Objective
from segmentry.science.purchases.histories import Histories, pair_up
from segmentry.science.purchases.model import PurchaseModel, SimulatedHistories
from segmentry.science.purchases.special import gauss_fraction
from segmentry.science.quadrature import legendre

MOMENT_NODES = 24
TAIL_NODES = 64
DEPARTURE_NODES = 40
DEPARTURE_BLOCK = 2048
SMALLEST_RATIO = 3e-3


def log_departed(theta: FloatArray, count: FloatArray, time: FloatArray) -> FloatArray:
    """The logarithm of the integral from ``time`` on of s (alpha + u)^-(r + x) (beta + u)^-(s + 1) du.

    The two hypergeometric forms of Fader & Hardie (2005, notes/009) for alpha >= beta and alpha <= beta, after Euler's
    transformation, so that the remaining function lies between 1 and a small number.

    Args:
        theta: r, alpha, s, beta; alpha and beta not further apart than ``SMALLEST_RATIO``, for speed.
        count: x, shape (k,).
        time: From when on, shape (k,).

    Returns:
        Logarithms, shape (k,).
    """
    r, alpha, s, beta = theta
    shape = r + count
    both = shape + s
    if alpha >= beta:
        fraction = gauss_fraction(shape, both + 1, (alpha - beta) / (alpha + time))
        powers = -s * np.log(beta + time) - shape * np.log(alpha + time)
    else:
        fraction = gauss_fraction(np.full(count.size, s + 1), both + 1, (beta - alpha) / (beta + time))
        powers = (1 - shape) * np.log(alpha + time) - (s + 1) * np.log(beta + time)
    return np.asarray(np.log(s / both) + powers + np.log(fraction))


def departure_integral(
    theta: FloatArray, count: FloatArray, last: FloatArray, age: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The integral of s ((alpha + t_x)/(alpha + u))^(r + x) ((beta + t_x)/(beta + u))^s / (beta + u) from t_x to T.

    Gauss-Legendre nodes in ln((m + u) / (m + t_x)), m the smaller of alpha and beta, up to where nothing is left. The
    integrand is positive: nothing cancels, at any parameters.

    Args:
        theta: r, alpha, s, beta.
        count: x, shape (n,).
        last: t_x, shape (n,).
        age: T, shape (n,).

    Returns:
        The integral (n,), and its derivatives (4, n) in theta.
    """
    r, alpha, s, beta = theta
    nodes, weights = legendre(DEPARTURE_NODES)
    value, slopes = np.empty(count.size), np.empty((4, count.size))
    smaller = min(alpha, beta)
    for start in range(0, count.size, DEPARTURE_BLOCK):
        part = slice(start, start + DEPARTURE_BLOCK)
        shape, begin = (r + count[part])[:, None], last[part][:, None]
        origin = smaller + begin
        steepness = shape * origin / (alpha + begin) + (s + 1) * origin / (beta + begin) - 1
        longest = np.log1p((age[part][:, None] - begin) / origin)
        longest = np.minimum(longest, 45 / np.maximum(steepness, 1e-3))
        place = longest * (nodes + 1) / 2
        passed = origin * np.expm1(place)
        buying, leaving = np.log1p(passed / (alpha + begin)), np.log1p(passed / (beta + begin))
        to_end = 1 / (beta + begin + passed)
        density = weights * longest / 2 * s * (origin + passed) * to_end * np.exp(-shape * buying - s * leaving)
        value[part] = density.sum(axis=1)
        slopes[0, part] = -(density * buying).sum(axis=1)
        shares = passed / (alpha + begin + passed)
        slopes[1, part] = (shape / (alpha + begin) * density * shares).sum(axis=1)
        slopes[2, part] = value[part] / s - (density * leaving).sum(axis=1)
        slopes[3, part] = ((s * passed / (beta + begin) - 1) * density * to_end).sum(axis=1)
    return value, slopes


class _Likelihood:
    """Mean log-likelihood and gradient in log-parameters.

    L = G(r+x) alpha^r beta^s / G(r) [(alpha+T)^-(r+x) (beta+T)^-s + (alpha+t_x)^-(r+x) (beta+t_x)^-s I], I the integral
    of ``departure_integral``: equation 15 of notes/009 before it is written with hypergeometric functions.
    """

    def __init__(self, histories: Histories) -> None:
        self.rows, self.total = histories, histories.customers
        self.counts, position = np.unique(histories.frequency, return_inverse=True)
        self.counts_weights = np.bincount(position.ravel(), histories.weights)

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        theta = np.exp(point)
        value, gradient = self._count_part(*theta)
        for start in range(0, self.rows.frequency.size, DEPARTURE_BLOCK):
            more, slopes = self._time_part(theta, slice(start, start + DEPARTURE_BLOCK))
            value += more
            gradient += slopes
        return value / self.total, gradient * theta / self.total

    def _count_part(self, r: float, alpha: float, s: float, beta: float) -> tuple[float, FloatArray]:
        x, weights = self.counts, self.counts_weights
        value = float(weights @ (gammaln(r + x) - gammaln(r)))
        slope_r = float(weights @ (digamma(r + x) - digamma(r))) + self.total * np.log(alpha)
        slopes = np.array([slope_r, self.total * r / alpha, self.total * np.log(beta), self.total * s / beta])
        return value + self.total * float(r * np.log(alpha) + s * np.log(beta)), slopes

    def _time_part(self, theta: FloatArray, part: slice) -> tuple[float, FloatArray]:
        rows = self.rows
        count, begin, ending = rows.frequency[part], rows.recency_age[part], rows.age[part]
        weights = rows.weights[part]
        last, last_slopes = _log_alive(theta, count, begin)
        end, end_slopes = _log_alive(theta, count, ending)
        integral, slopes = departure_integral(theta, count, begin, ending)
        stayed = np.exp(end - last)
        sums = stayed + integral
        value = float(weights @ (last + np.log(sums)))
        alive, gone, parts = weights * stayed / sums, weights * integral / sums, slopes @ (weights / sums)
        return value, end_slopes @ alive + last_slopes @ gone + parts


def _log_alive(theta: FloatArray, count: FloatArray, time: FloatArray) -> tuple[FloatArray, FloatArray]:
    r, alpha, s, beta = theta
    buying, leaving = np.log(alpha + time), np.log(beta + time)
    slopes = np.array([-buying, -(r + count) / (alpha + time), -leaving, -s / (beta + time)])
    return -(r + count) * buying - s * leaving, slopes


class ParetoNBD(PurchaseModel):
    """Pareto/NBD: purchases at a rate ~ Gamma(r, alpha) until a departure at a rate ~ Gamma(s, beta).

    Sources: Schmittlein, Morrison & Colombo (1987), Management Science 33(1); Fader & Hardie (2005), A Note on Deriving
    the Pareto/NBD Model, brucehardie.com/notes/009; Fader, Hardie & Lee (2005), RFM and CLV, for DERT.
    """

    name: ClassVar[str] = "Pareto/NBD"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    scale_parameters: ClassVar[tuple[int, ...]] = (1, 3)
    sample_rows: ClassVar[int] = 2_000
    starts: ClassVar[tuple[tuple[float, ...], ...]] = ((0.5, 1.0, 0.5, 0.7), (1.5, 1.0, 1.5, 3.0))

    def chance_alive(
        self, theta: FloatArray, frequency: FloatArray, recency_age: FloatArray, age: FloatArray
    ) -> FloatArray:
        """P(alive) = 1 / (1 + [D(t_x) - D(T)] (alpha + T)^(r + x) (beta + T)^s)."""
        r, alpha, s, beta = theta
        if min(alpha, beta) < SMALLEST_RATIO * max(alpha, beta):
            last, end = _log_alive(theta, frequency, recency_age)[0], _log_alive(theta, frequency, age)[0]
            with np.errstate(over="ignore"):
                gone = departure_integral(theta, frequency, recency_age, age)[0] * np.exp(last - end)
            return np.asarray(1 / (1 + gone))
        at_last, at_end = pair_up(frequency, recency_age), pair_up(frequency, age)
        alive = (r + at_end.counts) * np.log(alpha + at_end.times) + s * np.log(beta + at_end.times)
        ended = log_departed(theta, at_end.counts, at_end.times) + alive
        bought = log_departed(theta, at_last.counts, at_last.times)
        with np.errstate(over="ignore"):
            later = np.exp(bought[at_last.position] + alive[at_end.position])
            return np.asarray(1 / (1 + np.maximum(later - np.exp(ended)[at_end.position], 0.0)))

    def expected_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: FloatArray) -> FloatArray:
        """(r + x)(beta + T) / (alpha + T) times L exprel((1 - s) L), L = ln(1 + t / (beta + T)); no pole at s = 1."""
        r, alpha, s, beta = theta
        growth = np.log1p(horizon / (beta + age))
        return np.asarray((r + count) / (alpha + age) * (beta + age) * growth * exprel((1 - s) * growth))

    def chance_of_none_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
        """Nothing until t, or until an earlier departure at u: N(t) S(t) + the integral of N(u) times its density.

        N(u) = ((alpha + T) / (alpha + T + u))^(r + x), S(u) = ((beta + T) / (beta + T + u))^s. With v = -ln S(u) the
        integral is that of N(u(v)) exp(-v) from 0 to -ln S(t), by Gauss and Legendre.
        """
        r, alpha, s, beta = theta
        shape, rates, lives = (r + count)[:, None], (alpha + age)[:, None], (beta + age)[:, None]
        nodes, weights = legendre(TAIL_NODES)
        last = s * np.log1p(horizon / lives)
        v = last * (nodes + 1) / 2
        gone = np.exp(-shape * np.log1p(lives * np.expm1(v / s) / rates) - v) @ weights * last[:, 0] / 2
        stayed = np.exp(-shape * np.log1p(horizon / rates) - last)[:, 0]
        return np.asarray(gone + stayed)

    def draw_alive(
        self, theta: FloatArray, count: float, age: float, horizon: float, draws: int, random: np.random.Generator
    ) -> FloatArray:
        """Given alive, the rates are gamma (r + x, alpha + T) and (s, beta + T); purchases until the departure."""
        r, alpha, s, beta = theta
        rate = random.gamma(r + count, 1 / (alpha + age), draws)
        leaving = np.maximum(random.gamma(s, 1 / (beta + age), draws), 1e-300)
        lived = np.minimum(random.standard_exponential(draws) / leaving, horizon)
        return random.poisson(rate * lived).astype(np.float64)

    def moments_alive(
        self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float
    ) -> tuple[FloatArray, FloatArray]:
        """Second moments given alive, from the survival S(u) = ((beta + T) / (beta + T + u))^s.

        E[((1 - exp(-mu t)) / mu)^2] is the double integral of S(u + v) over the square of side t, and
        E[min(life, t)^2] twice the integral of u S(u).
        """
        r, alpha, s, beta = theta
        scale, shape = beta + age, r + count
        square_rate = shape * (shape + 1) / (alpha + age) ** 2
        once, twice = _first_moment(s, scale, horizon), _first_moment(s, scale, 2 * horizon)
        lived, lived_twice = _mean_life(s, scale, horizon), _mean_life(s, scale, 2 * horizon)
        own = square_rate * (2 * once - twice + 2 * horizon * (lived_twice - lived))
        return own, shape / (alpha + age) * lived + square_rate * 2 * once

    def expected_new(self, theta: FloatArray, horizon: FloatArray) -> FloatArray:
        """Equation 17 of notes/009: r beta / (alpha (s - 1)) [1 - (beta / (beta + t))^(s - 1)], without the pole."""
        return self.expected_alive(theta, np.zeros(1), np.zeros(1), horizon)

    def chance_at_least(self, theta: FloatArray, count: FloatArray, age: FloatArray) -> FloatArray:
        """P(X >= k): Poisson-gamma counts up to the departure or ``age``, integrated over the departure."""
        r, alpha, s, beta = theta
        nodes, weights = legendre(TAIL_NODES)
        smaller = min(alpha, beta)
        longest = np.log1p(age / smaller)[..., None]
        place = longest * (nodes + 1) / 2
        times = smaller * np.expm1(place)
        density = s / (beta + times) * (beta / (beta + times)) ** s * smaller * np.exp(place)
        reached = betainc(count[..., None], r, times / (alpha + times))
        departed = (weights * longest / 2 * density * reached).sum(axis=-1)
        return np.asarray(departed + betainc(count, r, age / (alpha + age)) * (beta / (beta + age)) ** s)

    def dert(
        self,
        discount_rate_per_unit: float,
        frequency: ArrayLike | None = None,
        recency_age: ArrayLike | None = None,
        age: ArrayLike | None = None,
    ) -> FloatArray:
        """Discounted expected residual purchases over an infinite horizon.

        Args:
            discount_rate_per_unit: Compound rate d per unit of time, above 0; d = 0.0027 a week is 15 % a year.
            frequency: Histories, shape (n,); the fitted rows if left out.
            recency_age: As in ``fit``.
            age: As in ``fit``.

        Returns:
            P(alive) (r + x)(beta + T) / (alpha + T) times Tricomi's U(1, 2 - s, d (beta + T)), shape (n,): equation 2
            of Fader, Hardie & Lee (2005) after U(a, b, z) = z^(1 - b) U(a - b + 1, 2 - b, z).

        Raises:
            EstimationError: If the rate is not above 0, where the sum may be infinite.
        """
        inputs = Inputs("ParetoNBD.dert", {"discount_rate_per_unit": discount_rate_per_unit})
        inputs.require_positive("discount_rate_per_unit")
        inputs.raise_problems()
        rows = self.rows("dert", frequency, recency_age, age)
        r, alpha, s, beta = self.theta
        ages, position = np.unique(rows[2], return_inverse=True)
        tail = (beta + ages) * scaled_exponential_integral(s, np.log1p(discount_rate_per_unit) * (beta + ages))
        rates = (r + rows[0]) / (alpha + rows[2])
        return np.asarray(self.chance_alive(self.theta, *rows) * rates * tail[position.ravel()])

    def sample(
        self, age: ArrayLike, random_state: int | np.random.Generator | None = None, future: float = 0.0
    ) -> SimulatedHistories:
        """Histories of customers observed for ``age``, exactly distributed.

        Args:
            age: Length of observation of each customer, shape (n,).
            random_state: Seed or generator.
            future: Time after ``age`` for which purchases are drawn as well.

        Returns:
            The histories, whether alive, and future purchases.
        """
        random = np.random.default_rng(random_state)
        r, alpha, s, beta = self.theta
        ages = np.atleast_1d(np.asarray(age, dtype=np.float64))
        rate = random.gamma(r, 1 / alpha, ages.size)
        departure_rate = np.maximum(random.gamma(s, 1 / beta, ages.size), 1e-300)
        life = random.exponential(1.0, ages.size) / departure_rate
        alive = life > ages
        frequency = random.poisson(rate * np.minimum(life, ages)).astype(np.float64)
        place = random.beta(np.maximum(frequency, 1e-9), 1.0)
        recency = np.where(frequency > 0, place * np.minimum(life, ages), 0.0)
        bought = random.poisson(rate * np.clip(life - ages, 0, future)).astype(np.int64)
        expected = np.where(alive, -np.expm1(-departure_rate * future) * (rate / departure_rate), 0.0)
        return SimulatedHistories(frequency, recency, ages, alive, bought, expected)

    def time_scale(self, theta: FloatArray) -> float:
        """beta, the scale of the departure rates."""
        return float(theta[3])

    def _objective(self, histories: Histories) -> Objective:
        return _Likelihood(histories)


def _mean_life(s: float, scale: FloatArray, upto: float) -> FloatArray:
    growth = np.log1p(upto / scale)
    return np.asarray(scale * growth * exprel((1 - s) * growth))


def _first_moment(s: float, scale: FloatArray, upto: float) -> FloatArray:
    nodes, weights = legendre(MOMENT_NODES)
    longest = np.log1p(upto / scale)[:, None]
    place = longest * (nodes + 1) / 2
    density = weights * longest / 2 * scale[:, None] ** 2 * np.expm1(place) * np.exp((1 - s) * place)
    return np.asarray(density.sum(axis=1))


def scaled_exponential_integral(order: float, z: FloatArray) -> FloatArray:
    """exp(z) E_s(z) = U(1, 2 - s, z) for any order s > 0 and z > 0, shape (k,).

    By Stieltjes' continued fraction (DLMF 8.19.17) for z >= 1; below 1 the part over (0, 1 / z) is integrated apart.
    """
    far = _exponential_fraction(order, np.maximum(z, 1.0))
    near = z < 1
    if near.any():
        small = z[near]
        nodes, weights = legendre(TAIL_NODES)
        longest = np.log(1 / small)[:, None]
        place = longest * (nodes + 1) / 2
        body = np.exp(small[:, None] * -np.expm1(place) + (1 - order) * place)
        rest = np.exp(small - 1) * small ** (order - 1) * _exponential_fraction(order, np.ones(1))
        far = far.copy()
        far[near] = (weights * longest / 2 * body).sum(axis=1) + rest
    return far


def _exponential_fraction(order: float, z: FloatArray) -> FloatArray:
    value = np.zeros_like(z)
    for k in range(200, 0, -1):
        value = (order + k - 1) / (1 + k / (z + value))
    return np.asarray(1 / (z + value))
