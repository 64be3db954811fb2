"""Segments as code: one YAML file for each definition, its stem the immutable id.

Files are read from YAML's events alone: a mapping of words to texts and lists of texts. Nothing is ever constructed
from a tag, no alias is followed, so a hostile file can neither run nor swell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from segmentry.segments.errors import DefinitionError
from segmentry.segments.language.reading import Reading, read
from segmentry.segments.language.writing import format_condition
from segmentry.segments.tree import SUBJECTS, Definition
from segmentry.terms.clock import zone_names
from segmentry.terms.errors import Problem, near_miss, shorten
from segmentry.terms.vocabulary import Kind, Objective

KEYS: dict[str, str] = {
    "name": "Name for people.",
    "of": "customers or accounts.",
    "objective": "What the segment is for.",
    "timezone": "IANA zone in which days and windows are read.",
    "kinds": "Kinds of parties the universe is made of, a list.",
    "description": "Free words.",
    "where": "Who belongs, in the text notation.",
}
"""What a file may say, in the order in which it is written."""
_OBJECTIVES = {"acquisition": "acquire", "retention": "retain", "growth": "grow", "reactivation": "win_back"}
LARGEST_FILE = 4_000_000
"""Bytes a file may have."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_Content = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """A definition as read from a file, with the places of its nodes.

    Attributes:
        definition: The definition.
        reading: Its condition with places, for problems found later.
    """

    definition: Definition
    reading: Reading


def read_folder(folder: Path, timezone: str = "UTC") -> tuple[DefinitionFile, ...]:
    """Every definition of ``folder/*.yaml``, in order of id.

    Args:
        folder: The folder; one that does not exist holds none.
        timezone: Zone of definitions that name none.

    Raises:
        DefinitionError: with every mistake of every file, and names that stand twice.
    """
    found: list[DefinitionFile] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(read_file(path, timezone))
        except DefinitionError as error:
            problems += error.problems
    problems += _names_twice([each.definition for each in found])
    if problems:
        raise DefinitionError(problems)
    return tuple(found)


def read_file(path: Path, timezone: str = "UTC") -> DefinitionFile:
    """The definition in one file.

    Args:
        path: A file ``<id>.yaml``.
        timezone: Zone if the file names none.

    Raises:
        DefinitionError: with every mistake in the file.
    """
    raw = path.read_bytes()
    if len(raw) > LARGEST_FILE:
        next_step = "Load long lists as a trait and compare that."
        raise DefinitionError(
            Problem("FILE_TOO_LARGE", "The file is too large", path.name, f"{len(raw):,} bytes", next_step)
        )
    try:
        text = raw.decode("utf8")
    except UnicodeDecodeError as error:
        problem = Problem("FILE_NOT_UTF8", "The file is no UTF-8 text", path.name, str(error), "Save it as UTF-8.")
        raise DefinitionError(problem) from error
    return read_text(text, path.stem, path.name, timezone)


def read_text(text: str, id: str, where: str, timezone: str = "UTC") -> DefinitionFile:  # noqa: A002
    """The definition a YAML text stands for.

    Args:
        text: Content of a file.
        id: The stem of its file.
        where: Name of the file, for problems.
        timezone: Zone if the text names none.

    Raises:
        DefinitionError: with every mistake.
    """
    problems: list[Problem] = []
    if not _ID.fullmatch(id):
        next_step = "Name the file in small letters, digits, _ and -, such as lapsing_champions.yaml."
        problems.append(Problem("ID_WRONG", "This cannot be the id of a segment", where, shorten(id), next_step))
    content = _content(text, where, problems)
    if any(problem.code.startswith("YAML") for problem in problems):
        raise DefinitionError(problems)
    problems += _unknown_keys(content, where)
    settings = _Settings(content, where, problems)
    reading = settings.condition()
    definition = settings.definition(id, reading, timezone)
    if definition is None or reading is None or problems:
        raise DefinitionError(problems)
    return DefinitionFile(definition, reading)


class _Settings:
    """The content of one file as the parts of a definition; mistakes are gathered."""

    def __init__(self, content: _Content, where: str, problems: list[Problem]) -> None:
        self.content = content
        self.where = where
        self.problems = problems

    def tell(self, code: str, what: str, key: str, given: object, next_step: str) -> None:
        self.problems.append(Problem(code, what, f"{self.where}, {key}", shorten(str(given)), next_step))

    def text(self, key: str, default: str | None) -> str:
        given = self.content.get(key, default)
        if given is None:
            self.tell("KEY_MISSING", f"The key {key} is missing", key, "", KEYS[key])
            return ""
        if isinstance(given, list):
            self.tell("VALUE_IS_LIST", "One text belongs here, no list", key, given, KEYS[key])
            return ""
        return given

    def word(self, key: str, given: str, known: Iterable[str]) -> str | None:
        words = list(known)
        if given in words:
            return given
        hint = near_miss(given, words) or f"One of: {', '.join(words[:12])}{' …' if len(words) > 12 else ''}."
        self.tell("WORD_UNKNOWN", "This word is not known here", key, given, hint)
        return None

    def condition(self) -> Reading | None:
        text = self.text("where", None)
        if not text and any(problem.where.endswith(", where") for problem in self.problems):
            return None
        try:
            return read(text)
        except DefinitionError as error:
            self.problems += [
                Problem(each.code, each.what, f"{self.where}, where, {each.where}", each.given, each.next_step)
                for each in error.problems
            ]
            return None

    def kinds(self) -> tuple[Kind, ...]:
        given = self.content.get("kinds", [Kind.BUYER.value])
        names = given if isinstance(given, list) else [given]
        words = [self.word("kinds", each, [kind.value for kind in Kind]) for each in names]
        if not names:
            self.tell("LIST_EMPTY", "The list of kinds is empty", "kinds", "", "Leave the key out for buyers.")
        return tuple(dict.fromkeys(Kind(word) for word in words if word is not None))

    def definition(self, id: str, reading: Reading | None, timezone: str) -> Definition | None:  # noqa: A002
        name = self.text("name", None)
        if name.strip() == "" and isinstance(self.content.get("name"), str):
            self.tell("NAME_EMPTY", "The name is empty", "name", name, KEYS["name"])
        zone = self.word("timezone", self.text("timezone", timezone), zone_names())
        subject = self.word("of", self.text("of", "customers"), SUBJECTS)
        objective = self.text("objective", "")
        objective = _OBJECTIVES.get(objective, objective)
        chosen = self.word("objective", objective, [each.value for each in Objective]) if objective else None
        kinds = self.kinds()
        if reading is None or zone is None or subject is None:
            return None
        return Definition(
            id=id,
            name=name,
            where=reading.condition,
            of="accounts" if subject == "accounts" else "customers",
            timezone=zone,
            objective=Objective(chosen) if chosen else None,
            kinds=kinds,
            description=self.text("description", ""),
        )


def _content(text: str, where: str, problems: list[Problem]) -> _Content:
    """Keys and values of a YAML text; what is more than a mapping of texts and lists of texts is told."""
    reader = _Events(where, problems)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if not reader.take(event):
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        what = str(getattr(error, "problem", None) or error)
        problems.append(Problem("YAML_WRONG", "The file is no YAML", place, shorten(what), "Mend the place named."))
    return reader.content


class _Events:
    """Takes YAML's events one by one; refuses aliases, tags and anything nested."""

    def __init__(self, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self.content: _Content = {}
        self.key: str | None = None
        self.items: list[str] | None = None
        self.opened = 0

    def take(self, event: Any) -> bool:
        """Take one event; False where reading on would be pointless."""
        refused = self._refused(event)
        if refused is not None:
            what, next_step = refused
            place = f"{self.where}, line {event.start_mark.line + 1}, column {event.start_mark.column + 1}"
            self.problems.append(Problem("YAML_REFUSED", what, place, "", next_step))
            return False
        if isinstance(event, yaml.MappingStartEvent):
            self.opened = 1
        elif isinstance(event, yaml.SequenceStartEvent):
            self.items = []
        elif isinstance(event, yaml.SequenceEndEvent) and self.key is not None and self.items is not None:
            self.content[self.key] = self.items
            self.key = self.items = None
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        return True

    def _refused(self, event: Any) -> tuple[str, str] | None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return "Aliases and anchors are refused", "Write the value out."
        if getattr(event, "tag", None) not in (None, "!"):
            return "Tags are refused", "Write plain texts."
        nested = isinstance(event, yaml.MappingStartEvent) and self.opened
        listed = isinstance(event, yaml.SequenceStartEvent) and (self.items is not None or self.key is None)
        if nested or listed or (isinstance(event, yaml.ScalarEvent) and not self.opened):
            return "A definition is a plain list of keys", f"The keys are: {', '.join(KEYS)}."
        if isinstance(event, yaml.DocumentStartEvent) and self.opened:
            return "One file holds one definition", "Put the second into a file of its own."
        return None

    def _scalar(self, event: Any) -> None:
        if self.items is not None:
            self.items.append(event.value)
        elif self.key is None:
            self.key = event.value
            if self.key in self.content:
                place = f"{self.where}, line {event.start_mark.line + 1}"
                self.problems.append(
                    Problem("KEY_TWICE", "The key stands twice", place, shorten(event.value), "Leave one of them.")
                )
        else:
            self.content[self.key] = event.value
            self.key = None


def _unknown_keys(content: Mapping[str, Any], where: str) -> list[Problem]:
    return [
        Problem(
            "KEY_UNKNOWN",
            "There is no such key",
            f"{where}, {shorten(key, 40)}",
            shorten(key),
            near_miss(key, KEYS) or f"The keys are: {', '.join(KEYS)}.",
        )
        for key in content
        if key not in KEYS
    ]


def _names_twice(definitions: list[Definition]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for definition in definitions:
        for word in {definition.id.casefold(), definition.name.casefold()}:
            other = seen.setdefault(word, definition.id)
            if other != definition.id:
                what = f"Its name or id is already that of {other}"
                problems.append(
                    Problem("NAME_TWICE", what, f"{definition.id}.yaml, name", definition.name, "Rename one.")
                )
    return problems


class _Block(str):
    """A text written as a block."""

    __slots__ = ()


_FOLDED = {"\x85", "\u2028", "\u2029"}
"""Ends of lines besides the usual ones."""


class _Dumper(yaml.SafeDumper):
    """Writes blocks as blocks."""


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text; in double quotes where it holds ends of lines that YAML would fold into blanks."""
    style = '"' if _FOLDED & set(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def write_text(definition: Definition) -> str:
    """The content of the definition's file; ``read_text`` gives the same definition back.

    Raises:
        DefinitionError: the tree is not well formed.
    """
    given = {
        "name": definition.name,
        "of": definition.of,
        "objective": definition.objective.value if definition.objective else "",
        "timezone": definition.timezone,
        "kinds": [kind.value for kind in definition.kinds] if definition.kinds != (Kind.BUYER,) else "",
        "description": definition.description,
        "where": _Block(format_condition(definition.where) + "\n"),
    }
    kept = {key: value for key, value in given.items() if value}
    return yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def write_file(folder: Path, definition: Definition) -> Path:
    """Write ``folder/<id>.yaml`` in one step and return its path.

    Raises:
        DefinitionError: the id cannot be a file's stem, or the tree is not well formed.
    """
    if not _ID.fullmatch(definition.id):
        next_step = "Use small letters, digits, _ and -."
        raise DefinitionError(Problem("ID_WRONG", "This cannot be the id of a segment", "id", definition.id, next_step))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{definition.id}.yaml"
    draft = path.with_suffix(".yaml.draft")
    draft.write_text(write_text(definition), encoding="utf8")
    draft.replace(path)
    return path
