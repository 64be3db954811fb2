"""What the guided study answers, part by part, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from segmentry.discovery.guide import advice, asking, leaning, stock, versions
from segmentry.discovery.guide.population import catalog
from segmentry.discovery.guide.short_form import ShortForm
from segmentry.science.bases import BasesAdded
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.workspace.looking import base_word, rows_where
from segmentry.workspace.studying.standing import instant, published, recorded_study

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

Document = dict[str, Any]


def data(workspace: Workspace) -> Document:
    """Data that the objective needs: what is there, what is missing, what gaps cost, and the plan."""
    moment, study = instant(workspace), recorded_study(workspace)
    customers, found = asking.stocks(workspace.engine, moment)
    base = base_word(workspace)
    rows = stock.inventory(study, found, customers, moment, base, workspace.settings.timezone)
    return {
        "as_of": as_json(moment),
        "objective": study.objective.value,
        "customers": customers,
        "base": base,
        "data": as_json(rows),
        "missing": [row["table"] for row in rows if row["strength"] == "needed" and row["state"] == "missing"],
        "to_settle": stock.open_questions(rows),
    }


def recommendation(workspace: Workspace) -> Document:
    """Bases, variables, method and sample, each with its reason."""
    moment, study = instant(workspace), recorded_study(workspace)
    customers, traits = asking.candidates(workspace.engine)
    scales = rows_where(workspace, "survey_scales")
    advised = advice.recommend(study, traits, customers, scales)
    return {"as_of": as_json(moment), "base": base_word(workspace), **advised}


def register(workspace: Workspace) -> Document:
    """Every assumption of the study with its latest verdict and those before."""
    moment, study = instant(workspace), recorded_study(workspace)
    verdicts = sorted(rows_where(workspace, "study_verdicts", study=study.id), key=lambda row: row["recorded_at"])
    entries = []
    for row in sorted(rows_where(workspace, "study_assumptions", study=study.id), key=lambda row: row["recorded_at"]):
        tests = [_verdict(each) for each in verdicts if each["statement"] == row["statement"]]
        stated = {"statement": row["statement"], "owner": row["owner"], "stated_at": as_json(row["recorded_at"])}
        latest = tests[-1] if tests else NotEstimable("it was not tested yet").as_dict()
        entries.append(stated | {"verdict": latest, "earlier": tests[:-1]})
    return {"as_of": as_json(moment), "study": study.id, "assumptions": entries}


def _verdict(row: Mapping[str, Any]) -> Document:
    told = {"as_of": as_json(row["as_of"]), "tested_at": as_json(row["recorded_at"]), "verdict": row["verdict"]}
    told |= {"tests": row["tests"], "p": row["p"], "p_corrected": row["p_corrected"], "method": row["method"]}
    told |= {"customers": row["customers"]}
    if row["reason"] is not None:
        return told | {"measured": NotEstimable(row["reason"]).as_dict()}
    figures = {"estimate": row["estimate"], "low": row["low"], "high": row["high"], "unit": row["unit"] or ""}
    return told | {"measured": figures | {"level": 0.95, "interval": "mean"}}


def bases(answer: BasesAdded | NotEstimable, how: Mapping[str, Any]) -> Document:
    """What each basis adds, in words and figures."""
    told: Document = {name: value for name, value in how.items() if name != "left_out"}
    told["left_out"] = [{"trait": name, "reason": reason} for name, reason in how.get("left_out", {}).items()]
    if isinstance(answer, NotEstimable):
        return told | {"bases": answer.as_dict()}
    entries = [as_json(asdict(each) | {name: getattr(each, name) for name in _FIGURES}) for each in answer.gains]
    told |= {"customers": answer.rows, "splits": answer.splits, "explained": answer.explained.as_dict()}
    return told | {"stopped_before": answer.stopped_before, "bases": entries}


_FIGURES = ("alone", "share", "beyond", "nested")


def questions(form: ShortForm, names: Mapping[str, str]) -> Document:
    """Golden questions with what they achieve, and how to weigh their answers."""
    told: Document = {"looked_at": len(form.asked), "locked": list(form.locked)}
    if isinstance(form.found, NotEstimable):
        return told | {"questions": form.found.as_dict()}
    found, functions = form.found, form.found.functions
    steps = zip(functions.questions, found.agreement[: found.chosen], strict=True)
    asked = [
        {
            "position": place,
            "survey": form.asked[each][0],
            "question": form.asked[each][1],
            "agreement": share.as_dict(),
        }
        for place, (each, share) in enumerate(steps, start=1)
    ]
    segments = [
        {
            "segment_id": segment,
            "name": names.get(segment, segment),
            "found_again": float(found.recall[label]),
            "constant": float(functions.constants[label]),
            "weights": functions.weights[label].tolist(),
        }
        for label, segment in enumerate(form.segments)
    ]
    return told | {
        "respondents": found.respondents,
        "baseline": found.baseline,
        "measured": "on respondents of whom neither the choice of questions nor the weights knew anything",
        "questions": asked,
        "usual_answers": functions.usual.tolist(),
        "segments": segments,
        "rule": "for each segment add its constant and weight times answer; the segment of the largest sum is named",
    }


def warnings(workspace: Workspace, segmentation: str, names: Mapping[str, str]) -> list[Document]:
    """Where one basis or a stereotype carries the study, a definition or the segments found."""
    of_trait = {name: row["basis"] for name, row in catalog(workspace.engine).items()}
    found = leaning.of_study(workspace.settings.study.variables, of_trait)
    for definition in published(workspace).definitions:
        found += list(leaning.of_definition(definition.name, definition.where, of_trait))
    found += leaning.of_typing(rows_where(workspace, "segment_typing", segmentation=segmentation), names, of_trait)
    descriptors = rows_where(workspace, "segment_descriptors", segmentation=segmentation)
    return found + leaning.of_descriptors(descriptors, of_trait)


def lines(workspace: Workspace, segmentation: str, segments: list[str]) -> Document:
    """Market segmentation by product shown against the segments: who of which segment buys which line most."""
    rows = [row for row in asking.lines_of_business(workspace.engine, segmentation) if row["segment_id"] in segments]
    if not rows:
        return NotEstimable("no source tells categories of products, or no segments were found").as_dict()
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["line"]] = totals.get(row["line"], 0) + row["customers"]
    return versions.crossed(rows, segments, sorted(totals, key=lambda line: (-totals[line], line)))


def responses(workspace: Workspace, segmentation: str) -> Any:
    """Share of contacted customers who answered a campaign, by segment, with interval."""
    rows = asking.answers(workspace.engine, segmentation, instant(workspace))
    if not rows:
        return NotEstimable("no campaign contacts with answers are loaded").as_dict()
    return [
        {
            "segment_id": row["segment_id"],
            "contacted": row["contacted"],
            "answered": row["answered"],
            "share": as_json(wilson(row["answered"], row["contacted"])),
        }
        for row in rows
    ]
