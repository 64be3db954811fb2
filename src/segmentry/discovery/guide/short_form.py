"""The short form of a survey: the few questions by which new respondents find their segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
import numpy as np

from segmentry.profiles.picking import even_sample
from segmentry.profiles.psychographic.items import special_among
from segmentry.profiles.psychographic.sheets import sheet_of
from segmentry.science.golden_questions import GoldenQuestions, golden_questions
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.segments.reader import Reader
from segmentry.terms.numbers import NotEstimable

MOST_RESPONDENTS = 20_000
"""Respondents that are looked at; every n-th by id where there are more."""
MOST_QUESTIONS = 500
ANSWERED_BY = 0.5
"""Share of members who must have answered a question for it to be asked again."""

Question = tuple[str, str]
"""Survey and question."""


@dataclass(frozen=True)
class ShortForm:
    """Golden questions by name.

    Attributes:
        asked: Every question looked at.
        found: The few, or why there are none.
        segments: Ids of segments, in the order of labels.
        locked: Questions that tell a special category and were not looked at.
    """

    asked: tuple[Question, ...]
    found: GoldenQuestions | NotEstimable
    segments: tuple[str, ...]
    locked: tuple[str, ...]


def short_form(reader: Reader, study: str, *, most: int = 6, random_state: int = 0) -> ShortForm:
    """Golden questions of the present segments of a study.

    Args:
        reader: Must see ``segmentation_members``; without ``survey_answers`` there are none.
        study: Id of the study.
        most: Most questions.
        random_state: Seed of the parts by which agreement is measured.
    """
    if not reader.has("survey_answers"):
        return ShortForm((), NotEstimable("no survey was loaded"), (), ())
    members = reader.table("segmentation_members")
    own = members.filter(members.segmentation == study).select("customer_id", "segment_id")
    answers = reader.table("survey_answers")
    points = answers.filter(answers.score.notnull()).inner_join(own, "customer_id")
    asked, locked = _asked(reader, points)
    if not asked:
        reason = f"no question was answered in numbers by {ANSWERED_BY:.0%} of the respondents who belong to a segment"
        return ShortForm((), NotEstimable(reason), (), locked)
    values, labels, segments = _at_home(reader, points, asked)
    return ShortForm(asked, golden_questions(values, labels, most=most, random_state=random_state), segments, locked)


def _asked(reader: Reader, points: ir.Table) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """Questions that enough respondents answered, most answered first, and those that are locked."""
    respondents = reader.rows(points.aggregate(number=points.customer_id.nunique()))[0]["number"]
    counted = points.group_by("survey_id", "question").aggregate(answered=points.customer_id.nunique())
    wanted = counted.filter(counted.answered >= ANSWERED_BY * max(respondents, 1))
    order = [wanted.answered.desc(), wanted.survey_id, wanted.question]
    rows = [(row["survey_id"], row["question"]) for row in reader.rows(wanted.order_by(order))]
    locked = set(special_among([question for _, question in rows]))
    allowed = sorted(row for row in rows[:MOST_QUESTIONS] if row[1] not in locked)
    return tuple(allowed), tuple(sorted(locked))


def _at_home(
    reader: Reader, points: ir.Table, asked: Sequence[Question]
) -> tuple[FloatArray, IntArray, tuple[str, ...]]:
    """Answers, a row for each respondent and a column for each question, with labels and what they stand for."""
    people = points.select("customer_id", "segment_id").distinct()
    number = int(reader.rows(people.aggregate(number=people.count()))[0]["number"])
    sample = even_sample(people, number, MOST_RESPONDENTS)
    told = reader.arrow(points.semi_join(sample, "customer_id").select("customer_id", "survey_id", "question", "score"))
    ids, values = sheet_of(told, asked, ["survey_id", "question"], "score")
    segment_of = {row["customer_id"]: row["segment_id"] for row in reader.rows(sample)}
    segments = sorted({segment_of[each] for each in ids})
    return values, np.searchsorted(segments, [segment_of[each] for each in ids]).astype(np.int64), tuple(segments)


def question_rows(study: str, as_of: datetime, form: ShortForm) -> list[dict[str, Any]]:
    """Rows of the contract `STUDY_QUESTIONS`: each question with its weight for each segment, and the constants."""
    if isinstance(form.found, NotEstimable):
        return []
    found, rows = form.found, []
    names = [("", "")] + [form.asked[each] for each in found.functions.questions]
    for label, segment in enumerate(form.segments):
        weights = (found.functions.constants[label], *found.functions.weights[label])
        for place, (name, weight) in enumerate(zip(names, weights, strict=True)):
            usual = None if place == 0 else float(found.functions.usual[place - 1])
            rows.append(
                {
                    "study": study,
                    "as_of": as_of,
                    "segment_id": segment,
                    "position": place,
                    "survey_id": name[0] or None,
                    "question": name[1] or None,
                    "weight": float(weight),
                    "usual_answer": usual,
                }
            )
    return rows
