from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from segmentry.simulate import order_history, write_order_lines
from segmentry.simulate.order_stream import ROW_GROUP
from segmentry.terms.canonical import ORDER_LINES


def test_stream_has_the_canonical_columns() -> None:
    """A benchmark line looks like any canonical order line and its required columns are full."""
    (table,) = order_history(1_000, 30_000, 1)
    assert tuple(table.column_names) == ORDER_LINES.names
    assert all(table[column.name].null_count == 0 for column in ORDER_LINES.columns if column.required)
    assert table.num_rows == 30_000


def test_stream_ascends_and_orders_stay_whole() -> None:
    """Times ascend, line numbers run on, and an order never belongs to two customers, not even between tables."""
    tables = list(order_history(5_000, ROW_GROUP + 10_000, 2))
    assert [table.num_rows for table in tables] == [ROW_GROUP, 10_000]
    whole = pa.concat_tables(tables).unify_dictionaries()
    assert (np.diff(whole["ordered_at"].cast(pa.int64()).to_numpy()) >= 0).all()
    pairs = whole.group_by(["order_id", "party_key"]).aggregate([]).num_rows
    assert pairs == len(whole["order_id"].unique()) == -(-whole.num_rows // 3)


def test_few_customers_buy_often() -> None:
    """The busiest tenth of the customers has more than a quarter of the lines, and nearly everybody appears."""
    (table,) = order_history(2_000, 90_000, 3)
    counts = np.sort(table.group_by("party_key").aggregate([("order_id", "count")])["order_id_count"].to_numpy())
    assert len(counts) > 1_900
    assert counts[-200:].sum() / counts.sum() > 0.25


def test_returns_are_negative() -> None:
    """About 4 % of the lines come back; quantity and amount are negative exactly there."""
    (table,) = order_history(2_000, 90_000, 3)
    back = pc.equal(table["line_kind"].cast(pa.string()), "return").to_numpy()
    assert back.mean() == pytest.approx(0.04, abs=0.01)
    assert np.array_equal(table["amount"].cast(pa.float64()).to_numpy() < 0, back)


def test_file_is_written_by_row_groups(tmp_path: Path) -> None:
    """The file holds what was asked for, one row group for each table of the stream, alike for a seed."""
    path = tmp_path / "lines.parquet"
    assert write_order_lines(path, 1_000, ROW_GROUP + 6, 4) == ROW_GROUP + 6
    metadata = pq.ParquetFile(path).metadata
    assert (metadata.num_rows, metadata.num_row_groups) == (ROW_GROUP + 6, 2)
    again = next(iter(order_history(1_000, ROW_GROUP + 6, 4)))
    assert pq.ParquetFile(path).read_row_group(0, ["amount"])["amount"].equals(again["amount"])
