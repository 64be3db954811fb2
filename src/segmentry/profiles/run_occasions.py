"""Publishes the occasions for which customers order."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.occasions.spec import OccasionSpec
from segmentry.profiles.occasions.tables import OCCASION_TRAITS
from segmentry.profiles.occasions.traits import (
    PERSONAL_TRAITS,
    RARE_TRAITS,
    UNIVERSAL_TRAITS,
    life_events,
    personal_traits,
    universal_traits,
)
from segmentry.profiles.occasions.windows import EVERYWHERE, day_table
from segmentry.profiles.picking import of_oldest_party
from segmentry.profiles.run import identity_or_none
from segmentry.profiles.run_demographic import with_read
from segmentry.terms.tables import Column

MOST_EVENTS = 50_000
MOST_AREAS = 500
"""Combinations of areas that are told apart, the most frequent ones; who lives elsewhere has the events of all."""
_PLACES = ("country_code", "home_region", "home_city")


def publish(run: Run, spec: OccasionSpec, catalog: TraitCatalog) -> None:
    """Publish traits of occasions; nothing where neither a calendar nor dates of customers are told.

    Args:
        run: The run; it must see ``customers`` and ``identity``; geographic traits must be published where there are
            any.
        spec: Which columns tell dates, and how near before an occasion an order counts.
        catalog: Gets the traits published here.
    """
    people = _people(run)
    ordered = run.has("customer_days") and run.has("purchase_history")
    parts = [*(_of_orders(run, people, spec) if ordered else ()), *_of_lives(people, spec)]
    if not parts:
        return
    traits = [trait for each, _ in parts for trait in each]
    told = ibis.union(*(table.select("customer_id") for _, table in parts), distinct=True)
    for _, table in parts:
        told = told.left_join(table, "customer_id").drop("customer_id_right")
    contract = OCCASION_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits
    )
    run.publish(
        contract, told.select("customer_id", *(each.name for each in traits)), spec=spec, parents=("customers",)
    )
    catalog.register("occasion_traits", *traits)


def _people(run: Run) -> ir.Table:
    merged = identity_or_none(run)
    customers = keyed(run.table("customers"), merged)
    return customers if merged is None else of_oldest_party(customers)


def _of_orders(run: Run, people: ir.Table, spec: OccasionSpec) -> list[tuple[tuple[Trait, ...], ir.Table]]:
    """Traits with their table, of what orders tell."""
    days, history = run.table("customer_days"), run.table("purchase_history")
    days = days.filter(days.day <= ibis.literal(spec.last_day), days.orders > 0)
    found: list[tuple[tuple[Trait, ...], ir.Table]] = []
    if (windows := _windows(run, people, spec)) is not None:
        found.append((UNIVERSAL_TRAITS, universal_traits(days, history, *windows)))
    if (dates := _dates(run, people, spec)) is not None:
        found.append((PERSONAL_TRAITS, personal_traits(days, history, dates, spec.days_before)))
    return found


def _of_lives(people: ir.Table, spec: OccasionSpec) -> list[tuple[tuple[Trait, ...], ir.Table]]:
    columns = spec.rare(people.columns)
    if not columns:
        return []
    return [(RARE_TRAITS, life_events(people, columns, ibis.literal(spec.last_day), spec.life_event_days))]


def _windows(run: Run, people: ir.Table, spec: OccasionSpec) -> tuple[ir.Table, ir.Table] | None:
    """Areas of each customer, and the days before occasions in them; None where no calendar is told."""
    if not run.has("calendar"):
        return None
    calendar = run.table("calendar")
    shared = calendar.filter((calendar.kind != "personal").fill_null(True))
    told = shared.select("event", "started_on", "ended_on", area=shared.area.strip().lower().nullif("")).distinct()
    events = run.rows(told.order_by("started_on", "event").limit(MOST_EVENTS))
    history = run.table("purchase_history")
    first = run.rows(history.aggregate(first=history.first_on.min()))[0]["first"]
    if not events or first is None:
        return None
    areas = _areas(run, people, sorted({each["area"] for each in events if each["area"]}))
    counted = areas.group_by("areas").aggregate(customers=areas.count())
    frequent = counted.order_by(counted.customers.desc(), counted.areas).limit(MOST_AREAS)
    keys = [row["areas"] for row in run.rows(frequent)]
    known = areas.mutate(areas=ibis.ifelse(areas.areas.isin(keys), areas.areas, EVERYWHERE)) if keys else areas
    return known, ibis.memtable(day_table(events, keys, first, spec.last_day, spec.days_before))


def _areas(run: Run, people: ir.Table, named: list[str]) -> ir.Table:
    """Customers with the areas of the calendar they live in, joined by ``|``."""
    country = people.country.strip().lower()
    own = people.select("customer_id", told_country=country)
    if run.has("geographic_traits"):
        places = run.table("geographic_traits")
        known = [name for name in _PLACES if name in places.columns]
        lower = {name: places[name].strip().lower() for name in known}
        own = own.left_join(places.select("customer_id", **lower), "customer_id").drop("customer_id_right")
    texts = [
        ibis.ifelse(own[name].isin(named), own[name], "").fill_null("") if named else ibis.literal("")
        for name in own.columns
        if name != "customer_id"
    ]
    joined = texts[0]
    for each in texts[1:]:
        joined = joined + "|" + each
    return own.select("customer_id", areas=joined)


def _dates(run: Run, people: ir.Table, spec: OccasionSpec) -> ir.Table | None:
    """Birthday and anniversary of each customer; None where no column tells either."""
    columns = {each: spec.column(each, people.columns) for each in ("birth_date", "anniversary")}
    if not any(columns.values()):
        return None
    told = people.select("customer_id", **{each: people[name] for each, name in columns.items() if name is not None})
    for each, name in columns.items():
        if name is None:
            told = told.mutate(**{f"read_{each}": ibis.null("date")})
        else:
            told, _ = with_read(run, told, each, name, spec.last_day, read_as="birth_date")
    return told.select("customer_id", **{each: told[f"read_{each}"] for each in columns})
