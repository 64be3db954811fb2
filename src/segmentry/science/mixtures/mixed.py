"""Mixed mixtures: numbers, counts, categories and yes or no answers in one model, without distances between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.mixtures.base import Mixture, read_answers, refuse_constant
from segmentry.science.mixtures.em import Data
from segmentry.science.mixtures.families import Categorical, Gaussians, Poissons
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

Kind = Literal["gaussian", "poisson", "categorical", "bernoulli"]
KINDS: tuple[Kind, ...] = ("gaussian", "poisson", "categorical", "bernoulli")


class MixedMixture(Mixture):
    """A mixture of indicators of several kinds, independent within a segment; missing values are left out (FIML).

    Args:
        kinds: Kind of each column: ``gaussian``, ``poisson`` (counts), ``categorical`` (codes) or ``bernoulli`` (0, 1).
        n_segments: Segments.
        weights: Weight of the log density of each kind, 1 where left out. With other weights than 1 the value is no
            likelihood, so that information criteria cannot be given.
        n_starts: Random starts.
        random_state: Seed.

    Attributes:
        profiles_: For each column, by segment: mean and variance (k, 2), rate (k,), chances (k, categories), or the
            chance of a yes (k,).
        categories_: Codes known of each categorical column, by its place.

    Source: Hennig & Liao (2013), How to find an appropriate clustering for mixed-type variables, JRSS C 62(3).
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        n_segments: int = 3,
        weights: Mapping[Kind, float] | None = None,
        n_starts: int = 20,
        random_state: int = 0,
    ) -> None:
        self.kinds = kinds
        self.n_segments = n_segments
        self.weights = weights
        self.n_starts = n_starts
        self.random_state = random_state

    def _learn_shape(self, where: str, X: ArrayLike) -> FloatArray:
        self._require_kinds(where)
        rows = read_answers(where, X, None)
        self._require_columns(where, rows, len(self.kinds))
        refuse_constant(where, rows)
        self.categories_ = {
            j: np.unique(rows[~np.isnan(rows[:, j]), j]) for j, kind in enumerate(self.kinds) if kind == "categorical"
        }
        self._center, self._spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        self._families = tuple(self._family(j, kind) for j, kind in enumerate(self.kinds))
        self._weights = tuple(float((self.weights or {}).get(kind, 1.0)) for kind in self.kinds)
        return rows

    def _family(self, column: int, kind: Kind) -> Categorical | Gaussians | Poissons:
        if kind == "gaussian":
            return Gaussians(1)
        if kind == "poisson":
            return Poissons(1)
        return Categorical(self.categories_[column].size if kind == "categorical" else 2)

    def _read(self, where: str, X: ArrayLike) -> FloatArray:
        rows = read_answers(where, X, len(self.kinds))
        self._require_columns(where, rows, len(self.kinds))
        for j, known in self.categories_.items():
            if not np.isin(rows[~np.isnan(rows[:, j]), j], known).all():
                what = "Answers that were not there when the segments were learned."
                raise EstimationError(Problem("CATEGORY_NEW", what, where, f"column {j}", "Give NaN, or learn anew."))
        return rows

    def _features(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        parts, base = [], np.zeros(len(rows))
        for j, (kind, family, weight) in enumerate(zip(self.kinds, self._families, self._weights, strict=True)):
            column = rows[:, [j]]
            if isinstance(family, Gaussians):
                parts.append(family.features((column - self._center[j]) / self._spread[j]))
                base -= weight * ~np.isnan(column[:, 0]) * np.log(self._spread[j])
            elif isinstance(family, Poissons):
                parts.append(family.features(column))
                base += weight * family.base(column)
            else:
                known = self.categories_[j] if kind == "categorical" else np.array([0.0, 1.0])
                parts.append((column == known).astype(np.float64))
        return np.hstack(parts), base

    def _conclude(self, data: Data) -> None:
        super()._conclude(data)
        if set(self._weights) != {1.0}:
            reason = NotEstimable("weights other than 1 make the value no likelihood")
            self.aic_ = self.aic3_ = self.bic_ = self.icl_ = reason

    def _publish(self) -> None:
        profiles: list[FloatArray] = []
        start = 0
        for j, family in enumerate(self._families):
            sums = self._sums[:, start : start + family.width]
            start += family.width
            profiles.append(self._profile(j, family, sums))
        self.profiles_ = tuple(profiles)

    def _profile(self, column: int, family: Any, sums: FloatArray) -> FloatArray:
        if isinstance(family, Gaussians):
            means, variances = family.moments(sums)
            spread = self._spread[column]
            return np.hstack([means * spread + self._center[column], variances * spread**2])
        if isinstance(family, Poissons):
            return family.rates(sums)[:, 0]
        chances: FloatArray = family.chances(sums)
        return chances if self.kinds[column] == "categorical" else chances[:, 1]

    def _require_kinds(self, where: str) -> None:
        wrong = [str(kind) for kind in self.kinds if kind not in KINDS]
        bad = [f"{kind}: {value}" for kind, value in (self.weights or {}).items() if kind not in KINDS or not value > 0]
        problems = []
        if wrong or not len(self.kinds):
            problems.append(
                Problem(
                    "KIND_UNKNOWN",
                    "Kinds are " + ", ".join(KINDS) + ".",
                    where,
                    ", ".join(wrong),
                    "Name one per column.",
                )
            )
        if bad:
            what = "Weights are above 0, one per kind."
            problems.append(Problem("WEIGHT_WRONG", what, where, ", ".join(bad), "Mend the weights."))
        if problems:
            raise EstimationError(problems)

    def _require_columns(self, where: str, rows: FloatArray, columns: int) -> None:
        problems = []
        if rows.shape[1] != columns:
            what = "There must be one kind per column."
            given = f"{rows.shape[1]} columns, {columns} kinds"
            raise EstimationError(Problem("LENGTH_MISMATCH", what, where, given, "Name one kind per column."))
        for j, kind in enumerate(self.kinds):
            known = rows[~np.isnan(rows[:, j]), j]
            if kind == "bernoulli" and not np.isin(known, (0, 1)).all():
                what = f"Column {j} is to hold 0 and 1."
                problems.append(Problem("ANSWER_NOT_BINARY", what, where, str(known[:5]), "Give 0 or 1."))
            if kind == "poisson" and ((known < 0) | (known != np.floor(known))).any():
                what = f"Column {j} is to hold counts."
                problems.append(
                    Problem("VALUE_NOT_WHOLE", what, where, str(known[:5]), "Give whole numbers of 0 or more.")
                )
        if problems:
            raise EstimationError(problems)
