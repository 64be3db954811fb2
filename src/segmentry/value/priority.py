"""Priority of segments: measures out of published tables, scores by science."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segmentry.science.priority import Bound, Measure, Priority, Score, prioritize
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.terms.study import MEASURES, Study

Rows = list[dict[str, Any]]
Told = Mapping[str, Mapping[tuple[str, str], float]]
"""Measure to segmentation and segment to value, for measures that other rooms found."""

_BY_CONSTRUCTION = "the segments differ in when members bought, so that their growth follows by construction"
_STANCES = ("harvest", "harvest", "select", "invest", "invest")
_BANDS = {"low": 0, "medium": 1, "high": 2}


def measures_of(rows: Rows, growth: Rows, told: Told) -> dict[str, Measure | NotEstimable]:
    """Every measure a study may ask for, over the segments of one segmentation.

    Args:
        rows: Rows of ``segment_value`` with ``repeat_buyers`` and ``repeat_active``, one per segment, in one order.
        growth: Rows of ``segment_growth``.
        told: Measures that other rooms found, such as ``stability`` and ``reach``.
    """
    customers = _column(rows, "customers")
    revenue = _column(rows, "revenue")
    keys = [(row["segmentation"], row["segment_id"]) for row in rows]
    grown = {(row["segmentation"], row["segment_id"]): row for row in growth}
    rates = [grown.get(key, {}) for key in keys]
    value = [_column(rows, name) for name in ("value", "value_low", "value_high")]
    active = _column(rows, loyalty_column(rows))
    found: dict[str, Measure | NotEstimable] = {
        "size": Measure(customers / customers.sum(), unit="share", ratio=True),
        "value": _measure([each / customers for each in value], "currency", ratio=True),
        "total_value": _measure(value, "currency", ratio=True),
        "growth": _measure([_column(rates, name) for name in ("growth", "growth_low", "growth_high")], "share"),
        "contribution": Measure(_column(rows, "contribution") / customers, unit="currency"),
        "cost_to_serve": Measure(
            _column(rows, "cost_to_serve") / np.where(revenue > 0, revenue, np.nan),
            smaller_is_better=True,
            unit="share",
        ),
        "loyalty": Measure(active / customers, unit="share"),
    }
    if rates and all(row.get("by_construction") for row in rates):
        found["growth"] = NotEstimable(_BY_CONSTRUCTION)
    for name in ("reach", "stability"):
        found[name] = Measure([told.get(name, {}).get(key, np.nan) for key in keys], unit="share")
    return {name: _known(name, measure) for name, measure in found.items()}


_LOYALTY = {
    "expected_active": "mean probability that a member still buys",
    "repeat_active": "share of members who bought again and, by the model, still buy",
    "repeat_buyers": "share of members who bought again",
}


def loyalty_column(rows: Rows) -> str:
    """What loyalty is read from: the first of three that is known for every segment.

    BG/NBD calls every one-time buyer alive for sure, which says nothing of loyalty; under it only those who bought
    again count.
    """
    known = (name for name in _LOYALTY if all(row.get(name) is not None for row in rows))
    return next(known, "repeat_buyers")


def _measure(value_low_high: list[Any], unit: str, ratio: bool = False) -> Measure:
    values, low, high = value_low_high
    return Measure(values, low, high, unit=unit, ratio=ratio)


def _column(rows: Rows, name: str) -> Any:
    values = [row.get(name) for row in rows]
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _known(name: str, measure: Measure | NotEstimable) -> Measure | NotEstimable:
    if isinstance(measure, NotEstimable):
        return measure
    reasons = {
        "reach": "no consents are loaded",
        "stability": "the segmentation was laid down by rules, or not proved yet",
        "cost_to_serve": "no activities with their cost rates are loaded",
        "contribution": "no margin is known",
        "growth": "there are no two periods to compare",
    }
    values = np.asarray(measure.values, dtype=np.float64)
    if np.isfinite(values).any():
        return measure
    return NotEstimable(reasons.get(name, f"unknown for every segment: {MEASURES[name]}"))


def prioritize_segments(
    measures: Mapping[str, Measure | NotEstimable], study: Study, level: float
) -> Priority | NotEstimable:
    """Priorities under the weights and knock-outs of a study.

    Args:
        measures: The answer of `measures_of`.
        study: Knock-outs and weights.
        level: Coverage of the intervals.
    """
    bounds = [Bound(each.measure, each.at_least, each.at_most) for each in study.knock_outs]
    return prioritize(measures, study.attractiveness, study.strength, bounds, level=level)


def priority_rows(rows: Rows, found: Priority | NotEstimable) -> Rows:
    """Rows of the contract `SEGMENT_PRIORITY`.

    Args:
        rows: The segments, in the order of the measures.
        found: The answer of `prioritize_segments`.
    """
    return [_row(place, row, found) for place, row in enumerate(rows)]


def _row(place: int, row: dict[str, Any], found: Priority | NotEstimable) -> dict[str, Any]:
    plain = {"segmentation": row["segmentation"], "segment_id": row["segment_id"]}
    if isinstance(found, NotEstimable):
        return plain | {"knocked_out": False, "reasons": found.reason}
    reasons = found.knocked_out[place]
    plain |= {"knocked_out": bool(reasons), "reasons": "; ".join(reasons)}
    if reasons:
        return plain
    attractive, strong = found.cells[place] or (None, None)
    known = attractive is not None and strong is not None
    return plain | {
        "attractiveness": _axis(found.attractiveness, place),
        "strength": _axis(found.strength, place),
        "score": float(found.score[place]),
        "cell": f"{attractive}/{strong}" if known else None,
        "stance": _STANCES[_BANDS[attractive] + _BANDS[strong]] if attractive and strong else None,
        "rank": int(found.rank[place]),
        "probability_first": float(found.probability_first[place]),
        "rank_low": int(found.rank_low[place]),
        "rank_high": int(found.rank_high[place]),
        "tie_group": int(found.tie_group[place]),
        "rank_stands": not any(place in each.moved for each in found.reversals),
    }


def _axis(axis: Score | NotEstimable, place: int) -> float | None:
    return None if isinstance(axis, NotEstimable) else float(axis.values[place])


def priority_document(rows: Rows, found: Priority | NotEstimable, study: Study) -> dict[str, Any]:
    """How the priorities of one segmentation came about, JSON-ready but for refusals.

    Args:
        rows: The segments, in the order of the measures.
        found: The answer of `prioritize_segments`.
        study: What was asked.
    """
    asked = {
        "objective": study.objective.value,
        "decision": study.decision,
        "recorded_at": as_json(study.recorded_at),
        "knock_outs": [str(each) for each in study.knock_outs],
    }
    if isinstance(found, NotEstimable):
        return asked | {"priority": found}
    ids = [row["segment_id"] for row in rows]
    return asked | {
        "attractiveness": _axis_document(found.attractiveness, study.attractiveness),
        "strength": _axis_document(found.strength, study.strength),
        "unknown_knock_outs": list(found.unknown_knock_outs),
        "first_stands": found.first_stands,
        "reversals": [
            {
                "axis": each.axis,
                "criterion": each.criterion,
                "change": each.change,
                "first": [ids[place] for place in each.first],
                "moved": [ids[place] for place in each.moved],
            }
            for each in found.reversals
        ],
        "loyalty": _LOYALTY[loyalty_column(rows)],
        "level": found.level,
        "mind": "Scores compare the segments of one segmentation: 0 is the worst of them, not worthless.",
    }


def _axis_document(axis: Score | NotEstimable, weights: Mapping[str, float]) -> Any:
    if isinstance(axis, NotEstimable):
        return axis
    unscored = {name: {"weight": weights[name], "reason": reason} for name, reason in axis.unscored.items()}
    return {"scored": dict(axis.scored), "unscored": unscored, "unscored_weight": axis.unscored_weight}
