"""Attributes: chosen, prepared and worded; sums by the engine against plain arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.maps.attributes import KNOWN, Attribute, candidates, cubes, prepare, spreads, usable
from segmentry.maps.sums import centered, means, moment_sums, moments_of
from segmentry.science.plane import Moments

TABLE = pa.table(
    {
        "customer_id": list("abcdef"),
        "segment_id": list("xxxyyy"),
        "spend": [1.0, 2.0, 4.0, 8.0, None, 1000.0],
        "silence": [5, 4, 3, 2, 1, 0],
        "loyal": [True, False, True, False, True, False],
    }
)


def one(engine: Engine, expression: Any) -> dict[str, Any]:
    return engine.rows(expression)[0]


def table() -> Any:
    return ibis.memtable(TABLE)


def test_known_attributes_are_chosen_where_the_base_has_them() -> None:
    """Unless asked otherwise a map looks at one attribute for each side of buying."""
    base = table().mutate(days_since_last=1, purchase_days=2)
    assert [each.name for each in candidates(base, (), "EUR")] == ["days_since_last", "purchase_days", "spend"]


def test_units_are_told_in_the_currency() -> None:
    """What is counted in currency is named by its code."""
    (found,) = candidates(table(), ("spend",), "EUR")
    assert found.unit == "EUR"


def test_a_trait_asked_for_twice_is_drawn_once() -> None:
    """Order is kept."""
    assert [each.name for each in candidates(table(), ("silence", "spend", "silence"), "EUR")] == ["silence", "spend"]


def test_words_of_unknown_attributes_come_from_their_names() -> None:
    """Underscores become spaces."""
    assert Attribute("ideal_price").words == ("more ideal price", "less ideal price")


def test_known_attributes_have_words_for_both_ends() -> None:
    """An axis can always be read in both directions."""
    assert all(each.high and each.low and each.unit for each in KNOWN)


def test_spreads_and_skewness_are_those_of_the_known_values(engine: Engine) -> None:
    """Counts, means, deviations and third moments leave missing values out."""
    looked_at = candidates(table(), ("spend", "silence"), "EUR")
    spread = one(engine, spreads(table(), looked_at))
    known = np.array([1.0, 2.0, 4.0, 8.0, 1000.0])
    assert (spread["known_spend"], spread["customers"]) == (5, 6)
    assert spread["deviation_spend"] == pytest.approx(known.std())
    skewness = one(engine, cubes(table(), looked_at, spread))
    assert skewness["spend"] == pytest.approx((((known - known.mean()) / known.std()) ** 3).mean())
    assert skewness["silence"] == pytest.approx(0.0, abs=1e-9)


def test_only_skewed_attributes_are_logarithmic() -> None:
    """From a skewness of 2 on."""
    attributes = (Attribute("a"), Attribute("b"))
    spread = {"customers": 10, "known_a": 10, "known_b": 5}
    found = prepare(attributes, spread, {"a": 2.0, "b": 1.9})
    assert [each.scale for each in found] == ["log", "linear"]
    assert [each.known for each in found] == [1.0, 0.5]


def test_what_was_asked_for_need_be_known_of_half_only() -> None:
    """Attributes of the map's own choice must be known of nine in ten."""
    spread = {"customers": 100, "known_a": 60, "mean_a": 1.0, "deviation_a": 1.0}
    assert usable((Attribute("a"),), spread, asked=True)[0]
    kept, left_out = usable((Attribute("a"),), spread, asked=False)
    assert (kept, left_out) == ((), {"a": "known of 60% of the customers only"})


def test_logarithms_are_taken_of_values_and_one(engine: Engine) -> None:
    """Values below 0 count as 0; drawing and reading back agree."""
    attribute = replace(Attribute("value"), scale="log")
    values = ibis.memtable(pa.table({"value": [-5.0, 0.0, 9.0, None]}))
    found = [row["drawn"] for row in engine.rows(values.select(drawn=attribute.prepared(values)))]
    assert found[:3] == pytest.approx([0.0, 0.0, np.log(10)])
    assert found[3] is None
    assert attribute.natural(attribute.drawn(np.array([0.0, 9.0]))) == pytest.approx([0.0, 9.0])


def test_what_is_not_finite_is_missing(engine: Engine) -> None:
    """An infinite or undefined value is no value: it neither counts nor poisons the mean."""
    attribute = Attribute("value")
    values = ibis.memtable(pa.table({"value": [1.0, float("inf"), float("nan"), 3.0]}))
    spread = one(engine, spreads(values, (attribute,)))
    assert (spread["known_value"], spread["mean_value"]) == (2, 2.0)


def test_ticks_stay_near_what_is_drawn() -> None:
    """From just below the lowest to just above the highest place, none on linear axes."""
    attribute = replace(Attribute("value"), scale="log")
    labels = [label for _, label in attribute.ticks(np.log1p(5), np.log1p(400))]
    assert labels == ["3", "10", "30", "100", "300"]
    assert Attribute("value").ticks(0, 5) == []


def test_sums_of_the_engine_make_the_moments_of_the_rows(engine: Engine) -> None:
    """Booleans and whole numbers included; unknown values sit at the mean."""
    looked_at = candidates(table(), ("spend", "silence", "loyal"), "EUR")
    prepared = (replace(looked_at[0], scale="log"), *looked_at[1:])
    attributes = centered(prepared, one(engine, means(table(), prepared)))
    found = moments_of(engine.rows(moment_sums(table(), attributes)), attributes)
    spend = np.log1p(np.array([1.0, 2.0, 4.0, 8.0, np.nan, 1000.0]))
    spend[4] = np.nanmean(spend)
    columns = {"spend": spend, "silence": np.arange(5.0, -1, -1), "loyal": np.array([1.0, 0, 1, 0, 1, 0])}
    direct = Moments.of(columns, TABLE["segment_id"].to_pylist())
    assert found.segments == ("x", "y")
    assert found.means == pytest.approx(direct.means)
    assert found.scatter == pytest.approx(direct.scatter, abs=1e-9)


# ---- properties

values = st.one_of(st.none(), st.floats(-100, 1000), st.just(float("inf")))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(values, st.integers(0, 50), st.sampled_from("xyz")), min_size=6, max_size=40),
    st.sampled_from(["linear", "log"]),
)
def test_engine_sums_equal_moments_of_rows(engine: Engine, told: list[Any], scale: Any) -> None:
    """Whatever is missing, infinite or negative, on both scales: the same moments as from arrays."""
    first, second, label = (list(each) for each in zip(*told, strict=True))
    if not any(each is not None and np.isfinite(each) for each in first):
        return
    names = [f"c{number}" for number in range(len(told))]
    column = pa.array(first, pa.float64())
    base = ibis.memtable(pa.table({"customer_id": names, "segment_id": label, "one": column, "two": second}))
    prepared = (replace(Attribute("one"), scale=scale), Attribute("two"))
    attributes = centered(prepared, engine.rows(means(base, prepared))[0])
    found = moments_of(engine.rows(moment_sums(base, attributes)), attributes)
    drawn = np.array([np.nan if each is None or np.isinf(each) else each for each in first])
    drawn = np.log1p(np.maximum(drawn, 0.0)) if scale == "log" else drawn
    drawn = np.where(np.isnan(drawn), np.nanmean(drawn), drawn)
    direct = Moments.of({"one": drawn, "two": second}, label)
    assert found.segments == direct.segments
    assert found.means == pytest.approx(direct.means, abs=1e-8)
    assert found.scatter == pytest.approx(direct.scatter, abs=1e-5, rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_drawing_and_reading_back_agree(told: list[float]) -> None:
    """On a logarithmic axis every value above 0 comes back, and order is kept."""
    attribute = replace(Attribute("value"), scale="log")
    natural = np.array(sorted(told))
    drawn = attribute.drawn(natural)
    assert attribute.natural(drawn) == pytest.approx(natural, rel=1e-9, abs=1e-9)
    assert (np.diff(drawn) >= 0).all()


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 10), st.floats(0.5, 10))
def test_ticks_are_in_order_and_inside(low: float, length: float) -> None:
    """From low to high, each label standing for its place."""
    ticks = replace(Attribute("value"), scale="log").ticks(low, low + length)
    places = [place for place, _ in ticks]
    assert places == sorted(places)
    assert all(low - 0.5 <= place <= low + length + 0.5 for place in places)
    for place, label in ticks:
        assert place == pytest.approx(np.log1p(float(label.replace(",", ""))))
