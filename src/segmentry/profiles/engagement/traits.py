"""The traits of engagement, with unit, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _trait(name: str, kind: ColumnType, description: str, unit: str, source: str, renew: int = 30) -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source=source, renew_after_days=renew)


MEDIA = ("web", "app", "search", "viewing", "social", "community")
"""Media of events that are counted each."""

EVENT_TRAITS = (
    *(
        _trait(f"{medium}_events", _INTEGER, f"Recent events of the medium {medium}.", "events", "events")
        for medium in MEDIA
    ),
    _trait("recent_events", _INTEGER, "Recent events of any kind.", "events", "events"),
    _trait("event_days", _INTEGER, "Recent days with an event.", "days", "events"),
    _trait("days_since_event", _INTEGER, "Days since the last event, whenever it was.", "days", "events"),
    _trait("engagement_band", _TEXT, "light, medium or heavy: terciles of recent events among those with any.", "",
           "events"),
    _trait("items_seen", _INTEGER, "Distinct pages, screens or products seen recently.", "items", "events"),
    _trait("categories_seen", _INTEGER, "Distinct categories seen recently: breadth of knowledge.", "categories",
           "events"),
    _trait("views_per_category", _NUMBER, "Recent events with a category for each of them: depth of knowledge.",
           "events per category", "events"),
    _trait("brand_interactions", _INTEGER, "Recent events in social media or community, feedback and contributions.",
           "interactions", "events, feedback, contributions"),
)  # fmt: skip
"""Traits that events tell."""

DECISION_TRAITS = (
    _trait("orders_with_views", _INTEGER, "Orders before which the customer was seen looking at products.", "orders",
           "events, orders"),
    _trait("views_before_order", _NUMBER, "Mean looks at products before such an order.", "views", "events, orders"),
    _trait("items_before_order", _NUMBER, "Mean distinct products looked at before it: comparing.", "products",
           "events, orders"),
    _trait("days_of_consideration", _NUMBER, "Mean days from the first look to the order.", "days", "events, orders"),
    _trait("buying_style", _TEXT, "impulse where most such orders follow the first look within a day, else considered.",
           "", "events, orders"),
)  # fmt: skip
"""Traits that events before orders tell."""

USAGE_TRAITS = (
    _trait("metered_usage", _NUMBER, "Quantity of the periods over in the recent days, of the metric of most periods.",
           "as metered", "usage"),
    _trait("usage_trend", _NUMBER, "Quantity per metered period of the recent days over as many before, less one.",
           "share", "usage"),
    _trait("metered_band", _TEXT, "light, medium or heavy: terciles of the rate of use per day among users.", "",
           "usage"),
    _trait("days_since_usage", _INTEGER, "Days since a metered period began.", "days", "usage"),
)  # fmt: skip
"""Traits that meters tell."""

OFFER_TRAITS = (
    _trait("offers_received", _INTEGER, "Campaign contacts delivered, holdouts left out.", "offers", "touches"),
    _trait("offers_answered", _INTEGER, "Of them, those answered.", "offers", "touches"),
    _trait("offer_response_rate", _NUMBER, "Share answered; unknown below the fewest offers.", "share", "touches"),
    _trait("days_since_answer", _INTEGER, "Days since an offer was last answered.", "days", "touches"),
)
"""Traits that campaigns tell."""

CHANNEL_TRAITS = (
    _trait("preferred_contact_channel", _TEXT, "Channel the customer answers on or comes by most often.", "",
           "touches, service_contacts", 180),
    _trait("preferred_contact_share", _NUMBER, "Its share of these contacts.", "share", "touches, service_contacts",
           180),
    _trait("service_contacts_recent", _INTEGER, "Recent contacts with service.", "contacts", "service_contacts"),
)  # fmt: skip
"""Traits of channels."""
