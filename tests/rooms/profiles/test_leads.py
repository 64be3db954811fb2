"""Leads as published: standing, grid, stages, chances, alignments and routes, from planted worlds and by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from segmentry.engine import Engine
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.alignments import ahead_inside, alignment_rows, mantel_haenszel
from segmentry.profiles.leads.chances import Taught, feature_rows, learn
from segmentry.profiles.leads.features import Offer
from segmentry.profiles.leads.scoring import learned_fit
from segmentry.science.inputs import FloatArray
from segmentry.science.leads import interest
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis
from tests.rooms.profiles.lead_worlds import AS_OF, ROUTES, WHEN, accounts, event, lead, publish, refreshed, rows, world


@pytest.fixture(scope="module")
def planted() -> Iterator[Engine]:
    """A world in which retail, directors and the active convert more, refreshed once."""
    with Engine.in_memory() as opened:
        leads, events = world(2400)
        publish(opened, leads, events, accounts())
        refreshed(opened)
        yield opened


@pytest.fixture(scope="module")
def null() -> Iterator[Engine]:
    """A world in which nothing matters."""
    with Engine.in_memory() as opened:
        leads, events = world(2400, seed=5, effect=0.0)
        publish(opened, leads, events, accounts())
        refreshed(opened)
        yield opened


def keyed(engine: Engine, name: str, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows(engine, name)}


def test_the_grid_has_sixteen_cells_and_falls_both_ways(planted: Engine) -> None:
    """Everybody stands in one; A1 converts more than D4 beyond both intervals; no reversal is flagged."""
    grid = {(row["fit_grade"], row["interest_grade"]): row for row in rows(planted, "lead_grid")}
    assert len(grid) == 16
    assert sum(row["leads"] for row in grid.values()) == 2400
    assert grid["A", 1]["low"] > grid["D", 4]["high"]
    assert not any(row["reversed"] for row in grid.values())


def test_learned_fit_is_not_judged_by_its_teachers(planted: Engine) -> None:
    """At most half of the settled leads judge, those that came later."""
    settled = sum(row["outcome"] is not None for row in rows(planted, "lead_standing"))
    assert 0 < sum(row["settled"] for row in rows(planted, "lead_grid")) <= settled / 2 + 1


def test_planted_conversion_comes_back(planted: Engine) -> None:
    """Better than the base rate, with a calibration slope about 1; open leads inside the horizon have a chance."""
    told = keyed(planted, "lead_conversion", "figure")
    assert told["skill"]["low"] > 0.05
    assert told["calibration slope"]["value"] == pytest.approx(1.0, abs=0.35)
    chances = [row for row in rows(planted, "lead_standing") if row["chance"] is not None]
    assert chances
    assert all(row["outcome"] is None for row in chances)
    assert len({round(row["chance"], 6) for row in chances}) > 10


def test_in_a_null_world_nothing_is_claimed(null: Engine) -> None:
    """No chance of anybody, with the reason; no alignment; no reversed cell."""
    assert "No better" in keyed(null, "lead_conversion", "figure")["skill"]["reason"]
    assert {row["chance"] for row in rows(null, "lead_standing")} == {None}
    assert not any(row["claimed"] for row in rows(null, "lead_alignments"))
    assert not any(row["reversed"] for row in rows(null, "lead_grid"))


def test_who_is_most_ready_to_buy_is_found(planted: Engine) -> None:
    """Vertically retail and directors, horizontally directors everywhere; nobody who converts less is claimed."""
    claimed = {
        (row["alignment"], row["dimension"], row["value"]) for row in rows(planted, "lead_alignments") if row["claimed"]
    }
    assert claimed == {
        ("vertical", "industry", "retail"),
        ("vertical", "title_level", "director"),
        ("vertical", "title_function", "marketing"),
        ("horizontal", "title_level", "director"),
        ("horizontal", "title_function", "marketing"),
    }
    director = next(row for row in rows(planted, "lead_alignments")
                    if row["alignment"] == "horizontal" and row["value"] == "director")  # fmt: skip
    assert (director["industries"], director["ahead"]) == (4, 4)


def test_interest_halves_at_its_half_life(engine: Engine) -> None:
    """The engine adds up what the science says: 5 now, 2.5 a half-life later, nothing of the future."""
    leads = [lead("a", 100), lead("b", 100), lead("c", 100)]
    events = [event("a", 0, "Demo"), event("b", 20, "demo"), event("b", 40), event("a", -1)]
    publish(engine, leads, events)
    refreshed(engine, half_life_days=20, event_weights={"demo": 5}, other_events=2)
    found = {row["lead_key"]: row["interest"] for row in rows(engine, "lead_standing")}
    assert found["crm|a"] == pytest.approx(5.0)
    assert found["crm|b"] == pytest.approx(float(interest([20, 40], [5, 2], 20).sum())) == pytest.approx(3.0)
    assert found["crm|c"] == 0.0


def test_declared_points_make_the_fit(engine: Engine) -> None:
    """Points add up over what holds; who told nothing of it has no fit, and no grade."""
    leads = [
        lead("a", 9, title="Director", lead_source="Referral"),
        lead("b", 9, title="Clerk", lead_source="web form"),
        lead("c", 9),
    ]
    publish(engine, leads, [event("a", 1)])
    fit = [
        {"points": 10, "when": {"column": "title_level", "is": ["director"]}},
        {"points": -3, "when": {"column": "lead_source", "is": ["web form"]}},
    ]
    refreshed(engine, fit=fit)
    found = keyed(engine, "lead_traits", "customer_id")
    assert [found[f"customer:{who}"]["lead_fit"] for who in "abc"] == [10.0, -3.0, None]
    assert found["customer:a"]["lead_cell"] == "A1"
    assert found["customer:c"]["lead_cell"] is None


def test_fit_has_a_grade_where_nobody_knows_what_leads_did(engine: Engine) -> None:
    """Without events there is no interest and no cell; the fit is graded all the same, ties in the better grade."""
    publish(engine, [lead(f"l{place}", 9, lead_source="ad" if place < 4 else "show") for place in range(8)])
    refreshed(engine, fit=[{"points": 2, "when": {"column": "lead_source", "is": ["ad"]}}])
    found = [(row["lead_fit_grade"], row["lead_interest"], row["lead_cell"]) for row in rows(engine, "lead_traits")]
    assert sorted(found) == [("A", None, None)] * 4 + [("B", None, None)] * 4
    assert "both a fit and an interest" in rows(engine, "lead_grid")[0]["reason"]


def test_what_was_settled_later_was_open_then(engine: Engine) -> None:
    """Outcomes after the as-of are not known; before the lead came they are a finding and do not count."""
    leads = [
        lead("won", 50, stage="Closed-Won", closed_at=AS_OF - timedelta(days=10)),
        lead("later", 50, converted=True, closed_at=AS_OF + timedelta(days=1), stage="won"),
        lead("before", 50, converted=False, closed_at=AS_OF - timedelta(days=60)),
        lead("undated", 50, converted=True),
        lead("odd", 5, stage="purple"),
        lead("tomorrow", -1, stage="new"),
    ]
    publish(engine, leads)
    refreshed(engine)
    found = {row["lead_key"]: (row["stage"], row["outcome"]) for row in rows(engine, "lead_standing")}
    assert found == {
        "crm|won": ("won", 1),
        "crm|later": (None, None),
        "crm|before": ("lost", None),
        "crm|undated": ("won", 1),
        "crm|odd": (None, None),
    }
    told = {row["finding"]: (row["leads"], row["example"]) for row in rows(engine, "lead_findings")}
    assert told == {
        "settled before it came": (1, "before"),
        "settled without a date": (1, "undated"),
        "stage not understood": (1, "odd"),
    }


def test_stages_count_survivors_only_where_all_are_known(engine: Engine) -> None:
    """With a column for a stage its share is told, lost leads among it; without one there is a reason instead."""
    leads = [
        lead(f"l{place}", 90, stage="lost" if place % 2 else "new", given_mql_on="2024-03-13" if place < 6 else None)
        for place in range(10)
    ]
    publish(engine, leads)
    refreshed(engine, stage_times={"mql": "given_mql_on"}, stage_words={"fresh": "lead"})
    found = keyed(engine, "lead_stages", "stage")
    assert (found["mql"]["reached"], found["mql"]["share"], found["mql"]["timed"]) == (6, 0.6, 6)
    assert found["mql"]["median_days"] == pytest.approx(10.0)
    assert found["sal"]["share"] is None
    assert "how far lost leads came" in found["sal"]["reason"]
    assert (found["won"]["from_stage"], found["won"]["share"], found["lost"]["here"]) == ("mql", 0.0, 5)


def test_columns_that_know_the_outcome_are_refused_by_name(engine: Engine) -> None:
    """The value of the sale is told of won leads alone, the stage of the deal is the outcome; others teach."""
    leads, events = world(1500, seed=2)
    for each in leads:
        won = each.get("converted")
        each |= {"given_value": 100.0 if won else None, "given_deal": {True: "Won", False: "Lost"}.get(won, "Open")}
    publish(engine, leads, events, accounts())
    refreshed(engine, explicit=["industry", "title_level", "given_value", "given_deal"])
    told = keyed(engine, "lead_features", "feature")
    knowing = {name for name, row in told.items() if row["reason"] and "knows the outcome" in row["reason"]}
    assert knowing == {"given_value", "given_deal"}
    assert not any(told[name]["used"] for name in knowing)
    assert "knows the outcome" in told["given_value"]["reason"]
    assert keyed(engine, "lead_conversion", "figure")["skill"]["value"] < 0.5


def test_few_leads_have_no_chance_and_say_so(engine: Engine) -> None:
    """Ten leads without events: no grid, no chance, reasons for both, and no claim."""
    publish(engine, [lead(f"l{place}", 200 + place, converted=place % 2 == 0, lead_source="ad",
                          closed_at=AS_OF - timedelta(days=150)) for place in range(10)])  # fmt: skip
    refreshed(engine)
    assert all(row["reason"] and row["leads"] == 0 for row in rows(engine, "lead_grid"))
    assert rows(engine, "lead_conversion")[0]["reason"]
    assert rows(engine, "lead_reliability") == rows(engine, "lead_alignments") == []


def test_no_leads_no_tables(engine: Engine) -> None:
    """Nothing is published, nothing registered; the same where all leads come later."""
    publish(engine, [lead("late", -3)])
    assert refreshed(engine).traits == ()
    assert not engine.has("lead_traits")


def test_a_customer_with_several_leads_has_the_open_one(engine: Engine) -> None:
    """An open lead comes before a newer settled one; of open ones the newest."""
    leads = [
        lead("x", 10, lead_source="ad", converted=True, closed_at=AS_OF - timedelta(days=1)),
        lead("x", 50, lead_source="show") | {"lead_id": "y"},
        lead("x", 70, lead_source="form") | {"lead_id": "z"},
    ]
    publish(engine, leads)
    refreshed(engine)
    assert keyed(engine, "lead_traits", "customer_id")["customer:x"]["lead_source"] == "show"


def test_the_order_of_rows_changes_nothing() -> None:
    """Shuffled leads and events publish the same."""
    leads, events = world(300, seed=3)
    found = []
    for seed in (None, 1):
        with Engine.in_memory() as opened:
            mixed = (
                [leads, events]
                if seed is None
                else [random.Random(seed).sample(each, len(each)) for each in (leads, events)]
            )
            publish(opened, *mixed, accounts())
            refreshed(opened)
            found.append(sorted(rows(opened, "lead_standing"), key=lambda row: str(row["lead_key"])))
    assert [row | {"interest": round(row["interest"], 9)} for row in found[0]] == [
        row | {"interest": round(row["interest"], 9)} for row in found[1]
    ]


def test_settings_tell_all_mistakes() -> None:
    """Wrong numbers, words, rules and stages, each named."""
    told = {
        "half_life_days": 0,
        "model": "magic",
        "event_weights": {"view": -1},
        "routes": [{"when": {"column": "a", "iss": ["b"]}}],
        "qualified": [{"stage": "won"}],
        "stage_words": {"x": "y"},
        "halflife": 3,
    }
    with pytest.raises(SettingsError) as caught:
        LeadSpec.from_settings(told, **WHEN)
    where = " ".join(each.where for each in caught.value.problems)
    assert len(caught.value.problems) == 9
    assert all(
        name in where for name in ("half_life_days", "model", "event_weights", "routes", "qualified", "stage_words")
    )


def test_settings_are_kept_as_a_question() -> None:
    """The spec is storable, and equal settings ask the same."""
    first, second = (LeadSpec.from_settings({"routes": ROUTES, "fit": []}, **WHEN) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert first.routes[0].conditions[0].values == ("retail",)


def test_mantel_haenszel_by_hand() -> None:
    """Two strata of 8 of 10 against 5 of 10: expected 6.5 each, variance 10 x 10 x 13 x 7 / (400 x 19) each."""
    tables = np.array([[[8.0, 2.0], [5.0, 5.0]]] * 2)
    beyond, chance = mantel_haenszel(tables)
    assert beyond == pytest.approx(3.0)
    from scipy.stats import chi2

    assert chance == pytest.approx(chi2.sf(9.0 / (2 * 10 * 10 * 13 * 7 / (400 * 19)), 1))
    assert mantel_haenszel(np.zeros((2, 2, 2))) == (0.0, 1.0)


def test_few_conversions_are_no_rarity() -> None:
    """A rare title among 3 % converters: p below .001 in at most one null world of 400, below .05 in at most 5 %."""
    random = np.random.default_rng(5)
    chances = []
    for _ in range(400):
        sizes = random.multinomial([18, 582], [0.4, 0.25, 0.15, 0.1, 0.1]).T
        converted = random.binomial(sizes, 0.03)
        both = (sizes > 0).all(axis=1)
        tables = np.stack([converted, sizes - converted], axis=2)[both].astype(np.float64)
        chances.append(ahead_inside(tables)[1])
    assert np.mean(np.array(chances) < 0.001) <= 1 / 400
    assert np.mean(np.array(chances) < 0.05) <= 0.05


def test_large_counts_are_told_quickly_and_alike() -> None:
    """Where cells are full chi-squared stands for the exact p; the sign is that of the difference either way."""
    few = np.array([[[40.0, 160.0], [100.0, 500.0]], [[20.0, 80.0], [150.0, 750.0]]])
    exact, rough = ahead_inside(few), mantel_haenszel(few)
    assert exact[0] == rough[0] > 0
    assert exact[1] == pytest.approx(rough[1], rel=0.25)
    assert ahead_inside(few * 10_000) == mantel_haenszel(few * 10_000)


def test_a_title_of_a_ready_industry_is_not_ready_itself() -> None:
    """Chiefs sit in an industry that buys: ahead of all others vertically, and of nobody inside their industries."""
    cells = [
        {"value": "chief", "industry": "hot", "leads": 200, "converted": 160},
        {"value": "clerk", "industry": "hot", "leads": 50, "converted": 40},
        {"value": "chief", "industry": "cold", "leads": 50, "converted": 10},
        {"value": "clerk", "industry": "cold", "leads": 200, "converted": 40},
    ]
    found = {(row["alignment"], row["value"]): row for row in alignment_rows({"title_level": cells})}
    assert found["vertical", "chief"]["claimed"]
    assert not found["horizontal", "chief"]["claimed"]
    assert found["horizontal", "chief"]["chance"] == 1.0


def test_learned_fit_is_drawn_towards_nothing_for_rare_values() -> None:
    """One lucky lead of a rare source is worth less than a hundred of a frequent one; who told nothing has no fit."""
    told = ["often"] * 100 + ["rare"] + ["else"] * 99 + [None]
    outcome: FloatArray = np.array([1.0] * 70 + [0.0] * 30 + [1.0] + [0.0] * 80 + [1.0] * 19 + [np.nan])
    found = learned_fit({"source": told}, outcome, np.ones(201, dtype=bool))
    assert not isinstance(found, NotEstimable)
    assert found[0] > found[100] > 0 > found[150]
    assert np.isnan(found[200])
    assert isinstance(learned_fit({"source": told[:20]}, outcome[:20], np.ones(20, dtype=bool)), NotEstimable)


def test_nothing_that_can_teach_is_a_reason() -> None:
    """Columns nobody told, and words too rare, are named; then there is no model."""
    size = 100
    outcome = np.arange(size) % 2 * 1.0
    words = {"empty": [None] * size, "rare": [str(place // 2) for place in range(size)]}
    words["names"] = [str(place) for place in range(size)]
    offers = [Offer(name, Basis.DEMOGRAPHIC, "undated") for name in words]
    taught = Taught(outcome, np.arange(size) * 1.0, np.ones(size, dtype=bool), LeadSpec(**WHEN))
    found = learn(offers, words, taught)
    reasons = [row["reason"] for row in feature_rows(found)]
    assert reasons == [
        "Nobody told it.",
        "Its words are all too rare.",
        "It has 100 different words; 60 at most describe a lead.",
    ]
    assert isinstance(found.found, NotEstimable)
