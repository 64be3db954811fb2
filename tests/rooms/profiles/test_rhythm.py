"""User status by each customer's own rhythm, and usage bands that keep ties together."""

from __future__ import annotations

import math
import random
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.profiles.behavioral import Population, population
from segmentry.profiles.behavioral.rhythm import rhythm, usage_band
from tests.rooms.shops import by_customer, history, history_table

KNOWN = Population(mean_gap=30.0, orders=100)


def statuses(engine: Engine, rows: list[dict[str, Any]], known: Population = KNOWN) -> dict[str, Any]:
    return by_customer(engine.rows(rhythm(history_table(rows), known)))


@pytest.mark.parametrize(
    ("frequency", "recency_age", "last_gap", "silent", "probability", "status"),
    [
        (0, 0, None, 10, 30 / 40, "first_time"),
        (0, 0, None, 120, 0.2, "first_time"),
        (0, 0, None, 121, 30 / 151, "lapsing"),
        (0, 0, None, 569, 30 / 599, "lapsing"),
        (0, 0, None, 571, 30 / 601, "lapsed"),
        (4, 120, 30, 10, (150 / 160) ** 5, "regular"),
        (4, 120, 30, 56, (150 / 206) ** 5, "regular"),
        (4, 120, 30, 60, (150 / 210) ** 5, "lapsing"),
        (4, 120, 30, 130, (150 / 280) ** 5, "lapsed"),
        (5, 320, 200, 10, (350 / 360) ** 6, "reactivated"),
        (5, 320, 200, 400, (350 / 750) ** 6, "lapsed"),
        (5, 320, 64, 10, (350 / 360) ** 6, "regular"),
        (1, 600, 600, 0, 1.0, "reactivated"),
        (1, 500, 500, 0, 1.0, "regular"),
    ],
)
def test_status_follows_from_own_rhythm(
    engine: Engine,
    frequency: int,
    recency_age: int,
    last_gap: int | None,
    silent: int,
    probability: float,
    status: str,
) -> None:
    """Worked out by hand with a mean gap of 30 days: ((30 + S) / (30 + S + t)) ** (n + 1) against 0.20 and 0.05."""
    row = history("a", frequency, recency_age, silent, last_gap=last_gap)
    found = statuses(engine, [row])["a"]
    assert math.isclose(found["silence_probability"], probability, rel_tol=1e-12)
    assert found["user_status"] == status


def test_the_same_silence_means_different_things(engine: Engine) -> None:
    """Ninety days are nothing to a yearly buyer and the end of a weekly one: no global limit does that."""
    found = statuses(engine, [history("weekly", 50, 350, 90), history("yearly", 5, 1825, 90)])
    assert found["weekly"]["user_status"] == "lapsed"
    assert found["yearly"]["user_status"] == "regular"


def test_without_any_repeat_buyer_nobody_is_called_lost(engine: Engine) -> None:
    """No gap was ever seen, so no silence can be judged."""
    rows = [history("a", 0, 0, 10), history("b", 0, 0, 900)]
    known = Population(**engine.rows(population(history_table(rows)))[0])
    assert known.mean_gap is None
    found = statuses(engine, rows, known)
    assert {row["user_status"] for row in found.values()} == {"first_time"}
    assert {row["silence_probability"] for row in found.values()} == {None}


def test_the_population_is_added_up_over_repeat_buyers(engine: Engine) -> None:
    """The mean gap is days over gaps, so that frequent buyers count with all their gaps."""
    rows = [history("a", 1, 100, 5), history("b", 9, 90, 5), history("c", 0, 0, 5)]
    assert engine.rows(population(history_table(rows))) == [{"mean_gap": 19.0, "orders": 13}]


def test_a_new_customers_rate_rests_on_thirty_days(engine: Engine) -> None:
    """One repeat after ten days is one per thirty days, not three; the first order of a newcomer is no rate at all."""
    found = statuses(engine, [history("new", 1, 10, 0), history("old", 1, 10, 50), history("first", 0, 0, 3)])
    assert found["new"]["usage_rate"] == 1.0
    assert found["old"]["usage_rate"] == 0.5
    assert found["first"]["usage_rate"] == 0.0


def test_traits_of_rhythm_are_read_off_the_history(engine: Engine) -> None:
    """Tenure, cohort, mean gap, share of orders and repeat by hand."""
    found = statuses(engine, [history("a", 4, 100, 20, spend="55.55")])["a"]
    assert (found["tenure_days"], found["cohort"], found["mean_gap_days"]) == (120, "2021-09", 25.0)
    assert (found["share_of_orders"], found["repeat_buyer"], found["mean_order_value"]) == (0.05, True, 11.11)
    single = statuses(engine, [history("b", 0, 0, 20)])["b"]
    assert single["mean_gap_days"] is None
    assert single["repeat_buyer"] is False


def bands(engine: Engine, rates: list[float | None]) -> list[str | None]:
    table = ibis.memtable(pa.table({"n": list(range(len(rates))), "rate": pa.array(rates, pa.float64())}))
    found = engine.rows(table.select("n", band=usage_band(table.rate)).order_by("n"))
    return [row["band"] for row in found]


def expected_band(rate: float, rates: list[float]) -> str:
    below = sum(other < rate for other in rates)
    return "light" if below * 3 < len(rates) else "medium" if below * 3 < 2 * len(rates) else "heavy"


def test_bands_are_thirds_where_rates_differ(engine: Engine) -> None:
    """Six different rates: two light, two medium, two heavy."""
    assert bands(engine, [6.0, 1.0, 5.0, 2.0, 4.0, 3.0]) == ["heavy", "light", "heavy", "light", "medium", "medium"]


def test_equal_rates_share_the_lowest_band_they_reach(engine: Engine) -> None:
    """Five of six alike: they are light together, and the one above is heavy."""
    assert bands(engine, [1.0] * 5 + [2.0]) == ["light"] * 5 + ["heavy"]
    assert bands(engine, [1.0, 1.0, 1.0]) == ["light"] * 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rates=st.lists(st.integers(1, 8).map(float), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_bands_depend_on_rates_and_not_on_rows(engine: Engine, rates: list[float], seed: int) -> None:
    """In any order each rate gets the band that a plain count of lower rates gives."""
    shuffled = random.Random(seed).sample(rates, len(rates))
    assert bands(engine, shuffled) == [expected_band(rate, rates) for rate in shuffled]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=12),
    longer=st.integers(1, 300),
)
def test_a_longer_silence_never_looks_better(engine: Engine, rows: list[tuple[int, int, int]], longer: int) -> None:
    """With the same past, more days of silence can only lower the probability."""
    past = [(f, max(r, f) if f else 0, s) for f, r, s in rows]
    now = statuses(engine, [history(str(n), f, r, s) for n, (f, r, s) in enumerate(past)])
    later = statuses(engine, [history(str(n), f, r, s + longer) for n, (f, r, s) in enumerate(past)])
    assert all(later[name]["silence_probability"] < now[name]["silence_probability"] for name in now)
    assert all(0 < row["silence_probability"] <= 1 for row in now.values())
