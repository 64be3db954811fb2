"""What is not known: every refusal in the document, gathered by reason, with what would unlock it."""

from __future__ import annotations

from segmentry.reports.blocks import Block, Grid, Section, Text
from segmentry.reports.told import Told, refusals, sentence

_KEYS = (
    ("margin_rate", "Set margin_rate in segmentry.toml (say 0.4 for 40 %), or load order lines with their cost."),
    ("no cost is known", "Set margin_rate in segmentry.toml (say 0.4 for 40 %), or load order lines with their cost."),
    ("activities", "Load a table of activities with driver, minutes and cost rate."),
    ("marketing cost", "Load marketing costs, marked as spent to acquire or to retain."),
    ("capacity", "Give the capacity in minutes of each activity."),
    ("months or more", "Load a longer history."),
    ("whole month", "Load a longer history."),
    ("too short", "Load a longer history."),
    ("no source tells", "Ask customers in a short survey, and load the answers as a table of traits."),
    ("earlier period", "Nothing you can load: there was too little before to grow from."),
    ("too few members", "Wait until more of them have bought."),
    ("bought again", "Load a longer history, or wait until more customers have bought again."),
    ("forecast of newcomers", "Nothing you can do now; a later version brings it."),
    ("one-time buyer", "Choose MBG/NBD or Pareto/NBD with the setting model; they let one-time buyers depart."),
    ("differs too much", "Nothing you can load: spending is too uneven. Read the interval of the mean instead."),
)
"""A part of a reason, and what would unlock the answer; the first that fits counts."""

_NOT_ASKED = (
    "not part of this version",
    "rules leave nothing to chance",
    "rules are not chosen",
    "no strategy was worked out for this segmentation",
)
"""Refusals of questions that this report does not ask."""

_NAMES = {
    "expected_active": "customers expected to buy still",
    "clv": "future value",
    "margin": "margin",
    "slsw": "stability",
    "total": "value of the whole base",
    "mean": "value of the whole base",
    "outcome": "interval of what will be seen",
    "tracking": "forecast of held-out weeks",
    "spend": "model of spending",
    "whale_curve": "profit by customer",
    "season": "seasons",
    "top_10_percent": "share of the best 10 percent",
    "top_20_percent": "share of the best 20 percent",
    "gini": "Gini coefficient",
    "acquisition": "cost of a new customer",
    "unused": "unused capacity",
    "criteria": "criteria for the number of segments",
    "growth": "growth",
    "gaps": "gaps on the map",
    "map": "map",
    "priority": "priority",
    "strategy": "strategy",
    "segmentation": "segments in the data",
    "current_customers": "today's customers",
    "future_customers": "future customers",
}
_GENERAL = ("segments", "further_segmentations")


def section(told: Told) -> Section:
    """The section on what is not known."""
    found: dict[str, list[str]] = {}
    for path, reason in refusals(told.document):
        if any(part in reason for part in _NOT_ASKED):
            continue
        what = _what(path)
        names = found.setdefault(reason, [])
        if what not in names:
            names.append(what)
    if not found:
        return Section("unknown", "What we do not know", [Text("Every question this report asks could be answered.")])
    rows = tuple(
        (sentence(", ".join(names)).rstrip("."), sentence(reason), unlock(reason))
        for reason, names in sorted(found.items(), key=lambda item: _rank(item[0]))
    )
    columns = ("What", "Why", "What would help")
    blocks: list[Block] = [
        Text("Where an answer cannot be given, no number is shown. These are all such answers, and how to get them."),
        Grid("Answers that cannot be given", columns, rows),
    ]
    return Section("unknown", "What we do not know", blocks)


def unlock(reason: str) -> str:
    """What would unlock an answer that was refused for ``reason``."""
    lowered = reason.lower()
    return next((advice for part, advice in _KEYS if part in lowered), "More or better data of the kind named.")


def _rank(reason: str) -> int:
    lowered = reason.lower()
    return next((place for place, (part, _) in enumerate(_KEYS) if part in lowered), len(_KEYS) // 2)


def _what(path: tuple[str, ...]) -> str:
    """A path in words: its last name, and whether it is asked of each segment."""
    last = path[-1] if path else ""
    word = _NAMES.get(last, last.replace("_", " "))
    return f"{word} by segment" if path and path[0] in _GENERAL else word
