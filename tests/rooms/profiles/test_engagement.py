"""Engagement: events, decisions before orders, meters, offers and channels, as they were known at the as-of."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentry as sg
from segmentry.profiles.engagement.events import band, decisions, event_traits
from segmentry.profiles.engagement.offers import channel_traits, offer_traits, usage_traits
from segmentry.profiles.engagement.spec import EngagementSpec
from segmentry.terms.errors import SettingsError

AS_OF = datetime(2024, 6, 1)
_TEXT, _TIME = pa.string(), pa.timestamp("us")
EVENTS = pa.schema({"customer_id": _TEXT, "occurred_at": _TIME, "event": _TEXT, "medium": _TEXT, "item": _TEXT,
                    "category": _TEXT})  # fmt: skip
ORDERS = pa.schema({"customer_id": _TEXT, "source": _TEXT, "order_id": _TEXT, "ordered_at": _TIME})
USAGE = pa.schema({"customer_id": _TEXT, "metric": _TEXT, "quantity": pa.float64(), "unit": _TEXT,
                   "period_start": _TIME, "period_end": _TIME})  # fmt: skip
TOUCHES = pa.schema({"customer_id": _TEXT, "arm": _TEXT, "channel": _TEXT, "responded": pa.bool_(),
                     "touched_at": _TIME})  # fmt: skip
SERVICE = pa.schema({"customer_id": _TEXT, "channel": _TEXT, "contacted_at": _TIME})


def table(schema: pa.Schema, rows: list[dict[str, Any]]) -> Any:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def found(expression: Any) -> dict[str, dict[str, Any]]:
    rows = ibis.duckdb.connect().to_pyarrow(expression).to_pylist()
    return {row.pop("customer_id"): row for row in rows}


def event(customer: str, days: float, event_: str = "view", **told: Any) -> dict[str, Any]:
    return {"customer_id": customer, "occurred_at": AS_OF - timedelta(days=days), "event": event_, **told}


def test_events_count_by_medium_and_breadth() -> None:
    """Only recent events count, but the days since the last do not forget older ones."""
    rows = [
        event("ann", 1, medium="web", item="a", category="x"),
        event("ann", 2, medium="web", item="b", category="x"),
        event("ann", 2.2, medium="social", item="a"),
        event("ann", 89.9, medium="app", item="c", category="y"),
        event("ann", 90, medium="app", item="d", category="z"),
        event("bob", 200, medium="web", item="a"),
    ]
    told = found(event_traits(table(EVENTS, rows), AS_OF, 90))
    assert {name: told["ann"][name] for name in ("web_events", "app_events", "social_events", "viewing_events")} == {
        "web_events": 2, "app_events": 1, "social_events": 1, "viewing_events": 0,
    }  # fmt: skip
    assert (told["ann"]["recent_events"], told["ann"]["event_days"], told["ann"]["items_seen"]) == (4, 4, 3)
    assert (told["ann"]["categories_seen"], told["ann"]["views_per_category"]) == (2, 1.5)
    assert (told["bob"]["recent_events"], told["bob"]["days_since_event"]) == (0, 200)
    assert told["bob"]["engagement_band"] is None
    assert told["bob"]["views_per_category"] is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=30))
def test_bands_never_split_equal_values(values: list[int]) -> None:
    """Who does as much is in the same band; nobody in a lower band does more; the lowest values are light."""
    rows = ibis.memtable(pa.table({"value": pa.array(values, pa.int64())}))
    answers = ibis.duckdb.connect().to_pyarrow(rows.mutate(band=band(rows.value))).to_pylist()
    order = {"light": 0, "medium": 1, "heavy": 2}
    by_value = {row["value"]: order[row["band"]] for row in answers}
    assert all(order[row["band"]] == by_value[row["value"]] for row in answers)
    assert [by_value[each] for each in sorted(by_value)] == sorted(by_value.values())
    assert by_value[min(values)] == 0


def test_decisions_are_told_apart_by_the_time_before_the_order() -> None:
    """A look an hour before is an impulse, a week of comparing is considered; no look tells nothing."""
    orders = [
        {"customer_id": name, "source": "s", "order_id": name, "ordered_at": AS_OF - timedelta(days=10)}
        for name in ("quick", "slow", "unseen", "late")
    ]
    rows = [
        event("quick", 10.04, item="a"),
        event("slow", 17, item="a"),
        event("slow", 15, item="b"),
        event("slow", 10.5, "Compare", item="a"),
        event("slow", 24.5, item="z"),
        event("slow", 11, "login", item="y"),
        event("late", 9, item="a"),
        event("unseen", 40, item="a"),
    ]
    told = found(decisions(table(EVENTS, rows), table(ORDERS, orders), ("view", "compare"), 14))
    assert set(told) == {"quick", "slow"}
    assert told["quick"]["buying_style"] == "impulse"
    assert told["slow"] == {
        "orders_with_views": 1,
        "views_before_order": 3.0,
        "items_before_order": 2.0,
        "days_of_consideration": pytest.approx(7.0),
        "buying_style": "considered",
    }


def meter(
    customer: str, days: float, quantity: float, unit: str | None = "GB", metric: str = "traffic"
) -> dict[str, Any]:
    """A metered day that began so many days before the as-of."""
    start = AS_OF - timedelta(days=days)
    told = {"customer_id": customer, "metric": metric, "quantity": quantity, "unit": unit, "period_start": start}
    return told | {"period_end": start + timedelta(days=1)}


def used(rows: list[dict[str, Any]], as_of: datetime = AS_OF) -> dict[str, dict[str, Any]]:
    return found(usage_traits(table(USAGE, rows), as_of, 90))


def monthly(customer: str, quantities: list[float], metric: str = "traffic") -> list[dict[str, Any]]:
    """Calendar months of 2024 from January on."""
    return [
        {"customer_id": customer, "metric": metric, "quantity": quantity, "unit": "GB",
         "period_start": datetime(2024, month, 1), "period_end": datetime(2024, month + 1, 1)}
        for month, quantity in enumerate(quantities, 1)
    ]  # fmt: skip


def test_usage_is_compared_with_as_many_days_before() -> None:
    """Half as much is -0.5; a newcomer has no trend, nor has who is metered in two units; zero is no unknown."""
    rows = [
        *(meter("less", day, 5) for day in (10, 20)), *(meter("less", day, 10) for day in (100, 175)),
        *(meter("gone", day, 10) for day in (100, 175)), meter("new", 10, 3), meter("mixed", 10, 3),
        meter("mixed", 20, 3, "calls"), meter("old", 300, 9), meter("none", 10, 3, None), meter("none", 20, 3),
    ]  # fmt: skip
    told = used(rows)
    assert told["less"]["metered_usage"] == 10.0
    assert told["less"]["usage_trend"] == pytest.approx(-0.5)
    assert told["gone"]["usage_trend"] == -1.0
    assert (told["new"]["metered_usage"], told["new"]["usage_trend"]) == (3.0, None)
    assert told["mixed"]["metered_usage"] is told["none"]["metered_usage"] is None
    old = told["old"]
    assert (old["metered_usage"], old["metered_band"], old["days_since_usage"]) == (0, None, 300)


@pytest.mark.parametrize("days", range(0, 62, 3))
def test_an_even_monthly_meter_has_no_trend_on_any_day(days: int) -> None:
    """Two months against three, or a month that is not over, is no change; half as much a month is."""
    as_of = datetime(2024, 10, 1) + timedelta(days=days)
    rows = [*monthly("even", [12.0] * 11), *monthly("half", [12.0] * 11)]
    middle = as_of - timedelta(days=90)
    for row in rows:
        row["quantity"] /= 1 + (row["customer_id"] == "half" and row["period_end"] > middle)
    told = used([row for row in rows if row["period_start"] <= as_of], as_of)
    assert (told["even"]["usage_trend"], told["half"]["usage_trend"]) == (pytest.approx(0), pytest.approx(-0.5))


def test_metrics_of_one_unit_are_not_added_up() -> None:
    """Whoever has most periods of traffic is measured by it, whatever else is metered in the same unit."""
    rows = [*monthly("ann", [10.0] * 5), *monthly("ann", [900.0], "storage"), *monthly("bob", [7.0] * 5, "storage")]
    told = used(rows)
    assert (told["ann"]["metered_usage"], told["ann"]["usage_trend"]) == (30.0, pytest.approx(0))
    assert (told["bob"]["metered_usage"], told["bob"]["usage_trend"]) == (21.0, pytest.approx(0))


def test_a_single_period_on_a_side_tells_no_trend() -> None:
    """One month against two is too little, and so is a meter that knows somebody since after the others."""
    rows = monthly("ann", [10.0] * 5)
    assert used(rows[1:])["ann"]["usage_trend"] is None
    late = [row | {"customer_id": "late"} for row in rows[1:]]
    assert used([*rows, *late])["late"]["usage_trend"] is None


def touch(customer: str, responded: bool | None, arm: str = "treated", channel: str = "mail") -> dict[str, Any]:
    at = AS_OF - timedelta(days=3)
    return {"customer_id": customer, "arm": arm, "channel": channel, "responded": responded, "touched_at": at}


def test_offers_leave_holdouts_out_and_small_numbers_untold() -> None:
    """The rate needs enough offers with a known answer; unknown answers are not refusals."""
    rows = [
        *(touch("ann", answer) for answer in (True, False, False, True)),
        touch("ann", True, "holdout"), touch("bob", True), touch("bob", False),
        *(touch("eve", None) for _ in range(5)),
    ]  # fmt: skip
    told = found(offer_traits(table(TOUCHES, rows), AS_OF, 3))
    assert (told["ann"]["offers_received"], told["ann"]["offer_response_rate"]) == (4, 0.5)
    assert told["ann"]["days_since_answer"] == 3
    assert (told["bob"]["offers_received"], told["bob"]["offer_response_rate"]) == (2, None)
    assert (told["eve"]["offers_answered"], told["eve"]["offer_response_rate"]) == (None, None)


def test_the_preferred_channel_is_where_customers_answer_or_come_by() -> None:
    """Messages that stay unanswered prefer nothing; service counts as well as campaigns."""
    touches = [touch("ann", True), touch("ann", False, channel="sms"), touch("ann", False, channel="sms")]
    service = [
        {"customer_id": "bob", "channel": "phone", "contacted_at": AS_OF - timedelta(days=days)}
        for days in (1, 2, 400)
    ]  # fmt: skip
    told = found(channel_traits(table(TOUCHES, touches), table(SERVICE, service), AS_OF, 90))
    assert told["ann"] == {
        "preferred_contact_channel": "mail", "preferred_contact_share": 1.0, "service_contacts_recent": None,
    }  # fmt: skip
    assert (told["bob"]["preferred_contact_channel"], told["bob"]["service_contacts_recent"]) == ("phone", 2)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    """Shuffled events tell the same."""
    chance = random.Random(seed)
    rows = [
        event(chance.choice("ab"), chance.uniform(0, 200), medium="web", item=chance.choice("xyz")) for _ in range(60)
    ]
    expected = found(event_traits(table(EVENTS, rows), AS_OF, 90))
    assert found(event_traits(table(EVENTS, chance.sample(rows, len(rows))), AS_OF, 90)) == expected


def test_files_become_traits(tmp_path: Path) -> None:
    """A click stream beside orders gives every customer of it a buying style; events after the as-of do not count."""
    orders = "CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice\n" + "".join(
        f"c{place},{place},2024-05-{10 + place},P1,1,10\n" for place in range(6)
    )
    clicks = "customer_id,timestamp,event,medium,page\n" + "".join(
        f"c{place},2024-05-{10 + place - place % 2 * 5} 00:00:00,view,web,P1\n" for place in range(6)
    )
    clicks += "c0,2031-01-01 00:00:00,view,web,P9\n"
    (tmp_path / "orders.csv").write_text(orders, encoding="utf8")
    (tmp_path / "clicks.csv").write_text(clicks, encoding="utf8")
    with sg.init(tmp_path / "shop", currency="EUR", modules={"engagement": {"recent_days": 60}}) as workspace:
        workspace.load(tmp_path / "orders.csv")
        workspace.load(tmp_path / "clicks.csv")
        workspace.refresh()
        rows = {row["customer_id"]: row for row in workspace.table("engagement_traits").table().to_pylist()}
        known = {row["trait"] for row in workspace.table("trait_catalog").table().to_pylist()}
        count = workspace.definitions.count('buying_style = "considered"').document["count"]
    assert {id_[-2:]: row["buying_style"] for id_, row in rows.items()} == {
        "c0": "impulse", "c1": "considered", "c2": "impulse", "c3": "considered", "c4": "impulse", "c5": "considered",
    }  # fmt: skip
    assert rows["customer:c0"]["web_events"] == 1
    assert {"web_events", "buying_style", "engagement_band"} <= known
    assert count == 3


def test_wrong_settings_are_all_told() -> None:
    """Unknown names, numbers out of range and no names of events come at once."""
    wrong = {"recent": 3, "recent_days": 0, "views": [], "fewest_offers": True}
    with pytest.raises(SettingsError) as caught:
        EngagementSpec.from_settings(wrong, as_of=AS_OF, last_day=date(2024, 5, 31))
    assert len(caught.value.problems) == 4
