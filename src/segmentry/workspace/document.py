"""Everything the main job has to say as one object: the shape of ``segmentry run --json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segmentry.terms.numbers import Estimate, NotEstimable, as_json
from segmentry.workspace import discovering, mapping
from segmentry.workspace.judging import Judge, judge_of
from segmentry.workspace.looking import as_of, summary

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace


def document(workspace: Workspace) -> Mapping[str, Any]:
    """The object printed by ``segmentry run --json``; unknown values are ``{"not_estimable": reason}``."""
    found = summary(workspace)
    main = discovering.main_segmentation(workspace)
    base = found["base"]
    answer = {
        "simulated": workspace.settings.simulated,
        "source": source_entry(workspace),
        "period": base["period"],
        "as_of": as_of(workspace),
        "timezone": workspace.settings.timezone,
        "currency": base["currency"],
        "customers": base["customers"],
        "orders": base["orders"],
        "revenue": base["revenue"],
        "concentration": found["concentration"],
        "clv": found["clv"],
        "cost_to_serve": found["cost_to_serve"],
        "acquisition": found["acquisition"],
        "customer_equity": found["customer_equity"],
        "season": found["season"],
        "study": discovering.study(workspace),
        "segmentation": _segmentation(workspace),
        "segments": segment_entries(workspace, main),
        "further_segmentations": {
            name: segment_entries(workspace, name) for name in ("rfm", "lifecycle", "value_tier") if name != main
        },
        "map": mapping.document(workspace, main),
        "growth": mapping.growth(workspace),
    }
    return dict(as_json(answer))


def _segmentation(workspace: Workspace) -> dict[str, Any]:
    """What was found for the study, or the rules that stand in, with the reason."""
    found = discovering.segmentation(workspace)
    if "name" in found:
        return found
    return {
        "method": discovering.RULES,
        "name": discovering.RULES,
        "k": sum(1 for row in _described(workspace, discovering.RULES) if row["customers"]),
        "verdict": "constructive",
        "reason": f"No segments were found in the data: {found['not_estimable']}. Rules stand in.",
        "global_stability": NotEstimable("rules leave nothing to chance, so there is nothing to be stable"),
        "criteria": NotEstimable("rules are not chosen among numbers of segments"),
    }


def source_entry(workspace: Workspace) -> dict[str, Any]:
    """Rows read = used + excluded by rule + quarantined by reason, over all loads of orders, with their reports."""
    loads = [load for load in workspace.engine.loads() if load.contract_name == "order_lines"]
    entry: dict[str, Any] = {"rows_read": 0, "rows_used": 0, "excluded": {}, "quarantined": {}}
    for load in loads:
        report = load.report
        entry["rows_read"] += report["rows_read"]
        entry["rows_used"] += report["rows_used"]
        for rule, taken in report["excluded"].items():
            rows = taken["rows"] if isinstance(taken, dict) else taken
            entry["excluded"][rule] = entry["excluded"].get(rule, 0) + rows
        for reason, rows in report["quarantined"].items():
            entry["quarantined"][reason] = entry["quarantined"].get(reason, 0) + rows
    entry["files"] = [load.report for load in loads]
    others = [load for load in workspace.engine.loads() if load.contract_name != "order_lines"]
    names = {each.file_name for each in others}
    entry["others"] = {"files": len(names), "rows": sum(each.rows_read for each in others)}
    return entry


def segment_entries(workspace: Workspace, segmentation: str) -> list[dict[str, Any]]:
    """One entry per segment of a segmentation, in its own order, sizes exact and values with intervals."""
    if not workspace.engine.has("segment_value"):
        return _without_value(workspace, segmentation)
    found = summary(workspace)
    worth = {row["segment_id"]: row for row in workspace.engine.rows(_of(workspace, "segment_value", segmentation))}
    described = [row for row in _described(workspace, segmentation) if row["segment_id"] in worth]
    judge = judge_of(workspace, segmentation)
    return [_entry(judge, row, worth[row["segment_id"]], found) for row in described]


def _without_value(workspace: Workspace, segmentation: str) -> list[dict[str, Any]]:
    """Segments of people who ordered nothing, such as those of a survey: sizes and proof, and no worth."""
    if not workspace.engine.has("segmentation_segments"):
        return []
    judge, unpriced = judge_of(workspace, segmentation), NotEstimable("value needs orders")
    missing = dict.fromkeys(("expected_active", "value", "outcome", "cost_to_serve", "contribution"), unpriced)
    nothing = {"orders": 0, "revenue": 0.0, "share": None, "value_share": None}
    return [
        as_json(
            {"id": row["segment_id"]}
            | {name: row[name] for name in ("name", "rule", "description", "customers")}
            | nothing
            | missing
            | judge(row["segment_id"])
        )
        for row in _described(workspace, segmentation)
    ]


def _described(workspace: Workspace, segmentation: str) -> list[dict[str, Any]]:
    return workspace.engine.rows(_of(workspace, "segmentation_segments", segmentation).order_by("position"))


def _of(workspace: Workspace, table: str, segmentation: str) -> Any:
    rows = workspace.engine.table(table)
    return rows.filter(rows.segmentation == segmentation)


def _entry(judge: Judge, described: dict[str, Any], worth: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    clv = found["clv"]
    unit = found["base"]["currency"] or "currency units"
    answer = as_json(
        {
            "id": described["segment_id"],
            "name": described["name"],
            "rule": described["rule"],
            "description": described["description"],
            "customers": worth["customers"],
            "orders": worth["orders"],
            "revenue": worth["revenue"],
            "share": worth["revenue_share"],
            "expected_active": worth["expected_active"]
            if worth["expected_active"] is not None
            else NotEstimable("the purchase model calls every one-time buyer alive, or there is none"),
            "value": _value(worth, clv, unit),
            "outcome": _outcome(worth, unit),
            "value_share": worth["value_share"],
            "cost_to_serve": _or_reason(worth["cost_to_serve"], found["cost_to_serve"]),
            "contribution": _or_reason(worth["contribution"], found["contribution"]),
            **judge(described["segment_id"]),
        }
    )
    return dict(answer)


def _value(worth: dict[str, Any], clv: dict[str, Any], unit: str) -> Estimate | NotEstimable | dict[str, Any]:
    if worth["value"] is None:
        return NotEstimable(str(clv.get("not_estimable", "no model could be fitted")))
    return {
        **Estimate(worth["value"], worth["value_low"], worth["value_high"], unit, clv["level"]).as_dict(),
        "measure": clv["measure"],
        "horizon_months": clv["horizon_months"],
    }


def _outcome(worth: dict[str, Any], unit: str) -> Estimate | NotEstimable:
    if worth["outcome_high"] is None or worth["value"] is None:
        return NotEstimable("what will be seen has no finite interval: spend differs too much between customers")
    return Estimate(worth["value"], worth["outcome_low"], worth["outcome_high"], unit, kind="prediction")


def _or_reason(value: float | None, told: Any) -> Any:
    if value is not None:
        return value
    reason = told.get("not_estimable") if isinstance(told, dict) else None
    return NotEstimable(reason or "nothing was told")
