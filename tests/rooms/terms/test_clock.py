"""Local time from the pinned zone data: far zones, half hours, skipped days, changes both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.terms.clock import (
    local_to_utc,
    midnight_after,
    transitions,
    tzdata_version,
    utc_to_local,
    zone,
    zone_names,
)
from segmentry.terms.errors import SettingsError

ZONES = st.sampled_from(sorted(zone_names()))
INSTANTS = st.datetimes(datetime(1975, 1, 1), datetime(2035, 12, 31)).map(lambda moment: moment.replace(microsecond=0))


@pytest.mark.parametrize(
    ("timezone", "local", "utc"),
    [
        ("Asia/Kathmandu", datetime(2021, 6, 30, 12), datetime(2021, 6, 30, 6, 15)),
        ("Australia/Lord_Howe", datetime(2021, 7, 1, 12), datetime(2021, 7, 1, 1, 30)),
        ("Australia/Lord_Howe", datetime(2021, 12, 1, 12), datetime(2021, 12, 1, 1)),
        ("America/New_York", datetime(2021, 7, 1, 12), datetime(2021, 7, 1, 16)),
        ("America/New_York", datetime(2021, 12, 1, 12), datetime(2021, 12, 1, 17)),
        ("Europe/London", datetime(2021, 7, 1, 12), datetime(2021, 7, 1, 11)),
        ("Pacific/Apia", datetime(2011, 12, 29, 12), datetime(2011, 12, 29, 22)),
        ("Pacific/Apia", datetime(2011, 12, 31, 12), datetime(2011, 12, 30, 22)),
        ("UTC", datetime(2021, 7, 1, 12), datetime(2021, 7, 1, 12)),
    ],
)
def test_a_wall_clock_shows_what_the_zone_data_say(timezone: str, local: datetime, utc: datetime) -> None:
    """Quarter hours, half hours and both halves of the year, in both directions."""
    assert local_to_utc(local, timezone) == utc
    assert utc_to_local(utc, timezone) == local


@pytest.mark.parametrize(
    ("timezone", "missing", "first_after"),
    [
        ("America/New_York", datetime(2021, 3, 14, 2, 30), datetime(2021, 3, 14, 7)),
        ("America/New_York", datetime(2021, 3, 14, 2), datetime(2021, 3, 14, 7)),
        ("America/New_York", datetime(2021, 3, 14, 2, 59, 59, 999_999), datetime(2021, 3, 14, 7)),
        ("Europe/London", datetime(2021, 3, 28, 1, 30), datetime(2021, 3, 28, 1)),
        ("Australia/Lord_Howe", datetime(2021, 10, 3, 2, 15), datetime(2021, 10, 2, 15, 30)),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), datetime(2011, 12, 30, 10)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 10), datetime(2018, 11, 4, 3)),
    ],
)
def test_a_missing_local_time_is_the_first_instant_after_the_gap(
    timezone: str, missing: datetime, first_after: datetime
) -> None:
    """Whatever part of the gap is named, also a whole skipped day."""
    assert local_to_utc(missing, timezone) == first_after


@pytest.mark.parametrize(
    ("timezone", "repeated", "first"),
    [
        ("America/New_York", datetime(2021, 11, 7, 1, 30), datetime(2021, 11, 7, 5, 30)),
        ("Europe/London", datetime(2021, 10, 31, 1, 30), datetime(2021, 10, 31, 0, 30)),
        ("Australia/Lord_Howe", datetime(2021, 4, 4, 1, 45), datetime(2021, 4, 3, 14, 45)),
    ],
)
def test_a_repeated_local_time_is_its_first_instant(timezone: str, repeated: datetime, first: datetime) -> None:
    """An hour, or half an hour, that a wall clock shows twice is read as the first showing."""
    assert local_to_utc(repeated, timezone) == first
    shown_again = [first + timedelta(minutes=minutes) for minutes in range(1, 121)]
    assert any(utc_to_local(instant, timezone) == repeated for instant in shown_again)


@pytest.mark.parametrize(
    ("day", "timezone", "instant"),
    [
        (date(2021, 6, 30), "Asia/Kathmandu", datetime(2021, 6, 30, 18, 15)),
        (date(2021, 3, 13), "America/New_York", datetime(2021, 3, 14, 5)),
        (date(2021, 3, 14), "America/New_York", datetime(2021, 3, 15, 4)),
        (date(2011, 12, 29), "Pacific/Apia", datetime(2011, 12, 30, 10)),
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10)),
        (date(2018, 11, 3), "America/Sao_Paulo", datetime(2018, 11, 4, 3)),
        (date(2021, 12, 31), "Europe/London", datetime(2022, 1, 1)),
    ],
)
def test_a_day_ends_at_the_first_instant_of_the_next(day: date, timezone: str, instant: datetime) -> None:
    """Days of 23 and 25 hours, days whose midnight is missing, and the day Apia never had."""
    assert midnight_after(day, timezone) == instant


@settings(max_examples=200, deadline=None)
@given(timezone=ZONES, instant=INSTANTS)
def test_a_local_time_leads_back_to_its_first_instant(timezone: str, instant: datetime) -> None:
    """From an instant to the wall clock and back: the same instant, or the earlier one that shows the same."""
    local = utc_to_local(instant, timezone)
    back = local_to_utc(local, timezone)
    assert utc_to_local(back, timezone) == local
    assert timedelta() <= instant - back <= timedelta(days=1)


@settings(max_examples=200, deadline=None)
@given(timezone=ZONES, local=INSTANTS)
def test_no_local_time_is_read_as_an_earlier_one(timezone: str, local: datetime) -> None:
    """What is shown at the instant found is the time asked for, or the end of the gap it lies in."""
    shown = utc_to_local(local_to_utc(local, timezone), timezone)
    assert timedelta() <= shown - local <= timedelta(days=1)


@settings(max_examples=30, deadline=None)
@given(timezone=ZONES, first=INSTANTS, days=st.integers(1, 400))
def test_transitions_agree_with_a_probe_every_quarter_hour(timezone: str, first: datetime, days: int) -> None:
    """The offsets in force between transitions are those of the zone at every probe."""
    last = first + timedelta(days=days)
    found = transitions(timezone, first, last)
    place, current = zone(timezone), 0
    assert found[0].instant == first
    for step in range(days * 96 + 1):
        probe = first + step * timedelta(minutes=15)
        while current + 1 < len(found) and found[current + 1].instant <= probe:
            current += 1
        assert probe.replace(tzinfo=UTC).astimezone(place).utcoffset() == found[current].offset


@settings(max_examples=30, deadline=None)
@given(timezone=ZONES, first=INSTANTS)
def test_transitions_are_found_to_the_second(timezone: str, first: datetime) -> None:
    """One second before a transition the offset before is still in force."""
    found = transitions(timezone, first, first + timedelta(days=730))
    place = zone(timezone)
    for before, after in pairwise(found):
        assert before.offset != after.offset
        eve = (after.instant - timedelta(seconds=1)).replace(tzinfo=UTC)
        assert eve.astimezone(place).utcoffset() == before.offset


def test_london_changes_twice_a_year() -> None:
    """The two changes of 2021, to the second."""
    found = transitions("Europe/London", datetime(2021, 1, 1), datetime(2022, 1, 1))
    assert [(each.instant, each.offset) for each in found] == [
        (datetime(2021, 1, 1), timedelta()),
        (datetime(2021, 3, 28, 1), timedelta(hours=1)),
        (datetime(2021, 10, 31, 1), timedelta()),
    ]


def test_an_unknown_zone_is_refused_with_the_nearest_one() -> None:
    """A misspelt zone names the one that was meant; a path out of the zone folder is no zone."""
    with pytest.raises(SettingsError) as refused:
        zone("Europe/Lodnon")
    assert refused.value.code == "TIMEZONE_UNKNOWN"
    assert "Europe/London" in refused.value.problems[0].next_step
    with pytest.raises(SettingsError):
        zone("../zones")


def test_the_version_of_the_zone_data_is_a_year_and_a_number() -> None:
    """What artifacts record is the pinned package's version, such as 2025.2."""
    year, number = tzdata_version().split(".")[:2]
    assert int(year) >= 2025
    assert number.isdigit()
