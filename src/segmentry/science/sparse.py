"""Probabilities of sparse tables, where chi-squared tells chance far too often from something else.

Chi-squared stands for the distribution of its statistic only where every cell is expected to hold five or more (Cochran
1954). Below that the statistic is held against tables with the same margins: all of them where there are two rows and
two columns (Fisher 1935), else drawn ones (Patefield 1981), always the same draws.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmentry.science.inputs import FloatArray

COMMON = 5.0
"""Customers that every cell should be expected to hold before chi-squared is trusted (Cochran 1954)."""

_FIRST, _FURTHER = 2_000, 20_000
_DOUBTFUL = 0.1
_SLACK = 1e-9


def expected_counts(counts: FloatArray) -> FloatArray:
    """Counts that rows and columns which have nothing to do with each other would lead to.

    Args:
        counts: Shape (levels, groups), not all 0.
    """
    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum())


def pearson(tables: FloatArray, expected: FloatArray) -> FloatArray:
    """Chi-squared of tables, shape (tables,).

    Args:
        tables: Shape (tables, levels, groups).
        expected: Shape (levels, groups), all above 0.
    """
    return np.asarray(((tables - expected) ** 2 / expected).sum(axis=(1, 2)))


def chance_of_table(counts: FloatArray) -> float:
    """Probability of a chi-squared as large as that of ``counts`` among tables with the same margins.

    Args:
        counts: Whole numbers of shape (levels, groups), at least two of each, no row and no column empty.
    """
    if counts.shape == (2, 2):
        return chance_of_strata(counts[None])
    ordered = counts[np.argsort(-counts.sum(axis=1), kind="stable")][:, np.argsort(-counts.sum(axis=0), kind="stable")]
    expected = expected_counts(ordered)
    return _drawn(ordered, lambda tables: pearson(tables, expected))


def chance_of_ranks(counts: FloatArray, ranks: FloatArray) -> float:
    """Probability of a Kruskal-Wallis statistic as large as that of ``counts`` among tables with the same margins.

    Args:
        counts: Rows by value and group, shape (values, groups), no row and no column empty.
        ranks: Mid-rank of each value, shape (values,).
    """
    sizes = counts.sum(axis=0)
    centered = ranks - float(ranks @ counts.sum(axis=1)) / float(counts.sum())
    return _drawn(
        counts, lambda tables: np.asarray((np.einsum("tvg,v->tg", tables, centered) ** 2 / sizes).sum(axis=1))
    )


def chance_of_strata(tables: FloatArray) -> float:
    """Probability of a group as far above or below others inside strata, were the margins of each stratum given.

    The sum over strata of one cell is that of independent hypergeometric counts (Mehta, Patel & Gray 1985), whose
    distribution is worked out in full; the chi-squared of Mantel & Haenszel (1959) stands for it where cells are full.

    Args:
        tables: Whole numbers: converted and not of the group, then of the others, shape (strata, 2, 2).

    Returns:
        P, 1 where nothing could differ.
    """
    from scipy.stats import hypergeom

    chances, least, middle, found = np.ones(1), 0, 0.0, 0.0
    for table in tables:
        whole, row, column = (int(each) for each in (table.sum(), table[0].sum(), table[:, 0].sum()))
        if not whole:
            continue
        possible = np.arange(max(0, row + column - whole), min(row, column) + 1)
        chances = np.convolve(chances, hypergeom.pmf(possible, whole, row, column))
        least += int(possible[0])
        middle += row * column / whole
        found += float(table[0, 0])
    sums = least + np.arange(chances.size)
    as_far = np.abs(sums - middle) >= abs(found - middle) - _SLACK * max(middle, 1.0)
    return float(min(chances[as_far].sum(), 1.0))


def _drawn(counts: FloatArray, statistic: Callable[[FloatArray], FloatArray]) -> float:
    """Share of drawn tables whose statistic reaches that of ``counts``, itself one of them; more draws where rare."""
    from scipy.stats import random_table

    found = float(statistic(counts[None])[0]) * (1 - _SLACK)
    drawing = random_table(*(counts.sum(axis=axis).astype(np.int64) for axis in (1, 0)))
    random = np.random.default_rng(0)
    draws = reached = 0
    for further in (_FIRST, _FURTHER):
        tables = drawing.rvs(further, method="patefield", random_state=random)
        draws, reached = draws + further, reached + int((statistic(tables.astype(np.float64)) >= found).sum())
        if (1 + reached) / (1 + draws) > _DOUBTFUL:
            break
    return (1 + reached) / (1 + draws)
