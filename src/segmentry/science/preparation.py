"""What is done to variables before distances are taken: declared, learned once, stored, applied to new customers.

Each variable is filled (if asked), transformed, cut at its ends, brought to a common scale and weighted, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import LARGEST, FloatArray
from segmentry.science.points import MOST_VARIABLES
from segmentry.terms.errors import EstimationError, Problem, near_miss, shorten

Transform = Literal["none", "log", "rank"]
Scale = Literal["none", "standard", "range"]
Missing = Literal["refuse", "median"]
GRID = 1001


@dataclass(frozen=True)
class VariablePlan:
    """What is to be done to one variable.

    Attributes:
        name: The variable.
        transform: ``log``: sign(x) ln(1 + abs(x)), which keeps the sign of negative net spend and takes 0 to 0;
            ``rank``: share of customers below, ties sharing their middle; ``none``.
        winsor: Share cut at each end, by value: what lies beyond that quantile is moved to it. Below 0.5.
        scale: ``standard``: mean 0, standard deviation 1; ``range``: 0 to 1 between the extremes; ``none``.
        weight: What distances on the scaled variable are multiplied by; above 0.
        missing: ``refuse`` missing values, or put the ``median`` of the known ones in their place.
    """

    name: str
    transform: Transform = "none"
    winsor: float = 0.0
    scale: Scale = "standard"
    weight: float = 1.0
    missing: Missing = "refuse"


@dataclass(frozen=True)
class Preparation:
    """The plans of all variables, in the order of the columns they make.

    Attributes:
        plans: One per variable.
    """

    plans: tuple[VariablePlan, ...]

    def fit(self, columns: Mapping[str, ArrayLike]) -> FittedPreparation:
        """Learn medians, ranks, cuts and scales.

        Args:
            columns: Name to values, each of shape (n,), missing values as NaN.

        Returns:
            What transforms these and new customers alike.

        Raises:
            EstimationError: With all mistakes: plans that make no sense, columns that are not there, not numbers, of
                another length, constant (also after cutting), all missing, infinite, or missing where refused.
        """
        problems = self._problems()
        read = _read("Preparation.fit", [plan.name for plan in self.plans], columns, problems)
        fitted = []
        for plan in self.plans:
            if plan.name in read:
                problems += (found := _column_problems(plan, read[plan.name]))
                if not found and not _plan_problems(plan):
                    fitted.append(_fit(plan, read[plan.name], problems))
        if problems:
            raise EstimationError(problems)
        return FittedPreparation(tuple(fitted))

    def _problems(self) -> list[Problem]:
        where, problems = "Preparation", []
        names = [plan.name for plan in self.plans]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if not names or repeated:
            what = "Each variable is planned once, and there is at least one."
            problems.append(Problem("PLAN_WRONG", what, where, shorten(repeated), "Plan each variable once."))
        if len(names) > MOST_VARIABLES:
            what = f"More than {MOST_VARIABLES} variables segment nothing."
            step = "Keep those that bear on the decision, or factors of them."
            problems.append(Problem("TOO_MANY_VARIABLES", what, where, f"{len(names)} variables", step))
        for plan in self.plans:
            problems += _plan_problems(plan)
        return problems


@dataclass(frozen=True)
class FittedVariable:
    """What was learned of one variable.

    Attributes:
        plan: What was asked.
        filling: Median of the known values, in original units.
        filled: Rows in which it stood for a missing value.
        low: Lower cut, in transformed units.
        high: Upper cut, in transformed units.
        offset: Subtracted from transformed values.
        factor: What they are multiplied by after that, the weight included.
        grid: Original values at evenly spaced ranks, for ``rank``; else empty.
        ranks: The ranks at them.
    """

    plan: VariablePlan
    filling: float
    filled: int
    low: float
    high: float
    offset: float
    factor: float
    grid: tuple[float, ...] = ()
    ranks: tuple[float, ...] = ()

    def forward(self, values: FloatArray) -> FloatArray:
        """Original values, shape (n,), as coordinates."""
        known = np.where(np.isnan(values), self.filling, values)
        bent = _bend(self.plan.transform, known, self.grid, self.ranks)
        return np.asarray((np.clip(bent, self.low, self.high) - self.offset) * self.factor)

    def backward(self, coordinates: FloatArray) -> FloatArray:
        """Coordinates, shape (k,), in original units."""
        bent = coordinates / self.factor + self.offset
        if self.plan.transform == "log":
            return np.asarray(np.sign(bent) * np.expm1(np.abs(bent)))
        return np.interp(bent, self.ranks, self.grid) if self.plan.transform == "rank" else bent


@dataclass(frozen=True)
class FittedPreparation:
    """Turns customers into points, and centers back into original units.

    Attributes:
        variables: One per plan, in order.
    """

    variables: tuple[FittedVariable, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, in the order of the columns."""
        return tuple(each.plan.name for each in self.variables)

    @property
    def filled(self) -> dict[str, int]:
        """Rows per variable in which the median stood for a missing value when this was learned."""
        return {each.plan.name: each.filled for each in self.variables if each.filled}

    def transform(self, columns: Mapping[str, ArrayLike]) -> FloatArray:
        """Points of customers, also of new ones.

        Args:
            columns: Name to values, each of shape (n,).

        Returns:
            Shape (n, p).

        Raises:
            EstimationError: With all mistakes in the columns.
        """
        problems: list[Problem] = []
        read = _read("FittedPreparation.transform", self.names, columns, problems)
        for each in self.variables:
            if each.plan.name in read:
                problems += _value_problems(each.plan, read[each.plan.name], "FittedPreparation.transform")
        if problems:
            raise EstimationError(problems)
        return np.stack([each.forward(read[each.plan.name]) for each in self.variables], axis=1)

    def restore(self, centers: ArrayLike) -> FloatArray:
        """Centers in original units; a rank becomes the value at that rank.

        Args:
            centers: Shape (k, p).

        Returns:
            Shape (k, p). A center of logs is a geometric, not an arithmetic, mean.
        """
        points = np.asarray(centers, dtype=np.float64)
        return np.stack([each.backward(points[:, j]) for j, each in enumerate(self.variables)], axis=1)

    def as_dict(self) -> dict[str, Any]:
        """All that was learned, as a JSON-ready mapping."""
        return {"variables": [asdict(each) for each in self.variables]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The preparation that ``as_dict`` described."""
        known = {field.name for field in fields(FittedVariable)}
        variables = []
        for each in stored["variables"]:
            values = {name: value for name, value in each.items() if name in known}
            values |= {"plan": VariablePlan(**each["plan"]), "grid": tuple(each["grid"]), "ranks": tuple(each["ranks"])}
            variables.append(FittedVariable(**values))
        return cls(tuple(variables))


def _plan_problems(plan: VariablePlan) -> list[Problem]:
    wrong = []
    for what, holds in (
        ("transform is none, log or rank", plan.transform in ("none", "log", "rank")),
        ("scale is none, standard or range", plan.scale in ("none", "standard", "range")),
        ("missing is refuse or median", plan.missing in ("refuse", "median")),
        ("winsor is a share from 0 to below 0.5", 0 <= plan.winsor < 0.5),
        ("weight is a finite number above 0", 0 < plan.weight < LARGEST),
    ):
        if not holds:
            where = f"VariablePlan {plan.name!r}"
            wrong.append(Problem("PLAN_WRONG", f"A {what}.", where, shorten(plan), "Correct the plan."))
    return wrong


def _read(
    where: str, names: Sequence[str], columns: Mapping[str, ArrayLike], problems: list[Problem]
) -> dict[str, FloatArray]:
    read: dict[str, FloatArray] = {}
    for name in dict.fromkeys(names):
        place = f"{where}, {name}"
        if name not in columns:
            hint = near_miss(name, columns) or "Give the column."
            problems.append(Problem("COLUMN_MISSING", "The column is not there.", place, "", hint))
            continue
        try:
            values = np.asarray(columns[name], dtype=np.float64)
        except (TypeError, ValueError):
            given = shorten(columns[name])
            problems.append(Problem("VALUE_NOT_A_NUMBER", "It holds what is no number.", place, given, "Give numbers."))
            continue
        if values.ndim != 1:
            what = "A column has one dimension."
            problems.append(Problem("SHAPE_WRONG", what, place, str(values.shape), "Give one value per customer."))
            continue
        read[name] = values
    lengths = {name: values.size for name, values in read.items()}
    if len(set(lengths.values())) > 1:
        problems.append(Problem("LENGTH_MISMATCH", "Lengths differ.", where, shorten(lengths), "Give one row each."))
    return read


def _value_problems(plan: VariablePlan, values: FloatArray, where: str) -> list[Problem]:
    place = f"{where}, {plan.name}"
    problems = []
    infinite = np.isinf(values) | (np.abs(np.nan_to_num(values)) > LARGEST)
    if infinite.any():
        given = f"row {int(np.flatnonzero(infinite)[0])}; {int(infinite.sum())} such rows"
        what = "It holds infinite or huge values."
        problems.append(Problem("VALUE_NOT_FINITE", what, place, given, "Leave these rows out or mend them."))
    missing = int(np.isnan(values).sum())
    if missing and plan.missing == "refuse":
        what = "Values are missing."
        step = "Leave these rows out, or declare missing='median'."
        problems.append(Problem("VALUE_MISSING", what, place, f"{missing} of {values.size} rows", step))
    return problems


def _column_problems(plan: VariablePlan, values: FloatArray) -> list[Problem]:
    where = "Preparation.fit"
    known = values[~np.isnan(values)]
    if not known.size:
        code, what = (
            ("NO_CUSTOMERS", "There are no rows.") if not values.size else ("ALL_MISSING", "No value is known.")
        )
        return [Problem(code, what, f"{where}, {plan.name}", f"{values.size} rows", "Leave the variable out.")]
    problems = _value_problems(plan, values, where)
    if (known == known[0]).all():
        what = "A constant variable cannot tell customers apart."
        given = f"{known[0]!r} in {known.size} rows"
        problems.append(Problem("VARIABLE_CONSTANT", what, f"{where}, {plan.name}", given, "Leave it out."))
    return problems


def _fit(plan: VariablePlan, values: FloatArray, problems: list[Problem]) -> FittedVariable:
    known = values[~np.isnan(values)]
    filling = float(np.median(known))
    grid, ranks = _rank_grid(known) if plan.transform == "rank" else ((), ())
    bent = _bend(plan.transform, np.where(np.isnan(values), filling, values), grid, ranks)
    low, high = (float(cut) for cut in np.quantile(bent, [plan.winsor, 1 - plan.winsor], method="inverted_cdf"))
    cut = np.clip(bent, low, high)
    offset, width = _scale_of(plan.scale, cut)
    if low == high:
        what = "Nothing but one value is left after cutting its ends."
        step = "Cut less, use ranks, or leave the variable out."
        problems.append(Problem("VARIABLE_CONSTANT", what, f"Preparation.fit, {plan.name}", f"{low!r}", step))
        width = 1.0
    filled = int(values.size - known.size)
    return FittedVariable(plan, filling, filled, low, high, offset, plan.weight / width, grid, ranks)


def _scale_of(scale: Scale, values: FloatArray) -> tuple[float, float]:
    measures: dict[Scale, Callable[[], tuple[float, float]]] = {
        "none": lambda: (0.0, 1.0),
        "standard": lambda: (float(values.mean()), float(values.std())),
        "range": lambda: (float(values.min()), float(np.ptp(values))),
    }
    return measures[scale]()


def _rank_grid(known: FloatArray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Distinct values and the middle rank of each, thinned to a storable number evenly along the ranks."""
    values, counts = np.unique(known, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / known.size
    if values.size > GRID:
        chosen = np.unique(np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], GRID)))
        values, ranks = values[chosen], ranks[chosen]
    return cast("tuple[float, ...]", tuple(values.tolist())), tuple(ranks.tolist())


def _bend(transform: Transform, values: FloatArray, grid: Sequence[float], ranks: Sequence[float]) -> FloatArray:
    if transform == "log":
        return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
    return np.interp(values, grid, ranks) if transform == "rank" else values
