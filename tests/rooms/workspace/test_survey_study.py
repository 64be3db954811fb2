"""A survey alone, from answers to segments, their descriptors, golden questions and a survey of the segments found."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentry as sg
from segmentry.terms.errors import SettingsError
from segmentry.terms.study import Study

PLANS, JOINS = ("I plan ahead", "I keep lists", "I like order"), ("I like company", "I host", "I go out")
SURVEYS = {
    "scales": {
        name: {"items": list(items), "lowest": 1, "highest": 5, "facet": "personality"}
        for name, items in (("planning", PLANS), ("company", JOINS))
    },
    "answers": {"gender": {"question": "Gender"}},
}
RESPONDENTS = 160


def write_survey(path: Path) -> None:
    """Planners, most of them women, keep to themselves; the others go out and do not plan."""
    chance = random.Random(2)
    lines = ["respondent," + ",".join((*PLANS, *JOINS)) + ",Gender"]
    for person in range(RESPONDENTS):
        planner = person % 2 == 0
        high, low = ([str(chance.choice(points)) for _ in range(3)] for points in ((4, 5, 5), (1, 1, 2)))
        gender = ("female" if planner else "male") if chance.random() < 0.8 else ("male" if planner else "female")
        lines.append(f"r{person:03}," + ",".join([*high, *low] if planner else [*low, *high]) + f",{gender}")
    path.write_text("\n".join(lines) + "\n", encoding="utf8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("survey")
    write_survey(root / "answers.csv")
    refusal = "customer,purpose,channel,consent,date\nr000,surveys,,no,2024-01-01\n"
    (root / "consents.csv").write_text(refusal, encoding="utf8")
    with sg.init(root / "study", modules={"surveys": SURVEYS}) as opened:
        opened.configure(study=Study(decision="Whom to invite.", most=3))
        opened.load(root / "answers.csv", table="survey_responses", mapping={"customer": "respondent"})
        opened.load(root / "consents.csv")
        opened.study.run(variables=["planning", "company"])
    return root / "study"


@pytest.fixture
def workspace(folder: Path) -> Iterator[sg.Workspace]:
    with sg.open(folder) as opened:
        yield opened


def test_single_answers_describe_the_segments(workspace: sg.Workspace) -> None:
    """Gender was asked as one question; it goes with the segments, and the step of describing them passes."""
    found = workspace.study.show().as_dict()
    assert [row["variable"] for row in found["descriptors"]] == ["gender"]
    assert found["descriptors"][0]["p_corrected"] < 0.001
    assert found["steps"][6]["passed"]


def test_golden_questions_are_among_those_asked(workspace: sg.Workspace) -> None:
    """One of six questions tells planners from the others, and is on record."""
    found = workspace.study.questions().as_dict()
    assert found["questions"][0]["question"] in {*PLANS, *JOINS}
    assert found["questions"][0]["agreement"]["low"] > found["baseline"]


def asked(workspace: sg.Workspace, folder: Path, segment: str) -> dict[str, str]:
    """Segment of each respondent invited."""
    design = f'survey = "next"\nsegments = ["{segment}"]\n[[questions]]\ntext = "Why?"\nkind = "text"\n'
    (folder / "design.toml").write_text(design, encoding="utf8")
    workspace.voice.invite(folder / "design.toml", folder / "out.csv")
    with (folder / "out.csv").open(encoding="utf8") as file:
        return {row["party_key"]: row["segment_id"] for row in csv.DictReader(file)}


def test_a_segment_found_is_asked_by_id_and_by_name_but_for_who_refused(
    workspace: sg.Workspace, tmp_path: Path
) -> None:
    """Planners are every second respondent; r000, one of them, refused surveys."""
    rows = workspace.table("segmentation_members").table().to_pylist()
    planners = next(row["segment_id"] for row in rows if row["customer_id"] == "customer:r000")
    members = {row["customer_id"] for row in rows if row["segment_id"] == planners}
    invited = asked(workspace, tmp_path, planners)
    assert set(invited) == members - {"customer:r000"}
    assert set(invited.values()) == {planners}
    named = {row["segment_id"]: row["name"] for row in workspace.table("segmentation_segments").table().to_pylist()}
    for word in (named[planners], f"purchase_behavior/{planners}"):
        assert asked(workspace, tmp_path, word) == invited
    with pytest.raises(SettingsError) as refused:
        asked(workspace, tmp_path, "purchase_behavior_9")
    assert "purchase_behavior_" in refused.value.problems[0].next_step
