"""What strategy publishes."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER = ColumnType.TEXT, ColumnType.INTEGER
_SEGMENTATION = Column("segmentation", _TEXT, "Name of the segmentation.", required=True)
_SEGMENT_ID = Column("segment_id", _TEXT, "Id of the segment.", required=True)

SEGMENT_STRATEGIES = Contract(
    "segment_strategies",
    "one segment of one segmentation",
    ("segmentation", "segment_id"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("objective", _TEXT, "retain, grow, win_back or improve_service.", required=True),
        Column("headline", _TEXT, "The strategy in one sentence.", required=True),
        Column("service_tier", _TEXT, "high, middle, standard or self_service.", required=True),
        Column("review_on", ColumnType.DATE, "Day on which it is looked at again.", required=True),
        Column("document", _TEXT, "The whole strategy with its evidence, as JSON.", required=True),
    ),
)

STRATEGY_LINES = Contract(
    "strategy_lines",
    "one line of the strategy of one segment",
    ("segmentation", "segment_id", "position"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("position", _INTEGER, "Place in the strategy, the first being 0.", required=True),
        Column("part", _TEXT, "Part of the strategy, such as objective, price or move.", required=True),
        Column("user_status", _TEXT, "Whom a move is for; empty for other parts."),
        Column("text", _TEXT, "What to do, or not.", required=True),
        Column("draft", ColumnType.BOOLEAN, "Whether no figure supports it yet.", required=True),
        Column("evidence", _TEXT, "The figures behind it: table, column, value, base, as JSON.", required=True),
    ),
)
