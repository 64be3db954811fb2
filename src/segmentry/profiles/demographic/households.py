"""Household, income, education, work and language, and the stage of the family life cycle made of them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral.rhythm import share_below
from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, LifeCycle, MaritalStatus, Specificity

OLDER = 45
"""Age from which a household counts as older (Wells & Gubar 1966)."""
PENSION = 65
"""Age from which somebody whose occupation is unknown counts as retired."""
SCHOOL = 6
"""Age from which the youngest child is no longer small."""


def _trait(name: str, description: str, unit: str = "", kind: ColumnType = ColumnType.TEXT, renew: int = 730) -> Trait:
    return Trait(
        name,
        Basis.DEMOGRAPHIC,
        kind,
        description,
        unit,
        source="customers",
        renew_after_days=renew,
        specificity=Specificity.GENERAL,
        data_class=DataClass.QUASI_IDENTIFIER,
    )


HOUSEHOLD_TRAITS = (
    _trait("gender", "female, male or other, as told in any of ten languages.", renew=3650),
    _trait("marital_status", "single, married, partnered, divorced or widowed, as told."),
    _trait("education_level", "primary, secondary or tertiary education (ISCED 2011), as told."),
    _trait("is_retired", "Whether the told occupation says so.", kind=ColumnType.BOOLEAN, renew=365),
    _trait("income_low", "Lower bound of the told income.", "currency", ColumnType.NUMBER, 365),
    _trait("income_level", "low, middle or high: terciles of told incomes, equal incomes together.", renew=365),
    _trait("household_size", "Persons in the household, the lower bound of a told band.", "persons",
           ColumnType.INTEGER, 365),
    _trait("children", "Children in the household, the lower bound of a told band.", "children",
           ColumnType.INTEGER, 365),
    _trait("household_type", "alone, couple, family, single parent or shared, by persons, partner and children.",
           renew=365),
    _trait("family_life_cycle", "Stage of the family life cycle (Wells & Gubar 1966), where all it needs is told.",
           renew=365),
    _trait("language", "ISO 639 code of the told language."),
)  # fmt: skip
"""The traits made here."""


def household_type(married: ir.Value, persons: ir.Value, children: ir.Value) -> ir.Value:
    """alone, couple, family, single parent or shared; null where too little is told.

    Args:
        married: Marital status.
        persons: Persons in the household.
        children: Children in it.
    """
    together = married.isin([MaritalStatus.MARRIED.value, MaritalStatus.PARTNERED.value])
    apart = married.notnull() & ~together
    none = (children == 0) | (children.isnull() & (persons == 1))
    return ibis.cases(
        ((children > 0) & (together | (persons > children + 1)), "family"),
        ((children > 0) & (apart | (persons == children + 1)), "single parent"),
        (persons == 1, "alone"),
        (none & together, "couple"),
        (none & apart & (persons > 1), "shared"),
        else_=ibis.null("string"),
    )


def life_cycle(age: ir.Value, married: ir.Value, children: ir.Value, youngest: ir.Value, retired: ir.Value) -> ir.Value:
    """The stage of the family life cycle; null where what it needs is not told.

    Children of unknown ages leave full nests I and II undecided; who is older and has children at home is in the third.

    Args:
        age: Age in years.
        married: Marital status.
        children: Children at home; none of them told is unknown, not none.
        youngest: Age of the youngest child at home.
        retired: Whether somebody has retired; by age where no occupation is told.
    """
    together = married.isin([MaritalStatus.MARRIED.value, MaritalStatus.PARTNERED.value])
    alone = married.notnull() & ~together
    older, resting = age >= OLDER, ibis.coalesce(retired, age >= PENSION)
    none, some = children == 0, children > 0
    stages = (
        (some & alone, LifeCycle.SINGLE_PARENT),
        (some & together & older, LifeCycle.FULL_NEST_3),
        (some & together & (youngest < SCHOOL), LifeCycle.FULL_NEST_1),
        (some & together & (youngest >= SCHOOL), LifeCycle.FULL_NEST_2),
        (none & together & ~older, LifeCycle.NEWLY_MARRIED),
        (none & together & older & ~resting, LifeCycle.EMPTY_NEST_1),
        (none & together & older & resting, LifeCycle.EMPTY_NEST_2),
        (none & alone & ~older, LifeCycle.BACHELOR),
        (none & alone & older & ~resting, LifeCycle.SOLITARY_SURVIVOR_1),
        (none & alone & older & resting, LifeCycle.SOLITARY_SURVIVOR_2),
    )
    return ibis.cases(*((when, stage.value) for when, stage in stages), else_=ibis.null("string"))


def income_level(income: ir.Value) -> ir.Value:
    """low, middle or high by terciles; equal incomes share a level, judged by how many lie strictly below."""
    below, known = share_below(income)
    level = ibis.cases((below * 3 < known, "low"), (below * 3 < known * 2, "middle"), else_="high")
    return ibis.ifelse(income.isnull(), ibis.null("string"), level)
