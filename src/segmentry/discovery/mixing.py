"""Segments as distributions: numbers, yes and no, and names in one mixture; typed inside the engine as k-means is.

A name becomes one yes-or-no column for each of its common levels, so that everything downstream reads numbers. The
mixture itself sees it as one categorical answer, and a missing answer says nothing (full information).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.discovery.extraction import (
    FEWEST_CUSTOMERS,
    LARGEST_UNKNOWN_SHARE,
    WINSOR,
    Extraction,
    by_worth,
    chosen,
    nothing_left,
    usable_variables,
)
from segmentry.discovery.spec import DiscoverSpec
from segmentry.discovery.variables import Variable, worded
from segmentry.science.inputs import FloatArray
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study

if TYPE_CHECKING:
    from segmentry.science import FittedPreparation, MixedMixture, Solution

MOST_LEVELS = 8
"""So many levels of a name are told apart; rarer ones count together."""

RARE = "other"
LEAST_CHANCE = 1e-3
"""Chance below which none is taken: a level nobody of a segment showed in the sample is rare there, not impossible."""

MOST_PAIRS, MOST_STARTS = 12, 10
"""Mixtures learn far more slowly than k-means: fewer bootstrap pairs and starts are made."""

Columns = Mapping[str, "FloatArray | list[str | None]"]


@dataclass(frozen=True)
class Mixing:
    """A fitted mixture, as listed.

    Attributes:
        shares: Share of each segment, shape (k,).
        means: Means of numbers and chances of levels in the prepared scale, shape (k, columns).
        variances: Variances of numbers, shape (k, columns); NaN for levels and for yes or no.
        chances: Chance of each customer of the sample to belong, shape (n, k).
        variables: What the columns are.
    """

    shares: FloatArray
    means: FloatArray
    variances: FloatArray
    chances: FloatArray
    variables: tuple[Variable, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything needed to type a new customer."""
        return {
            "shares": self.shares.tolist(),
            "means": self.means.tolist(),
            "variances": [[None if np.isnan(value) else value for value in row] for row in self.variances.tolist()],
            "levels": [{"trait": each.source, "level": each.level} if each.source else None for each in self.variables],
        }


def extract_mixture(
    columns: Columns, worth: FloatArray, study: Study, spec: DiscoverSpec, before: int | None = None
) -> Extraction | NotEstimable:
    """Find segments in numbers and names together; see `segmentry.discovery.extraction.extract`.

    Args:
        columns: The study's variables: numbers of shape (n,) with NaN for unknown, or lists of names with None.
        worth: Expected value of each customer, shape (n,).
        study: What is looked for.
        spec: Sizes and seeds.
        before: Number of segments at the last fit.
    """
    if worth.size < FEWEST_CUSTOMERS:
        return NotEstimable(f"{worth.size} customers are too few to find segments in; {FEWEST_CUSTOMERS} are needed")
    variables, values, left_out = _expanded(columns)
    usable, constant = usable_variables(variables, values)
    left_out |= constant
    if not usable:
        return nothing_left(left_out)
    try:
        return _extract(usable, left_out, {each.name: values[each.name] for each in usable}, worth, study, spec, before)
    except EstimationError as refused:
        return NotEstimable(" ".join(problem.what for problem in refused.problems))


def _extract(
    usable: tuple[Variable, ...],
    left_out: dict[str, str],
    values: Mapping[str, FloatArray],
    worth: FloatArray,
    study: Study,
    spec: DiscoverSpec,
    before: int | None,
) -> Extraction:
    from segmentry.science import MixedMixture, Preparation, explore_mixture

    preparation = Preparation(tuple(_plan(each, values[each.name]) for each in usable)).fit(values)
    points = preparation.transform(values)
    coded, kinds, places = _coded(usable, values, points)
    exploration = explore_mixture(
        coded,
        lambda k, starts, seed: MixedMixture(kinds, k, n_starts=starts, random_state=seed),
        range(study.fewest, study.most + 1),
        pairs=min(spec.pairs, MOST_PAIRS),
        starts=min(spec.starts, MOST_STARTS),
        random_state=spec.random_state,
    )
    k = chosen(exploration, before).k
    model = MixedMixture(kinds, k, n_starts=min(spec.starts, 2 * MOST_STARTS), random_state=spec.random_state).fit(
        coded
    )
    chances = model.predict_proba(coded)
    solution = _relabeled(exploration.of(k), chances)
    order, labels = by_worth(solution, worth)
    means, variances = _moments(model, usable, places)
    mixing = Mixing(np.asarray(model.shares_)[order], means[order], variances[order], chances[:, order], usable)
    raw = np.column_stack(list(values.values()))
    return Extraction(
        usable, left_out, preparation, exploration, solution, order, labels, raw, points, means[order], mixing
    )


def assigned_by_mixture(base: ir.Table, preparation: FittedPreparation, mixing: Mixing, ids: Sequence[str]) -> ir.Table:
    """The likeliest segment of every customer: ``customer_id`` and ``segment_id``; unknown answers say nothing.

    Args:
        base: Customers with the traits that the mixture was learned from.
        preparation: How numbers were prepared.
        mixing: The mixture.
        ids: Id of each segment, in its order.
    """
    columns: dict[str, ir.Value] = {}
    for place, (variable, fitted) in enumerate(zip(mixing.variables, preparation.variables, strict=True)):
        if variable.source:
            columns[f"x{place}"] = _is_level(base[variable.source], variable, mixing.variables)
            continue
        value = base[variable.name].cast("float64")
        if fitted.plan.transform == "log":
            value = value.sign() * (value.abs() + 1.0).ln()
        value = value.clip(fitted.low, fitted.high)
        columns[f"x{place}"] = (value - fitted.offset) * fitted.factor
    prepared = base.select("customer_id", **columns)
    scored = prepared.select(
        "customer_id", **{f"s{place}": _score(prepared, mixing, place) for place in range(len(ids))}
    )
    scores = [scored[f"s{place}"] for place in range(len(ids))]
    best = ibis.greatest(*scores) if len(scores) > 1 else scores[0]
    cases = [(score == best, segment) for score, segment in zip(scores, ids, strict=True)]
    return scored.select("customer_id", segment_id=ibis.cases(*cases))


def _score(prepared: ir.Table, mixing: Mixing, segment: int) -> ir.FloatingValue:
    """Log of share times density, up to what all segments share."""
    total: ir.FloatingValue = ibis.literal(float(np.log(mixing.shares[segment])))
    for place, variable in enumerate(mixing.variables):
        value, mean = prepared[f"x{place}"], float(mixing.means[segment, place])
        variance = float(mixing.variances[segment, place])
        if variable.source:
            part = value * float(np.log(max(mean, LEAST_CHANCE)))
        elif np.isnan(variance):
            yes, no = max(mean, LEAST_CHANCE), max(1.0 - mean, LEAST_CHANCE)
            part = value * float(np.log(yes)) + (1.0 - value) * float(np.log(no))
        else:
            gap = value - mean
            part = gap * gap * (-0.5 / variance) - float(0.5 * np.log(variance))
        total = total + part.fill_null(0.0)
    return total


def _is_level(column: ir.StringValue, variable: Variable, variables: Sequence[Variable]) -> ir.Value:
    if variable.level != RARE:
        return (column == variable.level).cast("float64")
    common = [each.level for each in variables if each.source == variable.source and each.level != RARE]
    return (~column.isin(common)).cast("float64")


def _expanded(columns: Columns) -> tuple[tuple[Variable, ...], dict[str, FloatArray], dict[str, str]]:
    """Names as a yes-or-no column per common level; what is unknown of most is left out, with the reason."""
    variables: list[Variable] = []
    values: dict[str, FloatArray] = {}
    left_out: dict[str, str] = {}
    for name, column in columns.items():
        if not isinstance(column, list):
            variables.append(worded(name))
            values[name] = column
            continue
        unknown = sum(each is None for each in column) / max(len(column), 1)
        if unknown > LARGEST_UNKNOWN_SHARE:
            left_out[name] = f"unknown of {unknown:.0%} of customers"
            continue
        counts = Counter(each for each in column if each is not None)
        common = [level for level, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LEVELS]]
        for level in [*common, *([RARE] if len(counts) > MOST_LEVELS else [])]:
            variable = _level(name, level)
            variables.append(variable)
            values[variable.name] = np.array([_says(each, level, common) for each in column])
    return tuple(variables), values, left_out


def _level(name: str, level: str) -> Variable:
    plain = name.replace("_", " ")
    low, high = f"hardly {level} ({plain})", f"{level} ({plain})"
    return Variable(f"{name}: {level}", "none", low, high, source=name, level=level)


def _says(told: str | None, level: str, common: Sequence[str]) -> float:
    if told is None:
        return float("nan")
    return float(told == level if level != RARE else told not in common)


def _plan(variable: Variable, values: FloatArray) -> Any:
    from segmentry.science import VariablePlan

    if variable.source or _is_binary(values):
        return VariablePlan(variable.name, scale="none", missing="median")
    return VariablePlan(variable.name, variable.transform, WINSOR, missing="median")


def _is_binary(values: FloatArray) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())


def _coded(
    variables: Sequence[Variable], values: Mapping[str, FloatArray], points: FloatArray
) -> tuple[FloatArray, list[Any], list[tuple[int, ...]]]:
    """The matrix that the mixture reads, the kind of each of its columns, and which prepared columns stand for it."""
    columns: list[FloatArray] = []
    kinds: list[Any] = []
    places: list[tuple[int, ...]] = []
    for place, variable in enumerate(variables):
        own = values[variable.name]
        if not variable.source:
            columns.append(np.where(np.isnan(own), np.nan, points[:, place]))
            kinds.append("bernoulli" if _is_binary(own) else "gaussian")
            places.append((place,))
        elif not any(place in each for each in places):
            group = tuple(at for at, each in enumerate(variables) if each.source == variable.source)
            levels = np.stack([values[variables[at].name] for at in group], axis=1)
            columns.append(np.where(np.isnan(levels).any(axis=1), np.nan, np.nan_to_num(levels).argmax(axis=1)))
            kinds.append("categorical")
            places.append(group)
    return np.column_stack(columns), kinds, places


def _moments(
    model: MixedMixture, variables: Sequence[Variable], places: Sequence[tuple[int, ...]]
) -> tuple[FloatArray, FloatArray]:
    """Means and variances per prepared column, shape (k, columns); levels have no variance of their own."""
    k = len(model.shares_)
    means, variances = np.zeros((k, len(variables))), np.full((k, len(variables)), np.nan)
    for column, group in enumerate(places):
        told = np.asarray(model.profiles_[column], dtype=np.float64)
        if variables[group[0]].source:
            for place, code in enumerate(model.categories_[column]):
                means[:, group[int(code)]] = told[:, place]
        elif told.ndim == 1:
            means[:, group[0]] = told
        else:
            means[:, group[0]], variances[:, group[0]] = told[:, 0], np.maximum(told[:, 1], LEAST_CHANCE)
    return means, variances


def _relabeled(solution: Solution, chances: FloatArray) -> Solution:
    """The solution under the labels of the model that assigns."""
    labels = chances.argmax(axis=1).astype(np.int32)
    return replace(solution, labels=labels, sizes=np.bincount(labels, minlength=solution.k))
