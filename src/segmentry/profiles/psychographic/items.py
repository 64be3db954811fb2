"""Which survey a scale is answered in, which questions share a common scale, and which may not be added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segmentry.profiles.given import data_class_of
from segmentry.profiles.psychographic.spec import ScaleSpec
from segmentry.terms.errors import near_miss
from segmentry.terms.vocabulary import DataClass

_FEWEST, _MOST_POINTS = 4, 11
_NUMERIC = 0.9

Asked = Mapping[str, Mapping[str, int]]
"""Survey to question to the number of respondents."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A scale in its survey.

    Attributes:
        scale: The scale.
        survey_id: The survey that asks most of its items; empty where none asks any.
        items: Those of its items that were asked.
        missing: Those that nobody was asked, with a hint each.
        special: Items that tell a special category.
    """

    scale: ScaleSpec
    survey_id: str
    items: tuple[str, ...]
    missing: tuple[str, ...]
    special: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """The questions of a survey that are answered on one scale.

    Attributes:
        survey_id: The survey.
        questions: The questions, in the order of the alphabet.
        lowest: Lowest point.
        highest: Highest point.
    """

    survey_id: str
    questions: tuple[str, ...]
    lowest: float
    highest: float


def questions_asked(rows: Iterable[Mapping[str, Any]]) -> Asked:
    """Rows of ``survey_id``, ``question`` and ``respondents`` by survey and question."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row["survey_id"]][row["question"]] = int(row["respondents"])
    return found


def survey_of(questions: Sequence[str], wanted: str, asked: Asked) -> str:
    """The survey that asks most of ``questions``; of equal ones that with more answers; empty where none asks any."""
    known = [wanted] if wanted else sorted(asked)
    counted = [
        (sum(question in asked.get(survey, {}) for question in questions), _answers(questions, asked.get(survey, {})))
        for survey in known
    ]
    best = max(counted, default=(0, 0))
    return known[counted.index(best)] if best[0] else ""


def _answers(questions: Sequence[str], asked: Mapping[str, int]) -> int:
    return sum(asked.get(question, 0) for question in questions)


def place(scale: ScaleSpec, asked: Asked) -> Placed:
    """The scale in the survey that asks its items."""
    survey = survey_of(scale.items, scale.survey_id, asked)
    known = asked.get(survey, {})
    every = {question for questions in asked.values() for question in questions}
    missing = tuple(unasked(each, every) for each in scale.items if each not in known)
    items = tuple(each for each in scale.items if each in known)
    return Placed(scale, survey, items, missing, special_among((scale.name, *scale.items)))


def unasked(question: str, every: Iterable[str]) -> str:
    """A question that nobody was asked, with the one that may be meant."""
    hint = near_miss(question, every)
    return f"{question!r} ({hint[0].lower()}{hint[1:]})" if hint else repr(question)


def special_among(names: Sequence[str]) -> tuple[str, ...]:
    """Names that tell a special category, such as religion or politics."""
    return tuple(name for name in names if data_class_of(name.replace(" ", "_")) is DataClass.SPECIAL)


def common_scale(survey_id: str, facts: Sequence[Mapping[str, Any]], *, with_special: bool) -> Common | None:
    """The questions of one survey that are answered with whole numbers on its usual scale; None for fewer than four.

    The usual scale is the one whose ends most questions reach: with few respondents not every question reaches both.

    Args:
        survey_id: The survey.
        facts: Its questions, as `answers.question_facts` tells.
        with_special: Whether questions of special categories may be among them.
    """
    rated = [row for row in facts if _is_rated(row) and (with_special or not special_among([row["question"]]))]
    spans = {(row["lowest"], row["highest"]) for row in rated}
    if not spans:
        return None
    lowest, highest = max(sorted(spans), key=lambda span: (_ends_met(span, rated), span[1] - span[0]))
    inside = sorted(row["question"] for row in rated if lowest <= row["lowest"] and row["highest"] <= highest)
    return Common(survey_id, tuple(inside), lowest, highest) if len(inside) >= _FEWEST else None


def _ends_met(span: tuple[float, float], rated: Sequence[Mapping[str, Any]]) -> int:
    """How often questions inside a span reach one of its ends."""
    inside = [row for row in rated if span[0] <= row["lowest"] and row["highest"] <= span[1]]
    return sum((row["lowest"] == span[0]) + (row["highest"] == span[1]) for row in inside)


def _is_rated(row: Mapping[str, Any]) -> bool:
    points = int(row["points"] or 0)
    if not points or points < _NUMERIC * int(row["answered"]) or int(row["whole"]) < points:
        return False
    return int(row["different"]) > 2 and row["highest"] - row["lowest"] < _MOST_POINTS
