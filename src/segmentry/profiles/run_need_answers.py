"""What a run sees of the answers to surveys of needs: questions asked, points given, pairs of ratings."""

from __future__ import annotations

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.profiles.history import keyed
from segmentry.profiles.needs import pairs
from segmentry.profiles.needs.spec import KanoSpec, NeedSpec, NeedsSpec
from segmentry.profiles.psychographic import answers, items
from segmentry.profiles.run import identity_or_none

_SCALE = (1.0, 5.0)


class NeedAnswers:
    """Answers, asked of the engine once.

    Args:
        run: The run.
        spec: Needs, Kano pairs and the as-of.
    """

    def __init__(self, run: Run, spec: NeedsSpec) -> None:
        self.run = run
        self.spec = spec
        self.answers = self._answers()
        rows = [] if self.answers is None else run.rows(answers.asked(self.answers))
        self.asked = items.questions_asked(rows)
        self.points = None if self.answers is None else answers.pointed(self.answers, self._words())

    def _answers(self) -> ir.Table | None:
        if not self.run.has("survey_responses"):
            return None
        latest = self._latest()
        if self.run.has("survey_straight_liners"):
            latest = latest.anti_join(self.run.table("survey_straight_liners"), ["customer_id", "survey_id"])
        return latest

    def _latest(self) -> ir.Table:
        """The newest questionnaires; as published in this run, where they are."""
        if self.run.has("survey_answers") and self.run.artifact("survey_answers").run_id == self.run.id:
            return self.run.table("survey_answers")
        responses = keyed(self.run.table("survey_responses"), identity_or_none(self.run))
        return answers.latest_answers(responses, self.spec.as_of)

    def _words(self) -> ir.Table | None:
        told: dict[tuple[str, str, str], float] = {}
        declared: tuple[NeedSpec | KanoSpec, ...] = (*self.spec.needs, *self.spec.kano)
        for each in declared:
            survey = self.survey_of(each)
            for question in _questions(each):
                told |= {(survey, question, word): value for word, value in each.labels}
        rows = [
            {"survey_id": survey, "question": question, "word": word, "value": value}
            for (survey, question, word), value in told.items()
        ]
        return self.run.engine.warehouse.bring(pa.Table.from_pylist(rows)) if rows else None

    def survey_of(self, asked: NeedSpec | KanoSpec) -> str:
        """The survey that asked a pair of questions; empty where none did."""
        return items.survey_of(_questions(asked), asked.survey_id, self.asked)

    def ratings(self, need: NeedSpec | KanoSpec) -> ir.Table | None:
        """Both answers of everybody who gave one; None where nobody was asked, or for a special category."""
        survey = self.survey_of(need)
        if self.points is None or not survey or items.special_among([need.name, *_questions(need)]):
            return None
        lowest, highest = (need.lowest, need.highest) if isinstance(need, NeedSpec) else _SCALE
        first, second = (pairs.rating(self.points, survey, each, lowest, highest) for each in _questions(need))
        return pairs.paired(first, second)


def _questions(asked: NeedSpec | KanoSpec) -> tuple[str, str]:
    if isinstance(asked, NeedSpec):
        return asked.importance, asked.satisfaction
    return asked.functional, asked.dysfunctional
