"""k-means that does not stop at the first local optimum: many starts on a sample, full passes over all rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from segmentry.science.passes import assign_all
from segmentry.science.points import read_rows, read_weights, require_distinct
from segmentry.science.search import Rows
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem


class StableKMeans(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """k-means segments from many starts.

    Starts (k-means++) are followed to their optima on a sample, all of them as one batch; the best optima are compared
    on all rows, or on a larger sample of them, and the best is refined by full passes over all rows.

    Args:
        n_segments: Segments, k.
        n_starts: Random starts.
        sample_size: Rows in the larger sample on which the best optima are compared; starts are made on at most a
            tenth of it, and on all rows where there are no more than that.
        full_passes: Passes over all rows at most; fewer where nothing improves any more.
        random_state: Seed; equal seeds give equal segments whatever the order of rows.

    Attributes:
        centers_: Shape (k, p), largest segment first.
        labels_: Segment of each row, shape (n,).
        objective_: Weighted sum of squared distances to the own center.
        share_of_best_: Share of the starts that reach the best optimum known of their sample, to 1e-6 relative; 0
            where swaps of centers found a better one than every start.
        n_starts_: Starts made.
        n_passes_: Passes over all rows made.
        converged_: Whether the last pass changed nothing.

    Source: Lloyd (1982); Dolnicar, Grün & Leisch (2018), chapter 7, for the number of starts.
    """

    def __init__(
        self,
        n_segments: int = 5,
        n_starts: int = 100,
        sample_size: int = 50_000,
        full_passes: int = 25,
        random_state: int | None = 0,
    ) -> None:
        self.n_segments = n_segments
        self.n_starts = n_starts
        self.sample_size = sample_size
        self.full_passes = full_passes
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the segments.

        Args:
            X: Prepared rows, shape (n, p).
            y: Not used; there by convention.
            sample_weight: Weight of each row, shape (n,).

        Returns:
            The estimator itself.

        Raises:
            EstimationError: With all mistakes in ``X``, its weights and the settings.
        """
        self._require_settings()
        rows = self._rows(X, self.n_segments, reset=True)
        weights = None if sample_weight is None else read_weights("StableKMeans.fit", sample_weight, len(rows))
        random = np.random.default_rng(self.random_state)
        start_size = max(self.sample_size // 10, 40 * self.n_segments)
        holder = Rows(rows, weights, start_size, self.sample_size, random)
        require_distinct("StableKMeans.fit", holder.points, self.n_segments)
        with one_blas_thread():
            found = holder.search(self.n_segments, self.n_starts, self.full_passes, random)
        sizes = np.bincount(found.full.labels, weights, self.n_segments)
        order = np.lexsort((*found.full.centers.T[::-1], -sizes))
        self.centers_ = found.full.centers[order]
        self.labels_ = np.argsort(order)[found.full.labels].astype(np.int32)
        self.objective_, self.share_of_best_ = found.full.objective, found.share_of_best
        self.n_starts_, self.n_passes_, self.converged_ = self.n_starts, found.full.passes, found.full.converged
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """The segment whose center is nearest, shape (n,), for rows of shape (n, p)."""
        check_is_fitted(self)
        rows = self._rows(X, 1, reset=False)
        center = self.centers_.mean(axis=0)
        with one_blas_thread():
            labels, _, _, _ = assign_all(rows, None, self.centers_ - center, center)
        return labels

    def _rows(self, X: ArrayLike, segments: int, *, reset: bool) -> NDArray[Any]:
        where = "StableKMeans.fit" if reset else "StableKMeans.predict"
        if not hasattr(X, "toarray"):
            rows = read_rows(where, X, segments)
            validate_data(self, X if hasattr(X, "columns") else rows, reset=reset, skip_check_array=True)
            return rows
        problem = Problem("VALUE_NOT_A_NUMBER", "Sparse data are not taken.", where, "", "Give a dense array.")
        raise EstimationError(problem)

    def _require_settings(self) -> None:
        problems = [
            Problem("SETTING_WRONG", f"{name} must be 1 or more.", "StableKMeans", str(value), "Give a whole number.")
            for name, value in (
                ("n_segments", self.n_segments),
                ("n_starts", self.n_starts),
                ("sample_size", self.sample_size),
                ("full_passes", self.full_passes),
            )
            if value < 1
        ]
        if problems:
            raise EstimationError(problems)
