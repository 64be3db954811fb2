"""Raw rows for the referee: of each customer only what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ibis.expr.types as ir

from segmentry.segments.dependencies import traits_of
from segmentry.segments.inputs import Inputs
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.reader import Reader
from segmentry.segments.referee import World
from segmentry.segments.tree import Consents, Definition, Distance, Facts, InSegment, Moved, Reachable, walk

Rows = list[dict[str, Any]]


def worlds(
    reader: Reader, tables: Inputs, definitions: Sequence[Definition], customers: ir.Table | None = None
) -> dict[str, World]:
    """One small world for each customer of the universe: all rows about the customer that definitions ask for.

    Args:
        reader: Runs expressions.
        tables: The universe and what is known of it.
        definitions: What is asked, and all that it leans on.
        customers: Those to answer for, with ``customer_id``; None for the whole universe.
    """
    universe = tables.universe if customers is None else tables.universe.semi_join(customers, "customer_id")
    parties = _by_customer(reader.arrow(_with_traits(universe, tables, _traits(definitions))).to_pylist())
    facts = {name: _rows(reader, tables.facts[name], universe) for name in sorted(_tables(definitions))}
    nodes = [node for each in definitions for node in walk(each.where)]
    changes = _optional(reader, tables.changes, universe, nodes, (Moved, InSegment))
    consents = _optional(reader, tables.consents, universe, nodes, (Consents, Reachable))
    addresses = _optional(reader, tables.addresses, universe, nodes, (Reachable,))
    return {
        id_: World(
            parties=rows,
            facts={name: each.get(id_, []) for name, each in facts.items()},
            changes=changes.get(id_, []),
            consents=consents.get(id_, []),
            addresses=addresses.get(id_, []),
            definitions=definitions,
        )
        for id_, rows in parties.items()
    }


def _traits(definitions: Iterable[Definition]) -> list[str]:
    names = {name for each in definitions for name in traits_of(each.where)}
    if any(isinstance(node, Distance) for each in definitions for node in walk(each.where)):
        names |= {"latitude", "longitude"}
    return sorted(names)


def _tables(definitions: Iterable[Definition]) -> set[str]:
    nodes = (node for each in definitions for node in walk(each.where))
    return {FACT_TABLES[node.kind].table for node in nodes if isinstance(node, Facts)}


def _with_traits(universe: ir.Table, tables: Inputs, names: Sequence[str]) -> ir.Table:
    told = universe
    for home in sorted({tables.fields[name].table for name in names}):
        table = tables.traits[home]
        own = {name: table[tables.fields[name].column] for name in names if tables.fields[name].table == home}
        right = table.select(trait_id="customer_id", **own)
        told = told.left_join(right, told.customer_id == right.trait_id).drop("trait_id")
    return told


def _rows(reader: Reader, table: ir.Table, universe: ir.Table) -> dict[str, Rows]:
    return _by_customer(reader.arrow(table.semi_join(universe, "customer_id")).to_pylist())


def _optional(
    reader: Reader, table: ir.Table | None, universe: ir.Table, nodes: Sequence[Any], kinds: tuple[type, ...]
) -> dict[str, Rows]:
    if table is None or not any(isinstance(node, kinds) for node in nodes):
        return {}
    return _rows(reader, table, universe)


def _by_customer(rows: Iterable[dict[str, Any]]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["customer_id"], []).append(row)
    return found
