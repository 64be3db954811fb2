"""What maps publish: places of customers and segments, axes, pairs of attributes, gaps."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_MAP = Column("map", _TEXT, "Name of the map: segmentation and method, such as rfm/plain.", required=True)
_X = Column("x", _NUMBER, "Place on the first axis, in its drawn unit.", required=True)
_Y = Column("y", _NUMBER, "Place on the second axis, in its drawn unit.", required=True)
_COS2 = Column("cos2", _NUMBER, "Share of its squared distance from the center that the map shows.", "share")

MAP_POINTS = Contract(
    "map_points",
    "one customer of an even sample on one map",
    ("map", "customer_id"),
    (
        _MAP,
        Column("customer_id", _TEXT, "The customer.", "", DataClass.PERSONAL, required=True),
        Column("segment_id", _TEXT, "The customer's segment.", required=True),
        _X,
        _Y,
        _COS2,
    ),
)

MAP_SEGMENTS = Contract(
    "map_segments",
    "one segment on one map",
    ("map", "segment_id"),
    (
        _MAP,
        Column("segment_id", _TEXT, "The segment.", required=True),
        _X,
        _Y,
        _COS2,
        Column("spread_x", _NUMBER, "Standard deviation of its members along the first axis."),
        Column("spread_y", _NUMBER, "Standard deviation of its members along the second axis."),
        Column("customers", _INTEGER, "Members; exact.", "customers", required=True),
        Column("value", _NUMBER, "Value over the horizon; estimated, empty where it cannot be.", "currency"),
        Column("growth", _NUMBER, "Growth of revenue; empty where it cannot be told.", "share"),
        Column("growth_by_construction", ColumnType.BOOLEAN, "Whether that growth follows from the rule of segments."),
        Column("nearest_segment", _TEXT, "The segment nearest to it over all attributes looked at."),
        Column("distance", _NUMBER, "How far that is, in standard deviations inside segments (Mahalanobis)."),
    ),
)

MAP_AXES = Contract(
    "map_axes",
    "one axis of one map",
    ("map", "axis"),
    (
        _MAP,
        Column("axis", _TEXT, "x or y.", required=True),
        Column("name", _TEXT, "What grows along it, in words.", required=True),
        Column("opposite", _TEXT, "What grows against it.", required=True),
        Column("attribute", _TEXT, "The attribute drawn, on plain maps."),
        Column("unit", _TEXT, "Unit of that attribute, or of the scores."),
        Column("scale", _TEXT, "linear, or log where ln(1 + value) is drawn, values below 0 counting as 0."),
        Column("ticks", _TEXT, "Places and labels to write on the axis, as JSON; empty on score axes.", required=True),
        Column("share", _NUMBER, "Share of variance, of separation, or between segments (plain).", "share"),
        Column("loadings", _TEXT, "Attribute to its correlation with the axis, as JSON.", required=True),
    ),
)

MAP_LEVELS = Contract(
    "map_levels",
    "one level of the trait of one correspondence map",
    ("map", "level"),
    (
        _MAP,
        Column("trait", _TEXT, "The trait.", required=True),
        Column("level", _TEXT, "The level; other for all rare ones.", required=True),
        Column("x", _NUMBER, "Place on the first axis, standard coordinates.", required=True),
        Column("y", _NUMBER, "Place on the second axis, standard coordinates.", required=True),
        _COS2,
        Column("customers", _INTEGER, "Customers with that level; exact.", "customers", required=True),
    ),
)

MAP_PAIRS = Contract(
    "map_pairs",
    "one pair of attributes and one segmentation",
    ("segmentation", "rank"),
    (
        Column("segmentation", _TEXT, "Name of the segmentation.", required=True),
        Column("rank", _INTEGER, "1 for the pair that separates the segments best.", required=True),
        Column("first", _TEXT, "The attribute that separates better alone.", required=True),
        Column("second", _TEXT, "The other one.", required=True),
        Column("separation", _NUMBER, "Share of the pair's variance between segments (Pillai).", "share"),
        Column("wilks", _NUMBER, "Share of generalized variance inside segments (Wilks).", "share"),
        Column("separation_first", _NUMBER, "Share of variance between segments of the first alone.", "share"),
        Column("separation_second", _NUMBER, "Share of variance between segments of the second alone.", "share"),
        Column("correlation", _NUMBER, "Of the two, as prepared."),
        Column("redundant", ColumnType.BOOLEAN, "Whether the two say nearly the same.", required=True),
    ),
)

MAP_GAPS = Contract(
    "map_gaps",
    "one candidate for a gap on one map",
    ("map", "place"),
    (
        _MAP,
        Column("place", _INTEGER, "Claimed gaps first, then by score.", required=True),
        _X,
        _Y,
        Column("claimed", ColumnType.BOOLEAN, "Whether it may be called a gap.", required=True),
        Column("reason", _TEXT, "Why not; empty where it is claimed.", required=True),
        Column("score", _NUMBER, "Demand density times missing supply.", "score"),
        Column("demand_mass", _NUMBER, "Share of demand there that no offer reaches.", "share"),
        Column("missing_supply", _NUMBER, "Chance that no offer reaches the place.", "probability"),
        Column("predicted_share", _NUMBER, "Share an offer there would win if closeness alone decided.", "share"),
        Column("nearest_offers", _TEXT, "Names of the nearest offers, the nearest first."),
        Column("recurrence", _NUMBER, "Share of bootstrap samples in which it is found again.", "share"),
        Column("quality", _NUMBER, "Share of squared distances that the map shows there.", "share"),
    ),
)

MAP_SUMMARY = Contract(
    "map_summary",
    "one map",
    ("map",),
    (
        _MAP,
        Column(
            "document", _TEXT, "Method, axes, variance kept, gaps, and what could not be drawn, JSON.", required=True
        ),
    ),
)
