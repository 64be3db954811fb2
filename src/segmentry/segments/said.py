"""What people said in rulings about the erased, and what others' rows say of an erased contact: where it stands.

Pure. Words are told by the ruling they belong to, never looked for: a reason such as ``duplicate`` or ``email`` may
stand in any table, and means nobody there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.forgetting import WORDS

RULINGS, DECISIONS = "identity_rulings", "identity_decisions"
_RULED = "person"
_NAMING = ("party_key", "from_customer_id", "customer_id")
_OWNERS = ("party_key", "customer_id")


@dataclass(frozen=True)
class Said:
    """What was said of the erased in rows that do not name them.

    Attributes:
        rulings: Ids of the rulings in which they are named.
        quotes: Each such ruling as decisions quote it, with the parties and customers it was about.
        owners: Parties and customers in whose rows the erased stood as contacts.
        cells: What these rows say of the contacts, by column.
    """

    rulings: frozenset[str] = frozenset()
    quotes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()
    cells: Mapping[str, frozenset[Any]] = field(default_factory=dict)


def said_in(rulings: Iterable[Mapping[str, Any]], names: Collection[str]) -> Said:
    """The rulings that name any of some names.

    Args:
        rulings: Rows of ``identity_rulings``.
        names: Every name of the erased.
    """
    rows = list(rulings)
    ids = frozenset(row["ruling_id"] for row in rows if row["party_key"] in names or row["customer_id"] in names)
    quotes: dict[str, set[str]] = {}
    for row in rows:
        if row["ruling_id"] in ids:
            quotes.setdefault(_quote(row["ruling"], row["because"]), set()).update(
                (row["party_key"], row["customer_id"])
            )
    return Said(ids, {words: frozenset(parties) for words, parties in quotes.items()})


def telling(table: ir.Table, name: str, said: Said) -> ir.BooleanValue:
    """Whether a row of a table says any of it.

    Args:
        table: Any table.
        name: What it is called.
        said: What was said.
    """
    tests: list[ir.BooleanValue] = []
    if name == RULINGS and said.rulings:
        tests.append(table.ruling_id.isin(sorted(said.rulings)) & (table.because != WORDS))
    if name == DECISIONS:
        of_person = table.decided_by == _RULED
        for words, parties in sorted(said.quotes.items()):
            named = ibis.or_(*(table[column].isin(sorted(parties)) for column in _NAMING))
            tests.append((of_person & (table.because == words) & named).fill_null(False))
    tests += [
        (table[owner].isin(sorted(said.owners)) & table[column].isin(_alike(table[column], values))).fill_null(False)
        for owner in _OWNERS
        for column, values in sorted(said.cells.items())
        if owner in table.columns and column in table.columns
    ]
    return ibis.or_(*tests) if tests else ibis.literal(False)


def unsaid(row: Mapping[str, Any], name: str, said: Said) -> dict[str, Any]:
    """A row of somebody else without it; no other cell is touched.

    Args:
        row: The row.
        name: What its table is called.
        said: What was said.
    """
    kept = dict(row)
    if name == RULINGS and row["ruling_id"] in said.rulings:
        kept["because"] = WORDS
    if name == DECISIONS and row["decided_by"] == _RULED:
        parties = said.quotes.get(row["because"], frozenset())
        if parties & {row[column] for column in _NAMING}:
            kept["because"] = _quote(row["because"].partition(": ")[0], WORDS)
    if said.owners & {row.get(owner) for owner in _OWNERS}:
        told = {column: {str(value) for value in values} for column, values in said.cells.items()}
        kept |= {column: None for column, values in told.items() if column in row and str(row[column]) in values}
    return kept


def _alike(column: ir.Value, values: Collection[Any]) -> list[Any]:
    """Values as a column may hold them: it can have become text on the way."""
    if column.type().is_string():
        return sorted(str(value) for value in values)
    return [value for value in values if not isinstance(value, str)]


def _quote(ruling: str, because: str) -> str:
    """A ruling as decisions quote it."""
    return f"{ruling.replace('_', ' ')}: {because}"
