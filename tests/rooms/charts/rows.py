"""Rows as tables under the rooms' own contracts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from segmentry.engine import arrow_schema
from segmentry.terms.tables import Contract


def table(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows under a contract; columns that are not named stay unknown."""
    schema = arrow_schema(contract)
    money = [column.name for column in schema if pa.types.is_decimal(column.type)]
    exact = [row | {name: Decimal(str(row[name])) for name in money if row.get(name) is not None} for row in rows]
    return pa.Table.from_pylist(exact, schema=schema)
