"""What the verbs of a workspace give back: small objects that show themselves in a notebook."""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from segmentry.terms.errors import Problem, SettingsError, near_miss
from segmentry.terms.numbers import as_json

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import pyarrow as pa

Form = Literal["arrow", "pandas", "polars"]
_MOST_ROWS = 20


@dataclass(frozen=True)
class TableResult:
    """A published table.

    Attributes:
        name: Logical name.
        contract: The contract as a mapping: grain, key, columns with units.
        as_of: Instant (UTC, ISO 8601) at which it holds, or None for facts.
        rows: Number of rows.
    """

    name: str
    contract: Mapping[str, Any]
    as_of: str | None
    rows: int
    _read: Callable[[int | None], pa.Table] = field(repr=False)

    def table(self, form: Form = "arrow", limit: int | None = None) -> Any:
        """The rows as an Arrow table, or as a pandas or polars frame where that library is installed.

        Args:
            form: ``arrow``, ``pandas`` or ``polars``.
            limit: At most so many rows.
        """
        return convert(self._read(limit), form)

    def _repr_html_(self) -> str:
        return rows_as_html(self._read(_MOST_ROWS), f"{self.name}: {self.rows:,} rows, as of {self.as_of or 'loading'}")


@dataclass(frozen=True, repr=False)
class DocumentResult:
    """An answer as one JSON-ready object, with the tables and pictures behind it.

    Attributes:
        title: What the answer is about.
        document: The answer; what cannot be estimated is ``{"not_estimable": reason}``.
    """

    title: str
    document: Mapping[str, Any]
    _tables: Mapping[str, Callable[[], pa.Table]] = field(default_factory=dict, repr=False)
    _figures: Mapping[str, Callable[[], go.Figure]] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, ready for JSON."""
        return dict(as_json(dict(self.document)))

    def table(self, name: str | None = None, form: Form = "arrow") -> Any:
        """One of the tables behind the answer, the main one by default."""
        return convert(_pick(self._tables, name, "table")(), form)

    def figure(self, name: str | None = None) -> go.Figure:
        """One of the pictures of the answer, the main one by default."""
        return _pick(self._figures, name, "figure")()

    def draw(self, path: str | Path, name: str | None = None) -> Path:
        """Write one of the pictures, the main one by default, as one HTML file; returns where it is.

        Raises:
            SettingsError: there is no such picture.
            WorkspaceError: the file cannot be written.
        """
        from segmentry.workspace.reporting import write_figure

        return write_figure(self.figure(name), Path(path))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables behind the answer."""
        return tuple(self._tables)

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the pictures of the answer."""
        return tuple(self._figures)

    def __repr__(self) -> str:
        return f"DocumentResult({self.title!r}, tables={list(self._tables)}, figures={list(self._figures)})"

    def _repr_html_(self) -> str:
        if self._tables:
            return rows_as_html(_pick(self._tables, None, "table")().slice(0, _MOST_ROWS), self.title)
        items = "".join(
            f"<tr><th style='text-align:left'>{html.escape(str(key))}</th><td>{html.escape(str(value))}</td></tr>"
            for key, value in self.as_dict().items()
        )
        return f"<table><caption>{html.escape(self.title)}</caption>{items}</table>"


def convert(table: pa.Table, form: Form) -> Any:
    """An Arrow table in the form asked for; `SettingsError` where the library for it is not installed."""
    known = get_args(Form)
    if form not in known:
        hint = near_miss(str(form), known) or "Use arrow, pandas or polars."
        raise SettingsError(Problem("FORM_UNKNOWN", "There is no such form of a table", "form", str(form), hint))
    if form == "arrow":
        return table
    if form == "pandas":
        return table.to_pandas()
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise SettingsError(
            Problem("LIBRARY_MISSING", "polars is not installed", "form", "polars", "Run: pip install polars")
        ) from error
    return polars.from_arrow(table)


def _pick(choices: Mapping[str, Callable[[], Any]], name: str | None, what: str) -> Callable[[], Any]:
    if choices and name is None:
        return next(iter(choices.values()))
    if name is None or name not in choices:
        hint = near_miss(str(name), choices) or f"Known: {', '.join(choices) or 'none'}."
        raise SettingsError(Problem(f"{what.upper()}_UNKNOWN", f"There is no such {what}", what, str(name), hint))
    return choices[name]


def rows_as_html(table: pa.Table, caption: str) -> str:
    """A small HTML table, every value escaped."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table.column_names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_shown(value))}</td>" for value in row.values()) + "</tr>"
        for row in table.to_pylist()
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
