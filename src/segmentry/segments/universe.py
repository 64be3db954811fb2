"""The tables of a workspace as what definitions are evaluated over: universe, traits, facts and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.history import keyed
from segmentry.profiles.picking import first_rows
from segmentry.segments import relations
from segmentry.segments.clock.moments import Moments
from segmentry.segments.fields import Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.membership import timeline
from segmentry.segments.reader import Reader
from segmentry.segments.tree import Definition
from segmentry.sources.erased import ERASURES, salt_of, without_erased
from segmentry.terms.vocabulary import Kind

Base = tuple[str, ...]
"""Kinds of parties that make a universe, in order of their names."""
EVERYBODY: Base = tuple(sorted(Kind))
"""Every kind of party."""


def base_of(definition: Definition) -> Base:
    """The kinds of parties among whom a definition looks for members; accounts are organizations."""
    kinds = (Kind.ORGANIZATION,) if definition.of == "accounts" else definition.kinds
    return tuple(sorted({kind.value for kind in kinds}))


def identity_of(reader: Reader) -> ir.Table | None:
    """The identity table, or None while every party is a customer of its own (then no join is needed)."""
    identity = reader.table("identity")
    merged = reader.rows(identity.filter(identity.party_key != identity.customer_id).aggregate(rows=ibis._.count()))
    return identity if merged[0]["rows"] else None


def universe(reader: Reader, as_of: datetime | Moments, base: Base) -> ir.Table:
    """Customers known at an instant, of some kinds: ``customer_id``, oldest ``party_key`` and ``known_since``.

    Args:
        reader: Sees ``identity`` and ``customers``.
        as_of: The instant (UTC), or moments; those first told of later are no part of it.
        base: Kinds of parties.
    """
    known, now = (
        parties(reader, base),
        ibis.literal(as_of, type="timestamp(6)") if isinstance(as_of, datetime) else None,
    )
    if isinstance(as_of, Moments):
        known = as_of.keyed(known)
        now = as_of.instant(known)
    known = known.filter(known.valid_from.isnull() | (known.valid_from <= now))
    oldest = first_rows(known, "customer_id", [known.valid_from.asc(nulls_first=False), known.party_key])
    found = oldest.select("customer_id", "party_key", known_since=oldest.valid_from)
    return as_of.beside(found) if isinstance(as_of, Moments) else found


def parties(reader: Reader, base: Base) -> ir.Table:
    """Parties of some kinds, with ``customer_id`` and ``valid_from``, whenever they became so; not those erased."""
    identity = reader.table("identity")
    if reader.has("party_kinds"):
        told = reader.table("party_kinds")
        rows = told.filter(told.kind.isin(base))
        kinds = rows.group_by("party_key").aggregate(since=rows.since.min())
    else:
        told = reader.table("customers")
        kinds = told.filter(told.kind.isin(base)).select("party_key", since=ibis.null("timestamp(6)"))
    known = identity.inner_join(kinds, "party_key")
    found = known.select("customer_id", "party_key", valid_from=ibis.coalesce(known.since, known.valid_from))
    return without_erased(found, reader.table(ERASURES), salt) if (salt := salt_of(reader)) else found


def inputs(reader: Reader, as_of: datetime | Moments, base: Base) -> Inputs:
    """Everything definitions may ask for, as published.

    Args:
        reader: Sees what profiles and higher rooms published.
        as_of: Instant of evaluation (UTC), for the universe; or moments, by which all tables are keyed then.
        base: Kinds of parties of the universe.
    """
    rows = reader.rows(reader.table("trait_catalog")) if reader.has("trait_catalog") else []
    rows = [row for row in rows if reader.has(row["table_name"])]
    changes = timeline(reader.table("segment_changes")) if reader.has("segment_changes") else None
    traits = {name: reader.table(name) for name in sorted({row["table_name"] for row in rows})}
    known = universe(reader, as_of, base)
    whole = Inputs(known, Fields.from_catalog(rows), traits, facts(reader), changes=changes)
    whole = replace(whole, **_relations(reader, as_of))
    return replace(at_moments(whole, as_of), universe=known) if isinstance(as_of, Moments) else whole


def _relations(reader: Reader, as_of: datetime | Moments) -> dict[str, ir.Table]:
    """Consents, addresses and roles, where they were told; with roles, everybody at whom conditions on them look."""
    told = [name for name in ("consents", "addresses", "account_contacts") if reader.has(name)]
    if not told:
        return {}
    identity, found = identity_of(reader), dict[str, ir.Table]()
    if "consents" in told:
        found["consents"] = relations.consents(reader.table("consents"), identity)
    if "addresses" in told:
        found["addresses"] = relations.addresses(reader.table("addresses"), identity)
    if "account_contacts" in told and isinstance(as_of, datetime):
        settled = reader.has("account_contacts_keyed")
        told_roles = reader.table("account_contacts_keyed" if settled else "account_contacts")
        found["contacts"] = relations.settled(told_roles) if settled else relations.contacts(told_roles, identity)
        found["parties"] = universe(reader, as_of, EVERYBODY)
    return found


def at_moments(whole: Inputs, moments: Moments) -> Inputs:
    """Inputs whose tables are keyed by moments."""

    def keyed_by(table: ir.Table | None) -> Any:
        return None if table is None else moments.keyed(table)

    return replace(
        whole,
        universe=moments.keyed(whole.universe),
        traits={name: moments.keyed(table) for name, table in whole.traits.items()},
        facts={name: moments.keyed(table) for name, table in whole.facts.items()},
        changes=keyed_by(whole.changes),
        consents=keyed_by(whole.consents),
        addresses=keyed_by(whole.addresses),
    )


def facts(reader: Reader) -> dict[str, ir.Table]:
    """The fact tables that were published, keyed by ``customer_id``."""
    identity = identity_of(reader)
    names = sorted({each.table for each in FACT_TABLES.values()})
    return {name: keyed(reader.table(name), identity) for name in names if reader.has(name)}


def fact_times(reader: Reader) -> ir.Table:
    """``customer_id`` and ``fact_at`` of every fact of any kind."""
    times = {each.table: each.time for each in FACT_TABLES.values()}
    parts: Sequence[ir.Table] = [
        table.select("customer_id", fact_at=table[times[name]].cast("timestamp(6)"))
        for name, table in facts(reader).items()
        if name != "order_lines"
    ]
    if not parts:
        return reader.table("identity").select("customer_id", fact_at="valid_from")
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def last_facts(reader: Reader, as_of: datetime) -> ir.Table:
    """``customer_id`` and ``last_fact_at``: the latest fact of any kind up to an instant."""
    whole = fact_times(reader)
    known = whole.filter(whole.fact_at <= ibis.literal(as_of, type="timestamp(6)"))
    return known.group_by("customer_id").aggregate(last_fact_at=known.fact_at.max())
