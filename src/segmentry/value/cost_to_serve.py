"""Cost-to-serve by time-driven activity-based costing (Kaplan & Anderson 2004).

An activity costs minutes times the cost of a minute at practical capacity, each time its driver happens. What
capacity stood idle is reported and never pushed to customers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.terms.errors import Problem, SettingsError, near_miss


def _orders(facts: Mapping[str, ir.Table]) -> ir.Table:
    orders = facts["orders"]
    return _counted(orders.filter(orders.placed))


def _order_lines(facts: Mapping[str, ir.Table]) -> ir.Table:
    lines = facts["order_lines"]
    return _counted(lines.filter(lines.line_kind == "sale"))


def _returns(facts: Mapping[str, ir.Table]) -> ir.Table:
    orders = facts["orders"]
    return _counted(orders.filter(orders.returned > 0))


def _service_contacts(facts: Mapping[str, ir.Table]) -> ir.Table:
    contacts = facts["service_contacts"]
    return contacts.group_by("customer_id").aggregate(
        events=contacts.count(), measured=contacts.handling_minutes.sum(), timed=contacts.handling_minutes.count()
    )


def _counted(facts: ir.Table) -> ir.Table:
    counted = facts.group_by("customer_id").aggregate(events=facts.count())
    return counted.mutate(measured=ibis.literal(0.0), timed=ibis.literal(0, type="int64"))


DRIVERS: dict[str, tuple[str, Callable[[Mapping[str, ir.Table]], ir.Table]]] = {
    "order": ("orders", _orders),
    "order_line": ("order_lines", _order_lines),
    "return": ("orders", _returns),
    "service_contact": ("service_contacts", _service_contacts),
}
"""Each driver with the table that counts it and the expression that does."""


def require_known_drivers(activities: list[dict[str, Any]], tables: Mapping[str, ir.Table]) -> None:
    """`SettingsError` with every activity whose driver is unknown, or counted by a table that was not loaded."""
    problems = []
    for activity in activities:
        driver, where = activity["driver"], f"activity {activity['activity']}"
        if driver not in DRIVERS:
            hint = near_miss(driver, DRIVERS) or f"Known drivers: {', '.join(DRIVERS)}."
            problems.append(Problem("DRIVER_UNKNOWN", "Nothing counts this driver", where, driver, hint))
        elif DRIVERS[driver][0] not in tables:
            needed = DRIVERS[driver][0]
            what = f"The driver is counted in {needed}, which was not loaded"
            problems.append(Problem("DRIVER_WITHOUT_DATA", what, where, driver, f"Load {needed}."))
    if problems:
        raise SettingsError(problems)


def customer_costs(activities: list[dict[str, Any]], tables: Mapping[str, ir.Table]) -> ir.Table:
    """Events, minutes and cost per customer and activity.

    Service contacts that tell their handling time are charged that time; those that do not, the activity's.

    Args:
        activities: Rows of the ``activities`` table.
        tables: Keyed tables by name.

    Returns:
        Columns ``customer_id``, ``activity``, ``events``, ``minutes``, ``cost``.
    """
    parts = []
    for activity in activities:
        counted = DRIVERS[activity["driver"]][1](tables)
        minutes = counted.measured.fill_null(0.0) + (counted.events - counted.timed) * float(activity["minutes"])
        parts.append(
            counted.select(
                "customer_id",
                activity=ibis.literal(activity["activity"]),
                events=counted.events.cast("int64"),
                minutes=minutes,
                cost=minutes * float(activity["cost_rate"]),
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def activity_costs(activities: list[dict[str, Any]], costs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each activity allocated and what stood idle; see the contract `ACTIVITY_COSTS`.

    Args:
        activities: Rows of the ``activities`` table.
        costs: Per activity: ``activity``, ``events``, ``minutes``, ``cost``.
    """
    used = {row["activity"]: row for row in costs}
    return [_activity_row(activity, used.get(activity["activity"])) for activity in activities]


def _activity_row(activity: dict[str, Any], used: dict[str, Any] | None) -> dict[str, Any]:
    minutes = 0.0 if used is None else float(used["minutes"])
    supplied, rate = activity["capacity_minutes"], float(activity["cost_rate"])
    return {
        "activity": activity["activity"],
        "driver": activity["driver"],
        "events": 0 if used is None else int(used["events"]),
        "minutes_used": minutes,
        "minutes_supplied": supplied,
        "allocated": minutes * rate,
        "unused": None if supplied is None else (supplied - minutes) * rate,
    }
