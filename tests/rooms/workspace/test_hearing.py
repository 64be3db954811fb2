"""What customers say, through the doors: scores, answers to remarks, and surveys out and back."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import segmentry as sg
from segmentry.terms.errors import SettingsError, SourceError

FEEDBACK = "feedback_id,customer_id,date,kind,rating,text,author,topic\n" + "".join(
    f"f{place},c{place},2024-05-{1 + place},nps,{[10, 9, 2, 10, 7, 9, 1, 10, 8, 10][place]},Great and fast,customer,\n"
    for place in range(10)
)
FEEDBACK += "r1,c1,2024-05-03,remark,,They want invoices by mail,sales,big\n"
CONSENTS = "customer,purpose,channel,consent,date\nc3,surveys,,no,2024-01-01\n"
DESIGN = """survey = "spring"
title = "How are we doing?"
[[questions]]
id = "likely"
text = "How likely are you to recommend us?"
measure = "nps"
[[questions]]
id = "why"
text = "Why?"
kind = "text"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[sg.Workspace]:
    for name, text in (("feedback.csv", FEEDBACK), ("consents.csv", CONSENTS), ("design.toml", DESIGN)):
        (tmp_path / name).write_text(text, encoding="utf8")
    opened = sg.init(tmp_path / "shop")
    opened.load(tmp_path / "feedback.csv", table="feedback")
    opened.load(tmp_path / "consents.csv")
    opened.refresh()
    yield opened
    opened.close()


def invited(workspace: sg.Workspace) -> dict[str, str]:
    """Tokens by party, as the file of invitations tells them."""
    root = workspace.folder.parent
    workspace.voice.invite(root / "design.toml", root / "out.csv", "https://ask.example/{token}")
    with (root / "out.csv").open(encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["link"] == f"https://ask.example/{row['token']}" for row in rows)
    return {row["party_key"]: row["token"] for row in rows}


def test_scores_carry_intervals_and_remarks_wait(workspace: sg.Workspace) -> None:
    """Six promoters and two detractors of ten are 40; the remark waits until somebody answers it."""
    told = workspace.voice.show().as_dict()
    whole = [each for each in told["feedback_scores"] if each["measure"] == "nps" and each["period"] == "all"]
    assert [(each["score"], each["answers"]) for each in whole] == [(40.0, 10)]
    assert whole[0]["low"] < 40 < whole[0]["high"]
    shown = workspace.voice.show()
    assert shown.figures == ("feedback_scores",)
    assert len(shown.figure().data) > 0
    (waiting,) = told["open_remarks"]
    workspace.voice.answer(waiting["source"], waiting["feedback_id"], "They get them by mail now", "Ana")
    after = workspace.voice.show().as_dict()
    assert after["open_remarks"] == []
    assert after["remark_answers"][0]["answered_by"] == "Ana"
    with pytest.raises(SettingsError) as caught:
        workspace.voice.answer("nobody", "r9", "", "")
    assert len(caught.value.problems) == 3


def test_what_is_wrong_with_a_file_of_answers_is_told_by_line(workspace: sg.Workspace) -> None:
    """Unusual ends of lines stay inside answers; moments that cannot be are unknown and told; nothing is cut off."""
    root = workspace.folder.parent
    tokens = list(invited(workspace).values())
    lines = [
        f'{tokens[0]},2024-06-01T10:00:00,9,"one\u2028two\u0085three\nfour"',
        f"{tokens[1]},2024-02-30,8,fine",
        f"{tokens[2]},2099-01-01,7,fine,surplus,more",
        f"{tokens[3]},,7,fine",
    ]
    text = "\ufefftoken,answered_at,likely,why\n" + "\n".join(lines) + "\n"
    (root / "back.csv").write_bytes(text.encode("utf8"))
    taken = workspace.voice.take(root / "design.toml", root / "back.csv").as_dict()
    assert taken["rows_read"] == 4
    assert [(each["line"], each["given"]) for each in taken["findings"]] == [
        (3, "2024-02-30"),
        (4, "surplus, more"),
        (4, "2099-01-01"),
    ]
    answers = {row["answer"] for row in workspace.table("survey_responses").table().to_pylist()}
    assert "one\u2028two\u0085three\nfour" in answers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TOKENS_MISSING"),
        ("customer,likely\na,9\n", "TOKENS_MISSING"),
        ("token,likely,likely\na,9,1\n", "COLUMN_TWICE"),
    ],
)
def test_a_file_of_answers_that_cannot_be_read_is_refused(workspace: sg.Workspace, text: str, code: str) -> None:
    """Nothing is taken of it."""
    root = workspace.folder.parent
    (root / "back.csv").write_text(text, encoding="utf8")
    with pytest.raises(SourceError) as caught:
        workspace.voice.take(root / "design.toml", root / "back.csv")
    assert [each.code for each in caught.value.problems] == [code]


def test_a_survey_goes_out_and_comes_back(workspace: sg.Workspace) -> None:
    """Who refused is not asked, links stay the same, answers join their customers, and mistakes are named by line."""
    root = workspace.folder.parent
    tokens = invited(workspace)
    assert len(tokens) == 9
    assert "customer:c3" not in tokens
    assert invited(workspace) == tokens
    rows = ["token,answered_at,likely,why", f"{tokens['customer:c1']},2024-06-01 10:00,9,Quick"]
    rows += [f"{tokens['customer:c2']},2024-06-01 11:00,11,Slow", "made-up,2024-06-01 12:00,3,?"]
    (root / "back.csv").write_text("\n".join(rows) + "\n", encoding="utf8")
    taken = workspace.voice.take(root / "design.toml", root / "back.csv").as_dict()
    assert (taken["rows_read"], {each["line"] for each in taken["findings"]}) == (3, {3, 4})
    assert any("loaded after" in reason for reason in workspace.status().document["stale_because"])
    workspace.voice.take(root / "design.toml", root / "back.csv")
    answers = workspace.table("survey_responses").table().to_pylist()
    assert sorted((row["party_key"], row["question"], row["answer"]) for row in answers) == [
        ("customer:c1", "likely", "9"),
        ("customer:c1", "why", "Quick"),
        ("customer:c2", "why", "Slow"),
    ]
    with pytest.raises(SourceError):
        workspace.voice.take(root / "design.toml", root / "feedback.csv")
    assert (workspace.folder / "survey.key").stat().st_mode & 0o077 == 0


def call(*arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-m", "segmentry", *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_command_line_keeps_its_schemas(workspace: sg.Workspace) -> None:
    """Every command prints an object of its schema."""
    folder, root = str(workspace.folder), workspace.folder.parent
    token = invited(workspace)["customer:c1"]
    workspace.close()
    (root / "back.csv").write_text(f"token,answered_at,likely\n{token},2024-06-01,9\n", encoding="utf8")
    design = str(root / "design.toml")
    calls = {
        "feedback_show": ("feedback", "show", folder),
        "feedback_answer": ("feedback", "answer", folder, "orders", "r1", "Done", "--by", "Ana"),
        "survey_invite": ("survey", "invite", folder, design, "--out", str(root / "again.csv")),
        "survey_take": ("survey", "take", folder, design, str(root / "back.csv")),
    }
    for name, arguments in calls.items():
        text = files("segmentry.workspace").joinpath("schemas", f"{name}.json").read_text(encoding="utf8")
        jsonschema.validate(call(*arguments, "--json"), json.loads(text))


def test_a_changed_segment_tells_of_remarks_that_wait(workspace: sg.Workspace) -> None:
    """A remark whose segment changes is told with how to answer it; answered, or with nothing changed, it is not."""
    root = workspace.folder.parent
    said = "feedback_id,customer_id,date,kind,text,author,segment\nq1,c2,2024-05-04,rejection,Not mine,sales,fans\n"
    (root / "rejections.csv").write_text(said, encoding="utf8")
    definition = workspace.folder / "segments" / "fans.yaml"
    definition.parent.mkdir(exist_ok=True)
    definition.write_text("name: Fans\nkinds: [buyer, prospect, end_user]\nwhere: nps_rating >= 9\n", encoding="utf8")
    workspace.load(root / "rejections.csv", table="feedback")
    workspace.refresh()
    assert workspace.definitions.plan().as_dict()["remarks"] == []
    definition.write_text("name: Fans\nkinds: [buyer, prospect, end_user]\nwhere: nps_rating >= 8\n", encoding="utf8")
    (told,) = workspace.definitions.plan().as_dict()["remarks"]
    assert told["code"] == "REMARK_OPEN"
    assert told["where"].endswith("q1")
    assert "segmentry feedback answer" in told["next_step"]
    source, feedback_id = told["where"].split(", ")
    workspace.voice.answer(source, feedback_id, "The bound is eight now", "Ana")
    assert workspace.definitions.apply().as_dict()["remarks"] == []
