"""What profiles publishes: who a party is, what customers bought, and their traits."""

from __future__ import annotations

from segmentry.terms.canonical import CURRENCY
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_DECIMAL, _DATE, _TIMESTAMP = ColumnType.DECIMAL, ColumnType.DATE, ColumnType.TIMESTAMP

CUSTOMER_ID = Column(
    "customer_id", _TEXT, "The customer; stays the same over merges.", "", DataClass.PERSONAL, required=True
)

IDENTITY = Contract(
    "identity",
    "one party and the customer it belongs to",
    ("party_key",),
    (
        Column("party_key", _TEXT, "Source and native id.", "", DataClass.PERSONAL, required=True),
        CUSTOMER_ID,
        Column("valid_from", _TIMESTAMP, "First fact about the party.", "UTC"),
        Column("recorded_at", _TIMESTAMP, "When this identity was decided.", "UTC", required=True),
    ),
)

CUSTOMER_DAYS = Contract(
    "customer_days",
    "one local day on which a customer placed orders or brought goods back",
    ("customer_id", "day"),
    (
        CUSTOMER_ID,
        Column("day", _DATE, "Local calendar day.", required=True),
        Column("orders", _INTEGER, "Orders placed on the day.", "orders", required=True),
        Column("placed_amount", _DECIMAL, "Net amount of the orders placed.", "currency", required=True),
        Column("net_amount", _DECIMAL, "The same less what came back on the day.", "currency", required=True),
    ),
)

PURCHASE_HISTORY = Contract(
    "purchase_history",
    "one customer who has placed an order by the as-of",
    ("customer_id",),
    (
        CUSTOMER_ID,
        Column("first_on", _DATE, "Local day of the first order.", required=True),
        Column("last_on", _DATE, "Local day of the last order.", required=True),
        Column("orders", _INTEGER, "Orders placed.", "orders", required=True),
        Column("purchase_days", _INTEGER, "Distinct local days with an order.", "days", required=True),
        Column("frequency", _INTEGER, "Purchase days less one: repeat purchases.", "days", required=True),
        Column("recency_age", _INTEGER, "Days from the first to the last purchase.", "days", required=True),
        Column("age", _INTEGER, "Days from the first purchase to the last observed day.", "days", required=True),
        Column(
            "days_since_last", _INTEGER, "Days from the last purchase to the last observed day.", "days", required=True
        ),
        Column("spend", _DECIMAL, "Net amount bought less returned.", "currency", required=True),
        Column("placed_amount", _DECIMAL, "Net amount of all orders placed.", "currency", required=True),
        Column("repeat_spend", _NUMBER, "Mean placed amount of a repeat purchase day.", "currency per purchase"),
        Column("last_gap", _INTEGER, "Days between the last two purchase days.", "days"),
        Column("gap_deviation", _NUMBER, "Standard deviation of the gaps between purchase days.", "days"),
        CURRENCY,
    ),
)

BEHAVIORAL_TRAITS = Contract(
    "behavioral_traits",
    "one customer of the universe at the as-of",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

GIVEN_TRAITS = Contract(
    "given_traits",
    "one customer, with what sources told of it",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

TRAIT_CATALOG = Contract(
    "trait_catalog",
    "one trait",
    ("trait",),
    (
        Column("trait", _TEXT, "Name of the trait, and of its column.", required=True),
        Column("table_name", _TEXT, "Table that holds it.", required=True),
        Column("basis", _TEXT, "One of the seven bases; empty until declared for a given trait."),
        Column("type", _TEXT, "Type of the column.", required=True),
        Column("unit", _TEXT, "What is counted."),
        Column("origin", _TEXT, "given, computed or predicted.", required=True),
        Column("source", _TEXT, "Tables it was made from.", required=True),
        Column("as_of", _TIMESTAMP, "Instant at which it holds.", "UTC"),
        Column("renew_after_days", _INTEGER, "Age at which it should be renewed.", "days"),
        Column("observability", _TEXT, "observable or unobservable.", required=True),
        Column("specificity", _TEXT, "general or product_specific.", required=True),
        Column("data_class", _TEXT, "How it must be protected.", required=True),
        Column("description", _TEXT, "What a value means.", required=True),
        Column("locked", ColumnType.BOOLEAN, "Whether it must not be used: a special category without a lawful basis."),
    ),
)

MONTHLY_SALES = Contract(
    "monthly_sales",
    "one calendar month",
    ("month",),
    (
        Column("month", _DATE, "First day of the month.", required=True),
        Column("orders", _INTEGER, "Orders placed.", "orders", required=True),
        Column("customers", _INTEGER, "Distinct customers who ordered.", "customers", required=True),
        Column("new_customers", _INTEGER, "Of them, those who ordered for the first time.", "customers", required=True),
        Column("revenue", _DECIMAL, "Net amount bought less returned in the month.", "currency", required=True),
    ),
)
