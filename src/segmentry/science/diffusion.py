"""How something new spreads: Bass' model of timing, and adopter classes by the time of adoption.

Bass 1969: f / (1 - F) = p + q F. Rogers' classes are a definition by mean and standard deviation of the time of
adoption among those who adopted; their shares are by construction, and who has not adopted is in none of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

ADOPTERS = ("innovator", "early_adopter", "early_majority", "late_majority", "laggard")
"""Adopter classes (Rogers 1962), cut at mean - 2 sd, mean - sd, mean and mean + sd of the time of adoption."""


_HASTY = 0.99
_SURE = 0.01
"""Chance below which adoption is said to have slowed down."""


@dataclass(frozen=True, slots=True)
class Bass:
    """A course of adoption.

    Attributes:
        market: Everybody who will adopt in the end, in customers.
        innovation: p, the rate of adoption without others, per period.
        imitation: q, the rate that those who adopted add, per period.
    """

    market: float
    innovation: float
    imitation: float

    def adopted(self, time: ArrayLike) -> FloatArray:
        """Customers who have adopted by each time, in periods since the launch, shape as ``time``."""
        p, q = self.innovation, self.imitation
        grown = np.exp(-(p + q) * np.asarray(time, dtype=np.float64))
        return np.asarray(self.market * (1 - grown) / (1 + q / p * grown))

    @property
    def peak_time(self) -> float | NotEstimable:
        """When most adopt at once: ln(q / p) / (p + q) periods after the launch."""
        if self.imitation <= self.innovation:
            return NotEstimable("adoption falls from the first day where imitation is not above innovation")
        return math.log(self.imitation / self.innovation) / (self.innovation + self.imitation)

    @property
    def peak(self) -> float | NotEstimable:
        """Customers who adopt per period at the peak: m (p + q)^2 / (4 q)."""
        if self.imitation <= self.innovation:
            return NotEstimable("adoption falls from the first day where imitation is not above innovation")
        return self.market * (self.innovation + self.imitation) ** 2 / (4 * self.imitation)


def fit_bass(adoptions: ArrayLike) -> Bass | NotEstimable:
    """Market, innovation and imitation by least squares of new adopters per period (Srinivasan & Mason 1986).

    Args:
        adoptions: New adopters of each period from the launch on, 0 or more, shape (n,).

    Returns:
        The model; not estimable from fewer than five periods, from nothing, or before adoption has slowed down beyond
        what chance does to a steady or growing course (F test at 1 %): then the size of the market is anybody's guess.

    Raises:
        EstimationError: negative or unusable numbers.
    """
    from scipy.optimize import least_squares

    inputs = Inputs("fit_bass", {"adoptions": adoptions})
    inputs.require_not_negative("adoptions")
    inputs.raise_problems()
    new = inputs["adoptions"]
    if new.size < 5 or not new.sum() > 0:
        return NotEstimable("at least five periods with adopters are needed")
    ends = np.arange(new.size + 1.0)
    scale = float(new.sum())

    def residuals(logs: FloatArray) -> FloatArray:
        market, innovation, imitation = np.exp(logs)
        return np.asarray((np.diff(Bass(market * scale, innovation, imitation).adopted(ends)) - new) / scale)

    starts = [np.log([size, p, q]) for size in (1.1, 2.0) for p in (0.005, 0.03) for q in (0.2, 0.5)]
    bounds = (np.log([0.5, 1e-7, 1e-6]), np.log([100.0, 1.0, 3.0]))
    best = min(
        (least_squares(residuals, start, bounds=bounds) for start in starts), key=lambda found: float(found.cost)
    )
    market, innovation, imitation = (float(each) for each in np.exp(best.x))
    if market > 10 or _chance_of_slowing(new / scale, 2 * float(best.cost)) >= _SURE:
        return NotEstimable("adoption has not slowed down yet, so the size of the market cannot be told")
    if innovation > _HASTY or imitation > 3 * _HASTY:
        return NotEstimable("nearly all adopted within a period, so shorter periods are needed to tell how it spread")
    return Bass(market * scale, innovation, imitation)


def _chance_of_slowing(shares: FloatArray, squares: float) -> float:
    """Chance that a course which never slows down is fitted so much worse than Bass' (F test of one parameter).

    Args:
        shares: New adopters of each period over all, shape (n,).
        squares: Squared residuals of Bass' model.
    """
    from scipy.optimize import least_squares
    from scipy.special import fdtrc

    periods = np.arange(float(shares.size))

    def residuals(course: FloatArray) -> FloatArray:
        return np.asarray(course[0] * np.exp(course[1] * (periods - periods[-1])) - shares)

    bounds = ([0.0, 0.0], [np.inf, 3.0])
    never = min(
        2 * float(least_squares(residuals, [1 / shares.size, rate], bounds=bounds).cost) for rate in (0.01, 0.3)
    )
    freedom = shares.size - 3
    return float(fdtrc(1, freedom, max(never - squares, 0.0) / max(squares / freedom, 1e-15)))


def adopter_classes(times: ArrayLike) -> NDArray[np.int64] | NotEstimable:
    """Class of each adopter by time of adoption, as places in `ADOPTERS`; -1 for those who have not adopted.

    Args:
        times: Time of adoption in any unit, NaN for not yet, shape (n,).

    Returns:
        Places, shape (n,); not estimable where fewer than two adopted or all at once.

    Raises:
        EstimationError: infinite times, or no one-dimensional array.
    """
    given = np.asarray(times, dtype=np.float64)
    if given.ndim != 1 or np.isinf(given).any():
        what, next_step = "Times of adoption are one finite number each", "Give NaN for those who have not adopted."
        raise EstimationError(Problem("VALUE_NOT_FINITE", what, "adopter_classes", str(given.shape), next_step))
    known = given[~np.isnan(given)]
    spread = float(known.std()) if known.size > 1 and np.ptp(known) > 0 else 0.0
    if not spread > 0:
        return NotEstimable("times of adoption do not differ")
    middle = float(known.mean())
    cuts = [middle - 2 * spread, middle - spread, middle, middle + spread]
    places = np.searchsorted(cuts, np.nan_to_num(given), side="right").astype(np.int64)
    return np.where(np.isnan(given), -1, places)
