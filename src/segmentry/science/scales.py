"""Scales of a survey: items keyed and added up, how reliable they are, and what answer style does to them.

Cronbach 1951 (alpha), McDonald 1999 (omega of one factor), Feldt 1965 and Maydeu-Olivares, Coffman & Hartmann 2007
(interval of alpha, for normal and for any answers), Schwartz 1992 (centering on the person's own mean).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.omega import omega
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import Estimate, NotEstimable

_NO_SPREAD = 1e-12
_FARTHEST = 50.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the items of a scale agree.

    Attributes:
        alpha: Cronbach's alpha over respondents who answered every item; of Feldt's interval, which is too short for
            answers that lean to one side, and that of any distribution, each end is the farther one.
        omega: Share of the variance of the sum that one common factor explains, with its interval (`omega.omega`).
        item_total: Correlation of each item with the sum of the others, shape (k,); NaN where either does not vary.
        alpha_without: Alpha if the item is left out, shape (k,); NaN for two items.
        respondents: Respondents who answered every item.
    """

    alpha: Estimate | NotEstimable
    omega: Estimate | NotEstimable
    item_total: FloatArray
    alpha_without: FloatArray
    respondents: int


@dataclass(frozen=True, slots=True)
class AnswerStyle:
    """How somebody answers whatever is asked.

    Attributes:
        mean: Mean answer of each respondent, shape (n,); high for yes-sayers.
        spread: Standard deviation of the answers of each respondent, shape (n,); 0 for straight-liners.
        extreme: Share of answers at either end of the scale, shape (n,).
        straight_liners: Respondents of at least four answers who gave the same one throughout.
        correlation: Correlation of each item with the respondent's mean of the other items, shape (k,).
    """

    mean: FloatArray
    spread: FloatArray
    extreme: FloatArray
    straight_liners: int
    correlation: FloatArray


def reverse_keyed(answers: ArrayLike, reversed_items: Sequence[int], lowest: float, highest: float) -> FloatArray:
    """Answers with reversed items turned round: x' = highest + lowest - x.

    Args:
        answers: Shape (n, k), NaN where not answered.
        reversed_items: Places of the items that ask the other way round.
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.

    Raises:
        EstimationError: answers outside the scale, or places that are no items; all at once.
    """
    given = answers_of("reverse_keyed", answers)
    problems = []
    outside = (given < lowest) | (given > highest)
    if outside.any():
        row, column = (int(each[0]) for each in np.nonzero(outside))
        told = f"{given[row, column]:g} in row {row}, item {column}; {int(outside.sum())} such answers"
        next_step = f"Give {lowest:g} to {highest:g}."
        problems.append(Problem("RATING_OUT_OF_SCALE", "Answers leave the scale", "reverse_keyed", told, next_step))
    wrong = [place for place in reversed_items if not 0 <= place < given.shape[1]]
    if wrong:
        next_step = f"Name places from 0 to {given.shape[1] - 1}."
        problems.append(Problem("ITEM_UNKNOWN", "There are no such items", "reverse_keyed", shorten(wrong), next_step))
    if problems:
        raise EstimationError(problems)
    turned = given.copy()
    turned[:, list(reversed_items)] = lowest + highest - turned[:, list(reversed_items)]
    return turned


def scale_scores(answers: ArrayLike, *, least: float = 0.5) -> FloatArray:
    """Mean of the answered items of each respondent; NaN where fewer than ``least`` of them were answered.

    Args:
        answers: Keyed answers, shape (n, k), NaN where not answered.
        least: Share of items that must have been answered, 0 to 1.
    """
    given = answers_of("scale_scores", answers)
    answered = ~np.isnan(given)
    counts = answered.sum(axis=1)
    sums = np.where(answered, given, 0.0).sum(axis=1)
    enough = (counts >= least * given.shape[1]) & (counts > 0)
    return np.asarray(np.divide(sums, counts, out=np.full(len(given), np.nan), where=enough))


def centered_on_person(answers: ArrayLike) -> FloatArray:
    """Answers less the mean of the respondent's own answers, which takes yes-saying out (Schwartz 1992).

    Args:
        answers: Shape (n, k), NaN where not answered.
    """
    given = answers_of("centered_on_person", answers)
    return given - scale_scores(given, least=0.0)[:, None]


def reliability(answers: ArrayLike, *, level: float = 0.95) -> Reliability:
    """Reliability of a scale out of its keyed answers.

    alpha = k / (k - 1) x (1 - sum of item variances / variance of the sum)

    Args:
        answers: Keyed answers, shape (n, k), NaN where not answered.
        level: Coverage of the interval.

    Raises:
        EstimationError: no two-dimensional array of numbers, or infinite ones.
    """
    given = answers_of("reliability", answers)
    whole = given[~np.isnan(given).any(axis=1)]
    rows, items = whole.shape
    nothing = np.full(items, np.nan)
    if items < 2:
        refused = NotEstimable("one item has no agreement with others")
        return Reliability(refused, refused, nothing, nothing, rows)
    if rows < 3:
        refused = NotEstimable(f"{rows} respondents answered every item, three are needed")
        return Reliability(refused, refused, nothing, nothing, rows)
    varied = np.ptp(whole, axis=0) > 0  # equal tenths have a variance above 0 by rounding
    covariance = np.cov(whole, rowvar=False) * np.outer(varied, varied)
    without = [_alpha(np.delete(np.delete(covariance, item, 0), item, 1)) for item in range(items)]
    rest = whole.sum(axis=1, keepdims=True) - whole
    found = _alpha(covariance)
    return Reliability(
        _interval(found, whole, level) if np.isfinite(found) else _no_alpha(varied),
        omega(whole, level=level),
        np.array([_correlation(whole[:, item], rest[:, item]) for item in range(items)]),
        np.array(without),
        rows,
    )


def answer_style(answers: ArrayLike, lowest: float, highest: float) -> AnswerStyle:
    """How respondents answer whatever is asked, from many items before they are keyed.

    Args:
        answers: Answers as given, shape (n, k), NaN where not answered.
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.
    """
    given = answers_of("answer_style", answers)
    answered = ~np.isnan(given)
    counts = answered.sum(axis=1)
    mean = scale_scores(given, least=0.0)
    squared = np.where(answered, (given - mean[:, None]) ** 2, 0.0).sum(axis=1)
    none = np.full(len(given), np.nan)
    spread = np.sqrt(np.divide(squared, counts, out=none.copy(), where=counts > 0))
    alike = np.where(answered, given, -np.inf).max(axis=1) == np.where(answered, given, np.inf).min(axis=1)
    spread[alike] = 0.0
    ends = ((given == lowest) | (given == highest)).sum(axis=1)
    sums = np.where(answered, given, 0.0).sum(axis=1)[:, None]
    others = np.divide(
        sums - np.where(answered, given, 0.0),
        counts[:, None] - 1,
        out=np.full(given.shape, np.nan),
        where=answered & (counts[:, None] > 1),
    )
    told = [
        _correlation(given[answered[:, item], item], others[answered[:, item], item]) for item in range(given.shape[1])
    ]
    return AnswerStyle(
        mean,
        spread,
        np.divide(ends, counts, out=none.copy(), where=counts > 0),
        int(((spread == 0) & (counts >= 4)).sum()),
        np.array(told),
    )


def level_share(answers: ArrayLike, groups: ArrayLike) -> float | NotEstimable:
    """How much of what sets groups of respondents apart is how high they answer throughout, not what they answer to.

    Between-group variance of the mean answers, and the part of it that the groups' means over all items have. Groups of
    yes-sayers and no-sayers have 1; groups that put different items first and answer equally high have 0.

    Args:
        answers: Answers on one scale as given, shape (n, k), NaN where not answered.
        groups: Group of each respondent, shape (n,).

    Returns:
        Share from 0 to 1; not estimable from a single group or item, where a group left an item out, or where groups
        do not differ.

    Raises:
        EstimationError: no table of numbers, or lengths that differ.
    """
    given = answers_of("level_share", answers)
    names, places = np.unique(np.asarray(groups), return_inverse=True)
    if places.shape != (len(given),):
        what, told = "The lengths differ", f"{len(given)} and {places.shape}"
        raise EstimationError(Problem("LENGTH_MISMATCH", what, "level_share", told, "Give one group per respondent."))
    if names.size < 2 or given.shape[1] < 2:
        return NotEstimable("one group, or one item, tells no level from a pattern")
    member = np.arange(names.size)[:, None] == places
    answered = ~np.isnan(given)
    counts = member @ answered.astype(np.float64)
    if not counts.all():
        return NotEstimable("a group left an item out")
    means = member @ np.where(answered, given, 0.0) / counts
    weights = member.mean(axis=1)
    apart = means - weights @ means
    whole = float(weights @ (apart**2).mean(axis=1))
    if not whole > _NO_SPREAD * float(np.nanmax(np.abs(given)) ** 2):
        return NotEstimable("the groups do not differ")
    return float(weights @ apart.mean(axis=1) ** 2) / whole


def answers_of(where: str, answers: ArrayLike) -> FloatArray:
    """Answers as a table of finite numbers, NaN where not answered; `EstimationError` for anything else."""
    try:
        given = np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        what, next_step = "Answers hold what is no number", "Give numbers, NaN where not answered."
        raise EstimationError(Problem("VALUE_NOT_A_NUMBER", what, where, shorten(answers), next_step)) from error
    if given.ndim != 2 or not given.shape[1] or np.isinf(given).any():
        what, next_step = "Answers are a table of finite numbers", "Give one row per respondent, one column per item."
        raise EstimationError(Problem("SHAPE_WRONG", what, where, str(given.shape), next_step))
    return given


def _alpha(covariance: FloatArray) -> float:
    items, whole = covariance.shape[0], float(covariance.sum())
    if items < 2 or not whole > _NO_SPREAD * float(np.trace(covariance)):
        return float("nan")
    return float(items / (items - 1) * (1 - np.trace(covariance) / whole))


def _no_alpha(varied: NDArray[np.bool_]) -> NotEstimable:
    return NotEstimable("the items cancel out, and nobody's sum differs" if varied.any() else "nobody's answers differ")


def _interval(alpha: float, whole: FloatArray, level: float) -> Estimate:
    """Feldt's interval or that of any distribution, whichever reaches farther.

    Feldt: (1 - alpha) / (1 - alpha hat) follows F with n - 1 and (n - 1)(k - 1) degrees of freedom.
    """
    from scipy.special import fdtri, stdtrit

    rows, items = whole.shape
    lacking, freedom = 1 - alpha, (rows - 1, (rows - 1) * (items - 1))
    low, high = (1 - lacking * float(fdtri(*freedom, chance)) for chance in ((1 + level) / 2, (1 - level) / 2))
    if lacking > 0:
        reach = min(float(stdtrit(rows - 1, (1 + level) / 2)) * _error(whole) / lacking, _FARTHEST)
        low, high = min(low, 1 - lacking * math.exp(reach)), max(high, 1 - lacking * math.exp(-reach))
    return Estimate(alpha, low, high, "share", level)


def _error(whole: FloatArray) -> float:
    """Standard error of alpha from how each respondent moves it (Maydeu-Olivares, Coffman & Hartmann 2007)."""
    rows, items = whole.shape
    apart = whole - whole.mean(axis=0)
    own, together = (apart**2).sum(axis=1), apart.sum(axis=1) ** 2
    variance, whole_variance = own.sum() / (rows - 1), together.sum() / (rows - 1)
    moved = (own - variance) / whole_variance - variance * (together - whole_variance) / whole_variance**2
    return float(items / (items - 1) * moved.std(ddof=1) / math.sqrt(rows))


def _correlation(left: FloatArray, right: FloatArray) -> float:
    known = ~np.isnan(left) & ~np.isnan(right)
    left, right = left[known], right[known]
    if left.size < 3 or not (np.ptp(left) > 0 and np.ptp(right) > 0):
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])
