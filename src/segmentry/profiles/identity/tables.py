"""What identity publishes beside `identity` itself: its past, its reasons, its doubts."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _TIMESTAMP = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.TIMESTAMP
_PERSONAL = DataClass.PERSONAL

_PARTY = Column("party_key", _TEXT, "Source and native id.", "", _PERSONAL, required=True)
_RECORDED = Column("recorded_at", _TIMESTAMP, "When it was recorded.", "UTC", required=True)

IDENTITY_HISTORY = Contract(
    "identity_history",
    "one statement to which customer a party belongs; holds until the next statement about the party",
    ("party_key", "recorded_at"),
    (_PARTY, CUSTOMER_ID, Column("valid_from", _TIMESTAMP, "First fact about the party.", "UTC"), _RECORDED),
)

IDENTITY_ALIASES = Contract(
    "identity_aliases",
    "one customer id that was given up in a merge, and the customer who stands for it today",
    ("alias",),
    (
        Column("alias", _TEXT, "The id given up; never given to anybody else.", "", _PERSONAL, required=True),
        CUSTOMER_ID,
        _RECORDED,
    ),
)

IDENTITY_DECISIONS = Contract(
    "identity_decisions",
    "one party whose customer changed, with the reason; never rewritten",
    ("party_key", "recorded_at"),
    (
        _PARTY,
        Column("decision", _TEXT, "merged, unmerged, or moved from one customer to another.", required=True),
        Column("from_customer_id", _TEXT, "Customer it belonged to; empty for a newcomer.", "", _PERSONAL),
        CUSTOMER_ID,
        Column("because", _TEXT, "The evidence, or what was ruled and why.", "", _PERSONAL, required=True),
        Column("decided_by", _TEXT, "key, linkage, person or data.", required=True),
        Column("probability", _NUMBER, "Probability of the link, where it was estimated."),
        _RECORDED,
    ),
)

IDENTITY_RULINGS = Contract(
    "identity_rulings",
    "one party named in one ruling of a person; never rewritten",
    ("ruling_id", "party_key"),
    (
        Column("ruling_id", _TEXT, "Number of the ruling.", required=True),
        Column("ruling", _TEXT, "merge, keep_apart or unmerge.", required=True),
        _PARTY,
        Column("side", _INTEGER, "Which of those ruled about; parties of a side belong together.", required=True),
        CUSTOMER_ID,
        Column("because", _TEXT, "Why, in the words of who ruled.", "", _PERSONAL, required=True),
        _RECORDED,
    ),
)

IDENTITY_CLUSTERS = Contract(
    "identity_clusters",
    "one customer made of several parties, and how well they hang together",
    ("customer_id",),
    (
        CUSTOMER_ID,
        Column("parties", _INTEGER, "Parties.", "parties", required=True),
        Column("links", _INTEGER, "Pairs of them that are linked directly.", "links", required=True),
        Column("weakest_link", _NUMBER, "Smallest probability among the links that hold it together.", required=True),
        Column("density", _NUMBER, "Links over the pairs there could be.", required=True),
        Column(
            "expected_precision",
            _NUMBER,
            "Mean probability of its links by linkage, an estimate of the model; empty where it has none.",
            "share",
        ),
        Column("evidence", _TEXT, "Kinds of links, in alphabetical order.", required=True),
    ),
)

IDENTITY_REVIEW = Contract(
    "identity_review",
    "one pair of parties that may be one customer and was not merged",
    ("left_party", "right_party"),
    (
        Column("left_party", _TEXT, "Party key, the smaller of the two.", "", _PERSONAL, required=True),
        Column("right_party", _TEXT, "Party key, the larger of the two.", "", _PERSONAL, required=True),
        Column(
            "probability",
            _NUMBER,
            "Probability that they are one, 1 for an exact key; of organizations how alike they are.",
            required=True,
        ),
        Column("evidence", _TEXT, "What speaks for it.", required=True),
        Column("doubt", _TEXT, "Why it was not merged.", required=True),
    ),
)
