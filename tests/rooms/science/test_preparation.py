"""Preparation of variables: what is declared is done, to these customers and to new ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.preparation import FittedPreparation, Preparation, Scale, Transform, VariablePlan
from segmentry.terms.errors import EstimationError


def codes(refused: pytest.ExceptionInfo[EstimationError]) -> set[str]:
    return {problem.code for problem in refused.value.problems}


def spending(n: int = 200) -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    return {"spend": random.lognormal(3, 1, n) - 5, "orders": random.geometric(0.5, n), "age": random.normal(40, 9, n)}


def test_standard_scale_gives_mean_zero_and_unit_spread_times_weight() -> None:
    """A standardized variable of weight 2 has mean 0 and standard deviation 2."""
    plan = Preparation((VariablePlan("age", weight=2.0),))
    points = plan.fit(spending()).transform(spending())
    assert points.mean() == pytest.approx(0, abs=1e-12)
    assert points.std() == pytest.approx(2, rel=1e-12)


def test_range_scale_runs_from_zero_to_one() -> None:
    """A ranged variable lies between 0 and 1 and reaches both."""
    points = Preparation((VariablePlan("age", scale="range"),)).fit(spending()).transform(spending())
    assert (points.min(), points.max()) == (0.0, 1.0)


def test_log_keeps_the_sign_of_net_spend() -> None:
    """sign(x) ln(1 + |x|): odd, 0 at 0, so that customers with more returns than purchases stay below the others."""
    columns = {"spend": np.array([-9.0, 0.0, 9.0, 99.0])}
    plan = Preparation((VariablePlan("spend", transform="log", scale="none"),))
    points = plan.fit(columns).transform(columns)[:, 0]
    np.testing.assert_allclose(points, [-np.log(10), 0, np.log(10), np.log(100)], rtol=1e-12)


def test_ranks_share_the_middle_of_a_tie() -> None:
    """Equal values get one rank, the middle of theirs, whatever the order of rows."""
    columns = {"orders": np.array([1, 1, 1, 2, 5])}
    plan = Preparation((VariablePlan("orders", transform="rank", scale="none"),))
    points = plan.fit(columns).transform(columns)[:, 0]
    np.testing.assert_allclose(points, [0.3, 0.3, 0.3, 0.7, 0.9], rtol=1e-12)


def test_winsor_cuts_by_value_at_both_ends() -> None:
    """With a tenth cut at each end, the values beyond those quantiles become them, and ties are cut alike."""
    columns = {"spend": np.arange(100.0)}
    plan = Preparation((VariablePlan("spend", winsor=0.1, scale="none"),))
    points = plan.fit(columns).transform({"spend": [-1e6, 50.0, 1e6]})[:, 0]
    np.testing.assert_allclose(points, [9.0, 50.0, 89.0])


def test_missing_values_are_refused_with_their_number_unless_the_median_is_declared() -> None:
    """2 of 5 values missing are refused and counted; with ``missing='median'`` they are filled, and said to be."""
    columns = {"age": np.array([20.0, np.nan, 30.0, np.nan, 70.0])}
    with pytest.raises(EstimationError) as refused:
        Preparation((VariablePlan("age"),)).fit(columns)
    assert codes(refused) == {"VALUE_MISSING"}
    assert "2 of 5" in str(refused.value)
    fitted = Preparation((VariablePlan("age", scale="none", missing="median"),)).fit(columns)
    assert fitted.filled == {"age": 2}
    assert fitted.transform({"age": [np.nan]})[0, 0] == 30.0


def test_all_mistakes_come_at_once() -> None:
    """Constant, all missing, infinite, absent and wordy columns and a bad plan are told in one error."""
    columns = {"a": [1.0, 1.0], "b": [np.nan, np.nan], "c": [1.0, np.inf], "e": ["x", "y"]}
    plans = tuple(VariablePlan(name) for name in "abcde")
    with pytest.raises(EstimationError) as refused:
        Preparation((*plans, VariablePlan("f", winsor=0.5))).fit(columns)
    wanted = {"VARIABLE_CONSTANT", "ALL_MISSING", "VALUE_NOT_FINITE", "COLUMN_MISSING", "VALUE_NOT_A_NUMBER"}
    assert codes(refused) == wanted | {"PLAN_WRONG"}


@pytest.mark.parametrize(
    "plan",
    [
        VariablePlan("age", weight=0),
        VariablePlan("age", weight=float("nan")),
        VariablePlan("age", winsor=-0.1),
        VariablePlan("age", transform="square"),  # type: ignore[arg-type]
        VariablePlan("age", scale="unit"),  # type: ignore[arg-type]
        VariablePlan("age", missing="mean"),  # type: ignore[arg-type]
    ],
)
def test_plans_that_make_no_sense_are_refused(plan: VariablePlan) -> None:
    """Each wrong field of a plan is refused as such."""
    with pytest.raises(EstimationError) as refused:
        Preparation((plan,)).fit(spending())
    assert codes(refused) == {"PLAN_WRONG"}


def test_cutting_to_a_constant_is_refused() -> None:
    """Where 90 % bought once, cutting a tenth at each end leaves one value, which is told and not divided by."""
    columns = {"orders": np.array([1.0] * 95 + [2.0] * 5)}
    with pytest.raises(EstimationError) as refused:
        Preparation((VariablePlan("orders", winsor=0.1),)).fit(columns)
    assert codes(refused) == {"VARIABLE_CONSTANT"}


def test_shapes_are_refused() -> None:
    """Columns of two dimensions, of different lengths, of no rows, and no plans at all are refused."""
    for plans, columns in (
        (("a",), {"a": np.ones((2, 2))}),
        (("a", "b"), {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}),
        (("a",), {"a": []}),
        ((), {}),
        (("a", "a"), {"a": [1.0, 2.0]}),
    ):
        with pytest.raises(EstimationError):
            Preparation(tuple(VariablePlan(name) for name in plans)).fit(columns)


def test_two_thousand_columns_are_refused() -> None:
    """2,000 variables are refused in words, not computed."""
    columns = {f"v{i}": [0.0, 1.0] for i in range(2000)}
    with pytest.raises(EstimationError) as refused:
        Preparation(tuple(map(VariablePlan, columns))).fit(columns)
    assert "TOO_MANY_VARIABLES" in codes(refused)


def test_new_customers_with_wrong_values_are_refused() -> None:
    """What was refused when learning is refused when applying: infinite, missing, absent."""
    fitted = Preparation((VariablePlan("age"), VariablePlan("orders"))).fit(spending())
    with pytest.raises(EstimationError) as refused:
        fitted.transform({"age": [np.inf, np.nan]})
    assert codes(refused) == {"VALUE_NOT_FINITE", "VALUE_MISSING", "COLUMN_MISSING"}


TRANSFORMS: tuple[Transform, ...] = ("none", "log", "rank")
SCALES: tuple[Scale, ...] = ("none", "standard", "range")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=60),
    st.sampled_from(TRANSFORMS),
    st.sampled_from(SCALES),
    st.floats(0.1, 10),
)
def test_stored_preparation_types_customers_alike_and_comes_back(
    values: list[float], transform: Transform, scale: Scale, weight: float
) -> None:
    """Through JSON and back, coordinates are the same to the last digit, and restore undoes transform."""
    if min(values) == max(values):
        return
    columns = {"x": np.array(values)}
    fitted = Preparation((VariablePlan("x", transform, 0.0, scale, weight),)).fit(columns)
    again = FittedPreparation.from_dict(json.loads(json.dumps(fitted.as_dict())))
    points = fitted.transform(columns)
    np.testing.assert_array_equal(again.transform(columns), points)
    assert again == fitted
    np.testing.assert_allclose(fitted.restore(points)[:, 0], values, rtol=1e-6, atol=1e-6 * np.ptp(values))


def test_row_order_changes_nothing() -> None:
    """Customers shuffled get the coordinates they had."""
    plans = (VariablePlan("spend", "log", 0.02), VariablePlan("orders", "rank"), VariablePlan("age", scale="range"))
    columns, order = spending(), np.random.default_rng(3).permutation(200)
    straight = Preparation(plans).fit(columns).transform(columns)
    shuffled = {name: values[order] for name, values in columns.items()}
    np.testing.assert_allclose(Preparation(plans).fit(shuffled).transform(shuffled), straight[order], rtol=1e-12)


def test_long_rank_grids_are_thinned_but_stay_close() -> None:
    """Ranks of 5,000 distinct values are stored on about a thousand points, and are right to a thousandth."""
    values = np.sort(np.random.default_rng(2).lognormal(0, 2, 5000))
    fitted = Preparation((VariablePlan("x", "rank", scale="none"),)).fit({"x": values})
    assert len(fitted.variables[0].grid) <= 1001
    np.testing.assert_allclose(fitted.transform({"x": values})[:, 0], (np.arange(5000) + 0.5) / 5000, atol=1e-3)
