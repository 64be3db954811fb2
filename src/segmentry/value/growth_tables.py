"""What value publishes on the growth of segments."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_DECIMAL, _DATE = ColumnType.DECIMAL, ColumnType.DATE


def _part(name: str, of: str) -> tuple[Column, Column, Column]:
    return (
        Column(f"{name}_part", _NUMBER, f"Part of the change due to {of}; the three parts add up.", "currency"),
        Column(f"{name}_part_low", _NUMBER, "Lower end of its sampling interval.", "currency"),
        Column(f"{name}_part_high", _NUMBER, "Upper end of its sampling interval.", "currency"),
    )


SEGMENT_GROWTH = Contract(
    "segment_growth",
    "one segment of one segmentation, and the whole base as segment everyone of segmentation base",
    ("segmentation", "segment_id"),
    (
        Column("segmentation", _TEXT, "Name of the segmentation; base for the whole base.", required=True),
        Column("segment_id", _TEXT, "Id of the segment, its members being those of the as-of.", required=True),
        Column("before_first", _DATE, "First day of the earlier period.", required=True),
        Column("before_last", _DATE, "Last day of the earlier period.", required=True),
        Column("after_first", _DATE, "First day of the later period.", required=True),
        Column("after_last", _DATE, "Last day of the later period.", required=True),
        Column("course", _TEXT, "continuing, new, vanished or silent.", required=True),
        Column("customers_before", _INTEGER, "Members who ordered in the earlier period.", "customers", required=True),
        Column("customers_after", _INTEGER, "Members who ordered in the later period.", "customers", required=True),
        Column("orders_before", _INTEGER, "Orders placed in the earlier period.", "orders", required=True),
        Column("orders_after", _INTEGER, "Orders placed in the later period.", "orders", required=True),
        Column("revenue_before", _DECIMAL, "Net revenue of the earlier period; exact.", "currency", required=True),
        Column("revenue_after", _DECIMAL, "Net revenue of the later period; exact.", "currency", required=True),
        Column("change", _NUMBER, "Later less earlier revenue.", "currency", required=True),
        *_part("customers", "the number of buying members"),
        *_part("frequency", "orders per buying member"),
        *_part("value", "revenue per order"),
        Column("growth", _NUMBER, "Change over earlier revenue; empty where that is not above 0.", "share"),
        Column("growth_low", _NUMBER, "Lower end of its sampling interval.", "share"),
        Column("growth_high", _NUMBER, "Upper end of its sampling interval.", "share"),
        Column("growth_beyond_base", _NUMBER, "Growth less that of the whole base.", "share"),
        Column(
            "by_construction",
            ColumnType.BOOLEAN,
            "Whether the segmentation tells customers apart by when they bought, so that growth follows from its rule.",
            required=True,
        ),
        Column(
            "trend", _NUMBER, "Growth per slice of the odds that a buyer is a member; empty by construction.", "share"
        ),
        Column("trend_low", _NUMBER, "Lower end of its interval.", "share"),
        Column("trend_high", _NUMBER, "Upper end of its interval.", "share"),
        Column("emerging_niche", ColumnType.BOOLEAN, "Trend above 0, at most a tenth of the buyers at the end."),
    ),
)

GROWTH_SUMMARY = Contract(
    "growth_summary",
    "the comparison as a whole",
    (),
    (Column("document", _TEXT, "Periods compared, growth of the base, and what to mind, as JSON.", required=True),),
)
