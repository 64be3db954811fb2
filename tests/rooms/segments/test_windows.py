"""Windows to the microsecond: hand-written bounds bind the compiler's windows and the referee's alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.segments.language.reading import parse
from segmentry.segments.referee.wall_clock import instant_of, lies_in, stepped_back
from segmentry.segments.tree import Compare, Count, Span, Window
from segmentry.segments.windows import MOMENT, back, bounds, periods_back
from segmentry.terms.clock import local_to_utc
from tests.rooms.segments.worlds import INSTANTS, ZONES, windows


def window(text: str) -> Window:
    """The window a text stands for."""
    condition = parse(f"any order {text}")
    assert isinstance(condition, Compare)
    assert isinstance(condition.measure, Count)
    assert condition.value == Decimal(1)
    assert condition.measure.facts.window is not None
    return condition.measure.facts.window


# As-of (UTC), zone, window, first and last instant inside (UTC); + and - are a microsecond more and less, an empty
# text is the beginning of time.
CASES = [
    # the wall clock goes back whole days, whatever the length of the day
    ("2024-03-31 12:00", "Europe/London", "in last 1 day", "2024-03-30 13:00:00+", "2024-03-31 12:00"),
    ("2024-04-01 00:30", "Europe/London", "in last 1 day", "2024-03-31 01:00:00+", "2024-04-01 00:30"),  # gap
    ("2024-10-27 12:00", "Europe/London", "in last 1 day", "2024-10-26 11:00:00+", "2024-10-27 12:00"),
    ("2024-10-28 01:30", "Europe/London", "in last 1 day", "2024-10-27 00:30:00+", "2024-10-28 01:30"),  # twice
    ("2024-03-11 06:30", "America/New_York", "in last 1 day", "2024-03-10 07:00:00+", "2024-03-11 06:30"),  # gap
    ("2024-11-04 06:30", "America/New_York", "in last 1 day", "2024-11-03 05:30:00+", "2024-11-04 06:30"),  # twice
    ("2024-11-03 06:30", "America/New_York", "in last 1 hour", "2024-11-03 05:30:00+", "2024-11-03 06:30"),
    ("2024-03-31 12:00", "Asia/Kathmandu", "in last 1 day", "2024-03-30 12:00:00+", "2024-03-31 12:00"),
    ("2024-03-31 12:00", "Asia/Kathmandu", "in this day", "2024-03-30 18:15", "2024-03-31 12:00"),
    ("2024-03-31 18:20", "Asia/Kathmandu", "in previous day", "2024-03-30 18:15", "2024-03-31 18:15-"),
    ("2024-04-07 15:00", "Australia/Lord_Howe", "in last 1 day", "2024-04-06 14:30:00+", "2024-04-07 15:00"),
    ("2024-04-07 14:55", "Australia/Lord_Howe", "in last 1 day", "2024-04-06 14:25:00+", "2024-04-07 14:55"),
    ("2024-10-06 15:40", "Australia/Lord_Howe", "in last 1 day", "2024-10-05 15:40:00+", "2024-10-06 15:40"),
    ("2024-10-06 15:10", "Australia/Lord_Howe", "in last 1 day", "2024-10-05 15:30:00+", "2024-10-06 15:10"),  # gap
    ("2012-01-01 01:00", "Pacific/Apia", "in last 1 day", "2011-12-31 01:00:00+", "2012-01-01 01:00"),
    ("2011-12-31 01:00", "Pacific/Apia", "in last 1 day", "2011-12-30 10:00:00+", "2011-12-31 01:00"),
    ("2012-01-01 01:00", "Pacific/Apia", "in last 2 days", "2011-12-30 10:00:00+", "2012-01-01 01:00"),
    ("2012-01-01 01:00", "Pacific/Apia", "in last 3 days", "2011-12-30 01:00:00+", "2012-01-01 01:00"),
    ("2012-01-05 01:00", "Pacific/Apia", "from 2011-12-29 to 2011-12-31", "2011-12-29 10:00", "2011-12-31 10:00-"),
    # months clamp to their last day, quarters and years are months
    ("2024-03-31 12:00", "UTC", "in last 1 month", "2024-02-29 12:00:00+", "2024-03-31 12:00"),
    ("2023-03-30 12:00", "UTC", "in last 1 month", "2023-02-28 12:00:00+", "2023-03-30 12:00"),
    ("2024-05-31 12:00", "UTC", "in last 1 quarter", "2024-02-29 12:00:00+", "2024-05-31 12:00"),
    ("2024-02-29 12:00", "UTC", "in last 1 year", "2023-02-28 12:00:00+", "2024-02-29 12:00"),
    ("2024-01-31 12:00", "UTC", "in last 12 months", "2023-01-31 12:00:00+", "2024-01-31 12:00"),
    ("2024-03-14 12:00", "UTC", "in last 2 weeks", "2024-02-29 12:00:00+", "2024-03-14 12:00"),
    ("2024-04-30 12:00", "Europe/London", "in last 1 month", "2024-03-30 13:00:00+", "2024-04-30 12:00"),
    # half-open ends
    ("2024-03-31 12:00", "UTC", "before 90 days ago", "", "2024-01-01 12:00"),
    ("2024-03-31 12:00", "UTC", "from 90 days to 30 days ago", "2024-01-01 12:00:00+", "2024-03-01 12:00"),
    ("2024-03-31 12:00", "UTC", "from 2 months to 30 days ago", "2024-01-31 12:00:00+", "2024-03-01 12:00"),
    ("2024-03-31 12:00", "UTC", "in last 100000 years", "", "2024-03-31 12:00"),
    # calendar periods
    ("2024-03-31 23:30", "Europe/London", "in this week", "2024-03-31 23:00", "2024-03-31 23:30"),  # Monday there
    ("2024-03-31 23:30", "UTC", "in this week", "2024-03-25 00:00", "2024-03-31 23:30"),
    ("2024-03-31 23:30", "Europe/London", "in previous month", "2024-03-01 00:00", "2024-03-31 23:00-"),
    ("2024-03-31 22:30", "Europe/London", "in previous month", "2024-02-01 00:00", "2024-03-01 00:00-"),
    ("2024-05-15 12:00", "UTC", "in previous quarter", "2024-01-01 00:00", "2024-04-01 00:00-"),
    ("2024-05-15 12:00", "UTC", "in previous 2 quarters", "2023-10-01 00:00", "2024-04-01 00:00-"),
    ("2024-05-15 12:00", "UTC", "in this quarter", "2024-04-01 00:00", "2024-05-15 12:00"),
    ("2024-05-15 12:00", "UTC", "in previous 2 years", "2022-01-01 00:00", "2024-01-01 00:00-"),
    ("2024-05-15 12:00", "America/New_York", "in previous 2 days", "2024-05-13 04:00", "2024-05-15 04:00-"),
    ("2024-05-15 12:00", "America/New_York", "in previous 1 week", "2024-05-06 04:00", "2024-05-13 04:00-"),
    # named days, both included
    ("2024-05-15 12:00", "America/New_York", "from 2024-03-10 to 2024-03-10", "2024-03-10 05:00", "2024-03-11 04:00-"),
    ("2024-05-15 12:00", "Europe/London", "from 2024-03-31 to 2024-03-31", "2024-03-31 00:00", "2024-03-31 23:00-"),
    ("2024-12-15 12:00", "Europe/London", "from 2024-10-27 to 2024-10-27", "2024-10-26 23:00", "2024-10-28 00:00-"),
    ("2024-12-15 12:00", "Australia/Lord_Howe", "in 2024-10", "2024-09-30 13:30", "2024-10-31 13:00-"),
    ("2024-05-15 12:00", "UTC", "since 2024-05-01", "2024-05-01 00:00", "2024-05-15 12:00"),
    ("2024-05-15 12:00", "UTC", "until 2024-05-01", "", "2024-05-02 00:00-"),
    ("2024-05-15 12:00", "UTC", "until 2030-05-01", "", "2024-05-15 12:00"),
    ("2024-05-15 12:00", "UTC", "in 2023-Q4", "2023-10-01 00:00", "2024-01-01 00:00-"),
]  # fmt: skip


def _instant(text: str) -> datetime:
    step = {"+": MOMENT, "-": -MOMENT}.get(text[-1], timedelta())
    return datetime.fromisoformat(text.rstrip("+-")) + step


@pytest.mark.parametrize(("as_of", "zone", "text", "first", "last"), CASES)
def test_table_of_windows(as_of: str, zone: str, text: str, first: str, last: str) -> None:
    """The first and last microsecond inside, and the ones outside, for compiler and referee."""
    now = datetime.fromisoformat(as_of)
    (span,) = bounds(window(text), now, zone)
    assert span.end - MOMENT == _instant(last)
    assert span.start == (_instant(first) if first else None)
    inside = [_instant(last)] + ([_instant(first)] if first else [])
    outside = [_instant(last) + MOMENT] + ([_instant(first) - MOMENT] if first else [])
    assert all(each in span and lies_in(each, window(text), now, zone) for each in inside)
    assert not any(each in span or lies_in(each, window(text), now, zone) for each in outside)


@pytest.mark.parametrize(
    ("zone", "text", "as_of"),
    [
        ("Pacific/Apia", "from 2011-12-30 to 2011-12-30", "2012-01-05"),
        ("UTC", "since 2030-01-01", "2024-01-05"),
        ("UTC", "in this year", "2024-01-01"),
    ],
)
def test_days_that_hold_nothing(zone: str, text: str, as_of: str) -> None:
    """Apia's skipped day and the future are empty; a year that has just begun holds its first instant only."""
    found = bounds(window(text), datetime.fromisoformat(as_of), zone)
    if text == "in this year":
        assert [each.end - (each.start or each.end) for each in found] == [MOMENT]
    else:
        assert found == ()


def test_seasons_come_back_every_year() -> None:
    """A season over the turn of the year is one interval each winter, the current one cut at the as-of."""
    found = bounds(window("in every november to january"), datetime(2024, 12, 24), "UTC", datetime(2023, 6, 1))
    assert [(each.start, each.end) for each in found][-2:] == [
        (datetime(2023, 11, 1), datetime(2024, 2, 1)),
        (datetime(2024, 11, 1), datetime(2024, 12, 24) + MOMENT),
    ]


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(INSTANTS), st.sampled_from(ZONES), st.integers(-5, 90_000_000), st.integers(0, 1))
def test_two_clocks_agree(data: st.DataObject, as_of: datetime, zone: str, seconds: int, grain: int) -> None:
    """Windows worked out by intervals and by the plain way hold the same instants."""
    chosen = data.draw(windows(as_of))
    moment = as_of - timedelta(seconds=seconds, microseconds=grain)
    found = any(moment in each for each in bounds(chosen, as_of, zone))
    assert found == lies_in(moment, chosen, as_of, zone)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2025, 1, 1)),
    st.sampled_from(ZONES),
    st.integers(1, 40),
    st.sampled_from(["hour", "day", "week", "month", "quarter", "year"]),
)
def test_two_ways_back_agree(as_of: datetime, zone: str, count: int, unit: str) -> None:
    """Stepping back and reading a wall clock give one instant in both workings."""
    span = Span(count, unit)  # type: ignore[arg-type]
    assert back(as_of, span, timezone=zone) == stepped_back(as_of, span, zone)
    assert local_to_utc(as_of, zone) == instant_of(as_of, zone)


def test_periods_lie_end_to_end() -> None:
    """Three months back from the 31st: every instant lies in one period, none in two."""
    periods = periods_back(datetime(2024, 5, 31, 12), Span(1, "month"), 3, "UTC")
    assert [each.start for each in periods] == [
        datetime(2024, 4, 30, 12) + MOMENT, datetime(2024, 3, 31, 12) + MOMENT, datetime(2024, 2, 29, 12) + MOMENT,
    ]  # fmt: skip
    assert all(older.end == newer.start for newer, older in pairwise(periods))


def test_time_has_a_beginning() -> None:
    """A step before the year 1 is the beginning of time, not a crash."""
    assert back(datetime(2024, 1, 1), Span(5000, "year")) is None
    assert back(datetime(2024, 1, 1), Span(99999, "week"), times=100) is None
    assert bounds(None, datetime(2024, 1, 1), "UTC")[0].start is None
