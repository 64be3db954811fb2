"""What the kinds of customers publish."""

from __future__ import annotations

from segmentry.profiles.accounts.tables import ACCOUNT_FINDINGS
from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.canonical import CURRENCY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT = ColumnType.TEXT

KINDS_TRAITS = Contract(
    "kinds_traits",
    "one customer who pays by contract, uses what another pays, is internal, contributes or refers",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

ENGAGEMENT_TRAITS = Contract(
    "engagement_value_traits",
    "one customer with a value, referral or contribution",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

PURCHASE_ROLES = Contract(
    "purchase_roles",
    "one purchase of which buyer, payer or user are told apart",
    ("source", "purchase", "purchase_id", "user_id"),
    (
        SOURCE,
        Column("purchase", _TEXT, "order or contract.", required=True),
        Column("purchase_id", _TEXT, "Number of the order or contract.", required=True),
        Column("buyer_id", _TEXT, "Who bought.", "", DataClass.PERSONAL, required=True),
        Column("payer_id", _TEXT, "Who pays: value is the payer's.", "", DataClass.PERSONAL, required=True),
        Column("user_id", _TEXT, "Who uses it: satisfaction is the user's.", "", DataClass.PERSONAL, required=True),
        Column("began_on", ColumnType.DATE, "Day of the order, or first day of the contract."),
        Column("amount", ColumnType.DECIMAL, "Amount of the order, or of one term.", "currency"),
        CURRENCY,
    ),
)

KINDS_FINDINGS = Contract(
    "kinds_findings",
    "one thing told of contracts, ratings or referrals that cannot be so",
    ("finding", "customer_id", "given"),
    ACCOUNT_FINDINGS.columns,
)
