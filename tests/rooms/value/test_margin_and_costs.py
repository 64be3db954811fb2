"""Margins and cost-to-serve: told before learned, to the cent, and refused where costs are not known."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.terms.canonical import SERVICE_CONTACTS
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import NotEstimable
from segmentry.value.cost_to_serve import activity_costs, customer_costs, require_known_drivers
from segmentry.value.margin import Margin, cost_facts, customer_costs_of_goods, margin_of
from tests.rooms.shops import arrow, by_customer, line, lines_table, order, orders_table

DAY = date(2021, 6, 1)


def facts(engine: Engine, *lines: dict[str, Any]) -> dict[str, Any]:
    return engine.rows(cost_facts(lines_table(list(lines))))[0]


def sold(amount: object, cost: object = None, party: str = "a") -> dict[str, Any]:
    return line(party, DAY, amount, cost=None if cost is None else Decimal(str(cost)))


def test_a_margin_that_is_told_is_taken_as_told(engine: Engine) -> None:
    """Settings come first, whatever the lines say; a margin of nothing is a margin."""
    known = facts(engine, sold(100, 90))
    assert margin_of(0.3, known) == Margin(0.3, "settings")
    assert margin_of(0.0, known) == Margin(0.0, "settings")


def test_a_margin_is_learned_from_the_costs_of_the_lines(engine: Engine) -> None:
    """Sixty of a hundred is a margin of forty percent."""
    found = margin_of(None, facts(engine, sold(60, 40), sold(40, 20)))
    assert isinstance(found, Margin)
    assert found.rate == pytest.approx(0.4)
    assert found.source == "costs"


def test_returns_take_their_goods_back(engine: Engine) -> None:
    """A returned line brings back amount and cost alike, so the margin stays."""
    found = margin_of(None, facts(engine, sold(100, 60), sold(50, 30), sold(-50, -30)))
    assert isinstance(found, Margin)
    assert found.rate == pytest.approx(0.4)


def test_lines_without_a_cost_are_left_out_while_few(engine: Engine) -> None:
    """Ninety-six of a hundred carry a cost: the margin is theirs."""
    found = margin_of(None, facts(engine, sold(96, 48), sold(4)))
    assert isinstance(found, Margin)
    assert found.rate == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([sold(100)], "no cost is known"),
        ([sold(94, 47), sold(6)], "only 94% of the amount carries a cost"),
        ([sold(100, 100)], "leave no margin"),
        ([sold(100, 130)], "leave no margin"),
        ([sold(100, -1)], "leave no margin"),
        ([sold(50, 10), sold(-50, -10)], "leave no margin"),
        ([sold(100, 50), sold(-60)], "only 62% of the amount carries a cost"),
    ],
)
def test_a_margin_that_cannot_be_learned_is_refused(engine: Engine, lines: list[Any], reason: str) -> None:
    """No cost, too few, none that leaves a margin: each with its reason and the setting that would help."""
    found = margin_of(None, facts(engine, *lines))
    assert isinstance(found, NotEstimable)
    assert reason in found.reason
    assert "margin_rate" in found.reason


def test_no_lines_at_all_leave_no_margin(engine: Engine) -> None:
    """Sums over nothing are not 0 of something."""
    assert isinstance(margin_of(None, facts(engine)), NotEstimable)


def goods(engine: Engine, lines: list[dict[str, Any]], margin: Margin | NotEstimable) -> dict[str, Any]:
    rows = by_customer(engine.rows(customer_costs_of_goods(lines_table(lines), margin)))
    return {name: None if row["cost_of_goods"] is None else float(row["cost_of_goods"]) for name, row in rows.items()}


def test_goods_cost_what_the_lines_tell(engine: Engine) -> None:
    """Where a line tells no cost, revenue less the learned margin stands in."""
    lines = [sold(100, 70), sold(50), sold(10, 1, "b")]
    assert goods(engine, lines, Margin(0.4, "costs")) == {"a": 100.0, "b": 1.0}


def test_a_margin_of_the_settings_goes_before_the_lines(engine: Engine) -> None:
    """Whoever sets a margin wants it used for the past as for the future."""
    assert goods(engine, [sold(100, 70), sold(50)], Margin(0.4, "settings")) == {"a": 90.0}


def test_without_a_margin_only_told_costs_are_added_up(engine: Engine) -> None:
    """Nothing is assumed; who has no told cost has none."""
    lines = [sold(100, 70), sold(50), sold(10, party="b")]
    assert goods(engine, lines, NotEstimable("no cost is known")) == {"a": 70.0, "b": None}


def activity(name: str, driver: str, minutes: float, rate: str, capacity: float | None = None) -> dict[str, Any]:
    return {
        "activity": name,
        "driver": driver,
        "minutes": minutes,
        "cost_rate": Decimal(rate),
        "capacity_minutes": capacity,
        "currency": "EUR",
    }


ACTIVITIES = [
    activity("order handling", "order", 3.0, "0.5000", 100.0),
    activity("picking", "order_line", 0.5, "0.4000", 10.0),
    activity("returns desk", "return", 8.0, "0.6000", 8.0),
    activity("telephone", "service_contact", 6.0, "1.1000"),
]


def contact(number: int, party: str, minutes: float | None) -> dict[str, Any]:
    at = datetime(2021, 6, 1, 12)
    return {
        "source": "desk",
        "contact_id": str(number),
        "party_key": party,
        "contacted_at": at,
        "handling_minutes": minutes,
    }


@pytest.fixture
def tables() -> dict[str, Any]:
    """Three orders, five sale lines, one return, four contacts of which two are timed."""
    import ibis

    orders = [order("a", DAY), order("a", DAY), order("b", DAY, returned=Decimal(4)), order("b", DAY, 9, placed=False)]
    lines = [*(line("a", DAY) for _ in range(3)), line("b", DAY), line("b", DAY), line("b", DAY, -4)]
    rows = [contact(1, "a", 12.0), contact(2, "a", None), contact(3, "c", 1.5), contact(4, "c", None)]
    contacts = ibis.memtable(arrow(SERVICE_CONTACTS, rows))
    return {
        "orders": orders_table(orders),
        "order_lines": lines_table(lines),
        "service_contacts": contacts.mutate(customer_id=contacts.party_key),
    }


def costs_of(engine: Engine, tables: dict[str, Any]) -> dict[tuple[str, str], tuple[int, float, float]]:
    rows = engine.rows(customer_costs(ACTIVITIES, tables))
    return {
        (row["customer_id"], row["activity"]): (row["events"], round(row["minutes"], 9), round(float(row["cost"]), 9))
        for row in rows
    }


def test_costs_to_serve_are_minutes_times_the_cost_of_a_minute(engine: Engine, tables: dict[str, Any]) -> None:
    """Each driver by hand; contacts that tell their time are charged it, the others the activity's."""
    assert costs_of(engine, tables) == {
        ("a", "order handling"): (2, 6.0, 3.0),
        ("b", "order handling"): (1, 3.0, 1.5),
        ("a", "picking"): (3, 1.5, 0.6),
        ("b", "picking"): (2, 1.0, 0.4),
        ("b", "returns desk"): (1, 8.0, 4.8),
        ("a", "telephone"): (2, 18.0, 19.8),
        ("c", "telephone"): (2, 7.5, 8.25),
    }


def allocation(engine: Engine, tables: dict[str, Any]) -> list[dict[str, Any]]:
    costs = customer_costs(ACTIVITIES, tables)
    totals = costs.group_by("activity").aggregate(
        events=costs.events.sum(), minutes=costs.minutes.sum(), cost=costs["cost"].sum()
    )
    return activity_costs(ACTIVITIES, engine.rows(totals))


def test_what_is_allocated_and_what_stands_idle_are_what_was_supplied(engine: Engine, tables: dict[str, Any]) -> None:
    """To the cent, for every activity that tells its capacity; without one nothing is said to be idle."""
    rows = {row["activity"]: row for row in allocation(engine, tables)}
    supplied = {each["activity"]: each for each in ACTIVITIES if each["capacity_minutes"] is not None}
    for name, each in supplied.items():
        total = each["capacity_minutes"] * float(each["cost_rate"])
        assert round(rows[name]["allocated"] + rows[name]["unused"], 2) == round(total, 2)
    assert rows["order handling"]["unused"] == pytest.approx(45.5)
    assert rows["returns desk"]["unused"] == pytest.approx(0.0)
    assert rows["telephone"]["unused"] is None


def test_all_that_is_allocated_reaches_customers(engine: Engine, tables: dict[str, Any]) -> None:
    """The sum over customers is the sum over activities, to the cent."""
    by_customers = sum(cost for _, _, cost in costs_of(engine, tables).values())
    assert round(by_customers, 2) == round(sum(row["allocated"] for row in allocation(engine, tables)), 2) == 38.35


def test_an_activity_nobody_set_off_stands_idle_as_a_whole() -> None:
    """No events, nothing allocated, all of its capacity unused."""
    (row,) = activity_costs([activity("returns desk", "return", 8.0, "0.5000", 60.0)], [])
    assert (row["events"], row["allocated"], row["unused"]) == (0, 0.0, 30.0)


def test_overtime_shows_as_negative_idle_capacity() -> None:
    """More minutes used than supplied: the sum still is what was supplied."""
    used = [{"activity": "desk", "events": 10, "minutes": 80.0, "cost": 40.0}]
    (row,) = activity_costs([activity("desk", "order", 8.0, "0.5000", 60.0)], used)
    assert (row["allocated"], row["unused"]) == (40.0, -10.0)


def test_unknown_drivers_and_drivers_without_data_are_told_together() -> None:
    """Both mistakes at once, each naming its activity; a near miss is offered."""
    activities = [
        activity("chat", "service_contact", 5.0, "1.0"),
        activity("typing", "ordr", 5.0, "1.0"),
        activity("handling", "order", 5.0, "1.0"),
        activity("magic", "moonlight", 5.0, "1.0"),
    ]
    with pytest.raises(SettingsError) as refused:
        require_known_drivers(activities, {"orders": orders_table([order("a", DAY)])})
    problems = refused.value.problems
    assert [each.code for each in problems] == ["DRIVER_WITHOUT_DATA", "DRIVER_UNKNOWN", "DRIVER_UNKNOWN"]
    assert [each.where for each in problems] == ["activity chat", "activity typing", "activity magic"]
    assert "service_contacts" in problems[0].next_step
    assert "order" in problems[1].next_step
    assert "Known drivers" in problems[2].next_step
