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

COMPANY_TECHNOGRAPHIC_TRAITS = Contract(
    "company_technographic_traits",
    "one organization of which, or of whose people, a technology is told",
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
        Column(
            "periods", _INTEGER, "Whole periods from the first adoption on that the timing is told from.", "periods"
        ),
        Column("period_days", _INTEGER, "Days of a period.", "days"),
        Column("innovation", _NUMBER, "p of Bass' model: rate of adoption without others.", "per period"),
        Column("imitation", _NUMBER, "q: rate that those who adopted add.", "per period"),
        Column("market", _NUMBER, "m: parties told of here who will adopt in the end, with a day.", "parties"),
        Column("peak_on", ColumnType.DATE, "Day on which most adopt at once, by the model."),
        Column("timing_reason", _TEXT, "Why the timing, or its peak, cannot be told."),
    ),
)

TIMING = ("periods", "period_days", "innovation", "imitation", "market", "peak_on", "timing_reason")
"""The columns of `TECHNOLOGY_ADOPTION` that tell when adoption peaks."""
