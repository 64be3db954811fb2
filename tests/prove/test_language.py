"""The language proved: 21,312 random cases in two halves, and every kind of leaf true and false 200 times in all."""

from __future__ import annotations

import pytest

from tests.rooms.segments.batches import FORMS, Tally, connect, differences, judged, made_batch
from tests.rooms.segments.kinds import KINDS

BATCHES = 18
"""Batches of one half, each of 592 cases."""


@pytest.mark.prove
@pytest.mark.parametrize("half", [0, 1])
def test_compiler_and_referee_agree_everywhere(half: int) -> None:
    """No difference in 10,656 cases; 60 % have members in and out; each kind is true and false 100 times."""
    tally, connection = Tally(), connect()
    found: list[str] = []
    for seed in range(half * BATCHES, (half + 1) * BATCHES):
        batch = made_batch(seed, FORMS, trees=26, histories=8)
        expected = judged(batch)
        tally.add(batch, expected)
        found += differences(batch, expected, connection)
    print(tally)  # noqa: T201
    assert found == []
    assert tally.cases == BATCHES * 592
    assert tally.mixed >= 0.6 * tally.cases
    assert tally.rare(KINDS, 100) == {}
