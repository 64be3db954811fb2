"""Writes single values with their units, days and instants, for pages and terminals alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from segmentry.charts import Writer
from segmentry.terms import clock

NOTHING = "–"
_SHARE_UNITS = ("share", "probability")
_SMALLEST_CHANCE = 0.001


class Pen:
    """Writes values as people of a locale read them.

    Attributes:
        write: Writes numbers, money and days.
        zone: IANA time zone in which instants are told.
    """

    def __init__(self, write: Writer, zone: str = "UTC") -> None:
        self.write = write
        self.zone = zone

    def day(self, told: object) -> str:
        """The day of an ISO text, of an instant that in the zone, the month in words; a dash where there is none."""
        found = day_of(told, self.zone)
        return NOTHING if found is None else self.write.day(found)

    def moment(self, told: object) -> str:
        """An instant in the zone, the zone named; the text itself where it is none."""
        return self.write.moment(told, self.zone)

    def cell(self, value: object, unit: str = "") -> str:
        """A value with its unit: shares as percentages, amounts as money, one of many without the plural."""
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return self._number(value, unit)
        found = day_of(value, self.zone) if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value) else None
        return self.write.day(found) if found is not None else f"{value} {unit}".strip()

    def _number(self, value: float, unit: str) -> str:
        sign, rest = self._signed(value, unit)
        if sign:
            return f"{sign} {rest}".strip()
        number = str(value) if unit == "year" else self.figure(value)
        return f"{number} {_one(unit) if value == 1 else unit}".strip() if unit != "year" else number

    def _signed(self, value: float, unit: str) -> tuple[str, str]:
        """A share or an amount with the sign of its unit, and what is left of the unit; an empty text for others."""
        first, _, rest = unit.partition(" ")
        if first in _SHARE_UNITS:
            return self.write.percent(float(value)), rest
        if re.fullmatch("[A-Z]{3}", first):
            return Writer(str(self.write.locale), first).money(value), rest
        return (self.write.money(value), rest) if first == "currency" else ("", unit)

    def figure(self, value: float) -> str:
        """A bare number: whole ones whole, others with two decimals, or two figures that count below one."""
        if isinstance(value, int) or float(value).is_integer():
            return self.write.number(value)
        return self.write.number(value, 2) if abs(value) >= 1 else self.write.significant(value, 2)

    def between(self, told: Mapping[str, Any], unit: str | None = None) -> str:
        """An estimate with its interval and unit, or why there is none.

        Args:
            told: ``estimate``, ``low``, ``high`` and ``unit``, or ``not_estimable``.
            unit: Taken instead of the unit told.
        """
        if "not_estimable" in told:
            return str(told["not_estimable"])
        unit = (told.get("unit") or "") if unit is None else unit
        if told.get("low") is None or told.get("high") is None:
            return f"{self.cell(told['estimate'], unit)} (no interval)"
        rest = self._signed(told["estimate"], unit)[1]
        value, low, high = (
            self._signed(told[name], unit)[0] or self.figure(told[name]) for name in ("estimate", "low", "high")
        )
        return f"{value} [{low} to {high}] {rest}".strip()

    def chance(self, p: float) -> str:
        """A probability of chance (p): three decimals, and no more exact than anybody may believe."""
        if p < _SMALLEST_CHANCE:
            return f"p < {self.write.number(_SMALLEST_CHANCE, 3)}"
        return f"p = {self.write.number(p, 3)}"


def day_of(told: object, zone: str = "UTC") -> date | None:
    """The day of an ISO text; None where there is none or it cannot be read.

    Args:
        told: A day, or an instant; days stay as they are.
        zone: IANA time zone whose day of an instant is meant.
    """
    if not isinstance(told, str):
        return None
    try:
        found = datetime.fromisoformat(told.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.date() if found.tzinfo is None else found.astimezone(clock.zone(zone)).date()


def _one(unit: str) -> str:
    """The unit of a single thing: ``days`` is ``day``, ``categories`` is ``category``."""
    first, space, rest = unit.partition(" per ")
    if first.endswith("ies"):
        first = f"{first[:-3]}y"
    elif first.endswith(("ches", "shes", "sses", "xes")):
        first = first[:-2]
    elif first.endswith("s") and not first.endswith("ss"):
        first = first[:-1]
    elif first == "children":
        first = "child"
    return f"{first}{space}{rest}"
