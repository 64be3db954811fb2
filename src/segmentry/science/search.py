"""The best k-means solution that many starts on a sample and full passes over all rows can find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.batched import NEAR, SAME, Batch, Fits, distinct_optima, lloyd, many_starts, same_fits
from segmentry.science.inputs import FloatArray
from segmentry.science.passes import EXACT_ROWS, FullFit, exact_objective, full_fit
from segmentry.science.points import Points, distinct_points, sample_rows
from segmentry.science.transfers import improve_by_swaps, improve_by_transfers

REFINED = 8
UNLIKE = 3e-4
BETWEEN, CONTEST = 10_000, 0.01


@dataclass(frozen=True)
class Found:
    """Where the starts ended, and the best of them on all rows.

    Attributes:
        fits: Every start's optimum on the sample of starts.
        optima: Centers of the different optima, best first, scaled units of the sample, shape (optima, k, p).
        share_of_best: Share of the starts that reach the best optimum of the sample; 0 where only swaps reached it.
        full: The best fit on all rows.
    """

    fits: Fits
    optima: FloatArray
    share_of_best: float
    full: FullFit


class Rows:
    """All rows, with a sample on which starts are made and a larger one on which the best of them are refined.

    Args:
        rows: Shape (n, p).
        weights: Shape (n,), or None.
        start_size: Rows of the sample of starts.
        refine_size: Rows of the sample on which the best optima are compared before all rows are read.
        random: Source of chance.
    """

    def __init__(
        self,
        rows: NDArray[Any],
        weights: FloatArray | None,
        start_size: int,
        refine_size: int,
        random: np.random.Generator,
    ) -> None:
        self.rows, self.weights = rows, weights
        self.sample = sample_rows(rows, start_size, random)
        self.points = self._distinct(self.sample)
        self.batch = Batch(self.points)
        larger = min(refine_size, len(rows)) > 2 * self.sample.size
        self.middle = rows[sample_rows(rows, refine_size, random)] if larger else None
        many = self.middle is not None and len(rows) > EXACT_ROWS
        self.between = Batch(self._distinct(sample_rows(rows, BETWEEN, random))) if many else None

    def _distinct(self, chosen: NDArray[np.int64]) -> Points:
        weights = np.ones(chosen.size) if self.weights is None else self.weights[chosen]
        return distinct_points(self.rows[chosen], weights)

    def search(self, k: int, starts: int, full_passes: int, random: np.random.Generator) -> Found:
        """Many starts on the sample, the best optima on the larger sample, the best of those on all rows.

        Args:
            k: Segments.
            starts: Random starts.
            full_passes: Passes over all rows at most.
            random: Source of chance.

        Returns:
            What was found.
        """
        fits = polished(self.batch, many_starts(self.batch, k, starts, random), random)
        optima = distinct_optima(self.batch, fits)
        share = fits.share_of_best(self.points.total, starts)
        begin = self._refined(fits, optima)
        full = full_fit(self.rows, self.weights, begin, full_passes, self.points.center)
        return Found(fits, optima, share, self._exact(full))

    def _refined(self, fits: Fits, optima: FloatArray) -> FloatArray:
        """Where passes over all rows begin: the best of the optima that differ, as larger samples judge them."""
        candidates = self.points.restore(_unlike(fits))
        if self.between is not None:
            return self._contested(np.concatenate([candidates, self._grown(self.between, optima)]))
        if self.middle is None or len(candidates) == 1:
            return np.asarray(candidates[0])
        return min(self._followed(self.middle, None, candidates, 10), key=_by_objective).centers

    def _grown(self, between: Batch, optima: FloatArray) -> FloatArray:
        """The best few of all optima after some passes over the sample in between."""
        fits = lloyd(between, between.counts, between.points.scale(self.points.restore(optima)), NEAR, 10)
        return between.points.restore(_unlike(fits))

    def _contested(self, candidates: FloatArray) -> FloatArray:
        """The best of candidates by two passes over all rows, since samples cannot tell optima that lie close."""
        tried = self._followed(self.middle, None, candidates, 10)
        tried = self._followed(self.middle, None, apart(tried, 4), 40)
        return min(self._followed(self.rows, self.weights, apart(tried, 3), 2), key=_by_objective).centers

    def _followed(
        self, rows: NDArray[Any] | None, weights: FloatArray | None, candidates: FloatArray, passes: int
    ) -> list[FullFit]:
        return [full_fit(np.asarray(rows), weights, each, passes, self.points.center) for each in candidates]

    def _exact(self, full: FullFit) -> FullFit:
        objective = exact_objective(self.rows, self.weights, full.centers, full.labels)
        return FullFit(full.centers, full.labels, objective, full.passes, full.converged)


def _by_objective(fit: FullFit) -> float:
    return fit.objective


def apart(fits: Sequence[FullFit], most: int) -> FloatArray:
    """Centers of the best few fits within 1 % of the best whose objectives differ, best first.

    Args:
        fits: Fits on the same rows.
        most: So many at most.

    Returns:
        In the units of the fits, shape (chosen, k, p).
    """
    best, *others = sorted(fits, key=_by_objective)
    chosen = [best]
    for fit in others:
        close = fit.objective <= best.objective * (1 + CONTEST)
        if len(chosen) < most and close and fit.objective > chosen[-1].objective * (1 + NEAR):
            chosen.append(fit)
    return np.stack([fit.centers for fit in chosen])


def _unlike(fits: Fits) -> FloatArray:
    """Centers of the best few optima that differ by more than what variants of one do, best first."""
    order = np.argsort(fits.objective, kind="stable")
    chosen = [int(order[0])]
    for place in order[1:]:
        if len(chosen) < REFINED and fits.objective[place] > fits.objective[chosen[-1]] * (1 + UNLIKE):
            chosen.append(int(place))
    return fits.centers[chosen]


def polished(batch: Batch, fits: Fits, random: np.random.Generator) -> Fits:
    """The fits, with those at the best few optima led on by moves of single points, and a better one if swaps find it.

    Args:
        batch: The points.
        fits: Fits at optima of Lloyd's.
        random: Source of chance.

    Returns:
        As many fits, and one more where swaps found a better optimum; those that shared an optimum share the better.
    """
    first, same = same_fits(batch, fits)
    centers, objective = fits.centers[first], fits.objective[first]
    for place in np.argsort(objective, kind="stable")[:REFINED]:
        moved, reached = improve_by_transfers(batch, centers[place])
        if reached < objective[place]:
            centers[place], objective[place] = moved, reached
    best = int(np.argmin(objective))
    swapped, reached = improve_by_swaps(batch, centers[best], float(objective[best]), random)
    centers, objective = centers[same], objective[same]
    if reached < objective.min() * (1 - SAME):
        centers, objective = np.concatenate([centers, swapped[None]]), np.append(objective, reached)
    return Fits(centers, objective, fits.iterations)
