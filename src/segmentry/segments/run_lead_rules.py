"""Publishes what the declared rules say of leads, after all traits and before segments."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.standing import newest_open
from segmentry.profiles.tables import TRAIT_CATALOG
from segmentry.segments.clock.levels import Overlaid
from segmentry.segments.compiler import evaluate
from segmentry.segments.leading.ruling import routing, rulings
from segmentry.segments.leading.tables import LEAD_ROUTING, LEAD_RULE_TRAITS, LEAD_RULINGS, RULE_TRAITS
from segmentry.segments.leading.texts import read_texts, unfit
from segmentry.segments.universe import base_of, inputs
from segmentry.terms.errors import SettingsError
from segmentry.terms.tables import Column

_PARENTS = ("lead_facts", "lead_standing")


def publish(run: Run, spec: LeadSpec, catalog: TraitCatalog, timezone: str = "UTC") -> None:
    """Publish what the rules say of leads; nothing where no leads were published in this run.

    Args:
        run: The run; leads and all traits that rules ask for must be published.
        spec: The rules.
        catalog: All traits; gets those published here.
        timezone: IANA zone in which days and windows of texts are read.

    Raises:
        SettingsError: with every mistake of every text.
    """
    if not run.has("lead_standing") or run.artifact("lead_standing").run_id != run.id:
        return
    facts, standing = run.table("lead_facts"), run.table("lead_standing")
    graded = ("fit", "interest", "fit_grade", "interest_grade", "chance")
    own = standing.select("lead_key", *graded)
    whole = facts.drop(*(name for name in graded if name in facts.columns)).inner_join(own, "lead_key")
    answers = _answers(run, spec, catalog, timezone)
    run.publish(LEAD_RULINGS, rulings(whole, answers, spec), spec=spec, parents=_PARENTS)
    ruled = run.table("lead_rulings")
    counted = routing(ruled, standing)
    run.publish(LEAD_ROUTING, counted if spec.routes else counted.limit(0), spec=spec, parents=_PARENTS)
    told = standing.select("lead_key", "outcome", "created_at").inner_join(ruled, "lead_key")
    first = newest_open(told).select("customer_id", lead_qualified="qualified", lead_route="route")
    columns = (Column(each.name, each.type, each.description, each.unit, each.data_class) for each in RULE_TRAITS)
    run.publish(LEAD_RULE_TRAITS.with_columns(columns), first, spec=spec, parents=("lead_rulings",))
    catalog.register(LEAD_RULE_TRAITS.name, *RULE_TRAITS)


def _answers(run: Run, spec: LeadSpec, catalog: TraitCatalog, timezone: str) -> ir.Table | None:
    """For each customer with a lead whether each text holds; None where no rule has one."""
    texts, problems = read_texts(spec, timezone)
    if not texts and not problems:
        return None
    entries = pa.Table.from_pylist(catalog.rows(spec.as_of), schema=arrow_schema(TRAIT_CATALOG))
    reader = Overlaid(run, {"trait_catalog": ibis.memtable(entries)})
    tables = inputs(reader, spec.as_of, base_of(texts[0].definition)) if texts else None
    problems += unfit(texts, tables) if tables is not None else []
    if problems or tables is None:
        raise SettingsError(problems)
    asked = run.table("lead_facts").select("customer_id").distinct()
    return evaluate([each.definition for each in texts], spec.as_of, tables, asked)
