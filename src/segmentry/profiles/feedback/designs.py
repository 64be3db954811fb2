"""Surveys as they are designed: questions with stable ids, who is asked, links of respondents, answers taken back."""

from __future__ import annotations

import hashlib
import hmac
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segmentry.profiles.feedback.spec import MEASURES
from segmentry.profiles.settings import Settings
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError, shorten

KINDS = ("scale", "choice", "text")
"""Kinds of questions."""

_MEASURED = ("", *MEASURES[:3])
_USUAL = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0), "": (1.0, 5.0)}
FIRST_LINE = 2
"""Line of the first questionnaire in a file; the head is line 1."""
_TOKEN = 24
_KEY = 16


@dataclass(frozen=True)
class Question(Spec):
    """One question.

    Attributes:
        id: Stable id; made of the survey and the words where none was given.
        text: The question in words.
        kind: One of `KINDS`.
        measure: nps, csat or ces, or empty.
        low: Lowest point of a scale.
        high: Highest point of a scale.
        labels: Words with the point each stands for.
        choices: Answers to choose from.
    """

    id: str
    text: str
    kind: str
    measure: str = ""
    low: float = 1.0
    high: float = 5.0
    labels: tuple[tuple[str, float], ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Design(Spec):
    """One survey.

    Attributes:
        survey_id: Id of the survey.
        title: What respondents read above it.
        questions: The questions, in order.
        segments: Segments whose members are asked, defined or found (by id or name); everybody where none is named.
    """

    survey_id: str
    title: str
    questions: tuple[Question, ...]
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Answers taken back.

    Attributes:
        responses: Rows of the contract of ``survey_responses``.
        findings: What could not be taken: line of the file (the head being 1), finding, and what was given.
    """

    responses: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]


def read_design(text: str, kind: str = "toml") -> Design:
    """A design written in TOML or YAML.

    Args:
        text: ``survey``, ``title``, ``segments`` and ``[[questions]]`` with ``text``, and ``id``, ``kind``,
            ``measure``, ``low``, ``high``, ``labels`` or ``choices``.
        kind: ``toml`` or ``yaml``.

    Raises:
        SettingsError: with every mistake.
    """
    problems: list[Problem] = []
    told = Settings("[survey]", _parsed(text, kind), problems)
    survey_id, title = told.needed("survey"), told.text("title")
    segments = told.texts("segments")
    told.asked.add("questions")
    given = told.given.get("questions", [])
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        told.wrong("questions", given, "A survey has a list of questions", "Write [[questions]] with text.")
        given = []
    questions = [_question(survey_id, place, each, problems) for place, each in enumerate(given, 1)]
    ids = [each.id for each in questions]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        told.wrong("questions", twice, "Two questions have one id", "Give each an id of its own.")
    told.done()
    if problems:
        raise SettingsError(problems)
    return Design(survey_id, title or survey_id, tuple(questions), segments)


def tokens(survey_id: str, party_keys: Sequence[str], key: bytes) -> list[str]:
    """What the link of each respondent carries: nobody without the key can tell or guess another's.

    Args:
        survey_id: The survey.
        party_keys: Party keys of the respondents.
        key: Secret of the workspace, 16 bytes or more.

    Raises:
        SettingsError: a shorter key.
    """
    if len(key) < _KEY:
        what, step = "The key is too short to keep links secret", f"Give {_KEY} random bytes or more."
        raise SettingsError(Problem("KEY_SHORT", what, "survey links", f"{len(key)} bytes", step))
    whole = (json.dumps([survey_id, each]).encode() for each in party_keys)
    return [hmac.new(key, each, hashlib.sha256).hexdigest()[:_TOKEN] for each in whole]


def question_rows(design: Design) -> list[dict[str, Any]]:
    """Rows of the contract `SURVEY_QUESTIONS`; the export of the questionnaire as a table."""
    return [
        {
            "survey_id": design.survey_id,
            "question": each.id,
            "text": each.text,
            "kind": each.kind,
            "measure": each.measure or None,
            "scale_low": each.low if each.kind == "scale" else None,
            "scale_high": each.high if each.kind == "scale" else None,
        }
        for each in design.questions
    ]


def take_answers(design: Design, rows: Sequence[Mapping[str, Any]], respondents: Mapping[str, str]) -> Taken:
    """Filled questionnaires as survey responses.

    Args:
        design: The survey.
        rows: One mapping for each filled questionnaire: ``token``, ``answered_at``, and answers by id of the question.
        respondents: Party key of each token.

    Returns:
        The responses, of two questionnaires of one respondent the later row; and what could not be taken.
    """
    known = {each.id: each for each in design.questions}
    findings: list[dict[str, Any]] = []
    taken: dict[str, list[dict[str, Any]]] = {}
    for line, row in enumerate(rows, FIRST_LINE):
        token = str(row.get("token") or "").strip()
        if token not in respondents:
            findings.append({"line": line, "finding": "nobody was asked with this token", "given": shorten(token)})
            continue
        if token in taken:
            findings.append({"line": line, "finding": "answered before; the later answers count", "given": token})
        taken[token] = _answers(design, known, line, row, respondents[token], findings)
    return Taken(tuple(each for answers in taken.values() for each in answers), tuple(findings))


def _parsed(text: str, kind: str) -> object:
    if kind == "yaml":
        import yaml

        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as wrong:
            raise SettingsError(_unreadable(kind, wrong)) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(_unreadable(kind, wrong)) from None


def _unreadable(kind: str, wrong: Exception) -> Problem:
    step = "Mend it at the place it tells."
    return Problem("DESIGN_UNREADABLE", f"The design is no {kind.upper()}", "survey design", shorten(str(wrong)), step)


def _question(survey_id: str, place: int, given: object, problems: list[Problem]) -> Question:
    told = Settings(f"[survey, question {place}]", given, problems)
    text, own = told.needed("text"), told.text("id")
    measure = told.text("measure", "", _MEASURED)
    choices, labels = told.texts("choices"), told.points("labels")
    kind = told.text("kind", "choice" if choices else "scale", KINDS)
    low, high = _USUAL[measure]
    low, high = told.number("low", low, -100, 100), told.number("high", high, -100, 100)
    if kind == "scale" and not low < high:
        told.wrong("high", f"{low:g} to {high:g}", "A scale rises", "Give a higher end.")
    if measure and kind != "scale":
        told.wrong("measure", measure, "Only a scale measures that", "Leave the kind out.")
    if measure == "nps" and (low, high) != (0.0, 10.0):
        told.wrong(
            "measure", f"{low:g} to {high:g}", "Recommendation has the scale from 0 to 10", "Leave the ends out."
        )
    outside = [word for word, point in labels if kind == "scale" and not low <= point <= high]
    if outside:
        told.wrong("labels", ", ".join(outside), "Words stand for points off the scale", "Correct the points.")
    if kind == "choice" and len(choices) < 2:
        told.wrong("choices", choices, "A choice has two answers or more", "List them.")
    told.done()
    made = hashlib.sha256(json.dumps([survey_id, text]).encode()).hexdigest()[:8]
    return Question(own or f"{survey_id}_{made}", text, kind, measure, low, high, labels, choices)


def _answers(
    design: Design,
    known: Mapping[str, Question],
    line: int,
    row: Mapping[str, Any],
    party_key: str,
    findings: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    found = []
    for name, value in row.items():
        if name in ("token", "answered_at"):
            continue
        text = "" if value is None else str(value).strip()
        problem = _fault(known.get(name), text)
        if problem:
            findings.append({"line": line, "finding": f"{name}: {problem}", "given": shorten(text)})
        elif text:
            found.append(
                {
                    "source": "survey",
                    "survey_id": design.survey_id,
                    "response_id": str(row["token"]).strip(),
                    "party_key": party_key,
                    "question": name,
                    "answer": text,
                    "score": _point(known[name], text),
                    "answered_at": row.get("answered_at"),
                }
            )
    return found


def _fault(question: Question | None, text: str) -> str | None:
    if question is None:
        return "the survey has no such question"
    if not text or question.kind == "text":
        return None
    if question.kind == "choice":
        return None if text in question.choices else "this answer is not among the choices"
    point = _point(question, text)
    if point is None:
        return "the answer is no point of the scale"
    if not question.low <= point <= question.high:
        return f"the answer leaves the scale from {question.low:g} to {question.high:g}"
    return None if _is_point(question, point) else "the answer lies between the points of the scale"


def _is_point(question: Question, point: float) -> bool:
    """Whether the scale has this point: whole steps from its lowest one, its highest, and those that have a word."""
    worded = {number for _, number in question.labels}
    return (point - question.low).is_integer() or point == question.high or point in worded


def _point(question: Question, text: str) -> float | None:
    if question.kind != "scale":
        return None
    spoken = dict(question.labels).get(text.lower())
    if spoken is not None:
        return spoken
    try:
        return float(text)
    except ValueError:
        return None
