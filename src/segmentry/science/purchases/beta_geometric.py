"""BG/NBD (Fader, Hardie & Lee 2005) and MBG/NBD (Batislam, Denizel & Filiztekin 2007): depart after a purchase.

Both are one family. A customer buys at a Poisson rate ~ Gamma(r, alpha) while alive, and after a purchase departs with
a chance ~ Beta(a, b). In BG/NBD the first purchase is no occasion to depart, in MBG/NBD it is: x repeats mean x or
x + 1 survived chances.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, digamma, gammaln

from segmentry.science.inputs import FloatArray
from segmentry.science.likelihood import Objective
from segmentry.science.purchases.histories import Histories
from segmentry.science.purchases.model import PurchaseModel, SimulatedHistories
from segmentry.science.purchases.special import beta_average, expected_while_alive

BLOCK = 8_192  # above 10,000 BLAS starts threads for sums of products, which stall on busy cores
MOMENT_BLOCK = 512


class _Likelihood:
    """Mean log-likelihood of one data set and its closed-form gradient in log-parameters, on the softplus form.

    ln L = ln G(r+x) - ln G(r) + r ln alpha + ln B(a, b+s) - ln B(a, b) - (r+x) ln(alpha+T) + softplus(u),
    u = ln a - ln(b+s-1) + (r+x) ln((alpha+T)/(alpha+t_x)), s survived chances; the last term is absent at s = 0.
    """

    def __init__(self, histories: Histories, first_chance: int) -> None:
        self.rows = histories
        self.first_chance = first_chance
        self.counts, self.position = np.unique(histories.frequency, return_inverse=True)
        self.counts_weights = np.bincount(self.position, histories.weights)
        self.total = histories.customers

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        theta = np.exp(point)
        value, gradient = self._count_part(*theta)
        shape, log_odds, hazard = self._tables(*theta)
        for start in range(0, self.rows.frequency.size, BLOCK):
            more, slope = self._block(slice(start, start + BLOCK), theta, shape, log_odds, hazard)
            value += more
            gradient += slope
        return value / self.total, gradient * theta / self.total

    def _count_part(self, r: float, alpha: float, a: float, b: float) -> tuple[float, FloatArray]:
        x, weights, stayed = self.counts, self.counts_weights, self.counts + self.first_chance
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + stayed) - betaln(a, b)
        both, both_after = digamma(a + b), digamma(a + b + stayed)
        slopes = [
            digamma(r + x) - digamma(r) + np.log(alpha),
            np.full(x.size, r / alpha),
            both - both_after,
            digamma(b + stayed) - both_after - digamma(b) + both,
        ]
        return float(weights @ value), np.array([float(weights @ slope) for slope in slopes])

    def _tables(self, r: float, alpha: float, a: float, b: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        stayed = self.counts + self.first_chance
        chance_given = stayed > 0
        before = np.where(chance_given, b + stayed - 1, 1.0)
        return r + self.counts, np.where(chance_given, np.log(a / before), -np.inf), chance_given / before

    def _block(
        self, part: slice, theta: FloatArray, shape: FloatArray, log_odds: FloatArray, hazard: FloatArray
    ) -> tuple[float, FloatArray]:
        alpha, a = theta[1], theta[2]
        position, weights = self.position[part], self.rows.weights[part]
        ending, latest = self.rows.age[part] + alpha, self.rows.recency_age[part] + alpha
        shapes = shape[position]
        log_ending = np.log(ending)
        ratio = log_ending - np.log(latest)
        odds = log_odds[position] + shapes * ratio
        small = np.exp(-np.abs(odds))
        softplus = np.maximum(odds, 0) + np.log(1 + small)
        gone = np.where(odds >= 0, 1.0, small) / (1 + small)
        gone *= weights
        gone_shapes = gone * shapes
        weighted_shapes = weights * shapes
        value = float(weights @ softplus - weighted_shapes @ log_ending)
        slope_r = float(gone @ ratio - weights @ log_ending)
        slope_alpha = float((gone_shapes - weighted_shapes) @ (1 / ending) - gone_shapes @ (1 / latest))
        return value, np.array([slope_r, slope_alpha, float(gone.sum()) / a, -float(gone @ hazard[position])])


class BetaGeometric(PurchaseModel):
    """BG/NBD: repeat purchases of customers who may depart after each repeat purchase.

    Zero-repeaters are all alive by assumption; where that misleads use ``ModifiedBetaGeometric`` or ``ParetoNBD``.

    Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
    """

    name: ClassVar[str] = "BG/NBD"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    scale_parameters: ClassVar[tuple[int, ...]] = (1,)
    starts: ClassVar[tuple[tuple[float, ...], ...]] = ((0.5, 1.0, 0.7, 2.0), (2.0, 1.0, 0.2, 2.0))
    first_chance: ClassVar[int] = 0

    def chance_alive(
        self, theta: FloatArray, frequency: FloatArray, recency_age: FloatArray, age: FloatArray
    ) -> FloatArray:
        """P(alive): the logistic function of -u, exactly 1 where no chance to depart has passed."""
        r, alpha, a, b = theta
        odds = np.empty(frequency.size)
        for start in range(0, frequency.size, BLOCK):
            part = slice(start, start + BLOCK)
            x = frequency[part]
            before = b + x + (self.first_chance - 1)
            ratio = np.log((age[part] + alpha) / (recency_age[part] + alpha))
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                log_odds = np.log(a / before) + (r + x) * ratio
                odds[part] = 1 / (1 + np.exp(log_odds))
            if not self.first_chance:
                odds[part][x == 0] = 1.0
        return odds

    def expected_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: FloatArray) -> FloatArray:
        """Expected purchases given alive: see ``special.expected_while_alive``."""
        r, alpha, a, b = theta
        stayed = b + self.first_chance + count
        return expected_while_alive(a, b + self.first_chance - r, stayed, alpha + age, np.asarray(horizon))

    def chance_of_none_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
        """((alpha + T) / (alpha + T + t))^(r + x): whoever is alive departs after a purchase only."""
        r, alpha, _, _ = theta
        return np.asarray(np.exp(-(r + count) * np.log1p(horizon / (alpha + age))))

    def draw_alive(
        self, theta: FloatArray, count: float, age: float, horizon: float, draws: int, random: np.random.Generator
    ) -> FloatArray:
        """Given alive, the rate is gamma (r + x, alpha + T), the chance beta (a, b + x); arrivals until it departs."""
        r, alpha, a, b = theta
        rate = random.gamma(r + count, 1 / (alpha + age), draws)
        chance = np.maximum(random.beta(a, b + self.first_chance + count, draws), 1e-12)
        return np.minimum(random.poisson(rate * horizon), random.geometric(chance)).astype(np.float64)

    def moments_alive(
        self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float
    ) -> tuple[FloatArray, FloatArray]:
        """Second moments given alive, by quadrature over the drop-out chance.

        With rate l and chance p: own mean m = (1 - exp(-l p t)) / p, and
        E[Y^2] = m + 2 (1 - p) / p^2 (1 - exp(-l p t) (1 + l p t)).
        """
        r, alpha, a, b = theta
        shape, y = r + count, horizon / (alpha + age)
        own, bought = np.empty(shape.size), np.empty(shape.size)
        for start in range(0, shape.size, MOMENT_BLOCK):
            part = slice(start, start + MOMENT_BLOCK)
            stayed = b + self.first_chance + count[part]
            own[part], bought[part] = _moments(a, stayed, shape[part], y[part])
        return own, bought

    def expected_new(self, theta: FloatArray, horizon: FloatArray) -> FloatArray:
        """Expected repeat purchases of new customers; in MBG/NBD only a share b / (a + b) survives the first one."""
        _, _, a, b = theta
        starting = b / (a + b) if self.first_chance else 1.0
        return starting * self.expected_alive(theta, np.zeros(1), np.zeros(1), horizon)

    def chance_at_least(self, theta: FloatArray, count: FloatArray, age: FloatArray) -> FloatArray:
        """P(X >= k) = P(Poisson-gamma count >= k) times the mean of (1 - p) ** (k - 1), or ** k in MBG/NBD."""
        r, alpha, a, b = theta
        stayed = np.exp(betaln(a, b + count - 1 + self.first_chance) - betaln(a, b))
        return np.asarray(betainc(count, r, age / (alpha + age)) * stayed)

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
        r, alpha, a, b = self.theta
        ages = np.atleast_1d(np.asarray(age, dtype=np.float64))
        rate = random.gamma(r, 1 / alpha, ages.size)
        chance = np.maximum(random.beta(a, b, ages.size), 1e-18)
        last = random.geometric(chance).astype(np.float64) - self.first_chance
        arrivals = random.poisson(rate * ages).astype(np.float64)
        alive = arrivals < last
        frequency = np.minimum(arrivals, last)
        after = np.where(alive, 1.0, arrivals - frequency + 1)
        place = random.beta(np.maximum(frequency, 1e-9), after)
        recency = np.where(frequency > 0, place * ages, 0.0)
        coming = random.poisson(rate * future).astype(np.float64)
        bought = np.where(alive, np.minimum(coming, last - arrivals), 0).astype(np.int64)
        expected = np.where(alive, -np.expm1(-rate * chance * future) / chance, 0.0)
        return SimulatedHistories(frequency, recency, ages, alive, bought, expected)

    def time_scale(self, theta: FloatArray) -> float:
        """alpha, the scale of the purchase rates."""
        return float(theta[1])

    def _objective(self, histories: Histories) -> Objective:
        return _Likelihood(histories, self.first_chance)


class ModifiedBetaGeometric(BetaGeometric):
    """MBG/NBD: as BG/NBD, but customers may depart right after their first purchase.

    Zero-repeaters are alive with a chance that falls with their age, as they should.

    Source: Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3).
    """

    name: ClassVar[str] = "MBG/NBD"
    first_chance: ClassVar[int] = 1


def _moments(a: float, stayed: FloatArray, shape: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    reach, power, time = shape * y, shape[:, None], y[:, None]
    smallest = (1e-6 / (1 + reach))[:, None]

    def own_mean(chance: FloatArray) -> FloatArray:
        p = np.maximum(chance, smallest)
        once, twice = -np.expm1(-power * np.log1p(p * time)), -np.expm1(-power * np.log1p(2 * p * time))
        return np.asarray((2 * once - twice) / p**2)

    def square(chance: FloatArray) -> FloatArray:
        p = np.maximum(chance, smallest)
        stay = np.exp(-power * np.log1p(p * time))
        return np.asarray((1 - stay) / p + 2 * (1 - p) * (1 - stay * (1 + power * p * time / (1 + p * time))) / p**2)

    return beta_average(own_mean, a, stayed, reach), beta_average(square, a, stayed, reach)
