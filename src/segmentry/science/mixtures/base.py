"""What all mixtures share: fitting from many starts, chances of membership, information criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, IntArray, require_fitted
from segmentry.science.mixtures.em import Data, Family, entropy_of, expectation, group_rows, learn
from segmentry.science.points import MOST_SEGMENTS, read_weights
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable


class Mixture:
    """Base of the mixtures.

    Attributes:
        shares_: Share of each segment, largest first, shape (k,).
        log_likelihood_: Of all rows; missing values left out of it.
        parameters_count_: Free parameters.
        aic_: -2 LL + 2 parameters.
        aic3_: -2 LL + 3 parameters (Andrews & Currim 2003).
        bic_: -2 LL + parameters ln n.
        icl_: BIC + 2 x the entropy of membership (the soft form; flexmix' hard form takes the most likely segment).
        share_of_best_: Share of starts within 1e-6 relative of the best log-likelihood.
        n_starts_: Starts made.
        converged_: Whether the best one met its tolerance.
        rounds_: Its rounds.
    """

    n_segments: int
    n_starts: int
    random_state: int
    _families: tuple[Family, ...]
    _weights: tuple[float, ...]

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the segments.

        Args:
            X: Rows, shape (n, m); what they may hold is told by the class.
            y: Not used; there by convention.
            sample_weight: Rows each row stands for, shape (n,).

        Returns:
            The estimator itself.

        Raises:
            EstimationError: With all mistakes in the rows and the settings.
        """
        where = f"{type(self).__name__}.fit"
        self._require_settings(where)
        rows = self._learn_shape(where, X)
        weights = read_weights(where, sample_weight, len(rows))
        data = group_rows(*self._features(rows), weights)
        self._require_distinct(where, data)
        random = np.random.default_rng(self.random_state)
        found = learn(data, self._families, self._weights, self.n_segments, self.n_starts, random)
        self.shares_, self._sums, self._natural = found.shares, found.sums, found.natural
        self.share_of_best_, self.n_starts_ = found.share_of_best, self.n_starts
        self.converged_, self.rounds_ = found.converged, found.rounds
        self._conclude(data)
        self._publish()
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Chances of membership, shape (n, k), of rows as in ``fit``; missing values say nothing."""
        require_fitted(self, "shares_")
        features, base = self._features(self._read(f"{type(self).__name__}.predict", X))
        chances, _ = expectation(Data(features, base, np.ones(len(base))), self.shares_[None], self._natural[None])
        return chances[:, 0]

    def predict(self, X: ArrayLike) -> IntArray:
        """The most likely segment of each row, shape (n,)."""
        return np.asarray(self.predict_proba(X).argmax(axis=1), dtype=np.int64)

    def fit_predict(self, X: ArrayLike, y: object = None) -> IntArray:
        """Find the segments and tell each row's."""
        return self.fit(X).predict(X)

    def score_samples(self, X: ArrayLike) -> FloatArray:
        """Log density of each row, shape (n,)."""
        require_fitted(self, "shares_")
        features, base = self._features(self._read(f"{type(self).__name__}.score", X))
        _, logs = expectation(Data(features, base, np.ones(len(base))), self.shares_[None], self._natural[None])
        return logs[:, 0] + self._log_scale

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Mean log density of the rows."""
        return float(self.score_samples(X).mean())

    _log_scale: float = 0.0

    def _conclude(self, data: Data) -> None:
        chances, logs = expectation(data, self.shares_[None], self._natural[None])
        n = float(data.counts.sum())
        likelihood = float(data.counts @ logs[:, 0]) + self._log_scale * n
        count = self.n_segments - 1 + self.n_segments * sum(family.parameters for family in self._families)
        self.log_likelihood_, self.parameters_count_ = likelihood, count
        self.aic_: float | NotEstimable = -2 * likelihood + 2 * count
        self.aic3_: float | NotEstimable = -2 * likelihood + 3 * count
        self.bic_: float | NotEstimable = -2 * likelihood + count * float(np.log(n))
        self.icl_: float | NotEstimable = self.bic_ + 2 * entropy_of(chances[:, 0], data.counts)

    def _require_settings(self, where: str) -> None:
        problems = [
            Problem("SETTING_WRONG", f"{name} must be from 1 to {most}.", where, str(value), "Give a whole number.")
            for name, value, most in (
                ("n_segments", self.n_segments, MOST_SEGMENTS),
                ("n_starts", self.n_starts, 100_000),
            )
            if not 1 <= value <= most
        ]
        if problems:
            raise EstimationError(problems)

    def _require_distinct(self, where: str, data: Data) -> None:
        if len(data.base) < self.n_segments:
            what = "There are fewer distinct rows than segments."
            given = f"{len(data.base)} distinct rows, {self.n_segments} segments"
            raise EstimationError(Problem("TOO_FEW_DISTINCT_ROWS", what, where, given, "Ask for fewer segments."))

    def _learn_shape(self, where: str, X: ArrayLike) -> FloatArray:
        raise EstimationError(Problem("NOT_FITTED", "This is no mixture of its own.", where, "", "Use a mixture."))

    def _read(self, where: str, X: ArrayLike) -> FloatArray:
        raise EstimationError(Problem("NOT_FITTED", "This is no mixture of its own.", where, "", "Use a mixture."))

    def _features(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        raise EstimationError(Problem("NOT_FITTED", "This is no mixture.", type(self).__name__, "", "Use a mixture."))

    def _publish(self) -> None:
        """Set the learned attributes of the kind of mixture."""


def read_answers(where: str, X: ArrayLike, columns: int | None = None) -> FloatArray:
    """Rows as float64 with NaN where missing; refuses other shapes, infinite values and columns without any value.

    Args:
        where: Who asked.
        X: Shape (n, m).
        columns: Columns there must be; when learning (None), none of them may be missing in all rows.

    Returns:
        Shape (n, m).

    Raises:
        EstimationError: With all mistakes.
    """
    try:
        rows: FloatArray = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        what = "The rows hold what is no number: give codes, and NaN where missing."
        raise EstimationError(Problem("VALUE_NOT_A_NUMBER", what, where, str(wrong)[:80], "Give numbers.")) from wrong
    if rows.ndim != 2 or 0 in rows.shape or (columns is not None and rows.shape[1] != columns):
        what = "One row per customer and one column per indicator are wanted."
        given = f"shape {rows.shape}" + ("" if columns is None else f", {columns} columns learned")
        raise EstimationError(Problem("SHAPE_WRONG", what, where, given, "Give shape (n, m)."))
    problems = []
    if np.isinf(rows).any():
        what = "Rows hold infinite values."
        problems.append(Problem("VALUE_NOT_FINITE", what, where, str(int(np.isinf(rows).sum())), "Mend them."))
    empty = np.flatnonzero(np.isnan(rows).all(axis=0))
    if columns is None and empty.size:
        problems.append(
            Problem("ALL_MISSING", "Columns have no known value.", where, _listed(empty), "Leave them out.")
        )
    if rows.shape[1] > 500:
        what = "More than 500 indicators segment nothing."
        problems.append(Problem("TOO_MANY_VARIABLES", what, where, str(rows.shape[1]), "Keep those that matter."))
    if problems:
        raise EstimationError(problems)
    return rows


def refuse_constant(where: str, rows: FloatArray) -> None:
    """Refuse columns whose known values are all the same (code ``VARIABLE_CONSTANT``)."""
    constant = np.flatnonzero(np.nanmin(rows, axis=0) == np.nanmax(rows, axis=0))
    if constant.size:
        what = "Constant columns cannot tell customers apart."
        raise EstimationError(Problem("VARIABLE_CONSTANT", what, where, _listed(constant), "Leave them out."))


def _listed(columns: Sequence[Any] | IntArray) -> str:
    return f"columns {', '.join(str(each) for each in columns[:10])}; {len(columns)} such columns"
