"""Countries, regions and cities of simulated customers, spelled plainly."""

from __future__ import annotations

import numpy as np

from segmentry.simulate.purchase_process import Floats

_WEIGHTS = {
    "United Kingdom": 0.62,
    "Germany": 0.10,
    "Ireland": 0.08,
    "France": 0.08,
    "Netherlands": 0.05,
    "Spain": 0.04,
    "Belgium": 0.03,
}
_CITIES = """
United Kingdom|England|London|30
United Kingdom|England|Birmingham|11
United Kingdom|England|Manchester|11
United Kingdom|England|Leeds|8
United Kingdom|England|Bristol|7
United Kingdom|Scotland|Glasgow|8
United Kingdom|Scotland|Edinburgh|7
United Kingdom|Wales|Cardiff|5
United Kingdom|Northern Ireland|Belfast|4
Ireland|Leinster|Dublin|12
Ireland|Munster|Cork|4
Ireland|Connacht|Galway|2
Germany|Berlin|Berlin|9
Germany|Hamburg|Hamburg|6
Germany|Bavaria|Munich|6
Germany|North Rhine-Westphalia|Cologne|5
France|Île-de-France|Paris|10
France|Auvergne-Rhône-Alpes|Lyon|4
France|Provence-Alpes-Côte d'Azur|Marseille|4
Netherlands|North Holland|Amsterdam|6
Netherlands|South Holland|Rotterdam|4
Spain|Madrid|Madrid|6
Spain|Catalonia|Barcelona|5
Belgium|Brussels|Brussels|4
Belgium|Flanders|Antwerp|3
"""

PLACES: tuple[tuple[str, str, str], ...] = tuple(
    (country, region, city) for country, region, city, _ in (line.split("|") for line in _CITIES.split("\n") if line)
)
"""(country, region, city) of every place."""


def place_shares() -> Floats:
    """Share of the customers in each of `PLACES`, adding up to 1."""
    sizes = np.array([float(line.split("|")[3]) for line in _CITIES.split("\n") if line])
    countries = np.array([country for country, _, _ in PLACES])
    shares = np.zeros(len(PLACES))
    for country, weight in _WEIGHTS.items():
        here = countries == country
        shares[here] = weight * sizes[here] / sizes[here].sum()
    return np.asarray(shares / shares.sum())
