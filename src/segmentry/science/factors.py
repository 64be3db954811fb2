"""Factor analysis of survey items: how many factors, which items make them, and scores of respondents.

Horn 1965 (parallel analysis), Kaiser 1958 (varimax), Hendrickson & White 1964 (promax), Kaiser 1974 (sampling
adequacy), Bartlett 1951 (sphericity), Thurstone 1935 (regression scores).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.science.scales import answers_of
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

Rotation = Literal["varimax", "promax", "none"]
_POWER = 4
"""Power of the promax target."""
_LEAST_UNIQUE = 0.005
_DETERMINED = 1e-10


@dataclass(frozen=True, slots=True)
class ParallelAnalysis:
    """How many factors stand out from chance.

    Attributes:
        factors: Leading eigenvalues above the percentile of those of unrelated items.
        eigenvalues: Of the correlation matrix, the largest first, shape (k,).
        chance: The percentile of the same eigenvalues over tables with every item shuffled, shape (k,).
    """

    factors: int
    eigenvalues: FloatArray
    chance: FloatArray


@dataclass(frozen=True, slots=True)
class Factors:
    """A factor solution, factors in order of the variance they explain, each with a positive sum of loadings.

    Attributes:
        loadings: Of items on factors (pattern, where oblique), shape (k, m).
        communalities: Share of each item's variance that the factors explain, shape (k,).
        explained: Share of all items' variance by factor, shape (m,); for oblique factors their overlap is in both.
        correlations: Of the factors with one another, shape (m, m).
        scores: Of respondents by regression, mean 0 before unknown answers, NaN where an item is missing, shape (n, m).
        adequacy: Kaiser, Meyer and Olkin's measure, 0 to 1; below .5 the items share too little.
        rotation: How it was rotated.
    """

    loadings: FloatArray
    communalities: FloatArray
    explained: FloatArray
    correlations: FloatArray
    scores: FloatArray
    adequacy: float
    rotation: Rotation


def parallel_analysis(
    answers: ArrayLike, *, draws: int = 100, percentile: float = 95.0, random_state: int = 0
) -> ParallelAnalysis | NotEstimable:
    """Number of factors by comparing eigenvalues with those of the same items shuffled apart (Horn 1965).

    Respondents are put in an order of their own before they are shuffled, so that theirs changes nothing.

    Args:
        answers: Shape (n, k), NaN where not answered; respondents with gaps are left out.
        draws: Tables of shuffled items.
        percentile: Percentile of chance that an eigenvalue has to pass.
        random_state: Seed.

    Raises:
        EstimationError: no table of numbers.
    """
    whole = _complete(answers_of("parallel_analysis", answers))
    refused = _too_little(whole)
    if refused is not None:
        return refused
    random = np.random.default_rng(random_state)
    whole = whole[np.lexsort(whole.T)]
    found = _eigenvalues(whole)
    shuffled = np.array([_eigenvalues(random.permuted(whole, axis=0)) for _ in range(draws)])
    chance = np.percentile(shuffled, percentile, axis=0)
    below = np.flatnonzero(found <= chance)
    return ParallelAnalysis(int(below[0]) if below.size else found.size, found, chance)


def factor_analysis(answers: ArrayLike, factors: int, *, rotation: Rotation = "varimax") -> Factors | NotEstimable:
    """Maximum-likelihood factors of standardized items (Jöreskog 1967), rotated.

    Args:
        answers: Keyed answers, shape (n, k), NaN where not answered; loadings come from respondents without gaps.
        factors: Number of factors, at least 1 and at most half the items.
        rotation: ``varimax`` (uncorrelated), ``promax`` (correlated) or ``none``.

    Returns:
        The solution; not estimable from fewer respondents than items, or where an item does not vary or follows from
        the others.

    Raises:
        EstimationError: no table of numbers, or a number of factors that the items cannot carry.
    """
    given = answers_of("factor_analysis", answers)
    whole = _complete(given)
    if not 1 <= factors <= given.shape[1] // 2:
        next_step = f"Ask for 1 to {given.shape[1] // 2}."
        what = "These items cannot carry that many factors"
        raise EstimationError(Problem("FACTORS_TOO_MANY", what, "factor_analysis", str(factors), next_step))
    refused = _too_little(whole)
    if refused is not None:
        return refused
    mean, spread = whole.mean(axis=0), whole.std(axis=0)
    standard = (whole - mean) / spread
    correlation = np.corrcoef(standard, rowvar=False)
    if np.linalg.eigvalsh(correlation)[0] < _DETERMINED:
        return NotEstimable("an item follows from the others, such as one that was asked twice or a sum of them")
    loadings, correlations = _rotated(_unrotated(correlation, factors), rotation)
    loadings, correlations = _ordered(loadings, correlations)
    reproduced = loadings @ correlations
    weights = np.linalg.solve(correlation, reproduced)
    return Factors(
        loadings,
        np.asarray((loadings * reproduced).sum(axis=1)),
        np.asarray((loadings * reproduced).sum(axis=0) / len(loadings)),
        correlations,
        ((given - mean) / spread) @ weights,
        _adequacy(correlation),
        rotation,
    )


def varimax(loadings: FloatArray, *, tolerance: float = 1e-9, rounds: int = 200) -> FloatArray:
    """The orthogonal rotation that makes squared loadings vary most within factors, items weighted alike (Kaiser 1958).

    Factors are turned two by two, each pair by the angle that is best for it in closed form.

    Args:
        loadings: Shape (k, m).
        tolerance: Largest angle, in radians, below which rotation ends.
        rounds: Most rounds over all pairs.

    Returns:
        The rotation, shape (m, m): ``loadings @ rotation`` is rotated.
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    rows = np.divide(loadings, length, out=np.zeros_like(loadings), where=length > 0)
    rotation = np.eye(loadings.shape[1])
    for _ in range(rounds):
        largest = 0.0
        for pair in combinations(range(loadings.shape[1]), 2):
            places = list(pair)
            angle = _angle(rows[:, places])
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            rows[:, places] = rows[:, places] @ turn
            rotation[:, places] = rotation[:, places] @ turn
            largest = max(largest, abs(angle))
        if largest < tolerance:
            break
    return rotation


def _angle(pair: FloatArray) -> float:
    """The best angle for two factors (Kaiser 1958, equation 8)."""
    across, up = pair[:, 0], pair[:, 1]
    even, odd = across**2 - up**2, 2 * across * up
    count = len(pair)
    above = 2 * ((even * odd).sum() - even.sum() * odd.sum() / count)
    below = (even**2 - odd**2).sum() - (even.sum() ** 2 - odd.sum() ** 2) / count
    return float(np.arctan2(above, below)) / 4


def _unrotated(correlation: FloatArray, factors: int) -> FloatArray:
    """Maximum-likelihood loadings: unique variances by quasi-Newton steps, given which loadings are eigenvectors.

    Unique variances stay above .005, as in R's factanal, where an item would otherwise be a factor of its own (a
    Heywood case, in which the usual steps never end).
    """
    from scipy.optimize import minimize

    count = len(correlation)

    def parts(logs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        root = np.exp(logs / 2)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        loadings = root[:, None] * vectors[:, ::-1][:, :factors]
        return loadings * np.sqrt(np.maximum(values[::-1][:factors] - 1, 0)), values[: count - factors], root**2

    def discrepancy(logs: FloatArray) -> tuple[float, FloatArray]:
        loadings, rest, unique = parts(logs)
        rest = np.maximum(rest, 1e-12)
        slope = ((loadings**2).sum(axis=1) + unique - 1) / unique
        return float((rest - np.log(rest) - 1).sum()), slope

    diagonal = np.diag(np.linalg.pinv(correlation))
    start = np.log(np.clip((1 - 0.5 * factors / count) / np.maximum(diagonal, 1.0), _LEAST_UNIQUE, 1.0))
    bounds = [(float(np.log(_LEAST_UNIQUE)), 0.0)] * count
    options = {"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-8}
    found = minimize(discrepancy, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return parts(np.asarray(found.x))[0]


def _rotated(loadings: FloatArray, rotation: Rotation) -> tuple[FloatArray, FloatArray]:
    """Rotated loadings and the correlations of the factors."""
    count = loadings.shape[1]
    if rotation == "none" or count == 1:
        return loadings, np.eye(count)
    turned = loadings @ varimax(loadings)
    if rotation == "varimax":
        return turned, np.eye(count)
    target = np.sign(turned) * np.abs(turned) ** _POWER
    turn = np.linalg.lstsq(turned, target, rcond=None)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    inverse = np.linalg.inv(turn)
    return np.asarray(turned @ turn), np.asarray(inverse @ inverse.T)


def _ordered(loadings: FloatArray, correlations: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The factor that explains most first, each with a positive sum of loadings."""
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    order = np.argsort(-((loadings @ correlations) * loadings).sum(axis=0), kind="stable")
    signed = correlations * np.outer(signs, signs)
    return (loadings * signs)[:, order], signed[np.ix_(order, order)]


def _adequacy(correlation: FloatArray) -> float:
    """Squared correlations over squared correlations and squared partial ones (Kaiser 1974)."""
    inverse = np.linalg.pinv(correlation)
    partial = -inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    beside = ~np.eye(len(correlation), dtype=bool)
    plain, rest = float((correlation[beside] ** 2).sum()), float((partial[beside] ** 2).sum())
    return plain / (plain + rest) if plain + rest > 0 else 0.0


def _eigenvalues(whole: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.eigvalsh(np.corrcoef(whole, rowvar=False))[::-1])


def _too_little(whole: FloatArray) -> NotEstimable | None:
    if len(whole) <= whole.shape[1] or whole.shape[1] < 3:
        reason = f"{len(whole)} respondents answered all of {whole.shape[1]} items; more of both are needed"
        return NotEstimable(reason)
    if not (np.ptp(whole, axis=0) > 0).all():
        return NotEstimable("an item has the same answer everywhere")
    return None


def _complete(given: FloatArray) -> FloatArray:
    return given[~np.isnan(given).any(axis=1)]
