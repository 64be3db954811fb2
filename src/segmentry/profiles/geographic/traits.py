"""Traits of places as Ibis expressions: climate by latitude, distance to work, and the next event in the region."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.profiles.geographic.cities import EARTH
from segmentry.profiles.picking import first_rows
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Specificity

CLIMATES = ((23.4366, "tropical"), (35.0, "subtropical"), (60.0, "temperate"), (66.5634, "subpolar"))
"""Latitudes up to which a climate is called so: the tropics, 35 and 60 degrees, and the polar circles."""

_TEXT, _NUMBER, _INTEGER = ColumnType.TEXT, ColumnType.NUMBER, ColumnType.INTEGER


def _trait(name: str, kind: ColumnType, description: str, unit: str = "", renew: int | None = 730) -> Trait:
    return Trait(
        name,
        Basis.GEOGRAPHIC,
        kind,
        description,
        unit,
        source="customers, addresses",
        renew_after_days=renew,
        specificity=Specificity.GENERAL,
        data_class=DataClass.QUASI_IDENTIFIER,
    )


COUNTRY_TRAITS = (
    _trait("country_code", _TEXT, "ISO 3166 code of the country told."),
    _trait("continent", _TEXT, "Continent of the country."),
    _trait("world_region", _TEXT, "Region of the country, after UN M49."),
    _trait("country_language", _TEXT, "Official language most people in the country speak (Unicode CLDR)."),
)
"""Traits that a country alone tells."""

CITY_TRAITS = (
    _trait("country_density", _NUMBER, "People for each square kilometer of the country.", "people per km2"),
    _trait("home_city", _TEXT, "City of the home, as GeoNames writes it."),
    _trait("home_region", _TEXT, "State, province or region of the home, as told."),
    _trait("city_population", _INTEGER, "People in the city of the home.", "people"),
    _trait("city_tier", _TEXT, "megacity, metropolis, large city, city or town, by people (10m, 1m, 250k, 50k)."),
    _trait("settlement", _TEXT, "urban, suburban or rural: inferred from the city, not from the address."),
    _trait("latitude", _NUMBER, "Degrees north of the home, as told or of its city.", "degrees"),
    _trait("longitude", _NUMBER, "Degrees east of the home, as told or of its city.", "degrees"),
    _trait("climate_band", _TEXT, "Climate by latitude alone: tropical, subtropical, temperate, subpolar or polar."),
    _trait("work_city", _TEXT, "City of the place of work, as GeoNames writes it."),
    _trait("work_distance", _NUMBER, "Great-circle distance from the city of the home to that of work.", "km"),
)
"""Traits that cities tell, where the reference data are installed."""

EVENT_TRAITS = (
    _trait("next_event", _TEXT, "Next event in the calendar of the customer's region, or one that lasts.", renew=7),
    _trait("days_to_next_event", _INTEGER, "Days until it begins; 0 while it lasts.", "days", 7),
)
"""Traits that a calendar of events tells."""

TRAITS = (*COUNTRY_TRAITS, *CITY_TRAITS, *EVENT_TRAITS)
"""All geographic traits."""


def climate_band(latitude: ir.Value) -> ir.Value:
    """The climate by latitude alone; null where no latitude is known. Height, sea and wind do not count."""
    bands = ibis.cases(*((latitude.abs() <= edge, name) for edge, name in CLIMATES), else_="polar")
    return ibis.ifelse(latitude.isnull(), ibis.null("string"), bands)


def kilometers(north: ir.Value, east: ir.Value, other_north: ir.Value, other_east: ir.Value) -> ir.Value:
    """The great-circle distance between two places in degrees (haversine)."""
    low, high = north.radians(), other_north.radians()
    half_up, half_along = ((high - low) / 2).sin(), ((other_east - east).radians() / 2).sin()
    square = half_up * half_up + low.cos() * high.cos() * half_along * half_along
    return ibis.ifelse(square > 1.0, 1.0, square).sqrt().asin() * (2 * EARTH)


def next_events(calendar: ir.Table, homes: ir.Table, day: ir.Value) -> ir.Table:
    """``customer_id``, ``next_event`` and ``days_to_next_event`` of those for whom an event lies ahead.

    Args:
        calendar: Events; an empty area means everywhere.
        homes: ``customer_id`` and, in lower case, ``country``, ``code``, ``region`` and ``city``.
        day: The last local day that counts.
    """
    last = ibis.coalesce(calendar.ended_on, calendar.started_on)
    ahead = calendar.filter(last > day).mutate(place=calendar.area.lower())
    everywhere = homes.select("customer_id").cross_join(ahead.filter(ahead.place.isnull()).drop("place"))
    names = ("country", "code", "region", "city")
    places = ibis.union(*(homes.select("customer_id", home=homes[name]) for name in names)).distinct()
    near = places.inner_join(ahead, places.home == ahead.place)
    columns = ("customer_id", "event", "started_on")
    whole = everywhere.select(*columns).union(near.select(*columns))
    first = first_rows(whole, "customer_id", [whole.started_on.asc(), whole.event.asc()])
    days = first.started_on.delta(day, unit="day").cast("int64")
    return first.select("customer_id", next_event="event", days_to_next_event=ibis.greatest(days, 0))
