"""Order files into `loaded_lines`, its view `order_lines`, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.engine.files import LINE, amend, hold
from segmentry.sources import orders
from segmentry.sources.accounts import Counts, count_lines
from segmentry.sources.erased import REASON, forgotten
from segmentry.sources.lines import CONTENT, exclusion, given_names, telling_hash, typed_lines
from segmentry.sources.marks import line_keys, marks_of, suspects
from segmentry.sources.organizations import ORGANIZATIONS
from segmentry.sources.plan import Planned
from segmentry.sources.quality import findings
from segmentry.sources.quarantine import quarantine_of
from segmentry.sources.reading import Reading
from segmentry.sources.report import Finding, LoadReport
from segmentry.sources.shapes import united
from segmentry.sources.spec import Rules
from segmentry.sources.tables import GIVEN, LOADED_LINES
from segmentry.terms.canonical import ORDER_LINES, ORDERS

_OWN = ("repeated", "excluded_by")
_PLACE = ("load_id", LINE, "source", "part", "order_given", "order_id", "ordered_on")
_COMPARED = (*_PLACE, *CONTENT, "own_rule", "reason")


def publish_orders(
    run: Run,
    planned: Sequence[Planned],
    readings: dict[str, Reading],
    latest: datetime,
    tell: Callable[[str, float], None],
) -> tuple[list[LoadReport], list[ir.Table]]:
    """Publish the order tables with these files added; returns one report per file and the rows put aside.

    Args:
        run: The run that publishes.
        planned: The files.
        readings: What is known of each, by load id.
        latest: Latest instant (UTC) a fact may have, unless a spec says otherwise.
        tell: Told each step and the share done.
    """
    loaded = _published(run, planned, readings, _all_lines(run, planned, readings, latest))
    tell("orders", 0.75)
    _derived(run)
    tell("count", 0.9)
    load_ids = tuple(plan.load_id for plan in planned)
    books = count_lines(run.engine, loaded, load_ids)
    aside: list[ir.Table] = []
    for plan in planned:
        aside += quarantine_of(readings[plan.load_id], loaded, plan.load_id, tuple(books[plan.load_id].reasons))
    reports = [_report(plan, readings[plan.load_id], books[plan.load_id], latest) for plan in planned]
    torn = [tuple(_torn(run, readings[plan.load_id], loaded, plan.load_id)) for plan in planned]
    return [replace(one, quality=(*one.quality, *found)) for one, found in zip(reports, torn, strict=True)], aside


def _all_lines(run: Run, planned: Sequence[Planned], readings: dict[str, Reading], latest: datetime) -> ir.Table:
    """The lines of the earlier loads that stay and those of the new ones, in one shape."""
    tables = []
    if run.has("loaded_lines"):
        gone = [plan.replaces for plan in planned if plan.replaces]
        earlier = run.table("loaded_lines").drop(*_OWN)
        tables.append(earlier.filter(~earlier.load_id.isin(gone)) if gone else earlier)
    for plan in planned:
        lines = typed_lines(readings[plan.load_id], plan.load_id, plan.spec.now or latest)
        tables.append(forgotten(run, lines, ("party_key",), ("contact_key",)))
    return united(tables)


def _published(run: Run, planned: Sequence[Planned], readings: dict[str, Reading], lines: ir.Table) -> ir.Table:
    """Write every line once, then mark those that repeat or overlap others: few, told from what was written."""
    several = len(planned) > 1 or run.has("loaded_lines") or any(readings[plan.load_id].has("part") for plan in planned)
    no = ibis.literal(False)
    artifact = run.publish(LOADED_LINES, lines.mutate(repeated=no, excluded_by=exclusion(lines, no, no)))
    loaded = run.table("loaded_lines")
    told, _ = hold(run.engine, telling_hash(loaded))
    several_told = told.group_by("told").having(told.count() > 1).aggregate()
    alike, count = hold(run.engine, told.semi_join(several_told, "told").select("place"))
    if count:
        placed = loaded.select(*_COMPARED, place=loaded.rowid())
        candidates, _ = hold(run.engine, placed.semi_join(alike, "place").drop("place"))
        marks = _marks(run, candidates, planned[-1].spec.rules, several)
        amend(run.engine, artifact.physical_name, marks, ("load_id", LINE))
    return loaded


def _marks(run: Run, candidates: ir.Table, rules: Rules, several: bool) -> ir.Table:
    """What changes for lines that are repeated or told elsewhere, by ``load_id`` and ``line_number``."""
    keys, _ = hold(run.engine, line_keys(candidates))
    suspected = candidates.semi_join(suspects(keys, parts=several), ["load_id", LINE])
    marks = marks_of(suspected)
    joined = marks.inner_join(candidates.select("load_id", LINE, "reason", "own_rule"), ["load_id", LINE])
    overlap = joined.overlap & ibis.literal(rules.merge_overlapping_exports)
    repeat = joined.repeat & ibis.literal(rules.exclude_repeated)
    return joined.select("load_id", LINE, "repeated", excluded_by=exclusion(joined, overlap, repeat))


def _derived(run: Run) -> None:
    loaded = run.table("loaded_lines")
    run.publish(ORDER_LINES, orders.used_lines(loaded), parents=("loaded_lines",), view=True)
    lines = run.table("order_lines")
    run.publish(ORDERS, orders.orders_of(lines), parents=("order_lines",))


def _torn(run: Run, reading: Reading, loaded: ir.Table, load_id: str) -> Iterator[Finding]:
    """The orders of a load whose lines name several who pay, organizations among them."""
    if not (reading.has(ORGANIZATIONS) and reading.has("order")):
        return
    lines = loaded.filter(loaded.load_id == load_id, loaded.excluded_by.isnull())
    orders_told = lines.group_by("order_id").aggregate(payers=lines.party_key.nunique())
    counts = orders_told.aggregate(orders=orders_told.count(), torn=(orders_told.payers > 1).sum())
    told = run.rows(counts)[0]
    if told["torn"]:
        text = f"{told['torn']:,} orders name several who pay"
        costs = "each part counts as an order of its own, with the lines of who pays it"
        yield Finding("validity", reading.column_name(ORGANIZATIONS), told["torn"] / told["orders"], text, costs)


def _report(plan: Planned, reading: Reading, books: Counts, latest: datetime) -> LoadReport:
    rejected: dict[str, int] = {}
    gone = reading.staged.rows - len(reading.staged.rejected) - sum(books.rows.values())
    if gone:
        rejected[REASON] = gone
    for row in reading.staged.rejected:
        rejected[row.reason] = rejected.get(row.reason, 0) + 1
    period = () if books.first is None or books.last is None else (books.first.isoformat(), books.last.isoformat())
    return LoadReport(
        load_id=plan.load_id,
        file=plan.file.name,
        table="order_lines",
        source=plan.spec.source,
        rows_read=reading.staged.rows,
        rows_used=books.used,
        excluded=books.excluded,
        quarantined=books.reasons | rejected,
        rules=books.effects(plan.spec.rules),
        recognized=tuple(item.as_dict() for item in reading.recognized),
        kept={reading.samples[place].name: GIVEN + name for name, place in given_names(reading).items()},
        period=period,
        currencies=dict(sorted(books.currencies.items())),
        customers=books.buyers,
        quality=findings(reading, books, plan.spec.now or latest),
        replaces=plan.replaces,
    )
