"""Customers who are erased: nothing names them any more, and no definition finds them again.

A tombstone keeps a salted hash instead of the id: it tells an erased customer when one comes by, and names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from segmentry.segments.reader import Reader
from segmentry.sources.erased import ERASURES, salt_of
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT = ColumnType.TEXT


SEGMENT_ERASURES = Contract(
    ERASURES,
    "one name of an erased customer, told to nobody",
    ("digest",),
    (
        Column("digest", _TEXT, "SHA-256 of salt and a name: a party key, or an id of the customer.", required=True),
        Column("salt", _TEXT, "What was put before the id; one for the whole workspace.", required=True),
        Column("erased_at", ColumnType.TIMESTAMP, "When it was erased.", "UTC", required=True),
    ),
)


def names_of(reader: Reader, customers: Sequence[str]) -> list[str]:
    """Every id and party key by which some customers were ever known, and by which nobody else is known today.

    Args:
        reader: Sees ``identity``, and what is on file of merges where there were any.
        customers: Their ids today.
    """
    identity = reader.table("identity")
    own = identity.customer_id.isin(list(customers))
    parties = [row["party_key"] for row in reader.rows(identity.filter(own))]
    names = {*customers, *parties}
    if reader.has("identity_history"):
        history = reader.table("identity_history")
        names |= {row["customer_id"] for row in reader.rows(history.filter(history.party_key.isin(parties)))}
    if reader.has("identity_aliases"):
        aliases = reader.table("identity_aliases")
        names |= {row["alias"] for row in reader.rows(aliases.filter(aliases.customer_id.isin(list(customers))))}
    others = identity.filter(~own, identity.customer_id.isin(sorted(names)))
    return sorted(names - {row["customer_id"] for row in reader.rows(others)})


def erased_among(reader: Reader, names: Sequence[str]) -> list[str]:
    """Those of some ids and party keys that were erased."""
    salt = salt_of(reader)
    if salt is None:
        return []
    known = {row["digest"] for row in reader.rows(reader.table(ERASURES))}
    return [name for name in names if sha256(f"{salt}:{name}".encode()).hexdigest() in known]
