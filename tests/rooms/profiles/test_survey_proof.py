"""How scales are judged from a sheet of answers: verdicts at their borders, advice, structure, classes, drivers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.needs.associations import driver_rows, nothing
from segmentry.profiles.needs.benefits import Benefits, benefit_classes, choices, class_rows
from segmentry.profiles.needs.spec import BenefitsSpec, DriversSpec, NeedSpec
from segmentry.profiles.needs.traits import benefit_traits, need_traits, top_need_trait
from segmentry.profiles.psychographic.items import Common, Placed
from segmentry.profiles.psychographic.proof import Sheet, item_rows, prove, scale_row, structure
from segmentry.profiles.psychographic.spec import AnswerSpec, PsychographicSpec, ScaleSpec
from segmentry.profiles.psychographic.traits import answer_trait, scale_trait
from segmentry.terms.numbers import NotEstimable
from tests.rooms.profiles.surveys import WHEN, one_factor

ITEMS = ("A", "B", "C", "D")
SPEC = PsychographicSpec(**WHEN)
COMMON = Common("wave", ITEMS, 1.0, 5.0)


def placed(items: Sequence[str] = ITEMS, **told: Any) -> Placed:
    return Placed(ScaleSpec("calm", tuple(items), **told), "wave", tuple(items), (), ())


def with_alpha(target: float, rows: int = 400) -> Any:
    """Four items whose alpha is exactly ``target``: equal variances and correlations alpha / (4 - 3 alpha)."""
    correlation = target / (4 - 3 * target)
    wanted = np.full((4, 4), correlation) + np.eye(4) * (1 - correlation)
    drawn = np.random.default_rng(0).standard_normal((rows, 4))
    drawn = drawn - drawn.mean(axis=0)
    plain = np.linalg.solve(np.linalg.cholesky(np.cov(drawn, rowvar=False)), drawn.T).T
    return 3 + 0.2 * plain @ np.linalg.cholesky(wanted).T


@pytest.mark.parametrize(
    ("alpha", "verdict"),
    [
        (0.901, "excellent"),
        (0.899, "good"),
        (0.801, "good"),
        (0.799, "acceptable"),
        (0.701, "acceptable"),
        (0.699, "questionable"),
        (0.601, "questionable"),
        (0.599, "unreliable"),
        (0.2, "unreliable"),
    ],
)
def test_verdicts_change_at_their_borders(alpha: float, verdict: str) -> None:
    """George & Mallery 2003; below .6 a scale is not offered."""
    proof = prove(placed(), Sheet("wave", ITEMS, with_alpha(alpha)), None)
    row = scale_row(placed(), proof, 400, SPEC)
    assert row["alpha"] == pytest.approx(alpha, abs=1e-9)
    assert (row["verdict"], row["offered"]) == (verdict, verdict != "unreliable")


def test_the_border_of_what_is_offered_can_be_moved() -> None:
    """A stricter workspace offers less; a laxer one calls it questionable."""
    proof = prove(placed(), Sheet("wave", ITEMS, with_alpha(0.65)), None)
    strict, lax = PsychographicSpec(**WHEN, reliable_from=0.7), PsychographicSpec(**WHEN, reliable_from=0.5)
    assert scale_row(placed(), proof, 400, strict)["verdict"] == "unreliable"
    weak = prove(placed(), Sheet("wave", ITEMS, with_alpha(0.55)), None)
    assert (scale_row(placed(), weak, 400, lax)["verdict"], scale_row(placed(), weak, 400, lax)["offered"]) == (
        "questionable",
        True,
    )


def test_a_small_sample_is_called_unsure() -> None:
    """Alpha of .65 of 30 people reaches beneath .6: it is offered, and the doubt is told."""
    row = scale_row(placed(), prove(placed(), Sheet("wave", ITEMS, with_alpha(0.65, 30)), None), 30, SPEC)
    assert row["alpha_low"] < 0.6
    assert "Too few answered to be sure." in row["reason"]


@pytest.mark.parametrize("turned", [(), (2, 3), (1, 2, 3), (0, 1, 2, 3)], ids=["none", "half", "most", "all"])
def test_a_centered_scale_holds_the_trait_and_no_answer_style(turned: Sequence[int]) -> None:
    """Yes-saying planted in every answer stays out of the centered score, however many items are turned round."""
    random = np.random.default_rng(0)
    trait, style = random.standard_normal((2, 600))
    loads = np.ones(4)
    loads[list(turned)] = -1.0
    questions = (*ITEMS, *(f"O{place}" for place in range(20)))
    own = np.column_stack([np.outer(trait, loads), random.standard_normal((600, 20))])
    values = 4 + own + 0.7 * style[:, None] + 0.5 * random.standard_normal(own.shape)
    scale = placed(reversed_items=tuple(ITEMS[place] for place in turned), lowest=-6, highest=14, centered=True)
    found = prove(scale, Sheet("wave", questions, values), Common("wave", questions, -6, 14))
    score = found.keyed.mean(axis=1)
    assert abs(np.corrcoef(score, style)[0, 1]) < 0.15
    assert np.corrcoef(score, trait)[0, 1] > 0.9


def test_answers_that_never_differ_are_not_estimable() -> None:
    """Everybody says three: no alpha, no offer, and the reason."""
    row = scale_row(placed(), prove(placed(), Sheet("wave", ITEMS, np.full((30, 4), 3.0)), None), 30, SPEC)
    assert (row["verdict"], row["offered"], row["alpha"]) == ("not estimable", False, None)


def test_an_item_that_harms_the_scale_is_named() -> None:
    """Three items go together, one is noise: alpha without it is told."""
    values = one_factor(300, 4, noise=0.5)
    values[:, 3] = np.random.default_rng(9).integers(1, 6, 300)
    sheet = Sheet("wave", ITEMS, values)
    facts = {item: {"answered": 300, "points": 290} for item in ITEMS}
    rows = item_rows(placed(), prove(placed(), sheet, None), facts, {"A": 4})
    assert rows[3]["advice"].startswith("Without it alpha is 0.8")
    assert rows[0]["advice"] == "4 answers lie off the scale and count as none."
    assert [row["unread"] for row in rows] == [10] * 4
    assert rows[1]["advice"] is None


def test_columns_are_found_by_question_and_cut_to_the_scale() -> None:
    """In the order asked; what lies outside is NaN."""
    sheet = Sheet("wave", ("B", "A"), np.array([[1.0, 9.0], [2.0, 3.0]]))
    assert sheet.columns(["A", "B"]).tolist() == [[9.0, 1.0], [3.0, 2.0]]
    assert np.isnan(sheet.on_scale(["A"], 1, 5)).tolist() == [[True], [False]]


def test_style_needs_other_questions() -> None:
    """Where the scale is the whole survey nothing is left to hold it against."""
    sheet = Sheet("wave", ITEMS, one_factor(100, 4))
    assert np.isnan(prove(placed(), sheet, COMMON).style)
    assert prove(placed(ITEMS[:2]), sheet, COMMON).style > 0.5


def test_structure_tells_style_and_factors() -> None:
    """Counts are passed on, factors are in order of what they explain, each item's main loading is its largest."""
    sheet = Sheet("wave", ITEMS, one_factor(300, 4, noise=0.5))
    found = structure(sheet, COMMON, {"respondents": 310, "straight_liners": 10}, SPEC)
    assert (found.style["respondents"], found.style["straight_liners"], found.style["looked_at"]) == (310, 10, 300)
    assert found.style["factors"] == 1
    assert [row["main"] for row in found.factors] == [True] * 4
    assert [row["place"] for row in found.eigenvalues] == [1, 2, 3, 4]
    assert sum(row["eigenvalue"] for row in found.eigenvalues) == pytest.approx(4)


def test_structure_of_nobody_is_told() -> None:
    """All were straight-liners: no style, no factors, a remark."""
    found = structure(Sheet("wave", ITEMS, np.empty((0, 4))), COMMON, {"respondents": 5, "straight_liners": 5}, SPEC)
    assert (found.factors, found.eigenvalues) == ([], [])
    assert found.style["remark"].startswith("No factors: 0 respondents")
    assert "mean" not in found.style


def test_more_questions_than_one_survey_holds_have_no_factors() -> None:
    """Two hundred questions are several questionnaires."""
    names = tuple(f"Q{place:03}" for place in range(200))
    values = np.random.default_rng(0).integers(1, 6, (300, 200)).astype(float)
    found = structure(Sheet("wave", names, values), Common("wave", names, 1, 5), {}, SPEC)
    assert "200 questions are more than 150" in found.style["remark"]


def test_traits_say_what_they_are_made_of() -> None:
    """Items turned round, the scale, centering; special traits are marked."""
    scale = ScaleSpec("calm", ("A", "B"), ("B",), 0, 10, facet="values", centered=True)
    trait = scale_trait(scale, {"verdict": "good", "reason": "Alpha 0.85."}, special=True)
    made_of = "mean of 2 questions, 1 turned round, 0 to 10 less the respondent's mean answer"
    assert trait.description == f"Calm (values): {made_of}; good. Alpha 0.85."
    assert (str(trait.data_class), trait.renew_after_days) == ("special", 1095)
    hobby = answer_trait(AnswerSpec("hobby", "Favorite pastime", facet="interests"))
    assert (str(hobby.type), str(hobby.data_class), hobby.renew_after_days) == ("text", "personal", 365)


def test_traits_of_needs_are_unobservable_and_about_the_product() -> None:
    """Wedel & Kamakura 2000: benefits are specific and unobservable."""
    need, benefit = NeedSpec("speed", "i", "s"), BenefitsSpec("benefit", ("a", "b", "c"))
    traits = (*need_traits(need), top_need_trait(), *benefit_traits(benefit, 3))
    assert {(str(each.observability), str(each.specificity)) for each in traits} == {
        ("unobservable", "product_specific")
    }
    assert [str(each.origin) for each in traits] == ["computed"] * 3 + ["predicted"] * 2
    assert "one of 3" in traits[3].description


def test_answers_become_codes_in_their_natural_order() -> None:
    """10 comes after 9, words after numbers; who answered less than half is left out."""
    columns: dict[str, Sequence[str | None]] = {"A": ["10", "9", None], "B": ["b", "a", None], "C": [None, "1", "1"]}
    told = choices(["x", "y", "z"], columns)
    assert told.answers == (("9", "10"), ("a", "b"), ("1",))
    assert told.customers == ("x", "y")
    assert told.codes[:, :2].tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert choices([], {}).codes.shape == (0, 0)


def kinds(rows: int, groups: int, seed: int = 0) -> tuple[dict[str, Sequence[str | None]], Any]:
    """Groups who each prefer an answer of their own to every question; in words, as numbers would be a level."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, groups, rows)
    columns: dict[str, Sequence[str | None]] = {}
    for question in range(6):
        own = random.random(rows) < 0.85
        columns[f"Q{question}"] = [f"choice {each}" for each in np.where(own, truth, random.integers(0, groups, rows))]
    return columns, truth


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_the_number_of_planted_classes_comes_back(groups: int) -> None:
    """Two, three and four groups, in nearly every respondent, whatever the order of rows."""
    columns, truth = kinds(600, groups)
    names = [f"c{place:04}" for place in range(600)]
    spec = BenefitsSpec("benefit", tuple(columns))
    found = benefit_classes(choices(names, columns), spec)
    assert isinstance(found, Benefits)
    assert len(found.names) == len(set(found.names)) == groups
    best = [np.bincount(truth[found.labels == label]).max() for label in range(groups)]
    assert sum(best) > 0.95 * 600
    assert found.shares.sum() == pytest.approx(1)
    assert (np.diff(found.shares) <= 0).all()
    assert 0.8 < found.entropy <= 1


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_null_worlds_have_one_class(seed: int) -> None:
    """Unrelated answers: not estimable, in whatever world."""
    random = np.random.default_rng(seed)
    columns: dict[str, Sequence[str | None]] = {
        f"Q{place}": [str(each) for each in random.integers(0, 3, 300)] for place in range(4)
    }
    found = benefit_classes(choices([f"c{place}" for place in range(300)], columns), BenefitsSpec("b", tuple(columns)))
    assert isinstance(found, NotEstimable)


def test_a_small_sample_for_many_questions_is_told() -> None:
    """Seventy respondents for each question are wanted (Dolnicar et al. 2014)."""
    columns, _ = kinds(200, 2)
    spec = BenefitsSpec("benefit", tuple(columns))
    told = choices([f"c{place:03}" for place in range(200)], columns)
    rows = class_rows(spec, told, benefit_classes(told, spec))
    assert all("200 respondents are fewer than the 420 wanted" in row["reason"] for row in rows)


def test_driver_rows_tell_what_was_found_or_why_not() -> None:
    """One row for each driver, or one row with the reason."""
    spec = DriversSpec("why", "y", ("a", "b"), "loyalty", ("b",))
    random = np.random.default_rng(0)
    drivers = random.standard_normal((100, 2))
    outcome = drivers[:, :1] + random.standard_normal((100, 1))
    rows = driver_rows(spec, ("plan", "s1"), np.hstack([outcome, drivers]))
    assert [(row["driver"], row["claim"]) for row in rows] == [("a", "association"), ("b", "cause")]
    assert {(row["segmentation"], row["segment_id"], row["kind"]) for row in rows} == {("plan", "s1", "loyalty")}
    assert sum(row["relative"] for row in rows) == pytest.approx(1)
    few = driver_rows(spec, ("plan", "s1"), np.ones((5, 3)))
    assert [row["reason"] for row in few] == ["5 respondents answered everything, 20 are needed."]
    assert nothing(spec, "No.")[0]["segment_id"] == "everybody"
