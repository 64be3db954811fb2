"""Features of leads as arrays, the model of conversion learned from them, and its proof as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.leads.spec import LeadSpec
from segmentry.science.conversion import Conversion, leaks, learn_conversion
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

_LEVELS = 12
_LEAST = 20


@dataclass(frozen=True)
class Learned:
    """A model of conversion with what it was offered.

    Attributes:
        found: The model, or why there is none.
        features: Each column with whether it was used, and why not.
        matrix: Features of all leads, shape (n, m).
    """

    found: Conversion | NotEstimable
    features: tuple[tuple[str, bool, str | None], ...]
    matrix: FloatArray


def learn(
    columns: Mapping[str, Sequence[Any]],
    outcome: FloatArray,
    observed_at: FloatArray,
    teaching: NDArray[np.bool_],
    spec: LeadSpec,
) -> Learned:
    """Learn the chance of conversion; columns that know the outcome are left out and named.

    Args:
        columns: What was known of each lead at its instant: numbers or words, None where not known, length n.
        outcome: 1 where it converted within the horizon, else 0, shape (n,); only teaching leads count.
        observed_at: The instant in days, shape (n,).
        teaching: Leads whose horizon is over, shape (n,).
        spec: Horizon, kind of model and of calibration.
    """
    blocks, told = {}, []
    for name, values in columns.items():
        block = _block(name, values, teaching)
        reason = _reason(block, values, outcome, teaching)
        told.append((name, reason is None, reason))
        if reason is None:
            blocks[name] = block
    if not blocks or not teaching.any():
        none = NotEstimable(
            "no lead can teach" if blocks else "nothing is known of leads that does not know the outcome"
        )
        return Learned(none, tuple(told), np.zeros((outcome.size, 0)))
    names = [name for block in blocks.values() for name, _ in block]
    matrix = np.column_stack([values for block in blocks.values() for _, values in block])
    found = learn_conversion(
        matrix[teaching],
        outcome[teaching],
        observed_at[teaching],
        names,
        horizon=spec.horizon_days,
        kind=cast(Literal["logistic", "boosted"], spec.model),
        calibrate=cast(Literal["platt", "isotonic"], spec.calibration),
    )
    return Learned(found, tuple(told), matrix)


def _block(name: str, values: Sequence[Any], teaching: NDArray[np.bool_]) -> list[tuple[str, FloatArray]]:
    """A column of numbers as it is; of words one column for each of the frequent ones."""
    known = [each for each in values if each is not None]
    if known and all(isinstance(each, int | float) and not isinstance(each, bool) for each in known):
        return [(name, np.array([np.nan if each is None else float(each) for each in values]))]
    words = np.array(["" if each is None else str(each) for each in values], dtype=object)
    levels, counts = np.unique(words[teaching & (words != "")].astype(str), return_counts=True)
    order = [at for at in np.lexsort((levels, -counts))[:_LEVELS] if counts[at] >= _LEAST]
    return [
        (f"{name}={levels[at]}", np.where(words == "", np.nan, (words == levels[at]) * 1.0)) for at in sorted(order)
    ]


def _reason(
    block: list[tuple[str, FloatArray]], values: Sequence[Any], outcome: FloatArray, teaching: NDArray[np.bool_]
) -> str | None:
    """Why a column cannot be learned from; None where it can."""
    there = np.array([each is not None for each in values], dtype=bool) & teaching
    if not there.any():
        return "Nobody told it."
    presence = np.where(there, 1.0, np.nan)
    whole = np.column_stack([presence, *(values for _, values in block)])[teaching]
    names = ["whether it is told", *(name for name, _ in block)]
    found = leaks(whole, outcome[teaching], names)
    if found:
        return f"It knows the outcome: {found[0].reason}."
    return None if block else "Its words are all too rare."


def conversion_rows(learned: Learned) -> list[dict[str, Any]]:
    """Rows of `LEAD_CONVERSION`; one with the reason where there is no model."""
    found = learned.found
    if isinstance(found, NotEstimable):
        return [{"figure": "chance", "reason": f"{found.reason[0].upper()}{found.reason[1:]}."}]
    claim = None if found.better else "No better than telling everybody the base rate: no chance is told of anybody."
    figures: dict[str, tuple[float | Estimate | NotEstimable, str]] = {
        "base rate": (found.base, "share"),
        "leads learned from": (float(found.learned), "leads"),
        "leads to calibrate": (float(found.calibrated), "leads"),
        "leads to judge": (float(found.judged), "leads"),
        "brier": (found.proof.brier, "squared probability"),
        "reliability": (found.proof.reliability, "squared probability"),
        "resolution": (found.proof.resolution, "squared probability"),
        "skill": (found.skill, "share"),
        "calibration slope": (found.slope, ""),
        "calibration intercept": (found.intercept, "log-odds"),
    }
    rows = [_figure(name, value, unit) for name, (value, unit) in figures.items()]
    return [row | ({"reason": claim} if row["figure"] == "skill" and claim else {}) for row in rows]


def _figure(name: str, value: float | Estimate | NotEstimable, unit: str) -> dict[str, Any]:
    if isinstance(value, NotEstimable):
        return {"figure": name, "unit": unit, "reason": f"{value.reason[0].upper()}{value.reason[1:]}."}
    if isinstance(value, Estimate):
        return {"figure": name, "value": value.value, "low": value.low, "high": value.high, "unit": unit}
    return {"figure": name, "value": value, "unit": unit}


def reliability_rows(learned: Learned) -> list[dict[str, Any]]:
    """Rows of `LEAD_RELIABILITY`; none where there is no model."""
    if isinstance(learned.found, NotEstimable):
        return []
    rows = []
    for place, each in enumerate(learned.found.reliability, 1):
        row: dict[str, Any] = {"bin": place, "told": each.told, "leads": each.leads}
        if isinstance(each.came, Estimate):
            row |= {"came": each.came.value, "low": each.came.low, "high": each.came.high}
        rows.append(row)
    return rows
