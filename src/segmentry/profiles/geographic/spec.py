"""What may be asked of the geographic basis: which columns tell places, and how few buyers are too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.columns import declared_columns, named_columns, told_column
from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

NAMES: dict[str, tuple[str, ...]] = {
    "city": ("city", "town", "home_city", "location", "city_name", "place"),
    "region": ("region", "state", "province", "county", "state_code", "home_region"),
    "work_city": ("work_city", "office_city", "company_city"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
}
"""Names of given columns by what they tell, in lower case with underscores."""
FEWEST_BUYERS = 10


@dataclass(frozen=True)
class GeographicSpec(Spec):
    """Geographic traits at an instant.

    Attributes:
        as_of: Instant (UTC) for which traits hold.
        last_day: The last local day that counts, the day before the as-of.
        currency: ISO code of all amounts; None where no source tells one.
        columns: Given columns by what they tell, each a setting of its own such as ``city``; else recognized by their
            usual names.
        fewest_buyers: Buyers of an item in an area below which no preference is told.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    fewest_buyers: int = FEWEST_BUYERS

    @classmethod
    def from_settings(
        cls, told: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> GeographicSpec:
        """The settings of ``[geographic]``: ``fewest_buyers`` and, by what they tell, names of columns.

        Raises:
            SettingsError: with every mistake.
        """
        known = {"fewest_buyers": Declared("whole number", 1, 1_000_000), **declared_columns(NAMES)}
        read = read_declared("geographic", told, known)
        return cls(as_of, last_day, currency, named_columns(read, NAMES), read.get("fewest_buyers", FEWEST_BUYERS))

    def column(self, told: str, columns: tuple[str, ...]) -> str | None:
        """The column of ``columns`` that tells ``told``; None where none does."""
        return told_column(told, dict(self.columns), NAMES, columns)
