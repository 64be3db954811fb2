"""Who the parties are: descriptions, identifiers, addresses, consents, and what passes between them."""

from __future__ import annotations

from segmentry.terms.canonical.columns import COUNTRY, CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _DECIMAL, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.BOOLEAN
_DATE, _TIMESTAMP = ColumnType.DATE, ColumnType.TIMESTAMP

CUSTOMERS = Contract(
    "customers",
    "one party as one source describes it",
    ("party_key",),
    (
        PARTY_KEY,
        SOURCE,
        Column("kind", _TEXT, "What the party is to the business.", required=True),
        Column("known_since", _TIMESTAMP, "First fact about the party.", "UTC"),
        COUNTRY,
    ),
    open=True,
)

PARTY_KINDS = Contract(
    "party_kinds",
    "one kind of one party, and from when to when",
    ("party_key", "kind"),
    (
        PARTY_KEY,
        Column("kind", _TEXT, "What the party is to the business.", required=True),
        Column("since", _TIMESTAMP, "First fact that says so; empty where the source tells no time.", "UTC"),
        Column("until", _TIMESTAMP, "When it ended; empty while it lasts.", "UTC"),
        Column("evidence", _TEXT, "Tables that say so.", required=True),
    ),
)

IDENTIFIERS = Contract(
    "identifiers",
    "one identifier of one party",
    ("party_key", "type", "value"),
    (
        PARTY_KEY,
        SOURCE,
        Column("type", _TEXT, "email, phone, card, device, cookie or another kind of identifier.", required=True),
        Column("value", _TEXT, "The identifier.", "", DataClass.PERSONAL, True),
        Column("recorded_at", _TIMESTAMP, "When it was told.", "UTC"),
    ),
)

ADDRESSES = Contract(
    "addresses",
    "one address of one party on one channel",
    ("party_key", "channel", "address"),
    (
        PARTY_KEY,
        SOURCE,
        Column("channel", _TEXT, "email, sms, post, push, phone or webhook.", required=True),
        Column("address", _TEXT, "The address as written.", "", DataClass.PERSONAL),
        Column("usable", _BOOLEAN, "Whether it works; no where it is known to bounce, empty where nothing is known."),
        Column("role", _TEXT, "home, work, billing or delivery."),
        Column("street", _TEXT, "Street and number.", "", DataClass.PERSONAL),
        Column("city", _TEXT, "City or town.", "", DataClass.QUASI_IDENTIFIER),
        Column("postcode", _TEXT, "Postal code.", "", DataClass.QUASI_IDENTIFIER),
        Column("region", _TEXT, "State, province or region.", "", DataClass.QUASI_IDENTIFIER),
        COUNTRY,
        Column("recorded_at", _TIMESTAMP, "When it was told.", "UTC"),
    ),
)

CONSENTS = Contract(
    "consents",
    "one word of a party on one purpose and channel",
    ("party_key", "purpose", "channel", "recorded_at"),
    (
        PARTY_KEY,
        SOURCE,
        Column("purpose", _TEXT, "What it is for, such as marketing.", required=True),
        Column("channel", _TEXT, "Channel it is limited to; empty for every channel."),
        Column("given", _BOOLEAN, "Yes, or no where it was refused or withdrawn.", required=True),
        Column("recorded_at", _TIMESTAMP, "When it was said.", "UTC", required=True),
        Column("lawful_basis", _TEXT, "consent, contract, legitimate interest or another basis of GDPR Art. 6."),
    ),
)

REFERRALS = Contract(
    "referrals",
    "one party brought by another",
    ("referrer_key", "party_key"),
    (
        Column("referrer_key", _TEXT, "Party key of who referred.", "", DataClass.PERSONAL, True),
        PARTY_KEY,
        SOURCE,
        Column("referred_at", _TIMESTAMP, "When.", "UTC"),
        Column("channel", _TEXT, "How."),
        Column("would_have_come", _BOOLEAN, "Whether the referred would have come anyway (Kumar's type two)."),
        Column("saved_cost", _DECIMAL, "Cost of acquisition that was saved.", "currency"),
        CURRENCY,
    ),
)

CONTRIBUTIONS = Contract(
    "contributions",
    "one contribution of a party: content, idea, application or support",
    ("source", "contribution_id"),
    (
        SOURCE,
        Column("contribution_id", _TEXT, "Number of the contribution.", required=True),
        PARTY_KEY,
        Column("contributed_at", _TIMESTAMP, "When.", "UTC"),
        Column("contribution", _TEXT, "content, idea, application or support.", required=True),
        Column("accepted", _BOOLEAN, "Whether it was taken up; what was not counts nothing."),
        Column("users_attracted", _INTEGER, "Users it brought.", "users"),
        Column("revenue_caused", _DECIMAL, "Revenue it caused.", "currency"),
        CURRENCY,
    ),
)

TECHNOLOGIES = Contract(
    "technologies",
    "one technology that a party or an organization uses",
    ("party_key", "technology"),
    (
        PARTY_KEY,
        SOURCE,
        Column("technology", _TEXT, "Device, software, application or service.", required=True),
        Column("category", _TEXT, "Kind of technology, such as device, browser, database."),
        Column("version", _TEXT, "Version."),
        Column("first_seen_on", _DATE, "First evidence."),
        Column("last_seen_on", _DATE, "Latest evidence."),
        Column("evidence", _TEXT, "Where that is known from."),
    ),
)
