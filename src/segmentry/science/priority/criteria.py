"""What priority is judged by: measures of segments, demands on them, and what may be wrong with either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.terms.errors import EstimationError, Problem, near_miss, shorten
from segmentry.terms.numbers import NotEstimable

Measures = Mapping[str, "Measure | NotEstimable"]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One measure of every segment.

    Attributes:
        values: Shape (g,); NaN where it is not known.
        low: Lower ends of intervals, shape (g,); None where values are exact.
        high: Upper ends, shape (g,).
        smaller_is_better: Whether little is good, as of costs.
        unit: What is counted.
        ratio: Whether segments compare by how many times as much they have, as of money and size: then the scale is
            logarithmic where all standing segments have some, and one giant does not make all others worthless.
    """

    values: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    smaller_is_better: bool = False
    unit: str = ""
    ratio: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A demand that no criterion can make up for.

    Attributes:
        measure: Name of the measure.
        at_least: Smallest value that passes; None for no lower bound.
        at_most: Largest value that passes; None for no upper bound.
    """

    measure: str
    at_least: float | None = None
    at_most: float | None = None


def require_sound(
    measures: Measures,
    attractiveness: Mapping[str, float],
    strength: Mapping[str, float],
    bounds: Sequence[Bound],
    level: float,
) -> int:
    """The number of segments, where nothing is wrong.

    Args:
        measures: Measure to its values over segments, or why it is not known.
        attractiveness: Weights by measure.
        strength: Weights by measure.
        bounds: Demands on segments.
        level: Coverage of intervals.

    Raises:
        EstimationError: With all mistakes.
    """
    problems: list[Problem] = []
    for title, weights in (("attractiveness", attractiveness), ("strength", strength)):
        problems += _wrong_weights(title, weights, measures)
    for bound in bounds:
        if bound.measure not in measures:
            problems.append(_unknown(bound.measure, "knock_outs", measures))
    sizes = {name: np.shape(measure.values) for name, measure in measures.items() if isinstance(measure, Measure)}
    ends = [end for each in measures.values() if isinstance(each, Measure) for end in (each.low, each.high)]
    shapes = {*sizes.values(), *(np.shape(end) for end in ends if end is not None)}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        next_step = "Give one value per segment."
        problems.append(Problem("LENGTH_MISMATCH", "The lengths differ.", "prioritize", shorten(sizes), next_step))
    if not 0 < level < 1:
        problems.append(
            Problem("LEVEL_OUT_OF_RANGE", "A level lies between 0 and 1.", "prioritize", str(level), "0.95")
        )
    if problems:
        raise EstimationError(problems)
    return next(iter(shapes))[0] if shapes else 0


def _wrong_weights(title: str, weights: Mapping[str, float], measures: Measures) -> list[Problem]:
    where = f"prioritize, {title}"
    problems = [_unknown(name, title, measures) for name in weights if name not in measures]
    total = float(sum(weights.values()))
    if not all(np.isfinite(weight) and weight >= 0 for weight in weights.values()):
        problems.append(
            Problem("WEIGHT_NEGATIVE", "Weights are 0 or more.", where, shorten(dict(weights)), "Mend them.")
        )
    elif abs(total - 1.0) > 1e-6:
        given = f"a sum of {total:g}"
        problems.append(Problem("WEIGHTS_NOT_1", "Weights sum to 1.", where, given, "Share 1 among the criteria."))
    return problems


def _unknown(name: str, where: str, measures: Measures) -> Problem:
    hint = near_miss(name, measures) or f"Known: {', '.join(sorted(measures))}."
    return Problem("MEASURE_UNKNOWN", "No such measure.", f"prioritize, {where}", shorten(name), hint)
