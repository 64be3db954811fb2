"""What is judged of one segment: growth, stability, priority and strategy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segmentry.terms.numbers import Estimate, NotEstimable
from segmentry.workspace.looking import rows_where

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace


Judge = Callable[[str], dict[str, Any]]
"""What answers for one segment, by its id."""


def judge_of(workspace: Workspace, segmentation: str) -> Judge:
    """Reads what is judged of all segments of a segmentation at once.

    Returns:
        For the id of a segment its ``growth``, ``slsw``, ``priority`` and ``strategy``, each a figure or the reason why
        there is none.
    """
    growth, priority = (_by_segment(workspace, name, segmentation) for name in ("segment_growth", "segment_priority"))
    stable = _by_segment(workspace, "segment_gate", segmentation, criterion="stable")
    strategies = _by_segment(workspace, "segment_strategies", segmentation)

    def judge(segment: str) -> dict[str, Any]:
        return {
            "growth": _growth(growth.get(segment)),
            "slsw": _stability(stable.get(segment)),
            "priority": _priority(priority.get(segment)),
            "strategy": _strategy(strategies.get(segment)),
        }

    return judge


def _by_segment(workspace: Workspace, table: str, segmentation: str, **values: str) -> dict[str, dict[str, Any]]:
    rows = rows_where(workspace, table, segmentation=segmentation, **values)
    return {row["segment_id"]: row for row in rows}


def _growth(row: dict[str, Any] | None) -> Any:
    if row is None:
        return NotEstimable("the history is too short to compare two periods")
    if row["growth"] is None:
        return NotEstimable("there was no revenue in the earlier period to grow from")
    if row["growth_low"] is None or row["growth_high"] is None:
        return NotEstimable("too few members bought to tell growth with an interval")
    told = Estimate(row["growth"], row["growth_low"], row["growth_high"], "share of the earlier revenue").as_dict()
    parts = {name: row[f"{name}_part"] for name in ("customers", "frequency", "value")}
    more = {"before": row["revenue_before"], "after": row["revenue_after"], "parts": parts}
    return told | more | {"by_construction": row["by_construction"]}


def _stability(row: dict[str, Any] | None) -> float | NotEstimable:
    if row is None or row["value"] is None:
        return NotEstimable("rules leave nothing to chance, so there is nothing to be stable")
    return float(row["value"])


def _priority(row: dict[str, Any] | None) -> Any:
    if row is None:
        return NotEstimable("no priority was worked out")
    names = (
        "knocked_out", "reasons", "attractiveness", "strength", "score", "cell", "stance", "rank", "probability_first",
        "rank_low", "rank_high", "tie_group", "rank_stands",
    )  # fmt: skip
    return {name: row[name] for name in names}


def _strategy(row: dict[str, Any] | None) -> Any:
    if row is None:
        return NotEstimable("no strategy was worked out for this segmentation")
    return json.loads(row["document"])
