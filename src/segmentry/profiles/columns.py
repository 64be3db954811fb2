"""Given columns by what they tell: named in the settings, or recognized by usual names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from segmentry.sources.tables import GIVEN
from segmentry.terms.errors import Problem, near_miss, shorten

Names = Mapping[str, Sequence[str]]
"""Usual names of columns, in lower case with underscores, by what they tell."""


def told_column(told: str, asked: Mapping[str, str], names: Names, columns: Iterable[str]) -> str | None:
    """The column that tells ``told``; None where none does.

    Args:
        told: What is wanted.
        asked: Columns named in the settings, by what they tell; these alone count where they name one.
        names: Usual names.
        columns: Columns there are, those nobody mapped with `GIVEN` before their names.
    """
    there = list(columns)
    if told in asked:
        return next((name for name in (asked[told], GIVEN + asked[told]) if name in there), None)
    known = {name.lower().removeprefix(GIVEN): name for name in there}
    return next((known[name] for name in names[told] if name in known), None)


def column_problems(section: str, told: Mapping[str, Any], names: Names, others: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with the names of columns in a section of the settings.

    Args:
        section: The section.
        told: Its settings.
        names: What columns may tell.
        others: Further settings, which are not looked at.
    """
    found = []
    for name, value in told.items():
        where = f"[{section}] {name}"
        if name not in names and name not in others:
            next_step = near_miss(name, [*names, *others]) or f"Known are {', '.join([*names, *others])}."
            found.append(Problem("SETTING_UNKNOWN", "There is no such setting", where, shorten(value), next_step))
        elif name in names and not isinstance(value, str):
            next_step = "Write it as text."
            found.append(Problem("SETTING_WRONG", "A name of a column is wanted", where, shorten(value), next_step))
    return found
