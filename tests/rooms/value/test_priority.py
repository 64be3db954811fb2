"""Priority of segments as published: measures from tables, knock-outs, what could not be scored."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine
from segmentry.profiles.tables import PURCHASE_HISTORY
from segmentry.science.priority import Measure
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import MEASURES, KnockOut, Study
from segmentry.value.growth_tables import SEGMENT_GROWTH
from segmentry.value.priority import loyalty_column, measures_of
from segmentry.value.run_priority import refresh_priority
from segmentry.value.spec import ValueSpec
from segmentry.value.tables import CUSTOMER_VALUE, SEGMENT_VALUE
from tests.rooms.shops import AS_OF, LAST, arrow, history

SPEC = ValueSpec(AS_OF, LAST, "EUR")


def segment(name: str, customers: int, value: float, **told: Any) -> dict[str, Any]:
    filled = {
        "segmentation": "s",
        "segment_id": name,
        "customers": customers,
        "orders": customers * 2,
        "revenue": Decimal(100 * customers),
        "expected_active": customers / 2,
        "value": value,
        "value_low": value * 0.9,
        "value_high": value * 1.1,
        "cost_to_serve": 5.0 * customers,
        "contribution": 30.0 * customers,
    }
    return filled | told


BEST, MIDDLE, REST = segment("best", 20, 2000.0), segment("middle", 40, 1500.0), segment("rest", 40, 200.0)
PLAIN = Study(attractiveness={"total_value": 0.5, "size": 0.5}, strength={"loyalty": 1.0}, knock_outs=())


def measured(rows: list[dict[str, Any]], growth: Any = (), told: Any = None) -> dict[str, Any]:
    return measures_of(rows, list(growth), told or {})


def published(
    engine: Engine,
    study: Study,
    rows: list[dict[str, Any]] | None = None,
    growth: list[dict[str, Any]] | None = None,
    told: Any = None,
) -> dict[str, dict[str, Any]]:
    """Priorities by segment, from segment values; every member has bought twice and is half alive."""
    rows = [BEST, MIDDLE, REST] if rows is None else rows
    names = [(row["segmentation"], row["segment_id"], place) for row in rows for place in range(row["customers"])]
    members = [
        {"segmentation": one, "segment_id": other, "customer_id": f"{other}{place}"} for one, other, place in names
    ]
    customers = sorted({row["customer_id"] for row in members})
    with engine.run("t", AS_OF) as run:
        run.publish(PURCHASE_HISTORY, arrow(PURCHASE_HISTORY, [history(name, 1, 50, 20) for name in customers]))
        values = [{"customer_id": name, "p_alive": 0.5} for name in customers]
        run.publish(CUSTOMER_VALUE, arrow(CUSTOMER_VALUE, values))
        run.publish(SEGMENTATION_MEMBERS, arrow(SEGMENTATION_MEMBERS, members))
        run.publish(SEGMENT_VALUE, arrow(SEGMENT_VALUE, rows))
        if growth is not None:
            run.publish(SEGMENT_GROWTH, arrow(SEGMENT_GROWTH, growth))
        refresh_priority(run, SPEC, study, told)
    return {row["segment_id"]: row for row in engine.rows(engine.table("segment_priority"))}


def document(engine: Engine, segmentation: str = "s") -> dict[str, Any]:
    found = {row["segmentation"]: row["document"] for row in engine.rows(engine.table("priority_summary"))}
    told: dict[str, Any] = json.loads(found[segmentation])
    return told


def grown(name: str, rate: float, **told: Any) -> dict[str, Any]:
    return {
        "segmentation": "s", "segment_id": name, "growth": rate, "growth_low": rate - 0.1, "growth_high": rate + 0.1,
        "by_construction": False,
    } | told  # fmt: skip


# ---- measures


def test_every_measure_of_a_study_has_an_answer() -> None:
    """Each name a study may use is either measured or refused with a reason."""
    found = measured([BEST, MIDDLE, REST])
    assert set(found) == set(MEASURES)
    for measure in found.values():
        assert isinstance(measure, Measure) or measure.reason


def test_measures_are_read_off_the_tables() -> None:
    """Shares of the base, value of a member with its interval, costs over revenue, mean probability of life."""
    found = measured([BEST, MIDDLE, REST])
    assert np.asarray(found["size"].values) == pytest.approx([0.2, 0.4, 0.4])
    assert np.asarray(found["value"].values) == pytest.approx([100.0, 37.5, 5.0])
    assert np.asarray(found["value"].low) == pytest.approx([90.0, 33.75, 4.5])
    assert np.asarray(found["cost_to_serve"].values) == pytest.approx([0.05] * 3)
    assert np.asarray(found["loyalty"].values) == pytest.approx([0.5] * 3)
    assert np.asarray(found["contribution"].values) == pytest.approx([30.0] * 3)
    assert found["cost_to_serve"].smaller_is_better


def test_what_no_table_tells_is_refused_with_the_reason() -> None:
    """No consents, no proof, no costs, no margin, no value: each says so."""
    bare = {"cost_to_serve": None, "contribution": None, "value": None, "value_low": None, "value_high": None}
    found = measured([BEST | bare, REST | bare])
    for name in ("reach", "stability", "cost_to_serve", "contribution", "value", "total_value", "growth"):
        assert isinstance(found[name], NotEstimable)
    assert "consents" in found["reach"].reason


def test_measures_of_other_rooms_are_taken_up() -> None:
    """Stability and reach come from those who found them, by segmentation and segment."""
    told = {"stability": {("s", "best"): 0.9, ("s", "rest"): 0.7, ("t", "best"): 0.1}}
    assert np.asarray(measured([BEST, REST], told=told)["stability"].values).tolist() == [0.9, 0.7]


def test_a_segment_without_revenue_has_no_cost_ratio() -> None:
    """A ratio to nothing is unknown, not infinite."""
    found = measured([BEST, REST | {"revenue": Decimal(0)}])
    assert np.isnan(np.asarray(found["cost_to_serve"].values)[1])


def test_growth_is_taken_with_its_interval() -> None:
    """Rate, low and high of each segment."""
    found = measured([BEST, REST], [grown("best", 0.2), grown("rest", -0.1)])
    assert np.asarray(found["growth"].values).tolist() == [0.2, -0.1]
    assert np.asarray(found["growth"].high) == pytest.approx([0.3, 0.0])


def test_growth_by_construction_is_no_criterion() -> None:
    """Segments made by when members bought are not rewarded for it."""
    rows = [grown(name, 0.2, by_construction=True) for name in ("best", "rest")]
    found = measured([BEST, REST], rows)
    assert isinstance(found["growth"], NotEstimable)
    assert "by construction" in found["growth"].reason


def test_loyalty_falls_back_where_life_cannot_be_told() -> None:
    """Mean P(alive), else those who bought again and still buy, else those who bought again."""
    row = {"expected_active": 1.0, "repeat_active": 2.0, "repeat_buyers": 3.0}
    assert loyalty_column([row]) == "expected_active"
    assert loyalty_column([row, row | {"expected_active": None}]) == "repeat_active"
    assert loyalty_column([{"expected_active": None, "repeat_active": None, "repeat_buyers": 3.0}]) == "repeat_buyers"


# ---- as published


def test_priorities_are_published_for_every_segment(engine: Engine) -> None:
    """Scores by hand: value ln(7.5) / ln(10) = .875 for the middle, size 0, 1, 1, half each; loyalty is equal."""
    found = published(engine, PLAIN)
    assert found["best"]["attractiveness"] == pytest.approx(0.5)
    assert found["middle"]["attractiveness"] == pytest.approx((math.log(7.5) / math.log(10) + 1) / 2)
    assert found["rest"]["attractiveness"] == pytest.approx(0.5)
    assert found["middle"]["strength"] == pytest.approx(0.5)
    assert (found["middle"]["rank"], found["middle"]["tie_group"]) == (1, 1)
    assert found["middle"]["cell"] == "high/medium"
    assert found["middle"]["stance"] == "invest"


def test_equal_scores_are_published_as_ties(engine: Engine) -> None:
    """The best and the rest score the same: both second, in one group."""
    found = published(engine, PLAIN)
    assert found["best"]["rank"] == found["rest"]["rank"] == 2
    assert found["best"]["tie_group"] == found["rest"]["tie_group"]


def test_probabilities_of_being_first_sum_to_one(engine: Engine) -> None:
    """Somebody is first in every draw."""
    found = published(engine, PLAIN)
    assert sum(row["probability_first"] for row in found.values()) == pytest.approx(1.0)


def test_a_knocked_out_segment_has_reasons_and_no_rank(engine: Engine) -> None:
    """A segment below the share asked for is out, and says why."""
    study = Study(
        attractiveness=PLAIN.attractiveness, strength=PLAIN.strength, knock_outs=(KnockOut("size", at_least=0.3),)
    )
    found = published(engine, study)["best"]
    assert found["knocked_out"]
    assert found["reasons"] == "size 0.2 is below 0.3"
    assert (found["rank"], found["score"], found["cell"]) == (None, None, None)


def test_all_knocked_out_is_told_in_both_tables(engine: Engine) -> None:
    """Nobody passes: rows stay, without ranks, and the summary says so."""
    study = Study(
        attractiveness=PLAIN.attractiveness, strength=PLAIN.strength, knock_outs=(KnockOut("value", at_least=1e9),)
    )
    found = published(engine, study)
    assert {row["rank"] for row in found.values()} == {None}
    assert "knock-outs" in document(engine)["priority"]["not_estimable"]


def test_unscored_weight_is_shown(engine: Engine) -> None:
    """Growth and stability are not known: their weights and reasons stand in the summary."""
    published(engine, Study(knock_outs=()))
    found = document(engine)
    assert found["attractiveness"]["unscored"]["growth"]["weight"] == pytest.approx(0.2)
    assert found["attractiveness"]["unscored_weight"] == pytest.approx(0.2)
    assert "stability" in found["strength"]["unscored"]


def test_reversals_name_the_segments(engine: Engine) -> None:
    """Two segments at .52 and .48 turn over when a weight moves by a fifth."""
    study = Study(attractiveness={"total_value": 0.52, "size": 0.48}, strength={"loyalty": 1.0}, knock_outs=())
    rows = [segment("valued", 40, 2000.0), segment("large", 60, 1000.0)]
    found = published(engine, study, rows)
    told = document(engine)
    assert not told["first_stands"]
    assert {"axis": "attractiveness", "criterion": "total_value", "change": -0.2, "first": ["large"],
            "moved": ["large", "valued"]} in told["reversals"]  # fmt: skip
    assert not found["valued"]["rank_stands"]


def test_growth_counts_where_it_is_known(engine: Engine) -> None:
    """The segment that grows scores 1 on growth."""
    study = Study(attractiveness={"growth": 1.0}, strength={"loyalty": 1.0}, knock_outs=())
    rates = [grown("best", -0.1), grown("middle", 0.1), grown("rest", 0.3)]
    dates = dict.fromkeys(("before_first", "before_last", "after_first", "after_last"), LAST)
    nothing = dict.fromkeys(("customers_before", "customers_after", "orders_before", "orders_after"), 0)
    amounts = dict.fromkeys(("revenue_before", "revenue_after"), Decimal(0))
    full = [row | dates | nothing | amounts | {"course": "continuing", "change": 0.0} for row in rates]
    found = published(engine, study, growth=full)
    assert found["rest"]["attractiveness"] == pytest.approx(1.0)
    assert found["best"]["attractiveness"] == pytest.approx(0.0)


def test_segmentations_are_judged_apart(engine: Engine) -> None:
    """Each segmentation has its own first, its own summary and its own scale."""
    other = [row | {"segmentation": "t", "segment_id": f"t_{row['segment_id']}"} for row in (MIDDLE, REST)]
    found = published(engine, PLAIN, [BEST, MIDDLE, REST, *other])
    assert found["middle"]["rank"] == found["t_middle"]["rank"] == 1
    assert document(engine, "t")["attractiveness"]["scored"] == {"total_value": 0.5, "size": 0.5}


def test_under_bg_nbd_loyalty_is_of_those_who_bought_again(engine: Engine) -> None:
    """Without expected_active the sum of P(alive) over repeat buyers counts, and the summary says so."""
    rows = [row | {"expected_active": None} for row in (BEST, MIDDLE, REST)]
    published(engine, PLAIN, rows)
    assert document(engine)["loyalty"].startswith("share of members who bought again and")


def test_the_study_stands_in_the_summary(engine: Engine) -> None:
    """Objective, decision and when it was recorded come along, so that weights can be traced."""
    published(engine, PLAIN.recorded(AS_OF))
    found = document(engine)
    assert found["objective"] == "grow"
    assert found["recorded_at"] == "2022-01-01T00:00:00Z"
