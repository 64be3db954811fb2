"""Nodes and weights of quadratures, worked out once for each number of nodes: fits ask for them at every step."""

from __future__ import annotations

from functools import cache

import numpy as np

from segmentry.science.inputs import FloatArray


@cache
def legendre(number: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the Gauss-Legendre quadrature on -1 to 1, shape (number,) each; not to be written to."""
    nodes, weights = np.polynomial.legendre.leggauss(number)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
