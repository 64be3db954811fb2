"""What each segment is worth, where its revenue goes, and which segment comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Grid, Heading, Notice, Picture, Section, Text
from segmentry.reports.segments import grid, reading
from segmentry.reports.told import Told, is_estimate, refusal, sentence


def section(told: Told) -> Section:
    """The section on worth, growth and priority."""
    entries = told.get("segments") or []
    blocks: list[Block] = []
    if entries and told.found is not None:
        blocks += [grid(told, entries), Text(reading(told, entries))]
    blocks += [Heading("Where revenue goes"), *_base(told), Picture("growth_parts"), *_growth(told, entries)]
    blocks += [Heading("Which comes first"), *_first(told, entries), Picture("priority_matrix")]
    blocks += [Picture("priority_first"), *_order(told, entries)]
    return Section("worth", "What each is worth and where it goes", blocks)


def _base(told: Told) -> list[Block]:
    found = told.get("growth")
    reason = refusal(found)
    base = found.get("base") if isinstance(found, Mapping) else None
    if reason is not None or not isinstance(base, Mapping) or not isinstance(base.get("growth"), int | float):
        return [Notice("Growth is not known", (sentence(reason or refusal(base) or "no growth was worked out"),))]
    low, high = base.get("growth_low"), base.get("growth_high")
    reach = f" (interval {told.share(low)} to\u00a0{told.share(high)})" if None not in (low, high) else ""
    up = float(base["growth"]) >= 0
    text = (
        f"Net revenue of the whole base {'grew' if up else 'fell'} from {told.money(base['revenue_before'])} to "
        f"{told.money(base['revenue_after'])}, by {told.share(abs(base['growth']))}{reach}."
    )
    return [
        Text(text),
        *([Text(sentence(str(found["mind"])))] if isinstance(found, Mapping) and found.get("mind") else []),
    ]


def _growth(told: Told, entries: list[Mapping[str, Any]]) -> list[Block]:
    known = [each for each in entries if is_estimate(each.get("growth"))]
    if not known:
        return []
    rows = tuple(
        (
            str(each["name"]),
            told.amount(each["growth"].get("before")),
            told.amount(each["growth"].get("after")),
            told.share(each["growth"]["estimate"]),
            f"{told.share(each['growth']['low'])} to\u00a0{told.share(each['growth']['high'])}",
        )
        for each in known
    )
    columns = ("Segment", f"Before ({told.unit})\t", f"After ({told.unit})\t", "Growth\t", "Interval\t")
    level = told.level(known[0]["growth"])
    caption = f"Net revenue of today's members before and after: exact; growth with its {level} interval"
    return [Grid(caption, columns, rows)]


def _ranked(entries: list[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Names and priorities of the segments that have one, the first first."""
    found = [
        (str(each["name"]), each["priority"])
        for each in entries
        if isinstance(each.get("priority"), Mapping) and refusal(each["priority"]) is None
    ]
    return sorted(found, key=lambda pair: (pair[1].get("rank") is None, pair[1].get("rank") or 0))


def _first(told: Told, entries: list[Mapping[str, Any]]) -> list[Block]:
    ranked = [pair for pair in _ranked(entries) if not pair[1].get("knocked_out") and pair[1].get("rank") is not None]
    if not ranked:
        reasons = sorted({refusal(each.get("priority")) or "" for each in entries} - {""})
        return [
            Notice("There is no order of priority", (sentence(reasons[0] if reasons else "no segment was scored"),))
        ]
    best = ranked[0][1]
    tied = [
        name
        for name, found in ranked
        if best.get("tie_group") is not None and found.get("tie_group") == best["tie_group"]
    ]
    if len(tied) > 1:
        return [
            Notice(
                "No segment is clearly the first",
                (
                    f"{_listed(tied)} cannot be told apart: the intervals of their figures overlap too far. "
                    "Treat them as a tie.",
                ),
            )
        ]
    sure = told.share(best.get("probability_first"))
    stands = (
        " It stays first when any weight of the study moves by 20 %."
        if best.get("rank_stands")
        else " It may lose that place when a weight of the study moves by 20 %."
    )
    return [Text(f"“{ranked[0][0]}” comes first, with a probability of {sure}.{stands}")]


def _listed(names: list[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def _order(told: Told, entries: list[Mapping[str, Any]]) -> list[Block]:
    ranked = _ranked(entries)
    if not ranked:
        return []
    groups = [found.get("tie_group") for _, found in ranked]
    rows = tuple(
        (
            name,
            _rank(found),
            told.share(found.get("probability_first")),
            str(found.get("cell") or "none"),
            str(found.get("stance") or "none"),
            "yes" if found.get("tie_group") is not None and groups.count(found["tie_group"]) > 1 else "no",
            sentence(str(found.get("reasons") or "")) if found.get("knocked_out") else "no",
        )
        for name, found in ranked
    )
    columns = ("Segment", "Rank", "First with\t", "Attractiveness/strength", "Suggests", "Ties", "Knocked out")
    return [Grid("Order of priority, by the weights recorded in the study", columns, rows)]


def _rank(found: Mapping[str, Any]) -> str:
    low, high = found.get("rank_low"), found.get("rank_high")
    if found.get("rank") is None:
        return "not ranked"
    return str(found["rank"]) if low is None or low == high else f"{found['rank']} (between {low} and {high})"
