"""Tables of different shapes as one."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def united(tables: Sequence[ir.Table]) -> ir.Table:
    """One table of all columns; given columns of different types meet as text."""
    if len(tables) == 1:
        return tables[0]
    kinds: dict[str, dt.DataType] = {}
    for table in tables:
        for name, kind in table.schema().items():
            plain = kind.copy(nullable=True)
            kinds[name] = plain if kinds.get(name, plain) == plain else dt.string
    shaped = [
        table.select(
            **{
                name: table[name].cast(kind) if name in table.columns else ibis.null(kind)
                for name, kind in kinds.items()
            }
        )
        for table in tables
    ]
    return ibis.union(*shaped)
