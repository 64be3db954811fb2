"""What the needs module publishes."""

from __future__ import annotations

from segmentry.profiles.needs.choice_tables import (
    CHOICE_CLASSES,
    CHOICE_CRITERIA,
    CHOICE_FAULTS,
    CHOICE_PARTS,
    CHOICE_STUDIES,
)
from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_SEGMENT = (
    Column("segmentation", _TEXT, "The segmentation; base for everybody.", required=True),
    Column("segment_id", _TEXT, "The segment; everybody for the whole base.", required=True),
)

NEEDS_TRAITS = Contract(
    "needs_traits", "one customer who answered a survey of needs", ("customer_id",), (CUSTOMER_ID,), open=True
)

NEED_SCORES = Contract(
    "need_scores",
    "one need in one segment",
    ("segmentation", "segment_id", "need"),
    (
        *_SEGMENT,
        Column("need", _TEXT, "Name of the need.", required=True),
        Column("kind", _TEXT, "functional, emotional, social or psychological.", required=True),
        Column("respondents", _INTEGER, "Members who rated importance or satisfaction.", "respondents", required=True),
        Column("importance", _NUMBER, "Ten times the share who call it important.", "points of 10"),
        Column("satisfaction", _NUMBER, "Ten times the share who are satisfied.", "points of 10"),
        Column("opportunity", _NUMBER, "Importance and what satisfaction lacks of it (Ulwick 2005).", "points of 20"),
        Column("low", _NUMBER, "Lower end of its 95 % interval.", "points of 20"),
        Column("high", _NUMBER, "Upper end.", "points of 20"),
        Column("band", _TEXT, "served, underserved, strong or extreme."),
        Column("sure", _BOOLEAN, "Whether the whole interval lies in underserved bands."),
        Column("reason", _TEXT, "Why no score can be told, where none is."),
    ),
)

NEED_KANO = Contract(
    "need_kano",
    "one attribute in one segment",
    ("segmentation", "segment_id", "attribute"),
    (
        *_SEGMENT,
        Column("attribute", _TEXT, "Name of the attribute.", required=True),
        Column("respondents", _INTEGER, "Members with a pair of answers.", "respondents", required=True),
        Column("category", _TEXT, "must_be, one_dimensional, attractive or indifferent."),
        Column("clear", _BOOLEAN, "Whether it leads the next category beyond chance (sign test)."),
        *(
            Column(name, _INTEGER, f"Answers of the kind {name.replace('_', ' ')}.", "respondents")
            for name in ("must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable")
        ),
        Column("better", _NUMBER, "How much satisfaction rises if it is there.", "share"),
        Column("worse", _NUMBER, "How much it falls if it is not, as a negative share.", "share"),
    ),
)

BENEFIT_CLASSES = Contract(
    "benefit_classes",
    "one answer to one question in one class of benefits sought",
    ("benefits", "class", "question", "answer"),
    (
        Column("benefits", _TEXT, "Name of the set of questions, and of its trait.", required=True),
        Column("class", _TEXT, "Name of the class.", required=True),
        Column("question", _TEXT, "The question; empty in a row that says why there are no classes.", required=True),
        Column("answer", _TEXT, "The answer.", required=True),
        Column("chance", _NUMBER, "Chance of the answer in the class.", "probability"),
        Column("base", _NUMBER, "Share of it among all who answered.", "share"),
        Column("size", _NUMBER, "Share of the class.", "share"),
        Column("respondents", _INTEGER, "Respondents from whom the classes come.", "respondents", required=True),
        Column("certainty", _NUMBER, "How surely respondents are told apart, 0 to 1.", "share"),
        Column("reason", _TEXT, "Why so many classes, or none.", required=True),
    ),
)

NEED_DRIVERS = Contract(
    "need_drivers",
    "one driver of one outcome in one segment",
    ("segmentation", "segment_id", "model", "driver"),
    (
        *_SEGMENT,
        Column("model", _TEXT, "Name of the set of drivers.", required=True),
        Column("outcome", _TEXT, "What they go with.", required=True),
        Column("kind", _TEXT, "purchase, loyalty or satisfaction.", required=True),
        Column("driver", _TEXT, "The question or trait.", required=True),
        Column("share", _NUMBER, "Its part of the explained variance of the outcome (Shapley).", "share"),
        Column("low", _NUMBER, "Lower end of the 95 % interval.", "share"),
        Column("high", _NUMBER, "Upper end.", "share"),
        Column("relative", _NUMBER, "The same as a share of all that is explained.", "share"),
        Column("chance", _NUMBER, "Largest share of any driver where the outcome is shuffled, in 95 of 100.", "share"),
        Column("beyond_chance", _BOOLEAN, "Whether the share is larger."),
        Column("correlation", _NUMBER, "Correlation with the outcome.", "correlation"),
        Column("claim", _TEXT, "association, or cause where it was assigned at random.", required=True),
        Column("explained", _NUMBER, "Variance of the outcome that all drivers explain.", "share"),
        Column("adjusted", _NUMBER, "The same corrected for their number.", "share"),
        Column("respondents", _INTEGER, "Respondents without a gap.", "respondents"),
        Column("reason", _TEXT, "Why nothing can be told, where nothing is."),
    ),
)

__all__ = [
    "BENEFIT_CLASSES",
    "CHOICE_CLASSES",
    "CHOICE_CRITERIA",
    "CHOICE_FAULTS",
    "CHOICE_PARTS",
    "CHOICE_STUDIES",
    "NEEDS_TRAITS",
    "NEED_DRIVERS",
    "NEED_KANO",
    "NEED_SCORES",
]
