"""The sums under growth, against a plain reading of customers and days; the rows made of them."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine
from segmentry.profiles.tables import CUSTOMER_DAYS, PURCHASE_HISTORY
from segmentry.science.growth import FACTS
from segmentry.terms.numbers import NotEstimable
from segmentry.value.growth import (
    BASE,
    EVERYONE,
    Periods,
    buyers_by_slice,
    growth_document,
    growth_rows,
    growth_sums,
    timing_sums,
    told_by_timing,
    with_base,
)
from segmentry.value.growth_tables import GROWTH_SUMMARY, SEGMENT_GROWTH
from tests.rooms.shops import LAST, arrow, history

Rows = list[dict[str, Any]]
PERIODS = Periods(date(2021, 9, 23), date(2021, 11, 12), LAST, False)


def day(customer: str, ago: int, orders: int = 1, net: object = 10) -> dict[str, Any]:
    """One day of a customer, so many days before the last."""
    placed = Decimal(str(net)) if orders else Decimal(0)
    return {
        "customer_id": customer,
        "day": LAST - timedelta(days=ago),
        "orders": orders,
        "placed_amount": placed,
        "net_amount": Decimal(str(net)),
    }


def members(places: dict[str, str], customers: list[str]) -> Any:
    told = [{"segmentation": "s", "customer_id": each, "segment_id": at} for each, at in places.items()]
    known = ibis.memtable(arrow(PURCHASE_HISTORY, [history(each, 1, 30, 20) for each in customers]))
    return with_base(ibis.memtable(arrow(SEGMENTATION_MEMBERS, told)), known)


def summed(engine: Engine, days: Rows, places: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Rows of the sums by segment."""
    people = sorted({*places, *(each["customer_id"] for each in days)})
    table = ibis.memtable(arrow(CUSTOMER_DAYS, days))
    return {row["segment_id"]: row for row in engine.rows(growth_sums(members(places, people), table, PERIODS))}


def test_periods_of_fifty_days_touch_and_do_not_overlap() -> None:
    """The earlier one ends the day before the later one starts."""
    assert PERIODS.length == 50
    assert PERIODS.before_last == date(2021, 11, 11)
    assert (PERIODS.after_first - PERIODS.before_first).days == 50


def test_days_at_the_edges_fall_into_their_period(engine: Engine) -> None:
    """First and last days count; the day before the earlier period does not."""
    days = [day("a", ago, net=amount) for ago, amount in ((0, 1), (49, 2), (50, 4), (99, 8), (100, 16))]
    found = summed(engine, days, {"a": "x"})["x"]
    assert (found["exact_after"], found["exact_before"]) == (Decimal(3), Decimal(12))
    assert (found["orders_after"], found["orders_before"]) == (2, 2)


def test_a_return_alone_is_revenue_without_a_buyer(engine: Engine) -> None:
    """It lowers revenue of its own period and makes nobody a customer of it."""
    found = summed(engine, [day("a", 60), day("a", 10, orders=0, net=-4)], {"a": "x"})["x"]
    assert (found["customers_after"], found["orders_after"], found["exact_after"]) == (0, 0, Decimal(-4))
    assert found["customers_before"] == 1


def test_members_who_did_not_buy_count_as_members(engine: Engine) -> None:
    """They widen the base of the bootstrap and add nothing to the sums."""
    found = summed(engine, [day("a", 5)], {"a": "x", "b": "x", "c": "x"})["x"]
    assert (found["members"], found["customers_after"], found["orders_after"]) == (3, 1, 1)


def test_everyone_is_in_the_base_once(engine: Engine) -> None:
    """Whatever segmentations there are, and whoever is in none of them."""
    found = summed(engine, [day("a", 5), day("b", 5), day("c", 5)], {"a": "x", "b": "y"})
    assert found[EVERYONE]["members"] == 3
    assert found[EVERYONE]["exact_after"] == Decimal(30)


facts = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 110), st.integers(0, 3), st.integers(-20, 50)), min_size=1, max_size=25
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts)
def test_sums_and_products_equal_a_plain_reading(engine: Engine, told: list[tuple[int, int, int, int]]) -> None:
    """Every sum, and every sum of products of two facts, over the customers of each segment."""
    days = {(f"c{customer}", ago): (orders, net) for customer, ago, orders, net in told}
    places = {f"c{number}": "odd" if number % 2 else "even" for number in range(6)}
    found = summed(engine, [day(*key, *each) for key, each in days.items()], places)
    people: dict[str, list[float]] = defaultdict(lambda: [0.0] * 6)
    for (customer, ago), (orders, net) in days.items():
        if ago < 100:
            shift = 3 if ago < 50 else 0
            people[customer][shift + 1] += orders
            people[customer][shift + 2] += net
    for facts_of in people.values():
        facts_of[0], facts_of[3] = float(facts_of[1] > 0), float(facts_of[4] > 0)
    for segment in ("odd", "even"):
        inside = [people[customer] for customer, at in places.items() if at == segment]
        for one in range(6):
            assert found[segment][FACTS[one]] == pytest.approx(sum(each[one] for each in inside))
            for other in range(one, 6):
                wanted = sum(each[one] * each[other] for each in inside)
                assert found[segment][f"product_{one}_{other}"] == pytest.approx(wanted)


def test_buyers_are_counted_once_a_slice(engine: Engine) -> None:
    """Two orders in one slice are one buyer; slices run in order of time."""
    days = [day("a", 0), day("a", 1), day("a", 99), day("b", 0), day("b", 30, orders=0, net=-1)]
    table = ibis.memtable(arrow(CUSTOMER_DAYS, days))
    rows = engine.rows(buyers_by_slice(members({"a": "x", "b": "x"}, ["a", "b"]), table, PERIODS))
    found = {row["slice"]: row["buyers"] for row in rows if row["segment_id"] == "x"}
    assert found == {0: 1, 7: 2}


def test_slices_are_of_even_length() -> None:
    """Twelve or thirteen days each of fifty."""
    starts = [*PERIODS.slice_starts, LAST + timedelta(days=1)]
    lengths = [(later - earlier).days for earlier, later in itertools.pairwise(starts)]
    assert sum(lengths) == 100
    assert set(lengths) == {12, 13}


def test_timing_takes_the_larger_of_silence_and_tenure(engine: Engine) -> None:
    """Segments alike in silence and apart in tenure are told by tenure."""
    rows = [history("a", 1, 10, 20), history("b", 1, 12, 20), history("c", 1, 300, 20), history("d", 1, 302, 20)]
    table = ibis.memtable(arrow(PURCHASE_HISTORY, rows))
    told = [
        {"segmentation": "s", "customer_id": each, "segment_id": at} for each, at in zip("abcd", "xxyy", strict=True)
    ]
    base = with_base(ibis.memtable(arrow(SEGMENTATION_MEMBERS, told)), table)
    found = told_by_timing(engine.rows(timing_sums(base, table)))
    assert found["s"] > 0.99
    assert found[BASE] == 0.0


def test_customers_who_are_all_alike_are_told_by_nothing() -> None:
    """No variance, no share of it."""
    rows = [
        {"segmentation": "s", "segment_id": name, "members": 2, "days_since_last": 10.0, "days_since_last_square": 50.0,
         "age": 2.0, "age_square": 2.0}
        for name in "ab"
    ]  # fmt: skip
    assert told_by_timing(rows) == {"s": 0.0}


# ---- rows


def made(seed: int = 0) -> Rows:
    """Sums of two segments and the base over twenty customers each, as the engine would bring them."""
    chance = random.Random(seed)
    people = {name: [[1.0, 2.0, 20.0 + chance.random(), 1.0, 3.0, 45.0] for _ in range(20)] for name in "ab"}
    groups = [("s", name, held) for name, held in people.items()] + [(BASE, EVERYONE, people["a"] + people["b"])]
    rows = []
    for segmentation, segment, held in groups:
        row: dict[str, Any] = {"segmentation": segmentation, "segment_id": segment, "members": len(held)}
        row |= {name: sum(each[place] for each in held) for place, name in enumerate(FACTS)}
        for one in range(6):
            for other in range(one, 6):
                row[f"product_{one}_{other}"] = sum(each[one] * each[other] for each in held)
        row |= {"exact_before": Decimal(str(round(row["revenue_before"], 4))), "exact_after": Decimal(900)}
        rows.append(row)
    return rows


def sliced(shares: list[int]) -> Rows:
    """Buyers of segment a and of the base, slice by slice."""
    one = [{"segmentation": "s", "segment_id": "a", "slice": at, "buyers": share} for at, share in enumerate(shares)]
    base = [{"segmentation": BASE, "segment_id": EVERYONE, "slice": at, "buyers": 1000} for at in range(len(shares))]
    return one + base


def test_rows_keep_their_contract() -> None:
    """Every column that must be there is filled, and nothing else is added."""
    for row in growth_rows(made(), sliced([10] * 8), {}, PERIODS, 0.95):
        assert set(row) <= set(SEGMENT_GROWTH.names)
        assert all(row[column.name] is not None for column in SEGMENT_GROWTH.columns if column.required)


def test_rows_do_not_depend_on_the_order_of_sums() -> None:
    """The engine may bring segments in any order."""
    one, two = (growth_rows(rows, sliced([10] * 8), {}, PERIODS, 0.95) for rows in (made(), made()[::-1]))
    assert one == two


def test_a_rising_share_is_an_emerging_niche_unless_by_construction() -> None:
    """The same slices: a niche where the segmentation is about something else, nothing where it is about time."""
    rising = sliced([10, 13, 17, 22, 28, 36, 46, 60])
    free = {row["segment_id"]: row for row in growth_rows(made(), rising, {"s": 0.01}, PERIODS, 0.95)}
    bound = {row["segment_id"]: row for row in growth_rows(made(), rising, {"s": 0.5}, PERIODS, 0.95)}
    assert free["a"]["emerging_niche"]
    assert free["a"]["trend_low"] > 0
    assert "trend" not in bound["a"]
    assert bound["a"]["by_construction"]
    assert "trend" not in free["b"]


def test_slices_without_any_buyer_are_left_out_of_the_trend() -> None:
    """A closed month is no zero share."""
    rows = [row for row in sliced([10, 13, 17, 22, 28, 36, 46, 60]) if row["slice"] != 3]
    found = {row["segment_id"]: row for row in growth_rows(made(), rows, {}, PERIODS, 0.95)}
    assert found["a"]["emerging_niche"]


def test_nothing_summed_makes_no_rows() -> None:
    """And the summary then says that nobody has bought."""
    assert growth_rows([], [], {}, PERIODS, 0.95) == []
    assert isinstance(growth_document([], {}, PERIODS, "EUR")["base"], NotEstimable)


def test_the_document_names_segmentations_made_by_time() -> None:
    """With the share of variance that says so."""
    found = growth_document(growth_rows(made(), [], {}, PERIODS, 0.95), {"rfm": 0.8, "needs": 0.1}, PERIODS, "EUR")
    assert found["by_construction"] == {"rfm": 0.8}
    assert found["unit"] == "EUR"


@pytest.mark.parametrize("contract", [SEGMENT_GROWTH, GROWTH_SUMMARY])
def test_contracts_describe_each_column(contract: Any) -> None:
    """Every column says what it means, and amounts say their unit."""
    assert all(column.description.endswith(".") for column in contract.columns)
    assert all(
        column.unit == "currency" for column in contract.columns if "part" in column.name or "revenue" in column.name
    )
