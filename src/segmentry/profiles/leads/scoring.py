"""Fit of leads by what they told, the grid of fit and interest, and the way through the stages, from arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.leads.looking import is_number
from segmentry.profiles.leads.spec import STAGES
from segmentry.science.inputs import FloatArray
from segmentry.science.leads import FIT_GRADES, INTEREST_GRADES, LeadGrid, lead_grid
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import Estimate, NotEstimable

FEWEST = 60
"""Settled leads from which fit is learned where no points are declared."""

_PRIOR = 10.0
_BANDS = (0.25, 0.5, 0.75)


def learned_fit(
    columns: Mapping[str, Sequence[str | None]], outcome: FloatArray, teaching: NDArray[np.bool_]
) -> FloatArray | NotEstimable:
    """Fit as the sum of log-odds of converting that each told value adds, drawn towards none for rare values.

    Args:
        columns: What leads told, by column, each of length n.
        outcome: 1 converted, 0 lost, NaN open, shape (n,).
        teaching: Leads that teach; they must not be judged by it, shape (n,).

    Returns:
        Fit of every lead, shape (n,), NaN for one that told nothing; not estimable from too few settled leads.
    """
    settled = teaching & ~np.isnan(outcome)
    came = outcome[settled]
    if came.size < FEWEST or not 0 < came.sum() < came.size:
        return NotEstimable(f"{came.size} settled leads of the first half to learn fit from; {FEWEST} are needed")
    base = float(came.mean())
    whole = np.zeros(outcome.size)
    told = np.zeros(outcome.size, dtype=bool)
    for values in columns.values():
        names, codes = np.unique([each or "" for each in values], return_inverse=True)
        count = np.bincount(codes[settled], minlength=names.size)
        share = (np.bincount(codes[settled], came, names.size) + _PRIOR * base) / (count + _PRIOR)
        points = np.where(names == "", 0.0, np.log(share / (1 - share)) - np.log(base / (1 - base)))
        whole += points[codes]
        told |= names[codes] != ""
    return np.where(told, whole, np.nan)


def graded(
    fit: FloatArray, interest: FloatArray, outcome: FloatArray, judging: NDArray[np.bool_]
) -> tuple[LeadGrid, NDArray[np.int64]] | NotEstimable:
    """The grid of the leads with a fit, and their places.

    Args:
        fit: NaN where nothing was told, shape (n,).
        interest: Shape (n,).
        outcome: 1, 0 or NaN, shape (n,).
        judging: Leads that count for conversion, shape (n,).
    """
    known = np.flatnonzero(~np.isnan(fit) & ~np.isnan(interest))
    if not known.size:
        return NotEstimable("no lead has both a fit and an interest")
    for what, values in (("fit", fit[known]), ("interest", interest[known])):
        if values.min() == values.max():
            return NotEstimable(f"the {what} of all leads is the same, which grades nobody")
    settled = np.where(judging, outcome, np.nan)[known]
    return lead_grid(fit[known], interest[known], settled), known


def places_alone(values: FloatArray) -> list[int | None]:
    """Place of the grade of each lead by fit or by interest alone, 0 for the best; None where it is not known.

    Where all known values are the same nobody has a grade.

    Args:
        values: NaN where not known, shape (n,).
    """
    found: list[int | None] = [None] * values.size
    known = np.flatnonzero(~np.isnan(values))
    if known.size and values[known].min() < values[known].max():
        for at, place in zip(known, lead_grid(values[known], values[known]).fit, strict=True):
            found[int(at)] = int(place)
    return found


def banded(values: Sequence[Any]) -> list[str | None]:
    """Words as they are, numbers as the quarter they lie in, by the quartiles of all that are known.

    Args:
        values: None where not known, length n.
    """
    if not is_number(values):
        return [None if each is None else str(each) for each in values]
    cuts = np.quantile([float(each) for each in values if each is not None], _BANDS, method="lower")
    return [None if each is None else str(int((each > cuts).sum())) for each in values]


def grid_rows(grid: LeadGrid, outcome: FloatArray) -> list[dict[str, Any]]:
    """Rows of `LEAD_GRID`, sixteen of them.

    Args:
        grid: The grid.
        outcome: Outcomes by which cells were judged, NaN for others, in the order of the grid.
    """
    better = {first for first, _ in grid.reversals}
    rows = []
    for row, fit in enumerate(FIT_GRADES):
        for column, interest in enumerate(INTEREST_GRADES):
            here = (grid.fit == row) & (grid.interest == column)
            settled = int((here & ~np.isnan(outcome)).sum())
            rows.append(
                {
                    "fit_grade": fit,
                    "interest_grade": interest,
                    "leads": int(grid.counts[row, column]),
                    "settled": settled,
                    "reversed": (row, column) in better,
                    **shared(grid.conversion[row, column], "conversion"),
                }
            )
    return rows


def sentence(found: NotEstimable) -> str:
    """The reason as a sentence."""
    return f"{found.reason[0].upper()}{found.reason[1:]}."


def shared(found: Estimate | NotEstimable, name: str = "share") -> dict[str, Any]:
    """A share with the ends of its interval, or the reason why there is none."""
    if isinstance(found, NotEstimable):
        return {"reason": sentence(found)}
    return {name: found.value, "low": found.low, "high": found.high}


def stage_rows(
    here: Mapping[str, int],
    passed: Mapping[str, int],
    timed: Mapping[str, tuple[float | None, int]],
    told: Sequence[str],
) -> list[dict[str, Any]]:
    """Rows of `LEAD_STAGES`.

    How far lost leads came is known only where columns tell of each stage; a share without them would count the
    survivors.

    Args:
        here: Leads that stand in each stage.
        passed: Leads that are known to have come at least to each stage.
        timed: Median days from the lead to the stage, and leads behind it.
        told: Stages of which it is known for every lead whether it came so far, in order.
    """
    rows: list[dict[str, Any]] = []
    for stage in STAGES:
        median, count = timed.get(stage, (None, 0))
        row = {"stage": stage, "here": here.get(stage, 0), "reached": int(passed[stage]), "median_days": median,
               "timed": count}  # fmt: skip
        before = told[told.index(stage) - 1] if stage in told and stage != told[0] else None
        if before is not None:
            found = shared(wilson(float(passed[stage]), float(passed[before])))
            row |= {name: value for name, value in found.items() if name != "reason"} | {"from_stage": before}
        elif stage not in told:
            row["reason"] = "No column tells when this stage was reached; how far lost leads came is not known."
        rows.append(row)
    return [*rows, {"stage": "lost", "here": here.get("lost", 0), "timed": 0}]
