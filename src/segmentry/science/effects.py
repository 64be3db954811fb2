"""How much groups differ: effect sizes, tests corrected for their number, and the variables that mark a group.

Tests belong to descriptors only. A variable that made the groups differs between them by construction, and a test of
it proves nothing (Dolnicar, Grün & Leisch 2018, steps 6 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.sparse import COMMON, chance_of_ranks, chance_of_table, expected_counts, pearson

SMALL_DIFFERENCE = 0.2
"""Standardized difference up to which two groups overlap by 92 % or more (Cohen 1988): too little to speak of."""

LARGEST_BINARY_GAP = 0.25
LARGEST_BINARY_RATIO = 0.5
LARGEST_METRIC_GAP = 0.5
_FEW_VALUES = 30


@dataclass(frozen=True, slots=True)
class Effect:
    """How strongly one descriptor goes with the groups.

    Attributes:
        name: Name of the effect size: ``eta_squared`` (of ranks) or ``cramers_v``.
        size: Effect size from 0 to 1.
        statistic: Kruskal-Wallis H, or chi-squared.
        degrees: Degrees of freedom; 0 where nothing could differ.
        p: Probability of at least this statistic if descriptor and groups had nothing to do with each other.
        rows: Number of rows with a known value.
    """

    name: Literal["eta_squared", "cramers_v"]
    size: float
    statistic: float
    degrees: int
    p: float
    rows: int


def metric_effect(values: ArrayLike, groups: ArrayLike) -> Effect:
    """Kruskal-Wallis test with eta squared of the mid-ranks, H / (n - 1).

    Where most rows have one value and a group is small, as of a rare yes, p is that of tables with the same margins.

    Args:
        values: Shape (n,); NaN for unknown, which is left out.
        groups: Shape (n,), group codes from 0.
    """
    numbers, codes = np.asarray(values, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    known = ~np.isnan(numbers)
    ranks, codes = mid_ranks(numbers[known]), codes[known]
    rows = ranks.size
    sizes = np.bincount(codes)
    sizes, sums = sizes[sizes > 0], np.bincount(codes, ranks)[sizes > 0]
    total = float(((ranks - ranks.mean()) ** 2).sum()) if rows else 0.0
    degrees = sizes.size - 1
    if total <= 0 or degrees < 1:
        return Effect("eta_squared", 0.0, 0.0, 0, 1.0, rows)
    between = float((sums**2 / sizes).sum() - sums.sum() ** 2 / rows)
    share = min(max(between / total, 0.0), 1.0)
    p = _ranked_chance(ranks, codes)
    return Effect(
        "eta_squared",
        share,
        share * (rows - 1),
        degrees,
        _chi_tail(share * (rows - 1), degrees) if p is None else p,
        rows,
    )


def nominal_effect(table: ArrayLike) -> Effect:
    """Chi-squared test of independence with Cramér's V.

    Where a cell is expected to hold fewer than five, p is exact or drawn from tables with the same margins.

    Args:
        table: Counts of shape (levels, groups); empty rows and columns are left out.
    """
    counts = np.atleast_2d(np.asarray(table, dtype=np.float64))
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows = float(counts.sum())
    smaller = min(counts.shape) - 1 if counts.size else 0
    if smaller < 1:
        return Effect("cramers_v", 0.0, 0.0, 0, 1.0, int(rows))
    expected = expected_counts(counts)
    statistic = float(pearson(counts[None], expected)[0])
    degrees = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    size = min((statistic / rows / smaller) ** 0.5, 1.0)
    sparse = expected.min() < COMMON and not (counts % 1).any()
    p = chance_of_table(counts) if sparse else _chi_tail(statistic, degrees)
    return Effect("cramers_v", size, statistic, degrees, p, int(rows))


def holm(probabilities: ArrayLike) -> FloatArray:
    """Probabilities corrected for their number by Holm's step-down method (1979), shape (m,).

    The i-th smallest is multiplied by the number of tests that are not smaller, and never falls below the one before.
    """
    given = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    stepped = np.minimum(np.maximum.accumulate(given[order] * np.arange(given.size, 0, -1)), 1.0)
    corrected = np.empty_like(given)
    corrected[order] = stepped
    return corrected


def mid_ranks(values: NDArray[np.float64]) -> FloatArray:
    """Ranks from 1, equal values sharing the mean of their places; shape (n,)."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def overlap_coefficient(difference: float) -> float:
    """Share that two normal groups have in common whose means lie ``difference`` standard deviations apart.

    2 Phi(-|d| / 2): 0.92 at a difference of 0.2.
    """
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(difference) / 2.0))


def standardized_differences(means: ArrayLike, base_means: ArrayLike, base_deviations: ArrayLike) -> FloatArray:
    """How many standard deviations of the base each group's mean lies from the base's; shape (groups, variables).

    0 where the base does not vary.
    """
    deviations = np.asarray(base_deviations, dtype=np.float64)
    gaps = np.asarray(means, dtype=np.float64) - np.asarray(base_means, dtype=np.float64)
    return np.divide(gaps, deviations, out=np.zeros_like(gaps), where=np.broadcast_to(deviations > 0, gaps.shape))


def marker_variables(
    means: ArrayLike, base_means: ArrayLike, base_deviations: ArrayLike, binary: ArrayLike
) -> NDArray[np.bool_]:
    """Which variables mark which group; shape (groups, variables).

    A yes-or-no variable marks a group whose share lies 25 points, or half of the base's share, from the base's
    (Dolnicar, Grün & Leisch 2018, step 6). A number marks a group whose mean lies half a standard deviation away; that
    rule is ours.

    Args:
        means: Shape (groups, variables).
        base_means: Shape (variables,).
        base_deviations: Shape (variables,).
        binary: Shape (variables,), whether each is yes or no.
    """
    group, base = np.asarray(means, dtype=np.float64), np.asarray(base_means, dtype=np.float64)
    gaps = np.abs(group - base)
    ratios = np.divide(gaps, np.abs(base), out=np.zeros_like(gaps), where=np.broadcast_to(base != 0, gaps.shape))
    of_binary = (gaps >= LARGEST_BINARY_GAP) | (ratios >= LARGEST_BINARY_RATIO)
    of_metric = np.abs(standardized_differences(group, base, base_deviations)) >= LARGEST_METRIC_GAP
    return np.where(np.asarray(binary, dtype=bool), of_binary, of_metric)


def group_moments(values: FloatArray, groups: IntArray, number: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Known values, means and standard deviations per group and variable; each of shape (number, variables).

    Args:
        values: Shape (n, variables); NaN for unknown.
        groups: Shape (n,), codes from 0 to ``number`` - 1.
        number: Number of groups.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    shape = (number, values.shape[1])
    counts, sums, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for place in range(values.shape[1]):
        counts[:, place] = np.bincount(groups, known[:, place], number)
        sums[:, place] = np.bincount(groups, filled[:, place], number)
    means = np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0)
    for place in range(values.shape[1]):
        apart = np.where(known[:, place], filled[:, place] - means[groups, place], 0.0)
        squares[:, place] = np.bincount(groups, apart * apart, number)
    spread = np.divide(squares, counts - 1, out=np.full(shape, np.nan), where=counts > 1)
    return counts, means, np.sqrt(spread)


def _ranked_chance(ranks: FloatArray, codes: IntArray) -> float | None:
    """Chance by tables where few values differ and one is most frequent; None where chi-squared can be trusted."""
    values, places, frequency = np.unique(ranks, return_inverse=True, return_counts=True)
    groups, columns = np.unique(codes, return_inverse=True)
    rare = float(np.bincount(columns).min()) * (1.0 - frequency.max() / ranks.size)
    if values.size > _FEW_VALUES or rare >= COMMON:
        return None
    counts = np.bincount(places * groups.size + columns, minlength=values.size * groups.size)
    table = counts.reshape(values.size, groups.size).astype(np.float64)
    return chance_of_table(table) if values.size == 2 else chance_of_ranks(table, values)


def _chi_tail(statistic: float, degrees: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))
