"""What each customer will buy on average: given the true individual parameters, or given the history alone.

The second is the best any model can say that knows the population's parameters but not the individual's; interval
tests hold forecasts against it. For BG/NBD and MBG/NBD the rate is integrated in closed form and the dropout
probability by Gauss-Jacobi quadrature, on purpose another way than the published hypergeometric formulas, so that
each can check the other.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.simulate.purchase_process import (
    BURST_DAYS,
    BURST_SIZE,
    RENEWAL_DAYS,
    Floats,
    Histories,
    Hyperparameters,
)
from segmentry.simulate.spec import Process

_NODES = ((0.0, 300.0, 64), (300.0, np.inf, 700))
"""Quadrature nodes for frequencies above one bound and up to the next; the relative error stays below 1e-9."""

_CELLS = 1_300_000


def expected_given_parameters(process: Process, histories: Histories, age: ArrayLike, horizon: ArrayLike) -> Floats:
    """Expected purchases in (age, age + horizon] of each customer whose true parameters and state are known.

    Args:
        process: The process that made ``histories``.
        histories: Drawn at least up to ``age``.
        age: Days since the first purchase, one number or shape (customers,).
        horizon: Days ahead, one number or shape (customers,).

    Returns:
        Shape (customers,); 0 for customers who have left (``clumpy``: what their last bursts still bring).
    """
    count = len(histories.rate)
    now = np.broadcast_to(np.asarray(age, float), count)
    ahead = np.broadcast_to(np.asarray(horizon, float), count)
    alive = histories.died > now
    rate, dropout = histories.rate, histories.dropout
    if process == "contractual":
        expected = _renewals(1.0 - dropout, now, ahead)
    elif process == "pareto":
        expected = rate * _saturation(dropout, ahead)
    elif process == "clumpy":
        return _clumpy(histories, alive, now, ahead)
    else:
        expected = rate * _saturation(rate * dropout, ahead)
    return np.where(alive, expected, 0.0)


def expected_given_history(
    process: Process,
    hyperparameters: Hyperparameters,
    frequency: ArrayLike,
    recency_age: ArrayLike,
    age: ArrayLike,
    *,
    horizon: ArrayLike,
) -> Floats:
    """Expected purchases in (age, age + horizon] given the population's parameters and the observed history.

    Args:
        process: ``clumpy`` gives NaN, because its bursts hide which purchases were occasions.
        hyperparameters: Of the population, or of each customer.
        frequency: Repeat purchases x; shape (customers,).
        recency_age: Days from the first to the last purchase; shape (customers,).
        age: Days since the first purchase; shape (customers,).
        horizon: Days ahead.

    Returns:
        Shape (customers,).
    """
    columns = [frequency, recency_age, age, horizon]
    named = [hyperparameters.r, hyperparameters.alpha, hyperparameters.a, hyperparameters.b]
    x, last, now, ahead, r, alpha, a, b, s, beta = (
        np.atleast_1d(column).astype(float)
        for column in np.broadcast_arrays(*columns, *named, hyperparameters.s, hyperparameters.beta)
    )
    if process == "clumpy":
        return np.full(len(x), np.nan)
    if process == "contractual":
        return _contract_given_history(a, b, x, now, ahead)
    if process == "pareto":
        return _pareto_given_history((r, alpha, s, beta), (x, last, now), ahead)
    result = np.empty(len(x))
    for low, high in zip(*_distinct(a, b), strict=True):
        for fewest, most, nodes in _NODES:
            mine = np.flatnonzero((a == low) & (b == high) & (x <= most) & ((x > fewest) | (fewest == 0)))
            for rows in np.array_split(mine, len(mine) * nodes // _CELLS + 1):
                beta_nodes = _beta_nodes(float(low), float(high), nodes)
                result[rows] = _beta_given_history(
                    beta_nodes, (r[rows], alpha[rows]), (x[rows], last[rows], now[rows]), ahead[rows],
                    after_first=process == "modified_beta_geometric",
                )  # fmt: skip
    return result


def _distinct(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    pairs = np.unique(np.stack([a, b]), axis=1)
    return pairs[0], pairs[1]


def _saturation(speed: Floats, ahead: Floats) -> Floats:
    """(1 - exp(-speed * ahead)) / speed, which is ``ahead`` where nobody drops out."""
    safe = np.maximum(speed, 1e-300)
    return np.where(speed * ahead > 1e-12, -np.expm1(-safe * ahead) / safe, ahead)


def _renewals(stays: Floats, now: Floats, ahead: Floats) -> Floats:
    number = np.floor((now + ahead) / RENEWAL_DAYS) - np.floor(now / RENEWAL_DAYS)
    leaves = np.maximum(1.0 - stays, 1e-12)
    return np.asarray(stays * (1.0 - stays**number) / leaves)


def _clumpy(histories: Histories, alive: NDArray[np.bool_], now: Floats, ahead: Floats) -> Floats:
    rate = histories.rate / (1 + BURST_SIZE)
    speed = rate * histories.dropout
    occasions = rate * _saturation(speed, ahead)
    # children of coming occasions that still fall inside: rate * integral exp(-speed t) (1 - exp(-(ahead - t) / d)) dt
    late = rate * np.exp(-ahead / BURST_DAYS) * _growth(1 / BURST_DAYS - speed, ahead)
    expected = np.where(alive, occasions + BURST_SIZE * (occasions - late), 0.0)
    owner, start = histories.occasion_customer, histories.occasion_time
    past = start <= now[owner]
    open_bursts = np.exp(-(now[owner[past]] - start[past]) / BURST_DAYS)
    pending = np.bincount(owner[past], weights=open_bursts, minlength=len(rate))
    return np.asarray(expected + BURST_SIZE * pending * -np.expm1(-ahead / BURST_DAYS))


def _growth(speed: Floats, ahead: Floats) -> Floats:
    """Integral of exp(speed * t) over (0, ahead)."""
    safe = np.where(np.abs(speed) < 1e-12, 1.0, speed)
    return np.where(np.abs(speed) < 1e-12, ahead, np.expm1(safe * ahead) / safe)


def _contract_given_history(a: Floats, b: Floats, x: Floats, now: Floats, ahead: Floats) -> Floats:
    """Fader & Hardie (2007): theta given n renewals paid is Beta(a, b + n); a missed renewal ends the contract."""
    offered = np.floor(now / RENEWAL_DAYS)
    coming = (np.floor((now + ahead) / RENEWAL_DAYS) - offered).astype(np.int64)
    total, stays = np.zeros(len(x)), np.ones(len(x))
    for number in range(int(coming.max(initial=0))):
        stays = stays * (b + x + number) / (a + b + x + number)
        total += np.where(number < coming, stays, 0.0)
    return np.where(x >= offered, total, 0.0)


@lru_cache(maxsize=64)
def _beta_nodes(a: float, b: float, count: int) -> tuple[Floats, Floats]:
    """Nodes in (0, 1) and weights of the Gauss-Jacobi quadrature under Beta(a, b), up to a constant factor."""
    from scipy.special import roots_jacobi

    nodes, weights = roots_jacobi(count, b - 1.0, a - 1.0)
    return (nodes + 1.0) / 2.0, weights


def _beta_given_history(
    quadrature: tuple[Floats, Floats],
    rate: tuple[Floats, Floats],
    seen: tuple[Floats, Floats, Floats],
    ahead: Floats,
    *,
    after_first: bool,
) -> Floats:
    """BG/NBD, or MBG/NBD when the coin is already thrown after the first purchase.

    Conditional on p the likelihood is (1-p)^k rate^x exp(-rate now) + p (1-p)^(k-1) rate^x exp(-rate last), k being
    the coins survived (x, or x + 1); the second term is missing where no coin was thrown. Expected purchases of the
    living are (1 - exp(-rate p ahead)) / p (Fader, Hardie & Lee 2005, equation 7 given the parameters).
    """
    (p, weights), (r, alpha), (x, last, now) = quadrature, rate, seen
    shape = (r + x)[:, None]
    coins = (x + 1.0 if after_first else x)[:, None]
    stay = weights * np.exp(coins * np.log1p(-p))
    longer = p * ahead[:, None] / (alpha + now)[:, None]
    bought = np.sum(stay * -np.expm1(-shape * np.log1p(longer)) / p, axis=1)
    alive = stay.sum(axis=1)
    gone = np.sum(weights * p * np.exp((coins - 1.0).clip(0) * np.log1p(-p)), axis=1)
    ratio = np.exp(np.minimum((r + x) * np.log((alpha + now) / (alpha + last)), 650.0))
    return np.asarray(bought / (alive + np.where(coins[:, 0] > 0, gone * ratio, 0.0)))


def _pareto_given_history(rates: tuple[Floats, ...], seen: tuple[Floats, Floats, Floats], ahead: Floats) -> Floats:
    """Schmittlein, Morrison & Colombo (1987), equations 22 and 11 to 13, in the notation of Fader & Hardie (2005)."""
    from scipy.special import hyp2f1

    (r, alpha, s, beta), (x, last, now) = rates, seen
    total, base, small = r + s + x, np.maximum(alpha, beta), np.minimum(alpha, beta)
    second = np.where(alpha < beta, r + x, s + 1.0)
    lift = (r + x) * np.log((alpha + now) / (base + now)) + s * np.log((beta + now) / (base + now))

    def term(moment: Floats) -> Floats:
        # Euler's transformation leaves a function near 1, so that large frequencies stay finite
        value = hyp2f1(1.0, total + 1.0 - second, total + 1.0, (base - small) / (base + moment))
        power = lift + total * np.log((base + now) / (base + moment))
        power = power + (1.0 - second) * np.log((small + moment) / (base + moment))
        return np.asarray(np.exp(np.minimum(power, 650.0)) * value)

    alive = 1.0 / (1.0 + s / total * (term(last) - term(now)))
    safe = np.where(np.abs(s - 1.0) < 1e-9, 1.0 + 1e-9, s)
    growth = (beta + now) * -np.expm1((safe - 1.0) * np.log((beta + now) / (beta + now + ahead))) / (safe - 1.0)
    return np.asarray(alive * (r + x) / (alpha + now) * growth)
