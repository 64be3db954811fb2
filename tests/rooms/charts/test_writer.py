"""Numbers, money and days in the reader's locale."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.charts import Writer
from segmentry.charts.writer import as_date, label


@pytest.mark.parametrize(
    ("locale", "currency", "written"),
    [
        ("en_US", "USD", "$1,234,568"),
        ("en_GB", "GBP", "£1,234,568"),
        ("de_DE", "EUR", "1.234.568\u00a0€"),
        ("en_US", None, "1,234,568 currency units"),
        ("ja_JP", "JPY", "￥1,234,568"),
    ],
)
def test_money_is_written_as_in_the_locale(locale: str, currency: str | None, written: str) -> None:
    """Large amounts are whole; the sign stands where the locale puts it."""
    assert Writer(locale, currency).money(1_234_567.8) == written


def test_small_amounts_keep_their_cents() -> None:
    """Below a hundred units cents matter."""
    assert Writer("en_US", "USD").money(12.345) == "$12.34"
    assert Writer("en_US", "USD").money(-3.5) == "-$3.50"
    assert Writer("en_US", "USD").money(0) == "$0"


def test_short_amounts() -> None:
    """Large amounts in few characters, small ones as they are."""
    assert Writer("en_GB", "GBP").short_money(8_274_835) == "£8.3M"
    assert Writer("en_GB", "GBP").short_money(950) == "£950"
    assert Writer("en_US").short_money(12_300) == "12.3K"


def test_small_shares_are_not_zero() -> None:
    """A share below one percent keeps a decimal, so that something is not shown as nothing."""
    write = Writer("en_US")
    assert write.percent(0.004) == "0.4%"
    assert write.percent(0.0) == "0%"
    assert write.percent(0.256) == "26%"
    assert Writer("de_DE").percent(0.256, 1) == "25,6\u00a0%"


def test_parameters_keep_significant_figures() -> None:
    """Whatever their size."""
    write = Writer("en_US")
    assert write.significant(0.0123456, 4) == "0.01235"
    assert write.significant(85553.97, 4) == "85,554"
    assert write.significant(0.0) == "0"


def test_an_unknown_locale_falls_back() -> None:
    """A wrong setting must not cost the report."""
    assert Writer("xx_ZZ", "USD").money(1000) == "$1,000"
    assert Writer("en-GB", "GBP").day(date(2011, 12, 9)) == "9 Dec 2011"


def test_names_of_months_and_days_begin_with_january_and_sunday() -> None:
    """The order in which Plotly reads them."""
    write = Writer("de_DE")
    assert write.month_names("wide")[0] == "Januar"
    assert write.day_names("wide")[0] == "Sonntag"
    assert write.day_names("wide")[6] == "Samstag"


def test_days_are_read_from_texts_and_instants() -> None:
    """And nothing is made of what is no day."""
    assert as_date("2011-12-09") == as_date(datetime(2011, 12, 9, 13)) == date(2011, 12, 9)
    assert as_date("soon") is None
    assert as_date(None) is None


@given(st.text(max_size=200))
def test_a_label_never_holds_markup(text: str) -> None:
    """Whatever a segment is called, Plotly finds no tag in it; the label stays short."""
    shown = label(text)
    assert "<" not in shown
    assert ">" not in shown
    assert shown.count("&") == shown.count("&amp;") + shown.count("&lt;") + shown.count("&gt;")
    assert len(shown) <= 5 * 40


@pytest.mark.parametrize("value", [1e28, -1e300, float("inf")])
def test_what_is_beyond_counting_is_written_all_the_same(value: float) -> None:
    """The library of locales refuses such numbers; a page must not."""
    write = Writer("de_DE", "EUR")
    assert write.number(value, 2) == f"{value:.3g}"
    assert write.percent(value).endswith("%")
    assert write.money(value) == f"{value:.3g} EUR"


def test_a_share_that_rounds_to_nothing_has_no_sign() -> None:
    """A hundredth of a percent below nothing is nothing."""
    assert Writer("en_US").percent(-0.0002, 1) == "0.0%"
    assert Writer("en_US").percent(-0.002, 1) == "-0.2%"


def test_an_instant_stands_in_its_zone() -> None:
    """Midnight in New York is told as midnight, the zone named; what is no instant stays as it is."""
    write = Writer("de_DE")
    assert write.moment("2018-01-01T05:00:00Z", "America/New_York") == "01.01.2018, 00:00 (America/New_York)"
    assert write.moment("soon", "UTC") == "soon"
    assert write.moment("2018-01-01T05:00:00Z", "Nowhere") == "2018-01-01T05:00:00Z"
