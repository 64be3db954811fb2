"""Segments: what each is, how large, what it is worth and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Definitions, Grid, Heading, Notice, Picture, Section, Text
from segmentry.reports.told import RULES, Told, is_estimate, refusal, sentence

_HEADINGS = {"lifecycle": "Lifecycle", "value_tier": "Value tiers"}
_PICTURES = {"lifecycle": "lifecycle", "value_tier": "value_tiers"}


def section(told: Told) -> Section:
    """The section on segments by rules: RFM, lifecycle, value tiers."""
    entries = _by_rules(told)
    blocks: list[Block] = []
    if not entries:
        blocks.append(Notice("No segments", ("No customer could be placed in a segment.",)))
        return Section("segments", "Segments by rules", blocks)
    name = "Recency, frequency and monetary value (RFM)" if _is_rfm(told) else str(told.get("segmentation.method"))
    blocks += [Text(_verdict(told, len(entries))), Heading(name), grid(told, entries)]
    blocks.append(Text(reading(told, entries)))
    blocks += [Picture("segments"), Picture("value_per_customer"), Picture("rfm_grid")]
    blocks += [Heading("Who is in each segment"), _rules(entries)]
    for key, further in (told.get("further_segmentations") or {}).items():
        if further and further is not entries:
            title = _HEADINGS.get(key, sentence(str(key).replace("_", " ")).rstrip("."))
            blocks += [Heading(title), grid(told, further)]
            blocks += [Picture(_PICTURES[key])] if key in _PICTURES else []
            blocks.append(_rules(further))
    return Section("segments", "Segments by rules", blocks)


def _by_rules(told: Told) -> list[Mapping[str, Any]]:
    """The segments by RFM, or whatever stands in their place."""
    further = told.get("further_segmentations") or {}
    return list(told.get("segments") or []) if told.found is None else further.get(RULES) or []


def _is_rfm(told: Told) -> bool:
    return told.found is not None or told.get("segmentation.method") in (None, RULES)


def _verdict(told: Told, count: int) -> str:
    reason = None if told.found is not None else told.get("segmentation.reason")
    opening = (
        f"{told.counted(count, 'segment')}. Each customer who bought is in exactly one of them; lifecycle and value "
        "tiers split the same customers again."
    )
    return f"{opening} {sentence(str(reason))}" if isinstance(reason, str) else opening


def grid(told: Told, entries: list[Mapping[str, Any]]) -> Grid:
    """Size, revenue and value of segments, with both intervals of the value."""
    columns = ("Segment", "Customers\t", f"Net revenue ({told.unit})\t", "Share of revenue\t")
    if not _any_valued(entries):
        caption = f"As of {told.as_of}. Customers and revenue: exact, to date."
        return Grid(caption, columns, tuple(_exact(told, each) for each in entries))
    estimated = (
        f"Value ({told.unit})\t",
        "Interval of the mean\t",
        "What will be seen\t",
        "Share of value\t",
        *(("Expected active\t",) if _any_active(entries) else ()),
    )
    caption = f"As of {told.as_of}. Customers and revenue: exact, to date. Value: estimated, over {told.horizon}."
    rows = tuple((*_exact(told, each), *_estimated(told, each))[: len(columns) + len(estimated)] for each in entries)
    return Grid(caption, (*columns, *estimated), rows)


def _any_active(entries: list[Mapping[str, Any]]) -> bool:
    return any(isinstance(each.get("expected_active"), int | float) for each in entries)


def _any_valued(entries: list[Mapping[str, Any]]) -> bool:
    return any(is_estimate(each.get("value")) for each in entries)


def _exact(told: Told, entry: Mapping[str, Any]) -> tuple[str, ...]:
    revenue = told.amount(entry["revenue"])
    return (str(entry["name"]), told.count(entry["customers"]), revenue, told.share(entry.get("share")))


def _estimated(told: Told, entry: Mapping[str, Any]) -> tuple[str, ...]:
    value, outcome = entry.get("value"), entry.get("outcome")
    return (
        told.amount(value["estimate"]) if isinstance(value, Mapping) and is_estimate(value) else _dash(value),
        told.interval(value) if is_estimate(value) else _dash(value),
        told.interval(outcome) if is_estimate(outcome) else _dash(outcome),
        told.share(entry.get("value_share")),
        _dash(entry.get("expected_active"))
        if refusal(entry.get("expected_active"))
        else told.count(entry["expected_active"]),
    )


def _dash(value: Any) -> str:
    return "not estimable" if refusal(value) is not None else "not told"


def reading(told: Told, entries: list[Mapping[str, Any]]) -> str:
    """How to read the table of segments, with every reason why a cell is not known."""
    reasons = {refusal(each.get(name)) for each in entries for name in ("value", "outcome")} - {None}
    missing = "".join(
        f" Where it says “not estimable”: {sentence(str(reason))}" for reason in sorted(map(str, reasons))
    )
    if not _any_valued(entries):
        told_reasons = sorted({refusal(each.get("value")) or "nothing was told" for each in entries})
        return f"Customers and revenue are exact. Value is not known: {' '.join(map(sentence, told_reasons))}"
    return (
        f"Customers and revenue are exact. Value is {told.measure} over {told.horizon} and is estimated: the interval "
        "of the mean says how well the expectation is known; “what will be seen” also holds the luck of single "
        f"customers and is wider. {_without_interval(entries)}{missing}"
    )


def _without_interval(entries: list[Mapping[str, Any]]) -> str:
    if _any_active(entries):
        return (
            "Expected active (the sum of the probabilities of still buying) and share of value have no interval of "
            "their own."
        )
    reason = sorted({str(refusal(each.get("expected_active"))) for each in entries} - {"None"})
    why = f" How many are still active is not told: {reason[0]}." if reason else ""
    return f"Share of value has no interval of its own.{why}"


def _rules(entries: list[Mapping[str, Any]]) -> Definitions:
    return Definitions(
        tuple((str(each["name"]), f"{each.get('rule', '')} {each.get('description', '')}".strip()) for each in entries)
    )
