"""Names of real organizations: what may be one is asked, nothing is joined."""

from __future__ import annotations

from pathlib import Path

import pytest

import segmentry as sg

pytestmark = pytest.mark.real

EXACT = {"identity": {"method": "exact"}}


def reviewed(workspace: sg.Workspace) -> set[tuple[str, str]]:
    """Pairs of organizations that wait for people."""
    rows = workspace.table("identity_review").table().to_pylist()
    return {(row["left_party"][8:], row["right_party"][8:]) for row in rows}


def test_shares_of_one_company_are_asked_about_and_left_two(data_folder: Path, tmp_path: Path) -> None:
    """Of 503 shares of the S&P 500 the three companies with two classes are proposed, and nobody else."""
    path = data_folder / "companies" / "sp500_constituents.csv"
    mapping = {"account": "Symbol", "name": "Security", "city": "Headquarters Location"}
    with sg.init(tmp_path / "index", currency="USD", modules=EXACT) as workspace:
        workspace.load(path, table="accounts", mapping=mapping)
        workspace.refresh()
        told = workspace.identities.review().as_dict()
        assert told["parties"] == told["customers"]
        assert reviewed(workspace) == {("FOX", "FOXA"), ("GOOG", "GOOGL"), ("NWS", "NWSA")}


def test_accounts_of_a_pipeline_are_what_they_are(data_folder: Path, tmp_path: Path) -> None:
    """Eighty-five invented names, some of which begin alike: none is taken for another."""
    folder = data_folder / "crm_opportunities"
    with sg.init(tmp_path / "crm", currency="USD", modules=EXACT) as workspace:
        workspace.load(folder / "accounts.csv")
        workspace.load(folder / "sales_pipeline.csv")
        workspace.refresh()
        told = workspace.identities.review().as_dict()
        assert (told["parties"], told["customers"], told["report"]["alike"]) == (85, 85, 0)
