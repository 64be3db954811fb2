"""Nodes and weights that fits share."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science.quadrature import legendre


@pytest.mark.parametrize("number", [1, 2, 5, 40])
def test_polynomials_are_integrated_exactly(number: int) -> None:
    """Up to degree 2n - 1: the integral of x^k from -1 to 1 is 2 / (k + 1) for even k, else 0."""
    nodes, weights = legendre(number)
    for degree in range(2 * number):
        exact = 0.0 if degree % 2 else 2.0 / (degree + 1)
        assert np.sum(weights * nodes**degree) == pytest.approx(exact, abs=1e-13)


def test_what_is_shared_cannot_be_spoiled() -> None:
    """The same arrays every time, that nobody can write to."""
    nodes, weights = legendre(7)
    assert legendre(7)[0] is nodes
    for array in (nodes, weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
