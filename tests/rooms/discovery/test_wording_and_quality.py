"""Names, descriptions, markers, the gate and the guard, rule by rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from segmentry.discovery import naming, quality
from segmentry.discovery.profiling import descriptor_rows, other_words, profile
from segmentry.discovery.registry import identify
from segmentry.discovery.variables import PURCHASE_BEHAVIOR, worded
from segmentry.terms.study import KnockOut, Study

SILENT, FREQUENT, AMOUNT = PURCHASE_BEHAVIOR[:3]
AS_OF = datetime(2026, 1, 1)


def _names(differences: list[list[float]]) -> tuple[str, ...]:
    table = np.array(differences)
    return naming.names((SILENT, FREQUENT, AMOUNT), table, np.abs(table) >= 0.5)


def test_a_name_holds_the_two_strongest_markers() -> None:
    """The strongest first, in words of the trade."""
    assert _names([[-0.9, 1.4, 0.1]]) == ("Frequent, recent customers",)


def test_two_segments_never_share_a_name() -> None:
    """Where markers are alike, further differences are told, and at last a number."""
    first, second = _names([[-0.9, 1.4, 0.3], [-0.8, 1.3, -0.3]])
    assert first == "Frequent, recent customers"
    assert second == "Frequent, recent, small-order customers"
    alike = _names([[1.0, 1.0, 1.0]] * 5)
    assert len(set(alike)) == 5
    assert alike[-1].endswith((", group C", ", group D"))


def test_a_segment_without_markers_is_average() -> None:
    """Nothing is claimed where nothing stands out."""
    assert _names([[0.1, -0.2, 0.3]]) == ("Average customers",)


def test_a_description_puts_the_base_beside_each_figure() -> None:
    """Counts, share and medians, in the unit of the amounts."""
    told = naming.describe((SILENT, AMOUNT), np.array([12.0, 1234.5]), np.array([95.0, 0.5]), 50, 0.25, "EUR")
    assert told == (
        "50 customers (25% of the base): last bought 12 [95] days ago, for 1,234 [0.5] EUR an order "
        "(medians; the base's in brackets)."
    )


def test_unknown_traits_are_worded_by_their_names() -> None:
    """A given trait needs no dictionary."""
    assert worded("store_visits").words == ("low store visits", "high store visits")


def test_profiles_mark_yes_and_no_by_points_and_numbers_by_deviations() -> None:
    """Textbook rule for binary variables; unknown values are left out of typical values."""
    values = np.array([[1.0, 10.0], [1.0, 11.0], [0.0, 30.0], [0.0, np.nan]])
    prepared = np.nan_to_num(values, nan=20.0)
    found = profile(values, prepared, np.array([0, 0, 1, 1]), 2)
    assert found.markers[:, 0].tolist() == [True, True]
    assert found.medians[1, 1] == 30.0
    assert found.base_means[0] == 0.5
    assert found.markers[0, 1]


def test_descriptors_are_corrected_for_their_number_and_sorted_by_effect() -> None:
    """One real descriptor among twenty of noise: it alone stays below 5 % after correction."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 600)
    numbers = {f"noise{place}": random.normal(size=600) for place in range(19)}
    texts = {"color": [("red", "blue", "green")[label] if chance < 0.6 else "red"
                       for label, chance in zip(labels, random.uniform(size=600), strict=True)]}  # fmt: skip
    rows = descriptor_rows("mine", numbers, texts, labels)
    assert rows[0]["variable"] == "color"
    assert [row["variable"] for row in rows if row["p_corrected"] < 0.05] == ["color"]


def test_descriptors_known_of_too_few_say_nothing() -> None:
    """Ten known values among a thousand describe nobody; constants neither."""
    values = np.full(1000, np.nan)
    values[:10] = range(10)
    labels = np.arange(1000) % 2
    assert descriptor_rows("mine", {"rare": values, "same": np.ones(1000)}, {}, labels) == []


def _facts(**changes: Any) -> quality.SegmentFacts:
    told = {
        "customers": np.array([900, 100]),
        "value": np.array([10.0, 50.0]),
        "spread": np.array([1.0, 1.0]),
        "stability": np.array([0.9, 0.6]),
        "agreement": np.array([0.95, 0.5]),
        "reach": np.array([np.nan, 0.8]),
        "gaps": np.array([[0.0, 1.0], [1.0, 0.0]]),
    }
    return quality.SegmentFacts(**(told | changes))


def _gate(facts: quality.SegmentFacts, descriptors: list[dict[str, Any]], study: Study) -> dict[tuple[str, str], str]:
    rows = quality.gate_rows("mine", ["a", "b"], facts, descriptors, study)
    return {(row["segment_id"], row["criterion"]): row["verdict"] for row in rows}


def test_each_criterion_is_passed_failed_or_unproven_by_its_own_figure() -> None:
    """Six criteria, none of them assumed."""
    strong = [{"variable": "country", "effect": "cramers_v", "size": 0.3, "p_corrected": 0.001}]
    found = _gate(_facts(), strong, Study(knock_outs=(KnockOut("size", at_least=0.2),)))
    assert found == {
        ("a", "measurable"): "passed", ("b", "measurable"): "failed",
        ("a", "substantial"): "passed", ("b", "substantial"): "failed",
        ("a", "reachable"): "unproven", ("b", "reachable"): "passed",
        ("a", "distinct"): "passed", ("b", "distinct"): "passed",
        ("a", "actionable"): "unproven", ("b", "actionable"): "unproven",
        ("a", "stable"): "passed", ("b", "stable"): "failed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("descriptors", "verdict"),
    [
        ([], "unproven"),
        ([{"variable": "x", "effect": "cramers_v", "size": 0.9, "p_corrected": 0.2}], "failed"),
        ([{"variable": "x", "effect": "cramers_v", "size": 0.05, "p_corrected": 0.0}], "failed"),
        ([{"variable": "x", "effect": "eta_squared", "size": 0.02, "p_corrected": 0.0}], "passed"),
    ],
)
def test_distinct_needs_an_effect_that_is_sure_and_large_enough(descriptors: list[Any], verdict: str) -> None:
    """Significance without size, and size without significance, are both not enough."""
    assert _gate(_facts(), descriptors, Study())[("a", "distinct")] == verdict


def test_the_guard_compares_with_the_nearest_segment() -> None:
    """Neighbors by center; cost as declared; alike segments are proposed for merging."""
    centers = np.array([[0.0], [1.0], [5.0]])
    facts = _facts(
        customers=np.array([900, 100, 50]), value=np.array([10.0, 50.0, 80.0]), spread=np.ones(3),
        stability=np.ones(3), agreement=np.ones(3), reach=np.ones(3),
        gaps=np.array([[0.0, 0.1, 9.0], [0.1, 0.0, 9.0], [9.0, 9.0, 0.0]]),
    )  # fmt: skip
    rows = quality.guard_rows("mine", ["a", "b", "c"], facts, centers, Study(segment_cost=100.0, contact_cost=1.0))
    assert [row["neighbor"] for row in rows] == ["b", "a", "b"]
    assert [row["cost"] for row in rows] == [1000.0, 200.0, 150.0]
    assert [row["verdict"] for row in rows][:2] == ["merge", "merge"]
    assert rows[1]["break_even_lift"] == pytest.approx(200 / 5000)


def test_gaps_in_what_matters_are_the_largest_pooled_difference() -> None:
    """Standardized by the spread of both; constants that differ are infinitely apart, unknown ones not at all."""
    random = np.random.default_rng(1)
    labels = np.repeat([0, 1], 2000)
    same, apart = random.normal(size=4000), random.normal(size=4000) + labels
    gaps = quality.gaps_in_what_matters(np.column_stack([same, apart, np.full(4000, np.nan)]), labels, 2)
    assert gaps[0, 1] == pytest.approx(1.0, abs=0.1)
    assert gaps[0, 1] == gaps[1, 0]
    assert quality.gaps_in_what_matters(labels[:, None].astype(float), labels, 2)[0, 1] == np.inf


def _row(segment: str, name: str, *, alive: bool = True) -> dict[str, Any]:
    return {
        "segmentation": "mine", "segment_id": segment, "name": name, "first_as_of": datetime(2025, 1, 1),
        "last_as_of": datetime(2025, 6, 1), "alive": alive, "event": "emerged", "origins": None, "overlap": None,
        "center": "{}",
    }  # fmt: skip


def test_a_merge_gets_an_id_of_its_own_and_tells_where_it_came_from() -> None:
    """Two halves become one: neither lives on, the new one names both, the dead name their heir."""
    earlier = [_row("mine_1", "A"), _row("mine_2", "B"), _row("mine_3", "C", alive=False)]
    found = identify("mine", ["New"], [{}], earlier, np.array([[50.0], [50.0]]), None, AS_OF)
    assert found.ids == ("mine_4",)
    rows = {row["segment_id"]: row for row in found.rows}
    assert rows["mine_4"]["event"] == "merged"
    assert rows["mine_4"]["origins"] == "mine_1,mine_2"
    assert (rows["mine_1"]["alive"], rows["mine_1"]["origins"]) == (False, "mine_4")
    assert rows["mine_3"] == earlier[2]


def test_a_name_once_given_is_not_given_again() -> None:
    """A newcomer that looks like a dead segment carries a number."""
    earlier = [_row("mine_1", "Frequent customers", alive=False)]
    found = identify("mine", ["Frequent customers"], [{}], earlier, None, None, AS_OF)
    assert found.names == ("Frequent customers 2",)
    assert found.ids == ("mine_2",)


def test_centers_decide_where_too_few_customers_are_shared() -> None:
    """A base renewed altogether: the segment at the same place is the same segment."""
    earlier = [_row("mine_1", "A"), _row("mine_2", "B")]
    centers = (np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([[5.0, 5.1], [0.1, 0.0]]))
    found = identify("mine", ["x", "y"], [{}, {}], earlier, np.zeros((2, 2)), centers, AS_OF)
    assert found.ids == ("mine_2", "mine_1")
    assert found.names == ("B", "A")


def test_a_descriptor_that_is_another_word_for_what_made_the_segments_is_no_proof() -> None:
    """One cloud cut by spend: what ranks customers as spend does differs by construction, age does not."""
    random = np.random.default_rng(0)
    spend = random.lognormal(size=400)
    numbers = {
        "spend_before": spend * random.lognormal(0.0, 0.1, 400),
        "cheapness": -np.sqrt(spend),
        "age": random.normal(size=400),
        "half_known": np.where(np.arange(400) % 2, spend, np.nan),
        "constant": np.full(400, 0.1),
        "hardly_known": np.where(np.arange(400) < 20, spend, np.nan),
    }
    assert other_words(numbers, np.column_stack([random.normal(size=400), spend])) == {
        "spend_before",
        "cheapness",
        "half_known",
    }
