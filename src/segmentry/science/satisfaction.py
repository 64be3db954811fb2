"""How satisfied customers say they are: NPS, CSAT and CES, each with its interval.

Net promoter score: Reichheld 2003; standard error of a difference of two shares of one multinomial sample, and the
score interval of such a difference (Tango 1998). Shares carry Wilson's interval (Wilson 1927). Both stay inside their
bounds and keep a width where answers are few or all alike, where a normal interval would be a point.
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

_BESIDE = 1e-10
_USUAL_SPREAD = 0.3
"""Variance of ratings over the largest that their mean allows, as surveys have it; counts as one answer."""


def nps(ratings: ArrayLike, weights: ArrayLike | None = None, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Net promoter score: 100 x (share of 9 and 10 - share of 0 to 6), with Tango's score interval (1998).

    For many answers its half-width is the quantile times `nps_error`; few or equal answers never make it a point.

    Args:
        ratings: Answers from 0 to 10, shape (n,).
        weights: Answers each stands for, such as counts, shape (n,); 1 each if left out.
        level: Coverage of the interval.

    Returns:
        The score in ``points``, its interval inside -100 and 100; not estimable from fewer than two answers.

    Raises:
        EstimationError: ratings outside 0 to 10 or no whole numbers, weights that are not positive.
    """
    values, counts = _ratings("nps", ratings, weights, 0, 10)
    total = float(counts.sum())
    if total < 2:
        return NotEstimable("a single answer tells no spread")
    promoters = float(counts[values >= PROMOTERS_FROM].sum())
    detractors = float(counts[values <= DETRACTORS_TO].sum())
    low, high = _difference(promoters, detractors, total, _quantile(level))
    return Estimate(100 * (promoters - detractors) / total, 100 * low, 100 * high, "points", level)


def nps_error(promoters: float, detractors: float, answers: float) -> float:
    """Standard error of a net promoter score in points: 100 sqrt((p + d - (p - d)^2) / n).

    Args:
        promoters: Share p of promoters, 0 to 1.
        detractors: Share d of detractors, 0 to 1.
        answers: Number n of answers, above 0.
    """
    return 100 * math.sqrt(max(promoters + detractors - (promoters - detractors) ** 2, 0.0) / answers)


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
    """Customer effort score: mean of the answers (Dixon, Freeman & Toman 2010) with an interval inside the scale.

    The interval is Wilson's of the mean's place on the scale, with as many trials as the spread of the answers is worth
    (quasi-binomial, McCullagh & Nelder 1989, section 4.5) and Student's quantile; the usual spread of ratings counts as
    one further answer. Student's own interval is a point where all answer alike, and too short near an end of a scale.

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
    _quantile(level)
    reach = float(highest - lowest)
    place, variance = float(values.mean() - lowest) / reach, float(values.var(ddof=1)) / reach**2
    room = place * (1 - place)
    spread = (variance / room * (values.size - 1) + _USUAL_SPREAD) / values.size if room > 0 else 1.0
    low, high = _score_ends(place, values.size / spread, float(stdtrit(values.size - 1, (1 + level) / 2)))
    return Estimate(lowest + place * reach, lowest + low * reach, lowest + high * reach, "points", level)


def wilson(successes: float, trials: float, *, level: float = 0.95) -> Estimate | NotEstimable:
    """A share with Wilson's score interval (Wilson 1927).

    Args:
        successes: Number of successes, 0 to ``trials``.
        trials: Number of trials; not estimable from none.
        level: Coverage of the interval.

    Raises:
        EstimationError: fewer successes than none, or more than trials.
    """
    if not 0 <= successes <= max(trials, 0) * (1 + _BESIDE):
        given, next_step = f"{successes:g} of {trials:g}", "Give 0 to the number of trials."
        raise EstimationError(Problem("COUNT_WRONG", "Successes are some of the trials", "wilson", given, next_step))
    if not trials > 0:
        return NotEstimable("nobody answered")
    share = min(successes / trials, 1.0)
    return Estimate(share, *_score_ends(share, trials, _quantile(level)), "share", level)


def _score_ends(share: float, trials: float, z: float) -> tuple[float, float]:
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)


def _difference(more: float, less: float, trials: float, z: float) -> tuple[float, float]:
    """Ends of the score interval of (more - less) / trials, counts of one multinomial sample (Tango 1998)."""
    from scipy.optimize import brentq

    net = (more - less) / trials

    def beyond(truth: float, sign: float) -> float:
        first = -more - less + (2 * trials - more + less) * truth
        root = math.sqrt(max(first * first + 8 * trials * less * truth * (1 - truth), 0.0))
        variance = max((root - first) / (2 * trials) + truth * (1 - truth), 0.0)
        return more - less - trials * truth - sign * z * math.sqrt(trials * variance)

    # at the score itself the variance may be 0, and with it the test, so the search ends just beside it
    low = float(brentq(beyond, -1.0, net - _BESIDE, args=(1.0,))) if net > _BESIDE - 1 else -1.0
    high = float(brentq(beyond, net + _BESIDE, 1.0, args=(-1.0,))) if net < 1 - _BESIDE else 1.0
    return min(low, net), max(high, net)


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
