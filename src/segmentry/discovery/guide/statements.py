"""Assumptions in words that can be tested: a small vocabulary over the language of definitions.

share of segment "Loyal customers" > 20 %
spend is higher in (country = "France") than in (country = "Spain")
mean spend in segment "Loyal customers" > 100
age and favorite_category go together
age and spend do not go together
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from segmentry.terms.errors import Problem, StudyError, shorten

Kind = Literal["share", "difference", "mean", "together"]

FORMS = (
    "share of GROUP > 20 %",
    "TRAIT is higher in GROUP than in GROUP (or lower)",
    "mean TRAIT in GROUP > 100",
    "TRAIT and TRAIT go together (or do not go together)",
)
"""What can be tested; a GROUP is ``segment "Name"`` or a condition in round brackets."""

_OPERATORS = {">": True, ">=": True, "<": False, "<=": False}
_NAME, _NUMBER = r"[A-Za-z_]\w*", r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Group:
    """Customers meant by a statement.

    Attributes:
        segment: Id or name of a segment; empty where a condition says who.
        condition: Condition in the language of definitions; empty where a segment says who.
    """

    segment: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One assumption.

    Attributes:
        text: As it was stated.
        kind: What is tested.
        groups: Customers it is about: one, or two to compare.
        traits: Traits it is about.
        more: Whether it says more (higher) rather than less.
        bound: What a share (0 to 1) or mean is held against.
        negated: Whether it says that traits do not go together.
    """

    text: str
    kind: Kind
    groups: tuple[Group, ...] = ()
    traits: tuple[str, ...] = ()
    more: bool = True
    bound: float = 0.0
    negated: bool = False


def read_statement(text: str) -> Statement:
    """The assumption that ``text`` states.

    Raises:
        StudyError: it is none that can be tested; the forms that can be are named.
    """
    plain = " ".join(text.split())
    for read in (_share, _difference, _mean, _together):
        found = read(plain)
        if found is not None:
            return found
    next_step = f"Write one of: {'; '.join(FORMS)}."
    raise StudyError(Problem("ASSUMPTION_UNREADABLE", "This cannot be tested", "assumption", shorten(text), next_step))


def _share(text: str) -> Statement | None:
    if not text.lower().startswith("share of "):
        return None
    group, rest = _group(text[len("share of ") :])
    told = re.fullmatch(rf"(>=|<=|>|<) ?({_NUMBER}) ?(%?)", rest)
    if group is None or told is None:
        return None
    bound = float(told[2]) / (100.0 if told[3] else 1.0)
    return Statement(text, "share", (group,), (), _OPERATORS[told[1]], bound) if 0 <= bound <= 1 else None


def _difference(text: str) -> Statement | None:
    told = re.match(rf"({_NAME}) is (higher|lower) in ", text)
    if told is None:
        return None
    left, rest = _group(text[told.end() :])
    right, end = _group(rest.removeprefix("than in ")) if rest.startswith("than in ") else (None, "")
    if left is None or right is None or end:
        return None
    return Statement(text, "difference", (left, right), (told[1],), told[2] == "higher")


def _mean(text: str) -> Statement | None:
    told = re.match(rf"mean ({_NAME}) in ", text)
    if told is None:
        return None
    group, rest = _group(text[told.end() :])
    bound = re.fullmatch(rf"(>=|<=|>|<) ?({_NUMBER})", rest)
    if group is None or bound is None:
        return None
    return Statement(text, "mean", (group,), (told[1],), _OPERATORS[bound[1]], float(bound[2]))


def _together(text: str) -> Statement | None:
    told = re.fullmatch(rf"({_NAME}) and ({_NAME}) (do not )?go together", text)
    if told is None:
        return None
    found = Statement(text, "together", (), (told[1], told[2]))
    return replace(found, negated=True) if told[3] else found


def _group(text: str) -> tuple[Group | None, str]:
    """The group at the head of a text, and what follows it."""
    named = re.match(r'segment "([^"]+)"', text)
    if named is not None:
        return Group(segment=named[1]), text[named.end() :].strip()
    depth = 0
    quoted = False
    for place, letter in enumerate(text if text.startswith("(") else ""):
        quoted ^= letter == '"'
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if depth == 0:
            return Group(condition=text[1:place].strip()), text[place + 1 :].strip()
    return None, text
