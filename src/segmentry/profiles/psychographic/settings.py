"""Reading declared settings: every wrong key and value is told at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
        self.read: set[str] = set()
        if not isinstance(given, Mapping):
            self.wrong("", given, "This is a table of settings", "Write keys with values.")
            self.problems = []  # what is lacking in something else than a table need not be told

    def wrong(self, name: str, given: object, what: str, next_step: str) -> None:
        """Put down one problem."""
        where = f"{self.where}, {name}" if name else self.where
        self.problems.append(Problem("SETTING_WRONG", what, where, shorten(str(given)), next_step))

    def text(self, name: str, default: str = "", known: Collection[str] = ()) -> str:
        """A text, one of ``known`` where that is given."""
        value = self._take(name, default)
        if not isinstance(value, str):
            self.wrong(name, value, "This setting is a text", "Put it in quotes.")
            return default
        if known and value not in known:
            self.wrong(name, value, "There is no such word", near_miss(value, known) or f"Known: {', '.join(known)}.")
            return default
        return value

    def needed(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value and name not in self.given:
            self.wrong(name, "", "This setting is needed", "Name the question.")
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.wrong(name, value, f"This is a number from {low:g} to {high:g}", f"Give it, such as {default:g}.")
            return default
        return float(value)

    def yes(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            self.wrong(name, value, "This is true or false", "Write true or false without quotes.")
            return default
        return value

    def texts(self, name: str, least: int = 0) -> tuple[str, ...]:
        """A list of different texts."""
        value = self._take(name, [])
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(each, str) for each in value)
        ):
            self.wrong(name, value, "This is a list of texts", 'Write ["first", "second"].')
            return ()
        twice = sorted({each for each in value if value.count(each) > 1})
        if twice:
            self.wrong(name, ", ".join(twice), "A name stands here twice", "Name it once.")
        if len(value) < least:
            self.wrong(name, value, f"At least {least} are needed", "Name the questions.")
        return tuple(dict.fromkeys(value))

    def points(self, name: str) -> tuple[tuple[str, float], ...]:
        """Words with the number each stands for, such as ``{never = 1, often = 3}``."""
        value = self._take(name, {})
        numbers = isinstance(value, Mapping) and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in value.values()
        )
        if not numbers:
            self.wrong(name, value, "This is a table of words with numbers", "Write {never = 1, often = 3}.")
            return ()
        return tuple((str(word).strip().lower(), float(each)) for word, each in value.items())

    def tables(self, name: str) -> list[tuple[str, Settings]]:
        """Sub-tables by name; names become names of traits."""
        value = self._take(name, {})
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
            if name not in self.read:
                step = near_miss(str(name), self.read) or f"Known: {', '.join(sorted(self.read))}."
                self.problems.append(Problem("SETTING_UNKNOWN", "There is no such setting", self.where, name, step))

    def _take(self, name: str, default: Any) -> Any:
        self.read.add(name)
        return self.given.get(name, default)


def raise_problems(problems: Sequence[Problem]) -> None:
    """`SettingsError` with every problem, if there is any."""
    if problems:
        raise SettingsError(problems)
