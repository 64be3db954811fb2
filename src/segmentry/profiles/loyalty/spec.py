"""What may be asked of loyalty: which column tells spend in the category, and what counts as high."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.columns import declared_columns, told_column
from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

NAMES: dict[str, tuple[str, ...]] = {
    "category_spend": ("category_spend", "wallet", "total_category_spend", "spend_in_category"),
}
"""Usual names of the column that tells what a customer spends in the whole category, with us and with others."""


@dataclass(frozen=True)
class LoyaltySpec(Spec):
    """Loyalty at an instant.

    Attributes:
        as_of: Instant (UTC) for which traits hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; None where no source tells one.
        category_spend: Column with a customer's spend in the category over the time observed; recognized by its usual
            names where none is named.
        high_share: Share of wallet from which patronage is high.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    category_spend: str | None = None
    high_share: float = 0.5

    @classmethod
    def from_settings(
        cls, told: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> LoyaltySpec:
        """The settings of ``[loyalty]``.

        Raises:
            SettingsError: with every mistake.
        """
        known = {"high_share": Declared("number", 0.01, 1.0), **declared_columns(NAMES)}
        return cls(as_of, last_day, currency, **read_declared("loyalty", told, known))

    def column(self, columns: tuple[str, ...]) -> str | None:
        """The column of ``columns`` that tells spend in the category; None where none does."""
        asked = {} if self.category_spend is None else {"category_spend": self.category_spend}
        return told_column("category_spend", asked, NAMES, columns)
