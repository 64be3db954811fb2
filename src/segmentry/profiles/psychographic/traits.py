"""The traits that declared scales and answers become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.profiles.catalog import Trait
from segmentry.profiles.psychographic.spec import FACETS, AnswerSpec, ScaleSpec
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import DataClass, Observability

SOURCE = "survey_responses"


def scale_trait(scale: ScaleSpec, row: Mapping[str, Any], *, special: bool = False) -> Trait:
    """The trait of a scale; its description says how reliable it is.

    Args:
        scale: The scale.
        row: Its row of `SURVEY_SCALES`.
        special: Whether it tells a special category.
    """
    turned = f", {len(scale.reversed_items)} turned round" if scale.reversed_items else ""
    less = " less the respondent's mean answer" if scale.centered else ""
    items = f"{len(scale.items)} questions" if len(scale.items) > 1 else "one question"
    told = (
        f"{scale.name.replace('_', ' ').capitalize()} ({scale.facet.replace('_', ' ')}): mean of {items}{turned}, "
        f"{scale.lowest:g} to {scale.highest:g}{less}; {row['verdict']}. {row['reason']}"
    )
    return _trait(scale.name, scale.facet, ColumnType.NUMBER, told, "points", special)


def answer_trait(answer: AnswerSpec, *, special: bool = False) -> Trait:
    """The trait of a single answer.

    Args:
        answer: The answer.
        special: Whether it tells a special category.
    """
    told = f"Answer to {answer.question!r} ({answer.facet.replace('_', ' ')})."
    return _trait(answer.name, answer.facet, ColumnType.TEXT, told, "", special)


def _trait(name: str, facet: str, kind: ColumnType, description: str, unit: str, special: bool) -> Trait:
    basis, days, specificity = FACETS[facet]
    return Trait(
        name,
        basis,
        kind,
        description,
        unit,
        source=SOURCE,
        renew_after_days=days,
        observability=Observability.UNOBSERVABLE,
        specificity=specificity,
        data_class=DataClass.SPECIAL if special else DataClass.PERSONAL,
    )
