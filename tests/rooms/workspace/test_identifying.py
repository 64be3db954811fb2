"""Who is who through the doors: links found, doubts shown, rulings in force, and everything restored by an un-merge."""

from __future__ import annotations

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
from segmentry.profiles.identity.rulings import RulingError
from segmentry.terms.errors import SettingsError, WorkspaceError

CRM = "customer_id,email,first_name,birth_date,country\nc1,ann@x.example,Ann,1990-01-01,Spain\n" + (
    "c2,bob@x.example,Bob,1980-01-01,Spain\nc3,eve@x.example,Eve,1970-01-01,Peru\n"
)
SHOP = "customer_id,email,first_name,birth_date\ns1,ANN@x.example,Ann,1990-01-01\ns2,bob@x.example,Rob,1955-05-05\n"
ORDERS = "CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice\n" + "".join(
    f"{customer},{number},2024-0{1 + number % 5}-1{number % 9},P{number % 3},1,{10 + number}\n"
    for number, customer in enumerate(["c1", "c2", "c3", "c1", "c2", "c3", "c1", "c1"])
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[sg.Workspace]:
    for name, text in (("crm.csv", CRM), ("shop.csv", SHOP), ("orders.csv", ORDERS)):
        (tmp_path / name).write_text(text, encoding="utf8")
    opened = sg.init(tmp_path / "shop", currency="EUR", modules={"identity": {"method": "exact"}})
    opened.load(tmp_path / "crm.csv", source="crm")
    opened.load(tmp_path / "shop.csv", source="shop", parties="shop")
    opened.load(tmp_path / "orders.csv")
    (opened.folder / "segments").mkdir()
    text = "name: Spenders\nwhere: any order\n"
    (opened.folder / "segments" / "spenders.yaml").write_text(text, encoding="utf8")
    opened.refresh()
    yield opened
    opened.close()


def customer_of(workspace: sg.Workspace) -> dict[str, str]:
    rows = workspace.table("identity").table().to_pylist()
    return {row["party_key"]: row["customer_id"] for row in rows}


def everything(workspace: sg.Workspace) -> Any:
    """What is known of customers, whatever run has found it."""
    tables = ("given_traits", "purchase_history", "segment_members")
    rows = {name: workspace.table(name).table().to_pylist() for name in tables}
    return {name: sorted(map(str, found)) for name, found in rows.items()} | {"identity": customer_of(workspace)}


def test_equal_keys_merge_and_contradictions_wait_for_a_person(workspace: sg.Workspace) -> None:
    """One e-mail is one customer, unless births differ: then both stand in the review, with the doubt."""
    found = customer_of(workspace)
    assert found["shop:s1"] == found["customer:c1"]
    assert found["shop:s2"] != found["customer:c2"]
    told = workspace.identities.review().as_dict()
    assert (told["parties"], told["customers"], told["doubtful"]) == (5, 4, 1)
    assert {told["review"][0]["left_party"], told["review"][0]["right_party"]} == {"customer:c2", "shop:s2"}
    assert told["report"]["method"] == "exact"


def test_a_merge_and_its_undoing_leave_no_trace_but_the_record(workspace: sg.Workspace) -> None:
    """Rulings make the workspace stale, are in force after the refresh, and un-merging restores every table."""
    before = everything(workspace)
    workspace.identities.merge("customer:c2", "customer:c3", "Same household account")
    assert any("ruled" in reason for reason in workspace.status().document["stale_because"])
    (waiting,) = workspace.identities.history("customer:c2").as_dict()["waiting"]
    assert (waiting["ruling"], waiting["parties"]) == ("merge", ["customer:c2", "customer:c3"])
    workspace.refresh()
    merged = customer_of(workspace)
    assert merged["customer:c2"] == merged["customer:c3"]
    assert everything(workspace) != before
    gone = ({"customer:c2", "customer:c3"} - set(merged.values())).pop()
    kept = merged["customer:c2"]
    assert workspace.customer(gone).as_dict()["customer_id"] == kept
    left = [row for row in workspace.table("segment_changes").table().to_pylist() if row["customer_id"] == gone]
    assert left[-1]["reason"] == "identity"
    workspace.identities.unmerge(kept, "They are neighbors")
    workspace.refresh()
    assert everything(workspace) == before
    told = workspace.identities.history(gone).as_dict()
    assert [each["decision"] for each in told["decisions"]][-2:] == ["merged", "unmerged"]
    of_kept = workspace.identities.history(kept).as_dict()
    assert [each["decision"] for each in of_kept["decisions"]][-2:] == ["merged", "unmerged"]
    assert of_kept["waiting"] == []
    workspace.refresh()
    assert everything(workspace) == before


def test_erasing_a_merged_customer_forgets_every_part_of_it(workspace: sg.Workspace) -> None:
    """Neither the kept id nor the one given up is named again; who is forgotten is not taken apart any more."""
    workspace.identities.merge("customer:c2", "customer:c3", "Same household account")
    workspace.refresh()
    kept = customer_of(workspace)["customer:c2"]
    before = {row["customer_id"] for row in workspace.table("segment_members").table().to_pylist()}
    assert kept in before
    workspace.definitions.erase(kept)
    both = {"customer:c2", "customer:c3"}
    with pytest.raises(RulingError):
        workspace.identities.unmerge(kept, "They are neighbors")
    for refreshed in (False, True):
        for name in ("segment_changes", "segment_members", "identity_history", "identity_decisions"):
            assert not both & set(workspace.table(name).table()["customer_id"].to_pylist()), name
        if not refreshed:
            workspace.refresh()
    left = {row["customer_id"] for row in workspace.table("segment_members").table().to_pylist()}
    assert left == before - both


def test_an_erased_customer_is_merged_with_nobody(workspace: sg.Workspace) -> None:
    """The living one would be lost, or the erased one known again."""
    workspace.definitions.erase("customer:c2")
    with pytest.raises(RulingError) as caught:
        workspace.identities.merge("customer:c2", "customer:c3", "Same person")
    assert [each.code for each in caught.value.problems] == ["CUSTOMER_ERASED"]
    assert not workspace.engine.has("identity_rulings")


def test_rulings_on_nobody_and_wrong_settings_are_refused(workspace: sg.Workspace, tmp_path: Path) -> None:
    """Every mistake names what to do; nothing is put on record."""
    with pytest.raises(RulingError):
        workspace.identities.merge("customer:c2", "nobody", "x")
    with pytest.raises(RulingError):
        workspace.identities.keep_apart("customer:c2", "customer:c3", "")
    with pytest.raises(WorkspaceError):
        workspace.identities.history("nobody")
    assert workspace.status().document["stale_because"] == []
    folder = tmp_path / "wrong"
    folder.mkdir()
    (folder / "segmentry.toml").write_text('[identity]\nmethod = "magic"\n[geographic]\ntown = 3\n', encoding="utf8")
    with pytest.raises(SettingsError) as caught:
        sg.open(folder)
    assert len(caught.value.problems) == 2


def call(*arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-m", "segmentry", *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_command_line_keeps_its_schemas(workspace: sg.Workspace) -> None:
    """Review, history and rulings print objects of their schemas."""
    folder = str(workspace.folder)
    workspace.close()
    calls = {
        "customer_review": ("customer", "review", folder, "--json"),
        "customer_history": ("customer", "history", folder, "customer:c1", "--json"),
        "customer_ruling": ("customer", "merge", folder, "customer:c2", "shop:s2", "--because", "x", "--json"),
    }
    for name, arguments in calls.items():
        text = files("segmentry.workspace").joinpath("schemas", f"{name}.json").read_text(encoding="utf8")
        jsonschema.validate(call(*arguments), json.loads(text))
