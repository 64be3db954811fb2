"""What all purchase models in continuous time share: fitting, forecasting, discounting, checks of the fit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.findings import Check
from segmentry.science.inputs import FloatArray, Inputs, IntArray, inner, require_fitted
from segmentry.science.likelihood import Maximum, Objective, covariance_of, maximize
from segmentry.science.purchases.histories import Histories, Pairs, fold, pair_up, read_histories, refuse_if_hopeless
from segmentry.science.purchases.parameters import KnownParameters, ridge_text
from segmentry.science.quadrature import legendre
from segmentry.terms.errors import EstimationError, Problem

DISCOUNT_NODES = 6


@dataclass(frozen=True, slots=True)
class SimulatedHistories:
    """Histories drawn from a purchase model.

    Attributes:
        frequency: Repeat purchases up to ``age``, shape (n,).
        recency_age: Time of the last purchase, from the first one, shape (n,).
        age: Length of observation, shape (n,).
        alive: Whether the customer is still alive at ``age``, shape (n,).
        future: Purchases in the time after ``age`` that was asked for, shape (n,); zeros where none was.
        expected: Expected purchases in that time, given the customer's own true rates and state, shape (n,).
    """

    frequency: FloatArray
    recency_age: FloatArray
    age: FloatArray
    alive: NDArray[np.bool_]
    future: IntArray
    expected: FloatArray


class PurchaseModel(KnownParameters, ABC):
    """A model of repeat purchases with unseen departure, fitted by maximum likelihood.

    Times may be in any unit, the same everywhere; ``alpha`` (and ``beta`` of Pareto/NBD) come out in that unit.

    Attributes:
        parameters_: Name to value.
        standard_errors_: Name to standard error, from the observed information by the delta method.
        covariance_: Covariance of the *logarithms* of the parameters, shape (k, k), in the order of ``parameters_``.
        log_likelihood_: Maximized log-likelihood of all customers, without combinatorial constants.
        converged_: Whether the optimizer met its tolerance.
        n_customers_: Customers fitted (the sum of weights).
        checks_: What the fit itself has to say: convergence, ridges, edges.
    """

    scale_parameters: ClassVar[tuple[int, ...]]
    sample_rows: ClassVar[int] = 20_000
    starts: ClassVar[tuple[tuple[float, ...], ...]]

    _ages: tuple[FloatArray, FloatArray]

    def fit(
        self, frequency: ArrayLike, recency_age: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None
    ) -> Self:
        """Learn the parameters by maximum likelihood.

        Args:
            frequency: Repeat purchases x (distinct purchase days minus one), shape (n,).
            recency_age: Time from the first to the last purchase t_x, shape (n,).
            age: Time from the first purchase to the end of observation T, shape (n,).
            weights: Customers with that history, shape (n,); 1 each if left out. Weighted rows are taken as distinct.

        Returns:
            The model itself.

        Raises:
            EstimationError: With all mistakes in the data; code ``NOT_ESTIMABLE`` where nothing can be learned.
        """
        where = f"{type(self).__name__}.fit"
        columns = read_histories(where, frequency, recency_age, age, weights)
        histories = fold(*columns)
        refuse_if_hopeless(where, histories)
        self._rows = columns[:3]
        self._maximize(histories)
        return self

    def predict(
        self,
        horizon: ArrayLike,
        frequency: ArrayLike | None = None,
        recency_age: ArrayLike | None = None,
        age: ArrayLike | None = None,
    ) -> FloatArray:
        """Expected purchases of each customer over the coming ``horizon``, given the history.

        Args:
            horizon: Length of the future, in the unit of time; a scalar, or shape (h,).
            frequency: Histories to forecast, shape (n,); the fitted rows if left out.
            recency_age: As in ``fit``.
            age: As in ``fit``.

        Returns:
            Shape (n,), or (n, h) for several horizons.
        """
        rows = self.rows("predict", frequency, recency_age, age)
        horizons = self._horizons(horizon)
        pairs = pair_up(rows[0], rows[2])
        expected = self.expected_alive(self.theta, pairs.counts[:, None], pairs.times[:, None], horizons[None, :])
        alive = self.chance_alive(self.theta, *rows)
        if np.ndim(horizon) == 0:
            alive *= expected[:, 0][pairs.position]
            return alive
        return np.asarray(expected[pairs.position] * alive[:, None])

    def p_alive(
        self,
        frequency: ArrayLike | None = None,
        recency_age: ArrayLike | None = None,
        age: ArrayLike | None = None,
    ) -> FloatArray:
        """Probability that each customer has not departed yet, shape (n,); the fitted rows if none are given."""
        return self.chance_alive(self.theta, *self.rows("p_alive", frequency, recency_age, age))

    def discounted_expected(
        self,
        horizon: float,
        discount_rate_per_unit: float,
        frequency: ArrayLike | None = None,
        recency_age: ArrayLike | None = None,
        age: ArrayLike | None = None,
        *,
        step: float | None = None,
    ) -> FloatArray:
        """Expected purchases over a finite horizon, discounted to now (DET).

        Args:
            horizon: Length of the future, in the unit of time.
            discount_rate_per_unit: Compound rate d per unit of time; a purchase at t counts (1 + d) ** -t.
            frequency: Histories, shape (n,); the fitted rows if left out.
            recency_age: As in ``fit``.
            age: As in ``fit``.
            step: Discount the purchases of each step at its end (months, say); continuously if left out.

        Returns:
            Discounted expected purchases, shape (n,).
        """
        rows = self.rows("discounted_expected", frequency, recency_age, age)
        pairs = pair_up(rows[0], rows[2])
        total = self.discounted_alive(self.theta, pairs, horizon, discount_rate_per_unit, step)
        alive = self.chance_alive(self.theta, *rows)
        alive *= total[pairs.position]
        return alive

    def discounted_alive(
        self, theta: FloatArray, pairs: Pairs, horizon: float, discount_rate_per_unit: float, step: float | None = None
    ) -> FloatArray:
        """Discounted expected purchases of customers known to be alive, for each distinct pair, shape (k,).

        Without ``step``, by parts: exp(-dH) E(H) + d times the integral of exp(-du) E(u), by Gauss-Legendre nodes in
        ln(1 + u / age scale), in which E is nearly straight.
        """
        if step is not None:
            return self._discounted_in_steps(theta, pairs, horizon, discount_rate_per_unit, step)
        force = float(np.log1p(discount_rate_per_unit))
        nodes, weights = legendre(DISCOUNT_NODES + int(min(4 * force * horizon, 250)))
        scale = (pairs.times + self.time_scale(theta))[:, None]
        longest = np.log1p(horizon / scale)
        if force == 0:
            nodes, weights = nodes[:0], weights[:0]
        place = longest * (nodes + 1) / 2
        times = np.concatenate([scale * np.expm1(place), np.full((scale.size, 1), float(horizon))], axis=1)
        expected = self.expected_alive(theta, pairs.counts[:, None], pairs.times[:, None], times)
        measure = weights * (longest / 2) * scale * np.exp(place) * np.exp(-force * times[:, :-1])
        return np.asarray(np.exp(-force * horizon) * expected[:, -1] + force * (measure * expected[:, :-1]).sum(axis=1))

    def _discounted_in_steps(
        self, theta: FloatArray, pairs: Pairs, horizon: float, rate: float, step: float
    ) -> FloatArray:
        ends = np.append(np.arange(1, np.ceil(horizon / step - 1e-9)) * step, horizon)
        expected = self.expected_alive(theta, pairs.counts[:, None], pairs.times[:, None], ends[None, :])
        return np.asarray(np.diff(expected, axis=1, prepend=0.0) @ (1 + rate) ** -ends)

    def expected_purchases_new(self, horizon: ArrayLike) -> FloatArray:
        """Expected repeat purchases E[X(t)] of a customer acquired now, for horizons of any shape."""
        horizons = np.atleast_1d(np.asarray(horizon, dtype=np.float64))
        return self.expected_new(self.theta, horizons).reshape(np.shape(horizon))

    def frequency_distribution(
        self, most: int, age: ArrayLike | None = None, weights: ArrayLike | None = None
    ) -> FloatArray:
        """Expected number of customers with 0, 1, ... repeat purchases; the last cell is ``most`` or more.

        Args:
            most: Highest count with a cell of its own but the last; at least 1.
            age: Ages of the customers, shape (n,); those fitted if left out.
            weights: Customers of each age, shape (n,).

        Returns:
            Expected customers, shape (most + 1,); sums to the customers.
        """
        ages = self._fitted_ages() if age is None else (np.atleast_1d(np.asarray(age, dtype=np.float64)), weights)
        distinct, position = np.unique(ages[0], return_inverse=True)
        counts = np.bincount(position.ravel(), None if ages[1] is None else np.asarray(ages[1], dtype=np.float64))
        tails = self.chance_at_least(self.theta, np.arange(1, most + 1, dtype=np.float64)[None, :], distinct[:, None])
        cells = -np.diff(np.concatenate([np.ones((distinct.size, 1)), tails, np.zeros((distinct.size, 1))], axis=1))
        return np.asarray(counts @ cells)

    def rows(
        self, verb: str, frequency: ArrayLike | None, recency_age: ArrayLike | None, age: ArrayLike | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The histories asked about, checked; those fitted where none are given."""
        require_fitted(self)
        if frequency is None and recency_age is None and age is None:
            return self._fitted_rows()
        where = f"{type(self).__name__}.{verb}"
        if frequency is None or recency_age is None or age is None:
            what = "Either all of frequency, recency_age and age are given, or none."
            raise EstimationError(Problem("HISTORY_INCOMPLETE", what, where, "", "Give the three together."))
        return read_histories(where, frequency, recency_age, age)[:3]

    @abstractmethod
    def chance_alive(
        self, theta: FloatArray, frequency: FloatArray, recency_age: FloatArray, age: FloatArray
    ) -> FloatArray:
        """P(alive) of each row under the parameters ``theta``, shape (n,)."""

    @abstractmethod
    def expected_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: FloatArray) -> FloatArray:
        """Expected purchases over ``horizon`` of customers alive at ``age`` after ``count`` repeats; broadcasts."""

    @abstractmethod
    def moments_alive(
        self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float
    ) -> tuple[FloatArray, FloatArray]:
        """Second moments, given alive: of the customer's own true mean, and of the purchases; each of shape (k,)."""

    @abstractmethod
    def chance_of_none_alive(self, theta: FloatArray, count: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
        """P(no purchase over ``horizon``) of customers alive at ``age`` after ``count`` repeats, shape (k,)."""

    @abstractmethod
    def draw_alive(
        self, theta: FloatArray, count: float, age: float, horizon: float, draws: int, random: np.random.Generator
    ) -> FloatArray:
        """Purchases over ``horizon`` of a customer alive at ``age`` after ``count`` repeats, drawn; shape (draws,)."""

    @abstractmethod
    def expected_new(self, theta: FloatArray, horizon: FloatArray) -> FloatArray:
        """Expected repeat purchases of new customers."""

    @abstractmethod
    def chance_at_least(self, theta: FloatArray, count: FloatArray, age: FloatArray) -> FloatArray:
        """P(at least ``count`` >= 1 repeat purchases by ``age``); shapes broadcast."""

    @abstractmethod
    def sample(
        self, age: ArrayLike, random_state: int | np.random.Generator | None = None, future: float = 0.0
    ) -> SimulatedHistories:
        """Histories of customers observed for ``age``, shape (n,), and what they buy in the time ``future`` after."""

    @abstractmethod
    def time_scale(self, theta: FloatArray) -> float:
        """The time on which expected purchases of a new customer bend."""

    @abstractmethod
    def _objective(self, histories: Histories) -> Objective:
        """Log-parameters to the mean log-likelihood of ``histories`` and its gradient."""

    def _maximize(self, histories: Histories) -> None:
        unit = float(np.average(histories.age, weights=histories.weights))
        scaled = Histories(histories.frequency, histories.recency_age / unit, histories.age / unit, histories.weights)
        sample = scaled.sample(self.sample_rows)
        objective = self._objective(sample)
        best = max((self._climb(objective, start, sample) for start in self.starts), key=lambda found: found.value)
        if sample is not scaled:
            objective = self._objective(scaled)
            search = self._search(histories.customers, self.scale_parameters)
            best = maximize(objective, best.point, search, best.hessian)
        theta = np.exp(best.point)
        theta[list(self.scale_parameters)] *= unit
        covariance, sound = covariance_of(best, histories.customers)
        self._learn(theta, covariance)
        purchases = inner(histories.frequency, histories.weights)
        self.log_likelihood_ = best.value * histories.customers - purchases * float(np.log(unit))
        self.converged_, self.n_customers_ = best.converged, histories.customers
        self._ages = (histories.age, histories.weights)
        self.checks_ = self._judge(best, sound)

    def _climb(self, objective: Objective, start: tuple[float, ...], histories: Histories) -> Maximum:
        rate = inner(histories.frequency, histories.weights) / inner(histories.age, histories.weights)
        point = np.log(np.array(start))
        point[self.scale_parameters[0]] = point[0] - np.log(rate)
        return maximize(objective, point, self._search(histories.customers, self.scale_parameters))

    def _judge(self, best: Maximum, sound: bool) -> tuple[Check, ...]:
        edges = [name for name, edge in zip(self.parameter_names, best.at_bound, strict=True) if edge]
        wide = [name for name in self.parameter_names if self.standard_errors_[name] > self.parameters_[name]]
        return (
            Check(
                "convergence",
                "passed" if best.converged else "failed",
                float(best.iterations),
                f"The likelihood of purchases {'was maximized' if best.converged else 'has no clear maximum'}.",
            ),
            Check(
                "ridge",
                "passed" if sound and not wide else "warned",
                float(len(set(edges + wide))),
                ridge_text(edges, wide),
            ),
        )

    def _fitted_ages(self) -> tuple[FloatArray, FloatArray]:
        require_fitted(self, "_ages")
        return self._ages

    def _horizons(self, horizon: ArrayLike) -> FloatArray:
        inputs = Inputs(f"{type(self).__name__}.predict", {"horizon": np.atleast_1d(np.asarray(horizon))})
        inputs.require_not_negative("horizon")
        inputs.raise_problems()
        return inputs["horizon"]
