"""Publishes leads: grades, stages, chances and alignments. Who qualifies and who gets them, segments rule later."""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.leads import tables
from segmentry.profiles.leads.organizations import companies, with_company
from segmentry.profiles.leads.spec import EXPLICIT, LeadSpec
from segmentry.profiles.leads.standing import newest_open, standing
from segmentry.profiles.leads.traits import TRAITS
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.psychographic.spec import PsychographicSpec
from segmentry.profiles.run import identity_or_none
from segmentry.profiles.run_lead_counts import publish_counts
from segmentry.profiles.run_lead_features import gather
from segmentry.profiles.run_lead_scores import Desk, moments
from segmentry.terms.tables import Column


def publish(
    run: Run,
    spec: LeadSpec,
    catalog: TraitCatalog,
    surveys: PsychographicSpec | None = None,
    needs: NeedsSpec | None = None,
) -> None:
    """Publish what is known of leads; nothing where no source tells of any.

    Args:
        run: The run; identity must be published, and accounts and all traits that are to be learned from.
        spec: The instant, and what the workspace declares.
        catalog: The traits known so far; gets those published here.
        surveys: Scales and answers of surveys, as of the instant of each lead; None for none.
        needs: Needs that were rated, likewise.
    """
    if not run.has("leads"):
        return
    identity = identity_or_none(run)
    told = run.table("leads")
    if not run.rows(told.filter((told.created_at <= instant(spec.as_of)).fill_null(True)).limit(1)):
        return
    leads, organizations = keyed(told, identity), None
    if run.has("accounts"):
        organizations = companies(run.table("accounts"), identity)
        if run.has("account_contacts_keyed"):
            leads = with_company(leads, run.table("account_contacts_keyed"), organizations, spec)
    run.publish(tables.LEAD_FACTS, standing(leads, organizations, spec), spec=spec, parents=("leads",))
    rows = run.table("lead_facts")
    spec = _with_country(rows, spec)
    parts = gather(run, moments(rows, spec), identity, spec, catalog, surveys, needs)
    desk = Desk.of(run, rows, _events(run, identity, spec), parts, spec)
    whole = rows.inner_join(desk.graded_table(), "lead_key")
    run.publish(tables.LEAD_STANDING, whole.select(*tables.LEAD_STANDING.names), spec=spec, parents=("leads",))
    desk.publish_proof()
    publish_counts(run, rows, spec)
    _publish_traits(run, spec, catalog)


def _with_country(rows: ir.Table, spec: LeadSpec) -> LeadSpec:
    """The spec that learns from the country which leads tell of their organization; as it is where they tell none."""
    told = "given_country" in rows.columns and spec.explicit == EXPLICIT
    return replace(spec, explicit=(*EXPLICIT, "country")) if told else spec


def _events(run: Run, identity: ir.Table | None, spec: LeadSpec) -> ir.Table | None:
    if not run.has("events"):
        return None
    told = keyed(run.table("events"), identity)
    return told.filter(told.occurred_at <= instant(spec.as_of))


def _publish_traits(run: Run, spec: LeadSpec, catalog: TraitCatalog) -> None:
    first = newest_open(run.table("lead_standing"))
    grade = first.interest_grade.cast("string")
    renamed = ("stage", "title_level", "title_function", "fit", "fit_grade", "interest", "interest_grade", "chance")
    chosen = first.select(
        "customer_id",
        "lead_source",
        "lead_age_days",
        **{f"lead_{name}": first[name] for name in renamed},
        lead_cell=first.fit_grade + grade,
    )
    contract = tables.LEAD_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in TRAITS
    )
    run.publish(
        contract, chosen.select("customer_id", *(each.name for each in TRAITS)), spec=spec, parents=("lead_standing",)
    )
    catalog.register("lead_traits", *TRAITS)
