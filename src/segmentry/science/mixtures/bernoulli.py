"""Mixtures of Bernoullis: segments of customers alike in yes or no answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.mixtures.base import Mixture, read_answers, refuse_constant
from segmentry.science.mixtures.families import Categorical
from segmentry.terms.errors import EstimationError, Problem


class BernoulliMixture(Mixture):
    """A mixture of independent yes (1) or no (0) answers, NaN where missing, learned from many starts.

    Args:
        n_segments: Segments.
        n_starts: Random starts.
        random_state: Seed.

    Attributes:
        probabilities_: Chance of a yes, shape (k, m).

    Source: Dolnicar, Grün & Leisch (2018), section 7.3.2.
    """

    def __init__(self, n_segments: int = 3, n_starts: int = 50, random_state: int = 0) -> None:
        self.n_segments = n_segments
        self.n_starts = n_starts
        self.random_state = random_state

    def _learn_shape(self, where: str, X: ArrayLike) -> FloatArray:
        rows = _binary(where, X, None)
        refuse_constant(where, rows)
        self._columns = rows.shape[1]
        self._families = (Categorical(2),) * self._columns
        self._weights = (1.0,) * self._columns
        return rows

    def _read(self, where: str, X: ArrayLike) -> FloatArray:
        return _binary(where, X, self._columns)

    def _features(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        both = np.stack([rows == 0, rows == 1], axis=2)
        return both.reshape(len(rows), -1).astype(np.float64), np.zeros(len(rows))

    def _publish(self) -> None:
        sums = self._sums.reshape(self.n_segments, self._columns, 2)
        self.probabilities_ = Categorical(2).chances(sums)[:, :, 1]


def _binary(where: str, X: ArrayLike, columns: int | None) -> FloatArray:
    rows = read_answers(where, X, columns)
    other = ~((rows == 0) | (rows == 1) | np.isnan(rows))
    if other.any():
        what = "Answers are 0, 1 or missing."
        raise EstimationError(
            Problem("ANSWER_NOT_BINARY", what, where, f"{rows[other][0]!r}; {int(other.sum())} such", "Give 0 or 1.")
        )
    return rows
