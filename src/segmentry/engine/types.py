"""The types of the contracts as Ibis types, and what a table must be to keep its contract."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.terms.errors import ContractError, Problem
from segmentry.terms.tables import ColumnType, Contract

MONEY = dt.Decimal(18, 4)
"""Money and quantities: eighteen digits, four of them after the point."""

_TYPES: dict[ColumnType, dt.DataType] = {
    ColumnType.TEXT: dt.string,
    ColumnType.INTEGER: dt.int64,
    ColumnType.NUMBER: dt.float64,
    ColumnType.DECIMAL: MONEY,
    ColumnType.BOOLEAN: dt.boolean,
    ColumnType.TIMESTAMP: dt.timestamp(scale=6),
    ColumnType.DATE: dt.date,
}

_ARROW: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.DECIMAL: pa.decimal128(18, 4),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.DATE: pa.date32(),
}


def data_type(kind: ColumnType) -> dt.DataType:
    """The Ibis type of a contract's type."""
    return _TYPES[kind]


def arrow_schema(contract: Contract) -> pa.Schema:
    """The contract as an Arrow schema."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in contract.columns])


def conform(table: ir.Table, contract: Contract) -> ir.Table:
    """``table`` with the contract's columns first, in order and cast to their types.

    Missing columns that are not required come back as null; further columns are kept only by open contracts.

    Raises:
        ContractError: required columns are missing, or a closed contract is given columns it does not know.
    """
    schema = table.schema()
    problems = _missing(schema, contract) + _unknown(schema, contract)
    if problems:
        raise ContractError(problems)
    columns = {column.name: _cast(table, column.name, _TYPES[column.type]) for column in contract.columns}
    extra = [name for name in schema if name not in columns]
    return table.select(**columns, **{name: table[name] for name in extra})


def _cast(table: ir.Table, name: str, wanted: dt.DataType) -> ir.Value:
    if name not in table.columns:
        return ibis.null(wanted)
    column = table[name]
    return column if column.type().copy(nullable=True) == wanted else column.cast(wanted)


def _missing(schema: ibis.Schema, contract: Contract) -> list[Problem]:
    return [
        Problem(
            "COLUMN_MISSING",
            f"A table without {column.name} was to be published as {contract.name}",
            f"table {contract.name}",
            ", ".join(schema),
            f"Provide {column.name}: {column.description}",
        )
        for column in contract.columns
        if column.required and column.name not in schema
    ]


def _unknown(schema: ibis.Schema, contract: Contract) -> list[Problem]:
    if contract.open:
        return []
    return [
        Problem(
            "COLUMN_UNKNOWN",
            f"The contract {contract.name} knows no column {name}",
            f"table {contract.name}",
            name,
            "Leave it out, or open the contract.",
        )
        for name in schema
        if name not in contract.names
    ]
