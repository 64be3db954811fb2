"""A definition before it is saved: how many, a sample, and how many of them can be reached."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from segmentry.segments.language.writing import format_condition
from segmentry.segments.leaf_expressions import Place
from segmentry.segments.lint import unknown_here
from segmentry.segments.published import Published, worth
from segmentry.segments.standing import in_reach
from segmentry.segments.tree import Definition
from segmentry.segments.universe import base_of
from segmentry.segments.words import describe
from segmentry.terms.numbers import NotEstimable, as_json

SAMPLE = 20
"""Customers shown."""


def count(published: Published, definition: Definition) -> dict[str, Any]:
    """How many belong, exactly, of how many, and as of when.

    Raises:
        DefinitionError: with every mistake.
    """
    return _counted(published, definition, published.evaluate(definition))


def preview(published: Published, definition: Definition) -> dict[str, Any]:
    """`count` with a sample, what the members are worth, and how many of them can be reached.

    Raises:
        DefinitionError: with every mistake.
    """
    members = published.evaluate(definition)
    return {
        **_counted(published, definition, members),
        "sample": published.ids(members, SAMPLE),
        "waterfall": waterfall(published, definition, members),
        "worth": worth(published, members),
    }


def _counted(published: Published, definition: Definition, members: ir.Table) -> dict[str, Any]:
    whole = published.number(published.belonging().inputs(base_of(definition)).universe)
    found = published.number(members)
    return {
        "text": format_condition(definition.where),
        "in_words": describe(definition),
        "count": found,
        "universe": whole,
        "share": found / whole if whole else NotEstimable("nobody of these kinds is known"),
        "as_of": as_json(published.as_of),
        "complete_through": as_json(published.complete_through),
        "exact": True,
        "remarks": [] if found else [each.as_dict() for each in unknown_here(published, definition)],
    }


def waterfall(published: Published, definition: Definition, members: ir.Table) -> list[dict[str, Any]]:
    """From parties matched to customers who can be written to; each step counts those left by the steps before it.

    What is not known is said, not guessed, and takes nobody out.

    Args:
        published: What is published.
        definition: Says whose universe it is.
        members: Rows with ``customer_id``.
    """
    reader, tables = published.reader, published.belonging().inputs(base_of(definition))
    parties = reader.table("identity").semi_join(members, "customer_id")
    steps: list[dict[str, Any]] = [
        {"step": "matched", "meaning": "records of the sources", "count": published.number(parties)},
        {"step": "deduplicated", "meaning": "customers", "count": published.number(members)},
    ]
    agreed, reached = in_reach(members, tables.consents, tables.addresses, Place(published.as_of, "UTC"))
    allowed: Any = published.number(agreed) if tables.consents is not None else NotEstimable("no consents are loaded")
    left: Any = published.number(reached) if tables.addresses is not None else NotEstimable("no addresses are loaded")
    steps.append({"step": "consent", "meaning": "with a consent in force", "count": allowed})
    steps.append({"step": "address", "meaning": "with a usable address", "count": left})
    return steps
