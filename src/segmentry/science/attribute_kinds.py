"""What an attribute does to satisfaction (Kano et al. 1984), from pairs of questions: how if it is there, how if not.

Answers of both questions: 1 like, 2 must be, 3 neutral, 4 can live with, 5 dislike (Berger et al. 1993).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import Inputs
from segmentry.terms.numbers import NotEstimable

CATEGORIES = ("must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable")
"""Categories; among equal counts the earlier one wins: must be, one-dimensional, attractive, indifferent."""
_SURE = 0.05
_M, _O, _A, _I, _R, _Q = range(6)
_TABLE = np.array(
    [
        [_Q, _A, _A, _A, _O],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _R, _R, _R, _Q],
    ]
)
"""Category by the answer if the attribute is there (rows) and if it is not (columns)."""


@dataclass(frozen=True, slots=True)
class Kano:
    """One attribute.

    Attributes:
        category: The most frequent category among the first four; None where nobody gave one of them.
        counts: Answers by category, reverse and questionable ones included.
        better: (A + O) / (A + O + M + I): how much satisfaction rises if it is there, 0 to 1.
        worse: -(O + M) / (A + O + M + I): how much it falls if it is not, -1 to 0.
    """

    category: str | None
    counts: Mapping[str, int]
    better: float | NotEstimable
    worse: float | NotEstimable

    @property
    def clear(self) -> bool:
        """Whether the category leads every other one, reverse and questionable included, beyond chance.

        By the sign test at 5 %. The rule of Fong 1996, 1.65 sqrt((a + b)(2 n - a - b) / (2 n)), takes two counts for
        independent, though an answer of one kind is none of the other, and calls up to a third of true ties clear.
        """
        from scipy.special import bdtrc

        if self.category is None:
            return False
        own = self.counts[self.category]
        next_one = max(rows for name, rows in self.counts.items() if name != self.category)
        return own > next_one and 2.0 * float(bdtrc(own - 1, own + next_one, 0.5)) < _SURE


def kano(functional: ArrayLike, dysfunctional: ArrayLike) -> Kano:
    """Category and coefficients of one attribute out of the answers to its two questions.

    Args:
        functional: Answers if the attribute is there, 1 (like) to 5 (dislike), shape (n,).
        dysfunctional: Answers if it is not, shape (n,).

    Raises:
        EstimationError: answers that are no whole numbers from 1 to 5, arrays of different lengths.
    """
    inputs = Inputs("kano", {"functional": functional, "dysfunctional": dysfunctional})
    for name in ("functional", "dysfunctional"):
        inputs.require_whole(name)
        inside = (inputs[name] >= 1) & (inputs[name] <= 5)
        inputs.require(name, inside, "RATING_OUT_OF_SCALE", f"{name} leaves the scale.", "Give 1 to 5.")
    inputs.raise_problems()
    rows, columns = (inputs[name].astype(np.int64) - 1 for name in ("functional", "dysfunctional"))
    return kano_from_counts(np.bincount(_TABLE[rows, columns], minlength=len(CATEGORIES)).tolist())


def kano_from_counts(counts: list[int]) -> Kano:
    """The same out of counts in the order of `CATEGORIES`; reverse and questionable answers are told, not used."""
    used = counts[:4]
    total = sum(used)
    if not total:
        refused = NotEstimable("nobody gave a usable pair of answers")
        return Kano(None, dict(zip(CATEGORIES, counts, strict=True)), refused, refused)
    better, worse = (used[_A] + used[_O]) / total, -(used[_O] + used[_M]) / total
    return Kano(CATEGORIES[used.index(max(used))], dict(zip(CATEGORIES, counts, strict=True)), better, worse)
