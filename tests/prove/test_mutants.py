"""Every wrong compiler is found out by random cases: the differential proof can fail."""

from __future__ import annotations

import pytest

from tests.rooms.segments.batches import found_out
from tests.rooms.segments.mutants import MUTANTS, Mutant, killed


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_killed(mutant: Mutant) -> None:
    """A compiler with this fault differs from the referee within thirty small batches."""
    batches = killed(mutant, found_out)
    print(f"{mutant.name}: after {batches}")  # noqa: T201
    assert batches is not None


@pytest.mark.prove
@pytest.mark.parametrize("form", sorted({mutant.form for mutant in MUTANTS}))
def test_the_right_compiler_survives(form: str) -> None:
    """The cases that kill mutants do not kill the compiler as it is."""
    assert not any(found_out(seed, form) for seed in range(2))
