"""Literals against columns, exactly: thresholds on the grid of the column, days as instants in a zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal, localcontext

from segmentry.segments.tree import Operator
from segmentry.terms.clock import midnight_after, utc_to_local
from segmentry.terms.tables import ColumnType

_SCALES = {ColumnType.INTEGER: 0, ColumnType.DECIMAL: 4}
_LIMITS = {ColumnType.INTEGER: Decimal(2**63 - 1), ColumnType.DECIMAL: Decimal(10) ** 14}
BEGINNING, END = datetime(1, 1, 2), datetime(9999, 12, 30)
"""Instants before and after everything that can happen."""


def bounded(operator: Operator, value: Decimal, kind: ColumnType) -> tuple[Operator, Decimal] | bool:
    """The same comparison with a value the column can hold, or the truth every known value has.

    ``amount > 1.23456`` asks the same of four decimals as ``amount > 1.2345``; ``orders = 1.5`` is never true.

    Args:
        operator: The comparison.
        value: The threshold.
        kind: ``integer`` or ``decimal``; for ``number`` the value stays as it is.
    """
    if kind not in _SCALES:
        return operator, value
    limit = _LIMITS[kind]
    if abs(value) >= limit:
        above = value > 0
        return operator == "!=" or (operator in ("<", "<=")) == above if operator != "=" else False
    floor = _floor(value, _SCALES[kind])
    if floor == value:
        return operator, floor
    if operator in ("=", "!="):
        return operator == "!="
    return ("<=" if operator in ("<", "<=") else ">"), floor


def _floor(value: Decimal, scale: int) -> Decimal:
    with localcontext(prec=90):
        return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_FLOOR)


def day_begins(day: date, timezone: str) -> datetime:
    """The first instant (UTC) of a local day."""
    if day <= BEGINNING.date():
        return BEGINNING
    return END if day >= END.date() else midnight_after(day - timedelta(days=1), timezone)


def day_ends(day: date, timezone: str) -> datetime:
    """The first instant (UTC) after a local day."""
    if day >= END.date():
        return END
    return BEGINNING if day <= BEGINNING.date() else midnight_after(day, timezone)


def first_day_from(instant: datetime, timezone: str) -> date:
    """The first local day that begins at ``instant`` (UTC) or after it."""
    day = utc_to_local(instant, timezone).date()
    while day_begins(day, timezone) < instant:
        day += timedelta(days=1)
    return day
