"""Every number of segments of a mixture, judged as `explore` judges k-means: by what comes back, not by fit alone.

Stability is the adjusted Rand index of two mixtures learned on two bootstrap samples, over all rows of the sample. Null
worlds keep every variable's own distribution and break the ties between variables: for mixtures, whose segments *are*
those ties (local independence), that is a world of one segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.exploration import Exploration, Solution
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.mixtures.base import Mixture
from segmentry.science.stability import Bootstrap, slsa
from segmentry.science.structure import StructureVerdict, VerdictName
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

COMES_BACK = 0.8
BEYOND = 0.05
SURE = 0.6
SEPARATED = 0.1
NULL_WORLDS = 3
NULL_PAIRS = 2
SMALLEST_SHARE = 0.02

Maker = Callable[[int, int, int], Mixture]
"""Makes a mixture from the number of segments, of starts, and a seed."""


def explore_mixture(
    X: ArrayLike,
    make: Maker,
    ks: Iterable[int] = range(2, 9),
    *,
    pairs: int = 12,
    starts: int = 10,
    sample_size: int = 1000,
    random_state: int = 0,
) -> Exploration:
    """Find and judge the segments of a mixture for each number in ``ks``.

    Args:
        X: Rows as the mixture reads them, shape (n, m); NaN where the mixture allows missing answers.
        make: Makes the mixture; it is fitted on all rows for each k, and on samples for stability.
        ks: Numbers of segments, each 2 or more.
        pairs: Bootstrap pairs for each k.
        starts: Random starts of each fit on all rows; bootstrap fits start a third as often.
        sample_size: Rows drawn at most for stability.
        random_state: Seed.

    Returns:
        As `segmentry.science.explore`: ``objective`` is minus the log-likelihood, the share on borders that of rows
        whose likeliest segment has a chance below 0.6; silhouette and prediction strength need distances: refused.

    Raises:
        EstimationError: no number of segments can be learned from these rows.
    """
    rows = np.asarray(X, dtype=np.float64)
    random = np.random.default_rng(random_state)
    sample = rows if len(rows) <= sample_size else rows[np.sort(random.choice(len(rows), sample_size, replace=False))]
    worlds = [np.stack([random.permutation(column) for column in sample.T], axis=1) for _ in range(NULL_WORLDS)]
    solutions: list[Solution] = []
    for k in sorted({int(each) for each in ks}):
        found = _solution(rows, sample, worlds, make, k, pairs, starts, random, solutions)
        if found is not None:
            solutions.append(found)
    if not solutions:
        what = "No number of segments could be learned."
        raise EstimationError(Problem("NOT_ESTIMABLE", what, "explore_mixture", str(rows.shape), "Give more rows."))
    return _concluded(solutions, len(rows), len(sample), pairs, starts, random_state)


def _solution(
    rows: FloatArray,
    sample: FloatArray,
    worlds: Sequence[FloatArray],
    make: Maker,
    k: int,
    pairs: int,
    starts: int,
    random: np.random.Generator,
    before: Sequence[Solution],
) -> Solution | None:
    """One number of segments; None where that many cannot be told apart."""
    few = max(starts // 3, 2)
    try:
        model = make(k, starts, int(random.integers(2**31))).fit(rows)
        chances = model.predict_proba(rows)
        found = _bootstrap(sample, make, k, pairs, few, random)
        nulls = [_bootstrap(world, make, k, NULL_PAIRS, few, random).agreement().median for world in worlds]
    except EstimationError:
        return None
    labels, sizes, place = _largest_first(chances, k)
    within = found.within(place[model.predict(sample)].astype(np.uint8), k)
    return Solution(
        k=k,
        labels=labels,
        centers=_centers(rows, labels, k),
        objective=-float(model.log_likelihood_),
        share_of_best=float(model.share_of_best_),
        sizes=sizes,
        global_stability=found.agreement().adjusted_rand,
        slsw=within.mean(axis=1),
        slsw_pairs=within,
        slsa=slsa(before[-1].labels, labels) if before else None,
        prediction_strength=NotEstimable("prediction strength needs distances"),
        silhouette=NotEstimable("silhouette needs distances"),
        aic=model.aic_,
        bic=model.bic_,
        icl=model.icl_,
        border_share=_unsure(chances, np.ones(len(rows), dtype=bool)),
        border_shares=np.array([_unsure(chances, labels == each) for each in range(k)]),
        null_stability=np.array(nulls),
        null_border_share=np.full(len(worlds), np.nan),
    )


def _bootstrap(
    sample: FloatArray, make: Maker, k: int, pairs: int, starts: int, random: np.random.Generator
) -> Bootstrap:
    """Labels of all rows of the sample by the two mixtures of each bootstrap pair."""
    labels = np.empty((2, len(sample), pairs), dtype=np.uint8)
    for pair in range(pairs):
        for side in labels:
            drawn = sample[random.integers(0, len(sample), len(sample))]
            side[:, pair] = make(k, starts, int(random.integers(2**31))).fit(drawn).predict(sample)
    return Bootstrap(k, np.ones(len(sample)), labels[0], labels[1])


def _largest_first(chances: FloatArray, k: int) -> tuple[NDArray[np.int32], IntArray, NDArray[np.int32]]:
    """Labels and sizes with the largest segment first, and where each segment of the model has gone."""
    likeliest = chances.argmax(axis=1)
    sizes = np.bincount(likeliest, minlength=k)
    order = np.argsort(-sizes, kind="stable")
    place = np.empty(k, dtype=np.int32)
    place[order] = np.arange(k, dtype=np.int32)
    return place[likeliest], sizes[order], place


def _unsure(chances: FloatArray, members: NDArray[np.bool_]) -> float:
    return float((chances[members].max(axis=1) < SURE).mean()) if members.any() else 0.0


def _centers(rows: FloatArray, labels: NDArray[np.int32], k: int) -> FloatArray:
    """Means of what is known, shape (k, m)."""
    known = ~np.isnan(rows)
    filled = np.where(known, rows, 0.0)
    sums = np.array([filled[labels == each].sum(axis=0) for each in range(k)])
    counts = np.array([known[labels == each].sum(axis=0) for each in range(k)])
    return np.asarray(np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0), dtype=np.float64)


def _concluded(
    solutions: Sequence[Solution], rows: int, sampled: int, pairs: int, starts: int, random_state: int
) -> Exploration:
    """The smallest BIC among the numbers whose segments come back and are large enough; else the most stable one."""
    medians = {each.k: float(np.median(each.global_stability)) for each in solutions}
    steady = [
        each
        for each in solutions
        if medians[each.k] >= COMES_BACK - 0.2 and each.slsw.min() >= 0.6 and each.sizes.min() >= SMALLEST_SHARE * rows
    ]
    best = min(steady, key=_bic) if steady else max(solutions, key=lambda each: medians[each.k])
    why = (
        f"{best.k} segments: the lowest BIC among the numbers whose segments all come back."
        if steady
        else f"{best.k} segments: the most stable number, though no number is stable."
    )
    verdict = _verdict(best, medians[best.k])
    told = {
        "recommended": best.k,
        "global_stability": max(solutions, key=lambda each: medians[each.k]).k,
        "slsw": max(solutions, key=lambda each: float(each.slsw.min())).k,
        "bic": min(solutions, key=_bic).k,
    }
    return Exploration(tuple(solutions), best.k, why, verdict, rows, sampled, pairs, starts, random_state, told)


def _bic(solution: Solution) -> float:
    return float("inf") if isinstance(solution.bic, NotEstimable) else float(solution.bic)


def _verdict(best: Solution, stability: float) -> StructureVerdict:
    null = float(best.null_stability.max())
    beyond = stability > null + BEYOND
    name: VerdictName = "constructive"
    if stability >= COMES_BACK and beyond and float(best.slsw.min()) >= 0.6:
        name = "natural" if best.border_share < SEPARATED else "reproducible"
    words = {
        "natural": "The segments come back, and nearly everybody clearly belongs to one",
        "reproducible": "The segments come back, more surely than in worlds without them, but many stand between two",
        "constructive": "The segments are a useful cut, not a finding",
    }
    reason = (
        f"{words[name]}: stability {stability:.2f}, at most {null:.2f} where variables are unrelated; "
        f"{best.border_share:.0%} of customers stand between segments."
    )
    figures = {"k": best.k, "stability": stability, "null_stability_highest": null, "border_share": best.border_share}
    return StructureVerdict(name, reason, figures)
