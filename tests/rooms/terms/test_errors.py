"""Errors tell four parts and every problem at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.terms.errors import (
    ContractError,
    EstimationError,
    Problem,
    SegmentryError,
    SettingsError,
    SourceError,
    WorkspaceError,
    near_miss,
    shorten,
)

FIRST = Problem("PRICE_NEGATIVE", "A price is negative", "orders.csv, line 3, price", "-4", "Correct the file.")
SECOND = Problem("FILE_EMPTY", "The file is empty", "orders.csv", "", "Export it again.")


def test_a_problem_tells_its_four_parts_in_one_sentence() -> None:
    """What, where, what was given, what to do: all readable in the text."""
    assert str(FIRST) == "A price is negative (orders.csv, line 3, price). Given: -4. Correct the file."


def test_a_problem_without_a_given_value_does_not_speak_of_it() -> None:
    """An empty file gave nothing, so nothing is quoted."""
    assert str(SECOND) == "The file is empty (orders.csv). Export it again."


@pytest.mark.parametrize("kind", [SourceError, SettingsError, WorkspaceError, ContractError, EstimationError])
def test_every_error_carries_all_problems(kind: type[SegmentryError]) -> None:
    """Both problems are in the text, in the mapping and in order; the first gives the code."""
    error = kind([FIRST, SECOND])
    assert error.code == "PRICE_NEGATIVE"
    assert str(error) == f"{FIRST}\n{SECOND}"
    assert [list(each) for each in error.as_dict()["errors"]] == [["code", "what", "where", "given", "next_step"]] * 2
    assert [each["code"] for each in error.as_dict()["errors"]] == ["PRICE_NEGATIVE", "FILE_EMPTY"]


def test_one_problem_needs_no_list() -> None:
    """A single problem is the same as a list of one; an error without any still has a code."""
    assert SegmentryError(FIRST).problems == SegmentryError([FIRST]).problems == (FIRST,)
    assert SegmentryError(()).code == "UNKNOWN"


def test_an_estimation_error_is_a_value_error() -> None:
    """Those who use the science alone may catch what numpy users expect."""
    assert issubclass(EstimationError, ValueError)


@pytest.mark.parametrize(
    ("given_word", "known", "hint"),
    [
        ("spned", ["spend", "orders"], "Did you mean 'spend'?"),
        ("timezne", {"timezone": 1, "currency": 2}, "Did you mean 'timezone'?"),
        ("zzz", ["spend", "orders"], ""),
        ("spend", [], ""),
    ],
)
def test_a_near_miss_is_offered_only_where_one_is_near(given_word: str, known: list[str], hint: str) -> None:
    """Letters swapped or left out are recognized; nonsense gets no guess."""
    assert near_miss(given_word, known) == hint


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\nlines", "two\\nlines"),
        ("nul\x00, escape\x1b[31m", "nul\\x00, escape\\x1b[31m"),
        ("tab\tand return\r", "tab\\tand return\\r"),
        ("right-to-left \u202eevil", "right-to-left \\u202eevil"),
        (12.5, "12.5"),
        (None, "None"),
        (["a\n"], "['a\\n']"),
        ("plain", "plain"),
    ],
)
def test_control_characters_are_made_visible(value: object, text: str) -> None:
    """What a file holds can neither break a line nor color a terminal."""
    assert shorten(value) == text


@given(text=st.text(), limit=st.integers(2, 100))
def test_a_shortened_value_is_printable_and_short(text: str, limit: int) -> None:
    """Any text whatever comes out as one printable line within the limit."""
    short = shorten(text, limit)
    assert short.isprintable()
    assert len(short) <= limit
    assert short == text or not text.isprintable() or short.endswith("…")
