"""What reads published tables: a run, which sees its own versions first, or an engine."""

from __future__ import annotations

from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa


class Reader(Protocol):
    """What reads published tables: a run (its own versions first) or an engine."""

    def has(self, logical_name: str) -> bool:
        """Whether the table was published."""

    def table(self, logical_name: str) -> ir.Table:
        """The table as an expression."""

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression."""

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Run an expression that yields few rows."""


def rows_of(reader: Reader, name: str) -> list[dict[str, Any]]:
    """The rows of a small published table; none before it is published."""
    return reader.rows(reader.table(name)) if reader.has(name) else []
