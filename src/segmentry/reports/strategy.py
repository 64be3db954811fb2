"""What to do for each segment, line by line, with the figures behind each line, and what not to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.charts.writer import as_date
from segmentry.reports.blocks import Advice, Block, Notice, Plan, Section, Text
from segmentry.reports.discovered import hue_of
from segmentry.reports.told import Told, refusal, sentence

_PARTS = {
    "objective": "Objective",
    "value_proposition": "Value proposition",
    "service_model": "Service",
    "product": "Product",
    "price": "Price",
    "place": "Place",
    "promotion": "Promotion",
    "move_maintain": "Keep",
    "move_change": "Change",
    "move_increase": "Increase",
}
_AVOID = "not_to_do"
_TIERS = {"high": "high touch", "middle": "middle", "standard": "standard", "self_service": "self-service"}


def section(told: Told) -> Section:
    """The section on strategy."""
    entries = told.get("segments") or []
    plans = [(place, each) for place, each in enumerate(entries) if _is_planned(each.get("strategy"))]
    if not plans:
        reasons = sorted({refusal(each.get("strategy")) or "" for each in entries} - {""})
        why = sentence(reasons[0] if reasons else "no strategy was worked out")
        return Section("strategy", "What to do", [Notice("There is no strategy", (why,))])
    blocks: list[Block] = [
        Text(
            "Each line rests on figures, which open below it. Lines marked as drafts rest on none: they are starting "
            "points to be written with what you know and the data do not. No line was tried yet: none is proved "
            "to work."
        )
    ]
    blocks += [_plan(told, entry, place) for place, entry in plans]
    return Section("strategy", "What to do", blocks)


def _is_planned(strategy: Any) -> bool:
    return isinstance(strategy, Mapping) and refusal(strategy) is None and "headline" in strategy


def _plan(told: Told, entry: Mapping[str, Any], place: int) -> Plan:
    strategy = entry["strategy"]
    lines = [each for each in strategy.get("lines") or [] if isinstance(each, Mapping)]
    parts: dict[str, list[Advice]] = {}
    for each in lines:
        if each.get("part") != _AVOID:
            parts.setdefault(_title(str(each.get("part"))), []).append(_advice(told, each))
    steps = [
        (told.write.day(as_date(step.get("on"))), str(step.get("step")))
        for step in strategy.get("engagement_plan") or []
    ]
    return Plan(
        str(entry["name"]),
        hue_of(place),
        str(strategy["headline"]),
        _note(told, strategy, entry.get("priority")),
        tuple((title, tuple(found)) for title, found in parts.items()),
        tuple(_advice(told, each) for each in lines if each.get("part") == _AVOID),
        tuple(steps),
    )


def _title(part: str) -> str:
    return _PARTS.get(part, part.replace("_", " ").capitalize())


def _note(told: Told, strategy: Mapping[str, Any], priority: Any) -> str:
    objective = str(strategy.get("objective", "")).replace("_", " ")
    tier = str(strategy.get("service_tier", ""))
    parts = [f"Objective: {objective}", f"service: {_TIERS.get(tier, tier)}"]
    if isinstance(priority, Mapping) and priority.get("rank") is not None:
        parts.append(f"priority: {priority['rank']}")
    if strategy.get("review_on"):
        parts.append(f"review on {told.write.day(as_date(strategy['review_on']))}")
    return "; ".join(parts) + "."


def _advice(told: Told, line: Mapping[str, Any]) -> Advice:
    evidence = tuple(_figure(told, each) for each in line.get("evidence") or [] if isinstance(each, Mapping))
    return Advice(str(line.get("text")), bool(line.get("draft")), evidence)


def _figure(told: Told, figure: Mapping[str, Any]) -> str:
    """A figure of evidence: what, how much, of the base, and where it is published."""
    unit = str(figure.get("unit") or "")
    name = sentence(str(figure.get("figure", "")).replace("_", " ")).rstrip(".")
    base = figure.get("base")
    compared = "" if base is None else f" (base: {_amount(told, base, unit)})"
    source = f"{figure.get('table')}.{figure.get('column')}" if figure.get("table") else ""
    return f"{name}: {_amount(told, figure.get('value'), unit)}{compared}" + (f" – {source}" if source else "")


def _amount(told: Told, value: Any, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "not told" if value is None else str(value)
    if unit in ("share", "probability"):
        return told.share(float(value))
    text = told.count(value) if isinstance(value, int) else told.write.significant(float(value))
    return f"{text} {unit}".strip()
