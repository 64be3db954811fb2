"""Strategies as published."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from segmentry.discovery.tables import SEGMENTATION_MEMBERS, SEGMENTATION_SEGMENTS
from segmentry.engine import Engine
from segmentry.profiles.tables import BEHAVIORAL_TRAITS
from segmentry.strategy.run import plan
from segmentry.strategy.spec import StrategySpec
from segmentry.terms.study import Study
from segmentry.terms.tables import Column, ColumnType
from segmentry.value.tables import CUSTOMER_VALUE, SEGMENT_VALUE
from tests.rooms.shops import AS_OF, arrow

_NUMBERS = (
    "mean_gap_days", "return_rate", "discount_share", "weekend_share", "gift_season_share", "mean_basket_products",
    "mean_order_value", "price_index", "orders", "tenure_days",
)  # fmt: skip


def publish(engine: Engine, values: tuple[float, float] = (900.0, 100.0), study: Study | None = None) -> None:
    """Two segments of ten, the first rich and regular, the second poor and lapsed."""
    segments = {"rich": values[0], "poor": values[1]}
    key = {"segmentation": "mine"}
    people = [(f"{name}{number}", name) for name in segments for number in range(10)]
    traits = BEHAVIORAL_TRAITS.with_columns(
        [
            *(Column(name, ColumnType.NUMBER, name) for name in _NUMBERS),
            *(Column(name, ColumnType.TEXT, name) for name in ("user_status", "favorite_category", "main_channel")),
            Column("first_order_on", ColumnType.DATE, "First order."),
        ]
    )
    rows: list[dict[str, Any]] = [
        {
            "customer_id": customer,
            "user_status": "regular" if name == "rich" else "lapsed",
            "favorite_category": "Toys" if name == "rich" else None,
            "main_channel": "web",
            "weekend_share": 0.9 if name == "rich" else 0.1,
            "mean_gap_days": 20.0,
            "first_order_on": date(2021, 10, 2) if name == "rich" else date(2021, 1, 1),
            "tenure_days": 90.0 if name == "rich" else 364.0,
            "orders": 2.0,
            "gift_season_share": 0.65,
        }
        for customer, name in people
    ]
    with engine.run("refresh", AS_OF) as run:
        run.publish(SEGMENTATION_MEMBERS, arrow(SEGMENTATION_MEMBERS, [
            key | {"customer_id": customer, "segment_id": name} for customer, name in people
        ]))  # fmt: skip
        run.publish(SEGMENTATION_SEGMENTS, arrow(SEGMENTATION_SEGMENTS, [
            key | {"segment_id": name, "name": name.title(), "rule": "r", "description": "d", "position": place,
                   "customers": 10}
            for place, name in enumerate(segments)
        ]))  # fmt: skip
        run.publish(traits, arrow(traits, rows))
        run.publish(CUSTOMER_VALUE, arrow(CUSTOMER_VALUE, [
            {"customer_id": customer, "p_alive": 0.9 if name == "rich" else 0.05} for customer, name in people
        ]))  # fmt: skip
        run.publish(SEGMENT_VALUE, arrow(SEGMENT_VALUE, [
            key | {"segment_id": name, "customers": 10, "orders": 10, "revenue": 100, "value": value,
                   "value_share": value / sum(segments.values())}
            for name, value in segments.items()
        ]))  # fmt: skip
        plan(run, StrategySpec(AS_OF, "mine", (study or Study()).as_dict(), "EUR"))


def strategies(engine: Engine) -> dict[str, dict[str, Any]]:
    return {row["segment_id"]: row for row in engine.rows(engine.table("segment_strategies"))}


def test_each_segment_has_its_own_strategy(engine: Engine) -> None:
    """The rich are kept with high service, the lapsed won back or left, each with a dated plan."""
    publish(engine)
    found = strategies(engine)
    assert (found["rich"]["objective"], found["rich"]["service_tier"]) == ("retain", "middle")
    assert (found["poor"]["objective"], found["poor"]["service_tier"]) == ("win_back", "self_service")
    assert found["rich"]["review_on"] == date(2023, 1, 1)
    steps = [step["on"] for step in json.loads(found["rich"]["document"])["engagement_plan"]]
    assert steps == sorted(steps)
    assert steps[-1] == "2023-01-01"


def test_the_review_is_on_the_day_the_study_says(engine: Engine) -> None:
    """The study's own review date binds the plan."""
    publish(engine, study=Study(review_on=date(2022, 3, 1)))
    assert {row["review_on"] for row in strategies(engine).values()} == {date(2022, 3, 1)}


def test_lines_and_document_say_the_same(engine: Engine) -> None:
    """The table of lines is the document's, in its order, with the evidence's figures."""
    publish(engine)
    table = engine.table("strategy_lines")
    for segment, row in strategies(engine).items():
        told = engine.rows(table.filter(table.segment_id == segment).order_by("position"))
        document = json.loads(row["document"])["lines"]
        assert [line["text"] for line in told] == [line["text"] for line in document]
        assert [json.loads(line["evidence"]) for line in told] == [line["evidence"] for line in document]
        assert [line["draft"] for line in told] == [not json.loads(line["evidence"]) for line in told]


def test_evidence_holds_the_published_figures(engine: Engine) -> None:
    """A line's figure is what the named table holds, with the base's beside it."""
    publish(engine)
    lines = json.loads(strategies(engine)["rich"]["document"])["lines"]
    figures = {figure["figure"]: figure for line in lines for figure in line["evidence"]}
    assert figures["weekend_share"]["value"] == pytest.approx(0.9)
    assert figures["weekend_share"]["base"] == pytest.approx(0.5)
    assert figures["value_index"]["value"] == pytest.approx(1.8)
    assert figures["favorite_category"]["value"] == "Toys"
    assert figures["favorite_category_index"]["value"] == pytest.approx(1.0)


def test_a_tier_is_remembered_over_refreshes(engine: Engine) -> None:
    """A segment just over an edge stays in its tier; only a clear step moves it."""
    publish(engine, (940.0, 60.0))
    assert strategies(engine)["rich"]["service_tier"] == "middle"
    publish(engine, (1020.0, 0.0))
    assert strategies(engine)["rich"]["service_tier"] == "middle"


def test_a_season_is_held_against_the_calendar(engine: Engine) -> None:
    """Members known since October have bought in the season by construction: 61 of their 91 days lie in it.

    The same share of orders among those known for a year, of whose days 17 % lie in the season, does tell something.
    """
    publish(engine)
    promotions = {
        segment: [line["text"] for line in json.loads(row["document"])["lines"] if line["part"] == "promotion"]
        for segment, row in strategies(engine).items()
    }
    assert not any("gift season" in text for text in promotions["rich"])
    season = next(text for text in promotions["poor"] if "gift season" in text)
    assert "65% of their orders" in season
    assert "calendar alone would put 17%" in season
