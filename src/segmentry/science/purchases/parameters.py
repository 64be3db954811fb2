"""Named positive parameters with their errors: what the purchase models carry, fitted or given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.findings import Check
from segmentry.science.inputs import FloatArray, require_fitted
from segmentry.science.likelihood import Search
from segmentry.terms.errors import EstimationError, Problem


class KnownParameters:
    """Named positive parameters, fitted or given, with their errors: what every model carries."""

    name: ClassVar[str]
    parameter_names: ClassVar[tuple[str, ...]]

    parameters_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: FloatArray
    log_likelihood_: float
    converged_: bool
    n_customers_: float
    checks_: tuple[Check, ...]
    _rows: tuple[FloatArray, FloatArray, FloatArray]

    def __init__(self, most_iterations: int = 100) -> None:
        self.most_iterations = most_iterations

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, float], covariance: ArrayLike | None = None) -> Self:
        """A model with known parameters, ready to forecast and to simulate.

        Args:
            parameters: Name to value, each above 0.
            covariance: Covariance of the logarithms of the parameters, shape (k, k); zero if left out.

        Raises:
            EstimationError: If a parameter is missing, unknown or not above 0.
        """
        model = cls()
        unfit = set(parameters) ^ set(cls.parameter_names)
        wrong = [name for name, value in parameters.items() if not (np.isfinite(value) and value > 0)]
        if unfit or wrong:
            what = f"{cls.__name__} needs {', '.join(cls.parameter_names)}, each above 0."
            where = f"{cls.__name__}.from_parameters"
            raise EstimationError(Problem("PARAMETERS_WRONG", what, where, str(dict(parameters)), "Name each."))
        size = len(cls.parameter_names)
        known = np.zeros((size, size)) if covariance is None else np.asarray(covariance, dtype=np.float64)
        model._learn(np.array([parameters[name] for name in cls.parameter_names], dtype=np.float64), known)
        model.log_likelihood_, model.converged_, model.n_customers_, model.checks_ = np.nan, True, 0.0, ()
        return model

    @property
    def theta(self) -> FloatArray:
        """The parameters as an array in the order of ``parameter_names``."""
        require_fitted(self)
        return np.array([self.parameters_[name] for name in self.parameter_names])

    def _search(self, customers: float, scales: tuple[int, ...] = ()) -> Search:
        """A box wide enough for any customers: beyond it, shapes mean the same as on its edge."""
        lower, upper = np.full(len(self.parameter_names), -9.0), np.full(len(self.parameter_names), 9.0)
        lower[list(scales)], upper[list(scales)] = -12.0, 16.0
        return Search(lower, upper, customers, self.most_iterations)

    def _fitted_rows(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        require_fitted(self, "_rows")
        return self._rows

    def _learn(self, theta: FloatArray, covariance: FloatArray) -> None:
        errors = theta * np.sqrt(np.diag(covariance))
        self.parameters_ = {name: float(value) for name, value in zip(self.parameter_names, theta, strict=True)}
        self.standard_errors_ = {name: float(error) for name, error in zip(self.parameter_names, errors, strict=True)}
        self.covariance_ = covariance


def ridge_text(edges: list[str], wide: list[str]) -> str:
    """What to tell people about parameters on the edge of their range, or with errors above their value."""
    if edges:
        return f"The likelihood keeps rising towards an edge in {', '.join(edges)}: read forecasts, not parameters."
    if wide:
        return f"The data say little about {', '.join(wide)} one by one: read forecasts, not parameters."
    return "Every parameter is settled by the data."
