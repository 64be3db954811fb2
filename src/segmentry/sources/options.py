"""Options that no file can be read with, found before any file is opened."""

from __future__ import annotations

import re

from segmentry.sources.countries import currency_codes
from segmentry.sources.opening import FORMATS
from segmentry.sources.spec import LoadSpec
from segmentry.terms.clock import zone_names
from segmentry.terms.errors import Problem, near_miss, shorten

_DATE_FORMAT = re.compile(r"(?=.*%)(?:[^%]|%-?[aAbBcdDfgGHIjmMnpSTuUVwWxXyYzZ%])*")
"""Text with the codes that a date may be written in."""
_TEXTS = (
    *("source", "parties", "timezone", "format", "encoding", "delimiter", "quote", "decimal_mark", "date_format"),
    *("sheet", "currency"),
)


def option_problems(spec: LoadSpec) -> list[Problem]:
    """Every mistake in the reading options of ``spec``."""
    problems = _of_wrong_type(spec)
    if problems:
        return problems
    if spec.format is not None and spec.format not in FORMATS:
        step = near_miss(spec.format, FORMATS) or f"Known are {', '.join(FORMATS)}."
        problems.append(_problem("FORMAT_UNKNOWN", "There is no such format", "format", spec.format, step))
    for name, value in (("delimiter", spec.delimiter), ("quote", spec.quote)):
        if (
            value is not None
            and (len(value.encode()) != 1 or value in "\r\n\0")
            and not (name == "quote" and not value)
        ):
            step = "Give one character, such as a comma, semicolon or tab."
            problems.append(_problem("CHARACTER_WRONG", "This cannot divide or enclose cells", name, value, step))
    if spec.decimal_mark is not None and spec.decimal_mark not in (".", ","):
        problems.append(
            _problem(
                "DECIMAL_MARK_WRONG",
                "This is no decimal mark",
                "decimal_mark",
                spec.decimal_mark,
                "Give a dot or a comma.",
            )
        )
    if spec.date_format is not None and not _DATE_FORMAT.fullmatch(spec.date_format):
        problems.append(
            _problem(
                "DATE_FORMAT_WRONG", "This is no date format", "date_format", spec.date_format, "Write it as %d/%m/%Y."
            )
        )
    if spec.header is not None and spec.header < 0:
        problems.append(
            _problem(
                "HEADER_WRONG",
                "There is no such line",
                "header",
                str(spec.header),
                "Count lines from 1; 0 means that there are no names.",
            )
        )
    if spec.timezone not in zone_names():
        step = near_miss(spec.timezone, zone_names()) or "Use an IANA name such as Europe/London."
        problems.append(_problem("TIMEZONE_UNKNOWN", "There is no such time zone", "timezone", spec.timezone, step))
    if spec.currency is not None and spec.currency not in currency_codes():
        step = near_miss(spec.currency.upper(), currency_codes()) or "Use an ISO 4217 code such as EUR."
        problems.append(_problem("CURRENCY_UNKNOWN", "There is no such currency", "currency", spec.currency, step))
    return problems


def _of_wrong_type(spec: LoadSpec) -> list[Problem]:
    """Options that are no texts, numbers or pairs where they should be, such as settings written without quotes."""
    wrong = [
        _problem("OPTION_WRONG", "This option is a text", name, str(value), "Write it between quotes.")
        for name in _TEXTS
        if (value := getattr(spec, name)) is not None and not isinstance(value, str)
    ]
    wrong += [
        _problem("OPTION_WRONG", "This option is a name", name, "an empty text", "Give it, or leave the option out.")
        for name in ("source", "parties")
        if isinstance(value := getattr(spec, name), str) and not value.strip()
    ]
    if spec.header is not None and (not isinstance(spec.header, int) or isinstance(spec.header, bool)):
        step = "Give the number of the line, counted from 1."
        wrong.append(_problem("OPTION_WRONG", "This option is a number", "header", str(spec.header), step))
    for name, kinds, step in (
        ("mapping", (str, str), "Write mapping = { role = 'column' }."),
        ("columns", (str, int, int), "Write each as [name, first character, last character]."),
    ):
        wrong += [
            _problem("OPTION_WRONG", "This option does not have the right parts", name, str(entry), step)
            for entry in getattr(spec, name)
            if not isinstance(entry, tuple) or tuple(map(type, entry)) != kinds
        ]
    return wrong


def _problem(code: str, what: str, where: str, given: str, step: str) -> Problem:
    return Problem(code, what, where, shorten(given), step)
