"""Loyalty as traits: behavior and attitude apart, and neither guessed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

import segmentry as sg
from segmentry.profiles.loyalty import LoyaltySpec
from segmentry.profiles.loyalty.traits import loyalty_traits
from segmentry.terms.errors import SettingsError

KINDS = {"customer_id": pa.string(), "user_status": pa.string(), "spend": pa.float64(), "category_spend": pa.float64(),
         "nps_class": pa.string(), "stated_satisfaction": pa.float64()}  # fmt: skip


def told(**values: Any) -> dict[str, Any]:
    row = {"customer_id": "a", "user_status": "regular", "spend": 50.0} | values
    table = ibis.memtable(pa.Table.from_pylist([row], schema=pa.schema(KINDS)))
    answer = ibis.duckdb.connect().to_pyarrow(loyalty_traits(table, 0.5)).to_pylist()[0]
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        ({"nps_class": "promoter"}, "true"),
        ({"nps_class": "passive"}, "spurious"),
        ({"nps_class": "promoter", "user_status": "lapsed"}, "latent"),
        ({"nps_class": "detractor", "user_status": "first_time"}, "none"),
        ({"stated_satisfaction": 0.8}, "true"),
        ({"nps_class": "detractor", "stated_satisfaction": 1.0}, "spurious"),
        ({"nps_class": "promoter", "category_spend": 200.0}, "latent"),
        ({"nps_class": "promoter", "user_status": "lapsing", "category_spend": 60.0}, "true"),
        ({}, None),
        ({"nps_class": "promoter", "user_status": None}, None),
    ],
)
def test_the_cells_follow_attitude_and_patronage(values: dict[str, Any], cell: str | None) -> None:
    """What is asked goes before satisfaction, a known wallet before the rhythm, and the unknown stays unknown."""
    assert told(**values)["loyalty_type"] == cell


def test_a_wallet_smaller_than_our_part_is_no_wallet() -> None:
    """It cannot be right, so no share is told, and the rhythm decides."""
    found = told(category_spend=10.0, nps_class="promoter")
    assert (found["share_of_wallet"], found["loyalty_type"]) == (None, "true")


def test_files_become_traits(tmp_path: Path) -> None:
    """Orders, a column with the wallet and answers to the question make all four traits."""
    orders = "CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice\n" + "".join(
        f"c{place % 2},{place},2024-0{1 + place}-10,P1,1,10\n" for place in range(6)
    )
    people = "customer_id,category_spend\nc0,40\nc1,300\n"
    voices = "feedback_id,customer_id,date,kind,rating\n1,c0,2024-05-01,nps,10\n2,c1,2024-05-01,nps,3\n"
    for name, text in (("orders.csv", orders), ("people.csv", people), ("voices.csv", voices)):
        (tmp_path / name).write_text(text, encoding="utf8")
    with sg.init(tmp_path / "shop", currency="EUR") as workspace:
        workspace.load(tmp_path / "orders.csv")
        workspace.load(tmp_path / "people.csv", table="customers")
        workspace.load(tmp_path / "voices.csv", table="feedback")
        workspace.refresh()
        rows = {row["customer_id"]: row for row in workspace.table("loyalty_traits").table().to_pylist()}
    assert (rows["customer:c0"]["share_of_wallet"], rows["customer:c0"]["loyalty_type"]) == (0.75, "true")
    assert (rows["customer:c1"]["share_of_wallet"], rows["customer:c1"]["loyalty_type"]) == (0.1, "none")


def test_wrong_settings_are_all_told() -> None:
    """Unknown names and shares that are none come at once."""
    with pytest.raises(SettingsError) as caught:
        LoyaltySpec.from_settings({"x": 1, "high_share": 2}, as_of=datetime(2024, 1, 2), last_day=date(2024, 1, 1))
    assert len(caught.value.problems) == 2
