"""Segmentations as published: exactly one segment each, described in words and figures."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from segmentry.discovery import run as discovery
from segmentry.discovery.lifecycle import LIFECYCLE_SEGMENTS
from segmentry.discovery.rfm import RFM_SEGMENTS
from segmentry.discovery.spec import RfmSpec
from segmentry.discovery.value_tier import VALUE_SEGMENTS
from segmentry.engine import Engine
from segmentry.profiles.tables import BEHAVIORAL_TRAITS, PURCHASE_HISTORY
from segmentry.terms.tables import Column, ColumnType
from segmentry.value.tables import CUSTOMER_VALUE
from tests.rooms.shops import AS_OF, arrow, history

STATUSES = ["regular", "first_time", "lapsing", "regular", "regular"]
TIERS = ["top", "low", None, "low", "low"]


@pytest.fixture
def segments(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Five buyers and a non-user, segmented; segments by segmentation."""
    buyers = [history(f"c{n}", n, 30 * n, 10 * n + 1, spend=100 * (n + 1)) for n in range(5)]
    traits = BEHAVIORAL_TRAITS.with_columns([Column("user_status", ColumnType.TEXT, "Status.")])
    known = pa.table({"customer_id": [*(f"c{n}" for n in range(5)), "x"], "user_status": [*STATUSES, "non_user"]})
    values = [{"customer_id": f"c{n}", "value_tier": tier} for n, tier in enumerate(TIERS)]
    with engine.run("refresh") as run:
        run.publish(PURCHASE_HISTORY, arrow(PURCHASE_HISTORY, buyers))
        run.publish(traits, known)
        run.publish(CUSTOMER_VALUE, arrow(CUSTOMER_VALUE, values))
        discovery.segment(run, RfmSpec(AS_OF, unit="EUR"), None)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in engine.rows(engine.table("segmentation_segments").order_by("segmentation", "position")):
        found.setdefault(row["segmentation"], []).append(row)
    return found


def members(engine: Engine, segmentation: str) -> dict[str, str]:
    table = engine.table("segmentation_members")
    rows = engine.rows(table.filter(table.segmentation == segmentation))
    assert len({row["customer_id"] for row in rows}) == len(rows)
    return {row["customer_id"]: row["segment_id"] for row in rows}


def test_every_segment_is_listed_in_its_order(segments: dict[str, list[dict[str, Any]]]) -> None:
    """Also those in which nobody is at present."""
    for name, known in (("rfm", RFM_SEGMENTS), ("lifecycle", LIFECYCLE_SEGMENTS), ("value_tier", VALUE_SEGMENTS)):
        assert [row["segment_id"] for row in segments[name]] == [segment.id for segment in known]
        assert [row["position"] for row in segments[name]] == list(range(len(known)))
        assert [row["rule"] for row in segments[name]] == [segment.rule for segment in known]


@pytest.mark.parametrize("name", ["rfm", "lifecycle", "value_tier"])
def test_sizes_are_counts_of_the_members(engine: Engine, segments: dict[str, list[dict[str, Any]]], name: str) -> None:
    """Exact, and each customer in one segment of a segmentation."""
    sizes = Counter(members(engine, name).values())
    assert {row["segment_id"]: row["customers"] for row in segments[name] if row["customers"]} == sizes


def test_who_has_no_status_or_value_is_in_no_such_segment(
    engine: Engine, segments: dict[str, list[dict[str, Any]]]
) -> None:
    """Non-users have no lifecycle, unvalued customers no tier; all buyers have RFM scores."""
    assert members(engine, "lifecycle") == {f"c{n}": status for n, status in enumerate(STATUSES)}
    assert members(engine, "value_tier") == {f"c{n}": tier for n, tier in enumerate(TIERS) if tier}
    assert members(engine, "rfm").keys() == {f"c{n}" for n in range(5)}


def test_a_description_holds_the_medians_of_its_members(segments: dict[str, list[dict[str, Any]]]) -> None:
    """Worked out by hand for three regular buyers and one of one day; an empty segment says so."""
    told = {row["segment_id"]: row["description"] for row in segments["lifecycle"]}
    assert told["regular"] == "Medians of its members: last bought 31 days ago, on 4 days in all, for 400 EUR."
    assert "on 2 days in all, for 200 EUR" in told["first_time"]
    assert told["lapsed"] == "Nobody at present."


def test_one_day_is_not_spoken_of_as_days(engine: Engine) -> None:
    """Grammar of the only buyer with one purchase day."""
    traits = BEHAVIORAL_TRAITS.with_columns([Column("user_status", ColumnType.TEXT, "Status.")])
    with engine.run("refresh") as run:
        run.publish(PURCHASE_HISTORY, arrow(PURCHASE_HISTORY, [history("a", 0, 0, 12, spend=1234)]))
        run.publish(traits, pa.table({"customer_id": ["a"], "user_status": ["first_time"]}))
        run.publish(CUSTOMER_VALUE, arrow(CUSTOMER_VALUE, [{"customer_id": "a"}]))
        discovery.segment(run, RfmSpec(AS_OF, unit="GBP"), None)
    rows = engine.rows(engine.table("segmentation_segments"))
    told = {row["description"] for row in rows if row["customers"]}
    assert told == {"Medians of its members: last bought 12 days ago, on 1 day in all, for 1,234 GBP."}


def test_scores_stand_beside_their_text(engine: Engine, segments: dict[str, list[dict[str, Any]]]) -> None:
    """Everybody in the history is scored once, from 1 to 5."""
    rows = engine.rows(engine.table("rfm_scores"))
    assert len(rows) == 5
    assert all(set(row["rfm"]) <= set("12345") for row in rows)
    assert len(segments) == 3
