"""Errors in plain words: what was wrong, where, what was given, what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, told in four parts under a stable code.

    Attributes:
        code: Stable identifier in capitals, such as ``SOURCE_EMPTY``; never reused for another mistake.
        what: What was wrong, one sentence.
        where: File, line, column, parameter or table in which it was found.
        given: What was given there, shortened to a readable length.
        next_step: What the reader can do about it.
    """

    code: str
    what: str
    where: str
    given: str
    next_step: str

    def __str__(self) -> str:
        given = f" Given: {self.given}." if self.given else ""
        return f"{self.what} ({self.where}).{given} {self.next_step}"

    def as_dict(self) -> dict[str, str]:
        """The problem as a mapping of its five fields, in the shape every door prints."""
        return asdict(self)


class SegmentryError(Exception):
    """Base of all errors meant for people: it carries every problem found, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code if self.problems else "UNKNOWN"

    def as_dict(self) -> dict[str, list[dict[str, str]]]:
        """The error as one JSON-ready object: ``{"errors": [problem, ...]}``."""
        return {"errors": [problem.as_dict() for problem in self.problems]}


class SourceError(SegmentryError):
    """A file or a connection cannot be read as what it is said to be."""


class SettingsError(SegmentryError):
    """A setting of the workspace, or an option of a command, is wrong."""


class StudyError(SegmentryError):
    """A study asks for what the data cannot give."""


class WorkspaceError(SegmentryError):
    """The workspace is missing, held by somebody else, or of another version."""


class ContractError(SegmentryError):
    """A table does not keep the contract under which it was to be published."""


class QueryError(SegmentryError):
    """The database could not answer: a fault of what was asked or of what is stored, told in its own words."""


class EstimationError(SegmentryError, ValueError):
    """An estimator was given data it cannot take (wrong shape, negative counts, infinite values)."""


def shorten(value: object, limit: int = 80) -> str:
    """``value`` as one line of at most ``limit`` characters, control characters made visible."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[: limit * 4])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def near_miss(given: str, known: Iterable[str] | Mapping[str, object]) -> str:
    """A hint such as ``Did you mean 'spend'?``, or an empty text where nothing is near."""
    matches = difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f"Did you mean {matches[0]!r}?" if matches else ""
