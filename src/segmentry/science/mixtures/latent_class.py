"""Latent classes: segments of people who answer categorical questions alike, with missing answers left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.mixtures.base import Mixture, read_answers
from segmentry.science.mixtures.families import Categorical
from segmentry.terms.errors import EstimationError, Problem


class LatentClass(Mixture):
    """A mixture of independent categorical answers, learned from many starts.

    Rows hold codes of answers (any numbers), NaN where an answer is missing: it is left out of the likelihood (FIML),
    which is right where answers are missing at random given the others. Equal rows are counted once.

    Args:
        n_segments: Classes.
        n_starts: Random starts.
        random_state: Seed.

    Attributes:
        categories_: Codes known of each question, in order.
        probabilities_: Chances of each question's answers by class, each shape (k, categories).

    Source: Lazarsfeld & Henry (1968); Linzer & Lewis (2011), poLCA, Journal of Statistical Software 42(10).
    """

    def __init__(self, n_segments: int = 3, n_starts: int = 50, random_state: int = 0) -> None:
        self.n_segments = n_segments
        self.n_starts = n_starts
        self.random_state = random_state

    def _learn_shape(self, where: str, X: ArrayLike) -> FloatArray:
        rows = read_answers(where, X)
        self.categories_ = tuple(np.unique(column[~np.isnan(column)]) for column in rows.T)
        lonely = [str(j) for j, known in enumerate(self.categories_) if known.size < 2]
        crowded = [str(j) for j, known in enumerate(self.categories_) if known.size > 200]
        problems = []
        if lonely:
            what = "Constant columns cannot tell customers apart."
            problems.append(Problem("VARIABLE_CONSTANT", what, where, ", ".join(lonely), "Leave them out."))
        if crowded:
            what = "Columns with more than 200 different answers are no questions."
            problems.append(Problem("TOO_MANY_CATEGORIES", what, where, ", ".join(crowded), "Put answers into groups."))
        if problems:
            raise EstimationError(problems)
        self._families = tuple(Categorical(known.size) for known in self.categories_)
        self._weights = (1.0,) * len(self._families)
        return rows

    def _read(self, where: str, X: ArrayLike) -> FloatArray:
        rows = read_answers(where, X, len(self.categories_))
        new = [
            f"column {j}: {sorted(set(column[~np.isnan(column)]) - set(known.tolist()))[:3]}"
            for j, (column, known) in enumerate(zip(rows.T, self.categories_, strict=True))
            if not np.isin(column[~np.isnan(column)], known).all()
        ]
        if new:
            what = "Answers that were not there when the classes were learned."
            raise EstimationError(Problem("CATEGORY_NEW", what, where, "; ".join(new)[:80], "Give NaN, or learn anew."))
        return rows

    def _features(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        parts = [column[:, None] == known for column, known in zip(rows.T, self.categories_, strict=True)]
        return np.hstack(parts).astype(np.float64), np.zeros(len(rows))

    def _publish(self) -> None:
        edges = np.cumsum([family.width for family in self._families])[:-1]
        parts = np.split(self._sums, edges, axis=1)
        self.probabilities_ = tuple(Categorical(part.shape[1]).chances(part) for part in parts)
