"""What customers said and asked: service, surveys, choices, feedback, and what answering costs."""

from __future__ import annotations

from segmentry.terms.canonical.columns import CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _DECIMAL, _NUMBER, _TIMESTAMP = ColumnType.TEXT, ColumnType.DECIMAL, ColumnType.NUMBER, ColumnType.TIMESTAMP
_BOOLEAN = ColumnType.BOOLEAN

SERVICE_CONTACTS = Contract(
    "service_contacts",
    "one contact of a customer with service",
    ("source", "contact_id"),
    (
        SOURCE,
        Column("contact_id", _TEXT, "Number of the contact.", required=True),
        PARTY_KEY,
        Column("contacted_at", _TIMESTAMP, "When the customer made contact.", "UTC", required=True),
        Column("channel", _TEXT, "Telephone, mail, chat, store."),
        Column("topic", _TEXT, "What it was about."),
        Column("handling_minutes", _NUMBER, "Working time spent.", "minutes"),
        Column("waiting_minutes", _NUMBER, "Time the customer waited.", "minutes"),
    ),
)

ACTIVITIES = Contract(
    "activities",
    "one activity that costs money to serve customers",
    ("activity",),
    (
        Column("activity", _TEXT, "Name, such as order handling or telephone service.", required=True),
        Column("driver", _TEXT, "What sets it off: order, order_line, return, service_contact.", required=True),
        Column("minutes", _NUMBER, "Working minutes for one event of the driver.", "minutes", required=True),
        Column(
            "cost_rate", _DECIMAL, "Cost of one minute at practical capacity.", "currency per minute", required=True
        ),
        Column("capacity_minutes", _NUMBER, "Practical capacity supplied in the period.", "minutes"),
        CURRENCY,
    ),
)

SURVEY_RESPONSES = Contract(
    "survey_responses",
    "one answer of one respondent to one question",
    ("source", "survey_id", "response_id", "question"),
    (
        SOURCE,
        Column("survey_id", _TEXT, "The survey or the interview guide.", required=True),
        Column("response_id", _TEXT, "One filled questionnaire.", required=True),
        PARTY_KEY,
        Column("question", _TEXT, "The question or the code of a theme.", required=True),
        Column("answer", _TEXT, "The answer as given; empty where it was left out.", "", DataClass.PERSONAL),
        Column("score", _NUMBER, "The answer as a number, where it is one.", "points of the scale"),
        Column("answered_at", _TIMESTAMP, "When it was answered.", "UTC"),
    ),
)

CHOICES = Contract(
    "choices",
    "one alternative of one task of one respondent; its attributes stand in further columns",
    ("source", "survey_id", "party_key", "task_id", "alternative_id"),
    (
        SOURCE,
        Column("survey_id", _TEXT, "The study.", required=True),
        PARTY_KEY,
        Column("task_id", _TEXT, "One question of the study: a set of alternatives.", required=True),
        Column("alternative_id", _TEXT, "The alternative; of a set of items, the item.", required=True),
        Column("chosen", _BOOLEAN, "Whether it was chosen; of a set of items, as the best.", required=True),
        Column("worst", _BOOLEAN, "Whether it was named as the worst; empty where nobody was asked that."),
        Column("answered_at", _TIMESTAMP, "When it was answered.", "UTC"),
    ),
    open=True,
)

FEEDBACK = Contract(
    "feedback",
    "one review, rating, comment or remark",
    ("source", "feedback_id"),
    (
        SOURCE,
        Column("feedback_id", _TEXT, "Number of the feedback.", required=True),
        Column("party_key", _TEXT, "Who it is about or from, where that is known.", "", DataClass.PERSONAL),
        Column("given_at", _TIMESTAMP, "When it was given.", "UTC"),
        Column("kind", _TEXT, "nps, csat, ces, review, comment, remark or rejection."),
        Column("author", _TEXT, "customer, sales or service."),
        Column("rating", _NUMBER, "The rating.", "points of its scale"),
        Column("scale_low", _NUMBER, "Lowest rating of the scale.", "points"),
        Column("scale_high", _NUMBER, "Highest rating of the scale.", "points"),
        Column("text", _TEXT, "The words.", "", DataClass.PERSONAL),
        Column("language", _TEXT, "ISO 639 code of the words."),
        Column("topic", _TEXT, "What it is about."),
        Column("product_id", _TEXT, "Product as the source numbers it."),
    ),
    open=True,
)
