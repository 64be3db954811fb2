"""Rows that were put aside: where they stand, why, and what was given."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine.files import LINE
from segmentry.sources.reading import Reading
from segmentry.sources.tables import QUARANTINED
from segmentry.terms.canonical import QUARANTINE
from segmentry.terms.errors import shorten

_ROLE_OF_WORD = {
    "currencies": "currency",
    "date": "time",
    "order": "order",
    "quantity": "quantity",
    "price": "price",
    "amount": "amount",
}


def role_of(reason: str) -> str:
    """The role at fault in a reason, told by the word it names."""
    return next((role for word, role in _ROLE_OF_WORD.items() if word in reason.split()), "")


def quarantine_of(reading: Reading, loaded: ir.Table, load_id: str, reasons: tuple[str, ...]) -> list[ir.Table]:
    """The rows of one load that were put aside, as tables under the `QUARANTINE` contract."""
    tables = rejected_rows(reading, load_id)
    if reasons:
        tables.append(_put_aside(reading, loaded, load_id, reasons))
    return tables


def _put_aside(reading: Reading, loaded: ir.Table, load_id: str, reasons: tuple[str, ...]) -> ir.Table:
    aside = loaded.filter((loaded.load_id == load_id) & (loaded.excluded_by == QUARANTINED)).select(LINE, "reason")
    joined = aside.inner_join(reading.staged.table, LINE)
    names = [(reason, reading.column_name(role_of(reason))) for reason in reasons]
    texts = [
        (reason, joined[f"c{place}"].cast(dt.string).substr(0, 200))
        for reason in reasons
        for place in reading.places(role_of(reason))[:1]
    ]
    null = ibis.null(dt.string)
    return joined.select(
        ibis.literal(load_id).name("load_id"),
        LINE,
        "reason",
        ibis.cases(*((joined.reason == reason, ibis.literal(name)) for reason, name in names), else_=null).name(
            "column_name"
        ),
        (ibis.cases(*((joined.reason == reason, text) for reason, text in texts), else_=null) if texts else null).name(
            "given"
        ),
    )


def rejected_rows(reading: Reading, load_id: str) -> list[ir.Table]:
    """The rows that never became rows of a table; an empty list where there are none."""
    rows = reading.staged.rejected
    if not rows:
        return []
    names = [sample.name for sample in reading.samples]
    table = {
        "load_id": [load_id] * len(rows),
        LINE: [row.line_number for row in rows],
        "reason": [row.reason for row in rows],
        "column_name": [
            names[row.column] if row.column is not None and row.column < len(names) else None for row in rows
        ],
        "given": [shorten(row.text, 200) for row in rows],
    }
    schema = pa.schema([(name, pa.int64() if name == LINE else pa.string()) for name in QUARANTINE.names])
    return [ibis.memtable(pa.table(table, schema=schema))]
