"""Reading what a workspace declares for a module: every unknown key and every wrong value is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

LARGEST = 1e100
"""Numbers beyond it are slips of the hand; sums of them would not be finite."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting that a section may hold.

    Attributes:
        kind: ``number``, ``whole number``, ``yes or no``, ``text``, ``texts``, ``ascending numbers``,
            ``numbers by name`` or ``texts by name``.
        low: Smallest number allowed.
        high: Largest number allowed.
        known: Texts allowed; any where none are named. Of texts by name, the names.
        least: Fewest texts of a list.
        test: What else one text must pass.
        ask: What is wanted, in words, where the kind does not say it.
    """

    kind: str
    low: float = float("-inf")
    high: float = float("inf")
    known: Collection[str] = ()
    least: int = 0
    test: Callable[[str], bool] = field(default=bool)
    ask: str = ""

    def fits(self, value: Any) -> bool:
        """Whether a value is of this shape."""
        return _FITS[self.kind](self, value)

    @property
    def wanted(self) -> str:
        """What is wanted, in words."""
        if self.ask:
            return self.ask
        if self.kind == "text" and self.known:
            return f"one of {', '.join(self.known)}"
        bounds = f" from {self.low:g} to {self.high:g}" if self.low > float("-inf") else ""
        return _WANTED[self.kind] + bounds + (f": {', '.join(self.known)}" if self.known else "")

    def read(self, value: Any) -> Any:
        """The value in the shape a spec keeps: lists as tuples, mappings as sorted pairs."""
        if isinstance(value, Mapping):
            return tuple(sorted((name, float(v) if self.kind == "numbers by name" else v) for name, v in value.items()))
        if isinstance(value, list | tuple):
            return tuple(dict.fromkeys(value))
        return float(value) if self.kind == "number" else value


def read_declared(section: str, given: Mapping[str, Any], known: Mapping[str, Declared]) -> dict[str, Any]:
    """The settings of a section in the shape a spec takes.

    Args:
        section: Name of the section.
        given: What stands there.
        known: What may stand there.

    Raises:
        SettingsError: with every setting that is unknown or wrong.
    """
    problems: list[Problem] = []
    settings = Settings(f"[{section}]", given, problems)
    values = {}
    for name in given:
        if name in known:
            values[name] = settings.take(name, None, known[name])
        else:
            settings.unknown(name, known)
    raise_problems(problems)
    return values


class Settings:
    """One table of a settings file, read key by key; problems are gathered, not raised.

    Args:
        where: Place in the file, such as ``[surveys.scales.openness]``.
        given: The table.
        problems: Where problems are put.
    """

    def __init__(self, where: str, given: object, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self.given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        self.asked: set[str] = set()
        if not isinstance(given, Mapping):
            self.wrong("", given, "This is a table of settings", "Write keys with values.")
            self.problems = []  # what is lacking in something else than a table need not be told

    def wrong(self, name: str, given: object, what: str, next_step: str) -> None:
        """Put down one problem."""
        where = f"{self.where}, {name}" if name else self.where
        self.problems.append(Problem("SETTING_WRONG", what, where, shorten(str(given)), next_step))

    def take(self, name: str, default: Any, rule: Declared) -> Any:
        """A setting as a spec keeps it; ``default`` where it is not told, or wrong."""
        self.asked.add(name)
        if name not in self.given:
            return default
        value = self.given[name]
        if rule.fits(value):
            return rule.read(value)
        near = near_miss(value, rule.known) if isinstance(value, str) and rule.known else None
        self.wrong(name, value, f"This is {rule.wanted}", near or _HOW[rule.kind])
        return default

    def text(self, name: str, default: str = "", known: Collection[str] = ()) -> str:
        """A text, one of ``known`` where that is given."""
        return str(self.take(name, default, Declared("text", known=known, test=_any)))

    def needed(self, name: str) -> str:
        """A text that must be there."""
        if name not in self.given:
            self.wrong(name, "", "This setting is needed", "Name the question.")
        return self.text(name)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return float(self.take(name, default, Declared("number", low, high)))

    def yes(self, name: str, default: bool) -> bool:
        """True or false."""
        return bool(self.take(name, default, Declared("yes or no")))

    def texts(self, name: str, least: int = 0) -> tuple[str, ...]:
        """A list of different texts."""
        found: tuple[str, ...] = self.take(name, (), Declared("texts", least=least))
        if least and name not in self.given:
            self.wrong(name, "", f"At least {least} are needed", "Name the questions.")
        return found

    def points(self, name: str) -> tuple[tuple[str, float], ...]:
        """Words with the number each stands for, such as ``{never = 1, often = 3}``."""
        found: tuple[tuple[str, float], ...] = self.take(name, (), Declared("numbers by name"))
        return tuple((word.strip().lower(), number) for word, number in found)

    def tables(self, name: str) -> list[tuple[str, Settings]]:
        """Sub-tables by name; names become names of traits."""
        self.asked.add(name)
        value = self.given.get(name, {})
        if not isinstance(value, Mapping):
            self.wrong(name, value, "This is a table of tables", f"Write [{self.where.strip('[]')}.{name}.NAME].")
            return []
        inside = self.where.strip("[]")
        for each in value:
            if not _NAME.fullmatch(str(each)):
                step = "Use lower-case letters, digits and underscores, a letter first."
                self.wrong(f"{name}.{each}", each, "The name cannot be that of a trait", step)
        return [(str(each), Settings(f"[{inside}.{name}.{each}]", told, self.problems)) for each, told in value.items()]

    def done(self) -> None:
        """Tell of every key that nobody asked for."""
        for name in self.given:
            if name not in self.asked:
                self.unknown(str(name), self.asked)

    def unknown(self, name: str, known: Collection[str]) -> None:
        """Put down a key that means nothing here."""
        step = near_miss(name, known) or f"Known are {', '.join(sorted(known))}."
        given = shorten(str(self.given[name]))
        self.problems.append(
            Problem("SETTING_UNKNOWN", "There is no such setting", f"{self.where}, {name}", given, step)
        )


def raise_problems(problems: Sequence[Problem]) -> None:
    """`SettingsError` with every problem, if there is any."""
    if problems:
        raise SettingsError(problems)


def _any(text: str) -> bool:
    return isinstance(text, str)


def _is_text(rule: Declared, value: Any) -> bool:
    return isinstance(value, str) and rule.test(value.strip()) and (not rule.known or value in rule.known)


def _is_texts(rule: Declared, value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(_is_text(rule, each) for each in value)
        and len(set(value)) == len(value) >= rule.least
    )


def _is_number(rule: Declared, value: Any) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
    return known and rule.low <= value <= rule.high


def _by_name(rule: Declared, value: Any, fits: Callable[[Declared, Any], bool]) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and fits(rule, each) for name, each in value.items()
    )


_FITS: Mapping[str, Callable[[Declared, Any], bool]] = {
    "number": _is_number,
    "whole number": lambda rule, value: _is_number(rule, value) and isinstance(value, int),
    "yes or no": lambda rule, value: isinstance(value, bool),
    "text": _is_text,
    "texts": _is_texts,
    "ascending numbers": lambda rule, value: (
        isinstance(value, list | tuple)
        and bool(value)
        and all(_is_number(rule, each) for each in value)
        and list(value) == sorted(set(value))
    ),
    "numbers by name": lambda rule, value: _by_name(rule, value, _is_number),
    "texts by name": lambda rule, value: (
        _by_name(rule, value, lambda _, each: isinstance(each, str) and bool(each.strip()))
        and (not rule.known or set(value) <= set(rule.known))
    ),
}
_WANTED: Mapping[str, str] = {
    "number": "a number",
    "whole number": "a whole number",
    "yes or no": "true or false",
    "text": "a text",
    "texts": "a list of different texts",
    "ascending numbers": "a list of ascending numbers",
    "numbers by name": "a table of words with numbers",
    "texts by name": "a table of words with texts",
}
_HOW: Mapping[str, str] = {
    "number": "Give a number without quotes, or leave it out.",
    "whole number": "Give a whole number without quotes, or leave it out.",
    "yes or no": "Write true or false without quotes.",
    "text": "Put it in quotes.",
    "texts": 'Write ["first", "second"].',
    "ascending numbers": "Write [1, 2, 3].",
    "numbers by name": "Write {never = 1, often = 3}.",
    "texts by name": 'Write {first = "one", second = "two"}.',
}
