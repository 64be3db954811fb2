"""Gaps in a market: where there is demand and no offer, found again in bootstrap samples.

An empty part of a map may be an absence of demand, of data, or of map quality. A gap is claimed only where demand
concentrates inside its own hull, where no offer reaches, where the map shows the points truly, and where
the gap is found again when customers are drawn anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.gaps.field import MISSING, BoolArray, Field
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

RECURRENCE = 0.8
"""Share of bootstrap samples in which a gap must be found again to be called one."""

QUALITY = 0.5
"""Share of squared distance (cos2) a map must show of the points around a gap before one is claimed."""

FEWEST = 30
"""Ideal points needed before a density is drawn."""

_LEAST_MASS = 0.01


@dataclass(frozen=True, slots=True)
class Gap:
    """A place with demand and without an offer.

    Attributes:
        x: Place on the first axis, in the map's units.
        y: Place on the second axis.
        score: Demand density over its largest value, times the missing supply, from 0 to 1.
        demand_mass: Share of demand that climbs to this place, and that no offer reaches.
        missing_supply: Chance that no offer reaches the place, from 0 to 1.
        predicted_share: Share an offer placed here would win if customers chose by closeness alone (ideal-point logit).
        nearest_offers: Positions of the offers in order of distance, at most three.
        recurrence: Share of bootstrap samples in which it is found again.
        quality: Mean cos2 of the demand there, and of the nearest offer, whichever is smaller.
        claimed: Whether it may be called a gap.
        reason: Why not, else an empty text.
    """

    x: float
    y: float
    score: float
    demand_mass: float
    missing_supply: float
    predicted_share: float
    nearest_offers: tuple[int, ...]
    recurrence: float
    quality: float
    claimed: bool
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class GapSearch:
    """What a search for gaps found.

    Attributes:
        gaps: Candidates, claimed ones first, then by score.
        x: Grid on the first axis, shape (k,).
        y: Grid on the second axis, shape (k,).
        demand: Density of demand per unit of area, shape (k, k), rows along x.
        missing_supply: Chance that no offer reaches, shape (k, k).
        inside: Cells inside the hull of demand, shape (k, k).
        bandwidth: Reach of a kernel along each axis, in the map's units.
        draws: Bootstrap samples.
    """

    gaps: tuple[Gap, ...]
    x: FloatArray
    y: FloatArray
    demand: FloatArray
    missing_supply: FloatArray
    inside: BoolArray
    bandwidth: tuple[float, float]
    draws: int

    @property
    def claimed(self) -> tuple[Gap, ...]:
        """The candidates that may be called gaps."""
        return tuple(gap for gap in self.gaps if gap.claimed)


def find_gaps(
    ideal_points: ArrayLike,
    offers: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    strengths: ArrayLike | None = None,
    quality: ArrayLike | None = None,
    offer_quality: ArrayLike | None = None,
    bandwidth: tuple[float, float] | None = None,
    cells: int = 60,
    draws: int = 100,
    random_state: int = 0,
) -> GapSearch | NotEstimable:
    """Gap in the market times market in the gap, on a grid over the hull of demand.

    Demand density g(z) = sum w_i K_h(z - ideal_i) / sum w_i with a Gaussian kernel; missing supply is the product over
    offers of 1 - m_j exp(-d_j^2 / 2), d_j in bandwidths; the score is g / max g times that. Candidates are places
    in the hull where demand concentrates (peaks of g that stand out, at least as high as its mean over the hull) and
    supply is missing by half or more: the rim of a served group is none, nor is demand that spreads evenly. Each is
    looked for again, within one and a half bandwidths, when customers are drawn with replacement; hull, bandwidth and
    offers stay.

    Args:
        ideal_points: Where customers would have an offer, shape (n, 2).
        offers: Where offers are, all that customers can choose, shape (m, 2).
        weights: Demand of each customer, 0 or more, shape (n,); 1 each if left out.
        strengths: Of each offer, above 0 up to 1, shape (m,); 1 each if left out.
        quality: cos2 of each ideal point on the map, shape (n,); 1 each if left out.
        offer_quality: cos2 of each offer, shape (m,); 1 each if left out.
        bandwidth: Reach along each axis; by Scott's rule from the least of standard deviation and quartile range.
        cells: Grid points along each axis.
        draws: Bootstrap samples.
        random_state: Seed.

    Returns:
        The candidates; not estimable without offers or with fewer than 30 ideal points, where all lie on one line, or
        where the map shows the points too poorly.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    ideals, market = _points(ideal_points), _points(offers)
    refusal = _refuse(ideals, market)
    if refusal is not None:
        return refusal
    weight, strong = _ones(weights, len(ideals)), _ones(strengths, len(market))
    shown, offers_shown = _ones(quality, len(ideals)), _ones(offer_quality, len(market))
    _require(ideals, market, {"weights": weight, "quality": shown}, {"strengths": strong, "quality": offers_shown})
    if not weight.sum() > 0:
        return NotEstimable("no customer has any demand")
    mean_quality = float(np.average(shown, weights=weight))
    if mean_quality < QUALITY:
        return NotEstimable(f"the map shows {mean_quality:.0%} of where customers stand: too little to read gaps off")
    field = Field.over(ideals, weight, market, strong, bandwidth, cells)
    if isinstance(field, NotEstimable):
        return field
    demand = field.density(weight)
    peaks = field.peaks(demand)
    found_again = _recurrence(field, weight, peaks, draws, random_state)
    basins = field.basins(demand)
    gaps = [
        _describe(field, demand, basins, peak, weight, shown, offers_shown, float(again))
        for peak, again in zip(peaks, found_again, strict=True)
    ]
    ranked = sorted(gaps, key=lambda gap: (not gap.claimed, -gap.score, gap.x, gap.y))
    return GapSearch(tuple(ranked), field.x, field.y, demand, field.missing, field.inside, field.bandwidth, draws)


def _recurrence(field: Field, weight: FloatArray, peaks: IntArray, draws: int, random_state: int) -> FloatArray:
    generator = np.random.default_rng(random_state)
    found = np.zeros(len(peaks))
    if not len(peaks):
        return found
    order = np.lexsort((weight, field.ideals[:, 1], field.ideals[:, 0]))
    even = np.full(weight.size, 1.0 / weight.size)
    for _ in range(draws):
        drawn = np.zeros(weight.size)
        # Draws go to customers in the order of their places, so that the order of rows does not matter.
        drawn[order] = generator.multinomial(weight.size, even)
        if not (drawn * weight).sum() > 0:
            continue
        again = field.peaks(field.density(drawn * weight))
        if len(again):
            found += [bool((field.apart(peak, again) <= 1.5).any()) for peak in peaks]
    return found / draws


def _describe(
    field: Field,
    demand: FloatArray,
    basins: IntArray,
    peak: IntArray,
    weight: FloatArray,
    shown: FloatArray,
    offers_shown: FloatArray,
    recurrence: float,
) -> Gap:
    size = field.x.size
    row, column = int(peak[0]), int(peak[1])
    nearest_cell = field.cells_of(field.ideals)
    here = basins.ravel()[nearest_cell] == row * size + column
    unserved = here & (field.missing.ravel()[nearest_cell] >= MISSING)
    mass = float(weight[unserved].sum() / weight.sum())
    place = np.array([field.x[row], field.y[column]])
    nearest = np.argsort(_squares(field.market, place, field.bandwidth), kind="stable")[:3]
    of_demand = float(np.average(shown[here], weights=weight[here])) if weight[here].sum() > 0 else 0.0
    quality = min(of_demand, float(offers_shown[nearest[0]]))
    reason = _why_not(mass, quality, recurrence)
    return Gap(
        float(place[0]),
        float(place[1]),
        float(field.score(demand)[row, column]),
        mass,
        float(field.missing[row, column]),
        _predicted_share(field, place, weight),
        tuple(nearest.tolist()),
        recurrence,
        quality,
        not reason,
        reason,
    )


def _why_not(mass: float, quality: float, recurrence: float) -> str:
    if quality < QUALITY:
        return f"the map shows {quality:.0%} of the distances there: too little to claim a gap"
    if mass < _LEAST_MASS:
        return f"only {mass:.1%} of demand is there"
    if recurrence < RECURRENCE:
        return f"found again in {recurrence:.0%} of the samples, and {RECURRENCE:.0%} are asked"
    return ""


def _predicted_share(field: Field, place: FloatArray, weight: FloatArray) -> float:
    """Share of a new offer under utilities of -d^2 / 2, d in bandwidths, and the log of the offers' strengths."""
    new = -0.5 * _squares(field.ideals, place, field.bandwidth)
    old = np.array([-0.5 * _squares(field.ideals, offer, field.bandwidth) for offer in field.market])
    old += np.log(field.strengths)[:, None]
    top = np.maximum(new, old.max(axis=0))
    won = np.exp(new - top)
    return float(np.average(won / (won + np.exp(old - top).sum(axis=0)), weights=weight))


def _squares(points: FloatArray, place: FloatArray, reach: tuple[float, float]) -> FloatArray:
    return np.asarray((((points - place) / reach) ** 2).sum(axis=1))


def _points(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(0, 2) if array.size == 0 else array


def _ones(values: ArrayLike | None, size: int) -> FloatArray:
    return np.ones(size) if values is None else np.asarray(values, dtype=np.float64)


def _refuse(ideals: FloatArray, market: FloatArray) -> NotEstimable | None:
    if not len(market):
        return NotEstimable("no offers are placed on the map, so nothing can be said to be missing")
    if not len(ideals):
        return NotEstimable("no ideal points are known: where customers would have an offer must be asked or inferred")
    if ideals.ndim == 2 and len(ideals) < FEWEST:
        return NotEstimable(f"{len(ideals)} ideal points are too few for a density; {FEWEST} are needed")
    return None


def _require(
    ideals: FloatArray, market: FloatArray, of_ideals: dict[str, FloatArray], of_offers: dict[str, FloatArray]
) -> None:
    where, problems = "find_gaps", []
    for name, points in (("ideal_points", ideals), ("offers", market)):
        if points.ndim != 2 or points.shape[1] != 2:
            what = "Points have two coordinates."
            problems.append(Problem("SHAPE_WRONG", what, f"{where}, {name}", str(points.shape), "Give shape (n, 2)."))
        elif not np.isfinite(points).all():
            problems.append(Problem("VALUE_NOT_FINITE", "Points are missing.", f"{where}, {name}", "", "Leave out."))
    for points, told in ((ideals, of_ideals), (market, of_offers)):
        for name, values in told.items():
            given = str(values.shape)
            if values.shape != points.shape[:1]:
                problems.append(Problem("LENGTH_MISMATCH", "One value each.", f"{where}, {name}", given, "Align them."))
            elif not (np.isfinite(values) & (values >= 0)).all() or (name != "weights" and (values > 1 + 1e-9).any()):
                what = "Weights are 0 or more; quality and strength lie between 0 and 1."
                problems.append(Problem("VALUE_OUT_OF_RANGE", what, f"{where}, {name}", "", "Mend them."))
            elif name == "strengths" and not (values > 0).all():
                what, next_step = "An offer without strength is none.", "Leave it out."
                problems.append(Problem("VALUE_NOT_POSITIVE", what, f"{where}, {name}", "", next_step))
    if problems:
        raise EstimationError(problems)
