"""Answers, scores, styles and pairs of needs are the same on DuckDB and on Spark."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse
from segmentry.profiles.needs import pairs, studies
from segmentry.profiles.psychographic import answers
from segmentry.sources.choice_tasks import judged
from segmentry.terms.canonical import SURVEY_RESPONSES
from tests.engines.conftest import rows
from tests.rooms.profiles.choosing import offers
from tests.rooms.profiles.surveys import form
from tests.rooms.shops import arrow

pytestmark = pytest.mark.prove

QUESTIONS = ("Q0", "Q1", "Q2", "Q3")
_COMMON = {"survey_id": ["wave"] * 4, "question": list(QUESTIONS), "lowest": [1.0] * 4, "highest": [5.0] * 4}
WORDS = {"survey_id": ["wave"], "question": ["Q0"], "word": ["never"], "value": [1.0]}
ITEMS = _COMMON | {
    "scale": ["a", "a", "b", "b"],
    "turned": [False, True, False, True],
    "needed": [2, 2, 1, 1],
    "centered": [False, False, True, True],
}


def responses() -> list[dict[str, Any]]:
    """Fifty people, every second with two questionnaires, some undated, with gaps, words and answers off the scale."""
    random = np.random.default_rng(0)
    told: list[dict[str, Any]] = []
    for person in range(50):
        for wave in range(1 + person % 2):
            points = random.integers(0, 7, 4).tolist()
            given: dict[str, object] = dict(zip(QUESTIONS, points, strict=True))
            given |= {"Q0": " NEVER"} if person % 5 == 0 else {}
            given |= {"Q1": None} if person % 7 == 0 else {}
            moment = None if person % 3 == 0 else datetime(2024, 1, 1 + wave, 12)
            told += form(f"p{person}", given, response_id=f"{person}-{wave}", answered_at=moment)
    return told


def measured(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    """Everything that is asked of the engine about surveys."""
    brought = warehouse.bring(arrow(SURVEY_RESPONSES, responses()))
    latest = answers.latest_answers(brought.mutate(customer_id=brought.party_key), datetime(2024, 1, 2))
    points = answers.pointed(latest, warehouse.bring(pa.table(WORDS)))
    items = warehouse.bring(pa.table(ITEMS))
    styles = answers.answer_styles(points, warehouse.bring(pa.table(_COMMON)))
    straight = answers.straight_lines(styles, 3)
    keyed = answers.scale_points(points, items).anti_join(straight, ["customer_id", "survey_id"])
    scores = answers.scores(keyed, styles)
    first, second = (pairs.rating(points, "wave", name, 1, 5) for name in ("Q2", "Q3"))
    everybody = latest.select("customer_id").distinct()
    members = everybody.mutate(segmentation=ibis.literal("base"), segment_id=ibis.literal("everybody"))
    asked = {
        "latest": (latest, "customer_id", "question"),
        "asked": (answers.asked(latest), "question"),
        "facts": (answers.question_facts(points), "question"),
        "off_scale": (answers.off_scale(points, items), "scale", "question"),
        "styles": (styles, "customer_id"),
        "straight": (straight, "customer_id"),
        "scores": (scores, "customer_id", "scale"),
        "wide": (answers.spread_out(scores, "scale", "score", [("a", "a"), ("b", "b")]), "customer_id"),
        "coded": (answers.coded(latest, "wave", "Q0", [("Never", "no")]), "customer_id"),
        "pairs": (pairs.counted(pairs.paired(first, second), members), "first", "second"),
    }
    return {name: rows(warehouse, *question) for name, question in asked.items()}


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, Any]]]:
    """The answers of DuckDB."""
    opened = DuckWarehouse(None, EngineSettings())
    try:
        return measured(opened)
    finally:
        opened.close()


def test_the_engines_agree_about_surveys(warehouse: Warehouse, expected: dict[str, list[dict[str, Any]]]) -> None:
    """Which questionnaire counts, points, scores, styles and pairs: equal rows on both engines."""
    found = measured(warehouse)
    for name, wanted in expected.items():
        assert wanted, name
        assert [_rounded(row) for row in found[name]] == [_rounded(row) for row in wanted], name


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 12) if isinstance(value, float) else value for name, value in row.items()}


def chosen() -> pa.Table:
    """Tasks of forty people, some answered twice under two numbers, one late, and every kind of contradiction."""
    rows = []
    for place, row in enumerate(offers(people=40, tasks=3)[0]):
        person = int(row["party_key"][1:])
        rows.append(row | {"customer_id": f"c{person // 2}", "reason": None, "fault": None, "worst": place % 12 == 1})
        rows[-1] |= {"answered_at": datetime(2025, 2, 1)} if person == 7 else {}
        rows[-1] |= {"chosen": True} if person == 11 else {}
        rows[-1] |= {"chosen": False} if person == 12 else {}
        rows[-1] |= {"reason": "no price", "fault": "given_price"} if place == 160 else {}
        rows[-1] |= {"alternative_id": "0"} if person == 14 else {}
    return pa.Table.from_pylist(rows)


def choices_asked(warehouse: Any) -> dict[str, list[dict[str, Any]]]:
    """Everything that is asked of the engine about studies of choices."""
    brought = warehouse.bring(chosen())
    whole = judged(brought)
    latest = studies.latest_choices(whole.filter(whole.reason.isnull()), datetime(2025, 1, 1))
    keys = ("customer_id", "task_id", "alternative_id")
    return {
        "judged": rows(warehouse, whole, "party_key", *keys),
        "latest": rows(warehouse, latest, *keys),
        "studies": rows(warehouse, studies.answered_studies(latest), "survey_id"),
        "rows": rows(warehouse, studies.study_rows(latest, "snacks"), *keys),
    }


def test_the_engines_agree_about_choices(warehouse: Warehouse) -> None:
    """Contradictory tasks, who counts, and the rows of a study: equal on both engines, in their own order as well."""
    opened = DuckWarehouse(None, EngineSettings())
    try:
        wanted = choices_asked(opened)
    finally:
        opened.close()
    found = choices_asked(warehouse)
    for name, expected_rows in wanted.items():
        assert expected_rows, name
        assert found[name] == expected_rows, name
    reasons = {row["reason"] for row in wanted["judged"]}
    assert len(reasons) >= 5
    assert {row["respondents"] for row in wanted["studies"]} <= {18, 19, 20}
