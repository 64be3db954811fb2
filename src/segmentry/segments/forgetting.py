"""Tables without the erased: rows about them go, their names beside others and in words become tombstones.

Pure: tables in, tables out. Which column a name stands in decides what becomes of the row: the row is about the party
where its key, a required column, or a column of parties and customers names it; elsewhere only the cell is emptied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.sources.erased import tells_of
from segmentry.sources.organizations import ORGANIZATIONS
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

CHAINS: Mapping[str, tuple[str, ...]] = {
    "identity_history": ("customer_id",),
    "identity_decisions": ("customer_id", "from_customer_id"),
    "identity_rulings": ("customer_id",),
    "identity_aliases": ("alias",),
}
"""Columns in which a tombstone takes the place of a name, since rows of others would be lost with it."""
MARK = "erased:"
"""What tombstones in the place of names begin with; hexadecimal digits follow."""
WORDS = "(erased)"
"""What takes the place of words in which people spoke of the erased."""
LOADED = "loaded_"
"""What tables of all rows of files are called: this and the canonical table they fill."""
_ABOUT = ("party_key", "customer_id")


def contract_of(told: Mapping[str, Any]) -> Contract:
    """The contract that the ledger remembers of a table; that of a canonical table with its layout.

    Args:
        told: A contract as `Contract.as_dict` tells it.
    """
    known = CANONICAL.get(told["name"])
    if known is not None and known.as_dict() == told:
        return known
    columns = tuple(
        Column(
            each["name"],
            ColumnType(each["type"]),
            each["description"],
            each["unit"],
            DataClass(each["data_class"]),
            each["required"],
        )
        for each in told["columns"]
    )
    return Contract(told["name"], told["grain"], tuple(told["key"]), columns, told["final"], told["open"])


def texts_of(table: ir.Table) -> list[str]:
    """Columns of text."""
    return [name for name, kind in table.schema().items() if kind.is_string()]


def without_rows(table: ir.Table, contract: Contract, names: Collection[str]) -> ir.Table:
    """The rows that are about none of the names; a chain keeps the rows of others.

    Args:
        table: Any table.
        contract: Its contract.
        names: The names.
    """
    about = [name for name in subjects(contract) if name in table.columns]
    if not about:
        return table
    wanted = sorted(names)
    return table.filter([~table[name].isin(wanted).fill_null(False) for name in about])


def subjects(contract: Contract) -> list[str]:
    """The text columns whose party a row is about; of loaded rows as of those of their canonical table."""
    kept = CHAINS.get(contract.name, ())
    told = CANONICAL.get(contract.name.removeprefix(LOADED), contract)
    must = {column.name for column in told.columns if column.required} | {*told.key, *contract.key, *_ABOUT}
    return [
        column.name
        for column in contract.columns
        if column.type is ColumnType.TEXT and column.name in must and column.name not in kept
    ]


def speaking(table: ir.Table, names: Collection[str], words: Collection[str] = ()) -> ir.BooleanValue:
    """Whether any text cell of a row is one of the names, or speaks of one of the ``words``.

    Args:
        table: Any table.
        names: Whole cells that are looked for.
        words: What is looked for inside longer texts as well.
    """
    wanted = sorted(names)
    tests = [table[column].isin(wanted).fill_null(False) for column in texts_of(table)]
    if words:
        inside = rf"(^|[^\w:#])({_any_of(words)})($|[^\w#])"
        tests += [table[column].re_search(inside).fill_null(False) for column in texts_of(table)]
    return ibis.or_(*tests) if tests else ibis.literal(False)


def redacted(
    row: Mapping[str, Any], contract: Contract, marks: Mapping[str, str], words: Collection[str]
) -> dict[str, Any]:
    """A row of somebody else, without the names of the erased, what it says of them, and words about them.

    Args:
        row: The row.
        contract: Its contract.
        marks: Tombstones by name.
        words: What is taken out of longer texts.
    """
    kept, inside = CHAINS.get(contract.name, ()), pattern(words) if words else None
    beside = {
        value.startswith(f"{ORGANIZATIONS}:") for value in row.values() if isinstance(value, str) and value in marks
    }
    row = {
        column: None if any(tells_of(column, organization=each) for each in beside) else value
        for column, value in row.items()
    }
    return {
        column: _cell(value, marks, inside, chained=column in kept) if isinstance(value, str) else value
        for column, value in row.items()
    }


def _cell(value: str, marks: Mapping[str, str], inside: re.Pattern[str] | None, *, chained: bool) -> str | None:
    if value in marks:
        return marks[value] if chained else None
    return value if inside is None else inside.sub(WORDS, value)


def pattern(words: Collection[str]) -> re.Pattern[str]:
    """Any of some words as a whole: ``customer:1`` is not meant by ``customer:17``."""
    return re.compile(rf"(?<![\w:#])(?:{_any_of(words)})(?![\w#])")


def _any_of(words: Collection[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
