"""From a sample of customers to a solution: prepare, explore, choose, put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentry.discovery.spec import DiscoverSpec
from segmentry.discovery.variables import PURCHASE_BEHAVIOR, Variable, worded
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study

if TYPE_CHECKING:
    from segmentry.discovery.mixing import Mixing
    from segmentry.science import Exploration, FittedPreparation, Solution
    from segmentry.science.inputs import FloatArray, IntArray

LARGEST_UNKNOWN_SHARE = 0.5
"""A variable that is unknown of more customers than this share makes no segments."""

FEWEST_CUSTOMERS = 30
"""Fewer customers than these show no structure that could be told from chance."""

HIGHLY_STABLE = 0.85
"""Mean Jaccard from which a segment is highly stable (Hennig 2007)."""

AS_STABLE = 0.05
"""Loss of global stability for which the number of segments is not changed from one fit to the next."""

WINSOR = 0.005
"""Share of values drawn in at each end, so that one wholesaler is no segment of its own."""


@dataclass(frozen=True)
class Extraction:
    """Segments found in a sample.

    Attributes:
        variables: The variables that made them.
        left_out: Variables of the study that could not, with the reason.
        preparation: How values were prepared.
        exploration: Every number of segments looked at.
        solution: The chosen one.
        order: Place in the solution of each segment as listed: the most valuable first.
        labels: Segment of each customer of the sample as listed, shape (n,).
        values: The variables in units people read, shape (n, variables); NaN for unknown.
        points: The same as prepared, shape (n, variables).
        centers: Centers in the prepared scale, as listed; shape (segments, variables).
        mixture: What assigns customers where segments are no centers but distributions.
    """

    variables: tuple[Variable, ...]
    left_out: Mapping[str, str]
    preparation: FittedPreparation
    exploration: Exploration
    solution: Solution
    order: IntArray
    labels: IntArray
    values: FloatArray
    points: FloatArray
    centers: FloatArray
    mixture: Mixing | None = None


def study_variables(study: Study) -> tuple[Variable, ...]:
    """The variables a study asks for; purchase behavior where it leaves the choice."""
    return tuple(worded(name) for name in study.variables) or PURCHASE_BEHAVIOR


def extract(
    columns: Mapping[str, FloatArray],
    worth: FloatArray,
    study: Study,
    spec: DiscoverSpec,
    before: int | None = None,
) -> Extraction | NotEstimable:
    """Find segments in a sample of customers.

    Args:
        columns: The study's variables, each of shape (n,), NaN for unknown.
        worth: Expected value of each customer, shape (n,), by which segments are put in order; NaN for unknown.
        study: What is looked for.
        spec: Sizes and seeds.
        before: Number of segments at the last fit, which is kept where it is as stable as the recommended one.
    """
    from segmentry.science import Preparation, VariablePlan, explore

    if worth.size < FEWEST_CUSTOMERS:
        return NotEstimable(f"{worth.size} customers are too few to find segments in; {FEWEST_CUSTOMERS} are needed")
    usable, left_out = usable_variables(study_variables(study), columns)
    if not usable:
        return nothing_left(left_out)
    plans = tuple(VariablePlan(each.name, each.transform, WINSOR, missing="median") for each in usable)
    values = {each.name: columns[each.name] for each in usable}
    try:
        preparation = Preparation(plans).fit(values)
        matrix = preparation.transform(values)
        most = max(min(study.most, np.unique(matrix, axis=0).shape[0] - 1), study.fewest)
        exploration = explore(
            matrix,
            range(study.fewest, most + 1),
            pairs=spec.pairs,
            starts=spec.starts,
            sample_size=spec.stability_sample,
            random_state=spec.random_state,
        )
    except EstimationError as refused:
        return NotEstimable(" ".join(problem.what for problem in refused.problems))
    solution = chosen(exploration, before)
    order, labels = by_worth(solution, worth)
    centers = np.asarray(solution.centers, dtype=np.float64)[order]
    raw = np.column_stack(list(values.values()))
    return Extraction(usable, left_out, preparation, exploration, solution, order, labels, raw, matrix, centers)


def chosen(exploration: Exploration, before: int | None) -> Solution:
    """The recommended solution, or the one with as many segments as before where that is as stable.

    A new segment comes in only where every segment of the larger solution is highly stable, so that noise moves nobody.
    """
    best = exploration.solution
    earlier = next((each for each in exploration.solutions if each.k == before), best)
    if best.k > earlier.k and float(best.slsw.min()) > HIGHLY_STABLE:
        return best
    loss = float(np.median(best.global_stability)) - float(np.median(earlier.global_stability))
    return earlier if loss <= AS_STABLE and float(earlier.slsw.min()) >= float(best.slsw.min()) - AS_STABLE else best


def usable_variables(
    variables: Sequence[Variable], columns: Mapping[str, FloatArray]
) -> tuple[tuple[Variable, ...], dict[str, str]]:
    """Variables that vary and are mostly known, and why the others cannot serve."""
    left_out = {}
    for variable in variables:
        values = columns[variable.name]
        unknown = float(np.isnan(values).mean()) if values.size else 1.0
        if unknown > LARGEST_UNKNOWN_SHARE:
            left_out[variable.name] = f"unknown of {unknown:.0%} of customers"
        elif np.unique(values[~np.isnan(values)]).size < 2:
            left_out[variable.name] = "the same for everybody"
    return tuple(variable for variable in variables if variable.name not in left_out), left_out


def nothing_left(left_out: Mapping[str, str]) -> NotEstimable:
    """The refusal where no variable can make segments, with the reason of each."""
    told = "; ".join(f"{name} is {reason}" for name, reason in left_out.items())
    return NotEstimable(f"no variable is left to segment by: {told}")


def by_worth(solution: Solution, worth: FloatArray) -> tuple[IntArray, IntArray]:
    """Places of the segments by mean worth, the highest first (by size where unknown), and labels in that order."""
    order = _order(np.asarray(solution.labels, dtype=np.int64), worth, solution.k)
    place = np.empty(solution.k, dtype=np.int64)
    place[order] = np.arange(solution.k)
    return order, place[solution.labels]


def _order(labels: IntArray, worth: FloatArray, number: int) -> IntArray:
    known = ~np.isnan(worth)
    sizes = np.bincount(labels, minlength=number).astype(float)
    sums = np.bincount(labels[known], worth[known], number)
    counts = np.bincount(labels[known], minlength=number)
    means = np.divide(sums, counts, out=np.full(number, -np.inf), where=counts > 0)
    return np.lexsort((-sizes, -means))
