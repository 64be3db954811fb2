"""Linear discriminants: the plane on which given segments lie furthest apart."""

from __future__ import annotations

import numpy as np

from segmentry.science.inputs import FloatArray
from segmentry.science.plane.axes import Plane, Words, assemble
from segmentry.science.plane.moments import Moments
from segmentry.terms.numbers import NotEstimable

FLAT = 1e-10
"""Share of an attribute's variance inside segments below which it does not vary there."""


def discriminant_plane(moments: Moments, words: Words | None = None) -> Plane | NotEstimable:
    """The plane of the first two linear discriminants (Fisher 1936; Rao 1948).

    Discriminants are eigenvectors of W^-1 B; shares are their parts of its trace. Coordinates count pooled standard
    deviations inside segments; loadings are correlations of attributes with discriminants over all customers.
    ``cos2`` of a point is the share of its squared Mahalanobis distance from the center that the plane shows.

    Args:
        moments: Of at least two attributes that vary, and of at least three segments.
        words: Words for the high and low ends of attributes.

    Returns:
        The plane; not estimable with fewer than three segments (two differ along one line, which is no plane), where
        the segments do not differ, or where attributes do not vary inside segments.

    Raises:
        EstimationError: Constant attributes, or fewer than two, all at once.
    """
    moments.require_varying("discriminant_plane")
    refusal = _refuse(moments)
    if refusal is not None:
        return refusal
    free = moments.customers - len(moments.segments)
    deviation = np.sqrt(np.diag(moments.within) / free)
    inside = moments.within / free / np.outer(deviation, deviation)
    values, vectors = np.linalg.eigh(inside)
    usable = values > FLAT * values.max()
    if usable.sum() < 2:
        return NotEstimable("all attributes say the same, so there is one axis and no plane")
    whiten = vectors[:, usable] / np.sqrt(values[usable]) / deviation[:, None]
    strengths, turn = np.linalg.eigh(whiten.T @ moments.between @ whiten / free)
    strengths, basis = np.clip(strengths[::-1], 0.0, None), whiten @ turn[:, ::-1]
    if strengths[0] <= FLAT:
        return NotEstimable("the segments do not differ in these attributes")
    loadings = _structure(moments, basis)
    return assemble("discriminant", moments.names, moments.center, basis, loadings, strengths, words)


def _structure(moments: Moments, basis: FloatArray) -> FloatArray:
    """Correlations over all customers of attributes with scores, shape (p, r)."""
    total = moments.total
    scores = np.sqrt(np.einsum("pr,pq,qr->r", basis, total, basis))
    return np.asarray(np.clip((total @ basis) / np.sqrt(np.diag(total))[:, None] / scores, -1.0, 1.0))


def _refuse(moments: Moments) -> NotEstimable | None:
    if len(moments.segments) < 3:
        return NotEstimable("fewer than three segments differ along one line, which is no plane")
    if moments.customers <= len(moments.segments):
        return NotEstimable("no segment has two customers, so nothing is known of the spread inside segments")
    share = np.diag(moments.within) / np.diag(moments.total)
    flat = [name for name, part in zip(moments.names, share, strict=True) if part <= FLAT]
    if flat:
        return NotEstimable(f"{', '.join(flat)} does not vary inside any segment, so it defines them and explains none")
    return None
