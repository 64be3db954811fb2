"""Bands of numbers stand in the order of their lower edges."""

from __future__ import annotations

import random

import pytest

from segmentry.charts import lower_edge
from segmentry.interfaces.cli.feedback_printing import in_reading_order


@pytest.mark.parametrize(
    "ordered",
    [
        ["under 18", "18 to 24", "25 to 34", "65 and over"],
        ["<5", "5-9", "10-14", "100+"],
        ["7", "10", "no answer", "other"],
        ["Madrid", "Segment 10", "Segment 2"],
    ],
)
def test_bands_stand_by_their_lower_edge_and_names_by_the_alphabet(ordered: list[str]) -> None:
    """Alphabetically 100+ would come before 5-9, and under 18 last."""
    mixed = random.Random(1).sample(ordered, len(ordered))
    assert sorted(mixed, key=lower_edge) == ordered


def test_scores_are_listed_for_everybody_first_and_then_by_band() -> None:
    """Measures stay together, dimensions too."""
    groups = [("age", "9 to 17"), ("age", "18 to 24"), ("everybody", "everybody"), ("age", "under 9")]
    rows = [
        {"measure": measure, "dimension": dimension, "value": value}
        for measure in ("csat", "nps")
        for dimension, value in groups
    ]
    told = [(each["measure"], each["value"]) for each in in_reading_order(rows)]
    bands = ["under 9", "9 to 17", "18 to 24"]
    assert told[:2] == [("csat", "everybody"), ("nps", "everybody")]
    assert told[2:] == [(measure, band) for measure in ("csat", "nps") for band in bands]
