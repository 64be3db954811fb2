"""Loyalty as traits: behavior and attitude apart, and neither guessed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

import segmentry as sg
from segmentry.profiles.loyalty import LoyaltySpec
from segmentry.profiles.loyalty.market import market_rows, period_days, repeat_counts, wallet_sums
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
        market = {row["measure"]: row for row in workspace.table("loyalty_market").table().to_pylist()}
    assert (rows["customer:c0"]["share_of_wallet"], rows["customer:c0"]["loyalty_type"]) == (0.75, "true")
    assert (rows["customer:c1"]["share_of_wallet"], rows["customer:c1"]["loyalty_type"]) == (0.1, "none")
    assert (market["repeat_rate"]["value"], market["repeat_rate"]["period_days"]) == (1.0, 76)
    assert "told of 2 customers, 10 are needed" in market["penetration"]["reason"]


REPEATS = {"before": 40, "both": 30}


def market(people: dict[str, Any], length: int = 365) -> dict[str, dict[str, Any]]:
    """Rows of the market by measure."""
    sums = ibis.duckdb.connect().to_pyarrow(wallet_sums(ibis.memtable(pa.table(people)))).to_pylist()[0]
    return {row["measure"]: row for row in market_rows(sums, REPEATS, length)}


def test_the_market_by_hand() -> None:
    """Of 40 in the category 20 buy from us 3 times each, half of what they spend; without a wallet nobody counts."""
    orders, spend = [3] * 20 + [0] * 20 + [9, 9], [50.0] * 10 + [25.0] * 10 + [0.0] * 20 + [80.0, 80.0]
    whole: list[float | None] = [100.0] * 10 + [50.0] * 10 + [70.0] * 20 + [None, 10.0]
    found = market({"orders": orders, "spend": spend, "category_spend": whole})
    assert (found["penetration"]["value"], found["penetration"]["customers"]) == (0.5, 40)
    assert found["penetration"]["low"] == pytest.approx(0.352, abs=0.001)
    assert found["mean_frequency"]["value"] == found["mean_frequency"]["low"] == 3.0
    requirements = found["share_of_requirements"]
    assert [requirements[name] for name in ("value", "low", "high")] == [pytest.approx(0.5)] * 3
    assert (found["repeat_rate"]["value"], found["repeat_rate"]["period_days"]) == (0.75, 365)
    assert found["double_jeopardy"]["reason"] == "Fewer than three brands show no law."


def test_the_interval_of_requirements_holds_the_truth() -> None:
    """Of 300 samples of 60 buyers with uneven wallets at least 90 in a hundred intervals hold the share of all."""
    random = np.random.default_rng(0)
    inside = {"share_of_requirements": 0, "mean_frequency": 0}
    for _ in range(300):
        whole, part = random.lognormal(4.0, 0.7, 60), random.beta(2.0, 3.0, 60)
        x, y, orders = whole * part, whole, 1.0 + random.poisson(2.0, 60)
        sums = {"members": 80, "buyers": 60, "orders": orders.sum(), "orders_squared": (orders**2).sum(),
                "x": x.sum(), "y": y.sum(), "xx": (x * x).sum(), "xy": (x * y).sum(), "yy": (y * y).sum()}  # fmt: skip
        for row in market_rows(sums, REPEATS, 365):
            if row["measure"] in inside:
                truth = 0.4 if row["measure"] == "share_of_requirements" else 3.0
                inside[row["measure"]] += row["low"] <= truth <= row["high"]
    assert min(inside.values()) >= 270


def test_a_market_that_nobody_tells_of_has_reasons_and_no_numbers() -> None:
    """No wallets, no buyers, too short a time, and buyers who spend all with us."""
    kinds = pa.schema({"orders": pa.int64(), "spend": pa.float64(), "category_spend": pa.float64()})
    nobody = ibis.duckdb.connect().to_pyarrow(wallet_sums(ibis.memtable(kinds.empty_table()))).to_pylist()[0]
    empty = market_rows(nobody, {"before": 0, "both": 0}, 20)
    assert [row.get("value") for row in empty] == [None] * 5
    assert all(row["reason"].endswith(".") for row in empty)
    only = market({"orders": [1] * 12, "spend": [5.0] * 12, "category_spend": [5.0] * 12})
    assert "leaves nothing" in only["share_of_requirements"]["reason"]


def test_buyers_of_both_periods() -> None:
    """Two periods of ten days: ann bought in both, bob in the first, eve in the second; returns are no purchases."""
    told = [("ann", 1, 1), ("ann", 19, 1), ("bob", 10, 2), ("eve", 11, 1), ("bob", 15, 0), ("ann", 21, 1)]
    columns = {
        "customer_id": [who for who, _, _ in told],
        "day": [date(2024, 3, day) for _, day, _ in told],
        "orders": [orders for _, _, orders in told],
    }
    counts = repeat_counts(ibis.memtable(pa.table(columns)), date(2024, 3, 20), 10)
    assert ibis.duckdb.connect().to_pyarrow(counts).to_pylist() == [{"before": 2, "both": 1}]
    assert [period_days(date(2024, 3, first), date(2024, 3, 20)) for first in (1, 2, 20)] == [10, 9, 0]
    assert period_days(date(2000, 1, 1), date(2024, 3, 20)) == 365


def test_wrong_settings_are_all_told() -> None:
    """Unknown names and shares that are none come at once."""
    with pytest.raises(SettingsError) as caught:
        LoyaltySpec.from_settings({"x": 1, "high_share": 2}, as_of=datetime(2024, 1, 2), last_day=date(2024, 1, 1))
    assert len(caught.value.problems) == 2
