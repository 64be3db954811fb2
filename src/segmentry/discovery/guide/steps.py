"""The ten steps of a segmentation (Dolnicar, Grün & Leisch 2018) as gates, each with what is stored for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from segmentry.terms.numbers import as_json
from segmentry.terms.study import Study

_Check = tuple[bool, dict[str, Any], str]
STEPS = (
    "decide to segment",
    "specify the ideal segment",
    "collect data",
    "explore data",
    "extract segments",
    "profile segments",
    "describe segments",
    "select target segments",
    "design the marketing mix",
    "evaluate and monitor",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stored of a study.

    Attributes:
        study: The study; ``recorded_at`` says since when.
        extracted_at: When segments were extracted last (UTC); None where they were not.
        missing: Needed data that are not there.
        rows: Rows loaded.
        traits: Traits in the catalog.
        sample_met: Whether the sample is large enough for the variables.
        segments: Number of segments; 0 where none were found.
        verdict: Verdict on their structure, or why there are none.
        profiled: Rows of profiles.
        descriptors: Descriptors that go with the segments (Holm-corrected).
        ranked: Segments with a priority.
        planned: Segments with a strategy.
        tested: Assumptions tested.
        stated: Assumptions stated.
        versions: Versions on record.
    """

    study: Study
    extracted_at: datetime | None
    missing: tuple[str, ...]
    rows: int
    traits: int
    sample_met: bool
    segments: int
    verdict: str
    profiled: int
    descriptors: int
    ranked: int
    planned: int
    tested: int
    stated: int
    versions: int

    @property
    def demanded_first(self) -> bool:
        """Whether knock-outs and weights were on record before segments were extracted."""
        at = self.study.recorded_at
        return at is not None and (self.extracted_at is None or at <= self.extracted_at) and bool(self.study.knock_outs)


def gates(evidence: Evidence) -> list[dict[str, Any]]:
    """Every step with ``passed``, ``stored`` and ``next_step``; none passes whose own condition does not hold.

    Segments may be judged (step 8) only against knock-outs that were recorded before extraction.
    """
    checks = (*_asked(evidence), *_extracted(evidence), *_acted(evidence))
    return [
        {
            "step": place,
            "name": name,
            "passed": passed,
            "stored": as_json(stored),
            "next_step": None if passed else next_step,
        }
        for place, (name, (passed, stored, next_step)) in enumerate(zip(STEPS, checks, strict=True), start=1)
    ]


def _asked(evidence: Evidence) -> tuple[_Check, ...]:
    """Steps 1 to 4: what comes before segments."""
    study = evidence.study
    demands = {
        "knock_outs": [str(each) for each in study.knock_outs],
        "recorded_at": study.recorded_at,
        "extracted_at": evidence.extracted_at,
    }
    return (
        (
            study.recorded_at is not None,
            {"decision": study.decision, "outcome": study.outcome, "recorded_at": study.recorded_at},
            "Say what will be decided by it, and run segmentry refresh.",
        ),
        (
            evidence.demanded_first,
            demands,
            "Record knock-outs before segments are extracted; then extract anew.",
        ),
        (
            bool(evidence.rows) and not evidence.missing,
            {"rows": evidence.rows, "missing": evidence.missing},
            "Collect what is missing: segmentry study data.",
        ),
        (
            evidence.traits > 0 and evidence.sample_met,
            {"traits": evidence.traits, "sample_is_large_enough": evidence.sample_met},
            "Use fewer variables or more customers: segmentry study recommend.",
        ),
    )


def _extracted(evidence: Evidence) -> tuple[_Check, ...]:
    """Steps 5 to 7: segments, what they are like and who they are."""
    return (
        (
            evidence.segments > 0,
            {"segments": evidence.segments, "verdict": evidence.verdict},
            "Extract: segmentry study run.",
        ),
        (evidence.profiled > 0, {"figures": evidence.profiled}, "Extract: segmentry study run."),
        (
            evidence.descriptors > 0,
            {"descriptors": evidence.descriptors},
            "Load what describes people: age, place, household, technology.",
        ),
    )


def _acted(evidence: Evidence) -> tuple[_Check, ...]:
    """Steps 8 to 10: what is done about segments, and whether it held."""
    study, judged_fairly = evidence.study, evidence.demanded_first and evidence.segments > 0
    return (
        (
            judged_fairly and evidence.ranked > 0,
            {"ranked": evidence.ranked, "judged_by_recorded_demands": evidence.demanded_first},
            "Load orders, so that segments have a value; knock-outs must be recorded before extraction.",
        ),
        (evidence.planned > 0, {"segments_with_strategy": evidence.planned}, "Plan: segmentry strategy."),
        (
            evidence.tested > 0,
            {
                "review_on": "a year after the as-of" if study.review_on is None else study.review_on,
                "assumptions_stated": evidence.stated,
                "assumptions_tested": evidence.tested,
                "versions": evidence.versions,
            },
            "State assumptions and test them: segmentry study assume; keep versions: segmentry study run.",
        ),
    )
