"""Surveys designed, sent out with links nobody can guess, and their answers taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles import run_survey_designs
from segmentry.profiles.feedback.designs import Design, question_rows, read_design, take_answers, tokens
from segmentry.terms.canonical import CONSENTS
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.voices import AS_OF, MEMBERS, publish, refreshed, table
from tests.rooms.shops import arrow

KEY = b"0123456789abcdef"
TOML = """
survey = "spring"
title = "How was it?"

[[questions]]
text = "How likely are you to recommend us?"
measure = "nps"

[[questions]]
id = "ease"
text = "It was easy."
measure = "ces"
labels = {never = 1, always = 7}

[[questions]]
id = "where"
text = "Where did you buy?"
choices = ["store", "web"]

[[questions]]
id = "why"
text = "Why?"
kind = "text"
"""
YAML = """
survey: spring
title: How was it?
questions:
  - text: How likely are you to recommend us?
    measure: nps
  - {id: ease, text: It was easy., measure: ces, labels: {never: 1, always: 7}}
  - {id: where, text: "Where did you buy?", choices: [store, web]}
  - {id: why, text: "Why?", kind: text}
"""


@pytest.fixture
def design() -> Design:
    return read_design(TOML)


def test_both_notations_design_the_same(design: Design) -> None:
    """TOML and YAML; scales follow from what is measured; the kind follows from choices."""
    assert read_design(YAML, "yaml") == design
    assert [(each.kind, each.measure, each.low, each.high) for each in design.questions][:3] == [
        ("scale", "nps", 0.0, 10.0),
        ("scale", "ces", 1.0, 7.0),
        ("choice", "", 1.0, 5.0),
    ]


def test_ids_of_questions_are_stable(design: Design) -> None:
    """They follow from the survey and the words, not from the order; other words are another question."""
    first = design.questions[0].id
    turned = read_design(
        'survey = "spring"\n[[questions]]\ntext = "Other?"\n[[questions]]\ntext = "How likely are you to recommend us?"'
    )
    assert turned.questions[1].id == first
    assert turned.questions[0].id != first
    assert [row["question"] for row in question_rows(design)] == [first, "ease", "where", "why"]


def test_every_mistake_in_a_design_is_told() -> None:
    """No name, a falling scale, recommendation on five points, one choice, an unknown key, an id twice."""
    wrong = """
    [[questions]]
    id = "a"
    text = "One?"
    low = 5
    high = 1
    [[questions]]
    id = "a"
    text = "Two?"
    measure = "nps"
    low = 1
    [[questions]]
    id = "c"
    text = "Three?"
    choices = ["only"]
    colour = "red"
    """
    with pytest.raises(SettingsError) as caught:
        read_design(wrong)
    assert len(caught.value.problems) == 6


@pytest.mark.parametrize(("text", "kind"), [("survey = ", "toml"), ("a: [", "yaml"), ("- 1", "yaml"), ("", "toml")])
def test_what_is_no_design_is_refused(text: str, kind: str) -> None:
    """Broken notation, a list, nothing."""
    with pytest.raises(SettingsError):
        read_design(text, kind)


def test_tokens_are_stable_and_tell_nothing_without_the_key() -> None:
    """The same respondent keeps the token; another key, survey or respondent has another; a short key is refused."""
    first = tokens("spring", ["ann", "bob"], KEY)
    assert tokens("spring", ["bob", "ann"], KEY) == first[::-1]
    others = tokens("spring", ["ann"], KEY[::-1]) + tokens("autumn", ["ann"], KEY) + first
    assert len(set(others)) == 4
    assert not any("ann" in each for each in others)
    with pytest.raises(SettingsError):
        tokens("spring", ["ann"], b"short")


def test_answers_join_their_respondents(design: Design) -> None:
    """Points, words for points and choices are understood; what is left out is no answer."""
    nps = design.questions[0].id
    row: dict[str, Any] = {"token": "t1", "answered_at": AS_OF, nps: "9", "ease": "Always", "where": "web", "why": ""}
    taken = take_answers(design, [row], {"t1": "ann"})
    assert {each["question"]: (each["answer"], each["score"]) for each in taken.responses} == {
        nps: ("9", 9.0),
        "ease": ("Always", 7.0),
        "where": ("web", None),
    }
    assert {each["party_key"] for each in taken.responses} == {"ann"}
    assert taken.findings == ()


def test_answers_that_cannot_be_are_findings(design: Design) -> None:
    """A stranger, no such question, off the scale, no point, no choice, a second questionnaire; by line of the file."""
    nps = design.questions[0].id
    filled = [
        {"token": "forged", nps: 9},
        {"token": "t1", nps: 11, "ease": "purple", "where": "moon", "shoe_size": 42},
        {"token": "t1", nps: 7},
    ]
    taken = take_answers(design, filled, {"t1": "ann"})
    assert [(each["line"], each["finding"].split(":")[0]) for each in taken.findings] == [
        (2, "nobody was asked with this token"),
        (3, nps),
        (3, "ease"),
        (3, "where"),
        (3, "shoe_size"),
        (4, "answered before; the later answers count"),
    ]
    assert [(each["question"], each["score"]) for each in taken.responses] == [(nps, 7.0)]


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("nps", "7.5", "between the points"),
        ("nps", "-1", "leaves the scale from 0 to 10"),
        ("nps", "nan", "leaves the scale"),
        ("ease", "6 of 5", "no point"),
        ("ease", "8", "leaves the scale from 1 to 7"),
        ("ease", "2.0001", "between the points"),
    ],
)
def test_an_answer_beside_the_points_is_a_finding_and_no_score(
    design: Design, question: str, answer: str, words: str
) -> None:
    """Half a point, one beyond an end, no number: told with line and answer, and neither rounded nor scored."""
    name = design.questions[0].id if question == "nps" else question
    taken = take_answers(design, [{"token": "t1", name: answer, "where": "web"}], {"t1": "ann"})
    assert [(each["line"], each["given"]) for each in taken.findings] == [(2, answer)]
    assert words in taken.findings[0]["finding"]
    assert [each["question"] for each in taken.responses] == ["where"]


def test_points_of_a_scale_are_its_steps_its_ends_and_its_words() -> None:
    """A scale from .5 to 3 has .5, 1.5, 2.5 and 3; a word may stand for a half, and then the half may be written."""
    text = """
    survey = "s"
    [[questions]]
    id = "a"
    text = "How much?"
    low = 0.5
    high = 3
    labels = {middle = 2.25}
    """
    design = read_design(text)
    given = ["0.5", "1.5", "2.5", "3", "Middle", "2.25", "1", "2"]
    taken = [take_answers(design, [{"token": "t", "a": each}], {"t": "ann"}) for each in given]
    assert [[each["score"] for each in one.responses] for one in taken] == [
        [0.5], [1.5], [2.5], [3.0], [2.25], [2.25], [], [],
    ]  # fmt: skip


def test_words_for_points_off_the_scale_are_refused() -> None:
    """A label that stands for 6 of 5 could never be an answer."""
    with pytest.raises(SettingsError, match="off the scale"):
        read_design('survey = "s"\n[[questions]]\ntext = "How?"\nmeasure = "csat"\nlabels = {super = 6}')


def invited(engine: Engine, design: Design, **told: Any) -> list[dict[str, Any]]:
    with engine.run("invite") as run:
        return run_survey_designs.invite(run, design, KEY, AS_OF, "https://shop.example/s?t={token}", **told)


def test_a_survey_goes_out_and_its_answers_become_scores_and_traits(engine: Engine, design: Design) -> None:
    """Respondents get links; what they answer is measured in the next refresh without any setting."""
    publish(engine, [], also=["ann", "bob", "cyn"])
    refreshed(engine)
    out = invited(engine, design)
    assert [row["party_key"] for row in out] == ["ann", "bob", "cyn"]
    assert all(row["link"].endswith(row["token"]) for row in out)
    nps = design.questions[0].id
    at = AS_OF - timedelta(days=1)
    filled = [
        {"token": row["token"], "answered_at": at, nps: point} for row, point in zip(out, (10, 9, 2), strict=True)
    ]
    with engine.run("load") as run:
        assert run_survey_designs.take(run, design, [*filled, {"token": "x", nps: 1}], "spring-1")[0]["line"] == 5
    refreshed(engine)
    scores = table(engine, "feedback_scores", "measure", "period")
    assert (scores["nps", "all"]["answers"], scores["nps", "all"]["score"]) == (3, pytest.approx(100 / 3))
    assert table(engine, "feedback_traits", "customer_id")["cyn"]["nps_class"] == "detractor"


def test_loading_answers_again_replaces_them(engine: Engine, design: Design) -> None:
    """The same load twice is there once; another load adds to it."""
    publish(engine, [], also=["ann", "bob"])
    refreshed(engine)
    out = invited(engine, design)
    for load, row in (("a", out[0]), ("a", out[0]), ("b", out[1])):
        with engine.run("load") as run:
            run_survey_designs.take(run, design, [{"token": row["token"], "why": "So"}], load)
    assert set(table(engine, "survey_responses", "party_key")) == {"ann", "bob"}
    assert engine.artifact("survey_responses").rows == 2


def test_only_members_are_asked_and_nobody_who_refused(engine: Engine) -> None:
    """Segments limit who is asked; the newest word on surveys counts, a word on marketing does not."""
    publish(engine, [], also=["ann", "bob", "cyn", "dan"])
    refreshed(engine)
    words = [
        {"party_key": who, "source": "web", "purpose": purpose, "given": given}
        | {"recorded_at": AS_OF - timedelta(days=days)}
        for who, purpose, given, days in (
            ("ann", "surveys", False, 3), ("bob", "surveys", False, 9), ("bob", "Surveys", True, 1),
            ("cyn", "marketing", False, 1),
        )
    ]  # fmt: skip
    inside = [{"customer_id": who, "segment_id": "fans"} for who in ("ann", "bob", "cyn")]
    with engine.run("load") as run:
        run.publish(CONSENTS, arrow(CONSENTS, words))
        run.publish(MEMBERS, arrow(MEMBERS, inside))
    design = read_design(TOML.replace("[[questions]]", 'segments = ["fans"]\n[[questions]]', 1))
    assert [(row["party_key"], row["segment_id"]) for row in invited(engine, design)] == [
        ("bob", "fans"),
        ("cyn", "fans"),
    ]


def test_strange_segments_and_links_are_refused_together(engine: Engine) -> None:
    """Nobody is in such a segment, and a link without the token would be the same for all."""
    publish(engine, [], also=["ann"])
    refreshed(engine)
    design = read_design(TOML.replace("[[questions]]", 'segments = ["fens"]\n[[questions]]', 1))
    with engine.run("invite") as run, pytest.raises(SettingsError) as caught:
        run_survey_designs.invite(run, design, KEY, AS_OF, "https://shop.example/s")
    assert [each.code for each in caught.value.problems] == ["LINK_WRONG", "SEGMENT_UNKNOWN"]
