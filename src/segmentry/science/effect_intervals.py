"""Intervals of effect sizes, with what chance alone adds to them taken off.

An effect size is never negative, so chance pushes it up: it is above 0 in every sample of things that have nothing to
do with each other, and so is every bootstrap sample of it. Its interval is the range of true effects under which the
statistic is no surprise (inversion of a noncentral distribution, Steiger & Fouladi 1997), which reaches 0 where the
test does not reject; its value is corrected: Bergsma 2013 for Cramér's V, Kelley 1935 for eta squared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.effects import Effect, nominal_effect
from segmentry.terms.numbers import Estimate, NotEstimable

_MOST = 1e12


def eta_squared(effect: Effect, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Eta squared of ranks, corrected (epsilon squared), with its interval by the noncentral F distribution.

    Args:
        effect: What `metric_effect` found.
        level: Coverage of the interval.

    Returns:
        The share of the variance of ranks; not estimable where nothing could differ, or no group has two members.
    """
    from scipy.special import ncfdtr

    groups, rows = effect.degrees + 1, effect.rows
    if effect.degrees < 1 or rows <= groups:
        return NotEstimable("the groups leave no spread inside them to compare with")
    inside = max(1.0 - effect.size, 1e-15)
    statistic = effect.size / inside * (rows - groups) / effect.degrees
    low, high = _between(lambda noncentral: float(ncfdtr(effect.degrees, rows - groups, noncentral, statistic)), level)
    value = min(max((effect.statistic - effect.degrees) / (rows - groups), 0.0), 1.0)
    return _estimate(value, low / (low + rows), high / (high + rows), "eta squared of ranks", level)


def eta_surely_below(effect: Effect, bound: float) -> float:
    """Probability of an eta squared as small as this if the true one were ``bound``.

    Args:
        effect: What `metric_effect` found, of more rows than groups.
        bound: A true eta squared, 0 to below 1.
    """
    from scipy.special import ncfdtr

    freedom = effect.rows - effect.degrees - 1
    statistic = effect.size / max(1.0 - effect.size, 1e-15) * freedom / effect.degrees
    return float(ncfdtr(effect.degrees, freedom, effect.rows * bound / (1 - bound), statistic))


def cramers_v(table: ArrayLike, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Cramér's V, corrected for chance, with its interval by the noncentral chi-squared distribution.

    Args:
        table: Counts of shape (levels, groups); empty rows and columns are left out.
        level: Coverage of the interval.

    Returns:
        V from 0 to 1; not estimable where one side has a single level, or there are no more customers than cells in a
        row and a column.
    """
    from scipy.special import chndtr

    counts = np.atleast_2d(np.asarray(table, dtype=np.float64))
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, smaller = float(counts.sum()), min(counts.shape) - 1 if counts.size else 0
    if smaller < 1 or rows <= sum(counts.shape):
        return NotEstimable("too few customers or levels to tell")
    effect = nominal_effect(counts)
    low, high = _between(lambda noncentral: float(chndtr(effect.statistic, effect.degrees, noncentral)), level)
    low, high = (min((each / rows / smaller) ** 0.5, 1.0) for each in (low, high))
    return _estimate(_unbiased(counts, effect), low, high, "Cramér's V, bias corrected", level)


def v_surely_below(table: ArrayLike, bound: float) -> float:
    """Probability of a Cramér's V as small as that of ``table`` if the true one were ``bound``.

    Args:
        table: Counts of shape (levels, groups), two of each at least.
        bound: A true V, 0 to 1.
    """
    from scipy.special import chndtr

    effect = nominal_effect(table)
    counts = np.asarray(table, dtype=np.float64)
    smaller = min(int((counts.sum(axis=axis) > 0).sum()) for axis in (0, 1)) - 1
    return float(chndtr(effect.statistic, effect.degrees, effect.rows * smaller * bound**2))


def _unbiased(counts: np.ndarray, effect: Effect) -> float:
    """Cramér's V without what chance alone adds (Bergsma 2013, equations 10 to 12)."""
    total = float(counts.sum())
    phi = max(effect.statistic / total - effect.degrees / (total - 1), 0.0)
    smaller = min(side - (side - 1) ** 2 / (total - 1) for side in counts.shape) - 1
    return float(min((phi / smaller) ** 0.5, 1.0)) if smaller > 0 else 0.0


def _between(below: Callable[[float], float], level: float) -> tuple[float, float]:
    """Noncentralities between which the statistic is no surprise; ``below`` falls as they grow."""
    return _reached(below, (1 + level) / 2), _reached(below, (1 - level) / 2)


def _reached(below: Callable[[float], float], chance: float) -> float:
    from scipy.optimize import brentq

    if below(0.0) <= chance:
        return 0.0
    top = 1.0
    while below(top) > chance and top < _MOST:
        top *= 4.0
    return float(brentq(lambda noncentral: below(noncentral) - chance, 0.0, top, xtol=1e-9)) if top < _MOST else top


def _estimate(value: float, low: float, high: float, unit: str, level: float) -> Estimate:
    return Estimate(value, min(low, value), max(high, value), unit, level)
