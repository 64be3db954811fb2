"""Gaps: planted ones are found, empty corners are not, and nothing is claimed beyond what is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.gaps import (
    GapSearch,
    find_gaps,
    judge_underserved,
    opportunity_band,
    opportunity_score,
    top_box,
)
from segmentry.science.gaps.field import is_peak
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

SERVED = [[0.0, 0.0], [4.0, 0.0]]
PLANTED = [2.0, 4.0]


def demand(seed: int = 1, *, planted: int = 300) -> np.ndarray:
    """Two groups of customers with an offer each, and one without."""
    chance = np.random.default_rng(seed)
    groups = [(SERVED[0], 400), (SERVED[1], 300), (PLANTED, planted)]
    return np.vstack([chance.normal(center, 0.5, (size, 2)) for center, size in groups])


def searched(ideals: Any, offers: Any, **told: Any) -> GapSearch:
    found = find_gaps(ideals, offers, **told)
    assert isinstance(found, GapSearch)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_group_without_an_offer_is_found(seed: int) -> None:
    """The one claimed gap lies within a standard deviation of where it was planted, with its share of demand."""
    (gap,) = searched(demand(seed), SERVED, random_state=seed).claimed
    assert np.hypot(gap.x - PLANTED[0], gap.y - PLANTED[1]) < 0.5
    assert gap.demand_mass == pytest.approx(0.3, abs=0.03)
    assert gap.recurrence >= 0.8
    assert gap.missing_supply > 0.99


@pytest.mark.parametrize("seed", range(5))
def test_an_empty_corner_without_demand_is_no_gap(seed: int) -> None:
    """With an offer for each group nothing is claimed, though most of the map is empty."""
    found = searched(demand(seed), [*SERVED, PLANTED], random_state=seed)
    assert found.claimed == ()
    assert (found.missing_supply > 0.99).mean() > 0.3


def test_the_rim_of_a_served_group_is_no_gap() -> None:
    """One wide group around one offer: its outskirts are demand far from the offer, and still no gap."""
    chance = np.random.default_rng(3)
    assert searched(chance.normal(0, 2, (1500, 2)), [[0.0, 0.0]]).claimed == ()


@pytest.mark.parametrize("seed", range(4))
def test_even_demand_has_no_gap(seed: int) -> None:
    """Demand that spreads evenly concentrates nowhere; what looks like a bump is not found again."""
    chance = np.random.default_rng(seed)
    assert searched(chance.uniform(size=(1000, 2)), [[0.5, 0.5]], random_state=seed).claimed == ()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_gaps_lie_inside_the_hull_of_demand(seed: int) -> None:
    """No candidate, claimed or not, lies beyond where anybody would have an offer."""
    from scipy.spatial import Delaunay

    chance = np.random.default_rng(seed)
    ideals = np.vstack([chance.normal(chance.uniform(-5, 5, 2), 0.7, (40, 2)) for _ in range(3)])
    found = find_gaps(ideals, chance.uniform(-9, 9, (3, 2)), draws=20, random_state=seed)
    assert isinstance(found, GapSearch)
    hull = Delaunay(ideals)
    step = max(np.diff(found.x).max(), np.diff(found.y).max()) * 1e-6
    for gap in found.gaps:
        assert hull.find_simplex([gap.x, gap.y], tol=step) >= 0
    assert not found.inside.all()


def test_a_fluke_is_not_found_again() -> None:
    """A handful of customers far off are a bump whose recurrence stays below what a claim takes."""
    chance = np.random.default_rng(0)
    ideals = np.vstack([chance.normal(0, 1, (400, 2)), chance.normal(6, 0.05, (2, 2))])
    found = searched(ideals, [[0.0, 0.0]])
    assert found.claimed == ()


def test_no_claim_where_the_map_shows_little() -> None:
    """The planted group is there, but its cos2 is below one half: a candidate with the reason, not a gap."""
    ideals = demand()
    quality = np.where(np.arange(len(ideals)) >= 700, 0.3, 0.95)
    (gap,) = searched(ideals, SERVED, quality=quality).gaps
    assert not gap.claimed
    assert gap.quality == pytest.approx(0.3)
    assert "30%" in gap.reason


def test_no_claim_beside_an_offer_whose_place_is_unsure() -> None:
    """Where the map shows the nearest offer badly, it may as well stand in the gap."""
    found = searched(demand(), SERVED, offer_quality=[0.2, 0.2])
    assert found.claimed == ()
    assert found.gaps[0].quality == pytest.approx(0.2)


def test_a_poor_map_is_refused_as_a_whole() -> None:
    """With less than half of all distances shown, nothing is read off."""
    found = find_gaps(demand(), SERVED, quality=np.full(1000, 0.4))
    assert isinstance(found, NotEstimable)
    assert "40%" in found.reason


def test_customers_without_weight_make_no_gap() -> None:
    """Demand is what customers weigh: a group without weight is none."""
    ideals = demand()
    weights = np.where(np.arange(len(ideals)) >= 700, 0.0, 1.0)
    assert searched(ideals, SERVED, weights=weights).claimed == ()


def test_a_weak_offer_leaves_part_of_the_demand() -> None:
    """An offer in the middle of the group that reaches three in ten leaves the gap; one that reaches all closes it."""
    offers = [*SERVED, PLANTED]
    assert len(searched(demand(), offers, strengths=[1, 1, 0.3]).claimed) == 1
    assert searched(demand(), offers, strengths=[1, 1, 1]).claimed == ()


def test_the_nearest_offers_come_first() -> None:
    """Offers are named in order of distance from the gap, three at most."""
    offers = [[10.0, 10.0], *SERVED, [2.0, 1.0]]
    (gap,) = searched(demand(), offers).claimed
    assert gap.nearest_offers[0] == 3
    assert len(gap.nearest_offers) == 3


def test_predicted_share_is_the_share_of_the_group() -> None:
    """When customers choose by closeness alone, an offer in the gap wins the three tenths that are there."""
    (gap,) = searched(demand(), SERVED).claimed
    assert gap.predicted_share == pytest.approx(0.3, abs=0.01)


def test_demand_is_a_density() -> None:
    """Summed over the grid it makes one, but for what kernels spill over the edge."""
    found = searched(demand(), SERVED)
    cell = (found.x[1] - found.x[0]) * (found.y[1] - found.y[0])
    assert found.demand.sum() * cell == pytest.approx(1.0, abs=0.05)


def test_demand_equals_a_plain_kernel_density() -> None:
    """Binning on the grid changes the density by less than two percent of its peak."""
    ideals = demand()
    found = searched(ideals, SERVED, cells=80)
    reach = np.array(found.bandwidth)
    for row, column in ((20, 10), (40, 70), (60, 30)):
        place = np.array([found.x[row], found.y[column]])
        kernels = np.exp(-0.5 * (((ideals - place) / reach) ** 2).sum(axis=1)) / (2 * np.pi * reach.prod())
        assert found.demand[row, column] == pytest.approx(kernels.mean(), abs=0.02 * found.demand.max())


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_gaps_do_not_depend_on_the_order_of_customers(seed: int) -> None:
    """Shuffled rows give the same gaps with the same recurrence."""
    ideals = demand()
    order = np.random.default_rng(seed).permutation(len(ideals))
    one, two = searched(ideals, SERVED, draws=20), searched(ideals[order], SERVED, draws=20)
    assert [gap.recurrence for gap in one.gaps] == [gap.recurrence for gap in two.gaps]
    places = [np.array([(gap.x, gap.y) for gap in found.gaps]) for found in (one, two)]
    assert places[0] == pytest.approx(places[1])


def test_gaps_do_not_depend_on_units() -> None:
    """Stretching an axis stretches the answer."""
    (one,) = searched(demand(), SERVED).claimed
    stretch = np.array([100.0, 0.01])
    (two,) = searched(demand() * stretch, np.array(SERVED) * stretch).claimed
    assert (two.x / 100, two.y / 0.01) == pytest.approx((one.x, one.y))
    assert two.score == pytest.approx(one.score)


def test_peaks_on_a_plateau_are_one() -> None:
    """Of equally high neighbors one is the peak."""
    score = np.zeros((5, 5))
    score[2, 1:4] = 1.0
    assert is_peak(score)[2].tolist() == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("ideals", "offers", "words"),
    [
        (demand(), [], "no offers"),
        ([], SERVED, "no ideal points"),
        (demand()[:10], SERVED, "too few"),
        (np.column_stack([np.arange(50.0), np.arange(50.0)]), SERVED, "one line"),
        (np.ones((50, 2)), SERVED, "one place"),
    ],
)
def test_gaps_refuse_with_a_reason(ideals: Any, offers: Any, words: str) -> None:
    """Without offers, ideal points, enough of them or two dimensions there is no answer."""
    found = find_gaps(ideals, offers)
    assert isinstance(found, NotEstimable)
    assert words in found.reason


def test_no_demand_at_all_is_refused() -> None:
    """Weights of 0 leave nothing to draw."""
    assert isinstance(find_gaps(demand(), SERVED, weights=np.zeros(1000)), NotEstimable)


def test_all_mistakes_in_the_arrays_are_told() -> None:
    """Missing places, negative weights, qualities above 1 and offers without strength, in one error."""
    ideals = demand()
    ideals[3, 0] = np.nan
    with pytest.raises(EstimationError) as told:
        find_gaps(ideals, SERVED, weights=-np.ones(1000), strengths=[0.0, 1.0], offer_quality=[1.0])
    codes = [problem.code for problem in told.value.problems]
    assert codes == ["VALUE_NOT_FINITE", "VALUE_OUT_OF_RANGE", "VALUE_NOT_POSITIVE", "LENGTH_MISMATCH"]


def test_points_in_three_dimensions_are_refused() -> None:
    """A map has two axes."""
    with pytest.raises(EstimationError, match="two coordinates"):
        find_gaps(np.ones((50, 3)), SERVED)


# ---- underserved segments


@pytest.mark.parametrize(
    ("importance", "satisfaction", "score"),
    [(9.0, 3.0, 15.0), (5.0, 8.0, 5.0), (10.0, 0.0, 20.0), (0.0, 10.0, 0.0), (7.0, 7.0, 7.0)],
)
def test_opportunity_is_importance_and_what_is_lacking(importance: float, satisfaction: float, score: float) -> None:
    """Ulwick (2005): importance + max(importance - satisfaction, 0); more satisfied than need be adds nothing."""
    assert opportunity_score([importance], [satisfaction]).tolist() == [score]


@pytest.mark.parametrize(
    ("score", "band"),
    [(10.0, "served"), (10.1, "underserved"), (12.0, "underserved"), (12.1, "strong"), (15.0, "strong"),
     (15.1, "extreme")],
)  # fmt: skip
def test_bands_begin_above_their_cuts(score: float, band: str) -> None:
    """Above 10 underserved, above 12 strong, above 15 extreme."""
    assert opportunity_band(score) == band


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=20))
def test_opportunity_grows_with_importance_and_falls_with_satisfaction(pairs: list[tuple[float, float]]) -> None:
    """From 0 to 20; more important never less, more satisfied never more."""
    importance, satisfaction = np.array(pairs).T
    score = opportunity_score(importance, satisfaction)
    assert ((score >= 0) & (score <= 20)).all()
    assert (opportunity_score(np.minimum(importance + 1, 10), satisfaction) >= score).all()
    assert (opportunity_score(importance, np.minimum(satisfaction + 1, 10)) <= score).all()


def test_scores_beyond_their_scale_are_refused_together() -> None:
    """Importance of 11 and a negative satisfaction come in one error."""
    with pytest.raises(EstimationError) as told:
        opportunity_score([11.0], [-1.0])
    assert [problem.code for problem in told.value.problems] == ["VALUE_OUT_OF_RANGE"] * 2


def test_ratings_become_a_scale_to_ten() -> None:
    """Three of four known answers at 4 or 5: 7.5; no answers: no scale."""
    assert top_box([5, 4, 4, 3, np.nan]) == pytest.approx(7.5)
    assert isinstance(top_box([np.nan]), NotEstimable)


def test_both_signs_must_agree_or_are_shown_apart() -> None:
    """Needs and map say so: underserved; one of them: shown as disagreement; neither known: unknown."""
    names = ("both", "needs", "map", "neither", "silent")
    found = judge_underserved(names, (13.0, 13.0, 5.0, 5.0, None), {"both", "map", "silent"})
    assert [each.verdict for each in found] == [
        "underserved", "signs differ", "signs differ", "served", "one sign only",
    ]  # fmt: skip
    assert [each.band for each in found] == ["strong", "strong", "served", "served", None]


def test_without_a_map_answers_stand_alone() -> None:
    """Where gaps cannot be told, no segment is called underserved by answers alone."""
    found = judge_underserved(("a", "b"), (16.0, None), NotEstimable("no offers are told"))
    assert [each.verdict for each in found] == ["one sign only", "unknown"]
    assert [each.gap for each in found] == [None, None]


def test_each_segment_needs_its_score() -> None:
    """Lengths must agree."""
    with pytest.raises(EstimationError, match="lengths differ"):
        judge_underserved(("a", "b"), (1.0,), set())


# ---- the grid


def test_density_agrees_with_scipy() -> None:
    """Another implementation with the same bandwidth gives the same density within two percent of its peak."""
    from scipy.stats import gaussian_kde

    ideals = np.random.default_rng(4).normal(size=(500, 2))
    ideals = np.linalg.solve(np.linalg.cholesky(np.cov(ideals.T)), (ideals - ideals.mean(axis=0)).T).T
    found = searched(ideals, [[9.0, 9.0]], bandwidth=(0.4, 0.4), cells=70)
    grid = np.array(np.meshgrid(found.x, found.y, indexing="ij")).reshape(2, -1)
    theirs = gaussian_kde(ideals.T, bw_method=0.4)(grid).reshape(70, 70)
    assert found.demand == pytest.approx(theirs, abs=0.02 * theirs.max())


def test_missing_supply_is_nothing_at_a_full_offer_and_all_far_away() -> None:
    """At the place of an offer of full strength nothing is missing; far from all offers everything is."""
    found = searched(demand(), SERVED, cells=90)
    at = (np.abs(found.x - 0.0).argmin(), np.abs(found.y - 0.0).argmin())
    far = (np.abs(found.x - 2.0).argmin(), np.abs(found.y - 4.0).argmin())
    assert found.missing_supply[at] < 0.02
    assert found.missing_supply[far] > 0.999


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_more_offers_never_make_more_missing(seed: int) -> None:
    """Adding an offer lowers missing supply everywhere or leaves it."""
    chance = np.random.default_rng(seed)
    ideals, offers = chance.normal(size=(60, 2)), chance.normal(size=(3, 2))
    fewer, more = (searched(ideals, offers[:number], draws=2, bandwidth=(0.5, 0.5)) for number in (2, 3))
    assert (more.missing_supply <= fewer.missing_supply + 1e-12).all()


def test_two_planted_gaps_are_both_found() -> None:
    """Two groups without an offer are two gaps, the denser one first."""
    chance = np.random.default_rng(8)
    groups = [((0, 0), 400), ((6, 0), 300), ((0, 6), 200)]
    ideals = np.vstack([chance.normal(center, 0.5, (size, 2)) for center, size in groups])
    claimed = searched(ideals, [[0.0, 0.0]]).claimed
    assert len(claimed) == 2
    assert (claimed[0].x, claimed[0].y) == pytest.approx((6, 0), abs=0.6)
    assert (claimed[1].x, claimed[1].y) == pytest.approx((0, 6), abs=0.6)


def test_the_seed_decides_the_samples() -> None:
    """The same seed gives the same recurrence; candidates do not depend on it."""
    one, two, three = (searched(demand(), SERVED, random_state=seed, draws=30) for seed in (1, 1, 2))
    assert [gap.recurrence for gap in one.gaps] == [gap.recurrence for gap in two.gaps]
    assert [(gap.x, gap.y) for gap in one.gaps] == [(gap.x, gap.y) for gap in three.gaps]
