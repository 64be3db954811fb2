"""Answers as Ibis expressions: which questionnaire counts, answers as points, scores and answer style.

Everything is added up in long form, an answer a row, so that a survey of many questions needs no wide expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.profiles.picking import first_rows

KEYS = ("customer_id", "survey_id", "question")
_OF_SCALE = ("scale", "needed", "centered", "lowest", "highest")


def latest_answers(responses: ir.Table, as_of: datetime) -> ir.Table:
    """The answers of each customer's newest questionnaire in each survey.

    Of several that are told of one moment, or of none, the last number counts. Answers after ``as_of`` are not there.
    An answer of which only the score is told is that score.

    Args:
        responses: Survey responses with ``customer_id``.
        as_of: Instant (UTC).
    """
    moment = responses.answered_at
    known = responses.filter(moment.isnull() | (moment <= ibis.literal(as_of, type="timestamp(6)")))
    form = ["customer_id", "survey_id", "source", "response_id"]
    forms = known.group_by(*form).aggregate(at=known.answered_at.max())
    order = [ibis.desc(forms["at"]), ibis.desc("response_id"), ibis.desc("source")]
    chosen = first_rows(forms, ["customer_id", "survey_id"], order).select(*form)
    answers = known.semi_join(chosen, form)
    given = ibis.coalesce(answers.answer, answers.score.cast(dt.string))
    return answers.select(*KEYS, "score", answer=given)


def asked(answers: ir.Table) -> ir.Table:
    """One row for each question of each survey with the number of ``respondents``."""
    return answers.group_by("survey_id", "question").aggregate(respondents=answers.answer.count())


def pointed(answers: ir.Table, words: ir.Table | None) -> ir.Table:
    """Answers with ``point``: the number a declared word stands for, else the answer as a number.

    Args:
        answers: Latest answers.
        words: ``survey_id``, ``question``, ``word`` (lower case) and ``value``; None where no words are declared.
    """
    if words is None:
        return answers.select(*KEYS, "answer", point=answers.score)
    spoken = answers.mutate(word=answers.answer.lower().strip())
    known = words.select(known_survey="survey_id", known_question="question", known_word="word", value="value")
    same = [
        spoken.survey_id == known.known_survey,
        spoken.question == known.known_question,
        spoken.word == known.known_word,
    ]
    joined = spoken.left_join(known, same)
    return joined.select(*KEYS, "answer", point=ibis.coalesce(joined["value"], joined.score))


def question_facts(answers: ir.Table) -> ir.Table:
    """One row for each question: how many answers, how many of them points, and which points.

    Args:
        answers: Pointed answers.
    """
    point = answers.point
    return answers.group_by("survey_id", "question").aggregate(
        answered=answers.answer.count(),
        points=point.count(),
        lowest=point.min(),
        highest=point.max(),
        different=point.nunique(),
        whole=(point == point.floor()).cast("int64").sum(),
    )


def off_scale(answers: ir.Table, items: ir.Table) -> ir.Table:
    """For each item of each scale the number of points outside the scale.

    Args:
        answers: Pointed answers.
        items: ``scale``, ``survey_id``, ``question``, ``lowest``, ``highest``.
    """
    joined = answers.inner_join(items, ["survey_id", "question"])
    outside = (joined.point < joined.lowest) | (joined.point > joined.highest)
    return joined.group_by("scale", "question").aggregate(off_scale=outside.cast("int64").sum())


def answer_styles(answers: ir.Table, common: ir.Table) -> ir.Table:
    """One row for each respondent of a survey: ``count``, ``smallest``, ``largest`` and ``mean`` over common questions.

    Args:
        answers: Pointed answers.
        common: ``survey_id``, ``question``, ``lowest``, ``highest`` of the questions on the survey's common scale.
    """
    joined = answers.inner_join(common, ["survey_id", "question"])
    inside = joined.filter((joined.point >= joined.lowest) & (joined.point <= joined.highest))
    return inside.group_by("customer_id", "survey_id").aggregate(
        count=inside.point.count(), smallest=inside.point.min(), largest=inside.point.max(), mean=inside.point.mean()
    )


def straight_lines(styles: ir.Table, least: int) -> ir.Table:
    """Respondents who gave one answer to at least ``least`` questions: ``customer_id`` and ``survey_id``.

    Args:
        styles: As `answer_styles` tells.
        least: Number of questions.
    """
    same = (styles["count"] >= least) & (styles.smallest == styles.largest)
    return styles.filter(same).select("customer_id", "survey_id")


def scale_points(answers: ir.Table, items: ir.Table) -> ir.Table:
    """Keyed answers on the scales, one row for each with ``value``, its key and ends; those off the scale are gone.

    Args:
        answers: Pointed answers.
        items: ``scale``, ``survey_id``, ``question``, ``turned``, ``lowest``, ``highest``, and of the scale ``needed``
            (answers from which it has a score) and ``centered``.
    """
    joined = answers.inner_join(items, ["survey_id", "question"])
    inside = joined.filter((joined.point >= joined.lowest) & (joined.point <= joined.highest))
    turned = inside.lowest + inside.highest - inside.point
    value = ibis.ifelse(inside.turned, turned, inside.point)
    return inside.select("customer_id", "survey_id", *_OF_SCALE, "turned", value=value)


def scores(points: ir.Table, styles: ir.Table) -> ir.Table:
    """One row for each customer and scale: ``score`` is the mean keyed answer where enough items were answered.

    Args:
        points: As `scale_points` tells.
        styles: As `answer_styles` tells; items of centered scales lose the respondent's own mean, turned ones the mean
            turned round.
    """
    grouped = points.group_by("customer_id", "survey_id", *_OF_SCALE)
    means = grouped.aggregate(
        answered=points.value.count(), plain=points.value.mean(), turned_share=points.turned.cast("float64").mean()
    )
    enough = means.filter(means.answered >= means.needed)
    own = styles.select(own_customer="customer_id", own_survey="survey_id", own_mean="mean")
    same = [enough.customer_id == own.own_customer, enough.survey_id == own.own_survey]
    joined = enough.left_join(own, same)
    turned = joined.turned_share
    own_level = joined.own_mean * (1.0 - 2.0 * turned) + turned * (joined.lowest + joined.highest)
    score = ibis.ifelse(joined.centered, joined.plain - own_level, joined.plain)
    return joined.select("customer_id", "scale", score=score)


def spread_out(rows: ir.Table, label: str, value: str, columns: Sequence[tuple[str, str]]) -> ir.Table:
    """One row for each customer with a column for each label; null where there is none.

    Args:
        rows: ``customer_id``, the label and the value, at most one row for each pair.
        label: Column with the label.
        value: Column with the value.
        columns: Pairs of label and name of its column.
    """
    return rows.group_by("customer_id").aggregate(
        **{name: rows[value].max(where=rows[label] == told) for told, name in columns}
    )


def coded(answers: ir.Table, survey_id: str, question: str, codes: Sequence[tuple[str, str]]) -> ir.Table:
    """One row for each customer who answered ``question``: ``answer`` as given, or the meaning of its code.

    Args:
        answers: Latest answers.
        survey_id: The survey.
        question: The question.
        codes: Pairs of code and meaning; other answers are null then.
    """
    own = answers.filter((answers.survey_id == survey_id) & (answers.question == question) & answers.answer.notnull())
    told = own.answer
    if codes:
        lower = told.lower().strip()
        meanings = [(code.strip().lower(), meaning) for code, meaning in codes]
        told = lower.cases(*meanings, else_=ibis.null(dt.string))
    return own.select("customer_id", answer=told)
