"""What pictures of segments share: which segmentation is in question, names for figures, hues by place."""

from __future__ import annotations

import html

from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.charts import LIGHT
from segmentry.charts.found import Member, band, found_name, main_name, members, of_found, of_main, words
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import SEGMENTS
from tests.rooms.charts.found_tables import FOUND, IDS, nothing_found
from tests.rooms.charts.published import Tables, published


def shelf(tables: Tables) -> Shelf:
    return Shelf(tables.__getitem__, tables.__contains__, "en_US")


def member(name: str, position: int = 0) -> Member:
    return Member("id", name, position, 4, None, None, None)


def test_the_segmentation_in_question_is_the_one_found() -> None:
    """Found: its name. Refused, or never looked for: the rules stand in."""
    assert (found_name(shelf(published())), main_name(shelf(published()))) == (FOUND, FOUND)
    refused = shelf(published(segmentation_models=nothing_found()))
    assert (found_name(refused), main_name(refused)) == (None, "rfm")
    assert main_name(shelf({})) == "rfm"


def test_rows_of_a_refused_segmentation_do_not_count() -> None:
    """Tables left by an earlier fit prove nothing of today."""
    refused = shelf(published(segmentation_models=nothing_found()))
    assert of_found(refused, "segment_gate") == []
    assert of_main(refused, "segment_growth") == []
    assert len(of_found(shelf(published()), "segment_guard")) == 3


def test_members_come_in_their_own_order_with_value() -> None:
    """By position, value and interval from the published table; unknown ones stay unknown."""
    found = members(shelf(published()), FOUND)
    assert [each.id for each in found] == list(IDS)
    assert [each.value for each in found] == [12_000.0, 6_000.0, 4_000.0]
    assert (found[0].low, found[0].high) == (10_800.0, 14_400.0)
    assert {each.value for each in members(shelf(published(valued=False)), FOUND)} == {None}


def test_the_word_that_all_names_share_is_left_out() -> None:
    """Unless nothing else is left."""
    assert member("New customers").short == "New"
    assert member("Champions").short == "Champions"
    assert member(" customers").short == " customers"


@settings(max_examples=60)
@given(st.text(max_size=90))
def test_short_names_are_never_markup(name: str) -> None:
    """What stands in a figure holds no tag and no field of a template, and is cut where it is too long."""
    found = member(name)
    assert "<" not in found.short
    assert "%{" not in found.hover
    assert len(html.unescape(found.short)) <= 56
    assert "<" not in found.lines(12).replace("<br>", "")


@given(st.text(alphabet="abc -", min_size=1, max_size=50), st.integers(8, 30))
@settings(max_examples=40)
def test_lines_lose_no_letter(name: str, width: int) -> None:
    """Wrapping changes spaces only."""
    found = member(name)
    assert "".join(found.lines(width).replace("<br>", "").split()) == "".join(found.short.split())


@given(st.integers(0, 40))
def test_hues_come_from_the_theme_and_repeat(position: int) -> None:
    """After the last hue the first comes again."""
    assert member("A", position).hue == LIGHT[SEGMENTS[position % len(SEGMENTS)]]


def test_traits_are_written_as_words() -> None:
    """Underscores become spaces, the mark of a given trait goes, markup stays text."""
    assert words("mean_order_value") == "mean order value"
    assert words("given_age_group") == "age group"
    assert words("<b>") == "&lt;b&gt;"


def test_an_interval_with_an_unknown_end_is_none() -> None:
    """Half an interval says nothing."""
    assert band(shelf(published()), 0.1, 0.25) == "10% to 25%"
    assert band(shelf(published()), None, 0.25) == "not estimable"
