"""What each basis of segmentation adds to a prediction, out of sample.

Explained variance is counted on rows the regression was not learned from, so a block of traits that only fits noise
explains nothing, or less. Shares are Shapley values over all orders in which blocks can be added (Lindeman, Merenda &
Gold 1980); nested gains follow one order, as the nests of Bonoma & Shapiro (1983) from the outside in. Intervals are
Student's with the variance corrected for overlapping training samples (Nadeau & Bengio 2003). Of an outcome that is yes
or no the share of variance is Efron's pseudo R squared (1978).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.effects import holm
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.scales import answers_of
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import Estimate, NotEstimable

MOST_BLOCKS = 8
"""Blocks at most: all their subsets are fitted."""

FEWEST_ROWS = 100
"""Rows below which nothing can be said out of sample."""

WORTH_A_WORD = 0.01
"""Share of variance from which a basis is worth a word: small by Cohen (1988)."""

PENALTIES = tuple(float(each) for each in np.geomspace(0.03, 300.0, 9))
"""Ridge penalties tried, in units of a standardized variable's variance; generalized cross-validation chooses.

The least costs a true relation a thousandth of its variance, and keeps the difference of two traits that are nearly one
from deciding a prediction.
"""

Verdict = Literal["adds", "shared", "adds_nothing", "open"]


@dataclass(frozen=True, slots=True)
class BasisGain:
    """What one block of traits explains; every estimate is a share of the outcome's variance, out of sample.

    Attributes:
        name: Name of the block.
        traits: Columns it has.
        alone: Explained by the block alone.
        share: Its Shapley share of what all blocks explain.
        beyond: What it adds to all others.
        nested: What it adds to those before it in the order.
        p_corrected: Probability of such a gain beyond the others by chance, one-sided, corrected by Holm.
        verdict: ``adds`` (beyond the others), ``shared`` (explains, but nothing that the others do not),
            ``adds_nothing`` (surely under a hundredth of the variance), or ``open``.
    """

    name: str
    traits: int
    alone: Estimate
    share: Estimate
    beyond: Estimate
    nested: Estimate
    p_corrected: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class BasesAdded:
    """What all blocks explain, and each of them.

    Attributes:
        gains: In the order given.
        explained: By all blocks together.
        rows: Rows used.
        splits: Times the rows were split into learned from and predicted.
        stopped_before: First block in the order from which on no nested gain is beyond chance; None where the last
            one still gains.
    """

    gains: tuple[BasisGain, ...]
    explained: Estimate
    rows: int
    splits: int
    stopped_before: str | None


def what_bases_add(
    blocks: Mapping[str, ArrayLike],
    outcome: ArrayLike,
    *,
    folds: int = 5,
    repeats: int = 4,
    level: float = 0.95,
    random_state: int = 0,
) -> BasesAdded | NotEstimable:
    """Explained variance of an outcome by blocks of traits, cross-validated.

    Args:
        blocks: Matrices of shape (n, traits) by name, in the order of nesting, without gaps; at most eight.
        outcome: Shape (n,), a number, or 0 and 1; rows where it is NaN are left out.
        folds: Parts the rows are split into; each is predicted from the others.
        repeats: Times they are split anew.
        level: Coverage of the intervals.
        random_state: Seed of the splits.

    Returns:
        Gains; not estimable from fewer than 100 rows with a known outcome, or where the outcome never differs.

    Raises:
        EstimationError: no blocks, too many, or lengths that differ; all at once.
    """
    tables, target = _read(blocks, outcome)
    known = ~np.isnan(target)
    if known.sum() < FEWEST_ROWS:
        return NotEstimable(f"the outcome is known of {int(known.sum())} customers, {FEWEST_ROWS} are needed")
    whole = np.column_stack([*(each[known] for each in tables), target[known]])
    whole = whole[np.lexsort(whole.T)]
    if not np.ptp(whole[:, -1]) > 0:
        return NotEstimable("the outcome is the same for everybody")
    places = _places([each.shape[1] for each in tables])
    with one_blas_thread():
        explained = _explained(whole, places, folds, repeats, np.random.default_rng(random_state))
    return _answer(tuple(blocks), places, explained, _Scale(folds, level), int(known.sum()))


@dataclass(frozen=True, slots=True)
class _Scale:
    """How figures of single splits become an estimate."""

    folds: int
    level: float

    def error(self, values: FloatArray) -> float:
        """Standard error of a mean over splits that share rows (Nadeau & Bengio 2003, equation 9)."""
        return float(np.sqrt((1 / values.size + 1 / (self.folds - 1)) * values.var(ddof=1)))

    def estimate(self, values: FloatArray) -> Estimate:
        """Mean over splits with its interval."""
        from scipy.special import stdtrit

        mean = float(values.mean())
        reach = float(stdtrit(values.size - 1, (1 + self.level) / 2)) * self.error(values)
        return Estimate(mean, mean - reach, mean + reach, "share of variance", self.level)

    def chance(self, values: FloatArray) -> float:
        """Probability of such a mean or a larger one where there is no gain."""
        from scipy.special import stdtr

        error = self.error(values)
        if error == 0:
            return 0.0 if values.mean() > 0 else 1.0
        return float(stdtr(values.size - 1, -float(values.mean()) / error))


def _answer(
    names: Sequence[str], places: Sequence[IntArray], explained: FloatArray, scale: _Scale, rows: int
) -> BasesAdded:
    """Gains out of the explained variance of every subset, shape (2^blocks, splits)."""
    number = len(names)
    full = (1 << number) - 1
    alone = [explained[1 << place] for place in range(number)]
    beyond = [explained[full] - explained[full ^ (1 << place)] for place in range(number)]
    nested = [explained[(2 << place) - 1] - explained[(1 << place) - 1] for place in range(number)]
    shares = _shapley(explained)
    corrected = holm([scale.chance(each) for each in beyond])
    by_itself = holm([scale.chance(each) for each in alone])
    gains = tuple(
        BasisGain(
            name,
            places[place].size,
            scale.estimate(alone[place]),
            scale.estimate(shares[place]),
            scale.estimate(beyond[place]),
            scale.estimate(nested[place]),
            float(corrected[place]),
            _verdict(float(corrected[place]), scale.estimate(beyond[place]), float(by_itself[place])),
        )
        for place, name in enumerate(names)
    )
    inward = holm([scale.chance(each) for each in nested])
    last = max((place for place in range(number) if inward[place] < 0.05), default=-1)
    stopped = names[last + 1] if last + 1 < number else None
    return BasesAdded(gains, scale.estimate(explained[full]), rows, explained.shape[1], stopped)


def _verdict(corrected: float, beyond: Estimate, alone: float) -> Verdict:
    if corrected < 0.05:
        return "adds"
    if beyond.high >= WORTH_A_WORD:
        return "open"
    return "shared" if alone < 0.05 else "adds_nothing"


def _read(blocks: Mapping[str, ArrayLike], outcome: ArrayLike) -> tuple[list[FloatArray], FloatArray]:
    where = "what_bases_add"
    tables = [answers_of(where, block) for block in blocks.values()]
    target = np.asarray(outcome, dtype=np.float64)
    problems = []
    if not 1 <= len(tables) <= MOST_BLOCKS:
        step = f"Give 1 to {MOST_BLOCKS} blocks."
        problems.append(Problem("BLOCKS_WRONG", "There are no blocks, or too many.", where, str(len(tables)), step))
    for name, table in zip(blocks, tables, strict=True):
        if len(table) != target.size:
            given = f"{len(table)} rows, and {target.size} outcomes"
            problems.append(Problem("LENGTH_MISMATCH", "The lengths differ.", name, given, "Give one row each."))
        if np.isnan(table).any():
            step = "Fill gaps, and tell them apart by a column of their own."
            problems.append(Problem("NOT_FINITE", "A block has gaps.", name, "", step))
    if problems:
        raise EstimationError(problems)
    return tables, target


def _places(widths: Sequence[int]) -> list[IntArray]:
    """Columns of each block."""
    ends = np.cumsum([0, *widths])
    return [np.arange(start, end) for start, end in pairwise(ends)]


def _explained(
    whole: FloatArray, places: Sequence[IntArray], folds: int, repeats: int, random: np.random.Generator
) -> FloatArray:
    """R squared of every subset of blocks in every split, shape (2^blocks, splits)."""
    columns = [
        np.concatenate([places[place] for place in range(len(places)) if mask >> place & 1] or [np.empty(0, np.int64)])
        for mask in range(1 << len(places))
    ]
    found = np.zeros((len(columns), folds * repeats))
    for repeat in range(repeats):
        part = random.permutation(np.arange(len(whole)) % folds)
        for fold in range(folds):
            split = _Split(whole[part != fold], whole[part == fold])
            found[:, repeat * folds + fold] = [split.explained(each) for each in columns]
    return found


class _Split:
    """Moments of rows learned from and of rows predicted, so that every subset costs a small system only."""

    def __init__(self, learned: FloatArray, predicted: FloatArray) -> None:
        center, spread = learned.mean(axis=0), learned.std(axis=0)
        safe = np.where(spread > 1e-12, spread, np.inf)
        rows, others = (learned - center) / safe, (predicted - center) / safe
        self._own = rows.T @ rows / len(rows)
        self._rows = len(rows)
        self._other = others.T @ others / len(others)

    def explained(self, columns: IntArray) -> float:
        """R squared on the rows predicted, of a ridge regression on ``columns`` of the rows learned from."""
        if not columns.size:
            return 0.0
        weights = self._weights(columns)
        total = float(self._other[-1, -1])
        cross = float(weights @ self._other[columns, -1])
        square = float(weights @ self._other[np.ix_(columns, columns)] @ weights)
        return (2 * cross - square) / total if total > 0 else 0.0

    def _weights(self, columns: IntArray) -> FloatArray:
        """Ridge weights with the penalty that generalized cross-validation prefers (Golub, Heath & Wahba 1979)."""
        values, vectors = np.linalg.eigh(self._own[np.ix_(columns, columns)])
        values = np.maximum(values, 0.0)
        along = vectors.T @ self._own[columns, -1]
        penalties = np.asarray(PENALTIES)[:, None]
        shrunk = values + penalties
        residual = self._own[-1, -1] - (along**2 * (values + 2 * penalties) / shrunk**2).sum(axis=1)
        freedom = (values / shrunk).sum(axis=1) + 1.0
        best = int((residual / np.maximum(1.0 - freedom / self._rows, 1e-6) ** 2).argmin())
        return np.asarray(vectors @ (along / shrunk[best]))


def _shapley(explained: FloatArray) -> FloatArray:
    """Shapley shares per split, shape (blocks, splits)."""
    number = int(explained.shape[0]).bit_length() - 1
    masks = np.arange(1 << number)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    weight = np.array([factorial(size) * factorial(number - size - 1) for size in range(number)]) / factorial(number)
    shares = np.empty((number, explained.shape[1]))
    for place in range(number):
        without = masks[masks >> place & 1 == 0]
        shares[place] = weight[sizes[without]] @ (explained[without | 1 << place] - explained[without])
    return shares
