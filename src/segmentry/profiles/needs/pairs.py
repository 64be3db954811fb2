"""Pairs of answers: counted by the engine inside segments, scored from the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import numpy as np

from segmentry.profiles.needs.spec import KanoSpec, NeedSpec
from segmentry.science.attribute_kinds import CATEGORIES, kano
from segmentry.science.gaps.underserved import opportunity_band, opportunity_score
from segmentry.terms.numbers import NotEstimable

FEWEST = 10
"""Ratings from which a need is scored in a segment."""

_DRAWS = 2000
_UNDERSERVED = 10.0

Cell = Mapping[str, Any]
Place = tuple[str, str]
"""Segmentation and segment."""


def rating(answers: ir.Table, survey_id: str, question: str, lowest: float, highest: float) -> ir.Table:
    """``customer_id`` and ``value``: the points given to one question, those off the scale left out.

    Args:
        answers: Pointed answers.
        survey_id: The survey.
        question: The question.
        lowest: Lowest point.
        highest: Highest point.
    """
    own = answers.filter((answers.survey_id == survey_id) & (answers.question == question))
    inside = own.filter((own.point >= lowest) & (own.point <= highest))
    return inside.select("customer_id", value=inside.point)


def paired(first: ir.Table, second: ir.Table) -> ir.Table:
    """``customer_id``, ``first`` and ``second`` of everybody with either of two ratings."""
    left = first.select("customer_id", first="value")
    right = second.select(other="customer_id", second="value")
    joined = left.outer_join(right, left.customer_id == right.other)
    return joined.select(
        customer_id=joined.customer_id.fill_null(joined.other), first=joined.first, second=joined.second
    )


def counted(pairs: ir.Table, members: ir.Table) -> ir.Table:
    """Number of customers by ``segmentation``, ``segment_id``, ``first`` and ``second``.

    Args:
        pairs: As `paired` tells.
        members: ``customer_id``, ``segmentation`` and ``segment_id``.
    """
    joined = pairs.view().inner_join(members, "customer_id")
    return joined.group_by("segmentation", "segment_id", "first", "second").aggregate(rows=joined.count())


def by_segment(cells: Sequence[Cell]) -> dict[Place, list[Cell]]:
    """Counts by segment, segments in the order of their names."""
    found: dict[Place, list[Cell]] = {}
    for cell in sorted(cells, key=lambda each: (each["segmentation"], each["segment_id"])):
        found.setdefault((cell["segmentation"], cell["segment_id"]), []).append(cell)
    return found


def need_row(need: NeedSpec, place: Place, cells: Sequence[Cell]) -> dict[str, Any]:
    """A row of `NEED_SCORES`: importance, satisfaction and opportunity of a need inside one segment.

    The interval comes from 2,000 draws of the shares of every kind of pair, seen or not, given the counts (Dirichlet,
    half a respondent for each; Jeffreys): a draw of respondents would never meet a pair that nobody gave.

    Args:
        need: The need.
        place: Segmentation and segment.
        cells: Counts of the segment by importance (``first``) and satisfaction (``second``).
    """
    rows = np.array([int(cell["rows"]) for cell in cells], dtype=np.int64)
    importance, satisfaction = (_boxes(cells, name, need.cut) for name in ("first", "second"))
    told = {
        "segmentation": place[0],
        "segment_id": place[1],
        "need": need.name,
        "kind": need.kind,
        "respondents": int(rows.sum()),
    }
    fewest = min(float(rows @ ~np.isnan(importance)), float(rows @ ~np.isnan(satisfaction)))
    if fewest < FEWEST:
        return told | {"reason": f"{fewest:.0f} ratings, {FEWEST} are needed"}
    found = _scores(rows[None].astype(np.float64), importance, satisfaction)[:, 0]
    random = np.random.default_rng(0)
    weights, *boxes = _weighed(rows, importance, satisfaction)
    worlds = _scores(random.dirichlet(weights, _DRAWS), *boxes)[2]
    low, high = np.quantile(worlds[~np.isnan(worlds)], [0.025, 0.975])
    return told | {
        "importance": float(found[0]),
        "satisfaction": float(found[1]),
        "opportunity": float(found[2]),
        "low": min(float(low), float(found[2])),
        "high": max(float(high), float(found[2])),
        "band": opportunity_band(float(found[2])),
        "sure": bool(low > _UNDERSERVED),
    }


def _boxes(cells: Sequence[Cell], name: str, cut: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """1 where the answer counts, 0 where not, NaN where there is none."""
    return np.array([np.nan if cell[name] is None else float(cell[name] >= cut) for cell in cells])


def _weighed(rows: Any, importance: Any, satisfaction: Any) -> tuple[Any, Any, Any]:
    """Weights, importance and satisfaction of all four pairs of boxes and of the gaps there are, in one order."""
    pairs = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    boxes = np.hstack([[importance, satisfaction], pairs])
    weights = np.concatenate([rows, np.full(4, 0.5)])
    keys = np.where(np.isnan(boxes), 2.0, boxes)
    _, first, places = np.unique(3 * keys[0] + keys[1], return_index=True, return_inverse=True)
    return np.bincount(places, weights), boxes[0, first], boxes[1, first]


def _scores(counts: Any, importance: Any, satisfaction: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Importance, satisfaction and opportunity, shape (3, worlds), of counts, shape (worlds, cells)."""
    shares = []
    for boxes in (importance, satisfaction):
        known = ~np.isnan(boxes)
        total = counts @ known
        above = counts @ np.where(known, boxes, 0.0)
        shares.append(np.divide(above, total, out=np.full(len(counts), np.nan), where=total > 0) * 10.0)
    told = ~np.isnan(shares[0]) & ~np.isnan(shares[1])
    opportunity = np.full(len(counts), np.nan)
    opportunity[told] = opportunity_score(shares[0][told], shares[1][told])
    return np.array([*shares, opportunity])


def kano_row(attribute: KanoSpec, place: Place, cells: Sequence[Cell]) -> dict[str, Any]:
    """A row of `NEED_KANO`: the kind of an attribute inside one segment.

    Args:
        attribute: The attribute.
        place: Segmentation and segment.
        cells: Counts of the segment by the functional (``first``) and dysfunctional (``second``) answer.
    """
    whole = [cell for cell in cells if cell["first"] is not None and cell["second"] is not None]
    rows = [int(cell["rows"]) for cell in whole]
    told = {"segmentation": place[0], "segment_id": place[1], "attribute": attribute.name, "respondents": sum(rows)}
    if not whole:
        return told
    found = kano(*(np.repeat([float(cell[name]) for cell in whole], rows) for name in ("first", "second")))
    return told | {
        "category": found.category,
        "clear": found.clear,
        **{name: found.counts[name] for name in CATEGORIES},
        "better": None if isinstance(found.better, NotEstimable) else found.better,
        "worse": None if isinstance(found.worse, NotEstimable) else found.worse,
    }
