"""Guards Ibis, DuckDB and sqlglot together: a newer one of them breaks ``create_table`` or ``list_tables``."""

from __future__ import annotations

from importlib.metadata import version

import ibis
import pyarrow as pa

from segmentry.engine.warehouse import Warehouse


def test_the_three_versions_lie_inside_the_pins() -> None:
    """The versions tried together are the versions installed."""
    assert version("ibis-framework").startswith("12.0.")
    assert (1, 5) <= tuple(int(part) for part in version("duckdb").split(".")[:2]) < (2, 0)
    assert int(version("sqlglot").split(".")[0]) < 30


def test_tables_and_views_are_created_listed_and_read_back() -> None:
    """What the engine relies on: create in a schema, list, read, and a view over it."""
    backend = ibis.duckdb.connect()
    backend.raw_sql("CREATE SCHEMA physical")
    backend.create_table("things", ibis.memtable(pa.table({"a": [1, 2]})), database="physical")
    things = backend.table("things", database="physical")
    backend.create_view("big_things", things.filter(things.a > 1), database="physical")
    assert set(backend.list_tables(database="physical")) == {"things", "big_things"}
    assert backend.to_pyarrow(backend.table("big_things", database="physical")).to_pylist() == [{"a": 2}]


def test_a_second_cursor_sees_what_the_first_committed() -> None:
    """One cursor per thread shares one database."""
    backend = ibis.duckdb.connect()
    other = ibis.duckdb.from_connection(backend.con.cursor())
    backend.create_table("things", ibis.memtable(pa.table({"a": [1]})))
    assert other.to_pyarrow(other.table("things")).num_rows == 1


def test_trimming_takes_blanks_and_no_letters(warehouse: Warehouse) -> None:
    """Words keep the v and f at their ends on every engine."""
    told = warehouse.bring(pa.table({"word": ["view", " five ", "\tfluff\n", "v", ""]}))
    found = warehouse.arrow(told.select(word=told.word.strip()))["word"].to_pylist()
    assert sorted(found) == sorted(["view", "five", "fluff", "v", ""])
