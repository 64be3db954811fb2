"""Arrow columns built straight from numpy buffers: numbered ids, exact decimals, words from a short list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.terms.tables import ColumnType, Contract

ARROW_TYPES: dict[ColumnType, Any] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.DECIMAL: pa.decimal128(18, 4),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.DATE: pa.date32(),
}
"""The Arrow type of each column type; text of few distinct values is dictionary-encoded over it."""


def numbered(prefix: str, numbers: NDArray[np.int64], digits: int) -> Any:
    """Ids such as ``shop:C00000042`` as an Arrow string array; ``numbers`` must fit ``digits``."""
    head = np.frombuffer(prefix.encode(), np.uint8)
    width = len(head) + digits
    letters = np.empty((len(numbers), width), np.uint8)
    letters[:, : len(head)] = head
    rest = np.asarray(numbers, np.int64).copy()
    for place in range(width - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + 48
    offsets = np.arange(len(numbers) + 1, dtype=np.int64) * width
    large = pa.LargeStringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(letters))
    return large.cast(pa.string())


def decimals(ten_thousandths: NDArray[np.int64]) -> Any:
    """Whole ten-thousandths as an Arrow decimal(18,4) array, exact and without a detour over text."""
    wide = np.empty((len(ten_thousandths), 2), np.int64)
    wide[:, 0] = ten_thousandths
    wide[:, 1] = wide[:, 0] >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(wide), [None, pa.py_buffer(wide)])


def words(positions: NDArray[np.integer[Any]], choices: Sequence[str]) -> Any:
    """The choice at each position as a dictionary-encoded Arrow text array."""
    indices = pa.array(np.ascontiguousarray(positions, np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(choices), pa.string()))


def same(word: str, count: int) -> Any:
    """``word`` repeated ``count`` times as a dictionary-encoded Arrow text array."""
    return words(np.zeros(count, np.int32), [word])


def table_of(contract: Contract, columns: dict[str, Any]) -> Any:
    """An Arrow table in the contract's column order, missing columns empty, further ones (if open) behind."""
    count = len(next(iter(columns.values())))
    arrays = {
        column.name: columns.get(column.name, pa.nulls(count, ARROW_TYPES[column.type])) for column in contract.columns
    }
    further = {name: values for name, values in columns.items() if name not in arrays}
    return pa.table({**arrays, **further})
