"""What is judged of one segment: growth, stability, priority and strategy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from segmentry.terms.numbers import Estimate, NotEstimable

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace


def judged(workspace: Workspace, segmentation: str, segment: str) -> dict[str, Any]:
    """``growth``, ``slsw``, ``priority`` and ``strategy`` of a segment, each a figure or the reason why not."""
    return {
        "growth": _growth(_row(workspace, "segment_growth", segmentation, segment)),
        "slsw": _stability(_row(workspace, "segment_gate", segmentation, segment, criterion="stable")),
        "priority": _priority(_row(workspace, "segment_priority", segmentation, segment)),
        "strategy": _strategy(_row(workspace, "segment_strategies", segmentation, segment)),
    }


def _row(workspace: Workspace, table: str, segmentation: str, segment: str, **values: str) -> dict[str, Any] | None:
    engine = workspace.engine
    if not engine.has(table):
        return None
    rows = engine.table(table)
    rows = rows.filter((rows.segmentation == segmentation) & (rows.segment_id == segment))
    for name, value in values.items():
        rows = rows.filter(rows[name] == value)
    found = engine.rows(rows)
    return found[0] if found else None


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
