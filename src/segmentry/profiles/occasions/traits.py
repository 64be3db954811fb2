"""Traits of occasions as Ibis expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.profiles.history import days_between
from segmentry.profiles.picking import first_rows
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass

STEADY = 5.0
"""Orders expected by chance that an index starts from: few orders leave it near 1 (gamma prior of mean 1)."""
LEAST_FOR_FAVORITE = 2
_YEAR = 365.2425


def _trait(name: str, kind: ColumnType, description: str, unit: str, source: str, personal: bool = False) -> Trait:
    data_class = DataClass.PERSONAL if personal else DataClass.PLAIN
    return Trait(
        name, Basis.BEHAVIORAL, kind, description, unit, source=source, renew_after_days=90, data_class=data_class
    )


_NUMBER, _TEXT, _INTEGER = ColumnType.NUMBER, ColumnType.TEXT, ColumnType.INTEGER
_INDEX = "over what its share of days lets expect; 1 is chance, and few orders leave it near 1."
UNIVERSAL_TRAITS = (
    _trait("universal_occasion_share", _NUMBER, "Share of orders shortly before or in events of the calendar.", "share",
           "calendar, orders"),
    _trait("universal_occasion_index", _NUMBER, f"Orders for events of the calendar {_INDEX}", "index",
           "calendar, orders"),
    _trait("favorite_occasion", _TEXT, "Event of the calendar for which most was ordered, twice at the least.", "",
           "calendar, orders"),
)  # fmt: skip
PERSONAL_TRAITS = (
    _trait("personal_occasion_share", _NUMBER, "Share of orders shortly before the own birthday or anniversary.",
           "share", "customers, orders", True),
    _trait("personal_occasion_index", _NUMBER, f"Orders for the own birthday or anniversary {_INDEX}", "index",
           "customers, orders", True),
)  # fmt: skip
RARE_TRAITS = (
    _trait("life_event", _TEXT, "What is rare and near in time, such as a wedding or a move; the nearest.", "",
           "customers", True),
    _trait("days_since_life_event", _INTEGER, "Days since it; below 0 where it lies ahead.", "days", "customers", True),
)  # fmt: skip
TRAITS = (*UNIVERSAL_TRAITS, *PERSONAL_TRAITS, *RARE_TRAITS)
"""All traits of occasions."""


def universal_traits(days: ir.Table, history: ir.Table, areas: ir.Table, windows: ir.Table) -> ir.Table:
    """Share, index and favorite of occasions of the calendar, one row for each buyer.

    The index compares orders after the first one with what their number and the share of days before occasions since
    the first order let expect.

    Args:
        days: ``customer_id``, ``day`` and ``orders``.
        history: ``customer_id`` and ``first_on``.
        areas: ``customer_id`` and ``areas``.
        windows: As `day_table` tells; every day from the first order of anybody to the last day.
    """
    placed = _placed(days, history, areas, windows)
    near = placed.event.notnull()
    counted = placed.group_by("customer_id", "areas", "first_on").aggregate(**_counts(placed, near))
    lived = windows.select("passed", "all_days", at="day", within="areas")
    begun = counted.left_join(lived, [counted.areas == lived.within, counted.first_on == lived["at"]])
    last = windows.aggregate(last_day=windows.day.max())
    whole = begun.cross_join(last)
    length = days_between(whole.last_day, whole.first_on).cast("float64")
    chance = (whole.all_days - whole.passed).cast("float64") / length.nullif(0.0)
    told = whole.select(
        "customer_id",
        universal_occasion_share=whole.near / whole.orders.nullif(0.0),
        universal_occasion_index=_index(whole, chance),
    )
    by_event = placed.filter(near).group_by("customer_id", "event").aggregate(bought=placed.orders.sum())
    enough = by_event.filter(by_event.bought >= LEAST_FOR_FAVORITE)
    favorite = first_rows(enough, "customer_id", [enough.bought.desc(), enough.event.asc()])
    named = favorite.select("customer_id", favorite_occasion="event")
    return told.left_join(named, "customer_id").drop("customer_id_right")


def _placed(days: ir.Table, history: ir.Table, areas: ir.Table, windows: ir.Table) -> ir.Table:
    """Days with orders, each with the event it lies before and the customer's first day."""
    located = days.left_join(areas, "customer_id").drop("customer_id_right")
    known = located.mutate(areas=located.areas.fill_null(""))
    joined = known.left_join(windows.select("areas", "day", "event"), ["areas", "day"])
    joined = joined.select("customer_id", "day", "orders", "areas", "event")
    return joined.inner_join(history.select("customer_id", "first_on"), "customer_id")


def _counts(placed: ir.Table, near: ir.BooleanValue) -> dict[str, ir.Value]:
    """Orders, those near an occasion, and both after the first day."""
    later = placed.day > placed.first_on
    asked = {"orders": None, "near": near, "repeats": later, "near_repeats": later & near}
    sums = {name: placed.orders.sum(where=where) for name, where in asked.items()}
    return {name: each.cast("float64").fill_null(0.0) for name, each in sums.items()}


def _index(counted: ir.Table, chance: ir.FloatingValue) -> ir.FloatingValue:
    """Repeat orders near occasions over those expected; null of whom nothing was to be expected."""
    known = (counted.repeats > 0) & chance.notnull()
    index = (counted.near_repeats + STEADY) / (counted.repeats * chance + STEADY)
    return ibis.ifelse(known, index, ibis.null("float64"))


def personal_traits(days: ir.Table, history: ir.Table, dates: ir.Table, before: int) -> ir.Table:
    """Share and index of orders before the own birthday or anniversary, one row for each buyer with such a date.

    Args:
        days: ``customer_id``, ``day`` and ``orders``.
        history: ``customer_id`` and ``first_on``.
        dates: ``customer_id``, ``birth_date`` and ``anniversary``, each null where it is not told.
        before: Days before it in which orders count.
    """
    told = dates.filter(dates.birth_date.notnull() | dates.anniversary.notnull())
    placed = days.inner_join(told, "customer_id").inner_join(history.select("customer_id", "first_on"), "customer_id")
    near = _returns(placed.birth_date, placed.day, before) | _returns(placed.anniversary, placed.day, before)
    marked = placed.mutate(event=near)
    grouped = marked.group_by("customer_id", "birth_date", "anniversary")
    counted = grouped.aggregate(**_counts(marked, marked.event))
    number = counted.birth_date.notnull().cast("int64") + counted.anniversary.notnull().cast("int64")
    apart = (counted.birth_date.day_of_year() - counted.anniversary.day_of_year()).abs().fill_null(_YEAR)
    both = ibis.ifelse(apart > _YEAR / 2, _YEAR - apart, apart)
    shared = ibis.ifelse(both <= before, before + 1 - both, 0.0)
    chance = ibis.ifelse(number == 2, 2 * (before + 1) - shared, ibis.literal(float(before + 1))) / _YEAR
    return counted.select(
        "customer_id",
        personal_occasion_share=counted.near / counted.orders.nullif(0.0),
        personal_occasion_index=_index(counted, chance),
    )


def _returns(told: ir.DateValue, day: ir.DateValue, before: int) -> ir.BooleanValue:
    """Whether a date returns within so many days from a day on; the 29th of February returns on the 28th."""
    leap = (told.month() == 2) & (told.day() == 29)
    of_month = ibis.ifelse(leap, 28, told.day())
    found: ir.BooleanValue = ibis.literal(False)
    for ahead in (0, 1):
        ends = ibis.date(day.year() + ahead, told.month(), of_month)
        found = found | days_between(ends, day).between(0, before).fill_null(False)
    return found


def life_events(customers: ir.Table, columns: dict[str, str], last_day: ir.DateValue, around: int) -> ir.Table:
    """What is rare and nearest in time, one row for each customer of whom such a thing is told.

    Args:
        customers: ``customer_id`` and given columns.
        columns: Columns with dates, by the name of what they tell.
        last_day: The last local day that counts.
        around: Days around it in which it counts.
    """
    rows = [
        customers.select("customer_id", life_event=ibis.literal(name), told=_date(customers[column]))
        for name, column in columns.items()
    ]
    told = ibis.union(*rows) if len(rows) > 1 else rows[0]
    dated = told.mutate(days_since_life_event=days_between(last_day, told.told))
    near = dated.filter(dated.days_since_life_event.abs() <= around)
    order = [near.days_since_life_event.abs().asc(), near.life_event.asc()]
    return first_rows(near, "customer_id", order).select("customer_id", "life_event", "days_since_life_event")


def _date(column: ir.Value) -> ir.DateValue:
    kind = column.type()
    return column.cast("date") if kind.is_date() or kind.is_timestamp() else column.cast("string").try_cast("date")
