"""The gate and the guard: what each found segment is proved to be, and whether it pays to treat it apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmentry.science.effects import SMALL_DIFFERENCE, group_moments
from segmentry.science.guard import SegmentCase, break_even_lift, detectable_lift, judge_segment
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import LEAST_SHARE, Study

WANTED_AGREEMENT = 0.7
WANTED_STABILITY = 0.75
WANTED_REACH = 0.5
WANTED_EFFECT = {"cramers_v": 0.1, "eta_squared": 0.01}
"""From here on an effect is worth a word: small by Cohen (1988)."""


@dataclass(frozen=True)
class SegmentFacts:
    """What is known of the segments of one solution; every array of shape (segments,).

    Attributes:
        customers: Members, exact.
        value: Mean expected value of a member; NaN where unknown.
        spread: Standard deviation of the past spend of members over its mean.
        stability: SLSW.
        agreement: F1 of the typing rule, cross-validated; NaN where there is none.
        reach: Share of members who may be contacted; NaN where nothing is known.
        gaps: Largest standardized difference between two segments in what matters, shape (segments, segments).
    """

    customers: IntArray
    value: FloatArray
    spread: FloatArray
    stability: FloatArray
    agreement: FloatArray
    reach: FloatArray
    gaps: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Share of the base per segment."""
        return self.customers / max(int(self.customers.sum()), 1)


def gaps_in_what_matters(values: FloatArray, labels: IntArray, number: int) -> FloatArray:
    """Largest difference of two segments over the columns, in pooled standard deviations; shape (number, number).

    Args:
        values: What matters, shape (n, columns); NaN for unknown.
        labels: Segment of each customer.
        number: Number of segments.
    """
    _, means, deviations = group_moments(values, labels, number)
    largest = np.zeros((number, number))
    for one in range(number):
        pooled = np.sqrt((deviations[one] ** 2 + deviations**2) / 2.0)
        gaps = np.abs(means - means[one])
        apart = np.divide(gaps, pooled, out=np.where(gaps > 0, np.inf, 0.0), where=pooled > 0)
        largest[one] = np.nanmax(np.where(np.isnan(apart), 0.0, apart), axis=1)
    return largest


def gate_rows(
    segmentation: str, ids: Sequence[str], facts: SegmentFacts, descriptors: Sequence[Mapping[str, Any]], study: Study
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_GATE`: six criteria, each a number or unproven (Wedel & Kamakura 2000)."""
    rows = []
    for place, segment in enumerate(ids):
        answers = {
            "measurable": _measurable(facts.agreement[place]),
            "substantial": _substantial(facts, place, study),
            "reachable": _reachable(facts.reach[place]),
            "distinct": _distinct(descriptors),
            "actionable": (None, None, "No experiment has shown yet that it answers differently."),
            "stable": _stable(facts.stability[place]),
        }
        for criterion, (value, wanted, text) in answers.items():
            key = {"segmentation": segmentation, "segment_id": segment, "criterion": criterion}
            figures: dict[str, Any] = {"value": value, "wanted": wanted}
            rows.append(key | figures | {"verdict": _verdict(value, wanted), "text": text})
    return rows


_Answer = tuple[float | None, float | None, str]


def _verdict(value: float | None, wanted: float | None) -> str:
    if value is None or wanted is None:
        return "unproven"
    return "passed" if value >= wanted else "failed"


def _measurable(agreement: float) -> _Answer:
    if np.isnan(agreement):
        return None, WANTED_AGREEMENT, "No typing rule could be learned."
    told = f"A short rule finds its members with an F1 of {agreement:.2f} on customers it was not learned from."
    return float(agreement), WANTED_AGREEMENT, told


def _substantial(facts: SegmentFacts, place: int, study: Study) -> _Answer:
    share = float(facts.shares[place])
    return share, smallest_share(study), f"{int(facts.customers[place]):,} members, {share:.1%} of the base."


def _reachable(reach: float) -> _Answer:
    if np.isnan(reach):
        return None, WANTED_REACH, "Neither consents nor addresses are loaded, so who can be reached is not known."
    return (
        float(reach),
        WANTED_REACH,
        f"{reach:.0%} of its members may be contacted and have an address that works, as far as loaded.",
    )


def _distinct(descriptors: Sequence[Mapping[str, Any]]) -> _Answer:
    """The strongest descriptor with a corrected p below 5 %, over what its kind of effect wants."""
    proved = [row for row in descriptors if row["p_corrected"] < 0.05]
    if not descriptors:
        return None, 1.0, "No descriptor is known beside the variables that made the segments."
    if not proved:
        return 0.0, 1.0, "No descriptor goes with the segments (Holm-corrected tests)."
    best = max(proved, key=lambda row: row["size"] / WANTED_EFFECT[row["effect"]])
    ratio = best["size"] / WANTED_EFFECT[best["effect"]]
    name = {"cramers_v": "Cramér's V", "eta_squared": "eta squared"}[best["effect"]]
    told = f"{best['variable'].replace('_', ' ')} goes with the segments most ({name} {best['size']:.2f})."
    return float(ratio), 1.0, f"{told} The value is the effect over the smallest worth a word."


def _stable(stability: float) -> _Answer:
    if np.isnan(stability):
        return None, WANTED_STABILITY, "Stability was not measured."
    return (
        float(stability),
        WANTED_STABILITY,
        f"Found again in bootstrap samples with a mean Jaccard of {stability:.2f}.",
    )


def smallest_share(study: Study) -> float:
    """The share of the base that the study's knock-outs demand of a segment."""
    told = [each.at_least for each in study.knock_outs if each.measure == "size" and each.at_least is not None]
    return max(told, default=LEAST_SHARE)


def guard_rows(
    segmentation: str, ids: Sequence[str], facts: SegmentFacts, centers: FloatArray, study: Study
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_GUARD`: each segment against the nearest other one.

    Args:
        segmentation: Name of the segmentation.
        ids: Ids of the segments.
        facts: What is known of them.
        centers: Their centers in the prepared scale, shape (segments, variables).
        study: Costs and demands.
    """
    distances = ((centers[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    rows = []
    for place, segment in enumerate(ids):
        neighbor = int(distances[place].argmin())
        members, value = int(facts.customers[place]), float(facts.value[place])
        cost = study.segment_cost + members * study.contact_cost
        even = break_even_lift(members, value, study.segment_cost, study.contact_cost)
        found = detectable_lift(members, value, float(facts.spread[place]) * value)
        difference = float(facts.gaps[place, neighbor])
        case = SegmentCase(members, value, difference, float(facts.shares[place]), smallest_share(study))
        verdict, text = judge_segment(case, cost, even, found, SMALL_DIFFERENCE)
        rows.append(
            {
                "segmentation": segmentation,
                "segment_id": segment,
                "neighbor": ids[neighbor],
                "cost": cost,
                "break_even_lift": _number(even),
                "detectable_lift": _number(found),
                "largest_difference": difference if np.isfinite(difference) else None,
                "verdict": verdict,
                "text": text,
            }
        )
    return rows


def _number(value: float | NotEstimable) -> float | None:
    return None if isinstance(value, NotEstimable) else value
