"""Every number of segments tried, judged and shown side by side, with a recommendation and a verdict.

Stability comes from a sample, as the benchmark of the field does it; segments, sizes and objectives from all rows. Null
worlds (one cloud each) say what pieces of a cloud would reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.batched import NEAR, Batch, distinct_optima, many_starts
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.null_worlds import NullWorlds
from segmentry.science.points import MOST_SEGMENTS, distinct_points, read_rows, require_distinct
from segmentry.science.recommendation import Evidence, recommend
from segmentry.science.search import Found, Rows
from segmentry.science.stability import bootstrap_pairs, slsa_of, strength
from segmentry.science.structure import (
    Silhouette,
    StructureVerdict,
    border_shares,
    spherical_criteria,
    squared_distances,
)
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

NULL_WORLDS = 10
NULL_PAIRS = 8
NULL_STARTS = 8
SPLITS = 5
REFINE_SIZE = 50_000
SILHOUETTE_ROWS = 2_500
FULL_PASSES = 25


@dataclass(frozen=True)
class Solution:
    """One number of segments: the segments, and everything that speaks for or against them.

    Attributes:
        k: Segments.
        labels: Segment of each row, 0 to k - 1, largest segment first, shape (n,).
        centers: In the units of the rows, shape (k, p).
        objective: Sum of squared distances over all rows.
        share_of_best: Share of the starts that reach the best optimum known of their sample, to 1e-6 relative; 0 where
            swaps of centers found a better one than every start.
        sizes: Rows of each segment, shape (k,).
        global_stability: Adjusted Rand index of each bootstrap pair, shape (pairs,).
        slsw: Segment level stability within the solution, shape (k,).
        slsw_pairs: The same for each pair, shape (k, pairs).
        slsa: Segment level stability against the solution before, shape (k,); None for the first.
        prediction_strength: Tibshirani & Walther, worst segment, mean over halvings of the sample.
        silhouette: Mean silhouette width on the sample.
        aic: Of the solution read as spherical Gaussians, on the sample; lower is better.
        bic: As ``aic``.
        icl: As ``aic``, soft form.
        border_share: Share of sampled rows on the border between two segments.
        border_shares: The same within each segment, shape (k,).
        null_stability: Median adjusted Rand index in each null world, shape (worlds,).
        null_border_share: Share on the border in each null world, shape (worlds,).
    """

    k: int
    labels: NDArray[np.int32]
    centers: FloatArray
    objective: float
    share_of_best: float
    sizes: IntArray
    global_stability: FloatArray
    slsw: FloatArray
    slsw_pairs: FloatArray
    slsa: FloatArray | None
    prediction_strength: float | NotEstimable
    silhouette: float | NotEstimable
    aic: float | NotEstimable
    bic: float | NotEstimable
    icl: float | NotEstimable
    border_share: float
    border_shares: FloatArray
    null_stability: FloatArray
    null_border_share: FloatArray


@dataclass(frozen=True)
class Exploration:
    """All numbers of segments together.

    Attributes:
        solutions: One for each k, smallest first.
        k: The recommended number of segments.
        why: Why this one, in a sentence.
        verdict: Natural, reproducible or constructive, with the figures.
        rows: Rows segmented.
        sample_rows: Rows from which stability and criteria come.
        pairs: Bootstrap pairs.
        starts: Random starts for each k.
        random_state: Seed.
        disagreements: The k each criterion would choose.
    """

    solutions: tuple[Solution, ...]
    k: int
    why: str
    verdict: StructureVerdict
    rows: int
    sample_rows: int
    pairs: int
    starts: int
    random_state: int
    disagreements: dict[str, int]

    @property
    def solution(self) -> Solution:
        """The recommended solution."""
        return self.of(self.k)

    def of(self, k: int) -> Solution:
        """The solution with ``k`` segments.

        Raises:
            EstimationError: If that number was not explored (code ``K_NOT_EXPLORED``).
        """
        for each in self.solutions:
            if each.k == k:
                return each
        told = ", ".join(str(each.k) for each in self.solutions)
        raise EstimationError(
            Problem("K_NOT_EXPLORED", f"{k} segments were not explored.", "Exploration.of", told, "Choose one of them.")
        )


def explore(
    X: ArrayLike,
    ks: Iterable[int] = range(2, 9),
    *,
    pairs: int = 100,
    starts: int = 100,
    sample_size: int = 2500,
    random_state: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Exploration:
    """Find and judge segments for each number in ``ks``.

    Args:
        X: Prepared rows, shape (n, p); Euclidean distances between them must mean something (see ``Preparation``).
        ks: Numbers of segments, each 2 or more.
        pairs: Bootstrap pairs for each k.
        starts: Random starts for each k.
        sample_size: Rows drawn at most for starts, stability and criteria.
        random_state: Seed; equal seeds give equal results, whatever the order of rows.
        progress: Called with steps done and steps in all.

    Returns:
        Everything by k, the recommended k and the verdict.

    Raises:
        EstimationError: With all mistakes: shape, missing or infinite values, constant variables, too many variables,
            too few distinct rows.
    """
    wanted = sorted({int(k) for k in ks})
    rows = _read(X, wanted)
    random = np.random.default_rng(random_state)
    holder = Rows(rows, None, sample_size, REFINE_SIZE, random)
    require_distinct("explore", holder.points, wanted[-1])
    judge = _Judge(holder, pairs, starts, random_state)
    # One after the other: threads that share out work this small wait for each other longer than they save.
    with one_blas_thread():
        worlds = [judge.world(number) for number in range(NULL_WORLDS)]
        told = _Counter(progress, len(wanted) * (1 + NULL_WORLDS))
        nulls = [told.step(judge.null, world, k) for k in wanted for world in enumerate(worlds)]
        parts = [told.step(judge.solution, k) for k in wanted]
    reached = np.array(nulls).reshape(len(wanted), NULL_WORLDS, 2)
    solutions = _joined(parts, reached)
    if rows.shape[1] == 1:
        solutions = tuple(solutions)
        found = _concluded(solutions, len(rows), holder.sample.size, pairs, starts, random_state)
        return replace(found, verdict=_of_one_variable(found.verdict))
    return _concluded(solutions, len(rows), holder.sample.size, pairs, starts, random_state)


def _read(X: ArrayLike, wanted: Sequence[int]) -> NDArray[Any]:
    problems = []
    if not wanted or wanted[0] < 2 or wanted[-1] > MOST_SEGMENTS:
        what = f"Numbers of segments run from 2 to {MOST_SEGMENTS}."
        problems.append(Problem("K_WRONG", what, "explore, ks", str(list(wanted)), "Ask for 2 or more."))
    try:
        rows = read_rows("explore", X, max(wanted, default=1))
    except EstimationError as refused:
        raise EstimationError([*problems, *refused.problems]) from refused
    constant = np.flatnonzero((rows == rows[:1]).all(axis=0))
    if constant.size:
        what = "Constant variables cannot tell customers apart."
        given = f"columns {', '.join(map(str, constant[:10]))}; {constant.size} such columns"
        problems.append(Problem("VARIABLE_CONSTANT", what, "explore, X", given, "Leave them out."))
    if problems:
        raise EstimationError(problems)
    return rows


class _Counter:
    def __init__(self, progress: Callable[[int, int], None] | None, steps: int) -> None:
        self.progress, self.steps, self.done = progress, steps, count(1)

    def step(self, work: Callable[..., Any], *given: Any) -> Any:
        answer = work(*given)
        if self.progress:
            self.progress(next(self.done), self.steps)
        return answer


class _Judge:
    """Takes one k at a time; every task has a seed of its own, so that order and threads change nothing."""

    def __init__(self, holder: Rows, pairs: int, starts: int, random_state: int) -> None:
        self.holder, self.pairs, self.starts, self.seed = holder, pairs, starts, random_state
        points = holder.points
        some = self._random(4).permutation(len(points.rows))[:SILHOUETTE_ROWS]
        self.some, self.silhouette = some, Silhouette(points.rows[some], points.counts[some])
        counts = points.counts.astype(np.int64)
        self.expanded = np.repeat(points.rows, counts, axis=0)
        self.null_worlds = NullWorlds(self.expanded, self._random(0, 0))

    def _random(self, *path: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *path])

    def world(self, number: int) -> Batch:
        world = self.null_worlds.draw(self._random(1, number))
        return Batch(distinct_points(world, np.ones(len(world))))

    def null(self, world: tuple[int, Batch], k: int) -> tuple[float, float]:
        """Median stability and border share of k segments in a null world."""
        number, batch = world
        if batch.n < k:
            return 1.0, 0.0
        random = self._random(2, number, k)
        optima = distinct_optima(batch, many_starts(batch, k, NULL_STARTS, random, NEAR))
        found = bootstrap_pairs(batch, optima, NULL_PAIRS, random)
        distances = squared_distances(batch.points.rows, optima[0])
        share, _ = border_shares(distances, optima[0], batch.points.counts)
        return found.agreement().median, share

    def solution(self, k: int) -> dict[str, Any]:
        random = self._random(3, k)
        holder, batch, points = self.holder, self.holder.batch, self.holder.points
        found = holder.search(k, self.starts, FULL_PASSES, random)
        order, labels, sizes = _largest_first(found, k)
        centers = found.full.centers[order]
        scaled = points.scale(centers)
        distances = squared_distances(points.rows, scaled)
        sampled = distances.argmin(axis=1)
        pairs = bootstrap_pairs(batch, found.optima, self.pairs, random)
        within = pairs.within(sampled.astype(np.uint8), k)
        border, borders = border_shares(distances, scaled, points.counts)
        criteria = spherical_criteria(distances, points.counts, batch.p)
        return {
            "k": k, "labels": labels, "centers": centers, "objective": found.full.objective,
            "share_of_best": found.share_of_best, "sizes": sizes,
            "global_stability": pairs.agreement().adjusted_rand,
            "slsw": within.mean(axis=1), "slsw_pairs": within,
            "prediction_strength": strength(batch, found.optima, SPLITS, random),
            "silhouette": self.silhouette.mean(sampled[self.some], k),
            "aic": criteria.aic, "bic": criteria.bic, "icl": criteria.icl,
            "border_share": border, "border_shares": borders,
        }  # fmt: skip


def _largest_first(found: Found, k: int) -> tuple[IntArray, NDArray[np.int32], IntArray]:
    """Order of the centers, largest segment first, the labels under it, and the sizes."""
    sizes = np.bincount(found.full.labels, minlength=k)
    order = np.lexsort((*found.full.centers.T[::-1], -sizes))
    place = np.empty(k, np.int32)
    place[order] = np.arange(k)
    return order, place[found.full.labels], sizes[order]


def _across(old: Solution, new: dict[str, Any]) -> FloatArray:
    codes = old.labels * new["k"] + new["labels"]
    return slsa_of(np.bincount(codes, minlength=old.k * new["k"]).reshape(old.k, new["k"]).astype(np.float64))


def _joined(parts: Sequence[dict[str, Any]], nulls: FloatArray) -> tuple[Solution, ...]:
    solutions: list[Solution] = []
    for part, null in zip(parts, nulls, strict=True):
        before = _across(solutions[-1], part) if solutions else None
        solutions.append(Solution(**part, slsa=before, null_stability=null[:, 0], null_border_share=null[:, 1]))
    return tuple(solutions)


def _concluded(
    solutions: tuple[Solution, ...], rows: int, sampled: int, pairs: int, starts: int, random_state: int
) -> Exploration:
    evidence = [_evidence(each, rows) for each in solutions]
    k, why, verdict = recommend(evidence)
    return Exploration(
        solutions, k, why, verdict, rows, sampled, pairs, starts, random_state, _disagreements(solutions, k)
    )


def _of_one_variable(verdict: StructureVerdict) -> StructureVerdict:
    """A single variable is cut into classes; whether it has gaps by chance cannot be told well enough to claim more."""
    reason = (
        "One variable is cut into classes, not segmented: the segments are a useful cut, not a finding; "
        f"stability {verdict.figures['stability']:.2f}."
    )
    return StructureVerdict("constructive", reason, verdict.figures)


def _evidence(solution: Solution, rows: int) -> Evidence:
    return Evidence(
        solution.k,
        float(np.median(solution.global_stability)),
        float(solution.slsw.min()),
        int(solution.sizes.min()) / rows,
        solution.border_share,
        float(solution.border_shares.max()),
        solution.null_stability,
        solution.null_border_share,
    )


def _disagreements(solutions: Sequence[Solution], chosen: int) -> dict[str, int]:
    def first(value: Callable[[Solution], float]) -> int:
        return min(solutions, key=value).k

    strong = [each.k for each in solutions if float(each.prediction_strength) >= 0.8]  # type: ignore[arg-type]
    return {
        "recommended": chosen,
        "global_stability": first(lambda each: -float(np.median(each.global_stability))),
        "slsw": first(lambda each: -float(each.slsw.min())),
        "prediction_strength": max(strong, default=solutions[0].k),
        "silhouette": first(lambda each: -float(each.silhouette)),  # type: ignore[arg-type]
        "aic": first(lambda each: float(each.aic)),  # type: ignore[arg-type]
        "bic": first(lambda each: float(each.bic)),  # type: ignore[arg-type]
        "icl": first(lambda each: float(each.icl)),  # type: ignore[arg-type]
    }
