"""Where facts are kept: the table, its time, its ids and its base filter for each kind of fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.segments.fields import Field, Fields
from segmentry.segments.tree import FactKind, Facts
from segmentry.terms.tables import ColumnType


@dataclass(frozen=True, slots=True)
class FactTable:
    """Where one kind of fact is kept.

    Attributes:
        table: Logical name of the table, keyed by ``customer_id``.
        time: Column with the instant (UTC).
        ids: Columns that tell facts of one instant apart.
        counts: Which rows are such facts; None for all.
    """

    table: str
    time: str
    ids: tuple[str, ...]
    counts: Callable[[ir.Table], ir.BooleanValue] | None = None


FACT_TABLES: dict[FactKind, FactTable] = {
    "order": FactTable("orders", "ordered_at", ("order_id",), lambda table: table.placed),
    "return": FactTable("orders", "ordered_at", ("order_id",), lambda table: (table.returned > 0).fill_null(False)),
    "transaction": FactTable("orders", "ordered_at", ("order_id",)),
    "line": FactTable("order_lines", "ordered_at", ("load_id", "line_number")),
    "event": FactTable("events", "occurred_at", ("event_id",)),
    "service contact": FactTable("service_contacts", "contacted_at", ("contact_id",)),
    "touch": FactTable("touches", "touched_at", ("campaign_id",), lambda table: table.arm == "treated"),
}


def counts(facts: Facts, table: ir.Table) -> ir.BooleanValue | None:
    """Which rows of its table are facts of the kind and name asked for; None for all."""
    if facts.kind == "event" and facts.name is not None:
        return table.event == facts.name
    chosen = FACT_TABLES[facts.kind].counts
    return None if chosen is None else chosen(table)


def column_type(kind: dt.DataType) -> ColumnType | None:
    """The contract type of an engine's type; None for types the language does not know."""
    checks: tuple[tuple[type[dt.DataType], ColumnType], ...] = (
        (dt.Boolean, ColumnType.BOOLEAN),
        (dt.Integer, ColumnType.INTEGER),
        (dt.Floating, ColumnType.NUMBER),
        (dt.Decimal, ColumnType.DECIMAL),
        (dt.String, ColumnType.TEXT),
        (dt.Timestamp, ColumnType.TIMESTAMP),
        (dt.Date, ColumnType.DATE),
    )
    return next((found for each, found in checks if isinstance(kind, each)), None)


def fields_of_table(name: str, table: ir.Table) -> Fields:
    """The columns of a fact table as fields that filters may ask for."""
    typed = {column: column_type(kind) for column, kind in table.schema().items()}
    return Fields(Field(column, name, column, kind) for column, kind in typed.items() if kind is not None)
