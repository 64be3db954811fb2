"""Versions of studies side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentry.discovery.guide import asking, versions
from segmentry.terms.errors import Problem, StudyError, near_miss, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import rows_where

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

Version = tuple[str, datetime]


def kept_versions(workspace: Workspace) -> dict[Version, list[dict[str, Any]]]:
    """Segments of every version on record, by study and as-of, in order of time."""
    found: dict[Version, list[dict[str, Any]]] = {}
    for row in rows_where(workspace, "study_versions"):
        found.setdefault((row["study"], row["as_of"]), []).append(row)
    return dict(sorted(found.items(), key=lambda pair: (pair[0][1], pair[0][0])))


def listed(workspace: Workspace) -> list[dict[str, Any]]:
    """Every version on record in one line."""
    return [
        {
            "version": label(version),
            "recorded_at": as_json(rows[0]["recorded_at"]),
            "segments": len(rows),
            "customers": sum(row["customers"] for row in rows),
            "verdict": rows[0]["verdict"],
        }
        for version, rows in kept_versions(workspace).items()
    ]


def label(version: Version) -> str:
    """How a version is called: study and instant."""
    return f"{version[0]}@{version[1].isoformat()}"


def compare(workspace: Workspace, before: str, after: str) -> dict[str, Any]:
    """Two versions side by side.

    Raises:
        StudyError: one of them is not on record.
    """
    known = kept_versions(workspace)
    one, other = _chosen(known, (before, after))
    crossed = asking.crossed_versions(workspace.engine, one, other)
    places = [{row["segment_id"]: place for place, row in enumerate(known[each])} for each in (one, other)]
    counts = np.zeros((len(places[0]), len(places[1])))
    for (left, right), customers in crossed.items():
        counts[places[0][left], places[1][right]] = customers
    told = versions.compared(known[one], known[other], counts)
    sides = {"before": _side(one, known[one]), "after": _side(other, known[other])}
    return sides | dict(as_json(told))


def _side(version: Version, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = ("segment_id", "name", "customers", "value", "slsw")
    return {
        "version": label(version),
        "as_of": as_json(version[1]),
        "verdict": rows[0]["verdict"],
        "segments": [{name: row[name] for name in shown} for row in rows],
    }


def _chosen(known: Mapping[Version, Any], words: Sequence[str]) -> list[Version]:
    """The version each word means: a label, its beginning, or a study, whose latest version is meant."""
    found, problems = [], []
    for word in words:
        fitting = [each for each in known if each[0] == word or ("@" in word and label(each).startswith(word))]
        if fitting:
            found.append(fitting[-1])
            continue
        labels = [label(each) for each in known]
        hint = near_miss(word, [*labels, *(each[0] for each in known)])
        next_step = hint or f"Known: {', '.join(labels) or 'none yet; run segmentry study run'}."
        problems.append(Problem("VERSION_UNKNOWN", "No such version is on record", "version", shorten(word), next_step))
    if problems:
        raise StudyError(problems)
    return found
