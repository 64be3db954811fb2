"""What may be asked of leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.leads.conditions import Rule, read_rules
from segmentry.profiles.settings import Settings
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError
from segmentry.terms.vocabulary import Basis

STAGES = ("lead", "mql", "sal", "sql", "won")
"""Stages in order: told, marketing qualified, sales accepted, sales qualified, and customer."""

EXPLICIT = ("lead_source", "title_level", "title_function", "industry", "employees")
"""What a lead tells of itself, and what is known of its organization."""

BASES = tuple(each.value for each in Basis)
"""All seven bases."""


@dataclass(frozen=True)
class LeadSpec(Spec):
    """Leads at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts.
        currency: ISO code of amounts that name none.
        half_life_days: Days after which an event counts half for the interest.
        event_weights: Weight of events by name in lower case, as pairs.
        other_events: Weight of all other events.
        observed_days: Days after a lead came at which it is looked at to tell its chance.
        horizon_days: Days after that in which converting counts.
        model: ``logistic`` or ``boosted``.
        calibration: ``platt`` or ``isotonic``.
        explicit: Columns of leads from which fit and chance are learned.
        bases: Bases whose traits are learned from, too, as known at each lead's own instant.
        leave_out: Features that are never learned from.
        fit: Declared points for what a lead tells; learned from outcomes where none are declared.
        qualified: Rules by which a lead is fit for a stage, by ``when``, by ``where`` or by both; the furthest counts.
        routes: Rules of who gets a lead, likewise; the first that holds counts.
        stage_words: Words of the sources for stages, as pairs of word and stage.
        stage_times: Columns that tell when a stage was reached, as pairs of stage and column.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    half_life_days: float = 30.0
    event_weights: tuple[tuple[str, float], ...] = ()
    other_events: float = 1.0
    observed_days: float = 14.0
    horizon_days: float = 90.0
    model: str = "logistic"
    calibration: str = "platt"
    explicit: tuple[str, ...] = EXPLICIT
    bases: tuple[str, ...] = BASES
    leave_out: tuple[str, ...] = ()
    fit: tuple[Rule, ...] = ()
    qualified: tuple[Rule, ...] = ()
    routes: tuple[Rule, ...] = ()
    stage_words: tuple[tuple[str, str], ...] = ()
    stage_times: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> LeadSpec:
        """The spec that section ``[leads]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        problems: list[Problem] = []
        told = Settings("[leads]", given, problems)
        weights = told.points("event_weights")
        negative = [word for word, weight in weights if weight < 0]
        if negative:
            told.wrong("event_weights", ", ".join(negative), "A weight is 0 or more", "Leave the event at 0.")
        spec = cls(
            as_of,
            last_day,
            currency,
            told.number("half_life_days", 30.0, 0.01, 3650.0),
            weights,
            told.number("other_events", 1.0, 0.0, 1e6),
            told.number("observed_days", 14.0, 0.0, 730.0),
            told.number("horizon_days", 90.0, 1.0, 3650.0),
            told.text("model", "logistic", ("logistic", "boosted")),
            told.text("calibration", "platt", ("platt", "isotonic")),
            told.texts("explicit") or EXPLICIT,
            _bases(told),
            told.texts("leave_out"),
            _rules(told, "fit", "points", problems),
            _rules(told, "qualified", "stage", problems, STAGES[1:4]),
            _rules(told, "routes", "to", problems),
            _pairs(told, "stage_words", (*STAGES, "lost"), False),
            _pairs(told, "stage_times", STAGES[1:], True),
        )
        told.done()
        if problems:
            raise SettingsError(problems)
        return spec


def _bases(told: Settings) -> tuple[str, ...]:
    given = told.texts("bases") if "bases" in told.given else BASES
    wrong = [each for each in given if each not in BASES]
    if wrong:
        told.wrong("bases", ", ".join(wrong), "There is no such basis", f"Known: {', '.join(BASES)}.")
    return given


def _rules(
    told: Settings, name: str, then: str, problems: list[Problem], known: tuple[str, ...] = ()
) -> tuple[Rule, ...]:
    told.asked.add(name)
    return read_rules(f"leads.{name}", told.given.get(name, []), then, problems, known)


def _pairs(told: Settings, name: str, stages: tuple[str, ...], by_stage: bool) -> tuple[tuple[str, str], ...]:
    """A table of words with stages, or of stages with columns."""
    told.asked.add(name)
    given = told.given.get(name, {})
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given.values()):
        told.wrong(name, given, "This is a table of texts", 'Write {"sales ready" = "sql"}.')
        return ()
    wrong = sorted(str(each) for each in (given if by_stage else given.values()) if each not in stages)
    if wrong:
        told.wrong(name, ", ".join(wrong), "There is no such stage", f"Known: {', '.join(stages)}.")
    return tuple((str(word) if by_stage else str(word).strip().lower(), stage) for word, stage in given.items())
