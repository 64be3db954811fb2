"""A snapshot: of every row the newest version that was fetched, in one file that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_OWN = ("_dlt_load_id", "_dlt_id", "_dlt_parent_id", "_dlt_list_idx")


def write_snapshot(increments: Sequence[Path], key: Sequence[str], target: Path) -> int:
    """Write the rows of increments, the newest of each key, and return how many there are.

    Args:
        increments: Parquet files in the order in which they were fetched.
        key: Columns that tell rows apart; without any all rows are kept.
        target: The file; it is replaced in one step.
    """
    tables = [_plain(pq.read_table(each)) for each in increments]
    whole = pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})
    if key and len(whole):
        whole = whole.take(_newest(whole, key))
    partial = target.with_name(target.name + ".partial")
    pq.write_table(whole, partial)
    partial.replace(target)
    return len(whole)


def _plain(table: pa.Table) -> pa.Table:
    return table.drop_columns([name for name in table.column_names if name in _OWN])


def _newest(table: pa.Table, key: Sequence[str]) -> pa.Array:
    """The last place of every key, in order; rows without one are all kept."""
    places = pa.array(np.arange(len(table), dtype=np.int64))
    keyed = table.select(list(key)).append_column("place_", places)
    last = keyed.group_by(list(key)).aggregate([("place_", "max")])
    return pa.array(np.sort(last["place__max"].to_numpy()))
