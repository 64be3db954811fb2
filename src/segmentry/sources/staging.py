"""From a file to a `Reading`: stage the rows, look at them, say what the columns mean and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import Engine
from segmentry.engine.files import UNREADABLE, Staged, TextLayout, hold, stage_arrow, stage_parquet, stage_text
from segmentry.sources import times, values
from segmentry.sources.layout import find_layout, named
from segmentry.sources.lines import GIVEN_LIMIT
from segmentry.sources.nearest import refusal
from segmentry.sources.opening import OpenedFile, settle_encoding
from segmentry.sources.organizations import NOBODY, Organizations
from segmentry.sources.reading import Reading
from segmentry.sources.recognize import IncompleteOrdersError, recognize
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample, all_days, sample_columns
from segmentry.sources.spec import LoadSpec
from segmentry.terms.errors import Problem, SourceError

_NUMBERS = ("quantity", "price", "amount", "discount", "cost", "unit_cost")
_ODD_LIMIT = 5000


def stage_file(engine: Engine, file: OpenedFile, spec: LoadSpec) -> tuple[Staged, tuple[str, ...]]:
    """Bring the rows of ``file`` into the warehouse; returns them with the names of their columns."""
    if file.format == "parquet":
        staged, found = stage_parquet(engine, file.path)
        return _not_empty(staged, file), named(found, len(found))
    if file.format == "excel":
        from segmentry.sources.workbooks import read_workbook

        table, names = read_workbook(file.path, file.name, spec)
        return _not_empty(stage_arrow(engine, table), file), tuple(names)
    layout = find_layout(file.path, file.name, spec)
    if layout.kind != "csv":
        from segmentry.sources.aligned import stage_aligned

        return _not_empty(stage_aligned(engine, file.path, layout, spec), file), layout.names
    shape = TextLayout(len(layout.names), layout.delimiter, layout.quote, layout.skip, layout.header)
    return _not_empty(stage_text(engine, file.path, shape), file), layout.names


def _not_empty(staged: Staged, file: OpenedFile) -> Staged:
    if staged.rows == 0:
        raise SourceError(
            Problem(
                "SOURCE_NO_ROWS",
                "The file holds names but no rows",
                file.name,
                "0 rows",
                "Export it again, with the rows.",
            )
        )
    if len(staged.rejected) == staged.rows:
        first = staged.rejected[0]
        raise SourceError(
            Problem(
                "SOURCE_RAGGED",
                f"No row fits the table: {first.reason}",
                f"{file.name}, row {first.line_number}",
                first.text,
                "Name the delimiter, the quote or the header line.",
            )
        )
    return staged


def look(engine: Engine, spec: LoadSpec, file: OpenedFile, folder: Path) -> Reading:
    """Stage ``file`` and look at its columns; what they mean and how they are written is left open.

    Raises:
        SourceError: it cannot be read.
    """
    staged, names = stage_file(engine, file, spec)
    if file.encoding == "utf-8" and not spec.encoding and any(row.reason == UNREADABLE for row in staged.rejected):
        settled = settle_encoding(file, folder)
        if settled.encoding != file.encoding:
            staged, names = stage_file(engine, settled, spec)
        file = settled
    samples = sample_columns(engine, staged, names)
    return Reading(spec, file, staged, samples, (), values.NumberStyle(), times.TimeStyle(), None, {}, False)


def understand_orders(engine: Engine, reading: Reading, organizations: Organizations = NOBODY) -> Reading:
    """Tell what the columns of order lines mean and how they are written; `SourceError` where one is missing."""
    samples, spec = reading.samples, reading.spec
    try:
        recognized = recognize(samples, spec.mapping, reading.file.name, organizations)
    except IncompleteOrdersError as error:
        raise error if spec.table else refusal(error, samples, spec, reading.file.name) from None
    numbered = _is_numbered(samples, recognized)
    reading = replace(reading, recognized=recognized, numbered=numbered).narrowed(GIVEN_LIMIT)
    return understand_values(engine, reading)


def understand_values(engine: Engine, reading: Reading) -> Reading:
    """Settle how numbers and moments are written, first from the samples, then from whatever did not fit."""
    numbers = _texts(reading, _NUMBERS)
    moments = _texts(reading, ("time",))
    if reading.has("time"):
        moments += all_days(engine, reading.staged, reading.places("time")[0], moments)
    reading = _styled(reading, numbers, moments)
    facts = _facts(engine, reading)
    odd_numbers, odd_moments = _odd(engine, reading, facts)
    if odd_numbers or odd_moments:
        reading = _styled(reading, numbers + odd_numbers, moments + odd_moments)
        facts = _facts(engine, reading)
    torn = _torn_orders(engine, reading) if reading.has("currency") and reading.has("order") else None
    filled = {role: int(facts[f"filled_{role}"]) for role in dict.fromkeys(item.role for item in reading.recognized)}
    span = (facts["first"], facts["last"]) if facts.get("first") is not None else None
    return replace(reading, filled=filled, span=span, torn=torn, small=_is_small(facts))


def _is_small(facts: dict[str, Any]) -> bool:
    quantity, price = facts.get("most_quantity"), facts.get("most_price")
    return quantity is not None and price is not None and quantity * price < 9 * 10**9


def _torn_orders(engine: Engine, reading: Reading) -> ir.Table | None:
    """Numbers of orders told in more than one currency; None where there are none."""
    order, currency = reading.column("order"), reading.column("currency")
    if order is None or currency is None:
        return None
    pairs = reading.staged.table.select(
        order_id=values.read_id(order), currency=values.read_text(currency).upper().fill_null("")
    )
    grouped = pairs.group_by("order_id").having(pairs.currency.min() != pairs.currency.max()).aggregate()
    torn, count = hold(engine, grouped.filter(grouped.order_id.notnull()))
    return torn if count else None


def _styled(reading: Reading, numbers: Sequence[str], moments: Sequence[str]) -> Reading:
    return replace(
        reading,
        numbers=values.number_style(numbers, reading.spec.decimal_mark),
        times=_time_style(reading, moments),
    )


def _time_style(reading: Reading, moments: Sequence[str]) -> times.TimeStyle:
    column = reading.column("time")
    if column is not None and column.type().is_timestamp() and column.type().timezone is not None:
        return times.TimeStyle(instants=True)
    return times.time_style(moments, reading.spec.date_format)


def _is_numbered(samples: Sequence[ColumnSample], recognized: Sequence[Recognized]) -> bool:
    order = next((samples[item.place] for item in recognized if item.role == "order"), None)
    return order is not None and order.whole >= 0.6


def _texts(reading: Reading, roles: Sequence[str]) -> list[str]:
    """The sampled texts of the columns with these roles."""
    texts: list[str] = []
    for role in roles:
        for place in reading.places(role):
            if reading.samples[place].kind == "text":
                texts += dict.fromkeys(reading.samples[place].values)
    return texts


def _facts(engine: Engine, reading: Reading) -> dict[str, Any]:
    """One aggregate over the staged file: what is filled, what does not fit its style, first and last moment."""
    asked: dict[str, ir.Value] = {}
    table = _with_moment(reading)
    for item in reading.recognized:
        column = table[f"c{item.place}"]
        if f"filled_{item.role}" not in asked:
            asked[f"filled_{item.role}"] = (~values.is_wanting(column)).sum()
        if item.role in _NUMBERS and column.type().is_string():
            asked[f"odd_{item.place}"] = _does_not_fit(column, reading).sum()
        if item.role in ("quantity", "price"):
            asked[f"most_{item.role}"] = values.read_decimal(column, reading.numbers).abs().max()
    if "told" in table.columns:
        told = table.told
        believable = ibis.ifelse((told >= times.EARLIEST) & (told < datetime(2200, 1, 1)), told, ibis.null(told.type()))
        asked |= {"first": believable.min(), "last": believable.max(), "moments": told.count()}
    return engine.rows(table.aggregate(**asked))[0]


def _with_moment(reading: Reading) -> ir.Table:
    """The columns that have a role, and ``told``: their moment, read once though asked for thrice."""
    table, moment = reading.staged.table, reading.column("time")
    places = dict.fromkeys(f"c{item.place}" for item in reading.recognized)
    return (
        table.select(*places)
        if moment is None
        else table.select(*places, told=times.read_moment(moment, reading.times))
    )


def _does_not_fit(column: ir.StringValue, reading: Reading) -> ir.BooleanValue:
    return values.read_decimal(column, reading.numbers).isnull() & ~values.is_wanting(column)


def _odd(engine: Engine, reading: Reading, facts: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Numbers and moments that do not fit the style told from the samples."""
    table, numbers, moments = reading.staged.table, [], []
    for item in reading.recognized:
        if facts.get(f"odd_{item.place}"):
            column = table[f"c{item.place}"]
            numbers += _different(engine, table, column, _does_not_fit(column, reading))
    column = reading.column("time")
    if column is not None and column.type().is_string() and facts["moments"] < facts["filled_time"]:
        unread = times.read_moment(column, reading.times).isnull() & ~values.is_wanting(column)
        moments = [text for text in _different(engine, table, column, unread) if times.is_moment(text)]
    return [text for text in numbers if values.is_number(text)], moments


def _different(engine: Engine, table: ir.Table, column: ir.Value, test: ir.BooleanValue) -> list[str]:
    found = table.filter(test).select(text=column.cast(dt.string).strip()).distinct().limit(_ODD_LIMIT)
    return [text for text in engine.arrow(found).column(0).to_pylist() if text]
