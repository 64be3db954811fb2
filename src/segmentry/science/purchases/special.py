"""Special functions of the purchase models, without poles, overflow or lost digits where models are really used.

The expected number of purchases of the beta-geometric family is usually written with a Gauss hypergeometric function
divided by a - 1, whose third parameter a + b + x - 1 may be 0 or negative. After Euler's transformation one term of the
series cancels the constant, and what remains has neither pole: see ``expected_while_alive``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

from segmentry.science.inputs import FloatArray

BLOCK = 8192
SERIES_UP_TO = 0.985
LARGEST_CANCELLATION = 12.0
LARGEST_SHAPE = 200.0
NODES = 320


def expected_while_alive(
    drop_shape: float, excess: float, stay_shape: FloatArray, rate_scale: FloatArray, horizon: FloatArray
) -> FloatArray:
    """Expected purchases over ``horizon`` of customers who are alive now, beta-geometric family.

    With rate ~ Gamma(r, alpha), drop-out probability ~ Beta(a, b), z = t / (alpha + t), L = ln(1 + t / alpha) and
    A = a + b - r - 1:  E = (a + b - 1) L exprel((1 - a) L) - exp((1 - a) L) A z S,
    S = sum over k of (A + 1)_k (a)_k z^k / ((a + b)_k (2)_k). Equal to equation 10 of Fader, Hardie & Lee (2005) by
    Euler's transformation; finite at a = 1 and at a + b <= 1.

    Args:
        drop_shape: a.
        excess: b - r, equal for all customers.
        stay_shape: b (with the customer's survived chances of dropping out added), any shape.
        rate_scale: alpha (with the customer's age added), same shape.
        horizon: t, same shape.

    Returns:
        Expected purchases, same shape.
    """
    shape = np.broadcast_shapes(stay_shape.shape, rate_scale.shape, horizon.shape)
    stay, scale, time = (np.broadcast_to(part, shape).ravel() for part in (stay_shape, rate_scale, horizon))
    relative = time / scale
    z = relative / (1 + relative)
    gap = drop_shape + excess - 1
    result = np.empty(z.size)
    order = np.argsort(z, kind="stable")
    safe = gap > -LARGEST_CANCELLATION and drop_shape < LARGEST_SHAPE
    in_series = int(np.searchsorted(z[order], SERIES_UP_TO)) if safe else 0
    for start in range(0, in_series, BLOCK):
        rows = order[start : min(start + BLOCK, in_series)]
        result[rows] = _by_series(drop_shape, gap, drop_shape + stay[rows], relative[rows], z[rows])
    for start in range(in_series, z.size, 512):
        rows = order[start : start + 512]
        result[rows] = _by_quadrature(drop_shape, excess, stay[rows], relative[rows])
    return result.reshape(shape)


def _by_series(a: float, gap: float, both: FloatArray, relative: FloatArray, z: FloatArray) -> FloatArray:
    growth = np.log1p(relative)
    exponent = (1 - a) * growth
    constant = (both - 1) * growth * exprel(exponent)
    if gap == 0:
        return np.asarray(constant)
    return np.asarray(constant - np.exp(exponent) * gap * z * _series(a, gap, both, z))


def _series(a: float, gap: float, both: FloatArray, z: FloatArray) -> FloatArray:
    term = np.ones_like(z)
    total = np.ones_like(z)
    denominator = both.copy()
    scratch = np.empty_like(z)
    for k in range(100_000):
        factor = (gap + 1 + k) * (a + k) / (2 + k)
        np.divide(z, denominator, out=scratch)
        term *= scratch
        term *= factor
        total += term
        denominator += 1
        if k % 8 == 7 and float(np.abs(term).max()) < 1e-16:
            break
    return total


def _by_quadrature(a: float, excess: float, stay: FloatArray, relative: FloatArray) -> FloatArray:
    rate_shape = (stay - excess)[:, None]

    def purchases(chance: FloatArray) -> FloatArray:
        return -np.expm1(-rate_shape * np.log1p(chance * relative[:, None])) / chance

    return beta_average(purchases, a, stay, (stay - excess) * relative)


def beta_average(
    function: Callable[[FloatArray], FloatArray], a: float, b: FloatArray, reach: FloatArray
) -> FloatArray:
    """The mean of ``function`` of p over Beta(a, b), for each b, by the trapezoidal rule on a stretched logit of p.

    Args:
        function: p of shape (m, nodes) to values of that shape; smooth in ln p, turning near p = 1 / ``reach``.
        a: First shape parameter.
        b: Second shape parameter, shape (m,).
        reach: Where the function turns, as 1 / p, shape (m,).

    Returns:
        Means, shape (m,).
    """
    middle = np.log(a / b)
    spread = np.sqrt(1 / a + 1 / b)
    left, right = middle - 40 / a - 9 * spread, middle + 40 / b + 9 * spread
    core_left = np.maximum(np.minimum(middle, -np.log1p(reach)) - 2, left)
    core_right = np.minimum(np.maximum(middle, 0.0) + 2, right)
    half, center = (core_right - core_left) / 2, (core_right + core_left) / 2
    first, last = np.arcsinh((left - center) / half), np.arcsinh((right - center) / half)
    place = first[:, None] + (last - first)[:, None] * np.linspace(0, 1, NODES)
    logit = center[:, None] + half[:, None] * np.sinh(place)
    tail = np.log1p(np.exp(-np.abs(logit)))
    log_chance = np.minimum(logit, 0) - tail
    log_weight = a * log_chance - b[:, None] * (np.maximum(logit, 0) + tail) + np.log(np.cosh(place))
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    chance = np.exp(np.maximum(log_chance, -690.0))
    return np.asarray((weight * function(chance)).sum(axis=1) / weight.sum(axis=1))


def gauss_fraction(a: Any, c: Any, z: NDArray[Any]) -> NDArray[Any]:
    """The hypergeometric function 2F1(a, 1; c; z) for 0 <= z < 1 by Gauss' continued fraction, real or complex.

    DLMF 15.7.5 with b = 0. All partial numerators are positive for a > 0, c > 0, c - a > 0: nothing cancels.

    Args:
        a: First parameter, scalar or shape (m,).
        c: Third parameter, scalar or shape (m,).
        z: Argument, shape (m,).

    Returns:
        Values, shape (m,).
    """
    depth = _fraction_depth(float(np.real(z).max(initial=0.0)))
    first = c - 1
    value = np.ones_like(z)
    for n in range(depth, 0, -1):
        value = 1 - (n * (first - a + n) / ((first + 2 * n - 1) * (first + 2 * n))) * z / value
        k = n - 1
        value = 1 - ((a + k) * (first + k) / ((first + 2 * k) * (first + 2 * k + 1))) * z / value
    return np.asarray(1 / value)


def _fraction_depth(largest: float) -> int:
    root = np.sqrt(max(1 - largest, 1e-12))
    rate = (1 - root) / (1 + root)
    return int(np.ceil(20 / -np.log(max(rate, 1e-8)))) + 4


def log_growth_ratio(later: FloatArray, earlier: FloatArray) -> FloatArray:
    """ln(later / earlier), exact where the two are close."""
    return np.asarray(np.log1p((later - earlier) / earlier))
