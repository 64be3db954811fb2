"""The model of conversion learned from features of leads, and its proof as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.leads.features import Offer
from segmentry.profiles.leads.looking import Looked, looked_at
from segmentry.profiles.leads.scoring import sentence
from segmentry.profiles.leads.spec import LeadSpec
from segmentry.science.conversion import Conversion, learn_conversion
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable


@dataclass(frozen=True)
class Taught:
    """What leads teach.

    Attributes:
        outcome: 1 where a lead converted within the horizon, else 0, shape (n,); only teaching leads count.
        observed_at: The instant in days, shape (n,).
        teaching: Leads whose horizon is over, shape (n,).
        spec: Horizon, kind of model and of calibration.
        lost_by_then: Share of leads lost without a date by their instant, left out by lot; None where there are dates.
        reason: Why nobody can teach; None where somebody can.
        groups: Number of the organization, or else the person, of each lead, shape (n,); None where each stands alone.
    """

    outcome: FloatArray
    observed_at: FloatArray
    teaching: NDArray[np.bool_]
    spec: LeadSpec
    lost_by_then: Estimate | None = None
    reason: str | None = None
    groups: NDArray[np.int64] | None = None

    def model(self, matrix: FloatArray, names: Sequence[str]) -> Conversion | NotEstimable:
        """The chance of conversion learned from features of all leads, shape (n, m)."""
        return learn_conversion(
            matrix[self.teaching],
            self.outcome[self.teaching],
            self.observed_at[self.teaching],
            names,
            horizon=self.spec.horizon_days,
            groups=None if self.groups is None else self.groups[self.teaching],
            kind=cast(Literal["logistic", "boosted"], self.spec.model),
            calibrate=cast(Literal["platt", "isotonic"], self.spec.calibration),
        )


@dataclass(frozen=True)
class Learned:
    """A model of conversion with what it was offered.

    Attributes:
        found: The model, or why there is none.
        features: Each feature with its columns, or the reason why it was left out.
        taught: What it was learned from.
    """

    found: Conversion | NotEstimable
    features: tuple[Looked, ...]
    taught: Taught

    @property
    def matrix(self) -> FloatArray:
        """Columns of all features that were used, shape (n, m)."""
        return columns_of(self.features, self.taught.outcome.size)[1]


def columns_of(features: Sequence[Looked], size: int) -> tuple[list[str], FloatArray]:
    """Names and values of the columns of features, shape (n, m).

    Args:
        features: The features.
        size: Number of leads.
    """
    blocks = [pair for each in features for pair in each.block]
    values = [column for _, column in blocks]
    return [name for name, _ in blocks], np.column_stack(values) if values else np.zeros((size, 0))


def learn(offers: Sequence[Offer], columns: Mapping[str, Sequence[Any]], taught: Taught) -> Learned:
    """Learn the chance of conversion; features that know the outcome are left out and named.

    Args:
        offers: The features.
        columns: What was known of each lead at its instant: numbers or words, None where not known, length n.
        taught: Outcomes, instants, and who teaches.
    """
    features = tuple(looked_at(offers, columns, taught.outcome, taught.teaching))
    names, matrix = columns_of(features, taught.outcome.size)
    if taught.reason:
        return Learned(NotEstimable(taught.reason), features, taught)
    if not names or not taught.teaching.any():
        reason = "no lead can teach" if names else "nothing is known of leads that does not know the outcome"
        return Learned(NotEstimable(reason), features, taught)
    return Learned(taught.model(matrix, names), features, taught)


def feature_rows(learned: Learned) -> list[dict[str, Any]]:
    """Rows of `LEAD_FEATURES`."""
    rows = []
    for each in learned.features:
        offer = each.offer
        basis = None if offer.basis is None else offer.basis.value
        row = {"feature": offer.name, "basis": basis, "known": offer.known, "told_share": each.share}
        rows.append(row | {"used": each.reason is None, "reason": each.reason})
    return rows


def conversion_rows(learned: Learned) -> list[dict[str, Any]]:
    """Rows of `LEAD_CONVERSION`; one with the reason where there is no model."""
    found = learned.found
    if isinstance(found, NotEstimable):
        return [{"figure": "chance", "reason": sentence(found)}]
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
    if learned.taught.lost_by_then:
        figures["lost without a date before they were looked at"] = (learned.taught.lost_by_then, "share")
    rows = [_figure(name, value, unit) for name, (value, unit) in figures.items()]
    return [row | ({"reason": claim} if row["figure"] == "skill" and claim else {}) for row in rows]


def _figure(name: str, value: float | Estimate | NotEstimable, unit: str) -> dict[str, Any]:
    if isinstance(value, NotEstimable):
        return {"figure": name, "unit": unit, "reason": sentence(value)}
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
