"""What feedback publishes."""

from __future__ import annotations

from dataclasses import replace

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.canonical import SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_TIMESTAMP = ColumnType.TIMESTAMP
_FEEDBACK_ID = Column("feedback_id", _TEXT, "Number of the feedback.", required=True)
_WHO = Column("customer_id", _TEXT, "Who it is about or from, where that is known.", "", DataClass.PERSONAL)
_DIMENSION = Column("dimension", _TEXT, "everybody, a trait, a column of feedback or a segmentation.", required=True)
_VALUE = Column("value", _TEXT, "Value of it, or the segment.", required=True)
_REASON = Column("reason", _TEXT, "Why, or why nothing can be told.")

FEEDBACK_TRAITS = Contract(
    "feedback_traits", "one customer of whom any feedback is known", ("customer_id",), (CUSTOMER_ID,), open=True
)

FEEDBACK_RATINGS = Contract(
    "feedback_ratings",
    "one rating of one customer, or of nobody in particular, that is a point of its scale",
    ("record",),
    (
        Column("record", _TEXT, "Source and number of what told it.", required=True),
        _WHO,
        Column("measure", _TEXT, "nps, csat, ces or review.", required=True),
        Column("rating", _NUMBER, "The rating.", "points", required=True),
        Column("scale_low", _NUMBER, "Lowest point of the scale.", "points", required=True),
        Column("scale_high", _NUMBER, "Highest point of the scale.", "points", required=True),
        Column("at", _TIMESTAMP, "When it was given.", "UTC"),
    ),
)

FEEDBACK_SCORES = Contract(
    "feedback_scores",
    "one measure of one group over one period; the newest rating of each customer counts",
    ("measure", "dimension", "value", "period", "scale_low", "scale_high"),
    (
        Column("measure", _TEXT, "nps, csat, ces or review.", required=True),
        _DIMENSION,
        _VALUE,
        Column("period", _TEXT, "all, or a month of the workspace's zone, such as 2024-05.", required=True),
        Column("scale_low", _NUMBER, "Lowest point of the scale.", "points", required=True),
        Column("scale_high", _NUMBER, "Highest point of the scale.", "points", required=True),
        Column("answers", _INTEGER, "Ratings that count.", "ratings", required=True),
        Column("score", _NUMBER, "NPS from -100 to 100, the share satisfied, or the mean effort.", "as the unit says"),
        Column("low", _NUMBER, "Lower end of its interval.", "as the unit says"),
        Column("high", _NUMBER, "Upper end of its interval.", "as the unit says"),
        Column("unit", _TEXT, "points or share."),
        _REASON,
    ),
)

SEGMENT_SCORES = replace(
    FEEDBACK_SCORES, name="segment_scores", grain="one measure of one segment over one period; rows as feedback_scores"
)

FEEDBACK_READ = Contract(
    "feedback_read",
    "one feedback with words, as they were read",
    ("source", "feedback_id"),
    (
        SOURCE,
        _FEEDBACK_ID,
        _WHO,
        Column("given_at", _TIMESTAMP, "When it was given.", "UTC"),
        Column("language", _TEXT, "ISO 639 code; empty where the words do not tell it."),
        Column("words", _INTEGER, "Number of words.", "words", required=True),
        Column("sentiment_of_words", _NUMBER, "From -1 (blame) to 1 (praise) by English words."),
        Column("sentiment", _NUMBER, "The same joined with the rating, where one was given."),
        Column("theme", _TEXT, "Main theme."),
        _REASON,
    ),
)

FEEDBACK_LANGUAGES = Contract(
    "feedback_languages",
    "one language in which feedback is written",
    ("language",),
    (
        Column("language", _TEXT, "ISO 639 code, (unknown), or (not read) for the oldest of very many.", required=True),
        Column("texts", _INTEGER, "Texts.", "texts", required=True),
        Column("share", _NUMBER, "Share of all texts.", "share", required=True),
        Column("read", _BOOLEAN, "Whether sentiment and themes can be told of it.", required=True),
        Column("rated", _INTEGER, "Texts with sentiment of words and a rating beside it.", "texts", required=True),
        Column("agreement", _NUMBER, "Spearman's correlation of the two over them.", "correlation"),
        Column("agreement_low", _NUMBER, "Lower end of its 95 % interval.", "correlation"),
        Column("agreement_high", _NUMBER, "Upper end.", "correlation"),
    ),
)

FEEDBACK_THEMES = Contract(
    "feedback_themes",
    "one theme of English texts; one row with the reason where there are none",
    ("theme",),
    (
        Column("theme", _TEXT, "Its three strongest words; empty where there is none.", required=True),
        Column("terms", _TEXT, "The words that mark it, the strongest first."),
        Column("texts", _INTEGER, "Texts whose main theme it is.", "texts", required=True),
        Column("share", _NUMBER, "Share of texts with a theme.", "share"),
        Column("sentiment", _NUMBER, "Mean sentiment of its texts, from -1 to 1."),
        Column("stability", _NUMBER, "Mean cosine with its counterpart in other halves of the texts.", "cosine"),
        Column("stable", _BOOLEAN, "Whether the themes together are stable and beyond chance.", required=True),
        _REASON,
    ),
)

FEEDBACK_THEME_LINKS = Contract(
    "feedback_theme_links",
    "one theme in one group",
    ("theme", "dimension", "value"),
    (
        Column("theme", _TEXT, "The theme.", required=True),
        _DIMENSION,
        _VALUE,
        Column("texts", _INTEGER, "Texts of the group with a theme, the newest of each customer.", "texts"),
        Column("with_theme", _INTEGER, "Those with this main theme.", "texts"),
        Column("share", _NUMBER, "Share of them.", "share"),
        Column("low", _NUMBER, "Lower end of its interval.", "share"),
        Column("high", _NUMBER, "Upper end of its interval.", "share"),
        Column("others", _NUMBER, "Share in all other groups.", "share"),
        Column("chance", _NUMBER, "p of no difference from the others, corrected for all cells (Holm).", "probability"),
        Column("strength", _NUMBER, "Cramér's V of all themes with the dimension.", "share"),
        Column("claimed", _BOOLEAN, "Whether the group differs beyond chance.", required=True),
    ),
)

OPEN_REMARKS = Contract(
    "open_remarks",
    "one unanswered remark of sales or service, or rejected assignment, with the segment that it names",
    ("source", "feedback_id", "segment_id"),
    (
        SOURCE,
        _FEEDBACK_ID,
        Column(
            "segment_id", _TEXT, "Segment that it names, or that its customer is in; empty for none.", required=True
        ),
        Column("named", _BOOLEAN, "Whether it names the segment itself.", required=True),
        _WHO,
        Column("kind", _TEXT, "remark or rejection."),
        Column("author", _TEXT, "sales, service or customer."),
        Column("topic", _TEXT, "What it is about."),
        Column("given_at", _TIMESTAMP, "When it was given.", "UTC"),
        Column("age_days", _INTEGER, "Days it has been open; empty where it tells no time.", "days"),
        Column("overdue", _BOOLEAN, "Whether it is open for longer than agreed.", required=True),
    ),
)

SEGMENT_REMARKS = replace(
    OPEN_REMARKS,
    name="segment_remarks",
    grain="one unanswered remark in one segment that it names or whose member it is about; rows as open_remarks",
)

REMARK_ANSWERS = Contract(
    "remark_answers",
    "one answer to a remark",
    ("source", "feedback_id"),
    (
        SOURCE,
        _FEEDBACK_ID,
        Column("answered_at", _TIMESTAMP, "When it was answered.", "UTC", required=True),
        Column("answered_by", _TEXT, "Who answered.", "", DataClass.PERSONAL, True),
        Column("answer", _TEXT, "The answer.", "", DataClass.PERSONAL, True),
    ),
)

SURVEY_INVITATIONS = Contract(
    "survey_invitations",
    "one respondent who was asked to fill in one survey",
    ("survey_id", "token"),
    (
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("token", _TEXT, "What the link of the respondent carries.", "", DataClass.PERSONAL, True),
        Column("party_key", _TEXT, "Party key of the respondent.", "", DataClass.PERSONAL, True),
        Column("segment_id", _TEXT, "Segment for which the respondent was asked; empty for everybody."),
        Column("invited_at", _TIMESTAMP, "When.", "UTC", required=True),
    ),
)

SURVEY_QUESTIONS = Contract(
    "survey_questions",
    "one question of one survey that was designed here",
    ("survey_id", "question"),
    (
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("question", _TEXT, "Stable id of the question.", required=True),
        Column("text", _TEXT, "The question in words.", required=True),
        Column("kind", _TEXT, "scale, choice or text.", required=True),
        Column("measure", _TEXT, "nps, csat or ces, where it measures one."),
        Column("scale_low", _NUMBER, "Lowest point.", "points"),
        Column("scale_high", _NUMBER, "Highest point.", "points"),
    ),
)
