"""Loading: the one place of this room with effects."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import LoadRecord, Run
from segmentry.engine.files import release
from segmentry.sources.generic import TABLES, as_mapped, fitting_table, table_asked_for
from segmentry.sources.generic_load import (
    GenericReading,
    account_keys,
    publish_generic,
    publish_products,
    understand_generic,
)
from segmentry.sources.opening import OpenedFile, open_file
from segmentry.sources.options import option_problems
from segmentry.sources.order_load import publish_orders
from segmentry.sources.organizations import BY_ACCOUNTS, ORGANIZATIONS, Organizations, rank_of_organization
from segmentry.sources.parties import TELLING, publish_parties
from segmentry.sources.plan import Planned
from segmentry.sources.reading import Reading
from segmentry.sources.relations import publish_relations
from segmentry.sources.report import Finding, LoadReport
from segmentry.sources.settled import Settled, settled_by, settled_for, settled_of, told_otherwise
from segmentry.sources.shapes import united
from segmentry.sources.spec import LoadSpec
from segmentry.sources.staging import look, understand_orders
from segmentry.sources.withdrawal import withdraw
from segmentry.terms.canonical import ACCOUNT_CONTACTS, ACCOUNTS, QUARANTINE
from segmentry.terms.errors import Problem, SourceError, shorten
from segmentry.terms.tables import Contract

Progress = Callable[[str, float], None]
"""Told what is being done and what share of the whole is behind."""


def load(run: Run, specs: Sequence[LoadSpec], progress: Progress | None = None) -> tuple[LoadReport, ...]:
    """Load files into the canonical tables; all of them become visible with the run, or none.

    A file that was loaded before under the same question changes nothing; one of the same name and source with other
    bytes (or read otherwise) replaces its earlier load; every other file adds to what is there.

    Args:
        run: The run that publishes.
        specs: The files and what their columns mean.
        progress: Told each step and the share done.

    Returns:
        One report per spec, in order; in each, rows read are rows used, excluded by rule, or put aside by reason.

    Raises:
        SourceError: a file cannot be read, or a needed column cannot be told; nothing is published then.
    """
    tell = progress or _silent
    tell("open", 0.0)
    _check_options(specs)
    with tempfile.TemporaryDirectory(prefix="segmentry-") as folder:
        try:
            return _load(run, tuple(specs), Path(folder), tell)
        finally:
            release(run.engine)


def _load(run: Run, specs: tuple[LoadSpec, ...], folder: Path, tell: Progress) -> tuple[LoadReport, ...]:
    files, problems = _opened(specs, folder)
    told, planned = _plan(run, specs, files)
    read = _read(run, planned, folder, tell, problems)
    _check(problems, specs)
    if planned:
        tell("write", 0.5)
        for plan, report in _publish(run, planned, read, tell):
            report.check()
            told[plan.index] = replace(report, quality=(*read.told[plan.load_id], *report.quality))
            run.record_load(_record(plan, told[plan.index]))
    tell("done", 1.0)
    return tuple(told[index] for index in range(len(specs)))


@dataclass
class _Read:
    """What was understood: readings of order files and of other files, and what is to be told of them, by load id."""

    orders: dict[str, Reading] = field(default_factory=dict)
    others: dict[str, GenericReading] = field(default_factory=dict)
    told: dict[str, tuple[Finding, ...]] = field(default_factory=dict)


def _read(run: Run, planned: list[Planned], folder: Path, tell: Progress, problems: dict[int, list[Problem]]) -> _Read:
    """Stage and understand every file; what cannot be joins the ``problems`` of its place among the specs.

    Files of accounts come first: what they number, a column of another file may name.
    """
    read = _Read()
    looked: list[tuple[Planned, Reading, Contract | None]] = []
    for place, plan in enumerate(planned):
        tell(f"read {plan.file.name}", 0.05 + 0.4 * place / len(planned))
        try:
            contract = table_asked_for(plan.spec.table, plan.file.name)
            reading = look(run.engine, plan.spec, plan.file, folder)
            if plan.spec.table is None:
                contract = fitting_table(as_mapped(reading.samples, plan.spec.mapping))
            looked.append((plan, reading, contract))
        except SourceError as error:
            problems[plan.index] = list(error.problems)
    known = _known_accounts(run, planned)
    before = [settled_of(load) for load in run.engine.loads()]
    for plan, reading, contract in sorted(looked, key=lambda each: each[2] is not ACCOUNTS):
        try:
            _understand(run, plan, reading, contract, known, before, read)
        except SourceError as error:
            problems[plan.index] = list(error.problems)
        else:
            added = (account_keys(read.others[plan.load_id]),) if contract is ACCOUNTS else ()
            known = replace(known, keys=(*known.keys, *added))
    return read


def _understand(
    run: Run,
    plan: Planned,
    reading: Reading,
    contract: Contract | None,
    known: Organizations,
    before: list[Settled],
    read: _Read,
) -> None:
    """Understand one file as its columns were read before, and remember how they are read now."""
    table = "order_lines" if contract is None else contract.name
    settled = settled_for(plan, table, before)
    known = replace(known, settled={name: each.roles[name] for name, each in settled.items()})
    if contract is None:
        read.orders[plan.load_id] = reading = understand_orders(run.engine, reading, known)
    else:
        read.others[plan.load_id] = found = understand_generic(run.engine, reading, contract, known)
        reading = found.reading
    read.told[plan.load_id] = tuple(told_otherwise(reading, settled, known))
    before.append(settled_by(plan, reading, table))


def _known_accounts(run: Run, planned: Sequence[Planned]) -> Organizations:
    """The accounts of earlier loads that stay."""
    if not run.has("loaded_accounts"):
        return Organizations(run.engine)
    earlier = run.table("loaded_accounts")
    gone = [plan.replaces for plan in planned if plan.replaces]
    return Organizations(run.engine, (earlier.filter(~earlier.load_id.isin(gone)) if gone else earlier,))


def _check(problems: dict[int, list[Problem]], specs: tuple[LoadSpec, ...]) -> None:
    """`SourceError` with what is wrong with any file, in their order, and what that means for the others."""
    if not problems:
        return
    told = [problem for index in sorted(problems) for problem in problems[index]]
    raise SourceError([*told, *_nothing_loaded(problems, [Path(spec.path).name for spec in specs])])


def _nothing_loaded(faulty: Collection[int], names: Sequence[str]) -> list[Problem]:
    """What faults of some files mean for the others; nothing where there are no others."""
    if len(names) < 2:
        return []
    good = [name for index, name in enumerate(names) if index not in faulty]
    return [
        Problem(
            "NOTHING_LOADED",
            f"{len(faulty)} of {len(names)} files cannot be loaded, so none was",
            "load",
            shorten(f"without fault: {', '.join(good) or 'none'}", 300),
            "Mend those files, load each alone with what it needs, or leave them out.",
        )
    ]


def _publish(run: Run, planned: list[Planned], read: _Read, tell: Progress) -> list[tuple[Planned, LoadReport]]:
    """Publish every table that the files fill; returns the report of each file."""
    pairs: list[tuple[Planned, LoadReport]] = []
    aside: list[ir.Table] = []
    order_files = [plan for plan in planned if plan.load_id in read.orders]
    if order_files:
        reports, rows = publish_orders(run, order_files, read.orders, run.started_at, tell)
        pairs += zip(order_files, reports, strict=True)
        aside += rows
    by_table: dict[str, list[Planned]] = {}
    for plan in planned:
        if plan.load_id in read.others:
            by_table.setdefault(read.others[plan.load_id].contract.name, []).append(plan)
    problems: list[Problem] = []
    for name, plans in by_table.items():
        try:
            reports, rows = publish_generic(run, TABLES[name], plans, read.others, run.started_at)
            reports = [_with_earlier(run, each) for each in reports] if name == ACCOUNTS.name else reports
        except SourceError as error:
            problems += error.problems
        else:
            pairs += zip(plans, reports, strict=True)
            aside += rows
    if problems:
        wrong = [place for place, plan in enumerate(planned) if any(_is_about(each, plan) for each in problems)]
        raise SourceError([*problems, *_nothing_loaded(wrong, [plan.file.name for plan in planned])])
    changed = by_table.keys() | withdraw(run, planned, by_table.keys())
    if order_files or changed & {ACCOUNT_CONTACTS.name, *BY_ACCOUNTS}:
        publish_relations(run)
    if order_files or changed & {"customers", *TELLING}:
        publish_parties(run, planned[0].spec.timezone)
    if order_files or "products" in changed:
        publish_products(run)
    _publish_quarantine(run, planned, aside)
    return pairs


def _with_earlier(run: Run, report: LoadReport) -> LoadReport:
    """The report on accounts with what was read otherwise before they were known."""
    found = [
        Finding(
            "validity",
            "",
            1.0,
            f"{load.file_name} was read before with {told['column']} as customers",
            f"if it names these accounts, load it again with --map {ORGANIZATIONS}='{told['column']}'",
        )
        for load in run.engine.loads()
        for told in load.report["recognized"]
        if told["role"] == "customer" and rank_of_organization(str(told["column"])) is not None
        if not str(told["reason"]).startswith("you said so")
    ]
    return replace(report, quality=(*report.quality, *found)) if found else report


def _is_about(problem: Problem, plan: Planned) -> bool:
    return problem.where.startswith(f"{plan.file.name},")


def _publish_quarantine(run: Run, planned: list[Planned], tables: list[ir.Table]) -> None:
    if run.has("quarantine"):
        gone = [plan.replaces for plan in planned if plan.replaces]
        earlier = run.table("quarantine")
        tables.append(earlier.filter(~earlier.load_id.isin(gone)) if gone else earlier)
    if not tables:
        run.publish(QUARANTINE, _nothing())
        return
    run.publish(QUARANTINE, united(tables))


def _nothing() -> pa.Table:
    kinds = {"line_number": pa.int64()}
    return pa.table({name: pa.array([], kinds.get(name, pa.string())) for name in QUARANTINE.names})


def _check_options(specs: Sequence[LoadSpec]) -> None:
    """`SourceError` with every option that no file can be read with."""
    problems = [problem for spec in specs for problem in option_problems(spec)]
    if problems:
        raise SourceError(problems)


def _opened(specs: tuple[LoadSpec, ...], folder: Path) -> tuple[list[OpenedFile | None], dict[int, list[Problem]]]:
    """Every file opened; None where one cannot be, with what is wrong by its place among the specs."""
    files: list[OpenedFile | None] = []
    problems: dict[int, list[Problem]] = {}
    for place, spec in enumerate(specs):
        own = folder / str(place)
        own.mkdir()
        try:
            files.append(open_file(spec, own))
        except SourceError as error:
            files.append(None)
            problems[place] = list(error.problems)
    return files, problems


def _plan(
    run: Run, specs: tuple[LoadSpec, ...], files: list[OpenedFile | None]
) -> tuple[dict[int, LoadReport], list[Planned]]:
    """Which files are known already, and under which id the others are loaded."""
    earlier = {(load.source, load.file_name): load for load in run.engine.loads()}
    names = _names(specs, files)
    known: dict[int, LoadReport] = {}
    planned: list[Planned] = []
    loads_so_far = len(run.engine.ledger.loads(live_only=False))
    for index, (spec, file) in enumerate(zip(specs, files, strict=True)):
        if file is None:
            continue
        before = earlier.get((spec.source, names[index]))
        same = before and before.content_hash == file.content_hash and before.spec_hash == spec.fingerprint
        if before and same:
            known[index] = replace(LoadReport.from_dict(before.report), already_loaded=True)
            continue
        load_id = f"L{loads_so_far + len(planned) + 1:07d}"
        planned.append(Planned(index, spec, replace(file, name=names[index]), load_id, before.id if before else None))
    return known, planned


def _names(specs: tuple[LoadSpec, ...], files: list[OpenedFile | None]) -> list[str]:
    """Names of the files; where two of one source are alike, with the folder they lie in."""
    plain = [Path(spec.path).name if file is None else file.name for spec, file in zip(specs, files, strict=True)]
    counts = Counter((spec.source, name) for spec, name in zip(specs, plain, strict=True))
    return [
        name if counts[spec.source, name] == 1 else f"{Path(spec.path).parent.name}/{name}"
        for spec, name in zip(specs, plain, strict=True)
    ]


def _record(plan: Planned, report: LoadReport) -> LoadRecord:
    return LoadRecord(
        plan.load_id,
        plan.spec.source,
        report.table,
        plan.file.name,
        plan.file.content_hash,
        plan.spec.fingerprint,
        report.rows_read,
        report.as_dict(),
        plan.replaces,
    )


def _silent(step: str, share: float) -> None:
    """Progress that nobody watches."""
