"""What is learned, when nothing may be learned, and values that add up over segments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.science import BetaGeometric, GammaGamma
from segmentry.terms.numbers import NotEstimable
from segmentry.value.learning import Histories, Learned, learn_purchases, learn_spend, score_histories
from segmentry.value.margin import Margin
from segmentry.value.segments import codes_of, intervals, segment_rows, value_customers
from segmentry.value.spec import ValueSpec
from tests.rooms.shops import AS_OF, LAST

SPEC = ValueSpec(AS_OF, LAST, "EUR", model="BG/NBD")
NO_GAPS = pa.table({name: pa.array([], pa.float64()) for name in ("gaps", "mean_gap", "gap_deviation")})


def customers(number: int = 600, seed: int = 5) -> pa.Table:
    """A row per customer of a BG/NBD and Gamma-Gamma world over two years, in days."""
    chance = np.random.default_rng(seed)
    age = chance.integers(100, 730, number)
    rate = chance.gamma(0.8, 1 / 60.0, number)
    leaves = chance.beta(0.8, 3.0, number)
    rows: dict[str, list[Any]] = {"frequency": [], "recency_age": [], "age": [], "repeat_spend": [], "kept": []}
    for years, speed, leave in zip(age, rate, leaves, strict=True):
        days: set[int] = set()
        at = 0.0
        while chance.random() > leave or not days:
            at += chance.exponential(1 / speed)
            if at > years or len(days) > 60:
                break
            days.add(max(round(at), 1))
        days = {min(day, int(years)) for day in days}
        mean = float(chance.gamma(6.0 * max(len(days), 1), 1 / chance.gamma(4.0, 1 / 15.0))) / max(len(days), 1)
        rows["frequency"].append(len(days))
        rows["recency_age"].append(max(days, default=0))
        rows["age"].append(int(years))
        rows["repeat_spend"].append(mean if days else None)
        rows["kept"].append(0.9)
    return pa.table(rows)


CUSTOMERS = customers()


def histories_of(table: pa.Table) -> pa.Table:
    keys = ["frequency", "recency_age", "age"]
    counted = table.group_by(keys).aggregate([([], "count_all")])
    return counted.rename_columns([*keys, "customers"])


@pytest.fixture(scope="module")
def learned() -> Learned:
    """BG/NBD and Gamma-Gamma fitted to the world above, margin 40 %, a tenth sent back."""
    rows = histories_of(CUSTOMERS)
    purchases, checks, reasons = learn_purchases(Histories.of(rows), SPEC, NO_GAPS)
    spend, spend_checks = learn_spend(CUSTOMERS.select(["frequency", "repeat_spend"]).drop_null())
    assert isinstance(purchases, BetaGeometric)
    assert isinstance(spend, GammaGamma)
    return Learned(purchases, spend, Margin(0.4, "settings"), 0.9, (*checks, *spend_checks), reasons, rows)


def test_the_model_asked_for_is_the_model_fitted(learned: Learned) -> None:
    """And that is given as the reason."""
    assert learned.reasons == ("BG/NBD was asked for.",)
    assert learned.measure == "clv"
    assert learned.margin_rate == pytest.approx(0.4)
    names = [check.name for check in learned.checks]
    assert {"enough_data", "zero_repeaters", "frequency_fit", "left_truncation", "mixed_cohorts"} <= set(names)


def test_without_a_margin_value_is_revenue_and_says_so(learned: Learned) -> None:
    """Expected discounted revenue, not called CLV, at a rate of one."""
    plain = Learned(
        learned.purchases, learned.spend, NotEstimable("no cost"), 0.9, learned.checks, learned.reasons, learned.rows
    )
    assert (plain.measure, plain.margin_rate) == ("expected_discounted_revenue", 1.0)


def contract_gaps(deviation: float) -> pa.Table:
    return pa.table({"gaps": [11.0] * 50, "mean_gap": [30.4] * 50, "gap_deviation": [deviation] * 50})


def test_a_contract_is_recognized_and_refused() -> None:
    """Fifty customers paying every month to the day do not choose anew; a model of retention is named instead."""
    found, checks, reasons = learn_purchases(Histories.of(histories_of(CUSTOMERS)), SPEC, contract_gaps(0.5))
    assert isinstance(found, NotEstimable)
    assert " instead." in found.reason
    assert [check.name for check in checks if check.status == "failed"] == ["contractual_pattern"]
    assert reasons == ()


def test_irregular_gaps_are_no_contract() -> None:
    """Gaps that vary as much as they are long are chosen freely."""
    found, _, _ = learn_purchases(Histories.of(histories_of(CUSTOMERS)), SPEC, contract_gaps(30.0))
    assert isinstance(found, BetaGeometric)


def table_of(*rows: tuple[int, int, int, int]) -> pa.Table:
    names = ("frequency", "recency_age", "age", "customers")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 0, 100, 5)],
        [(1, 50, 100, 1), (0, 0, 100, 3)],
        [(0, 0, age, 200) for age in range(50, 500, 50)],
    ],
    ids=["five customers", "one repeat buyer", "nobody came back"],
)
def test_too_little_is_refused_with_a_reason(rows: list[tuple[int, int, int, int]]) -> None:
    """A handful of customers, one repeat, none at all: no model, and words instead of a number."""
    found, checks, _ = learn_purchases(Histories.of(table_of(*rows)), SPEC, NO_GAPS)
    assert isinstance(found, NotEstimable)
    assert len(found.reason) > 20
    assert checks[0].name == "enough_data"
    assert checks[0].status == "failed"


@pytest.mark.parametrize("spend", [[], [10.0], [10.0, 10.0, 10.0]])
def test_spend_cannot_be_learned_from_next_to_nothing(spend: list[float]) -> None:
    """No repeat buyer, one, or all alike: either refused, or a finite answer."""
    table = pa.table({"frequency": pa.array([2.0] * len(spend)), "repeat_spend": pa.array(spend, pa.float64())})
    found, _ = learn_spend(table)
    assert isinstance(found, NotEstimable) or np.isfinite(list(found.parameters_.values())).all()
    assert isinstance(found, NotEstimable) or len(spend) > 1


def test_scores_of_histories_are_sane(learned: Learned) -> None:
    """Probabilities within 0 and 1, discounting only takes away, nothing is missing."""
    assert not isinstance(learned.purchases, NotEstimable)
    scored = score_histories(learned.purchases, learned.rows, SPEC)
    alive, expected, discounted = (
        scored[name].to_numpy() for name in ("p_alive", "expected_purchases", "discounted_purchases")
    )
    assert scored.num_rows == learned.rows.num_rows
    assert ((alive >= 0) & (alive <= 1)).all()
    assert ((discounted > 0) & (discounted < expected)).all()
    assert "customers" not in scored.column_names


def test_discount_and_horizon_are_those_of_the_question(learned: Learned) -> None:
    """Ten percent a year compounds over its weeks; a longer horizon expects more."""
    assert (1 + SPEC.weekly_discount) ** (365.25 / 7) == pytest.approx(1.1)
    assert SPEC.horizon_weeks == pytest.approx(365.25 / 7)
    assert not isinstance(learned.purchases, NotEstimable)
    longer = ValueSpec(AS_OF, LAST, "EUR", horizon_months=24)
    scored = [score_histories(learned.purchases, learned.rows, spec) for spec in (SPEC, longer)]
    one, two = (each["expected_purchases"].to_numpy() for each in scored)
    assert (two > one).all()


def totals(learned: Learned, codes: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    """The intervals of the mean and of the outcome by group."""
    return intervals(value_customers(learned, CUSTOMERS, SPEC), codes, SPEC)


def groups(number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.arange(CUSTOMERS.num_rows, dtype=np.int64) % number


def test_segment_values_add_up_to_the_base(learned: Learned) -> None:
    """Whatever the split, the estimates sum to that of everybody; the whole's interval is narrower than the sum."""
    whole = totals(learned, groups(1))
    for number in (2, 7):
        parts = totals(learned, groups(number))
        for part, total in zip(parts, whole, strict=True):
            assert part.estimate.sum() == pytest.approx(total.estimate[0], rel=1e-9)
            assert (part.low < part.estimate).all()
            assert (part.estimate < part.high).all()
            assert (part.high - part.low).sum() > (total.high - total.low)[0] * 0.999


def test_an_outcome_is_less_certain_than_a_mean(learned: Learned) -> None:
    """What will be seen varies beyond what is not known of the parameters."""
    mean, outcome = totals(learned, groups(5))
    assert (outcome.high - outcome.low > mean.high - mean.low).all()
    assert outcome.estimate == pytest.approx(mean.estimate)


def test_customers_of_no_segment_count_nowhere(learned: Learned) -> None:
    """A code of -1 belongs to nobody: the rest is what it was."""
    codes = groups(2)
    without = np.where(codes == 1, -1, codes)
    both = totals(learned, codes)
    one = totals(learned, without)
    assert one[0].estimate[0] == pytest.approx(both[0].estimate[0], rel=1e-9)


def test_without_a_model_there_is_no_interval(learned: Learned) -> None:
    """The refusal is handed on, first that of purchases, then that of spend."""
    nothing = NotEstimable("nobody came back")
    for purchases, spend in ((nothing, learned.spend), (learned.purchases, nothing)):
        refused = Learned(purchases, spend, learned.margin, 1.0, (), (), learned.rows)
        assert totals(refused, groups(1)) is nothing


def test_codes_are_places_in_the_list_of_segments() -> None:
    """Unknown segments and customers without one get -1."""
    segments = pa.array(["b", None, "a", "x", "b"])
    assert codes_of(segments, ["a", "b"]).tolist() == [1, -1, 0, -1, 1]


def past(segment: str, revenue: str) -> dict[str, Any]:
    return {
        "segmentation": "rfm",
        "segment_id": segment,
        "customers": 300,
        "orders": 900,
        "revenue": Decimal(revenue),
        "expected_active": 100.0,
        "cost_to_serve": None,
        "contribution": None,
    }


def test_rows_of_segments_hold_past_and_future_side_by_side(learned: Learned) -> None:
    """Shares of revenue and of value each sum to one; ends enclose the value."""
    answer = totals(learned, groups(2))
    rows = segment_rows([past("b", "25.00"), past("a", "75.00")], {"rfm": (["a", "b"], answer)}, learned)
    assert [row["revenue_share"] for row in rows] == [0.25, 0.75]
    assert sum(row["value_share"] for row in rows) == pytest.approx(1.0)
    mean = answer[0]
    assert [row["value"] for row in rows] == [mean.estimate[1], mean.estimate[0]]
    for row in rows:
        assert row["outcome_low"] < row["value_low"] < row["value"] < row["value_high"] < row["outcome_high"]


def test_rows_of_segments_without_a_model_hold_the_past_alone(learned: Learned) -> None:
    """No value, no interval, no zero; revenue that sums to nothing has no shares."""
    refused = {"rfm": (["a"], NotEstimable("nobody came back"))}
    (row,) = segment_rows([past("a", "75.00")], refused, learned)
    assert "value" not in row
    assert row["revenue_share"] == 1.0
    (empty,) = segment_rows([past("a", "-5.00")], refused, learned)
    assert empty["revenue_share"] is None


def test_weeks_are_days_over_seven() -> None:
    """Times become weeks, counts stay as they are."""
    found = Histories.of(table_of((2, 14, 21, 5)))
    assert (found.frequency[0], found.recency_age[0], found.age[0], found.customers[0]) == (2, 2, 3, 5)


def test_a_question_without_a_currency_counts_currency_units() -> None:
    """No currency is invented."""
    assert ValueSpec(AS_OF, date(2021, 12, 31)).unit == "currency units"
    assert SPEC.unit == "EUR"
