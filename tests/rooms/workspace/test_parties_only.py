"""A workspace without orders: who the parties are and what was told of them can still be segmented."""

from __future__ import annotations

from pathlib import Path

import pytest

import segmentry as sg
from segmentry.terms.errors import WorkspaceError

ACCOUNTS = "account,sector,employees,country\n" + "".join(
    f"Firm {place},{'retail' if place % 3 else 'medical'},{place * 10},{'Spain' if place % 2 else 'Peru'}\n"
    for place in range(1, 13)
)
PIPELINE = "opportunity_id,account,deal_stage,engage_date,close_date,close_value\n" + "".join(
    f"O{place},Firm {place},{'Won' if place % 2 else 'Lost'},2023-05-{place:02},2023-06-{place:02},{place * 100}\n"
    for place in range(1, 13)
)


@pytest.fixture
def workspace(tmp_path: Path) -> sg.Workspace:
    for name, text in (("accounts.csv", ACCOUNTS), ("pipeline.csv", PIPELINE)):
        (tmp_path / name).write_text(text, encoding="utf8")
    opened = sg.init(tmp_path / "b2b", currency="EUR", timezone="Europe/Madrid")
    opened.load(tmp_path / "accounts.csv")
    opened.load(tmp_path / "pipeline.csv")
    return opened


def test_parties_can_be_refreshed_and_counted_without_orders(workspace: sg.Workspace) -> None:
    """Organizations are the universe of definitions of accounts; the country they told is a trait."""
    with workspace:
        found = workspace.refresh().as_dict()
        assert found["tables"]["identity"] == 12
        folder = workspace.folder / "segments"
        folder.mkdir(exist_ok=True)
        (folder / "spain.yaml").write_text('name: Spain\nof: accounts\nwhere: country = "Spain"\n', encoding="utf8")
        workspace.refresh()
        listed = {each["id"]: each for each in workspace.definitions.list().as_dict()["segments"]}
        assert (listed["spain"]["members"], listed["spain"]["state"]) == (6, "fresh")


def test_the_as_of_is_the_midnight_after_the_last_fact(workspace: sg.Workspace) -> None:
    """The last opportunity was opened on 12 May 2023; midnight after it in Madrid is 22:00 UTC."""
    with workspace:
        assert workspace.refresh().as_dict()["as_of"] == "2023-05-12T22:00:00Z"


def test_value_says_that_it_needs_orders(workspace: sg.Workspace) -> None:
    """What cannot be computed is asked for in vain with a next step, not with a trace."""
    with workspace:
        workspace.refresh()
        with pytest.raises(WorkspaceError) as caught:
            workspace.value()
        assert caught.value.problems[0].next_step


def test_an_empty_workspace_still_says_what_to_do(tmp_path: Path) -> None:
    """Nobody is known: load something."""
    with sg.init(tmp_path / "empty") as workspace, pytest.raises(WorkspaceError) as caught:
        workspace.refresh()
    assert caught.value.problems[0].code == "NOTHING_LOADED"
