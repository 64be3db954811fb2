"""Leads learned from all seven bases: what is planted is found with its basis, and what came after the sale is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from segmentry.engine import Engine
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.bases import basis_rows
from segmentry.profiles.leads.chances import Taught, feature_rows, learn
from segmentry.profiles.leads.features import Offer
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis
from tests.rooms.profiles import lead_bases_worlds
from tests.rooms.profiles.lead_worlds import WHEN, rows

pytestmark = pytest.mark.prove

PLANTED = {"geographic", "psychographic", "technographic"}


@pytest.fixture(scope="module")
def planted() -> Iterator[Engine]:
    """A world in which openness, Germany and Salesforce matter, refreshed once."""
    with Engine.in_memory() as opened:
        lead_bases_worlds.publish(opened, lead_bases_worlds.world(3000, seed=1, effect=1.2))
        lead_bases_worlds.refreshed(opened, leave_out=["hobby"])
        yield opened


def named(engine: Engine, table: str, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows(engine, table)}


def test_planted_bases_are_found_and_no_others(planted: Engine) -> None:
    """Three bases add to the chance beyond chance; the interval of each lies above nothing, and none of noise does."""
    found = named(planted, "lead_bases", "basis")
    assert set(found) == {each.value for each in Basis}
    assert {name for name, row in found.items() if row["claimed"]} == PLANTED
    assert all(found[name]["low"] > 0 for name in PLANTED)
    assert all(row["low"] <= 0 for name, row in found.items() if name not in PLANTED)


def test_the_chance_is_calibrated(planted: Engine) -> None:
    """Skill lies well above nothing, the interval of the slope holds 1, and open leads are told chances."""
    figures = named(planted, "lead_conversion", "figure")
    assert figures["skill"]["low"] > 0.15
    assert figures["calibration slope"]["low"] < 1 < figures["calibration slope"]["high"]
    assert figures["calibration slope"]["value"] == pytest.approx(1.0, abs=0.25)
    assert any(row["chance"] is not None for row in rows(planted, "lead_standing"))


def test_every_feature_says_its_basis_and_since_when_it_is_known(planted: Engine) -> None:
    """Answers and technologies are dated, what was done is worked out, what nobody dates is marked."""
    found = named(planted, "lead_features", "feature")
    planted_ = {
        "openness": ("psychographic", "dated", True),
        "speed_importance": ("needs", "dated", True),
        "uses salesforce": ("technographic", "dated", True),
        "event_count": ("behavioral", "recomputed", True),
        "country_code": ("geographic", "undated", True),
        "age": ("demographic", "undated", True),
        "employees": ("firmographic", "undated", True),
    }
    told = {name: (found[name]["basis"], found[name]["known"], found[name]["used"]) for name in planted_}
    assert told == planted_


def test_what_was_told_after_the_sale_is_not_there(planted: Engine) -> None:
    """The product sold is no feature; shares of answers and of organizations are those of before the sale."""
    found = named(planted, "lead_features", "feature")
    assert "uses our product" not in found
    assert found["openness"]["told_share"] == pytest.approx(0.8, abs=0.04)
    assert found["industry"]["told_share"] == pytest.approx(0.5, abs=0.05)


def test_an_attribute_filled_in_after_the_sale_is_refused_by_name(planted: Engine) -> None:
    """Income is told of nearly all that were won and of few others; the reason names both shares."""
    found = named(planted, "lead_features", "feature")
    for name in ("income_low", "given_income"):
        assert not found[name]["used"]
        assert "nobody says when it was told" in found[name]["reason"]


def test_special_categories_and_what_is_left_out_never_teach(planted: Engine) -> None:
    """Religion is a special category, the hobby is left out by the settings; both say so."""
    found = named(planted, "lead_features", "feature")
    assert "special category" in found["religion"]["reason"]
    assert found["hobby"]["reason"] == "The settings leave it out."


def test_what_follows_from_another_feature_teaches_once(planted: Engine) -> None:
    """A continent follows from its country, and has no say of its own."""
    reason = named(planted, "lead_features", "feature")["continent"]["reason"]
    assert reason == "It says no more than country_code."


def test_fit_comes_from_what_was_told_alone(planted: Engine) -> None:
    """Leads that convert fit better; those who did more do not, as nothing they did makes their fit."""
    leads = [row for row in rows(planted, "lead_standing") if row["outcome"] is not None and row["fit"] is not None]
    fits = {end: np.mean([row["fit"] for row in leads if row["outcome"] == end]) for end in (0, 1)}
    assert fits[1] > fits[0] + 0.4
    interests = [row["interest"] for row in leads]
    assert abs(np.corrcoef([row["fit"] for row in leads], interests)[0, 1]) < 0.08


def test_in_a_null_world_no_basis_is_claimed() -> None:
    """Nothing matters, all traps are set: no skill, no basis, no chance of anybody."""
    with Engine.in_memory() as engine:
        lead_bases_worlds.publish(engine, lead_bases_worlds.world(1500, seed=5, effect=0.0))
        lead_bases_worlds.refreshed(engine)
        assert not any(row["claimed"] for row in rows(engine, "lead_bases"))
        assert {row["chance"] for row in rows(engine, "lead_standing")} == {None}


def test_unknown_bases_are_told() -> None:
    """With the seven that there are."""
    with pytest.raises(SettingsError) as caught:
        LeadSpec.from_settings({"bases": ["geografic"]}, **WHEN)
    assert "psychographic" in caught.value.problems[0].next_step


def _learned(size: int, seed: int, effect: float) -> Any:
    random = np.random.default_rng(seed)
    first, second = random.normal(size=size), random.normal(size=size)
    came = (random.random(size) < 1 / (1 + np.exp(-effect * first))).astype(np.float64)
    instants = np.sort(random.uniform(0, 700, size))
    taught = Taught(came, instants, np.ones(size, dtype=bool), LeadSpec(**WHEN))
    offers = [Offer("first", Basis.NEEDS, "dated"), Offer("second", Basis.DEMOGRAPHIC, "dated")]
    columns: dict[str, list[Any]] = {"first": first.tolist(), "second": second.tolist()}
    return learn(offers, columns, taught)


def test_what_a_basis_adds_is_the_difference_of_skills() -> None:
    """The only basis that matters adds the whole skill: without it nothing is better than the base rate."""
    learned = _learned(2000, 1, 1.5)
    found = {row["basis"]: row for row in basis_rows(learned)}
    assert found["needs"]["claimed"]
    assert found["needs"]["adds"] == pytest.approx(learned.found.skill.value, abs=0.02)
    assert abs(found["demographic"]["adds"]) < 0.01
    assert found["geographic"]["reason"] == "Nothing of it could be learned from."


def test_without_a_model_every_basis_says_why() -> None:
    """Too few leads: the reason of the model stands in each row, and every feature keeps its own."""
    learned = _learned(60, 1, 1.0)
    assert isinstance(learned.found, NotEstimable)
    assert all("are needed" in row["reason"] for row in basis_rows(learned))
    assert [row["used"] for row in feature_rows(learned)] == [True, True]


def test_neither_order_nor_ids_of_customers_change_anything() -> None:
    """The same leads told in another order, of customers under other ids, have the same features and bases."""
    tables = lead_bases_worlds.with_facts(lead_bases_worlds.world(300, seed=3))
    found = []
    for turned, merged in ((False, False), (True, True)):
        with Engine.in_memory() as engine:
            lead_bases_worlds.publish(engine, {name: told[::-1] if turned else told for name, told in tables.items()})
            lead_bases_worlds.refreshed(engine, merged=merged)
            found.append([rows(engine, name) for name in ("lead_features", "lead_bases")])
    assert found[0] == found[1]
    assert {row["feature"] for row in found[0][0]} >= {"orders_before", "service_contacts", "offers_answered"}
