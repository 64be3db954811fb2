"""How well segments come back: global stability, stability of each segment within and across solutions.

Sources: Dolnicar & Leisch (2010, 2017), Hubert & Arabie (1985), Hennig (2007), Tibshirani & Walther (2005); the
procedure of global stability is that of R's flexclust (``bootFlexclust``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.batched import (
    Batch,
    SmallArray,
    bootstrap_weights,
    distinct_optima,
    many_starts,
    nearest,
    refit,
)
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.points import distinct_points, read_rows, require_distinct, sample_rows
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem

Band = Literal["unstable", "doubtful", "stable", "highly_stable"]
BANDS: tuple[tuple[float, Band], ...] = ((0.60, "unstable"), (0.75, "doubtful"), (0.85, "stable"))


@dataclass(frozen=True)
class GlobalStability:
    """How alike the segmentations of two bootstrap samples are, pair by pair.

    Attributes:
        k: Segments.
        adjusted_rand: Adjusted Rand index of each pair, shape (pairs,); 1 = the same, 0 = as by chance.
    """

    k: int
    adjusted_rand: FloatArray

    @property
    def median(self) -> float:
        """Median over the pairs."""
        return float(np.median(self.adjusted_rand))

    @property
    def low(self) -> float:
        """Lower quartile over the pairs."""
        return float(np.quantile(self.adjusted_rand, 0.25))

    @property
    def high(self) -> float:
        """Upper quartile over the pairs."""
        return float(np.quantile(self.adjusted_rand, 0.75))


def stability_band(value: float) -> Band:
    """The word for a Jaccard stability: < 0.60 unstable, < 0.75 doubtful, <= 0.85 stable, above highly stable.

    Source: Hennig (2007), Cluster-wise assessment of cluster stability, and the documentation of R's fpc.
    """
    if value > 0.85:
        return "highly_stable"
    return next((band for limit, band in BANDS if value < limit), "stable")


def adjusted_rand(left: ArrayLike, right: ArrayLike) -> float:
    """Agreement of two segmentations of the same rows, corrected for chance (Hubert & Arabie 1985).

    Args:
        left: Labels of any kind, shape (n,).
        right: Labels of any kind, shape (n,).

    Returns:
        1 where the segmentations are the same up to names, about 0 where they have nothing in common.

    Raises:
        EstimationError: If lengths differ or there are no rows.
    """
    table = _cross_table("adjusted_rand", left, right)
    return float(_adjusted_rand_of(table[None])[0])


def adjusted_rand_many(left: SmallArray, right: SmallArray, k: int, counts: FloatArray) -> FloatArray:
    """Adjusted Rand index of many pairs at once.

    Args:
        left: Labels from 0 to k - 1, shape (n, pairs).
        right: As ``left``.
        k: Number of labels.
        counts: Rows each point stands for, shape (n,).

    Returns:
        Shape (pairs,).
    """
    return _adjusted_rand_of(cross_tables(left, right, k, k, counts))


def cross_tables(left: SmallArray, right: SmallArray, k_left: int, k_right: int, counts: FloatArray) -> FloatArray:
    """Counts of rows by both labels for each column, shape (columns, k_left, k_right)."""
    columns = right.shape[1]
    codes = (np.arange(columns, dtype=np.int32) * k_left + left) * k_right + right
    weights = np.broadcast_to(counts[:, None], right.shape)
    table = np.bincount(codes.ravel(), weights.ravel(), columns * k_left * k_right)
    return table.reshape(columns, k_left, k_right).astype(np.float64)


def _cross_table(where: str, left: ArrayLike, right: ArrayLike) -> FloatArray:
    one, two = np.asarray(left), np.asarray(right)
    if one.shape != two.shape or one.ndim != 1 or not one.size:
        what = "Both segmentations must label the same rows."
        given = f"{one.shape} and {two.shape}"
        raise EstimationError(Problem("LENGTH_MISMATCH", what, where, given, "Give one label per row in each."))
    first, i = np.unique(one, return_inverse=True)
    second, j = np.unique(two, return_inverse=True)
    table = np.bincount(i * second.size + j, minlength=first.size * second.size)
    return table.reshape(first.size, second.size).astype(np.float64)


def _pairs_of(counts: FloatArray) -> FloatArray:
    return counts * (counts - 1) / 2


def _adjusted_rand_of(tables: FloatArray) -> FloatArray:
    together = _pairs_of(tables).sum(axis=(1, 2))
    left, right = _pairs_of(tables.sum(axis=2)).sum(axis=1), _pairs_of(tables.sum(axis=1)).sum(axis=1)
    every = _pairs_of(tables.sum(axis=(1, 2)))
    chance = np.divide(left * right, every, out=np.zeros_like(every), where=every > 0)
    room = (left + right) / 2 - chance
    return np.asarray(np.divide(together - chance, room, out=np.ones_like(room), where=room > 0))


@dataclass(frozen=True)
class Bootstrap:
    """Segmentations of pairs of bootstrap samples, each extended to all points.

    Attributes:
        k: Segments.
        counts: Rows each point stands for, shape (n,).
        left: Labels by the first sample of each pair, shape (n, pairs).
        right: Labels by the second, shape (n, pairs).
    """

    k: int
    counts: FloatArray
    left: SmallArray
    right: SmallArray

    def agreement(self) -> GlobalStability:
        """Global stability: adjusted Rand index of each pair over all points."""
        return GlobalStability(self.k, adjusted_rand_many(self.left, self.right, self.k, self.counts))

    def within(self, labels: SmallArray, k: int) -> FloatArray:
        """Segment level stability of ``labels`` (n,): mean over a pair of the best Jaccard match, shape (k, pairs)."""
        left, right = (best_jaccard(labels, side, k, self.k, self.counts) for side in (self.left, self.right))
        return (left + right) / 2


def best_jaccard(labels: SmallArray, found: SmallArray, k: int, k_found: int, counts: FloatArray) -> FloatArray:
    """Largest Jaccard overlap of each segment with any found one, for each column.

    Args:
        labels: The segments, shape (n,).
        found: Other segmentations, shape (n, columns).
        k: Segments in ``labels``.
        k_found: Segments in ``found``.
        counts: Rows each point stands for, shape (n,).

    Returns:
        Shape (k, columns).
    """
    both = cross_tables(labels[:, None], found, k, k_found, counts)
    either = both.sum(axis=2, keepdims=True) + both.sum(axis=1, keepdims=True) - both
    overlap = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return np.asarray(overlap.max(axis=2).T)


def bootstrap_pairs(batch: Batch, optima: FloatArray, pairs: int, random: np.random.Generator) -> Bootstrap:
    """Draw pairs of bootstrap samples, fit each, and label all points with every fit.

    Args:
        batch: The points.
        optima: Different optima on the points themselves, from which each sample takes its best start.
        pairs: Number of pairs.
        random: Source of chance.

    Returns:
        The labels of both sides.
    """
    weights = bootstrap_weights(batch, 2 * pairs, random)
    fits = refit(batch, weights, optima)
    labels, _ = nearest(batch, fits.centers)
    return Bootstrap(optima.shape[1], batch.points.counts, labels[:, :pairs], labels[:, pairs:])


def global_stability(
    X: ArrayLike, k: int, pairs: int = 100, *, starts: int = 100, sample_size: int = 2500, random_state: int = 0
) -> GlobalStability:
    """Global stability of k-means with k segments: for each pair, two bootstrap samples label all (sampled) rows.

    Args:
        X: Prepared rows, shape (n, p).
        k: Segments.
        pairs: Pairs of bootstrap samples.
        starts: Random starts, from whose optima each bootstrap sample takes its best.
        sample_size: Rows drawn at most; stability is that of a sample of this size.
        random_state: Seed.

    Returns:
        The adjusted Rand index of each pair.

    Raises:
        EstimationError: With all mistakes in ``X``, or fewer distinct rows than segments.
    """
    batch, random = _sampled("global_stability", X, k, sample_size, random_state)
    with one_blas_thread():
        optima = distinct_optima(batch, many_starts(batch, k, starts, random))
        return bootstrap_pairs(batch, optima, pairs, random).agreement()


def slsw(
    X: ArrayLike,
    labels: ArrayLike,
    pairs: int = 100,
    *,
    starts: int = 100,
    sample_size: int = 2500,
    random_state: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Segment level stability within solutions: does each segment come back when customers are drawn anew?

    Args:
        X: Prepared rows, shape (n, p).
        labels: The segments of these rows, shape (n,), in sorted order of their names.
        pairs: Pairs of bootstrap samples.
        starts: Random starts.
        sample_size: Rows drawn at most.
        random_state: Seed.

    Returns:
        Mean of the best Jaccard match of each segment, shape (k,), and its value in each pair, shape (k, pairs).

    Raises:
        EstimationError: With all mistakes in the rows, or labels of another length.

    Source: Dolnicar & Leisch (2017), Using segment level stability to select target segments, Marketing Letters 28.
    """
    rows = read_rows("slsw", X)
    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    if codes.shape != (len(rows),):
        what = "Labels must be one per row."
        raise EstimationError(Problem("LENGTH_MISMATCH", what, "slsw", str(codes.shape), f"Give ({len(rows)},)."))
    random = np.random.default_rng(random_state)
    chosen = sample_rows(rows, sample_size, random)
    marked = distinct_points(rows[chosen], np.ones(chosen.size))
    batch = Batch(marked)
    require_distinct("slsw", marked, names.size)
    with one_blas_thread():
        optima = distinct_optima(batch, many_starts(batch, names.size, starts, random))
        found = bootstrap_pairs(batch, optima, pairs, random)
    place = np.unique(rows[chosen].astype(np.float64), axis=0, return_inverse=True)[1].ravel()
    every = Bootstrap(found.k, np.ones(chosen.size), found.left[place], found.right[place])
    values = every.within(codes[chosen].astype(np.uint8), names.size)
    return values.mean(axis=1), values


def _sampled(where: str, X: ArrayLike, k: int, size: int, random_state: int) -> tuple[Batch, np.random.Generator]:
    rows = read_rows(where, X, k)
    random = np.random.default_rng(random_state)
    points = distinct_points(rows[sample_rows(rows, size, random)], np.ones(min(len(rows), size)))
    require_distinct(where, points, k)
    return Batch(points), random


def slsa(labels_old: ArrayLike, labels_new: ArrayLike) -> FloatArray:
    """Segment level stability across solutions: 1 - H / ln(k_old), H the entropy of where a new segment comes from.

    Args:
        labels_old: Labels in the solution before, shape (n,).
        labels_new: Labels in the next one, shape (n,).

    Returns:
        One value per new segment, in sorted order of its label: 1 where all members come from one old segment, 0
        where they come from all old ones alike. It does not depend on names.

    Raises:
        EstimationError: If lengths differ or there are no rows.

    Source: Dolnicar & Leisch (2017).
    """
    return slsa_of(_cross_table("slsa", labels_old, labels_new))


def slsa_of(table: FloatArray) -> FloatArray:
    """``slsa`` from counts of rows by old and new segment, shape (k_old, k_new)."""
    if len(table) == 1:
        return np.ones(table.shape[1])
    shares = table / table.sum(axis=0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = -(shares * logs).sum(axis=0)
    return np.asarray(1 - entropy / np.log(len(table)))


def relabel(labels_old: ArrayLike, labels_new: ArrayLike) -> IntArray:
    """New labels 0 to k - 1, named so that as many rows as can be keep their old one: for readable pictures.

    Args:
        labels_old: Labels 0 to k_old - 1 in the solution before, shape (n,).
        labels_new: Labels in the next one, shape (n,).

    Returns:
        The next labels under their new names, shape (n,): matched segments keep the old name, further ones follow.

    Raises:
        EstimationError: If lengths differ or there are no rows.
    """
    from scipy.optimize import linear_sum_assignment

    table = _cross_table("relabel", labels_old, labels_new)
    old, new = linear_sum_assignment(-table)
    names = np.full(table.shape[1], -1)
    names[new] = old
    free = np.setdiff1d(np.arange(table.shape[1] + len(table)), old)
    names[names < 0] = free[: (names < 0).sum()]
    # Names stay 0 to k - 1 also where fewer segments follow than went before.
    names = np.argsort(np.argsort(names)) if table.shape[1] < len(table) else names
    codes: IntArray = np.unique(np.asarray(labels_new), return_inverse=True)[1]
    return names[codes].astype(np.int64)


def prediction_strength(
    X: ArrayLike,
    k: int,
    splits: int = 10,
    *,
    starts: int = 100,
    sample_size: int = 2500,
    random_state: int = 0,
) -> float:
    """How well one half of the customers predicts the segments of the other half.

    Args:
        X: Prepared rows, shape (n, p).
        k: Segments.
        splits: Random halvings.
        starts: Random starts.
        sample_size: Rows drawn at most.
        random_state: Seed.

    Returns:
        Mean over halvings of the worst segment's share of pairs that stay together; above 0.8 to 0.9 is strong.

    Raises:
        EstimationError: With all mistakes in ``X``, or fewer distinct rows than segments.

    Source: Tibshirani & Walther (2005), Cluster validation by prediction strength, JCGS 14(3).
    """
    batch, random = _sampled("prediction_strength", X, k, sample_size, random_state)
    with one_blas_thread():
        optima = distinct_optima(batch, many_starts(batch, k, starts, random))
        return strength(batch, optima, splits, random)


def strength(batch: Batch, optima: FloatArray, splits: int, random: np.random.Generator) -> float:
    """Prediction strength of a batch's points; see ``prediction_strength``."""
    k = optima.shape[1]
    train = _halves(batch, splits, random)
    test = batch.counts - train
    weights = np.hstack([train, test])
    labels, _ = nearest(batch, refit(batch, weights, optima).centers)
    first, second = labels[:, :splits], labels[:, splits:]
    forward = [_kept_together(first[:, i], second[:, i], k, test[:, i]) for i in range(splits)]
    backward = [_kept_together(second[:, i], first[:, i], k, train[:, i]) for i in range(splits)]
    return float(np.mean(forward + backward))


def _halves(batch: Batch, splits: int, random: np.random.Generator) -> FloatArray:
    counts = np.floor(batch.points.counts).astype(np.int64)
    every = np.repeat(np.arange(batch.n), counts)
    halves = [np.bincount(random.permutation(every)[: every.size // 2], minlength=batch.n) for _ in range(splits)]
    return np.stack(halves, axis=1).astype(np.float64)


def _kept_together(predicted: NDArray[Any], found: NDArray[Any], k: int, counts: FloatArray) -> float:
    table = cross_tables(found[:, None], predicted[:, None], k, k, counts)[0]
    sizes = table.sum(axis=1)
    together = (table * table).sum(axis=1) - sizes
    shares = np.divide(together, sizes * (sizes - 1), out=np.ones(k), where=sizes > 1)
    return float(shares.min())
