"""What tastes are worth: importance of attributes, willingness to pay, and whether anything was followed at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

_LEVEL = 0.95
_NORMAL = 1.959963984540054


def importances(tastes: ArrayLike, designs: Sequence[ArrayLike]) -> FloatArray:
    """Share of each attribute: the range of its part-worths over the sum of all ranges.

    Args:
        tastes: Weights, shape (n, weights); of classes or of persons.
        designs: For each attribute its levels as rows of weights, shape (levels, weights).

    Returns:
        Shape (n, attributes); NaN for who does not care at all.
    """
    given = np.atleast_2d(np.asarray(tastes, dtype=np.float64))
    ranges = np.stack([np.ptp(given @ np.asarray(each, dtype=np.float64).T, axis=1) for each in designs], axis=1)
    whole = ranges.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(ranges, whole, out=np.full(ranges.shape, np.nan), where=whole > 0))


def part_worth(taste: ArrayLike, covariance: ArrayLike, contrast: ArrayLike) -> Estimate | NotEstimable:
    """A weighted sum of tastes with its normal interval.

    Args:
        taste: Weights of one class, shape (weights,).
        covariance: Their covariance.
        contrast: What of each is added, shape (weights,).
    """
    weights, told = np.asarray(contrast, dtype=np.float64), np.asarray(taste, dtype=np.float64)
    value, whole = float(weights @ told), np.asarray(covariance, dtype=np.float64)
    if not np.isfinite(whole).all():
        return NotEstimable("the class follows something without exception, or is too small: nothing bounds its tastes")
    reach = _NORMAL * float(np.sqrt(max(float(weights @ whole @ weights), 0.0)))
    return Estimate(value, value - reach, value + reach, "utility", _LEVEL)


def willingness_to_pay(
    taste: ArrayLike, covariance: ArrayLike, contrast: ArrayLike, price: ArrayLike
) -> Estimate | NotEstimable:
    """How much price somebody accepts for a gain: less its worth over that of one unit of price, w = -a / p.

    The interval is Fieller's (1954): all w for which a + w p does not differ from 0 at 5 %. It is bounded only where p
    differs from 0, and unlike that of the delta method it leans to the side where the truth may be far off.

    Args:
        taste: Weights of one class, shape (weights,).
        covariance: Their covariance.
        contrast: The gain, shape (weights,).
        price: One unit of price, shape (weights,).
    """
    told, whole = np.asarray(taste, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    gain, unit = np.asarray(contrast, dtype=np.float64), np.asarray(price, dtype=np.float64)
    if not np.isfinite(whole).all():
        return NotEstimable("nothing bounds the tastes of the class")
    worth, each = float(gain @ told), float(unit @ told)
    own, shared, of_price = (float(left @ whole @ right) for left, right in ((gain, gain), (gain, unit), (unit, unit)))
    square = _NORMAL**2
    bend = each**2 - square * of_price
    if bend <= 0:
        return NotEstimable("the price does not matter: its weight does not differ from 0")
    if each > 0:
        return NotEstimable("a higher price is preferred")
    middle = worth * each - square * shared
    root = float(np.sqrt(max(middle**2 - bend * (worth**2 - square * own), 0.0)))
    return Estimate(-worth / each, (-middle - root) / bend, (-middle + root) / bend, "units of price", _LEVEL)


def follows_nothing(taste: ArrayLike, covariance: ArrayLike, people: int) -> float:
    """Chance of tastes as far from 0 where people choose at random (Hotelling's T squared); 0 for boundless ones.

    Args:
        taste: Weights of one class, shape (weights,).
        covariance: Their covariance, told by the scores of people.
        people: How many people there are.
    """
    from scipy.special import fdtrc

    told, whole = np.asarray(taste, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    weights = len(told)
    if not np.isfinite(whole).all() or people <= weights:
        return 0.0
    squared = float(told @ np.linalg.solve(whole, told))
    return float(fdtrc(weights, people - weights, squared * (people - weights) / (weights * (people - 1))))
