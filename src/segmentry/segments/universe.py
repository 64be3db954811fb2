"""The tables of a workspace as what definitions are evaluated over: universe, traits, facts and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.profiles.history import keyed
from segmentry.segments.fields import Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.membership import timeline
from segmentry.segments.tree import Definition
from segmentry.terms.vocabulary import Kind

Base = tuple[str, ...]
"""Kinds of parties that make a universe, in order of their names."""


class Reader(Protocol):
    """What reads published tables: a run (its own versions first) or an engine."""

    def has(self, logical_name: str) -> bool:
        """Whether the table was published."""

    def table(self, logical_name: str) -> ir.Table:
        """The table as an expression."""

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression."""

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Run an expression that yields few rows."""


def base_of(definition: Definition) -> Base:
    """The kinds of parties among whom a definition looks for members; accounts are organizations."""
    kinds = (Kind.ORGANIZATION,) if definition.of == "accounts" else definition.kinds
    return tuple(sorted({kind.value for kind in kinds}))


def identity_of(reader: Reader) -> ir.Table | None:
    """The identity table, or None while every party is a customer of its own (then no join is needed)."""
    identity = reader.table("identity")
    merged = reader.rows(identity.filter(identity.party_key != identity.customer_id).aggregate(rows=ibis._.count()))
    return identity if merged[0]["rows"] else None


def universe(reader: Reader, as_of: datetime, base: Base) -> ir.Table:
    """Customers known at an instant, of some kinds: ``customer_id``, oldest ``party_key`` and ``known_since``.

    Args:
        reader: Sees ``identity`` and ``customers``.
        as_of: The instant (UTC); those first told of later are no part of it.
        base: Kinds of parties.
    """
    identity = reader.table("identity")
    parties = reader.table("customers").select("party_key", "kind")
    known = identity.inner_join(parties, "party_key")
    now = ibis.literal(as_of, type="timestamp(6)")
    known = known.filter(known.kind.isin(base), known.valid_from.isnull() | (known.valid_from <= now))
    order = [known.valid_from.asc(nulls_first=False), known.party_key]
    by_customer = ibis.window(group_by=known.customer_id, order_by=order)
    ranked = known.mutate(place_=ibis.row_number().over(by_customer))
    oldest = ranked.filter(ranked.place_ == 0)
    return oldest.select("customer_id", "party_key", known_since=oldest.valid_from)


def inputs(reader: Reader, as_of: datetime, base: Base) -> Inputs:
    """Everything definitions may ask for, as published.

    Args:
        reader: Sees what profiles and higher rooms published.
        as_of: Instant of evaluation (UTC), for the universe.
        base: Kinds of parties of the universe.
    """
    rows = reader.rows(reader.table("trait_catalog")) if reader.has("trait_catalog") else []
    rows = [row for row in rows if reader.has(row["table_name"])]
    changes = timeline(reader.table("segment_changes")) if reader.has("segment_changes") else None
    return Inputs(
        universe(reader, as_of, base),
        Fields.from_catalog(rows),
        {name: reader.table(name) for name in sorted({row["table_name"] for row in rows})},
        facts(reader),
        changes=changes,
    )


def facts(reader: Reader) -> dict[str, ir.Table]:
    """The fact tables that were published, keyed by ``customer_id``."""
    identity = identity_of(reader)
    names = sorted({each.table for each in FACT_TABLES.values()})
    return {name: keyed(reader.table(name), identity) for name in names if reader.has(name)}


def last_facts(reader: Reader, as_of: datetime) -> ir.Table:
    """``customer_id`` and ``last_fact_at``: the latest fact of any kind up to an instant."""
    times = {each.table: each.time for each in FACT_TABLES.values()}
    now = ibis.literal(as_of, type="timestamp(6)")
    parts: Sequence[ir.Table] = [
        table.filter(table[times[name]] <= now).select("customer_id", fact_at=table[times[name]].cast("timestamp(6)"))
        for name, table in facts(reader).items()
        if name != "order_lines"
    ]
    whole = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return whole.group_by("customer_id").aggregate(last_fact_at=whole.fact_at.max())
