"""From orders to maps, growth and priority, through every room between them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from segmentry.discovery import run as discovery
from segmentry.discovery.spec import RfmSpec
from segmentry.engine import Engine
from segmentry.maps.run import draw
from segmentry.maps.spec import MapSpec
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.terms.study import Study
from segmentry.value import run as value
from segmentry.value.run_growth import refresh_growth
from segmentry.value.run_priority import refresh_priority
from segmentry.value.spec import ValueSpec
from tests.rooms.shops import AS_OF, LAST, line, publish_shop

SPEC = ValueSpec(AS_OF, LAST, "EUR", margin_rate=0.4)
MAPS = tuple(MapSpec(AS_OF, "rfm", method=method, unit="EUR") for method in ("plain", "principal", "discriminant"))


def lines(customers: int = 240) -> list[dict[str, Any]]:
    """Lines over two years: each customer with a rhythm and a size of its own, some of whom stop."""
    chance = random.Random(5)
    rows = []
    for number in range(customers):
        gap, size = chance.choice([20, 45, 90, 200]), chance.choice([15, 40, 120])
        end = chance.choice([0, 0, 0, 150, 400])
        day = chance.randrange(700)
        while day > end:
            amount = round(size * chance.uniform(0.5, 1.5), 2)
            rows.append(line(f"c{number}", LAST - timedelta(days=day), amount, product_id=f"p{chance.randrange(9)}"))
            day -= max(1, round(chance.expovariate(1 / gap)))
    return rows


@pytest.fixture(scope="module")
def shop() -> Iterator[Engine]:
    """A shop refreshed from its lines to its maps, as one commit."""
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            publish_shop(run, lines())
        with engine.run("refresh", AS_OF) as run:
            catalog = profiles.refresh(run, ProfileSpec(AS_OF, LAST, "EUR"))
            learned = value.refresh_customers(run, SPEC, catalog)
            discovery.segment(run, RfmSpec(AS_OF, unit="EUR"), None)
            value.refresh_segments(run, SPEC, learned)
            refresh_growth(run, SPEC)
            refresh_priority(run, SPEC, Study())
            draw(run, *MAPS)
        yield engine


def rows(shop: Engine, name: str) -> list[dict[str, Any]]:
    return shop.rows(shop.table(name))


def test_every_customer_is_on_the_map_once(shop: Engine) -> None:
    """Fewer customers than points: all are drawn, on each map once."""
    points = rows(shop, "map_points")
    buyers = len(rows(shop, "purchase_history"))
    assert len(points) == 3 * buyers
    assert len({(row["map"], row["customer_id"]) for row in points}) == len(points)


def test_segments_on_the_map_count_their_members(shop: Engine) -> None:
    """Sizes and values are those that value published."""
    worth = {row["segment_id"]: row for row in rows(shop, "segment_value") if row["segmentation"] == "rfm"}
    for row in rows(shop, "map_segments"):
        assert row["customers"] == worth[row["segment_id"]]["customers"]
        assert row["value"] == worth[row["segment_id"]]["value"]


def test_rfm_is_drawn_by_silence_against_volume(shop: Engine) -> None:
    """Segments made of recency, frequency and money are told apart best by silence and one of the other two."""
    axes = {row["attribute"] for row in rows(shop, "map_axes") if row["map"] == "rfm/plain"}
    assert "days_since_last" in axes
    assert axes & {"purchase_days", "spend"}


def test_champions_lie_where_silence_is_short(shop: Engine) -> None:
    """Their center is on the recent side of all others' mean."""
    axis = next(
        row["axis"]
        for row in rows(shop, "map_axes")
        if row["map"] == "rfm/plain" and row["attribute"] == "days_since_last"
    )
    places = {row["segment_id"]: row[axis] for row in rows(shop, "map_segments") if row["map"] == "rfm/plain"}
    assert places["champions"] < sum(places.values()) / len(places)


def test_growth_covers_every_segment_and_the_base(shop: Engine) -> None:
    """One row per segment that has members, and one for everyone; the parts add up."""
    worth = {(row["segmentation"], row["segment_id"]) for row in rows(shop, "segment_value")}
    grown = {(row["segmentation"], row["segment_id"]): row for row in rows(shop, "segment_growth")}
    assert set(grown) == worth | {("base", "everyone")}
    for row in grown.values():
        assert row["customers_part"] + row["frequency_part"] + row["value_part"] == pytest.approx(row["change"])


def test_revenue_of_both_years_is_that_of_the_orders(shop: Engine) -> None:
    """The base's later revenue is the sum of what was ordered in the last 365 days, to the cent."""
    base = next(row for row in rows(shop, "segment_growth") if row["segmentation"] == "base")
    ordered = [row for row in rows(shop, "orders") if (LAST - row["ordered_on"]).days < base_days(base)]
    assert base["revenue_after"] == sum(row["amount"] for row in ordered)


def base_days(row: dict[str, Any]) -> int:
    """Days of each period."""
    days: int = (row["after_last"] - row["after_first"]).days + 1
    return days


def test_rules_of_recency_make_growth_by_construction(shop: Engine) -> None:
    """RFM and lifecycle tell customers apart by when they bought, and are marked."""
    marked = {row["segmentation"] for row in rows(shop, "segment_growth") if row["by_construction"]}
    assert {"rfm", "lifecycle"} <= marked
    assert "base" not in marked


def test_every_segment_has_a_priority_or_a_reason(shop: Engine) -> None:
    """Ranked from 1 on, or knocked out with the reason."""
    for row in rows(shop, "segment_priority"):
        assert (row["rank"] is not None) != row["knocked_out"]
        assert bool(row["reasons"]) == row["knocked_out"]


def test_champions_come_first(shop: Engine) -> None:
    """Most value in all and by head, and alive: first in most draws."""
    found = {row["segment_id"]: row for row in rows(shop, "segment_priority") if row["segmentation"] == "rfm"}
    assert found["champions"]["rank"] == 1
    assert found["champions"]["probability_first"] > 0.8
    assert found["champions"]["tie_group"] == 1


def test_what_the_default_study_cannot_score_is_told(shop: Engine) -> None:
    """No proof of rules, no activities, growth by construction: named with their weights."""
    document = next(
        json.loads(row["document"]) for row in rows(shop, "priority_summary") if row["segmentation"] == "rfm"
    )
    assert set(document["strength"]["unscored"]) == {"stability", "cost_to_serve"}
    assert set(document["attractiveness"]["unscored"]) == {"growth"}


def test_the_same_refresh_gives_the_same_answers(shop: Engine) -> None:
    """Drawn and ranked again from the same tables, nothing changes."""
    before = {name: rows(shop, name) for name in ("map_segments", "map_axes", "segment_growth", "segment_priority")}
    with shop.run("again", AS_OF) as run:
        refresh_growth(run, SPEC)
        refresh_priority(run, SPEC, Study())
        draw(run, *MAPS)
    for name, held in before.items():
        again = rows(shop, name)
        assert len(again) == len(held)
        for one, other in zip(held, again, strict=True):
            numbers = {key: each for key, each in one.items() if isinstance(each, float)}
            assert {key: other[key] for key in numbers} == pytest.approx(numbers, rel=1e-9, abs=1e-9)
            assert {key: each for key, each in other.items() if key not in numbers} == {
                key: each for key, each in one.items() if key not in numbers
            }
