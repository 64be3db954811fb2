"""What accounts publish: groups, roles, coverage, opportunities, spellings, and what cannot be as it was told."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.canonical import CURRENCY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_BOOLEAN, _DATE, _TIMESTAMP = ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.TIMESTAMP
_ACCOUNT_ID = Column("account_id", _TEXT, "The organization.", "", DataClass.PERSONAL, required=True)

ACCOUNT_TRAITS = Contract(
    "account_traits", "one organization known at the as-of", ("customer_id",), (CUSTOMER_ID,), open=True
)

CONTACT_TRAITS = Contract(
    "contact_traits", "one person with a role at an organization", ("customer_id",), (CUSTOMER_ID,), open=True
)

ACCOUNT_HIERARCHY = Contract(
    "account_hierarchy",
    "one organization in its group",
    ("customer_id",),
    (
        CUSTOMER_ID,
        Column("parent_id", _TEXT, "The organization it belongs to; empty at the top.", "", DataClass.PERSONAL),
        Column("group_id", _TEXT, "The organization at the top.", "", DataClass.PERSONAL, required=True),
        Column("level", _INTEGER, "Levels below the top.", "levels", required=True),
        Column("listed", _BOOLEAN, "Whether a row describes it; no where it is only named as a parent.", required=True),
    ),
)

ACCOUNT_CONTACTS_KEYED = Contract(
    "account_contacts_keyed",
    "one role of one person at one organization, and from when to when",
    ("account_id", "customer_id", "role", "since"),
    (
        _ACCOUNT_ID,
        CUSTOMER_ID,
        Column("role", _TEXT, "initiator, user, influencer, decider, buyer, approver or gatekeeper; empty if unknown."),
        Column("since", _DATE, "First day in the role; empty where the source tells none."),
        Column("until", _DATE, "Last day in the role; empty while it lasts."),
        Column("title", _TEXT, "Title in the organization.", "", DataClass.QUASI_IDENTIFIER),
    ),
)

ACCOUNT_COVERAGE = Contract(
    "account_coverage",
    "one organization and one of the seven roles at the as-of",
    ("customer_id", "role"),
    (
        CUSTOMER_ID,
        Column("role", _TEXT, "The role.", required=True),
        Column("contacts", _INTEGER, "Persons known in the role.", "persons", required=True),
        Column(
            "silent", _INTEGER, "Of them, those without a sign for long; empty where signs are not told.", "persons"
        ),
        Column("last_sign_at", _TIMESTAMP, "Latest sign of any of them.", "UTC"),
        Column("state", _TEXT, "unknown, silent or known.", required=True),
    ),
)

OPPORTUNITY_STANDING = Contract(
    "opportunity_standing",
    "one opportunity known at the as-of",
    ("source", "opportunity_id"),
    (
        SOURCE,
        Column("opportunity_id", _TEXT, "Number of the opportunity.", required=True),
        Column("customer_id", _TEXT, "The organization; empty where none is told.", "", DataClass.PERSONAL),
        Column("product_id", _TEXT, "Product, misspellings repaired."),
        Column("stage", _TEXT, "Stage as the source tells it, misspellings repaired."),
        Column("standing", _TEXT, "won, lost or open.", required=True),
        Column("buy_class", _TEXT, "new_task, modified_rebuy or straight_rebuy, where told."),
        Column("opened_on", _DATE, "First day."),
        Column("closed_on", _DATE, "Day it was won or lost."),
        Column("days_to_close", _INTEGER, "Days between; empty where it is open or they cannot be.", "days"),
        Column("amount", ColumnType.DECIMAL, "Value of the sale.", "currency"),
        CURRENCY,
    ),
)

OPPORTUNITY_SUMMARY = Contract(
    "opportunity_summary",
    "opportunities of one kind at the as-of",
    ("dimension", "value"),
    (
        Column("dimension", _TEXT, "all, account told, industry, product, stage or buy class.", required=True),
        Column("value", _TEXT, "The kind; (unknown) where the source tells none.", required=True),
        Column("opportunities", _INTEGER, "All of them.", "opportunities", required=True),
        Column("open", _INTEGER, "Neither won nor lost yet.", "opportunities", required=True),
        Column("won", _INTEGER, "Won.", "opportunities", required=True),
        Column("lost", _INTEGER, "Lost.", "opportunities", required=True),
        Column("win_rate", _NUMBER, "Won as a share of won and lost; empty before any was settled.", "share"),
        Column("win_rate_low", _NUMBER, "Lower end of Wilson's 95 % interval.", "share"),
        Column("win_rate_high", _NUMBER, "Upper end of Wilson's 95 % interval.", "share"),
        Column("won_amount", ColumnType.DECIMAL, "Amount of those won.", "currency"),
        Column("mean_days_to_close", _NUMBER, "Mean days from opening to settlement.", "days"),
    ),
)

SPELLING_REPAIRS = Contract(
    "spelling_repairs",
    "one name that is, or may be, another name misspelt",
    ("scope", "given", "meant"),
    (
        Column("scope", _TEXT, "Table and column.", required=True),
        Column("given", _TEXT, "The name as written.", required=True),
        Column("meant", _TEXT, "The name it stands for.", required=True),
        Column("rows", _INTEGER, "Rows with the name as written.", "rows", required=True),
        Column("meant_rows", _INTEGER, "Rows with the other name.", "rows", required=True),
        Column("decision", _TEXT, "repaired or flagged.", required=True),
        Column("reason", _TEXT, "How the names differ.", required=True),
    ),
)

ACCOUNT_FINDINGS = Contract(
    "account_findings",
    "one thing told of an organization or a contact that cannot be so, or not all of it",
    ("finding", "customer_id", "given"),
    (
        Column("finding", _TEXT, "What is wrong.", required=True),
        Column("customer_id", _TEXT, "Whom it is told of, where that is known.", "", DataClass.PERSONAL),
        Column("given", _TEXT, "What was told.", "", DataClass.PERSONAL),
        Column("rows", _INTEGER, "Rows that tell it.", "rows", required=True),
        Column("decision", _TEXT, "What was made of it.", required=True),
    ),
)
