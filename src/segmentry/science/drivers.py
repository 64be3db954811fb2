"""What goes with an outcome: each driver's share of the variance that all of them explain, held against chance.

Shares are Shapley values of R squared (Lindeman, Merenda & Gold 1980; Lipovetsky & Conklin 2001): the mean gain from
adding the driver, over all orders in which drivers can be added. They add up to R squared whatever the drivers have in
common, and are never negative, so chance pushes them up, once in the sample and once more in samples of the sample; the
interval is taken back by what the second push adds twice, so that it reaches 0 for a driver that does nothing. Each is
held against the largest share that any driver gets where the outcome is shuffled. They tell of association; a driver is
a cause only if it was assigned at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.scales import answers_of
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import Estimate, NotEstimable

MOST_DRIVERS = 12
"""Drivers at most: all their 2^p subsets are fitted."""

ROWS_PER_DRIVER = 10
"""Respondents needed for each driver (Harrell 2015, section 4.4)."""

Claim = Literal["association", "cause"]

_BATCH, _CELLS = 64, 4_000_000
_TINY = 1e-10
_UNBALANCED = 0.01


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver.

    Attributes:
        share: Its part of R squared, with a bootstrap interval.
        relative: The same as a share of R squared, 0 to 1; NaN where nothing is explained.
        chance: Largest share that any driver gets in 95 of 100 worlds where the outcome is shuffled.
        beyond_chance: Whether the share is larger than that.
        correlation: With the outcome; its sign says which way.
        claim: ``cause`` where it was assigned at random and goes with no other driver, else ``association``.
    """

    share: Estimate
    relative: float
    chance: float
    beyond_chance: bool
    correlation: float
    claim: Claim


@dataclass(frozen=True, slots=True)
class Drivers:
    """All drivers of an outcome.

    Attributes:
        drivers: In the order of the columns.
        explained: R squared of all of them, with a bootstrap interval; it grows with their number.
        adjusted: R squared corrected for the number of drivers (Ezekiel 1930).
        respondents: Rows without a gap.
    """

    drivers: tuple[Driver, ...]
    explained: Estimate
    adjusted: float
    respondents: int


def find_drivers(
    drivers: ArrayLike,
    outcome: ArrayLike,
    randomized: ArrayLike | None = None,
    *,
    draws: int = 300,
    level: float = 0.95,
    random_state: int = 0,
) -> Drivers | NotEstimable:
    """Shapley shares of the explained variance of ``outcome``, with bootstrap intervals.

    Args:
        drivers: Shape (n, p), NaN where not known; rows with gaps are left out. p is at most 12.
        outcome: Shape (n,), a rating, or 0 and 1 (then shares are those of the linear probability model).
        randomized: Whether each driver was assigned at random, shape (p,); none if left out. One that goes with the
            others all the same (F test at 1 %) is not called a cause: it was not random, or they follow from it.
        draws: Bootstrap samples, and as many worlds with a shuffled outcome.
        level: Coverage of the intervals.
        random_state: Seed.

    Returns:
        The drivers; not estimable from fewer than ten respondents for each, or where the outcome never differs.

    Raises:
        EstimationError: no table of numbers, lengths that differ, or too many drivers; all at once.
    """
    table, told = _read(drivers, outcome, randomized)
    known = ~np.isnan(table).any(axis=1)
    whole = _in_order(table[known])
    rows, columns = whole.shape[0], whole.shape[1] - 1
    if rows < ROWS_PER_DRIVER * columns or rows < 2 * ROWS_PER_DRIVER:
        least = max(ROWS_PER_DRIVER * columns, 2 * ROWS_PER_DRIVER)
        return NotEstimable(f"{rows} respondents answered everything, {least} are needed")
    if not np.ptp(whole[:, -1]) > 0:
        return NotEstimable("the outcome is the same for everybody")
    random = np.random.default_rng(random_state)
    found = _shares(_correlations(whole[None]))[0]
    sampled = _resampled(whole, draws, random)
    worlds = _shuffled(whole, draws, random)
    chance = float(np.quantile(worlds.max(axis=1), 0.95))
    total = _bounded(float(found.sum()), sampled.sum(axis=1), level)
    correlation = _correlations(whole[None])[0, :-1, -1]
    results = []
    for place in range(columns):
        share = _bounded(float(found[place]), sampled[:, place], level)
        relative = share.value / total.value if total.value > _TINY else float("nan")
        claim: Claim = "cause" if told[place] and _is_balanced(whole[:, :-1], place) else "association"
        beyond = share.value > chance
        results.append(Driver(share, relative, chance, beyond, float(correlation[place]), claim))
    adjusted = 1 - (1 - total.value) * (rows - 1) / (rows - columns - 1)
    return Drivers(tuple(results), total, adjusted, rows)


def shapley_shares(correlations: ArrayLike) -> FloatArray:
    """Shapley shares of R squared out of a correlation matrix whose last row and column are the outcome's.

    Args:
        correlations: Shape (p + 1, p + 1).

    Returns:
        Shape (p,), adding up to R squared.
    """
    return np.asarray(_shares(np.asarray(correlations, dtype=np.float64)[None])[0])


def _read(drivers: ArrayLike, outcome: ArrayLike, randomized: ArrayLike | None) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Drivers and outcome as one table, and which drivers were assigned at random."""
    where = "find_drivers"
    given = answers_of(where, drivers)
    target = answers_of(where, np.reshape(np.asarray(outcome, dtype=np.float64), (-1, 1)))
    columns = given.shape[1]
    told = np.zeros(columns, dtype=bool) if randomized is None else np.asarray(randomized, dtype=bool)
    problems = []
    if len(given) != len(target):
        given_text = f"{len(given)} and {len(target)} rows"
        problems.append(Problem("LENGTH_MISMATCH", "The lengths differ.", where, given_text, "Give one row each."))
    if told.shape != (columns,):
        what, step = "Every driver was assigned at random or not.", "Give one value for each driver."
        problems.append(Problem("LENGTH_MISMATCH", what, where, str(told.shape), step))
    if columns > MOST_DRIVERS:
        what, step = f"More than {MOST_DRIVERS} drivers cannot be told apart.", "Put alike ones together to scales."
        problems.append(Problem("TOO_MANY_VARIABLES", what, where, str(columns), step))
    if problems:
        raise EstimationError(problems)
    return np.column_stack([given, target]), told


def _is_balanced(drivers: FloatArray, place: int) -> bool:
    """Whether a driver goes with the others no more than chance lets it: F test of its regression on them, at 1 %."""
    from scipy.special import fdtrc

    rows, columns = drivers.shape
    if columns == 1:
        return True
    inverse = np.linalg.pinv(_correlations(drivers[None])[0])
    explained = 1 - 1 / max(float(inverse[place, place]), 1.0)
    freedom = rows - columns
    statistic = explained / (columns - 1) / max((1 - explained) / freedom, _TINY)
    return float(fdtrc(columns - 1, freedom, statistic)) >= _UNBALANCED


def _in_order(whole: FloatArray) -> FloatArray:
    """Rows in an order of their own, so that the order in which they came changes no draw."""
    return whole[np.lexsort(whole.T[::-1])]


def _bounded(value: float, drawn: FloatArray, level: float) -> Estimate:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]) - 2.0 * (float(drawn.mean()) - value)
    value = max(value, 0.0)
    return Estimate(value, min(max(float(low), 0.0), value), max(float(high), value), "share", level)


def _resampled(whole: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    """Shares in bootstrap samples, shape (draws, p)."""
    parts = []
    batch = max(min(_BATCH, _CELLS // whole.size), 1)
    for start in range(0, draws, batch):
        chosen = random.integers(0, len(whole), (min(batch, draws - start), len(whole)))
        parts.append(_shares(_correlations(whole[chosen])))
    return np.concatenate(parts)


def _shuffled(whole: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    """Shares where the outcome is shuffled, shape (draws, p)."""
    own = _correlations(whole[None])[0]
    drivers, outcome = _standard(whole[None, :, :-1])[0], _standard(whole[None, :, -1:])[0, :, 0]
    worlds = np.broadcast_to(own, (draws, *own.shape)).copy()
    for world in worlds:
        world[:-1, -1] = world[-1, :-1] = random.permutation(outcome) @ drivers / len(whole)
    return np.concatenate([_shares(worlds[start : start + _BATCH]) for start in range(0, draws, _BATCH)])


def _standard(tables: FloatArray) -> FloatArray:
    """Columns of tables, shape (b, n, m), with mean 0 and deviation 1; constant ones are 0."""
    centered = tables - tables.mean(axis=1, keepdims=True)
    spread = np.sqrt((centered**2).mean(axis=1, keepdims=True))
    return np.asarray(np.divide(centered, spread, out=np.zeros_like(centered), where=spread > _TINY))


def _correlations(tables: FloatArray) -> FloatArray:
    """Correlation matrices of tables, shape (b, m, m)."""
    standard = _standard(tables)
    return np.asarray(standard.transpose(0, 2, 1) @ standard / tables.shape[1])


def _shares(correlations: FloatArray) -> FloatArray:
    """Shapley shares, shape (b, p), of correlation matrices, shape (b, p + 1, p + 1)."""
    columns = correlations.shape[1] - 1
    explained = np.zeros((1 << columns, len(correlations)))
    _sweep_down(correlations, 0, 0, explained)
    masks = np.arange(1 << columns)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    weight = np.array([factorial(size) * factorial(columns - size - 1) for size in range(columns)], dtype=np.float64)
    weight /= factorial(columns)
    shares = np.empty((len(correlations), columns))
    for place in range(columns):
        without = masks[(masks >> place) & 1 == 0]
        gains = explained[without | (1 << place)] - explained[without]
        shares[:, place] = weight[sizes[without]] @ gains
    return shares


def _sweep_down(swept: FloatArray, first: int, mask: int, explained: FloatArray) -> None:
    """R squared of every subset that adds drivers from ``first`` on to those already swept (Goodnight 1979).

    Each subset is reached by one path, so that rounding does not pile up; a driver that the others determine adds
    nothing.
    """
    explained[mask] = 1.0 - swept[:, -1, -1] if mask else 0.0
    for place in range(first, swept.shape[1] - 1):
        pivot = swept[:, place, place]
        usable = pivot > _TINY
        scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
        less = swept[:, :, place, None] * swept[:, None, place, :] * scale[:, None, None]
        _sweep_down(swept - less, place + 1, mask | (1 << place), explained)
