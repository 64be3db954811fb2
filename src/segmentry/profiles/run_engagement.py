"""Publishes what people do beyond ordering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.engagement import traits
from segmentry.profiles.engagement.events import decisions, event_traits, interactions
from segmentry.profiles.engagement.offers import channel_traits, offer_traits, usage_traits
from segmentry.profiles.engagement.spec import EngagementSpec
from segmentry.profiles.engagement.tables import ENGAGEMENT_TRAITS
from segmentry.profiles.history import keyed
from segmentry.profiles.run import identity_or_none
from segmentry.terms.tables import Column

_TIMES = {
    "events": "occurred_at",
    "usage": "period_start",
    "touches": "touched_at",
    "service_contacts": "contacted_at",
    "feedback": "given_at",
    "contributions": "contributed_at",
}
_BRAND = ("social", "community")
Part = tuple[ir.Table, Sequence[Trait]]


def publish(run: Run, spec: EngagementSpec, catalog: TraitCatalog) -> None:
    """Publish traits of events, decisions, usage, offers and channels; nothing where none of them is told.

    Args:
        run: The run; identity must be published.
        spec: How far back to look.
        catalog: Gets the traits published here.
    """
    identity = identity_or_none(run)
    told = {name: _known(run, name, identity, spec) for name in _TIMES if run.has(name)}
    parts = [*_of_events(run, told, identity, spec), *_of_contacts(told, spec)]
    if not parts:
        return
    ids = (
        ibis.union(*(table.select("customer_id") for table, _ in parts), distinct=True)
        if len(parts) > 1
        else (parts[0][0].select("customer_id").distinct())
    )
    whole, found = ids, list[Trait]()
    for table, own in parts:
        names = [trait.name for trait in own]
        part = table.select("customer_id", *names)
        whole = whole.left_join(part, "customer_id").drop("customer_id_right")
        found += own
    contract = ENGAGEMENT_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in found
    )
    run.publish(contract, whole.select("customer_id", *(each.name for each in found)), spec=spec, parents=tuple(told))
    catalog.register("engagement_traits", *found)


def _known(run: Run, name: str, identity: ir.Table | None, spec: EngagementSpec) -> ir.Table:
    """The facts of a table that were known at the as-of, keyed by customer."""
    table = keyed(run.table(name), identity)
    return table.filter(table[_TIMES[name]] <= ibis.literal(spec.as_of, type="timestamp(6)"))


def _of_events(run: Run, told: dict[str, ir.Table], identity: ir.Table | None, spec: EngagementSpec) -> list[Part]:
    if "events" not in told:
        return []
    events = told["events"]
    seen = event_traits(events, spec.as_of, spec.recent_days)
    brand = events.filter(events.medium.isin(_BRAND)).select("customer_id", at=events.occurred_at)
    further = [name for name in ("feedback", "contributions") if name in told]
    others = [told[name].select("customer_id", at=_TIMES[name]) for name in further]
    spoken = interactions([brand, *others], spec.as_of - timedelta(days=spec.recent_days))
    joined = seen.left_join(spoken, "customer_id").drop("customer_id_right")
    whole = joined.mutate(brand_interactions=joined.brand_interactions.fill_null(0))
    parts: list[Part] = [(whole, traits.EVENT_TRAITS)]
    if run.has("orders"):
        orders = keyed(run.table("orders"), identity)
        placed = orders.filter(orders.placed & (orders.ordered_on <= ibis.literal(spec.last_day)))
        decided = decisions(events, placed, spec.views, spec.consideration_days)
        parts.append((decided, traits.DECISION_TRAITS))
    return parts


def _of_contacts(told: dict[str, ir.Table], spec: EngagementSpec) -> list[Part]:
    parts: list[Part] = []
    if "usage" in told:
        parts.append((usage_traits(told["usage"], spec.as_of, spec.recent_days), traits.USAGE_TRAITS))
    touches, service = told.get("touches"), told.get("service_contacts")
    if touches is not None:
        parts.append((offer_traits(touches, spec.as_of, spec.fewest_offers), traits.OFFER_TRAITS))
    if touches is not None or service is not None:
        parts.append((channel_traits(touches, service, spec.as_of, spec.recent_days), traits.CHANNEL_TRAITS))
    return parts
