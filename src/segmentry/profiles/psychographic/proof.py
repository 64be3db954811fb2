"""How far scales can be trusted: rows of the published tables out of a sheet of answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmentry.profiles.psychographic.items import Common, Placed
from segmentry.profiles.psychographic.spec import SEVERAL, PsychographicSpec
from segmentry.science.factors import Factors, factor_analysis, parallel_analysis
from segmentry.science.inputs import FloatArray
from segmentry.science.scales import Reliability, answer_style, reliability, reverse_keyed, scale_scores
from segmentry.terms.numbers import Estimate, NotEstimable

MOST_QUESTIONS = 150
"""Questions beyond which no factors are sought: that many are several questionnaires."""

BANDS = ((0.9, "excellent"), (0.8, "good"), (0.7, "acceptable"), (0.6, "questionable"))
"""Words for alpha (George & Mallery 2003); below the last it is unreliable."""

_MAIN_LOADING = 0.4
_TURNED_BELOW = -0.1


@dataclass(frozen=True)
class Sheet:
    """Points of respondents, straight-liners left out.

    Attributes:
        survey_id: The survey.
        questions: Names of the columns.
        values: Shape (n, k), NaN where not answered.
    """

    survey_id: str
    questions: tuple[str, ...]
    values: FloatArray

    def columns(self, questions: Sequence[str]) -> FloatArray:
        """The columns of these questions, shape (n, len(questions))."""
        return self.values[:, [self.questions.index(each) for each in questions]]

    def on_scale(self, questions: Sequence[str], lowest: float, highest: float) -> FloatArray:
        """The same with what is off the scale taken for no answer."""
        found = self.columns(questions)
        return np.where((found >= lowest) & (found <= highest), found, np.nan)


@dataclass(frozen=True)
class Proof:
    """What is known of one scale.

    Attributes:
        keyed: Keyed answers of those looked at, shape (n, k).
        reliability: How well the items agree.
        style: Correlation of the score with the mean answer to all other questions; NaN where it cannot be told.
    """

    keyed: FloatArray
    reliability: Reliability
    style: float


def prove(placed: Placed, sheet: Sheet, common: Common | None) -> Proof:
    """Reliability of a scale, and what answer style does to it.

    Args:
        placed: The scale; it must have items that were asked.
        sheet: Answers to its survey.
        common: Questions on the survey's common scale, if any.
    """
    scale = placed.scale
    given = sheet.on_scale(placed.items, scale.lowest, scale.highest)
    turned = [place for place, item in enumerate(placed.items) if item in scale.reversed_items]
    keyed = reverse_keyed(given, turned, scale.lowest, scale.highest)
    others = [each for each in common.questions if each not in placed.items] if common else []
    if scale.centered and common:
        own = scale_scores(sheet.on_scale(common.questions, common.lowest, common.highest), least=0)[:, None]
        keyed = keyed - np.where(np.isin(np.arange(len(placed.items)), turned), scale.lowest + scale.highest - own, own)
    style = float("nan")
    if common and len(others) > 1:
        rest = scale_scores(sheet.on_scale(others, common.lowest, common.highest), least=0.0)
        style = float(reliability(np.column_stack([scale_scores(keyed), rest])).item_total[0])
    return Proof(keyed, reliability(keyed), style)


def scale_row(placed: Placed, proof: Proof | None, respondents: int, spec: PsychographicSpec) -> dict[str, Any]:
    """A row of `SURVEY_SCALES`.

    Args:
        placed: The scale.
        proof: What is known of it; None where it is locked or nobody answered it.
        respondents: Customers with a score.
        spec: The thresholds.
    """
    scale = placed.scale
    verdict, reason = _judged(placed, proof, spec)
    row: dict[str, Any] = {
        "scale": scale.name,
        "survey_id": placed.survey_id or None,
        "facet": scale.facet,
        "basis": scale.basis.value,
        "items": len(scale.items),
        "reversed_items": len(scale.reversed_items),
        "lowest": scale.lowest,
        "highest": scale.highest,
        "respondents": respondents,
        "verdict": verdict,
        "offered": verdict in {"single item", *(word for _, word in BANDS)} and proof is not None,
        "reason": reason,
    }
    if proof is not None:
        row |= _figures(proof)
    return row


def _figures(proof: Proof) -> dict[str, Any]:
    alpha, omega = proof.reliability.alpha, proof.reliability.omega
    scores = scale_scores(proof.keyed)
    known = scores[~np.isnan(scores)]
    told = isinstance(alpha, Estimate)
    return {
        "complete": proof.reliability.respondents,
        "mean": float(known.mean()) if known.size else None,
        "deviation": float(known.std(ddof=1)) if known.size > 1 else None,
        "alpha": alpha.value if isinstance(alpha, Estimate) else None,
        "alpha_low": alpha.low if isinstance(alpha, Estimate) and told else None,
        "alpha_high": alpha.high if isinstance(alpha, Estimate) and told else None,
        "omega": omega.value if isinstance(omega, Estimate) else None,
        "omega_low": omega.low if isinstance(omega, Estimate) else None,
        "omega_high": omega.high if isinstance(omega, Estimate) else None,
        "style_correlation": _number(proof.style),
    }


def _judged(placed: Placed, proof: Proof | None, spec: PsychographicSpec) -> tuple[str, str]:
    """The verdict on a scale, and why."""
    scale = placed.scale
    unasked = f" Nobody was asked {', '.join(placed.missing)}." if placed.missing else ""
    if proof is None and placed.special:
        told = ", ".join(placed.special)
        return "locked", f"It would tell a special category ({told}); declare a lawful basis to compute it."
    if proof is None:
        mean = (
            " Without four questions on a common scale there is no mean answer to take out." if scale.centered else ""
        )
        return "not answered", f"No answer to it counts.{mean}{unasked}"
    if len(placed.items) < SEVERAL:
        return "single item", f"One item has no agreement with others: how reliable it is cannot be told.{unasked}"
    alpha = proof.reliability.alpha
    if isinstance(alpha, NotEstimable):
        return "not estimable", f"{str(alpha.reason).capitalize()}.{unasked}"
    word = next((word for limit, word in BANDS if alpha.value >= limit), "unreliable")
    if alpha.value < spec.reliable_from:
        told = f"Its items do not agree: alpha {alpha.value:.2f}, {spec.reliable_from:g} is the least."
        turned = suspects(placed, proof)
        hint = f" Do these ask the other way round: {', '.join(turned)}?" if turned else ""
        return "unreliable", f"{told}{hint} It is kept apart from what discovery may use.{unasked}"
    wide = " Too few answered to be sure." if alpha.low < spec.reliable_from else ""
    return word if word != "unreliable" else "questionable", (
        f"Alpha {alpha.value:.2f}, from {alpha.low:.2f} to {alpha.high:.2f}.{wide}{unasked}"
    )


def suspects(placed: Placed, proof: Proof) -> list[str]:
    """Items that run against the others: they may ask the other way round."""
    return [
        item
        for item, total in zip(placed.items, proof.reliability.item_total, strict=True)
        if len(placed.items) > 1 and total < _TURNED_BELOW
    ]


def item_rows(
    placed: Placed, proof: Proof | None, facts: Mapping[str, Mapping[str, Any]], off: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Rows of `SURVEY_ITEMS` for a scale.

    Args:
        placed: The scale.
        proof: What is known of it.
        facts: Question to what `answers.question_facts` tells.
        off: Question to the number of answers off the scale.
    """
    rows = []
    for place, item in enumerate(placed.items):
        fact = facts.get(item, {"answered": 0, "points": 0})
        row: dict[str, Any] = {
            "trait": placed.scale.name,
            "survey_id": placed.survey_id,
            "question": item,
            "turned": item in placed.scale.reversed_items,
            "answered": int(fact["answered"]),
            "unread": int(fact["answered"]) - int(fact["points"]),
            "off_scale": off.get(item, 0),
        }
        rows.append(row if proof is None else row | _item_figures(placed, proof, place, off.get(item, 0)))
    return rows


def _item_figures(placed: Placed, proof: Proof, place: int, off: int) -> dict[str, Any]:
    known = proof.keyed[~np.isnan(proof.keyed[:, place]), place]
    found, alpha = proof.reliability, proof.reliability.alpha
    without = float(found.alpha_without[place])
    advice = []
    if placed.items[place] in suspects(placed, proof):
        advice.append("It runs against the others: it may ask the other way round.")
    elif isinstance(alpha, Estimate) and without > alpha.value + 0.02:
        advice.append(f"Without it alpha is {without:.2f}.")
    if off:
        advice.append(f"{off:,} answers lie off the scale and count as none.")
    return {
        "mean": float(known.mean()) if known.size else None,
        "deviation": float(known.std(ddof=1)) if known.size > 1 else None,
        "item_total": _number(float(found.item_total[place])),
        "alpha_without": _number(without),
        "advice": " ".join(advice) or None,
    }


@dataclass(frozen=True)
class Structure:
    """What stands behind the questions of a survey.

    Attributes:
        style: A row of `SURVEY_STYLE`.
        factors: Rows of `SURVEY_FACTORS`.
        eigenvalues: Rows of `SURVEY_EIGENVALUES`.
    """

    style: dict[str, Any]
    factors: list[dict[str, Any]]
    eigenvalues: list[dict[str, Any]]


def structure(sheet: Sheet, common: Common, counts: Mapping[str, int], spec: PsychographicSpec) -> Structure:
    """Answer style of a survey, and the factors behind its questions.

    Args:
        sheet: Answers, straight-liners left out.
        common: The questions on the common scale.
        counts: ``respondents`` and ``straight_liners`` of everybody.
        spec: How factors are rotated.
    """
    values = sheet.on_scale(common.questions, common.lowest, common.highest)
    found = _factors(values, spec)
    row: dict[str, Any] = {
        "survey_id": common.survey_id,
        "questions": len(common.questions),
        "lowest": common.lowest,
        "highest": common.highest,
        "looked_at": len(values),
        **counts,
        **_style_figures(values, common),
    }
    if isinstance(found, NotEstimable):
        return Structure(row | {"remark": f"No factors: {found.reason}."}, [], [])
    parallel, factors = found
    kept = 0 if factors is None else factors.loadings.shape[1]
    row |= {"factors": parallel.factors, "adequacy": None if factors is None else factors.adequacy}
    if kept < parallel.factors:
        row["remark"] = f"{parallel.factors} factors stand out, the questions carry {kept}."
    pairs = zip(parallel.eigenvalues, parallel.chance, strict=True)
    eigenvalues = [
        {
            "survey_id": common.survey_id,
            "place": place,
            "eigenvalue": float(own),
            "chance": float(chance),
            "kept": place <= kept,
        }
        for place, (own, chance) in enumerate(pairs, start=1)
    ]
    return Structure(row, [] if factors is None else _factor_rows(common, factors), eigenvalues)


def _style_figures(values: FloatArray, common: Common) -> dict[str, Any]:
    if not len(values):
        return {}
    style = answer_style(values, common.lowest, common.highest)
    known = style.mean[~np.isnan(style.mean)]
    told = style.correlation[~np.isnan(style.correlation)]
    return {
        "mean": float(known.mean()) if known.size else None,
        "mean_deviation": float(known.std(ddof=1)) if known.size > 1 else None,
        "extreme_share": float(np.nanmean(style.extreme)) if known.size else None,
        "style_correlation": float(told.mean()) if told.size else None,
    }


def _factors(values: FloatArray, spec: PsychographicSpec) -> tuple[Any, Factors | None] | NotEstimable:
    if values.shape[1] > MOST_QUESTIONS:
        return NotEstimable(f"{values.shape[1]} questions are more than {MOST_QUESTIONS}")
    parallel = parallel_analysis(values)
    if isinstance(parallel, NotEstimable):
        return parallel
    most = min(parallel.factors, values.shape[1] // 2)
    if not most:
        return parallel, None
    factors = factor_analysis(values, most, rotation=spec.rotation)  # type: ignore[arg-type]
    return factors if isinstance(factors, NotEstimable) else (parallel, factors)


def _factor_rows(common: Common, factors: Factors) -> list[dict[str, Any]]:
    largest = np.abs(factors.loadings).argmax(axis=1)
    return [
        {
            "survey_id": common.survey_id,
            "question": question,
            "factor": factor + 1,
            "loading": float(loading),
            "main": bool(factor == largest[place] and abs(loading) >= _MAIN_LOADING),
            "communality": float(factors.communalities[place]),
            "explained": float(factors.explained[factor]),
            "rotation": factors.rotation,
        }
        for place, question in enumerate(common.questions)
        for factor, loading in enumerate(factors.loadings[place])
    ]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
