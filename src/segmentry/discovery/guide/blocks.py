"""Traits of one basis as a matrix that a regression can use, without gaps and without looking at the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from segmentry.science.effects import mid_ranks
from segmentry.science.inputs import FloatArray

MOST_LEVELS = 8
"""Levels of a name that are told apart; rarer ones count together."""

FEWEST_OF_LEVEL = 20
"""Customers from which a level of a name is told apart: fewer would decide a prediction by chance."""

LEAST_KNOWN = 0.05
"""A trait known of fewer customers than this share is left out."""

Values = FloatArray | list[str | None]


def block_of(columns: Mapping[str, Values]) -> FloatArray:
    """Columns as one matrix, shape (n, k), without gaps.

    A number becomes its rank from -1 to 1 and the square of it, so that neither one wholesaler nor a hump in the middle
    is lost; a name becomes one column a level. All are centered on those of whom they are known, and 0 elsewhere: that
    something is known of somebody tells nothing here, for often better customers are asked more; see `coverage_of`.

    Args:
        columns: Numbers of shape (n,) with NaN for unknown, or lists of names with None.
    """
    parts = [part for values in columns.values() for part in _parts(values)]
    rows = len(next(iter(columns.values()))) if columns else 0
    return np.column_stack(parts) if parts else np.empty((rows, 0))


def coverage_of(columns: Iterable[Values]) -> FloatArray:
    """Of whom each trait is known, as columns of 1 and 0, alike ones once; shape (n, k).

    Who is asked, or answers, often differs in the outcome already; a basis must not get the credit for it.
    """
    flags = [_known(values) for values in columns]
    telling = [each for each in flags if LEAST_KNOWN < float(each.mean()) < 1.0 - LEAST_KNOWN]
    if not telling:
        return np.empty((len(flags[0]) if flags else 0, 0))
    return np.asarray(np.unique(np.column_stack(telling), axis=1), dtype=np.float64)


def known_share(values: Values) -> float:
    """Share of customers of whom a trait is known."""
    known = _known(values)
    return float(known.mean()) if known.size else 0.0


def _known(values: Values) -> NDArray[np.bool_]:
    if isinstance(values, list):
        return np.array([each is not None for each in values], dtype=bool)
    return np.asarray(np.isfinite(values))


def _parts(values: Values) -> list[FloatArray]:
    if known_share(values) < LEAST_KNOWN:
        return []
    return _of_names(values) if isinstance(values, list) else _of_numbers(values)


def _of_numbers(values: FloatArray) -> list[FloatArray]:
    known = _known(values)
    levels = np.unique(values[known])
    if levels.size < 2:
        return []
    count = int(known.sum())
    ranks = (2.0 * mid_ranks(values[known]) - count - 1.0) / count
    return [_centered(each, known) for each in ([ranks, ranks**2] if levels.size > 2 else [ranks])]


def _of_names(values: Sequence[str | None]) -> list[FloatArray]:
    known = np.array([each is not None for each in values], dtype=bool)
    texts = np.array([each for each in values if each is not None], dtype=np.str_)
    names, counts = np.unique(texts, return_counts=True)
    if names.size < 2:
        return []
    order = np.lexsort((names, -counts))[:MOST_LEVELS]
    kept = names[order][counts[order] >= FEWEST_OF_LEVEL]
    return [_centered((texts == name).astype(np.float64), known) for name in kept]


def _centered(told: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Told values less their mean, and 0 for those of whom nothing is known."""
    whole = np.zeros(known.size)
    whole[known] = told - told.mean()
    return whole
