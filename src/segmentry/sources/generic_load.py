"""Other files into their canonical tables: of two rows with one key the newer counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import Engine, Run
from segmentry.engine.files import LINE
from segmentry.sources import cells, generic, orders, times, values
from segmentry.sources.choice_tasks import judged
from segmentry.sources.erased import REASON, forgotten
from segmentry.sources.lines import GIVEN_LIMIT, given_names
from segmentry.sources.nearest import where_keys_repeat
from segmentry.sources.organizations import NOBODY, ORGANIZATIONS, Organizations
from segmentry.sources.plan import Planned
from segmentry.sources.quality import unsettled
from segmentry.sources.quarantine import rejected_rows
from segmentry.sources.reading import Reading
from segmentry.sources.recognized import Recognized
from segmentry.sources.report import Finding, LoadReport, RuleEffect
from segmentry.sources.sample import all_days
from segmentry.sources.shapes import united
from segmentry.sources.table_names import PARTIES
from segmentry.sources.tables import GIVEN
from segmentry.sources.wide import is_wide, long_reading, match_wide, told_columns
from segmentry.sources.yes_and_no import NO, YES
from segmentry.terms.canonical import ACCOUNT_CONTACTS, CHOICES, CUSTOMERS, PRODUCTS
from segmentry.terms.errors import Problem, SourceError
from segmentry.terms.tables import Column, ColumnType, Contract

REPEATED = "repeated_key"
"""The rule by which a row gives way to a later one with the same key."""
_BECAME = {
    False: ("left empty", "what they say is unknown; the rest of the rows counts"),
    True: ("kept as told", "their amounts are added to no other currency"),
}
"""What becomes of odd cells in rows that are kept, and what that costs: of those that are no such thing, else."""
_OWN = ("place", "load_id", LINE, "reason", "fault", "remarks", cells.AT_ACCOUNT)
"""Columns of loaded rows that canonical ones do not have."""


@dataclass(frozen=True)
class GenericReading:
    """A file for one canonical table: its reading, the contract, and how each column of moments is written.

    Of a survey with a column for each question, ``long`` is the reading with a row for each answer; its report counts
    the lines of the file.
    """

    reading: Reading
    contract: Contract
    styles: dict[str, times.TimeStyle]
    long: Reading | None = None

    @property
    def rows(self) -> Reading:
        """The rows as they are published."""
        return self.long or self.reading

    def lines(self, table: ir.Table, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
        """How many lines of the file the rows of ``table`` come from."""
        return table.count(where=where) if self.long is None else table[LINE].nunique(where=where)


def understand_generic(
    engine: Engine, reading: Reading, contract: Contract, organizations: Organizations = NOBODY
) -> GenericReading:
    """Match the columns of a staged file to a contract and settle how its numbers and moments are written."""
    spec, samples = reading.spec, reading.samples
    wide = is_wide(samples, contract, spec.mapping)
    if wide:
        matched = match_wide(samples, spec.mapping, reading.file.name, organizations)
    else:
        matched = generic.match_columns(samples, contract, spec.mapping, reading.file.name, organizations)
    numbers = [
        text
        for item in matched
        if samples[item.place].kind == "text" and samples[item.place].numeric > 0.3 and samples[item.place].dates < 0.5
        for text in samples[item.place].values
    ]
    styles = _styles(engine, reading, contract, matched)
    reading = replace(reading, recognized=matched, numbers=values.number_style(numbers, spec.decimal_mark))
    reading = reading.narrowed(GIVEN_LIMIT)
    reading = replace(reading, span=_span(engine, reading, contract, styles))
    return GenericReading(reading, contract, styles, long_reading(reading) if wide else None)


def account_keys(item: GenericReading) -> ir.Table:
    """``account_key`` of the organizations that a file of accounts numbers, not yet published."""
    column = item.reading.column(ORGANIZATIONS)
    assert column is not None
    return item.reading.staged.table.select(account_key=ibis.literal(f"{ORGANIZATIONS}:") + values.read_id(column))


def _styles(
    engine: Engine, reading: Reading, contract: Contract, matched: Sequence[Recognized]
) -> dict[str, times.TimeStyle]:
    """How each column of moments is written, told from all its days where their order matters."""
    moments: dict[str, Sequence[str]] = {}
    for column in contract.columns:
        place = next((item.place for item in matched if item.role == generic.role_of(column)), None)
        if place is not None and column.type in (ColumnType.TIMESTAMP, ColumnType.DATE):
            sample = reading.samples[place]
            texts = sample.values if sample.kind == "text" else ()
            moments[column.name] = [*texts, *all_days(engine, reading.staged, place, texts)]
    return generic.moment_styles(moments, reading.spec.date_format)


def _span(
    engine: Engine, reading: Reading, contract: Contract, styles: dict[str, times.TimeStyle]
) -> tuple[datetime, datetime] | None:
    """First and last believable moment of all columns of instants."""
    ends: dict[str, ir.Value] = {}
    for name, style in styles.items():
        column = reading.column(generic.role_of(contract.column(name)))
        if column is None or contract.column(name).type is not ColumnType.TIMESTAMP:
            continue
        told = times.read_moment(column, style)
        usual = ibis.ifelse((told >= times.EARLIEST) & (told < datetime(2200, 1, 1)), told, ibis.null(told.type()))
        ends |= {f"first_{name}": usual.min(), f"last_{name}": usual.max()}
    if not ends:
        return None
    found = [moment for moment in engine.rows(reading.staged.table.aggregate(**ends))[0].values() if moment]
    return (min(found), max(found)) if found else None


def loaded_contract(contract: Contract) -> Contract:
    """The contract of all rows of all loads in force for a canonical table, used or not."""
    return Contract(
        f"loaded_{contract.name}",
        f"one row of a file for {contract.name}, used or not",
        ("load_id", LINE),
        (
            Column("load_id", ColumnType.TEXT, "The load that brought the row.", required=True),
            Column(LINE, ColumnType.INTEGER, "Row of the file, the first row of data being 1.", required=True),
            *(replace(column, required=False) for column in contract.columns),
            Column("reason", ColumnType.TEXT, "Why it was put aside, where it was."),
            Column("fault", ColumnType.TEXT, "Column at fault."),
            Column("remarks", ColumnType.TEXT, "Cells that were left empty, or kept though they are odd, and why."),
        ),
        open=True,
    )


def publish_generic(
    run: Run, contract: Contract, planned: Sequence[Planned], readings: dict[str, GenericReading], latest: datetime
) -> tuple[list[LoadReport], list[ir.Table]]:
    """Publish one canonical table with these files added; returns the reports and the rows put aside."""
    every = loaded_contract(contract)
    tables = []
    if run.has(every.name):
        gone = [plan.replaces for plan in planned if plan.replaces]
        earlier = run.table(every.name)
        tables.append(earlier.filter(~earlier.load_id.isin(gone)) if gone else earlier)
    for plan in planned:
        item = readings[plan.load_id]
        rows = cells.typed_rows(item.rows, contract, item.styles, plan.spec.now or latest)
        rows = judged(rows) if contract is CHOICES else rows
        tables.append(_of_the_living(run, rows, contract).mutate(load_id=ibis.literal(plan.load_id)))
    run.publish(every, united(tables))
    loaded = run.table(every.name)
    counts = _counts(run, planned, readings, loaded)
    if contract not in (ACCOUNT_CONTACTS, CUSTOMERS, PRODUCTS):
        run.publish(contract, canonical_rows(loaded, contract), parents=(every.name,))
    reports = [_report(run, plan, readings[plan.load_id], loaded, *counts[plan.load_id]) for plan in planned]
    return reports, [table for plan in planned for table in _aside(plan, readings[plan.load_id], loaded)]


def _of_the_living(run: Run, rows: ir.Table, contract: Contract) -> ir.Table:
    """Rows without those of erased parties."""
    naming = [column for column in contract.columns if column.name in PARTIES]
    about = [column.name for column in naming if column.required or column.name in (*contract.key, "party_key")]
    beside = [column.name for column in naming if column.name not in about]
    beside += [cells.AT_ACCOUNT] if cells.AT_ACCOUNT in rows.columns and cells.AT_ACCOUNT not in about else []
    return forgotten(run, rows, tuple(about), tuple(beside))


def _counts(
    run: Run, planned: Sequence[Planned], readings: dict[str, GenericReading], loaded: ir.Table
) -> dict[str, tuple[int, int]]:
    """Rows that could be read and rows used of each load.

    Raises:
        SourceError: most different rows of a file repeat a key; rows that say the same say it once.
    """
    counts: dict[str, tuple[int, int]] = {}
    problems: list[Problem] = []
    for plan in planned:
        item = readings[plan.load_id]
        counts[plan.load_id] = rows, used = _counted(run, item, loaded, plan.load_id)
        if _most_give_way(rows, used):
            own = loaded.filter(loaded.load_id == plan.load_id, loaded.reason.isnull())
            different = own.select([name for name in own.columns if name not in (LINE, "remarks")]).distinct()
            keys = different.select(list(item.contract.key)).distinct()
            rows, used = (int(run.rows(each.aggregate(rows=each.count()))[0]["rows"]) for each in (different, keys))
            if _most_give_way(rows, used):
                told = where_keys_repeat(item.reading.samples, item.contract, plan.file.name, rows - used, rows)
                problems.append(told)
    if problems:
        raise SourceError(problems)
    return counts


def _most_give_way(rows: int, used: int) -> bool:
    return (rows - used) * 2 > rows


def _counted(run: Run, item: GenericReading, loaded: ir.Table, load_id: str) -> tuple[int, int]:
    """Lines of a load that could be read, and those of them that no other row of ``loaded`` takes the place of."""
    ranked = _winners(loaded, item.contract)
    counted = run.rows(
        ranked.filter(ranked.load_id == load_id).aggregate(
            rows=item.lines, used=lambda table: item.lines(table, table.place == 0)
        )
    )[0]
    return int(counted["rows"]), int(counted["used"])


def _winners(loaded: ir.Table, contract: Contract) -> ir.Table:
    """Rows that could be read, with ``place`` 0 for the newest of each key."""
    good = with_parties(loaded.filter(loaded.reason.isnull()), contract)
    newest = ibis.window(group_by=list(contract.key), order_by=[ibis.desc("load_id"), ibis.desc(LINE)])
    return good.mutate(place=ibis.row_number().over(newest))


def with_parties(rows: ir.Table, contract: Contract) -> ir.Table:
    """Rows that name every party they cannot do without; others can only be what is left of somebody erased."""
    needed = [column.name for column in contract.columns if column.required and column.name in PARTIES]
    return rows.filter([rows[name].notnull() for name in needed]) if needed else rows


def canonical_rows(loaded: ir.Table, contract: Contract) -> ir.Table:
    """The rows that could be read, the newest of each key."""
    ranked = _winners(loaded, contract)
    used = ranked.filter(ranked.place == 0)
    return used.drop(*(name for name in _OWN if name in used.columns and name not in contract.names))


def publish_products(run: Run) -> None:
    """Publish the products: those a file of products describes, and those only orders tell of."""
    parts: list[ir.Table] = []
    parents: list[str] = []
    if run.has("loaded_products"):
        parts.append(canonical_rows(run.table("loaded_products"), PRODUCTS))
        parents.append("loaded_products")
    if run.has("order_lines"):
        sold = orders.products_of(run.table("order_lines"))
        parts.append(sold if not parts else sold.anti_join(parts[0], "product_id"))
        parents.append("order_lines")
    run.publish(PRODUCTS, united(parts), parents=tuple(parents))


def _aside(plan: Planned, item: GenericReading, loaded: ir.Table) -> list[ir.Table]:
    rows = loaded.filter((loaded.load_id == plan.load_id) & loaded.reason.notnull()).select(LINE, "reason", "fault")
    rows = rows if item.long is None else rows.distinct()
    joined = rows.inner_join(item.reading.staged.table, LINE)
    null = ibis.null(dt.string)
    names, texts = [], []
    for column in item.contract.columns:
        for place in (*item.reading.places(generic.role_of(column)), *_payers(item, column))[:1]:
            name = item.reading.samples[place].name
            names.append((joined.fault == column.name, ibis.literal(name)))
            texts.append((joined.fault == column.name, joined[f"c{place}"].cast(dt.string).substr(0, 200)))
    told = joined.select(
        LINE,
        "reason",
        load_id=ibis.literal(plan.load_id),
        column_name=ibis.cases(*names, else_=null),
        given=ibis.cases(*texts, else_=null),
    )
    return [told, *rejected_rows(item.reading, plan.load_id)]


def _payers(item: GenericReading, column: Column) -> tuple[int, ...]:
    """Columns that tell who pays where none tells the customer."""
    return item.reading.places(ORGANIZATIONS) if column.name == "party_key" else ()


def _report(run: Run, plan: Planned, item: GenericReading, loaded: ir.Table, good: int, used: int) -> LoadReport:
    own = loaded.filter(loaded.load_id == plan.load_id)
    told = own.filter(own.reason.notnull()).group_by("reason").aggregate(rows=item.lines)
    reasons = {row["reason"]: int(row["rows"]) for row in run.rows(told)}
    for row in item.reading.staged.rejected:
        reasons[row.reason] = reasons.get(row.reason, 0) + 1
    held = int(run.rows(own.aggregate(rows=item.lines(own)))[0]["rows"])
    gone = item.reading.staged.rows - len(item.reading.staged.rejected) - held
    reasons |= {REASON: gone} if gone else {}
    beaten = good - used
    zero = Decimal("0.0000")
    rule = RuleEffect(REPEATED, "rows that give way to a later one with the same key", good, good - beaten, 0, 0, zero)
    reading = item.reading
    total = max(reading.staged.rows, 1)
    aside = [
        Finding("validity", "", rows / total, f"{rows:,} rows were put aside: {reason}", "they are not counted")
        for reason, rows in reasons.items()
    ]
    quality = (*aside, *_unread_words(item, reasons), *_remarked(run, item, own), *unsettled(reading, _by_name(item)))
    kept = given_names(reading).items() if item.contract.open else ()
    return LoadReport(
        load_id=plan.load_id,
        file=plan.file.name,
        table=item.contract.name,
        source=plan.spec.source,
        rows_read=reading.staged.rows,
        rows_used=good - beaten,
        excluded={REPEATED: (beaten, zero)} if beaten else {},
        quarantined=reasons,
        rules=(rule,),
        recognized=told_columns(reading.recognized),
        kept={reading.samples[place].name: GIVEN + name for name, place in kept},
        period=(),
        currencies={},
        customers=0,
        quality=tuple(quality),
        replaces=plan.replaces,
    )


def _unread_words(item: GenericReading, reasons: Mapping[str, int]) -> Iterator[Finding]:
    """Which words are read in columns of yes and no whose cells put rows aside."""
    for column in item.contract.columns:
        role = generic.role_of(column)
        rows = sum(reasons.get(word, 0) for word in (f"no {role}", f"{role} not readable"))
        share = rows / max(item.reading.staged.rows, 1)
        if column.type is ColumnType.BOOLEAN and rows:
            text = f"{rows:,} cells say neither yes nor no"
            costs = f"yes is read from {', '.join(YES)}; no from {', '.join(NO)}"
            yield Finding("validity", item.reading.column_name(role), share, text, costs)


def _by_name(item: GenericReading) -> dict[str, times.TimeStyle]:
    """How moments are written, by the name of the column in the file."""
    return {
        item.reading.column_name(generic.role_of(item.contract.column(name))): style
        for name, style in item.styles.items()
    }


def _remarked(run: Run, item: GenericReading, own: ir.Table) -> Iterator[Finding]:
    """Findings on cells of rows that are kept: how many, of which column, and where the first one stands."""
    kept = own.filter(own.reason.isnull() & own.remarks.notnull())
    found: dict[str, tuple[int, int]] = {}
    for row in run.rows(kept.group_by("remarks").aggregate(rows=item.lines, first=kept[LINE].min())):
        for remark in row["remarks"].split(cells.DIVIDER)[:-1]:
            count, first = found.get(remark, (0, row["first"]))
            found[remark] = (count + int(row["rows"]), min(first, int(row["first"])))
    for remark, (count, first) in sorted(found.items(), key=lambda each: (-each[1][0], each[0])):
        role, words = remark.split(": ")
        became, costs = _BECAME[words == cells.ODD]
        text = f"{count:,} cell{'s' * (count > 1)} {words}, the first in row {first:,}: {became}"
        yield Finding("validity", item.reading.column_name(role), count / max(item.reading.staged.rows, 1), text, costs)
