"""The compiler against the referee: random definitions over random histories, zones and instants name the same."""

from __future__ import annotations

import pytest

from tests.rooms.segments.asked import LEAF_FORMS
from tests.rooms.segments.batches import Tally, connect, differences, found_out, judged, made_batch
from tests.rooms.segments.mutants import NAMED, Mutant, killed


@pytest.mark.parametrize("seed", [100, 101])
def test_compiler_and_referee_agree(seed: int) -> None:
    """No difference in 252 cases with every form of leaf, most of them with members in and out."""
    batch, tally = made_batch(seed, ["measured"] * 5 + LEAF_FORMS, trees=21, histories=6), Tally()
    expected = judged(batch)
    tally.add(batch, expected)
    assert list(differences(batch, expected, connect())) == []
    assert tally.cases == 252
    assert tally.mixed >= 0.6 * tally.cases


@pytest.mark.parametrize("mutant", NAMED, ids=lambda mutant: mutant.name)
def test_a_wrong_compiler_is_found_out(mutant: Mutant) -> None:
    """The cases can tell a wrong compiler from the right one, which they do not accuse."""
    assert killed(mutant, found_out, most=8) is not None
