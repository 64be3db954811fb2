"""What may be asked of engagement: how far back to look, and what counts as looking at a product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

VIEWS = ("view", "product view", "product_view", "view_item", "page view", "page_view", "compare", "search", "wish")
"""Usual names of events that are looks at a product."""
_NUMBERS = {"recent_days": 730, "consideration_days": 365, "fewest_offers": 1000}
"""Settings that are whole numbers from 1 on, with the largest allowed."""


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
        problems = [problem for name, value in told.items() for problem in _wrong(name, value)]
        if problems:
            raise SettingsError(problems)
        values = dict(told)
        if "views" in values:
            values["views"] = tuple(each.lower() for each in values["views"])
        return cls(as_of, last_day, currency, **values)


def _wrong(name: str, value: Any) -> list[Problem]:
    where, given = f"[engagement] {name}", shorten(value)
    known = {each.name for each in fields(EngagementSpec)} - {"as_of", "last_day", "currency"}
    if name not in known:
        next_step = near_miss(name, known) or f"Known are {', '.join(sorted(known))}."
        return [Problem("SETTING_UNKNOWN", "There is no such setting", where, given, next_step)]
    if name == "views":
        fine = isinstance(value, list | tuple) and value and all(isinstance(each, str) for each in value)
        what, next_step = "A list of names of events is wanted", 'Write ["view", "search"].'
        return [] if fine else [Problem("SETTING_WRONG", what, where, given, next_step)]
    most = _NUMBERS[name]
    fine = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
    what = f"A whole number from 1 to {most} is wanted"
    return [] if fine else [Problem("SETTING_WRONG", what, where, given, "Leave it out for the usual value.")]
