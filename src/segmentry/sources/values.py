"""From what stands in a cell to typed values: ids, words, amounts; nothing that cannot be read becomes a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import MONEY

_BLANKS = " \t\r\n\u00a0"
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_NUMBER = re.compile(
    r"\(?[-+]?\s?(?:[A-Z]{3}|[$€£¥₹]|kr)?\s?[-+]?(?:\d+|\d{1,3}(?:[.,'  ]\d{3})+)?(?:[.,]\d*)?(?:[eE][-+]?\d{1,3})?"
    r"\s?(?:[A-Z]{3}|[$€£¥₹]|kr)?\)?-?"
)
_DOT_DECIMAL = re.compile(r"\d\.\d{1,2}(?:\D|$)|\d\.\d{4,}|(?:^|\D)0?\.\d|,\d{3}\.\d|\d{4,}\.\d|^0\d*\.\d")
_COMMA_DECIMAL = re.compile(r"\d,\d{1,2}(?:\D|$)|\d,\d{4,}|(?:^|\D)0?,\d|\.\d{3},\d|\d{4,},\d|^0\d*,\d")
_DOT_GROUPS = re.compile(r"\d\.\d{3}\.\d{3}|\d\.\d{3},\d")
_COMMA_GROUPS = re.compile(r"\d,\d{3},\d{3}|\d,\d{3}\.\d")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of a file are written.

    Attributes:
        decimal_mark: ``.`` or ``,``.
        plain: True while every number can be read as it stands.
        certain: False where no value shows which mark is the decimal one.
    """

    decimal_mark: str = "."
    plain: bool = True
    certain: bool = True


def number_style(values: Iterable[str], given: str | None = None) -> NumberStyle:
    """Tell from values which mark is the decimal one; with no evidence a dot, and commas divide thousands."""
    different = set(values)
    dots = sum(bool(_DOT_DECIMAL.search(value) or _COMMA_GROUPS.search(value)) for value in different)
    commas = sum(bool(_COMMA_DECIMAL.search(value) or _DOT_GROUPS.search(value)) for value in different)
    marked = any("," in value or "." in value for value in different)
    mark = given or ("," if commas > dots else ".")
    plain = mark == "." and all(_PLAIN.fullmatch(value) for value in different)
    certain = bool(given) or not marked or dots != commas
    return NumberStyle(mark, plain, certain)


def is_number(text: str) -> bool:
    """Whether a text reads as a number, in whatever style."""
    return bool(_NUMBER.fullmatch(text)) and any(map(str.isdigit, text))


@ibis.udf.scalar.builtin(name="trim", signature=((dt.string, dt.string), dt.string))  # type: ignore[untyped-decorator]
def _trim(text: object, letters: object) -> object:
    """``text`` without any of ``letters`` at its ends."""


def read_text(column: ir.Value) -> ir.StringValue:
    """A cell as text without blanks around it; empty cells become null.

    Trimming a text costs more than looking at its ends, so only those with blanks there are trimmed.
    """
    text = column if column.type().is_string() else column.cast(dt.string)
    return ibis.ifelse(_has_blank_ends(text), _trim(text, _BLANKS).nullif(""), text)


def _has_blank_ends(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text begins or ends with a blank; so does, here, one of no letters."""
    return (text < "!") | text.endswith(" ") | text.endswith("\t") | text.endswith("\u00a0")


def read_id(column: ir.Value) -> ir.StringValue:
    """A number that names something: ``12345.0`` of a spreadsheet becomes ``12345``, leading zeros of texts stay."""
    kind = column.type()
    if kind.is_floating() or kind.is_decimal():
        whole = (column == column.round()) & (column.abs() < 1e15)
        return ibis.ifelse(whole, column.try_cast(dt.int64).cast(dt.string), column.cast(dt.string))
    if not kind.is_string():
        return read_text(column)
    trimmed = _trim(column, _BLANKS).nullif("")
    return ibis.cases(
        (_has_blank_ends(column), _without_point(trimmed)),
        (column.endswith(".0"), _without_point(column)),
        else_=column,
    )


def _without_point(text: ir.StringValue) -> ir.StringValue:
    return text.re_replace(r"^(\d+)\.0$", r"\1")


def read_decimal(column: ir.Value, style: NumberStyle) -> ir.DecimalValue:
    """A cell as decimal(18,4); null where it is empty, no number, or too large."""
    kind = column.type()
    if kind.is_floating():
        return ibis.ifelse(column.isnan() | column.isinf(), ibis.null(kind), column).try_cast(MONEY)
    if not kind.is_string():
        return column.try_cast(MONEY)
    return (column if style.plain else bare_number(column, style)).try_cast(MONEY)


def bare_number(text: ir.StringValue, style: NumberStyle) -> ir.StringValue:
    """A number as people write it turned into digits, one dot and a sign; null where it is none.

    Currency signs and codes, blanks, apostrophes and well-placed thousands marks go; ``(12)`` and ``12-`` are minus 12.
    """
    trimmed = text.re_replace(r"[\s\x{00A0}\x{202F}'’$€£¥₹]|[A-Z]{3}$|^[A-Z]{3}|kr\.?", "")
    negative = trimmed.startswith("(") & trimmed.endswith(")") | trimmed.endswith("-")
    digits = trimmed.re_replace(r"^\(|\)$|-$|^\+", "")
    mark, group = (r"\.", ",") if style.decimal_mark == "." else (",", r"\.")
    shape = rf"^-?([0-9]+|[0-9]{{1,3}}({group}[0-9]{{3}})+)?({mark}[0-9]*)?([eE][-+]?[0-9]{{1,3}})?$"
    wrong_group = "," if style.decimal_mark == "." else "."
    clean = digits.replace(wrong_group, "").replace(",", ".")
    signed = ibis.ifelse(negative, ibis.literal("-") + clean, clean)
    return ibis.ifelse(digits.re_search(shape) & digits.re_search("[0-9]"), signed, ibis.null(dt.string))


def is_wanting(column: ir.Value) -> ir.BooleanValue:
    """Whether a cell holds nothing: null, blank, or not a number."""
    kind = column.type()
    if kind.is_string():
        return column.isnull() | ibis.ifelse(column < "!", _trim(column, _BLANKS) == "", False)
    if kind.is_floating():
        return column.isnull() | column.isnan()
    return column.isnull()


def sum_of(values: Sequence[ir.Value]) -> ir.Value:
    """The sum of several amounts, empty ones counted as nothing; null where all are empty."""
    total = values[0]
    for value in values[1:]:
        total = ibis.coalesce(total + value, total, value)
    return total
