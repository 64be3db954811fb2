"""What a purchase is worth: the Gamma-Gamma model of mean spend (Colombo & Jiang 1999; Fader & Hardie 2013)."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from segmentry.science.findings import Check, Status, judge
from segmentry.science.inputs import FloatArray, Inputs, inner, not_estimable, require_fitted
from segmentry.science.likelihood import Maximum, Objective, covariance_of, maximize
from segmentry.science.purchases.parameters import KnownParameters
from segmentry.terms.numbers import NotEstimable

BLOCK = 8_192  # above 10,000 BLAS starts threads for sums of products, which stall on busy cores
SAMPLE_ROWS = 20_000
FEWEST_REPEATERS = 10


class _Likelihood:
    """Mean log-likelihood and gradient in the logs of p, q, gamma; mean spend z of x purchases.

    ln f = ln G(px+q) - ln G(px) - ln G(q) + q ln gamma + (px-1) ln z + px ln x - (px+q) ln(gamma + x z),
    equation 1a of Fader & Hardie (2013).
    """

    def __init__(self, frequency: FloatArray, spend: FloatArray, weights: FloatArray) -> None:
        self.counts, self.position = np.unique(frequency, return_inverse=True)
        self.counts_weights = np.bincount(self.position, weights)
        self.frequency, self.totals, self.weights = frequency, frequency * spend, weights
        self.size = float(weights.sum())
        logs = np.log(spend)
        self.constant = -inner(weights, logs)
        self.log_totals = inner(weights * frequency, logs + np.log(frequency))

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        p, q, gamma = theta = np.exp(point)
        x, weights = self.counts, self.counts_weights
        value = float(weights @ (gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)))
        joint = digamma(p * x + q)
        gradient = np.array(
            [
                float(weights @ (x * (joint - digamma(p * x)))) + self.log_totals,
                float(weights @ (joint - digamma(q) + np.log(gamma))),
                self.size * q / gamma,
            ]
        )
        value += self.constant + p * self.log_totals
        for start in range(0, self.frequency.size, BLOCK):
            part = slice(start, start + BLOCK)
            weights_x = self.weights[part] * self.frequency[part]
            sums = self.totals[part] + gamma
            logs = np.log(sums)
            with_x, without = float(weights_x @ logs), float(self.weights[part] @ logs)
            value -= p * with_x + q * without
            inverse = 1 / sums
            spread = p * float(weights_x @ inverse) + q * float(self.weights[part] @ inverse)
            gradient -= (with_x, without, spread)
        return value / self.size, gradient * theta / self.size


class GammaGamma(KnownParameters):
    """Mean spend per purchase, when spend does not depend on how often a customer buys.

    A purchase is Gamma(p, v) distributed, v differs between customers as Gamma(q, gamma). Fitted on repeat customers
    only; ``frequency`` counts the purchases that ``mean_spend`` averages, repeats by convention.

    Attributes:
        parameters_: p, q (pure numbers) and gamma (money).
        standard_errors_: Standard errors beside them.
        covariance_: Covariance of the logarithms of p, q, gamma, shape (3, 3).
        log_likelihood_: Maximized log-likelihood.
        converged_: Whether the optimizer met its tolerance.
        n_customers_: Repeat customers fitted (the sum of weights).
        checks_: What the fit has to say, with spend against frequency.

    Source: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, brucehardie.com/notes/025.
    """

    name: ClassVar[str] = "Gamma-Gamma"
    parameter_names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")

    _spend_rows: tuple[FloatArray, FloatArray]

    def fit(self, frequency: ArrayLike, mean_spend: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Learn p, q and gamma by maximum likelihood.

        Args:
            frequency: Purchases averaged, 1 or more, shape (n,).
            mean_spend: Their mean value, above 0, in money, shape (n,).
            weights: Customers with that pair, shape (n,); 1 each if left out.

        Returns:
            The model itself.

        Raises:
            EstimationError: With all mistakes in the data; code ``NOT_ESTIMABLE`` where nothing can be learned.
        """
        counts, spend, repeats = self._read(frequency, mean_spend, weights)
        unit = float(np.average(spend, weights=repeats))
        objective = _Likelihood(counts, spend / unit, repeats)
        best = self._maximize(objective, counts, spend / unit, repeats)
        theta = np.exp(best.point) * np.array([1, 1, unit])
        covariance, sound = covariance_of(best, objective.size)
        self._learn(theta, covariance)
        self.log_likelihood_ = (best.value - float(np.log(unit))) * objective.size
        self.converged_, self.n_customers_ = best.converged, objective.size
        self._spend_rows = counts, spend
        status: Status = "failed" if not best.converged else "passed" if sound else "warned"
        text = f"The likelihood of spend {'was maximized' if status == 'passed' else 'has no clear maximum'}."
        convergence = Check("spend_convergence", status, float(best.iterations), text)
        self.checks_ = (convergence, spend_frequency_correlation(counts, spend, repeats), self._judge_tail())
        return self

    @property
    def population_mean(self) -> float | NotEstimable:
        """Mean spend per purchase over the population, p gamma / (q - 1), in money; not estimable at q <= 1."""
        p, q, gamma = self.theta
        if q <= 1:
            return NotEstimable("The fitted spend has so heavy a tail (q <= 1) that its mean is infinite.")
        return float(p * gamma / (q - 1))

    def expected_spend(
        self, frequency: ArrayLike | None = None, mean_spend: ArrayLike | None = None
    ) -> FloatArray | NotEstimable:
        """Expected spend per future purchase of each customer, given what was seen.

        Args:
            frequency: Purchases seen, 0 for none, shape (n,); the fitted rows if left out.
            mean_spend: Their mean value, shape (n,); ignored where frequency is 0.

        Returns:
            p (gamma + x z) / (p x + q - 1), shape (n,), in money; not estimable at q <= 1, where the mean of a customer
            without purchases is infinite.

        Raises:
            EstimationError: With all mistakes in the arrays.
        """
        if isinstance(self.population_mean, NotEstimable):
            return self.population_mean
        counts, spend = self._rows_asked(frequency, mean_spend)
        return self.expected(self.theta, counts, spend)

    def expected(self, theta: FloatArray, frequency: FloatArray, mean_spend: FloatArray) -> FloatArray:
        """Expected spend under the parameters ``theta``, shape (n,)."""
        p, q, gamma = theta
        totals = np.where(frequency > 0, frequency * mean_spend, 0.0)
        return np.asarray(p * (gamma + totals) / (p * frequency + q - 1))

    def square_means(
        self, theta: FloatArray, frequency: FloatArray, mean_spend: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Posterior means of p^2 / v^2 (squared own mean) and p / v^2 (variance of one purchase), each shape (n,).

        Infinite where p x + q <= 2.
        """
        p, q, gamma = theta
        shape = p * frequency + q
        rate = gamma + np.where(frequency > 0, frequency * mean_spend, 0.0)
        room = (shape - 1) * (shape - 2)
        inverse_square = np.divide(rate**2, room, out=np.full(shape.shape, np.inf), where=shape > 2)
        return p**2 * inverse_square, p * inverse_square

    def _rows_asked(self, frequency: ArrayLike | None, mean_spend: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
        if frequency is None or mean_spend is None:
            require_fitted(self, "_spend_rows")
            return self._spend_rows
        counts = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
        spend = np.atleast_1d(np.asarray(mean_spend, dtype=np.float64))
        if counts.shape == spend.shape:
            spend = np.where(counts == 0, 0.0, spend)
        inputs = Inputs("GammaGamma.expected_spend", {"frequency": counts, "mean_spend": spend})
        inputs.require_not_negative("frequency", "mean_spend")
        inputs.raise_problems()
        return inputs["frequency"], inputs["mean_spend"]

    def _read(
        self, frequency: ArrayLike, mean_spend: ArrayLike, weights: ArrayLike | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        columns = {"frequency": frequency, "mean_spend": mean_spend}
        inputs = Inputs("GammaGamma.fit", columns if weights is None else columns | {"weights": weights})
        inputs.require_positive(*inputs.arrays)
        inputs.require_whole("frequency")
        inputs.raise_problems()
        counts, spend = inputs["frequency"], inputs["mean_spend"]
        repeats = np.ones(counts.size) if weights is None else inputs["weights"]
        if repeats.sum() < FEWEST_REPEATERS:
            reason = f"Fewer than {FEWEST_REPEATERS} repeat customers cannot show how spend differs."
            raise not_estimable("GammaGamma.fit", reason, f"{repeats.sum():.0f} customers", "Give more customers.")
        if float(np.ptp(spend)) <= 1e-12 * float(spend.max()):
            reason = "All customers spend the same, so nothing is left to estimate."
            raise not_estimable("GammaGamma.fit", reason, f"{spend[0]}", "Use that value as it is.")
        return counts, spend, repeats

    def _maximize(self, objective: Objective, counts: FloatArray, spend: FloatArray, weights: FloatArray) -> Maximum:
        start = np.log(np.array([2.0, 3.0, 1.0]))
        if counts.size <= 2 * SAMPLE_ROWS:
            return maximize(objective, start, self._search(float(weights.sum()), (2,)))
        rows = np.linspace(0, counts.size - 1, SAMPLE_ROWS).astype(np.int64)
        sample = _Likelihood(counts[rows], spend[rows], weights[rows])
        first = maximize(sample, start, self._search(sample.size, (2,)))
        return maximize(objective, first.point, self._search(float(weights.sum()), (2,)), first.hessian)

    def _judge_tail(self) -> Check:
        q = self.parameters_["q"]
        if q <= 1:
            return Check("spend_tail", "failed", q, "q <= 1: the mean spend of the population is infinite.")
        if q <= 2:
            return Check("spend_tail", "warned", q, "q <= 2: spend differs so much that its variance is infinite.")
        return Check("spend_tail", "passed", q, "The mean and the variance of spend are finite.")


def spend_frequency_correlation(frequency: ArrayLike, mean_spend: ArrayLike, weights: ArrayLike | None = None) -> Check:
    """Whether spend per purchase goes with frequency, which the Gamma-Gamma model says it does not.

    Args:
        frequency: Purchases averaged, shape (n,).
        mean_spend: Their mean value, shape (n,).
        weights: Customers, shape (n,); 1 each if left out.

    Returns:
        A check whose statistic is Pearson's correlation; it warns from 0.3 on, in either direction.
    """
    columns = {"frequency": frequency, "mean_spend": mean_spend}
    inputs = Inputs("spend_frequency_correlation", columns if weights is None else columns | {"weights": weights})
    inputs.raise_problems()
    counts, spend = inputs["frequency"], inputs["mean_spend"]
    rho = weighted_correlation(counts, spend, np.ones(counts.size) if weights is None else inputs["weights"])
    name, status = "spend_against_frequency", judge(abs(rho), 0.3)
    if status == "not_checked":
        return Check(name, status, rho, "Frequency or spend does not vary, so nothing could be measured.")
    if status == "passed":
        how = "hardly goes" if abs(rho) < 0.1 else "goes a little"
        return Check(name, status, rho, f"Spend per purchase {how} with frequency (correlation {rho:.2f}).")
    text = f"Spend per purchase goes with frequency (correlation {rho:.2f}): value per segment may be off."
    return Check(name, status, rho, text, "value frequent and rare buyers apart")


def weighted_correlation(first: FloatArray, second: FloatArray, weights: FloatArray) -> float:
    """Pearson's correlation of two arrays of shape (n,) under weights; NaN where one does not vary."""
    total = weights.sum()
    left, right = first - inner(weights, first) / total, second - inner(weights, second) / total
    spread = inner(weights, left**2) * inner(weights, right**2)
    return inner(weights, left * right) / spread**0.5 if spread > 0 else float("nan")
