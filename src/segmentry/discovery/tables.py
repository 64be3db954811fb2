"""What discovery publishes: segmentations, their segments and who belongs where."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
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

STUDIES = Contract(
    "studies",
    "one study in one form; a changed study is another row",
    ("study", "recorded_at"),
    (
        Column("study", _TEXT, "Id of the study, and name of the segmentation it leads to.", required=True),
        Column("recorded_at", ColumnType.TIMESTAMP, "When it was recorded: before extraction.", "UTC", required=True),
        Column("document", _TEXT, "Objective, decision, knock-outs, weights and costs, as JSON.", required=True),
    ),
)

SEGMENT_SOLUTIONS = Contract(
    "segment_solutions",
    "one criterion of one number of segments",
    ("segmentation", "k", "criterion"),
    (
        _SEGMENTATION,
        Column("k", _INTEGER, "Number of segments.", "segments", required=True),
        Column("criterion", _TEXT, "What was measured.", required=True),
        Column("value", _NUMBER, "Its value; empty where it cannot be given."),
        Column("low", _NUMBER, "Lower quartile over bootstrap pairs, where there are any."),
        Column("high", _NUMBER, "Upper quartile over bootstrap pairs, where there are any."),
        Column(
            "chosen", ColumnType.BOOLEAN, "Whether the criterion by itself would choose this number.", required=True
        ),
    ),
)

SEGMENT_STABILITY = Contract(
    "segment_stability",
    "one bootstrap pair of one number of segments, or of one of its segments",
    ("segmentation", "k", "measure", "place", "pair"),
    (
        _SEGMENTATION,
        Column("k", _INTEGER, "Number of segments.", "segments", required=True),
        Column("measure", _TEXT, "adjusted_rand (global), slsw or slsa.", required=True),
        Column("place", _INTEGER, "Place of the segment in its solution; -1 for the whole solution.", required=True),
        Column("pair", _INTEGER, "Number of the bootstrap pair; -1 where there is none.", required=True),
        Column("value", _NUMBER, "The value.", required=True),
        Column("from_place", _INTEGER, "For slsa: place of the segment most of its members come from."),
    ),
)

SEGMENT_GORGE = Contract(
    "segment_gorge",
    "one bar of the gorge plot of a segment",
    ("segmentation", "segment_id", "similarity"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("similarity", _NUMBER, "Lower edge of the bar.", required=True),
        Column(
            "customers", _INTEGER, "Customers of the sample whose similarity to the segment lies in it.", required=True
        ),
    ),
)

SEGMENT_PROFILES = Contract(
    "segment_profiles",
    "one variable of one segment",
    ("segmentation", "segment_id", "variable"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("variable", _TEXT, "Name of the trait.", required=True),
        Column("role", _TEXT, "segmentation (made the segments) or descriptor (did not).", required=True),
        Column("position", _INTEGER, "Place in the picture: like variables stand together.", required=True),
        Column("mean", _NUMBER, "Mean of its members in the sample; of the segment's typical values.", "the trait's"),
        Column("median", _NUMBER, "Median of its members in the sample.", "the trait's"),
        Column("base_mean", _NUMBER, "Mean of the base in the sample.", "the trait's"),
        Column("base_median", _NUMBER, "Median of the base in the sample.", "the trait's"),
        Column("difference", _NUMBER, "Distance of the means, as prepared, in standard deviations of the base."),
        Column("marker", ColumnType.BOOLEAN, "Whether it marks the segment.", required=True),
    ),
)

SEGMENT_DESCRIPTORS = Contract(
    "segment_descriptors",
    "one descriptor of one segmentation",
    ("segmentation", "variable"),
    (
        _SEGMENTATION,
        Column("variable", _TEXT, "Trait that did not make the segments.", required=True),
        Column("effect", _TEXT, "eta_squared (of ranks) or cramers_v.", required=True),
        Column("size", _NUMBER, "Effect size, 0 to 1; estimated from the sample.", required=True),
        Column("p", _NUMBER, "Probability under no relation (Kruskal-Wallis or chi-squared).", required=True),
        Column("p_corrected", _NUMBER, "The same, corrected for the number of tests (Holm).", required=True),
        Column("customers", _INTEGER, "Customers of the sample with a known value.", "customers", required=True),
    ),
)

SEGMENT_TYPING = Contract(
    "segment_typing",
    "the typing rule of one segment",
    ("segmentation", "segment_id"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("definition", _TEXT, "The rule in the language of definitions.", required=True),
        Column("tree", _TEXT, "The same as JSON.", required=True),
        Column("precision", _NUMBER, "Share of those typed so who belong to the segment; cross-validated.", "share"),
        Column("recall", _NUMBER, "Share of the segment that is typed so; cross-validated.", "share"),
    ),
)

SEGMENT_GATE = Contract(
    "segment_gate",
    "one criterion of quality of one segment",
    ("segmentation", "segment_id", "criterion"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column(
            "criterion", _TEXT, "measurable, substantial, reachable, distinct, actionable or stable.", required=True
        ),
        Column("verdict", _TEXT, "passed, failed or unproven.", required=True),
        Column("value", _NUMBER, "The number behind it; empty where unproven."),
        Column("wanted", _NUMBER, "What it takes to pass."),
        Column("text", _TEXT, "What was measured, or why nothing could be.", required=True),
    ),
)

SEGMENT_GUARD = Contract(
    "segment_guard",
    "one segment against its nearest neighbor",
    ("segmentation", "segment_id"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("neighbor", _TEXT, "The segment it would be merged into.", required=True),
        Column("cost", _NUMBER, "Cost of treating it apart over the horizon, as declared.", "currency"),
        Column("break_even_lift", _NUMBER, "Rise of its value from which the cost pays.", "share"),
        Column("detectable_lift", _NUMBER, "Smallest rise a test with half as holdout finds (80 % power).", "share"),
        Column("largest_difference", _NUMBER, "Largest difference from the neighbor in what matters.", "deviations"),
        Column("verdict", _TEXT, "keep, niche, unproven or merge.", required=True),
        Column("text", _TEXT, "The verdict in words.", required=True),
    ),
)

SEGMENT_REGISTRY = Contract(
    "segment_registry",
    "one segment that was ever found",
    ("segmentation", "segment_id"),
    (
        _SEGMENTATION,
        _SEGMENT_ID,
        Column("name", _TEXT, "Name, kept for life.", required=True),
        Column("first_as_of", ColumnType.TIMESTAMP, "As-of at which it was found first.", "UTC", required=True),
        Column("last_as_of", ColumnType.TIMESTAMP, "As-of at which it was found last.", "UTC", required=True),
        Column("alive", ColumnType.BOOLEAN, "Whether it is part of the present solution.", required=True),
        Column("event", _TEXT, "survived, split, merged, emerged or disappeared at the last fit.", required=True),
        Column("origins", _TEXT, "Ids it came from, or went to, joined by commas."),
        Column("overlap", _NUMBER, "Jaccard similarity with itself before; the share explained for others."),
        Column("center", _TEXT, "Its center in original units, as JSON.", required=True),
    ),
)

SEGMENTATION_MODELS = Contract(
    "segmentation_models",
    "one found segmentation",
    ("segmentation",),
    (
        _SEGMENTATION,
        Column("document", _TEXT, "Preparation, centers and everything needed to type a new customer.", required=True),
        Column("summary", _TEXT, "Verdict, number of segments and what the criteria say, as JSON.", required=True),
    ),
)
