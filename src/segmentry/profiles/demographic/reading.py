"""Reads the distinct values of told columns once each, and says which could not be read and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from segmentry.profiles.demographic import words
from segmentry.profiles.demographic.ages import OLDEST
from segmentry.sources.times import TimeStyle, time_style

_BAND = pa.struct([("low", pa.float64()), ("high", pa.float64())])
_MOST = {"age": float(OLDEST), "household_size": 100.0, "children": 50.0, "youngest_child_age": 60.0}


@dataclass(frozen=True)
class Unread:
    """A value that could not be read.

    Attributes:
        told: What its column tells.
        column: The column.
        value: The value.
        customers: Parties of whom it is told.
        reason: Why.
    """

    told: str
    column: str
    value: str
    customers: int
    reason: str


WORDS: Mapping[str, tuple[Callable[[str], Any], pa.DataType]] = {
    "gender": (words.gender, pa.string()),
    "marital_status": (words.marital_status, pa.string()),
    "education": (words.school_level, pa.string()),
    "occupation": (words.is_retired, pa.bool_()),
    "language": (words.language, pa.string()),
}
"""How what is told in words is read, and as what."""


def read(told: str, column: str, rows: Sequence[Mapping[str, Any]], last_day: date) -> tuple[pa.Table, list[Unread]]:
    """What each distinct text means: ``text`` beside ``value``, or ``low`` and ``high``; and what could not be read.

    Args:
        told: What the column tells.
        column: Its name.
        rows: ``text`` and ``customers`` of every distinct text.
        last_day: The last local day that counts.
    """
    counts = {row["text"]: row["customers"] for row in rows if not words.is_unknown(row["text"])}
    if told == "birth_date":
        found, reasons = _dates(counts, last_day)
        kind: pa.DataType = pa.date32()
    elif told in WORDS:
        parse, kind = WORDS[told]
        found = {text: parse(text) for text in counts}
        reasons = {text: "The word is not known" for text, value in found.items() if value is None}
    else:
        found, reasons = _bands(told, counts, last_day)
        kind = _BAND
    unread = [Unread(told, column, text, counts[text], reason) for text, reason in sorted(reasons.items())]
    good = {text: value for text, value in found.items() if text not in reasons}
    return _table(good, kind), unread


def _table(found: Mapping[str, Any], kind: pa.DataType) -> pa.Table:
    texts = pa.array(list(found), pa.string())
    if kind != _BAND:
        return pa.table({"text": texts, "value": pa.array(list(found.values()), kind)})
    lows, highs = ([each[place] for each in found.values()] for place in (0, 1))
    return pa.table({"text": texts, "low": pa.array(lows, pa.float64()), "high": pa.array(highs, pa.float64())})


def _bands(told: str, texts: Iterable[str], last_day: date) -> tuple[dict[str, Any], dict[str, str]]:
    found, reasons = {}, {}
    most = float(last_day.year) if told == "birth_year" else _MOST.get(told, float("inf"))
    least = float(last_day.year - OLDEST) if told == "birth_year" else 0.0
    for text in texts:
        band = words.numbers(text)
        if band is None:
            reasons[text] = "No number or band is told"
        elif text.strip().startswith(("-", "−")) or not _possible(band, least, most):
            reasons[text] = "It cannot be true"
        found[text] = band
    return found, reasons


def _possible(band: tuple[float, float], least: float, most: float) -> bool:
    low, high = band
    return least <= low <= most and (high <= most or high == float("inf"))


def _dates(texts: Iterable[str], last_day: date) -> tuple[dict[str, Any], dict[str, str]]:
    told = list(texts)
    style = time_style(told)
    found, reasons = {}, {}
    for text in told:
        day = _date(text.strip(), style)
        if day is None:
            reasons[text] = "No day is told, or it is one of two"
        elif not last_day.year - OLDEST <= day.year or day > last_day:
            reasons[text] = "It cannot be true"
        found[text] = day
    return found, reasons


def _date(text: str, style: TimeStyle) -> date | None:
    """The day a text tells; None where it tells none, or two that differ."""
    if style.iso:
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            pass
    days = {_in_format(text, form) for form in (*style.formats, *style.day_formats, *style.month_formats)} - {None}
    return days.pop() if len(days) == 1 else None


def _in_format(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None
