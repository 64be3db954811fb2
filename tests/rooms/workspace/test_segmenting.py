"""Segments as code through the Python door: files in, membership out, one commit at a time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

import segmentry as sg
from segmentry.segments.errors import DefinitionError
from segmentry.terms.canonical import EVENTS
from tests.rooms.workspace.shops import write_orders

FILES = {
    "big": "name: Big\nwhere: spend > 300\n",
    "active": "name: Active\ntimezone: Europe/London\nwhere: any order in last 90 days\n",
    "big_active": 'name: Big and active\nwhere: in segment "Big" and in segment "active"\n',
}


def write(folder: Path, **files: str) -> None:
    (folder / "segments").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "segments" / f"{name}.yaml").write_text(text, encoding="utf8")


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("segmenting")
    write_orders(root / "orders.csv", customers=60)
    with sg.init(root / "shop", currency="EUR", margin_rate=0.4) as workspace:
        workspace.load(root / "orders.csv")
        write(root / "shop", **FILES)
        workspace.refresh()
    return root / "shop"


@pytest.fixture
def workspace(refreshed: Path, tmp_path: Path) -> Iterator[sg.Workspace]:
    """A copy that a test may change."""
    with sg.open(shutil.copytree(refreshed, tmp_path / "shop")) as opened:
        yield opened


def entries(workspace: sg.Workspace) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in workspace.definitions.list().document["segments"]}


def problems(call: Any, *arguments: Any) -> list[str]:
    with pytest.raises(DefinitionError) as error:
        call(*arguments)
    assert all(each.what and each.where and each.next_step for each in error.value.problems)
    return [each.code for each in error.value.problems]


def test_a_refresh_brings_files_to_life(workspace: sg.Workspace) -> None:
    """Counts are rows of the membership, fresh, with as-of and complete-through."""
    members = workspace.table("segment_members").table().to_pylist()
    for id_, entry in entries(workspace).items():
        assert entry["members"] == sum(row["segment_id"] == id_ for row in members) > 0
        assert entry["state"] == "fresh"
        assert entry["as_of"] == entry["complete_through"] is not None
    assert entries(workspace)["big"]["used_by"] == ["big_active"]


def test_a_workspace_without_definitions_publishes_nothing_of_them(tmp_path: Path) -> None:
    """Who does not use segments as code pays nothing for them, and is told how to begin."""
    write_orders(tmp_path / "orders.csv", customers=30)
    with sg.init(tmp_path / "shop", currency="EUR") as workspace:
        workspace.load(tmp_path / "orders.csv")
        workspace.refresh()
        assert not any(name.startswith("segment_members") for name in workspace.tables())
        assert workspace.definitions.list().document["segments"] == []
        assert workspace.definitions.count("spend > 0").document["count"] > 0
        assert workspace.definitions.prove().document["segments"] == []
        workspace.definitions.add_pack("lifecycle")
        workspace.definitions.apply()
        assert len(entries(workspace)) == 4


def test_one_definition_counts_the_same_through_every_question(workspace: sg.Workspace) -> None:
    """Count, preview, list, show, members and overlap never differ."""
    definitions = workspace.definitions
    listed = entries(workspace)["big_active"]["members"]
    assert definitions.count("big_active").document["count"] == listed
    assert definitions.count('in segment "Big" and in segment "active"').document["count"] == listed
    assert definitions.preview("big_active").document["worth"]["customers"] == listed
    assert definitions.show("Big and active").document["members"] == listed
    assert definitions.members("big_active").document["members"] == listed
    sizes = {each["id"]: each["customers"] for each in definitions.overlap("big", "big_active").document["segments"]}
    assert sizes["big_active"] == listed


def test_value_is_clv_where_a_margin_is_known(workspace: sg.Workspace) -> None:
    """Money says which measure it is."""
    worth = workspace.definitions.show("big").document["worth"]
    assert worth["value"]["measure"] == "clv"
    assert worth["revenue"] > 0


def test_plan_then_apply_then_nothing_left_to_do(workspace: sg.Workspace) -> None:
    """What the plan says happens, as one commit, without a refresh of anything else."""
    write(workspace.folder, big="name: Big\nwhere: spend > 600\n", fresh="name: Fresh\nwhere: any order\n")
    planned = {each["id"]: each for each in workspace.definitions.plan().document["actions"]}
    assert {id_: each["action"] for id_, each in planned.items()} == {
        "big": "change",
        "big_active": "follow",
        "fresh": "create",
        "active": "keep",
    }
    refreshed_at = workspace.status().document["refreshed_at"]
    workspace.definitions.apply()
    assert workspace.status().document["refreshed_at"] == refreshed_at
    assert entries(workspace)["big"]["members"] == planned["big"]["members_after"]
    assert entries(workspace)["big"]["version"] == 2
    assert workspace.definitions.plan().document["changes"] == 0


def test_a_diff_reads_the_changed_file(workspace: sg.Workspace, tmp_path: Path) -> None:
    """By id from the workspace's folder, or any file; money moved and dependents told; nothing is published."""
    (tmp_path / "big.yaml").write_text("name: Big\nwhere: spend > 600\n", encoding="utf8")
    found = workspace.definitions.diff(str(tmp_path / "big.yaml")).document
    assert found["leaves"]["customers"] == found["members_before"] - found["members_after"] > 0
    assert found["leaves"]["revenue"] > 0
    assert [each["id"] for each in found["used_by"]] == ["big_active"]
    assert workspace.definitions.diff("big").document["leaves"]["customers"] == 0
    assert entries(workspace)["big"]["version"] == 1


def test_a_broken_file_is_loud_and_harmless(workspace: sg.Workspace) -> None:
    """Unreadable and unknown at once: all told, last good members kept, others go on."""
    before = entries(workspace)["big"]["members"]
    write(workspace.folder, big="name: Big\nwhere: spend >\n", other="name: Active\nwhere: spend > 1\n")
    workspace.definitions.apply()
    found = entries(workspace)
    assert (found["big"]["members"], found["big"]["state"]) == (before, "stale")
    assert found["big_active"]["error"][0]["code"] == "SEGMENT_NEEDED"
    assert found["other"]["error"][0]["code"] == "NAME_TWICE"
    assert found["other"]["state"] == "failed"
    assert found["active"]["state"] == "fresh"


def test_new_data_make_every_count_say_stale(workspace: sg.Workspace, tmp_path: Path) -> None:
    """Until the next refresh a count says that data were loaded since."""
    workspace.load(write_orders(tmp_path / "more.csv", customers=10, seed=8, prefix="8"))
    assert {each["state"] for each in entries(workspace).values()} == {"stale"}
    assert "loaded after" in workspace.definitions.count("spend > 1").document["stale_because"][0]


def test_hands_move_a_customer_and_are_undone(workspace: sg.Workspace) -> None:
    """Add, remove and clear: each moves exactly one customer; the last word about an instant tells its reason."""
    inside = workspace.definitions.members("big").document["customers"][0]["customer_id"]
    before = entries(workspace)["big"]["members"]
    workspace.definitions.remove("big", inside, "asked for it")
    assert entries(workspace)["big"]["members"] == before - 1
    assert workspace.definitions.explain("big", inside).document["manual"] == "removed"
    assert workspace.definitions.prove("big", None).document["proved"]
    workspace.definitions.clear("big", inside)
    assert entries(workspace)["big"]["members"] == before
    told = workspace.definitions.events(datetime(2000, 1, 1), "big").document["events"]
    assert {each["reason"] for each in told if each["customer_id"] == inside} == {"manual"}


def test_attribution_adds_up(workspace: sg.Workspace) -> None:
    """Members at the start, plus entered, less left, are the members at the end; also over several refreshes."""
    workspace.refresh(datetime(2023, 6, 1))
    workspace.refresh()
    found = workspace.definitions.attribution("active", date(2023, 5, 30), date(2024, 6, 1)).document
    assert found["members_start"] + sum(each["net"] for each in found["reasons"]) == found["members_end"]
    assert found["members_end"] == entries(workspace)["active"]["members"]


def test_who_was_in_on_a_day_as_known_then_and_now(workspace: sg.Workspace) -> None:
    """Before the first evaluation nobody was known to be in; today's knowledge tells the same of today."""
    then = workspace.definitions.members("big", on=date(2020, 1, 1)).document
    assert then["members"] == 0
    now = workspace.definitions.members("big", on=date(2030, 1, 1)).document
    assert now["members"] == entries(workspace)["big"]["members"]
    unknown = workspace.definitions.members("big", on=date(2030, 1, 1), known_at=datetime(2020, 1, 1)).document
    assert unknown["members"] == 0


def test_format_writes_one_way_and_keeps_the_meaning(workspace: sg.Workspace) -> None:
    """Formatting twice changes nothing more, and the definition stays the same version."""
    write(workspace.folder, big="where: (spend>300)\nname: Big\n")
    first = workspace.definitions.format("big", write=True).document
    assert first["changed"]
    assert first["written"]
    assert not workspace.definitions.format("big").document["changed"]
    assert workspace.definitions.plan().document["changes"] == 0


def test_a_pack_never_overwrites(workspace: sg.Workspace) -> None:
    """Adding a pack twice is harmless; a file of one's own under the same name is kept and told."""
    workspace.definitions.add_pack("one-and-done")
    workspace.definitions.add_pack("one-and-done")
    write(workspace.folder, one_and_done="name: Mine\nwhere: spend > 1\n")
    assert problems(workspace.definitions.add_pack, "one-and-done") == ["FILE_EXISTS"]
    assert "Mine" in (workspace.folder / "segments" / "one_and_done.yaml").read_text(encoding="utf8")


HOSTILE = {
    "unknown fields, all told": ('nope > 1 and neither = "x" and spend > 1', ["TRAIT_UNKNOWN", "TRAIT_UNKNOWN"]),
    "sixty-five brackets": ("(" * 200 + "spend > 1" + ")" * 200, ["DEFINITION_TOO_DEEP"]),
    "a name that is code": ('in segment "x\'); DROP TABLE orders; --"', ["SEGMENT_UNKNOWN"]),
    "a window beyond time": ("any order in last 99999999999 days", ["SPAN_WRONG"]),
    "a number beyond measure": (f"spend > {'9' * 60}", ["NUMBER_TOO_LONG"]),
    "a self reference": ('in segment "(expression)"', ["SEGMENT_CYCLE"]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_expressions_are_refused_at_once(workspace: sg.Workspace, case: str) -> None:
    """Refused with code and four parts, within about a second, never a trace."""
    text, codes = HOSTILE[case]
    start = time.perf_counter()
    assert problems(workspace.definitions.count, text) == codes
    assert time.perf_counter() - start < 3


def test_values_that_look_like_code_are_only_values(workspace: sg.Workspace) -> None:
    """Quotes, semicolons and comments in values, names and ids change nothing but the answer."""
    evil = "x'); DROP TABLE physical.orders; --"
    before = workspace.status().document["tables"]
    assert workspace.definitions.count(f'user_status = "{evil}"').document["count"] == 0
    write(
        workspace.folder, evil=f'name: "{evil}"\nwhere: any order\n', asks=f'name: Asks\nwhere: in segment "{evil}"\n'
    )
    workspace.definitions.apply()
    assert entries(workspace)["asks"]["members"] == entries(workspace)["evil"]["members"] > 0
    after = {each["name"]: each["rows"] for each in workspace.status().document["tables"]}
    assert all(after[each["name"]] == each["rows"] for each in before if not each["name"].startswith("segment_"))


def test_a_list_of_ten_thousand_is_answered(workspace: sg.Workspace) -> None:
    """Ten thousand texts in one list, in a few seconds."""
    values = ", ".join(f'"status {number}"' for number in range(10_000))
    start = time.perf_counter()
    assert workspace.definitions.count(f'user_status in ({values}, "regular", "first_time")').document["count"] > 0
    assert time.perf_counter() - start < 10


def test_segments_in_a_circle_are_refused_with_the_path(workspace: sg.Workspace) -> None:
    """Both are told, with the way round; others are not touched."""
    write(workspace.folder, one='name: One\nwhere: in segment "two"\n', two='name: Two\nwhere: in segment "one"\n')
    workspace.definitions.apply()
    found = entries(workspace)
    assert found["one"]["error"][0]["code"] == found["two"]["error"][0]["code"] == "SEGMENT_CYCLE"
    assert " > " in found["one"]["error"][0]["given"]
    assert found["big"]["state"] == "fresh"


def test_status_names_the_segments_that_are_not_fresh(workspace: sg.Workspace) -> None:
    """A broken definition shows in the state of the workspace with its last good members and the reason."""
    before = entries(workspace)["big"]["members"]
    write(workspace.folder, big="name: Big\nwhere: spnd > 3\n")
    workspace.definitions.apply()
    states = {each["id"]: each for each in workspace.status().as_dict()["segments"]}
    assert (states["big"]["state"], states["big"]["members"]) == ("stale", before)
    assert "spnd" in states["big"]["because"][0]
    assert states["active"] == states["active"] | {"state": "fresh", "because": []}


def test_a_fault_of_the_database_stops_one_segment_and_not_the_others(workspace: sg.Workspace) -> None:
    """Who cannot be evaluated keeps the last good members and says so after two looks; the others are fresh."""
    write(workspace.folder, visited='name: Visited\nwhere: any event "visit" where (item = "home")\n')
    write(workspace.folder, visited_twice='name: Twice\nwhere: in segment "visited" and in segment "big"\n')
    with workspace.engine.run("events") as run:
        run.publish(EVENTS, visits(run.table("orders"), ibis.literal("home")), view=True)
    workspace.definitions.apply()
    before = entries(workspace)
    assert before["visited"]["members"] > before["visited_twice"]["members"] > 0
    with workspace.engine.run("events") as run:
        orders = run.table("orders")
        broken = (orders.order_id + " is no number").cast("int64").cast("string")
        run.publish(EVENTS, visits(orders, broken), view=True)
    customer = workspace.definitions.members("big").document["customers"][0]["customer_id"]
    workspace.definitions.clear("big", customer, "Only to look again")
    after = entries(workspace)
    assert {id_: each["state"] for id_, each in after.items()} == {
        "big": "fresh",
        "active": "fresh",
        "big_active": "fresh",
        "visited": "stale",
        "visited_twice": "stale",
    }
    assert after["visited"]["error"][0]["code"] == "QUERY_FAILED"
    assert after["visited_twice"]["error"][0]["code"] == "SEGMENT_NEEDED"
    assert all(each["members"] == before[id_]["members"] for id_, each in after.items())
    attempts = {id_: workspace.definitions.show(id_).document["history"][-1]["attempts"] for id_ in after}
    assert attempts == {"big": 2, "active": 2, "big_active": 2, "visited": 2, "visited_twice": 1}


def visits(orders: ir.Table, item: ir.Value) -> ir.Table:
    """Every order as a visit to a page."""
    told = {"event_id": orders.order_id, "occurred_at": orders.ordered_at, "event": ibis.literal("visit"), "item": item}
    return orders.select("source", "party_key", **told)
