"""Performance of firms from the history of their staff or revenue.

Fast-growing is who grows by 20 % a year over three years from at least ten staff (Eurostat-OECD Manual on Business
Demography Statistics, 2007, chapter 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from segmentry.profiles.firmographic.spec import FirmographicSpec

SPAN = 3
"""Years over which growth is measured."""
_DIGITS = 9  # a root is a little off, and growth by exactly the limit must reach it
_STAFF, _REVENUE = "staff", "revenue"
_NAMES = {"employees": _STAFF, "staff": _STAFF, "headcount": _STAFF, "revenue": _REVENUE, "turnover": _REVENUE}
_YEARLY = re.compile(r"(?:given_)?(employees|staff|headcount|revenue|turnover)_((?:19|20)\d\d)")


def history_columns(columns: Iterable[str], last_year: int) -> dict[str, dict[int, str]]:
    """Columns that tell staff or revenue of a year, such as ``given_employees_2021``, by year.

    Args:
        columns: Names of columns.
        last_year: The last year that counts.
    """
    found: dict[str, dict[int, str]] = {_STAFF: {}, _REVENUE: {}}
    for name in sorted(columns):
        matched = _YEARLY.fullmatch(name)
        if matched and int(matched[2]) <= last_year:
            found[_NAMES[matched[1]]].setdefault(int(matched[2]), name)
    return found


def performance(accounts: ir.Table, history: dict[str, dict[int, str]], spec: FirmographicSpec) -> ir.Table | None:
    """Growth a year and class of performance: ``customer_id``, ``yearly_growth``, ``growth_until``, ``performance``.

    Growth is that of staff, else of revenue, over the newest three years of which both ends are told. Fast growth from
    fewer staff than `FirmographicSpec.least_staff`, or from nobody knows how many, is in no class.

    Args:
        accounts: One row for each organization.
        history: The columns of `history_columns`.
        spec: Tells the limits.

    Returns:
        The table, or None where no three years are told.
    """
    pairs = [
        (measure, year, columns[year - SPAN], columns[year])
        for measure, columns in history.items()
        for year in sorted(columns, reverse=True)
        if year - SPAN in columns
    ]
    if not pairs:
        return None
    growths, years, bases = [], [], []
    for measure, year, first, last in pairs:
        begin, end = _number(accounts, first), _number(accounts, last)
        known = (begin > 0) & (end >= 0)
        growths.append(
            ibis.ifelse(known, ((end / begin.nullif(0.0)).pow(1.0 / SPAN) - 1.0).round(_DIGITS), ibis.null("float64"))
        )
        years.append(ibis.ifelse(known, ibis.literal(year, type="int64"), ibis.null("int64")))
        staff = history[_STAFF].get(year - SPAN)
        at_begin = begin if measure == _STAFF else _staff(accounts, staff)
        bases.append(ibis.ifelse(known, at_begin, ibis.null("float64")))
    found = accounts.select(
        "customer_id",
        yearly_growth=ibis.coalesce(*growths),
        growth_until=ibis.coalesce(*years),
        _base=_first(growths, bases),
    )
    growth = found.yearly_growth
    enough = (found["_base"] >= spec.least_staff).fill_null(False)
    return found.mutate(
        performance=ibis.cases(
            (growth.isnull(), ibis.null("string")),
            ((growth >= spec.fast_growth) & enough, "fast_growing"),
            (growth >= spec.fast_growth, ibis.null("string")),
            (growth <= spec.struggling_below, "struggling"),
            else_="stable",
        )
    ).drop("_base")


def _first(growths: list[ir.FloatingValue], bases: list[ir.FloatingValue]) -> ir.FloatingValue:
    """The base that belongs to the first growth that is known."""
    return ibis.cases(
        *((growth.notnull(), base) for growth, base in zip(growths, bases, strict=True)), else_=ibis.null("float64")
    )


def _staff(accounts: ir.Table, column: str | None) -> ir.FloatingValue:
    return ibis.null("float64") if column is None else _number(accounts, column)


def _number(accounts: ir.Table, column: str) -> ir.FloatingValue:
    values = accounts[column]
    return values.replace(",", "").try_cast("float64") if values.type().is_string() else values.cast("float64")
