"""Definitions meant to hurt: answered with work that grows no faster than they do, or refused in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.segments import batch
from segmentry.segments.batch import Leaves
from segmentry.segments.compiler import MOST_DIFFERENT, definition_problems, evaluate
from segmentry.segments.errors import DefinitionError
from segmentry.segments.fields import Field, Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.referee import World, judge
from segmentry.segments.scans import MOST_PASSES
from segmentry.segments.tree import (
    And,
    Compare,
    Condition,
    Count,
    Definition,
    Facts,
    InSegment,
    Known,
    Match,
    Not,
    OneOf,
    Or,
    Rolling,
    Sequence,
    Span,
    Step,
    Trait,
)
from segmentry.segments.tree.checks import MOST_LOOKS, MOST_TERMS, problems_of
from segmentry.terms.tables import ColumnType
from tests.rooms.segments.worlds import inputs_of

AS_OF = datetime(2024, 6, 1)
PEOPLE = pa.table({"customer_id": ["a", "b", "c"], "country": ["v7", "UK", None], "orders": [3, 5000, None]})
FIELDS = Fields(
    [Field("country", "people", "country", ColumnType.TEXT), Field("orders", "people", "orders", ColumnType.INTEGER)]
)
ORDERS, COUNTRY = Trait("orders"), Trait("country")


class Base:
    """Three customers in a database of their own."""

    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect()
        self.table = self.connection.create_table("people", PEOPLE)
        self.inputs = Inputs(self.table, FIELDS, {"people": self.table})

    def sql(self, *definitions: Definition) -> str:
        return str(self.connection.compile(evaluate(definitions, AS_OF, self.inputs)))

    def members(self, condition: Condition, *others: Definition) -> str:
        asked = Definition("asked", "Asked", condition)
        rows = self.connection.to_pyarrow(evaluate([asked, *others], AS_OF, self.inputs)).to_pylist()
        return "".join(sorted(row["customer_id"] for row in rows if row["asked"]))


@pytest.fixture(scope="module")
def base() -> Base:
    return Base()


def _number(value: int) -> Decimal:
    return Decimal(value)


def codes(condition: Condition) -> set[str]:
    return {problem.code for problem in problems_of(condition)}


@pytest.mark.parametrize(
    ("join", "part", "members"),
    [
        (Or, lambda k: Compare(ORDERS, "=", _number(k)), "a"),
        (And, lambda k: Compare(ORDERS, "!=", _number(k)), "b"),
        (And, lambda k: Not(Compare(ORDERS, "=", _number(k))), "bc"),
        (Or, lambda k: Compare(ORDERS, ">", _number(k)), "ab"),
        (And, lambda k: Compare(ORDERS, ">=", _number(k)), "b"),
        (Or, lambda k: Compare(ORDERS, "<=", _number(k)), "a"),
        (Or, lambda k: OneOf(COUNTRY, (f"v{k}", f"w{k}")), "a"),
        (And, lambda k: Not(OneOf(COUNTRY, (f"v{k}", f"w{k}"))), "bc"),
    ],
)
def test_two_thousand_terms_on_one_measure_are_one_leaf(base: Base, join: Any, part: Any, members: str) -> None:
    """However many values one measure is compared with, the query compares it once."""
    condition = join(tuple(part(k) for k in range(2_000)))
    leaves = Leaves([Definition("d", "d", condition)], base.inputs, AS_OF)
    assert len(leaves.truths) == 1
    assert base.members(condition) == members


def test_many_different_terms_cost_no_more_than_their_number(base: Base) -> None:
    """Terms that cannot be said as one stay apart; four times as many make a query four times as long."""
    few, many = (
        Or(tuple(And((Match(COUNTRY, "contains", f"v{k}"), Compare(ORDERS, ">", _number(-k)))) for k in range(size)))
        for size in (50, 200)
    )
    assert base.members(many) == "a"
    assert len(base.sql(Definition("d", "d", many))) < 5 * len(base.sql(Definition("d", "d", few)))


def test_ten_thousand_values_are_no_part_of_the_query(base: Base) -> None:
    """A long list is carried as a table: the query is as long as for a list just past the limit."""
    long, longer = (OneOf(COUNTRY, tuple(f"v{k}" for k in range(size))) for size in (300, 10_000))
    assert base.members(longer) == "a"
    assert abs(len(base.sql(Definition("d", "d", longer))) - len(base.sql(Definition("d", "d", long)))) < 10


def test_two_thousand_terms_that_cannot_be_one_are_refused(base: Base) -> None:
    """A thousand different conditions are answered; more are refused with their number, before anything is planned."""
    terms = tuple(Match(COUNTRY, "contains", f"v{k}") for k in range(2 * MOST_DIFFERENT))
    (problem,) = definition_problems(Definition("d", "d", Or(terms)), base.inputs)
    assert (problem.code, problem.given) == ("DEFINITION_TOO_BROAD", "2,000 conditions")
    assert definition_problems(Definition("d", "d", Or(terms[:MOST_DIFFERENT])), base.inputs) == []


def _looks(number: int) -> Condition:
    window = Rolling(Span(30, "day"))
    parts = [Compare(Count(Facts("event", f"e{k}", None, window)), ">=", Decimal(1)) for k in range(number)]
    return Or(tuple(parts))


def test_too_many_looks_at_facts_are_refused() -> None:
    """What would make hundreds of passes is refused with the number and the way out; the limit itself is allowed."""
    assert codes(_looks(MOST_LOOKS)) == set()
    (problem,) = problems_of(_looks(MOST_LOOKS + 1))
    assert problem.code == "DEFINITION_TOO_BROAD"
    assert problem.given == f"{MOST_LOOKS + 1} ways"
    assert "in segment" in problem.next_step


def test_the_same_look_counts_once() -> None:
    """A thousand thresholds on one count are one look."""
    count = Count(Facts("order", None, None, Rolling(Span(30, "day"))))
    assert codes(Or(tuple(Compare(count, ">=", Decimal(k)) for k in range(1_000)))) == set()


def test_heavy_looks_count_more() -> None:
    """A sequence joins facts with facts, so fewer of them are allowed than of counts."""

    def sequences(number: int) -> Condition:
        steps = [(Step(Facts("order"), within=Span(1 + k, "hour")),) for k in range(number)]
        return Or(tuple(Sequence(Facts("order"), each) for each in steps))

    assert codes(sequences(MOST_LOOKS // 4)) == set()
    assert codes(sequences(MOST_LOOKS // 4 + 1)) == {"DEFINITION_TOO_BROAD"}


def test_too_many_terms_are_refused() -> None:
    """A tree of more terms than anybody writes is refused before anything is planned."""
    terms = tuple(Match(COUNTRY, "contains", f"v{k}") for k in range(MOST_TERMS))
    assert codes(Or(terms[:-1])) == set()
    assert codes(Or(terms)) == {"DEFINITION_TOO_LONG"}


def test_depth_beyond_the_limit_is_refused() -> None:
    """Neither text nor tree may be nested beyond the limit, and saying so needs no recursion."""
    for text in ("(" * 65 + "orders > 1" + ")" * 65, "not " * 65 + "orders > 1"):
        with pytest.raises(DefinitionError) as caught:
            parse(text)
        assert caught.value.code == "DEFINITION_TOO_DEEP"
    condition: Condition = Known(ORDERS, known=True)
    for _ in range(10_000):
        condition = Not(condition)
    assert codes(condition) == {"DEFINITION_TOO_DEEP"}


@pytest.mark.parametrize(
    "text", ["any order in last 1000000000 years", "date of last order is before 1000000 days ago"]
)
def test_absurd_windows_are_refused(text: str) -> None:
    """A window of a billion years is no window; the message says how long one may be."""
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    assert [(each.code, "100,000" in each.what) for each in caught.value.problems] == [("SPAN_WRONG", True)]


EVIL = "x' or 1=1; drop table people; --"


@pytest.mark.parametrize("evil", [EVIL, '"; drop table people; --', "$$; select 1", "\\'", "a\nb"])
def test_names_and_values_are_never_code(evil: str) -> None:
    """Names of events, segments, traits and ids, and every value, are data: they come back, and nothing runs."""
    base = Base()
    people = base.table.mutate(**{evil: base.table.orders})
    fields = Fields([*FIELDS.values(), Field(evil, "people", evil, ColumnType.INTEGER)])
    base.inputs = Inputs(people, fields, {"people": people})
    other = Definition(evil, f"Named {evil}", Compare(Trait(evil), ">", Decimal(4)))
    found = base.members(And((InSegment(f"Named {evil}"), Compare(COUNTRY, "!=", evil))), other)
    assert found == "b"
    assert parse(format_condition(other.where)) == other.where
    assert base.connection.list_tables() == ["people"]


def test_event_names_are_never_code() -> None:
    """The name of an event is a value, in the pass over its facts too."""
    event = {"customer_id": "a", "event_id": "1", "occurred_at": AS_OF - timedelta(days=1), "event": EVIL, "value": 1}
    world = World([{"customer_id": "a", "party_key": "s:a"}], {"orders": [], "events": [event]})
    connection = ibis.duckdb.connect()
    asked = Definition("asked", "", Compare(Count(Facts("event", EVIL)), "=", Decimal(1)))
    rows = connection.to_pyarrow(evaluate([asked], AS_OF, inputs_of(world, connection))).to_pylist()
    assert [(row["customer_id"], row["asked"]) for row in rows] == [("a", True)]


def _chain(length: int) -> list[Definition]:
    """Segments each of which names the one before twice."""
    first = Definition("s0", "", Compare(ORDERS, ">", Decimal(4)))
    return [first] + [
        Definition(
            f"s{k}", "", Or((InSegment(f"s{k - 1}"), And((Not(InSegment(f"s{k - 1}")), Known(ORDERS, known=False)))))
        )
        for k in range(1, length)
    ]


def test_a_chain_of_segments_does_not_double(base: Base) -> None:
    """Each of forty segments names the one before twice: the query grows with the chain, not with two to its length."""
    short, long = (len(base.sql(*_chain(length))) for length in (10, 40))
    assert long < 4 * 4 * short
    rows = base.connection.to_pyarrow(evaluate(_chain(40), AS_OF, base.inputs)).to_pylist()
    assert {row["customer_id"]: row["s39"] for row in rows} == {"a": False, "b": True, "c": True}


def test_a_long_cycle_is_told_with_its_path(base: Base) -> None:
    """A cycle through five hundred segments is found without recursion."""
    ring = [Definition(f"r{k}", "", InSegment(f"r{(k + 1) % 500}")) for k in range(500)]
    with pytest.raises(DefinitionError) as caught:
        evaluate(ring, AS_OF, base.inputs)
    (problem,) = caught.value.problems
    assert problem.code == "SEGMENT_CYCLE"
    assert problem.given.count(" > ") == 500


def test_a_thousand_periods_are_one_join(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many periods are joined as a table, few are counted one by one; both say the same, the calendar's edges too."""
    orders = [
        {"customer_id": f"c{k % 4}", "order_id": f"o{k}", "ordered_at": AS_OF - timedelta(hours=31 * k), "placed": True}
        for k in range(90)
    ]
    whole = [{"amount": Decimal(1), "returned": None, "channel": "web", "units": 1, **each} for each in orders]
    world = World([{"customer_id": f"c{k}", "party_key": f"s:c{k}"} for k in range(5)], {"orders": whole, "events": []})
    connection = ibis.duckdb.connect()
    inputs = inputs_of(world, connection)
    texts = [
        f"regular order in {hits} of last {count} {unit}s" for hits, count, unit in ((9, 60, "day"), (4, 14, "week"))
    ]
    asked = [Definition(f"d{place}", "", parse(text), timezone="Europe/London") for place, text in enumerate(texts)]
    answers = []
    for limit in (batch.MOST_COUNTS, 1_000):
        monkeypatch.setattr(batch, "MOST_COUNTS", limit)
        answers.append(connection.to_pyarrow(evaluate(asked, AS_OF, inputs)).sort_by("customer_id"))
    assert answers[0].equals(answers[1])
    for each in asked:
        members = {row["customer_id"] for row in answers[0].to_pylist() if row[each.id]}
        assert members == judge(each, world, AS_OF)


def test_each_event_name_has_a_pass_of_its_own_up_to_a_limit() -> None:
    """Facts in order of name and time are read name by name; beyond the limit the rest share one pass."""
    world = World([{"customer_id": "a", "party_key": "s:a"}], {"orders": [], "events": []})
    inputs = inputs_of(world, ibis.duckdb.connect())
    few, many = (Leaves([Definition("d", "", _looks(k))], inputs, AS_OF) for k in (5, MOST_PASSES + 30))
    assert len(few.statistics.asked) == 5
    assert len(many.statistics.asked) == MOST_PASSES + 1
    scan = next(iter(few.statistics.asked.values()))
    read = str(ibis.to_sql(scan.rows(inputs.facts["events"])))
    assert "'e0'" in read
    assert read.count("MAKE_TIMESTAMP") == 2
