"""Ranks worked out once for everybody are those the referee works out for each."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.segments.referee import World, judge
from segmentry.segments.referee.measured import among, measured
from segmentry.segments.tree import Definition, Percentile, Rank, Trait

AS_OF = datetime(2024, 1, 1)
VALUES = st.lists(st.sampled_from([None, -1, 0, 1, 2, 2, 3, 5]), min_size=1, max_size=8)


def world(values: list[int | None]) -> World:
    return World(parties=[{"customer_id": f"c{place}", "score": value} for place, value in enumerate(values)])


@settings(max_examples=80, deadline=None)
@given(VALUES, st.sampled_from(["top", "bottom"]), st.integers(1, 100), st.booleans())
def test_ranks_are_those_of_the_referee(
    values: list[int | None], side: Literal["top", "bottom"], amount: int, percent: bool
) -> None:
    """Top and bottom, by number and percent, ties in, unknown and 0 out."""
    leaf = Rank(Trait("score"), side, Decimal(amount), percent)
    found = among(leaf, measured(Trait("score"), world(values), AS_OF, "UTC"))
    assert found == judge(Definition("d", "D", leaf), world(values), AS_OF)


@settings(max_examples=80, deadline=None)
@given(
    VALUES.filter(lambda values: any(value and value > 0 for value in values)), st.integers(0, 99), st.integers(1, 50)
)
def test_percentiles_are_those_of_the_referee(values: list[int | None], low: int, width: int) -> None:
    """Both ends in."""
    leaf = Percentile(Trait("score"), Decimal(low), Decimal(min(low + width, 100)))
    found = among(leaf, measured(Trait("score"), world(values), AS_OF, "UTC"))
    assert found == judge(Definition("d", "D", leaf), world(values), AS_OF)


def test_nobody_is_among_nobody() -> None:
    """Without a known value above 0 nobody is in."""
    leaf = Rank(Trait("score"), "top", Decimal(10), True)
    assert among(leaf, {"a": None, "b": 0}) == set()
