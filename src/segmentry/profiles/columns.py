"""Given columns by what they tell: named in the settings, or recognized by usual names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from segmentry.profiles.settings import Declared
from segmentry.sources.tables import GIVEN

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


def declared_columns(names: Names) -> dict[str, Declared]:
    """The settings that name a column, one for each thing that columns may tell."""
    return {name: Declared("text", ask="the name of a column") for name in names}


def named_columns(told: Mapping[str, Any], names: Names) -> tuple[tuple[str, str], ...]:
    """What settings name as columns, by what they tell."""
    return tuple((name, value) for name, value in sorted(told.items()) if name in names)
