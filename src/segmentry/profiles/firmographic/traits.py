"""The firmographic traits, with unit, origin, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Specificity, TraitOrigin

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _trait(
    name: str,
    kind: ColumnType,
    description: str,
    unit: str = "",
    *,
    basis: Basis = Basis.FIRMOGRAPHIC,
    given: bool = False,
    renew: int | None = 365,
) -> Trait:
    origin = TraitOrigin.GIVEN if given else TraitOrigin.COMPUTED
    return Trait(
        name, basis, kind, description, unit, origin, "accounts", renew, specificity=Specificity.GENERAL,
        data_class=DataClass.PLAIN,
    )  # fmt: skip


TRAITS = (
    _trait("industry", _TEXT, "Industry in words, misspellings repaired.", given=True),
    _trait("industry_code", _TEXT, "Code of the industry, without points.", given=True),
    _trait("industry_scheme", _TEXT, "Scheme and version of the code.", given=True),
    _trait("industry_sector", _TEXT, "First level of the code, with scheme and version; never across versions."),
    _trait("industry_division", _TEXT, "Second level of the code, with scheme and version; never across versions."),
    _trait("size_class", _TEXT, "micro, small, medium or large by the EU's definition, at the level of the group."),
    _trait("employees", _NUMBER, "Staff.", "persons", given=True),
    _trait("yearly_revenue", ColumnType.DECIMAL, "Yearly revenue, as the source tells it.", "currency", given=True),
    _trait("sites", _INTEGER, "Places of business.", "sites", given=True),
    _trait("company_age_years", _INTEGER, "Years since founding.", "years"),
    _trait("ownership", _TEXT, "publicly_owned, privately_owned, government_agency or non_profit.", given=True),
    _trait("structure", _TEXT, "start_up, subsidiary, group and so on: as told, else from its group."),
    _trait("seat_country", _TEXT, "Country of the seat.", basis=Basis.GEOGRAPHIC, given=True, renew=730),
    _trait("seat_city", _TEXT, "City of the seat.", basis=Basis.GEOGRAPHIC, given=True, renew=730),
)
"""Traits of every organization that a source describes."""

PERFORMANCE_TRAITS = (
    _trait("yearly_growth", _NUMBER, "Growth a year of staff, else of revenue, over three years.", "share a year"),
    _trait("growth_until", _INTEGER, "Last of those years.", "year"),
    _trait("performance", _TEXT, "fast_growing (20 % a year over three years from ten staff), stable or struggling."),
)
"""Traits of organizations whose history is told."""
