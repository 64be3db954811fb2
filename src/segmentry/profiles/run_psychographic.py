"""Publishes what surveys tell of personality, values, attitudes, interests, lifestyle and social class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import even_sample
from segmentry.profiles.psychographic import answers, items
from segmentry.profiles.psychographic.items import Common, Placed
from segmentry.profiles.psychographic.proof import Proof, Sheet, item_rows, prove, scale_row, structure
from segmentry.profiles.psychographic.sheets import sheet_of
from segmentry.profiles.psychographic.spec import AnswerSpec, PsychographicSpec
from segmentry.profiles.psychographic.tables import (
    PSYCHOGRAPHIC_DOUBTFUL,
    PSYCHOGRAPHIC_TRAITS,
    SURVEY_ANSWERS,
    SURVEY_EIGENVALUES,
    SURVEY_FACTORS,
    SURVEY_ITEMS,
    SURVEY_SCALES,
    SURVEY_STRAIGHT_LINERS,
    SURVEY_STYLE,
)
from segmentry.profiles.psychographic.traits import answer_trait, scale_trait
from segmentry.profiles.run import identity_or_none
from segmentry.science.threads import one_blas_thread
from segmentry.terms.tables import Column, Contract

LOOKED_AT = 20_000
"""Respondents of a survey from whom reliability, style and factors are told; scores are those of everybody."""

_PARENTS = ("survey_responses", "identity")
Rows = list[dict[str, Any]]


def publish(run: Run, spec: PsychographicSpec, catalog: TraitCatalog) -> None:
    """Publish the traits of surveys with how far they can be trusted; nothing where there are no surveys.

    Args:
        run: The run; it must see ``identity``, and ``survey_responses`` for anything to be published.
        spec: The scales and answers, and the as-of.
        catalog: The traits known so far; those of surveys are added.
    """
    if not run.has("survey_responses"):
        return
    with one_blas_thread():
        _Surveys(run, spec).publish(catalog)


@dataclass(frozen=True)
class _Scored:
    """A scale with what is known of it."""

    placed: Placed
    proof: Proof | None
    row: dict[str, Any]


class _Surveys:
    """Asks the engine once for what all tables of surveys share."""

    def __init__(self, run: Run, spec: PsychographicSpec) -> None:
        self.run = run
        self.spec = spec
        responses = keyed(run.table("survey_responses"), identity_or_none(run))
        run.publish(SURVEY_ANSWERS, answers.latest_answers(responses, spec.as_of), spec=spec, parents=_PARENTS)
        self.latest = run.table("survey_answers")
        self.asked = items.questions_asked(run.rows(answers.asked(self.latest)))
        self.placed = tuple(items.place(scale, self.asked) for scale in spec.scales)
        self.pointed = answers.pointed(self.latest, self._words())
        self.facts = _by_survey(run.rows(answers.question_facts(self.pointed)))
        self.common = self._common()

    def publish(self, catalog: TraitCatalog) -> None:
        """Publish every table and register the traits."""
        if not self.asked:
            return
        styles = answers.answer_styles(self.pointed, self._common_items())
        lined = answers.straight_lines(styles, self.spec.straight_line_from)
        self.run.publish(SURVEY_STRAIGHT_LINERS, lined, spec=self.spec, parents=_PARENTS)
        straight = self.run.table("survey_straight_liners").select("customer_id", "survey_id")
        sheets = {survey: self._sheet(survey, straight) for survey in self._surveys()}
        self._publish_structure(sheets, styles, straight)
        scores = self._scores(styles, straight)
        scored = self._judge(sheets, scores)
        self._publish_scales(scored)
        self._publish_traits(scored, scores, catalog)

    def _usable(self, placed: Placed) -> bool:
        """Whether a scale may be computed: somebody was asked, and it is of no locked category."""
        return bool(placed.items) and (not placed.special or bool(self.spec.lawful_basis))

    def _words(self) -> ir.Table | None:
        told = {
            (placed.survey_id, item, word): value
            for placed in self.placed
            for item in placed.items
            for word, value in placed.scale.labels
        }
        rows = [
            {"survey_id": survey, "question": item, "word": word, "value": value}
            for (survey, item, word), value in told.items()
        ]
        return _brought(self.run, rows, _WORDS) if rows else None

    def _common(self) -> dict[str, Common]:
        free = bool(self.spec.lawful_basis)
        found = {
            survey: items.common_scale(survey, list(rows.values()), with_special=free)
            for survey, rows in self.facts.items()
        }
        return {survey: each for survey, each in sorted(found.items()) if each is not None}

    def _common_items(self) -> ir.Table:
        rows = [
            {"survey_id": each.survey_id, "question": question, "lowest": each.lowest, "highest": each.highest}
            for each in self.common.values()
            for question in each.questions
        ]
        return _brought(self.run, rows, _COMMON)

    def _surveys(self) -> list[str]:
        return sorted({*self.common, *(each.survey_id for each in self.placed if self._usable(each))})

    def _sheet(self, survey: str, straight: ir.Table) -> Sheet:
        """Points of at most `LOOKED_AT` respondents, evenly by id, straight-liners left out."""
        questions = {question for each in self.placed if each.survey_id == survey for question in each.items}
        common = self.common.get(survey)
        questions |= set(common.questions) if common else set()
        named = sorted(questions)
        own = self.pointed.filter(self.pointed.survey_id == survey)
        people = own.select("customer_id").distinct()
        people = people.anti_join(straight.filter(straight.survey_id == survey), "customer_id")
        people = even_sample(people, int(self.run.rows(people.aggregate(rows=people.count()))[0]["rows"]), LOOKED_AT)
        told = own.semi_join(people, "customer_id").select("customer_id", "question", "point")
        _, values = sheet_of(self.run.arrow(told), named, ["question"], "point")
        return Sheet(survey, tuple(named), values)

    def _publish_structure(self, sheets: Mapping[str, Sheet], styles: ir.Table, straight: ir.Table) -> None:
        counted = styles.group_by("survey_id").aggregate(respondents=styles.count())
        lined = straight.group_by("survey_id").aggregate(straight_liners=straight.count())
        respondents = {row["survey_id"]: row["respondents"] for row in self.run.rows(counted)}
        liners = {row["survey_id"]: row["straight_liners"] for row in self.run.rows(lined)}
        found = [
            structure(
                sheets[survey],
                common,
                {"respondents": respondents.get(survey, 0), "straight_liners": liners.get(survey, 0)},
                self.spec,
            )
            for survey, common in self.common.items()
        ]
        self._put(SURVEY_STYLE, [each.style for each in found])
        self._put(SURVEY_FACTORS, [row for each in found for row in each.factors])
        self._put(SURVEY_EIGENVALUES, [row for each in found for row in each.eigenvalues])

    def _scale_items(self) -> ir.Table:
        rows = [
            {
                "scale": placed.scale.name,
                "survey_id": placed.survey_id,
                "question": item,
                "turned": item in placed.scale.reversed_items,
                "lowest": placed.scale.lowest,
                "highest": placed.scale.highest,
                "needed": max(int(np.ceil(self.spec.least_answered * len(placed.scale.items))), 1),
                "centered": placed.scale.centered,
            }
            for placed in self.placed
            if self._usable(placed)
            for item in placed.items
        ]
        return _brought(self.run, rows, _ITEMS)

    def _scores(self, styles: ir.Table, straight: ir.Table) -> ir.Table:
        points = answers.scale_points(self.pointed, self._scale_items())
        return answers.scores(points.anti_join(straight, ["customer_id", "survey_id"]), styles)

    def _judge(self, sheets: Mapping[str, Sheet], scores: ir.Table) -> tuple[_Scored, ...]:
        counted = scores.group_by("scale").aggregate(respondents=scores.score.count())
        respondents = {row["scale"]: int(row["respondents"]) for row in self.run.rows(counted)}
        judged = []
        for placed in self.placed:
            known = respondents.get(placed.scale.name, 0)
            usable = self._usable(placed) and known > 0
            proof = prove(placed, sheets[placed.survey_id], self.common.get(placed.survey_id)) if usable else None
            judged.append(_Scored(placed, proof, scale_row(placed, proof, known, self.spec)))
        return tuple(judged)

    def _publish_scales(self, scored: Sequence[_Scored]) -> None:
        off: dict[str, dict[str, int]] = {}
        for row in self.run.rows(answers.off_scale(self.pointed, self._scale_items())):
            off.setdefault(row["scale"], {})[row["question"]] = int(row["off_scale"] or 0)
        rows: Rows = []
        for each in scored:
            facts = self.facts.get(each.placed.survey_id, {})
            rows += item_rows(each.placed, each.proof, facts, off.get(each.placed.scale.name, {}))
        rows += [self._answer_row(each) for each in self.spec.answers]
        self._put(SURVEY_SCALES, [each.row for each in scored])
        self._put(SURVEY_ITEMS, rows)

    def _answer_row(self, answer: AnswerSpec) -> dict[str, Any]:
        survey = items.survey_of([answer.question], answer.survey_id, self.asked)
        own = answers.coded(self.latest, survey, answer.question, answer.codes)
        counted = self.run.rows(own.aggregate(answered=own.count(), read=own.answer.count()))[0]
        unread = counted["answered"] - counted["read"]
        advice = f"{unread:,} answers are no known code and count as none." if unread else None
        if not survey:
            advice = "Nobody was asked this."
        return {
            "trait": answer.name,
            "survey_id": survey or None,
            "question": answer.question,
            "turned": False,
            "answered": counted["answered"],
            "unread": unread,
            "advice": advice,
        }

    def _publish_traits(self, scored: Sequence[_Scored], scores: ir.Table, catalog: TraitCatalog) -> None:
        reliable: list[Trait] = []
        doubtful: list[Trait] = []
        for each in scored:
            if each.proof is not None:
                trait = scale_trait(each.placed.scale, each.row, special=bool(each.placed.special))
                (reliable if each.row["offered"] else doubtful).append(trait)
        told = [answer for answer in self.spec.answers if self._answer_known(answer)]
        single = [answer_trait(each, special=bool(items.special_among([each.question]))) for each in told]
        self._put_traits(PSYCHOGRAPHIC_TRAITS, reliable, scores, catalog, dict(zip(told, single, strict=True)))
        self._put_traits(PSYCHOGRAPHIC_DOUBTFUL, doubtful, scores, catalog, {})

    def _answer_known(self, answer: AnswerSpec) -> bool:
        locked = items.special_among([answer.name, answer.question]) and not self.spec.lawful_basis
        return bool(items.survey_of([answer.question], answer.survey_id, self.asked)) and not locked

    def _put_traits(
        self,
        contract: Contract,
        scales: Sequence[Trait],
        scores: ir.Table,
        catalog: TraitCatalog,
        single: Mapping[AnswerSpec, Trait],
    ) -> None:
        traits = [*scales, *single.values()]
        if not traits:
            return
        catalog.register(contract.name, *traits)
        whole = self.latest.select("customer_id").distinct()
        if scales:
            wide = answers.spread_out(scores, "scale", "score", [(each.name, each.name) for each in scales])
            whole = _joined(whole, wide)
        for answer, trait in single.items():
            survey = items.survey_of([answer.question], answer.survey_id, self.asked)
            own = answers.coded(self.latest, survey, answer.question, answer.codes)
            whole = _joined(whole, own.select("customer_id", **{trait.name: own.answer}))
        columns = [Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits]
        self.run.publish(contract.with_columns(columns), whole, spec=self.spec, parents=_PARENTS)

    def _put(self, contract: Contract, rows: Rows) -> None:
        filled = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
        self.run.publish(contract, filled, spec=self.spec, parents=_PARENTS)


_WORDS = pa.schema(
    [("survey_id", pa.string()), ("question", pa.string()), ("word", pa.string()), ("value", pa.float64())]
)
_COMMON = pa.schema(
    [("survey_id", pa.string()), ("question", pa.string()), ("lowest", pa.float64()), ("highest", pa.float64())]
)
_ITEMS = pa.schema(
    [
        ("scale", pa.string()),
        *((name, _COMMON.field(name).type) for name in _COMMON.names),
        ("turned", pa.bool_()),
        ("needed", pa.int64()),
        ("centered", pa.bool_()),
    ]
)


def _brought(run: Run, rows: Rows, schema: pa.Schema) -> ir.Table:
    return run.engine.warehouse.bring(pa.Table.from_pylist(rows, schema=schema))


def _by_survey(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["survey_id"], {})[row["question"]] = row
    return found


def _joined(left: ir.Table, right: ir.Table) -> ir.Table:
    joined = left.left_join(right, "customer_id")
    return joined.drop(*(name for name in joined.columns if name == "customer_id_right"))
