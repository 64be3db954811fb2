"""Fetches what is new through dlt, which keeps how far it came, and writes snapshots of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from segmentry.sources.connections.snapshot import write_snapshot
from segmentry.sources.connections.spec import Connection, Fetch, variables_in, with_variables
from segmentry.terms.errors import Problem, SettingsError, SourceError, shorten

_LAYOUT = "{table_name}/{load_id}.{file_id}.{ext}"
_FIRST = "1970-01-01T00:00:00Z"
"""Where a service is asked to begin the first time."""


@dataclass(frozen=True)
class Fetched:
    """What one table brought.

    Attributes:
        connection: Name of the connection.
        table: Name of the table or resource.
        path: The snapshot.
        rows: Rows of the snapshot.
        brought: Rows this fetch brought, newer versions of known rows among them.
        increments: Fetches it is made of.
        load: Options of its load.
    """

    connection: str
    table: str
    path: Path
    rows: int
    brought: int
    increments: int
    load: Mapping[str, Any]


def fetch(connection: Connection, staging: Path, environment: Mapping[str, str] | None = None) -> list[Fetched]:
    """Fetch what is new since the last time and write a snapshot of every table.

    A fetch that was cut off goes on where it stopped; how far it came is kept beside the increments.

    Args:
        connection: Where to, and what.
        staging: Folder for increments and snapshots.
        environment: Variables with the secrets; those of the process by default.

    Raises:
        SettingsError: a secret is not set, or the extra is not installed.
        SourceError: the other side cannot be reached, or does not have what is asked for.
    """
    known = os.environ if environment is None else environment
    where = f"connection {connection.name}"
    told = [connection.url, connection.token or "", *(value for _, value in connection.headers)]
    told += [value for each in connection.tables for _, value in each.parameters if isinstance(value, str)]
    with_variables("\n".join(told), known, where)

    def filled(text: Any) -> Any:
        return with_variables(text, known, where) if isinstance(text, str) else text

    url, token = filled(connection.url), filled(connection.token)
    headers = {name: filled(value) for name, value in connection.headers}
    tables = tuple(
        replace(each, parameters=tuple((name, filled(value)) for name, value in each.parameters))
        for each in connection.tables
    )
    connection = replace(connection, tables=tables)
    secrets = [url, token or "", *headers.values(), *(known[name] for name in variables_in(told))]
    is_sql = connection.kind == "sql"
    source = _database(connection, url) if is_sql else _service(connection, url, token, headers, secrets)
    brought = _run(connection, source, staging, secrets)
    return [_snapshot(connection, each, staging, brought.get(_snake(each.name), 0)) for each in connection.tables]


def _dlt() -> Any:
    """The library, told to report to nobody."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
    try:
        import dlt
    except ImportError as error:
        next_step = "Run: pip install 'segmentry[connections]'"
        raise SettingsError(
            Problem("LIBRARY_MISSING", "What fetches is not installed", "connections", "dlt", next_step)
        ) from error
    logging.getLogger("dlt").setLevel(logging.CRITICAL)
    return dlt


def _run(connection: Connection, source: Any, staging: Path, secrets: list[str]) -> dict[str, int]:
    """Fetch; rows brought, by table as dlt writes its name."""
    dlt = _dlt()
    from dlt.destinations import filesystem
    from dlt.pipeline.exceptions import PipelineStepFailed

    staging.mkdir(parents=True, exist_ok=True)
    pipeline = dlt.pipeline(
        pipeline_name=connection.name,
        destination=filesystem(bucket_url=staging.resolve().as_uri(), layout=_LAYOUT),
        dataset_name=connection.name,
        pipelines_dir=str(staging.resolve() / ".pipelines"),
    )
    try:
        pipeline.run(source, loader_file_format="parquet")
    except PipelineStepFailed as error:
        raise SourceError(_unreachable(connection, error, secrets)) from None
    told = pipeline.last_trace.last_normalize_info
    return {} if told is None else dict(told.row_counts)


def _unreachable(connection: Connection, error: BaseException, secrets: list[str]) -> Problem:
    """The innermost cause in its own words, without what must stay secret."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    told = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    told = _hidden(told, secrets)
    next_step = "Check address, rights, and names of tables and columns; what was fetched before stays."
    where = f"connection {connection.name}"
    return Problem("CONNECTION_FAILED", "Nothing could be fetched", where, shorten(told, 200), next_step)


def _hidden(told: str, secrets: list[str]) -> str:
    """A text without what must stay secret, however an address spells it."""
    spelled = {
        form for secret in secrets for form in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret))
    }
    for secret in sorted(spelled - {""}, key=len, reverse=True):
        told = told.replace(secret, "(not shown)")
    return told


def _database(connection: Connection, url: str) -> list[Any]:
    _dlt()
    from dlt.common.configuration.exceptions import ConfigurationException

    try:
        return [_table(each, url) for each in connection.tables]
    except ConfigurationException as error:
        next_step = "Write it as in postgresql+psycopg://user:${PASSWORD}@host/database."
        what, where = "The address is no address of a database", f"connection {connection.name}"
        raise SettingsError(Problem("CONNECTION_WRONG", what, where, "", next_step)) from error


def _table(each: Fetch, url: str) -> Any:
    dlt = _dlt()
    from dlt.sources.sql_database import sql_table

    table = sql_table(
        credentials=url,
        table=each.name,
        schema=each.schema,
        incremental=None if each.cursor is None else dlt.sources.incremental(each.cursor),
        backend="pyarrow",
        defer_table_reflect=True,
    )
    table.apply_hints(write_disposition=_disposition(each))
    return table


def _service(connection: Connection, url: str, token: str | None, headers: dict[str, str], secrets: list[str]) -> Any:
    _dlt()
    from dlt.common.exceptions import DltException
    from dlt.sources.rest_api import rest_api_source

    client: dict[str, Any] = {"base_url": url, "headers": headers}
    if token is not None:
        client["auth"] = {"type": "bearer", "token": token}
    config: Any = {"client": client, "resources": [_resource(each) for each in connection.tables]}
    try:
        return rest_api_source(config, name=connection.name)
    except (ValueError, DltException) as error:
        what, where = "The service cannot be asked like this", f"connection {connection.name}"
        next_step = "Check path, parameters, records and cursor of its tables; a path holds no ${NAME}."
        told = _hidden(str(error).splitlines()[0], secrets)
        raise SettingsError(Problem("CONNECTION_WRONG", what, where, shorten(told, 200), next_step)) from None


def _resource(each: Fetch) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"path": each.path or each.name, "params": dict(each.parameters)}
    if each.records is not None:
        endpoint["data_selector"] = each.records
    if each.cursor is not None:
        endpoint["incremental"] = {"cursor_path": each.cursor, "initial_value": _FIRST}
        if each.cursor_parameter is not None:
            endpoint["incremental"]["start_param"] = each.cursor_parameter
    return {"name": each.name, "endpoint": endpoint, "write_disposition": _disposition(each), "max_table_nesting": 0}


def _disposition(each: Fetch) -> Any:
    """With a cursor increments are added; without one every fetch brings the whole."""
    return "append" if each.cursor else "replace"


def _snapshot(connection: Connection, each: Fetch, staging: Path, brought: int) -> Fetched:
    """The newest version of every row that was fetched so far."""
    folder = staging / connection.name
    name = _snake(each.name)
    increments = sorted((folder / name).glob("*.parquet"), key=lambda path: (_moment(path), path.name))
    target = staging / f"{connection.name}.{each.name}.parquet"
    key = [_snake(column) for column in each.key]
    rows = write_snapshot(increments, key, target)
    return Fetched(connection.name, each.name, target, rows, brought, len(increments), dict(each.load))


def _moment(path: Path) -> float:
    """When an increment was fetched: its file begins with that."""
    return float(".".join(path.name.split(".")[:2]))


def _snake(name: str) -> str:
    """A name as dlt writes it."""
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return str(NamingConvention().normalize_identifier(name))
