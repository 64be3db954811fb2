"""Publishes where customers live and work, and what regions prefer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.geographic import TRAITS, GeographicSpec
from segmentry.profiles.geographic.cities import City, atlas, densities, is_installed, tier
from segmentry.profiles.geographic.countries import country_code, main_language, world_place
from segmentry.profiles.geographic.preferences import preferences, told_openly
from segmentry.profiles.geographic.spec import NAMES
from segmentry.profiles.geographic.tables import GEOGRAPHIC_TRAITS, PLACES_UNREAD, REGIONAL_PREFERENCES
from segmentry.profiles.geographic.traits import (
    COUNTRY_TRAITS,
    EVENT_TRAITS,
    climate_band,
    kilometers,
    next_events,
)
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import first_rows, of_oldest_party
from segmentry.profiles.run import identity_or_none
from segmentry.terms.tables import Column

MOST_PLACES = 200_000
"""Distinct pairs of country and city that are looked up."""
_HOME, _WORK = ("home", "delivery", "billing"), "work"
_TEXT, _NUMBER = pa.string(), pa.float64()
_PLACES = pa.schema(
    {
        "told_country": _TEXT, "told_city": _TEXT, "code": _TEXT, "continent": _TEXT, "world_region": _TEXT,
        "language": _TEXT, "density": _NUMBER, "city": _TEXT, "population": pa.int64(), "tier": _TEXT,
        "settlement": _TEXT, "north": _NUMBER, "east": _NUMBER,
    }
)  # fmt: skip


def publish(run: Run, spec: GeographicSpec, catalog: TraitCatalog) -> None:
    """Publish geographic traits, places that are not known, and regional preferences; nothing where no place is told.

    Args:
        run: The run; it must see ``customers`` and ``identity``.
        spec: Which columns tell what, and the as-of.
        catalog: The traits known so far; those made here are added.
    """
    people = _people(run, spec)
    told = run.rows(people.aggregate(country=people.country.count(), city=people.city.count()))[0]
    if not told["country"]:
        return
    places = ibis.memtable(_looked_up(run, people))
    events = run.has("calendar")
    cities = is_installed() and bool(told["city"])
    table = _traits(people, places, spec)
    if events:
        homes = _homes(people, places)
        ahead = next_events(keyed_calendar(run), homes, ibis.literal(spec.last_day))
        table = table.left_join(ahead, "customer_id").drop("customer_id_right")
    traits = [each for each in TRAITS if _can(each, cities=cities, events=events)]
    contract = GEOGRAPHIC_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits
    )
    known = table.select("customer_id", *(each.name for each in traits))
    run.publish(contract, known, spec=spec, parents=("customers", "identity"))
    catalog.register("geographic_traits", *traits)
    _publish_preferences(run, spec)


def keyed_calendar(run: Run) -> ir.Table:
    """The events, each with the area it is about."""
    return run.table("calendar").select("event", "area", "started_on", "ended_on")


def _can(trait: Trait, *, cities: bool, events: bool) -> bool:
    if trait in EVENT_TRAITS:
        return events
    return trait in COUNTRY_TRAITS or cities or (trait.name == "country_density" and is_installed())


def _people(run: Run, spec: GeographicSpec) -> ir.Table:
    """One row for each customer: ``country``, ``city``, ``region``, ``work_city``, ``work_country`` and coordinates."""
    merged, customers = identity_or_none(run), run.table("customers")
    told = {each: spec.column(each, tuple(customers.columns)) for each in NAMES}
    columns = {each: ibis.null("string") if name is None else _text(customers[name]) for each, name in told.items()}
    rows = keyed(customers.select("party_key", "known_since", "country", **columns), merged)
    rows = rows if merged is None else of_oldest_party(rows)
    people = rows.drop("party_key", "known_since").mutate(work_country=rows.country)
    for wanted, role in ((_HOME, "home"), ((_WORK,), _WORK)):
        people = _with_address(run, people, wanted, role, spec)
    return people


def _text(column: ir.Value) -> ir.Value:
    return column if column.type().is_string() else column.cast("string")


def _with_address(run: Run, people: ir.Table, roles: tuple[str, ...], role: str, spec: GeographicSpec) -> ir.Table:
    """The people with the place of their latest address in one of the roles, where one is told."""
    if not run.has("addresses"):
        return people
    addresses = keyed(run.table("addresses"), identity_or_none(run))
    as_of = ibis.literal(spec.as_of, type="timestamp(6)")
    asked = addresses.role.isin(roles) | (addresses.role.isnull() if role == "home" else ibis.literal(False))
    known = (addresses.recorded_at <= as_of).fill_null(True) & (addresses.city.notnull() | addresses.country.notnull())
    rows = addresses.filter(asked, known)
    best = (rows.role == roles[0]).fill_null(False).desc()
    order = [best, rows.recorded_at.desc(nulls_first=False), rows.city.asc(), rows.country.asc(), rows.address.asc()]
    latest = first_rows(rows, "customer_id", order).select(
        at_id="customer_id", at_country="country", at_city="city", at_region="region"
    )
    joined = people.left_join(latest, people.customer_id == latest.at_id)
    if role == "home":
        changed = {
            "country": ibis.coalesce(joined.at_country, joined.country),
            "city": ibis.coalesce(joined.at_city, joined.city),
            "region": ibis.coalesce(joined.at_region, joined.region),
        }
    else:
        changed = {
            "work_city": ibis.coalesce(joined.at_city, joined.work_city),
            "work_country": ibis.coalesce(joined.at_country, joined.work_country),
        }
    return joined.mutate(**changed).drop("at_id", "at_country", "at_city", "at_region")


def _looked_up(run: Run, people: ir.Table) -> pa.Table:
    """What is known of every pair of country and city; those that are not known are published with the reason."""
    homes = people.select("customer_id", "country", "city")
    works = people.filter(people.work_city.notnull()).select("customer_id", country="work_country", city="work_city")
    pairs = homes.union(works).group_by("country", "city").aggregate(customers=ibis._.customer_id.nunique())
    pairs = pairs.filter(pairs.country.notnull())
    rows = run.rows(pairs.order_by(pairs.customers.desc(), pairs.country, pairs.city).limit(MOST_PLACES))
    known, unread = [], []
    for row in rows:
        place, reason = _place(row["country"], row["city"])
        known.append({"told_country": row["country"], "told_city": row["city"] or "", **place})
        if reason:
            city = None if place["code"] is None else row["city"]
            unread.append({"country": row["country"], "city": city, "customers": row["customers"], "reason": reason})
    _settle(known)
    told = pa.Table.from_pylist(_merged(unread), schema=arrow_schema(PLACES_UNREAD))
    run.publish(PLACES_UNREAD, told, parents=("customers",))
    for row in known:
        row.pop("found")
    return pa.Table.from_pylist(known, schema=_PLACES)


def _merged(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one place as one; an unknown country is told once, whatever its cities."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in rows:
        key = (row["country"], row["city"])
        if key in found:
            found[key]["customers"] += row["customers"]
        else:
            found[key] = dict(row)
    return list(found.values())


def _place(country: str, name: str | None) -> tuple[dict[str, Any], str | None]:
    code = country_code(country)
    if code is None:
        nothing = dict.fromkeys(("code", "continent", "world_region", "language", "density", "found"))
        return nothing, "The country is not known"
    continent, region = world_place(code) or (None, None)
    place: dict[str, Any] = {"code": code, "continent": continent, "world_region": region, "found": None}
    place["language"] = main_language(code)
    place["density"] = densities().get(code) if is_installed() else None
    if not name:
        return place, None
    if not is_installed():
        return place, "Cities are not known: run pip install 'segmentry[geography]'"
    place["found"] = atlas().find(code, name)
    return place, None if place["found"] else "No city of 15,000 people has this name in the country"


def _settle(rows: list[dict[str, Any]]) -> None:
    """Fill in what cities tell."""
    found: list[City] = [row["found"] for row in rows if row["found"] is not None]
    kinds = iter(atlas().settlement(found)) if found else iter(())
    for row in rows:
        city: City | None = row["found"]
        if city is not None:
            row |= {"city": city.name, "population": city.population, "tier": tier(city.population)}
            row |= {"settlement": next(kinds), "north": city.latitude, "east": city.longitude}


def _traits(people: ir.Table, places: ir.Table, spec: GeographicSpec) -> ir.Table:
    at_home = (people.country == places.told_country, people.city.fill_null("") == places.told_city)
    joined = people.left_join(places, at_home)
    works = places.view().select(
        job_country="told_country", job_city="told_city", job_name="city", job_north="north", job_east="east"
    )
    joined = joined.left_join(works, (joined.work_country == works.job_country, joined.work_city == works.job_city))
    told_north, told_east = (joined[each].try_cast("float64") for each in ("latitude", "longitude"))
    possible = (told_north.abs() <= 90) & (told_east.abs() <= 180)
    north = ibis.ifelse(possible.fill_null(False), told_north, joined.north)
    east = ibis.ifelse(possible.fill_null(False), told_east, joined.east)
    return joined.select(
        "customer_id",
        country_code="code",
        continent="continent",
        world_region="world_region",
        country_language="language",
        country_density="density",
        home_city="city_right",
        home_region="region",
        city_population="population",
        city_tier="tier",
        settlement="settlement",
        latitude=north,
        longitude=east,
        climate_band=climate_band(north),
        work_city="job_name",
        work_distance=kilometers(joined.north, joined.east, joined.job_north, joined.job_east),
    )


def _homes(people: ir.Table, places: ir.Table) -> ir.Table:
    """The places of each customer in lower case."""
    codes = places.group_by("told_country").aggregate(code=places.code.max())
    joined = people.left_join(codes, people.country == codes.told_country)
    names = {name: joined[name].lower() for name in ("country", "region", "city")}
    return joined.select("customer_id", **names, code=joined.code.lower())


def _publish_preferences(run: Run, spec: GeographicSpec) -> None:
    if not run.has("order_lines"):
        return
    lines = keyed(run.table("order_lines"), identity_or_none(run))
    sales = lines.filter((lines.line_kind == "sale") & (lines.ordered_on <= ibis.literal(spec.last_day)))
    told = run.rows(sales.aggregate(category=sales.category.count()))[0]["category"]
    traits = run.table("geographic_traits")
    areas = traits.select("customer_id", area="country_code")
    item = "category" if told else "product_id"
    rows = told_openly(run.rows(preferences(sales.filter(sales.amount > 0), areas, item)), spec.fewest_buyers)
    filled = pa.Table.from_pylist(rows, schema=arrow_schema(REGIONAL_PREFERENCES))
    run.publish(REGIONAL_PREFERENCES, filled, spec=spec, parents=("order_lines", "geographic_traits"))
