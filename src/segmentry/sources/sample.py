"""What a column looks like: a few thousand values are enough to tell a date from a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from segmentry.engine import Engine
from segmentry.engine.files import LINE, Staged
from segmentry.sources.times import is_moment, time_style
from segmentry.sources.values import is_number

_CELLS = 120_000


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """Values of one column, and what share of those that are filled looks like what.

    Attributes:
        name: Name of the column.
        place: Its place in the file, from 0.
        kind: text, integer, number, timestamp, date or boolean: the type the file itself gives.
        values: Values as text, empty ones left out, in the order of the file.
        filled: Share of rows with a value.
        distinct: Share of different values among the filled ones.
        numeric: Share that reads as a number.
        whole: Share that reads as a whole number.
        dates: Share that reads as a date.
        negative: Share below zero.
        letters: Share that holds a letter.
        length: Mean length.
    """

    name: str
    place: int
    kind: str
    values: tuple[str, ...]
    filled: float
    distinct: float
    numeric: float
    whole: float
    dates: float
    negative: float
    letters: float
    length: float


def sample_columns(engine: Engine, staged: Staged, names: tuple[str, ...]) -> tuple[ColumnSample, ...]:
    """Look at the head of a staged file and at rows spread evenly over it."""
    rows = max(50, min(4000, _CELLS // max(len(names), 1)))
    step = max(staged.rows // (rows // 2), 1)
    line = staged.table[LINE]
    table = engine.arrow(staged.table.filter((line <= rows // 2) | (line % step == 0)).order_by(LINE))
    return tuple(_look(name, place, table.column(f"c{place}")) for place, name in enumerate(names))


def all_days(engine: Engine, staged: Staged, place: int, moments: Sequence[str]) -> list[str]:
    """Every different day of a whole column, where the order of day and month matters; none where it does not.

    Args:
        engine: The engine that holds the rows.
        staged: The staged file.
        place: Place of the column.
        moments: Sampled values of the column.
    """
    column = staged.table[f"c{place}"]
    if not column.type().is_string() or not time_style(moments).numeric:
        return []
    days = staged.table.select(day=column.split(" ")[0]).distinct().limit(100_000)
    return [day for day in engine.arrow(days).column(0).to_pylist() if day]


def _kind(type_: pa.DataType) -> str:
    if pa.types.is_integer(type_):
        return "integer"
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if pa.types.is_date(type_):
        return "date"
    return "boolean" if pa.types.is_boolean(type_) else "text"


def _look(name: str, place: int, column: pa.ChunkedArray) -> ColumnSample:
    kind = _kind(column.type)
    present = column.drop_null()
    if kind == "number":
        present = pc.cast(present, pa.float64())
        present = pc.filter(present, pc.is_finite(present))
    values = tuple(text for value in present.to_pylist() if (text := _text(value)))
    if not values:
        return ColumnSample(name, place, kind, (), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    different = set(values)
    total = len(different)
    numbers = [value for value in different if is_number(value)]
    return ColumnSample(
        name,
        place,
        kind,
        values,
        len(values) / len(column),
        total / len(values),
        len(numbers) / total,
        sum(value.lstrip("+-").removesuffix(".0").isdigit() for value in numbers) / total,
        1.0 if kind in ("timestamp", "date") else sum(is_moment(value) for value in different) / total,
        sum(value.startswith(("-", "(")) for value in numbers) / total,
        sum(any(map(str.isalpha, value)) for value in different) / total,
        sum(map(len, different)) / total,
    )


def _text(value: object) -> str:
    return value[:200].strip() if isinstance(value, str) else str(value)
