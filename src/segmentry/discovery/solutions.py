"""What every number of segments says for itself, as rows and as one summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentry.discovery.extraction import Extraction
from segmentry.science.effects import metric_effect
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study

if TYPE_CHECKING:
    from segmentry.discovery.typing import Typing
    from segmentry.science import Exploration, Solution

BARS = 20
"""Bars of a gorge plot."""

_SINGLE: dict[str, Callable[[Solution], Any]] = {
    "prediction_strength": lambda each: each.prediction_strength,
    "silhouette": lambda each: each.silhouette,
    "aic": lambda each: each.aic,
    "bic": lambda each: each.bic,
    "icl": lambda each: each.icl,
    "objective": lambda each: each.objective,
    "share_of_best": lambda each: each.share_of_best,
    "smallest_segment": lambda each: int(each.sizes.min()),
}


def value_between(exploration: Exploration, worth: FloatArray) -> dict[int, float | None]:
    """By number of segments: the share of the (ranked) value of customers that lies between segments, not inside them.

    Args:
        exploration: Every number of segments looked at.
        worth: Expected value of each customer of the sample, shape (n,); NaN for unknown.
    """
    known = ~np.isnan(worth)
    if not known.any():
        return {each.k: None for each in exploration.solutions}
    return {each.k: metric_effect(worth, each.labels).size for each in exploration.solutions}


def solution_rows(
    segmentation: str, exploration: Exploration, money: Mapping[int, float | None]
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_SOLUTIONS`: every criterion of every number of segments.

    Args:
        segmentation: Name of the segmentation.
        exploration: Every number of segments looked at.
        money: See `value_between`.
    """
    rows = []
    for each in exploration.solutions:
        stability, within = np.asarray(each.global_stability), np.asarray(each.slsw_pairs)
        weakest = within[np.asarray(each.slsw).argmin()]
        criteria = {
            "global_stability": _quartiles(stability),
            "slsw": (float(np.asarray(each.slsw).min()), *_quartiles(weakest)[1:]),
            **{name: (_plain(read(each)), None, None) for name, read in _SINGLE.items()},
            "value_between": (money.get(each.k), None, None),
        }
        for criterion, (value, low, high) in criteria.items():
            chosen = exploration.disagreements.get(criterion) == each.k
            row = {"segmentation": segmentation, "k": each.k, "criterion": criterion, "value": value}
            rows.append(row | {"low": low, "high": high, "chosen": chosen})
    return rows


def stability_rows(segmentation: str, exploration: Exploration) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_STABILITY`: each bootstrap pair, and where members came from."""
    rows: list[dict[str, Any]] = []
    before: Solution | None = None
    for each in exploration.solutions:
        shared = {"segmentation": segmentation, "k": each.k, "from_place": None}
        rows += [
            shared | {"measure": "adjusted_rand", "place": -1, "pair": pair, "value": float(value)}
            for pair, value in enumerate(np.asarray(each.global_stability))
        ]
        rows += [
            shared | {"measure": "slsw", "place": place, "pair": pair, "value": float(value)}
            for place, values in enumerate(np.asarray(each.slsw_pairs))
            for pair, value in enumerate(values)
        ]
        if before is not None and each.slsa is not None:
            origins = _origins(before, each)
            rows += [
                shared | {"measure": "slsa", "place": place, "pair": -1, "value": float(value), "from_place": origin}
                for place, (value, origin) in enumerate(zip(np.asarray(each.slsa), origins, strict=True))
            ]
        before = each
    return rows


def gorge_rows(segmentation: str, ids: Sequence[str], extraction: Extraction) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_GORGE`: how similar the customers of the sample are to each segment.

    Of a mixture: the chance to belong to it.
    """
    from segmentry.science import gorge

    mixture = extraction.mixture
    similarity = np.asarray(gorge(extraction.points, extraction.centers)) if mixture is None else mixture.chances
    edges = np.linspace(0.0, 1.0, BARS + 1)
    rows = []
    for place, segment in enumerate(ids):
        counts, _ = np.histogram(similarity[:, place], edges)
        rows += [
            {"segmentation": segmentation, "segment_id": segment, "similarity": float(edge), "customers": int(count)}
            for edge, count in zip(edges[:-1], counts, strict=True)
        ]
    return rows


def summary(
    study: Study,
    extraction: Extraction,
    typing: Typing | NotEstimable,
    buyers: int,
    sampled: int,
    guard: Sequence[dict[str, Any]],
    money: Mapping[int, float | None],
) -> dict[str, Any]:
    """What was found, in the shape of ``segmentation`` of the main job's object."""
    exploration, solution = extraction.exploration, extraction.solution
    return {
        "method": "k-means" if extraction.mixture is None else "mixture",
        "name": study.id,
        "k": solution.k,
        "why": _why(extraction),
        "sample_advice": _advice(sampled, len(extraction.variables), solution.k),
        "verdict": exploration.verdict.verdict,
        "reason": _reason(extraction),
        "figures": dict(exploration.verdict.figures),
        "global_stability": _stability(solution),
        "criteria": [
            _criteria(each, exploration) | {"value_between": _or_refusal(money.get(each.k))}
            for each in exploration.solutions
        ],
        "disagreements": dict(exploration.disagreements),
        "share_of_best": solution.share_of_best,
        "variables": [variable.name for variable in extraction.variables],
        "left_out": dict(extraction.left_out),
        "preparation": [
            {
                "name": each.plan.name,
                "transform": each.plan.transform,
                "winsor": each.plan.winsor,
                "filled": each.filled,
            }
            for each in extraction.preparation.variables
        ],
        "customers": buyers,
        "extracted_from": sampled,
        "stability_from": exploration.sample_rows,
        "pairs": exploration.pairs,
        "starts": exploration.starts,
        "random_state": exploration.random_state,
        "typing": typing if isinstance(typing, NotEstimable) else typing.as_dict(),
        "segments_kept": sum(row["verdict"] in {"keep", "niche"} for row in guard),
        "manageable_segments": study.manageable_segments,
        "manageable": solution.k <= study.manageable_segments,
    }


def _reason(extraction: Extraction) -> str:
    exploration = extraction.exploration
    told = str(exploration.verdict.reason)
    return told if extraction.solution.k == exploration.k else f"Judged at {exploration.k} segments: {told}"


def _why(extraction: Extraction) -> str:
    exploration, solution = extraction.exploration, extraction.solution
    if solution.k == exploration.k:
        return str(exploration.why)
    return (
        f"{solution.k} segments, as at the last fit: as stable as {exploration.k}, which a first fit would choose "
        f"(median adjusted Rand {np.median(solution.global_stability):.2f} against "
        f"{np.median(exploration.solution.global_stability):.2f})."
    )


def _advice(rows: int, variables: int, k: int) -> str:
    """What the sample allows (Dolnicar et al. 2014: 70 rows a variable; Qiu & Joe: 10 a variable and segment)."""
    if rows < 10 * variables * k:
        needed = 10 * variables * k
        return f"Far too few customers: {rows:,}, where {needed:,} (10 per variable and segment) is the least."
    if rows < 70 * variables:
        return f"Few customers: {rows:,}, where {70 * variables:,} (70 per variable) are advised."
    return f"Enough customers: {rows:,}, where {70 * variables:,} (70 per variable) are advised."


def _stability(solution: Solution) -> dict[str, Any]:
    middle, low, high = _quartiles(np.asarray(solution.global_stability))
    return {"median": middle, "lower_quartile": low, "upper_quartile": high, "measure": "adjusted Rand index"}


def _criteria(each: Solution, exploration: Exploration) -> dict[str, Any]:
    told: dict[str, Any] = {"k": each.k, "global_stability": _quartiles(np.asarray(each.global_stability))[0]}
    told["slsw"] = float(np.asarray(each.slsw).min())
    told |= {name: read(each) for name, read in _SINGLE.items()}
    told["chosen_by"] = sorted(name for name, k in exploration.disagreements.items() if k == each.k)
    return told


def _or_refusal(value: float | None) -> float | NotEstimable:
    return NotEstimable("no customer has a value") if value is None else value


def _origins(before: Solution, each: Solution) -> list[int]:
    """For each segment, the segment of the solution before that most of its members come from."""
    table = np.zeros((before.k, each.k))
    np.add.at(table, (before.labels, each.labels), 1)
    return [int(place) for place in table.argmax(axis=0)]


def _quartiles(values: FloatArray) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return float(middle), float(low), float(high)


def _plain(value: Any) -> float | None:
    return None if isinstance(value, NotEstimable) else float(value)
