"""Is there structure in the data, or do segments cut one cloud: criteria, silhouette, gorge similarities, verdict.

Sources: Dolnicar, Grün & Leisch (2018), Market Segmentation Analysis, chapter 7; Rousseeuw (1987); Biernacki, Celeux &
Govaert (2000) for ICL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.points import read_rows

VerdictName = Literal["natural", "reproducible", "constructive"]
BORDER = 0.4


@dataclass(frozen=True)
class StructureVerdict:
    """What kind of segments these are.

    Attributes:
        verdict: ``natural``: they come back, and stand apart further than pieces of one cloud; ``reproducible``: they
            come back better than pieces of one cloud, without gaps between them; ``constructive``: neither can be
            shown, the segments are a useful cut, not a finding.
        reason: One sentence with the figures that decided.
        figures: Those figures by name.
    """

    verdict: VerdictName
    reason: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Criteria:
    """Information criteria of a k-means solution read as a mixture of spherical Gaussians of one common variance.

    Attributes:
        log_likelihood: At the solution's centers, shares and pooled variance.
        parameters: k p + k - 1 + 1.
        aic: -2 LL + 2 parameters.
        bic: -2 LL + parameters ln n.
        icl: BIC + 2 x the entropy of the posterior (soft form).
    """

    log_likelihood: float
    parameters: int
    aic: float
    bic: float
    icl: float


def squared_distances(rows: FloatArray, centers: FloatArray) -> FloatArray:
    """Squared distances of rows (n, p) from centers (k, p), shape (n, k), never below 0."""
    products = rows @ centers.T
    around = (rows * rows).sum(axis=1)[:, None] - 2 * products + (centers * centers).sum(axis=1)
    return np.asarray(np.maximum(around, 0.0))


def spherical_criteria(distances: FloatArray, counts: FloatArray, variables: int) -> Criteria:
    """Information criteria of a k-means solution.

    Args:
        distances: Squared distances from the centers, shape (n, k).
        counts: Rows each point stands for, shape (n,).
        variables: Number of variables p.

    Returns:
        The criteria. They tell how well round clouds of one size describe the data: where segments are drawn out
        or of different spread, they ask for too many.
    """
    n, k = float(counts.sum()), distances.shape[1]
    labels = distances.argmin(axis=1)
    variance = float(counts @ distances.min(axis=1)) / (n * variables)
    shares = np.bincount(labels, counts, k) / n
    variance = max(variance, 1e-300)
    logs = np.log(np.maximum(shares, 1e-300)) - distances / (2 * variance)
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    sums = weights.sum(axis=1, keepdims=True)
    posterior = weights / sums
    each = (top + np.log(sums)).ravel() - variables / 2 * np.log(2 * np.pi * variance)
    entropy = -float(counts @ (posterior * np.log(np.maximum(posterior, 1e-300))).sum(axis=1))
    likelihood, parameters = float(counts @ each), k * variables + k
    bic = -2 * likelihood + parameters * float(np.log(n))
    return Criteria(likelihood, parameters, -2 * likelihood + 2 * parameters, bic, bic + 2 * entropy)


class Silhouette:
    """Mean silhouette width of any segmentation of some points; their distances are taken once.

    Args:
        rows: Points, shape (n, p): memory grows with n squared, so give a sample.
        counts: Rows each point stands for, shape (n,).
    """

    def __init__(self, rows: FloatArray, counts: FloatArray) -> None:
        self.counts = counts
        single = rows.astype(np.float32)
        squares = (single * single).sum(axis=1)
        around = squares[:, None] + squares - 2 * (single @ single.T)
        np.maximum(around, 0, out=around)
        np.fill_diagonal(around, 0)
        self.distances = np.sqrt(around, out=around)

    def mean(self, labels: IntArray, k: int) -> float:
        """Mean over rows of (b - a) / max(a, b); a row alone in its segment counts 0 (Rousseeuw 1987).

        Args:
            labels: Segment of each point from 0 to k - 1, shape (n,).
            k: Segments.

        Returns:
            From -1 to 1.
        """
        points = np.arange(labels.size)
        members = np.zeros((labels.size, k), np.float32)
        members[points, labels] = self.counts
        sizes = members.sum(axis=0, dtype=np.float64)
        sums = (self.distances @ members).astype(np.float64)
        own = sums[points, labels] / np.maximum(sizes[labels] - 1, 1)
        means = sums / np.maximum(sizes, 1e-300)
        means[points, labels] = np.inf
        other = means.min(axis=1)
        most = np.maximum(own, other)
        widths = np.divide(other - own, most, out=np.zeros_like(own), where=(most > 0) & (sizes[labels] > 1))
        return float(np.average(widths, weights=self.counts))


def silhouette(X: ArrayLike, labels: ArrayLike, sample_size: int = 2500, random_state: int = 0) -> float:
    """Mean silhouette width on a sample of at most ``sample_size`` rows.

    Args:
        X: Prepared rows, shape (n, p).
        labels: Segment of each row, shape (n,), two of them at least.
        sample_size: Rows drawn at most.
        random_state: Seed.

    Returns:
        From -1 to 1.

    Raises:
        EstimationError: With all mistakes in ``X``.
    """
    from segmentry.science.points import sample_rows

    rows = read_rows("silhouette", X)
    chosen = sample_rows(rows, sample_size, np.random.default_rng(random_state))
    names, codes = np.unique(np.asarray(labels)[chosen], return_inverse=True)
    sample = rows[chosen].astype(np.float64)
    return Silhouette(sample - sample.mean(axis=0), np.ones(chosen.size)).mean(codes, names.size)


def gorge(X: ArrayLike, centers: ArrayLike, g: float = 1.0) -> FloatArray:
    """Similarity of every row with every segment, for a gorge plot: s = sqrt(exp(-d^g) / sum of exp(-d^g)).

    Args:
        X: Prepared rows, shape (n, p).
        centers: Shape (k, p), in the same units.
        g: Exponent of the distance, 1 by default.

    Returns:
        Shape (n, k), from 0 to 1; squares of a row sum to 1. Mass at 0 and 1 with a gorge between means that segments
        stand apart.

    Raises:
        EstimationError: With all mistakes in ``X``.

    Source: Dolnicar, Grün & Leisch (2018), section 7.5.1.
    """
    rows, middle = read_rows("gorge", X).astype(np.float64), np.asarray(centers, dtype=np.float64)
    distances = np.sqrt(squared_distances(rows - middle.mean(axis=0), middle - middle.mean(axis=0))) ** g
    nearness = np.exp(distances.min(axis=1, keepdims=True) - distances)
    return np.asarray(np.sqrt(nearness / nearness.sum(axis=1, keepdims=True)))


def border_shares(distances: FloatArray, centers: FloatArray, counts: FloatArray) -> tuple[float, FloatArray]:
    """Share of rows that stand on the border between their own segment and the next one.

    A row's place on the line from its own center to the next nearest is t = 1/2 + (d_own^2 - d_next^2) / (2 |c|^2): 0
    at its center, 1/2 halfway. Where segments are apart, few rows have t above 0.4; where they cut one cloud, many do.

    Args:
        distances: Squared distances from the centers, shape (n, k), k of 2 or more.
        centers: Shape (k, p), in the same units.
        counts: Rows each point stands for, shape (n,).

    Returns:
        Over all rows, from 0 to 1, and within each segment, shape (k,).
    """
    two = np.argpartition(distances, 1, axis=1)[:, :2]
    near = np.take_along_axis(distances, two, axis=1)
    apart = squared_distances(centers, centers)[two[:, 0], two[:, 1]]
    place = 0.5 - np.abs(near[:, 0] - near[:, 1]) / (2 * np.maximum(apart, 1e-300))
    own = np.where(near[:, 0] <= near[:, 1], two[:, 0], two[:, 1])
    on_border = counts * (place > BORDER)
    sizes = np.bincount(own, counts, len(centers))
    within = np.bincount(own, on_border, len(centers)) / np.maximum(sizes, 1e-300)
    return float(on_border.sum() / counts.sum()), within
