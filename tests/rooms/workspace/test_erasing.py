"""Erasure through the doors: nothing published names the erased any more, and nothing brings them back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segmentry as sg
from segmentry.segments.erasure import names_of
from segmentry.segments.run_erasure import KIND, complete, erase, sweep
from segmentry.terms.errors import SegmentryError

FILES = {
    "crm.csv": (
        "customer_id,email,first_name,birth_date,country\nc1,ann@x.example,Ann,1990-01-01,Spain\n"
        "c2,bob@x.example,Bob,1980-01-01,Spain\nc3,eve@x.example,Eve,1970-01-01,Peru\nc11,zoe@x.example,Zoe,,\n"
    ),
    "shop.csv": "customer_id,email,first_name,birth_date\n"
    "s1,ANN@x.example,Ann,1990-01-01\ns2,bob@x.example,Rob,1955-05-05\n",
    "orders.csv": "CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice\n"
    + "".join(
        f"{customer},{number},2024-0{1 + number % 5}-1{number % 9},P{number % 3},1,{10 + number}\n"
        for number, customer in enumerate(["c1", "c2", "c3", "c11", "c1", "c2", "c3", "c11", "c1"])
    ),
    "accounts.csv": "account_id,account_name,industry,employees,parent_account\n7,Acme,retail,3,\n8,Best,food,4,7\n",
    "contacts.csv": "account_id,contact_id,role\n7,c1,decider\n7,c2,user\n8,c1,user\n",
    "deals.csv": "opportunity_id,account_id,contact_id,contact_name,deal_stage,created,close_date,amount\n"
    "D1,7,c1,Ann Beside,won,2024-01-01,2024-02-01,5\n",
    "plans.csv": "subscription_id,account_id,user_id,plan,start_date,renewal_date\n"
    "S1,7,c1,gold,2024-01-01,2025-01-01\n",
    "referrals.csv": "referrer_id,customer_id,date\nc1,c2,2024-01-01\nc2,c3,2024-01-02\n",
    "events.csv": "event_id,customer_id,event,timestamp\nE1,c1,login,2024-02-02 10:00\nE2,c3,login,2024-02-03 10:00\n"
    "E3,c1,login,Ann came late\nE4,c2,login,Bob came late\n",
}
OPTIONS = {"shop.csv": {"parties": "shop"}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files and a workspace whose ann came from two sources, was merged with eve, and taken apart again."""
    tmp_path = tmp_path_factory.mktemp("erasing")
    opened = sg.init(tmp_path / "shop", currency="EUR", modules={"identity": {"method": "exact"}})
    (tmp_path / "exports").mkdir()
    for name, text in FILES.items():
        (tmp_path / ("exports" if name not in OPTIONS else "") / name).write_text(text, encoding="utf8")
    opened.load(tmp_path / "exports")
    opened.load(tmp_path / "shop.csv", parties="shop")
    (opened.folder / "segments").mkdir()
    text = "name: Spenders\nwhere: any order\n"
    (opened.folder / "segments" / "spenders.yaml").write_text(text, encoding="utf8")
    opened.refresh()
    opened.identities.merge("customer:c1", "customer:c3", "Ann of Elm Street moved")
    opened.refresh()
    opened.identities.unmerge("customer:c1", "Two people, Ann is the elder")
    opened.identities.keep_apart("customer:c1", "customer:c11", "Ann has a daughter")
    opened.refresh()
    opened.close()
    return tmp_path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[sg.Workspace]:
    """A copy of it, beside copies of its files."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with sg.open(tmp_path / "shop") as opened:
        yield opened


def mentions(workspace: sg.Workspace, *names: str) -> dict[str, int]:
    """Cells of text, of every kept version of every table, that hold one of some names as a word, by physical table."""
    found = {}
    wanted = re.compile(rf"(?<![\w:])(?:{'|'.join(map(re.escape, names))})(?!\w)")
    engine = workspace.engine
    for name in engine.warehouse.names():
        rows = engine.rows(engine.warehouse.table(name))
        count = sum(bool(wanted.search(cell)) for row in rows for cell in row.values() if isinstance(cell, str))
        found |= {name: count} if count else {}
    return found


ANN = ("customer:c1", "shop:s1")


def everybody(workspace: sg.Workspace) -> set[str]:
    return set(workspace.table("identity").table()["party_key"].to_pylist())


def test_no_table_of_any_version_names_the_erased(workspace: sg.Workspace) -> None:
    """Facts, traits, identity with all of its past, people's words, membership: all physical tables are searched."""
    before = mentions(workspace, *ANN)
    assert {name.rpartition("__")[0] for name in before} >= {
        *("customers", "loaded_lines", "orders", "identity", "identity_history", "identity_decisions"),
        *("identity_rulings", "party_kinds", "account_contacts", "opportunities", "subscriptions", "referrals"),
        *("segment_members", "segment_changes", "behavioral_traits", "customer_value"),
    }
    assert mentions(workspace, "Ann Beside")
    assert mentions(workspace, "Ann came late")
    told = workspace.definitions.erase("customer:c1").as_dict()
    assert mentions(workspace, *ANN) == {}
    assert mentions(workspace, "Ann of Elm Street moved", "Two people, Ann is the elder", "Ann has a daughter") == {}
    assert mentions(workspace, "Ann Beside", "Ann came late") == {}
    assert [row["given"] for row in workspace.table("quarantine").table().to_pylist()] == ["Bob came late"]
    assert told["rows"]["loaded_lines"] == 3
    assert told["rows"]["identity_history"] == 2


def test_others_lose_nothing_but_the_name(workspace: sg.Workspace) -> None:
    """The account keeps its sale and contract, eve her history, and zoe, whose number begins alike, everything."""
    others = mentions(workspace, "customer:c11")
    workspace.definitions.erase("customer:c1")
    kept = mentions(workspace, "customer:c11")
    assert {name.rpartition("__")[0] for name in kept} == {name.rpartition("__")[0] for name in others}
    (deal,) = workspace.table("opportunities").table().to_pylist()
    assert (deal["account_key"], deal["contact_key"]) == ("account:7", None)
    (plan,) = workspace.table("subscriptions").table().to_pylist()
    assert (plan["party_key"], plan["user_key"]) == ("account:7", None)
    history = workspace.table("identity_history").table().sort_by("recorded_at").to_pylist()
    eve = [row["customer_id"] for row in history if row["party_key"] == "customer:c3"]
    assert len(eve) == 3
    assert eve[0] == eve[2] == "customer:c3"
    assert eve[1].startswith("erased:")
    words = {row["because"] for row in workspace.table("identity_rulings").table().to_pylist()}
    assert words == {"(erased)"}
    assert workspace.customer("customer:c3").as_dict()["customer_id"] == "customer:c3"
    assert workspace.identities.history("customer:c3").as_dict()["decisions"]


@pytest.mark.prove
def test_refreshes_and_loads_do_not_bring_the_erased_back(workspace: sg.Workspace, tmp_path: Path) -> None:
    """Files that name the erased again are loaded without them, and the report counts what was left out."""
    workspace.definitions.erase("customer:c1")
    workspace.refresh()
    assert mentions(workspace, *ANN) == {}
    assert everybody(workspace) == {"customer:c2", "customer:c3", "customer:c11", "shop:s2", "account:7", "account:8"}
    for name, left_out in (("orders.csv", 3), ("crm.csv", 1), ("contacts.csv", 2), ("deals.csv", 0), ("shop.csv", 1)):
        path = tmp_path / ("exports" if name not in OPTIONS else "") / name
        report = workspace.load(path, date_format="%Y-%m-%d", **OPTIONS.get(name, {}))
        (told,) = report.as_dict()["loads"]
        assert told["quarantined"].get("of an erased customer", 0) == left_out, name
    workspace.refresh()
    assert mentions(workspace, *ANN) == {}
    assert everybody(workspace) == {"customer:c2", "customer:c3", "customer:c11", "shop:s2", "account:7", "account:8"}
    (deal,) = workspace.table("opportunities").table().to_pylist()
    assert deal["contact_key"] is None
    with pytest.raises(SegmentryError):
        workspace.identities.merge("customer:c1", "customer:c2", "the same")


def test_organizations_are_erased_as_persons_are(workspace: sg.Workspace, tmp_path: Path) -> None:
    """Neither its people's roles nor its children name it any more, and the next file of accounts leaves it out."""
    workspace.definitions.erase("account:7")
    assert mentions(workspace, "account:7") == {}
    (child,) = workspace.table("accounts").table().to_pylist()
    assert (child["account_key"], child["parent_key"]) == ("account:8", None)
    assert mentions(workspace, "Acme") == {}
    (tmp_path / "more.csv").write_text(FILES["accounts.csv"] + "12,New,food,4,8\n", encoding="utf8")
    workspace.load(tmp_path / "more.csv")
    assert {row["account_key"] for row in workspace.table("accounts").table().to_pylist()} == {
        "account:8",
        "account:12",
    }
    contacts = workspace.table("account_contacts").table().to_pylist()
    assert {row["account_key"] for row in contacts} == {"account:8"}


def swept(workspace: sg.Workspace, as_of: Any, *, cut_short: bool = False) -> None:
    """The commit of an erasure, without what comes after it, or cut short before it."""
    with workspace.engine.run(KIND, as_of) as run:
        names = names_of(run, ["customer:c1"])
        erase(run, ["customer:c1"])
        sweep(run, names)
        if cut_short:
            raise ZeroDivisionError


@pytest.mark.prove
def test_an_erasure_cut_short_is_completed(workspace: sg.Workspace) -> None:
    """Before the commit nothing has changed; after it the next opening drops the versions that still name somebody."""
    as_of = workspace.engine.artifact("trait_catalog").as_of
    before = mentions(workspace, *ANN)
    with pytest.raises(ZeroDivisionError):
        swept(workspace, as_of, cut_short=True)
    assert mentions(workspace, *ANN) == before
    swept(workspace, as_of)
    assert mentions(workspace, *ANN) != {}
    folder = workspace.folder
    workspace.close()
    with sg.open(folder) as opened:
        assert mentions(opened, *ANN) == {}
        assert not complete(opened.engine)
