"""Value as published for a small shop: exact pasts, costs to the cent, nothing from after the as-of."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from segmentry.discovery import run as discovery
from segmentry.discovery.spec import RfmSpec
from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.terms.canonical import ACTIVITIES, MARKETING_COSTS, SERVICE_CONTACTS
from segmentry.terms.errors import SettingsError
from segmentry.value import run as value
from segmentry.value.spec import ValueSpec
from tests.rooms.shops import AS_OF, LAST, arrow, by_customer, line, publish_shop

D = date(2021, 6, 1)


def lines() -> list[dict[str, Any]]:
    """Two customers with told costs: 100 and 60 bought, 20 brought back."""
    return [
        line("a", D, 60, cost=Decimal(30)),
        line("a", D + timedelta(40), 40, cost=Decimal(10)),
        line("b", D + timedelta(10), 60, cost=Decimal(30)),
        line("b", D + timedelta(20), -20, cost=Decimal(-10)),
    ]


def activity(name: str, driver: str) -> dict[str, Any]:
    return {
        "activity": name,
        "driver": driver,
        "minutes": 4.0,
        "cost_rate": Decimal("0.5000"),
        "capacity_minutes": 60.0,
        "currency": "EUR",
    }


def contact(number: int, party: str, at: datetime, minutes: float | None = None) -> dict[str, Any]:
    return {
        "source": "desk",
        "contact_id": str(number),
        "party_key": party,
        "contacted_at": at,
        "handling_minutes": minutes,
    }


def valued(
    engine: Engine, rows: list[dict[str, Any]], spec: ValueSpec, facts: dict[Any, list[dict[str, Any]]] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load and refresh; returns the customer values and the summary."""
    with engine.run("load") as run:
        publish_shop(run, rows)
        for contract, told in (facts or {}).items():
            run.publish(contract, arrow(contract, told))
    with engine.run("refresh", spec.as_of) as run:
        catalog = profiles.refresh(run, ProfileSpec(spec.as_of, spec.last_day, spec.currency))
        learned = value.refresh_customers(run, spec, catalog)
        discovery.segment(run, RfmSpec(spec.as_of, unit=spec.unit), None)
        value.refresh_segments(run, spec, learned)
    document = json.loads(engine.rows(engine.table("value_summary"))[0]["document"])
    return by_customer(engine.rows(engine.table("customer_value"))), document


SPEC = ValueSpec(AS_OF, LAST, "EUR")


def test_the_past_is_exact_where_the_future_cannot_be_estimated(engine: Engine) -> None:
    """Two customers are too few for a model: revenue, costs and contribution still stand, values are unknown."""
    found, document = valued(engine, lines(), SPEC)
    assert (found["a"]["revenue"], found["a"]["cost_of_goods"], found["a"]["contribution"]) == (100, 40.0, 60.0)
    assert (found["b"]["revenue"], found["b"]["cost_of_goods"], found["b"]["contribution"]) == (40, 20.0, 20.0)
    assert found["a"]["p_alive"] is found["a"]["clv"] is found["a"]["value_tier"] is None
    assert "not_estimable" in document["clv"]
    assert document["base"]["revenue"] == {"net": 140.0, "of_buyers": 140.0, "unit": "EUR", "exact": True}


def test_without_costs_contribution_is_refused_and_not_revenue(engine: Engine) -> None:
    """No margin, no contribution, no whale curve: each says why."""
    rows = [row | {"cost": None} for row in lines()]
    found, document = valued(engine, rows, SPEC)
    assert {row["contribution"] for row in found.values()} == {None}
    assert "margin_rate" in document["contribution"]["not_estimable"]
    assert "margin_rate" in document["concentration"]["whale_curve"]["not_estimable"]
    assert "not_estimable" in document["cost_to_serve"]


def test_cost_to_serve_lowers_contribution_to_the_cent(engine: Engine) -> None:
    """Two orders at 2.00 and a contact of nine minutes at 0.50: 8.50 of the first customer, 2.00 of the second."""
    facts = {
        ACTIVITIES: [activity("handling", "order"), activity("telephone", "service_contact")],
        SERVICE_CONTACTS: [contact(1, "a", datetime(2021, 6, 2, 9), 9.0)],
    }
    found, document = valued(engine, lines(), SPEC, facts)
    assert [found[name]["cost_to_serve"] for name in "ab"] == [8.5, 2.0]
    assert [found[name]["contribution"] for name in "ab"] == [51.5, 18.0]
    told = document["cost_to_serve"]
    assert (told["allocated"], told["unused"]) == (10.5, 49.5)
    assert told["ratio_to_revenue"] == pytest.approx(10.5 / 140)
    rows = engine.rows(engine.table("segment_value"))
    for name in ("rfm", "lifecycle"):
        own = [row for row in rows if row["segmentation"] == name]
        assert sum(row["cost_to_serve"] for row in own) == pytest.approx(10.5)
        assert sum(row["revenue"] for row in own) == 140
        assert sum(row["customers"] for row in own) == 2


def test_who_was_served_without_buying_is_allocated_but_no_buyer(engine: Engine) -> None:
    """Costs of callers who never bought stay in the activity's total and fall on nobody else."""
    facts = {
        ACTIVITIES: [activity("telephone", "service_contact")],
        SERVICE_CONTACTS: [contact(1, "stranger", datetime(2021, 6, 2, 9), 10.0)],
    }
    found, document = valued(engine, lines(), SPEC, facts)
    assert [found[name]["cost_to_serve"] for name in "ab"] == [0.0, 0.0]
    assert document["cost_to_serve"]["allocated"] == 5.0


def test_a_driver_nothing_counts_stops_the_refresh(engine: Engine) -> None:
    """And the last good versions stay current: nothing half valued is left behind."""
    valued(engine, lines(), SPEC)
    before = engine.current()
    facts = {ACTIVITIES: [activity("magic", "moonlight"), activity("telephone", "service_contact")]}
    with pytest.raises(SettingsError) as refused:
        valued(engine, lines(), SPEC, facts)
    assert [each.code for each in refused.value.problems] == ["DRIVER_UNKNOWN", "DRIVER_WITHOUT_DATA"]
    assert engine.current()["customer_value"] == before["customer_value"]


def test_acquisition_cost_is_spend_over_newcomers_of_the_same_time(engine: Engine) -> None:
    """Thirty spent in the first week of June, when one of the two bought for the first time."""
    spent = {
        "source": "ads",
        "campaign_id": "",
        "channel": "search",
        "area": "",
        "period_start": D,
        "period_end": D + timedelta(6),
        "purpose": "acquire",
        "amount": Decimal(30),
        "currency": "EUR",
    }
    later = spent | {"period_start": LAST, "period_end": LAST + timedelta(5), "amount": Decimal(99)}
    _, document = valued(engine, lines(), SPEC, {MARKETING_COSTS: [spent, later]})
    assert (document["acquisition"]["spent"], document["acquisition"]["new_customers"]) == (30.0, 1)


def test_goods_and_service_after_the_as_of_cost_nothing_yet(engine: Engine) -> None:
    """As of mid June: one order and one contact each; what follows is unknown."""
    spec = ValueSpec(datetime(2021, 6, 16), date(2021, 6, 15), "EUR", margin_rate=0.5)
    facts = {
        ACTIVITIES: [activity("handling", "order"), activity("telephone", "service_contact")],
        SERVICE_CONTACTS: [contact(1, "a", datetime(2021, 6, 2, 9)), contact(2, "a", datetime(2021, 6, 16, 9))],
    }
    found, _ = valued(engine, lines(), spec, facts)
    assert [found[name]["revenue"] for name in "ab"] == [60, 60]
    assert [found[name]["cost_of_goods"] for name in "ab"] == [30.0, 30.0]
    assert [found[name]["cost_to_serve"] for name in "ab"] == [4.0, 2.0]


def test_a_margin_is_not_learned_from_the_future(engine: Engine) -> None:
    """Goods that become dear after the as-of do not change what was known then."""
    spec = ValueSpec(datetime(2021, 6, 16), date(2021, 6, 15), "EUR")
    dear = line("a", LAST, 1000, cost=Decimal(990))
    without_cost = line("b", D + timedelta(5), 1)
    _, before = valued(engine, [*lines(), without_cost], spec)
    with Engine.in_memory() as other:
        found, after = valued(other, [*lines(), without_cost, dear], spec)
    known = by_customer(engine.rows(engine.table("customer_value")))
    assert found["b"]["cost_of_goods"] == known["b"]["cost_of_goods"]
    assert after["contribution"] == before["contribution"]


def test_a_contact_before_the_as_of_counts_whatever_the_zone(engine: Engine) -> None:
    """Local midnight in New York is 05:00 in UTC: a contact an hour earlier lies before the as-of."""
    spec = ValueSpec(datetime(2021, 12, 1, 5), date(2021, 11, 30), "EUR", margin_rate=0.5)
    facts = {
        ACTIVITIES: [activity("telephone", "service_contact")],
        SERVICE_CONTACTS: [contact(1, "a", datetime(2021, 12, 1, 4), 10.0)],
    }
    found, _ = valued(engine, lines(), spec, facts)
    assert found["a"]["cost_to_serve"] == 5.0
