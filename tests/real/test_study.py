"""The guided study on real people: a survey, and a grocer with demographics and campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

import segmentry as sg
from segmentry.discovery.guide.blocks import block_of, coverage_of
from segmentry.science.bases import BasesAdded, what_bases_add
from segmentry.terms.errors import SettingsError
from tests.real.test_surveys import ANSWERS, SCALES

pytestmark = pytest.mark.real

TRAITS = ["science", "arts", "consumption", "fear_of_animals", "sociability", "conscientiousness"]
MOOD = {"items": ["Happiness in life"], "facet": "attitudes"}


@pytest.fixture(scope="module")
def people(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    """The survey of 1,010 young people with its scales declared, and nothing ordered."""
    with sg.init(tmp_path_factory.mktemp("young") / "people") as opened:
        opened.load(data_folder / "young_people" / "responses.csv", table="survey_responses", source="panel")
        opened.configure(modules={"surveys": {"scales": SCALES | {"happiness": MOOD}, "answers": ANSWERS}})
        opened.refresh()
        yield opened


@pytest.fixture(scope="module")
def grocer(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    """Orders, households and campaign contacts with redemptions of the Complete Journey sample."""
    root, folder = tmp_path_factory.mktemp("journey"), data_folder / "complete_journey"
    duckdb.sql(
        f"""COPY (SELECT campaign_id::VARCHAR AS campaign_id, household_id::VARCHAR AS household_id,
            start_date AS touched_at, 'treated' AS arm, EXISTS(
                SELECT 1 FROM '{folder}/coupon_redemptions.parquet' r
                WHERE r.household_id = c.household_id AND r.campaign_id = c.campaign_id) AS responded
            FROM '{folder}/campaigns.parquet' c JOIN '{folder}/campaign_descriptions.parquet' USING (campaign_id))
            TO '{root}/touches.csv' (HEADER)"""
    )
    with sg.init(root / "shop", currency="USD") as opened:
        opened.load(folder / "transactions_sample.parquet", source="shop")
        opened.load(folder / "demographics.parquet", source="shop", table="customers")
        opened.load(root / "touches.csv", source="shop", table="touches")
        opened.refresh()
        yield opened


def by(entries: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {str(entry[key]): entry for entry in entries}


def test_a_study_without_a_decision_is_refused(people: sg.Workspace) -> None:
    """Before anything is looked for."""
    with pytest.raises(SettingsError) as refused:
        people.study.run(decision="", variables=TRAITS)
    assert refused.value.code == "STUDY_WITHOUT_DECISION"


def test_a_survey_recommends_its_reliable_scales_alone(people: sg.Workspace) -> None:
    """The unreliable scale and the special category are named with their reasons and never offered."""
    found = people.study.recommend().as_dict()
    offered = {each["trait"] for each in found["variables"]}
    left = by(found["not_offered"], "trait")
    assert "alpha" in left["honesty"]["reason"]
    assert "special category" in left["belief"]["reason"]
    assert offered
    assert not offered & {"honesty", "belief"}


def test_segments_of_a_survey_have_stability_and_a_verdict(people: sg.Workspace) -> None:
    """Six scales, no orders: segments with SLSW, typing rules and a sober verdict; nothing is judged without value."""
    found = people.study.run(
        id="leisure", objective="develop_product", decision="Which leisure offers to develop.", variables=TRAITS, most=6
    ).as_dict()
    assert found["segmentation"]["verdict"] == "constructive"
    assert all(0.5 < each["slsw"] <= 1.0 for each in found["segments"])
    assert sum(each["customers"] for each in found["segments"]) == 1010
    assert len(found["typing"]) == len(found["segments"])
    steps = by(found["steps"], "step")
    assert all(steps[step]["passed"] for step in ("1", "2", "4", "5", "6"))
    assert not steps["8"]["passed"]
    assert [each["code"] for each in found["warnings"]] == ["ONE_BASIS"]


def test_golden_questions_name_the_segments_of_people_they_were_not_learned_from(people: sg.Workspace) -> None:
    """A handful of 140 questions finds most of the segments of six scales again; religion is locked and not asked."""
    found = people.study.questions(most=6).as_dict()
    asked = [each["question"] for each in found["questions"]]
    assert 2 <= len(set(asked)) == len(asked) <= 6
    assert found["respondents"] == 1010
    last = found["questions"][-1]["agreement"]
    assert last["low"] > found["baseline"] + 0.15
    assert found["locked"]
    assert not set(found["locked"]) & set(asked)
    assert {each["found_again"] > 0.4 for each in found["segments"]} == {True}


def test_assumptions_about_a_survey_are_ruled_on(people: sg.Workspace) -> None:
    """Sociable people are happier (Spearman 0.42); fear of animals and arts have little to do with each other."""
    people.study.assume("sociability and happiness go together")
    found = people.study.assume("conscientiousness and happiness do not go together").as_dict()["assumptions"]
    verdicts = by(found, "statement")
    first = verdicts["sociability and happiness go together"]["verdict"]
    assert (first["verdict"], first["tests"]) == ("supported", 2)
    assert 0.35 < first["measured"]["low"] < 0.42 < first["measured"]["high"] < 0.48


def test_demographics_add_nothing_to_behavior_once_who_told_them_is_counted(grocer: sg.Workspace) -> None:
    """Households that gave demographics spend more; what they gave explains no more of next quarter's spend.

    The naive way (unknown as a level of its own) credits demographics with some 20 % alone: that is who was asked.
    """
    found = grocer.study.bases().as_dict()
    gains = by(found["bases"], "name")
    assert gains["demographic"]["verdict"] == "adds_nothing"
    assert gains["demographic"]["beyond"]["high"] < 0.01
    assert gains["coverage"]["alone"]["low"] > 0.15
    assert gains["behavioral"]["verdict"] == "adds"
    assert gains["behavioral"]["beyond"]["low"] > 0.1
    assert 0.4 < found["explained"]["estimate"] < 0.55


def test_campaign_response_differs_by_segment(grocer: sg.Workspace) -> None:
    """Share of contacted households that redeemed, with Wilson intervals that do not touch; every household once."""
    found = grocer.study.show().as_dict()
    rates = sorted((each["share"] for each in found["responses"]), key=lambda share: share["estimate"])
    assert rates[0]["high"] < rates[-1]["low"]
    contacted = sum(each["contacted"] for each in found["responses"])
    assert 1_400 < contacted <= 1_584


def test_in_a_null_world_nothing_is_claimed(data_folder: Path) -> None:
    """The same households with their demographics dealt out anew at random: no basis explains anything."""
    folder = data_folder / "complete_journey"
    table = duckdb.sql(
        f"""SELECT d.age, d.income, d.household_size, coalesce(sum(t.sales_value), 0)::DOUBLE AS spend
            FROM '{folder}/demographics.parquet' d
            LEFT JOIN '{folder}/transactions_sample.parquet' t ON t.household_id = d.household_id::VARCHAR
            GROUP BY ALL ORDER BY ALL"""
    ).fetchnumpy()
    random = np.random.default_rng(5)
    columns = {
        name: [None if each is None else str(each) for each in random.permutation(np.asarray(table[name], object))]
        for name in ("age", "income", "household_size")
    }
    blocks = {name: block_of({name: values}) for name, values in columns.items()}
    assert coverage_of(columns.values()).shape[1] == 0
    found = what_bases_add(blocks, np.log1p(np.asarray(table["spend"], dtype=float)))
    assert isinstance(found, BasesAdded)
    assert {each.verdict for each in found.gains} <= {"adds_nothing", "open"}
    assert found.explained.low <= 0.0
