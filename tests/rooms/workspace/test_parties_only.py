"""A workspace without orders: who the parties are and what was told of them can still be segmented."""

from __future__ import annotations

from datetime import datetime
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


CONTACTS = (
    "account,contact_id,role,title,started_on,ended_on\nFirm 1,ana,decider,Director,2023-01-01,\n"
    "Firm 1,bob,user,Clerk,2023-01-01,\nFirm 2,cyn,decider,Director,2022-01-01,2022-12-31\n"
    "Firm 3,dan,,Owner,2023-01-01,\n"
)
CONSENTS = "customer,purpose,channel,consent,date\nana,marketing,,yes,2023-01-01\nbob,marketing,email,no,2023-01-01\n"
ADDRESSES = "customer,channel,email\nana,email,ana@firm.example\nbob,email,bob@firm.example\n"


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
    """The last opportunity was closed on 12 June 2023; midnight after it in Madrid is 22:00 UTC."""
    with workspace:
        assert workspace.refresh().as_dict()["as_of"] == "2023-06-12T22:00:00Z"


@pytest.mark.parametrize(
    ("timezone", "as_of"),
    [
        ("America/New_York", "2023-06-13T04:00:00Z"),
        ("Pacific/Kiritimati", "2023-06-12T10:00:00Z"),
        ("UTC", "2023-06-13T00:00:00Z"),
    ],
)
def test_a_day_that_was_told_is_that_day_in_every_zone(tmp_path: Path, timezone: str, as_of: str) -> None:
    """12 June stays the last day known, west of Greenwich as well as east of it."""
    (tmp_path / "pipeline.csv").write_text(PIPELINE, encoding="utf8")
    with sg.init(tmp_path / "b2b", currency="EUR", timezone=timezone) as opened:
        opened.load(tmp_path / "pipeline.csv")
        assert opened.refresh().as_dict()["as_of"] == as_of


def test_value_says_that_it_needs_orders(workspace: sg.Workspace) -> None:
    """What cannot be computed is asked for in vain with a next step, not with a trace."""
    with workspace:
        workspace.refresh()
        with pytest.raises(WorkspaceError) as caught:
            workspace.value()
        assert "needs orders" in caught.value.problems[0].what
        assert "Load a file of orders" in caught.value.problems[0].next_step


def test_segments_are_not_asked_for_in_a_circle(workspace: sg.Workspace) -> None:
    """After a refresh without orders the next step is to name variables, not to refresh again."""
    with workspace:
        workspace.refresh()
        for ask in (workspace.discover, workspace.map):
            with pytest.raises(WorkspaceError) as caught:
                ask()
            assert "segmentry study run --variable" in caught.value.problems[0].next_step


def test_an_empty_workspace_still_says_what_to_do(tmp_path: Path) -> None:
    """Nobody is known: load something."""
    with sg.init(tmp_path / "empty") as workspace, pytest.raises(WorkspaceError) as caught:
        workspace.refresh()
    assert caught.value.problems[0].code == "NOTHING_LOADED"


def members(workspace: sg.Workspace, **texts: str) -> dict[str, set[str]]:
    """Members of definitions by id, each that leans on no other universe proved by the referee."""
    folder = workspace.folder / "segments"
    folder.mkdir(exist_ok=True)
    for id_, text in texts.items():
        of = "accounts" if id_.startswith("accounts") else "customers"
        kinds = "" if of == "accounts" else "kinds: [contact]\n"
        (folder / f"{id_}.yaml").write_text(f"name: {id_}\nof: {of}\n{kinds}where: |\n  {text}\n", encoding="utf8")
    workspace.refresh()
    definitions = workspace.definitions
    assert {each["state"] for each in definitions.list().as_dict()["segments"]} == {"fresh"}
    for id_, text in texts.items():
        if "in segment" not in text:
            assert definitions.prove(id_, sample=None).as_dict()["segments"][0]["proved"]
    return {id_: set(definitions.members(id_).table()["customer_id"].to_pylist()) for id_ in texts}


def test_accounts_are_asked_for_their_contacts_by_role(workspace: sg.Workspace, tmp_path: Path) -> None:
    """Any, all, none and how many; a role that ended is no role; consent, address and account lie behind the person."""
    for name, text in (("contacts.csv", CONTACTS), ("consents.csv", CONSENTS), ("addresses.csv", ADDRESSES)):
        (tmp_path / name).write_text(text, encoding="utf8")
        workspace.load(tmp_path / name)
    with workspace:
        found = members(
            workspace,
            accounts_decided='any contact as "decider"',
            accounts_silent='no contact as "decider"',
            accounts_two="at least 2 contacts",
            accounts_spain='any contact where (consents to "marketing") and country = "Spain"',
            accounts_named='any contact where (in segment "in_spain")',
            marketable='reachable by "email" for "marketing"',
            addressed='reachable by "email"',
            in_spain='at account where (country = "Spain")',
        )
        waterfall = workspace.definitions.preview("addressed").as_dict()["waterfall"]
    assert [each["count"] for each in waterfall] == [2, 2, 1, 1]
    assert found["accounts_decided"] == {"account:Firm 1"}
    assert len(found["accounts_silent"]) == 11
    assert found["accounts_two"] == {"account:Firm 1"}
    assert found["accounts_spain"] == {"account:Firm 1"}
    assert found["accounts_named"] == {"account:Firm 1", "account:Firm 3"}
    assert found["marketable"] == {"customer:ana"}
    assert found["in_spain"] == {"customer:ana", "customer:bob", "customer:dan"}


def test_a_consent_taken_back_moves_with_its_own_reason(workspace: sg.Workspace, tmp_path: Path) -> None:
    """The change is effective at the very word, and says that it was one."""
    for name, text in (("contacts.csv", CONTACTS), ("consents.csv", CONSENTS)):
        (tmp_path / name).write_text(text, encoding="utf8")
        workspace.load(tmp_path / name)
    with workspace:
        assert members(workspace, agreed='consents to "marketing"') == {"agreed": {"customer:ana"}}
        later = "customer,purpose,channel,consent,date\nana,marketing,,no,2023-06-20 10:00\n"
        (tmp_path / "words.csv").write_text(later, encoding="utf8")
        workspace.load(tmp_path / "words.csv")
        workspace.refresh()
        rows = workspace.table("segment_changes").table().to_pylist()
    left = [(row["customer_id"], row["reason"], row["effective_at"]) for row in rows if row["change"] == "left"]
    assert left == [("customer:ana", "consent", datetime(2023, 6, 20, 8))]


def test_a_role_begins_and_ends_at_its_own_midnight(workspace: sg.Workspace, tmp_path: Path) -> None:
    """The days of roles are due instants: an account is decided from the first midnight to the one after the last."""
    roles = (
        "account,contact_id,role,title,started_on,ended_on\nFirm 1,ana,decider,Director,2023-05-15,2023-05-20\n"
        "Firm 2,cyn,decider,Director,,2023-05-17\n"
    )
    (tmp_path / "contacts.csv").write_text(roles, encoding="utf8")
    workspace.load(tmp_path / "contacts.csv")
    with workspace:
        folder = workspace.folder / "segments"
        folder.mkdir(exist_ok=True)
        text = 'name: Decided\nof: accounts\ntimezone: Europe/Madrid\nwhere: any contact as "decider"\n'
        (folder / "decided.yaml").write_text(text, encoding="utf8")
        workspace.refresh(as_of=datetime(2023, 5, 12, 22))
        assert set(workspace.definitions.members("decided").table()["customer_id"].to_pylist()) == {"account:Firm 2"}
        assert workspace.definitions.due().as_dict()["next"][0]["at"] == "2023-05-14T22:00:00Z"
        workspace.definitions.step(datetime(2023, 6, 1))
        assert workspace.definitions.members("decided").table().num_rows == 0
        rows = workspace.table("segment_changes").table().to_pylist()
    moved = {(row["customer_id"], row["change"], row["effective_at"], row["reason"]) for row in rows}
    assert moved == {
        ("account:Firm 2", "entered", datetime(2023, 5, 12, 22), "definition"),
        ("account:Firm 1", "entered", datetime(2023, 5, 14, 22), "clock"),
        ("account:Firm 1", "left", datetime(2023, 5, 20, 22), "clock"),
        ("account:Firm 2", "left", datetime(2023, 5, 17, 22), "clock"),
    }


def test_the_view_of_an_account_shows_group_people_and_missing_roles(workspace: sg.Workspace, tmp_path: Path) -> None:
    """The seven roles, each known or not; people with their days; what rests on old facts asks to be renewed."""
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf8")
    workspace.load(tmp_path / "contacts.csv")
    with workspace:
        workspace.refresh()
        account = workspace.customer("account:Firm 1").as_dict()["account"]
        assert workspace.customer("customer:ana").as_dict()["account"] is None
        assert {each["table"] for each in workspace.status().as_dict()["renew"]} == {"account_contacts"}
        workspace.refresh(as_of=datetime(2024, 6, 1))
        due = workspace.status().as_dict()["renew"]
    states = {each["role"]: each["state"] for each in account["coverage"]}
    assert len(states) == 7
    assert states["gatekeeper"] == "unknown"
    assert states["decider"] != "unknown"
    assert {each["customer_id"] for each in account["people"]} == {"customer:ana", "customer:bob"}
    assert any(each["table"] == "opportunities" and each["age_days"] > 300 for each in due)
