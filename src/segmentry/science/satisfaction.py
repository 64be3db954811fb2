"""How satisfied customers say they are: NPS, CSAT and CES, each with its interval.

Net promoter score: Reichheld 2003; standard error of a difference of two shares of one multinomial sample. Shares carry
Wilson's interval (Wilson 1927), which stays inside 0 and 1 for few answers and for extreme shares.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import Estimate, NotEstimable

PROMOTERS_FROM, DETRACTORS_TO = 9, 6
"""Answers on the scale from 0 to 10 that count as promoters and as detractors."""


def nps(ratings: ArrayLike, weights: ArrayLike | None = None, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Net promoter score: 100 x (share of 9 and 10 - share of 0 to 6), with a normal interval.

    SE = 100 sqrt((p + d - (p - d)^2) / n) for shares p of promoters and d of detractors.

    Args:
        ratings: Answers from 0 to 10, shape (n,).
        weights: Answers each stands for, such as counts, shape (n,); 1 each if left out.
        level: Coverage of the interval.

    Returns:
        The score in ``points``, its interval cut at -100 and 100; not estimable from fewer than two answers.

    Raises:
        EstimationError: ratings outside 0 to 10 or no whole numbers, weights that are not positive.
    """
    values, counts = _ratings("nps", ratings, weights, 0, 10)
    total = float(counts.sum())
    if total < 2:
        return NotEstimable("a single answer tells no spread")
    promoters = float(counts[values >= PROMOTERS_FROM].sum()) / total
    detractors = float(counts[values <= DETRACTORS_TO].sum()) / total
    net = promoters - detractors
    error = math.sqrt(max(promoters + detractors - net**2, 0.0) / total)
    reach = _quantile(level) * error
    return Estimate(100 * net, 100 * max(net - reach, -1.0), 100 * min(net + reach, 1.0), "points", level)


def csat(
    ratings: ArrayLike, lowest: int = 1, highest: int = 5, *, top: int = 2, level: float = 0.95
) -> Estimate | NotEstimable:
    """Customer satisfaction: share of answers in the ``top`` boxes of the scale, with Wilson's interval.

    Args:
        ratings: Answers on the scale, shape (n,).
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.
        top: How many of the highest points count as satisfied.
        level: Coverage of the interval.

    Raises:
        EstimationError: ratings outside the scale, or a top that is no part of it.
    """
    values, _ = _ratings("csat", ratings, None, lowest, highest)
    if not 1 <= top <= highest - lowest:
        given = f"top {top} of {lowest} to {highest}"
        raise EstimationError(
            Problem("SCALE_WRONG", "That many boxes are no part of the scale", "csat", given, "Give fewer.")
        )
    return wilson(float((values > highest - top).sum()), float(values.size), level=level)


def ces(ratings: ArrayLike, lowest: int = 1, highest: int = 7, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Customer effort score: mean of the answers with Student's interval (Dixon, Freeman & Toman 2010).

    Args:
        ratings: Answers on the scale, the highest being the least effort or the most, as the survey asked, shape (n,).
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.
        level: Coverage of the interval.

    Returns:
        The mean in ``points``; not estimable from fewer than two answers.
    """
    from scipy.special import stdtrit

    values, _ = _ratings("ces", ratings, None, lowest, highest)
    if values.size < 2:
        return NotEstimable("a single answer tells no spread")
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size)
    reach = float(stdtrit(values.size - 1, (1 + level) / 2)) * error
    return Estimate(mean, max(mean - reach, float(lowest)), min(mean + reach, float(highest)), "points", level)


def wilson(successes: float, trials: float, *, level: float = 0.95) -> Estimate | NotEstimable:
    """A share with Wilson's score interval (Wilson 1927).

    Args:
        successes: Number of successes, 0 to ``trials``.
        trials: Number of trials; not estimable from none.
        level: Coverage of the interval.
    """
    if not trials > 0:
        return NotEstimable("nobody answered")
    share, z = successes / trials, _quantile(level)
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Estimate(share, min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share), "share", level)


def _ratings(
    where: str, ratings: ArrayLike, weights: ArrayLike | None, lowest: int, highest: int
) -> tuple[FloatArray, FloatArray]:
    inputs = Inputs(where, {"ratings": ratings} if weights is None else {"ratings": ratings, "weights": weights})
    if weights is not None:
        inputs.require_positive("weights")
    inputs.require_whole("ratings")
    inside = (inputs["ratings"] >= lowest) & (inputs["ratings"] <= highest)
    inputs.require("ratings", inside, "RATING_OUT_OF_SCALE", "ratings leave the scale.", f"Give {lowest} to {highest}.")
    inputs.raise_problems()
    return inputs["ratings"], np.ones(inputs["ratings"].size) if weights is None else inputs["weights"]


def _quantile(level: float) -> float:
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise EstimationError(Problem("LEVEL_WRONG", "A level lies between 0 and 1", "level", str(level), "Try 0.95."))
    return float(ndtri((1 + level) / 2))
