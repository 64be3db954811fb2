"""Segments found in the data: the study, the verdict in plain words, and each segment at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.charts.theme import SEGMENTS
from segmentry.reports.blocks import Block, Card, Cards, Notice, Picture, Portrait, Section, Text
from segmentry.reports.told import UNKNOWN, Told, is_estimate, refusal, sentence

MEANINGS = {
    "natural": (
        "Natural: the groups are there without us",
        "The segments come back in new samples, and few customers stand between them. They may be told as a finding.",
    ),
    "reproducible": (
        "Reproducible: the same cut comes back, but no gap runs between the groups",
        "New samples lead to the same segments, so they can be relied on over time. But customers pass over from one "
        "into the next: the borders are drawn by us.",
    ),
    "constructive": (
        "Constructive: a useful cut, not a discovery",
        "The data hold no groups that would show by themselves; any other cut of about this size would be as true. Use "
        "the segments where they help to decide. Do not tell anybody that these groups exist.",
    ),
}
"""Verdict: what it is called, and what it means for the reader (Dolnicar, Grün & Leisch 2018, chapter 7)."""

_BANDS = ((0.6, "unstable"), (0.75, "doubtful"), (0.85, "stable"), (float("inf"), "highly stable"))


def section(told: Told) -> Section:
    """The section on the segments found."""
    blocks: list[Block] = [*_study(told)]
    if told.found is None:
        reason = told.get("segmentation.reason") or told.reason("segmentation") or "nothing was looked for"
        blocks.append(
            Notice(
                "No segments were found in the data",
                (sentence(str(reason)), "The sections below speak of the rules that stand in."),
            )
        )
        return Section("found", "Segments found", blocks)
    blocks += [_verdict(told), Cards(tuple(_cards(told)))]
    blocks += [portrait(told, entry, place) for place, entry in enumerate(told.get("segments") or [])]
    blocks += [Picture("found_segments"), Picture("segment_profiles")]
    return Section("found", "Segments found", blocks)


def hue_of(place: int) -> str:
    """Name of the color of the segment at that place, with hyphens as a style sheet writes it."""
    return SEGMENTS[place % len(SEGMENTS)]


def stability_band(value: float) -> str:
    """The band of a mean Jaccard, after Hennig (2007)."""
    return next(name for high, name in _BANDS if value < high)


def _study(told: Told) -> list[Block]:
    study = told.get("study")
    if not isinstance(study, Mapping):
        return []
    recorded = study.get("recorded_at")
    when = (
        f"It was recorded on {told.pen.day(recorded)}, before anything was extracted."
        if recorded
        else "It is not on record, so that nobody can tell whether it was changed afterwards."
    )
    objective = str(study.get("objective", "")).replace("_", " ")
    knock_outs = ", ".join(_knock_out(told, each) for each in study.get("knock_outs") or [])
    out = f" A segment is knocked out unless {knock_outs}." if knock_outs else ""
    return [
        Text(
            f"The study asks: {sentence(str(study.get('decision') or UNKNOWN))} Objective: {objective or UNKNOWN}. "
            f"{sentence(str(study.get('outcome') or ''))} {when}{out}"
        )
    ]


def _knock_out(told: Told, rule: Mapping[str, Any]) -> str:
    measure = str(rule.get("measure", "")).replace("_", " ")
    ends = [
        f"{words} {told.share(rule[key]) if measure in ('size', 'reach') else told.write.significant(rule[key])}"
        for key, words in (("at_least", "at least"), ("at_most", "at most"))
        if isinstance(rule.get(key), int | float)
    ]
    return f"{measure} is {' and '.join(ends)}" if ends else measure


def _verdict(told: Told) -> Notice:
    verdict = str(told.get("segmentation.verdict") or UNKNOWN)
    title, meaning = MEANINGS.get(verdict, (sentence(verdict), ""))
    lines = [
        meaning,
        sentence(str(told.get("segmentation.reason") or "")),
        sentence(str(told.get("segmentation.why") or "")),
    ]
    return Notice(title, tuple(line for line in lines if line), "care" if verdict == "constructive" else "calm")


def _cards(told: Told) -> list[Card]:
    segments, stability = told.get("segments") or [], told.get("segmentation.global_stability")
    method = str(told.get("segmentation.method") or UNKNOWN)
    read = told.count(told.get("segmentation.extracted_from"))
    cards = [Card(told.count(len(segments)), "segments", f"by {method}, from {read} customers")]
    if isinstance(stability, Mapping) and "median" in stability:
        low, high = (told.write.number(float(stability[end]), 2) for end in ("lower_quartile", "upper_quartile"))
        note = f"median adjusted Rand index of bootstrap pairs; middle half {low} to {high}; 1: the same every time"
        cards.append(Card(told.write.number(float(stability["median"]), 2), "found again", note))
    agreement = told.get("segmentation.typing.agreement")
    if isinstance(agreement, float):
        base = told.get("segmentation.typing.baseline")
        cards.append(
            Card(
                told.share(agreement),
                "typed right by short rules",
                f"of customers the rules were not learned from; guessing the largest segment: {told.share(base)}",
            )
        )
    return cards


def portrait(told: Told, entry: Mapping[str, Any], place: int) -> Portrait:
    """A segment at a glance: size, value with interval, stability, growth, rule folded."""
    facts = (
        _size(told, entry),
        _value(told, entry.get("value")),
        _stability(told, entry.get("slsw")),
        _growth(told, entry.get("growth")),
    )
    rule = _rule_lines(str(entry.get("rule") or ""))
    folded = (("Who belongs to it, in words", rule),) if rule else ()
    return Portrait(str(entry["name"]), hue_of(place), sentence(str(entry.get("description") or "")), facts, folded)


def _size(told: Told, entry: Mapping[str, Any]) -> Card:
    return Card(
        told.count(entry.get("customers")),
        "customers",
        f"exact; {told.share(entry.get('share'))} of net revenue, {told.share(entry.get('value_share'))} of value",
    )


def _value(told: Told, value: Any) -> Card:
    if not is_estimate(value):
        return Card("not estimable", "value", sentence(refusal(value) or UNKNOWN))
    note = f"estimated; {told.level(value)} interval {told.interval(value)}; {told.horizon}"
    return Card(told.money(value["estimate"]), told.measure, note)


def _stability(told: Told, value: Any) -> Card:
    if not isinstance(value, int | float):
        return Card("not estimable", "found again", sentence(refusal(value) or UNKNOWN))
    return Card(
        told.write.number(float(value), 2), "found again", f"mean Jaccard in bootstrap samples: {stability_band(value)}"
    )


def _growth(told: Told, growth: Any) -> Card:
    if not is_estimate(growth):
        return Card("not estimable", "growth of revenue", sentence(refusal(growth) or UNKNOWN))
    low, high = (told.share(growth[end]) for end in ("low", "high"))
    follows = f"{told.found}" in (told.get("growth.by_construction") or {})
    mind = "; follows from how the segment was made" if follows else ""
    return Card(
        told.share(growth["estimate"]), "growth of revenue", f"{told.level(growth)} interval {low} to\u00a0{high}{mind}"
    )


def _rule_lines(rule: str) -> tuple[str, ...]:
    """A rule of several ways in, one line each."""
    text = rule.strip()
    if text.startswith("either (") and text.endswith(")"):
        ways = text[len("either (") : -1].split("), or (")
        return tuple(("either " if at == 0 else "or ") + way for at, way in enumerate(ways))
    return (sentence(text),) if text else ()
