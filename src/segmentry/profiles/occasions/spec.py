"""What may be asked of occasions: how near before one an order counts, and which columns tell dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.columns import declared_columns, named_columns, told_column
from segmentry.profiles.demographic.spec import NAMES as DEMOGRAPHIC
from segmentry.profiles.settings import Declared, read_declared
from segmentry.sources.tables import GIVEN
from segmentry.terms.artifacts import Spec

NAMES: dict[str, tuple[str, ...]] = {
    "birth_date": DEMOGRAPHIC["birth_date"],
    "anniversary": ("anniversary", "wedding_anniversary", "name_day", "customer_anniversary"),
}
"""Usual names of columns with a date that returns every year."""
LIFE_EVENTS = (
    "married_on",
    "wedding_date",
    "divorced_on",
    "moved_on",
    "moving_date",
    "child_born_on",
    "due_date",
    "graduated_on",
    "graduation_date",
    "retired_on",
)
"""Usual names of columns with the date of something rare."""


@dataclass(frozen=True)
class OccasionSpec(Spec):
    """Occasions at an instant.

    Attributes:
        as_of: Instant (UTC) for which traits hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; unused here.
        columns: Columns that tell ``birth_date`` and ``anniversary``; else recognized by their usual names.
        days_before: Days before an occasion in which orders count as placed for it.
        life_events: Columns with dates of what is rare; else recognized by their usual names.
        life_event_days: Days around something rare in which it counts.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    days_before: int = 14
    life_events: tuple[str, ...] = LIFE_EVENTS
    life_event_days: int = 180

    @classmethod
    def from_settings(
        cls, told: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> OccasionSpec:
        """The settings of ``[occasions]``.

        Raises:
            SettingsError: with every mistake.
        """
        known = {
            "days_before": Declared("whole number", 0, 60),
            "life_events": Declared("texts", least=1),
            "life_event_days": Declared("whole number", 1, 730),
            **declared_columns(NAMES),
        }
        read = read_declared("occasions", told, known)
        others = {name: value for name, value in read.items() if name not in NAMES}
        return cls(as_of, last_day, currency, named_columns(read, NAMES), **others)

    def column(self, told: str, columns: Sequence[str]) -> str | None:
        """The column of ``columns`` that tells ``told``; None where none does."""
        return told_column(told, dict(self.columns), NAMES, columns)

    def rare(self, columns: Sequence[str]) -> dict[str, str]:
        """The columns of ``columns`` that tell what is rare, by its name."""
        known = {name.lower().removeprefix(GIVEN): name for name in columns}
        return {each: known[each.lower()] for each in self.life_events if each.lower() in known}
