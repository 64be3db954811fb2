"""Priority: knock-outs before scores, weights that sum to one, ties shown as ties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.priority import Bound, Measure, Priority, Score, prioritize
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

VALUE = Measure([100.0, 50.0, 0.0])
LOYALTY = Measure([0.0, 1.0, 0.5])


def ranked(measures: dict[str, Any], attractive: dict[str, float], strong: dict[str, float], **told: Any) -> Priority:
    found = prioritize(measures, attractive, strong, **told)
    assert isinstance(found, Priority)
    return found


def axis(found: Score | NotEstimable) -> Score:
    assert isinstance(found, Score)
    return found


def test_scores_are_weighted_means_of_scaled_criteria() -> None:
    """Sum of weight times scale: .75 of value and .25 of size, each from 0 (worst) to 1 (best)."""
    measures = {"value": VALUE, "size": Measure([10, 20, 30]), "loyalty": LOYALTY}
    found = ranked(measures, {"value": 0.75, "size": 0.25}, {"loyalty": 1.0})
    assert axis(found.attractiveness).values == pytest.approx([0.75, 0.5, 0.25])
    assert axis(found.strength).values == pytest.approx([0.0, 1.0, 0.5])
    assert found.score == pytest.approx([0.375, 0.75, 0.375])


def test_equal_scores_share_a_rank_and_a_group() -> None:
    """Two segments with the same score are both second, and neither comes first by its place in the list."""
    measures = {"value": VALUE, "size": Measure([10, 20, 30]), "loyalty": LOYALTY}
    found = ranked(measures, {"value": 0.75, "size": 0.25}, {"loyalty": 1.0})
    assert found.rank.tolist() == [2, 1, 2]
    assert found.tie_group.tolist() == [2, 1, 2]


def test_costs_count_the_other_way() -> None:
    """The cheapest to serve scores 1."""
    cost = Measure([0.1, 0.2, 0.3], smaller_is_better=True)
    found = ranked({"cost": cost, "value": VALUE}, {"value": 1.0}, {"cost": 1.0})
    assert axis(found.strength).values == pytest.approx([1.0, 0.5, 0.0])


def test_ratios_are_scaled_by_logarithms() -> None:
    """A tenfold step is the same step everywhere: 1, 10, 100 score 0, one half, 1, and one giant hides nobody."""
    found = ranked({"v": Measure([1.0, 10.0, 100.0], ratio=True)}, {"v": 1.0}, {"v": 1.0})
    assert found.score == pytest.approx([0.0, 0.5, 1.0])


def test_ratios_to_nothing_fall_back_to_differences() -> None:
    """Where a standing segment has nothing or loses money there are no ratios."""
    found = ranked({"v": Measure([-10.0, 0.0, 10.0], ratio=True)}, {"v": 1.0}, {"v": 1.0})
    assert found.score == pytest.approx([0.0, 0.5, 1.0])


def test_draws_of_ratios_stay_finite() -> None:
    """An interval that reaches below 0 is drawn as near nothing."""
    measure = Measure([1.0, 2.0], [-5.0, 1.0], [7.0, 3.0], ratio=True)
    found = ranked({"v": measure}, {"v": 1.0}, {"v": 1.0})
    assert found.probability_first.sum() == pytest.approx(1.0)
    assert 0.2 < found.probability_first[1] < 0.8


def test_cells_are_thirds_of_both_axes() -> None:
    """The matrix has nine cells; a third on the border counts as the upper one."""
    measures = {"value": Measure([0.0, 1 / 3, 2 / 3, 1.0]), "loyalty": Measure([1.0, 0.6, 0.2, 0.0])}
    found = ranked(measures, {"value": 1.0}, {"loyalty": 1.0})
    assert found.cells == (("low", "high"), ("medium", "medium"), ("high", "low"), ("high", "low"))


def test_knock_outs_come_before_scores() -> None:
    """A knocked-out segment gets no score and does not stretch the scale of those that stand."""
    measures = {"value": Measure([1000.0, 50.0, 0.0]), "loyalty": LOYALTY, "size": Measure([0.01, 0.5, 0.49])}
    found = ranked(measures, {"value": 1.0}, {"loyalty": 1.0}, knock_outs=[Bound("size", at_least=0.02)])
    assert np.isnan(found.score[0])
    assert axis(found.attractiveness).values[1:] == pytest.approx([1.0, 0.0])
    assert found.rank.tolist() == [0, 1, 2]
    assert found.knocked_out[0] == ("size 0.01 is below 0.02",)
    assert found.cells[0] is None
    assert found.probability_first[0] == 0.0


def test_a_bound_may_be_above() -> None:
    """At most is kept as well as at least, and every failed demand is named."""
    measures = {"value": VALUE, "loyalty": LOYALTY}
    bounds = [Bound("value", at_most=60.0), Bound("loyalty", at_least=0.2)]
    found = ranked(measures, {"value": 1.0}, {"loyalty": 1.0}, knock_outs=bounds)
    assert len(found.knocked_out[0]) == 2


def test_what_is_unknown_knocks_nobody_out_but_is_told() -> None:
    """A demand that cannot be checked is reported, not silently passed or failed."""
    measures = {"value": VALUE, "loyalty": LOYALTY, "reach": NotEstimable("no consents are loaded")}
    found = ranked(measures, {"value": 1.0}, {"loyalty": 1.0}, knock_outs=[Bound("reach", at_least=0.5)])
    assert found.knocked_out == ((), (), ())
    assert found.unknown_knock_outs == ("reach: no consents are loaded",)


def test_unknown_criteria_are_shown_as_unscored_and_never_count_as_zero() -> None:
    """The scored weight is spread over what is known; the lost weight and its reason are shown."""
    measures = {"value": VALUE, "reach": NotEstimable("no consents are loaded"), "loyalty": LOYALTY}
    with_reach = ranked(measures, {"value": 0.6, "reach": 0.4}, {"loyalty": 1.0})
    without = ranked(measures, {"value": 1.0}, {"loyalty": 1.0})
    assert with_reach.score == pytest.approx(without.score)
    assert axis(with_reach.attractiveness).unscored == {"reach": "no consents are loaded"}
    assert axis(with_reach.attractiveness).unscored_weight == pytest.approx(0.4)


def test_a_criterion_unknown_for_one_standing_segment_is_unscored_for_all() -> None:
    """Scores out of different criteria do not compare."""
    measures = {"value": VALUE, "growth": Measure([0.1, np.nan, 0.3]), "loyalty": LOYALTY}
    found = ranked(measures, {"value": 0.5, "growth": 0.5}, {"loyalty": 1.0})
    assert axis(found.attractiveness).unscored == {"growth": "unknown for 1 segments that stand"}
    out = ranked(measures, {"value": 0.5, "growth": 0.5}, {"loyalty": 1.0}, knock_outs=[Bound("value", at_most=49)])
    assert axis(out.attractiveness).unscored == {}


def test_an_axis_without_any_known_criterion_is_not_estimable() -> None:
    """The score then rests on the other axis; with neither there is none."""
    unknown = NotEstimable("not asked")
    found = ranked({"value": VALUE, "fit": unknown}, {"value": 1.0}, {"fit": 1.0})
    assert isinstance(found.strength, NotEstimable)
    assert found.score == pytest.approx([1.0, 0.5, 0.0])
    assert found.cells[0] == ("high", None)
    assert isinstance(prioritize({"fit": unknown}, {"fit": 1.0}, {"fit": 1.0}), NotEstimable)


def test_nobody_standing_is_told() -> None:
    """All knocked out is an answer of its own."""
    found = prioritize({"value": VALUE}, {"value": 1.0}, {"value": 1.0}, [Bound("value", at_least=1e6)])
    assert isinstance(found, NotEstimable)
    assert "knock-outs" in found.reason


# ---- uncertainty


def test_probability_first_follows_the_intervals() -> None:
    """Two equal normals: each first in half of the draws; a difference of one standard error of it: in 84 %."""
    low, high = np.array([1.0, 1.0, -9.0]) - 1.96, np.array([1.0, 1.0, -9.0]) + 1.96
    equal = ranked({"v": Measure([1.0, 1.0, -9.0], low, high)}, {"v": 1.0}, {"v": 1.0}, draws=20_000)
    assert equal.probability_first == pytest.approx([0.5, 0.5, 0.0], abs=0.02)
    shift = np.array([2**0.5, 0, 0])
    apart = Measure(np.array([1.0, 1.0, -9.0]) + shift, low + shift, high + shift)
    found = ranked({"v": apart}, {"v": 1.0}, {"v": 1.0}, draws=20_000)
    assert found.probability_first == pytest.approx([0.841, 0.159, 0.0], abs=0.02)


def test_ties_inside_the_interval_are_shown_as_ties() -> None:
    """The second cannot be told from the first, the third can: groups 1, 1, 2, though ranks are 1, 2, 3."""
    measure = Measure([10.0, 9.5, 1.0], [8.0, 7.5, 0.5], [12.0, 11.5, 1.5])
    found = ranked({"v": measure}, {"v": 1.0}, {"v": 1.0})
    assert found.rank.tolist() == [1, 2, 3]
    assert found.tie_group.tolist() == [1, 1, 2]
    assert (found.rank_low.tolist(), found.rank_high.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_groups_do_not_chain() -> None:
    """Each of three overlaps the next only: the last cannot be told from the middle, but can from the leader."""
    values = np.array([10.0, 8.0, 6.0])
    found = ranked({"v": Measure(values, values - 2, values + 2)}, {"v": 1.0}, {"v": 1.0}, draws=20_000)
    assert found.tie_group.tolist() == [1, 1, 2]


def test_exact_values_leave_no_doubt() -> None:
    """Without intervals the first is first in every draw and each segment is its own group."""
    found = ranked({"v": VALUE}, {"v": 1.0}, {"v": 1.0})
    assert found.probability_first.tolist() == [1.0, 0.0, 0.0]
    assert found.tie_group.tolist() == [1, 2, 3]
    assert found.first_stands


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=7), st.integers(0, 99))
def test_priority_does_not_depend_on_the_order_of_segments(values: list[float], seed: int) -> None:
    """Ranks, groups and probabilities follow the segments; probabilities sum to 1, ranks lie in their intervals."""
    points = np.array(values)
    order = np.random.default_rng(seed).permutation(points.size)
    other = np.linspace(0, 1, points.size)
    one = ranked({"v": Measure(points), "w": Measure(other)}, {"v": 1.0}, {"w": 1.0})
    two = ranked({"v": Measure(points[order]), "w": Measure(other[order])}, {"v": 1.0}, {"w": 1.0})
    assert two.rank.tolist() == one.rank[order].tolist()
    assert two.tie_group.tolist() == one.tie_group[order].tolist()
    assert one.probability_first.sum() == pytest.approx(1.0)
    assert (one.rank_low <= one.rank).all()
    assert (one.rank <= one.rank_high).all()


def test_draws_are_repeatable() -> None:
    """The same seed gives the same probabilities."""
    measure = Measure([1.0, 1.1], [0.5, 0.6], [1.5, 1.6])
    found = [ranked({"v": measure}, {"v": 1.0}, {"v": 1.0}, random_state=4).probability_first for _ in range(2)]
    assert found[0].tolist() == found[1].tolist()


def test_intervals_may_be_lopsided() -> None:
    """Each half of an interval has its own spread: a long upper half makes the outsider first more often."""
    narrow = Measure([1.0, 0.5, -9], [1.0, 0.4, -9], [1.0, 0.6, -9])
    long = Measure([1.0, 0.5, -9], [1.0, 0.4, -9], [1.0, 2.5, -9])
    assert ranked({"v": narrow}, {"v": 1.0}, {"v": 1.0}).probability_first[1] == 0.0
    assert ranked({"v": long}, {"v": 1.0}, {"v": 1.0}).probability_first[1] == pytest.approx(0.31, abs=0.03)


# ---- weights


def test_a_reversal_under_changed_weights_is_reported() -> None:
    """Scores of .52 and .48 turn over when the weight behind the lead falls by a fifth."""
    measures = {"a": Measure([1.0, 0.0]), "b": Measure([0.0, 1.0]), "c": Measure([1.0, 1.0])}
    found = ranked(measures, {"a": 0.52, "b": 0.48}, {"c": 1.0})
    told = {(each.axis, each.criterion, each.change): each.first for each in found.reversals}
    assert told[("attractiveness", "a", -0.2)] == (1,)
    assert told[("attractiveness", "b", 0.2)] == (1,)
    assert ("attractiveness", "a", 0.2) not in told
    assert not found.first_stands


def test_a_clear_lead_stands_under_changed_weights() -> None:
    """First on every criterion is first under any weights."""
    measures = {"a": Measure([1.0, 0.0, 0.5]), "b": Measure([1.0, 0.2, 0.0])}
    assert ranked(measures, {"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}).first_stands


@pytest.mark.parametrize("weights", [{"v": 0.9}, {"v": 0.5, "w": 0.6}, {}])
def test_weights_must_sum_to_one(weights: dict[str, float]) -> None:
    """A hundred percent is enforced, not assumed."""
    with pytest.raises(EstimationError, match="sum to 1"):
        prioritize({"v": VALUE, "w": LOYALTY}, weights, {"v": 1.0})


def test_all_mistakes_are_told_at_once() -> None:
    """Unknown criteria and knock-outs, negative weights, lengths and level in one error, with the near miss."""
    measures = {"value": VALUE, "size": Measure([1.0, 2.0])}
    with pytest.raises(EstimationError) as told:
        prioritize(measures, {"valu": 1.0}, {"value": -1.0, "size": 2.0}, [Bound("sise")], level=2.0)
    codes = [problem.code for problem in told.value.problems]
    wrong = ["MEASURE_UNKNOWN", "WEIGHT_NEGATIVE", "MEASURE_UNKNOWN", "LENGTH_MISMATCH", "LEVEL_OUT_OF_RANGE"]
    assert codes == wrong
    assert "value" in told.value.problems[0].next_step


def test_intervals_must_fit_their_values() -> None:
    """Low and high come one for each segment."""
    with pytest.raises(EstimationError, match="lengths"):
        prioritize({"v": Measure([1.0, 2.0], [0.0], [3.0])}, {"v": 1.0}, {"v": 1.0})


def test_a_weight_of_nothing_asks_for_nothing() -> None:
    """A criterion of weight 0 is neither scored nor missed."""
    found = ranked({"v": VALUE, "w": NotEstimable("?")}, {"v": 1.0, "w": 0.0}, {"v": 1.0})
    assert axis(found.attractiveness).unscored == {}


def test_what_differs_by_rounding_alone_scores_in_the_middle() -> None:
    """Probabilities that all but touch 1 differ in their ninth digit; stretched to 0..1 they would rank noise."""
    nearly = Measure([1 - 3e-9, 1 - 2e-9, 1 - 1e-9])
    found = ranked({"value": VALUE, "loyalty": nearly}, {"value": 1.0}, {"loyalty": 1.0})
    assert axis(found.strength).values == pytest.approx([0.5, 0.5, 0.5], abs=1e-6)


def test_equal_values_score_in_the_middle() -> None:
    """A criterion on which all are equal tells nobody apart."""
    found = ranked({"v": Measure([3.0, 3.0]), "w": Measure([0.0, 1.0])}, {"v": 1.0}, {"w": 1.0})
    assert axis(found.attractiveness).values.tolist() == [0.5, 0.5]


# ---- further facts


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0, 5)), min_size=2, max_size=6),
    st.floats(0, 1),
)
def test_scores_lie_between_worst_and_best(told: list[tuple[float, float, float]], weight: float) -> None:
    """Each axis and the score lie from 0 to 1; who is best on everything scores 1."""
    first, second, spread = (np.array(each) for each in zip(*told, strict=True))
    measures = {"a": Measure(first, first - spread, first + spread), "b": Measure(second, ratio=True)}
    found = ranked(measures, {"a": weight, "b": 1 - weight}, {"b": 1.0}, draws=200)
    for values in (axis(found.attractiveness).values, axis(found.strength).values, found.score):
        assert (values >= -1e-9).all()
        assert (values <= 1 + 1e-9).all()
    best = int(np.argmax(first))
    if second[best] == second.max() and np.unique(first).size > 1 and np.unique(second).size > 1:
        assert found.score[best] == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1, 100), min_size=2, max_size=6, unique=True), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_do_not_decide(values: list[float], scale: float, shift: float) -> None:
    """Another unit or origin of a plain measure, another unit of a ratio, leave the scores."""
    points = np.array(values)
    one = ranked({"a": Measure(points), "b": Measure(points, ratio=True)}, {"a": 1.0}, {"b": 1.0})
    two = ranked(
        {"a": Measure(points * scale + shift), "b": Measure(points * scale, ratio=True)}, {"a": 1.0}, {"b": 1.0}
    )
    assert two.score == pytest.approx(one.score, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=3, max_size=7, unique=True))
def test_groups_run_from_one_without_holes_in_order_of_score(values: list[float]) -> None:
    """Groups are numbered without gaps, and a better score never has a later group."""
    points = np.array(values)
    found = ranked({"a": Measure(points, points - 5, points + 5)}, {"a": 1.0}, {"a": 1.0}, draws=300)
    groups = found.tie_group[np.argsort(-found.score)]
    assert groups[0] == 1
    assert set(np.diff(groups)) <= {0, 1}


def test_a_measure_on_both_axes_is_drawn_once() -> None:
    """Were it drawn twice, its error would half cancel: the probability follows the one draw."""
    measure = Measure([1.0, 0.0, -9.0], [-1.0, -2.0, -9.0], [3.0, 2.0, -9.0])
    both = ranked({"a": measure}, {"a": 1.0}, {"a": 1.0}, draws=20_000).probability_first
    single = ranked({"a": measure, "b": NotEstimable("?")}, {"a": 1.0}, {"b": 1.0}, draws=20_000).probability_first
    assert both == pytest.approx(single)
    assert both[0] == pytest.approx(0.756, abs=0.02)


def test_a_wider_interval_widens_the_ranks() -> None:
    """The same points with more doubt have rank intervals at least as wide."""
    points = np.array([5.0, 4.0, 3.0, 1.0])
    tight, loose = (
        ranked({"a": Measure(points, points - width, points + width)}, {"a": 1.0}, {"a": 1.0}) for width in (0.1, 4.0)
    )
    assert (tight.rank_high - tight.rank_low).tolist() == [0, 0, 0, 0]
    assert ((loose.rank_high - loose.rank_low) >= 1).all()
    assert (loose.tie_group == 1).sum() > 1


def test_one_standing_segment_is_first_for_sure() -> None:
    """With nobody to compare it scores in the middle and is first in every draw."""
    found = ranked({"a": Measure([1.0, 5.0])}, {"a": 1.0}, {"a": 1.0}, knock_outs=[Bound("a", at_least=2.0)])
    assert found.rank.tolist() == [0, 1]
    assert found.probability_first.tolist() == [0.0, 1.0]
    assert found.score[1] == 0.5
    assert found.reversals == ()


def test_missing_values_are_told_in_demands() -> None:
    """A segment of which the demanded measure is not known stands, and that is said."""
    measures = {"a": Measure([1.0, np.nan, 3.0]), "b": Measure([1.0, 2.0, 3.0])}
    found = ranked(measures, {"b": 1.0}, {"b": 1.0}, knock_outs=[Bound("a", at_least=2.0)])
    assert [bool(each) for each in found.knocked_out] == [True, False, False]
    assert found.unknown_knock_outs == ("a: unknown for 1 segments",)


def test_reversals_keep_the_proportions_of_other_weights() -> None:
    """Raising one weight by a fifth leaves the others to each other as they were; ranks are taken anew by hand."""
    values = {"a": [1.0, 0.0, 0.3], "b": [0.0, 1.0, 0.7], "c": [0.5, 0.4, 1.0]}
    weights = {"a": 0.40, "b": 0.35, "c": 0.25}
    scaled = {name: (np.array(each) - min(each)) / (max(each) - min(each)) for name, each in values.items()}
    measures = {name: Measure(each) for name, each in values.items()}
    found = ranked(measures | {"flat": Measure([1.0, 1.0, 1.0])}, weights, {"flat": 1.0})
    told = {(each.criterion, each.change): each for each in found.reversals}
    for name in weights:
        for change in (0.2, -0.2):
            shaken = {each: weight * (1 + change * (each == name)) for each, weight in weights.items()}
            score = sum(scaled[each] * shaken[each] for each in shaken) / sum(shaken.values())
            ranks = (score[None, :] > score[:, None] + 1e-9).sum(axis=1) + 1
            moved = tuple(np.flatnonzero(ranks != found.rank).tolist())
            assert moved == (told[name, change].moved if (name, change) in told else ())
