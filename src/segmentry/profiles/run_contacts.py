"""Publishes who holds which role at which organization, before whatever is rolled up over people."""

from __future__ import annotations

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.profiles.accounts import tables
from segmentry.profiles.accounts.roles import keyed_contacts, role_words
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.run import identity_or_none

_WORDS = pa.schema([("word", pa.string()), ("role", pa.string()), ("finding", pa.string())])


def publish(run: Run, spec: AccountSpec, catalog: TraitCatalog) -> None:
    """Publish the contacts of organizations by customer; nothing where no contact is told of.

    Args:
        run: The run; identity must be published.
        spec: As for `run_accounts.publish`.
        catalog: Gets nothing: roles are no traits.
    """
    if not run.has("account_contacts"):
        return
    told = run.table("account_contacts")
    contacts = keyed_contacts(told, identity_or_none(run), words_of(run, told))
    run.publish(tables.ACCOUNT_CONTACTS_KEYED, contacts, spec=spec, parents=("account_contacts",))


def words_of(run: Run, contacts: ir.Table) -> ir.Table:
    """The different words for roles, with the role that each means and what is odd about it."""
    words = [row["role"] for row in run.rows(contacts.select("role").distinct())]
    return run.engine.warehouse.bring(pa.Table.from_pylist(role_words(words), schema=_WORDS))
