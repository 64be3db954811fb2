"""What discovery publishes: segmentations, their segments and who belongs where."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER = ColumnType.TEXT, ColumnType.INTEGER
_CUSTOMER_ID = Column("customer_id", _TEXT, "The customer.", "", DataClass.PERSONAL, required=True)
_SEGMENTATION = Column("segmentation", _TEXT, "Name of the segmentation, such as rfm or lifecycle.", required=True)
_SEGMENT_ID = Column("segment_id", _TEXT, "Id of the segment within its segmentation.", required=True)

RFM_SCORES = Contract(
    "rfm_scores",
    "one customer who has placed an order by the as-of",
    ("customer_id",),
    (
        _CUSTOMER_ID,
        Column("recency_score", _INTEGER, "5 bought most recently, 1 longest ago; equal days share a score.", "score"),
        Column("frequency_score", _INTEGER, "5 most purchase days; equal counts share a score.", "score"),
        Column("monetary_score", _INTEGER, "5 most net spend; equal amounts share a score.", "score"),
        Column("nested_frequency_score", _INTEGER, "Frequency score inside the recency score.", "score"),
        Column("nested_monetary_score", _INTEGER, "Monetary score inside both scores before.", "score"),
        Column("rfm", _TEXT, "The three independent scores, side by side."),
        Column("rfm_nested", _TEXT, "The three nested scores, side by side."),
    ),
)

SEGMENTATION_MEMBERS = Contract(
    "segmentation_members",
    "one customer's place in one segmentation",
    ("segmentation", "customer_id"),
    (_SEGMENTATION, _CUSTOMER_ID, _SEGMENT_ID),
)

SEGMENTATION_SEGMENTS = Contract(
    "segmentation_segments",
    "one segment of one segmentation",
    ("segmentation", "segment_id"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("name", _TEXT, "Name for people.", required=True),
        Column("rule", _TEXT, "The rule in words.", required=True),
        Column("description", _TEXT, "What its members did, with figures.", required=True),
        Column("position", _INTEGER, "Place in listings, the first being 0.", required=True),
        Column("customers", _INTEGER, "Members at the as-of; exact.", "customers", required=True),
    ),
)
