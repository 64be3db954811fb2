"""Maps as published: the best pair by default, named axes, segments where their members are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.maps.run import draw
from segmentry.maps.spec import MapSpec, Offer
from segmentry.terms.errors import SettingsError
from tests.rooms.maps.worlds import NAMES, SIZE, ask, drawn, members, publish_base, rows, traits
from tests.rooms.shops import AS_OF


def summary(engine: Engine, name: str = "planted/plain") -> dict[str, Any]:
    found = {row["map"]: row["document"] for row in rows(engine, "map_summary")}
    told: dict[str, Any] = json.loads(found[name])
    return told


def axes(engine: Engine, name: str = "planted/plain") -> dict[str, dict[str, Any]]:
    return {row["axis"]: row for row in rows(engine, "map_axes") if row["map"] == name}


def segments(engine: Engine, name: str = "planted/plain") -> dict[str, dict[str, Any]]:
    return {row["segment_id"]: row for row in rows(engine, "map_segments") if row["map"] == name}


# ---- the plain map


def test_the_plain_map_draws_the_pair_that_separates_best(engine: Engine) -> None:
    """By default the axes are the first pair of the ranking that is not redundant."""
    drawn(engine, ask())
    first = next(row for row in rows(engine, "map_pairs") if row["rank"] == 1)
    found = axes(engine)
    assert (found["x"]["attribute"], found["y"]["attribute"]) == (first["first"], first["second"])
    assert "weekend_share" not in {found["x"]["attribute"], found["y"]["attribute"]}


def test_all_pairs_are_ranked(engine: Engine) -> None:
    """Four attributes make six pairs; those of an attribute that tells nobody apart come last."""
    drawn(engine, ask())
    found = sorted(rows(engine, "map_pairs"), key=lambda row: row["rank"])
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5, 6]
    assert {"weekend_share" in (row["first"], row["second"]) for row in found[3:]} == {True}


def test_chosen_attributes_are_the_axes(engine: Engine) -> None:
    """Two attributes asked for are drawn in that order, in their own words and units."""
    drawn(engine, ask(attributes=("mean_order_value", "days_since_last")))
    found = axes(engine)
    assert (found["x"]["name"], found["x"]["unit"]) == ("larger orders", "EUR per order")
    assert (found["y"]["name"], found["y"]["opposite"]) == ("longer silence", "shorter silence")
    assert rows(engine, "map_pairs") == []


def test_segments_lie_at_the_mean_of_their_members(engine: Engine) -> None:
    """The center of a segment is what adding up its members gives, in the drawn unit."""
    table = traits()
    drawn(engine, ask(attributes=("days_since_last", "purchase_days")), table=table)
    days = np.array(table["days_since_last"].to_pylist(), dtype=float)
    for place, name in enumerate(NAMES):
        inside = days[place * SIZE : (place + 1) * SIZE]
        assert segments(engine)[name]["x"] == pytest.approx(inside.mean())
        assert segments(engine)[name]["spread_x"] == pytest.approx(inside.std())
        assert segments(engine)[name]["customers"] == SIZE


def test_skewed_attributes_are_drawn_on_a_logarithmic_scale_with_ticks(engine: Engine) -> None:
    """Ticks stand where ln(1 + value) puts them and carry the value as label."""
    table = traits(mean_basket_products=lambda chance, label: np.exp(chance.normal(1, 1.5, label.size)))
    drawn(engine, ask(attributes=("mean_basket_products", "days_since_last")), table=table)
    found = axes(engine)
    assert (found["x"]["scale"], found["y"]["scale"]) == ("log", "linear")
    ticks = {label: place for place, label in json.loads(found["x"]["ticks"])}
    assert ticks["10"] == pytest.approx(np.log(11))
    assert json.loads(found["y"]["ticks"]) == []


def test_a_plain_map_shows_its_two_attributes_exactly(engine: Engine) -> None:
    """Nothing is lost of what the map is about."""
    drawn(engine, ask())
    assert {row["cos2"] for row in rows(engine, "map_points")} == {1.0}
    assert summary(engine)["variance_kept"] == 1.0


def test_value_and_growth_come_along(engine: Engine) -> None:
    """Bubbles and arrows find their figures beside the place."""
    drawn(engine, ask(), worth=True)
    assert segments(engine)["large"]["value"] == 900.0
    assert segments(engine)["large"]["growth"] == 0.1
    assert segments(engine)["large"]["growth_by_construction"] is False


def test_without_value_and_growth_the_map_is_drawn_all_the_same(engine: Engine) -> None:
    """What is not published stays empty."""
    drawn(engine, ask())
    assert segments(engine)["large"]["value"] is None


def test_the_nearest_segment_is_named(engine: Engine) -> None:
    """Distances between segments count all attributes, and are mutual for the closest pair."""
    drawn(engine, ask())
    found = segments(engine)
    closest = min(found.values(), key=lambda row: row["distance"])
    other = found[closest["nearest_segment"]]
    assert other["nearest_segment"] == closest["segment_id"]
    assert other["distance"] == pytest.approx(closest["distance"])


# ---- statistical maps


def test_statistical_maps_name_their_axes_by_several_attributes(engine: Engine) -> None:
    """Loadings of all attributes, words of the strongest, shares that fall."""
    drawn(engine, ask("principal"), ask("discriminant"))
    for name in ("planted/principal", "planted/discriminant"):
        found = axes(engine, name)
        assert set(json.loads(found["x"]["loadings"])) == {
            "days_since_last", "purchase_days", "mean_order_value", "weekend_share",
        }  # fmt: skip
        assert found["x"]["name"]
        assert found["x"]["share"] >= found["y"]["share"]
        assert found["x"]["attribute"] is None


def test_discriminants_keep_all_that_separates_three_segments(engine: Engine) -> None:
    """Three segments lie in a plane; components of the same customers keep less."""
    drawn(engine, ask("principal"), ask("discriminant"))
    assert summary(engine, "planted/discriminant")["variance_kept"] == pytest.approx(1.0)
    assert summary(engine, "planted/principal")["variance_kept"] < 0.95


def test_points_of_a_statistical_map_carry_their_quality(engine: Engine) -> None:
    """Between 0 and 1, and not 1 for all, for something is lost."""
    drawn(engine, ask("principal"))
    quality = [row["cos2"] for row in rows(engine, "map_points")]
    assert all(0 <= each <= 1 for each in quality)
    assert min(quality) < 0.9


def test_maps_of_several_kinds_are_published_together(engine: Engine) -> None:
    """Each has its points, segments and axes under its own name; pairs are ranked once."""
    drawn(engine, ask(), ask("principal"), ask("discriminant"))
    names = {"planted/plain", "planted/principal", "planted/discriminant"}
    for table in ("map_points", "map_segments", "map_axes", "map_summary"):
        assert {row["map"] for row in rows(engine, table)} == names
    assert len(rows(engine, "map_pairs")) == 6


# ---- the sample


def test_at_most_so_many_customers_are_drawn(engine: Engine) -> None:
    """An even sample, the same at every drawing, while segments count everybody."""
    drawn(engine, ask(points=50))
    first = rows(engine, "map_points")
    drawn(engine, ask(points=50))
    assert len(first) == 45
    assert rows(engine, "map_points") == first
    assert sum(row["customers"] for row in segments(engine).values()) == 3 * SIZE


def test_the_order_of_customers_changes_nothing(engine: Engine) -> None:
    """Shuffled rows give the same places and the same axes, signs included."""
    table = traits()
    drawn(engine, ask("principal"), table=table)
    before = (segments(engine, "planted/principal"), axes(engine, "planted/principal"))
    places = members(table)
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)))
    with engine.run("t", AS_OF) as run:
        publish_base(run, shuffled, places)
        draw(run, ask("principal"))
    for name, row in segments(engine, "planted/principal").items():
        assert (row["x"], row["y"]) == pytest.approx((before[0][name]["x"], before[0][name]["y"]))
    assert axes(engine, "planted/principal")["x"]["name"] == before[1]["x"]["name"]


def test_a_customer_of_whom_something_is_not_known_sits_at_its_mean(engine: Engine) -> None:
    """Unknown values neither drop the customer nor move the center of the base."""
    table = traits()
    days: list[int | None] = table["days_since_last"].to_pylist()
    days[0] = None
    table = table.set_column(table.column_names.index("days_since_last"), "days_since_last", pa.array(days))
    drawn(engine, ask(attributes=("days_since_last", "purchase_days")), table=table)
    first = next(row for row in rows(engine, "map_points") if row["customer_id"] == "c0000")
    known = [day for day in days if day is not None]
    assert first["x"] == pytest.approx(np.mean(known))


# ---- what cannot be drawn


def test_what_is_the_same_for_all_is_left_out_and_told(engine: Engine) -> None:
    """A constant attribute and one hardly known are named with the reason."""
    table = traits(
        return_rate=lambda chance, label: np.zeros(label.size),
        discount_share=lambda chance, label: [0.1 if place < 20 else None for place in range(label.size)],
    )
    drawn(engine, ask(), table=table)
    left_out = summary(engine)["left_out"]
    assert left_out["return_rate"] == "the same for all customers"
    assert "11%" in left_out["discount_share"]


def test_two_segments_have_no_discriminant_plane(engine: Engine) -> None:
    """The map is refused with its reason; others of the same run stand."""
    table = traits().slice(0, 2 * SIZE)
    with engine.run("t", AS_OF) as run:
        publish_base(run, table, members(table))
        draw(run, ask("discriminant"), ask("plain"))
    assert "fewer than three" in summary(engine, "planted/discriminant")["map"]["not_estimable"]
    assert len(segments(engine)) == 2


def test_one_segment_is_drawn_where_axes_are_chosen_and_refused_where_not(engine: Engine) -> None:
    """Without segments to tell apart no pair is best; two chosen attributes can still be drawn."""
    table = traits().slice(0, SIZE)
    with engine.run("t", AS_OF) as run:
        publish_base(run, table, members(table))
        draw(run, ask())
    assert "one segment" in summary(engine)["map"]["not_estimable"]
    with engine.run("t", AS_OF) as run:
        draw(run, ask(attributes=("purchase_days", "days_since_last")))
    assert segments(engine)["steady"]["nearest_segment"] is None


def test_an_unknown_segmentation_has_no_map(engine: Engine) -> None:
    """Nobody is in it."""
    drawn(engine, MapSpec(AS_OF, "nowhere"))
    assert "no such segmentation" in summary(engine, "nowhere/plain")["map"]["not_estimable"]


def test_wrong_attributes_are_told_at_once(engine: Engine) -> None:
    """An unknown trait with its near miss, and one that is no number."""
    with pytest.raises(SettingsError) as told:
        drawn(engine, ask(attributes=("days_since_lost", "user_status")))
    assert [problem.code for problem in told.value.problems] == ["TRAIT_UNKNOWN", "TRAIT_NOT_A_NUMBER"]
    assert "days_since_last" in told.value.problems[0].next_step


# ---- perceived value


def test_behavior_against_perceived_value_needs_answers(engine: Engine) -> None:
    """Without a trait that tells it, the map is refused and says what to do."""
    drawn(engine, ask("perceived"))
    assert "ask them" in summary(engine, "planted/perceived")["map"]["not_estimable"]


def test_behavior_against_perceived_value_is_drawn_from_answers(engine: Engine) -> None:
    """How often customers buy along x, the value they perceive along y."""
    table = traits(
        perceived_value=lambda chance, label: np.array([5.0, 3.0, 1.0])[label] + chance.normal(0, 1, label.size)
    )
    drawn(engine, ask("perceived"), table=table)
    found = axes(engine, "planted/perceived")
    assert (found["x"]["attribute"], found["y"]["attribute"]) == ("purchase_days", "perceived_value")
    places = segments(engine, "planted/perceived")
    assert places["steady"]["y"] > places["large"]["y"] > places["asleep"]["y"]


# ---- gaps


def ideals() -> pa.Table:
    """Two groups of wishes: small cheap and large dear; size and price tell the segments apart as well."""
    return traits(
        breadth=lambda chance, label: label * 3.0 + chance.normal(0, 1, label.size),
        price=lambda chance, label: label * 2.0 + chance.normal(0, 1, label.size),
        ideal_breadth=lambda chance, label: np.array([1.0, 9.0, 9.0])[label] + chance.normal(0, 0.6, label.size),
        ideal_price=lambda chance, label: np.array([1.0, 9.0, 9.0])[label] + chance.normal(0, 0.6, label.size),
    )


SMALL = Offer("small and cheap", (("breadth", 1.0), ("price", 1.0)))
LARGE = Offer("large and dear", (("breadth", 9.0), ("price", 9.0)))


def test_a_gap_is_claimed_where_wishes_meet_no_offer(engine: Engine) -> None:
    """Two in three customers want what nobody offers."""
    drawn(engine, ask(attributes=("breadth", "price"), offers=(SMALL,)), table=ideals())
    (gap,) = [row for row in rows(engine, "map_gaps") if row["claimed"]]
    assert (gap["x"], gap["y"]) == pytest.approx((9.0, 9.0), abs=0.6)
    assert gap["nearest_offers"] == "small and cheap"
    assert gap["demand_mass"] == pytest.approx(2 / 3, abs=0.1)
    assert len(summary(engine)["gaps"]) == 1


def test_no_gap_where_every_wish_meets_an_offer(engine: Engine) -> None:
    """The empty corners between are no gaps."""
    drawn(engine, ask(attributes=("breadth", "price"), offers=(SMALL, LARGE)), table=ideals())
    assert [row for row in rows(engine, "map_gaps") if row["claimed"]] == []
    assert summary(engine)["gaps"] == []


def test_gaps_need_ideal_points(engine: Engine) -> None:
    """Orders tell no wishes: the reason names what must be asked."""
    drawn(engine, ask(attributes=("purchase_days", "days_since_last"), offers=(SMALL,)))
    assert "ideal_purchase_days" in summary(engine)["gaps"]["not_estimable"]


def test_gaps_need_offers(engine: Engine) -> None:
    """Without offers nothing can be missing."""
    drawn(engine, ask(attributes=("breadth", "price")), table=ideals())
    assert "no offers" in summary(engine)["gaps"]["not_estimable"]


def test_offers_must_have_a_place_on_the_map(engine: Engine) -> None:
    """Every missing attribute of every offer is told, with the near miss."""
    offers = (Offer("one", (("bredth", 1.0),)), SMALL)
    with pytest.raises(SettingsError) as told:
        drawn(engine, ask(attributes=("breadth", "price"), offers=offers), table=ideals())
    assert [problem.given for problem in told.value.problems] == ["breadth", "price"]
    assert "bredth" in told.value.problems[0].next_step
