"""What pictures of found segments share: the segmentation in question, its segments, their names and hues."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT, SEGMENTS
from segmentry.charts.writer import label

RULES = "rfm"
"""The segmentation that stands in where none was found."""

_ENDING = " customers"
_LONGEST = 56


@dataclass(frozen=True, slots=True)
class Member:
    """A segment of one segmentation: id, name as the data give it, place, size, value with its interval."""

    id: str
    name: str
    position: int
    customers: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def hue(self) -> str:
        """Its color on a light ground."""
        return LIGHT[SEGMENTS[self.position % len(SEGMENTS)]]

    @property
    def short(self) -> str:
        """Its name for a figure: without the word that all names share, markup shown as it is written."""
        text = self.name.removesuffix(_ENDING) or self.name
        return html.escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…", quote=False)

    def lines(self, width: int) -> str:
        """Its short name in lines of about so many characters."""
        return "<br>".join(wrap(self.short, width, break_long_words=False)) or self.short

    @property
    def hover(self) -> str:
        """Its name for a template of Plotly, which would read ``%{`` as a field."""
        return self.short.replace("%{", "% {")


def found_name(shelf: Shelf) -> str | None:
    """Name of the segmentation that was found; None where none was."""
    name = shelf.segmentation.get("name")
    return None if name is None else str(name)


def main_name(shelf: Shelf) -> str:
    """Name of the segmentation in question: the one found, or the rules that stand in."""
    return found_name(shelf) or RULES


def members(shelf: Shelf, segmentation: str) -> list[Member]:
    """The segments of a segmentation in their own order, with value where it is known."""
    worth = {row["segment_id"]: row for row in shelf.rows("segment_value") if row["segmentation"] == segmentation}
    rows = [row for row in shelf.rows("segmentation_segments") if row["segmentation"] == segmentation]
    rows.sort(key=lambda row: int(row["position"]))
    return [_member(row, worth.get(row["segment_id"], {})) for row in rows]


def of_main(shelf: Shelf, table: str) -> list[dict[str, Any]]:
    """Rows of a small table that belong to the segmentation in question."""
    name = main_name(shelf)
    return [row for row in shelf.rows(table) if row["segmentation"] == name]


def of_found(shelf: Shelf, table: str) -> list[dict[str, Any]]:
    """Rows of a small table that belong to the segmentation found; none where none was."""
    return of_main(shelf, table) if found_name(shelf) else []


def words(name: str) -> str:
    """A trait or criterion as words for a figure."""
    return label(name.removeprefix("given_").replace("_", " "))


def band(shelf: Shelf, low: float | None, high: float | None) -> str:
    """Both ends of an interval as shares; ``not estimable`` where an end is unknown."""
    write = shelf.write
    return "not estimable" if low is None or high is None else f"{write.percent(low)} to {write.percent(high)}"


def _member(row: Mapping[str, Any], worth: Mapping[str, Any]) -> Member:
    value, low, high = (worth.get(key) for key in ("value", "value_low", "value_high"))
    known = [None if each is None else float(each) for each in (value, low, high)]
    return Member(str(row["segment_id"]), str(row["name"]), int(row["position"]), int(row["customers"]), *known)
