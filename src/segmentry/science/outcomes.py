"""What one customer will really bring: often nothing at all, which no symmetric interval says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from segmentry.science.inputs import FloatArray
from segmentry.science.intervals import CustomerValues
from segmentry.terms.errors import EstimationError, Problem


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What single customers will bring over the horizon.

    Attributes:
        nothing: Chance that a customer buys nothing, shape (n,).
        low: Lower ends, 0 where nothing is not unlikely; shape (n,).
        high: Upper ends, infinite where the variance of spend is; shape (n,).
        level: Coverage the intervals are built for.
    """

    nothing: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


def single_outcomes(values: CustomerValues, *, scale: ArrayLike = 1.0, level: float = 0.95) -> Outcomes:
    """Intervals of what each customer will bring, by itself.

    Who is alive buys as often as a negative binomial with the mean and the variance that the model foresees says, so
    that nothing is bought with chance 1 - P(alive) (1 - (k / (k + m))^k), k = m² / (v - m). What is brought is gamma
    with the mean and the variance of the prediction (as for groups), and its lower end is 0 wherever nothing has at
    least the chance that the interval leaves below it: then no more than (1 - level) / 2 lie outside, all above.

    Args:
        values: Customers under fitted models, weights 1.
        scale: Factor on each customer's value, such as the share kept after returns; a scalar or shape (n,).
        level: Coverage.

    Raises:
        EstimationError: a level outside 0 to 1; code ``NOT_ESTIMABLE`` where expected spend is infinite.
    """
    if not 0 < level < 1:
        what = "A level lies between 0 and 1."
        raise EstimationError(Problem("LEVEL_WRONG", what, "single_outcomes, level", str(level), "Use 0.95, say."))
    factor = np.asarray(scale, dtype=np.float64)
    mean = values.values * factor
    variance = values.spread("prediction") * factor**2 + mean**2 * values.relative_variance
    nothing = _nothing(values)
    ends = _gamma_quantiles(mean, variance, np.array([(1 - level) / 2, (1 + level) / 2]))
    low = np.where(nothing >= (1 - level) / 2, 0.0, ends[0])
    return Outcomes(nothing, low, ends[1], level)


def _nothing(values: CustomerValues) -> FloatArray:
    """Chance of no purchase within the horizon, shape (n,)."""
    model, pairs = values.model, values.pairs
    alive = model.chance_alive(model.theta, *values.histories)
    horizon = np.full(pairs.times.size, values.horizon)
    mean = model.expected_alive(model.theta, pairs.counts, pairs.times, horizon)
    _, second = model.moments_alive(model.theta, pairs.counts, pairs.times, values.horizon)
    spare = second - mean**2 - mean
    shape = np.divide(mean**2, spare, out=np.full_like(mean, np.inf), where=spare > 1e-12 * mean)
    with np.errstate(invalid="ignore"):
        none = np.where(np.isinf(shape), np.exp(-mean), np.exp(-shape * np.log1p(mean / shape)))
    chance: FloatArray = 1.0 - alive * (1.0 - none[pairs.position])
    return np.clip(chance, 0.0, 1.0)


def _gamma_quantiles(mean: FloatArray, variance: FloatArray, chances: FloatArray) -> FloatArray:
    """Quantiles of gammas with these moments, shape (chances, n); the mean where nothing spreads."""
    found = np.broadcast_to(mean, (chances.size, mean.size)).copy()
    endless = ~np.isfinite(variance)
    found[:, endless] = np.where(chances < 0.5, 0.0, np.inf)[:, None]
    spread = ~endless & (variance > 0) & (mean > 0)
    shape, scale = mean[spread] ** 2 / variance[spread], variance[spread] / mean[spread]
    found[:, spread] = gammaincinv(shape, chances[:, None]) * scale
    return found
