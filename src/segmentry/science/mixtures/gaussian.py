"""Mixtures of Gaussians: segments as clouds of their own shape."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.mixtures.base import Mixture, read_answers, refuse_constant
from segmentry.science.mixtures.families import FullGaussian, Gaussians
from segmentry.terms.errors import EstimationError, Problem


class GaussianMixture(Mixture):
    """A mixture of Gaussians, learned from many starts.

    Variances are kept above a millionth of the variable's overall one, so that no segment shrinks onto a point.

    Args:
        n_segments: Segments.
        covariance: ``full``, or ``diagonal``: variables independent within a segment. Missing values (NaN) are taken
            by ``diagonal`` only, and left out of the likelihood.
        n_starts: Random starts.
        random_state: Seed.

    Attributes:
        means_: Shape (k, p).
        covariances_: Shape (k, p, p), or variances of shape (k, p) for ``diagonal``.

    Source: McLachlan & Peel (2000), Finite Mixture Models, chapter 3.
    """

    def __init__(
        self,
        n_segments: int = 3,
        covariance: Literal["full", "diagonal"] = "full",
        n_starts: int = 20,
        random_state: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.covariance = covariance
        self.n_starts = n_starts
        self.random_state = random_state

    def _learn_shape(self, where: str, X: ArrayLike) -> FloatArray:
        rows = self._checked(where, X, None)
        refuse_constant(where, rows)
        self._center, self._spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        self._log_scale = 0.0
        p = rows.shape[1]
        self._kind = FullGaussian(p) if self.covariance == "full" else Gaussians(p)
        self._families, self._weights = (self._kind,), (1.0,)
        return rows

    def _checked(self, where: str, X: ArrayLike, columns: int | None) -> FloatArray:
        rows = read_answers(where, X, columns)
        if self.covariance not in ("full", "diagonal"):
            what = "A covariance is full or diagonal."
            raise EstimationError(Problem("SETTING_WRONG", what, where, str(self.covariance), "Choose one."))
        if self.covariance == "full" and np.isnan(rows).any():
            what = "Values are missing, and full covariances cannot leave them out."
            given = f"{int(np.isnan(rows).any(axis=1).sum())} rows"
            raise EstimationError(Problem("VALUE_MISSING", what, where, given, "Use covariance='diagonal'."))
        return rows

    def _read(self, where: str, X: ArrayLike) -> FloatArray:
        return self._checked(where, X, self._center.size)

    def _features(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        # The density is per original unit: each known value brings the log of its scale.
        scale = -(~np.isnan(rows) * np.log(self._spread)).sum(axis=1)
        return self._kind.features((rows - self._center) / self._spread), scale

    def _publish(self) -> None:
        means, spreads = self._kind.moments(self._sums)
        self.means_ = means * self._spread + self._center
        full = self.covariance == "full"
        self.covariances_ = spreads * (np.outer(self._spread, self._spread) if full else self._spread**2)
