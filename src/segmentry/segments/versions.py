"""Definitions on record: rows of the contract, and the version that rises when members may change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from segmentry.segments.language.notation import from_json, to_json
from segmentry.segments.language.writing import format_condition
from segmentry.segments.tree import Definition
from segmentry.terms.vocabulary import Kind, Objective

_DECIDING = ("of", "tree", "timezone", "kinds")
"""What of a definition decides who belongs."""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A definition in force.

    Attributes:
        definition: The definition.
        version: Its version.
        recorded_at: When this version was put on record (UTC).
    """

    definition: Definition
    version: int
    recorded_at: datetime


def row_of(definition: Definition) -> dict[str, Any]:
    """What a definition says, as columns of `SEGMENT_DEFINITIONS`."""
    return {
        "segment_id": definition.id,
        "name": definition.name,
        "of": definition.of,
        "text": format_condition(definition.where),
        "tree": json.dumps(to_json(definition.where), sort_keys=True),
        "timezone": definition.timezone,
        "kinds": ",".join(kind.value for kind in definition.kinds),
        "objective": None if definition.objective is None else definition.objective.value,
        "description": definition.description,
    }


def definition_of(row: Mapping[str, Any]) -> Definition:
    """The definition a row stands for."""
    return Definition(
        id=row["segment_id"],
        name=row["name"],
        where=from_json(json.loads(row["tree"])),
        of=row["of"],
        timezone=row["timezone"],
        objective=None if row["objective"] is None else Objective(row["objective"]),
        kinds=tuple(Kind(each) for each in row["kinds"].split(",")),
        description=row["description"] or "",
    )


def in_force(rows: Iterable[Mapping[str, Any]]) -> dict[str, OnRecord]:
    """The definitions in force, by id, in order of id."""
    live = sorted((row for row in rows if row["retired_at"] is None), key=lambda row: str(row["segment_id"]))
    return {row["segment_id"]: OnRecord(definition_of(row), row["version"], row["recorded_at"]) for row in live}


def decides_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two definitions always have the same members."""
    return all(one[name] == other[name] for name in _DECIDING)


def recorded(
    rows: Sequence[Mapping[str, Any]], definitions: Sequence[Definition], kept: Iterable[str], at: datetime
) -> list[dict[str, Any]]:
    """The record with definitions added: a new version where members may change, else only new words.

    Args:
        rows: The record as it stands.
        definitions: The definitions from now on.
        kept: Ids that stay in force as they are, though no definition is given (their file cannot be read).
        at: When (UTC).

    Returns:
        All rows; versions that are replaced, and definitions that are gone, are retired.
    """
    given, stay = {each.id: row_of(each) for each in definitions}, set(kept)
    found: list[dict[str, Any]] = []
    alive: set[str] = set()
    for row in rows:
        id_, fresh = row["segment_id"], given.get(row["segment_id"])
        if row["retired_at"] is not None or (fresh is None and id_ in stay):
            found.append(dict(row))
        elif fresh is not None and decides_alike(row, fresh):
            found.append({**row, **fresh})
            alive.add(id_)
        else:
            found.append({**row, "retired_at": at})
    last = {row["segment_id"]: 0 for row in found}
    for row in found:
        last[row["segment_id"]] = max(last[row["segment_id"]], row["version"])
    for id_, fresh in given.items():
        if id_ not in alive:
            found.append({**fresh, "version": last.get(id_, 0) + 1, "recorded_at": at, "retired_at": None})
    return sorted(found, key=lambda row: (row["segment_id"], row["version"]))
