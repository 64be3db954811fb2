"""Single values as people read them: units, shares, money, days, instants, intervals and chances, in their locale."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.charts import Writer
from segmentry.reports import Pen

PEN = Pen(Writer("en_GB", "GBP"), "Europe/London")
GERMAN = Pen(Writer("de_DE", "EUR"), "Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (None, "days", "–"),
        (True, "", "yes"),
        (False, "share", "no"),
        (14, "days", "14 days"),
        (1, "days", "1 day"),
        (1, "categories", "1 category"),
        (1, "children", "1 child"),
        (1, "fetches", "1 fetch"),
        (1, "access", "1 access"),
        (1, "purchase days", "1 purchase day"),
        (1, "people per km2", "1 people per km2"),
        (1.0, "events per category", "1 event per category"),
        (2024, "year", "2024"),
        (0.8024, "probability", "80%"),
        (0.0008751, "share", "0.1%"),
        (-0.14, "share a year", "-14% a year"),
        (142.28, "currency", "£142"),
        (58.67, "currency per order", "£58.67 per order"),
        (12, "EUR", "€12.00"),
        (44.784, "days", "44.78 days"),
        (0.0458, "eta squared", "0.046 eta squared"),
        (8961989, "people", "8,961,989 people"),
        ("2023-10-07", "", "7 Oct 2023"),
        ("2024-08-23T09:00:00Z", "", "23 Aug 2024"),
        ("2023-10", "", "2023-10"),
        ("Home decor", "", "Home decor"),
    ],
)
def test_a_value_has_its_unit(value: object, unit: str, told: str) -> None:
    """No bare number where a unit is known, no plural of one, no thousands mark in a year."""
    assert PEN.cell(value, unit) == told


def test_the_locale_decides_marks_and_days() -> None:
    """The same values for a reader in Germany."""
    assert GERMAN.cell(1234567, "people") == "1.234.567 people"
    assert GERMAN.cell(142.28, "currency") == "142\xa0€"
    assert GERMAN.cell("2023-10-07") == "07.10.2023"


def test_an_estimate_carries_interval_and_unit_once() -> None:
    """Signs stand at every end, words once behind."""
    figures = {"estimate": 0.341, "low": 0.326, "high": 0.356, "unit": "share"}
    assert PEN.between(figures) == "34% [33% to 36%]"
    assert PEN.between(figures | {"unit": "share of variance"}) == "34% [33% to 36%] of variance"
    assert PEN.between({"estimate": 836, "low": 728, "high": 945, "unit": "currency"}) == "£836 [£728 to £945]"
    assert PEN.between(figures, "points") == "0.34 [0.33 to 0.36] points"


def test_what_cannot_be_estimated_says_why() -> None:
    """The reason instead of a number; an estimate without an interval says so."""
    assert PEN.between({"not_estimable": "nobody answered"}) == "nobody answered"
    assert PEN.between({"estimate": 3, "low": None, "high": None, "unit": "days"}) == "3 days (no interval)"


@pytest.mark.parametrize(("p", "told"), [(8.3e-96, "p < 0.001"), (0.0, "p < 0.001"), (0.416, "p = 0.416")])
def test_a_chance_is_no_more_exact_than_anybody_may_believe(p: float, told: str) -> None:
    """Ninety-five zeros say nothing that three do not."""
    assert PEN.chance(p) == told


def test_instants_stand_in_the_zone() -> None:
    """Midnight in Berlin is told as midnight, though it is another day in UTC."""
    told = GERMAN.moment("2025-12-31T23:00:00Z")
    assert told.startswith("01.01.2026, 00:00")
    assert told.endswith("(Europe/Berlin)")


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2025-12-31T23:00:00Z", "01.01.2026"),
        ("2026-06-30T22:00:00Z", "01.07.2026"),
        ("2026-06-30T21:59:59Z", "30.06.2026"),
        ("2026-07-01T00:00:00+02:00", "01.07.2026"),
        ("2026-07-01", "01.07.2026"),
        ("2026-07-01T00:00:00", "01.07.2026"),
    ],
)
def test_an_instant_has_the_day_of_the_zone_and_a_day_stays_that_day(told: str, day: str) -> None:
    """Midnight in Berlin is the day that begins, in summer and winter; what names no zone is not moved."""
    assert GERMAN.day(told) == day
    assert GERMAN.cell(told) == day


@pytest.mark.parametrize("text", ["never", "", "2026-99-01"])
def test_what_is_no_instant_stays_as_it_is(text: str) -> None:
    """Nothing is made up."""
    assert PEN.moment(text) == text
    assert PEN.day(text) == "–"


def test_an_unknown_zone_leaves_the_text() -> None:
    """The instant itself can still be read."""
    assert Pen(Writer("en"), "Mars/Base").moment("2026-01-01T00:00:00Z") == "2026-01-01T00:00:00Z"


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(-(10**9), 10**9), st.text()))
def test_any_value_can_be_written(value: object) -> None:
    """Whatever comes with the data becomes one text, and never a negative zero percent."""
    assert isinstance(PEN.cell(value, "points"), str)
    if isinstance(value, float) and abs(value) < 0.0004:
        assert not PEN.cell(value, "share").startswith("-")
