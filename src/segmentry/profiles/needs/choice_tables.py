"""What is published of studies of choices."""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract

_TEXT, _INTEGER, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_STUDY = Column("study", _TEXT, "The study.", required=True)
_CLASS = Column("class", _TEXT, "Name of the class; empty in a row that says why nothing is told.", required=True)

CHOICE_STUDIES = Contract(
    "choice_studies",
    "one study of choices: how well its classes foretell choices that were held out",
    ("study",),
    (
        _STUDY,
        Column("respondents", _INTEGER, "Respondents who count.", "respondents", required=True),
        Column("left_out", _INTEGER, "Respondents who answered too few tasks.", "respondents", required=True),
        Column("tasks", _INTEGER, "Choices that count; of a best and a worst both.", "choices", required=True),
        Column("classes", _INTEGER, "Classes with tastes of their own; empty where nothing is told.", "classes"),
        Column("held_out", _INTEGER, "Choices held out: the last of everybody learned from.", "choices"),
        Column("hit_rate", _NUMBER, "Share of them in which the likeliest alternative was chosen.", "share"),
        Column("hit_low", _NUMBER, "Lower end of its 95 % interval.", "share"),
        Column("hit_high", _NUMBER, "Upper end.", "share"),
        Column("hit_rate_one_class", _NUMBER, "The same if everybody had the same tastes.", "share"),
        Column("hit_rate_most_chosen", _NUMBER, "The same by what others chose most often.", "share"),
        Column("hit_rate_chance", _NUMBER, "The same by drawing lots.", "share"),
        Column("reason", _TEXT, "Why so many classes, or none.", required=True),
    ),
)

CHOICE_CRITERIA = Contract(
    "choice_criteria",
    "one number of classes that was tried",
    ("study", "classes"),
    (
        _STUDY,
        Column("classes", _INTEGER, "How many.", "classes", required=True),
        Column("parameters", _INTEGER, "Parameters of the mixture.", "parameters", required=True),
        Column("log_likelihood", _NUMBER, "Of the choices.", "log-likelihood", required=True),
        Column("aic3", _NUMBER, "-2 log-likelihood + 3 parameters (Andrews & Currim 2003).", "", required=True),
        Column("bic", _NUMBER, "-2 log-likelihood + parameters ln(respondents).", "", required=True),
        Column("taken", _BOOLEAN, "Whether so many classes are told.", required=True),
    ),
)

CHOICE_CLASSES = Contract(
    "choice_classes",
    "one class of people with tastes of their own",
    ("study", "class"),
    (
        _STUDY,
        _CLASS,
        Column("number", _INTEGER, "1 for the largest.", required=True),
        Column("share", _NUMBER, "Share of the class.", "share", required=True),
        Column("respondents", _INTEGER, "Respondents who likeliest belong to it.", "respondents", required=True),
        Column("certainty", _NUMBER, "Their mean chance of belonging to it.", "probability"),
    ),
)

CHOICE_PARTS = Contract(
    "choice_parts",
    "one level of one attribute in one class",
    ("study", "class", "attribute", "level"),
    (
        _STUDY,
        _CLASS,
        Column("attribute", _TEXT, "The attribute.", required=True),
        Column("level", _TEXT, "The level; ``per 1`` for one unit more of a number.", required=True),
        Column("base", _BOOLEAN, "Whether others are held against this level.", required=True),
        Column("part_worth", _NUMBER, "Its utility beyond that of the base level, or of one unit.", "utility"),
        Column("error", _NUMBER, "Standard error.", "utility"),
        Column("low", _NUMBER, "Lower end of the 95 % interval.", "utility"),
        Column("high", _NUMBER, "Upper end.", "utility"),
        Column("lowest", _NUMBER, "Of a number, the lowest that stood to choose.", "units of the attribute"),
        Column("highest", _NUMBER, "The highest.", "units of the attribute"),
        Column(
            "importance",
            _NUMBER,
            "Range of the attribute's part-worths over the sum of ranges; empty where they do not differ from 0.",
            "share",
        ),
        Column("pay", _NUMBER, "What the class would pay for it more, in units of the price.", "units of price"),
        Column("pay_low", _NUMBER, "Lower end of its 95 % interval (Fieller 1954).", "units of price"),
        Column("pay_high", _NUMBER, "Upper end.", "units of price"),
        Column("reason", _TEXT, "Why an interval or a price cannot be told, where it cannot."),
    ),
)

CHOICE_FAULTS = Contract(
    "choice_faults",
    "one reason for which tasks of a study are left out",
    ("study", "reason"),
    (
        _STUDY,
        Column("reason", _TEXT, "Why.", required=True),
        Column("tasks", _INTEGER, "Tasks left out.", "tasks", required=True),
    ),
)
