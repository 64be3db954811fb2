"""What sources tell of organizations, as far as it says whether two of them are one."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.identity.alike import Organization
from segmentry.profiles.identity.descriptions import word
from segmentry.profiles.identity.keys import domain_of, spelled
from segmentry.profiles.identity.roles import roles_of


def told_organizations(run: Run, accounts: ir.Table) -> list[Organization]:
    """The organizations that bear a name.

    Args:
        run: The run.
        accounts: The canonical table, with given columns.
    """
    rows = run.rows(descriptions_of(accounts))
    return [Organization(**{column: row[column] for column in _COLUMNS}) for row in rows]


_COLUMNS = ("party", "name", "city", "country", "domain", "number", "parent")


def descriptions_of(accounts: ir.Table) -> ir.Table:
    """One row for each organization with a name, in the columns of `Organization`, each in one spelling.

    Where a source names its organizations instead of numbering them the number is the name. A web domain comes from a
    column of web addresses, else from one of mailboxes.

    Args:
        accounts: The canonical table, with given columns.
    """
    roles = roles_of(accounts.columns, ())

    def told(role: str) -> ir.StringValue:
        return accounts[roles[role]].cast("string") if role in roles else ibis.null("string")

    native = accounts.account_key.re_replace("^[^:]*:", "")
    name = ibis.coalesce(accounts.name, native.re_search("[A-Za-z]{3}").ifelse(native, ibis.null("string")))
    described = accounts.select(
        party=accounts.account_key,
        name=name,
        city=word(accounts.city),
        country=word(accounts.country),
        domain=ibis.coalesce(domain_of(told("domain")), domain_of(told("email"))),
        number=spelled(ibis.literal("tax_id"), told("tax_id")),
        parent=accounts.parent_key,
    )
    return described.filter(described.name.notnull())
