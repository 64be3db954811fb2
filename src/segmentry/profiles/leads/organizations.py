"""To which organization a lead belongs: by a role it already had, else by the name it told."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import keyed_as
from segmentry.profiles.leads.spec import LeadSpec
from segmentry.profiles.picking import first_rows

_NUMBERED = "account:"
"""What keys of organizations begin with."""


def companies(accounts: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Organizations by name in lower case, one row for each name, with what they are and since when they are known.

    Sources that number organizations by their names tell no other name.

    Args:
        accounts: The canonical table.
        identity: The identity table, or None while every party is a customer of its own.
    """
    told = keyed_as(accounts, "account_key", identity, "account_id")
    number = told.account_key.substr(len(_NUMBERED))
    known = ibis.coalesce(told.name, ibis.ifelse(told.account_key.startswith(_NUMBERED), number, told.account_key))
    told = told.mutate(company_name=known.lower().strip())
    return told.group_by("company_name").aggregate(
        industry=told.industry.max(),
        employees=told.employees.max(),
        country=told.country.max(),
        account_id=told.account_id.min(),
        organization_since=told.known_since.cast("timestamp(6)").min(where=told.known_since.notnull()),
    )


def with_company(leads: ir.Table, contacts: ir.Table, accounts: ir.Table, spec: LeadSpec) -> ir.Table:
    """Leads whose company is that of a role they had when they were looked at, where they told none.

    A role that was put down later tells that somebody worked on the lead, so it does not count.

    Args:
        leads: Leads with ``customer_id``.
        contacts: Roles as the accounts module keyed them.
        accounts: Organizations with ``account_id`` and ``company_name``.
        spec: Tells when leads are looked at.
    """
    roles = contacts.select("account_id", "since", who="customer_id").distinct()
    named = roles.inner_join(accounts.select("account_id", own_company="company_name"), "account_id")
    people = leads.select("source", "lead_id", "created_at", "customer_id")
    met = people.inner_join(named, people.customer_id == named.who)
    latest = met.created_at.cast("timestamp(6)") + ibis.interval(seconds=int(spec.observed_days * 86_400))
    known = met.filter((met.since.cast("timestamp(6)") <= latest).fill_null(True))
    order = [known.since.desc(nulls_first=False), known.own_company.asc()]
    own = first_rows(known, ["source", "lead_id"], order).select(
        own_source="source", own_lead="lead_id", own_company="own_company"
    )
    whole = leads.left_join(own, [leads.source == own.own_source, leads.lead_id == own.own_lead])
    return whole.mutate(company=ibis.coalesce(whole.company, whole.own_company)).drop(
        "own_source", "own_lead", "own_company"
    )
