"""What leads publish."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _NUMBER, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN
_REASON = Column("reason", _TEXT, "Why, or why nothing can be told.")
_LOW = Column("low", _NUMBER, "Lower end of its interval.", "share")
_HIGH = Column("high", _NUMBER, "Upper end of its interval.", "share")

LEAD_TRAITS = Contract(
    "lead_traits", "one customer with a lead; the newest open lead, else the newest", ("customer_id",), (CUSTOMER_ID,),
    open=True,
)  # fmt: skip

LEAD_FACTS = Contract(
    "lead_facts",
    "one lead with what it tells, what became of it by the as-of, and what its organization is",
    ("lead_key",),
    (
        Column("lead_key", _TEXT, "Source and number of the lead.", required=True),
        CUSTOMER_ID,
        Column("title", _TEXT, "Title of the person.", "", DataClass.QUASI_IDENTIFIER),
        Column("account_id", _TEXT, "The organization it belongs to, where one is known.", "", DataClass.PERSONAL),
        Column("organization_since", ColumnType.TIMESTAMP, "Since when that is known; empty if nobody says.", "UTC"),
    ),
    open=True,
)

LEAD_STANDING = Contract(
    "lead_standing",
    "one lead as it stands at the as-of",
    ("lead_key",),
    (
        Column("lead_key", _TEXT, "Source and number of the lead.", required=True),
        CUSTOMER_ID,
        Column("lead_source", _TEXT, "Where it came from."),
        Column("created_at", ColumnType.TIMESTAMP, "When it came.", "UTC"),
        Column("stage", _TEXT, "lead, mql, sal, sql, won or lost; empty where it is not known."),
        Column("outcome", _INTEGER, "1 converted, 0 lost; empty while it is open."),
        Column("title_level", _TEXT, "Level of the title.", "", DataClass.QUASI_IDENTIFIER),
        Column("title_function", _TEXT, "Function of the title.", "", DataClass.QUASI_IDENTIFIER),
        Column("industry", _TEXT, "Industry of the organization."),
        Column("employees", _NUMBER, "Its staff.", "persons"),
        Column("interest", _NUMBER, "Decaying sum of what it did: now, or when a settled lead was observed.", "points"),
        Column("fit", _NUMBER, "Points of what it told.", "points"),
        Column("fit_grade", _TEXT, "A to D by quartiles of fit."),
        Column("interest_grade", _INTEGER, "1 to 4 by quartiles of interest."),
        Column("chance", _NUMBER, "Calibrated chance to convert within the horizon.", "probability"),
        Column("lead_age_days", _INTEGER, "Days since it came.", "days"),
    ),
)

LEAD_GRID = Contract(
    "lead_grid",
    "one of the sixteen cells of fit and interest",
    ("fit_grade", "interest_grade"),
    (
        Column("fit_grade", _TEXT, "A to D.", required=True),
        Column("interest_grade", _INTEGER, "1 to 4.", required=True),
        Column("leads", _INTEGER, "Leads in it.", "leads", required=True),
        Column("settled", _INTEGER, "Settled leads by which it is judged.", "leads", required=True),
        Column("conversion", _NUMBER, "Share of them that converted.", "share"),
        _LOW,
        _HIGH,
        Column("reversed", _BOOLEAN, "Whether it converts less than a worse neighbor, beyond both intervals.",
               required=True),
        _REASON,
    ),
)  # fmt: skip

LEAD_STAGES = Contract(
    "lead_stages",
    "one stage on the way from lead to customer",
    ("stage",),
    (
        Column("stage", _TEXT, "lead, mql, sal, sql, won or lost.", required=True),
        Column("here", _INTEGER, "Leads that stand in it.", "leads", required=True),
        Column("reached", _INTEGER, "Leads known to have come so far.", "leads"),
        Column("from_stage", _TEXT, "The stage before of which it is known who reached it."),
        Column("share", _NUMBER, "Share so far of those who reached that stage.", "share"),
        _LOW,
        _HIGH,
        Column("median_days", _NUMBER, "Median days from the lead to this stage, where a column tells.", "days"),
        Column("timed", _INTEGER, "Leads behind the median.", "leads"),
        _REASON,
    ),
)

LEAD_CONVERSION = Contract(
    "lead_conversion",
    "one figure of the model of conversion",
    ("figure",),
    (
        Column("figure", _TEXT, "What is told.", required=True),
        Column("value", _NUMBER, "The figure.", "as the unit says"),
        _LOW,
        _HIGH,
        Column("unit", _TEXT, "Unit of the figure."),
        _REASON,
    ),
)

LEAD_RELIABILITY = Contract(
    "lead_reliability",
    "leads that were told about the same chance, judged later",
    ("bin",),
    (
        Column("bin", _INTEGER, "Number of the bin, the lowest chance first.", required=True),
        Column("told", _NUMBER, "Mean chance told.", "probability", required=True),
        Column("came", _NUMBER, "Share that converted.", "share"),
        _LOW,
        _HIGH,
        Column("leads", _INTEGER, "Leads.", "leads", required=True),
    ),
)

LEAD_FEATURES = Contract(
    "lead_features",
    "one feature of leads that was offered to the model",
    ("feature",),
    (
        Column("feature", _TEXT, "The feature.", required=True),
        Column("basis", _TEXT, "One of the seven bases; empty where nobody says which."),
        Column("known", _TEXT, "dated: told with a date up to the lead's instant; recomputed: worked out from facts up "
               "to it; undated: nobody says when it was told.", required=True),
        Column("told_share", _NUMBER, "Share of the leads that teach of whom it is told.", "share"),
        Column("used", _BOOLEAN, "Whether it was learned from.", required=True),
        _REASON,
    ),
)  # fmt: skip

LEAD_BASES = Contract(
    "lead_bases",
    "one basis and what it adds to the chance of conversion",
    ("basis",),
    (
        Column("basis", _TEXT, "One of the seven bases.", required=True),
        Column("offered", _INTEGER, "Features of it that were offered.", "features", required=True),
        Column("used", _INTEGER, "Those that were learned from.", "features", required=True),
        Column("adds", _NUMBER, "Brier skill of the whole model less that of one without the basis.", "share"),
        _LOW,
        _HIGH,
        Column("chance", _NUMBER, "p of adding nothing or less, corrected for all bases (Holm).", "probability"),
        Column("claimed", _BOOLEAN, "Whether it adds something beyond chance.", required=True),
        _REASON,
    ),
)

LEAD_ALIGNMENTS = Contract(
    "lead_alignments",
    "one kind of lead held against all others",
    ("alignment", "dimension", "value"),
    (
        Column("alignment", _TEXT, "vertical: who is most ready to buy; horizontal: one title over all industries.",
               required=True),
        Column("dimension", _TEXT, "industry, title_level, title_function or lead_source.", required=True),
        Column("value", _TEXT, "Value of it.", required=True),
        Column("leads", _INTEGER, "Settled leads.", "leads", required=True),
        Column("converted", _INTEGER, "Those that converted.", "leads", required=True),
        Column("share", _NUMBER, "Share of them.", "share"),
        _LOW,
        _HIGH,
        Column("others", _NUMBER, "Share of all others; of the same industries in a horizontal alignment.", "share"),
        Column("industries", _INTEGER, "Industries in which it was compared.", "industries"),
        Column("ahead", _INTEGER, "Those in which it converts more than others.", "industries"),
        Column("chance", _NUMBER, "p of no difference, corrected for all rows (Holm).", "probability"),
        Column("claimed", _BOOLEAN, "Whether it converts more beyond chance.", required=True),
    ),
)  # fmt: skip

LEAD_FINDINGS = Contract(
    "lead_findings",
    "one thing told of leads that cannot be so, or is not understood",
    ("finding",),
    (
        Column("finding", _TEXT, "What was found.", required=True),
        Column("leads", _INTEGER, "Leads with it.", "leads", required=True),
        Column("example", _TEXT, "Number of one of them."),
        Column("decision", _TEXT, "What was done."),
    ),
)
