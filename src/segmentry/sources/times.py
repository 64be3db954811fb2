"""Dates and times: the formats a column is written in, and the instants its wall clock means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.sources import values
from segmentry.terms.clock import Transition, transitions

EARLIEST = datetime(1900, 1, 2)
"""Facts before this are not believed."""
LATEST = datetime(9000, 1, 1)
"""Moments from here on are no moments."""
_MOMENT = re.compile(
    r"(?:\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,2}[ -][A-Za-zäûéÉ]{3,9}\.?[ -]\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})"
    r"(?:(?:[ T]+|, )\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?)?(?: ?(?:Z|UTC|[-+]\d{2}:?\d{2}))?"
)
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PARTS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(.*)")
_CLOCK = re.compile(r"([ T]+|, )(\d{1,2}):\d{2}(:\d{2})?([.,]\d{1,9})?( ?)([AaPp][Mm])?")
_ISO = re.compile(r"[12]\d{3}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?")
_OFFSET = r"^(.*:\d{2}(?:[.,]\d+)?) ?(Z|UTC|([-+])(\d{2}):?(\d{2})?)$"
_WORDS = re.compile(r"(\d{1,2})([ -])([A-Za-z]{3,9})\2(\d{4}|\d{2})(.*)|([A-Za-z]{3,9}) (\d{1,2})(,?) (\d{4})(.*)")


@ibis.udf.scalar.builtin(signature=((dt.string, dt.Array(dt.string)), dt.Timestamp(scale=6)))  # type: ignore[untyped-decorator]
def try_strptime(text: object, formats: object) -> object:
    """The moment that ``text`` tells in the first of ``formats`` that fits; null where none does."""


@ibis.udf.scalar.builtin(signature=((dt.Timestamp(timezone="UTC", scale=6),), dt.int64))  # type: ignore[untyped-decorator]
def epoch_us(instant: object) -> object:
    """Microseconds since 1970 of an instant, whatever zone the session is in."""


@ibis.udf.scalar.builtin(signature=((dt.int64,), dt.Timestamp(scale=6)))  # type: ignore[untyped-decorator]
def make_timestamp(microseconds: object) -> object:
    """The moment so many microseconds after 1970."""


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How the moments of a column are written.

    Attributes:
        formats: strptime formats in which the order of day and month is plain.
        day_formats: Formats with the day before the month.
        month_formats: Formats with the month before the day; both kinds where a column mixes them.
        iso: Whether ISO 8601 occurs, which the engine reads itself.
        epoch: Seconds (1) or milliseconds (1000) since 1970 in one unit; 0 for none.
        instants: Whether values carry an offset, so that they are instants and no wall-clock times.
        certain: False where the order of day and month had to be assumed.
    """

    formats: tuple[str, ...] = ()
    day_formats: tuple[str, ...] = ()
    month_formats: tuple[str, ...] = ()
    iso: bool = True
    epoch: int = 0
    instants: bool = False
    certain: bool = True

    @property
    def mixed(self) -> bool:
        """Both orders of day and month occur: values that fit both are ambiguous and put aside."""
        return bool(self.day_formats and self.month_formats)

    @property
    def numeric(self) -> bool:
        """Whether the order of day and month matters."""
        return bool(self.day_formats or self.month_formats)


def is_moment(text: str) -> bool:
    """Whether a text reads as a calendar day, with or without a time."""
    return bool(_MOMENT.fullmatch(text) or _COMPACT.fullmatch(text))


def time_style(texts: Iterable[str], given: str | None = None) -> TimeStyle:
    """Tell from all shapes of values how moments are written; day before month where nothing shows it."""
    if given:
        return TimeStyle((given.replace("%z", "").strip(),), iso=False, instants="%z" in given)
    told = list(dict.fromkeys(text.strip() for text in texts))
    instants = any(re.match(_OFFSET, text) for text in told)
    different = [re.sub(_OFFSET, r"\1", text) for text in told] if instants else told
    if different and all(value.isdigit() and len(value) in (10, 13) for value in different):
        return TimeStyle(iso=False, epoch=1000 if len(different[0]) == 13 else 1, instants=True)
    orders = Counter(map(_order, different))
    mixed = orders["day"] > 0 and orders["month"] > 0
    day_first = orders["day"] >= orders["month"]
    plain, numeric = _formats(different)
    return TimeStyle(
        plain,
        tuple(form.replace("{}", "%d", 1).replace("{}", "%m") for form in numeric if mixed or day_first),
        tuple(form.replace("{}", "%m", 1).replace("{}", "%d") for form in numeric if mixed or not day_first),
        iso=any(map(_ISO.fullmatch, different)) or not (plain or numeric),
        instants=instants,
        certain=mixed or not orders["either"] or orders["day"] != orders["month"],
    )


def _order(value: str) -> str:
    """``day``, ``month`` or ``either`` for dates of numbers that do not begin with the year; else ``none``."""
    found = _PARTS.fullmatch(value)
    if not found or len(found[1]) > 2:
        return "none"
    first, second = int(found[1]), int(found[3])
    if first > 12:
        return "day"
    if second > 12:
        return "month"
    return "none" if first == second else "either"


def _formats(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The strptime formats in use, the most usual first; those with day and month as ``{}`` apart."""
    counts = Counter(form for text in texts if (form := _format(text)))
    ranked = [form for form, _ in counts.most_common()]
    return tuple(form for form in ranked if "{}" not in form), tuple(form for form in ranked if "{}" in form)


def _format(value: str) -> str:
    """The strptime format in which ``value`` is written; empty for ISO 8601 without an offset, and for no date."""
    if _ISO.fullmatch(value):
        return ""
    if value.isdigit() and len(value) == 8:
        return "%Y%m%d"
    if found := _PARTS.fullmatch(value):
        mark, clock = found[2], _clock(found[5])
        if len(found[1]) == 4:
            return f"%Y{mark}%m{mark}%d{clock}"
        return f"{{}}{mark}{{}}{mark}{'%Y' if len(found[4]) == 4 else '%y'}{clock}"
    return _worded(value)


def _worded(value: str) -> str:
    """The strptime format of a date whose month is a word; empty for other texts."""
    words = _WORDS.fullmatch(value)
    if not words:
        return ""
    if words[1]:
        month = "%b" if len(words[3]) == 3 else "%B"
        return f"%d{words[2]}{month}{words[2]}{'%Y' if len(words[4]) == 4 else '%y'}{_clock(words[5])}"
    return f"{'%b' if len(words[6]) == 3 else '%B'} %d{words[8]} %Y{_clock(words[10])}"


def _clock(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if not found:
        return ""
    hour, noon = ("%I", f"{found[5]}%p") if found[6] else ("%H", "")
    fraction = f"{found[4][0]}%f" if found[4] else ""
    return f"{found[1]}{hour}:%M{':%S' if found[3] else ''}{fraction}{noon}"


def read_moment(column: ir.Value, style: TimeStyle) -> ir.TimestampValue:
    """A cell as a moment: on the source's wall clock, or as UTC where the style says instants; null if unreadable."""
    kind = column.type()
    if kind.is_timestamp() and kind.timezone is not None:
        return make_timestamp(epoch_us(column))
    if kind.is_timestamp() or kind.is_date():
        return column.cast(dt.Timestamp(scale=6))
    text = column if kind.is_string() else column.cast(dt.string)
    if style.epoch:
        return (text.try_cast(dt.int64) / style.epoch).cast(dt.int64).as_timestamp("s").cast(dt.Timestamp(scale=6))
    if style.instants:
        return _without_offset(text, style)
    return _read_wall_clock(text, style)


def finite(moment: ir.TimestampValue) -> ir.TimestampValue:
    """The moment; null for ``infinity`` and for years that no calendar will see."""
    return ibis.ifelse(moment < ibis.literal(LATEST), moment, ibis.null(moment.type()))


def _without_offset(text: ir.StringValue, style: TimeStyle) -> ir.TimestampValue:
    """The instant in UTC: what the clock shows less the offset that the value carries, none meaning UTC."""
    bare = text.re_replace(_OFFSET, r"\1")
    hours, minutes = (text.re_extract(_OFFSET, group).nullif("").cast(dt.int64).fill_null(0) for group in (4, 5))
    ahead = (hours * 60 + minutes) * ibis.ifelse(text.re_extract(_OFFSET, 3) == "-", -1, 1)
    return _read_wall_clock(bare, style) - ahead.as_interval("m")


def _read_wall_clock(text: ir.StringValue, style: TimeStyle) -> ir.TimestampValue:
    if not style.formats and not style.numeric:
        return text.try_cast(dt.Timestamp(scale=6))
    told = [_in_formats(text, forms) for forms in (style.formats, style.day_formats, style.month_formats) if forms]
    if style.iso:
        told.append(text.try_cast(dt.Timestamp(scale=6)))
    moment = ibis.coalesce(*told)
    return ibis.ifelse(is_ambiguous(text, style), ibis.null(moment.type()), moment) if style.mixed else moment


def _in_formats(text: ir.StringValue, formats: tuple[str, ...]) -> ir.TimestampValue:
    return try_strptime(values.read_text(text), list(formats)).cast(dt.Timestamp(scale=6))


def is_ambiguous(text: ir.StringValue, style: TimeStyle) -> ir.BooleanValue:
    """Whether a value can be read with the day first and with the month first, as two different days."""
    day, month = _in_formats(text, style.day_formats), _in_formats(text, style.month_formats)
    return (day != month).fill_null(False)


def local_to_utc(moment: ir.TimestampValue, timezone: str, first: datetime, last: datetime) -> ir.TimestampValue:
    """The instant at which a wall clock shows ``moment``: after a gap its end, of a repeated hour the first.

    The offsets come from the pinned zone data as literals; no zone function of the engine is used.
    """
    known = transitions(timezone, first - timedelta(days=2), last + timedelta(days=2))
    if len(known) == 1:
        return _shift(moment, -known[0].offset)
    cases = []
    for before, after in zip(reversed(known[:-1]), reversed(known[1:]), strict=True):
        cases.extend(_after(moment, before, after))
    return ibis.cases(*cases, else_=_shift(moment, -known[0].offset))


def _after(moment: ir.TimestampValue, before: Transition, after: Transition) -> list[tuple[ir.Value, ir.Value]]:
    settled = max(after.instant + before.offset, after.instant + after.offset)
    cases = [(moment >= ibis.literal(settled), _shift(moment, -after.offset))]
    if after.offset > before.offset:
        gap = after.instant + before.offset
        cases.append((moment >= ibis.literal(gap), ibis.literal(after.instant)))
    return cases


def utc_to_local(instant: ir.TimestampValue, timezone: str, first: datetime, last: datetime) -> ir.TimestampValue:
    """What a wall clock shows at ``instant``."""
    known = transitions(timezone, first - timedelta(days=2), last + timedelta(days=2))
    if len(known) == 1:
        return _shift(instant, known[0].offset)
    cases = [(instant >= ibis.literal(item.instant), _shift(instant, item.offset)) for item in reversed(known[1:])]
    return ibis.cases(*cases, else_=_shift(instant, known[0].offset))


def _shift(moment: ir.TimestampValue, offset: timedelta) -> ir.TimestampValue:
    seconds = int(offset.total_seconds())
    return moment if seconds == 0 else moment + ibis.interval(seconds=seconds)
