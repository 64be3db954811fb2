"""Derived geography against reference data of its own: regions, densities, languages and city tiers."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from segmentry.profiles.geographic.cities import atlas, densities, tier
from segmentry.profiles.geographic.countries import country_code, main_language, world_place

pytestmark = pytest.mark.real
CONTINENTS = {
    "AF": "Africa", "AN": "Antarctica", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania",
    "SA": "South America",
}  # fmt: skip


@pytest.fixture(scope="module")
def countries(data_folder: Path) -> list[dict[str, str]]:
    with (data_folder / "geography" / "country_reference_derived.csv").open(encoding="utf8") as file:
        return list(csv.DictReader(file))


def test_countries_lie_in_the_regions_of_the_reference(countries: list[dict[str, str]]) -> None:
    """Regions after M49 agree wherever the reference has one; continents but for what lies on two."""
    told = [row for row in countries if row["Region Name"]]
    wrong = []
    for row in told:
        place = world_place(row["ISO"])
        wanted = row["Intermediate Region Name"] or row["Sub-region Name"]
        if place is None or place[1] != wanted:
            wrong.append((row["ISO"], place, wanted))
    assert len(told) > 230
    assert [each for each in wrong if each[0] not in ("BV", "GS", "AQ", "TW")] == []
    differing = {
        row["ISO"]
        for row in countries
        if row["Continent"] in CONTINENTS
        and (place := world_place(row["ISO"])) is not None
        and place[0] != CONTINENTS[row["Continent"]]
    }
    assert len(differing) <= 12


def test_names_of_countries_lead_to_their_codes(countries: list[dict[str, str]]) -> None:
    """Of the names the reference uses at least 95 % are known."""
    rows = [row for row in countries if row["Continent"]]
    found = sum(country_code(row["Country"]) == row["ISO"] for row in rows)
    assert found / len(rows) >= 0.95


def test_densities_agree_but_for_growth(countries: list[dict[str, str]]) -> None:
    """Nine of ten densities lie within a quarter of the reference, which counts people of about 2018."""
    rows = [row for row in countries if row["density_per_km2"] and row["ISO"] in densities()]
    near = [abs(densities()[row["ISO"]] / float(row["density_per_km2"]) - 1) < 0.25 for row in rows]
    assert len(rows) > 200
    assert sum(near) / len(near) > 0.9


def test_languages_agree_where_one_is_spoken(countries: list[dict[str, str]]) -> None:
    """Where the reference names a single language, it is the one told, in eight of ten countries."""
    from babel import Locale

    names = Locale("en").languages
    rows = [row for row in countries if row["languages"] and "|" not in row["languages"]]
    same = [names.get(main_language(row["ISO"]) or "") == row["languages"] for row in rows]
    assert len(rows) > 50
    assert sum(same) / len(same) > 0.8


def test_cities_are_found_with_their_tier(data_folder: Path) -> None:
    """Of the cities of the reference 97 % are found in their country by name, 95 % of these in the same tier."""
    rows = pq.read_table(data_folder / "geography" / "cities15000.parquet").to_pylist()
    largest: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["country_code"], row["name"])
        largest[key] = max(largest.get(key, 0), row["population"])
    found = [(atlas().find(*key), people) for key, people in largest.items()]
    known = [(city, people) for city, people in found if city is not None]
    assert len(known) / len(found) > 0.97
    assert sum(tier(city.population) == tier(people) for city, people in known) / len(known) > 0.95
