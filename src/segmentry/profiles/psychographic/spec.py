"""What may be asked of surveys: scales of several items, and single answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from segmentry.profiles.settings import Settings, raise_problems
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem
from segmentry.terms.vocabulary import Basis, Specificity

FACETS: dict[str, tuple[Basis, int, Specificity]] = {
    "personality": (Basis.PSYCHOGRAPHIC, 1825, Specificity.GENERAL),
    "values": (Basis.PSYCHOGRAPHIC, 1095, Specificity.GENERAL),
    "attitudes": (Basis.PSYCHOGRAPHIC, 365, Specificity.GENERAL),
    "interests": (Basis.PSYCHOGRAPHIC, 365, Specificity.GENERAL),
    "lifestyle": (Basis.PSYCHOGRAPHIC, 365, Specificity.GENERAL),
    "social_class": (Basis.PSYCHOGRAPHIC, 1095, Specificity.GENERAL),
    "loyalty": (Basis.BEHAVIORAL, 180, Specificity.PRODUCT_SPECIFIC),
    "knowledge": (Basis.BEHAVIORAL, 180, Specificity.PRODUCT_SPECIFIC),
    "satisfaction": (Basis.NEEDS, 180, Specificity.PRODUCT_SPECIFIC),
    "perceived_value": (Basis.NEEDS, 180, Specificity.PRODUCT_SPECIFIC),
    "needs": (Basis.NEEDS, 365, Specificity.PRODUCT_SPECIFIC),
    "skill": (Basis.TECHNOGRAPHIC, 365, Specificity.GENERAL),
}
"""What a scale may be about: its basis, after how many days it should be asked again, and whether it is about the
product. Personality is stable over years, attitudes over a season."""

SEVERAL = 2
"""Items from which a scale has a reliability."""


@dataclass(frozen=True)
class ScaleSpec(Spec):
    """A scale: items that ask for one thing.

    Attributes:
        name: Name of the trait.
        items: Questions, as the survey names them.
        reversed_items: Those among them that ask the other way round.
        lowest: Lowest point of the scale.
        highest: Highest point of the scale.
        survey_id: The survey; empty for whichever has the questions.
        facet: What it is about; see `FACETS`.
        labels: Words that were given for points of the scale, in lower case, with the number each stands for.
        centered: Take each respondent's mean answer in the survey out, as for values (Schwartz 1992).
    """

    name: str
    items: tuple[str, ...]
    reversed_items: tuple[str, ...] = ()
    lowest: float = 1.0
    highest: float = 5.0
    survey_id: str = ""
    facet: str = "attitudes"
    labels: tuple[tuple[str, float], ...] = ()
    centered: bool = False

    @property
    def basis(self) -> Basis:
        """The basis the scale belongs to."""
        return FACETS[self.facet][0]


@dataclass(frozen=True)
class AnswerSpec(Spec):
    """One question whose answer is a trait as it was given: a hobby, a way of living, a code of an interview.

    Attributes:
        name: Name of the trait.
        question: The question, or the code of a theme.
        survey_id: The survey; empty for whichever has the question.
        facet: What it is about; see `FACETS`.
        codes: Pairs of code and meaning; others are unknown then. Empty for answers as they stand.
    """

    name: str
    question: str
    survey_id: str = ""
    facet: str = "lifestyle"
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PsychographicSpec(Spec):
    """Survey traits at an instant.

    Attributes:
        as_of: Instant (UTC); answers after it do not count.
        last_day: The last local day that counts.
        currency: Not used; as in every module of traits.
        scales: Scales of several items.
        answers: Single answers.
        least_answered: Share of a scale's items that must have been answered, 0 to 1.
        straight_line_from: Items from which one answer throughout counts as no answer at all.
        rotation: How factors are rotated: ``varimax``, ``promax`` or ``none``.
        reliable_from: Alpha below which a scale is not offered to discovery (George & Mallery 2003: poor below .6).
        lawful_basis: The ground (GDPR Art. 9) on which special categories may be computed; empty keeps them locked.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    scales: tuple[ScaleSpec, ...] = ()
    answers: tuple[AnswerSpec, ...] = ()
    least_answered: float = 0.5
    straight_line_from: int = 10
    rotation: str = "promax"
    reliable_from: float = 0.6
    lawful_basis: str = ""

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> Self:
        """The spec out of the section ``[surveys]`` of the settings.

        Args:
            given: The section: ``least_answered``, ``straight_line_from``, ``rotation``, ``reliable_from``,
                ``lawful_basis``, and tables ``scales.NAME`` and ``answers.NAME``.
            as_of: Instant (UTC).
            last_day: The last local day that counts.
            currency: ISO code.

        Raises:
            SettingsError: with every mistake.
        """
        problems: list[Problem] = []
        settings = Settings("[surveys]", given, problems)
        scales = tuple(_scale(name, each) for name, each in settings.tables("scales"))
        answers = tuple(_answer(name, each) for name, each in settings.tables("answers"))
        twice = {each.name for each in scales} & {each.name for each in answers}
        for name in sorted(twice):
            settings.wrong("answers", name, "A scale has this name already", "Rename one.")
        least = settings.number("least_answered", 0.5, 0.0, 1.0)
        straight = int(settings.number("straight_line_from", 10, 3, 1000))
        rotation = settings.text("rotation", "promax", ("varimax", "promax", "none"))
        reliable = settings.number("reliable_from", 0.6, 0.0, 1.0)
        lawful = settings.text("lawful_basis")
        settings.done()
        raise_problems(problems)
        return cls(as_of, last_day, currency, scales, answers, least, straight, rotation, reliable, lawful)


def _scale(name: str, settings: Settings) -> ScaleSpec:
    items = settings.texts("items", 1)
    turned = settings.texts("reversed")
    lowest = settings.number("lowest", 1.0, -1e6, 1e6)
    highest = settings.number("highest", 5.0, -1e6, 1e6)
    if not lowest < highest:
        settings.wrong("highest", highest, "The scale ends before it begins", "Give lowest below highest.")
    strangers = [each for each in turned if each not in items]
    if strangers:
        settings.wrong("reversed", ", ".join(strangers), "These are no items of the scale", "Name them under items.")
    labels = settings.points("labels")
    outside = [word for word, point in labels if not lowest <= point <= highest]
    if outside:
        settings.wrong("labels", ", ".join(outside), "Words stand for points off the scale", "Correct the points.")
    survey = settings.text("survey")
    facet = settings.text("facet", "attitudes", FACETS)
    centered = settings.yes("centered", False)
    settings.done()
    return ScaleSpec(name, items, turned, lowest, highest, survey, facet, labels, centered)


def _answer(name: str, settings: Settings) -> AnswerSpec:
    question, survey = settings.needed("question"), settings.text("survey")
    facet = settings.text("facet", "lifestyle", FACETS)
    codes = settings.given.get("codes", {})
    settings.asked.add("codes")
    if not isinstance(codes, Mapping) or not all(isinstance(each, str) for each in codes.values()):
        settings.wrong("codes", codes, "This is a table of codes with their meaning", 'Write {a = "often"}.')
        codes = {}
    settings.done()
    return AnswerSpec(name, question, survey, facet, tuple((str(code), text) for code, text in codes.items()))
