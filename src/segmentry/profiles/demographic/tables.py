"""What the demographic basis publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract

DEMOGRAPHIC_TRAITS = Contract(
    "demographic_traits",
    "one customer of whom anything demographic was told",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

DEMOGRAPHIC_UNREAD = Contract(
    "demographic_unread",
    "one told value that could not be read",
    ("told", "value"),
    (
        Column("told", ColumnType.TEXT, "What the column tells, such as age.", required=True),
        Column("column_name", ColumnType.TEXT, "The column.", required=True),
        Column("value", ColumnType.TEXT, "The value as the source tells it.", required=True),
        Column("customers", ColumnType.INTEGER, "Parties of whom it is told.", "customers", required=True),
        Column("reason", ColumnType.TEXT, "Why it could not be read.", required=True),
    ),
)
