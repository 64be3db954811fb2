"""RFM scores: cuts between values, nested inside independent, nine cells, invariances."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.discovery.rfm import RFM_SEGMENTS, rfm_members, rfm_scores
from segmentry.engine import Engine
from tests.rooms.shops import by_customer, history, history_table

SCORES = ("recency_score", "frequency_score", "monetary_score")
NESTED = ("nested_frequency_score", "nested_monetary_score")
BASES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 6), st.integers(-20, 500)), min_size=1, max_size=25).map(
    lambda rows: [history(f"c{n}", f, 7 * f, r, spend=m) for n, (r, f, m) in enumerate(rows)]
)
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def scores(engine: Engine, rows: list[dict[str, Any]], bins: int = 5) -> dict[str, dict[str, Any]]:
    return by_customer(engine.rows(rfm_scores(history_table(rows), bins)))


def band(value: Any, among: list[Any], bins: int) -> int:
    return sum(other < value for other in among) * bins // len(among)


def plain_scores(rows: list[dict[str, Any]], bins: int) -> dict[str, dict[str, int]]:
    """Scores by counting, in plain Python."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found[row["customer_id"]] = {
            "recency_score": bins - band(row["days_since_last"], [each["days_since_last"] for each in rows], bins),
            "frequency_score": band(row["frequency"], [each["frequency"] for each in rows], bins) + 1,
            "monetary_score": band(row["spend"], [each["spend"] for each in rows], bins) + 1,
        }
    for measure, name, outer in (
        ("frequency", NESTED[0], ("recency_score",)),
        ("spend", NESTED[1], ("recency_score", NESTED[0])),
    ):
        inside: dict[tuple[int, ...], list[Any]] = defaultdict(list)
        for row in rows:
            inside[tuple(found[row["customer_id"]][each] for each in outer)].append(row[measure])
        for row in rows:
            own = found[row["customer_id"]]
            own[name] = band(row[measure], inside[tuple(own[each] for each in outer)], bins) + 1
    return found


@QUICK
@given(rows=BASES, bins=st.integers(2, 6))
def test_scores_are_what_counting_gives(engine: Engine, rows: list[dict[str, Any]], bins: int) -> None:
    """Independent and nested scores of any base, with any number of bins, side by side as text."""
    expected = plain_scores(rows, bins)
    for customer, row in scores(engine, rows, bins).items():
        assert {name: row[name] for name in (*SCORES, *NESTED)} == expected[customer]
        assert row["rfm"] == "".join(str(row[name]) for name in SCORES)
        assert row["rfm_nested"] == "".join(str(row[name]) for name in (SCORES[0], *NESTED))


@QUICK
@given(rows=BASES, factor=st.integers(2, 100), seed=st.integers(0, 99))
def test_neither_scale_of_money_nor_order_of_rows_matters(
    engine: Engine, rows: list[dict[str, Any]], factor: int, seed: int
) -> None:
    """Pence instead of pounds, rows shuffled: the same scores."""
    scaled = [row | {"spend": row["spend"] * factor} for row in rows]
    assert scores(engine, random.Random(seed).sample(scaled, len(scaled))) == scores(engine, rows)


@QUICK
@given(rows=BASES)
def test_a_base_twice_as_large_of_the_same_kind_scores_the_same(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Every customer duplicated: shares do not move, so neither do scores."""
    twins = [row | {"customer_id": f"{row['customer_id']} twin"} for row in rows]
    single, doubled = scores(engine, rows), scores(engine, rows + twins)
    for customer, row in single.items():
        assert doubled[customer] == row
        assert doubled[f"{customer} twin"] == row | {"customer_id": f"{customer} twin"}


@QUICK
@given(rows=BASES)
def test_more_is_never_scored_lower(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Scores rise with frequency and spend and fall with silence; equal values share one."""
    found = scores(engine, rows)
    for measure, name, sign in (
        ("days_since_last", "recency_score", -1),
        ("frequency", "frequency_score", 1),
        ("spend", "monetary_score", 1),
    ):
        order = sorted(rows, key=lambda row: sign * row[measure])
        for lower, higher in pairwise(order):
            one, other = found[lower["customer_id"]][name], found[higher["customer_id"]][name]
            assert one <= other
            assert one == other or lower[measure] != higher[measure]


def grid() -> list[dict[str, Any]]:
    """Twenty-five customers, one for each recency score with each volume score; no two values alike."""
    rows = []
    for recency in range(5):
        for volume in range(5):
            place = 5 * volume + recency
            silent, spend = 10 + 5 * recency + volume, 100 + 10 * place
            rows.append(history(f"{5 - recency}{volume + 1}", place, 30 * place, silent, spend=spend))
    return rows


def test_distinct_values_fill_every_score_equally(engine: Engine) -> None:
    """Five customers per score, and each customer scores as placed."""
    found = scores(engine, grid())
    assert {name: f"{row['recency_score']}{row['frequency_score']}" for name, row in found.items()} == {
        name: name for name in found
    }
    for name in SCORES:
        assert Counter(row[name] for row in found.values()) == dict.fromkeys(range(1, 6), 5)


def test_nested_scores_spread_inside_each_recency_score(engine: Engine) -> None:
    """Within each recency score all five frequency scores occur, though independent scores are bunched there."""
    rows = [history(f"{r}-{n}", 10 * (5 - r) + n, 300, 100 * r + n) for r in range(5) for n in range(5)]
    found = scores(engine, rows)
    for recency in range(1, 6):
        inside = [row for row in found.values() if row["recency_score"] == recency]
        assert {row["frequency_score"] for row in inside} == {recency}
        assert {row["nested_frequency_score"] for row in inside} == {1, 2, 3, 4, 5}


def test_a_base_of_equals_scores_equally(engine: Engine) -> None:
    """All alike: all bought as recently as anybody, and nobody buys more than anybody."""
    found = scores(engine, [history(f"c{n}", 2, 20, 5) for n in range(7)])
    assert {row["rfm"] for row in found.values()} == {"511"}


def test_one_customer_is_scored(engine: Engine) -> None:
    """A base of one has no cuts."""
    assert scores(engine, [history("only", 0, 0, 400)])["only"]["rfm"] == "511"


def test_each_of_the_nine_cells_is_reached(engine: Engine) -> None:
    """Of the twenty-five, two scores of five are high, one is middling, two are low, in both directions."""
    table = rfm_scores(history_table(grid()), 5)
    members = by_customer(engine.rows(rfm_members(table, 5)))
    sizes = Counter(row["segment_id"] for row in members.values())
    assert [sizes[segment.id] for segment in RFM_SEGMENTS] == [4, 2, 4, 2, 1, 2, 4, 2, 4]


@pytest.mark.parametrize(
    ("recency", "frequency", "monetary", "segment"),
    [
        (5, 5, 5, "champions"),
        (4, 4, 3, "champions"),
        (3, 5, 2, "loyal"),
        (2, 4, 4, "cannot_lose"),
        (1, 5, 5, "cannot_lose"),
        (5, 3, 3, "potential_loyalists"),
        (4, 5, 1, "potential_loyalists"),
        (3, 3, 3, "need_attention"),
        (1, 2, 3, "at_risk"),
        (5, 1, 1, "promising"),
        (3, 2, 2, "about_to_sleep"),
        (1, 1, 3, "hibernating"),
        (2, 2, 2, "hibernating"),
    ],
)
def test_a_cell_is_recency_by_volume(engine: Engine, recency: int, frequency: int, monetary: int, segment: str) -> None:
    """Recency and the sum of the other two, each low up to two fifths, middling up to three, high above."""
    columns = dict(zip(("customer_id", *SCORES), (["a"], [recency], [frequency], [monetary]), strict=True))
    table = ibis.memtable(pa.table(columns))
    assert [row["segment_id"] for row in engine.rows(rfm_members(table, 5))] == [segment]


@pytest.mark.parametrize("bins", [2, 3, 4, 5, 10])
def test_every_combination_of_scores_has_one_cell(engine: Engine, bins: int) -> None:
    """Each customer is in exactly one of the nine, whatever the number of scores; more is never a lower cell."""
    span = range(1, bins + 1)
    combinations = [(r, f, m) for r in span for f in span for m in span]
    names = ("customer_id", *SCORES)
    rows = [dict(zip(names, (str(n), *each), strict=True)) for n, each in enumerate(combinations)]
    members = by_customer(engine.rows(rfm_members(ibis.memtable(pa.Table.from_pylist(rows)), bins)))
    places = {segment.id: number for number, segment in enumerate(RFM_SEGMENTS)}
    cells = {each: places[members[str(n)]["segment_id"]] for n, each in enumerate(combinations)}
    assert len(members) == len(combinations)
    for (r, f, m), place in cells.items():
        if r < bins:
            assert cells[r + 1, f, m] % 3 <= place % 3
        if f < bins:
            assert cells[r, f + 1, m] // 3 <= place // 3
