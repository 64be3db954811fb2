"""Numbers, money and days as people of a locale write them (Unicode CLDR, by way of Babel)."""

from __future__ import annotations

import html
import math
from datetime import date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names, get_month_names
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_decimal_symbol,
    get_group_symbol,
)

Width = Literal["abbreviated", "wide"]

NO_CURRENCY = "currency units"
_LONGEST_LABEL = 40
_COUNTABLE = 1e18
_COMPACT_FROM = 10_000
_LONGEST_COMPACT = 14


class Writer:
    """Writes values in one locale and one currency.

    Attributes:
        locale: The locale; English of the United States where Babel does not know the one asked for.
        currency: ISO 4217 code, or None where the data do not tell one.
    """

    def __init__(self, locale: str, currency: str | None = None) -> None:
        self.locale = _parsed(locale)
        self.currency = currency or None

    @property
    def unit(self) -> str:
        """The currency for axis titles and column heads: its code, or ``currency units``."""
        return self.currency or NO_CURRENCY

    @cached_property
    def separators(self) -> str:
        """Decimal mark and thousands mark, side by side, as Plotly reads them."""
        group = get_group_symbol(self.locale).replace("\u202f", "\u00a0")
        return f"{get_decimal_symbol(self.locale)}{group}"

    def number(self, value: float, digits: int = 0) -> str:
        """A count or measure with so many decimals; one beyond all counting with its power of ten."""
        if abs(value) > _COUNTABLE:
            return f"{value:.3g}"
        text = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, format=text, locale=self.locale))

    def significant(self, value: float, figures: int = 3) -> str:
        """A number with so many significant figures, such as a parameter of a model."""
        if value == 0 or not math.isfinite(value):
            return self.number(0.0)
        digits = max(0, figures - 1 - math.floor(math.log10(abs(value))))
        return self.number(value, min(digits, 8))

    def compact(self, value: float) -> str:
        """A count in few characters, such as 12.3K."""
        if abs(value) < _COMPACT_FROM:
            return self.number(value)
        text = str(format_compact_decimal(value, locale=self.locale, fraction_digits=1))
        return self.number(value) if len(text) > _LONGEST_COMPACT else text

    def percent(self, share: float, digits: int = 0) -> str:
        """A share from 0 to 1 as a percentage."""
        if abs(share) > _COUNTABLE:
            return f"{100 * share:.3g}%"
        if digits == 0 and 0 < abs(share) < 0.01:
            digits = 1
        share = share if round(share, digits + 2) else 0.0
        pattern = str(self.locale.percent_formats[None].pattern)
        return str(format_percent(share, format=_with_digits(pattern, digits), locale=self.locale))

    def money(self, value: float) -> str:
        """An amount, whole from 100 units on, else to the cent."""
        if self.currency is None or abs(value) > _COUNTABLE:
            return f"{self.number(value, _digits(value))} {self.unit}"
        digits = _digits(value)
        pattern = _with_digits(str(self.locale.currency_formats["standard"].pattern), digits)
        return str(format_currency(value, self.currency, pattern, self.locale, currency_digits=False))

    def amount(self, value: float) -> str:
        """An amount for a place that names the unit itself: as `money`, but without the words currency units."""
        if self.currency is None:
            return self.number(value, _digits(value))
        return self.money(value)

    def short_money(self, value: float) -> str:
        """An amount in few characters, such as £8.3M."""
        if abs(value) < _COMPACT_FROM:
            return self.amount(value)
        if self.currency is None:
            return self.compact(value)
        return self._compacted(
            value, format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=1)
        )

    def _compacted(self, value: float, text: str) -> str:
        """``text``, or the whole amount where the locale has no short form for it and Babel leaves all digits."""
        return self.amount(value) if len(text) > _LONGEST_COMPACT else text

    def day(self, day: date | None) -> str:
        """A day, the month in words."""
        return "an unknown day" if day is None else str(format_date(day, "medium", self.locale))

    def moment(self, told: object, zone: str) -> str:
        """An instant (ISO 8601) in an IANA time zone, the zone named; the text itself where it is none."""
        try:
            instant, place = datetime.fromisoformat(str(told).replace("Z", "+00:00")), ZoneInfo(zone)
        except (ValueError, ZoneInfoNotFoundError):
            return str(told)
        local = instant.astimezone(place)
        clock = format_time(local, "short", tzinfo=place, locale=self.locale)
        return f"{self.day(local.date())}, {clock} ({zone})"

    def month(self, day: date) -> str:
        """Month and year of a day."""
        return str(format_date(day, "MMM y", self.locale))

    def month_names(self, width: Width = "abbreviated") -> tuple[str, ...]:
        """January to December, ``abbreviated`` or ``wide``."""
        return tuple(get_month_names(width, "stand-alone", self.locale).values())

    def day_names(self, width: Width = "abbreviated") -> tuple[str, ...]:
        """Sunday to Saturday, ``abbreviated`` or ``wide``."""
        names = get_day_names(width, "stand-alone", self.locale)
        return tuple(names[day] for day in (6, 0, 1, 2, 3, 4, 5))


def label(text: str) -> str:
    """A text from the data for a figure: markup shown as it is written, very long texts cut with an ellipsis."""
    cut = text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
    return html.escape(cut, quote=False)


def as_date(text: str | date | datetime | None) -> date | None:
    """The day of an ISO text, date or instant; None where there is none or it cannot be read."""
    if isinstance(text, datetime):
        return text.date()
    if text is None or isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _digits(amount: float) -> int:
    """Decimals of an amount: none from 100 units on."""
    return 0 if abs(amount) >= 100 or amount == 0 else 2


def _parsed(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


def _with_digits(pattern: str, digits: int) -> str:
    """A CLDR pattern with so many decimals instead of its own, in its positive form."""
    positive = pattern.split(";", maxsplit=1)[0]
    decimals = "." + "0" * digits if digits else ""
    if "0.00" in positive:
        return positive.replace("0.00", "0" + decimals)
    return positive.replace("0", "0" + decimals, 1) if decimals else positive
