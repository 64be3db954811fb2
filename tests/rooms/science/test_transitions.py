"""Identity of segments over refits."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.transitions import match_centers, match_segments


def _events(shared: list[list[int]]) -> set[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return {(each.event, each.old, each.new) for each in match_segments(shared)}


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(5)))
def test_permuted_labels_are_nothing_but_survivors(order: list[int]) -> None:
    """Labels mean nothing: whatever their order, every segment survives as itself (science.md 1I)."""
    shared = np.zeros((5, 5))
    shared[np.arange(5), order] = [10, 20, 30, 40, 50]
    found = match_segments(shared)
    assert {(each.event, each.old, each.new) for each in found} == {
        ("survived", (old,), (new,)) for old, new in enumerate(order)
    }
    assert all(each.overlap == 1.0 for each in found)


def test_a_planted_split_is_found() -> None:
    """Half and half of one old segment: a split, beside a survivor."""
    assert _events([[50, 50, 0], [0, 0, 80]]) == {("split", (0,), (0, 1)), ("survived", (1,), (2,))}


def test_a_split_whose_larger_part_lives_on_tells_both() -> None:
    """The larger part keeps the identity, and the split is told with both parts."""
    assert _events([[70, 30]]) == {("survived", (0,), (0,)), ("split", (0,), (0, 1))}


def test_a_planted_merge_is_found() -> None:
    """Two old segments of equal size in one new one: a merge, and neither lives on."""
    assert _events([[50, 0], [50, 0], [0, 70]]) == {("merged", (0, 1), (0,)), ("survived", (2,), (1,))}


def test_a_segment_that_swallows_another_survives_and_tells_it() -> None:
    """The larger keeps its identity; that the smaller went into it is told as a merge."""
    assert _events([[60], [10]]) == {("survived", (0,), (0,)), ("merged", (0, 1), (0,))}


def test_what_comes_from_nowhere_emerges_and_what_goes_nowhere_disappears() -> None:
    """A segment of newcomers has no origin; one whose members all left has no heir; nor has one that is scattered."""
    assert _events([[60, 0], [0, 0]]) == {
        ("survived", (0,), (0,)),
        ("disappeared", (1,), ()),
        ("emerged", (), (1,)),
    }
    scattered = _events([[60, 0, 0], [0, 60, 0], [0, 0, 60], [9, 9, 9]])
    assert scattered == {("disappeared", (3,), ())} | {("survived", (place,), (place,)) for place in range(3)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=5))
def test_every_segment_is_accounted_for_and_none_survives_twice(shared: list[list[int]]) -> None:
    """Each old and each new segment stands in some event, and survivors pair one to one."""
    found = match_segments(shared)
    assert {old for each in found for old in each.old} == set(range(len(shared)))
    assert {new for each in found for new in each.new} == set(range(4))
    kept = [each for each in found if each.event == "survived"]
    assert len({each.old for each in kept}) == len({each.new for each in kept}) == len(kept)
    assert all(each.overlap > 0.5 for each in kept)


def test_centers_decide_where_no_customer_is_in_both_fits() -> None:
    """Near centers are the same segment; a center far from all others is new, and says what it rests on."""
    found = match_centers([[0.0, 0.0], [5.0, 5.0]], [[5.1, 5.0], [0.2, 0.1], [20.0, 0.0]])
    assert {(each.event, each.old, each.new) for each in found} == {
        ("survived", (0,), (1,)),
        ("survived", (1,), (0,)),
        ("emerged", (), (2,)),
    }
    assert {each.evidence for each in found if each.event == "survived"} == {"centers"}
