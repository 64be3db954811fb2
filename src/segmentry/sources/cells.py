"""What stands in the cells of a file for a canonical table: typed, and with a word on each that cannot be believed.

A cell that the row cannot do without puts its row aside: what is required, what names the row, and what says something
by being empty (a contract without an end still runs). Any other cell is left empty, and the row is kept with a remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import data_type
from segmentry.engine.files import LINE
from segmentry.sources import times, values
from segmentry.sources.countries import currency_codes
from segmentry.sources.generic import FROM_LOAD, PAID_BY_ACCOUNTS, role_of
from segmentry.sources.lines import given_names
from segmentry.sources.organizations import BY_ACCOUNTS, ORGANIZATIONS
from segmentry.sources.reading import Reading
from segmentry.sources.spec import LoadSpec
from segmentry.sources.table_names import NUMBERED, PARTIES
from segmentry.sources.tables import GIVEN
from segmentry.sources.yes_and_no import read_yes_no
from segmentry.terms.canonical import CHOICES, CURRENCY, CUSTOMERS, SURVEY_RESPONSES
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import Kind

DIVIDER = "; "
"""What divides the remarks on one row."""
MISSING = "missing"
ODD = "unknown to ISO 4217"
"""The remark on a cell that is kept."""

_PAYING = ("party_key", "user_key")
"""Who pays for a contract, and who uses it."""
AT_ACCOUNT = "account_key"
"""Column of loaded rows with the organization for which the person in ``party_key`` acted."""
_NEVER_EMPTY = {
    *("ended_on", "closed_on", "closed_at", "period_end", "converted", "accepted", "responded", "forecast"),
    *("would_have_come", "scale_low", "scale_high", "answered_at", "given_at", "contributed_at", "referred_at"),
}
"""Optional columns that must not become empty: an empty cell says something there, or the time of a fact would go."""
_NEVER_NEGATIVE = {
    *("seconds", "minutes", "handling_minutes", "waiting_minutes", "capacity_minutes", "users_attracted"),
    "term_months",
}
_IN_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "campaigns": (("started_on", "ended_on"),),
    "calendar": (("started_on", "ended_on"),),
    "usage": (("period_start", "period_end"),),
    "marketing_costs": (("period_start", "period_end"),),
    "market_series": (("period_start", "period_end"),),
}
"""Pairs of columns of which the second cannot come before the first, where no room that reads them looks at that."""


@dataclass(frozen=True)
class Doubt:
    """Why a cell cannot be believed: the column, the words, and the test."""

    column: Column
    words: str
    test: ir.BooleanValue

    @property
    def reason(self) -> str:
        """Why the row is put aside."""
        role = role_of(self.column)
        return f"no {role}" if self.words == MISSING else f"{role} {self.words}"

    @property
    def remark(self) -> str:
        """What is told of the cell where the row is kept."""
        return f"{role_of(self.column)}: {self.words}"


def typed_rows(reading: Reading, contract: Contract, styles: dict[str, times.TimeStyle], latest: datetime) -> ir.Table:
    """The rows under the contract, with ``line_number``, and what cannot be believed in them.

    ``reason`` and ``fault`` say why a row is put aside and which column is to blame; ``remarks`` tells the cells that
    were left empty, or kept though they are odd.
    """
    table = reading.staged.table
    read = {
        column.name: _typed(column, raw, reading, styles.get(column.name))
        for column in contract.columns
        if column.name not in FROM_LOAD and (raw := reading.column(role_of(column))) is not None
    }
    read = _paid(read, reading, contract)
    beside = _at_account(read, reading, contract)
    grave = [*_missing(reading, contract, read), *_out_of_order(contract, read)]
    slight: list[Doubt] = []
    for doubt in _doubts(reading, contract, read, styles, latest):
        (grave if _is_grave(doubt.column, contract) else slight).append(doubt)
    cells = _in_currency(reading.spec, contract, {name: _believed(name, cell, slight) for name, cell in read.items()})
    made = _made(reading, contract, cells)
    empty = {
        column.name: ibis.null(data_type(column.type))
        for column in contract.columns
        if column.name not in cells and column.name not in made
    }
    given = _given(reading) if contract.open else {}
    return table.select(
        LINE,
        **cells,
        **empty,
        **made,
        **beside,
        **given,
        **_put_aside(grave),
        remarks=_remarks([*slight, *_odd(contract, read)]),
    )


def _is_grave(column: Column, contract: Contract) -> bool:
    """Whether a row cannot do without this cell being right."""
    return column.required or column.name in contract.key or column.name in _NEVER_EMPTY


def _missing(reading: Reading, contract: Contract, read: Mapping[str, ir.Value]) -> Iterator[Doubt]:
    """Rows without what is required."""
    for column in contract.columns:
        raw = reading.column(role_of(column))
        if _is_paid(reading, contract) and column.name == "party_key" and column.required:
            yield Doubt(column, MISSING, read[column.name].isnull())
        elif column.required and column.name in read and raw is not None:
            wanting = values.is_wanting(raw)
            yield Doubt(column, MISSING, read[column.name].isnull() & wanting if _is_yes_or_no(column) else wanting)


def _is_yes_or_no(column: Column) -> bool:
    return column.type is ColumnType.BOOLEAN


def _doubts(
    reading: Reading,
    contract: Contract,
    read: Mapping[str, ir.Value],
    styles: Mapping[str, times.TimeStyle],
    latest: datetime,
) -> Iterator[Doubt]:
    """Cells that cannot be read, or tell what cannot be."""
    for name, cell in read.items():
        column, raw = contract.column(name), reading.column(role_of(contract.column(name)))
        if raw is None or (name in _PAYING and _is_paid(reading, contract)):
            continue
        if name in styles and styles[name].mixed:
            yield Doubt(column, "ambiguous", times.is_ambiguous(raw, styles[name]))
        yield Doubt(column, "not readable", cell.isnull() & ~values.is_wanting(raw))
        if column.type is ColumnType.TIMESTAMP:
            yield Doubt(column, "in the future", cell > ibis.literal(latest))
        if name in _NEVER_NEGATIVE:
            yield Doubt(column, "below zero", cell < 0)


def _is_paid(reading: Reading, contract: Contract) -> bool:
    """Whether a column tells organizations that pay or act."""
    return contract.name in BY_ACCOUNTS and reading.has(ORGANIZATIONS)


def _paid(read: dict[str, ir.Value], reading: Reading, contract: Contract) -> dict[str, ir.Value]:
    """The cells where organizations may pay or act.

    Of a contract the organization is the customer, and who is told as customer uses it; elsewhere the person acts, and
    the organization where no person is told.
    """
    account = reading.column(ORGANIZATIONS)
    if account is None or not _is_paid(reading, contract):
        return read
    payer, customer, user = _PAYING[0], read.get(_PAYING[0]), read.get(_PAYING[1])
    paying: ir.Value = ibis.literal(f"{ORGANIZATIONS}:") + values.read_id(account)
    if contract not in PAID_BY_ACCOUNTS:
        return read | {payer: paying if customer is None else ibis.coalesce(customer, paying)}
    users = [cell for cell in (user, customer) if cell is not None]
    told = {payer: paying if customer is None else ibis.coalesce(paying, customer)}
    return read | told | ({_PAYING[1]: ibis.coalesce(*users)} if users else {})


def _at_account(read: Mapping[str, ir.Value], reading: Reading, contract: Contract) -> dict[str, ir.Value]:
    """The organization for which a person acted, where a row tells both."""
    account = reading.column(ORGANIZATIONS)
    if account is None or not _is_paid(reading, contract) or contract in PAID_BY_ACCOUNTS:
        return {}
    key, acting = ibis.literal(f"{ORGANIZATIONS}:") + values.read_id(account), read[_PAYING[0]]
    return {AT_ACCOUNT: ibis.ifelse(acting != key, key, ibis.null(dt.string))}


def _out_of_order(contract: Contract, read: Mapping[str, ir.Value]) -> Iterator[Doubt]:
    """Ends before beginnings; of instants, one of which may be told as a mere day, by more than a day."""
    for first, second in _IN_ORDER.get(contract.name, ()):
        if first in read and second in read:
            begin, end = contract.column(first), contract.column(second)
            slack = ibis.interval(days=int(begin.type is ColumnType.TIMESTAMP))
            yield Doubt(end, f"before {role_of(begin)}", read[second] + slack < read[first])


def _odd(contract: Contract, read: Mapping[str, ir.Value]) -> Iterator[Doubt]:
    """Currencies that nobody knows: kept, so that their amounts are never taken for those of another."""
    if CURRENCY in contract.columns and "currency" in read:
        yield Doubt(CURRENCY, ODD, read["currency"].notin(sorted(currency_codes())))


def _believed(name: str, cell: ir.Value, slight: Sequence[Doubt]) -> ir.Value:
    """The cell; empty where it cannot be believed."""
    tests = [doubt.test.fill_null(False) for doubt in slight if doubt.column.name == name]
    return ibis.ifelse(ibis.or_(*tests), ibis.null(cell.type()), cell) if tests else cell


def _in_currency(spec: LoadSpec, contract: Contract, cells: dict[str, ir.Value]) -> dict[str, ir.Value]:
    """The cells with the currency of the load where the file tells none."""
    if CURRENCY not in contract.columns or not spec.currency:
        return cells
    told = ibis.literal(spec.currency)
    return cells | {"currency": ibis.coalesce(cells["currency"], told) if "currency" in cells else told}


def _put_aside(grave: Sequence[Doubt]) -> dict[str, ir.Value]:
    """Why a row is put aside and the column to blame, the first doubt counting."""
    null = ibis.null(dt.string)
    if not grave:
        return {"reason": null, "fault": null}
    return {
        "reason": ibis.cases(*((doubt.test, ibis.literal(doubt.reason)) for doubt in grave), else_=null),
        "fault": ibis.cases(*((doubt.test, ibis.literal(doubt.column.name)) for doubt in grave), else_=null),
    }


def _remarks(slight: Sequence[Doubt]) -> ir.StringValue:
    """All remarks on a row in one text; null where there are none."""
    text: ir.StringValue = ibis.literal("")
    for doubt in slight:
        text = text + ibis.ifelse(doubt.test.fill_null(False), ibis.literal(doubt.remark + DIVIDER), ibis.literal(""))
    return text.nullif("")


def _made(reading: Reading, contract: Contract, cells: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """What a file need not tell: the kind of a party, numbers of rows that have none, answers as numbers."""
    line = ibis.literal(f"{reading.file.name}:") + reading.staged.table[LINE].cast(dt.string)
    made: dict[str, ir.Value] = {"source": ibis.literal(reading.spec.source)}
    made |= {name: line for name in NUMBERED if name in contract.key}
    if contract is CHOICES:
        made["survey_id"] = ibis.literal(PurePath(reading.file.name).stem)
    if contract is CUSTOMERS:
        made["kind"] = ibis.literal(Kind.BUYER.value)
    if contract is SURVEY_RESPONSES:
        made |= _made_of_answers(reading, cells)
    return {name: value for name, value in made.items() if name in contract.names and name not in cells}


def _made_of_answers(reading: Reading, cells: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """Of a survey with a row for each answer: one questionnaire for each customer and day, answers as numbers."""
    made: dict[str, ir.Value] = {"survey_id": ibis.literal(PurePath(reading.file.name).stem)}
    customer, answer = reading.column("customer"), reading.column("answer")
    customer = reading.column(ORGANIZATIONS) if customer is None else customer
    if customer is not None:
        day = cells["answered_at"].cast(dt.date).cast(dt.string) if "answered_at" in cells else ibis.literal("")
        made["response_id"] = values.read_id(customer) + ibis.literal(":") + day.fill_null("")
    if answer is not None:
        made["score"] = values.read_decimal(answer, reading.numbers).cast(dt.float64)
    return made


def _given(reading: Reading) -> dict[str, ir.Value]:
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
    if column == CURRENCY:
        return values.read_text(raw).upper()
    if column.type is ColumnType.TEXT:
        return values.read_id(raw) if column.name.endswith("_id") else values.read_text(raw)
    if column.type in (ColumnType.TIMESTAMP, ColumnType.DATE):
        return _moment(column, raw, reading, style or times.TimeStyle())
    return read_yes_no(raw, marked=column.required) if _is_yes_or_no(column) else _number(column, raw, reading)


def _number(column: Column, raw: ir.Value, reading: Reading) -> ir.Value:
    """A number of the column's type; a part of a whole is none where wholes are counted."""
    number = values.read_decimal(raw, reading.numbers)
    if column.type is ColumnType.DECIMAL:
        return number
    typed = number.cast(data_type(column.type))
    return ibis.ifelse(number == typed, typed, ibis.null(typed.type())) if column.type is ColumnType.INTEGER else typed


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
