"""Raw rows for the referee: of each customer only what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.segments.dependencies import traits_of
from segmentry.segments.inputs import Inputs
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.reader import Reader
from segmentry.segments.referee import World
from segmentry.segments.tree import (
    AllContacts,
    AtAccount,
    Consents,
    Contacts,
    Definition,
    Distance,
    Facts,
    InSegment,
    Moved,
    Reachable,
    walk,
)

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
    nodes = [node for each in definitions for node in walk(each.where)]
    near = _neighbors(reader, tables, universe, nodes)
    asked = reader.arrow(universe.select("customer_id"))["customer_id"].to_pylist()
    seen = _with_neighbors(tables, universe, near)
    parties = _by_customer(reader.arrow(_with_traits(seen, tables, _traits(definitions))).to_pylist())
    facts = {name: _rows(reader, tables.facts[name], seen) for name in sorted(_tables(definitions))}
    changes = _optional(reader, tables.changes, seen, nodes, (Moved, InSegment))
    consents = _optional(reader, tables.consents, seen, nodes, (Consents, Reachable))
    addresses = _optional(reader, tables.addresses, seen, nodes, (Reachable,))
    found = {}
    for id_ in asked:
        links = near.get(id_, [])
        others = sorted({each for link in links for each in (link["account_id"], link["customer_id"])} - {id_})
        ids = [id_, *others]
        found[id_] = World(
            parties=parties[id_],
            others=_of(parties, others),
            facts={name: _of(each, ids) for name, each in facts.items()},
            changes=_of(changes, ids),
            consents=_of(consents, ids),
            addresses=_of(addresses, ids),
            contacts=links,
            definitions=definitions,
        )
    return found


def _neighbors(reader: Reader, tables: Inputs, universe: ir.Table, nodes: Sequence[Any]) -> dict[str, Rows]:
    """Links to contacts and accounts, by the customer at either end; none where nothing asks for them."""
    if tables.contacts is None or not any(isinstance(node, Contacts | AllContacts | AtAccount) for node in nodes):
        return {}
    found: dict[str, Rows] = {}
    for end in ("account_id", "customer_id"):
        own = tables.contacts.semi_join(universe, tables.contacts[end] == universe.customer_id)
        for row in reader.arrow(own).to_pylist():
            if row not in found.setdefault(row[end], []):
                found[row[end]].append(row)
    return found


def _with_neighbors(tables: Inputs, universe: ir.Table, near: Mapping[str, Rows]) -> ir.Table:
    """The universe with everybody it is linked to."""
    if not near or tables.parties is None:
        return universe
    ids = {each for links in near.values() for link in links for each in (link["account_id"], link["customer_id"])}
    linked = ibis.memtable(pa.table({"customer_id": pa.array(sorted(ids), pa.string())}))
    columns = universe.columns
    others = tables.parties.semi_join(linked, "customer_id").anti_join(universe, "customer_id")
    return universe.union(others.select(columns))


def _of(rows: Mapping[str, Rows], ids: Sequence[str]) -> Rows:
    return [row for id_ in ids for row in rows.get(id_, [])]


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
