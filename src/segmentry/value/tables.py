"""What value publishes: what each customer and each segment is worth, and how that was found."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL
_CUSTOMER_ID = Column("customer_id", _TEXT, "The customer.", "", DataClass.PERSONAL, required=True)

CUSTOMER_VALUE = Contract(
    "customer_value",
    "one customer who has placed an order by the as-of",
    ("customer_id",),
    (
        _CUSTOMER_ID,
        Column("p_alive", _NUMBER, "Probability that the customer still buys.", "probability"),
        Column("expected_purchases", _NUMBER, "Expected purchase days over the horizon.", "purchase days"),
        Column("discounted_purchases", _NUMBER, "The same, each discounted to the as-of.", "purchase days"),
        Column("expected_spend", _NUMBER, "Expected net amount of a purchase day.", "currency per purchase day"),
        Column("expected_discounted_revenue", _NUMBER, "Discounted net revenue over the horizon.", "currency"),
        Column("clv", _NUMBER, "Discounted margin over the horizon; empty where no margin is known.", "currency"),
        Column(
            "value_low", _NUMBER, "Lower end of the interval of clv, or of the revenue where clv is empty.", "currency"
        ),
        Column("value_high", _NUMBER, "Upper end; both are of the mean of customers with such a history.", "currency"),
        Column("revenue", _DECIMAL, "Net revenue up to the as-of; exact.", "currency"),
        Column("cost_of_goods", _NUMBER, "Cost of the goods sold and kept, up to the as-of.", "currency"),
        Column("cost_to_serve", _NUMBER, "Activity-based cost of serving, up to the as-of.", "currency"),
        Column("contribution", _NUMBER, "Revenue less cost of goods and cost to serve.", "currency"),
        Column("value_tier", _TEXT, "top, high, middle or low by rank of value, ties together."),
    ),
)

SEGMENT_VALUE = Contract(
    "segment_value",
    "one segment of one segmentation",
    ("segmentation", "segment_id"),
    (
        Column("segmentation", _TEXT, "Name of the segmentation.", required=True),
        Column("segment_id", _TEXT, "Id of the segment.", required=True),
        Column("customers", _INTEGER, "Members at the as-of; exact.", "customers", required=True),
        Column("orders", _INTEGER, "Orders placed up to the as-of; exact.", "orders", required=True),
        Column("revenue", _DECIMAL, "Net revenue up to the as-of; exact.", "currency", required=True),
        Column("revenue_share", _NUMBER, "Share of the base's net revenue; exact.", "share"),
        Column("expected_active", _NUMBER, "Members expected to buy still: the sum of P(alive).", "customers"),
        Column("value", _NUMBER, "Sum of the members' value over the horizon; estimated.", "currency"),
        Column("value_low", _NUMBER, "Lower end of the interval of the mean.", "currency"),
        Column("value_high", _NUMBER, "Upper end of the interval of the mean.", "currency"),
        Column("outcome_low", _NUMBER, "Lower end of the interval of what will be seen.", "currency"),
        Column("outcome_high", _NUMBER, "Upper end of the interval of what will be seen.", "currency"),
        Column("value_share", _NUMBER, "Share of the base's value; estimated.", "share"),
        Column("cost_to_serve", _NUMBER, "Activity-based cost of serving up to the as-of.", "currency"),
        Column("contribution", _NUMBER, "Revenue less cost of goods and cost to serve.", "currency"),
    ),
)

VALUE_SUMMARY = Contract(
    "value_summary",
    "the base as a whole",
    (),
    (Column("document", _TEXT, "How value was found, and the figures of the whole base, as JSON.", required=True),),
)

ACTIVITY_COSTS = Contract(
    "activity_costs",
    "one activity",
    ("activity",),
    (
        Column("activity", _TEXT, "Name of the activity.", required=True),
        Column("driver", _TEXT, "What sets it off.", required=True),
        Column("events", _INTEGER, "How often that happened.", "events", required=True),
        Column("minutes_used", _NUMBER, "Working time spent.", "minutes", required=True),
        Column("minutes_supplied", _NUMBER, "Practical capacity; empty where not told.", "minutes"),
        Column("allocated", _NUMBER, "Cost pushed to customers.", "currency", required=True),
        Column("unused", _NUMBER, "Cost of unused capacity; never pushed to customers.", "currency"),
    ),
)

PURCHASE_TRACKING = Contract(
    "purchase_tracking",
    "one week",
    ("week_ends",),
    (
        Column("week_ends", ColumnType.DATE, "Last day of the week.", required=True),
        Column("held_out", ColumnType.BOOLEAN, "Whether the model had not seen the week.", required=True),
        Column("expected", _NUMBER, "Repeat purchases expected; estimated.", "purchase days", required=True),
        Column("actual", _NUMBER, "Repeat purchases seen; exact.", "purchase days", required=True),
        Column("expected_cumulative", _NUMBER, "Expected up to the week; estimated.", "purchase days", required=True),
        Column("actual_cumulative", _NUMBER, "Seen up to the week; exact.", "purchase days", required=True),
    ),
)

FREQUENCY_FIT = Contract(
    "frequency_fit",
    "one number of repeat purchases",
    ("repeat_purchases",),
    (
        Column("repeat_purchases", _INTEGER, "Repeat purchase days; the last row is that many or more.", required=True),
        Column("customers", _NUMBER, "Customers with that many; exact.", "customers", required=True),
        Column("expected", _NUMBER, "Customers the model expects; estimated.", "customers", required=True),
    ),
)

PROFIT_CURVE = Contract(
    "profit_curve",
    "one point of a curve of cumulated shares",
    ("measure", "position"),
    (
        Column("measure", _TEXT, "revenue, or contribution where costs are known.", required=True),
        Column("position", _INTEGER, "Place on the curve.", required=True),
        Column("customers_share", _NUMBER, "Share of customers, the best first.", "share", required=True),
        Column(
            "amount_share",
            _NUMBER,
            "Their share of the total; above 1 where others lose money.",
            "share",
            required=True,
        ),
    ),
)
