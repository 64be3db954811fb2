"""Studies of choices as published: planted classes with their tastes and prices, and nothing where lots were drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentry.engine import Engine
from segmentry.profiles import run_needs
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.needs.choice_designs import NONE, study_of
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.needs.studies import latest_choices
from segmentry.profiles.needs.tastes import Tastes, find_tastes, hit_rate
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis
from tests.rooms.profiles.choosing import ASKED_AT, TASTES, keyed, offers, publish, sets
from tests.rooms.profiles.surveys import WHEN, form, refreshed, table
from tests.rooms.profiles.surveys import publish as publish_answers

NOTHING: dict[str, float] = dict.fromkeys(TASTES[0], 0.0)


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def published(engine: Engine, rows: list[dict[str, Any]], **told: Any) -> TraitCatalog:
    """What is told of these choices under these settings of ``[needs]``."""
    publish(engine, rows)
    spec = NeedsSpec.from_settings(told, **WHEN)
    return refreshed(engine, lambda run, catalog: run_needs.publish(run, spec, catalog))


@pytest.fixture(scope="module")
def told() -> Any:
    """A study of two planted classes and what is published of it, with the price declared."""
    rows, classes = offers(people=160, tasks=10)
    with Engine.in_memory() as opened:
        catalog = published(opened, rows, choices={"price": "Price"})
        tables = {
            name: opened.rows(opened.table(name))
            for name in ("choice_studies", "choice_classes", "choice_parts", "choice_criteria", "choice_faults")
        }
        yield tables | {"traits": table(opened, "needs_traits", "customer_id"), "planted": classes, "catalog": catalog}


def test_planted_classes_come_back_with_their_members(told: Any) -> None:
    """Two classes by AIC3, their shares, and nearly everybody in his own."""
    study = told["choice_studies"][0]
    assert (study["classes"], study["respondents"], study["tasks"], study["left_out"]) == (2, 160, 1600, 0)
    found = [told["traits"][f"p{who:03}"]["choice_class"] for who in range(160)]
    assert adjusted_rand_score(told["planted"], found) > 0.75
    assert sum(row["share"] for row in told["choice_classes"]) == pytest.approx(1.0)
    assert {row["class"] for row in told["choice_classes"]} == set(found)
    assert "low price" in set(found)


def test_part_worths_and_prices_are_those_planted(told: Any) -> None:
    """Of the classes' part-worths nearly all intervals hold the truth; what organic is worth in money as well."""
    held, priced = [], []
    for row in told["choice_parts"]:
        taste = TASTES[row["class"] == "low price" or row["class"].startswith("low price")]
        if row["base"] or row["attribute"] == NONE:
            assert row["part_worth"] == 0.0 or row["attribute"] == NONE
            continue
        name = {"organic": "organic", "price": "price"}.get(row["attribute"], row["level"])
        held.append(row["low"] <= taste[name] <= row["high"])
        if row["attribute"] == "price":
            assert (row["level"], row["lowest"], row["highest"], row["pay"]) == ("per 1", 2.5, 4.0, None)
        elif row["pay"] is not None:
            priced.append(row["pay_low"] <= -taste[name] / taste["price"] <= row["pay_high"])
    assert len(held) == 8
    assert sum(held) >= 7
    assert len(priced) >= 3
    assert sum(priced) >= len(priced) - 1


def test_importances_add_up_in_classes_and_persons(told: Any) -> None:
    """Shares of attributes are 1 together, in each class and for each respondent; taking none is no attribute."""
    for name in {row["class"] for row in told["choice_parts"]}:
        own = {row["attribute"]: row["importance"] for row in told["choice_parts"] if row["class"] == name}
        assert own.pop(NONE) is None
        assert sum(own.values()) == pytest.approx(1.0)
    names = ("importance_of_brand", "importance_of_price", "importance_of_organic")
    for row in told["traits"].values():
        assert sum(row[name] for name in names) == pytest.approx(1.0)
    careful = [row["importance_of_price"] for row in told["traits"].values() if row["choice_class"] == "low price"]
    others = [row["importance_of_price"] for row in told["traits"].values() if row["choice_class"] != "low price"]
    assert min(careful) > max(others) - 0.3
    assert sum(careful) / len(careful) > sum(others) / len(others) + 0.3


def test_classes_foretell_what_was_held_out(told: Any) -> None:
    """Better than one class, than what is chosen most often, and than lots, which of four hit a quarter."""
    study = told["choice_studies"][0]
    assert study["held_out"] == 320
    assert study["hit_rate"] > study["hit_rate_one_class"] > study["hit_rate_most_chosen"]
    assert study["hit_rate_chance"] == pytest.approx(0.25)
    assert study["hit_low"] < study["hit_rate"] < study["hit_high"]
    criteria = {row["classes"]: row for row in told["choice_criteria"]}
    assert [row["classes"] for row in criteria.values() if row["taken"]] == [2]
    assert criteria[2]["aic3"] == min(row["aic3"] for row in criteria.values())
    assert criteria[2]["parameters"] == 2 * 5 + 1


def test_traits_say_what_they_are(told: Any) -> None:
    """Basis needs, source choices, a unit, a day of renewal, and when each person chose."""
    catalog = told["catalog"]
    names = ("choice_class", "choice_class_certainty", "chose_at", "importance_of_price")
    assert {(catalog[name].basis, catalog[name].source, catalog[name].renew_after_days) for name in names} == {
        (Basis.NEEDS, "choices", 365)
    }
    assert catalog["importance_of_price"].unit == "share"
    assert told["traits"]["p000"]["chose_at"] == ASKED_AT + timedelta(minutes=9)
    assert all(0.5 <= row["choice_class_certainty"] <= 1.0 for row in told["traits"].values())


def test_lots_claim_nothing(engine: Engine) -> None:
    """Choices at random: no class, no part-worth, no trait, and the reason."""
    catalog = published(engine, offers([NOTHING], people=80)[0], choices={"price": "price"})
    row = engine.rows(engine.table("choice_studies"))[0]
    assert (row["classes"], row["hit_rate"]) == (None, None)
    assert "drawn lots" in row["reason"]
    assert engine.rows(engine.table("choice_parts")) == engine.rows(engine.table("choice_classes")) == []
    assert not engine.has("needs_traits")
    assert "choice_class" not in catalog


@pytest.mark.parametrize(
    ("rates", "words"), [((0.0, 0.0), "drawn lots"), ((2.5, -2.5), "how often they take none")], ids=["same", "differ"]
)
def test_taking_none_is_no_taste(rates: tuple[float, float], words: str) -> None:
    """Nobody minds an attribute, alike in taking none or not: nothing is told, and the reason says which."""
    tastes = [NOTHING | {"none": 1.0 + rate} for rate in rates]
    found = find_tastes(study_of("snacks", keyed(offers(tastes, people=100)[0]), ChoicesSpec()), 3)
    assert isinstance(found, NotEstimable)
    assert words in found.reason


def test_classes_that_differ_only_in_taking_none_say_so(engine: Engine) -> None:
    """The same tastes, and half take none often: two classes named by it, and the reason says it."""
    same = TASTES[0] | {"price": -1.0}
    published(engine, offers([same | {"none": -6.0}, same | {"none": 0.5}], people=150)[0])
    study = engine.rows(engine.table("choice_studies"))[0]
    names = [row["class"] for row in engine.rows(engine.table("choice_classes"))]
    assert study["classes"] == 2
    assert "not in what they seek" in study["reason"]
    assert sorted(name.rsplit(", ", 1)[1] for name in names) == ["often none", "seldom none"]


def test_a_class_is_told_by_what_it_minds(engine: Engine) -> None:
    """One class minds nothing but taking none: no attribute names it, none has an importance there."""
    calm = NOTHING | {"none": 1.0}
    rows, _ = offers([TASTES[1] | {"price": -2.5, "organic": 0.0}, calm], people=200, tasks=10)
    published(engine, rows)
    parts = engine.rows(engine.table("choice_parts"))
    told: dict[str, set[str]] = {row["class"]: set() for row in parts}
    for row in parts:
        told[row["class"]] |= {row["attribute"]} if row["importance"] is not None else set()
    assert told.pop("nothing in particular") == set()
    assert "price" in told["low price"]
    assert "organic" not in told["low price"]
    traits = table(engine, "needs_traits", "customer_id")
    assert "importance_of_organic" not in traits["p000"]
    assert {row["choice_class"] for row in traits.values()} == {"low price", "nothing in particular"}


def test_opposite_tastes_do_not_cancel_out() -> None:
    """Half wants what the other half shuns: everybody together minds nothing, the two classes do."""
    tastes = [NOTHING | {"organic": 2.0}, NOTHING | {"organic": -2.0}]
    found = find_tastes(study_of("snacks", keyed(offers(tastes, people=150, with_none=False)[0]), ChoicesSpec()), 3)
    assert isinstance(found, Tastes)
    assert len(found.classes.shares) == 2
    assert found.minded[:, [each.name for each in found.weighed].index("organic")].all()


def test_what_everybody_follows_without_exception_is_no_lot() -> None:
    """All take the cheapest: told, though nothing bounds how much the price matters."""
    rows = offers([NOTHING | {"price": -50.0}], people=80, with_none=False)[0]
    found = find_tastes(study_of("snacks", keyed(rows), ChoicesSpec()), 2)
    assert isinstance(found, Tastes)
    assert found.minded[0].tolist() == [False, True, False]


@pytest.mark.parametrize("taste", [NOTHING, TASTES[0]], ids=["lots", "taste"])
def test_columns_that_say_the_same_claim_nothing_new(engine: Engine, taste: dict[str, float]) -> None:
    """A gross price beside the price: left out with its reason; lots stay lots, part-worths have their intervals."""
    rows = [
        row | {"given_gross": row["given_price"] and f"{float(row['given_price']) * 1.19:.4f}"}
        for row in offers([taste], people=80, with_none=False)[0]
    ]
    published(engine, rows, choices={"price": "price"})
    reason = engine.rows(engine.table("choice_studies"))[0]["reason"]
    assert "gross is left out: within tasks it tells what price tells." in reason
    parts = engine.rows(engine.table("choice_parts"))
    assert ("drawn lots" in reason) == (taste == NOTHING) == (not parts)
    assert all(row["low"] is not None for row in parts if not row["base"])
    assert "gross" not in {row["attribute"] for row in parts}


@pytest.mark.parametrize("tasks", [1, 2])
def test_the_hit_rate_varies_as_respondents_do(tasks: int) -> None:
    """Hits by a coin: the error is that of all held-out tasks; where all of a person's tasks agree, that of persons."""
    random = np.random.default_rng(tasks)
    lots = random.random((400, tasks)).round().mean(axis=1)
    found, alike = hit_rate(lots, tasks), hit_rate(random.random(400).round(), 2)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.5 / np.sqrt(400 * tasks), rel=0.1)
    assert (alike.high - alike.low) / 2 / 1.96 == pytest.approx(0.5 / 20, rel=0.1)
    sure = hit_rate(np.ones(50), tasks)
    assert (sure.value, sure.high) == (1.0, 1.0)
    assert 0.9 < sure.low < 0.95


def test_one_taste_is_an_answer_and_no_trait(engine: Engine) -> None:
    """Everybody alike: part-worths of one class; nobody is told apart."""
    published(engine, offers(TASTES[:1], people=80)[0], choices={"price": "price"})
    assert engine.rows(engine.table("choice_studies"))[0]["classes"] == 1
    assert {row["number"] for row in engine.rows(engine.table("choice_classes"))} == {1}
    assert engine.rows(engine.table("choice_parts"))
    assert not engine.has("needs_traits")


def test_a_price_that_does_not_matter_is_told_so(engine: Engine) -> None:
    """A class that ignores the price pays no sum that could be told; without a declared price there is no word."""
    rows = offers([TASTES[0] | {"price": 0.0, "none": -1.0}], people=80)[0]
    published(engine, rows, choices={"price": "price"})
    parts = [row for row in engine.rows(engine.table("choice_parts")) if row["level"] in ("Beta", "yes")]
    own = [row for row in parts if row["attribute"] != NONE]
    assert {row["pay"] for row in own} == {None}
    assert all("price" in row["reason"] for row in own)


@pytest.mark.parametrize(
    ("price", "words"), [("cost", "called cost"), ("brand", "no numbers"), ("", "")], ids=["absent", "words", "none"]
)
def test_what_is_no_price_is_told(engine: Engine, price: str, words: str) -> None:
    """A price that is no attribute, or has levels that are words, gives a reason instead of sums."""
    published(engine, offers(TASTES[:1], people=60)[0], choices={"price": price})
    organic = next(row for row in engine.rows(engine.table("choice_parts")) if row["level"] == "yes")
    assert organic["pay"] is None
    assert words in (organic["reason"] or "")


@pytest.mark.parametrize(
    ("people", "tasks", "words"),
    [(60, 8, "60 respondents with 4 tasks or more, 70 are needed"), (80, 3, "0 respondents with 4 tasks or more")],
    ids=["people", "tasks"],
)
def test_too_little_is_refused(people: int, tasks: int, words: str) -> None:
    """Few respondents, or respondents with few tasks, tell no classes; seven weights need seventy people."""
    spec = ChoicesSpec(categories=("price",))
    found = find_tastes(study_of("snacks", keyed(offers(people=people, tasks=tasks)[0]), spec), 3)
    assert isinstance(found, NotEstimable)
    assert words in found.reason


def test_a_study_without_attributes_is_refused() -> None:
    """Where nothing differs within a task but the line, nothing can be told."""
    rows = [row | {"given_brand": "x", "given_price": "1", "given_organic": "no"} for row in offers(people=60)[0]]
    lines = [row | {"alternative_id": f"file:{place}"} for place, row in enumerate(rows)]
    found = find_tastes(study_of("snacks", keyed(lines), ChoicesSpec()), 3)
    assert isinstance(found, NotEstimable)
    assert "no column differs" in found.reason


def test_a_study_of_which_no_task_counts_is_refused(engine: Engine) -> None:
    """Where every task lacks an attribute nothing is learned, and the tasks left out are counted."""
    rows = offers(people=60, with_none=False)[0]
    gaps = [row | {"given_price": None} if row["alternative_id"] == "1" else row for row in rows]
    published(engine, gaps)
    study = engine.rows(engine.table("choice_studies"))[0]
    assert (study["respondents"], study["tasks"], study["classes"]) == (0, 0, None)
    assert engine.rows(engine.table("choice_faults")) == [
        {"study": "snacks", "reason": "price of an alternative is missing", "tasks": 480}
    ]


def test_many_respondents_are_all_placed() -> None:
    """Tastes are learned from some, evenly by id; everybody has a class, and the reason says from how many."""
    rows, classes = offers(people=200, tasks=8)
    found = find_tastes(study_of("snacks", keyed(rows), ChoicesSpec()), 3, looked_at=100)
    assert isinstance(found, Tastes)
    assert (found.learned, len(found.classes.posterior)) == (100, 200)
    assert "100 respondents of 200" in found.reason
    assert adjusted_rand_score(classes, found.classes.posterior.argmax(axis=1)) > 0.7


def test_best_and_worst_tell_more_than_best_alone() -> None:
    """Items of sets: the order of their worths is the planted one, with smaller errors than from the best alone."""
    scores = {"fun": 1.0, "time": 0.4, "price": 0.0, "style": -0.6, "safety": -1.2}
    rows = keyed(sets(scores, 80))
    both = find_tastes(study_of("sets", rows, ChoicesSpec()), 2)
    best = find_tastes(study_of("sets", [row | {"worst": None} for row in rows], ChoicesSpec()), 2)
    assert isinstance(both, Tastes)
    assert isinstance(best, Tastes)
    assert both.classes.errors.mean() < best.classes.errors.mean()
    attribute = both.study.attributes[0]
    worths = dict(zip(attribute.levels, attribute.design(4) @ both.classes.tastes[0], strict=True))
    assert sorted(worths, key=lambda each: -worths[each]) == list(scores)
    assert worths["safety"] - worths["fun"] == pytest.approx(-2.2, abs=0.4)


def test_choices_after_the_as_of_do_not_count(engine: Engine) -> None:
    """Of a study answered later nothing is told."""
    late = [row | {"answered_at": datetime(2025, 6, 1)} for row in offers(people=60)[0]]
    published(engine, late)
    assert not engine.has("choice_studies")


def test_of_two_parties_of_a_customer_the_later_one_counts(engine: Engine) -> None:
    """Whoever answered twice under two numbers is one respondent, by what was said last."""
    first, second = (
        [row | {"party_key": f"{name}{row['party_key']}", "answered_at": at} for row in offers(people=1, tasks=2)[0]]
        for name, at in (("a", ASKED_AT), ("b", ASKED_AT + timedelta(days=1)))
    )
    publish(engine, first + second)
    told = engine.table("choices").mutate(customer_id=ibis.literal("me"))
    rows = engine.rows(latest_choices(told, WHEN["as_of"]))
    assert {row["party_key"] for row in rows} == {"bp000"}
    assert len(rows) == 8


def test_the_study_asked_for_is_told_else_the_largest(engine: Engine) -> None:
    """Two studies in one table: by default that with more respondents; an unknown one publishes nothing."""
    small = [row | {"survey_id": "small"} for row in offers(TASTES[:1], people=60, seed=3)[0]]
    whole = small + offers(TASTES[:1], people=70)[0]
    published(engine, whole)
    assert [row["study"] for row in engine.rows(engine.table("choice_studies"))] == ["snacks"]
    published(engine, whole, choices={"survey": "small"})
    assert [row["study"] for row in engine.rows(engine.table("choice_studies"))] == ["small"]


def test_choices_and_ratings_stand_in_one_table(engine: Engine) -> None:
    """Who chose and who rated are told beside each other; what is not known of somebody is empty."""
    rows, _ = offers(people=80, tasks=8)
    answers = [row for who in ("p000", "zoe") for row in form(who, {"speed matters": 5, "speed is good": 2})]
    publish(engine, rows)
    publish_answers(engine, answers)
    publish(engine, rows)
    needs = {"speed": {"importance": "speed matters", "satisfaction": "speed is good"}}
    spec = NeedsSpec.from_settings({"needs": needs}, **WHEN)
    refreshed(engine, lambda run, catalog: run_needs.publish(run, spec, catalog))
    found = table(engine, "needs_traits", "customer_id")
    assert found["p000"]["speed_importance"] == 5.0
    assert found["p000"]["choice_class"]
    assert found["p001"]["speed_importance"] is None


def test_a_special_category_stays_locked(engine: Engine) -> None:
    """What somebody believes is not told by what was chosen: no class, no part-worth, no trait, and the reason."""
    rows = [row | {"given_religion": row.pop("given_brand")} for row in offers(people=80)[0]]
    published(engine, rows)
    assert "special category" in engine.rows(engine.table("choice_studies"))[0]["reason"]
    assert engine.rows(engine.table("choice_parts")) == []
    assert not engine.has("needs_traits")


def test_wrong_settings_are_all_told() -> None:
    """Unknown keys, a price that is a category, strangers among attributes, too many classes: at once."""
    wrong = {"price": "price", "categories": ["price"], "attributes": ["brand"], "most": 99, "colour": "red"}
    with pytest.raises(SettingsError) as caught:
        NeedsSpec.from_settings({"choices": wrong}, **WHEN)
    assert len(caught.value.problems) == 4
    with pytest.raises(SettingsError):
        NeedsSpec.from_settings({"choices": "price"}, **WHEN)
    good = NeedsSpec.from_settings({"choices": {"bases": {"brand": "Beta"}, "most": 3}}, **WHEN)
    assert good.choices == ChoicesSpec(bases=(("brand", "Beta"),), most=3)
