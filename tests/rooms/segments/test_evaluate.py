"""Behavior over a small shop, counted by hand; nesting, subsets, ranks and chance."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.segments.compiler import evaluate, member_rows
from segmentry.segments.errors import DefinitionError
from segmentry.segments.fields import Field, Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.reading import parse
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import Definition
from segmentry.terms.tables import ColumnType
from tests.rooms.segments.worlds import inputs_of

AS_OF = datetime(2024, 6, 1)


def _order(
    customer: str, days: float, amount: str, channel: str = "web", returned: str | None = None
) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "ordered_at": AS_OF - timedelta(days=days),
        "amount": Decimal(amount),
        "returned": None if returned is None else Decimal(returned),
        "channel": channel,
        "units": 1,
        "placed": Decimal(amount) > 0,
    }


ORDERS = [
    _order("c0", 10, "100"),
    _order("c0", 40, "60", "store"),
    _order("c0", 70, "20"),
    _order("c1", 100, "500"),
    _order("c1", 95, "-500", returned="500"),
    _order("c2", 5, "30", "store"),
    _order("c2", 200, "30"),
    _order("c3", 30, "100"),
]
EVENTS = [
    {"customer_id": "c0", "event": "cart", "days": 10.5},
    {"customer_id": "c2", "event": "cart", "days": 8},
    {"customer_id": "c2", "event": "view", "days": 6},
    {"customer_id": "c3", "event": "cart", "days": 1},
]
WORLD = World(
    parties=[
        {"customer_id": f"c{place}", "party_key": f"shop:c{place}", "score": score, "country": "UK"}
        for place, score in enumerate([3, 2, 2, None, 0])
    ],
    facts={
        "orders": [{**row, "order_id": f"o{place}"} for place, row in enumerate(ORDERS)],
        "events": [
            {**row, "event_id": f"e{place}", "value": 1, "occurred_at": AS_OF - timedelta(days=float(str(row["days"])))}
            for place, row in enumerate(EVENTS)
        ],
    },
    contacts=[
        {"account_id": "c4", "customer_id": "c0", "role": "decider"},
        {"account_id": "c4", "customer_id": "c3", "role": "user"},
    ],
)


def chosen(text: str, others: tuple[Definition, ...] = (), customers: list[str] | None = None) -> str:
    """Numbers of the customers for whom a condition is true, the referee agreeing."""
    connection = ibis.duckdb.connect()
    definition = Definition("asked", "Asked", parse(text))
    subset = None if customers is None else ibis.memtable(pa.table({"customer_id": customers}))
    answered = evaluate([definition, *others], AS_OF, inputs_of(WORLD, connection), subset)
    rows = connection.to_pyarrow(member_rows([definition], answered)).to_pylist()
    found = sorted(row["customer_id"] for row in rows)
    if customers is None:
        assert found == sorted(judge(definition, World(**{**vars(WORLD), "definitions": others}), AS_OF))
    return "".join(each[1:] for each in found)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("any order", "0123"),
        ("no order", "4"),
        ("no order in last 90 days", "14"),
        ("at most 1 order", "134"),
        ("at least 2 orders in last 45 days", "0"),
        ("exactly 1 order in last 30 days", "02"),
        ("exactly 1 order in last 31 days", "023"),
        ("any return", "1"),
        ("spend ever > 0", "023"),
        ("spend ever = 0", "14"),
        ("spend in last 365 days is in top 50%", "03"),
        ("spend ever is in top 34%", "03"),
        ("spend ever is in bottom 1", "2"),
        ("score is in top 1", "0"),
        ("score is in top 2", "012"),
        ("score is in bottom 1", "12"),
        ("score is in percentile 0 to 50", "12"),
        ("average of amount of orders = 60", "0"),
        ("average of amount of orders is unknown", "4"),
        ("max of amount of orders in last 50 days >= 100", "03"),
        ("distinct channel of orders = 2", "02"),
        ("distinct channel of orders = 0", "4"),
        ('any order where (channel = "store" and amount > 50)', "0"),
        ('any order where (channel = "store") and any order where (amount > 50)', "0"),
        ('any order where (channel = "web" and amount < 50)', "02"),
        ('channel of last order = "store"', "2"),
        ('channel of first order = "web"', "0123"),
        ("date of last order is in last 20 days", "02"),
        ("date of first order = 2024-05-02", "3"),
        ("first order in last 60 days", "3"),
        ("first order in last 90 days", "03"),
        ("regular order in 3 of last 3 periods of 30 days", "0"),
        ("regular order in 3 of last 3 periods of 20 days", ""),
        ("regular order in 2 of last 3 months", "0"),
        ("stopped order in last 90 days", "1"),
        ("stopped order in last 90 days after any in previous 7 days", ""),
        ("stopped order in last 90 days after any in previous 20 days", "1"),
        ("restarted order in last 30 days after none in previous 120 days", "2"),
        ("restarted order in last 30 days after none in previous 20 days", "2"),
        ("restarted order in last 30 days after none in previous 5 days", "02"),
        ('sequence (event "cart" then order)', "02"),
        ('sequence (event "cart" then order within 12 hours)', "0"),
        ('sequence (event "cart" then order within 11 hours)', ""),
        ('sequence (event "cart" then order after 2 days)', "2"),
        ('sequence (event "cart" then order without event "view")', "0"),
        ('sequence (event "cart" then no order within 2 days)', "2"),
        ('sequence (event "cart" then no order within 1 day)', "23"),
        ("sequence (order then order then order)", "0"),
        ("sequence (order then order then order) in last 50 days", ""),
        ("number of contacts = 2", "4"),
        ('any contact as "decider" where (score >= 3)', "4"),
        ("all contacts where (score >= 0)", ""),
        ("all contacts where (any order in last 30 days) or no contact where (score is unknown)", "0123"),
        ('at account as "user" where (score = 0)', "3"),
    ],
)
def test_counted_by_hand(text: str, members: str) -> None:
    """What a reader of the rows would count; compiler and referee agree."""
    assert chosen(text) == members


def test_segments_within_segments() -> None:
    """A segment may be named by id or name, whatever the order of definitions; not is set difference."""
    recent = Definition("recent", "Bought lately", parse("any order in last 30 days"))
    carts = Definition("carts", "Carts", parse('any event "cart" and not in segment "Bought lately"'))
    assert chosen('in segment "Carts"', (carts, recent)) == "3"
    assert chosen('not in segment "recent"', (carts, recent)) == "134"


def test_cycles_are_told_with_their_path() -> None:
    """A cycle is refused with the way round, an unknown segment with the near miss, an id stands once."""
    a = Definition("a", "A", parse('in segment "b"'))
    b = Definition("b", "B", parse('not in segment "asked"'))
    with pytest.raises(DefinitionError) as caught:
        chosen('in segment "a"', (a, b))
    (problem,) = caught.value.problems
    assert (problem.code, problem.given) == ("SEGMENT_CYCLE", "asked > a > b > asked")
    with pytest.raises(DefinitionError, match="Did you mean 'recent'"):
        chosen('in segment "recnt"', (Definition("recent", "R", parse("score > 1")),))
    with pytest.raises(DefinitionError, match="one id"):
        chosen("score > 1", (Definition("asked", "Other", parse("score > 1")),))


def test_a_subset_is_answered_like_the_whole() -> None:
    """Asked for two customers, the answer is that of the whole for those two, ranks included."""
    for text in ("any order in last 30 days", "spend ever is in top 50%", "not score > 1"):
        whole = set(chosen(text))
        assert set(chosen(text, customers=["c0", "c4"])) == whole & {"0", "4"}


def test_a_bucket_is_the_published_hash() -> None:
    """The bucket of a party can be worked out by hand from sha256, and buckets share out the universe."""
    digest = hashlib.sha256(b"spring:shop:c0").hexdigest()
    bucket = int(digest[:15], 16) * 7 // 2**60 + 1
    assert "0" in chosen(f'random bucket {bucket} of 7 salted "spring"')
    parts = [chosen(f'random bucket {each} of 7 salted "spring"') for each in range(1, 8)]
    assert sorted("".join(parts)) == list("01234")


def test_distances_are_great_circles() -> None:
    """London to Dublin is 463 km; an unknown place is near nothing."""
    places = pa.table({"customer_id": ["dublin", "nowhere"], "latitude": [53.3498, None], "longitude": [-6.2603, None]})
    table = ibis.memtable(places)
    fields = Fields([Field(name, "t", name, ColumnType.NUMBER) for name in ("latitude", "longitude")])
    inputs = Inputs(table.select("customer_id"), fields, {"t": table})
    near = Definition("near", "", parse("distance to (51.5074, -0.1278) between 462 and 465"))
    far = Definition("far", "", parse("not distance to (51.5074, -0.1278) <= 462"))
    rows = ibis.duckdb.connect().to_pyarrow(evaluate([near, far], AS_OF, inputs)).to_pylist()
    assert {row["customer_id"]: (row["near"], row["far"]) for row in rows} == {
        "dublin": (True, True),
        "nowhere": (False, True),
    }
    world = World([{"customer_id": "dublin", "latitude": 53.3498, "longitude": -6.2603}, {"customer_id": "nowhere"}])
    assert judge(near, world, AS_OF) == {"dublin"}


def test_wrong_columns_of_facts_are_told() -> None:
    """Unknown columns, sums of texts and filters of a wrong type are refused, all at once."""
    text = 'any order where (chanel = "x") and sum of channel of orders > 1 and any order where (amount = "x")'
    with pytest.raises(DefinitionError) as caught:
        chosen(text)
    codes = sorted(problem.code for problem in caught.value.problems)
    assert codes == ["TRAIT_UNKNOWN", "TYPE_MISMATCH", "TYPE_MISMATCH"]
    assert "'channel'" in str(caught.value)


def test_the_day_of_a_fact_is_the_definitions_day() -> None:
    """An order at 23:30 UTC lies on the next day in Kathmandu."""
    connection = ibis.duckdb.connect()
    late = {**_order("c0", 0, "1"), "ordered_at": datetime(2024, 5, 20, 23, 30), "order_id": "o"}
    world = World(WORLD.parties[:1], {"orders": [late], "events": []})
    definitions = [
        Definition("utc", "1", parse(f"date of last order = {date(2024, 5, 20)}")),
        Definition("kathmandu", "2", parse(f"date of last order = {date(2024, 5, 21)}"), timezone="Asia/Kathmandu"),
    ]
    (row,) = connection.to_pyarrow(evaluate(definitions, AS_OF, inputs_of(world, connection))).to_pylist()
    assert row["utc"] is True
    assert row["kathmandu"] is True
