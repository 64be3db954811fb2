"""What value publishes on the priority of segments."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER

SEGMENT_PRIORITY = Contract(
    "segment_priority",
    "one segment of one segmentation",
    ("segmentation", "segment_id"),
    (
        Column("segmentation", _TEXT, "Name of the segmentation.", required=True),
        Column("segment_id", _TEXT, "Id of the segment.", required=True),
        Column("knocked_out", ColumnType.BOOLEAN, "Whether a knock-out of the study excludes it.", required=True),
        Column("reasons", _TEXT, "Which knock-outs, with the figures; empty where it stands.", required=True),
        Column("attractiveness", _NUMBER, "Weighted mean of its criteria: 0 worst, 1 best on all.", "score"),
        Column("strength", _NUMBER, "Weighted mean of its criteria: 0 worst, 1 best on all.", "score"),
        Column("score", _NUMBER, "Mean of both.", "score"),
        Column("cell", _TEXT, "Thirds of attractiveness and strength, such as high/medium."),
        Column("stance", _TEXT, "What the cell suggests: invest, select or harvest."),
        Column("rank", _INTEGER, "1 for the highest score; equal scores share a rank.", "rank"),
        Column("probability_first", _NUMBER, "Share of draws from the intervals in which it is first.", "probability"),
        Column("rank_low", _INTEGER, "Best rank within the interval.", "rank"),
        Column("rank_high", _INTEGER, "Worst rank within the interval.", "rank"),
        Column("tie_group", _INTEGER, "Segments of one group cannot be told from the best of it; 1 is first.", "group"),
        Column("rank_stands", ColumnType.BOOLEAN, "Whether the rank holds when any weight moves by 20 %."),
    ),
)

PRIORITY_SUMMARY = Contract(
    "priority_summary",
    "one segmentation",
    ("segmentation",),
    (
        Column("segmentation", _TEXT, "Name of the segmentation.", required=True),
        Column("document", _TEXT, "Weights, what could not be scored and why, and reversals, as JSON.", required=True),
    ),
)
