"""Publishes the technographic basis."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.accounts.keys import in_force, instant
from segmentry.profiles.behavioral import join_all
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.run import identity_or_none
from segmentry.profiles.technographic.adoption import adopter_classes, adoption_table
from segmentry.profiles.technographic.internet import internet_use
from segmentry.profiles.technographic.skill import skill, skill_column
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.profiles.technographic.stack import company_stack, device_traits, in_use, named_stack, stack_traits
from segmentry.profiles.technographic.tables import (
    COMPANY_TECHNOGRAPHIC_TRAITS,
    TECHNOGRAPHIC_TRAITS,
    TECHNOLOGY_ADOPTION,
    TIMING,
)
from segmentry.profiles.technographic.timing import MOST_TIMED, adoptions, timings
from segmentry.profiles.technographic.traits import (
    ADOPTION_TRAITS,
    COMPANY_TRAITS,
    DEVICE_TRAITS,
    SKILL_TRAIT,
    STACK_TRAITS,
    USE_TRAITS,
)
from segmentry.terms.tables import Column

Parts = list[tuple[ir.Table, Sequence[Trait]]]


def publish(run: Run, spec: TechnographicSpec, catalog: TraitCatalog) -> None:
    """Publish what parties work with as of ``spec.as_of``; nothing where no technology, event or skill is told.

    Args:
        run: The run; identity must be published.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here.

    Raises:
        SettingsError: the column of skill does not exist.
    """
    identity = identity_or_none(run)
    parts: Parts = []
    stack = None
    if run.has("technologies"):
        stack = in_use(keyed(run.table("technologies"), identity), spec.last_day)
        _publish_adoption(run, spec, stack)
        parts.append((stack_traits(stack, spec.last_day), STACK_TRAITS))
        parts.append((adopter_classes(stack, spec), ADOPTION_TRAITS))
    events = keyed(run.table("events"), identity) if run.has("events") else None
    if events is not None:
        events = events.filter(events.occurred_at <= instant(spec.as_of))
        parts.append((internet_use(events, spec), USE_TRAITS))
    devices = device_traits(stack, events)
    if devices is not None:
        parts.append((devices, DEVICE_TRAITS))
    parts += _skill(run, identity, spec)
    if parts:
        _publish(run, spec, catalog, parts)


def publish_companies(run: Run, spec: TechnographicSpec, catalog: TraitCatalog) -> None:
    """Publish what organizations and their people work with; nothing where no technology or contact is told of.

    Args:
        run: The run; identity and accounts must be published.
        spec: As for `publish`.
        catalog: Gets the traits published here.
    """
    if not run.has("technologies") or not run.has("account_contacts_keyed"):
        return
    stack = in_use(keyed(run.table("technologies"), identity_or_none(run)), spec.last_day)
    contacts = run.table("account_contacts_keyed")
    present = contacts.filter(in_force(contacts.since, contacts.until, spec.last_day))
    organizations = contacts.select(customer_id="account_id").distinct()
    if run.has("account_hierarchy"):
        organizations = organizations.union(run.table("account_hierarchy").select("customer_id"), distinct=True)
    whole = company_stack(organizations, present, stack)
    sized = whole.group_by("customer_id").aggregate(company_stack_size=whole.count())
    named = join_all(sized, (named_stack(whole).rename(company_stack="stack"),))
    contract = COMPANY_TECHNOGRAPHIC_TRAITS.with_columns(_column(trait) for trait in COMPANY_TRAITS)
    run.publish(contract, named, spec=spec, parents=("technologies", "account_contacts_keyed"))
    catalog.register(contract.name, *COMPANY_TRAITS)


def _publish_adoption(run: Run, spec: TechnographicSpec, stack: ir.Table) -> None:
    counts = run.rows(adoptions(stack, spec.last_day, spec.adopters))
    schema = arrow_schema(TECHNOLOGY_ADOPTION)
    names = ["technology", *TIMING]
    timed = pa.Table.from_pylist(
        timings(counts, spec.last_day), schema=pa.schema([schema.field(name) for name in names])
    )
    listed = adoption_table(stack, spec.last_day)
    joined = listed.left_join(run.engine.warehouse.bring(timed), "technology").drop("technology_right")
    few = ibis.literal(f"Fewer than {spec.adopters} dated adoptions.")
    many = ibis.literal(f"Only the {MOST_TIMED} technologies with most dated adoptions are timed.")
    reason = ibis.ifelse(joined.dated < spec.adopters, few, many)
    untimed = joined.mutate(timing_reason=ibis.ifelse(joined.periods.isnull(), reason, joined.timing_reason))
    run.publish(TECHNOLOGY_ADOPTION, untimed, spec=spec, parents=("technologies",))


def _skill(run: Run, identity: ir.Table | None, spec: TechnographicSpec) -> Parts:
    if not run.has("customers"):
        return []
    customers = run.table("customers")
    column = skill_column(customers.columns, spec)
    if column is None:
        return []
    return [(skill(keyed(customers, identity), column, spec), (SKILL_TRAIT,))]


def _publish(run: Run, spec: TechnographicSpec, catalog: TraitCatalog, parts: Parts) -> None:
    traits = [trait for _, each in parts for trait in each]
    known = [table.select("customer_id") for table, _ in parts]
    base = (known[0].union(*known[1:]) if len(known) > 1 else known[0]).distinct()
    whole = join_all(base, (table.select("customer_id", *(trait.name for trait in each)) for table, each in parts))
    contract = TECHNOGRAPHIC_TRAITS.with_columns(_column(trait) for trait in traits)
    run.publish(contract, whole, spec=spec, parents=("identity",))
    catalog.register("technographic_traits", *traits)


def _column(trait: Trait) -> Column:
    return Column(trait.name, trait.type, trait.description, trait.unit, trait.data_class)
