"""Contracts of what this room publishes beside the canonical tables."""

from __future__ import annotations

from dataclasses import replace

from segmentry.terms.canonical import ORDER_LINES
from segmentry.terms.tables import Column, ColumnType, Contract

QUARANTINED = "quarantined"
"""What `loaded_lines.excluded_by` says of rows that could not be read; the reason stands in `quarantine`."""

LOADED_LINES = Contract(
    "loaded_lines",
    "one row of an order file, used or not",
    ORDER_LINES.key,
    (
        *(
            replace(column, required=column.name in ("load_id", "line_number", "source", "timezone"))
            for column in ORDER_LINES.columns
        ),
        Column("part", ColumnType.TEXT, "Export or sheet the line stands in, where the file tells it."),
        Column("order_given", ColumnType.BOOLEAN, "Whether the file numbers its orders.", required=True),
        Column("own_rule", ColumnType.TEXT, "Rule by which the line alone is left out, if any."),
        Column("excluded_by", ColumnType.TEXT, "Rule by which it is left out, or quarantined; empty where used."),
        Column("reason", ColumnType.TEXT, "Why it was put aside, where it was."),
    ),
    open=True,
)
"""Every row of every load in force; ``order_lines`` is a view over those that are used."""

GIVEN = "given_"
"""What unmapped columns are called on ``order_lines`` and ``customers``: this and their own name."""
