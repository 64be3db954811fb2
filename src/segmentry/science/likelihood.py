"""Maximum likelihood in log-parameters: Newton steps inside a box, on the mean log-likelihood.

Judged on the Newton decrement, not on changes of the value: what is left to gain in all is below 1e-6, a thousandth of
a standard error. Sums of millions of terms make line searches on values stall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""A point in log-parameters (k,) to the mean log-likelihood and its gradient (k,)."""

GAIN_LEFT = 1e-6
LARGEST_STEP = 2.0
HESSIAN_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look for a maximum and when to stop.

    Attributes:
        lower: Lower edges of the box in log-parameters, shape (k,).
        upper: Upper edges, shape (k,).
        customers: Customers behind the mean log-likelihood.
        most_iterations: Newton steps after which the search is given up.
    """

    lower: FloatArray
    upper: FloatArray
    customers: float
    most_iterations: int = 100


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a mean log-likelihood is largest.

    Attributes:
        point: Log-parameters, shape (k,).
        value: Mean log-likelihood there.
        hessian: Second derivatives there, shape (k, k).
        converged: Whether what is left to gain in all is below ``GAIN_LEFT``.
        at_bound: Which log-parameters sit on the edge of the box, shape (k,).
        iterations: Newton steps taken.
    """

    point: FloatArray
    value: float
    hessian: FloatArray
    converged: bool
    at_bound: NDArray[np.bool_]
    iterations: int


def hessian_of(objective: Objective, point: FloatArray) -> FloatArray:
    """Second derivatives (k, k) by central differences of the closed-form gradient."""
    steps = np.eye(point.size) * HESSIAN_STEP
    rows = [(objective(point + step)[1] - objective(point - step)[1]) / (2 * HESSIAN_STEP) for step in steps]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def ascent_step(hessian: FloatArray, gradient: FloatArray) -> FloatArray:
    """The Newton step, with directions of wrong or no curvature turned uphill and kept finite."""
    values, vectors = np.linalg.eigh(-hessian)
    floor = max(float(np.abs(values).max()) * 1e-9, 1e-14)
    return np.asarray(vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor)))


def maximize(
    objective: Objective,
    start: FloatArray,
    settings: Search,
    curvature: FloatArray | None = None,
) -> Maximum:
    """The point of a box at which ``objective`` is largest.

    Args:
        objective: Point to mean log-likelihood and gradient.
        start: First point, shape (k,).
        settings: The box, and when to stop.
        curvature: A Hessian (k, k) known from a sample; saves passes over the data as long as it serves.

    Returns:
        The maximum; a point on the edge of the box is marked in ``at_bound``.
    """
    lower, upper = settings.lower, settings.upper
    tolerance = 2 * GAIN_LEFT / settings.customers
    point = np.clip(np.asarray(start, dtype=np.float64), lower, upper)
    value, gradient = objective(point)
    hessian = curvature if curvature is not None else hessian_of(objective, point)
    borrowed, converged, iterations, last = curvature is not None, False, 0, np.inf
    while iterations < settings.most_iterations:
        iterations += 1
        free = _free(point, gradient, settings)
        step = np.zeros_like(point)
        if free.any():
            step[free] = ascent_step(hessian[np.ix_(free, free)], gradient[free])
        decrement = float(gradient @ step)
        if decrement < tolerance:
            converged = True
            break
        moved = _line_search(objective, (point, value, gradient), step, settings)
        if moved is None:
            converged = decrement < 1000 * tolerance
            break
        point, value, gradient = moved
        borrowed = borrowed and decrement < last / 4
        last = decrement
        if not borrowed:
            hessian = hessian_of(objective, point)
    at_bound = (point <= lower + 1e-9) | (point >= upper - 1e-9)
    hessian = hessian_of(objective, point) if borrowed else hessian
    return Maximum(point, value, hessian, converged, at_bound, iterations)


def _free(point: FloatArray, gradient: FloatArray, settings: Search) -> NDArray[np.bool_]:
    pressed_down = (point <= settings.lower) & (gradient < 0)
    pressed_up = (point >= settings.upper) & (gradient > 0)
    free: NDArray[np.bool_] = ~(pressed_down | pressed_up)
    return free


def _line_search(
    objective: Objective, place: tuple[FloatArray, float, FloatArray], step: FloatArray, settings: Search
) -> tuple[FloatArray, float, FloatArray] | None:
    point, value, gradient = place
    length = min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-300))
    for _ in range(40):
        candidate = np.clip(point + length * step, settings.lower, settings.upper)
        promised = float(gradient @ (candidate - point))
        new_value, new_gradient = objective(candidate)
        if np.isfinite(new_value) and new_value >= value + 1e-4 * promised - 1e-14 * abs(value):
            return candidate, new_value, new_gradient
        length /= 2
    return None


def covariance_of(maximum: Maximum, total_weight: float) -> tuple[FloatArray, bool]:
    """Covariance (k, k) of the log-parameters from the observed information, and whether it is trustworthy.

    Parameters on the edge of the box count as known (variance 0). Flat directions, as on a ridge, make the second
    result false; their variance is capped where the information falls below 1e-10 of the largest.
    """
    size = maximum.point.size
    covariance = np.zeros((size, size))
    free = ~maximum.at_bound
    if not free.any():
        return covariance, False
    information = -maximum.hessian[np.ix_(free, free)] * total_weight
    values, vectors = np.linalg.eigh(information)
    floor = max(float(values.max()), 1e-300) * 1e-10
    sound = bool((values > floor).all() and free.all())
    covariance[np.ix_(free, free)] = (vectors / np.maximum(values, floor)) @ vectors.T
    return covariance, sound
