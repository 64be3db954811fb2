"""The traits that declared needs and benefits become."""

from __future__ import annotations

from collections.abc import Sequence

from segmentry.profiles.catalog import Trait
from segmentry.profiles.needs.spec import BenefitsSpec, NeedSpec
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Observability, Specificity, TraitOrigin

TOP_NEED = "most_unmet_need"
CHOICES = "choices"
CHOICE_CLASS, CHOSE_AT = "choice_class", "chose_at"


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


def choice_traits(study: str, classes: int, attributes: Sequence[str]) -> tuple[Trait, ...]:
    """The class of tastes, how surely a customer belongs to it, when he chose, and what weighs how much for him.

    Args:
        study: The study.
        classes: How many classes there are.
        attributes: The attributes.
    """
    told = f"Class of tastes, one of {classes}, by what was chosen in the study {study} (mixture of logits)."
    when = f"When the customer last chose in the study {study}."
    surely = "Chance that the customer belongs to that class."
    weighs = "of a choice that hangs on {} for this customer: range of part-worths over the sum of ranges."
    predicted = TraitOrigin.PREDICTED
    found = [
        _trait(CHOICE_CLASS, ColumnType.TEXT, told, "", 365, predicted, CHOICES),
        _trait(f"{CHOICE_CLASS}_certainty", ColumnType.NUMBER, surely, "probability", 365, predicted, CHOICES),
        _trait(CHOSE_AT, ColumnType.TIMESTAMP, when, "UTC", 365, TraitOrigin.COMPUTED, CHOICES),
    ]
    for each in attributes:
        words = f"Share {weighs.format(each.replace('_', ' '))}"
        found.append(_trait(importance_of(each), ColumnType.NUMBER, words, "share", 365, predicted, CHOICES))
    return tuple(found)


def importance_of(attribute: str) -> str:
    """Name of the trait that tells how much an attribute weighs."""
    return f"importance_of_{attribute}"


def _trait(
    name: str,
    kind: ColumnType,
    description: str,
    unit: str,
    days: int,
    origin: TraitOrigin = TraitOrigin.COMPUTED,
    source: str = "survey_responses",
) -> Trait:
    return Trait(
        name,
        Basis.NEEDS,
        kind,
        description,
        unit,
        origin,
        source,
        days,
        Observability.UNOBSERVABLE,
        Specificity.PRODUCT_SPECIFIC,
        DataClass.PERSONAL,
    )
