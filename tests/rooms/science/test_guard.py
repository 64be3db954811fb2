"""The over-segmentation guard."""

from __future__ import annotations

import math

import pytest

from segmentry.science.guard import SegmentCase, break_even_lift, detectable_lift, judge_segment
from segmentry.terms.numbers import NotEstimable


def _case(**changes: float) -> SegmentCase:
    told = {"members": 1000, "value": 100.0, "difference": 1.0, "share": 0.2, "smallest_share": 0.02}
    return SegmentCase(**(told | changes))  # type: ignore[arg-type]


def _judge(case: SegmentCase, segment_cost: float = 1000.0, deviation: float = 50.0) -> str:
    cost = segment_cost + case.members * 0.5
    even = break_even_lift(case.members, case.value, segment_cost, 0.5)
    found = detectable_lift(case.members, case.value, deviation)
    return judge_segment(case, cost, even, found, 0.2)[0]


def test_break_even_is_cost_over_value() -> None:
    """1,000 fixed and 0.50 for each of 1,000 members, against 100,000 of value: 1.5 %."""
    assert break_even_lift(1000, 100.0, 1000.0, 0.5) == pytest.approx(0.015)


def test_detectable_lift_follows_the_two_sample_formula() -> None:
    """(1.96 + 0.8416) x deviation x sqrt(4 / n) / mean: 8.86 % for 1,000 members with a deviation of half the mean."""
    assert detectable_lift(1000, 100.0, 50.0) == pytest.approx((1.959964 + 0.841621) * 0.5 * math.sqrt(4 / 1000))


def test_four_times_the_members_halve_what_can_be_detected() -> None:
    """Power grows with the root of the size."""
    assert detectable_lift(4000, 100.0, 50.0) == pytest.approx(detectable_lift(1000, 100.0, 50.0) / 2)  # type: ignore[operator]


@pytest.mark.parametrize("value", [0.0, -5.0, math.nan])
def test_nothing_pays_where_no_value_is_expected(value: float) -> None:
    """A segment worth nothing has no break-even lift, and says so instead of giving a number."""
    assert isinstance(break_even_lift(10, value, 1.0, 0.0), NotEstimable)
    assert isinstance(detectable_lift(10, value, 1.0), NotEstimable)


def test_a_segment_that_pays_and_can_be_tested_is_kept() -> None:
    """The ordinary good case."""
    assert _judge(_case()) == "keep"


def test_a_small_segment_that_pays_stands_as_a_niche() -> None:
    """Size alone is no reason to merge: a niche that pays may stand."""
    assert _judge(_case(share=0.01)) == "niche"


def test_two_segments_alike_in_what_matters_are_merged_whatever_they_cost() -> None:
    """Two segments with the same response, value and habit are proposed for merging."""
    assert _judge(_case(difference=0.1), segment_cost=0.0) == "merge"


@pytest.mark.parametrize(
    ("case", "deviation"),
    [
        (_case(members=3), 50.0),
        (_case(), math.nan),
        (_case(value=0.0), 50.0),
        (_case(), 2000.0),
        (_case(value=2.0), 1.0),
    ],
)
def test_what_cannot_pay_or_be_shown_stays_unproven(case: SegmentCase, deviation: float) -> None:
    """Too few, too scattered, too poor: none of these is called a keeper."""
    assert _judge(case, deviation=deviation) == "unproven"
