"""Discovery, maps and strategies through the Python door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import segmentry as sg
from segmentry.terms.errors import SettingsError, StudyError, WorkspaceError
from tests.rooms.workspace.shops import write_orders


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of a small shop, refreshed by the main job."""
    root = tmp_path_factory.mktemp("found")
    write_orders(root / "orders.csv", customers=90)
    return sg.run(root / "orders.csv", root / "shop", currency="EUR").folder


@pytest.fixture
def workspace(folder: Path) -> Iterator[sg.Workspace]:
    """The workspace, opened for one test."""
    with sg.open(folder) as opened:
        yield opened


def test_discover_shows_what_the_main_job_found(workspace: sg.Workspace) -> None:
    """No study given: nothing is computed anew, and the answer is the published one, table by table."""
    before = workspace.engine.last_run().sequence
    found = workspace.discover()
    assert workspace.engine.last_run().sequence == before
    told = found.as_dict()
    assert told["segmentation"]["k"] == len(told["segments"])
    assert told["study"]["recorded_at"]
    assert len(told["gate"]) == 6 * len(told["segments"])
    assert found.table("segment_solutions").num_rows > 0
    json.dumps(told)


def test_another_study_is_recorded_and_looked_for(workspace: sg.Workspace) -> None:
    """Variables and range of the new study are those of the answer, and the settings file keeps it."""
    first = workspace.discover().as_dict()["study"]["recorded_at"]
    told = workspace.discover(variables=["days_since_last", "spend"], most=3, decision="Whom to call.").as_dict()
    assert told["segmentation"]["variables"] == ["days_since_last", "spend"]
    assert [each["k"] for each in told["segmentation"]["criteria"]] == [2, 3]
    assert told["study"]["decision"] == "Whom to call."
    assert told["study"]["recorded_at"] > first
    assert 'decision = "Whom to call."' in (workspace.folder / "segmentry.toml").read_text(encoding="utf8")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"decision": " "}, "STUDY_WITHOUT_DECISION"),
        ({"objective": "fame"}, "STUDY_WRONG"),
        ({"most": 1}, "STUDY_RANGE_WRONG"),
        ({"variables": ["spend", "spend"]}, "STUDY_VARIABLE_TWICE"),
        ({"attractiveness": {"size": 2.0}}, "STUDY_WEIGHTS_WRONG"),
        ({"variabels": ["spend"]}, "STUDY_UNKNOWN"),
        ({"id": "rfm"}, "STUDY_ID_TAKEN"),
    ],
)
def test_a_wrong_study_is_refused_and_changes_nothing(
    workspace: sg.Workspace, options: dict[str, object], code: str
) -> None:
    """Settings, study on record and segments stay as they were."""
    before = (workspace.folder / "segmentry.toml").read_text(encoding="utf8")
    with pytest.raises(SettingsError) as refused:
        workspace.discover(**options)
    assert refused.value.code == code
    assert (workspace.folder / "segmentry.toml").read_text(encoding="utf8") == before


def test_a_study_of_unknown_traits_is_refused_and_the_last_good_one_stays(workspace: sg.Workspace) -> None:
    """The refresh fails as a whole; study and segments of before stay current."""
    before = workspace.discover().as_dict()
    with pytest.raises(StudyError, match="spent"):
        workspace.discover(variables=["spent"])
    assert workspace.discover().as_dict() == before
    assert before["study"]["variables"] != ["spent"]


def test_every_map_is_drawn_or_says_why_not(workspace: sg.Workspace) -> None:
    """Each map has axes and places, or says why there is none; perceived value is not known from orders."""
    for method in ("plain", "principal"):
        told = workspace.map(method, segmentation="rfm").as_dict()
        assert told["method"] == method
        assert len(told["axes"]) == 2
        assert sum(row["customers"] for row in told["segments"]) > 0
    assert "perceive" in workspace.map("perceived").as_dict()["not_estimable"]


def test_two_chosen_attributes_are_the_axes_of_the_plain_map(workspace: sg.Workspace) -> None:
    """Asked for by name, drawn as asked, beside the maps of the refresh."""
    told = workspace.map(attributes=("spend", "days_since_last"))
    axes = {row["attribute"] for row in told.table("map_axes").to_pylist() if row["map"].endswith("/plain_chosen")}
    assert axes == {"spend", "days_since_last"}
    assert workspace.draw(told.as_dict()["picture"], workspace.folder / "chosen.html").stat().st_size > 100_000
    assert {row["map"].split("/")[1] for row in told.table("map_axes").to_pylist()} >= {"principal"}


def test_a_map_of_a_ruled_segmentation_can_be_drawn(workspace: sg.Workspace) -> None:
    """RFM segments have a map as well."""
    assert workspace.map(segmentation="rfm").as_dict()["segmentation"] == "rfm"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"method": "plan"}, "plain"),
        ({"segmentation": "rmf"}, "rfm"),
        ({"attributes": ("spent", "orders")}, "spend"),
        ({"attributes": ("spend", "spend")}, "two different"),
    ],
)
def test_a_map_that_cannot_be_drawn_offers_what_was_meant(
    workspace: sg.Workspace, arguments: dict[str, object], hint: str
) -> None:
    """The near miss stands in the error."""
    with pytest.raises(SettingsError, match=hint):
        workspace.map(**arguments)  # type: ignore[arg-type]


def test_a_strategy_is_found_by_name_and_by_id(workspace: sg.Workspace) -> None:
    """One segment or all; every line has evidence or is a draft."""
    everything = workspace.strategy().as_dict()["segments"]
    one = everything[0]
    assert workspace.strategy(one["name"]).as_dict()["segments"] == [one]
    assert workspace.strategy(one["id"]).as_dict()["segments"] == [one]
    assert all(line["evidence"] or line["draft"] for entry in everything for line in entry["strategy"]["lines"])
    with pytest.raises(SettingsError, match="no such segment"):
        workspace.strategy("nobody")


def test_a_picture_is_written_as_one_file(workspace: sg.Workspace, tmp_path: Path) -> None:
    """The page stands alone; unknown pictures and folders that cannot be written are told."""
    page = workspace.draw("map_plain", tmp_path / "map.html")
    assert "http" not in page.read_text(encoding="utf8").split("<script")[0]
    assert page.stat().st_size < 8_000_000
    with pytest.raises(SettingsError, match="map_plain"):
        workspace.draw("map_plane", tmp_path / "x.html")
    with pytest.raises(WorkspaceError):
        workspace.draw("map_plain", tmp_path / "missing" / "map.html")


def test_questions_before_the_first_refresh_say_what_to_do(tmp_path: Path) -> None:
    """An empty workspace has neither segments nor map nor strategy; the next step is named."""
    with sg.init(tmp_path / "empty") as empty:
        for ask in (empty.map, empty.strategy, empty.discover):
            with pytest.raises(WorkspaceError, match=r"Load a file of orders|[Rr]un segmentry refresh"):
                ask()


def test_a_second_run_keeps_segments(folder: Path) -> None:
    """Run again on the same data: the registry tells survivors only, and the study keeps its instant."""
    with sg.open(folder) as workspace:
        study = workspace.discover().as_dict()["study"]
    again = sg.run(folder).document
    assert again["study"] == study
    with sg.open(folder) as workspace:
        registry = workspace.discover().as_dict()["registry"]
    assert {row["event"] for row in registry if row["alive"]} == {"survived"}
