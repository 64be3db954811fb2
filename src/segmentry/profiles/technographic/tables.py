"""What the technographic basis publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER

TECHNOGRAPHIC_TRAITS = Contract(
    "technographic_traits",
    "one party of which a device, technology or event is told",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

TECHNOLOGY_ADOPTION = Contract(
    "technology_adoption",
    "one technology",
    ("technology",),
    (
        Column("technology", _TEXT, "The technology.", required=True),
        Column("category", _TEXT, "Kind of technology."),
        Column("users", _INTEGER, "Parties that use it.", "parties", required=True),
        Column("dated", _INTEGER, "Of them, those of whom the day of adoption is told.", "parties", required=True),
        Column("first_adopted_on", ColumnType.DATE, "Day of the first adoption."),
        Column("last_adopted_on", ColumnType.DATE, "Day of the latest adoption."),
        Column("mean_days", _NUMBER, "Mean days from the first adoption.", "days"),
        Column("deviation_days", _NUMBER, "Standard deviation of those days.", "days"),
        Column("median_seen_days", _NUMBER, "Median days since the latest evidence of its use.", "days"),
    ),
)
