"""Parties who were erased: told by salted hashes when a file names them again, so that nothing loads them anew."""

from __future__ import annotations

import re
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.sources.tables import GIVEN

ERASURES = "segment_erasures"
"""Table of the tombstones: ``digest`` and ``salt``."""
REASON = "of an erased customer"
"""Why a row of a file is left out; nothing else of it is kept."""
_OF_PERSONS = re.compile(
    r"contact|kontakt|person|user|buyer|mail|phone|telef|mobil|birth|surname|vorname|nachname|apellid|ansprech|signer"
    r"|(?<!product_)(?<!plan_)(?<!campaign_)(?<!event_)(?<!item_)(?<!brand_)(?<!store_)name"
    r"|(^|_)(tel|fax|cell|nom|prenom|nombre|nome|cognome|first|last|owner|address|street|adresse)(_|$)"
    r"|(^|_)(note|comment|remark|memo|message)s?(_|$)"
)
_OF_ORGANIZATIONS = re.compile(
    r"company|account|organi[sz]ation|firm|employer|business|parent|domain|website|(^|_)(vat|tax)"
)
_ORGANIZATIONS = ("account_key", "parent_key")


def tells_of(column: str, *, organization: bool) -> bool:
    """Whether a column that nobody mapped may describe who is named beside the party of a row, judged by its name.

    Args:
        column: Its name, with `GIVEN` before it.
        organization: Whether an organization stands beside a person, or a person beside whoever it is.
    """
    bare = column.removeprefix(GIVEN)
    told = _OF_ORGANIZATIONS if organization else _OF_PERSONS
    return bare != column and told.search(bare) is not None


def digest(name: Any, salt: str) -> Any:
    """SHA-256 of salt and name in lower-case hexadecimal digits, the same on every engine."""
    return (ibis.literal(f"{salt}:") + name).hexdigest("sha256").lower()


def salt_of(run: Any) -> str | None:
    """The salt of the tombstones; None where nobody was erased yet."""
    rows = run.rows(run.table(ERASURES).limit(1)) if run.has(ERASURES) else []
    return str(rows[0]["salt"]) if rows else None


def without_erased(table: ir.Table, erased: ir.Table, salt: str, key: str = "party_key") -> ir.Table:
    """Rows whose party was not erased, whatever customer it belongs to today.

    Args:
        table: Rows with ``key``.
        erased: Tombstones.
        salt: Their salt.
        key: Column with party keys.
    """
    return table.anti_join(_erased_keys(table, erased, salt, key), key)


def forgotten(run: Run, table: ir.Table, keys: tuple[str, ...], beside: tuple[str, ...] = ()) -> ir.Table:
    """Rows of a file without those of erased parties, and without their names beside others.

    What a row says of who was erased beside its party goes with the name; a row that was put aside goes whole, since
    nobody needs it.

    Args:
        run: The run.
        table: Typed rows.
        keys: Columns whose party a row is about; rows of erased ones go.
        beside: Columns that merely name another party; erased ones become empty.
    """
    salt = salt_of(run)
    if salt is None:
        return table
    erased = run.table(ERASURES)
    for key in keys:
        table = without_erased(table, erased, salt, key)
    for key in beside:
        gone = _erased_keys(table, erased, salt, key).select(gone_=key)
        marked = table.left_join(gone, table[key] == gone["gone_"])
        if "reason" in table.columns:
            marked = marked.filter(marked["gone_"].isnull() | marked.reason.isnull())
        emptied = [key, *(name for name in table.columns if tells_of(name, organization=key in _ORGANIZATIONS))]
        cells = {
            name: marked["gone_"].isnull().ifelse(marked[name], ibis.null(marked[name].type())) for name in emptied
        }
        table = marked.mutate(**cells).select(*table.columns)
    return table


def _erased_keys(table: ir.Table, erased: ir.Table, salt: str, key: str) -> ir.Table:
    """The erased among the parties of a column, each once: few are hashed though many rows name them."""
    known = table.filter(table[key].notnull()).select(key).distinct()
    hashed = known.mutate(digest_=digest(known[key], salt))
    return hashed.semi_join(erased, hashed.digest_ == erased.digest).select(key)
