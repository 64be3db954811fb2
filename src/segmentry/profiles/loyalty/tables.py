"""What loyalty publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER

LOYALTY_TRAITS = Contract(
    "loyalty_traits", "one customer of whom behavior or attitude is known", ("customer_id",), (CUSTOMER_ID,), open=True
)

LOYALTY_MARKET = Contract(
    "loyalty_market",
    "one measure of how the brand stands with customers whose spend in the category is told",
    ("measure",),
    (
        Column(
            "measure",
            _TEXT,
            "penetration (share who buy from us), mean_frequency (orders of a buyer), share_of_requirements (spend "
            "with us over category spend of buyers), repeat_rate (buyers of both periods over those of the first, all "
            "customers), double_jeopardy (needs three brands).",
            required=True,
        ),
        Column("value", _NUMBER, "The measure."),
        Column("low", _NUMBER, "Lower end of its 95 % interval."),
        Column("high", _NUMBER, "Upper end."),
        Column("customers", _INTEGER, "Customers it is told of.", "customers", required=True),
        Column("period_days", _INTEGER, "Days of each of the two periods, where it compares two.", "days"),
        Column("reason", _TEXT, "Why it is not told, where it is not."),
    ),
)
