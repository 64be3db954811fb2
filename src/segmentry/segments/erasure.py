"""Customers who are erased: no statement names them any more, and no definition finds them again.

A tombstone keeps a salted hash instead of the id: it tells an erased customer when one comes by, and names nobody.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.reader import Reader
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT = ColumnType.TEXT


SEGMENT_ERASURES = Contract(
    "segment_erasures",
    "one erased customer, named to nobody",
    ("digest",),
    (
        Column("digest", _TEXT, "SHA-256 of salt and customer id.", required=True),
        Column("salt", _TEXT, "What was put before the id; one for the whole workspace.", required=True),
        Column("erased_at", ColumnType.TIMESTAMP, "When it was erased.", "UTC", required=True),
    ),
)


def digest(customer_id: Any, salt: str) -> Any:
    """SHA-256 of salt and id in lower-case hexadecimal digits, the same on every engine."""
    return (ibis.literal(f"{salt}:") + customer_id).hexdigest("sha256").lower()


def salt_of(reader: Reader) -> str | None:
    """The salt of the tombstones; None where nobody was erased yet."""
    rows = reader.rows(reader.table("segment_erasures").limit(1)) if reader.has("segment_erasures") else []
    return str(rows[0]["salt"]) if rows else None


def without_erased(table: ir.Table, erased: ir.Table, salt: str) -> ir.Table:
    """Rows whose ``customer_id`` was not erased.

    Args:
        table: Rows with ``customer_id``.
        erased: Tombstones.
        salt: Their salt.
    """
    marked = table.mutate(digest_=digest(table.customer_id, salt))
    return marked.anti_join(erased, marked.digest_ == erased.digest).drop("digest_")
