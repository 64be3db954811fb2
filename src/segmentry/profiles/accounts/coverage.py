"""Coverage of the buying center: which of the seven roles are known, unknown or silent at each organization."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import days_since, in_force, instant
from segmentry.profiles.accounts.roles import ROLES
from segmentry.profiles.accounts.spec import AccountSpec

SIGNS = {
    "events": "occurred_at",
    "service_contacts": "contacted_at",
    "touches": "touched_at",
    "orders": "ordered_at",
}
"""Tables that show a sign of life, with the column that tells when."""


def last_signs(facts: Mapping[str, ir.Table], spec: AccountSpec) -> ir.Table | None:
    """The latest sign of each party up to the as-of: ``customer_id`` and ``last_sign_at``.

    An event, a contact with service, an order, or a campaign contact that was delivered. None where no such table is
    told: then nobody can be called silent.

    Args:
        facts: Keyed tables by name.
        spec: Tells the as-of.
    """
    parts = []
    for name, column in SIGNS.items():
        if name in facts:
            rows = facts[name]
            rows = rows.filter(rows.arm == "treated") if name == "touches" else rows
            rows = rows.filter(rows[column] <= instant(spec.as_of))
            parts.append(rows.group_by("customer_id").aggregate(at=rows[column].max()))
    if not parts:
        return None
    whole = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    return whole.group_by("customer_id").aggregate(last_sign_at=whole["at"].max())


def present_contacts(contacts: ir.Table, signs: ir.Table | None, spec: AccountSpec) -> ir.Table:
    """Roles in force at the as-of, with ``last_sign_at`` and whether the person is ``silent``.

    Silent is who has given no sign for `AccountSpec.silence_days`, counted from the begin of the role if that is later:
    somebody new has had no time to be silent. Without any sign and any begin told a person is silent as well. Where
    signs are told of nobody it is empty.

    Args:
        contacts: The keyed contacts.
        signs: The table of `last_signs`.
        spec: Tells the as-of and how long silence is.
    """
    rows = contacts.filter(in_force(contacts.since, contacts.until, spec.last_day))
    if signs is None:
        return rows.mutate(last_sign_at=ibis.null("timestamp(6)"), silent=ibis.null("boolean"))
    seen = rows.left_join(signs, "customer_id")
    seen = seen.drop(*(name for name in seen.columns if name == "customer_id_right"))
    heard = ibis.coalesce(seen.last_sign_at.cast("date"), seen.since)
    latest = ibis.ifelse((seen.since > heard).fill_null(False), seen.since, heard)
    return seen.mutate(silent=(days_since(spec.last_day, latest) >= spec.silence_days).fill_null(True))


def coverage(organizations: ir.Table, present: ir.Table) -> ir.Table:
    """Rows of the contract `ACCOUNT_COVERAGE`: every organization with each of the seven roles.

    Args:
        organizations: Rows with ``customer_id``.
        present: The table of `present_contacts`.
    """
    named = present.filter(present.role.notnull())
    counted = named.group_by("account_id", "role").aggregate(
        contacts=named.customer_id.nunique(),
        silent=named.customer_id.nunique(where=named.silent),
        told=named.silent.notnull().any(),
        last_sign_at=named.last_sign_at.max(),
    )
    counted = counted.select("contacts", "silent", "told", "last_sign_at", _account="account_id", _role="role")
    parts = [organizations.select("customer_id", role=ibis.literal(role)) for role in ROLES]
    grid = parts[0].union(*parts[1:])
    joined = grid.left_join(counted, [grid.customer_id == counted["_account"], grid.role == counted["_role"]])
    contacts = joined.contacts.fill_null(0)
    all_silent = (joined.silent == contacts) & joined.told
    return joined.select(
        "customer_id",
        "role",
        "last_sign_at",
        contacts=contacts,
        silent=ibis.ifelse(joined.told, joined.silent, ibis.null("int64")),
        state=ibis.cases((contacts == 0, "unknown"), (all_silent.fill_null(False), "silent"), else_="known"),
    )


def coverage_traits(organizations: ir.Table, covered: ir.Table, present: ir.Table, spec: AccountSpec) -> ir.Table:
    """Contacts, roles known, missing and silent, one row for each organization.

    Args:
        organizations: Rows with ``customer_id``.
        covered: The table of `coverage`.
        present: The table of `present_contacts`.
        spec: Tells the last local day.
    """
    known = covered.contacts > 0
    roles = covered.group_by("customer_id").aggregate(
        buying_roles_known=known.cast("int64").sum(),
        silent_roles=(covered.state == "silent").cast("int64").sum(),
        **{f"_{role}": (known & (covered.role == role)).any() for role in ROLES},
    )
    persons = present.group_by(_account="account_id").aggregate(
        contacts_known=present.customer_id.nunique(),
        contacts_silent=present.customer_id.nunique(where=present.silent),
        _told=present.silent.notnull().any(),
        _sign=present.last_sign_at.max(),
    )
    joined = roles.left_join(persons, roles.customer_id == persons["_account"])
    contacts = joined.contacts_known.fill_null(0)
    told = joined["_told"].fill_null(False)
    missing = ibis.literal("")
    for role in ROLES:
        missing = missing + ibis.ifelse(joined[f"_{role}"], "", f"{role}, ")
    silent = ibis.ifelse(told, joined.contacts_silent, ibis.null("int64"))
    traits = joined.select(
        "customer_id",
        "buying_roles_known",
        contacts_known=contacts,
        buying_center_coverage=joined.buying_roles_known.cast("float64") / len(ROLES),
        missing_roles=missing.rstrip().re_replace(",$", "").nullif(""),
        decider_known=joined["_decider"],
        silent_roles=ibis.ifelse(told, joined.silent_roles, ibis.null("int64")),
        contacts_silent=silent,
        account_silent=ibis.ifelse(told, silent == contacts, ibis.null("boolean")),
        days_since_contact_sign=days_since(spec.last_day, joined["_sign"]),
    )
    return traits.semi_join(organizations, "customer_id")
