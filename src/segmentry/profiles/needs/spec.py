"""What may be asked of needs: pairs of ratings, Kano pairs, benefits sought, drivers, and studies of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.profiles.settings import Settings, raise_problems
from segmentry.science.drivers import MOST_DRIVERS
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem

KINDS = ("functional", "emotional", "social", "psychological")
OUTCOMES = ("purchase", "loyalty", "satisfaction")

KANO_WORDS: tuple[tuple[str, float], ...] = (
    ("i like it", 1.0),
    ("i like it that way", 1.0),
    ("like", 1.0),
    ("i expect it", 2.0),
    ("it must be that way", 2.0),
    ("must be", 2.0),
    ("i am neutral", 3.0),
    ("neutral", 3.0),
    ("i can live with it", 4.0),
    ("i can live with it that way", 4.0),
    ("live with", 4.0),
    ("i dislike it", 5.0),
    ("i dislike it that way", 5.0),
    ("dislike", 5.0),
)
"""Usual words of the five answers to a Kano question (Berger et al. 1993); others are declared."""


@dataclass(frozen=True)
class NeedSpec(Spec):
    """A need with the question how important it is, and how satisfied people are.

    Attributes:
        name: Name of the need.
        importance: Question about importance.
        satisfaction: Question about satisfaction.
        kind: functional, emotional, social or psychological.
        survey_id: The survey; empty for whichever has the questions.
        lowest: Lowest point of both scales.
        highest: Highest point.
        top: How many of the highest points count as important, and as satisfied.
        labels: Words that were given for points, in lower case, with the number each stands for.
    """

    name: str
    importance: str
    satisfaction: str
    kind: str = "functional"
    survey_id: str = ""
    lowest: float = 1.0
    highest: float = 5.0
    top: int = 2
    labels: tuple[tuple[str, float], ...] = ()

    @property
    def cut(self) -> float:
        """The smallest answer that counts."""
        return self.highest - self.top + 1


@dataclass(frozen=True)
class KanoSpec(Spec):
    """An attribute with its two questions: how if it is there, how if it is not.

    Attributes:
        name: Name of the attribute.
        functional: Question how it would be if it were there.
        dysfunctional: Question how it would be if it were not.
        survey_id: The survey; empty for whichever has the questions.
        labels: Words of the answers, with 1 (like) to 5 (dislike).
    """

    name: str
    functional: str
    dysfunctional: str
    survey_id: str = ""
    labels: tuple[tuple[str, float], ...] = KANO_WORDS


@dataclass(frozen=True)
class BenefitsSpec(Spec):
    """Questions whose answers tell which benefits somebody seeks.

    Attributes:
        name: Name of the trait.
        questions: Ratings, yes or no, or choices among alternatives.
        survey_id: The survey; empty for whichever has the questions.
        most: Most classes that are tried.
    """

    name: str
    questions: tuple[str, ...]
    survey_id: str = ""
    most: int = 6


@dataclass(frozen=True)
class DriversSpec(Spec):
    """What may go with an outcome.

    Attributes:
        name: Name of the set.
        outcome: A question, or a trait that is a number or yes or no.
        drivers: Questions and traits.
        kind: purchase, loyalty or satisfaction.
        randomized: Those of the drivers that were assigned at random, such as the arm of a test.
        survey_id: The survey; empty for whichever has the questions.
    """

    name: str
    outcome: str
    drivers: tuple[str, ...]
    kind: str = "satisfaction"
    randomized: tuple[str, ...] = ()
    survey_id: str = ""


@dataclass(frozen=True)
class NeedsSpec(Spec):
    """Needs at an instant.

    Attributes:
        as_of: Instant (UTC); answers after it do not count.
        last_day: The last local day that counts.
        currency: Not used; as in every module of traits.
        needs: Needs with their pairs of questions.
        kano: Attributes with their pairs of questions.
        benefits: Sets of questions about benefits.
        drivers: Outcomes with what may go with them.
        choices: The study of choices: ``survey``, ``price``, ``attributes``, ``categories``, ``bases`` and ``most``,
            where the table alone does not tell.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    needs: tuple[NeedSpec, ...] = ()
    kano: tuple[KanoSpec, ...] = ()
    benefits: tuple[BenefitsSpec, ...] = ()
    drivers: tuple[DriversSpec, ...] = ()
    choices: ChoicesSpec | None = None

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> Self:
        """The spec out of the section ``[needs]`` of the settings.

        Args:
            given: The section, of tables ``needs.NAME``, ``kano.NAME``, ``benefits.NAME`` and ``drivers.NAME``,
                and the table ``choices``.
            as_of: Instant (UTC).
            last_day: The last local day that counts.
            currency: ISO code.

        Raises:
            SettingsError: with every mistake.
        """
        problems: list[Problem] = []
        settings = Settings("[needs]", given, problems)
        found = cls(
            as_of,
            last_day,
            currency,
            tuple(_need(name, each) for name, each in settings.tables("needs")),
            tuple(_kano(name, each) for name, each in settings.tables("kano")),
            tuple(_benefits(name, each) for name, each in settings.tables("benefits")),
            tuple(_drivers(name, each) for name, each in settings.tables("drivers")),
            _choices(settings),
        )
        settings.done()
        raise_problems(problems)
        return found


def _choices(settings: Settings) -> ChoicesSpec | None:
    settings.asked.add("choices")
    if "choices" not in settings.given:
        return None
    return ChoicesSpec.from_table(Settings("[needs.choices]", settings.given["choices"], settings.problems))


def _need(name: str, settings: Settings) -> NeedSpec:
    lowest = settings.number("lowest", 1.0, -1e6, 1e6)
    highest = settings.number("highest", 5.0, -1e6, 1e6)
    top = settings.number("top", 2, 1, 10)
    if not lowest < highest - top + 1:
        settings.wrong("top", int(top), "Every point of the scale would count", "Give fewer, or a longer scale.")
    found = NeedSpec(
        name,
        settings.needed("importance"),
        settings.needed("satisfaction"),
        settings.text("kind", "functional", KINDS),
        settings.text("survey"),
        lowest,
        highest,
        int(top),
        settings.points("labels"),
    )
    if found.importance == found.satisfaction:
        settings.wrong("satisfaction", found.satisfaction, "Both are one question", "Name two questions.")
    settings.done()
    return found


def _kano(name: str, settings: Settings) -> KanoSpec:
    found = KanoSpec(
        name,
        settings.needed("functional"),
        settings.needed("dysfunctional"),
        settings.text("survey"),
        settings.points("labels") or KANO_WORDS,
    )
    outside = [word for word, point in found.labels if point not in (1, 2, 3, 4, 5)]
    if outside:
        step = "Give 1 (like), 2 (must be), 3 (neutral), 4 (live with) or 5 (dislike)."
        settings.wrong("labels", ", ".join(outside), "Kano answers are five", step)
    settings.done()
    return found


def _benefits(name: str, settings: Settings) -> BenefitsSpec:
    found = BenefitsSpec(
        name, settings.texts("questions", 3), settings.text("survey"), int(settings.number("most", 6, 2, 12))
    )
    settings.done()
    return found


def _drivers(name: str, settings: Settings) -> DriversSpec:
    found = DriversSpec(
        name,
        settings.needed("outcome"),
        settings.texts("drivers", 1),
        settings.text("kind", "satisfaction", OUTCOMES),
        settings.texts("randomized"),
        settings.text("survey"),
    )
    if len(found.drivers) > MOST_DRIVERS:
        step = f"Name {MOST_DRIVERS} at most; put alike ones together to a scale."
        settings.wrong("drivers", len(found.drivers), "Too many drivers to tell them apart", step)
    strangers = [each for each in found.randomized if each not in found.drivers]
    if strangers:
        settings.wrong("randomized", ", ".join(strangers), "These are no drivers", "Name them under drivers.")
    if found.outcome in found.drivers:
        settings.wrong("drivers", found.outcome, "The outcome cannot drive itself", "Leave it out.")
    settings.done()
    return found
