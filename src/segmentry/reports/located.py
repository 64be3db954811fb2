"""Where the segments lie: the maps, the pairs of attributes that separate them, and what an empty place means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Grid, Notice, Picture, Section
from segmentry.reports.told import Told, refusal, sentence

_MOST_PAIRS = 10


def section(told: Told) -> Section:
    """The section with the maps."""
    found = told.get("map")
    reason = refusal(found)
    blocks: list[Block] = []
    if reason is not None or not isinstance(found, Mapping):
        blocks.append(Notice("There is no map", (sentence(reason or "no map was drawn"),)))
        return Section("map", "Where they lie", blocks)
    blocks += [Picture("map_plain"), *_gaps(found.get("gaps")), *_pairs(told, found.get("pairs") or [])]
    blocks += [Picture("map_discriminant"), Picture("map_principal"), Picture("map_correspondence")]
    blocks += [Picture("map_perceived")]
    return Section("map", "Where they lie", blocks)


def _gaps(gaps: Any) -> list[Block]:
    reason = refusal(gaps)
    return [] if reason is None else [Notice("No gap can be claimed", (sentence(reason),))]


def _pairs(told: Told, pairs: list[Mapping[str, Any]]) -> list[Block]:
    if not pairs:
        return []
    rows = tuple(
        (
            f"{told.count(each.get('rank'))}. {_word(each.get('first'))} by {_word(each.get('second'))}",
            told.share(each.get("separation")),
            told.share(each.get("separation_first")),
            told.share(each.get("separation_second")),
            "yes" if each.get("redundant") else "no",
        )
        for each in pairs[:_MOST_PAIRS]
    )
    columns = ("Pair", "Between segments\t", "First alone\t", "Second alone\t", "Say the same")
    caption = "Pairs of attributes that separate the segments best: share of spread that lies between segments"
    return [Grid(caption, columns, rows, folded=True)]


def _word(name: Any) -> str:
    return str(name).removeprefix("given_").replace("_", " ")
