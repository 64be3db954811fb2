"""What the psychographic module publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_SURVEY = Column("survey_id", _TEXT, "The survey.")

SURVEY_ANSWERS = Contract(
    "survey_answers",
    "one question in a customer's newest questionnaire of a survey by the as-of",
    ("customer_id", "survey_id", "question"),
    (
        CUSTOMER_ID,
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("question", _TEXT, "The question.", required=True),
        Column("answer", _TEXT, "The answer as given; empty where it was left out.", "", DataClass.PERSONAL),
        Column("score", _NUMBER, "The answer as a number, where it is one.", "points of the scale"),
    ),
)

PSYCHOGRAPHIC_TRAITS = Contract(
    "psychographic_traits",
    "one customer who answered a survey, with reliable scales and single answers",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

PSYCHOGRAPHIC_DOUBTFUL = Contract(
    "psychographic_doubtful",
    "one customer who answered a survey, with scales whose items do not agree; no discovery reads it",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)

SURVEY_SCALES = Contract(
    "survey_scales",
    "one declared scale",
    ("scale",),
    (
        Column("scale", _TEXT, "Name of the scale and of its trait.", required=True),
        _SURVEY,
        Column("facet", _TEXT, "What it is about.", required=True),
        Column("basis", _TEXT, "One of the seven bases.", required=True),
        Column("items", _INTEGER, "Questions of the scale.", "questions", required=True),
        Column("reversed_items", _INTEGER, "Those that ask the other way round.", "questions", required=True),
        Column("lowest", _NUMBER, "Lowest point.", "points", required=True),
        Column("highest", _NUMBER, "Highest point.", "points", required=True),
        Column("respondents", _INTEGER, "Respondents who answered enough items for a score.", "respondents"),
        Column("complete", _INTEGER, "Respondents looked at who answered every item.", "respondents"),
        Column("mean", _NUMBER, "Mean score of the respondents looked at.", "points"),
        Column("deviation", _NUMBER, "Standard deviation of the same.", "points"),
        Column("alpha", _NUMBER, "Cronbach's alpha.", "share"),
        Column(
            "alpha_low",
            _NUMBER,
            "Lower end of its 95 % interval (Feldt, or of any distribution where that is wider).",
            "share",
        ),
        Column("alpha_high", _NUMBER, "Upper end.", "share"),
        Column("omega", _NUMBER, "McDonald's omega of one factor.", "share"),
        Column("omega_low", _NUMBER, "Lower end of its 95 % interval (delta method).", "share"),
        Column("omega_high", _NUMBER, "Upper end.", "share"),
        Column("style_correlation", _NUMBER, "Correlation with the mean answer to all other items.", "correlation"),
        Column("verdict", _TEXT, "excellent to unreliable, single item, locked or not answered.", required=True),
        Column("offered", _BOOLEAN, "Whether discovery may use it.", required=True),
        Column("reason", _TEXT, "The verdict in words, with what to do.", required=True),
    ),
)

SURVEY_ITEMS = Contract(
    "survey_items",
    "one question of a scale or an answer that is a trait",
    ("trait", "question"),
    (
        Column("trait", _TEXT, "Name of the scale or the answer.", required=True),
        _SURVEY,
        Column("question", _TEXT, "The question.", required=True),
        Column("turned", _BOOLEAN, "Whether it asks the other way round.", required=True),
        Column("answered", _INTEGER, "Respondents with an answer.", "respondents", required=True),
        Column("unread", _INTEGER, "Answers that are neither numbers nor known words or codes.", "respondents"),
        Column("off_scale", _INTEGER, "Answers outside the scale; they count as none.", "respondents"),
        Column("mean", _NUMBER, "Mean keyed answer.", "points"),
        Column("deviation", _NUMBER, "Standard deviation of the same.", "points"),
        Column("item_total", _NUMBER, "Correlation with the sum of the other items.", "correlation"),
        Column("alpha_without", _NUMBER, "Alpha of the scale without it.", "share"),
        Column("advice", _TEXT, "What the figures suggest; empty where nothing."),
    ),
)

SURVEY_STYLE = Contract(
    "survey_style",
    "one survey with questions on a common scale: how it was answered whatever was asked",
    ("survey_id",),
    (
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("respondents", _INTEGER, "Customers who answered it.", "respondents", required=True),
        Column("questions", _INTEGER, "Questions on the common scale.", "questions", required=True),
        Column("lowest", _NUMBER, "Lowest point of that scale.", "points", required=True),
        Column("highest", _NUMBER, "Highest point.", "points", required=True),
        Column("straight_liners", _INTEGER, "Respondents with one answer to all of them; left out.", "respondents"),
        Column("mean", _NUMBER, "Mean answer.", "points"),
        Column("mean_deviation", _NUMBER, "Standard deviation of the respondents' means: yes-saying.", "points"),
        Column("extreme_share", _NUMBER, "Mean share of answers at either end.", "share"),
        Column("style_correlation", _NUMBER, "Mean correlation of a question with all others.", "correlation"),
        Column("looked_at", _INTEGER, "Respondents looked at for these figures and for factors.", "respondents"),
        Column("factors", _INTEGER, "Factors that stand out from chance (Horn 1965).", "factors"),
        Column("adequacy", _NUMBER, "Kaiser, Meyer and Olkin's measure of sampling adequacy.", "share"),
        Column("remark", _TEXT, "What keeps factors from being told, or empty."),
    ),
)

SURVEY_STRAIGHT_LINERS = Contract(
    "survey_straight_liners",
    "one customer who gave one answer to every question on a survey's common scale; none of its answers counts",
    ("survey_id", "customer_id"),
    (Column("survey_id", _TEXT, "The survey.", required=True), CUSTOMER_ID),
)

SURVEY_FACTORS = Contract(
    "survey_factors",
    "one question and one factor of its survey",
    ("survey_id", "question", "factor"),
    (
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("question", _TEXT, "The question.", required=True),
        Column("factor", _INTEGER, "Number of the factor, the one that explains most being 1.", required=True),
        Column("loading", _NUMBER, "Loading of the question on the factor.", "loading", required=True),
        Column("main", _BOOLEAN, "Whether it is the question's largest loading and at least .4.", required=True),
        Column("communality", _NUMBER, "Share of the question's variance that all factors explain.", "share"),
        Column("explained", _NUMBER, "Share of all variance that the factor explains.", "share"),
        Column("rotation", _TEXT, "How it was rotated.", required=True),
    ),
)

SURVEY_EIGENVALUES = Contract(
    "survey_eigenvalues",
    "one eigenvalue of a survey's correlations beside that of chance",
    ("survey_id", "place"),
    (
        Column("survey_id", _TEXT, "The survey.", required=True),
        Column("place", _INTEGER, "1 for the largest.", required=True),
        Column("eigenvalue", _NUMBER, "Of the correlation matrix.", "variance", required=True),
        Column("chance", _NUMBER, "95th percentile of the same over unrelated questions.", "variance", required=True),
        Column("kept", _BOOLEAN, "Whether a factor was kept for it.", required=True),
    ),
)
