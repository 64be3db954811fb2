"""Which segments to serve first: attractiveness by strength, knock-outs, ranks with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.priority.criteria import Bound, Measure, Measures, require_sound
from segmentry.terms.numbers import NotEstimable

SHAKE = 0.20
"""Share by which each weight is raised and lowered to see whether ranks turn over."""

BANDS = ("low", "medium", "high")
"""The thirds of an axis of the matrix."""

_EQUAL = 1e-6
"""Values closer than a millionth of themselves count as equal: stretching them to 0..1 would rank the rounding."""
_NEAR_NOTHING = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """One axis of the matrix.

    Attributes:
        values: Weighted mean of the scored criteria, 0 for worst and 1 for best on all; NaN where knocked out, (g,).
        parts: Criterion to its scaled values, shape (g,) each.
        scored: Criterion to the weight with which it counts.
        unscored: Criterion to the reason why it could not be scored; its weight is shown, and never counts as 0.
        unscored_weight: Sum of the weights that could not be scored.
    """

    values: FloatArray
    parts: dict[str, FloatArray]
    scored: dict[str, float]
    unscored: dict[str, str]
    unscored_weight: float


@dataclass(frozen=True, slots=True)
class Reversal:
    """A change of one weight that turns ranks over.

    Attributes:
        axis: ``attractiveness`` or ``strength``.
        criterion: Whose weight was changed; the others of the axis keep their proportions.
        change: The change, +0.2 or -0.2.
        first: Positions of the segments that are first then.
        moved: Positions of the segments whose rank changes.
    """

    axis: str
    criterion: str
    change: float
    first: tuple[int, ...]
    moved: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Priority:
    """Segments in order of priority.

    Attributes:
        attractiveness: How attractive a segment is to us; not estimable where no criterion could be scored.
        strength: How strong we are in it; not estimable likewise.
        score: Mean of the axes that could be scored, from 0 to 1; NaN where knocked out, shape (g,).
        rank: 1 for the highest score, equal scores share one; 0 where knocked out, shape (g,).
        probability_first: Share of draws in which the segment is first; equal firsts share, shape (g,).
        rank_low: Best rank within the interval, shape (g,).
        rank_high: Worst rank within the interval, shape (g,).
        tie_group: Segments that the intervals do not tell apart from the best of their group share a number, from 1;
            0 where knocked out, shape (g,).
        cells: Third of attractiveness and of strength, such as ``("high", "low")``; None where knocked out.
        knocked_out: Reasons by segment, empty where it stands, length g.
        unknown_knock_outs: Demands that could not be checked, with the reason.
        reversals: Changes of weights by 20 % that turn ranks over.
        level: Coverage of the rank intervals, and the certainty by which groups are told apart.
    """

    attractiveness: Score | NotEstimable
    strength: Score | NotEstimable
    score: FloatArray
    rank: IntArray
    probability_first: FloatArray
    rank_low: IntArray
    rank_high: IntArray
    tie_group: IntArray
    cells: tuple[tuple[str | None, str | None] | None, ...]
    knocked_out: tuple[tuple[str, ...], ...]
    unknown_knock_outs: tuple[str, ...]
    reversals: tuple[Reversal, ...]
    level: float

    @property
    def first_stands(self) -> bool:
        """Whether the same segments are first under every change of weights."""
        first = tuple(np.flatnonzero(self.rank == 1).tolist())
        return all(each.first == first for each in self.reversals)


def prioritize(
    measures: Measures,
    attractiveness: Mapping[str, float],
    strength: Mapping[str, float],
    knock_outs: Sequence[Bound] = (),
    *,
    level: float = 0.95,
    draws: int = 4000,
    random_state: int = 0,
) -> Priority | NotEstimable:
    """The matrix of attractiveness by business strength (GE and McKinsey; Dolnicar, Grün & Leisch 2018, step 8).

    Knock-outs come first and are judged by point values; only segments that stand are scored. A criterion is scaled
    over them from 0 (worst) to 1 (best), by logarithms if it compares by ratios; where all are equal to a millionth it
    is 0.5. An axis is the weighted mean of its scored criteria. A criterion unknown for any standing segment is left
    unscored for all, for scores out of different criteria do not compare. The score is the mean of both axes. Draws
    follow the two halves of each interval as a normal distribution each, independently over segments and measures, on
    the scale of the point values.

    Args:
        measures: Measure to its values over segments, or why it is not known.
        attractiveness: Weights by measure, 0 or more, that sum to 1.
        strength: Weights by measure, 0 or more, that sum to 1.
        knock_outs: Demands on segments.
        level: Coverage of intervals; those of the measures are read at the same level.
        draws: Number of draws.
        random_state: Seed.

    Returns:
        The priorities; not estimable where no segment stands or nothing could be scored.

    Raises:
        EstimationError: Weights that do not sum to 1, unknown measures, arrays of different lengths; all at once.
    """
    size = require_sound(measures, attractiveness, strength, knock_outs, level)
    known = {name: measure for name, measure in measures.items() if isinstance(measure, Measure)}
    knocked_out, unknown = _knock_outs(known, measures, knock_outs, size)
    standing = np.array([not reasons for reasons in knocked_out], dtype=bool)
    if not standing.any():
        return NotEstimable("no segment passes the knock-outs")
    axes = [_score(weights, measures, standing) for weights in (attractiveness, strength)]
    refused = [axis.reason for axis in axes if isinstance(axis, NotEstimable)]
    if len(refused) == len(axes):
        return NotEstimable("no criterion could be scored: " + "; ".join(refused))
    score = _mean_of_axes([axis.values if isinstance(axis, Score) else None for axis in axes])
    drawn = _draw(axes, known, standing, (1 + level) / 2, draws, random_state)
    first, low, high = _ranks_of_draws(drawn, standing, level)
    cells = tuple(_cell(axes, place) if standing[place] else None for place in range(size))
    return Priority(
        axes[0], axes[1], score, _ranks(score, standing), first, low, high, _tie_groups(score, drawn, standing, level),
        cells, knocked_out, unknown, _reversals(axes, standing), level,
    )  # fmt: skip


def _knock_outs(
    known: Mapping[str, Measure], measures: Measures, bounds: Sequence[Bound], size: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    reasons: list[list[str]] = [[] for _ in range(size)]
    unknown: list[str] = []
    for bound in bounds:
        measure = measures.get(bound.measure, NotEstimable("it was not measured"))
        if isinstance(measure, NotEstimable):
            unknown.append(f"{bound.measure}: {measure.reason}")
            continue
        values = np.asarray(known[bound.measure].values, dtype=np.float64)
        for place, value in enumerate(values.tolist()):
            reasons[place] += _failures(bound, value)
        if np.isnan(values).any():
            unknown.append(f"{bound.measure}: unknown for {int(np.isnan(values).sum())} segments")
    return tuple(tuple(each) for each in reasons), tuple(unknown)


def _failures(bound: Bound, value: float) -> list[str]:
    found = []
    if bound.at_least is not None and value < bound.at_least:
        found.append(f"{bound.measure} {value:.4g} is below {bound.at_least:g}")
    if bound.at_most is not None and value > bound.at_most:
        found.append(f"{bound.measure} {value:.4g} is above {bound.at_most:g}")
    return found


def _score(weights: Mapping[str, float], measures: Measures, standing: FloatArray) -> Score | NotEstimable:
    parts: dict[str, FloatArray] = {}
    unscored: dict[str, str] = {}
    for name, weight in weights.items():
        measure = measures.get(name, NotEstimable("it was not measured"))
        if weight == 0:
            continue
        if isinstance(measure, NotEstimable):
            unscored[name] = measure.reason
            continue
        values = np.asarray(measure.values, dtype=np.float64)
        lacking = int(np.isnan(values[standing]).sum())
        if lacking:
            unscored[name] = f"unknown for {lacking} segments that stand"
        else:
            parts[name] = _scaled(values, values, measure, standing)
    if not parts:
        return NotEstimable("; ".join(f"{name}: {reason}" for name, reason in unscored.items()))
    scored = {name: weights[name] for name in parts}
    lost = sum(weights[name] for name in unscored)
    return Score(_weighted(parts, scored), parts, scored, unscored, lost)


def _scaled(values: FloatArray, points: FloatArray, measure: Measure, standing: FloatArray) -> FloatArray:
    """Values on the scale from 0 for the worst standing point to 1 for the best; NaN where knocked out."""
    least = float(points[standing].min())
    if measure.ratio and least > 0:
        values, points = (np.log(np.maximum(each, least * _NEAR_NOTHING)) for each in (values, points))
    low, high = float(points[standing].min()), float(points[standing].max())
    if high - low <= _EQUAL * max(abs(high), abs(low)):
        scaled = np.full(values.shape, 0.5) + (values - points) / max(abs(high), 1.0)
    else:
        scaled = (values - low) / (high - low)
    turned = 1.0 - scaled if measure.smaller_is_better else scaled
    return np.where(standing, turned, np.nan)


def _weighted(parts: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    whole = sum(weights.values())
    return np.asarray(sum(parts[name] * (weight / whole) for name, weight in weights.items()))


def _mean_of_axes(values: Sequence[FloatArray | None]) -> FloatArray:
    return np.asarray(np.mean([each for each in values if each is not None], axis=0))


def _draw(
    axes: Sequence[Score | NotEstimable],
    known: Mapping[str, Measure],
    standing: FloatArray,
    tail: float,
    draws: int,
    random_state: int,
) -> FloatArray:
    """Scores by draw, shape (draws, g); a measure that counts on both axes is drawn once."""
    from scipy.special import ndtri

    used = sorted({name for axis in axes if isinstance(axis, Score) for name in axis.scored})
    generator = np.random.default_rng(random_state)
    reach = float(ndtri(tail))
    scaled = {}
    for name in used:
        measure = known[name]
        points = np.asarray(measure.values, dtype=np.float64)
        noise = generator.standard_normal((draws, points.size))
        scaled[name] = _scaled(points + noise * _half_widths(measure, points, noise) / reach, points, measure, standing)
    values = [
        _weighted({name: scaled[name] for name in axis.scored}, axis.scored) if isinstance(axis, Score) else None
        for axis in axes
    ]
    return _mean_of_axes(values)


def _half_widths(measure: Measure, points: FloatArray, noise: FloatArray) -> FloatArray:
    if measure.low is None or measure.high is None:
        return np.zeros_like(noise)
    down = np.clip(points - np.asarray(measure.low, dtype=np.float64), 0.0, None)
    up = np.clip(np.asarray(measure.high, dtype=np.float64) - points, 0.0, None)
    return np.where(noise < 0, np.nan_to_num(down), np.nan_to_num(up))


def _ranks(score: FloatArray, standing: FloatArray) -> IntArray:
    """1 for the highest; equal scores share a rank; 0 where knocked out; shape (..., g)."""
    shown = np.where(standing, score, -np.inf)
    above = (shown[..., None, :] > shown[..., :, None] + _EQUAL).sum(axis=-1)
    return np.where(standing, above + 1, 0).astype(np.int64)


def _ranks_of_draws(drawn: FloatArray, standing: FloatArray, level: float) -> tuple[FloatArray, IntArray, IntArray]:
    ranks = np.concatenate([_ranks(part, standing) for part in np.array_split(drawn, max(1, drawn.size // 100_000))])
    leads = (ranks == 1).astype(np.float64)
    first = (leads / leads.sum(axis=1, keepdims=True)).mean(axis=0)
    ends = np.quantile(ranks, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf").astype(np.int64)
    return first, ends[0], ends[1]


def _tie_groups(score: FloatArray, drawn: FloatArray, standing: FloatArray, level: float) -> IntArray:
    """A segment opens a new group when the best of the current one beats it in at least ``level`` of the draws."""
    groups = np.zeros(score.size, dtype=np.int64)
    order = sorted(np.flatnonzero(standing).tolist(), key=lambda place: -score[place])
    leader, group = order[0], 1
    for place in order:
        beaten = float((drawn[:, leader] > drawn[:, place] + _EQUAL).mean())
        if beaten >= level:
            leader, group = place, group + 1
        groups[place] = group
    return groups


def _cell(axes: Sequence[Score | NotEstimable], place: int) -> tuple[str | None, str | None]:
    bands = [BANDS[min(int(axis.values[place] * 3 + _EQUAL), 2)] if isinstance(axis, Score) else None for axis in axes]
    return bands[0], bands[1]


def _reversals(axes: Sequence[Score | NotEstimable], standing: FloatArray) -> tuple[Reversal, ...]:
    base = [axis.values if isinstance(axis, Score) else None for axis in axes]
    ranks = _ranks(_mean_of_axes(base), standing)
    found = []
    for place, (title, axis) in enumerate(zip(("attractiveness", "strength"), axes, strict=True)):
        if isinstance(axis, NotEstimable):
            continue
        for name in axis.scored:
            for change in (SHAKE, -SHAKE):
                weights = {each: weight * (1 + change * (each == name)) for each, weight in axis.scored.items()}
                shaken = [*base]
                shaken[place] = _weighted(axis.parts, weights)
                turned = _ranks(_mean_of_axes(shaken), standing)
                if (turned != ranks).any():
                    first, moved = np.flatnonzero(turned == 1), np.flatnonzero(turned != ranks)
                    found.append(Reversal(title, name, change, tuple(first.tolist()), tuple(moved.tolist())))
    return tuple(found)
