"""What the geographic basis publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER

GEOGRAPHIC_TRAITS = Contract(
    "geographic_traits",
    "one customer of whom any place was told",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

PLACES_UNREAD = Contract(
    "places_unread",
    "one told place that is not known",
    ("country", "city"),
    (
        Column("country", _TEXT, "Country as the source tells it."),
        Column("city", _TEXT, "City as the source tells it; empty where the country is not known."),
        Column("customers", _INTEGER, "Customers who are there.", "customers", required=True),
        Column("reason", _TEXT, "Why nothing is derived from it.", required=True),
    ),
)

REGIONAL_PREFERENCES = Contract(
    "regional_preferences",
    "one area and one category or product",
    ("area", "item"),
    (
        Column("area", _TEXT, "Country of the buyers.", required=True),
        Column("item", _TEXT, "Category, or product where no category is told.", required=True),
        Column("customers", _INTEGER, "Buyers of it in the area.", "customers", required=True),
        Column("share", _NUMBER, "Its share of what the area buys; empty where it is kept back.", "share"),
        Column(
            "base_share",
            _NUMBER,
            "Its share of what everybody buys; empty where it would tell what is kept back.",
            "share",
        ),
        Column("preference_index", _NUMBER, "100 times share over base share; empty where it is kept back.", "index"),
        Column("index_low", _NUMBER, "Lower end of its 95 % interval (buyers of the area drawn anew).", "index"),
        Column("index_high", _NUMBER, "Upper end.", "index"),
        Column("reason", _TEXT, "Why anything is kept back."),
    ),
)
