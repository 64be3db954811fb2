"""BG/BB (Fader, Hardie & Shang 2010): purchases at discrete opportunities, such as yearly appeals or events."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, gammaln

from segmentry.science.findings import Check
from segmentry.science.inputs import FloatArray, Inputs, IntArray, not_estimable
from segmentry.science.likelihood import covariance_of, maximize
from segmentry.science.purchases.histories import FEWEST_CUSTOMERS, FEWEST_REPEATERS
from segmentry.science.purchases.model import SimulatedHistories
from segmentry.science.purchases.parameters import KnownParameters, ridge_text

Rows = tuple[FloatArray, FloatArray, FloatArray]


def _joint(theta: FloatArray, bought: FloatArray, missed: FloatArray, stayed: FloatArray, left: int) -> FloatArray:
    alpha, beta, gamma, delta = theta
    return np.asarray(
        betaln(alpha + bought, beta + missed) - betaln(alpha, beta)
        + betaln(gamma + left, delta + stayed) - betaln(gamma, delta)
    )  # fmt: skip


def _joint_slopes(
    theta: FloatArray, bought: FloatArray, missed: FloatArray, stayed: FloatArray, left: int
) -> FloatArray:
    alpha, beta, gamma, delta = theta
    coin = digamma(alpha + beta) - digamma(alpha + beta + bought + missed)
    life = digamma(gamma + delta) - digamma(gamma + delta + stayed + left)
    return np.array(
        [
            digamma(alpha + bought) - digamma(alpha) + coin,
            digamma(beta + missed) - digamma(beta) + coin,
            digamma(gamma + left) - digamma(gamma) + life,
            digamma(delta + stayed) - digamma(delta) + life,
        ]
    )


def log_likelihood_terms(theta: FloatArray, rows: Rows) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log-likelihood of each row, its derivatives (4, m) in the parameters, and the logarithm of the alive part.

    Equation 1 of Fader, Hardie & Shang (2010), summed over the opportunity after which the customer may have left.
    """
    x, last, total = rows
    alive = _joint(theta, x, total - x, total, 0)
    value, slopes = alive.copy(), _joint_slopes(theta, x, total - x, total, 0)
    for i in range(int((total - last).max(initial=0))):
        open_rows = np.flatnonzero(last + i < total)
        bought, at = x[open_rows], last[open_rows] + i
        term = _joint(theta, bought, at - bought, at, 1)
        joined = np.logaddexp(value[open_rows], term)
        share = np.exp(term - joined)
        slopes[:, open_rows] += share * (_joint_slopes(theta, bought, at - bought, at, 1) - slopes[:, open_rows])
        value[open_rows] = joined
    return value, slopes, alive


class BetaGeometricBetaBinomial(KnownParameters):
    """BG/BB: leave with a chance ~ Beta(gamma, delta), else buy with a chance ~ Beta(alpha, beta), at each opportunity.

    Attributes:
        parameters_: alpha, beta (buying), gamma, delta (leaving).
        standard_errors_: Standard errors beside them.
        covariance_: Covariance of their logarithms, shape (4, 4).
        log_likelihood_: Maximized log-likelihood, without combinatorial constants.
        converged_: Whether the optimizer met its tolerance.
        n_customers_: Customers fitted (the sum of weights).
        checks_: What the fit itself has to say.

    Source: Fader, Hardie & Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing
    Science 29(6).
    """

    name: ClassVar[str] = "BG/BB"
    parameter_names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    def fit(
        self, frequency: ArrayLike, recency: ArrayLike, opportunities: ArrayLike, weights: ArrayLike | None = None
    ) -> Self:
        """Learn the parameters by maximum likelihood.

        Args:
            frequency: Opportunities taken x, shape (n,).
            recency: The opportunity last taken t_x, 0 for none, shape (n,).
            opportunities: Opportunities had n, 1 or more, shape (n,).
            weights: Customers with that history, shape (n,); 1 each if left out.

        Returns:
            The model itself.

        Raises:
            EstimationError: With all mistakes in the data; code ``NOT_ESTIMABLE`` where nothing can be learned.
        """
        rows, repeats = self._read("fit", frequency, recency, opportunities, weights)
        total = float(repeats.sum())
        if total < FEWEST_CUSTOMERS or float(repeats[rows[0] > 0].sum()) < FEWEST_REPEATERS:
            reason = "Too few customers, or almost nobody took an opportunity."
            raise not_estimable("BetaGeometricBetaBinomial.fit", reason, f"{total:.0f} customers", "Give more history.")
        distinct, position = np.unique(np.stack(rows, axis=1), axis=0, return_inverse=True)
        counts = np.bincount(position.ravel(), repeats)
        folded = (distinct[:, 0], distinct[:, 1], distinct[:, 2])

        def objective(point: FloatArray) -> tuple[float, FloatArray]:
            theta = np.exp(point)
            value, slopes, _ = log_likelihood_terms(theta, folded)
            return float(counts @ value) / total, slopes @ counts * theta / total

        starts = (np.log([1.0, 1.0, 0.7, 2.5]), np.log([2.0, 2.0, 2.0, 10.0]))
        found = (maximize(objective, start, self._search(total)) for start in starts)
        best = max(found, key=lambda one: one.value)
        covariance, sound = covariance_of(best, total)
        self._learn(np.exp(best.point), covariance)
        self.log_likelihood_, self.converged_, self.n_customers_ = best.value * total, best.converged, total
        self._rows = rows
        edges = [name for name, edge in zip(self.parameter_names, best.at_bound, strict=True) if edge]
        self.checks_ = (
            Check("convergence", "passed" if best.converged else "failed", best.iterations, "Newton steps taken."),
            Check("ridge", "passed" if sound else "warned", float(len(edges)), ridge_text(edges, [])),
        )
        return self

    def p_alive(
        self,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        opportunities: ArrayLike | None = None,
    ) -> FloatArray:
        """Probability of being alive at the next opportunity, shape (n,); equation 7 of the paper."""
        rows = self._asked("p_alive", frequency, recency, opportunities)
        return self._chance_alive(rows) * self._survival(rows[2], 1)

    def predict(
        self,
        horizon: int,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        opportunities: ArrayLike | None = None,
    ) -> FloatArray:
        """Expected purchases over the next ``horizon`` opportunities, shape (n,).

        P(alive at n) (alpha + x) / (alpha + beta + n) times the sum of survivals: equation 13 of the paper as a sum, in
        which gamma = 1 is no pole.
        """
        rows = self._asked("predict", frequency, recency, opportunities)
        x, _, total = rows
        alpha, beta = self.theta[:2]
        survivals = np.zeros(total.size)
        for ahead in range(1, int(horizon) + 1):
            survivals += self._survival(total, ahead)
        return np.asarray(self._chance_alive(rows) * (alpha + x) / (alpha + beta + total) * survivals)

    def expected_purchases_new(self, horizon: int) -> float:
        """Expected purchases of a new customer over ``horizon`` opportunities."""
        zero = np.zeros(1)
        survivals = sum(float(self._survival(zero, ahead)[0]) for ahead in range(1, int(horizon) + 1))
        alpha, beta = self.theta[:2]
        return float(alpha / (alpha + beta) * survivals)

    def frequency_distribution(self, opportunities: int) -> FloatArray:
        """P(X = 0), ..., P(X = n) of a new customer over n opportunities, shape (n + 1,); equation 8 of the paper."""
        counts = np.arange(opportunities + 1, dtype=np.float64)
        chances = np.zeros(opportunities + 1)
        for stayed in range(opportunities + 1):
            ended = stayed < opportunities
            possible = counts[: stayed + 1]
            ways = gammaln(stayed + 1) - gammaln(possible + 1) - gammaln(stayed - possible + 1)
            at = np.full(possible.size, float(stayed))
            chances[: stayed + 1] += np.exp(ways + _joint(self.theta, possible, at - possible, at, int(ended)))
        return chances

    def sample(
        self, opportunities: ArrayLike, random_state: int | np.random.Generator | None = None, future: int = 0
    ) -> SimulatedHistories:
        """Histories of customers with ``opportunities`` each, shape (n,); ``age`` of the result holds them."""
        random = np.random.default_rng(random_state)
        alpha, beta, gamma, delta = self.theta
        total = np.atleast_1d(np.asarray(opportunities, dtype=np.int64))
        buying, leaving = random.beta(alpha, beta, total.size), random.beta(gamma, delta, total.size)
        stayed = random.geometric(np.maximum(leaving, 1e-18)) - 1
        frequency, recency, later = (np.zeros(total.size, dtype=np.int64) for _ in range(3))
        for turn in range(1, int(total.max(initial=0)) + future + 1):
            took = (turn <= stayed) & (random.random(total.size) < buying)
            seen: IntArray = (took & (turn <= total)).astype(np.int64)
            frequency += seen
            recency = np.where(seen > 0, turn, recency)
            later += took & (turn > total) & (turn <= total + future)
        alive = stayed >= total
        stay = 1 - leaving
        expected = np.where(alive, buying * stay * -np.expm1(future * np.log1p(-leaving)) / leaving, 0.0)
        return SimulatedHistories(
            frequency.astype(np.float64), recency.astype(np.float64), total.astype(np.float64), alive, later, expected
        )

    def _survival(self, total: FloatArray, ahead: int) -> FloatArray:
        _, _, gamma, delta = self.theta
        return np.asarray(np.exp(betaln(gamma, delta + total + ahead) - betaln(gamma, delta + total)))

    def _chance_alive(self, rows: Rows) -> FloatArray:
        value, _, alive = log_likelihood_terms(self.theta, rows)
        return np.asarray(np.exp(alive - value))

    def _asked(
        self, verb: str, frequency: ArrayLike | None, recency: ArrayLike | None, opportunities: ArrayLike | None
    ) -> Rows:
        if frequency is None or recency is None or opportunities is None:
            return self._fitted_rows()
        return self._read(verb, frequency, recency, opportunities, None)[0]

    def _read(
        self,
        verb: str,
        frequency: ArrayLike,
        recency: ArrayLike,
        opportunities: ArrayLike,
        weights: ArrayLike | None,
    ) -> tuple[Rows, FloatArray]:
        columns = {"frequency": frequency, "recency": recency, "opportunities": opportunities}
        inputs = Inputs(f"{type(self).__name__}.{verb}", columns if weights is None else columns | {"weights": weights})
        inputs.require_not_negative("frequency", "recency", "opportunities")
        inputs.require_whole("frequency", "recency", "opportunities")
        if weights is not None:
            inputs.require_positive("weights")
        x, last, total = rows = inputs["frequency"], inputs["recency"], inputs["opportunities"]
        inputs.require(
            "recency", (last <= total) & (x <= last) & ((x > 0) | (last == 0)), "RECENCY_IMPOSSIBLE",
            "The last opportunity taken does not fit the counts.",
            "It lies between frequency and opportunities; 0 for none.",
        )  # fmt: skip
        inputs.raise_problems()
        return rows, np.ones(x.size) if weights is None else inputs["weights"]
