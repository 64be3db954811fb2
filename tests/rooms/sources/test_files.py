"""Files as tables: nothing is copied that need not be, and what was written can be put right before it is seen."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentry.engine import Engine
from segmentry.engine.files import LINE, TextLayout, amend, release, stage_parquet, stage_text
from segmentry.sources.tables import LOADED_LINES


def _temporary(engine: Engine) -> int:
    query = "SELECT count(*) FROM information_schema.tables WHERE table_catalog = 'temp'"
    return int(engine.warehouse.backend().con.execute(query).fetchone()[0])


@pytest.mark.parametrize("second", ["amount", "file_row_number", "FILE_ROW_NUMBER"])
def test_rows_of_parquet_are_counted_from_one_whatever_its_columns_are_called(
    second: str, engine: Engine, tmp_path: Path
) -> None:
    """Row groups of any size give each row its own number, also beside a column named like the reader's own."""
    path = tmp_path / "orders.parquet"
    numbers = list(range(1, 5001))
    pq.write_table(pa.table({"place": numbers, second: numbers}), path, row_group_size=700)
    staged, names = stage_parquet(engine, path)
    assert (staged.rows, names) == (5000, ["place", second])
    table = engine.arrow(staged.table.order_by(LINE))
    assert table.column(LINE).to_pylist() == table.column("c0").to_pylist() == table.column("c1").to_pylist() == numbers


def test_release_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    """Views and tables of a load are gone after it, so that thousands of loads in one session cost no room."""
    before = _temporary(engine)
    pq.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    stage_parquet(engine, tmp_path / "a.parquet")
    stage_text(engine, tmp_path / "a.csv", TextLayout(2))
    assert _temporary(engine) > before
    release(engine)
    assert _temporary(engine) == before


def test_quotes_in_options_and_paths_stay_text(engine: Engine, tmp_path: Path) -> None:
    """A quote in the name of the folder or as the quoting mark of the file ends no text of the query."""
    folder = tmp_path / "it's"
    folder.mkdir()
    (folder / "a.csv").write_text("a,b\n'1,5',2\n")
    staged = stage_text(engine, folder / "a.csv", TextLayout(2, quote="'"))
    assert engine.rows(staged.table) == [{LINE: 1, "c0": "1,5", "c1": "2"}]


def test_amending_changes_only_the_rows_named(engine: Engine) -> None:
    """Rows with an equal key get the other values; all others, and all other columns, stay as they were."""
    rows = {
        "load_id": ["L1", "L1", "L2"],
        LINE: [1, 2, 2],
        "source": ["s"] * 3,
        "timezone": ["UTC"] * 3,
        "repeated": [False] * 3,
        "order_given": [True] * 3,
        "channel": ["web", "shop", "shop"],
    }
    with engine.run("load") as run:
        lines = pa.table({name: rows.get(name, pa.nulls(3)) for name in LOADED_LINES.names if name in rows})
        artifact = run.publish(LOADED_LINES, lines)
        changes = run.table("loaded_lines").filter(lambda table: (table.load_id == "L1") & (table[LINE] == 2))
        changed = changes.select("load_id", LINE, repeated=~changes.repeated, excluded_by=changes.channel)
        amend(engine, artifact.physical_name, changed, ("load_id", LINE))
    found = engine.rows(engine.table("loaded_lines").order_by("load_id", LINE))
    assert [(row["repeated"], row["excluded_by"]) for row in found] == [(False, None), (True, "shop"), (False, None)]
    assert [row["channel"] for row in found] == ["web", "shop", "shop"]
