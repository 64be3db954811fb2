"""What parties did and used, beside what they bought."""

from __future__ import annotations

from segmentry.terms.canonical.columns import CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _DECIMAL, _NUMBER, _TIMESTAMP = ColumnType.TEXT, ColumnType.DECIMAL, ColumnType.NUMBER, ColumnType.TIMESTAMP

EVENTS = Contract(
    "events",
    "one thing a party did on web, in an app, a search, a view or in a community",
    ("source", "event_id"),
    (
        SOURCE,
        Column("event_id", _TEXT, "Number of the event.", required=True),
        PARTY_KEY,
        Column("occurred_at", _TIMESTAMP, "When.", "UTC", required=True),
        Column("event", _TEXT, "What was done, such as page view or search.", required=True),
        Column("medium", _TEXT, "web, app, search, viewing, social, e-mail or community."),
        Column("item", _TEXT, "Page, screen, post or product it was done to."),
        Column("category", _TEXT, "Category of the item."),
        Column("query", _TEXT, "Words that were searched for.", "", DataClass.PERSONAL),
        Column("seconds", _NUMBER, "How long it took.", "seconds"),
        Column("amount", _DECIMAL, "Amount it stands for.", "currency"),
        CURRENCY,
        Column("device", _TEXT, "Device it was done on."),
        Column("campaign_id", _TEXT, "Campaign it came from."),
    ),
    open=True,
    layout=("event", "occurred_at"),
)

USAGE = Contract(
    "usage",
    "one metered quantity of one party and period",
    ("source", "party_key", "metric", "period_start"),
    (
        SOURCE,
        PARTY_KEY,
        Column("metric", _TEXT, "What is metered.", required=True),
        Column("quantity", _NUMBER, "How much.", "as the unit says", required=True),
        Column("unit", _TEXT, "Unit of the quantity."),
        Column("period_start", _TIMESTAMP, "Begin of the period.", "UTC", required=True),
        Column("period_end", _TIMESTAMP, "End of the period.", "UTC"),
        Column("subscription_id", _TEXT, "Contract it counts on."),
    ),
    open=True,
)
