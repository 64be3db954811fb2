"""The words of the text notation, and which token each becomes."""

from __future__ import annotations

_SAME = (
    "and or not in is between equals contains starts ends with known unknown true false top bottom percentile to "
    "of where any no at least most exactly more than fewer all contact role account first last number sum average "
    "min max distinct spend order return transaction line event service touch as ago before since until from this "
    "previous every ever regular periods stopped restarted after none sequence then within without segment was on "
    "entered left consents reachable by for random bucket salted distance hour day week month quarter year "
    "january february march april may june july august september october november december"
)
_ALIASES = {
    "orders": "order",
    "returns": "return",
    "transactions": "transaction",
    "lines": "line",
    "events": "event",
    "touches": "touch",
    "contacts": "contact",
    "hours": "hour",
    "days": "day",
    "weeks": "week",
    "months": "month",
    "quarters": "quarter",
    "years": "year",
    "percentiles": "percentile",
    "period": "periods",
    "less": "fewer",
    "total": "sum",
    "mean": "average",
    "smallest": "min",
    "largest": "max",
    "count": "number",
    "regularly": "regular",
}

KEYWORDS: dict[str, str] = {word: word.upper() for word in _SAME.split()}
KEYWORDS |= {alias: word.upper() for alias, word in _ALIASES.items()}
"""Word in small letters to the name of its token."""

_NAMES_TOO = (
    "LEAST MOST THAN CONTACT ROLE ACCOUNT ORDER RETURN TRANSACTION LINE EVENT SERVICE TOUCH PERIODS "
    "PERCENTILE SEGMENT BUCKET HOUR DAY WEEK MONTH QUARTER YEAR JANUARY FEBRUARY MARCH APRIL MAY JUNE "
    "JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER TOP BOTTOM SALTED SINCE "
    "DISTANCE RANDOM REACHABLE SEQUENCE LEFT ENTERED "
)
SOFT = frozenset(_NAMES_TOO.split())
"""Tokens that may also be the name of a trait without being put in backticks."""

SYMBOLS = {"(": "LPAR", ")": "RPAR", ",": "COMMA", "%": "PERCENT"}
OPERATOR_SIGNS = {"=", "!=", "<", "<=", ">", ">="}
"""Comparison signs; each becomes the token SIGN."""


def is_plain_name(name: str) -> bool:
    """Whether ``name`` can stand in a text without backticks."""
    keyword = KEYWORDS.get(name.lower())
    shaped = name.isidentifier() and name.isascii()
    return shaped and (keyword is None or keyword in SOFT)
