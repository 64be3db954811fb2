"""Order files into `loaded_lines`, its view `order_lines`, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.engine.files import LINE, hold
from segmentry.sources import orders
from segmentry.sources.accounts import Counts, count_lines
from segmentry.sources.lines import exclusion, given_names, typed_lines
from segmentry.sources.marks import line_keys, marks_of, suspects
from segmentry.sources.plan import Planned
from segmentry.sources.quality import findings
from segmentry.sources.quarantine import quarantine_of
from segmentry.sources.reading import Reading
from segmentry.sources.report import LoadReport
from segmentry.sources.shapes import united
from segmentry.sources.tables import GIVEN, LOADED_LINES
from segmentry.terms.canonical import ORDER_LINES, ORDERS

_OWN = ("repeated", "excluded_by")


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
    lines = _all_lines(run, planned, readings, latest)
    loaded = _published(run, planned, readings, lines, lambda among: _all_lines(run, planned, readings, latest, among))
    tell("orders", 0.75)
    _derived(run)
    tell("count", 0.9)
    load_ids = tuple(plan.load_id for plan in planned)
    books = count_lines(run.engine, loaded, load_ids)
    aside: list[ir.Table] = []
    for plan in planned:
        aside += quarantine_of(readings[plan.load_id], loaded, plan.load_id, tuple(books[plan.load_id].reasons))
    return [_report(plan, readings[plan.load_id], books[plan.load_id], latest) for plan in planned], aside


def _all_lines(
    run: Run,
    planned: Sequence[Planned],
    readings: dict[str, Reading],
    latest: datetime,
    among: ir.Table | None = None,
) -> ir.Table:
    """The lines of the earlier loads that stay and those of the new ones, in one shape.

    With ``among`` (load_id, line_number) only those lines, picked before anything is read from their cells.
    """
    tables = []
    if run.has("loaded_lines"):
        gone = [plan.replaces for plan in planned if plan.replaces]
        earlier = run.table("loaded_lines").drop(*_OWN)
        earlier = earlier.filter(~earlier.load_id.isin(gone)) if gone else earlier
        tables.append(earlier if among is None else earlier.semi_join(among, ["load_id", LINE]))
    for plan in planned:
        reading = readings[plan.load_id]
        if among is not None:
            own = among.filter(among.load_id == plan.load_id)
            reading = reading.restricted(own)
        tables.append(typed_lines(reading, plan.load_id, plan.spec.now or latest))
    return united(tables)


def _published(
    run: Run,
    planned: Sequence[Planned],
    readings: dict[str, Reading],
    lines: ir.Table,
    suspected: Callable[[ir.Table], ir.Table],
) -> ir.Table:
    """Mark repeats and overlaps, then write every line once."""
    several = len(planned) > 1 or run.has("loaded_lines") or any(readings[plan.load_id].has("part") for plan in planned)
    keys, _ = hold(run.engine, line_keys(lines))
    found, count = hold(run.engine, suspects(keys, parts=several))
    rules = planned[-1].spec.rules
    if count:
        marks, _ = hold(run.engine, marks_of(suspected(found)))
        joined = lines.left_join(marks, ["load_id", LINE])
        lines = joined.drop("load_id_right", "line_number_right")
        repeated, repeat, overlap = (lines[name].fill_null(False) for name in ("repeated", "repeat", "overlap"))
    else:
        repeated = repeat = overlap = ibis.literal(False)
    loaded = lines.mutate(
        repeated=repeated,
        excluded_by=exclusion(
            lines,
            overlap & ibis.literal(rules.merge_overlapping_exports),
            repeat & ibis.literal(rules.exclude_repeated),
        ),
    )
    run.publish(LOADED_LINES, loaded.drop("repeat", "overlap") if count else loaded)
    return run.table("loaded_lines")


def _derived(run: Run) -> None:
    loaded = run.table("loaded_lines")
    run.publish(ORDER_LINES, orders.used_lines(loaded), parents=("loaded_lines",), view=True)
    lines = run.table("order_lines")
    run.publish(ORDERS, orders.orders_of(lines), parents=("order_lines",))


def _report(plan: Planned, reading: Reading, books: Counts, latest: datetime) -> LoadReport:
    rejected: dict[str, int] = {}
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
