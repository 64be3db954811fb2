"""Studies: recorded before extraction, refused when they serve nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from segmentry.terms.errors import SettingsError
from segmentry.terms.study import KnockOut, Study
from segmentry.terms.vocabulary import Objective


def _codes(content: dict[str, Any]) -> set[str]:
    with pytest.raises(SettingsError) as refused:
        Study.from_content(content)
    return {problem.code for problem in refused.value.problems}


def test_the_default_study_is_complete() -> None:
    """The study that a plain run records has a decision, knock-outs, and weights that sum to 1."""
    study = Study()
    assert not list(study.problems())
    assert sum(study.attractiveness.values()) == pytest.approx(1)
    assert sum(study.strength.values()) == pytest.approx(1)


def test_a_study_survives_being_written_down() -> None:
    """As plain values and back: nothing is lost but the instant of recording, which is not the reader's to set."""
    study = Study(
        objective=Objective.RETAIN,
        review_on=date(2027, 1, 31),
        variables=("spend", "orders"),
        knock_outs=(KnockOut("size", at_least=0.05), KnockOut("cost_to_serve", at_most=0.4)),
    )
    plain = study.recorded(datetime(2026, 1, 1)).as_dict()
    assert plain.pop("recorded_at") == "2026-01-01T00:00:00Z"
    assert Study.from_content(plain) == study


def test_a_study_without_a_decision_is_refused() -> None:
    """Yankelovich & Meer 2006: what serves no decision is not segmented for."""
    assert _codes({"decision": "  "}) == {"STUDY_WITHOUT_DECISION"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"objektive": "grow"}, "STUDY_UNKNOWN"),
        ({"objective": "groww"}, "STUDY_WRONG"),
        ({"decision": 3}, "STUDY_WRONG"),
        ({"review_on": "tomorrow"}, "STUDY_WRONG"),
        ({"variables": "spend"}, "STUDY_WRONG"),
        ({"knock_outs": [{"measure": "size"}]}, "STUDY_WRONG"),
        ({"knock_outs": [{"measure": "size", "at_least": True}]}, "STUDY_WRONG"),
        ({"knock_outs": [{"measure": "sice", "at_least": 1}]}, "STUDY_UNKNOWN"),
        ({"attractiveness": {"size": 0.5}}, "STUDY_WEIGHTS_WRONG"),
        ({"attractiveness": {"size": 1.5, "value": -0.5}}, "STUDY_WEIGHTS_WRONG"),
        ({"strength": {"beauty": 1.0}}, "STUDY_UNKNOWN"),
        ({"strength": ["loyalty"]}, "STUDY_WRONG"),
        ({"id": "my study"}, "STUDY_ID_WRONG"),
        ({"variables": ["spend", "orders", "spend"]}, "STUDY_VARIABLE_TWICE"),
        ({"knock_outs": [{"measure": "size", "at_least": float("nan")}]}, "STUDY_WRONG"),
        ({"knock_outs": [{"measure": "size", "at_most": float("inf")}]}, "STUDY_WRONG"),
        ({"fewest": 9, "most": 3}, "STUDY_RANGE_WRONG"),
        ({"fewest": 1}, "STUDY_RANGE_WRONG"),
        ({"most": True}, "STUDY_WRONG"),
        ({"segment_cost": -1}, "STUDY_COST_WRONG"),
        ({"contact_cost": float("inf")}, "STUDY_COST_WRONG"),
    ],
)
def test_mistakes_are_named(content: dict[str, Any], code: str) -> None:
    """Each kind of mistake has its own code."""
    assert code in _codes(content)


def test_all_mistakes_are_told_at_once_and_near_misses_offered() -> None:
    """Two mistakes, two problems, and the word that was meant."""
    with pytest.raises(SettingsError) as refused:
        Study.from_content({"objective": "retainn", "mostt": 4})
    told = " ".join(problem.next_step for problem in refused.value.problems)
    assert len(refused.value.problems) == 2
    assert "retain" in told
    assert "most" in told


def test_mistakes_of_every_kind_come_together() -> None:
    """Types, values, weights and costs: none hides another."""
    wrong = {"segment_cost": -5.0, "most": 1, "id": "../x", "knock_outs": [{"measure": "size"}], "objective": "fame"}
    assert _codes(wrong) == {"STUDY_COST_WRONG", "STUDY_RANGE_WRONG", "STUDY_ID_WRONG", "STUDY_WRONG"}


def test_a_knock_out_reads_as_words() -> None:
    """What was demanded can be printed."""
    assert str(KnockOut("size", 0.02, 0.5)) == "size at least 0.02 and at most 0.5"
