"""Files as tables: the readers of the warehouse, told exactly what to expect and never left to guess.

Staged columns are called ``c0``, ``c1`` … in the order of the file, whatever the file calls them, so that double,
empty and hostile column names cannot do harm; ``line_number`` counts the rows of data from 1 in the order of the file.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine.warehouse import PHYSICAL
from segmentry.terms.errors import Problem, SourceError, shorten

if TYPE_CHECKING:
    from segmentry.engine.engine import Engine

LINE = "line_number"
"""Name of the column that counts the rows of data from 1."""

LINE_LIMIT = 2_000_000
"""Longest line of text that is read, in bytes; longer ones are rejected."""

UNREADABLE = "bytes not readable as text"
"""Why a line is rejected whose bytes are not UTF-8."""

_NULLS = ["", "NULL", "null", "NaN", "nan", "N/A", "n/a", "#N/A", "NaT", "None", "<NA>", "\\N"]
_ROW = "file_row_number"
_CASES = 50
_REJECTIONS = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "quote not closed",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID ENCODING": UNREADABLE,
    "INVALID STATE": "quotes in the wrong place",
}


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One row of a file that is no row of the table: number (first row of data = 1), reason, column and text."""

    line_number: int
    reason: str
    column: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is laid out.

    Attributes:
        columns: Number of columns.
        delimiter: What stands between two cells.
        quote: What encloses cells that hold delimiters; empty for nothing.
        skip: Lines before the header, or before the data where there is none.
        header: Whether the first line after the skipped ones holds names.
    """

    columns: int
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    header: bool = True


@dataclass(frozen=True, slots=True)
class Staged:
    """A file brought into the warehouse for the length of a load, its rows in order.

    Attributes:
        table: ``line_number`` (integer) and ``c0`` … ``cn`` (text, or as typed by the file).
        rows: Number of rows of data, rejected ones included.
        rejected: Rows that could not become rows of the table.
    """

    table: ir.Table
    rows: int
    rejected: tuple[RejectedLine, ...] = ()


def stage_text(engine: Engine, path: Path, layout: TextLayout) -> Staged:
    """Bring a delimited UTF-8 file into the warehouse as text; unreadable rows are told, not raised.

    Raises:
        SourceError: the file cannot be read at all.
    """
    names = [f"c{index}" for index in range(layout.columns)]
    token = secrets.token_hex(6)
    options = {
        "auto_detect": False,
        "columns": dict.fromkeys(names, "VARCHAR"),
        "delim": layout.delimiter,
        "quote": layout.quote,
        "escape": layout.quote,
        "header": layout.header,
        "skip": layout.skip,
        "nullstr": _NULLS,
        "store_rejects": True,
        "rejects_table": f"rejects_{token}",
        "rejects_scan": f"scans_{token}",
        "max_line_size": LINE_LIMIT,
        "compression": "none",
    }
    backend = engine.warehouse.backend()
    with _reading(path), _in_order(backend):
        try:
            _read_text(backend, path, f"staged_{token}", options)
        except duckdb.InvalidInputException as error:
            if "state machine" not in str(error):
                raise
            # Lines that end in different ways, as after an edit by hand: only the lenient parser takes them.
            _read_text(backend, path, f"staged_{token}", options | {"strict_mode": False})
        table = backend.table(f"staged_{token}", database=("temp", "main"))
        before = layout.skip + layout.header
        rejected = tuple(_rejected(backend, token, before, table))
        if len(rejected) <= _CASES:
            numbered = table.select(_line_number(table, rejected).name(LINE), *names)
        else:
            numbered = backend.create_table(f"staged_{token}n", _shifted(table, names, rejected), temp=True)
    return Staged(numbered, _count(backend, f"staged_{token}") + len(rejected), rejected)


def _read_text(backend: Any, path: Path, name: str, options: dict[str, object]) -> None:
    told = ", ".join(f"{option} = {_literal(value)}" for option, value in options.items())
    backend.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM read_csv({_literal(str(path))}, {told})")


def _literal(value: object) -> str:
    """An option as SQL: Ibis would parse its text again, which takes seconds for thousands of columns."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def stage_parquet(engine: Engine, path: Path) -> tuple[Staged, list[str]]:
    """A Parquet file with its own types, read where it lies; returns it with the names of its columns.

    Nothing is copied: after one look at every cell, which finds damage, each question reads the columns it asks for.

    Raises:
        SourceError: the file is damaged or no Parquet.
    """
    token = secrets.token_hex(6)
    backend = engine.warehouse.backend()
    with _reading(path):
        source = backend.read_parquet(str(path), table_name=f"staged_{token}")
        names = list(source.columns)
        if _ROW in (name.lower() for name in names):
            renamed = source.select(**{f"c{index}": source[name] for index, name in enumerate(names)})
            with _in_order(backend):
                return _numbered(backend, f"{token}n", renamed), names
        source = backend.read_parquet(str(path), table_name=f"staged_{token}", file_row_number=True)
        cells = {f"c{index}": source[name] for index, name in enumerate(names)}
        rows = _read_through(backend, f"staged_{token}")
    return Staged(source.select((source[_ROW] + 1).name(LINE), **cells), rows), names


def _read_through(backend: Any, name: str) -> int:
    """Decode every cell of a view on a file; returns its number of rows."""
    return int(backend.con.execute(f'SELECT count(*), max(hash(rows)) FROM temp."{name}" AS rows').fetchone()[0])


def stage_arrow(engine: Engine, table: pa.Table) -> Staged:
    """Bring an Arrow table into the warehouse; its columns are renamed by position."""
    token = secrets.token_hex(6)
    backend = engine.warehouse.backend()
    renamed = table.rename_columns([f"c{index}" for index in range(table.num_columns)])
    with _in_order(backend):
        return _numbered(backend, token, ibis.memtable(renamed))


def release(engine: Engine) -> None:
    """Drop everything that was staged by the calling thread."""
    backend = engine.warehouse.backend()
    found = backend.con.execute(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_catalog = 'temp'"
        " AND regexp_matches(table_name, '^(staged|rejects|scans)_[0-9a-f]{12}n?$')"
    ).fetchall()
    for name, kind in found:
        backend.con.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} IF EXISTS temp."{name}"')


def _numbered(backend: Any, token: str, source: ir.Table) -> Staged:
    table = backend.create_table(f"staged_{token}", source, temp=True)
    rows = _count(backend, f"staged_{token}")
    return Staged(table.select((table.rowid() + 1).name(LINE), *table.columns), rows)


def _count(backend: Any, name: str) -> int:
    return int(backend.con.execute(f'SELECT count(*) FROM temp."{name}"').fetchone()[0])


@contextlib.contextmanager
def _in_order(backend: Any) -> Iterator[None]:
    backend.con.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        backend.con.execute("SET preserve_insertion_order = false")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, OSError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(
            Problem(
                "SOURCE_UNREADABLE",
                "The file cannot be read as what it is said to be",
                path.name,
                shorten(told, 160),
                "Export it again, or name its format with the reading options.",
            )
        ) from error


def _rejected(backend: Any, token: str, before: int, table: ir.Table) -> Iterator[RejectedLine]:
    """One rejection per row of the file: ``line`` counts records from the top of the file, header included."""
    found = backend.con.execute(
        "SELECT line, min_by(error_type::VARCHAR, (column_idx, error_type)), min(column_idx), any_value(csv_line)"
        f" FROM temp.rejects_{token} GROUP BY line ORDER BY line"
    ).fetchall()
    for line, reason, column, text in found:
        told = _REJECTIONS.get(reason, reason.lower())
        yield RejectedLine(int(line) - before, told, None if column is None else int(column), shorten(text or "", 200))


def _line_number(table: ir.Table, rejected: Sequence[RejectedLine]) -> ir.IntegerValue:
    """Place in the file: the rows before it that were kept, plus those that were not."""
    position = table.rowid() + 1
    if not rejected:
        return position
    starts: dict[int, int] = {}
    for count, row in enumerate(rejected, start=1):
        starts[row.line_number - count] = count
    cases = [(table.rowid() >= start, ibis.literal(shift, dt.int64)) for start, shift in reversed(starts.items())]
    return position + ibis.cases(*cases, else_=ibis.literal(0, dt.int64))


def _shifted(table: ir.Table, names: Sequence[str], rejected: Sequence[RejectedLine]) -> ir.Table:
    """As `_line_number`, for files with many rejected lines: a join on ranges instead of a long case."""
    starts: dict[int, int] = {0: 0}
    for count, row in enumerate(rejected, start=1):
        starts[row.line_number - count] = count
    places = list(starts)
    ranges = ibis.memtable(pa.table({"start": places, "stop": [*places[1:], 1 << 62], "shift": list(starts.values())}))
    placed = table.select(table.rowid().name("place"), *names)
    joined = placed.join(ranges, [placed.place >= ranges.start, placed.place < ranges.stop])
    return joined.select((joined.place + joined.shift + 1).name(LINE), *names)


def hold(engine: Engine, expression: ir.Table) -> tuple[ir.Table, int]:
    """Keep an intermediate answer for the length of a load; returns it with its number of rows."""
    name = f"staged_{secrets.token_hex(6)}"
    backend = engine.warehouse.backend()
    table = backend.create_table(name, expression, temp=True)
    return table, _count(backend, name)


def amend(engine: Engine, physical_name: str, changes: ir.Table, key: Sequence[str]) -> None:
    """Put other values into rows of a table that this run has written and nobody else can see yet.

    Args:
        engine: The engine.
        physical_name: The table.
        changes: The key and the columns to set; rows without an equal key change nothing.
        key: Columns that name a row.
    """
    held, count = hold(engine, changes)
    if not count:
        return
    sets = ", ".join(f'"{name}" = changes."{name}"' for name in held.columns if name not in key)
    same = " AND ".join(f'rows."{name}" = changes."{name}"' for name in key)
    engine.warehouse.backend().con.execute(
        f'UPDATE {PHYSICAL}."{physical_name}" AS rows SET {sets} FROM {held.get_name()} AS changes WHERE {same}'
    )
