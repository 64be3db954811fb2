"""What was done to win and keep customers, what it cost, and the market around it."""

from __future__ import annotations

from segmentry.terms.canonical.columns import CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _DECIMAL, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.DECIMAL, ColumnType.NUMBER, ColumnType.BOOLEAN
_DATE, _TIMESTAMP = ColumnType.DATE, ColumnType.TIMESTAMP

MARKETING_COSTS = Contract(
    "marketing_costs",
    "marketing spend of one campaign, channel, area and period",
    ("source", "campaign_id", "channel", "area", "period_start"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Campaign, or empty for standing spend."),
        Column("channel", _TEXT, "Channel.", required=True),
        Column("area", _TEXT, "Area, or empty for everywhere."),
        Column("period_start", _DATE, "First day.", required=True),
        Column("period_end", _DATE, "Last day.", required=True),
        Column("purpose", _TEXT, "acquire or retain."),
        Column("amount", _DECIMAL, "Amount spent.", "currency", required=True),
        CURRENCY,
    ),
)

CAMPAIGNS = Contract(
    "campaigns",
    "one campaign",
    ("source", "campaign_id"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Number of the campaign.", required=True),
        Column("name", _TEXT, "Name of the campaign."),
        Column("channel", _TEXT, "Channel."),
        Column("objective", _TEXT, "What it was for."),
        Column("started_on", _DATE, "First day."),
        Column("ended_on", _DATE, "Last day."),
    ),
    open=True,
)

TOUCHES = Contract(
    "touches",
    "one customer's part in a campaign: delivered, or held out",
    ("source", "campaign_id", "party_key", "touched_at"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Number of the campaign.", required=True),
        PARTY_KEY,
        Column("touched_at", _TIMESTAMP, "When it was delivered, or would have been.", "UTC", required=True),
        Column("arm", _TEXT, "treated or holdout.", required=True),
        Column("channel", _TEXT, "Channel."),
        Column("responded", _BOOLEAN, "Whether the customer answered."),
        Column("cost", _DECIMAL, "Cost of the contact.", "currency"),
        CURRENCY,
    ),
    open=True,
)

MARKET_SERIES = Contract(
    "market_series",
    "one figure of a market, an area and a period",
    ("source", "series", "area", "category", "competitor", "period_start"),
    (
        SOURCE,
        Column("series", _TEXT, "What is told, such as market size, price or forecast.", required=True),
        Column("area", _TEXT, "Area, or empty for everywhere."),
        Column("category", _TEXT, "Category of products, or empty for all."),
        Column("competitor", _TEXT, "Competitor, or empty for the whole market."),
        Column("period_start", _DATE, "First day.", required=True),
        Column("period_end", _DATE, "Last day."),
        Column("value", _NUMBER, "The figure.", "as the unit says", required=True),
        Column("unit", _TEXT, "Unit of the figure, such as customers, units or currency."),
        Column("forecast", _BOOLEAN, "Whether it is forecast, not observed."),
        CURRENCY,
    ),
    open=True,
)

CALENDAR = Contract(
    "calendar",
    "one regional event",
    ("source", "event", "area", "started_on"),
    (
        SOURCE,
        Column("event", _TEXT, "Name of the event.", required=True),
        Column("area", _TEXT, "Country, region or city, or empty for everywhere."),
        Column("started_on", _DATE, "First day.", required=True),
        Column("ended_on", _DATE, "Last day."),
        Column("kind", _TEXT, "universal, regional or personal; such as holiday, festival or sports."),
    ),
)
