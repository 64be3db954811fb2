"""Differences among rows that belong together, such as the leads of one organization.

Rows of one organization share what is not known of it, so that many of them prove little more than one does. What rows
add is summed up by organization first, and the sums make the standard error (Liang & Zeger 1986); of few organizations
Student's distribution stands for the normal one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.log_odds import SURE

FEWEST_GROUPS = 30
"""Organizations from which differences between them are claimed."""

_MANY = 200


def mean_gain(gained: FloatArray, groups: NDArray[Any] | None = None) -> tuple[float, float, int]:
    """Mean difference of squared errors, its standard error, and the degrees of freedom of that.

    Leads of one organization share what is not known of it, so their differences are summed up first (Liang & Zeger
    1986, with the correction for few groups); a lead that stands for itself is a group of one.

    Args:
        gained: Differences, shape (n,).
        groups: Whose lead each is, shape (n,); None where each stands for itself.
    """
    mean = float(gained.mean())
    if groups is None:
        return mean, float(gained.std(ddof=1)) / math.sqrt(gained.size), gained.size - 1
    _, places = np.unique(groups, return_inverse=True)
    sums = np.bincount(places.ravel(), gained - mean)
    if sums.size < 2:
        return mean, math.inf, 1
    spread = float((sums**2).sum()) * sums.size / (sums.size - 1)
    return mean, math.sqrt(spread) / gained.size, sums.size - 1


def quantile(freedom: int) -> float:
    """Quantile of a 95 % interval with so many degrees of freedom; that of the normal distribution where many."""
    from scipy.special import stdtrit

    return SURE if freedom > _MANY else float(stdtrit(freedom, 0.975))


def chance_above(mean: float, error: float, freedom: int) -> float:
    """One-sided p of a mean that is no more than 0.

    Args:
        mean: The mean difference.
        error: Its standard error; 1 is told where that is 0.
        freedom: Degrees of freedom.
    """
    from scipy.special import stdtr

    if not error > 0:
        return 1.0
    return 0.5 * math.erfc(mean / error / math.sqrt(2)) if freedom > _MANY else float(stdtr(freedom, -mean / error))


def chance_by_groups(tables: FloatArray, strata: NDArray[np.int64], alike: FloatArray) -> float:
    """P of no difference between a kind of rows and others inside strata, where rows of a group belong together.

    The score is that of Mantel & Haenszel (1959): rows of the kind that came beyond those expected. Each group adds
    its own part, and the parts make the variance; the side of fewer groups tells the degrees of freedom.

    Args:
        tables: Rows of each group that came and that did not, of the kind, then others, shape (groups, 2, 2), none
            empty.
        strata: Stratum of each, 0 and up, shape (groups,).
        alike: How many groups are just like it, shape (groups,).

    Returns:
        P, two-sided; 1 where fewer than `FEWEST_GROUPS` groups are there, or one of the sides has a single one.
    """
    from scipy.special import stdtr

    came, sizes, own = tables[:, :, 0].sum(axis=1), tables.sum(axis=(1, 2)), tables[:, 0].sum(axis=1)
    sides = [float(alike[tables[:, side].sum(axis=1) > 0].sum()) for side in (0, 1)]
    groups = float(alike.sum())
    if groups < FEWEST_GROUPS or min(sides) < 2:
        return 1.0
    whole, all_came, all_own = (np.bincount(strata, alike * each)[strata] for each in (sizes, came, own))
    rate, share = all_came / whole, all_own / whole
    parts = tables[:, 0, 0] - rate * own - share * came + share * rate * sizes
    spread = float((alike * parts**2).sum()) * groups / (groups - 1)
    beyond = abs(float((alike * parts).sum()))
    return float(min(2 * stdtr(min(sides) - 1, -beyond / math.sqrt(spread)), 1.0)) if spread > 0 else 1.0


def design_effect(came: FloatArray, sizes: FloatArray, alike: FloatArray) -> float:
    """How many times the variance of a share of rows is larger than were they independent, 1 at least (Kish 1965).

    Args:
        came: Rows of each group that came, shape (groups,).
        sizes: Rows of each group, shape (groups,).
        alike: How many groups are just like it, shape (groups,).
    """
    rows = float((alike * sizes).sum())
    share = float((alike * came).sum()) / rows
    if not 0 < share < 1:
        return max(float((alike * sizes**2).sum()) / rows, 1.0)
    return max(float((alike * (came - share * sizes) ** 2).sum()) / (rows * share * (1 - share)), 1.0)
