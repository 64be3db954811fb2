"""Growth of segments as published: exact sums, parts that add up, the base beside them, and what is by construction."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine
from segmentry.profiles.history import customer_days, purchase_history
from segmentry.profiles.tables import CUSTOMER_DAYS, PURCHASE_HISTORY
from segmentry.terms.numbers import NotEstimable
from segmentry.value.growth import Periods, told_by_timing
from segmentry.value.run_growth import refresh_growth
from segmentry.value.spec import ValueSpec
from tests.rooms.shops import AS_OF, LAST, arrow, order, orders_table

SPEC = ValueSpec(AS_OF, LAST, "EUR")
Rows = list[dict[str, Any]]


def some_orders(seed: int = 0, customers: int = 80) -> Rows:
    """Orders over two years and a half, with returns; odd customers buy more in the last year."""
    chance = random.Random(seed)
    rows = [order("c0", LAST - timedelta(days=900), 5)]
    for customer in range(customers):
        for day in range(0, 900, chance.choice([40, 60, 90])):
            often = 0.9 if customer % 2 and day < 365 else 0.5
            if chance.random() < often:
                amount = chance.choice([10, 25, 40]) * (-1 if chance.random() < 0.05 else 1)
                rows.append(order(f"c{customer}", LAST - timedelta(days=day), amount))
    return rows


def published(engine: Engine, rows: Rows, members: dict[str, dict[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Growth of each segment, from orders and memberships by segmentation."""
    with engine.run("t", AS_OF) as run:
        days = customer_days(orders_table(rows), LAST)
        run.publish(CUSTOMER_DAYS, engine.arrow(days))
        run.publish(PURCHASE_HISTORY, engine.arrow(purchase_history(run.table("customer_days"), LAST, "EUR")))
        told = [
            {"segmentation": name, "customer_id": customer, "segment_id": segment}
            for name, places in members.items()
            for customer, segment in places.items()
        ]
        run.publish(SEGMENTATION_MEMBERS, arrow(SEGMENTATION_MEMBERS, told))
        refresh_growth(run, SPEC)
    found = engine.rows(engine.table("segment_growth"))
    return {(row["segmentation"], row["segment_id"]): row for row in found}


def document(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(engine.rows(engine.table("growth_summary"))[0]["document"])
    return found


PARITY = {"parity": {f"c{number}": "odd" if number % 2 else "even" for number in range(80)}}


# ---- periods


def test_two_years_are_compared_as_years() -> None:
    """Where there are 730 days, the last 365 stand against the 365 before."""
    found = Periods.of(date(2020, 1, 1), date(2021, 12, 31))
    assert isinstance(found, Periods)
    assert (found.before_first, found.before_last) == (date(2020, 1, 2), date(2020, 12, 31))
    assert (found.after_first, found.after_last) == (date(2021, 1, 1), date(2021, 12, 31))
    assert found.whole_years


def test_a_shorter_history_is_halved() -> None:
    """Of 101 days the last 50 stand against the 50 before, and seasons are not the same."""
    found = Periods.of(date(2021, 1, 1), date(2021, 4, 11))
    assert isinstance(found, Periods)
    assert found.length == 50
    assert (found.after_first - found.before_first).days == 50
    assert not found.whole_years


def test_a_few_weeks_are_no_two_periods() -> None:
    """Less than four weeks each cannot be compared."""
    found = Periods.of(date(2021, 1, 1), date(2021, 2, 1))
    assert isinstance(found, NotEstimable)
    assert "32 days" in found.reason


def test_slices_cut_both_periods_into_quarters() -> None:
    """Eight slices, the fifth starting with the later period."""
    found = Periods.of(date(2019, 1, 1), date(2021, 12, 31))
    assert isinstance(found, Periods)
    assert len(found.slice_starts) == 8
    assert found.slice_starts[0] == found.before_first
    assert found.slice_starts[4] == found.after_first


# ---- sums


def test_sums_are_exact(engine: Engine) -> None:
    """Customers, orders and revenue of both periods equal a plain reading of the orders, to the cent."""
    rows = some_orders()
    found = published(engine, rows, PARITY)
    for segment in ("odd", "even"):
        wanted: dict[str, Any] = defaultdict(Decimal)
        buyers: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            number, days = int(row["party_key"][1:]), (LAST - row["ordered_on"]).days
            if days >= 730 or ("odd" if number % 2 else "even") != segment:
                continue
            half = "after" if days < 365 else "before"
            wanted[f"revenue_{half}"] += row["amount"]
            if row["placed"]:
                wanted[f"orders_{half}"] += 1
                buyers[half].add(row["party_key"])
        wanted |= {f"customers_{half}": len(names) for half, names in buyers.items()}
        got = found["parity", segment]
        assert {name: got[name] for name in wanted} == dict(wanted)


def test_parts_add_up_to_the_change(engine: Engine) -> None:
    """Customers, frequency and value make the change of every segment and of the base."""
    for row in published(engine, some_orders(), PARITY).values():
        parts = row["customers_part"] + row["frequency_part"] + row["value_part"]
        assert parts == pytest.approx(row["change"])
        assert row["change"] == pytest.approx(float(row["revenue_after"] - row["revenue_before"]))


def test_the_base_is_the_sum_of_its_segments(engine: Engine) -> None:
    """The whole base stands beside the segments, and growth is held against it."""
    found = published(engine, some_orders(), PARITY)
    base = found["base", "everyone"]
    for name in ("orders_before", "customers_after", "revenue_after"):
        assert base[name] == found["parity", "odd"][name] + found["parity", "even"][name]
    odd = found["parity", "odd"]
    assert odd["growth_beyond_base"] == pytest.approx(odd["growth"] - base["growth"])
    assert base["growth_beyond_base"] == 0.0


def test_what_was_planted_is_found(engine: Engine) -> None:
    """Odd customers buy more often in the last year: their growth is frequency, beyond doubt; even ones' is not."""
    found = published(engine, some_orders(), PARITY)
    odd, even = found["parity", "odd"], found["parity", "even"]
    assert odd["growth_low"] > 0.2
    assert odd["frequency_part_low"] > 0
    assert odd["frequency_part"] > 2 * abs(odd["customers_part"])
    assert even["growth_low"] < 0 < even["growth_high"]


def test_intervals_hold_their_estimates(engine: Engine) -> None:
    """Every estimate lies in its own interval."""
    for row in published(engine, some_orders(), PARITY).values():
        for name in ("growth", "customers_part", "frequency_part", "value_part"):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_members_who_never_bought_in_either_period_count_as_silent(engine: Engine) -> None:
    """A segment whose members bought before both periods is silent, with zeros and without a rate."""
    rows = [*some_orders(), order("old", LAST - timedelta(days=880), 50)]
    found = published(engine, rows, {"s": {"old": "gone", "c1": "here"}})["s", "gone"]
    assert (found["course"], found["customers_before"], found["revenue_after"]) == ("silent", 0, Decimal(0))
    assert found["growth"] is None


# ---- by construction


def test_segments_made_by_silence_are_marked_and_get_no_trend(engine: Engine) -> None:
    """Newcomers against the rest: the segment of newcomers is new by construction, and no niche."""
    rows = some_orders() + [order(f"n{number}", LAST - timedelta(days=number), 30) for number in range(40)]
    new = {f"n{number}": "new" for number in range(40)}
    found = published(engine, rows, {"lifecycle": {**new, **{f"c{number}": "old" for number in range(80)}}, **PARITY})
    assert found["lifecycle", "new"]["by_construction"]
    assert found["lifecycle", "new"]["course"] == "new"
    assert found["lifecycle", "new"]["trend"] is None
    assert found["lifecycle", "new"]["emerging_niche"] is None
    assert set(document(engine)["by_construction"]) == {"lifecycle"}


def test_segments_not_made_by_silence_get_a_trend(engine: Engine) -> None:
    """Customers told apart by something else are not marked."""
    found = published(engine, some_orders(), PARITY)
    assert not found["parity", "odd"]["by_construction"]
    assert (
        found["parity", "odd"]["trend_low"] <= found["parity", "odd"]["trend"] <= found["parity", "odd"]["trend_high"]
    )
    assert found["base", "everyone"]["trend"] is None


def test_timing_is_the_share_of_variance_between_segments() -> None:
    """Silence of 1 and 3 in one segment, 5 and 7 in the other: 16 of 20 squared days lie between them."""
    rows = [
        {"segmentation": "s", "segment_id": "a", "members": 2, "days_since_last": 4.0, "days_since_last_square": 10.0},
        {"segmentation": "s", "segment_id": "b", "members": 2, "days_since_last": 12.0, "days_since_last_square": 74.0},
    ]
    flat = {"age": 2.0, "age_square": 2.0}
    assert told_by_timing([row | flat for row in rows]) == {"s": pytest.approx(16 / 20)}


# ---- the document


def test_the_summary_says_what_was_compared_and_what_to_mind(engine: Engine) -> None:
    """Periods, growth of the base, how it was split, and survivorship in words."""
    published(engine, some_orders(), PARITY)
    found = document(engine)
    assert found["after"] == {"first": "2021-01-01", "last": "2021-12-31"}
    assert found["whole_years"]
    assert found["base"]["growth"] is not None
    assert "Members are those of today" in found["mind"]
    assert "seasons" not in found["mind"]


def test_half_years_are_told_to_differ_in_season(engine: Engine) -> None:
    """Growth between halves of a year may be the season's."""
    rows = [row for row in some_orders() if (LAST - row["ordered_on"]).days < 300]
    published(engine, rows, PARITY)
    assert "seasons" in document(engine)["mind"]


def test_a_month_of_orders_is_refused_with_the_reason(engine: Engine) -> None:
    """No table of zeros: no rows, and the reason in the summary."""
    rows = [row for row in some_orders() if (LAST - row["ordered_on"]).days < 30]
    assert published(engine, rows, PARITY) == {}
    assert "too few" in document(engine)["growth"]["not_estimable"]


def test_the_order_of_rows_changes_nothing(engine: Engine) -> None:
    """Shuffled orders give the same rows, intervals included."""
    rows = some_orders()
    one = published(engine, rows, PARITY)
    random.Random(1).shuffle(rows)
    two = published(engine, rows, PARITY)
    for key, row in one.items():
        assert two[key]["growth_low"] == pytest.approx(row["growth_low"])
        assert two[key]["change"] == pytest.approx(row["change"])
