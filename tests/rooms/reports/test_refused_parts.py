"""Any part of the document may be refused or missing: the page is still whole, and no reason is kept back."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.reports import render
from tests.rooms.reports.found_documents import found
from tests.rooms.reports.pages import Page, read

Path = tuple[str | int, ...]
PARTS: tuple[Path, ...] = (
    ("study",),
    ("study", "recorded_at"),
    ("study", "knock_outs"),
    ("study", "decision"),
    ("segmentation", "criteria"),
    ("segmentation", "criteria", 0, "bic"),
    ("segmentation", "criteria", 0, "share_of_best"),
    ("segmentation", "criteria", 1, "chosen_by"),
    ("segmentation", "global_stability"),
    ("segmentation", "figures"),
    ("segmentation", "figures", "stability"),
    ("segmentation", "figures", "null_stability"),
    ("segmentation", "figures", "border_share"),
    ("segmentation", "disagreements"),
    ("segmentation", "typing"),
    ("segmentation", "preparation"),
    ("segmentation", "left_out"),
    ("segmentation", "segments_kept"),
    ("segmentation", "manageable_segments"),
    ("segmentation", "extracted_from"),
    ("segmentation", "verdict"),
    ("segmentation", "reason"),
    ("segmentation", "why"),
    ("segments", 0, "value"),
    ("segments", 0, "outcome"),
    ("segments", 0, "value_share"),
    ("segments", 0, "share"),
    ("segments", 0, "expected_active"),
    ("segments", 0, "slsw"),
    ("segments", 0, "growth"),
    ("segments", 0, "priority"),
    ("segments", 0, "priority", "rank"),
    ("segments", 0, "priority", "tie_group"),
    ("segments", 0, "priority", "probability_first"),
    ("segments", 0, "priority", "cell"),
    ("segments", 0, "strategy"),
    ("segments", 0, "strategy", "lines"),
    ("segments", 0, "strategy", "engagement_plan"),
    ("segments", 0, "strategy", "review_on"),
    ("segments", 0, "description"),
    ("segments", 0, "rule"),
    ("further_segmentations",),
    ("map",),
    ("map", "gaps"),
    ("map", "pairs"),
    ("growth",),
    ("growth", "base"),
    ("growth", "base", "growth"),
    ("growth", "base", "growth_low"),
    ("growth", "mind"),
    ("growth", "by_construction"),
)
NUMBERS_OR_REFUSALS = {
    "criteria", "global_stability", "typing", "value", "outcome", "expected_active", "slsw", "growth", "priority",
    "strategy", "map", "gaps", "base",
}  # fmt: skip


def without(path: Path, value: Any, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document with one part replaced."""
    told = copy.deepcopy(found() if told is None else told)
    part: Any = told
    for name in path[:-1]:
        part = part[name] if not isinstance(part, dict) or name in part else {}
        if not isinstance(part, dict | list):
            return told
    if isinstance(part, dict | list) and part:
        part[path[-1]] = value  # type: ignore[index]
    return told


def page_of(told: dict[str, Any]) -> Page:
    return read(render(told, {}, "en_US", title="Shop"))


@pytest.mark.parametrize("path", PARTS, ids=str)
def test_a_part_that_is_missing_breaks_nothing(path: Path) -> None:
    """The part is none: the page is well-formed and shows all its sections but those that rest on it."""
    page = page_of(without(path, None))
    assert page.faults == []
    assert "Segments found" in page.text
    assert "None" not in page.text


@pytest.mark.parametrize("path", [path for path in PARTS if path[-1] in NUMBERS_OR_REFUSALS], ids=str)
def test_a_part_that_is_refused_tells_why(path: Path) -> None:
    """The part is refused: its reason stands on the page, and the words of a program do not."""
    reason = "this part cannot be told for a reason of its own"
    page = page_of(without(path, {"not_estimable": reason}))
    assert page.faults == []
    assert reason in page.text.lower()
    assert "not_estimable" not in page.text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(PARTS), min_size=2, max_size=10, unique=True))
def test_many_missing_parts_break_nothing(paths: list[Path]) -> None:
    """Any mixture of missing parts leaves a well-formed page."""
    told = found()
    for path in paths:
        told = without(path, None, told)
    assert page_of(told).faults == []
