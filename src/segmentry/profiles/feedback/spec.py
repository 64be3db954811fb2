"""What may be asked of feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError

MEASURES = ("nps", "csat", "ces", "review")
"""What ratings measure; a review is a rating that no survey asked for, scored like satisfaction."""

_DECLARED = {
    "recent_days": Declared("whole number", 1, 3650),
    "overdue_days": Declared("whole number", 1, 365),
    "csat_low": Declared("whole number", 0, 1),
    "csat_high": Declared("whole number", 2, 100),
    "csat_top": Declared("whole number", 1, 50),
    "ces_low": Declared("whole number", 0, 1),
    "ces_high": Declared("whole number", 2, 100),
    "review_low": Declared("whole number", 0, 1),
    "review_high": Declared("whole number", 2, 100),
    "high_is_easy": Declared("yes or no"),
    "by": Declared("texts"),
    "nps_questions": Declared("texts"),
    "csat_questions": Declared("texts"),
    "ces_questions": Declared("texts"),
    "most_themes": Declared("whole number", 2, 30),
    "most_texts": Declared("whole number", 100, 5_000_000),
    "silent_words": Declared("texts"),
}


@dataclass(frozen=True)
class FeedbackSpec(Spec):
    """Feedback at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; unused here.
        recent_days: Days up to the as-of whose texts make the sentiment of a customer.
        overdue_days: Days after which an unanswered remark is overdue.
        csat_low: Lowest point of satisfaction where a rating names no scale.
        csat_high: Highest point of it.
        csat_top: How many of the highest points count as satisfied, of satisfaction and of reviews.
        ces_low: Lowest point of effort where a rating names no scale.
        ces_high: Highest point of it.
        review_low: Lowest point of a review where it names no scale.
        review_high: Highest point of it.
        high_is_easy: Whether high points of effort mean little effort.
        by: Traits, and columns of feedback, by which scores and themes are told apart.
        nps_questions: Questions of surveys that ask for recommendation.
        csat_questions: Questions of surveys that ask for satisfaction.
        ces_questions: Questions of surveys that ask for effort.
        most_themes: Most themes that are tried.
        most_texts: Newest texts that are read; older ones are counted.
        silent_words: Words that say nothing here, such as the name of the shop.
        timezone: IANA time zone in which months begin.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    recent_days: int = 365
    overdue_days: int = 14
    csat_low: int = 1
    csat_high: int = 5
    csat_top: int = 2
    ces_low: int = 1
    ces_high: int = 7
    review_low: int = 1
    review_high: int = 5
    high_is_easy: bool = True
    by: tuple[str, ...] = ()
    nps_questions: tuple[str, ...] = ()
    csat_questions: tuple[str, ...] = ()
    ces_questions: tuple[str, ...] = ()
    most_themes: int = 10
    most_texts: int = 200_000
    silent_words: tuple[str, ...] = ()
    timezone: str = "UTC"

    @classmethod
    def from_settings(
        cls,
        given: Mapping[str, Any],
        *,
        as_of: datetime,
        last_day: date,
        currency: str | None = None,
        timezone: str = "UTC",
    ) -> FeedbackSpec:
        """The spec that section ``[feedback]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        spec = cls(as_of, last_day, currency, timezone=timezone, **read_declared("feedback", given, _DECLARED))
        asked = [*spec.nps_questions, *spec.csat_questions, *spec.ces_questions]
        twice = sorted({each for each in asked if asked.count(each) > 1})
        if twice:
            what, step = "A question measures one thing", "Name it under one measure."
            raise SettingsError(Problem("QUESTION_TWICE", what, "[feedback]", ", ".join(twice), step))
        return spec

    @property
    def questions(self) -> dict[str, str]:
        """Measure of each question of a survey that has one."""
        named = zip(("nps", "csat", "ces"), (self.nps_questions, self.csat_questions, self.ces_questions), strict=True)
        return {question: measure for measure, questions in named for question in questions}

    @property
    def scales(self) -> dict[str, tuple[int, int]]:
        """Usual scale of each measure."""
        return {
            "nps": (0, 10),
            "csat": (self.csat_low, self.csat_high),
            "ces": (self.ces_low, self.ces_high),
            "review": (self.review_low, self.review_high),
        }

    @property
    def theme_counts(self) -> tuple[int, ...]:
        """Numbers of themes that are tried."""
        return tuple(k for k in (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30) if k <= self.most_themes)
