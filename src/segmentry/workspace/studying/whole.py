"""A study whole: its record, the ten steps, segments with proof, and what may not be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from segmentry.discovery.guide.advice import sample
from segmentry.discovery.guide.steps import Evidence, gates
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.terms.study import Study
from segmentry.workspace.document import segment_entries
from segmentry.workspace.looking import rows_where
from segmentry.workspace.studying import documents, sides
from segmentry.workspace.studying.standing import instant, recorded_study

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

UNJUDGED = "knock-outs were not on record before segments were extracted, so none may be chosen"
"""Why segments are not judged."""


@dataclass(frozen=True)
class FoundSegments:
    """Segments found for the study in force.

    Attributes:
        entries: One entry for each, as `segmentry.workspace.document.segment_entries` tells it.
        summary: Verdict, variables and how they were found.
    """

    entries: Sequence[Mapping[str, Any]]
    summary: Mapping[str, Any]

    @property
    def ids(self) -> list[str]:
        """Ids in their own order."""
        return [str(entry["id"]) for entry in self.entries]

    @property
    def names(self) -> dict[str, str]:
        """Name of each by id."""
        return {str(entry["id"]): str(entry["name"]) for entry in self.entries}

    def rows(self) -> list[dict[str, Any]]:
        """What a version keeps of each segment."""
        return [
            {"segment_id": each["id"], "name": each["name"], "customers": each["customers"]}
            | {"value": _number(each["value"], "estimate"), "slsw": _number(each["slsw"])}
            for each in self.entries
        ]

    def version(self) -> dict[str, Any]:
        """What a version keeps of the whole."""
        return {"verdict": self.summary["verdict"], "variables": self.summary["variables"]}


def _number(told: Any, name: str | None = None) -> float | None:
    """A figure, or None where it could not be told."""
    if isinstance(told, Mapping):
        return None if name is None or name not in told else float(told[name])
    return None if told is None else float(told)


def found_segments(workspace: Workspace) -> FoundSegments | NotEstimable:
    """The segments found for the study in force, or why there are none."""
    from segmentry.workspace.discovering import segmentation

    if not workspace.engine.has("segmentation_models"):
        return NotEstimable("segments were not looked for yet; name variables and run segmentry study run")
    told = segmentation(workspace)
    if "not_estimable" in told:
        return NotEstimable(str(told["not_estimable"]))
    if told["name"] != workspace.settings.study.id:
        return NotEstimable("segments of another study are published; run segmentry study run")
    return FoundSegments(segment_entries(workspace, str(told["name"])), told)


def whole(workspace: Workspace) -> dict[str, Any]:
    """Everything about the study; see `StudyRoom.show`."""
    study, found, moment = recorded_study(workspace), found_segments(workspace), instant(workspace)
    there, advised = documents.data(workspace), documents.recommendation(workspace)
    names = found.names if isinstance(found, FoundSegments) else {}
    register = documents.register(workspace)["assumptions"]
    evidence = _evidence(workspace, study, found, there, advised, register)
    return {
        "as_of": as_json(moment),
        "study": study.as_dict(),
        "steps": gates(evidence),
        "data": there,
        "recommendation": advised,
        "assumptions": register,
        "segmentation": found.as_dict() if isinstance(found, NotEstimable) else dict(found.summary),
        "segments": _segments(found, fair=evidence.demanded_first),
        "descriptors": rows_where(workspace, "segment_descriptors", segmentation=study.id),
        "typing": rows_where(workspace, "segment_typing", segmentation=study.id),
        "gate": rows_where(workspace, "segment_gate", segmentation=study.id),
        "guard": rows_where(workspace, "segment_guard", segmentation=study.id),
        "bases": as_json(rows_where(workspace, "study_bases", study=study.id)),
        "lines_of_business": documents.lines(workspace, study.id, list(names)),
        "responses": documents.responses(workspace, study.id),
        "warnings": documents.warnings(workspace, study.id, names),
        "versions": sides.listed(workspace),
    }


def _segments(found: FoundSegments | NotEstimable, *, fair: bool) -> list[dict[str, Any]]:
    """Segments as listed; without a judgment where demands were not recorded before extraction."""
    if isinstance(found, NotEstimable):
        return []
    unjudged = NotEstimable(UNJUDGED).as_dict()
    return [dict(entry) if fair else dict(entry) | {"priority": unjudged} for entry in found.entries]


def _evidence(
    workspace: Workspace,
    study: Study,
    found: FoundSegments | NotEstimable,
    there: Mapping[str, Any],
    advised: Mapping[str, Any],
    register: Sequence[Mapping[str, Any]],
) -> Evidence:
    def rows(table: str, **values: str) -> list[dict[str, Any]]:
        return rows_where(workspace, table, segmentation=study.id, **values)

    none = {"verdict": "none", "reason": str(found)}
    summary = found.summary if isinstance(found, FoundSegments) else none
    return Evidence(
        study=study,
        extracted_at=_extracted_at(workspace) if isinstance(found, FoundSegments) else None,
        missing=tuple(there["missing"]),
        rows=sum(each["rows"] for each in there["data"]),
        traits=len(rows_where(workspace, "trait_catalog")),
        sample_met=_is_large_enough(found, advised, study),
        segments=len(found.entries) if isinstance(found, FoundSegments) else 0,
        verdict=f"{summary['verdict']}: {summary['reason']}",
        profiled=len(rows("segment_profiles")),
        descriptors=sum(row["p_corrected"] < 0.05 for row in rows("segment_descriptors")),
        ranked=sum(row["rank"] is not None for row in rows("segment_priority")),
        planned=len(rows("segment_strategies")),
        tested=sum("not_estimable" not in each["verdict"] for each in register),
        stated=len(register),
        versions=len(sides.kept_versions(workspace)),
    )


def _is_large_enough(found: FoundSegments | NotEstimable, advised: Mapping[str, Any], study: Study) -> bool:
    """Whether there are 70 customers for each variable that made the segments, or that would."""
    rules = advised["sample"]["rules"]
    if isinstance(found, FoundSegments):
        rules = sample(int(found.summary["extracted_from"]), len(found.summary["variables"]), study)["rules"]
    return bool(rules[0]["met"])


def _extracted_at(workspace: Workspace) -> datetime | None:
    """When the refresh began that extracted the segments published."""
    last = workspace.engine.last_run("refresh")
    return None if last is None else last.started_at
