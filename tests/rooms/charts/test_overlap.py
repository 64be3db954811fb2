"""The UpSet picture: every combination once, the largest first, what is not drawn told in words."""

from __future__ import annotations

from typing import Any

import pytest

from segmentry.charts import Notes, notes_of, overlap_picture
from segmentry.charts.overlap import MOST_COMBINATIONS


def asked(*combinations: tuple[tuple[str, ...], int], names: str = "abc") -> dict[str, Any]:
    """The answer to a question about overlap."""
    sizes = {id_: sum(count for inside, count in combinations if id_ in inside) for id_ in names}
    return {
        "segments": [{"id": id_, "name": f"Segment {id_}", "customers": size} for id_, size in sizes.items()],
        "combinations": [{"segments": list(inside), "customers": count} for inside, count in combinations],
        "pairs": [],
        "as_of": "2024-01-31T00:00:00Z",
    }


THREE = asked((("a",), 1200), (("a", "b"), 300), (("a", "b", "c"), 20))


def notes(found: dict[str, Any], locale: str = "en_US") -> Notes:
    said = notes_of(overlap_picture(found, locale))
    assert said is not None
    return said


def test_bars_are_the_combinations_and_dots_their_segments() -> None:
    """Heights are customers in exactly these; each bar has as many full dots as its combination has segments."""
    bars, faint, full, lines = overlap_picture(THREE, "en_US").data
    assert list(bars.y) == [1200, 300, 20]
    assert len(faint.x) == 9
    assert [list(full.x).count(place) for place in range(3)] == [1, 2, 3]
    assert list(lines.y)[:3] == [0, 0, None]


def test_sizes_stand_beside_the_names_in_the_readers_numbers() -> None:
    """The whole size of a segment, not of the combination, in the locale."""
    names = overlap_picture(THREE, "de_DE").layout.yaxis2.ticktext
    assert list(names) == ["Segment a (1.520)", "Segment b (320)", "Segment c (20)"]


def test_it_says_what_it_is_in_words() -> None:
    """Exactness and as-of under the title, how many are in more than one, and all rows as a table."""
    said = notes(THREE)
    assert said.basis == "Exact, as of Jan 31, 2024."
    assert said.description == "320 of 1,520 customers in these segments are in more than one."
    assert said.rows == (
        ("Segment a", "1,200"),
        ("Segment a and Segment b", "300"),
        ("Segment a and Segment b and Segment c", "20"),
    )


def test_what_is_not_drawn_is_told() -> None:
    """Beyond the most that can be read, combinations are added up in the caption, and stay in the table."""
    letters = "abcdef"
    many = [(tuple(letters[bit] for bit in range(6) if code >> bit & 1), 100 - code) for code in range(1, 41)]
    found = asked(*many, names=letters)
    said = notes(found)
    assert len(overlap_picture(found, "en_US").data[0].y) == MOST_COMBINATIONS
    left = sum(count for _, count in many[MOST_COMBINATIONS:])
    assert f"{40 - MOST_COMBINATIONS} smaller combinations with {left:,} customers are not drawn." in said.caption
    assert len(said.rows) == 40


@pytest.mark.parametrize("name", ["<b>bold</b>", "x" * 500])
def test_names_cannot_break_the_picture(name: str) -> None:
    """Markup is shown as written, long names are cut."""
    found = asked((("a", "b"), 3), names="ab")
    found["segments"][0]["name"] = name
    shown = overlap_picture(found, "en_US").layout.yaxis2.ticktext[0]
    assert "<b>" not in shown
    assert len(shown) < 80


def test_empty_segments_are_told_as_empty() -> None:
    """No bar, no division, a sentence."""
    assert notes(asked(names="ab")).description == "These segments are empty."
