"""What each basis adds to the chance of leads, over many worlds: planted bases are found, null worlds claim nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.engine import Engine
from tests.rooms.profiles import lead_bases_worlds
from tests.rooms.profiles.lead_worlds import rows
from tests.rooms.profiles.test_lead_bases import PLANTED

pytestmark = pytest.mark.prove


def refreshed(seed: int, size: int, effect: float) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Bases and figures of one world."""
    with Engine.in_memory() as engine:
        lead_bases_worlds.publish(engine, lead_bases_worlds.world(size, seed=seed, effect=effect))
        lead_bases_worlds.refreshed(engine)
        return rows(engine, "lead_bases"), {row["figure"]: row for row in rows(engine, "lead_conversion")}


def test_planted_bases_are_found_in_every_world() -> None:
    """In eight worlds of 4,000 leads all three are claimed, one more at most; the mean slope is 1."""
    strangers, slopes = 0, []
    for seed in range(100, 108):
        bases, figures = refreshed(seed, 4000, 1.2)
        claimed = {row["basis"] for row in bases if row["claimed"]}
        assert claimed >= PLANTED
        strangers += len(claimed - PLANTED)
        slopes.append(figures["calibration slope"]["value"])
    assert strangers <= 1
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.12)


def test_null_worlds_claim_no_basis() -> None:
    """In thirty worlds in which only the traps go with the outcome, at most one basis is claimed, and none adds 2 %."""
    claims, most = 0, 0.0
    for seed in range(30):
        bases, _ = refreshed(seed, 1500, 0.0)
        claims += sum(row["claimed"] for row in bases)
        most = max([most, *(row["adds"] for row in bases if row["adds"] is not None and row["claimed"])])
    assert claims <= 1
    assert most < 0.02
