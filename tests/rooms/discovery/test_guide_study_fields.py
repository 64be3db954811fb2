"""What a study may say of its outcome and of data to be collected."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from typing import Any

import pytest

from segmentry.terms.errors import SettingsError
from segmentry.terms.study import Study
from segmentry.workspace.settings import WorkspaceSettings, from_content, settings_text

PLAN: dict[str, Any] = {"consents": {"owner": "Ada", "cost": 1500, "refresh_on": date(2026, 12, 1), "method": "Ask."}}


def read(**content: Any) -> Study:
    return Study.from_content({"decision": "Whom to call.", **content})


def test_the_usual_outcome_is_spend_in_the_last_period() -> None:
    """A study that says nothing of its measure can be answered all the same."""
    assert (Study().measure, dict(Study().collection)) == ("next_spend", {})


def test_a_plan_is_read_written_and_read_again() -> None:
    """Days as days or as texts; the record of a study is plain JSON that reads back."""
    study = read(collection=PLAN, measure="retained")
    plain = study.recorded(datetime(2026, 1, 1)).as_dict()
    assert plain["collection"]["consents"]["refresh_on"] == "2026-12-01"
    plain.pop("recorded_at")
    assert Study.from_content(plain) == study


def test_a_plan_stands_in_the_settings_file() -> None:
    """What is configured is written so that the file reads back to the same."""
    settings = WorkspaceSettings(study=read(collection=PLAN, measure="satisfaction"))
    assert from_content(tomllib.loads(settings_text(settings)), "file").study == settings.study


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"measure": "next spend"}, ["next_spend"]),
        ({"measure": 3}, ["a text"]),
        ({"collection": {"consens": {}}}, ["consents"]),
        ({"collection": "all of it"}, ["Write a table"]),
        ({"collection": {"consents": "soon"}}, ["a table with method"]),
        (
            {"collection": {"consents": {"cost": -1, "ower": "Ada", "refresh_on": "soon"}}},
            ["0 or more", "owner", "2026"],
        ),
        ({"collection": {"consents": {"cost": True, "owner": 3}}}, ["0 or more", "a text"]),
    ],
)
def test_every_mistake_is_told_at_once(content: dict[str, Any], words: list[str]) -> None:
    """With the near miss or the form that is wanted."""
    with pytest.raises(SettingsError) as refused:
        read(**content)
    steps = [problem.next_step for problem in refused.value.problems]
    assert len(steps) == len(words)
    assert all(word in step for word, step in zip(words, steps, strict=True))
