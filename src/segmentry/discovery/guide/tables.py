"""What the guided study keeps on record."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _TIMESTAMP = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.TIMESTAMP
_STUDY = Column("study", _TEXT, "Id of the study.", required=True)
_AS_OF = Column("as_of", _TIMESTAMP, "Instant for which it holds.", "UTC", required=True)
_RECORDED = Column("recorded_at", _TIMESTAMP, "When it was recorded.", "UTC", required=True)
_STATEMENT = Column("statement", _TEXT, "The assumption in words that can be tested.", required=True)

STUDY_ASSUMPTIONS = Contract(
    "study_assumptions",
    "one assumption of a team, as stated",
    ("study", "statement"),
    (_STUDY, _STATEMENT, Column("owner", _TEXT, "Who stated it.", "", DataClass.PERSONAL), _RECORDED),
)

STUDY_VERDICTS = Contract(
    "study_verdicts",
    "one test of one assumption; every test stays on record",
    ("study", "statement", "recorded_at"),
    (
        _STUDY,
        _STATEMENT,
        _AS_OF,
        _RECORDED,
        Column("verdict", _TEXT, "supported, contradicted or open.", required=True),
        Column("estimate", _NUMBER, "What was measured; empty where nothing could be.", "see unit"),
        Column("low", _NUMBER, "Lower end of its 95 % interval.", "see unit"),
        Column("high", _NUMBER, "Upper end.", "see unit"),
        Column("unit", _TEXT, "Unit of the three."),
        Column("p", _NUMBER, "Probability of such data by chance, two-sided."),
        Column("p_corrected", _NUMBER, "The same, corrected for all assumptions tested together (Holm)."),
        Column("tests", _INTEGER, "Assumptions tested together.", "assumptions", required=True),
        Column("method", _TEXT, "Name of the test."),
        Column("customers", _INTEGER, "Customers it rests on.", "customers"),
        Column("reason", _TEXT, "Why nothing could be tested; empty where something was."),
    ),
)

STUDY_VERSIONS = Contract(
    "study_versions",
    "one segment of one version of a study",
    ("study", "as_of", "segment_id"),
    (
        _STUDY,
        _AS_OF,
        _RECORDED,
        Column("segment_id", _TEXT, "Id of the segment.", required=True),
        Column("name", _TEXT, "Its name.", required=True),
        Column("customers", _INTEGER, "Members.", "customers", required=True),
        Column("value", _NUMBER, "Expected value of all members over the horizon; empty where unknown.", "currency"),
        Column("slsw", _NUMBER, "How well it is found again; empty where it was not measured.", "Jaccard"),
        Column("verdict", _TEXT, "Verdict on the structure of the version.", required=True),
        Column("variables", _TEXT, "Traits that made it, as JSON.", required=True),
    ),
)

STUDY_MEMBERS = Contract(
    "study_members",
    "one customer's place in one version of a study",
    ("study", "as_of", "customer_id"),
    (
        _STUDY,
        _AS_OF,
        Column("customer_id", _TEXT, "The customer.", "", DataClass.PERSONAL, required=True),
        Column("segment_id", _TEXT, "Id of the segment.", required=True),
    ),
)

STUDY_BASES = Contract(
    "study_bases",
    "what one basis explains of a study's outcome",
    ("study", "as_of", "basis"),
    (
        _STUDY,
        _AS_OF,
        _RECORDED,
        Column("basis", _TEXT, "The basis.", required=True),
        Column("position", _INTEGER, "Place in the order of nesting, the outermost being 0.", required=True),
        Column("measure", _TEXT, "The outcome.", required=True),
        Column("traits", _INTEGER, "Traits it was given.", "traits", required=True),
        Column("verdict", _TEXT, "adds, shared, adds_nothing or open.", required=True),
        *(
            Column(f"{name}{end}", _NUMBER, f"{words}{text}, out of sample.", "share of variance")
            for name, words in (
                ("alone", "Explained by it alone"),
                ("share", "Shapley share of what all explain"),
                ("beyond", "Added to all others"),
                ("nested", "Added to those outside it"),
            )
            for end, text in (("", ""), ("_low", ", lower end"), ("_high", ", upper end"))
        ),
    ),
)

STUDY_QUESTIONS = Contract(
    "study_questions",
    "the weight of one golden question for one segment; position 0 is the segment's constant",
    ("study", "segment_id", "position"),
    (
        _STUDY,
        _AS_OF,
        Column("segment_id", _TEXT, "Id of the segment.", required=True),
        Column("position", _INTEGER, "Place in the order of asking, from 1 on; 0 for the constant.", required=True),
        Column("survey_id", _TEXT, "The survey the question is from; empty for the constant."),
        Column("question", _TEXT, "The question; empty for the constant."),
        Column("weight", _NUMBER, "Added for each point of the answer; the segment of the largest sum is named."),
        Column("usual_answer", _NUMBER, "Mean answer, which stands in for a missing one.", "points"),
    ),
)
