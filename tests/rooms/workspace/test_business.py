"""A business that sells to organizations, end to end through real files: one account over all of its tables."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import segmentry as sg

FILES = {
    "accounts.csv": "account_id,account_name,industry,employees,parent_account\n1,Acme,retail,300,\n2,Best,food,12,1\n"
    "3,Cole,food,40,\n4,Dorn,energy,90,\n",
    "contacts.csv": "account_id,contact_id,role\n1,ana,decider\n3,cyn,user\n",
    "orders.csv": "account_id,contact_id,order_id,date,sku,amount\n"
    + "".join(
        f"{1 + number % 3},{('ana', 'bob', '')[number % 3]},O{number},2024-{1 + number % 12:02}-11,P{number % 4},"
        f"{100 + number}\n"
        for number in range(36)
    ),
    "usage.csv": "account_id,metric,quantity,period_start,period_end\n"
    + "".join(
        f"{account},calls,{200 - 10 * month * (account == 1)},2024-{month:02}-01,2024-{month + 1:02}-01\n"
        for account in (1, 2)
        for month in range(1, 12)
    ),
    "tickets.csv": "ticket_id,account_id,opened_at,topic\nT1,1,2024-12-02 10:00,bill\nT2,2,2024-12-03 10:00,bill\n",
    "events.csv": "event_id,account_id,user_id,event,timestamp\nE1,1,ana,login,2024-12-05 10:00\n"
    "E2,3,dan,login,2024-12-06 10:00\nE3,2,,login,2024-12-07 10:00\n",
    "reviews.csv": "feedback_id,account_id,kind,rating,comment,review_date\nF1,1,nps,9,good,2024-12-02\n",
    "stack.csv": "account_id,technology,first_seen\n1,Python,2024-01-02\n4,Python,2024-01-02\n",
}
SEGMENT = "name: Buying organizations\nof: accounts\nwhere: any order\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    folder = tmp_path_factory.mktemp("business")
    exports = folder / "exports"
    exports.mkdir()
    for name, text in FILES.items():
        (exports / name).write_text(text, encoding="utf8")
    opened = sg.init(folder / "b2b", currency="EUR")
    opened.load(exports)
    (opened.folder / "segments").mkdir()
    (opened.folder / "segments" / "buying.yaml").write_text(SEGMENT, encoding="utf8")
    opened.refresh()
    yield opened
    opened.close()


def rows(workspace: sg.Workspace, table: str) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in workspace.table(table).table().to_pylist()}


def test_every_fact_meets_its_account(workspace: sg.Workspace) -> None:
    """No customer is numbered like an account; persons are those whom facts name beside one."""
    known = set(workspace.table("customers").table()["party_key"].to_pylist())
    assert known == {f"account:{number}" for number in (1, 2, 3, 4)} | {
        f"customer:{name}" for name in ("ana", "bob", "cyn", "dan")
    }


def test_value_follows_the_organization_that_pays(workspace: sg.Workspace) -> None:
    """Histories and customer value are of the three buying accounts, and of no person."""
    assert set(rows(workspace, "purchase_history")) == {"account:1", "account:2", "account:3"}
    assert rows(workspace, "purchase_history")["account:1"]["orders"] == 12
    assert set(rows(workspace, "customer_value")) == {"account:1", "account:2", "account:3"}


def test_definitions_of_accounts_see_their_orders(workspace: sg.Workspace) -> None:
    """``of: accounts`` finds organizations by their own orders."""
    members = rows(workspace, "segment_members")
    assert set(members) == {"account:1", "account:2", "account:3"}


def test_roll_ups_count_the_organizations_own_orders(workspace: sg.Workspace) -> None:
    """The group's sums hold the account's orders once; its people's are those that they placed for it."""
    traits = rows(workspace, "account_traits")
    assert (traits["account:1"]["group_orders"], traits["account:3"]["group_orders"]) == (24, 12)
    assert traits["account:1"]["contacts_orders"] == 12
    assert traits["account:2"]["contacts_orders"] == 12
    assert traits["account:3"]["contacts_orders"] == 0
    assert str(traits["account:1"]["relationship_since"]) == "2024-01-11"
    assert traits["account:4"]["relationship_since"] is None


def test_usage_of_the_account_is_its_own(workspace: sg.Workspace) -> None:
    """Metered quantities of account 1 fell; what nobody metered stays unknown."""
    traits = rows(workspace, "kinds_traits")
    assert traits["account:1"]["usage_change"] < 0
    assert traits["account:2"]["usage_change"] == pytest.approx(0.0)


def test_who_orders_pays_and_uses(workspace: sg.Workspace) -> None:
    """A person orders, the organization pays and uses."""
    found = {row["purchase_id"]: row for row in workspace.table("purchase_roles").table().to_pylist()}
    told = {name: (row["buyer_id"], row["payer_id"], row["user_id"]) for name, row in found.items()}
    assert told["O0"] == ("customer:ana", "account:1", "account:1")
    assert told["O2"] == ("account:3", "account:3", "account:3")
    assert len(found) == 36


def test_the_view_of_an_account_shows_everything(workspace: sg.Workspace) -> None:
    """``customer show account:1`` through the command line: orders, ticket, feedback, people and value."""
    workspace.close()
    command = [sys.executable, "-m", "segmentry", "customer", "show", str(workspace.folder), "account:1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["customer_id"] == "account:1"
    assert {each["kind"] for each in told["kinds"]} == {"organization", "buyer"}
    assert {each["what"] for each in told["timeline"]} >= {"order", "service contact", "feedback"}
    assert [(each["customer_id"], each["role"]) for each in told["account"]["people"]] == [("customer:ana", "decider")]
