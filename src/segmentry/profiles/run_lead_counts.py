"""Counts leads: stages, who is most ready to buy, and what cannot be as it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.engine.types import arrow_schema
from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.leads import tables
from segmentry.profiles.leads.alignments import VERTICAL, alignment_rows
from segmentry.profiles.leads.scoring import stage_rows
from segmentry.profiles.leads.spec import STAGES, LeadSpec
from segmentry.profiles.leads.standing import days_between_moments, findings, moment, reached, whose
from segmentry.terms.tables import Contract


def publish_counts(run: Run, rows: ir.Table, spec: LeadSpec) -> None:
    """Publish stages, alignments and findings.

    Args:
        run: The run.
        rows: ``lead_facts``.
        spec: What is asked.
    """
    counted = run.rows(rows.group_by("stage").aggregate(leads=rows.count()))
    here = {str(row["stage"]): int(row["leads"]) for row in counted if row["stage"] is not None}
    times = {stage: column for stage, column in spec.stage_times if column in rows.columns}
    passed = run.rows(reached(rows, times, spec))[0]
    told = ("lead", *(stage for stage in STAGES if stage in times), "won")
    put(run, spec, tables.LEAD_STAGES, stage_rows(here, passed, _stage_times(run, rows, times, spec), told))
    settled = _by_organization(rows.filter(rows.outcome.notnull()))
    cells = {
        name: run.rows(
            settled.group_by("organization", value=settled[name], sector=settled.industry)
            .aggregate(leads=settled.count(), converted=settled.outcome.sum())
            .rename(industry="sector")
        )
        for name in VERTICAL
    }
    put(run, spec, tables.LEAD_ALIGNMENTS, alignment_rows(cells))
    put(run, spec, tables.LEAD_FINDINGS, [*run.rows(findings(rows)), *_unheard(run, rows, spec)])


def _by_organization(settled: ir.Table) -> ir.Table:
    """Settled leads with ``organization``, to whom several of them belong together; empty for leads of their own."""
    named = settled.mutate(whose=whose(settled))
    sizes = named.group_by("whose").aggregate(members=named.count())
    met = named.inner_join(sizes, "whose")
    return met.mutate(organization=ibis.ifelse(met.members > 1, met.whose, ibis.null("string")))


def _unheard(run: Run, rows: ir.Table, spec: LeadSpec) -> list[dict[str, Any]]:
    """A finding for each column that rules ask for and nobody told."""
    rules = (*spec.fit, *spec.qualified, *spec.routes)
    found = []
    for column in sorted({each.column for rule in rules for each in rule.conditions}):
        known = next((each for each in (rows, run.table("lead_standing")) if column in each.columns), None)
        if known is not None and run.rows(known.filter(known[column].notnull()).select(column).limit(1)):
            continue
        named = f"; the column is called given_{column}" if f"given_{column}" in rows.columns else ""
        told: dict[str, Any] = {"finding": f"rules ask for {column}, which nobody told"}
        told["leads"] = run.rows(rows.aggregate(leads=rows.count()))[0]["leads"]
        found.append(told | {"decision": f"the condition holds of no lead{named}"})
    return found


def _stage_times(
    run: Run, rows: ir.Table, times: Mapping[str, str], spec: LeadSpec
) -> dict[str, tuple[float | None, int]]:
    """Median days from the lead to each stage whose column is told; times before the lead, or to come, do not count."""
    found: dict[str, tuple[float | None, int]] = {}
    for stage, column in ({**times, "won": "closed"}).items():
        own = rows.filter(rows.outcome == 1) if stage == "won" else rows
        at = moment(own[column])
        days = days_between_moments(at, own.created_at)
        dated = own.mutate(days=days).filter((days >= 0) & (at <= instant(spec.as_of)))
        row = run.rows(dated.aggregate(median=dated.days.quantile(0.5), timed=dated.days.count()))[0]
        found[stage] = (row["median"], int(row["timed"]))
    return found


def put(run: Run, spec: LeadSpec, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> None:
    """Publish rows that were made here, not in the engine.

    Args:
        run: The run.
        spec: What is asked.
        contract: Their contract.
        rows: The rows; columns they lack are empty.
    """
    filled = pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))
    run.publish(contract, filled, spec=spec, parents=("leads",))
