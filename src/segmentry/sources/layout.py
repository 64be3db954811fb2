"""How a text file is laid out: delimiter, names, lines before them; told by its first records."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from segmentry.sources.spec import LoadSpec
from segmentry.terms.errors import Problem, SourceError, shorten

_DELIMITERS = (",", ";", "\t", "|", "\x1f", "^", "~")
_HEAD = 1 << 19
_RECORDS = 200
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,' \u00a0:/T+-]*(?:[eE][-+]?\d+)?\)?\s?%?(?:[AaPp][Mm])?")
COLUMN_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of a text file.

    Attributes:
        kind: csv, spaces (cells divided by runs of blanks) or fixed (cells at given places).
        names: Names of the columns, made up where the file has none.
        delimiter: What stands between two cells.
        quote: What encloses cells.
        skip: Lines before the names, or before the data.
        header: Whether there is a line of names.
    """

    kind: str
    names: tuple[str, ...]
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    header: bool = True


def find_layout(path: Path, name: str, spec: LoadSpec) -> Layout:
    """Lay out the UTF-8 text in ``path``, known to people as ``name``.

    Raises:
        SourceError: no table can be made out, or the options given do not fit.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", errors="replace").lstrip("\ufeff")
    if not head.strip():
        raise SourceError(
            Problem(
                "SOURCE_EMPTY",
                "The file holds nothing but blanks",
                name,
                shorten(head) or "nothing",
                "Export it again.",
            )
        )
    lines = head.splitlines()
    whole = lines[:-1] if len(head) >= _HEAD * 0.9 and len(lines) > 1 else lines
    if spec.columns:
        return _fixed(spec, whole)
    if spec.format == "spaces":
        return _spaced(whole, spec)
    quote = '"' if spec.quote is None else spec.quote
    delimiter = spec.delimiter or _delimiter(whole, quote)
    if delimiter is None:
        if _is_spaced(whole):
            return _spaced(whole, spec)
        delimiter = ","
    records = _records(whole, delimiter, quote)
    skip, header = _header(records, spec)
    first = records[skip] if skip < len(records) else records[-1]
    width = len(first)
    if width > COLUMN_LIMIT:
        raise SourceError(
            Problem(
                "SOURCE_TOO_WIDE",
                "The file has too many columns",
                f"{name}, line {skip + 1}",
                f"{width:,} columns",
                f"Export at most {COLUMN_LIMIT:,} columns.",
            )
        )
    return Layout("csv", named(first if header else (), width), delimiter, quote, skip, header)


def named(header: tuple[str, ...] | list[str], width: int) -> tuple[str, ...]:
    """Names for ``width`` columns: blanks filled in, doubles numbered in the order they stand."""
    cells = [" ".join(str(cell).split()) for cell in header] + [""] * (width - len(header))
    filled = [cell or f"column_{place}" for place, cell in enumerate(cells, start=1)]
    seen: Counter[str] = Counter()
    names = []
    for cell in filled:
        seen[cell] += 1
        names.append(cell if seen[cell] == 1 else f"{cell} ({seen[cell]})")
    return tuple(names)


def _records(lines: list[str], delimiter: str, quote: str) -> list[list[str]]:
    """The first records, blank lines included so that lines can be counted."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=False,
    )
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) >= _RECORDS:
                break
    except csv.Error:
        pass
    return records or [[""]]


def _delimiter(lines: list[str], quote: str) -> str | None:
    """The candidate that cuts most records into the same number (above one) of cells; more cells win a tie."""
    best: tuple[float, int, str] | None = None
    for candidate in _DELIMITERS:
        if not any(candidate in line for line in lines[:_RECORDS]):
            continue
        widths = Counter(len(record) for record in _records(lines, candidate, quote) if any(record))
        several = {width: count for width, count in widths.items() if width > 1}
        if not several:
            continue
        width, count = max(several.items(), key=lambda item: (item[1], item[0]))
        score = (round(count / sum(widths.values()), 1), width, candidate)
        best = max(best, score) if best else score
    return best[2] if best and best[0] >= 0.3 else None


def _is_spaced(lines: list[str]) -> bool:
    widths = Counter(len(line.split()) for line in lines[:_RECORDS] if line.strip())
    width, count = widths.most_common(1)[0]
    return width > 1 and count >= 0.95 * sum(widths.values()) and len(lines) > 2


def _spaced(lines: list[str], spec: LoadSpec) -> Layout:
    records = [line.split() for line in lines[:_RECORDS]]
    skip, header = _header(records, spec)
    first = records[skip]
    return Layout("spaces", named(first if header else (), len(first)), " ", "", skip, header)


def _fixed(spec: LoadSpec, lines: list[str]) -> Layout:
    wrong = [(name, first, last) for name, first, last in spec.columns if first < 1 or last < first]
    if wrong:
        raise SourceError(
            [
                Problem(
                    "COLUMN_RANGE",
                    "A fixed-width column ends before it begins",
                    f"column {name}",
                    f"{first} to {last}",
                    "Count characters from 1, first and last included.",
                )
                for name, first, last in wrong
            ]
        )
    names = tuple(name for name, _, _ in spec.columns)
    rows = [[line[first - 1 : last].strip() for _, first, last in spec.columns] for line in lines[:_RECORDS]]
    skip, header = _header(rows, spec)
    return Layout("fixed", names, "", "", skip, header)


def _header(records: list[list[str]], spec: LoadSpec) -> tuple[int, bool]:
    """How many records stand before the table, and whether it begins with names."""
    if spec.header is not None:
        return max(spec.header - 1, 0), spec.header > 0
    widths = Counter(len(record) for record in records if any(cell.strip() for cell in record))
    width = widths.most_common(1)[0][0] if widths else 1
    skip = next((place for place, record in enumerate(records) if _fits(record, width)), 0)
    return skip, _looks_like_names(records[skip])


def _fits(record: list[str], width: int) -> bool:
    filled = sum(bool(cell.strip()) for cell in record)
    return len(record) >= width and filled >= max(1, width / 2)


def _looks_like_names(record: list[str]) -> bool:
    cells = [cell.strip() for cell in record if cell.strip()]
    return bool(cells) and not any(_NUMBER.fullmatch(cell) for cell in cells)
