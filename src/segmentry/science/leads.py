"""Leads: fit by what is told, interest by what is done, both as a grid, and how well a probability was told.

The grid of four by four grades fit A to D (explicit data only) and interest 1 to 4 (behavior only). Interest decays:
s(t) = sum of w 2^(-(t - t_e) / h) over events e with weight w and half-life h. Brier 1950; Murphy 1973.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.science.satisfaction import wilson
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import Estimate, NotEstimable

FIT_GRADES = ("A", "B", "C", "D")
INTEREST_GRADES = (1, 2, 3, 4)
_BINS = 10


@dataclass(frozen=True, slots=True)
class LeadGrid:
    """Leads by fit and interest.

    Attributes:
        fit: Place of each lead's fit grade, 0 for A, shape (n,).
        interest: Place of each lead's interest grade, 0 for 1, shape (n,).
        counts: Leads by fit (rows) and interest (columns), shape (4, 4).
        conversion: Share converted of settled leads in each cell, with its interval, by (fit, interest) place.
        reversals: Pairs of neighboring cells where the better one converts less, beyond both intervals.
    """

    fit: NDArray[np.int64]
    interest: NDArray[np.int64]
    counts: NDArray[np.int64]
    conversion: dict[tuple[int, int], Estimate | NotEstimable]
    reversals: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well probabilities were told, held against what came.

    Attributes:
        brier: Mean squared difference of probability and outcome; 0 is perfect.
        reliability: Part of it that comes from probabilities that are off.
        resolution: What telling leads apart takes off it.
        uncertainty: What saying the base rate for everybody gives.
        skill: 1 - brier / uncertainty: above 0 where it beats the base rate.
        bins: Mean probability, share that came, and leads, by bin of equal numbers of leads, shape (b, 3).
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    skill: float | NotEstimable
    bins: FloatArray


def interest(ages: ArrayLike, weights: ArrayLike, half_life: float) -> FloatArray:
    """What events still count: weight x 2^(-age / half-life); add up over a lead's events.

    Args:
        ages: Age of each event, 0 or more, in the unit of the half-life, shape (n,).
        weights: Weight of each event, 0 or more, shape (n,).
        half_life: Age at which an event counts half.

    Raises:
        EstimationError: negative ages or weights, a half-life that is not above 0.
    """
    inputs = Inputs("interest", {"ages": ages, "weights": weights})
    inputs.require_not_negative("ages", "weights")
    if not half_life > 0:
        inputs.add("HALF_LIFE_WRONG", "A half-life is above 0", "half_life", half_life, "Give days, such as 30.")
    inputs.raise_problems()
    return np.asarray(inputs["weights"] * 2.0 ** (-inputs["ages"] / half_life))


def lead_grid(fit: ArrayLike, score: ArrayLike, converted: ArrayLike | None = None, *, level: float = 0.95) -> LeadGrid:
    """Grades by quartiles of fit and of interest, and how the cells have converted.

    Args:
        fit: Fit of each lead from what it told, higher is better, shape (n,).
        score: Interest of each lead from what it did, higher is better, shape (n,).
        converted: 1 converted, 0 lost, NaN not settled, shape (n,).
        level: Coverage of the intervals.

    Raises:
        EstimationError: unusable or unequal arrays.
    """
    inputs = Inputs("lead_grid", {"fit": fit, "score": score})
    inputs.raise_problems()
    grades = [_quartile_places(inputs[name]) for name in ("fit", "score")]
    size = inputs["fit"].size
    outcome = np.full(size, np.nan) if converted is None else _outcomes(converted, size)
    counts = np.bincount(grades[0] * 4 + grades[1], minlength=16).reshape(4, 4)
    cells = {(row, column): _converted(grades, outcome, row, column, level) for row in range(4) for column in range(4)}
    return LeadGrid(grades[0], grades[1], counts.astype(np.int64), cells, tuple(_reversals(cells)))


def calibration(probabilities: ArrayLike, outcomes: ArrayLike) -> Calibration:
    """Probabilities against what came, which has to be later than all that they were learned from.

    Args:
        probabilities: Told before, 0 to 1, shape (n,).
        outcomes: 1 came, 0 did not, shape (n,).

    Raises:
        EstimationError: probabilities outside 0 to 1, outcomes that are neither 0 nor 1.
    """
    inputs = Inputs("calibration", {"probabilities": probabilities, "outcomes": outcomes})
    told = inputs["probabilities"]
    inputs.require("probabilities", (told >= 0) & (told <= 1), "PROBABILITY_WRONG", "They leave 0 to 1.", "Mend them.")
    came = inputs["outcomes"]
    inputs.require("outcomes", np.isin(came, (0.0, 1.0)), "OUTCOME_WRONG", "Outcomes are 0 or 1.", "Leave others out.")
    inputs.raise_problems()
    base = float(came.mean())
    bins = _bins(told, came)
    share = bins[:, 2] / bins[:, 2].sum()
    brier, uncertainty = float(((told - came) ** 2).mean()), base * (1 - base)
    return Calibration(
        brier,
        float((share * (bins[:, 0] - bins[:, 1]) ** 2).sum()),
        float((share * (bins[:, 1] - base) ** 2).sum()),
        uncertainty,
        1 - brier / uncertainty if uncertainty > 0 else NotEstimable("every lead came to the same end"),
        bins,
    )


def _outcomes(converted: ArrayLike, size: int) -> FloatArray:
    given = np.asarray(converted)
    outcome = given.astype(np.float64) if given.dtype.kind in "biuf" else np.full(0, np.nan)
    if outcome.shape != (size,) or not np.isin(outcome[~np.isnan(outcome)], (0.0, 1.0)).all():
        what, next_step = "Outcomes are 1, 0 or NaN, one for each lead", "Give NaN while a lead is open."
        raise EstimationError(Problem("OUTCOME_WRONG", what, "lead_grid", shorten(converted), next_step))
    return outcome


def _quartile_places(values: FloatArray) -> NDArray[np.int64]:
    """0 for the best quarter to 3 for the last, ties together in the better one."""
    cuts = np.quantile(values, (0.75, 0.5, 0.25), method="lower")
    return np.asarray(sum((values < cut).astype(np.int64) for cut in cuts), dtype=np.int64)


def _converted(
    grades: list[NDArray[np.int64]], outcome: FloatArray, row: int, column: int, level: float
) -> Estimate | NotEstimable:
    settled = outcome[(grades[0] == row) & (grades[1] == column) & ~np.isnan(outcome)]
    if not settled.size:
        return NotEstimable("no lead of this cell is settled")
    return wilson(float(settled.sum()), float(settled.size), level=level)


def _reversals(
    cells: dict[tuple[int, int], Estimate | NotEstimable],
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    found = []
    for (row, column), better in cells.items():
        for other in ((row + 1, column), (row, column + 1)):
            worse = cells.get(other)
            if isinstance(better, Estimate) and isinstance(worse, Estimate) and better.high < worse.low:
                found.append(((row, column), other))
    return found


def _bins(told: FloatArray, came: FloatArray) -> FloatArray:
    """Bins of about equal numbers of leads; equal probabilities stay together."""
    cuts = np.unique(np.quantile(told, np.linspace(0, 1, _BINS + 1)[1:-1]))
    places = np.searchsorted(cuts, told, side="left")
    counts = np.bincount(places, minlength=len(cuts) + 1)
    sums = [np.bincount(places, weights=values, minlength=len(cuts) + 1) for values in (told, came)]
    full = counts > 0
    return np.column_stack([sums[0][full] / counts[full], sums[1][full] / counts[full], counts[full]])
