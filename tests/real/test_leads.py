"""Sales of a CRM as leads: what is filled in with the sale is refused by name, and what is left claims nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import segmentry as sg

pytestmark = pytest.mark.real
NAMES = ("LeadId", "PersonId", "CreatedAt", "Converted", "ClosedAt", "Company", "Product", "DealValue")
LEARNED = {"explicit": ["industry", "employees", "given_product", "amount"], "observed_days": 0}


@pytest.fixture(scope="module")
def published(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Opportunities written as leads, with their accounts, refreshed once."""
    folder = tmp_path_factory.mktemp("crm")
    source = data_folder / "crm_opportunities"
    with (source / "sales_pipeline.csv").open(encoding="utf8") as file:
        told = [row for row in csv.DictReader(file) if row["engage_date"]]
    with (folder / "leads.csv").open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        for row in told:
            won = {"Won": "true", "Lost": "false"}.get(row["deal_stage"], "")
            number, closed = row["opportunity_id"], row["close_date"]
            came = (number, f"P{number}", f"{row['engage_date']} 09:00", won, f"{closed} 17:00" if closed else "")
            writer.writerow([*came, row["account"], row["product"], row["close_value"]])
    with sg.init(folder / "crm", currency="USD", modules={"leads": LEARNED}) as workspace:
        workspace.load(source / "accounts.csv")
        workspace.load(folder / "leads.csv")
        workspace.refresh()
        names = ("lead_features", "lead_bases", "lead_conversion", "lead_standing")
        return {name: workspace.table(name).table().to_pylist() for name in names}


def test_what_is_filled_in_with_the_sale_is_refused(published: dict[str, list[dict[str, Any]]]) -> None:
    """The value, and all of the account: its name stands with every deal that was won and with 78 % of the others."""
    reasons = {row["feature"]: row["reason"] or "" for row in published["lead_features"]}
    for name in ("amount", "industry", "employees", "yearly_revenue", "company_age_years"):
        assert "nobody says when it was told" in reasons[name]
        assert "100% of converted" in reasons[name]
    assert "78% of others" in reasons["industry"]


def test_nothing_is_claimed_of_what_is_left(published: dict[str, list[dict[str, Any]]]) -> None:
    """Products tell nothing of more than 1,500 later deals: no chance of anybody, no basis."""
    figures = {row["figure"]: row for row in published["lead_conversion"]}
    assert figures["leads to judge"]["value"] > 1500
    assert figures["skill"]["low"] < 0
    assert "No better" in figures["skill"]["reason"]
    assert not any(row["claimed"] for row in published["lead_bases"])
    assert {row["chance"] for row in published["lead_standing"]} == {None}
