"""Sheets of a workbook as one table: sheets with the same names are parts of one export."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from segmentry.sources.layout import named
from segmentry.sources.spec import LoadSpec
from segmentry.terms.errors import Problem, SourceError, near_miss, shorten

Cell = str | float | int | bool | datetime | date | time | timedelta | None
SHEET = "Sheet"
"""Name of the column that says from which sheet a row comes, where there are several."""


def read_workbook(path: Path, name: str, spec: LoadSpec) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows of a workbook and the names of its columns.

    Without ``spec.sheet`` all sheets that carry the names of the first filled one are read, each as a part.

    Raises:
        SourceError: the workbook is damaged, empty, or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        wanted = _wanted(book.sheet_names, name, spec.sheet)
        sheets = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=True) for title in wanted}
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            Problem("SOURCE_DAMAGED", "The workbook cannot be read", name, shorten(str(error), 160), "Save it again.")
        ) from error
    tables = {title: found for title, rows in sheets.items() if (found := _table(rows, spec))}
    if not tables:
        raise SourceError(Problem("SOURCE_EMPTY", "The workbook holds no table", name, ", ".join(wanted), "Fill it."))
    names, _ = next(iter(tables.values()))
    alike = {title: rows for title, (header, rows) in tables.items() if header == names}
    if len(alike) > 1:
        names = (SHEET, *names)
        rows = [[title, *row] for title, part in alike.items() for row in part]
    else:
        rows = next(iter(alike.values()))
    columns = {f"c{place}": _column([row[place] for row in rows]) for place in range(len(names))}
    return pa.table(columns), names


def _wanted(titles: list[str], name: str, sheet: str | None) -> list[str]:
    if sheet is None:
        return titles
    if sheet not in titles:
        step = near_miss(sheet, titles) or f"There are {', '.join(titles)}."
        raise SourceError(Problem("SHEET_UNKNOWN", "There is no such sheet", name, shorten(sheet), step))
    return [sheet]


def _table(rows: list[list[Any]], spec: LoadSpec) -> tuple[tuple[str, ...], list[list[Cell]]] | None:
    """Names and rows of a sheet; None where it holds no table."""
    filled = [[None if cell == "" else cell for cell in row] for row in rows]
    widths = Counter(sum(cell is not None for cell in row) for row in filled)
    if not filled or max(widths) == 0:
        return None
    if spec.header is not None:
        start = max(spec.header - 1, 0)
    else:
        usual = max((width for width in widths if width), key=lambda width: (widths[width], width))
        start = next(place for place, row in enumerate(filled) if sum(cell is not None for cell in row) >= usual / 2)
    width = max(len(row) for row in filled)
    header = [_text(cell) for cell in filled[start]] if spec.header != 0 else []
    body = filled[start + (spec.header != 0) :]
    padded = [row + [None] * (width - len(row)) for row in body]
    return named(header, width), padded


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _column(cells: list[Cell]) -> pa.Array:
    """A typed column where all cells agree, else texts."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {float, int}:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())  # type: ignore[arg-type]
    if kinds and kinds <= {datetime, date}:
        moments = [
            datetime(cell.year, cell.month, cell.day)
            if isinstance(cell, date) and not isinstance(cell, datetime)
            else cell
            for cell in cells
        ]
        return pa.array(moments, pa.timestamp("us"))
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())
