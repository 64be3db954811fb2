"""The traits that feedback tells, with unit, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, Observability

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _trait(
    name: str, kind: ColumnType, description: str, unit: str = "", source: str = "feedback", asked: bool = True
) -> Trait:
    seen = Observability.UNOBSERVABLE if asked else Observability.OBSERVABLE
    renew = 180 if asked else 30
    return Trait(
        name, Basis.BEHAVIORAL, kind, description, unit, source=source, renew_after_days=renew, observability=seen
    )


RATING_TRAITS = (
    _trait("nps_rating", _INTEGER, "Newest answer to how likely a recommendation is, 0 to 10.", "points"),
    _trait("nps_class", _TEXT, "promoter (9, 10), passive (7, 8) or detractor (0 to 6), by that answer."),
    _trait("stated_satisfaction", _NUMBER, "Newest satisfaction told, 0 lowest to 1 highest of its scale.", "share"),
    _trait("stated_effort", _NUMBER, "Newest effort told, 0 least to 1 most of its scale.", "share"),
    _trait("review_rating", _NUMBER, "Newest rating of a review, 0 lowest to 1 highest of its scale.", "share"),
)
"""Traits of ratings, from feedback and surveys."""

RECORD_TRAITS = (
    _trait("feedback_given", _INTEGER, "Reviews, ratings and comments the customer gave.", "records", asked=False),
    _trait("days_since_feedback", _INTEGER, "Days since the last of them.", "days", asked=False),
    _trait("remarks", _INTEGER, "Remarks of sales and service, and rejections, about the customer.", "remarks",
           asked=False),
    _trait("open_remarks", _INTEGER, "Those that are not answered.", "remarks", asked=False),
)  # fmt: skip
"""Traits of how much is said, by the customer and about the customer."""

TEXT_TRAITS = (
    _trait("feedback_sentiment", _NUMBER, "Mean sentiment of recent texts and their ratings, -1 to 1.", ""),
    _trait("feedback_theme", _TEXT, "Main theme of the newest text that has one; only stable themes."),
)
"""Traits of texts."""
