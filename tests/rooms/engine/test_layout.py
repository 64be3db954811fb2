"""Tables that are scanned by name and time are kept in that order, whatever they were made from."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.terms.canonical import EVENTS
from segmentry.terms.tables import Column, ColumnType, Contract

SEEN = Contract(
    "seen",
    "one thing seen",
    ("number",),
    (Column("number", ColumnType.INTEGER, "Which."), Column("name", ColumnType.TEXT, "What.")),
    layout=("name", "number"),
)


def _rows(*names: str) -> pa.Table:
    numbers = pa.array(range(len(names), 0, -1), pa.int64())
    return pa.table({"number": numbers, "name": pa.array(names, pa.string())})


def _kept(engine: Engine, name: str) -> list[tuple[str, int]]:
    """Names and numbers in the order in which they lie in the file."""
    physical = engine.artifact(name).physical_name
    found = engine.warehouse.backend().con.execute(f'SELECT name, number FROM physical."{physical}" ORDER BY rowid')
    return [(str(each), int(number)) for each, number in found.fetchall()]


@pytest.mark.parametrize("as_arrow", [True, False])
def test_rows_are_kept_in_the_order_of_the_layout(engine: Engine, as_arrow: bool) -> None:
    """Arrow and expressions alike are put in order when they are written."""
    rows = _rows("b", "a", "c", "a")
    with engine.run("load") as run:
        run.publish(SEEN, rows if as_arrow else ibis.memtable(rows))
    assert _kept(engine, "seen") == [("a", 1), ("a", 3), ("b", 4), ("c", 2)]


def test_rows_that_come_later_are_put_in_their_place(engine: Engine) -> None:
    """A new version with more rows is in order as a whole, not old rows first."""
    with engine.run("load") as run:
        run.publish(SEEN, _rows("b", "d"))
    with engine.run("load") as run:
        run.publish(SEEN, run.table("seen").union(ibis.memtable(_rows("a", "c"))))
    assert _kept(engine, "seen") == [("a", 2), ("b", 2), ("c", 1), ("d", 1)]


def test_the_layout_is_no_part_of_the_promise() -> None:
    """A contract with another layout promises the same; events are kept by name and time."""
    assert SEEN.fingerprint == Contract("seen", "one thing seen", ("number",), SEEN.columns).fingerprint
    assert EVENTS.layout == ("event", "occurred_at")
    assert set(EVENTS.layout) <= set(EVENTS.names)
