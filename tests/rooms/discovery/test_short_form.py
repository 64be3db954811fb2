"""The short form of a survey: from answers and segments as published to questions on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.discovery.guide.short_form import ShortForm, question_rows, short_form
from segmentry.discovery.run_guide import record_questions
from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine, arrow_schema
from segmentry.profiles.psychographic.tables import SURVEY_ANSWERS
from segmentry.science.golden_questions import GoldenQuestions
from segmentry.terms.numbers import NotEstimable

AS_OF = datetime(2026, 3, 1)
QUESTIONS = ("I plan ahead", "I like company", "Prices matter", "religion", "shoe size")
CUSTOMERS = 240


def answers(seed: int = 3) -> list[dict[str, Any]]:
    """Planning tells savers from the others; religion would as well, and is no one's business."""
    rng, rows = np.random.default_rng(seed), []
    for person in range(CUSTOMERS):
        saver = person % 2 == 0
        told: dict[str, float | None] = {
            "I plan ahead": float(rng.integers(4, 6) if saver else rng.integers(1, 4)),
            "I like company": float(rng.integers(1, 6)),
            "Prices matter": float(rng.integers(2, 6) if saver else rng.integers(1, 5)),
            "religion": float(saver),
            "shoe size": None if person % 3 else 40.0 + person % 5,
        }
        for question, score in told.items():
            row = {"customer_id": f"c{person:03}", "survey_id": "wave", "question": question, "score": score}
            rows.append(row | {"answer": None if score is None else f"{score:g}"})
    return rows


def members() -> list[dict[str, Any]]:
    return [
        {"segmentation": "habits", "customer_id": f"c{person:03}", "segment_id": ["saver", "spender"][person % 2]}
        for person in range(CUSTOMERS)
    ]


def publish(engine: Engine, told: list[dict[str, Any]] | None) -> None:
    with engine.run("study", AS_OF) as run:
        rows = members()
        names = set(SEGMENTATION_MEMBERS.names)
        filled = [{name: row.get(name) for name in names} for row in rows]
        run.publish(SEGMENTATION_MEMBERS, pa.Table.from_pylist(filled, schema=arrow_schema(SEGMENTATION_MEMBERS)))
        if told is not None:
            run.publish(SURVEY_ANSWERS, pa.Table.from_pylist(told, schema=arrow_schema(SURVEY_ANSWERS)))


def found(form: ShortForm) -> GoldenQuestions:
    assert isinstance(form.found, GoldenQuestions)
    return form.found


def test_the_telling_question_comes_first_and_special_categories_never(engine: Engine) -> None:
    """Religion would tell everything; it is locked, named as such, and not among those looked at."""
    publish(engine, answers())
    form = short_form(engine, "habits")
    assert form.locked == ("religion",)
    assert [question for _, question in form.asked] == ["I like company", "I plan ahead", "Prices matter"]
    assert form.asked[found(form).functions.questions[0]] == ("wave", "I plan ahead")
    assert form.segments == ("saver", "spender")


def test_questions_on_record_name_the_segment_of_a_new_respondent(engine: Engine) -> None:
    """Constant plus weights times answers, from the published table alone."""
    publish(engine, answers())
    form = short_form(engine, "habits")
    with engine.run("study", AS_OF) as run:
        record_questions(run, "habits", AS_OF, form)
    rows = engine.rows(engine.table("study_questions"))
    for planned, expected in ((5.0, "saver"), (1.0, "spender")):
        told = {None: 1.0, "I plan ahead": planned}
        sums: dict[str, float] = {}
        for row in rows:
            answer = told.get(row["question"], row["usual_answer"])
            sums[row["segment_id"]] = sums.get(row["segment_id"], 0.0) + row["weight"] * answer
        assert max(sums, key=lambda each: sums[each]) == expected


def test_another_look_replaces_what_was_on_record(engine: Engine) -> None:
    """No question of an earlier look stays behind, and those of other studies do."""
    publish(engine, answers())
    form = short_form(engine, "habits")
    for study, told in (("other", form), ("habits", form), ("habits", short_form(engine, "nobody"))):
        with engine.run("study", AS_OF) as run:
            record_questions(run, study, AS_OF, told)
    assert {row["study"] for row in engine.rows(engine.table("study_questions"))} == {"other"}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "no survey was loaded"),
        ([], "in numbers"),
        ([row | {"score": None} for row in answers()], "in numbers"),
        ([row for row in answers() if row["question"] == "religion"], "in numbers"),
        ([row for row in answers() if row["customer_id"] < "c050"], "fewer than 100"),
    ],
)
def test_without_answers_there_are_no_questions(engine: Engine, told: list[dict[str, Any]] | None, reason: str) -> None:
    """Each refusal says what is lacking, and nothing goes on record."""
    publish(engine, told)
    form = short_form(engine, "habits")
    assert isinstance(form.found, NotEstimable)
    assert reason in form.found.reason
    assert question_rows("habits", AS_OF, form) == []
