"""The workspace: load, refresh, look, as a person at a notebook would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import segmentry as sg
from segmentry.terms.errors import SegmentryError, SettingsError, WorkspaceError
from segmentry.workspace import Workspace
from tests.rooms.workspace.shops import HEADER, order_lines, write_orders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one load and one refresh."""
    root = tmp_path_factory.mktemp("made")
    write_orders(root / "orders.csv")
    with sg.init(root / "shop", currency="EUR", margin_rate=0.4) as workspace:
        workspace.load(root / "orders.csv")
        workspace.refresh()
    return root


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it that a test may change."""
    shutil.copytree(made / "shop", tmp_path / "shop")
    with sg.open(tmp_path / "shop") as workspace:
        yield workspace


def problem_of(error: SegmentryError) -> str:
    return error.problems[0].code


def test_loading_the_same_file_again_changes_nothing(shop: Workspace, made: Path) -> None:
    """A load is idempotent: no rows are added, and the report says so."""
    before = shop.table("order_lines").rows
    report = shop.load(made / "orders.csv").as_dict()["loads"][0]
    assert report["already_loaded"] is True
    assert shop.table("order_lines").rows == before
    assert shop.status().as_dict()["stale"] in {False, True}


def test_another_file_adds_and_a_corrected_file_replaces(shop: Workspace, tmp_path: Path) -> None:
    """Other names add orders; the same name with other content takes the place of the earlier load."""
    before = shop.table("order_lines").rows
    more = write_orders(tmp_path / "more.csv", customers=10, seed=9, prefix="9")
    shop.load(more)
    added = shop.table("order_lines").rows - before
    assert added == len(order_lines(10, 9, "9"))
    more.write_text("\n".join([HEADER, *order_lines(10, 9, "9")[:5]]) + "\n", encoding="utf8")
    shop.load(more)
    assert shop.table("order_lines").rows == before + 5
    assert [load.file_name for load in shop.engine.loads()] == ["orders.csv", "more.csv"]


def test_a_load_makes_the_workspace_stale_until_it_is_refreshed(shop: Workspace, tmp_path: Path) -> None:
    """Figures that do not know the newest data say so loudly."""
    assert shop.status().as_dict()["stale"] is False
    shop.load(write_orders(tmp_path / "more.csv", customers=5, seed=3, prefix="7"))
    assert shop.status().as_dict()["stale"] is True
    shop.refresh()
    assert shop.status().as_dict()["stale"] is False


def test_a_failed_refresh_keeps_the_last_good_figures(shop: Workspace, tmp_path: Path) -> None:
    """Orders of a second currency are refused, and what was published stays as it was."""
    before = shop.value().as_dict()
    path = tmp_path / "dollars.csv"
    path.write_text("CustomerNo,InvoiceNo,InvoiceDate,Amount,Currency\nX1,x1,2023-05-01,10.00,USD\n", encoding="utf8")
    shop.load(path)
    with pytest.raises(SettingsError) as caught:
        shop.refresh()
    assert problem_of(caught.value) == "CURRENCIES_MIXED"
    assert shop.value().as_dict() == before


def test_segments_partition_the_buyers(shop: Workspace) -> None:
    """Every buyer is in exactly one segment of each segmentation; sizes and revenue add up."""
    found = shop.document()
    for entries in (found["segments"], *found["further_segmentations"].values()):
        assert sum(entry["customers"] for entry in entries) == found["customers"]["buyers"]
        assert sum(entry["revenue"] for entry in entries) == pytest.approx(found["revenue"]["of_buyers"], abs=0.005)
        assert sum(entry["orders"] for entry in entries) == found["orders"]


def test_the_value_of_segments_adds_up_to_the_base(shop: Workspace) -> None:
    """The intervals differ, the estimates are one sum cut in pieces."""
    found = shop.document()
    total = found["clv"]["total"]["mean"]["estimate"]
    for entries in (found["segments"], *found["further_segmentations"].values()):
        assert sum(entry["value"]["estimate"] for entry in entries) == pytest.approx(total, rel=1e-9)
    customers = shop.table("customer_value").table()
    assert sum(customers["clv"].to_pylist()) == pytest.approx(total, rel=1e-6)


def test_a_margin_unlocks_clv_and_nothing_is_called_clv_without_one(shop: Workspace) -> None:
    """Without a margin the measure is expected discounted revenue, and CLV columns stay empty."""
    assert shop.value().as_dict()["clv"]["measure"] == "clv"
    with_margin = shop.value().as_dict()["clv"]["total"]["mean"]["estimate"]
    path = shop.folder / "segmentry.toml"
    told = path.read_text(encoding="utf8")
    path.write_text(told.replace("margin_rate = 0.4", "# margin_rate = 0.4"), encoding="utf8")
    folder = shop.folder
    shop.close()
    with sg.open(folder) as again:
        again.refresh()
        clv = again.value().as_dict()["clv"]
        assert clv["measure"] == "expected_discounted_revenue"
        assert clv["total"]["mean"]["estimate"] * 0.4 == pytest.approx(with_margin, rel=1e-6)
        assert set(again.table("customer_value").table()["clv"].to_pylist()) == {None}
        assert "margin_rate" in again.value().as_dict()["customer_equity"]["not_estimable"]


def test_an_earlier_as_of_sees_only_what_had_happened(shop: Workspace) -> None:
    """Computed as of a day, no order after it counts."""
    shop.refresh(datetime(2023, 1, 1, tzinfo=UTC))
    history = shop.table("purchase_history").table()
    assert max(history["last_on"].to_pylist()).year == 2022
    assert shop.document()["as_of"] == "2023-01-01T00:00:00Z"
    with pytest.raises(SettingsError) as caught:
        shop.refresh(datetime(2001, 1, 1, tzinfo=UTC))
    assert problem_of(caught.value) == "AS_OF_BEFORE_DATA"


def test_tables_come_in_the_form_asked_for(shop: Workspace) -> None:
    """Arrow by default, pandas on request, and a near miss for a form that does not exist."""
    table = shop.table("customer_value")
    assert isinstance(table.table(), pa.Table)
    assert len(table.table("pandas")) == table.rows
    with pytest.raises(SettingsError, match="'pandas'"):
        table.table("panda")  # type: ignore[arg-type]


def test_results_show_themselves_in_a_notebook_and_escape_what_they_show(shop: Workspace) -> None:
    """HTML for notebooks; text from data is escaped."""
    from segmentry.workspace.results import rows_as_html

    for result in (shop.status(), shop.value(), shop.segments(), shop.table("customers")):
        assert result._repr_html_().startswith("<table>")
    assert "<script>" not in rows_as_html(pa.table({"name": ["<script>alert(1)</script>"]}), "<b>")


def test_an_unknown_table_segmentation_or_figure_is_answered_with_the_near_miss(shop: Workspace) -> None:
    """Misspelled names are told the right ones."""
    with pytest.raises(WorkspaceError, match="'customer_value'"):
        shop.table("customer_valu")
    with pytest.raises(SettingsError, match="lifecycle"):
        shop.segments("lifecicle")
    with pytest.raises(SettingsError):
        shop.value().figure("no such picture")


def test_a_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    """Opening what is no workspace says what to do."""
    with pytest.raises(WorkspaceError) as caught:
        sg.open(tmp_path)
    assert problem_of(caught.value) == "WORKSPACE_MISSING"
    assert list(tmp_path.iterdir()) == []


def test_refreshing_before_loading_is_refused(tmp_path: Path) -> None:
    """Without orders there is nothing to compute."""
    with sg.init(tmp_path / "shop") as workspace, pytest.raises(WorkspaceError) as caught:
        workspace.refresh()
    assert problem_of(caught.value) == "NOTHING_LOADED"


def test_the_report_is_written_whole(shop: Workspace, tmp_path: Path) -> None:
    """The page is one file; a path that cannot be written is told in plain words."""
    page = shop.report(tmp_path / "page.html").read_text(encoding="utf8")
    assert "</html>" in page
    with pytest.raises(WorkspaceError) as caught:
        shop.report(tmp_path / "no" / "such" / "folder.html")
    assert problem_of(caught.value) == "REPORT_UNWRITABLE"


def test_the_main_job_run_again_is_a_refresh(tmp_path: Path) -> None:
    """The same command twice: one workspace, the same figures, one load in force."""
    source = write_orders(tmp_path / "orders.csv", customers=40)
    first = sg.run(source, tmp_path / "shop", currency="EUR")
    second = sg.run(source, tmp_path / "shop", currency="EUR")
    assert second.document["revenue"] == first.document["revenue"]
    assert [entry["value"] for entry in second.document["segments"]] == [
        entry["value"] for entry in first.document["segments"]
    ]
    third = sg.run(tmp_path / "shop")
    assert third.document["source"]["rows_read"] == first.document["source"]["rows_read"]


def test_settings_given_to_the_main_job_are_remembered(tmp_path: Path) -> None:
    """A setting given once is written to the settings file and used the next time."""
    source = write_orders(tmp_path / "orders.csv", customers=40)
    sg.run(source, tmp_path / "shop", currency="EUR", margin_rate=0.25, horizon_months=6)
    again = sg.run(tmp_path / "shop").document["clv"]
    assert again["margin"] == {"rate": 0.25, "source": "settings"}
    assert again["horizon_months"] == 6


@pytest.mark.parametrize("as_of", ["2024-11-01", 20241101, date(2024, 11, 1)])
def test_an_as_of_that_is_no_instant_is_refused(shop: Workspace, as_of: Any) -> None:
    """A day or a text may mean several instants: none is guessed."""
    with pytest.raises(SettingsError) as caught:
        shop.refresh(as_of=as_of)
    assert problem_of(caught.value) == "AS_OF_INVALID"


@pytest.mark.parametrize("wrong", [{"mapping": 5}, {"columns": (5,)}, {"mapping": "customer"}, {"columns": ["a"]}])
def test_options_of_another_shape_are_refused(shop: Workspace, made: Path, wrong: dict[str, Any]) -> None:
    """With the name of the option and what to give."""
    with pytest.raises(SettingsError) as caught:
        shop.load(made / "orders.csv", **wrong)
    assert problem_of(caught.value) == "OPTION_WRONG"
