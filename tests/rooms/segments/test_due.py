"""Due instants: never late, and membership at moments is what the referee says."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.segments.clock.course import COURSE, after_changes, course_of, step_of
from segmentry.segments.clock.looks import Times, looks, shared
from segmentry.segments.clock.moments import Moments
from segmentry.segments.clock.pieces import Crossing, crossings
from segmentry.segments.language.reading import parse
from segmentry.segments.tree import Definition, Span
from segmentry.segments.windows import MOMENT, NOW, Back, Edge, Fixed, Period, edge_at, silence
from tests.rooms.segments.batches import connect
from tests.rooms.segments.clocks import Ticking, made_course
from tests.rooms.segments.histories import INSTANTS_BY_ZONE, SPANS, ZONES


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def last(count: int, unit: str) -> Back:
    return Back(((Span(count, unit), 1),))  # type: ignore[arg-type]


# Edge, zone, a time that passes it, and the instants at which it does so, worked out by hand on the wall clock.
PASSES = [
    (last(1, "day"), "UTC", "2024-03-10 12:00", ["2024-03-11 12:00"]),
    (last(36, "hour"), "Europe/London", "2024-03-30 12:00", ["2024-04-01 00:00"]),  # elapsed, whatever the clock shows
    (last(1, "day"), "Europe/London", "2024-03-30 12:00", ["2024-03-31 11:00"]),  # the night is an hour shorter
    (last(1, "day"), "Europe/London", "2024-03-30 01:30", ["2024-03-31 01:00"]),  # 01:30 is missing: right at 02:00
    # 02:00 is missing, so the edge waits at 07:00 from 06:00 to 07:00 the next day: passed at the first of these
    (last(1, "day"), "America/New_York", "2024-03-10 07:00", ["2024-03-11 06:00"]),
    # 01:30 comes twice: passed at the first, inside again when the clock is set back, passed at the second
    (last(1, "day"), "Europe/London", "2024-10-26 00:30", ["2024-10-27 00:30", "2024-10-27 01:00", "2024-10-27 01:30"]),
    (last(1, "month"), "UTC", "2024-02-10 09:00", ["2024-03-10 09:00"]),
    # 29 February is a month before 29, 30 and 31 March: every midnight between brings it back inside
    (
        last(1, "month"),
        "UTC",
        "2024-02-29 09:00",
        ["2024-03-29 09:00", "2024-03-30 00:00", "2024-03-30 09:00", "2024-03-31 00:00", "2024-03-31 09:00"],
    ),
    (last(1, "month"), "UTC", "2024-01-30 09:00", ["2024-03-01 00:00"]),  # there is no 30 February
    (Period("month", 0), "Europe/London", "2024-02-10 09:00", ["2024-03-01 00:00"]),
    (Period("month", 1), "Europe/London", "2024-02-10 09:00", ["2024-03-31 23:00"]),  # summer time by then
    (Period("week", 0), "Asia/Kathmandu", "2024-03-08 00:00", ["2024-03-10 18:15"]),
    (Period("day", 0), "Pacific/Apia", "2011-12-29 20:00", ["2011-12-30 10:00"]),  # 30 December was skipped
    (NOW, "UTC", "2024-03-10 12:00", ["2024-03-10 12:00"]),  # what lies ahead counts from its instant on
    (Fixed(datetime(2024, 3, 10)), "UTC", "2024-03-10 12:00", []),
    (Back(((Span(1, "day"), 1), (Span(1, "hour"), 1))), "UTC", "2024-03-10 12:00", ["2024-03-11 13:00"]),
]


def dues(found: list[Crossing], time: datetime) -> list[datetime]:
    inside = [each for each in found if each.low <= time < each.high]
    return sorted(time + each.delay if each.due_at is None else each.due_at for each in inside)


@pytest.mark.parametrize(("edge", "zone", "time", "expected"), PASSES)
def test_a_time_passes_an_edge_when_the_wall_clock_says_so(
    edge: Edge, zone: str, time: str, expected: list[str]
) -> None:
    """Gaps, repeated hours, short months, skipped days and calendar periods, by hand."""
    found = crossings(edge, zone, at(time) - timedelta(hours=2), at(time) + timedelta(days=60))
    assert dues(found, at(time)) == [at(each) for each in expected]


EDGES: st.SearchStrategy[Edge] = st.one_of(
    st.builds(lambda span, times: Back(((span, times),)), st.sampled_from(SPANS), st.integers(1, 3)),
    st.builds(lambda one, two: Back(((one, 1), (two, 1))), st.sampled_from(SPANS), st.sampled_from(SPANS)),
    st.builds(Period, st.sampled_from(["day", "week", "month", "quarter", "year"]), st.integers(0, 3)),
    st.just(NOW),
)


@settings(max_examples=60, deadline=None)
@given(EDGES, st.sampled_from(ZONES), st.data())
def test_nothing_passes_an_edge_between_due_instants(edge: Edge, zone: str, data: st.DataObject) -> None:
    """Before, at and after each due instant, and anywhere between, a time is as its last due instant left it."""
    pivot = data.draw(st.sampled_from(INSTANTS_BY_ZONE[zone]))
    after = pivot - timedelta(minutes=data.draw(st.integers(0, 3 * 1440)))
    until = after + timedelta(days=data.draw(st.sampled_from([1, 5, 40])))
    found = crossings(edge, zone, after, until)
    chance = Random(data.draw(st.integers(0, 10_000)))
    lows = [edge_at(edge, after + (until - after) * chance.random(), zone) or after for _ in range(4)]
    for time in [
        *lows,
        *(each + chance.choice([-1, 0, 1]) * MOMENT for crossing in found[:6] for each in (crossing.low,)),
    ]:
        due = dues(found, time)
        assert all(after < each <= until for each in due)
        for first, following in pairwise([after, *due, until + MOMENT]):
            if following <= first:
                continue
            inside = [first, following - MOMENT, first + (following - first) * chance.random()]
            states = {time < (edge_at(edge, each, zone) or datetime.min) for each in inside if each < following}
            assert len(states) == 1, (time, first, following)


def test_a_jump_that_is_made_good_an_hour_later_is_not_overlooked() -> None:
    """A month before 10 April at 2:00 lies in the hour New York skips; a quarter before that, an hour is jumped."""
    edge = silence(Span(1, "month"), Span(1, "quarter"))[1].start
    time = datetime(2023, 12, 10, 8)
    for until in (datetime(2024, 4, 10, 7), datetime(2024, 4, 12)):
        found = crossings(edge, "America/New_York", datetime(2024, 3, 10, 7), until)
        (due,) = {each.due_at for each in found if each.low <= time < each.high}
        assert due == datetime(2024, 4, 10, 6)


def test_stretches_of_one_kind_are_told_as_one() -> None:
    """A year of days is a handful of pieces: one between every two changes of the clock."""
    found = crossings(last(90, "day"), "Europe/London", datetime(2024, 1, 1), datetime(2025, 1, 1))
    assert len(found) <= 12
    assert crossings(last(90, "day"), "Europe/London", datetime(2024, 1, 1), datetime(2024, 1, 1)) == []


@pytest.mark.parametrize("seed", [2, 4])
def test_membership_at_moments_is_that_of_the_referee(seed: int) -> None:
    """At due instants compiler and referee agree; between them nothing changes."""
    ticking, chance = Ticking.of(made_course(seed, leaves=8), connect()), Random(seed)
    places = chance.sample(range(len(ticking.moments)), min(25, len(ticking.moments)))
    assert places
    assert list(ticking.wrong_at_moments(places)) == []
    assert [wrong for moment in ticking.instants(chance, 8) for wrong in ticking.wrong_between(moment)] == []


def asked(text: str) -> Definition:
    return Definition("d", "D", parse(text))


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("spend > 5", False),
        ("spend in last 9 days is in top 10%", True),
        ("not (any order in last 9 days and spend is in top 3)", True),
        ("any order in last 9 days", False),
    ],
)
def test_ranks_are_shared_by_everybody(text: str, shares: bool) -> None:
    """Who is in a rank depends on all others, however deep the rank stands."""
    assert shared(asked(text)) is shares


def test_each_thing_looked_at_is_told_once() -> None:
    """Leaves that are alike look at one thing; a filter without a window narrows what is looked at."""
    text = "any order in last 9 days and number of orders in last 9 days > 2"
    text += " and any order where (amount > 5) in last 9 days"
    found = looks([asked(text)], datetime(2024, 1, 1))
    facts = {each.times for each in found if each.times.of == "facts"}
    assert len(facts) == 2
    assert {each.edge for each in found if each.times in facts} == {NOW, last(9, "day")}
    assert Times("customers") in {each.times for each in found}


def moments(*rows: tuple[str, int]) -> Moments:
    customers, days = zip(*rows, strict=True)
    instants = pa.array([datetime(2024, 1, day) for day in days], pa.timestamp("us"))
    return Moments(pa.array(customers, pa.string()), instants)


def members(*rows: tuple[str, str]) -> pa.Table:
    return pa.table({"segment_id": [row[0] for row in rows], "customer_id": [row[1] for row in rows]})


def told(course: pa.Table) -> list[tuple[str, str, str, int]]:
    return [
        (row["segment_id"], row["customer_id"], row["change"], row["effective_at"].day) for row in course.to_pylist()
    ]


def test_a_course_has_real_changes_only() -> None:
    """Each customer is compared with their own moment before, the first with membership before all of them."""
    when = moments(("a", 2), ("a", 3), ("a", 4), ("b", 2), ("b", 5))
    found = members(("s", "0"), ("s", "1"), ("s", "4"), ("t", "3"))
    before = {"s": pa.chunked_array([["a", "b", "z"]]), "t": pa.chunked_array([pa.array([], pa.string())])}
    assert told(course_of(["s", "t"], when, found, before)) == [
        ("s", "a", "left", 4),
        ("s", "b", "left", 2),
        ("s", "b", "entered", 5),
        ("t", "b", "entered", 2),
        ("t", "b", "left", 5),
    ]


def test_a_step_of_everybody_is_a_difference() -> None:
    """Who is new has entered, who is gone has left, all at that instant."""
    one, two = (pa.chunked_array([pa.array(list(each))]) for each in ("ab", "bc"))
    assert told(step_of("s", one, two, datetime(2024, 1, 7))) == [("s", "c", "entered", 7), ("s", "a", "left", 7)]


def test_members_after_changes_are_those_of_the_last_one() -> None:
    """Of several changes of one customer the latest counts; who did not change stays."""
    import ibis

    rows = [("s", "a", "left", 2), ("s", "a", "entered", 3), ("s", "b", "left", 3), ("s", "c", "entered", 1)]
    course = pa.Table.from_pylist(
        [dict(zip(COURSE.names, [*row[:3], datetime(2024, 1, row[3])], strict=True)) for row in rows], schema=COURSE
    )
    before = ibis.memtable(members(("s", "a"), ("s", "b"), ("s", "d"), ("t", "b")))
    found = connect().to_pyarrow(after_changes(before, ibis.memtable(course))).to_pylist()
    assert {(row["segment_id"], row["customer_id"]) for row in found} == {
        ("s", "a"),
        ("s", "d"),
        ("s", "c"),
        ("t", "b"),
    }
