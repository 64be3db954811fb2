"""Scales of surveys: what is added up, what is left out, and how far each scale can be trusted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.profiles import run_psychographic
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.psychographic.spec import PsychographicSpec
from segmentry.science import reliability
from tests.rooms.profiles.surveys import AS_OF, WHEN, form, one_factor, publish, refreshed, sheet, table

ITEMS = ("A", "B", "C", "D")


def published(engine: Engine, rows: list[dict[str, Any]], **settings: Any) -> TraitCatalog:
    """The traits of these responses under these settings."""
    spec = PsychographicSpec.from_settings(settings, **WHEN)
    publish(engine, rows)
    return refreshed(engine, lambda run, catalog: run_psychographic.publish(run, spec, catalog))


def openness(**told: Any) -> dict[str, Any]:
    """Settings with one scale of four items."""
    return {"scales": {"openness": {"items": list(ITEMS), "facet": "personality"} | told}}


def test_a_score_is_the_mean_of_the_keyed_items(engine: Engine) -> None:
    """Reversed items are turned round first: 5 on a reversed item is 1."""
    rows = form("ana", {"A": 5, "B": 4, "C": 1, "D": 2}) + form("bob", {"A": 1, "B": 1, "C": 5, "D": 4})
    published(engine, rows, **openness(reversed=["C", "D"]))
    scores = {**table(engine, "psychographic_doubtful", "customer_id")}
    assert scores["ana"]["openness"] == pytest.approx((5 + 4 + 5 + 4) / 4)
    assert scores["bob"]["openness"] == pytest.approx((1 + 1 + 1 + 2) / 4)


def test_who_answered_less_than_half_has_no_score(engine: Engine) -> None:
    """Two of four are enough, one is not: unknown, never the middle of the scale."""
    rows = sheet(one_factor(40, 4), ITEMS) + form("two", {"A": 4, "B": 2}) + form("one", {"A": 4, "B": None})
    published(engine, rows, **openness())
    scores = table(engine, "psychographic_traits", "customer_id")
    assert (scores["two"]["openness"], scores["one"]["openness"]) == (3.0, None)


def test_reliability_is_told_with_its_interval(engine: Engine) -> None:
    """The figures are those of the science, over respondents who answered every item."""
    values = one_factor(150, 4)
    values[0, 0] = np.nan
    published(engine, sheet(values, ITEMS), **openness())
    row = table(engine, "survey_scales", "scale")["openness"]
    truth = reliability(values)
    assert row["alpha"] == pytest.approx(truth.alpha.value)  # type: ignore[union-attr]
    assert (row["alpha_low"], row["alpha_high"]) == pytest.approx((truth.alpha.low, truth.alpha.high))  # type: ignore[union-attr]
    assert row["omega"] == pytest.approx(truth.omega.value)  # type: ignore[union-attr]
    assert (row["omega_low"], row["omega_high"]) == pytest.approx((truth.omega.low, truth.omega.high))  # type: ignore[union-attr]
    assert (row["complete"], row["respondents"], row["verdict"], row["offered"]) == (149, 150, "good", True)
    items = table(engine, "survey_items", "question")
    assert [items[name]["item_total"] for name in ITEMS] == pytest.approx(truth.item_total.tolist())


def test_the_trait_says_how_reliable_it_is(engine: Engine) -> None:
    """The description carries the verdict, the catalog basis, age and protection."""
    catalog = published(engine, sheet(one_factor(150, 4), ITEMS), **openness())
    trait = catalog["openness"]
    assert "Alpha 0.8" in trait.description
    assert "4 questions" in trait.description
    assert (str(trait.basis), trait.renew_after_days, str(trait.observability)) == (
        "psychographic",
        1825,
        "unobservable",
    )


def test_an_unreliable_scale_is_kept_apart_from_discovery(engine: Engine) -> None:
    """Items that have nothing in common: published, named unreliable, and in a table of its own."""
    values = np.random.default_rng(0).integers(1, 6, (200, 4))
    catalog = published(engine, sheet(values, ITEMS), **openness())
    row = table(engine, "survey_scales", "scale")["openness"]
    assert (row["verdict"], row["offered"]) == ("unreliable", False)
    assert not engine.has("psychographic_traits")
    assert len(table(engine, "psychographic_doubtful", "customer_id")) == 200
    assert "unreliable" in catalog["openness"].description


def test_an_item_that_asks_the_other_way_round_is_named(engine: Engine) -> None:
    """Not declared as reversed, it runs against the others; declared, the scale is reliable."""
    values = one_factor(200, 4)
    values[:, 3] = 6 - values[:, 3]
    published(engine, sheet(values, ITEMS), **openness())
    row = table(engine, "survey_scales", "scale")["openness"]
    assert row["verdict"] == "unreliable"
    assert "other way round: D?" in row["reason"]
    assert "other way round" in table(engine, "survey_items", "question")["D"]["advice"]
    with Engine.in_memory() as other:
        published(other, sheet(values, ITEMS), **openness(reversed=["D"]))
        assert table(other, "survey_scales", "scale")["openness"]["verdict"] == "good"


@settings(max_examples=4, deadline=None)
@given(st.lists(st.sampled_from(ITEMS), unique=True, max_size=4))
def test_reversing_and_keying_back_changes_nothing(turned: list[str]) -> None:
    """Alpha and scores are the same whichever items ask the other way round."""
    values = one_factor(30, 4, seed=5)
    places = [ITEMS.index(name) for name in turned]
    flipped = values.copy()
    flipped[:, places] = 6 - flipped[:, places]
    found = []
    for given_values, names in ((values, []), (flipped, turned)):
        with Engine.in_memory() as engine:
            published(engine, sheet(given_values, ITEMS), **openness(reversed=names))
            alpha = table(engine, "survey_scales", "scale")["openness"]["alpha"]
            scores = table(engine, "psychographic_traits", "customer_id")
            found.append((round(alpha, 9), {who: row["openness"] for who, row in scores.items()}))
    assert found[0] == found[1]


def test_answers_off_the_scale_count_as_none_and_are_counted(engine: Engine) -> None:
    """A 9 for 'no answer' on a scale to 5 moves no score."""
    rows = sheet(one_factor(60, 4), ITEMS) + form("nine", {"A": 9, "B": 4, "C": 2, "D": 0})
    published(engine, rows, **openness())
    assert table(engine, "psychographic_traits", "customer_id")["nine"]["openness"] == 3.0
    items = table(engine, "survey_items", "question")
    assert [items[name]["off_scale"] for name in ITEMS] == [1, 0, 0, 1]
    assert "off the scale" in items["A"]["advice"]


WORDS = {"never": 1, "selten": 2, "parfois": 3, "часто": 4, "siempre": 5, "決して": 1, "ποτέ": 1, "دائما": 5}


def test_words_of_many_languages_stand_for_points(engine: Engine) -> None:
    """Declared words count whatever their case; undeclared ones are unknown and counted."""
    rows = form("ana", {"A": "NEVER", "B": "часто", "C": " Siempre ", "D": "決して"})
    rows += form("bob", {"A": "ποτέ", "B": "دائما", "C": "whatever", "D": "parfois"})
    published(engine, rows, **openness(labels=WORDS))
    scores = table(engine, "psychographic_doubtful", "customer_id")
    assert scores["ana"]["openness"] == pytest.approx((1 + 4 + 5 + 1) / 4)
    assert scores["bob"]["openness"] == pytest.approx((1 + 5 + 3) / 3)
    assert table(engine, "survey_items", "question")["C"]["unread"] == 1


def test_straight_liners_are_left_out_and_named(engine: Engine) -> None:
    """One answer to all of twelve questions is no answer; a respondent of few questions is no straight-liner."""
    names = [f"Q{place}" for place in range(12)]
    rows = sheet(one_factor(80, 12), names)
    rows += form("liner", dict.fromkeys(names, 3)) + form("short", dict.fromkeys(names[:6], 3))
    published(engine, rows, scales={"openness": {"items": names, "facet": "personality"}})
    assert [row["customer_id"] for row in engine.rows(engine.table("survey_straight_liners"))] == ["liner"]
    assert table(engine, "survey_style", "survey_id")["wave"]["straight_liners"] == 1
    scores = table(engine, "psychographic_traits", "customer_id")
    assert (scores["liner"]["openness"], scores["short"]["openness"]) == (None, 3.0)


def test_answer_style_is_told_beside_each_scale(engine: Engine) -> None:
    """Yes-sayers answer all questions alike: the scale goes with the mean of all others."""
    random = np.random.default_rng(2)
    style = random.normal(0, 1, (200, 1))
    values = np.clip(np.round(3 + style + random.normal(0, 0.7, (200, 8))), 1, 5)
    published(engine, sheet(values, [*ITEMS, "E", "F", "G", "H"]), **openness())
    assert table(engine, "survey_scales", "scale")["openness"]["style_correlation"] > 0.7
    style_row = table(engine, "survey_style", "survey_id")["wave"]
    assert style_row["mean_deviation"] > 0.7
    assert (style_row["lowest"], style_row["highest"], style_row["questions"]) == (1.0, 5.0, 8)


def test_a_centered_scale_loses_the_respondent_s_own_mean(engine: Engine) -> None:
    """Values are told relative to all other answers (Schwartz 1992): a yes-sayer's fives are not values."""
    told = {"yes": (5, 5, 5, 4), "no": (2, 2, 2, 1), "mid": (3, 1, 5, 3), "low": (1, 2, 1, 5)}
    rows = [row for who, given in told.items() for row in form(who, dict(zip(ITEMS, given, strict=True)))]
    published(engine, rows, scales={"care": {"items": ["A", "B"], "facet": "values", "centered": True}})
    scores = table(engine, "psychographic_doubtful", "customer_id")
    assert scores["yes"]["care"] == pytest.approx(5 - 4.75)
    assert scores["no"]["care"] == pytest.approx(2 - 1.75)
    with Engine.in_memory() as other:
        published(other, form("ana", {"A": 5, "B": 4}), scales={"care": {"items": ["A", "B"], "centered": True}})
        assert "no mean answer to take out" in table(other, "survey_scales", "scale")["care"]["reason"]


def test_factors_behind_the_questions_come_back(engine: Engine) -> None:
    """Two planted factors of four items: parallel analysis keeps two, each item loads on its own."""
    values = np.hstack([one_factor(300, 4, seed=1), one_factor(300, 4, seed=2)])
    names = [f"{group}{place}" for group in "XY" for place in range(4)]
    published(engine, sheet(values, names))
    assert table(engine, "survey_style", "survey_id")["wave"]["factors"] == 2
    main = {row["question"]: row["factor"] for row in engine.rows(engine.table("survey_factors")) if row["main"]}
    assert len({main[f"X{place}"] for place in range(4)}) == len({main[f"Y{place}"] for place in range(4)}) == 1
    assert main["X0"] != main["Y0"]
    kept = [row["kept"] for row in table(engine, "survey_eigenvalues", "place").values()]
    assert sum(kept) == 2


def test_no_factors_are_claimed_among_unrelated_questions(engine: Engine) -> None:
    """Eigenvalues stay beneath those of chance; nothing is rotated."""
    values = np.random.default_rng(4).integers(1, 6, (200, 8))
    published(engine, sheet(values, [f"Q{place}" for place in range(8)]))
    assert table(engine, "survey_style", "survey_id")["wave"]["factors"] == 0
    assert engine.rows(engine.table("survey_factors")) == []


def test_too_few_respondents_for_factors_is_said(engine: Engine) -> None:
    """Eight people and eight questions: no factors, and the reason."""
    published(engine, sheet(one_factor(8, 8, noise=2), [f"Q{place}" for place in range(8)]))
    row = table(engine, "survey_style", "survey_id")["wave"]
    assert row["factors"] is None
    assert "respondents answered all" in row["remark"]


def test_special_categories_stay_locked(engine: Engine) -> None:
    """A scale that would tell religion is not computed unless a lawful basis is declared; then it is marked."""
    names = ["God", "Prayer", "Religion"]
    told = {"scales": {"devotion": {"items": names, "facet": "values"}}}
    rows = sheet(one_factor(60, 3), names)
    published(engine, rows, **told)
    assert table(engine, "survey_scales", "scale")["devotion"]["verdict"] == "locked"
    assert not engine.has("psychographic_traits")
    with Engine.in_memory() as other:
        catalog = published(other, rows, **told, lawful_basis="explicit consent")
        assert str(catalog["devotion"].data_class) == "special"
        assert table(other, "survey_scales", "scale")["devotion"]["respondents"] == 60


def test_a_question_nobody_was_asked_is_named_with_the_one_that_may_be_meant(engine: Engine) -> None:
    """A misspelt item is told; the others still make the scale."""
    published(engine, sheet(one_factor(60, 4), ["Calm", "Tidy", "Kind", "Bold"]), **_misspelt())
    row = table(engine, "survey_scales", "scale")["mood"]
    assert "'Kalm' (did you mean 'Calm'?)" in row["reason"]
    assert row["respondents"] == 60
    assert table(engine, "survey_scales", "scale")["nothing"]["verdict"] == "not answered"


def _misspelt() -> dict[str, Any]:
    return {"scales": {"mood": {"items": ["Kalm", "Tidy", "Kind", "Bold"]}, "nothing": {"items": ["Zest", "Grit"]}}}


def test_a_single_item_says_that_its_reliability_is_unknown(engine: Engine) -> None:
    """One question may be used, with the reservation."""
    published(engine, sheet(one_factor(30, 1), ["A"]), scales={"mood": {"items": ["A"]}})
    row = table(engine, "survey_scales", "scale")["mood"]
    assert (row["verdict"], row["offered"], row["alpha"]) == ("single item", True, None)


def test_the_newest_questionnaire_before_the_as_of_counts(engine: Engine) -> None:
    """An answer of tomorrow is not there; of two waves the later one counts as a whole."""
    rows = form("ana", {"A": 1, "B": 1}, response_id="1", answered_at=datetime(2023, 1, 1))
    rows += form("ana", {"A": 4, "B": None}, response_id="2", answered_at=datetime(2024, 1, 1))
    rows += form("ana", {"A": 5, "B": 5}, response_id="3", answered_at=datetime(2026, 1, 1))
    rows += form("bob", {"A": 2, "B": 2}, response_id="4", answered_at=AS_OF)
    rows += form("cyn", {"A": 2, "B": 2}, response_id="5", answered_at=datetime(2025, 1, 2))
    published(engine, rows, scales={"mood": {"items": ["A", "B"]}})
    scores = table(engine, "psychographic_doubtful", "customer_id")
    assert {who: row["mood"] for who, row in scores.items()} == {"ana": 4.0, "bob": 2.0}


def test_the_order_of_rows_changes_nothing(engine: Engine) -> None:
    """Shuffled answers publish the same tables."""
    rows = sheet(one_factor(40, 4), ITEMS)
    published(engine, rows, **openness())
    with Engine.in_memory() as other:
        published(other, np.random.default_rng(0).permutation(rows).tolist(), **openness())  # type: ignore[arg-type]
        for name, key in (("survey_scales", "scale"), ("psychographic_traits", "customer_id")):
            assert table(other, name, key) == table(engine, name, key)


def test_single_answers_and_codes_of_interviews_are_traits(engine: Engine) -> None:
    """An answer as it stands, a code by its meaning; unknown codes are null and counted."""
    rows = form("ana", {"hobby": "chess", "class": "M"}) + form("bob", {"hobby": None, "class": "?"})
    told = {
        "hobby": {"question": "hobby"},
        "social": {"question": "class", "codes": {"m": "middle"}, "facet": "social_class"},
    }
    catalog = published(engine, rows, answers=told)
    found = table(engine, "psychographic_traits", "customer_id")
    assert found["ana"] == {"customer_id": "ana", "hobby": "chess", "social": "middle"}
    assert found["bob"] == {"customer_id": "bob", "hobby": None, "social": None}
    assert table(engine, "survey_items", "trait")["social"]["unread"] == 1
    assert catalog["social"].renew_after_days == 1095


def test_scales_may_belong_to_other_bases(engine: Engine) -> None:
    """Perceived value is a need, attitudinal loyalty behavior; both say so."""
    rows = sheet(one_factor(60, 4), ITEMS)
    told = {
        "perceived_value": {"items": ["A", "B"], "facet": "perceived_value"},
        "attitudinal_loyalty": {"items": ["C", "D"], "facet": "loyalty"},
    }
    catalog = published(engine, rows, scales=told)
    assert [str(catalog[name].basis) for name in told] == ["needs", "behavioral"]
    assert str(catalog["perceived_value"].specificity) == "product_specific"


def test_the_survey_is_named_or_found(engine: Engine) -> None:
    """Two surveys ask the same questions: that with more answers is taken, or the one that is named."""
    rows = sheet(one_factor(30, 4), ITEMS, survey_id="small") + sheet(one_factor(50, 4), ITEMS, "s", survey_id="large")
    published(engine, rows, **openness())
    assert table(engine, "survey_scales", "scale")["openness"]["survey_id"] == "large"
    with Engine.in_memory() as other:
        published(other, rows, **openness(survey="small"))
        assert table(other, "survey_scales", "scale")["openness"]["respondents"] == 30


def test_nothing_is_published_where_nothing_was_asked(engine: Engine) -> None:
    """Without survey responses there are no tables and no traits."""
    from tests.rooms.shops import LAST as DAY
    from tests.rooms.shops import line, publish_shop

    with engine.run("load") as run:
        publish_shop(run, [line("ana", DAY)])
    spec = PsychographicSpec.from_settings(openness(), **WHEN)
    catalog = refreshed(engine, lambda run, known: run_psychographic.publish(run, spec, known))
    assert catalog.traits == ()
    assert not engine.has("survey_scales")


def test_what_is_published_is_what_the_catalog_names(engine: Engine) -> None:
    """No column without its trait and no trait without its column, in both tables."""
    values = np.hstack([one_factor(80, 4), np.random.default_rng(1).integers(1, 6, (80, 3))])
    told = {"good": {"items": list(ITEMS)}, "bad": {"items": ["E", "F", "G"]}}
    catalog = published(engine, sheet(values, [*ITEMS, "E", "F", "G"]), scales=told)
    for name in ("psychographic_traits", "psychographic_doubtful"):
        listed = {row["trait"] for row in catalog.rows(AS_OF) if row["table_name"] == name}
        assert listed == set(engine.table(name).columns) - {"customer_id"}
