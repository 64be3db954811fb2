"""Columns that several canonical tables share."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType
from segmentry.terms.vocabulary import DataClass

_TEXT = ColumnType.TEXT

PARTY_KEY = Column(
    "party_key", _TEXT, "Source and native id of the party, as it arrived; immutable.", "", DataClass.PERSONAL, True
)
ACCOUNT_KEY = Column("account_key", _TEXT, "Party key of the organization.", "", DataClass.PERSONAL, True)
SOURCE = Column("source", _TEXT, "Name of the source that told it.", required=True)
CURRENCY = Column("currency", _TEXT, "ISO 4217 code of every amount in the row.")
COUNTRY = Column("country", _TEXT, "Country as the source spells it.", "", DataClass.QUASI_IDENTIFIER)
