"""A plane of two axes: how points come onto it, what its axes are called, how much it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem, near_miss

Words = Mapping[str, tuple[str, str]]
"""Attribute to the words for its high and for its low end, such as ``("longer silence", "shorter silence")``."""

STRONG = 0.6
"""Loadings of at least this share of the strongest one take part in the name of an axis."""

MOST_WORDS = 3
TIED = 1e-6


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a plane.

    Attributes:
        name: What grows along it, in words, from its strongest loadings, the strongest first.
        opposite: What grows against it.
        share: Share of what the method explains (variance, or separation of segments), from 0 to 1.
        loadings: Attribute to its correlation with the axis, from -1 to 1.
    """

    name: str
    opposite: str
    share: float
    loadings: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Points on a plane.

    Attributes:
        coordinates: Places on the two axes, shape (n, 2).
        cos2: Share of each point's squared distance from the center that the plane shows, from 0 to 1, shape (n,);
            1 for a point at the center itself, whose place is exact.
    """

    coordinates: FloatArray
    cos2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two axes through a space of attributes.

    Attributes:
        method: ``principal`` or ``discriminant``.
        names: The attributes, length p.
        axes: The two axes.
        variance_kept: Sum of the shares of the two axes.
        shares: Share of every axis the method found, the largest first.
        rotation_free: Whether the second axis ties with its neighbor, so that the data do not say how the plane lies.
        center: The origin in the attributes' units, shape (p,).
        basis: Turns deviations from the center into coordinates on all orthonormal axes, shape (p, r).
    """

    method: str
    names: tuple[str, ...]
    axes: tuple[Axis, Axis]
    variance_kept: float
    shares: tuple[float, ...]
    rotation_free: bool
    center: FloatArray
    basis: FloatArray

    def place(self, columns: Mapping[str, ArrayLike]) -> Placement:
        """Places and quality of points.

        Args:
            columns: Each attribute of the plane with its values, in the units it was built from, shape (n,).

        Raises:
            EstimationError: An attribute is missing, or arrays are wrong; all mistakes at once.
        """
        missing = [name for name in self.names if name not in columns]
        if missing:
            raise EstimationError(
                Problem(
                    "ATTRIBUTE_MISSING", "The plane needs it.", f"Plane.place, {name}", name, near_miss(name, columns)
                )
                for name in missing
            )
        inputs = Inputs("Plane.place", {name: columns[name] for name in self.names})
        inputs.raise_problems()
        full = (np.column_stack([inputs[name] for name in self.names]) - self.center) @ self.basis
        return Placement(full[:, :2], point_quality(full))


def point_quality(full: FloatArray) -> FloatArray:
    """cos2 of points from their coordinates on all orthonormal axes, shape (n, r), for the first two of them."""
    square = full**2
    whole = square.sum(axis=1)
    shown = square[:, :2].sum(axis=1)
    at_center = whole <= np.finfo(np.float64).tiny
    return np.where(at_center, 1.0, shown / np.where(at_center, 1.0, whole))


def orientation(loadings: FloatArray, names: Sequence[str]) -> FloatArray:
    """+1 or -1 for each axis, so that its strongest loading is positive, shape (r,).

    Args:
        loadings: Attributes by axes, shape (p, r).
        names: The attributes; among equally strong ones the first in the alphabet decides.
    """
    order = np.argsort(np.asarray(names, dtype=str), kind="stable")
    strength = np.abs(loadings[order])
    strongest = np.argmax(strength >= strength.max(axis=0) * (1 - TIED), axis=0)
    chosen = loadings[order][strongest, np.arange(loadings.shape[1])]
    return np.where(chosen < 0, -1.0, 1.0)


def name_axis(loadings: Mapping[str, float], share: float, words: Words | None = None) -> Axis:
    """An axis named by its strongest loadings.

    Args:
        loadings: Attribute to its correlation with the axis.
        share: What the axis explains.
        words: Words for the ends of attributes; ``more spend`` and ``less spend`` for those not told.
    """
    ranked = sorted(loadings.items(), key=lambda item: (-round(abs(item[1]), 6), item[0]))
    strong = [item for item in ranked if abs(item[1]) >= STRONG * abs(ranked[0][1]) and item[1] != 0][:MOST_WORDS]
    told = [(_words(name, words), value > 0) for name, value in strong]
    name = ", ".join(high if up else low for (high, low), up in told)
    opposite = ", ".join(low if up else high for (high, low), up in told)
    return Axis(name, opposite, share, dict(loadings))


def _words(name: str, words: Words | None) -> tuple[str, str]:
    plain = name.replace("_", " ")
    return (words or {}).get(name, (f"more {plain}", f"less {plain}"))


def assemble(
    method: str,
    names: tuple[str, ...],
    center: FloatArray,
    basis: FloatArray,
    loadings: FloatArray,
    strengths: FloatArray,
    words: Words | None,
) -> Plane:
    """A plane from its orthonormal axes, oriented and named.

    Args:
        method: Name of the method.
        names: The attributes, length p.
        center: Shape (p,).
        basis: Shape (p, r), the axes of the plane first.
        loadings: Correlations of attributes with axes, shape (p, r).
        strengths: What each axis explains, in any unit, the largest first, shape (r,).
        words: Words for the ends of attributes.
    """
    signs = orientation(loadings, names)
    loadings, basis = loadings * signs, basis * signs
    shares = strengths / strengths.sum()
    first, second = (
        name_axis(dict(zip(names, loadings[:, place].tolist(), strict=True)), float(shares[place]), words)
        for place in range(2)
    )
    gaps = -np.diff(shares[:3])
    kept = tuple(float(share) for share in shares)
    return Plane(method, names, (first, second), sum(kept[:2]), kept, bool((gaps < TIED).any()), center, basis)
