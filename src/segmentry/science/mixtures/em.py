"""Expectation maximization of many starts at once, for mixtures of exponential families.

The log density of a row is linear in its features: T(x) eta + h(x). So one matrix product gives the densities of all
rows under all segments of all starts, and one gives the sums for all new parameters. Missing values have features 0,
which leaves them out of the likelihood.

Source: Dempster, Laird & Rubin (1977); McLachlan & Peel (2000), Finite Mixture Models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from segmentry.science.batched import Batch, nearest, plus_plus
from segmentry.science.inputs import FloatArray
from segmentry.science.points import Points

TINY = 1e-300
SAME = 1e-6
FIRST_TOLERANCE, LAST_TOLERANCE = 1e-9, 1e-12
FIRST_ROUNDS, LAST_ROUNDS = 1000, 5000


class Family(Protocol):
    """One kind of indicator: its features, and parameters from sums of them."""

    @property
    def width(self) -> int:
        """Columns of features."""
        ...

    @property
    def parameters(self) -> int:
        """Free parameters per segment."""
        ...

    def natural(self, sums: FloatArray) -> FloatArray:
        """Natural parameters eta, shape (..., width), from weighted sums of the features, shape (..., width)."""
        ...


@dataclass(frozen=True)
class Data:
    """Distinct rows as features.

    Attributes:
        features: T(x) of all indicators side by side, shape (n, width).
        base: h(x), the part of the log density without parameters, shape (n,).
        counts: Rows each stands for, shape (n,).
    """

    features: FloatArray
    base: FloatArray
    counts: FloatArray


@dataclass(frozen=True)
class Learned:
    """Where the starts ended.

    Attributes:
        shares: Of the best start, largest first, shape (k,).
        sums: Expected sums of features by segment, shape (k, width).
        natural: Natural parameters, shape (k, width).
        log_likelihood: Of the best start.
        share_of_best: Share of starts within 1e-6 relative of it.
        converged: Whether it met the tolerance.
        rounds: Its rounds.
    """

    shares: FloatArray
    sums: FloatArray
    natural: FloatArray
    log_likelihood: float
    share_of_best: float
    converged: bool
    rounds: int


def group_rows(features: FloatArray, base: FloatArray, weights: FloatArray) -> Data:
    """Equal rows counted once, in an order that does not depend on the order they came in."""
    both, place = np.unique(np.column_stack([features, base]), axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), weights, len(both)).astype(np.float64)
    return Data(both[:, :-1], both[:, -1], counts)


def natural_of(families: Sequence[Family], sums: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Natural parameters of all indicators side by side, each times its weight, shape (..., width)."""
    parts, start = [], 0
    for family, weight in zip(families, weights, strict=True):
        parts.append(family.natural(sums[..., start : start + family.width]) * weight)
        start += family.width
    return np.concatenate(parts, axis=-1)


def expectation(data: Data, shares: FloatArray, natural: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Chances of membership and log densities.

    Args:
        data: The rows, n of them.
        shares: Shape (starts, k).
        natural: Shape (starts, k, width).

    Returns:
        Chances, shape (n, starts, k), and log density of each row, shape (n, starts).
    """
    starts, k, width = natural.shape
    logs = (data.features @ natural.reshape(starts * k, width).T).reshape(len(data.base), starts, k)
    logs += np.log(np.maximum(shares, TINY))
    top = logs.max(axis=2, keepdims=True)
    np.exp(logs - top, out=logs)
    sums = logs.sum(axis=2, keepdims=True)
    logs /= sums
    return logs, (top + np.log(sums))[:, :, 0] + data.base[:, None]


def _maximization(
    data: Data, chances: FloatArray, families: Sequence[Family], weights: Sequence[float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    n, starts, k = chances.shape
    weighted = (chances * data.counts[:, None, None]).reshape(n, starts * k)
    sums = (weighted.T @ data.features).reshape(starts, k, -1)
    mass = weighted.sum(axis=0).reshape(starts, k)
    return mass / data.counts.sum(), sums, natural_of(families, sums, weights)


def learn(
    data: Data,
    families: Sequence[Family],
    weights: Sequence[float],
    k: int,
    starts: int,
    random: np.random.Generator,
) -> Learned:
    """Run every start to its optimum and polish the best.

    Args:
        data: Distinct rows.
        families: One per block of features.
        weights: Weight of each block's log density.
        k: Segments.
        starts: Number of starts.
        random: Source of chance.

    Returns:
        The best optimum.
    """
    chances = _first_chances(data, k, starts, random)
    first = _climb(data, chances, families, weights, FIRST_TOLERANCE, FIRST_ROUNDS)
    best = int(np.argmax(first.values))
    again, _ = expectation(data, first.shares[best : best + 1], first.natural[best : best + 1])
    last = _climb(data, again, families, weights, LAST_TOLERANCE, LAST_ROUNDS)
    order = np.argsort(-last.shares[0], kind="stable")
    reach = first.values >= first.values[best] - SAME * abs(first.values[best])
    return Learned(
        last.shares[0][order], last.sums[0][order], last.natural[0][order], float(last.values[0]),
        float(reach.mean()), bool(last.converged[0]), last.rounds,
    )  # fmt: skip


@dataclass
class _Climbed:
    shares: FloatArray
    sums: FloatArray
    natural: FloatArray
    values: FloatArray
    converged: Any
    rounds: int


def _climb(
    data: Data, chances: FloatArray, families: Sequence[Family], weights: Sequence[float], tolerance: float, most: int
) -> _Climbed:
    shares, sums, natural = _maximization(data, chances, families, weights)
    starts = len(shares)
    values, active, rounds = np.full(starts, -np.inf), np.arange(starts), 0
    while active.size and rounds < most:
        rounds += 1
        chances, each = expectation(data, shares[active], natural[active])
        reached = data.counts @ each
        going = reached - values[active] > tolerance * np.maximum(np.abs(reached), 1)
        values[active] = reached
        active = active[going]
        if active.size:
            shares[active], sums[active], natural[active] = _maximization(data, chances[:, going], families, weights)
    converged = ~np.isin(np.arange(starts), active)
    return _Climbed(shares, sums, natural, values, converged, rounds)


def _first_chances(data: Data, k: int, starts: int, random: np.random.Generator) -> FloatArray:
    """Starts lean towards the nearest of k spread rows; where rows repeat (answers), half of them are random."""
    n = len(data.base)
    chances = random.dirichlet(np.ones(k), (n, starts))
    spread = data.features.std(axis=0)
    moved = (data.features - data.features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    batch = Batch(Points(moved, data.counts, np.zeros(moved.shape[1]), 1.0))
    leaning = starts if 2 * n > data.counts.sum() else (starts + 1) // 2
    labels, _ = nearest(batch, plus_plus(batch, k, leaning, random))
    chances[:, :leaning] = 0.3 * chances[:, :leaning] + 0.7 * np.eye(k)[labels]
    return chances


def entropy_of(chances: FloatArray, counts: FloatArray) -> float:
    """Entropy of membership summed over rows, from chances of shape (n, k)."""
    logs = np.log(chances, out=np.zeros_like(chances), where=chances > 0)
    return -float(counts @ (chances * logs).sum(axis=1))
