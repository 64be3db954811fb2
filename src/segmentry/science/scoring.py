"""Scores and bands by quantile in which equal values are never told apart, whatever the order of rows.

Every function works on rows with weights, so that a database may group to (distinct value, count) first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs, IntArray

SMALL = 1e-9


def independent_scores(
    values: ArrayLike, bins: int = 5, weights: ArrayLike | None = None, high_is_best: bool = True
) -> IntArray:
    """Scores 1 (worst) to ``bins`` (best) by quantile of one measure.

    A value's place is the share of customers below it plus half of those who tie with it; bands have equal width on
    that scale. So ties share a score, and turning the measure round turns the scores round.

    Args:
        values: The measure, shape (n,).
        bins: Number of scores, 2 or more.
        weights: Customers with that value, shape (n,); 1 each if left out.
        high_is_best: False for measures such as days since last.

    Returns:
        Scores, shape (n,).

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    inputs = _read("independent_scores", {"values": values}, weights, bins)
    everybody = np.zeros(inputs["values"].size, dtype=np.int64)
    return scores_within(everybody, inputs["values"], bins, inputs["weights"], high_is_best)


def nested_scores(
    days_since_last: ArrayLike,
    frequency: ArrayLike,
    monetary: ArrayLike,
    bins: int = 5,
    weights: ArrayLike | None = None,
) -> tuple[IntArray, IntArray, IntArray]:
    """RFM scores in which frequency is cut inside each recency score, and money inside each of those (Hughes).

    Args:
        days_since_last: Low is best, shape (n,).
        frequency: High is best, shape (n,).
        monetary: High is best, shape (n,).
        bins: Number of scores, 2 or more.
        weights: Customers with that row, shape (n,); 1 each if left out.

    Returns:
        Scores of recency, frequency and money, each of shape (n,), from 1 to ``bins``.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    columns = {"days_since_last": days_since_last, "frequency": frequency, "monetary": monetary}
    inputs = _read("nested_scores", columns, weights, bins)
    everybody = np.zeros(inputs["frequency"].size, dtype=np.int64)
    recency = scores_within(everybody, inputs["days_since_last"], bins, inputs["weights"], high_is_best=False)
    often = scores_within(recency, inputs["frequency"], bins, inputs["weights"])
    money = scores_within(recency * (bins + 1) + often, inputs["monetary"], bins, inputs["weights"])
    return recency, often, money


def tercile_bands(rates: ArrayLike, weights: ArrayLike | None = None) -> IntArray:
    """Usage bands of a rate (volume over exposure time): 0 non-users, then 1 light, 2 medium, 3 heavy.

    Terciles among users only (Twedt 1964); non-users have a rate of 0.

    Args:
        rates: 0 or more, shape (n,).
        weights: Customers with that rate, shape (n,); 1 each if left out.

    Returns:
        Bands, shape (n,).

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    inputs = _read("tercile_bands", {"rates": rates}, weights, 3)
    inputs.require_not_negative("rates")
    inputs.raise_problems()
    users = inputs["rates"] > 0
    bands = np.zeros(users.size, dtype=np.int64)
    if users.any():
        bands[users] = independent_scores(inputs["rates"][users], 3, inputs["weights"][users])
    return bands


def quantile_cuts(values: ArrayLike, bins: int = 5, weights: ArrayLike | None = None) -> FloatArray:
    """The lowest value of each band from the second on, as ``independent_scores`` cuts, shape (bins - 1,).

    A value v has score 1 + the number of cuts at or below v. A band that ties leave empty repeats the cut above it; NaN
    where no value reaches so high.
    """
    inputs = _read("quantile_cuts", {"values": values}, weights, bins)
    scores = independent_scores(inputs["values"], bins, inputs["weights"])
    cuts = np.full(bins - 1, np.nan)
    for band in range(2, bins + 1):
        reached = inputs["values"][scores >= band]
        if reached.size:
            cuts[band - 2] = reached.min()
    return cuts


def scores_within(
    groups: IntArray, values: FloatArray, bins: int, weights: FloatArray, high_is_best: bool = True
) -> IntArray:
    """As ``independent_scores``, inside each group of rows; all arrays of shape (n,)."""
    order = np.lexsort((values, groups))
    group, value, people = groups[order], values[order], weights[order]
    starts = np.concatenate([[True], (group[1:] != group[:-1]) | (value[1:] != value[:-1])])
    first_of_group = np.concatenate([[True], group[1:] != group[:-1]])
    tie = np.cumsum(starts) - 1
    group_index = np.cumsum(first_of_group) - 1
    own, in_group = np.bincount(tie, people), np.bincount(group_index, people)
    group_of_tie = group_index[starts]
    before_group = np.concatenate([[0.0], np.cumsum(in_group)[:-1]])
    below = np.concatenate([[0.0], np.cumsum(own)[:-1]]) - before_group[group_of_tie]
    place = (below + own / 2) / in_group[group_of_tie]
    if not high_is_best:
        place = 1 - place
    band = np.clip(np.floor(place * bins + SMALL).astype(np.int64), 0, bins - 1)
    scores = np.empty(values.size, dtype=np.int64)
    scores[order] = band[tie] + 1
    return scores


def _read(where: str, columns: dict[str, ArrayLike], weights: ArrayLike | None, bins: int) -> Inputs:
    size = np.size(next(iter(columns.values())))
    inputs = Inputs(where, columns | {"weights": np.ones(size) if weights is None else weights})
    inputs.require_positive("weights")
    if bins < 2:
        inputs.add("BINS_TOO_FEW", "Scores need at least two bands.", "bins", bins, "Use 3, 4 or 5.")
    inputs.raise_problems()
    return inputs
