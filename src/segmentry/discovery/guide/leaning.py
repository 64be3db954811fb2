"""Warnings where one basis, or a stereotype, carries a definition or a segment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from segmentry.segments.dependencies import traits_of
from segmentry.segments.language.notation import from_json
from segmentry.segments.lint import PROTECTED, PROXIES
from segmentry.segments.tree import Condition, Facts, walk
from segmentry.terms.vocabulary import Basis

CARRIES = {"cramers_v": 0.5, "eta_squared": 0.25}
"""Effect from which a descriptor is nearly another word for the segments (large by Cohen 1988 and more)."""

Warning_ = dict[str, Any]


def is_stereotype(trait: str, bases: Mapping[str, str | None]) -> bool:
    """Whether a trait is demographic, protected, or often stands in for something protected."""
    words = set(trait.casefold().replace("-", "_").split("_"))
    return bases.get(trait) == Basis.DEMOGRAPHIC.value or bool(words & (PROTECTED | PROXIES))


def of_definition(name: str, condition: Condition, bases: Mapping[str, str | None]) -> Iterator[Warning_]:
    """What a definition leans on.

    Args:
        name: Name of the segment.
        condition: Its condition.
        bases: Basis of each trait, by name; None where nobody assigned one.
    """
    traits = traits_of(condition)
    if any(isinstance(node, Facts) for node in walk(condition)) or not traits:
        return
    if all(is_stereotype(each, bases) for each in traits):
        yield _warning(
            "STEREOTYPE", "warning", name, traits,
            "It rests on who people are alone; most of them will differ from it.",
            "Add what they do or need, or test it as an assumption.",
        )  # fmt: skip
    elif len({bases.get(each) for each in traits}) == 1 and bases.get(traits[0]) != Basis.BEHAVIORAL.value:
        what = f"It rests on one basis alone: {bases.get(traits[0]) or 'a basis nobody assigned'}."
        yield _warning("ONE_BASIS", "note", name, traits, what, "See what another basis adds: segmentry study bases.")


def of_typing(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], bases: Mapping[str, str | None]
) -> list[Warning_]:
    """Found segments whose typing rule is led by a stereotype.

    Args:
        rows: Rows of the contract ``segment_typing``.
        names: Name of each segment by id.
        bases: Basis of each trait.
    """
    what = "The rule that finds its members begins with who they are."
    step = "Read it as a pointer, not as a portrait: look at the spread inside the segment."
    led = [(row["segment_id"], next(iter(traits_of(from_json(json.loads(row["tree"])))), None)) for row in rows]
    return [
        _warning("STEREOTYPE_LEADS", "warning", names.get(segment, segment), [trait], what, step)
        for segment, trait in led
        if trait is not None and is_stereotype(trait, bases)
    ]


def of_descriptors(rows: Sequence[Mapping[str, Any]], bases: Mapping[str, str | None]) -> list[Warning_]:
    """Stereotypes that nearly are the segments, whatever made them.

    Args:
        rows: Rows of the contract ``segment_descriptors``.
        bases: Basis of each trait.
    """
    step = "Treating segments apart treats it apart: have a reason that would stand in public."
    found = []
    for row in rows:
        proved = row["p_corrected"] < 0.05 and row["size"] >= CARRIES[row["effect"]]
        if proved and is_stereotype(row["variable"], bases):
            trait = row["variable"].replace("_", " ").capitalize()
            what = f"{trait} nearly tells the segment ({row['effect']} {row['size']:.2f})."
            found.append(_warning("STEREOTYPE_STANDS_IN", "warning", "the segmentation", [row["variable"]], what, step))
    return found


def of_study(variables: Collection[str], bases: Mapping[str, str | None]) -> list[Warning_]:
    """A study all of whose variables belong to one basis, or are stereotypes."""
    told = {bases.get(each) for each in variables}
    if variables and all(is_stereotype(each, bases) for each in variables):
        what = "All variables of the study say who people are, none what they do or need."
        step = "Add behavior or needs; demographics describe segments rather than make them."
        return [_warning("STEREOTYPE", "warning", "the study", sorted(variables), what, step)]
    if len(variables) > 1 and len(told) == 1:
        what = f"All variables of the study belong to one basis: {next(iter(told)) or 'one nobody assigned'}."
        step = "See what another basis adds: segmentry study bases."
        return [_warning("ONE_BASIS", "note", "the study", sorted(variables), what, step)]
    return []


def _warning(code: str, severity: str, of: str, traits: Collection[str], what: str, next_step: str) -> Warning_:
    return {"code": code, "severity": severity, "of": of, "traits": list(traits), "what": what, "next_step": next_step}
