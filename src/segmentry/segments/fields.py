"""The traits a definition may ask for: where each is kept and of what type it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segmentry.terms.errors import Problem, near_miss
from segmentry.terms.tables import ColumnType


@dataclass(frozen=True, slots=True)
class Field:
    """One trait that can be asked for.

    Attributes:
        name: Name in definitions.
        table: Logical name of the table that holds it, keyed by ``customer_id``.
        column: Column of that table.
        type: Type of the column.
    """

    name: str
    table: str
    column: str
    type: ColumnType


class Fields(Mapping[str, Field]):
    """The traits a definition may ask for, by name.

    Args:
        fields: The traits; of two with one name the later stands.
        locked: Names of special categories that must not be asked for.
    """

    def __init__(self, fields: Iterable[Field], locked: Iterable[str] = ()) -> None:
        self._fields = {field.name: field for field in fields}
        self._locked = frozenset(locked)

    @classmethod
    def from_catalog(cls, rows: Iterable[Mapping[str, Any]]) -> Fields:
        """The fields named by the rows of the published trait catalog (``trait``, ``table_name``, ``type``)."""
        told = list(rows)
        locked = [str(row["trait"]) for row in told if row.get("locked")]
        return cls(
            (
                Field(str(row["trait"]), str(row["table_name"]), str(row["trait"]), ColumnType(row["type"]))
                for row in told
                if not row.get("locked")
            ),
            locked,
        )

    def with_field(self, field: Field) -> Fields:
        """The same traits and one more."""
        return Fields([*self._fields.values(), field], self._locked)

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def unknown(self, name: str, where: str) -> Problem:
        """The problem of asking for a trait that does not exist, with the near miss."""
        if name in self._locked:
            next_step = "Say on which lawful basis it may be used: lawful_basis in [workspace] of the settings."
            return Problem("TRAIT_LOCKED", "The trait is of a special category and locked", where, name, next_step)
        hint = near_miss(name, self._fields) or "The traits that exist are in the trait catalog."
        return Problem("TRAIT_UNKNOWN", "There is no such trait", where, name, hint)
