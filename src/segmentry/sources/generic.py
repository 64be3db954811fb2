"""Files that fill any other canonical table: columns matched to the contract by name, typed, faults put aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import data_type
from segmentry.engine.files import LINE
from segmentry.sources import times, values
from segmentry.sources.names import EXACT, name_score, plain
from segmentry.sources.reading import Reading
from segmentry.sources.recognize import Recognized, check_mapping
from segmentry.sources.sample import ColumnSample
from segmentry.sources.spec import LoadSpec
from segmentry.sources.table_names import NUMBERED, PARTIES, TELLTALES, USUAL_NAMES
from segmentry.sources.tables import GIVEN
from segmentry.terms.canonical import (
    CANONICAL,
    CUSTOMERS,
    ORDER_LINES,
    ORDERS,
    PARTY_KINDS,
    QUARANTINE,
    SURVEY_RESPONSES,
)
from segmentry.terms.errors import Problem, SourceError, near_miss, shorten
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import Kind

TABLES: dict[str, Contract] = {
    contract.name: contract
    for contract in CANONICAL.values()
    if contract not in (ORDER_LINES, ORDERS, PARTY_KINDS, QUARANTINE)
}
"""The canonical tables that are filled from a file as it stands."""

_SHARED = {
    "party_key": "customer",
    "product_id": "product",
    "category": "category",
    "country": "country",
    "currency": "currency",
    "channel": "channel",
}
"""Columns that files of orders tell as well, under the same names."""
ORGANIZATIONS = "account"
"""Namespace of the numbers of organizations."""
_USUAL, _UNIQUE = 0.75, 0.999
_TOLD = ("source",)
"""Columns that come from the load, not from the file."""
_MADE = ("kind", *NUMBERED)
"""Columns that are made up where the file does not tell them."""
_NAMED_BY_FILE = ("survey_id",)
"""Columns that the name of the file stands in for, once it is said what the file is."""


@dataclass(frozen=True)
class Fault:
    """A reason to put a row aside, the column at fault, and the test."""

    reason: str
    column: str
    test: ir.BooleanValue


def table_asked_for(table: str | None, where: str) -> Contract | None:
    """The canonical table asked for; None for order lines. `SourceError` for an unknown name."""
    if table in (None, "order_lines", "orders"):
        return None
    if table not in TABLES:
        known = ("order_lines", *TABLES)
        raise SourceError(
            Problem(
                "TABLE_UNKNOWN",
                "There is no such canonical table",
                where,
                shorten(str(table)),
                near_miss(str(table), known) or f"Known are {', '.join(known)}.",
            )
        )
    return TABLES[str(table)]


def fitting_table(samples: Sequence[ColumnSample]) -> Contract | None:
    """The canonical table that a file's column names and values fit; None for order lines, and where nothing fits.

    Order lines come first: who bought, when, and how much. Of the other tables, those count whose required columns
    are all there under a usual name, and which half of the file's columns fit; the one that most columns fit wins. A
    file of customers has one row for each, and nothing of what orders tell.
    """
    if _tells(samples, "customer") and _tells(samples, "time") and _tells(samples, "amount", "price"):
        return None
    fits: list[tuple[int, str]] = []
    for contract in TABLES.values():
        places = _places(samples, contract)
        complete = all(column.name in places for column in contract.columns if _is_needed(column))
        telltales = TELLTALES.get(contract.name, "").split()
        complete = complete and (not telltales or any(name in places for name in telltales))
        fitting = _one_each(samples, places) if contract is CUSTOMERS else len(places) * 2 >= len(samples)
        if complete and fitting:
            fits.append((len(places), contract.name))
    return TABLES[max(fits)[1]] if fits else None


def _is_needed(column: Column) -> bool:
    """Whether a file without this column cannot fill the table."""
    return column.required and column.name not in (*_TOLD, *_MADE)


def _tells(samples: Sequence[ColumnSample], *roles: str) -> bool:
    return any(name_score(role, sample.name) >= _USUAL for role in roles for sample in samples)


def _places(samples: Sequence[ColumnSample], contract: Contract) -> dict[str, int]:
    """Columns of the contract with the place of the file's column whose name fits, each column of the file once."""
    places: dict[str, int] = {}
    for column in contract.columns:
        ranked = sorted(
            (rank, sample.place)
            for sample in samples
            if sample.place not in places.values() and (rank := rank_of_name(column, sample.name)) is not None
        )
        if column.name not in _TOLD and ranked:
            places[column.name] = ranked[0][1]
    return places


def _one_each(samples: Sequence[ColumnSample], places: dict[str, int]) -> bool:
    """Whether each customer has one row, and no column tells what only orders tell."""
    if "party_key" not in places or samples[places["party_key"]].distinct < _UNIQUE:
        return False
    others = [sample for sample in samples if sample.place not in places.values()]
    return not _tells(others, "order", "time", "product", "quantity", "price", "amount")


def match_columns(
    samples: Sequence[ColumnSample], contract: Contract, mapping: Sequence[tuple[str, str]], where: str
) -> tuple[Recognized, ...]:
    """Columns of the file for the columns of the contract, by mapping and by name.

    Raises:
        SourceError: the mapping is wrong, or a required column is missing; every mistake at once.
    """
    wanted = [column for column in contract.columns if column.name not in _TOLD]
    roles = {role_of(column): column.description for column in wanted}
    told = check_mapping(samples, [(PARTIES.get(role, role), name) for role, name in mapping], roles, where)
    found = [Recognized(role, samples[place].name, place, 1.0, "you said so") for role, place in told]
    for column in wanted:
        role = role_of(column)
        if role in {item.role for item in found}:
            continue
        taken = {item.place for item in found}
        ranked = sorted(
            (rank, sample.place)
            for sample in samples
            if sample.place not in taken and (rank := rank_of_name(column, sample.name)) is not None
        )
        if ranked:
            place = ranked[0][1]
            found.append(Recognized(role, samples[place].name, place, 0.9, "its name is usual for this"))
    missing = [
        column
        for column in wanted
        if _is_needed(column) and column.name not in _NAMED_BY_FILE
        if role_of(column) not in {item.role for item in found}
    ]
    if missing:
        names = shorten(", ".join(sample.name for sample in samples), 300)
        raise SourceError(
            [
                Problem(
                    "COLUMN_MISSING",
                    f"No column tells {role_of(column)}: {column.description}",
                    f"{where}, for table {contract.name}",
                    names,
                    f"Say which column it is: --map {role_of(column)}=COLUMN.",
                )
                for column in missing
            ]
        )
    return tuple(found)


def role_of(column: Column) -> str:
    """The word by which a mapping names a column of a contract."""
    return PARTIES.get(column.name, column.name)


def rank_of_name(column: Column, name: str) -> int | None:
    """Place of a name among the usual ones for this column; None where it is not among them."""
    bare = plain(name).replace("_", "")
    if bare in (column.name.replace("_", ""), role_of(column)):
        return 0
    usual = [word.replace("_", "") for word in USUAL_NAMES.get(column.name, "").split()]
    usual += list(EXACT.get(_SHARED.get(column.name, ""), ()))
    return usual.index(bare) + 1 if bare in usual else None


def typed_rows(reading: Reading, contract: Contract, styles: dict[str, times.TimeStyle], latest: datetime) -> ir.Table:
    """The rows under the contract, with ``line_number``, and ``reason`` and ``fault`` where a row is put aside."""
    spec, table = reading.spec, reading.staged.table
    cells: dict[str, ir.Value] = {}
    faults: list[Fault] = []
    for column in contract.columns:
        raw = reading.column(role_of(column))
        if column.name in _TOLD or raw is None:
            continue
        cells[column.name] = _typed(column, raw, reading, styles.get(column.name))
        wanting = values.is_wanting(raw)
        if column.required:
            faults.append(Fault(f"no {role_of(column)}", column.name, wanting))
        faults.append(Fault(f"{role_of(column)} not readable", column.name, cells[column.name].isnull() & ~wanting))
        if column.type is ColumnType.TIMESTAMP:
            faults.append(Fault("date in the future", column.name, cells[column.name] > ibis.literal(latest)))
    given = _given(reading) if contract.open else {}
    told = {"source": ibis.literal(spec.source)} | _made(reading, contract, cells)
    null = ibis.null(dt.string)
    reason = ibis.cases(*((item.test, ibis.literal(item.reason)) for item in faults), else_=null)
    fault = ibis.cases(*((item.test, ibis.literal(item.column)) for item in faults), else_=null)
    absent = {
        column.name: ibis.null(data_type(column.type))
        for column in contract.columns
        if column.name not in cells and column.name not in told
    }
    told = {name: value for name, value in told.items() if name in contract.names}
    return table.select(LINE, **cells, **absent, **told, **given, reason=reason, fault=fault)


def _made(reading: Reading, contract: Contract, cells: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """What a file need not tell: the kind of a party, numbers of rows that have none, answers as numbers."""
    line = ibis.literal(f"{reading.file.name}:") + reading.staged.table[LINE].cast(dt.string)
    made: dict[str, ir.Value] = dict.fromkeys(NUMBERED, line)
    if contract is CUSTOMERS:
        made["kind"] = ibis.literal(Kind.BUYER.value)
    if contract is SURVEY_RESPONSES:
        made |= _made_of_answers(reading, cells)
    return {name: value for name, value in made.items() if name in contract.names and name not in cells}


def _made_of_answers(reading: Reading, cells: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """Of a survey with a row for each answer: one questionnaire for each customer and day, answers as numbers."""
    made: dict[str, ir.Value] = {"survey_id": ibis.literal(PurePath(reading.file.name).stem)}
    customer, answer = reading.column("customer"), reading.column("answer")
    if customer is not None:
        day = cells["answered_at"].cast(dt.date).cast(dt.string) if "answered_at" in cells else ibis.literal("")
        made["response_id"] = values.read_id(customer) + ibis.literal(":") + day.fill_null("")
    if answer is not None:
        made["score"] = values.read_decimal(answer, reading.numbers).cast(dt.float64)
    return made


def _given(reading: Reading) -> dict[str, ir.Value]:
    from segmentry.sources.lines import given_names

    table = reading.staged.table
    given = {}
    for name, place in given_names(reading).items():
        column = table[f"c{place}"]
        given[GIVEN + name] = values.read_text(column) if column.type().is_string() else column
    return given


def _typed(column: Column, raw: ir.Value, reading: Reading, style: times.TimeStyle | None) -> ir.Value:
    if column.name in PARTIES:
        return ibis.literal(f"{_namespace(column, reading.spec)}:") + values.read_id(raw)
    if column == CUSTOMERS.column("kind"):
        word = values.read_text(raw).lower().replace(" ", "_")
        return ibis.ifelse(word.isin([kind.value for kind in Kind]), word, ibis.null(dt.string))
    if column.type is ColumnType.TEXT:
        return values.read_id(raw) if column.name.endswith("_id") else values.read_text(raw)
    if column.type in (ColumnType.TIMESTAMP, ColumnType.DATE):
        return _moment(column, raw, reading, style or times.TimeStyle())
    if column.type is ColumnType.BOOLEAN:
        return _boolean(raw)
    number = values.read_decimal(raw, reading.numbers)
    return number if column.type is ColumnType.DECIMAL else number.cast(data_type(column.type))


def _namespace(column: Column, spec: LoadSpec) -> str:
    """Organizations are numbered apart from persons."""
    return ORGANIZATIONS if column.name in ("account_key", "parent_key") else spec.parties


def _moment(column: Column, raw: ir.Value, reading: Reading, style: times.TimeStyle) -> ir.Value:
    moment = times.finite(times.read_moment(raw, style))
    believable = ibis.ifelse(moment >= times.EARLIEST, moment, ibis.null(moment.type()))
    if column.type is ColumnType.DATE:
        return believable.cast(dt.date)
    if style.instants or reading.span is None:
        return believable
    return times.local_to_utc(believable, reading.spec.timezone, *reading.span)


def _boolean(raw: ir.Value) -> ir.BooleanValue:
    if raw.type().is_boolean():
        return raw
    word = raw.cast(dt.string).lower().strip()
    yes = word.isin(["true", "yes", "y", "1", "t", "1.0", "ja", "oui", "si", "sí"])
    no = word.isin(["false", "no", "n", "0", "f", "0.0", "nein", "non"])
    return ibis.cases((yes, ibis.literal(True)), (no, ibis.literal(False)), else_=ibis.null(dt.boolean))


def moment_styles(
    contract: Contract, matched: Sequence[Recognized], samples: Sequence[ColumnSample], spec: LoadSpec
) -> dict[str, times.TimeStyle]:
    """How each column of moments is written."""
    styles = {}
    for column in contract.columns:
        place = next((item.place for item in matched if item.role == role_of(column)), None)
        if place is not None and column.type in (ColumnType.TIMESTAMP, ColumnType.DATE):
            texts = samples[place].values if samples[place].kind == "text" else ()
            styles[column.name] = times.time_style(texts, spec.date_format)
    return styles
