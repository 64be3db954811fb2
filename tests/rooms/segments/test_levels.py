"""Segments that ask for the history of others come after these; those that ask for their own wait."""

from __future__ import annotations

import pytest

from segmentry.segments.clock.levels import levels
from tests.rooms.segments.shops import definition

PLAIN = definition("plain", "spend > 5")
BACK = definition("back", 'entered segment "Plain" in last 5 days')
TWICE = definition("twice", 'left segment "back" in last 5 days or was in segment "plain" on 2024-03-01')
LEAN = definition("lean", 'in segment "back" and spend > 1')
OWN = definition("own", 'entered segment "own" in last 5 days')
LEFT = definition("left", 'left segment "right" in last 5 days')
RIGHT = definition("right", 'entered segment "left" in last 5 days')


@pytest.mark.parametrize(
    ("asked", "expected", "tangled"),
    [
        ([], [], set()),
        ([PLAIN], [["plain"]], set()),
        ([BACK], [["back"]], set()),  # what is not among them is on record already
        ([TWICE, BACK, PLAIN], [["plain"], ["back"], ["twice"]], set()),
        ([LEAN, BACK, PLAIN], [["plain"], ["lean", "back"]], set()),  # leaning now is no history
        ([OWN, PLAIN], [["plain"], ["own"]], {"own"}),
        ([LEFT, RIGHT, BACK, PLAIN], [["plain"], ["back"], ["left", "right"]], {"left", "right"}),
    ],
)
def test_histories_come_first(asked: list[object], expected: list[list[str]], tangled: set[str]) -> None:
    """By id and by name, at any remove, in the order given where it does not matter."""
    assert levels(asked) == (expected, tangled)  # type: ignore[arg-type]
