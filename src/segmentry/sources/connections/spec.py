"""What a connection is: where to, with which secret out of the environment, and which tables to fetch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

_KINDS = ("sql", "rest")
_CONNECTION = {"name", "kind", "url", "token", "headers", "tables"}
_FETCH = {"name", "key", "cursor", "schema", "path", "parameters", "records", "cursor_parameter", "load"}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WRITTEN_SECRET = re.compile(r"://[^/@:]*:(?!\$\{)[^@/]+@")
_ASKED_SECRET = re.compile(r"[?&]([^=&#]+)=(?!\$\{)[^&#]+")
_SECRET_NAMES = re.compile(
    r"(?:.*[-_])?(?:authorization|auth|cookie|password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key|apikey)",
    re.IGNORECASE,
)
"""Names of headers and parameters that carry secrets."""
_PLAIN_NAME = re.compile(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,120}")
"""Names of tables that can name files as well: no paths."""


@dataclass(frozen=True)
class Fetch:
    """One table of a database, or one resource of a service.

    Attributes:
        name: Name of the table or resource; it names the snapshot.
        key: Columns that tell rows apart; a row fetched again replaces the one before. Empty where rows never change.
        cursor: Column that grows with every change; only what lies beyond the last value is fetched. None to fetch all.
        schema: Schema of a table; None for the usual one.
        path: Path of a resource under the address; its name by default.
        parameters: Parameters of every request; texts may hold ``${NAME}``.
        records: Where the rows lie in an answer, as a JSON path; None to find them.
        cursor_parameter: Parameter by which a service is asked for what lies beyond the cursor.
        load: Options of the load, such as ``table`` and ``mapping``.
    """

    name: str
    key: tuple[str, ...] = ()
    cursor: str | None = None
    schema: str | None = None
    path: str | None = None
    parameters: tuple[tuple[str, Any], ...] = ()
    records: str | None = None
    cursor_parameter: str | None = None
    load: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Connection:
    """Where data are fetched from.

    Attributes:
        name: Name; it is the source of what is loaded.
        kind: A SQL database, or a REST service that answers with JSON.
        url: Address of the database (as SQLAlchemy writes it) or of the service; ``${NAME}`` stands for a variable.
        token: Bearer token of a service, as ``${NAME}``.
        headers: Headers of every request; values may hold ``${NAME}``.
        tables: What to fetch.
    """

    name: str
    kind: Literal["sql", "rest"]
    url: str
    token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tables: tuple[Fetch, ...] = ()


def read_connections(told: Sequence[Mapping[str, Any]] | object, where: str = "settings") -> tuple[Connection, ...]:
    """Connections as sections ``[[connections]]`` of the settings tell them.

    Raises:
        SettingsError: with every mistake; a secret that is written out is one.
    """
    problems: list[Problem] = []
    if not isinstance(told, list | tuple):
        next_step = "Write [[connections]] and its settings below."
        raise SettingsError(_problem("CONNECTION_WRONG", "Connections are a list of sections", where, told, next_step))
    found = [_connection(entry, f"{where}, connection {number}", problems) for number, entry in enumerate(told, 1)]
    names = [each.name for each in found if each is not None]
    twice = sorted({each for each in names if names.count(each) > 1})
    what = "Two connections have one name"
    problems += [_problem("CONNECTION_TWICE", what, where, name, "Rename one.") for name in twice]
    if problems:
        raise SettingsError(problems)
    return tuple(each for each in found if each is not None)


def variables_in(texts: Iterable[str]) -> set[str]:
    """The variables of the environment that texts name."""
    return {name for text in texts for name in _VARIABLE.findall(text)}


def with_variables(text: str, environment: Mapping[str, str], where: str) -> str:
    """A text with the variables of the environment put in; `SettingsError` names all that are not set."""
    missing = sorted({name for name in _VARIABLE.findall(text) if name not in environment})
    if missing:
        next_step = "Set it in the environment of the process; it is never written to the workspace."
        raise SettingsError(
            _problem("SECRET_MISSING", "A variable of the environment is not set", where, name, next_step)
            for name in missing
        )
    return _VARIABLE.sub(lambda found: environment[found[1]], text)


def _connection(entry: Any, where: str, problems: list[Problem]) -> Connection | None:
    before = len(problems)
    if not isinstance(entry, Mapping):
        next_step = "Write [[connections]] and its settings below."
        problems.append(_problem("CONNECTION_WRONG", "A connection is a section", where, entry, next_step))
        return None
    problems += _unknown(entry, _CONNECTION, where)
    for name in ("name", "kind", "url"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            given = entry.get(name, "")
            problems.append(_problem("CONNECTION_WRONG", f"A connection needs a {name}", where, given, "Write it."))
    if entry.get("kind") not in _KINDS:
        problems.append(_problem("CONNECTION_WRONG", "The kind is not known", where, entry.get("kind"), "sql or rest."))
    if not str(entry.get("name", "x")).isidentifier():
        next_step = "Use letters, digits and underscores."
        problems.append(_problem("CONNECTION_WRONG", "The name is no plain name", where, entry.get("name"), next_step))
    problems += _written_secrets(entry, where)
    tables = entry.get("tables")
    if not isinstance(tables, list) or not tables:
        next_step = 'Write tables = [{ name = "orders" }].'
        problems.append(_problem("CONNECTION_WRONG", "No table is named", where, tables or "", next_step))
        tables = []
    fetches = [_fetch(each, f"{where}, table {number}", problems) for number, each in enumerate(tables, 1)]
    problems += _name_twice([each.name for each in fetches if each is not None], where)
    headers = _pairs(entry, "headers", where, problems)
    if len(problems) > before:
        return None
    return Connection(
        entry["name"],
        entry["kind"],
        entry["url"],
        entry.get("token"),
        headers,
        tuple(each for each in fetches if each is not None),
    )


def _name_twice(names: Sequence[str], where: str) -> list[Problem]:
    """Tables of one connection whose names are one when they name files: letters and digits count."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault("".join(filter(str.isalnum, name.casefold())), []).append(name)
    what, next_step = "Two tables of a connection have one name", "Fetch it once, or name a view of it."
    twice = [", ".join(each) for each in alike.values() if len(each) > 1]
    return [_problem("TABLE_TWICE", what, where, each, next_step) for each in twice]


def _pairs(entry: Mapping[str, Any], name: str, where: str, problems: list[Problem]) -> tuple[tuple[str, Any], ...]:
    """A table of settings as pairs; of headers the values are texts."""
    told = entry.get(name, {})
    fits = isinstance(told, Mapping) and all(isinstance(key, str) for key in told)
    if not fits or (name == "headers" and not all(isinstance(value, str) for value in told.values())):
        next_step = f'Write {name} = {{ "name" = "value" }}.'
        problems.append(_problem("CONNECTION_WRONG", f"The {name} are no table", where, "(not shown)", next_step))
        return ()
    return tuple(told.items())


def _texts(entry: Mapping[str, Any], names: Sequence[str], where: str) -> list[Problem]:
    return [
        _problem("CONNECTION_WRONG", f"The {name} is no text", where, entry[name], "Write it between quotes.")
        for name in names
        if entry.get(name) is not None and (not isinstance(entry[name], str) or not entry[name])
    ]


def _written_secrets(entry: Mapping[str, Any], where: str) -> list[Problem]:
    found = []
    next_step = "Put it into a variable of the environment and write ${NAME} instead."
    if _WRITTEN_SECRET.search(str(entry.get("url", ""))):
        found.append(_problem("SECRET_WRITTEN", "A password stands in the address", where, "(not shown)", next_step))
    url, headers, tables = str(entry.get("url", "")), entry.get("headers"), entry.get("tables")
    asked = [(name, "an address") for name in _ASKED_SECRET.findall(url)]
    asked += _plainly_told(headers, "a header")
    for each in tables if isinstance(tables, list) else []:
        asked += _plainly_told(each.get("parameters") if isinstance(each, Mapping) else None, "a parameter")
    found += [
        _problem("SECRET_WRITTEN", f"A secret stands in {place}", f"{where}, {shorten(name)}", "(not shown)", next_step)
        for name, place in asked
        if _SECRET_NAMES.fullmatch(name)
    ]
    token = entry.get("token")
    if token is not None and not _VARIABLE.fullmatch(str(token)):
        found.append(_problem("SECRET_WRITTEN", "A token stands in the settings", where, "(not shown)", next_step))
    return found


def _plainly_told(told: Any, place: str) -> list[tuple[str, str]]:
    """Names of texts in which no variable stands, each with where it is told."""
    pairs = told.items() if isinstance(told, Mapping) else ()
    return [(str(name), place) for name, value in pairs if isinstance(value, str) and not _VARIABLE.search(value)]


def _fetch(entry: Any, where: str, problems: list[Problem]) -> Fetch | None:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        next_step = 'Write { name = "orders" }.'
        problems.append(_problem("CONNECTION_WRONG", "A table needs a name", where, entry, next_step))
        return None
    problems += _unknown(entry, _FETCH, where)
    problems += _texts(entry, ("cursor", "schema", "path", "records", "cursor_parameter"), where)
    if not _PLAIN_NAME.fullmatch(entry["name"]):
        next_step = "Use a name without slashes; a service may have its path = beside it, a table its schema =."
        what = "The name of a table cannot name a file"
        problems.append(_problem("CONNECTION_WRONG", what, where, entry["name"], next_step))
    key = entry.get("key", ())
    if not isinstance(key, str) and not (isinstance(key, list | tuple) and all(isinstance(each, str) for each in key)):
        next_step = 'Write key = ["id"].'
        problems.append(_problem("CONNECTION_WRONG", "The key names no columns", where, key, next_step))
        key = ()
    if entry.get("cursor_parameter") and not entry.get("cursor"):
        next_step = "Name the cursor, the field whose last value the service is asked to begin from."
        problems.append(_problem("CONNECTION_WRONG", "A parameter for no cursor", where, entry["name"], next_step))
    return Fetch(
        entry["name"],
        (key,) if isinstance(key, str) else tuple(key),
        entry.get("cursor"),
        entry.get("schema"),
        entry.get("path"),
        _pairs(entry, "parameters", where, problems),
        entry.get("records"),
        entry.get("cursor_parameter"),
        _pairs(entry, "load", where, problems),
    )


def _unknown(entry: Mapping[str, Any], known: set[str], where: str) -> list[Problem]:
    return [
        _problem(
            "SETTING_UNKNOWN",
            f"There is no setting {shorten(name)}",
            where,
            entry[name],
            near_miss(name, known) or f"Known: {', '.join(sorted(known))}.",
        )
        for name in entry
        if name not in known
    ]


def _problem(code: str, what: str, where: str, given: Any, next_step: str) -> Problem:
    return Problem(code, what, where, shorten(given), next_step)
