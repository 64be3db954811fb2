"""Text into tokens: words, names, texts, numbers, days and signs, each with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Token

from segmentry.segments.language.vocabulary import KEYWORDS, OPERATOR_SIGNS, SYMBOLS
from segmentry.terms.errors import Problem, shorten

_PATTERN = re.compile(
    r"""(?P<BLANK>\s+|\#[^\n]*)
      | (?P<DATE>\d{4}-\d{2}-\d{2}(?![\w-]))
      | (?P<PERIOD>\d{4}-(?:\d{2}|[Qq][1-4])(?![\w-]))
      | (?P<NUMERAL>-?\d+(?:\.\d+)?)
      | (?P<STRING>"(?:[^"\\]|\\.)*"|“[^”]*”)
      | (?P<QUOTED>`(?:[^`]|``)+`)
      | (?P<NAME>[^\W\d]\w*)
      | (?P<SIGN>!=|<=|>=|<>|==|=|<|>|≤|≥|≠)
      | (?P<SYMBOL>[(),%])
      | (?P<SINGLE>'[^'\n]*')
      | (?P<OPEN>"(?:[^"\\]|\\.)*\\?$|“|`)
      | (?P<WRONG>.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"<>": "!=", "==": "=", "≤": "<=", "≥": ">=", "≠": "!="}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
LONGEST_NUMBER = 38
"""Digits a number may have: what a decimal of every engine can hold."""


def tokens(text: str, problems: list[Problem]) -> Iterator[Token]:
    """The tokens of ``text``; what is no token becomes a token WRONG and is told in ``problems``.

    Args:
        text: A condition.
        problems: Receives what is wrong with the letters themselves.
    """
    line, line_start, before = 1, 0, None
    for match in _PATTERN.finditer(text):
        kind, value = str(match.lastgroup), match.group()
        if kind != "BLANK":
            column = match.start() - line_start + 1
            token = _token(kind, value, line, column, problems)
            if before is not None:
                yield _before_list(before, token)
            before = token
        breaks = value.count("\n")
        if breaks:
            line += breaks
            line_start = match.start() + value.rfind("\n") + 1
    if before is not None:
        yield before


def _before_list(token: Token, following: Token) -> Token:
    """``in`` before a bracket is another token than ``in`` before a window: one token ahead must decide."""
    if token.type == "IN" and following.type == "LPAR":
        return Token.new_borrow_pos("IN_LIST", token, token)
    return token


def _token(kind: str, value: str, line: int, column: int, problems: list[Problem]) -> Token:
    if kind == "NAME":
        kind = KEYWORDS.get(value.lower(), "NAME")
    elif kind == "QUOTED":
        kind, value = "NAME", value[1:-1].replace("``", "`")
    elif kind == "STRING":
        value = unquote(value)
    elif kind == "SIGN":
        value = _SIGNS.get(value, value)
    elif kind == "SYMBOL":
        kind = SYMBOLS[value]
    elif kind in ("OPEN", "SINGLE", "WRONG"):
        problems.append(_wrong(kind, value, place(line, column)))
        kind = "WRONG"
    if kind == "NUMERAL" and sum(map(str.isdigit, value)) > LONGEST_NUMBER:
        next_step = f"Give at most {LONGEST_NUMBER} digits."
        problems.append(
            Problem("NUMBER_TOO_LONG", "The number is too long", place(line, column), value[:20], next_step)
        )
    return Token(kind, value, line=line, column=column)


def place(line: int, column: int) -> str:
    """Where a token stands, for people."""
    return f"line {line}, column {column}"


def unquote(literal: str) -> str:
    """The text a quoted literal stands for."""
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(1), match.group(1)), literal[1:-1], flags=re.DOTALL)


def quote(text: str) -> str:
    """``text`` as a quoted literal; `unquote` gives it back."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("\r", "\\r") + '"'


def _wrong(kind: str, value: str, where: str) -> Problem:
    if kind == "OPEN":
        next_step = "Close it with the sign it began with."
        return Problem(
            "SYNTAX_QUOTE_OPEN", "A text or name is opened and never closed", where, shorten(value), next_step
        )
    if kind == "SINGLE" or value == "'":
        next_step = 'Put texts in double quotes: "France".'
    elif value in "&|~!":
        next_step = "Write and, or, not in full."
    else:
        next_step = f"Take it out. Signs known here: {' '.join(sorted(OPERATOR_SIGNS))} ( ) , %"
    return Problem("SYNTAX_SIGN_UNKNOWN", "This sign means nothing here", where, shorten(value), next_step)
