"""What may be asked of the geographic basis: which columns tell places, and how few buyers are too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.columns import column_problems, told_column
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError, shorten

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
        problems = [*column_problems("geographic", told, NAMES, ("fewest_buyers",)), *_wrong_number(told)]
        if problems:
            raise SettingsError(problems)
        columns = tuple((name, value) for name, value in sorted(told.items()) if name in NAMES)
        return cls(as_of, last_day, currency, columns, told.get("fewest_buyers", FEWEST_BUYERS))

    def column(self, told: str, columns: tuple[str, ...]) -> str | None:
        """The column of ``columns`` that tells ``told``; None where none does."""
        return told_column(told, dict(self.columns), NAMES, columns)


def _wrong_number(told: Mapping[str, Any]) -> list[Problem]:
    given = told.get("fewest_buyers", FEWEST_BUYERS)
    if isinstance(given, int) and not isinstance(given, bool) and given >= 1:
        return []
    what, next_step = "A whole number from 1 on is wanted", "Ten buyers are usual."
    return [Problem("SETTING_WRONG", what, "[geographic] fewest_buyers", shorten(given), next_step)]
