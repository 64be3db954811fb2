"""The figures of the whole base and the calendar of the holdout, by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.value import base
from segmentry.value.expected import value_tier
from segmentry.value.tracking import Calendar, births, repeats_by_week
from tests.rooms.shops import history, history_table


def test_three_quarters_are_learned_from_and_one_is_foreseen() -> None:
    """366 days are 52 weeks: 13 held out, 275 days before them are 40 weeks that begin on December 27."""
    found = Calendar.of(date(2020, 1, 1), date(2020, 12, 31))
    assert found == Calendar(date(2019, 12, 26), date(2020, 10, 1), 40, 13)


def test_at_most_a_year_is_held_out() -> None:
    """Ten years of data do not hold out two and a half."""
    found = Calendar.of(date(2010, 1, 1), date(2019, 12, 31))
    assert isinstance(found, Calendar)
    assert (found.holdout, found.cut) == (52, date(2019, 1, 1))


@pytest.mark.parametrize(("days", "enough"), [(26 * 7, True), (26 * 7 - 1, False)])
def test_half_a_year_is_needed(days: int, enough: bool) -> None:
    """Twenty-six whole weeks, the first and the last day included."""
    first = date(2021, 1, 1)
    found = Calendar.of(first, first + timedelta(days - 1))
    assert isinstance(found, Calendar) is enough


@pytest.mark.parametrize("length", range(182, 400, 7))
def test_the_weeks_fit_the_days(length: int) -> None:
    """The first day lies in the first week, the holdout ends on the last day."""
    first, last = date(2021, 1, 1), date(2021, 1, 1) + timedelta(length)
    found = Calendar.of(first, last)
    assert isinstance(found, Calendar)
    assert 1 <= (first - found.origin).days <= 7
    assert found.cut + timedelta(7 * found.holdout) == last
    assert found.origin + timedelta(7 * found.calibration) == found.cut


def test_births_are_counted_by_day_up_to_the_cut(engine: Engine) -> None:
    """Two born on one day, one on the cut itself, one after it."""
    calendar = Calendar(date(2021, 1, 3), date(2021, 7, 4), 26, 13)
    days = [date(2021, 1, 4), date(2021, 1, 4), date(2021, 7, 4), date(2021, 7, 5)]
    rows = [history(str(n), 0, 0, 5) | {"first_on": day} for n, day in enumerate(days)]
    assert engine.rows(births(history_table(rows), calendar)) == [
        {"first_on": date(2021, 1, 4), "customers": 2},
        {"first_on": date(2021, 7, 4), "customers": 1},
    ]


def test_repeats_fall_into_weeks_counted_from_the_origin(engine: Engine) -> None:
    """The week's first day is 0, its seventh too, the eighth is 1; first purchases and late births do not count."""
    calendar = Calendar(date(2021, 1, 3), date(2021, 7, 4), 26, 13)
    born = [
        history("a", 0, 0, 5) | {"first_on": date(2021, 1, 4)},
        history("late", 0, 0, 5) | {"first_on": date(2021, 7, 5)},
    ]
    bought = [
        ("a", date(2021, 1, 4), 1),
        ("a", date(2021, 1, 5), 1),
        ("a", date(2021, 1, 10), 2),
        ("a", date(2021, 1, 11), 1),
        ("a", date(2021, 1, 12), 0),
        ("a", date(2021, 10, 3), 1),
        ("late", date(2021, 7, 6), 1),
    ]
    columns = dict(zip(("customer_id", "day", "orders"), map(list, zip(*bought, strict=True)), strict=True))
    weeks = repeats_by_week(ibis.memtable(pa.table(columns)), history_table(born), calendar)
    assert sorted((row["week"], row["purchases"]) for row in engine.rows(weeks)) == [(0, 2), (1, 1), (38, 1)]


def tiers(engine: Engine, values: list[float | None]) -> list[str | None]:
    table = ibis.memtable(pa.table({"n": list(range(len(values))), "v": pa.array(values, pa.float64())}))
    rows = engine.rows(table.select("n", tier=value_tier(table.v)).order_by("n"))
    return [row["tier"] for row in rows]


def test_tiers_are_five_fifteen_thirty_and_fifty_percent(engine: Engine) -> None:
    """A hundred different values."""
    found = tiers(engine, [float(n) for n in range(100)])
    assert [found.count(name) for name in ("top", "high", "middle", "low")] == [5, 15, 30, 50]
    assert found[99] == "top"
    assert found[0] == "low"


def test_without_a_value_there_is_no_tier(engine: Engine) -> None:
    """Unknown values neither get a tier nor push others down."""
    found = tiers(engine, [*(float(n) for n in range(20)), *[None] * 80])
    assert [found.count(name) for name in ("top", "high", "middle", "low")] == [1, 3, 6, 10]
    assert found[20:] == [None] * 80
    assert tiers(engine, [None, None]) == [None, None]


def test_ties_at_a_border_go_up_together(engine: Engine) -> None:
    """Ten share the highest value of a hundred: all ten are on top."""
    found = tiers(engine, [1000.0] * 10 + [float(n) for n in range(90)])
    assert found[:10] == ["top"] * 10
    assert found.count("high") == 10


def months_table(months: dict[date, int]) -> pa.Table:
    return pa.table({"month": list(months), "revenue": list(months.values())})


def two_years(peak: int = 100) -> dict[date, int]:
    return {date(2019 + n // 12, n % 12 + 1, 1): peak if n % 12 == 11 else 100 for n in range(24)}


def test_a_season_is_told_from_whole_months() -> None:
    """Two flat years are an index of 100 in each month; January of the third year is cut short and left out."""
    months = two_years() | {date(2021, 1, 1): 3}
    found: Any = base.season(months_table(months), date(2019, 1, 1), date(2021, 1, 20))
    assert (found["months"], found["indices"]) == (24, [100.0] * 12)


def test_a_december_twice_as_large_is_the_peak() -> None:
    """Twelve times the year's mean of 13/12: December stands at 200/13*12 and the others at 100/13*12."""
    found: Any = base.season(months_table(two_years(200)), date(2019, 1, 1), date(2020, 12, 31))
    assert found["peak_month"] == 12
    assert found["indices"] == [pytest.approx(1200 / 13, abs=0.01)] * 11 + [pytest.approx(2400 / 13, abs=0.01)]


@pytest.mark.parametrize(("first", "months"), [(date(2018, 12, 7), 25), (date(2018, 12, 8), 24)])
def test_a_first_month_counts_when_orders_begin_in_its_first_week(first: date, months: int) -> None:
    """A month that began in the middle would look like a weak one."""
    told = {date(2018, 12, 1): 100} | two_years()
    found: Any = base.season(months_table(told), first, date(2020, 12, 31))
    assert found["months"] == months


def test_a_month_without_orders_is_nothing_and_not_missing() -> None:
    """February missing from the table is a February of 0."""
    told = {month: 100 for month in two_years() if month.month != 2}
    found: Any = base.season(months_table(told), date(2019, 1, 1), date(2020, 12, 31))
    assert found["months"] == 24
    assert found["indices"][1] == 0.0


@pytest.mark.parametrize(
    ("months", "last", "reason"),
    [
        ({date(2021, 1, 1): 5}, date(2021, 1, 30), "no whole month"),
        (two_years() | {date(2020, 3, 1): -1}, date(2020, 12, 31), "brought back more"),
        ({date(2021, 1, 1): 5}, date(2021, 12, 31), "24 months"),
    ],
)
def test_a_season_that_cannot_be_told_is_refused(months: dict[date, int], last: date, reason: str) -> None:
    """Too short, or a month of returns: the reason in words."""
    found = base.season(months_table(months), min(months), last)
    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_acquisition_costs_what_was_spent_to_acquire() -> None:
    """Money spent to retain does not count."""
    spent = [
        {"purpose": "acquire", "amount": 300},
        {"purpose": "retain", "amount": 999},
        {"purpose": "acquire", "amount": 100},
    ]
    found: Any = base.acquisition(spent, 8, "EUR")
    assert found == {"spent": 400.0, "new_customers": 8, "per_new_customer": 50.0, "unit": "EUR"}
    assert isinstance(base.acquisition(spent, 0, "EUR"), NotEstimable)
    assert isinstance(base.acquisition(spent[1:2], 8, "EUR"), NotEstimable)


def test_concentration_is_counted_exactly() -> None:
    """Ten customers, one with 91 of a hundred: the best tenth has 91 %; who brought back more is left out."""
    revenue = np.array([91.0] + [1.0] * 9)
    found = base.concentration(revenue)
    assert found["top_10_percent"] == {"share": pytest.approx(0.91), "customers_share": pytest.approx(0.1)}
    assert found["gini"] == pytest.approx(0.81)
    with_returner = base.concentration(np.append(revenue, -5.0))
    assert with_returner["left_out"] == 1
    assert with_returner["gini"] == pytest.approx(0.81)


def test_the_whale_curve_peaks_before_those_who_lose_money() -> None:
    """Sixty and fifty earned, ten lost on one of three: the peak is 110 at two thirds, 100 remain."""
    found: Any = base.whale(np.array([50.0, -10.0, 60.0]), "")
    assert (found["unprofitable_customers"], found["lost_on_them"]) == (1, 10.0)
    assert found["total"] == pytest.approx(100.0)
    assert base.whale(None, "no costs") == NotEstimable("no costs")


@pytest.mark.parametrize("size", [1, 2, 50, 200, 5_000])
def test_curves_keep_both_ends_and_few_points(size: int) -> None:
    """However many customers, at most 200 points, from nothing to everything, never going back."""
    rows = base.curve_rows(np.arange(1.0, size + 1), np.arange(1.0, size + 1))
    json.dumps(as_json(rows), allow_nan=False)
    for measure in ("revenue", "contribution"):
        curve = [row for row in rows if row["measure"] == measure]
        assert len(curve) <= base.POINTS
        assert [row["position"] for row in curve] == list(range(len(curve)))
        shares = [row["customers_share"] for row in curve]
        assert shares == sorted(shares)
        assert (shares[-1], curve[-1]["amount_share"]) == (pytest.approx(1.0), pytest.approx(1.0))
