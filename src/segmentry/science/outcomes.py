"""What one customer will really bring: often nothing at all, which no symmetric interval says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.intervals import CustomerValues
from segmentry.terms.errors import EstimationError, Problem

DRAWS = 20_000
"""Futures drawn for each customer: ends of a 95 % interval then have their chances to a tenth of a percent."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What single customers will bring over the horizon.

    Attributes:
        nothing: Chance that a customer buys nothing, shape (n,).
        low: Lower ends, 0 where nothing is not unlikely; shape (n,).
        high: Upper ends, shape (n,).
        level: Coverage the intervals are built for.
    """

    nothing: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


def single_outcomes(
    values: CustomerValues,
    *,
    scale: ArrayLike = 1.0,
    level: float = 0.95,
    draws: int = DRAWS,
    random_state: int = 0,
) -> Outcomes:
    """Intervals of what each of a few customers will bring, by itself.

    Futures are drawn from the models given the customer's own history: whether it is alive, its own rates, its
    purchases until it departs, its own mean spend and the spend of each of them (the posterior distributions of Fader,
    Hardie & Lee 2005 and Fader & Hardie 2013 are known in closed form), times what the errors of the parameters make of
    it. The chance of nothing is exact: 1 - P(alive) (1 - P(no purchase | alive)).

    Args:
        values: Customers under fitted models, weights 1; the time grows with their number times ``draws``.
        scale: Factor on each customer's value, such as the share kept after returns; a scalar or shape (n,).
        level: Coverage.
        draws: Futures of each customer.
        random_state: Seed; the same for every customer.

    Raises:
        EstimationError: a level outside 0 to 1; code ``NOT_ESTIMABLE`` where expected spend is infinite.
    """
    if not 0 < level < 1:
        what = "A level lies between 0 and 1."
        raise EstimationError(Problem("LEVEL_WRONG", what, "single_outcomes, level", str(level), "Use 0.95, say."))
    model, pairs = values.model, values.pairs
    alive = model.chance_alive(model.theta, *values.histories)
    none = model.chance_of_none_alive(model.theta, pairs.counts, pairs.times, values.horizon)[pairs.position]
    factor = np.broadcast_to(np.asarray(scale, dtype=np.float64), alive.shape) * values.per_purchase * _shrink(values)
    error = np.sqrt(values.relative_variance)
    ends = np.empty((2, alive.size))
    for place in range(alive.size):
        random = np.random.default_rng(random_state)
        brought = _futures(values, place, draws, random) * (random.random(draws) < alive[place])
        uncertain = np.exp(error[place] * random.standard_normal(draws) - error[place] ** 2 / 2)
        ends[:, place] = np.quantile(brought * uncertain * factor[place], [(1 - level) / 2, (1 + level) / 2])
    return Outcomes(np.clip(1.0 - alive * (1.0 - none), 0.0, 1.0), ends[0], ends[1], level)


def _shrink(values: CustomerValues) -> FloatArray:
    """What discounting leaves of a purchase within the horizon, on average; shape (n,)."""
    model, pairs = values.model, values.pairs
    horizon = np.full(pairs.times.size, values.horizon)
    plain = model.expected_alive(model.theta, pairs.counts, pairs.times, horizon)
    discounted = model.discounted_alive(model.theta, pairs, values.horizon, values.rate, values.step)
    share = np.divide(discounted, plain, out=np.ones_like(plain), where=plain > 0)
    return np.asarray(share[pairs.position])


def _futures(values: CustomerValues, place: int, draws: int, random: np.random.Generator) -> FloatArray:
    """Undiscounted amounts that a customer, if alive, will bring; purchases where no spend model is given."""
    frequency, _, age = (float(column[place]) for column in values.histories)
    model = values.model
    bought = model.draw_alive(model.theta, frequency, age, values.horizon, draws, random)
    if values.spend_model is None:
        return bought
    p, q, gamma = values.spend_model.theta
    own = random.gamma(p * frequency + q, 1.0 / (gamma + frequency * max(float(values.mean_spend[place]), 0.0)), draws)
    spent = random.standard_gamma(np.where(bought > 0, p * bought, 1.0)) / own
    return np.where(bought > 0, spent, 0.0)
