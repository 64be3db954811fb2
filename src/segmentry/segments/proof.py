"""Proof of a count: members worked out anew by the referee from raw rows, and compared with those published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa

from segmentry.segments.dependencies import closure, replaced
from segmentry.segments.errors import DefinitionError
from segmentry.segments.published import Published
from segmentry.segments.raw import worlds
from segmentry.segments.reader import rows_of
from segmentry.segments.referee import World, judge
from segmentry.segments.referee.measured import among, measured
from segmentry.segments.tree import (
    AllContacts,
    And,
    AtAccount,
    Compare,
    Condition,
    Contacts,
    Definition,
    Not,
    Or,
    Percentile,
    Rank,
    Trait,
    walk,
)
from segmentry.segments.universe import base_of
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import as_json

SAMPLE = 500
"""Customers checked where no number is told."""
SHOWN = 50
"""Differences shown."""


def prove(published: Published, id_: str, sample: int | None = SAMPLE) -> dict[str, Any]:
    """Recompute who belongs, customer by customer and row by row, and compare with the published members.

    Ranks are worked out over everybody, whoever is in the sample.

    Args:
        published: What is published.
        id_: The segment.
        sample: Customers to check, drawn by hash and so always the same; None for all.

    Returns:
        ``checked``, ``members`` (published, among those checked), ``differences`` and ``proved``.

    Raises:
        DefinitionError: the segment leans on one of another universe, or ranks contacts among everybody, which the
            referee cannot see customer by customer.
    """
    definition = published.find(id_).definition
    needed = closure([definition.id], published.definitions)
    asked = [each for each in published.definitions if each.id in needed]
    _same_universe(definition, asked)
    _no_ranks_of_contacts(definition, asked)
    tables = published.belonging().inputs(base_of(definition))
    everybody = published.reader.arrow(tables.universe.select("customer_id"))["customer_id"].to_pylist()
    chosen = _sampled(everybody, sample)
    ranked = any(isinstance(node, Rank | Percentile) for each in asked for node in walk(each.where))
    drawn = ibis.memtable(pa.table({"customer_id": pa.array(chosen, pa.string())}))
    raw = worlds(published.reader, tables, asked, None if ranked else drawn)
    found = _judged(published, definition, asked, raw, chosen)
    members = published.members(definition.id).select("customer_id").semi_join(drawn, "customer_id")
    told = set(published.reader.arrow(members)["customer_id"].to_pylist())
    differing = sorted(found ^ told)
    return {
        "id": definition.id,
        "as_of": as_json(published.as_of),
        "universe": len(everybody),
        "checked": len(chosen),
        "members": len(told),
        "proved": not differing,
        "differences": len(differing),
        "differing": [
            {"customer": each, "published": each in told, "recomputed": each in found} for each in differing[:SHOWN]
        ],
    }


def _same_universe(definition: Definition, asked: Sequence[Definition]) -> None:
    other = [each.id for each in asked if base_of(each) != base_of(definition)]
    if other:
        what, next_step = "It leans on segments of another universe", "Prove those, then read explain for this one."
        raise DefinitionError(Problem("PROOF_UNIVERSES", what, definition.id, ", ".join(other), next_step))


def _no_ranks_of_contacts(definition: Definition, asked: Sequence[Definition]) -> None:
    conditions = [node for each in asked for node in walk(each.where)]
    inside = [node.where for node in conditions if isinstance(node, Contacts | AllContacts | AtAccount)]
    if any(isinstance(node, Rank | Percentile) for where in inside if where is not None for node in walk(where)):
        what, next_step = "It ranks contacts among everybody", "Name the ranked ones as a segment of their own."
        raise DefinitionError(Problem("PROOF_RANKS", what, definition.id, "", next_step))


def _sampled(everybody: Sequence[str], sample: int | None) -> list[str]:
    if sample is None or sample >= len(everybody):
        return list(everybody)
    return sorted(everybody, key=lambda each: hashlib.sha256(each.encode()).hexdigest())[:sample]


def _judged(
    published: Published,
    definition: Definition,
    asked: Sequence[Definition],
    raw: Mapping[str, World],
    chosen: Sequence[str],
) -> set[str]:
    rows = rows_of(published.reader, "segment_manual")
    hands = {}
    for row in sorted(rows, key=lambda each: each["recorded_at"]):
        hands[row["segment_id"], row["customer_id"]] = row["decision"]
    plain, seen = _without_ranks(published, asked, raw)
    return {
        id_
        for id_ in chosen
        if _belongs(published, definition.id, plain, replace_row(raw[id_], seen.get(id_, {})), hands)
    }


def replace_row(world: World, told: Mapping[str, bool]) -> World:
    """A world of one customer who has further traits."""
    return replace(world, parties=[{**row, **told} for row in world.parties])


def _belongs(
    published: Published,
    id_: str,
    definitions: Sequence[Definition],
    world: World,
    hands: Mapping[tuple[str, str], str],
) -> bool:
    """Membership of the one customer of a world, with decisions by hand at every level."""
    customer = world.parties[0]["customer_id"]
    by_id = {each.id: each for each in definitions}
    decided = {each: hands.get((each, customer)) for each in by_id}
    known: dict[str, Condition] = {}
    for each, decision in decided.items():
        if decision in ("added", "removed"):
            condition = Compare(Trait("decided"), "=", decision == "added")
            known |= {each: condition, by_id[each].name: condition}
    if decided[id_] in ("added", "removed"):
        return decided[id_] == "added"
    changed = [replace(each, where=replaced(each.where, known)) for each in definitions] if known else definitions
    small = replace(world, definitions=changed, parties=[{**row, "decided": True} for row in world.parties])
    return bool(judge(next(each for each in changed if each.id == id_), small, published.as_of))


def _without_ranks(
    published: Published, asked: Sequence[Definition], raw: Mapping[str, World]
) -> tuple[list[Definition], dict[str, dict[str, bool]]]:
    """Definitions whose ranks are read as traits, and these traits by customer, worked out over everybody."""
    seen: dict[str, dict[str, bool]] = {}
    names: dict[tuple[str, Condition], Condition] = {}
    for definition in asked:
        for leaf in walk(definition.where):
            if not isinstance(leaf, Rank | Percentile) or (definition.timezone, leaf) in names:
                continue
            name = f"rank:{len(names)}"
            values: dict[str, Any] = {}
            for world in raw.values():
                values |= measured(leaf.measure, world, published.as_of, definition.timezone)
            inside = among(leaf, values)
            for id_ in raw:
                seen.setdefault(id_, {})[name] = id_ in inside
            names[definition.timezone, leaf] = Compare(Trait(name), "=", True)
    plain = [
        replace(
            each,
            where=_swapped(each.where, {leaf: new for (zone, leaf), new in names.items() if zone == each.timezone}),
        )
        for each in asked
    ]
    return plain, seen


def _swapped(node: Any, leaves: Mapping[Condition, Condition]) -> Any:
    if isinstance(node, And | Or):
        return type(node)(tuple(_swapped(part, leaves) for part in node.parts))
    if isinstance(node, Not):
        return Not(_swapped(node.part, leaves))
    return leaves.get(node, node)
