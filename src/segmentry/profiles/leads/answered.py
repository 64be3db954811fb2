"""What leads had answered up to their own instant: scales, ratings of needs and single answers of surveys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.profiles.leads.features import SPECIAL, Known, Offer, Part, joined
from segmentry.profiles.needs.spec import NeedSpec
from segmentry.profiles.psychographic import answers, items
from segmentry.profiles.psychographic.items import Placed
from segmentry.profiles.psychographic.spec import FACETS, AnswerSpec, ScaleSpec

LAST_INSTANT = datetime(9999, 12, 1)
"""Responses were cut off at the instant of each lead already."""
UNRELIABLE = "Its items do not agree, so it is no scale."
_WORDS = pa.schema([*((name, pa.string()) for name in ("survey_id", "question", "word")), ("value", pa.float64())])
_ITEMS = pa.schema(
    [
        *((name, pa.string()) for name in ("scale", "survey_id", "question")),
        ("turned", pa.bool_()),
        *((name, pa.float64()) for name in ("lowest", "highest")),
        ("needed", pa.int64()),
        ("centered", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Asked:
    """What surveys are declared to tell.

    Attributes:
        scales: Scales, and ratings of needs as scales of one item.
        answers: Single answers.
        least: Share of the items of a scale that must have been answered.
        unreliable: Names of scales whose items do not agree.
    """

    scales: tuple[ScaleSpec, ...]
    answers: tuple[AnswerSpec, ...]
    least: float
    unreliable: frozenset[str] = frozenset()


def ratings(needs: Sequence[NeedSpec]) -> tuple[ScaleSpec, ...]:
    """Importance and satisfaction of each need as scales of one item.

    Args:
        needs: The needs.
    """
    return tuple(
        ScaleSpec(f"{need.name}_{what}", (question,), (), need.lowest, need.highest, need.survey_id, "needs",
                  need.labels)
        for need in needs
        for what, question in (("importance", need.importance), ("satisfaction", need.satisfaction))
    )  # fmt: skip


def answered(run: Run, leads: ir.Table, then: ir.Table, asked: Asked, undated: Collection[str]) -> Part:
    """Scores and answers of each lead as of its own instant.

    Args:
        run: Asks which questions there are.
        leads: ``lead_key``.
        then: Responses up to the instant of each lead, keyed by lead under ``customer_id``.
        asked: What is declared.
        undated: Surveys of which some answers have no time.
    """
    latest = answers.latest_answers(then, LAST_INSTANT)
    known = items.questions_asked(run.rows(answers.asked(latest)))
    placed = tuple(items.place(scale, known) for scale in asked.scales)
    fit = [each for each in placed if not _refused(each, asked)]
    parts = [_scores(run, latest, fit, asked)] if fit else []
    offered = [_offer(each, asked, undated) for each in placed]
    for answer in asked.answers:
        survey = items.survey_of([answer.question], answer.survey_id, known)
        offer = _answer_offer(answer, survey, undated)
        offered.append(offer)
        if offer.reason is None:
            own = answers.coded(latest, survey, answer.question, answer.codes)
            parts.append(own.select(lead_key="customer_id", **{answer.name: own.answer}))
    usable = [offer for offer in offered if offer.reason is None]
    if not usable:
        return Part(None, tuple(offered))
    columns = [tuple(each for each in usable if each.name in part.columns) for part in parts]
    whole = joined(leads.select("lead_key"), [Part(part, own) for part, own in zip(parts, columns, strict=True)])
    return Part(whole, tuple(offered))


def _refused(placed: Placed, asked: Asked) -> str | None:
    if placed.special:
        return SPECIAL
    if placed.scale.name in asked.unreliable:
        return UNRELIABLE
    return None if placed.items else "No lead was asked it before it was looked at."


def _offer(placed: Placed, asked: Asked, undated: Collection[str]) -> Offer:
    return Offer(
        placed.scale.name, placed.scale.basis, _known(placed.survey_id, undated), reason=_refused(placed, asked)
    )


def _answer_offer(answer: AnswerSpec, survey: str, undated: Collection[str]) -> Offer:
    reason = None if survey else "No lead was asked it before it was looked at."
    if items.special_among([answer.name, answer.question]):
        reason = SPECIAL
    return Offer(answer.name, FACETS[answer.facet][0], _known(survey, undated), reason=reason)


def _known(survey: str, undated: Collection[str]) -> Known:
    return "undated" if survey in undated else "dated"


def _scores(run: Run, latest: ir.Table, placed: Sequence[Placed], asked: Asked) -> ir.Table:
    """``lead_key`` and a column for each scale."""
    words = [
        dict(zip(_WORDS.names, (each.survey_id, item, word, value), strict=True))
        for each in placed
        for item in each.items
        for word, value in each.scale.labels
    ]
    points = answers.pointed(latest, _brought(run, list({repr(row): row for row in words}.values()), _WORDS))
    rows = [row for each in placed for row in _item_rows(each, asked.least)]
    keyed = answers.scale_points(points, _brought(run, rows, _ITEMS))
    scores = answers.scores(keyed, _styles(run, points, placed))
    names = [(each.scale.name, each.scale.name) for each in placed]
    return answers.spread_out(scores, "scale", "score", names).rename(lead_key="customer_id")


def _item_rows(placed: Placed, least: float) -> list[dict[str, Any]]:
    scale = placed.scale
    needed = max(-int(-least * len(scale.items) // 1), 1)
    ends = (scale.lowest, scale.highest, needed, scale.centered)
    return [
        dict(zip(_ITEMS.names, (scale.name, placed.survey_id, item, item in scale.reversed_items, *ends), strict=True))
        for item in placed.items
    ]


def _styles(run: Run, points: ir.Table, placed: Sequence[Placed]) -> ir.Table:
    """Each lead's mean answer, where a scale loses it; nobody's where none does."""
    common = []
    if any(each.scale.centered for each in placed):
        facts = run.rows(answers.question_facts(points))
        for survey in sorted({row["survey_id"] for row in facts}):
            own = [row for row in facts if row["survey_id"] == survey]
            found = items.common_scale(survey, own, with_special=False)
            common += [] if found is None else [(survey, each, found.lowest, found.highest) for each in found.questions]
    names = ("survey_id", "question", "lowest", "highest")
    schema = pa.schema([_ITEMS.field(name) for name in names])
    table = _brought(run, [dict(zip(names, row, strict=True)) for row in common], schema)
    return answers.answer_styles(points, table)


def _brought(run: Run, rows: list[dict[str, Any]], schema: pa.Schema) -> ir.Table:
    return run.engine.warehouse.bring(pa.Table.from_pylist(rows, schema=schema))


def undated_surveys(responses: ir.Table) -> ir.Table:
    """``survey_id`` of surveys of which some answers have no time."""
    lacking = responses.group_by("survey_id").aggregate(lacking=responses.answered_at.isnull().cast("int64").sum())
    return lacking.filter(lacking.lacking > ibis.literal(0)).select("survey_id")
