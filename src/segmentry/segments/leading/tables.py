"""What the rules of leads publish, and the traits made of it."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import Basis

_TEXT, _INTEGER = ColumnType.TEXT, ColumnType.INTEGER

LEAD_RULINGS = Contract(
    "lead_rulings",
    "one lead and what the declared rules say of it",
    ("lead_key",),
    (
        Column("lead_key", _TEXT, "Source and number of the lead.", required=True),
        CUSTOMER_ID,
        Column("qualified", _TEXT, "Furthest stage whose rule it meets; empty where it meets none."),
        Column("qualified_rule", _INTEGER, "Number of that rule, the first being 1."),
        Column("route", _TEXT, "Who gets it by the declared rules; empty where no rule holds."),
        Column("route_rule", _INTEGER, "Number of that rule, the first being 1."),
    ),
)

LEAD_ROUTING = Contract(
    "lead_routing",
    "one receiver of open leads",
    ("route",),
    (
        Column("route", _TEXT, "Who gets them; (unmatched) where no rule holds.", required=True),
        Column("leads", _INTEGER, "Open leads.", "leads", required=True),
    ),
)

LEAD_RULE_TRAITS = Contract(
    "lead_rule_traits",
    "one customer with a lead; what the rules say of the newest open lead, else of the newest",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

RULE_TRAITS = tuple(
    Trait(name, Basis.BEHAVIORAL, _TEXT, description, source="leads, events", renew_after_days=30)
    for name, description in (
        ("lead_qualified", "Furthest stage whose declared rule the lead meets."),
        ("lead_route", "Who gets the lead by the declared rules."),
    )
)
"""Traits of customers with a lead; segments may ask for them, the rules themselves may not."""
