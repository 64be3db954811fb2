"""Contracts: what a published table promises (grain, key, columns with type, unit and data class)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from segmentry.terms.vocabulary import DataClass


class ColumnType(StrEnum):
    """The types a column may have; every engine knows all of them.

    ``decimal`` is decimal(18,4), ``timestamp`` is UTC without a zone in microseconds, ``text`` carries ids as well.
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Attributes:
        name: Column name, a whole word or several joined by underscores.
        type: One of `ColumnType`.
        description: What a value means, in one sentence.
        unit: What is counted, such as ``days`` or ``currency`` (then the row's own currency column says which).
        data_class: How the column must be protected.
        required: Whether a row without it breaks the contract.
    """

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    data_class: DataClass = DataClass.PLAIN
    required: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """What a table promises to those who read it.

    Attributes:
        name: Logical name of the table.
        grain: What one row is, in plain words.
        key: Columns that identify a row.
        columns: The columns, in order.
        final: False while the contract may still change.
        open: Whether further columns (given traits, computed traits) may follow the named ones.
        layout: Columns in whose order rows are kept, so that scans of a name or a span of time read little; no part
            of the promise. Every version is written whole, so it holds after appends too.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    final: bool = True
    open: bool = False
    layout: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column called ``name``; `KeyError` if there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def with_columns(self, columns: Iterable[Column]) -> Contract:
        """The same contract with ``columns`` appended."""
        return replace(self, columns=(*self.columns, *columns))

    def as_dict(self) -> dict[str, Any]:
        """The contract as a JSON-ready mapping."""
        return {
            "name": self.name,
            "grain": self.grain,
            "key": list(self.key),
            "final": self.final,
            "open": self.open,
            "columns": [
                {
                    "name": column.name,
                    "type": column.type.value,
                    "unit": column.unit,
                    "data_class": column.data_class.value,
                    "required": column.required,
                    "description": column.description,
                }
                for column in self.columns
            ],
        }

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change whenever the contract does."""
        text = json.dumps(self.as_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
