"""Definitions to Ibis: any number of them at once, true or false for everybody of the universe, never unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from segmentry.segments.batch import Leaves
from segmentry.segments.clock.looks import shared
from segmentry.segments.clock.moments import Moments
from segmentry.segments.errors import DefinitionError
from segmentry.segments.fields import Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.merging import merged
from segmentry.segments.nesting import in_order
from segmentry.segments.tree import (
    AllContacts,
    And,
    AtAccount,
    Bucket,
    Condition,
    Consents,
    Contacts,
    Definition,
    Distance,
    InSegment,
    Moved,
    Node,
    Not,
    Or,
    Reachable,
    Within,
    walk,
)
from segmentry.segments.tree.checks import problems_of
from segmentry.segments.type_checks import type_problems
from segmentry.terms.errors import Problem

MOST_DIFFERENT = 1_000
"""Conditions that differ in more than their values; they are planned in about a second."""
_JOINS = (And, Or, Not)
_TIMELESS = datetime(9999, 12, 1)
"""Stands for the as-of where nothing asked for depends on it."""


def definition_problems(
    definition: Definition, inputs: Inputs, places: Mapping[int, str] | None = None
) -> list[Problem]:
    """Everything that keeps a definition from being evaluated over these tables.

    Args:
        definition: What is asked.
        inputs: The tables.
        places: Where nodes were read, by identity; without it problems name the definition.
    """
    known = places or {id(definition.where): definition.id}
    found = problems_of(definition.where, known)
    found = found or _too_many(definition.where)
    if found:
        return found
    found = type_problems(definition.where, inputs.fields, known, inputs.fact_fields(), definition.id)
    return found + list(_missing_tables(definition.where, inputs, definition.id))


def _too_many(condition: Condition) -> list[Problem]:
    """What is left of thousands of terms once those that ask alike are said as one."""
    if sum(isinstance(node, Condition) for node in walk(condition)) <= MOST_DIFFERENT:
        return []
    leaves = {node for node in walk(merged(condition)) if isinstance(node, Condition) and not isinstance(node, _JOINS)}
    if len(leaves) <= MOST_DIFFERENT:
        return []
    what = f"A definition holds at most {MOST_DIFFERENT:,} conditions that cannot be said as one"
    next_step = "Put the values into a list, into a trait, or into segments of their own."
    return [Problem("DEFINITION_TOO_BROAD", what, "definition", f"{len(leaves):,} conditions", next_step)]


def _missing_tables(condition: Condition, inputs: Inputs, where: str) -> Iterator[Problem]:
    wanted = {name for node in walk(condition) for name in _needs(node)}
    for name in sorted(wanted):
        if name in ("latitude", "longitude"):
            if name not in inputs.fields:
                yield inputs.fields.unknown(name, where)
        elif name == "party_key":
            if name not in inputs.universe.columns:
                yield Problem("TABLE_MISSING", "The universe does not tell party keys", where, name, "Join identity.")
        elif getattr(inputs, name) is None:
            yield Problem("TABLE_MISSING", f"Nothing is known of {name} here", where, name, f"Load {name} first.")


def _needs(node: Node) -> tuple[str, ...]:
    if isinstance(node, Moved) or (isinstance(node, InSegment) and node.on is not None):
        return ("changes",)
    if isinstance(node, Reachable):
        return ("addresses",) if node.purpose is None else ("addresses", "consents")
    names: dict[type[Node], tuple[str, ...]] = {
        Consents: ("consents",),
        Bucket: ("party_key",),
        Contacts: ("contacts",),
        AllContacts: ("contacts",),
        AtAccount: ("contacts",),
        Distance: ("latitude", "longitude"),
    }
    return names.get(type(node), ())


def evaluate(
    definitions: Sequence[Definition],
    as_of: datetime | Moments,
    inputs: Inputs,
    customers: ir.Table | None = None,
) -> ir.Table:
    """Who belongs where at an instant: ``customer_id`` and one boolean column for each definition, named by its id.

    Leaves that are alike are computed once. Definitions named by ``in segment`` must be among ``definitions``; they are
    evaluated in the same batch at the same instant.

    Args:
        definitions: What is asked; ids must differ.
        as_of: The instant, UTC without a zone attached; or moments, by which all tables are keyed then.
        inputs: The tables.
        customers: Those to answer for, with ``customer_id``; None for the whole universe. Ranks are always taken over
            the whole universe.

    Raises:
        DefinitionError: with every mistake of every definition, cycles with their path.
        TypeError: a definition that depends on other parties is asked for at moments.
    """
    if isinstance(as_of, Moments) and any(shared(each) for each in definitions):
        raise TypeError("what depends on other parties is told at one instant for everybody")
    problems = [problem for each in definitions for problem in definition_problems(each, inputs)]
    ordered, tangled = in_order(definitions)
    if problems or tangled:
        raise DefinitionError(problems + tangled)
    answered = Leaves(ordered, inputs, as_of).answers(inputs.universe, customers)
    return answered.select("customer_id", *(each.id for each in definitions))


def flags(
    definitions: Sequence[Definition],
    universe: ir.Table,
    tables: Mapping[str, ir.Table],
    fields: Fields,
    as_of: datetime | None = None,
) -> ir.Table:
    """Who belongs where by traits alone; see `evaluate`.

    Args:
        definitions: What is asked; ids must differ.
        universe: The base, with ``customer_id``; a customer outside it belongs nowhere.
        tables: Trait tables by logical name, each keyed by ``customer_id``.
        fields: The traits that exist.
        as_of: Instant of evaluation; needed where a window is asked for.

    Raises:
        DefinitionError: with every mistake of every definition.
    """
    if as_of is None:
        timed = [each for each in definitions if any(isinstance(node, Within) for node in walk(each.where))]
        next_step = "Give the instant of evaluation."
        problems = [Problem("AS_OF_MISSING", "A window needs an as-of", each.id, "", next_step) for each in timed]
        if problems:
            raise DefinitionError(problems)
    return evaluate(definitions, as_of or _TIMELESS, Inputs(universe, fields, tables))


def members(
    definitions: Sequence[Definition],
    universe: ir.Table,
    tables: Mapping[str, ir.Table],
    fields: Fields,
    as_of: datetime | None = None,
) -> ir.Table:
    """Who belongs where, as rows: ``segment_id`` and ``customer_id``; see `flags`."""
    return member_rows(definitions, flags(definitions, universe, tables, fields, as_of))


def member_rows(definitions: Sequence[Definition], answered: ir.Table) -> ir.Table:
    """The columns of `evaluate` as rows: ``segment_id`` and ``customer_id``."""
    rows = [
        answered.filter(answered[each.id]).select(segment_id=ibis.literal(each.id), customer_id=answered.customer_id)
        for each in definitions
    ]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]
