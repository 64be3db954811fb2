"""The settings of a workspace: one table of names, defaults and meanings feeds the file and the doors."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from segmentry.sources.connections.spec import read_connections
from segmentry.terms.artifacts import fingerprint
from segmentry.terms.clock import zone_names
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.terms.study import Study

FILE_NAME = "segmentry.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: where it stands in the file, its type, default and meaning.

    Attributes:
        section: Section of the file.
        name: Name within the section.
        kind: Python types a value may have.
        default: Value where nothing is said.
        meaning: What it does, one sentence.
        low: Smallest allowed number, if any.
        high: Largest allowed number, if any.
    """

    section: str
    name: str
    kind: tuple[type, ...]
    default: Any
    meaning: str
    low: float | None = None
    high: float | None = None


SETTINGS = (
    Setting("workspace", "timezone", (str,), "UTC", "IANA time zone of the sources' local times and of days."),
    Setting("workspace", "currency", (str,), None, "ISO 4217 code of amounts whose source names none."),
    Setting("workspace", "locale", (str,), "en", "Language and region in which numbers, money and dates are written."),
    Setting(
        "workspace",
        "lawful_basis",
        (str,),
        None,
        "Ground (GDPR Art. 9) on which special categories may be used; they stay locked without.",
    ),
    Setting("workspace", "simulated", (bool,), False, "Whether the data are simulated; every answer says so then."),
    Setting("value", "margin_rate", (float, int), None, "Margin as a share of net revenue; unlocks CLV.", 0.0, 1.0),
    Setting("value", "horizon_months", (int,), 12, "Length of the future that is valued, in months.", 1, 120),
    Setting("value", "annual_discount", (float, int), 0.10, "Discount rate of a year.", 0.0, 1.0),
    Setting("value", "model", (str,), "auto", "Purchase model: auto, BG/NBD, MBG/NBD or Pareto/NBD."),
    Setting(
        "engine", "memory_limit", (str,), None, "Memory of the process, such as 4GB; the warehouse gets 80 % of it."
    ),
    Setting("engine", "threads", (int,), None, "Threads of the warehouse.", 1, 1024),
    Setting("engine", "temp_directory", (str,), None, "Where work that does not fit into memory goes."),
    Setting("engine", "keep_versions", (int,), 3, "Versions of each table that stay.", 1, 1000),
)
"""Every setting outside ``[rules]`` and ``[[sources]]``."""

MODULES = (
    "identity",
    "demographic",
    "geographic",
    "surveys",
    "needs",
    "feedback",
    "engagement",
    "loyalty",
    "occasions",
    "accounts",
    "firmographic",
    "technographic",
    "kinds",
    "leads",
)
"""Sections that a module of profiles reads itself; each is checked when the workspace is opened."""

_EXAMPLES = {
    "currency": "EUR",
    "lawful_basis": "explicit consent",
    "margin_rate": 0.35,
    "memory_limit": "4GB",
    "threads": 2,
    "temp_directory": "temporary",
}
"""What a setting without a default may look like."""

_MODELS = ("auto", "BG/NBD", "MBG/NBD", "Pareto/NBD")


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """The settings in force; see `SETTINGS` for the meaning of each.

    Attributes:
        rules: Rules switched on or off by name, as in ``[rules]``.
        sources: Sources with their mapping, as in ``[[sources]]``.
        study: What the found segmentation is for, as in ``[study]``.
        modules: What modules of profiles were told, by section; see `MODULES`.
        connections: Databases and services to fetch from, as in ``[[connections]]``.
    """

    timezone: str = "UTC"
    currency: str | None = None
    locale: str = "en"
    lawful_basis: str | None = None
    simulated: bool = False
    margin_rate: float | None = None
    horizon_months: int = 12
    annual_discount: float = 0.10
    model: str = "auto"
    memory_limit: str | None = None
    threads: int | None = None
    temp_directory: str | None = None
    keep_versions: int = 3
    rules: dict[str, bool] = field(default_factory=dict)
    sources: tuple[dict[str, Any], ...] = ()
    study: Study = field(default_factory=Study)
    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    connections: tuple[dict[str, Any], ...] = ()

    @property
    def computing(self) -> str:
        """Fingerprint of the settings that a refresh depends on."""
        names = ("timezone", "currency", "lawful_basis", "margin_rate", "horizon_months", "annual_discount", "model")
        asked = {name: value for name, value in self.study.as_dict().items() if name not in ("measure", "collection")}
        told = {"study": asked} | ({"modules": self.modules} if self.modules else {})
        return fingerprint({name: getattr(self, name) for name in names} | told)

    def with_values(self, **values: Any) -> WorkspaceSettings:
        """The same settings with ``values`` that are not None put over them, all checked."""
        given = {name: value for name, value in values.items() if value is not None}
        known = {each.name for each in fields(self)}
        problems = [_unknown(name, value, known, "settings") for name, value in given.items() if name not in known]
        problems += [problem for name, value in given.items() for problem in _wrong(name, value)]
        if problems:
            raise SettingsError(problems)
        return replace(self, **given)


def read_settings(folder: Path) -> WorkspaceSettings:
    """The settings of the workspace in ``folder``.

    Raises:
        SettingsError: with every mistake in the file.
    """
    path = folder / FILE_NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        next_step = "Correct the line named, or write the file anew with segmentry init."
        raise SettingsError(
            Problem("SETTINGS_UNREADABLE", "The settings cannot be read", str(path), shorten(str(error)), next_step)
        ) from error
    return from_content(content, str(path))


def from_content(content: dict[str, Any], where: str) -> WorkspaceSettings:
    """Settings from the sections of a settings file; `SettingsError` lists every mistake."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    sections = {setting.section for setting in SETTINGS}
    for section, entries in content.items():
        if section == "rules":
            values["rules"] = _rules(entries, where, problems)
        elif section == "study":
            values["study"] = _study(entries, where, problems)
        elif section == "sources":
            values["sources"] = _sources(entries, where, problems)
        elif section == "connections":
            values["connections"] = _connections(entries, where, problems)
        elif section in MODULES and isinstance(entries, dict):
            values.setdefault("modules", {})[section] = entries
        elif section not in sections or not isinstance(entries, dict):
            known = sections | {"rules", "sources", "connections", "study", *MODULES}
            problems.append(_unknown(section, entries, known, where))
        else:
            values |= _section(section, entries, where, problems)
    if problems:
        raise SettingsError(problems)
    return WorkspaceSettings(**values)


def _section(section: str, entries: dict[str, Any], where: str, problems: list[Problem]) -> dict[str, Any]:
    known = {setting.name for setting in SETTINGS if setting.section == section}
    for name, value in entries.items():
        if name in known:
            problems.extend(_wrong(name, value, f"{where}, [{section}]"))
        else:
            problems.append(_unknown(name, value, known, f"{where}, [{section}]"))
    return {name: value for name, value in entries.items() if name in known}


def _rules(entries: Any, where: str, problems: list[Problem]) -> dict[str, bool]:
    entries = entries if isinstance(entries, dict) else {"rules": entries}
    for name, value in entries.items():
        if not isinstance(value, bool):
            given = shorten(value)
            problems.append(
                Problem("SETTING_WRONG", f"{name} is on or off", f"{where}, [rules]", given, "true or false.")
            )
    return dict(entries)


def _study(entries: Any, where: str, problems: list[Problem]) -> Study:
    if not isinstance(entries, dict):
        what = "A study is a section of its own"
        problems.append(Problem("STUDY_WRONG", what, where, shorten(entries), 'Write [study] and objective = "…".'))
        return Study()
    try:
        return Study.from_content(entries, f"{where}, [study]")
    except SettingsError as wrong:
        problems.extend(wrong.problems)
        return Study()


def _sources(entries: Any, where: str, problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    if isinstance(entries, list) and all(isinstance(entry, dict) and "path" in entry for entry in entries):
        return tuple(entries)
    what = "A source needs at least a path"
    problems.append(Problem("SOURCE_WITHOUT_PATH", what, where, shorten(entries), 'Write [[sources]] and path = "…".'))
    return ()


def _connections(entries: Any, where: str, problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    told = entries if isinstance(entries, list) else [entries]
    try:
        read_connections(told, where)
    except SettingsError as wrong:
        problems.extend(wrong.problems)
        return ()
    return tuple(told)


def _wrong(name: str, value: Any, where: str = "settings") -> list[Problem]:
    setting = next((setting for setting in SETTINGS if setting.name == name), None)
    if setting is None:
        return []
    given = shorten(value)
    if not isinstance(value, setting.kind) or (isinstance(value, bool) and bool not in setting.kind):
        kinds = " or ".join(kind.__name__ for kind in setting.kind)
        return [Problem("SETTING_WRONG", f"{name} is a {kinds}", f"{where}, {name}", given, setting.meaning)]
    return _out_of_range(setting, value, where) or _wrong_word(name, value, where)


def _out_of_range(setting: Setting, value: Any, where: str) -> list[Problem]:
    low, high = setting.low, setting.high
    if low is None or high is None or low <= value <= high:
        return []
    what = f"{setting.name} lies between {low:g} and {high:g}"
    place = f"{where}, {setting.name}"
    return [Problem("SETTING_OUT_OF_RANGE", what, place, shorten(value), setting.meaning)]


def _wrong_word(name: str, value: Any, where: str) -> list[Problem]:
    if name == "timezone" and value not in zone_names():
        hint = near_miss(value, zone_names()) or "Use an IANA name such as Europe/London."
        return [Problem("TIMEZONE_UNKNOWN", "There is no such time zone", f"{where}, {name}", shorten(value), hint)]
    if name == "currency" and not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        hint = "Use three capitals, such as EUR."
        return [Problem("CURRENCY_UNKNOWN", "This is no ISO 4217 code", f"{where}, {name}", shorten(value), hint)]
    if name == "model" and value not in _MODELS:
        hint = near_miss(value, _MODELS) or f"Choose one of {', '.join(_MODELS)}."
        return [Problem("MODEL_UNKNOWN", "There is no such purchase model", f"{where}, {name}", shorten(value), hint)]
    if name == "locale":
        return _wrong_locale(value, where)
    return []


def _wrong_locale(value: str, where: str) -> list[Problem]:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(value.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        hint = "Use a language, or language and region, such as en_GB."
        return [Problem("LOCALE_UNKNOWN", "There is no such locale", f"{where}, locale", shorten(value), hint)]
    return []


def _unknown(name: str, value: Any, known: set[str], where: str) -> Problem:
    hint = near_miss(name, known) or f"Known: {', '.join(sorted(known))}."
    return Problem("SETTING_UNKNOWN", f"There is no setting {shorten(name)}", where, shorten(value), hint)


def settings_text(settings: WorkspaceSettings) -> str:
    """The settings as the text of a settings file, every setting with its meaning; unset ones commented out."""
    lines: list[str] = []
    section = ""
    for setting in SETTINGS:
        if setting.section != section:
            section = setting.section
            lines += ["", f"[{section}]"] if lines else [f"[{section}]"]
        value = getattr(settings, setting.name)
        shown = _toml(value if value is not None else _EXAMPLES[setting.name])
        lines += [f"# {setting.meaning}", f"{'# ' if value is None else ''}{setting.name} = {shown}"]
    lines += ["", "[rules]", "# Switches of the rules by name, such as: exclude_repeated = true"]
    lines += [f"{name} = {_toml(value)}" for name, value in settings.rules.items()]
    lines += _study_lines(settings.study)
    for name, entries in settings.modules.items():
        lines += ["", f"[{name}]", *(assignment(key, value) for key, value in entries.items() if not is_tables(value))]
        for key, value in entries.items():
            lines += table_lines((name, key), value) if is_tables(value) else []
    lines += [*table_lines(("sources",), settings.sources), *table_lines(("connections",), settings.connections)]
    return "\n".join(lines) + "\n"


def assignment(key: str, value: Any) -> str:
    """The line that sets a key."""
    return f"{_key(key)} = {_toml(value)}"


def is_tables(value: Any) -> bool:
    """Whether a value is a list of tables, which is written as a table of its own for each."""
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, dict) for each in value)


def table_lines(path: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """A list of tables as lines, each under its own head, so that further ones can be added below."""
    head = f"[[{'.'.join(map(_key, path))}]]"
    return [line for row in rows for line in ("", head, *(assignment(key, value) for key, value in row.items()))]


def example_of(section: str, key: str) -> str | None:
    """The comment that stands for a setting nobody told; None where there is none."""
    usual = Study().as_dict().get(key) if section == "study" else _EXAMPLES.get(key)
    return None if usual is None else f"# {assignment(key, usual)}"


def _key(name: str) -> str:
    """A key as it stands before an equals sign, in quotes where it is no plain word."""
    return name if name.isidentifier() and name.isascii() else _toml(name)


def _study_lines(study: Study) -> list[str]:
    """The study's section: what it says where it differs from the study recorded without one, else the example."""
    usual, told = Study().as_dict(), study.as_dict()
    lines = ["", "# What the found segmentation is for; recorded before anything is extracted.", "[study]"]
    for name, value in told.items():
        if name == "recorded_at":
            continue
        if value != usual[name]:
            lines.append(f"{name} = {_toml(value)}")
        elif value is not None:
            lines.append(f"# {name} = {_toml(value)}")
    return lines


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in escaped) + '"'
    return str(value)
