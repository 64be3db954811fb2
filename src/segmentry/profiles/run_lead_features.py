"""Brings together what was known of leads at their own instants, from all seven bases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.leads import did, stacks, told
from segmentry.profiles.leads.answered import Asked, answered, ratings, undated_surveys
from segmentry.profiles.leads.features import LEFT_OUT, Offer, Part
from segmentry.profiles.leads.spec import LeadSpec
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.psychographic.spec import PsychographicSpec
from segmentry.terms.vocabulary import Basis

OWN = {
    "lead_source": Basis.BEHAVIORAL,
    "title": Basis.DEMOGRAPHIC,
    "title_level": Basis.DEMOGRAPHIC,
    "title_function": Basis.DEMOGRAPHIC,
    "industry": Basis.FIRMOGRAPHIC,
    "employees": Basis.FIRMOGRAPHIC,
    "country": Basis.GEOGRAPHIC,
}
"""Bases of the columns that every lead may have: by which medium it came, what the person does, and where it works."""

_FACTS: tuple[tuple[str, Callable[[ir.Table, ir.Table], Part]], ...] = (
    ("events", did.events),
    ("service_contacts", did.service),
    ("orders", did.orders),
    ("touches", did.offers),
)


def gather(
    run: Run,
    leads: ir.Table,
    identity: ir.Table | None,
    spec: LeadSpec,
    catalog: TraitCatalog,
    surveys: PsychographicSpec | None = None,
    needs: NeedsSpec | None = None,
) -> list[Part]:
    """What was known of leads at their own instants, beside their own columns.

    Args:
        run: Sees the facts, and the traits published before.
        leads: ``lead_key``, ``customer_id``, ``account_id``, ``organization_since`` and ``until``.
        identity: The identity table, or None while every party is a customer of its own.
        spec: Which bases count, and what is left out.
        catalog: The traits known so far.
        surveys: Scales and answers; None where none are declared.
        needs: Needs; None where none are declared.
    """
    parts = [make(leads, keyed(run.table(name), identity)) for name, make in _FACTS if run.has(name)]
    if run.has("survey_responses"):
        parts.append(_surveys(run, leads, keyed(run.table("survey_responses"), identity), surveys, needs))
    if run.has("technologies"):
        parts.append(_stack(run, leads, keyed(run.table("technologies"), identity)))
    parts += _undated(run, leads, spec, catalog)
    return _once(parts, spec)


def _surveys(
    run: Run, leads: ir.Table, told_: ir.Table, surveys: PsychographicSpec | None, needs: NeedsSpec | None
) -> Part:
    scales = (*(surveys.scales if surveys else ()), *ratings(needs.needs if needs else ()))
    least = surveys.least_answered if surveys else 1.0
    asked = Asked(scales, surveys.answers if surveys else (), least, _unreliable(run))
    if run.has("survey_straight_liners"):
        told_ = told_.anti_join(run.table("survey_straight_liners"), ["customer_id", "survey_id"])
    undated = {str(row["survey_id"]) for row in run.rows(undated_surveys(told_))}
    then = did.before(leads, told_, "answered_at", undated=True)
    return answered(run, leads, then, asked, undated)


def _unreliable(run: Run) -> frozenset[str]:
    if not run.has("survey_scales"):
        return frozenset()
    scales = run.table("survey_scales")
    return frozenset(row["scale"] for row in run.rows(scales.filter(~scales.offered).select("scale")))


def _stack(run: Run, leads: ir.Table, technologies: ir.Table) -> Part:
    stack = stacks.technologies_then(leads, technologies)
    named = [(str(row["technology"]), bool(row["undated"])) for row in run.rows(stacks.frequent(stack))]
    return stacks.stack_part(stack, named)


def _undated(run: Run, leads: ir.Table, spec: LeadSpec, catalog: TraitCatalog) -> list[Part]:
    entries = catalog.rows(spec.as_of)
    parts = []
    for name in (told.ORGANIZATIONS, *told.TABLES):
        own = [entry for entry in entries if entry["table_name"] == name]
        if own and run.has(name):
            make = told.organizations if name == told.ORGANIZATIONS else told.persons
            parts.append(make(run.table(name), leads, own, spec.explicit))
    return parts


def _once(parts: Sequence[Part], spec: LeadSpec) -> list[Part]:
    """Parts without features whose name was taken before, nor those that are not asked for."""
    taken = set(spec.explicit)
    found = []
    for part in parts:
        offers: list[Offer] = []
        for offer in part.offers:
            if offer.name in taken or (offer.basis is not None and offer.basis.value not in spec.bases):
                continue
            taken.add(offer.name)
            offers.append(replace(offer, reason=LEFT_OUT) if offer.name in spec.leave_out else offer)
        found.append(Part(part.table, tuple(offers)))
    return found
