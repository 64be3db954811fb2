"""Text to tree: every mistake at once, each with its line, column and what would have fitted."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lark import Lark, Token, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from segmentry.segments.errors import DefinitionError
from segmentry.segments.language.building import Builder
from segmentry.segments.language.tokens import place, tokens
from segmentry.segments.language.vocabulary import KEYWORDS, SOFT, SYMBOLS
from segmentry.segments.tree import DEEPEST, Condition, Node
from segmentry.segments.tree.checks import problems_of
from segmentry.terms.errors import Problem, near_miss, shorten

MOST_PROBLEMS = 50
"""Mistakes told of one text; a text with more is no condition."""
_RESUME = frozenset({"AND", "OR", "$END"})
_TEXTS = {token: word for word, token in reversed(KEYWORDS.items()) if word.upper() == token}
_TEXTS |= {token: sign for sign, token in SYMBOLS.items()}
_TEXTS |= {
    "IN_LIST": "in (",
    "SIGN": "= != < <= > >=",
    "NAME": "a name",
    "NUMERAL": "a number",
    "STRING": 'a "text"',
    "DATE": "a day such as 2024-03-31",
    "PERIOD": "a month such as 2024-03",
    "$END": "the end",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition with the places its nodes were read from.

    Attributes:
        condition: The tree.
        places: Line and column in words, by the identity of a node of ``condition``.
    """

    condition: Condition
    places: dict[int, str] = field(repr=False, compare=False)

    def place(self, node: Node) -> str:
        """Where ``node`` stood, or an empty text."""
        return self.places.get(id(node), "")


def parse(text: str) -> Condition:
    """The condition ``text`` stands for; ``parse(format_condition(tree)) == tree``.

    Args:
        text: A condition in the text notation.

    Raises:
        DefinitionError: with every mistake and its place.
    """
    return read(text).condition


def read(text: str) -> Reading:
    """As `parse`, with the place of every node.

    Raises:
        DefinitionError: with every mistake and its place.
    """
    problems: list[Problem] = []
    tree = _Reader(problems).read(tokens(text, problems))
    if tree is None:
        raise DefinitionError(problems[:MOST_PROBLEMS])
    builder = Builder()
    condition: Condition = builder.transform(tree)
    problems += builder.problems
    if not problems:
        problems += problems_of(condition, builder.places)
    if problems:
        raise DefinitionError(sorted(problems, key=_position)[:MOST_PROBLEMS])
    return Reading(condition, builder.places)


def _position(problem: Problem) -> tuple[int, int]:
    line, _, column = problem.where.removeprefix("line ").partition(", column ")
    return (int(line), int(column)) if line.isdigit() and column.isdigit() else (0, 0)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = importlib.resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf8")
    terminals = {
        *KEYWORDS.values(),
        *SYMBOLS.values(),
        "IN_LIST",
        "SIGN",
        "NAME",
        "NUMERAL",
        "STRING",
        "DATE",
        "PERIOD",
    }
    names = f"name: {' | '.join(['NAME', *sorted(SOFT)])}\n"
    declared = "%declare " + " ".join(sorted({*terminals, "BROKEN", "WRONG"})) + "\n"
    return Lark(text + names + declared, parser="lalr", lexer="basic", propagate_positions=True)


class _Reader:
    """Feeds tokens to the parser; after a mistake it skips to the next ``and`` or ``or`` and goes on."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.parser: InteractiveParser = _grammar().parse_interactive("")
        self.depth = 0
        self.skipping: int | None = None

    def read(self, stream: Iterable[Token]) -> Any:
        """The parser's tree, or None where too little could be read."""
        token = Token("$END", "", line=1, column=1)
        nots = 0
        for token in stream:
            nots = nots + 1 if token.type == "NOT" else 0
            self._count_brackets(token)
            if max(self.depth, nots) > DEEPEST:
                self._tell_depth(token)
                return None
            self._take(token)
            if len(self.problems) > MOST_PROBLEMS:
                return None
        return self._end(token)

    def _count_brackets(self, token: Token) -> None:
        if token.type == "LPAR":
            self.depth += 1
        elif token.type == "RPAR":
            self.depth -= 1

    def _take(self, token: Token) -> None:
        if self.skipping is not None and not self._resumes(token):
            return
        try:
            self.parser.feed_token(token)
        except UnexpectedToken as error:
            self._tell(token, self._fitting(error.expected))
            self._recover(token)

    def _resumes(self, token: Token) -> bool:
        """Whether a token ends the skipping: a connective, or the bracket around the broken condition."""
        begun = self.skipping or 0
        connects = token.type in _RESUME and self.depth <= begun
        if connects or (token.type == "RPAR" and self.depth < begun):
            self.skipping = None
        return self.skipping is None

    def _fitting(self, expected: set[str]) -> set[str]:
        """Of the tokens the table names, those that can really follow."""
        return set(self.parser.accepts()) or expected  # type: ignore[no-untyped-call]

    def _recover(self, token: Token) -> None:
        """Take back what was read of the broken condition and put BROKEN in its place."""
        state = self.parser.parser_state
        while state.state_stack and "BROKEN" not in state.parse_conf.states[state.state_stack[-1]]:
            state.state_stack.pop()
            if state.value_stack:
                state.value_stack.pop()
        self.parser.feed_token(Token.new_borrow_pos("BROKEN", "", token))
        depth = self.depth - (token.type == "LPAR")
        if token.type in _RESUME:
            self._take(token)
        else:
            self.skipping = max(depth, 0)

    def _end(self, last: Token) -> Any:
        end = Token.new_borrow_pos("$END", "", last)
        self.skipping = None
        for _ in range(DEEPEST + 2):
            try:
                return self.parser.feed_token(end)
            except UnexpectedToken as error:
                self._tell_end(last, self._fitting(error.expected))
                if "RPAR" not in error.expected:
                    return None
                self.parser.feed_token(Token.new_borrow_pos("RPAR", ")", last))
        return None

    def _tell_end(self, last: Token, expected: set[str]) -> None:
        where = place(last.line or 1, (last.column or 1) + len(last))
        if not last.line or last.type == "$END":
            self.problems.append(
                Problem("SYNTAX_EMPTY", "There is no condition", where, "", 'Write one, such as country = "France".')
            )
            return
        next_step = f"Go on with {_alternatives(expected)}."
        self.problems.append(Problem("SYNTAX_UNFINISHED", "The condition breaks off", where, str(last), next_step))

    def _tell_depth(self, token: Token) -> None:
        self.problems.append(
            Problem(
                "DEFINITION_TOO_DEEP",
                f"Brackets and not may be nested {DEEPEST} deep",
                place(token.line or 1, token.column or 1),
                str(token),
                "Name the inner part as a segment of its own and use in segment.",
            )
        )

    def _tell(self, token: Token, expected: set[str]) -> None:
        if token.type == "WRONG":
            return
        where = place(token.line or 1, token.column or 1)
        self.problems.append(
            Problem("SYNTAX_UNEXPECTED", "This does not fit here", where, shorten(str(token)), _hint(token, expected))
        )


def _hint(token: Token, expected: set[str]) -> str:
    if token.type == "NAME" and "STRING" in expected:
        return f'Put texts in double quotes: "{token}".'
    if token.type == "IN" and "IS" in expected:
        return "Write is in before a window: is in last 30 days."
    words = [_TEXTS[each] for each in expected if each in _TEXTS]
    guess = near_miss(str(token).lower(), [each for each in words if each.isalpha()]) if token.type == "NAME" else ""
    return guess or f"What fits here: {_alternatives(expected)}."


def _alternatives(expected: set[str], most: int = 12) -> str:
    words = [text for token, text in _TEXTS.items() if token in expected]
    if "NAME" in expected:
        words = ["a name", *(word for word in words if word.isalpha() and KEYWORDS.get(word) not in SOFT)]
    return ", ".join(words[:most]) + (" …" if len(words) > most else "")
