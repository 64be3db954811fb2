"""How sure a total over a group of customers is: 95 % intervals of purchases and of value.

Three targets, three kinds of interval, never to be mixed up:

* ``mean``: the expected total *given the observed histories, if the true parameters were known*. Only the parameters
  are uncertain; the interval shrinks with the data set.
* ``members``: the expected total given each member's *own true rates and state*, as a simulation knows them. Adds that
  two customers with one history are still different people; shrinks with the group.
* ``prediction``: the total that will *really happen*. Adds chance in the purchases and in their amounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import block_diag
from scipy.special import gammaincinv, ndtri

from segmentry.science.inputs import FloatArray, Inputs, IntArray
from segmentry.science.purchases.histories import Pairs, pair_up
from segmentry.science.purchases.model import PurchaseModel
from segmentry.science.spend import GammaGamma
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import Estimate, NotEstimable

Kind = Literal["mean", "members", "prediction"]
STEP = 1e-4


@dataclass(frozen=True, slots=True)
class GroupIntervals:
    """Totals of groups of customers with their intervals.

    Attributes:
        estimate: Expected totals, shape (g,), in purchases or in money.
        low: Lower ends, shape (g,).
        high: Upper ends, shape (g,); infinite where the variance of spend is.
        standard_error: Standard errors from the parameters alone, shape (g,).
        level: Coverage the intervals are built for.
        kind: What they cover: ``mean``, ``members`` or ``prediction``.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    level: float
    kind: Kind

    def estimates(self, unit: str) -> list[Estimate | NotEstimable]:
        """One ``Estimate`` in ``unit`` per group; not estimable where an end is not finite."""
        made: list[Estimate | NotEstimable] = []
        for value, low, high in zip(self.estimate, self.low, self.high, strict=True):
            if np.isfinite([value, low, high]).all():
                made.append(Estimate(float(value), float(low), float(high), unit, self.level, self.kind))
            else:
                made.append(NotEstimable("Spend differs so much between customers that its variance is infinite."))
        return made


def discount_rate_per_unit(annual_rate: float, units_per_year: float) -> float:
    """The compound rate per unit of time that makes ``annual_rate`` a year; 0.15 in 52 weeks is 0.00269."""
    return float(np.expm1(np.log1p(annual_rate) / units_per_year))


def total_interval(
    purchase_model: PurchaseModel,
    group_codes: ArrayLike,
    horizon: float,
    *,
    frequency: ArrayLike | None = None,
    recency_age: ArrayLike | None = None,
    age: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    rate_per_unit: float = 0.0,
    level: float = 0.95,
    kind: Kind = "mean",
) -> GroupIntervals:
    """Expected purchases of groups of customers over ``horizon``, with intervals.

    Args:
        purchase_model: A fitted purchase model.
        group_codes: Group of each customer, 0 to g - 1, or -1 for none, shape (n,).
        horizon: Length of the future, in the model's unit of time.
        frequency: Histories, shape (n,); the fitted rows if left out.
        recency_age: As in ``fit``.
        age: As in ``fit``.
        weights: Customers with that history, shape (n,); 1 each if left out.
        rate_per_unit: Compound discount rate per unit of time; 0 counts purchases as they are.
        level: Coverage.
        kind: ``mean``, ``members`` or ``prediction``; see the module.

    Returns:
        One interval per group.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    return value_interval(
        purchase_model, None, group_codes, horizon,
        frequency=frequency, recency_age=recency_age, age=age, weights=weights,
        rate_per_unit=rate_per_unit, level=level, kind=kind,
    )  # fmt: skip


def value_interval(
    purchase_model: PurchaseModel,
    spend_model: GammaGamma | None,
    group_codes: ArrayLike,
    horizon: float,
    *,
    frequency: ArrayLike | None = None,
    recency_age: ArrayLike | None = None,
    age: ArrayLike | None = None,
    mean_spend: ArrayLike | None = None,
    margin: ArrayLike = 1.0,
    weights: ArrayLike | None = None,
    rate_per_unit: float = 0.0,
    step: float | None = None,
    level: float = 0.95,
    kind: Kind = "mean",
) -> GroupIntervals:
    """Expected (discounted) value of groups of customers over ``horizon``, with intervals.

    Value is margin x expected discounted purchases x expected spend per purchase; the two models are fitted apart and
    their errors independent. Parameters enter by the delta method, with derivatives in their logarithms. The variance
    of members and outcomes is that of undiscounted totals times the squared ratio of discounted to undiscounted means.
    ``mean`` intervals are log-normal, the others gamma with the matching mean and variance: neither falls below 0.

    Args:
        purchase_model: A fitted purchase model.
        spend_model: A fitted spend model, or ``None`` to count purchases.
        group_codes: Group of each customer, 0 to g - 1, or -1 for none, shape (n,).
        horizon: Length of the future, in the model's unit of time.
        frequency: Histories, shape (n,); the fitted rows if left out.
        recency_age: As in ``fit``.
        age: As in ``fit``.
        mean_spend: Mean spend over the ``frequency`` repeat purchases, shape (n,); any value where there are none.
        margin: Margin rate, a scalar or shape (n,); 1 for revenue.
        weights: Customers with that history, shape (n,); 1 each if left out.
        rate_per_unit: Compound discount rate per unit of time.
        step: As in ``discounted_expected``.
        level: Coverage.
        kind: ``mean``, ``members`` or ``prediction``; see the module.

    Returns:
        One interval per group.

    Raises:
        EstimationError: With all mistakes in the arrays; code ``NOT_ESTIMABLE`` where expected spend is infinite.
    """
    values = CustomerValues(
        purchase_model, spend_model, horizon,
        frequency=frequency, recency_age=recency_age, age=age, mean_spend=mean_spend,
        margin=margin, weights=weights, rate_per_unit=rate_per_unit, step=step,
    )  # fmt: skip
    return values.of_groups(group_codes, level=level, kind=kind)


def _require_known(level: float, kind: str) -> None:
    problems = []
    if kind not in get_args(Kind):
        what, advice = "There is no such interval.", "Use mean, members or prediction."
        problems.append(Problem("KIND_UNKNOWN", what, "value_interval, kind", kind, advice))
    if not 0 < level < 1:
        what = "A level lies between 0 and 1."
        problems.append(Problem("LEVEL_WRONG", what, "value_interval, level", str(level), "Use 0.95, say."))
    if problems:
        raise EstimationError(problems)


class CustomerValues:
    """The value of every customer under both models, ready to be added up over any groups.

    What a model has to be asked for is asked once, however many groupings follow. ``scale_error`` is the relative
    standard error of a factor common to all customers, such as the share kept after returns.
    """

    def __init__(
        self,
        purchase_model: PurchaseModel,
        spend_model: GammaGamma | None,
        horizon: float,
        *,
        frequency: ArrayLike | None = None,
        recency_age: ArrayLike | None = None,
        age: ArrayLike | None = None,
        mean_spend: ArrayLike | None = None,
        margin: ArrayLike = 1.0,
        weights: ArrayLike | None = None,
        rate_per_unit: float = 0.0,
        step: float | None = None,
        scale_error: float = 0.0,
    ) -> None:
        self.model, self.spend_model = purchase_model, spend_model
        self.horizon, self.rate, self.step = horizon, rate_per_unit, step
        self.histories = purchase_model.rows("value_interval", frequency, recency_age, age)
        self.pairs: Pairs = pair_up(self.histories[0], self.histories[2])
        self.scale_error = scale_error
        self._spreads: dict[str, FloatArray] = {}
        self._read(mean_spend, margin, weights)

    def _read(self, mean_spend: ArrayLike | None, margin: ArrayLike, weights: ArrayLike | None) -> None:
        size = self.histories[0].size
        inputs = Inputs(
            "value_interval",
            {
                "frequency": self.histories[0],
                "margin": np.broadcast_to(margin, size) if np.ndim(margin) == 0 else margin,
                "mean_spend": np.zeros(size) if mean_spend is None else mean_spend,
                "weights": np.ones(size) if weights is None else weights,
            },
        )
        if self.spend_model is not None and mean_spend is None:
            inputs.add("SPEND_MISSING", "A spend model needs mean_spend.", "mean_spend", None, "Give the mean spend.")
        inputs.raise_problems()
        self.mean_spend, self.weights = inputs["mean_spend"], inputs["weights"]
        self.per_purchase = inputs["margin"]

    def of_groups(self, group_codes: ArrayLike, *, level: float = 0.95, kind: Kind = "mean") -> GroupIntervals:
        """Totals of groups with their intervals.

        Args:
            group_codes: Group of each customer, 0 to g - 1, or -1 for none, shape (n,).
            level: Coverage.
            kind: ``mean``, ``members`` or ``prediction``; see the module.

        Raises:
            EstimationError: With all mistakes; code ``NOT_ESTIMABLE`` where expected spend is infinite.
        """
        _require_known(level, kind)
        groups = _Groups(group_codes, self.histories[0])
        estimate = groups.total(self.values)
        slopes = np.array([groups.total(column) for column in self.slopes])
        variance: FloatArray = np.maximum(np.einsum("ig,ij,jg->g", slopes, self.covariance, slopes), 0.0)
        variance = variance + (estimate * self.scale_error) ** 2
        error = np.sqrt(variance)
        if kind == "mean":
            low, high = _log_normal_ends(estimate, error, level)
        else:
            low, high = _gamma_ends(estimate, variance + groups.total(self.spread(kind)), level)
        return GroupIntervals(estimate, low, high, error, level, kind)

    @cached_property
    def values(self) -> FloatArray:
        """Expected discounted value of each customer, times its weight, shape (n,)."""
        return self.purchases(self.model.theta) * self.spend(None) * self.per_purchase * self.weights

    @cached_property
    def covariance(self) -> FloatArray:
        """Covariance of the logarithms of all parameters; the two models are fitted apart, so one block each."""
        blocks = [self.model.covariance_]
        if self.spend_model is not None:
            blocks.append(self.spend_model.covariance_)
        return np.asarray(block_diag(*blocks), dtype=np.float64)

    @cached_property
    def slopes(self) -> list[FloatArray]:
        """How each customer's value moves with the logarithm of each parameter, each of shape (n,)."""
        worth = self.spend(None) * self.per_purchase * self.weights
        found = [change * worth for change in _changes(self.purchases, self.model.theta)]
        if self.spend_model is not None:
            amount = self.purchases(self.model.theta) * self.per_purchase * self.weights
            found += [change * amount for change in _changes(self.spend, self.spend_model.theta)]
        return found

    @cached_property
    def relative_variance(self) -> FloatArray:
        """Variance of each customer's value for the errors of the parameters, as a share of its square, shape (n,)."""
        known = self.values > 0
        relative = np.array(
            [np.divide(each, self.values, out=np.zeros_like(each), where=known) for each in self.slopes]
        )
        found: FloatArray = np.maximum(np.einsum("in,ij,jn->n", relative, self.covariance, relative), 0.0)
        return found + self.scale_error**2

    def spread(self, kind: Kind) -> FloatArray:
        """Variance of each customer's value beyond the parameters, times the weight, shape (n,)."""
        if kind not in self._spreads:
            self._spreads[kind] = self._spread(kind)
        return self._spreads[kind]

    def _spread(self, kind: Kind) -> FloatArray:
        theta, pairs = self.model.theta, self.pairs
        alive = self.model.chance_alive(theta, *self.histories)
        own, bought = self.model.moments_alive(theta, pairs.counts, pairs.times, self.horizon)
        plain = self.model.expected_alive(theta, pairs.counts, pairs.times, np.full(pairs.times.size, self.horizon))
        discounted = self.model.discounted_alive(theta, pairs, self.horizon, self.rate, self.step)
        shrink = np.divide(discounted, plain, out=np.ones_like(plain), where=plain > 0) ** 2
        if self.spend_model is None:
            square, single = np.ones(1), np.zeros(1)
        else:
            square, single = self.spend_model.square_means(self.spend_model.theta, self.histories[0], self.mean_spend)
        if kind == "members":
            second = (own * shrink)[pairs.position] * square
        else:
            second = (bought * shrink)[pairs.position] * square + (plain * shrink)[pairs.position] * single
        mean = alive * discounted[pairs.position] * self.spend(None)
        spread: FloatArray = np.maximum(alive * second - mean**2, 0.0) * self.per_purchase**2 * self.weights
        return spread

    def purchases(self, theta: FloatArray) -> FloatArray:
        """Expected discounted purchases of each customer, shape (n,)."""
        ahead = self.model.discounted_alive(theta, self.pairs, self.horizon, self.rate, self.step)
        return self.model.chance_alive(theta, *self.histories) * ahead[self.pairs.position]

    def spend(self, theta: FloatArray | None) -> FloatArray:
        """Expected spend per purchase of each customer, shape (n,); ones without a spend model."""
        if self.spend_model is None:
            return np.ones(self.histories[0].size)
        point = self.spend_model.theta if theta is None else theta
        if point[1] <= 1:
            what = "The fitted spend has so heavy a tail (q <= 1) that its mean is infinite."
            raise EstimationError(Problem("NOT_ESTIMABLE", what, "value_interval", f"q = {point[1]:.3f}", "Cap spend."))
        return self.spend_model.expected(point, self.histories[0], self.mean_spend)


class _Groups:
    """A grouping of customers; -1 is no group."""

    def __init__(self, group_codes: ArrayLike, like: FloatArray) -> None:
        inputs = Inputs("value_interval", {"frequency": like, "group_codes": group_codes})
        inputs.require_whole("group_codes")
        inputs.raise_problems()
        codes: IntArray = inputs["group_codes"].astype(np.int64)
        self.codes, self.count = np.where(codes < 0, -1, codes) + 1, int(codes.max()) + 1

    def total(self, values: FloatArray) -> FloatArray:
        """Sums by group, shape (g,)."""
        return np.asarray(np.bincount(self.codes, values, self.count + 1)[1:], dtype=np.float64)


def _changes(function: Callable[[FloatArray], FloatArray], theta: FloatArray) -> list[FloatArray]:
    """Central differences of ``function`` by the logarithm of each parameter."""
    found = []
    for index in range(theta.size):
        shift = np.ones(theta.size)
        shift[index] = np.exp(STEP)
        found.append((function(theta * shift) - function(theta / shift)) / (2 * STEP))
    return found


def _log_normal_ends(estimate: FloatArray, error: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    relative = np.divide(error, estimate, out=np.zeros_like(error), where=estimate > 0)
    factor = np.exp(float(ndtri((1 + level) / 2)) * relative)
    return estimate / factor, estimate * factor


def _gamma_ends(estimate: FloatArray, variance: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    low, high = estimate.copy(), estimate.copy()
    infinite = ~np.isfinite(variance)
    low[infinite], high[infinite] = 0.0, np.inf
    spread = ~infinite & (variance > 0) & (estimate > 0)
    shape, scale = estimate[spread] ** 2 / variance[spread], variance[spread] / estimate[spread]
    low[spread] = gammaincinv(shape, (1 - level) / 2) * scale
    high[spread] = gammaincinv(shape, (1 + level) / 2) * scale
    return low, high
