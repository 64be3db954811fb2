"""The traits that declared needs and benefits become."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.profiles.needs.spec import BenefitsSpec, NeedSpec
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Observability, Specificity, TraitOrigin

TOP_NEED = "most_unmet_need"


def need_traits(need: NeedSpec) -> tuple[Trait, Trait]:
    """Importance of a need to the customer, and satisfaction with it.

    Args:
        need: The need.
    """
    words = need.name.replace("_", " ")
    scale = f"{need.lowest:g} to {need.highest:g}"
    importance = f"How important the {need.kind} need {words} is to the customer, {scale}."
    satisfaction = f"How satisfied the customer is with {words}, {scale}."
    return (
        _trait(f"{need.name}_importance", ColumnType.NUMBER, importance, "points", 365),
        _trait(f"{need.name}_satisfaction", ColumnType.NUMBER, satisfaction, "points", 180),
    )


def top_need_trait() -> Trait:
    """The need in which a customer's own opportunity is largest."""
    told = "The need that matters most and is met least; unknown where two are alike or one was not rated."
    return _trait(TOP_NEED, ColumnType.TEXT, told, "", 180)


def benefit_traits(benefits: BenefitsSpec, classes: int) -> tuple[Trait, Trait]:
    """The class of benefits sought, and how surely the customer belongs to it.

    Args:
        benefits: The set of questions.
        classes: How many classes there are.
    """
    words = benefits.name.replace("_", " ")
    told = f"Class of {words}, one of {classes}, by answers to {len(benefits.questions)} questions (latent class)."
    surely = f"Chance that the customer belongs to the class told by {words}."
    return (
        _trait(benefits.name, ColumnType.TEXT, told, "", 365, TraitOrigin.PREDICTED),
        _trait(f"{benefits.name}_certainty", ColumnType.NUMBER, surely, "probability", 365, TraitOrigin.PREDICTED),
    )


def _trait(
    name: str,
    kind: ColumnType,
    description: str,
    unit: str,
    days: int,
    origin: TraitOrigin = TraitOrigin.COMPUTED,
) -> Trait:
    return Trait(
        name,
        Basis.NEEDS,
        kind,
        description,
        unit,
        origin,
        "survey_responses",
        days,
        Observability.UNOBSERVABLE,
        Specificity.PRODUCT_SPECIFIC,
        DataClass.PERSONAL,
    )
