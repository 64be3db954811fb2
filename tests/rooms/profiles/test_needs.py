"""Needs inside segments, Kano, benefits sought and drivers, as published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine
from segmentry.profiles import run_needs, run_psychographic
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.needs.benefits import Benefits, benefit_classes, choices, class_rows
from segmentry.profiles.needs.pairs import kano_row, need_row
from segmentry.profiles.needs.spec import BenefitsSpec, KanoSpec, NeedSpec, NeedsSpec
from segmentry.profiles.psychographic.spec import PsychographicSpec
from tests.rooms.profiles.surveys import WHEN, form, publish, refreshed, sheet, table
from tests.rooms.shops import arrow

SPEED = {"importance": "speed matters", "satisfaction": "speed is good"}
NEED = NeedSpec("speed", "i", "s")
BASE = ("base", "everybody")


def published(
    engine: Engine,
    rows: list[dict[str, Any]],
    segments: Mapping[str, str] | None = None,
    surveys: Mapping[str, Any] | None = None,
    **told: Any,
) -> TraitCatalog:
    """Traits, and needs inside segments (customer to segment), under these settings."""
    publish(engine, rows)
    if segments:
        members = [{"segmentation": "plan", "customer_id": who, "segment_id": name} for who, name in segments.items()]
        with engine.run("discover") as run:
            run.publish(SEGMENTATION_MEMBERS, arrow(SEGMENTATION_MEMBERS, members))
    spec = NeedsSpec.from_settings(told, **WHEN)
    asked = PsychographicSpec.from_settings(surveys or {}, **WHEN)
    return refreshed(
        engine,
        lambda run, catalog: run_psychographic.publish(run, asked, catalog),
        lambda run, catalog: run_needs.publish(run, spec, catalog),
        lambda run, catalog: run_needs.publish_segments(run, spec, catalog),
    )


def cells(*told: tuple[float | None, float | None, int]) -> list[dict[str, Any]]:
    return [{"first": first, "second": second, "rows": rows} for first, second, rows in told]


def two_segments() -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Forty who want speed and lack it, forty who have it and do not care."""
    rows: list[dict[str, Any]] = []
    for place in range(40):
        rows += form(f"want{place}", {"speed matters": 5 if place % 10 else 1, "speed is good": 1 if place % 4 else 5})
        rows += form(f"have{place}", {"speed matters": 1 if place % 10 else 5, "speed is good": 5 if place % 4 else 1})
    return rows, {row["party_key"]: row["party_key"][:4] for row in rows}


def test_ulwick_s_examples() -> None:
    """Importance 8.1 and satisfaction 3.0 make 13.2; 6 and 8 make 6: never beneath importance (Ulwick 2005)."""
    strong = need_row(NEED, BASE, cells((4, 4, 30), (4, 2, 51), (2, 2, 19)))
    assert (strong["importance"], strong["satisfaction"]) == pytest.approx((8.1, 3.0))
    assert (strong["opportunity"], strong["band"]) == (pytest.approx(13.2), "strong")
    served = need_row(NEED, BASE, cells((4, 4, 60), (2, 4, 20), (2, 2, 20)))
    assert (served["opportunity"], served["band"]) == (pytest.approx(6.0), "served")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(lambda counts: sum(counts) >= 10))
def test_opportunity_lies_between_importance_and_twice_it(counts: list[int]) -> None:
    """From 0 to 20, never beneath importance, inside its interval, whatever the order of the counts."""
    told = cells(*((first, second, n) for (first, second), n in zip(PAIRS, counts, strict=True) if n))
    row = need_row(NEED, BASE, told)
    assert row["importance"] <= row["opportunity"] <= 2 * row["importance"] <= 20
    assert row["low"] <= row["opportunity"] <= row["high"]
    assert need_row(NEED, BASE, told[::-1]) == pytest.approx(row)


PAIRS = ((5.0, 5.0), (5.0, 1.0), (1.0, 5.0), (1.0, 1.0))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 200 samples of 150 respondents at least 180 intervals hold the opportunity of the population."""
    random = np.random.default_rng(0)
    chances, truth, inside = [0.3, 0.4, 0.1, 0.2], 7.0 + 3.0, 0
    for _ in range(200):
        counts = random.multinomial(150, chances)
        row = need_row(NEED, BASE, cells(*((*pair, int(n)) for pair, n in zip(PAIRS, counts, strict=True) if n)))
        inside += row["low"] <= truth <= row["high"]
    assert inside >= 180


def test_needs_are_scored_inside_segments_not_over_them(engine: Engine) -> None:
    """Pooled, nobody seems underserved; inside segments one is, and the other is not."""
    rows, segments = two_segments()
    published(engine, rows, segments, needs={"speed": SPEED})
    found = table(engine, "need_scores", "segment_id")
    assert found["everybody"]["band"] == "served"
    assert (found["want"]["importance"], found["want"]["satisfaction"]) == pytest.approx((9.0, 2.5))
    assert (found["want"]["opportunity"], found["want"]["band"], found["want"]["sure"]) == (
        pytest.approx(15.5),
        "extreme",
        True,
    )
    assert (found["have"]["opportunity"], found["have"]["band"]) == (pytest.approx(1.0), "served")
    assert {row["respondents"] for row in found.values()} == {80, 40}


def test_too_few_ratings_are_no_score(engine: Engine) -> None:
    """Nine respondents: no score and the reason; somebody without a rating counts for nothing."""
    rows = [row for place in range(9) for row in form(f"r{place}", {"speed matters": 5, "speed is good": 2})]
    rows += form("none", {"speed matters": None, "speed is good": None})
    published(engine, rows, needs={"speed": SPEED})
    row = table(engine, "need_scores", "need")["speed"]
    assert (row["opportunity"], row["reason"]) == (None, "9 ratings, 10 are needed")


def test_a_need_nobody_was_asked_says_so(engine: Engine) -> None:
    """A misspelt question makes a row with a reason, no traits and no guess."""
    rows, _ = two_segments()
    catalog = published(engine, rows, needs={"calm": {"importance": "kalm", "satisfaction": "kalm 2"}})
    assert table(engine, "need_scores", "need")["calm"]["reason"] == "0 ratings, 10 are needed"
    assert "calm_importance" not in catalog


def test_ratings_become_traits_with_the_need_least_met(engine: Engine) -> None:
    """The need with the largest own opportunity; unknown where two are alike or one was not rated."""
    names = ("speed matters", "speed is good", "rank matters", "rank is good")
    told = {"ana": (5, 1, 3, 3), "bob": (2, 2, 5, 4), "tie": (4, 4, 4, 4), "gap": (5, None, 1, 1), "off": (9, 1, 2, 2)}
    rows = [row for who, given in told.items() for row in form(who, dict(zip(names, given, strict=True)))]
    rank = {"importance": "rank matters", "satisfaction": "rank is good", "kind": "social"}
    catalog = published(engine, rows, needs={"speed": SPEED, "rank": rank})
    found = table(engine, "needs_traits", "customer_id")
    assert {who: row["most_unmet_need"] for who, row in found.items()} == {
        "ana": "speed",
        "bob": "rank",
        "tie": None,
        "gap": None,
        "off": None,
    }
    assert (found["gap"]["speed_importance"], found["gap"]["speed_satisfaction"]) == (5.0, None)
    assert found["off"]["speed_importance"] is None
    assert {str(trait.basis) for trait in catalog.traits} == {"needs"}
    assert catalog["rank_importance"].description.startswith("How important the social need rank is")


def test_straight_liners_do_not_count(engine: Engine) -> None:
    """Who gave one answer to all twelve questions of the survey rates no need."""
    names = ["speed matters", "speed is good", *(f"Q{place}" for place in range(10))]
    random = np.random.default_rng(0)
    rows = sheet(random.integers(1, 6, (30, 12)), names) + form("liner", dict.fromkeys(names, 5))
    published(engine, rows, needs={"speed": SPEED})
    assert table(engine, "need_scores", "need")["speed"]["respondents"] == 30
    assert "liner" not in table(engine, "needs_traits", "customer_id")


def test_needs_rated_in_words(engine: Engine) -> None:
    """Declared words of several languages are points."""
    words = {"sehr wichtig": 5, "不重要": 1, "très satisfait": 5, "не доволен": 1}
    rows = []
    for place in range(20):
        rows += form(f"r{place}", {"speed matters": "Sehr wichtig", "speed is good": "Не доволен"})
    published(engine, rows, needs={"speed": SPEED | {"labels": words}})
    assert table(engine, "need_scores", "need")["speed"]["opportunity"] == 20


def test_berger_s_coefficients() -> None:
    """Counts A30 O40 M20 I10 make Better 0.70 and Worse -0.60 (Berger et al. 1993); O leads too little to be clear."""
    attribute = KanoSpec("chat", "f", "d")
    told = cells((1, 3, 30), (1, 5, 40), (3, 5, 20), (3, 3, 10))
    row = kano_row(attribute, BASE, told)
    assert (row["category"], row["better"], row["worse"]) == (
        "one_dimensional",
        pytest.approx(0.7),
        pytest.approx(-0.6),
    )
    assert [row[name] for name in ("attractive", "one_dimensional", "must_be", "indifferent")] == [30, 40, 20, 10]
    assert row["clear"] is False
    assert kano_row(attribute, BASE, cells((1, 5, 90), (1, 3, 10)))["clear"] is True


def test_contradictory_kano_answers_are_told_not_used() -> None:
    """Like both ways is questionable; half a pair is none; an empty segment has no category."""
    attribute = KanoSpec("chat", "f", "d")
    row = kano_row(attribute, BASE, cells((1, 1, 7), (5, 1, 3), (1, None, 5)))
    assert (row["questionable"], row["reverse"], row["category"], row["respondents"]) == (7, 3, None, 10)
    assert kano_row(attribute, BASE, [])["respondents"] == 0


def test_kano_answers_in_words_inside_segments(engine: Engine) -> None:
    """Usual words need no declaration; each segment has its own category."""
    rows: list[dict[str, Any]] = []
    for place in range(40):
        rows += form(f"want{place}", {"with": "I like it that way", "without": "I dislike it that way"})
        rows += form(f"have{place}", {"with": "I am neutral", "without": "neutral"})
    segments = {row["party_key"]: row["party_key"][:4] for row in rows}
    published(engine, rows, segments, kano={"chat": {"functional": "with", "dysfunctional": "without"}})
    found = table(engine, "need_kano", "segment_id")
    assert (found["want"]["category"], found["have"]["category"]) == ("one_dimensional", "indifferent")
    assert found["everybody"]["clear"] is False


def planted(rows: int, questions: int, seed: int = 0, pure: float = 0.9) -> tuple[list[dict[str, Any]], list[int]]:
    """Choices of two kinds of people who differ in every question, or in none where pure is .5."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 2, rows)
    told: list[dict[str, Any]] = []
    for place, kind in enumerate(kinds):
        like = random.random(questions) < (pure if kind else 1 - pure)
        told += form(f"r{place:03}", {f"B{at}": "taste" if each else "price" for at, each in enumerate(like)})
    return told, kinds.tolist()


def names(count: int) -> list[str]:
    return [f"B{place}" for place in range(count)]


def test_planted_classes_of_benefits_come_back(engine: Engine) -> None:
    """Two kinds of people by five choices: two classes, named by choices, nearly everybody in the right one."""
    rows, kinds = planted(400, 5)
    published(engine, rows, benefits={"benefit": {"questions": names(5)}})
    found = table(engine, "needs_traits", "customer_id")
    classes = [found[f"r{place:03}"]["benefit"] for place in range(400)]
    assert len(set(classes)) == 2
    taste = next(name for name in set(classes) if "taste" in name)
    right = np.mean([(name == taste) == bool(kind) for name, kind in zip(classes, kinds, strict=True)])
    assert right > 0.97
    assert all(0.5 <= row["benefit_certainty"] <= 1 for row in found.values())
    rows_of = [row for row in engine.rows(engine.table("benefit_classes")) if row["class"] == taste]
    assert all(abs(row["chance"] - 0.9) < 0.06 for row in rows_of if row["answer"] == "taste")
    assert sum(row["chance"] for row in rows_of if row["question"] == "B0") == pytest.approx(1)


def test_no_classes_are_claimed_where_choices_are_unrelated(engine: Engine) -> None:
    """Everybody chooses by chance: one class fits best, no trait is made, and the reason is published."""
    rows, _ = planted(300, 5, pure=0.5)
    catalog = published(engine, rows, benefits={"benefit": {"questions": names(5)}})
    assert "benefit" not in catalog
    assert not engine.has("needs_traits")
    assert "No classes stand out" in table(engine, "benefit_classes", "benefits")["benefit"]["reason"]


def test_who_answered_less_than_half_belongs_to_no_class(engine: Engine) -> None:
    """A respondent of one question in five is left out, one of four is placed."""
    rows, _ = planted(200, 5)
    rows += form("much", {f"B{at}": "taste" for at in range(4)}) + form("little", {"B0": "taste"})
    published(engine, rows, benefits={"benefit": {"questions": names(5)}})
    found = table(engine, "needs_traits", "customer_id")
    assert "taste" in found["much"]["benefit"]
    assert "little" not in found


def test_many_respondents_are_placed_by_what_some_of_them_teach() -> None:
    """Of 12,000 every third is learned from; a question all answer alike and an answer few gave do no harm."""
    random = np.random.default_rng(0)
    kinds = random.random(12_000) < 0.5
    like = random.random((4, 12_000)) < np.where(kinds, 0.9, 0.1)
    columns: dict[str, Sequence[str | None]] = {
        f"B{at}": np.where(row, "taste", "price").tolist() for at, row in enumerate(like)
    }
    columns["same"] = ["yes"] * 12_000
    columns["rare"] = ["odd" if place == 1 else "usual" if kinds[place] else "plain" for place in range(12_000)]
    told = choices([f"c{place:05}" for place in range(12_000)], columns)
    found = benefit_classes(told, BenefitsSpec("benefit", tuple(columns)))
    assert isinstance(found, Benefits)
    assert len(found.names) == 2
    assert "one respondent in 3" in found.reason
    right = float(np.mean(found.labels == kinds))
    assert max(right, 1 - right) > 0.99
    assert [chances.sum(axis=1).tolist() for chances in found.probabilities] == [pytest.approx([1, 1])] * 6
    assert len(class_rows(BenefitsSpec("benefit", tuple(columns)), told, found)) == 2 * (4 * 2 + 1 + 3)


@pytest.mark.parametrize("asked", [["X1", "X2", "X3"], names(3)], ids=["nobody was asked", "twenty people"])
def test_too_little_for_classes_is_said(engine: Engine, asked: list[str]) -> None:
    """No classes, one row with the reason."""
    rows, _ = planted(20, 3)
    published(engine, rows, benefits={"benefit": {"questions": asked}})
    assert len(engine.rows(engine.table("benefit_classes"))) == 1
    assert not engine.has("needs_traits")


def ratings(rows: int = 200, seed: int = 0) -> list[dict[str, Any]]:
    """Overall satisfaction follows speed, not price."""
    random = np.random.default_rng(seed)
    speed, price = random.integers(1, 6, rows), random.integers(1, 6, rows)
    overall = np.clip(np.round(speed + random.normal(0, 0.7, rows)), 1, 5)
    return sheet(np.column_stack([speed, price, overall]), ["speed", "price", "overall"])


DRIVERS = {"why": {"outcome": "overall", "drivers": ["speed", "price"]}}


def test_drivers_of_satisfaction_are_found_and_called_association(engine: Engine) -> None:
    """Speed explains nearly all, price nothing beyond chance; an outcome in a survey is never a cause."""
    published(engine, ratings(), drivers=DRIVERS)
    found = table(engine, "need_drivers", "driver")
    assert (found["speed"]["beyond_chance"], found["price"]["beyond_chance"]) == (True, False)
    assert found["speed"]["low"] > 0.5
    assert {row["claim"] for row in found.values()} == {"association"}
    assert found["speed"]["share"] + found["price"]["share"] == pytest.approx(found["speed"]["explained"])


def test_drivers_may_be_traits_and_differ_by_segment(engine: Engine) -> None:
    """A scale of the survey drives the outcome; of a segment that is too small nothing is told but why."""
    rows = ratings()
    segments = {f"r{place:03}": "small" if place < 12 else "large" for place in range(200)}
    surveys = {"scales": {"haste": {"items": ["speed"]}}}
    drivers = {"why": {"outcome": "overall", "drivers": ["haste", "price"], "randomized": ["price"]}}
    published(engine, rows, segments, surveys, drivers=drivers)
    found = table(engine, "need_drivers", "segment_id", "driver")
    assert found["large", "haste"]["beyond_chance"]
    assert found["large", "price"]["claim"] == "cause"
    assert found["everybody", "haste"]["respondents"] == 200
    assert found["small", ""]["reason"] == "12 respondents answered everything, 20 are needed."


def test_only_the_segmentations_asked_for_are_looked_at(engine: Engine) -> None:
    """Everybody, and no other segment, where none is asked for."""
    rows, segments = two_segments()
    publish(engine, rows)
    members = [{"segmentation": "plan", "customer_id": who, "segment_id": name} for who, name in segments.items()]
    spec = NeedsSpec.from_settings({"needs": {"speed": SPEED}}, **WHEN)
    with engine.run("discover") as run:
        run.publish(SEGMENTATION_MEMBERS, arrow(SEGMENTATION_MEMBERS, members))
    refreshed(engine, lambda run, catalog: run_needs.publish_segments(run, spec, catalog, ["other"]))
    assert set(table(engine, "need_scores", "segment_id")) == {"everybody"}


def test_an_outcome_nobody_knows_is_told(engine: Engine) -> None:
    """Neither a question nor a trait: one row that names it."""
    published(engine, ratings(), drivers={"why": {"outcome": "loyal", "drivers": ["speed"]}})
    assert "loyal" in engine.rows(engine.table("need_drivers"))[0]["reason"]


def test_special_categories_are_no_drivers_and_no_needs(engine: Engine) -> None:
    """A question about religion explains nothing here, a need for health is not scored."""
    rows = ratings() + sheet(np.full((200, 2), 4), ["Religion", "health matters"], response_id="x", survey_id="other")
    told = {"needs": {"cure": {"importance": "health matters", "satisfaction": "speed"}}}
    published(engine, rows, drivers={"why": {"outcome": "overall", "drivers": ["speed", "Religion"]}}, **told)
    assert "Religion" in engine.rows(engine.table("need_drivers"))[0]["reason"]
    assert not engine.has("needs_traits")


@pytest.mark.parametrize("step", [run_needs.publish, run_needs.publish_segments])
def test_nothing_asked_is_nothing_published(engine: Engine, step: Any) -> None:
    """No settings, no tables."""
    publish(engine, ratings(5))
    refreshed(engine, lambda run, catalog: step(run, NeedsSpec(**WHEN), catalog))
    found: Sequence[str] = [name for name in engine.current() if "need" in name or "benefit" in name]
    assert found == []
