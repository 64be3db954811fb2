"""The traits of leads, with unit, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, TraitOrigin

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _trait(
    name: str,
    kind: ColumnType,
    description: str,
    unit: str = "",
    origin: TraitOrigin = TraitOrigin.COMPUTED,
    data_class: DataClass = DataClass.PLAIN,
) -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, origin, "leads, events", 30, data_class=data_class)


TRAITS = (
    _trait("lead_source", _TEXT, "Where the lead came from.", origin=TraitOrigin.GIVEN),
    _trait("lead_stage", _TEXT, "lead, mql, sal, sql, won or lost."),
    _trait("lead_age_days", _INTEGER, "Days since the lead came.", "days"),
    _trait("lead_title_level", _TEXT, "Level of the title.", data_class=DataClass.QUASI_IDENTIFIER),
    _trait("lead_title_function", _TEXT, "Function of the title.", data_class=DataClass.QUASI_IDENTIFIER),
    _trait("lead_fit", _NUMBER, "Points of what the lead told.", "points"),
    _trait("lead_fit_grade", _TEXT, "A to D by quartiles of fit."),
    _trait("lead_interest", _NUMBER, "Decaying sum of what the lead did.", "points"),
    _trait("lead_interest_grade", _INTEGER, "1 (most) to 4 by quartiles of interest."),
    _trait("lead_cell", _TEXT, "Fit and interest together, such as A1."),
    _trait("lead_chance", _NUMBER, "Calibrated chance to convert within the horizon, as of some days after it came.",
           "probability", TraitOrigin.PREDICTED),
)  # fmt: skip
"""Traits of customers with a lead."""
