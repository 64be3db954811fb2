"""Reading declared settings: what fits, in which shape it is kept, and every mistake at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.settings import Declared, Settings, raise_problems, read_declared
from segmentry.terms.errors import Problem, SettingsError

KNOWN = {
    "days": Declared("whole number", 1, 365),
    "share": Declared("number", 0.0, 1.0),
    "open": Declared("yes or no"),
    "method": Declared("text", known=("exact", "none")),
    "names": Declared("texts", least=1),
    "bands": Declared("ascending numbers", 1, 119),
    "rates": Declared("numbers by name", 0.1, 10.0),
    "columns": Declared("texts by name", known=("city", "birth")),
}
RIGHT: dict[str, Any] = {
    "days": 30,
    "share": 1,
    "open": False,
    "method": "exact",
    "names": ["b", "a"],
    "bands": [18, 65],
    "rates": {"USD": 2, "EUR": 1},
    "columns": {"city": "town"},
}


def test_right_settings_are_kept_frozen() -> None:
    """Lists become tuples in their order, tables sorted pairs, numbers floats; whole numbers stay whole."""
    assert read_declared("module", RIGHT, KNOWN) == {
        "days": 30,
        "share": 1.0,
        "open": False,
        "method": "exact",
        "names": ("b", "a"),
        "bands": (18, 65),
        "rates": (("EUR", 1.0), ("USD", 2.0)),
        "columns": (("city", "town"),),
    }
    assert read_declared("module", {}, KNOWN) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("days", each) for each in (0, 366, 1.5, True, "30", None)),
        *(("share", each) for each in (-0.1, 1.1, float("nan"), float("inf"), False, "1")),
        *(("open", each) for each in (0, "true", None)),
        *(("method", each) for each in ("exat", "", 1, ["exact"])),
        *(("names", each) for each in ([], ["a", "a"], ["a", 1], [" "], "a", None)),
        *(("bands", each) for each in ([], [65, 18], [18, 18], [0, 18], [18, 120], ["18"], 18)),
        *(("rates", each) for each in ({"USD": 0}, {"USD": float("inf")}, {"USD": "1"}, {1: 1.0}, [1.0])),
        *(("columns", each) for each in ({"shoe": "size"}, {"city": ""}, {"city": 1}, ["city"])),
    ],
)
def test_a_wrong_value_is_told_with_place_and_what_is_wanted(name: str, value: Any) -> None:
    """One problem, that names the key, says what was given and what to write."""
    with pytest.raises(SettingsError) as caught:
        read_declared("module", RIGHT | {name: value}, KNOWN)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("SETTING_WRONG", f"[module], {name}")
    assert problem.what == f"This is {KNOWN[name].wanted}"
    assert problem.next_step


@pytest.mark.parametrize("weight", [float("inf"), float("-inf"), float("nan"), 10**400])
def test_a_number_without_bounds_is_finite_all_the_same(weight: float) -> None:
    """Infinity in a settings file is no weight."""
    with pytest.raises(SettingsError):
        read_declared("module", {"weights": {"a": weight}}, {"weights": Declared("numbers by name")})


def test_a_near_word_is_offered() -> None:
    """For keys as for words."""
    with pytest.raises(SettingsError) as caught:
        read_declared("module", {"methd": "exact", "method": "exct"}, KNOWN)
    assert ["method" in caught.value.problems[0].next_step, "exact" in caught.value.problems[1].next_step] == [True] * 2
    assert [each.code for each in caught.value.problems] == ["SETTING_UNKNOWN", "SETTING_WRONG"]


@given(st.dictionaries(st.text(max_size=6), st.none() | st.integers() | st.text(max_size=4) | st.lists(st.integers())))
@settings(max_examples=60, deadline=None)
def test_nothing_wrong_is_overlooked_and_all_is_told_at_once(told: dict[str, Any]) -> None:
    """Each key that is unknown or does not fit gives exactly one problem."""
    wrong = [name for name, value in told.items() if name not in KNOWN or not KNOWN[name].fits(value)]
    if not wrong:
        assert set(read_declared("module", told, KNOWN)) == set(told)
        return
    with pytest.raises(SettingsError) as caught:
        read_declared("module", told, KNOWN)
    assert len(caught.value.problems) == len(wrong)


def test_what_is_no_table_is_one_problem_however_much_is_asked_of_it() -> None:
    """Nothing follows from a section that is a list."""
    problems: list[Problem] = []
    read = Settings("[module]", ["days"], problems)
    assert (read.needed("title"), read.texts("items", least=1), read.number("days", 5, 1, 9)) == ("", (), 5.0)
    read.done()
    with pytest.raises(SettingsError) as caught:
        raise_problems(problems)
    assert len(caught.value.problems) == 1
