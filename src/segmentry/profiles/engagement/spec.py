"""What may be asked of engagement: how far back to look, and what counts as looking at a product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

VIEWS = ("view", "product view", "product_view", "view_item", "page view", "page_view", "compare", "search", "wish")
"""Usual names of events that are looks at a product."""
_DECLARED = {
    "recent_days": Declared("whole number", 1, 730),
    "consideration_days": Declared("whole number", 1, 365),
    "fewest_offers": Declared("whole number", 1, 1000),
    "views": Declared("texts", least=1, ask="a list of names of events"),
}


@dataclass(frozen=True)
class EngagementSpec(Spec):
    """Engagement at an instant.

    Attributes:
        as_of: Instant (UTC) for which traits hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; None where no source tells one.
        recent_days: Days before the as-of that count as recent.
        consideration_days: Days before an order in which looking at products is part of deciding.
        fewest_offers: Offers below which no rate of response is told.
        views: Events that are looks at a product, in lower case.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    recent_days: int = 90
    consideration_days: int = 14
    fewest_offers: int = 3
    views: tuple[str, ...] = VIEWS

    @classmethod
    def from_settings(
        cls, told: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> EngagementSpec:
        """The settings of ``[engagement]``.

        Raises:
            SettingsError: with every mistake.
        """
        read = read_declared("engagement", told, _DECLARED)
        if "views" in read:
            read["views"] = tuple(each.lower() for each in read["views"])
        return cls(as_of, last_day, currency, **read)
