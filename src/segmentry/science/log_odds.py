"""Chances on the scale of log-odds: how far what was told is calibrated.

The slope of the outcome on the log-odds told is that of Cox 1958; the intercept is taken with the slope held at 1,
which is calibration in the large (Steyerberg 2019, section 15.3), as an intercept beside a free slope depends on where
the log-odds happen to be 0.
"""

from __future__ import annotations

import math

import numpy as np

from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

ALIKE = 1e-9
"""Log-odds that differ by no more than this are alike."""

SURE = 1.959963984540054
"""Quantile of 95 % intervals."""

_FLOOR = 1e-6


def log_odds(chances: FloatArray) -> FloatArray:
    """Log-odds of chances, those nearer to 0 or 1 than a millionth taken for that, shape (n,).

    Args:
        chances: From 0 to 1, shape (n,).
    """
    bounded = np.clip(chances, _FLOOR, 1 - _FLOOR)
    return np.asarray(np.log(bounded / (1 - bounded)))


def logistic_line(odds: FloatArray, wanted: FloatArray) -> tuple[float, float]:
    """Slope and intercept of a logistic regression on the log-odds, without a penalty.

    Args:
        odds: Log-odds told, not all alike, shape (n,).
        wanted: What they should have told, 0 to 1, shape (n,).
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        linear = line[1] + line[0] * odds
        off = expit(linear) - wanted
        return float(np.sum(np.logaddexp(0.0, linear) - wanted * linear)), np.array([np.sum(off * odds), np.sum(off)])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS")
    return float(found.x[0]), float(found.x[1])


def calibration_slope(odds: FloatArray, came: FloatArray) -> Estimate | NotEstimable:
    """Slope of the outcome on the log-odds told (Cox 1958), with Wald's interval; 1 is calibrated.

    Args:
        odds: Log-odds told, shape (n,).
        came: 1 came, 0 did not, shape (n,).

    Returns:
        The slope; not estimable where all was told alike, where all came to one end, or where what was told parts the
        outcomes without fault.
    """
    from scipy.special import expit

    if not 0 < float(came.sum()) < came.size:
        return NotEstimable("every lead came to the same end")
    if not np.ptp(odds) > ALIKE:
        return NotEstimable("every lead was told the same chance")
    sides = odds[came == 1], odds[came == 0]
    if sides[0].min() >= sides[1].max() or sides[1].min() >= sides[0].max():
        return NotEstimable("the chances told part the outcomes without fault, so no slope is steep enough")
    slope, intercept = logistic_line(odds, came)
    weight = expit(intercept + slope * odds) * expit(-intercept - slope * odds)
    middle = float((weight * odds).sum() / weight.sum())
    error = float((weight * (odds - middle) ** 2).sum()) ** -0.5
    return Estimate(slope, slope - SURE * error, slope + SURE * error)


def calibration_intercept(odds: FloatArray, came: FloatArray) -> Estimate | NotEstimable:
    """Calibration in the large: what has to be added to the log-odds told, with Wald's interval; 0 is calibrated.

    Args:
        odds: Log-odds told, shape (n,).
        came: 1 came, 0 did not, shape (n,).

    Returns:
        In log-odds; not estimable where all came to one end.
    """
    from scipy.optimize import brentq
    from scipy.special import expit

    ones = float(came.sum())
    if not 0 < ones < came.size:
        return NotEstimable("every lead came to the same end")
    reach = float(np.abs(odds).max()) + math.log(came.size) + 1.0
    lacking = float(brentq(lambda shift: float(expit(odds + shift).sum()) - ones, -reach, reach))
    error = float((expit(odds + lacking) * expit(-odds - lacking)).sum()) ** -0.5
    return Estimate(lacking, lacking - SURE * error, lacking + SURE * error, "log-odds")
