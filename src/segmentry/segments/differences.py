"""What changing a definition would do: who enters, who leaves, what money moves, and which segments follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.dependencies import dependents
from segmentry.segments.language.writing import format_condition
from segmentry.segments.preview import SAMPLE
from segmentry.segments.published import Published, worth
from segmentry.segments.tree import Definition
from segmentry.terms.numbers import as_json


def difference(published: Published, definition: Definition) -> dict[str, Any]:
    """A definition against what is published under its id.

    Raises:
        DefinitionError: with every mistake.
    """
    changed = published.with_definition(definition)
    leaning = dependents(definition.id, changed)
    found = published.belonging().members(changed, [definition.id, *leaning])
    after = ibis.memtable(found.select(["segment_id", "customer_id"]))
    known = published.record.get(definition.id)
    return {
        "id": definition.id,
        "name": definition.name,
        "new": known is None,
        "version": 0 if known is None else known.version,
        "text_before": None if known is None else format_condition(known.definition.where),
        "text_after": format_condition(definition.where),
        **moved(published, definition.id, after),
        "used_by": [_of_dependent(published, each, after, changed) for each in leaning],
        "as_of": as_json(published.as_of),
    }


def moved(published: Published, id_: str, after: ir.Table) -> dict[str, Any]:
    """Members before and after, and who and what money moves.

    Args:
        published: What is published.
        id_: The segment.
        after: Members to be: ``segment_id``, ``customer_id``.
    """
    old = published.members(id_).select("customer_id")
    new = after.filter(after.segment_id == id_).select("customer_id")
    return {
        "members_before": published.number(old),
        "members_after": published.number(new),
        "enters": _side(published, new.anti_join(old, "customer_id")),
        "leaves": _side(published, old.anti_join(new, "customer_id")),
    }


def _side(published: Published, customers: ir.Table) -> dict[str, Any]:
    return {**worth(published, customers), "sample": published.ids(customers, SAMPLE)}


def _of_dependent(published: Published, id_: str, after: ir.Table, definitions: Sequence[Definition]) -> dict[str, Any]:
    name = next(each.name for each in definitions if each.id == id_)
    told = moved(published, id_, after)
    return {"id": id_, "name": name, **{side: told[side]["customers"] for side in ("enters", "leaves")}}
