"""Organizations, their people, contracts and chances of a sale."""

from __future__ import annotations

from segmentry.terms.canonical.columns import ACCOUNT_KEY, COUNTRY, CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _DECIMAL, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER
_BOOLEAN, _DATE, _TIMESTAMP = ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.TIMESTAMP

ACCOUNTS = Contract(
    "accounts",
    "one organization as one source describes it",
    ("account_key",),
    (
        ACCOUNT_KEY,
        SOURCE,
        Column("name", _TEXT, "Name of the organization."),
        Column("parent_key", _TEXT, "Party key of the organization it belongs to.", "", DataClass.PERSONAL),
        Column("industry", _TEXT, "Industry in words."),
        Column("industry_code", _TEXT, "Code of the industry."),
        Column("industry_scheme", _TEXT, "Scheme and version of the code, such as NACE 2.1 or NAICS 2022."),
        Column("employees", _NUMBER, "Staff.", "persons"),
        Column("revenue", _DECIMAL, "Yearly revenue.", "currency"),
        Column("balance_total", _DECIMAL, "Total of the balance sheet.", "currency"),
        CURRENCY,
        Column("sites", _INTEGER, "Places of business.", "sites"),
        Column("founded_year", _INTEGER, "Year of founding.", "year"),
        Column("ownership", _TEXT, "publicly owned, privately owned, government agency or non-profit."),
        Column("structure", _TEXT, "start-up, subsidiary, group or another structure."),
        COUNTRY,
        Column("city", _TEXT, "City of the seat."),
        Column("known_since", _TIMESTAMP, "First fact about the organization.", "UTC"),
    ),
    open=True,
)

ACCOUNT_CONTACTS = Contract(
    "account_contacts",
    "one role of one person at one organization",
    ("account_key", "party_key", "role", "started_on"),
    (
        ACCOUNT_KEY,
        PARTY_KEY,
        SOURCE,
        Column("role", _TEXT, "initiator, user, influencer, decider, buyer, approver or gatekeeper; empty if unknown."),
        Column("title", _TEXT, "Title in the organization.", "", DataClass.QUASI_IDENTIFIER),
        Column("started_on", _DATE, "First day in the role."),
        Column("ended_on", _DATE, "Last day in the role."),
    ),
    open=True,
)

SUBSCRIPTIONS = Contract(
    "subscriptions",
    "one contract or subscription",
    ("source", "subscription_id"),
    (
        SOURCE,
        Column("subscription_id", _TEXT, "Number of the contract.", required=True),
        PARTY_KEY,
        Column("user_key", _TEXT, "Party key of who uses it, where another pays.", "", DataClass.PERSONAL),
        Column("product_id", _TEXT, "Product as the source numbers it."),
        Column("plan", _TEXT, "Plan or tariff."),
        Column("started_on", _DATE, "First day.", required=True),
        Column("ended_on", _DATE, "Last day; empty while it runs."),
        Column("renews_on", _DATE, "Day of the next renewal."),
        Column("term_months", _INTEGER, "Length of one term.", "months"),
        Column("amount", _DECIMAL, "Price of one term.", "currency"),
        CURRENCY,
        Column("status", _TEXT, "State as the source tells it."),
    ),
    open=True,
)

OPPORTUNITIES = Contract(
    "opportunities",
    "one chance of a sale to an organization",
    ("source", "opportunity_id"),
    (
        SOURCE,
        Column("opportunity_id", _TEXT, "Number of the opportunity.", required=True),
        Column("account_key", _TEXT, "Party key of the organization; empty if not known.", "", DataClass.PERSONAL),
        Column("contact_key", _TEXT, "Party key of the person one speaks with.", "", DataClass.PERSONAL),
        Column("product_id", _TEXT, "Product as the source numbers it."),
        Column("stage", _TEXT, "Stage as the source tells it.", required=True),
        Column("outcome", _TEXT, "won, lost or open, where the source tells it apart from the stage."),
        Column("opened_on", _DATE, "First day."),
        Column("closed_on", _DATE, "Day it was won or lost."),
        Column("amount", _DECIMAL, "Value of the sale.", "currency"),
        CURRENCY,
        Column("buy_class", _TEXT, "new task, modified rebuy or straight rebuy."),
        Column("owner", _TEXT, "Who of ours works on it.", "", DataClass.PERSONAL),
    ),
    open=True,
)

LEADS = Contract(
    "leads",
    "one lead",
    ("source", "lead_id"),
    (
        SOURCE,
        Column("lead_id", _TEXT, "Number of the lead.", required=True),
        PARTY_KEY,
        Column("lead_source", _TEXT, "content, trade show, advertisement, referral, web form or another source."),
        Column("created_at", _TIMESTAMP, "When it came.", "UTC", required=True),
        Column("stage", _TEXT, "lead, marketing qualified, sales accepted, sales qualified, customer or lost."),
        Column("stage_at", _TIMESTAMP, "Since when it is in that stage.", "UTC"),
        Column("converted", _BOOLEAN, "Whether it became a customer; empty while it is open."),
        Column("closed_at", _TIMESTAMP, "When that was settled.", "UTC"),
        Column("company", _TEXT, "Organization in words."),
        Column("title", _TEXT, "Title of the person.", "", DataClass.QUASI_IDENTIFIER),
        Column("amount", _DECIMAL, "Value if won.", "currency"),
        CURRENCY,
    ),
    open=True,
)
