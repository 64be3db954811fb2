"""Which persons act for which organizations, as facts tell it that name both."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.sources.cells import AT_ACCOUNT
from segmentry.sources.generic_load import canonical_rows
from segmentry.sources.organizations import BY_ACCOUNTS
from segmentry.sources.shapes import united
from segmentry.terms.canonical import ACCOUNT_CONTACTS


def publish_relations(run: Run) -> None:
    """Publish ``account_contacts``: what files of contacts tell, and persons whom facts name beside an organization.

    Whom a fact alone tells has no role, title or days; of a person whom a file of contacts tells at the organization
    facts add nothing. Nothing is published where nobody tells any.

    Args:
        run: The run; loaded rows and order lines must be published.
    """
    told = (
        canonical_rows(run.table("loaded_account_contacts"), ACCOUNT_CONTACTS)
        if run.has("loaded_account_contacts")
        else None
    )
    pairs = list(_pairs(run))
    parts = [] if told is None else [told]
    if pairs:
        whole = ibis.union(*pairs) if len(pairs) > 1 else pairs[0]
        acting = whole.group_by("account_key", "party_key").aggregate(source=whole.source.min())
        added = acting if told is None else acting.anti_join(told, ["account_key", "party_key"])
        parts.append(added.mutate(started_on=ibis.null("date"), role=ibis.null("string")))
    if parts:
        run.publish(ACCOUNT_CONTACTS, united(parts))
    elif run.has(ACCOUNT_CONTACTS.name):
        run.publish(ACCOUNT_CONTACTS, run.table(ACCOUNT_CONTACTS.name).limit(0))


def _pairs(run: Run) -> Iterator[ir.Table]:
    """``account_key``, ``party_key`` and ``source`` of the facts of each table that names both in any row."""
    for name in sorted(BY_ACCOUNTS):
        loaded = run.table(f"loaded_{name}") if run.has(f"loaded_{name}") else None
        if loaded is not None and AT_ACCOUNT in loaded.columns:
            acting = loaded.filter(loaded.reason.isnull(), loaded[AT_ACCOUNT].notnull(), loaded.party_key.notnull())
            yield acting.select("party_key", "source", account_key=acting[AT_ACCOUNT])
    if run.has("order_lines") and "contact_key" in run.table("order_lines").columns:
        lines = run.table("order_lines")
        ordered = lines.filter(lines.contact_key.notnull())
        if run.rows(ordered.select("party_key").limit(1)):
            yield ordered.select("source", account_key=ordered.party_key, party_key=ordered.contact_key)
