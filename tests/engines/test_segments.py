"""Every kind of leaf has the same members on DuckDB and on Spark, and they are those the referee names."""

from __future__ import annotations

from segmentry.engine.warehouse import Warehouse
from segmentry.segments.compiler import evaluate
from segmentry.segments.language.writing import format_condition
from tests.rooms.segments.asked import LEAF_FORMS, MEASURES
from tests.rooms.segments.batches import KNOWN, judged, made_batch
from tests.rooms.segments.worlds import inputs_from

BATCH = made_batch(5, [*MEASURES, *LEAF_FORMS[1:]], trees=0, histories=1)
"""A leaf on every kind of measure and of every other form, over one history."""
AT_ONCE = 9
"""Leaves of one query: Spark plans several small ones sooner than a large one."""


def test_members_are_the_same_on_every_engine(warehouse: Warehouse) -> None:
    """What the referee says row by row is what either engine answers, leaf by leaf."""
    tables = inputs_from(BATCH.histories[0], lambda _, table: warehouse.bring(table))
    found: dict[str, set[str]] = {}
    for start in range(0, len(BATCH.leaves), AT_ONCE):
        leaves = BATCH.leaves[start : start + AT_ONCE]
        rows = warehouse.arrow(evaluate([*KNOWN, *leaves], BATCH.as_of, tables)).to_pylist()
        found |= {each.id: {row["customer_id"] for row in rows if row[each.id]} for each in leaves}
    (right,) = judged(BATCH)
    asked = [(f"{format_condition(each.where)} ({each.timezone})", each.id) for each in BATCH.leaves]
    assert [(text, found[id_]) for text, id_ in asked] == [(text, right[id_]) for text, id_ in asked]
