"""Principal components of standardized attributes: the plane that keeps most variance."""

from __future__ import annotations

import numpy as np

from segmentry.science.plane.axes import Plane, Words, assemble
from segmentry.science.plane.moments import Moments


def principal_plane(moments: Moments, words: Words | None = None) -> Plane:
    """The plane of the first two principal components (Pearson 1901; Hotelling 1933).

    Attributes are standardized to unit variance first, so that units do not decide. Coordinates are component scores
    in standard deviations of the attributes; loadings are correlations of attributes with components; shares are
    eigenvalues of the correlation matrix over p. An axis points to where its strongest loading is positive.

    Args:
        moments: Of at least two attributes that vary; the segments play no part.
        words: Words for the high and low ends of attributes.

    Returns:
        The plane; ``cos2`` of a point is its share of squared standardized distance shown.

    Raises:
        EstimationError: Constant attributes, or fewer than two, all at once.
    """
    moments.require_varying("principal_plane")
    deviation = np.sqrt(np.diag(moments.total) / moments.customers)
    correlation = moments.total / moments.customers / np.outer(deviation, deviation)
    values, vectors = np.linalg.eigh(correlation)
    values, vectors = np.clip(values[::-1], 0.0, None), vectors[:, ::-1]
    loadings = np.clip(vectors * np.sqrt(values), -1.0, 1.0)
    basis = vectors / deviation[:, None]
    return assemble("principal", moments.names, moments.center, basis, loadings, values, words)
