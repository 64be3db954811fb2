"""The kinds of indicators a mixture may have: their features and the parameters that sums of features give.

Each features matrix ends in, or holds, the indicator of being known, so that a missing value weighs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from segmentry.science.inputs import FloatArray

TINY = 1e-300
FLOOR = 1e-6


@dataclass(frozen=True)
class Categorical:
    """One question with ``categories`` answers; features are the answers, one column each.

    Attributes:
        categories: Number of answers.
    """

    categories: int

    @property
    def width(self) -> int:
        """Columns of features."""
        return self.categories

    @property
    def parameters(self) -> int:
        """Free parameters per segment."""
        return self.categories - 1

    def features(self, codes: FloatArray) -> FloatArray:
        """One column per answer, from codes 0, 1, ... with NaN where missing, shape (n,)."""
        return np.asarray(codes[:, None] == np.arange(self.categories), dtype=np.float64)

    def chances(self, sums: FloatArray) -> FloatArray:
        """Chances of the answers, shape (..., categories); even where nobody answered."""
        total = sums.sum(axis=-1, keepdims=True)
        even = np.full_like(sums, 1 / self.categories)
        return np.asarray(np.divide(sums, total, out=even, where=total > 0))

    def natural(self, sums: FloatArray) -> FloatArray:
        """Logs of the chances."""
        return np.asarray(np.log(np.maximum(self.chances(sums), TINY)))


@dataclass(frozen=True)
class Gaussians:
    """Independent numbers; features are squares, values and being known, p columns each.

    Attributes:
        variables: p.
    """

    variables: int

    @property
    def width(self) -> int:
        """Columns of features."""
        return 3 * self.variables

    @property
    def parameters(self) -> int:
        """Free parameters per segment."""
        return 2 * self.variables

    def features(self, rows: FloatArray) -> FloatArray:
        """From standardized values, shape (n, p), NaN where missing."""
        known = ~np.isnan(rows)
        values = np.where(known, rows, 0.0)
        return np.hstack([values * values, values, known])

    def moments(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means and variances, each shape (..., p); variances of at least a millionth of the overall one."""
        squares, values, known = np.split(sums, 3, axis=-1)
        mass = np.maximum(known, TINY)
        means = values / mass
        return means, np.maximum(squares / mass - means * means, FLOOR)

    def natural(self, sums: FloatArray) -> FloatArray:
        """Coefficients of squares, values and being known in the log density."""
        means, variances = self.moments(sums)
        level = -0.5 * (means * means / variances + np.log(2 * np.pi * variances))
        return np.concatenate([-0.5 / variances, means / variances, level], axis=-1)


@dataclass(frozen=True)
class FullGaussian:
    """Numbers that vary together; features are all products, the values and 1; nothing may be missing.

    Attributes:
        variables: p.
    """

    variables: int

    @property
    def width(self) -> int:
        """Columns of features."""
        return self.variables * self.variables + self.variables + 1

    @property
    def parameters(self) -> int:
        """Free parameters per segment."""
        return self.variables + self.variables * (self.variables + 1) // 2

    def features(self, rows: FloatArray) -> FloatArray:
        """From standardized values, shape (n, p)."""
        products = rows[:, :, None] * rows[:, None, :]
        return np.hstack([products.reshape(len(rows), -1), rows, np.ones((len(rows), 1))])

    def moments(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means (..., p) and covariances (..., p, p), whose eigenvalues are at least a millionth."""
        p = self.variables
        mass = np.maximum(sums[..., -1:], TINY)
        means = sums[..., p * p : -1] / mass
        second = (sums[..., : p * p] / mass).reshape(*sums.shape[:-1], p, p)
        covariances = second - means[..., :, None] * means[..., None, :]
        values, vectors = np.linalg.eigh(covariances)
        floored = np.maximum(values, FLOOR)
        return means, (vectors * floored[..., None, :]) @ np.swapaxes(vectors, -1, -2)

    def natural(self, sums: FloatArray) -> FloatArray:
        """Coefficients of products, values and 1 in the log density."""
        p = self.variables
        means, covariances = self.moments(sums)
        precision = np.linalg.inv(covariances)
        pull = (precision @ means[..., None])[..., 0]
        level = -0.5 * ((means * pull).sum(axis=-1) + np.linalg.slogdet(covariances)[1] + p * np.log(2 * np.pi))
        flat = -0.5 * precision.reshape(*sums.shape[:-1], p * p)
        return np.concatenate([flat, pull, level[..., None]], axis=-1)


@dataclass(frozen=True)
class Poissons:
    """Independent counts; features are counts and being known, p columns each.

    Attributes:
        variables: p.
    """

    variables: int

    @property
    def width(self) -> int:
        """Columns of features."""
        return 2 * self.variables

    @property
    def parameters(self) -> int:
        """Free parameters per segment."""
        return self.variables

    def features(self, rows: FloatArray) -> FloatArray:
        """From counts, shape (n, p), NaN where missing."""
        known = ~np.isnan(rows)
        return np.hstack([np.where(known, rows, 0.0), known])

    def base(self, rows: FloatArray) -> FloatArray:
        """The part without parameters, - sum of ln x!, shape (n,)."""
        return np.asarray(-gammaln(np.where(np.isnan(rows), 0.0, rows) + 1).sum(axis=1))

    def rates(self, sums: FloatArray) -> FloatArray:
        """Mean counts, shape (..., p)."""
        values, known = np.split(sums, 2, axis=-1)
        return np.asarray(np.maximum(values / np.maximum(known, TINY), TINY))

    def natural(self, sums: FloatArray) -> FloatArray:
        """Logs of the rates, and minus the rates."""
        rates = self.rates(sums)
        return np.concatenate([np.log(rates), -rates], axis=-1)
