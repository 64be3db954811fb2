"""What a settings file may say of surveys and needs: defaults, meanings, and every mistake at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.needs.spec import KANO_WORDS, NeedsSpec
from segmentry.profiles.psychographic.items import Common, common_scale, place, questions_asked, survey_of
from segmentry.profiles.psychographic.spec import FACETS, PsychographicSpec, ScaleSpec
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.surveys import WHEN


def surveys(**told: Any) -> PsychographicSpec:
    return PsychographicSpec.from_settings(told, **WHEN)


def needs(**told: Any) -> NeedsSpec:
    return NeedsSpec.from_settings(told, **WHEN)


def mistakes(read: Any, **told: Any) -> list[str]:
    """Where each mistake stands."""
    with pytest.raises(SettingsError) as caught:
        read(**told)
    return [each.where for each in caught.value.problems]


def test_nothing_declared_is_a_question_too() -> None:
    """Without settings no scales and no needs; the defaults stand."""
    spec = surveys()
    assert (spec.scales, spec.answers, spec.reliable_from, spec.lawful_basis) == ((), (), 0.6, "")
    assert needs() == NeedsSpec(**WHEN)


def test_a_scale_is_read_as_written() -> None:
    """Every key of a scale; words in lower case."""
    told = {
        "items": ["A", "B"],
        "reversed": ["B"],
        "lowest": 0,
        "highest": 10,
        "survey": "wave",
        "facet": "values",
        "labels": {" Never ": 0},
        "centered": True,
    }
    scale = ScaleSpec("care", ("A", "B"), ("B",), 0.0, 10.0, "wave", "values", (("never", 0.0),), True)
    assert surveys(scales={"care": told}).scales == (scale,)


def test_every_mistake_in_scales_is_told_at_once() -> None:
    """Eight mistakes, eight problems, each with its place."""
    scales = {
        "Bad Name": {"items": ["A"]},
        "upside": {"items": ["A"], "lowest": 5, "highest": 1},
        "turned": {"items": ["A"], "reversed": ["Z"]},
        "empty": {"items": []},
        "words": {"items": ["A"], "labels": {"never": 9}},
        "facet": {"items": ["A"], "facet": "valuess"},
        "key": {"items": ["A"], "reverse": ["A"]},
        "text": {"items": "A"},
    }
    found = mistakes(surveys, scales=scales)
    assert len([each for each in found if "upside" in each]) == 1
    assert {name for name in scales if any(name in each for each in found)} == set(scales)
    assert all(each.startswith("[surveys") for each in found)


def test_a_misspelt_word_is_answered_with_the_near_one() -> None:
    """The facet and the key that may be meant."""
    with pytest.raises(SettingsError) as caught:
        surveys(scales={"care": {"items": ["A"], "facet": "valuess", "centred": True}})
    told = str(caught.value)
    assert "'values'" in told
    assert "'centered'" in told


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"least_answered": 2}, "least_answered"),
        ({"straight_line_from": True}, "straight_line_from"),
        ({"rotation": "quartimax"}, "rotation"),
        ({"scales": ["A"]}, "scales"),
        ({"scales": {"care": 5}}, "care"),
        ({"scales": {"care": {"items": ["A", "A"]}}}, "items"),
        ({"scales": {"care": {"items": ["A"], "labels": {"a": "one"}}}}, "labels"),
        ({"scales": {"care": {"items": ["A"], "centered": "yes"}}}, "centered"),
        ({"scales": {"care": {"items": ["A"], "survey": 5}}}, "survey"),
        ({"answers": {"hobby": {}}}, "question"),
        ({"answers": {"hobby": {"question": "h", "codes": [1]}}}, "codes"),
        ({"answers": {"hobby": {"question": "h"}}, "scales": {"hobby": {"items": ["A"]}}}, "answers"),
        ({"scale": {}}, "[surveys]"),
    ],
)
def test_wrong_values_of_surveys_are_refused(told: dict[str, Any], where: str) -> None:
    """One mistake, one problem that names its key."""
    found = mistakes(surveys, **told)
    assert len(found) == 1
    assert where in found[0]


PAIR = {"importance": "i", "satisfaction": "s"}


def test_needs_are_read_as_written() -> None:
    """Needs, Kano pairs, benefits and drivers."""
    spec = needs(
        needs={"speed": PAIR | {"kind": "emotional", "highest": 7, "top": 3}},
        kano={"chat": {"functional": "f", "dysfunctional": "d"}},
        benefits={"benefit": {"questions": ["a", "b", "c"], "most": 4}},
        drivers={"why": {"outcome": "y", "drivers": ["a", "b"], "randomized": ["b"], "kind": "loyalty"}},
    )
    assert (spec.needs[0].cut, spec.needs[0].kind) == (5.0, "emotional")
    assert spec.kano[0].labels == KANO_WORDS
    assert spec.benefits[0].most == 4
    assert spec.drivers[0].randomized == ("b",)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"needs": {"speed": {"importance": "i"}}}, "satisfaction"),
        ({"needs": {"speed": {"importance": "i", "satisfaction": "i"}}}, "satisfaction"),
        ({"needs": {"speed": PAIR | {"kind": "physical"}}}, "kind"),
        ({"needs": {"speed": PAIR | {"top": 5}}}, "top"),
        ({"kano": {"chat": {"functional": "f", "dysfunctional": "d", "labels": {"like": 6}}}}, "labels"),
        ({"benefits": {"benefit": {"questions": ["a", "b"]}}}, "questions"),
        ({"benefits": {"benefit": {"questions": ["a", "b", "c"], "most": 1}}}, "most"),
        ({"drivers": {"why": {"outcome": "y", "drivers": ["y"]}}}, "drivers"),
        ({"drivers": {"why": {"outcome": "y", "drivers": [str(each) for each in range(13)]}}}, "drivers"),
        ({"drivers": {"why": {"outcome": "y", "drivers": ["a"], "randomized": ["b"]}}}, "randomized"),
        ({"drivers": {"why": {"outcome": "y", "drivers": ["a"], "kind": "joy"}}}, "kind"),
    ],
)
def test_wrong_values_of_needs_are_refused(told: dict[str, Any], where: str) -> None:
    """One mistake, one problem that names its key."""
    found = mistakes(needs, **told)
    assert len(found) == 1
    assert where in found[0]


def test_specs_can_be_stored_and_told_apart() -> None:
    """Another item is another question; the same settings are the same one."""
    told = {"care": {"items": ["A", "B"]}}
    assert surveys(scales=told).fingerprint == surveys(scales=told).fingerprint
    assert surveys(scales=told).fingerprint != surveys(scales={"care": {"items": ["A", "C"]}}).fingerprint
    assert surveys(scales=told).as_dict()["scales"][0]["items"] == ["A", "B"]


def test_every_facet_has_a_basis_and_an_age() -> None:
    """No facet without the day on which it must be asked again."""
    assert all(days > 0 for _, days, _ in FACETS.values())
    assert {facet for facet, (basis, _, _) in FACETS.items() if basis.value == "psychographic"} == {
        "personality",
        "values",
        "attitudes",
        "interests",
        "lifestyle",
        "social_class",
    }


ASKED = {"small": {"A": 5, "B": 5}, "large": {"A": 50, "B": 40, "C": 30}}


def test_the_survey_with_most_of_the_questions_is_taken() -> None:
    """Most questions first, then most answers; a survey that is named is taken if it asks any."""
    assert survey_of(["A", "B"], "", ASKED) == "large"
    assert survey_of(["A", "B"], "small", ASKED) == "small"
    assert survey_of(["C"], "small", ASKED) == ""
    assert survey_of(["X"], "", ASKED) == ""
    assert survey_of([], "", {}) == ""
    assert place(ScaleSpec("care", ("A", "D")), ASKED).missing == ("'D'",)


def test_questions_asked_come_by_survey() -> None:
    """Rows of the engine as a mapping of mappings."""
    rows = [
        {"survey_id": "s", "question": "A", "respondents": 2},
        {"survey_id": "t", "question": "A", "respondents": 3},
    ]
    assert questions_asked(rows) == {"s": {"A": 2}, "t": {"A": 3}}


def fact(question: str, lowest: float, highest: float, different: int = 5, **told: Any) -> dict[str, Any]:
    filled = {"answered": 100, "points": 100, "whole": 100}
    return filled | {"question": question, "lowest": lowest, "highest": highest, "different": different} | told


def test_the_common_scale_is_the_one_most_questions_reach() -> None:
    """Ages, yes or no, halves and words are on no common scale; a question that reaches one end only is."""
    rated = [fact(f"Q{each}", 1.0, 5.0) for each in range(4)] + [fact("Half", 2.0, 5.0, 4)]
    others = [
        fact("Age", 15.0, 90.0, 60),
        fact("Owner", 0.0, 1.0, 2),
        fact("Weight", 1.0, 5.0, 5, whole=80),
        fact("Mixed", 1.0, 5.0, 5, points=50, whole=50),
        fact("NPS", 0.0, 10.0, 11),
        fact("Open", 1.0, 5.0, 5, points=0, whole=None),
    ]
    found = common_scale("s", [*others, *rated], with_special=False)
    assert found == Common("s", ("Half", "Q0", "Q1", "Q2", "Q3"), 1.0, 5.0)
    assert common_scale("s", rated[:3], with_special=False) is None
    assert common_scale("s", others, with_special=False) is None


@settings(max_examples=20, deadline=None)
@given(st.permutations([fact(f"Q{each}", 1.0, 5.0) for each in range(5)] + [fact("Religion", 1.0, 5.0)]))
def test_special_questions_are_no_part_of_it(rows: list[dict[str, Any]]) -> None:
    """Whatever the order of questions; with a lawful basis they are."""
    locked, free = common_scale("s", rows, with_special=False), common_scale("s", rows, with_special=True)
    assert locked is not None
    assert free is not None
    assert "Religion" not in locked.questions
    assert "Religion" in free.questions
