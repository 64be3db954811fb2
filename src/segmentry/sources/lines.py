"""Rows of an order file as typed lines: an expression over the staged file, evaluated when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter, Signature

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import MONEY
from segmentry.engine.files import LINE
from segmentry.sources import rules, times, values
from segmentry.sources.names import plain
from segmentry.sources.organizations import ORGANIZATIONS
from segmentry.sources.reading import Reading
from segmentry.sources.spec import LoadSpec
from segmentry.sources.tables import GIVEN, QUARANTINED
from segmentry.terms.vocabulary import LineKind

CONTENT = (
    "party_key",
    "ordered_at",
    "product_id",
    "product_name",
    "quantity",
    "unit_price",
    "amount",
    "currency",
)
"""What makes two lines of an order equal; the number of the order comes on top where the file has one."""


_WIDE = dt.Decimal(19, 4)
"""One digit more than money, so that the engine multiplies in 128 bits: safe for any price, but far slower."""
GIVEN_LIMIT = 100
"""So many unmapped columns are kept; further ones are told in the report and left out."""


@dataclass(frozen=True)
class Fault:
    """A reason to put a row aside: the words, the role at fault, and the test."""

    reason: str
    role: str
    test: ir.BooleanValue


def typed_lines(reading: Reading, load_id: str, latest: datetime) -> ir.Table:
    """The rows as `LOADED_LINES` without ``repeated`` and ``excluded_by``; rows put aside carry their reason.

    Args:
        reading: The file and what its columns mean.
        load_id: Id of the load.
        latest: Latest instant (UTC) a fact may have.
    """
    table = _derived(reading, _cells(reading), load_id)
    faults = _faults(reading, table, latest)
    none = ibis.null(dt.string)
    named = ((fault.test, ibis.literal(fault.reason)) for fault in faults)
    reason = ibis.ifelse(_is_clean(reading, table, latest), none, ibis.cases(*named, else_=none))
    own = rules.own_rule(
        reading.spec.rules,
        order_id=table.order_id if reading.has("order") else None,
        numbered=reading.numbered,
        product_id=table.product_id if reading.has("product") else None,
        product_name=table.product_name if reading.has("product_name") else None,
        status=table.raw_status if reading.has("status") else None,
        amount=table.amount if reading.has("product") or reading.has("product_name") else None,
        party_key=table.party_key,
    )
    kept = [name for name in table.columns if not name.startswith("raw_")]
    return table.select(*kept, line_kind=_kind(reading, table), own_rule=own, reason=reason)


def _cells(reading: Reading) -> ir.Table:
    """Each cell read once; what follows from several cells is added on top."""
    cells: dict[str, ir.Value | None] = {
        "order_id": _id(reading, "order"),
        "native": _id(reading, "customer"),
        "payer": _id(reading, ORGANIZATIONS),
        "moment": times.finite(times.read_moment(reading.column("time"), reading.times)),
        "product_id": _id(reading, "product"),
        "product_name": _text(reading, "product_name"),
        "category": _text(reading, "category"),
        "quantity": _money(reading, "quantity"),
        "unit_price": _money(reading, "price"),
        "amount": _money(reading, "amount"),
        "discount": _money(reading, "discount"),
        "cost": _money(reading, "cost"),
        "unit_cost": _money(reading, "unit_cost"),
        "currency": _text(reading, "currency"),
        "channel": _text(reading, "channel"),
        "country": _text(reading, "country"),
        "raw_part": _text(reading, "part"),
        "raw_status": _text(reading, "status"),
        "raw_time": reading.column("time"),
        "raw_amount": reading.column("amount"),
        "raw_price": reading.column("price"),
        "raw_quantity": reading.column("quantity"),
    }
    given = {
        f"{GIVEN}{name}": _given(reading.staged.table[f"c{place}"]) for name, place in given_names(reading).items()
    }
    return reading.staged.table.select(
        LINE, **{name: cell for name, cell in cells.items() if cell is not None}, **given
    )


def _signed(cost: ir.Value, amount: ir.Value) -> ir.Value:
    """The cost of a line with the sign of its amount: goods that come back bring their cost back."""
    return (amount < 0).ifelse(-cost.abs(), cost).cast(MONEY)


def _derived(reading: Reading, cells: ir.Table, load_id: str) -> ir.Table:
    """The columns of `LOADED_LINES`, in a fixed order, and beside them the raw cells."""
    spec, money = reading.spec, ibis.null(MONEY)
    at, on = _instant_and_day(reading, cells.moment)

    def cell(name: str, other: ir.Value) -> ir.Value:
        return cells[name] if name in cells.columns else other

    text = ibis.null(dt.string)
    quantity, price = cell("quantity", money), cell("unit_price", money)
    amount = cell("amount", _amount(reading, quantity, price))
    told = ibis.literal(spec.currency, dt.string) if spec.currency else text
    keep = [name for name in cells.columns if name.startswith((GIVEN, "raw_"))]
    return cells.select(
        LINE,
        *keep,
        load_id=ibis.literal(load_id),
        source=ibis.literal(spec.source),
        order_id=cell("order_id", _derived_order(reading, cells, at)),
        **_parties(spec, cells),
        ordered_at=at,
        ordered_on=on,
        timezone=ibis.literal(spec.timezone),
        product_id=cell("product_id", text),
        product_name=cell("product_name", text),
        category=cell("category", text),
        quantity=quantity,
        unit_price=price,
        amount=amount,
        discount=cell("discount", money).abs().cast(MONEY),
        cost=_signed(cell("cost", (cell("unit_cost", money) * quantity).cast(MONEY)), amount),
        currency=ibis.coalesce(cells.currency.upper(), told) if "currency" in cells.columns else told,
        channel=cell("channel", text),
        country=cell("country", text),
        part=cell("raw_part", text),
        order_given=ibis.literal(reading.has("order")),
    )


def _parties(spec: LoadSpec, cells: ir.Table) -> dict[str, ir.Value]:
    """Who pays, an organization where one is told, and then the person who ordered for it."""
    nobody = ibis.null(dt.string)
    person = ibis.literal(spec.parties + ":") + cells.native if "native" in cells.columns else nobody
    if "payer" not in cells.columns:
        return {"party_key": person, "contact_key": nobody}
    payer = ibis.literal(f"{ORGANIZATIONS}:") + cells.payer
    return {
        "party_key": ibis.coalesce(payer, person),
        "contact_key": ibis.ifelse(payer.notnull(), person, nobody),
    }


def _kind(reading: Reading, table: ir.Table) -> ir.StringValue:
    """A return where amount or units are negative, or the number of the invoice says so; else a sale."""
    tests = [table.amount < 0, table.quantity < 0]
    credit = rules.is_credit(table.order_id, reading.numbered)
    tests += [] if credit is None else [credit]
    back = ibis.or_(*(test.fill_null(False) for test in tests))
    return ibis.ifelse(back, ibis.literal(LineKind.RETURN.value), ibis.literal(LineKind.SALE.value))


def given_names(reading: Reading) -> dict[str, int]:
    """The unmapped columns under the names they keep, each with its place in the file."""
    names: dict[str, int] = {}
    for sample in reading.unmapped[:GIVEN_LIMIT]:
        name = plain(sample.name)[:60] or f"column_{sample.place + 1}"
        names[name if name not in names else f"{name}_{sample.place + 1}"] = sample.place
    return names


def _given(column: ir.Value) -> ir.Value:
    return values.read_text(column) if column.type().is_string() else column


def _id(reading: Reading, role: str) -> ir.StringValue | None:
    column = reading.column(role)
    return None if column is None else values.read_id(column)


def _text(reading: Reading, role: str) -> ir.StringValue | None:
    column = reading.column(role)
    return None if column is None else values.read_text(column)


def _money(reading: Reading, role: str) -> ir.DecimalValue | None:
    columns = [reading.staged.table[f"c{place}"] for place in reading.places(role)]
    if not columns:
        return None
    return values.sum_of([values.read_decimal(column, reading.numbers) for column in columns]).cast(MONEY)


def _amount(reading: Reading, quantity: ir.DecimalValue, price: ir.DecimalValue) -> ir.DecimalValue:
    if not reading.has("quantity"):
        return price
    product = quantity * price if reading.small else quantity.cast(_WIDE) * price
    return product.try_cast(MONEY)


def _instant_and_day(reading: Reading, moment: ir.TimestampValue) -> tuple[ir.TimestampValue, ir.DateValue]:
    """The instant (UTC) and the local day."""
    if reading.span is None:
        return moment, moment.cast(dt.date)
    zone, (first, last) = reading.spec.timezone, reading.span
    if reading.times.instants:
        return moment, times.utc_to_local(moment, zone, first, last).cast(dt.date)
    return times.local_to_utc(moment, zone, first, last), moment.cast(dt.date)


def _derived_order(reading: Reading, cells: ir.Table, at: ir.TimestampValue) -> ir.StringValue:
    """Without order numbers, lines of products at one instant are one order; else each row is an order of its own."""
    told = [cells[name] for name in ("payer", "native") if name in cells.columns]
    moment = ibis.coalesce(*told, ibis.literal("?")) + "@" + at.cast(dt.string)
    if reading.has("product") or reading.has("product_name"):
        return moment
    return moment + "#" + cells[LINE].cast(dt.string)


def _faults(reading: Reading, table: ir.Table, latest: datetime) -> list[Fault]:
    """Every reason to put a row aside, the first that fits counting."""
    found = [Fault("no date", "time", values.is_wanting(table.raw_time))]
    if reading.times.mixed:
        found.append(Fault("date ambiguous", "time", times.is_ambiguous(table.raw_time, reading.times)))
    found += [
        Fault("date not readable", "time", table.ordered_at.isnull()),
        Fault("date before 1900", "time", table.ordered_at < ibis.literal(times.EARLIEST)),
        Fault("date in the future", "time", table.ordered_at > ibis.literal(latest)),
    ]
    if reading.has("order"):
        found.append(Fault("no order number", "order", table.order_id.isnull()))
    if reading.torn is not None:
        found.append(Fault("order in several currencies", "currency", table.order_id.isin(reading.torn.order_id)))
    for role, column in (("quantity", "quantity"), ("price", "unit_price"), ("amount", "amount")):
        if reading.has(role):
            found += _number_faults(role, table[f"raw_{role}"], table[column], _is_needed(reading, role))
    if not reading.has("amount"):
        found.append(Fault("amount out of range", "price", table.amount.isnull()))
    if reading.has("quantity") and reading.has("price"):
        both = (table.quantity < 0) & (table.unit_price < 0)
        found.append(Fault("negative quantity and price", "price", both))
    return found


def _is_clean(reading: Reading, table: ir.Table, latest: datetime) -> ir.BooleanValue:
    """Whether no fault can fit: true for nearly all lines, and far quicker told than each fault in turn."""
    tests = [table.ordered_at.between(ibis.literal(times.EARLIEST), ibis.literal(latest)), table.amount.notnull()]
    if reading.torn is not None:
        tests.append(ibis.literal(False))
    if reading.has("order"):
        tests.append(table.order_id.notnull())
    for role, column in (("quantity", "quantity"), ("price", "unit_price")):
        if reading.has(role):
            tests.append(table[column].notnull())
    if reading.has("quantity") and reading.has("price"):
        tests.append((table.quantity >= 0) | (table.unit_price >= 0))
    return ibis.and_(*tests)


def _is_needed(reading: Reading, role: str) -> bool:
    return role == "amount" or not reading.has("amount")


def _number_faults(role: str, raw: ir.Value, typed: ir.DecimalValue, needed: bool) -> list[Fault]:
    wanting = values.is_wanting(raw)
    found = [Fault(f"no {role}", role, wanting)] if needed else []
    large = typed.isnull() & ~wanting & _is_large(raw)
    return [
        *found,
        Fault(f"{role} out of range", role, large),
        Fault(f"{role} not a number", role, typed.isnull() & ~wanting),
    ]


def _is_large(raw: ir.Value) -> ir.BooleanValue:
    """Whether a cell is a number too large for money."""
    number = raw.try_cast(dt.float64)
    return (number.abs() >= 1e14).fill_null(False) & ~number.isnan().fill_null(False)


def hash_of(*parts: ir.Value) -> ir.IntegerValue:
    """One number for several values, the engine's own; good for a moment only, never stored."""

    def digest() -> None:
        """A hash of as many values as there are."""

    parameters = [Parameter(f"value{place}", Parameter.POSITIONAL_OR_KEYWORD) for place in range(len(parts))]
    digest.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    kinds = tuple(part.type() for part in parts)
    return ibis.udf.scalar.builtin(name="hash", signature=(kinds, dt.uint64))(digest)(*parts)


def bare_key(key: ir.StringValue) -> ir.StringValue:
    """A party by its number alone: one column may have been read as persons first, then as organizations."""
    spaces = (f"{ORGANIZATIONS}:", "customer:")
    return ibis.cases(*((key.startswith(each), key.substr(len(each))) for each in spaces), else_=key)


def content_hash(table: ir.Table) -> ir.IntegerValue:
    """One number for the content of a line; equal lines have equal ones."""
    order = ibis.ifelse(table.order_given, table.order_id, ibis.literal(""))
    return hash_of(order, *(table[name] for name in CONTENT))


def telling_hash(loaded: ir.Table) -> ir.Table:
    """For each written line its row id (``place``) and ``told``, one number for its few telling cells.

    A sieve: equal lines have equal numbers, so that only lines that share one need be compared in full.
    """
    order = ibis.ifelse(loaded.order_given, loaded.order_id, ibis.literal(""))
    told = hash_of(order, bare_key(loaded.party_key), loaded.ordered_at, loaded.product_id, loaded.amount)
    return loaded.select(place=loaded.rowid(), told=told)


def exclusion(table: ir.Table, overlap: ir.BooleanValue, repeated: ir.BooleanValue) -> ir.StringValue:
    """Name of the rule by which a line is left out: put aside, told elsewhere, repeated, or by its own rule."""
    return ibis.cases(
        (table.reason.notnull(), ibis.literal(QUARANTINED)),
        (overlap, ibis.literal("overlap")),
        (repeated, ibis.literal("repeated")),
        else_=table.own_rule,
    )
