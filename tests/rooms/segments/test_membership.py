"""Membership as append-only statements: who was in when, as known when, and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine, arrow_schema
from segmentry.profiles.tables import IDENTITY
from segmentry.segments.belonging import Belonging
from segmentry.segments.history import events, members_on
from segmentry.segments.membership import members_at, moves, timeline
from segmentry.segments.run import manual_in_force
from segmentry.segments.tables import SEGMENT_CHANGES
from segmentry.terms.errors import Problem
from tests.rooms.segments.shops import DAY, Shop, definition
from tests.rooms.shops import arrow, line, party

RECENT = definition("recent", "any order in last 10 days")
SPENDERS = definition("spenders", "spend > 50")
START = date(2021, 3, 1)


def on(day: int) -> date:
    return START + (day - 1) * DAY


def noon(day: int) -> datetime:
    return datetime.combine(on(day), datetime.min.time()) + timedelta(hours=12)


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return Shop(engine)


STATEMENTS = [
    # statements as (effective day, recorded day, change); then (asked day, known day or None, in?)
    ([(1, 1, "entered")], [(0, None, False), (1, None, True), (9, None, True)]),
    ([(1, 1, "entered"), (3, 3, "left")], [(2, None, True), (3, None, False)]),
    ([(1, 1, "entered"), (3, 3, "left"), (5, 5, "entered")], [(4, None, False), (5, None, True)]),
    ([(1, 1, "entered"), (1, 2, "corrected")], [(1, None, False), (1, 1, True), (9, None, False)]),
    ([(1, 1, "entered"), (3, 3, "left"), (3, 4, "corrected")], [(3, None, True), (3, 3, False)]),
    ([(3, 3, "entered"), (1, 4, "entered")], [(2, None, True), (2, 3, False), (3, 3, True)]),
    ([(1, 1, "entered"), (2, 2, "entered")], [(2, None, True)]),
    ([(2, 2, "left")], [(2, None, False)]),
    ([(1, 1, "entered"), (1, 2, "left"), (1, 3, "entered")], [(1, None, True), (1, 2, False)]),
    ([(1, 1, "entered"), (2, 3, "left"), (4, 4, "entered")], [(3, None, False), (3, 2, True), (4, None, True)]),
]


def statements(rows: list[tuple[int, int, str]]) -> Any:
    filled = [
        {
            "segment_id": "s",
            "customer_id": "c",
            "effective_at": datetime(2021, 1, 1) + effective * DAY,
            "recorded_at": datetime(2021, 1, 1) + recorded * DAY,
            "change": change,
            "reason": "behavior",
            "definition_version": 1,
            "watermark": 1,
        }
        for effective, recorded, change in rows
    ]
    return ibis.memtable(pa.Table.from_pylist(filled, schema=arrow_schema(SEGMENT_CHANGES)))


@pytest.mark.parametrize(("rows", "asked"), STATEMENTS)
def test_statements_tell_who_was_in_as_known_when(
    engine: Engine, rows: list[tuple[int, int, str]], asked: list[tuple[int, int | None, bool]]
) -> None:
    """The last statement of an instant counts; knowledge of an earlier instant leaves later statements out."""
    for day, known, inside in asked:
        known_at = None if known is None else datetime(2021, 1, 1) + known * DAY
        course = timeline(statements(rows), known_at)
        found = engine.rows(members_at(course, datetime(2021, 1, 1) + day * DAY))
        assert bool(found) is inside, (day, known)


def test_the_timeline_has_real_changes_only(engine: Engine) -> None:
    """Entering twice is entering once, leaving without being in is nothing, and changes alternate."""
    rows = [(1, 1, "left"), (2, 2, "entered"), (3, 3, "entered"), (4, 4, "left"), (5, 5, "left")]
    found = engine.rows(timeline(statements(rows)).order_by("effective_at"))
    assert [(row["effective_at"].day, row["change"]) for row in found] == [(3, "entered"), (5, "left")]


def test_moves_turn_one_membership_into_another(engine: Engine) -> None:
    """Who is only in the second has entered, who is only in the first has left."""
    one, two = (ibis.memtable(pa.table({"segment_id": ["s", "s"], "customer_id": list(each)})) for each in ("ab", "bc"))
    found = {(row["customer_id"], row["change"]) for row in engine.rows(moves(one, two))}
    assert found == {("a", "left"), ("c", "entered")}


def test_a_first_evaluation_enters_by_definition(shop: Shop) -> None:
    """A new segment fills because it was defined, from the as-of on."""
    shop.load(line("a", on(1)), line("b", on(1), 100))
    shop.refresh(on(5), [RECENT, SPENDERS])
    assert shop.members("recent") == {"a", "b"}
    assert shop.members("spenders") == {"b"}
    assert set(shop.changes()) == {
        ("recent", "a", on(5), "entered", "definition"),
        ("recent", "b", on(5), "entered", "definition"),
        ("spenders", "b", on(5), "entered", "definition"),
    }


def test_reasons_tell_behavior_clock_and_arrival_apart(shop: Shop) -> None:
    """Who ordered entered by behavior, whose window ran out left by the clock, who is new has arrived; each on time."""
    known = [party("a", noon(1)), party("b", noon(1))]
    shop.load(line("a", on(1)), line("b", on(-20)), parties=known)
    shop.refresh(on(5), [RECENT])
    assert shop.members("recent") == {"a"}
    shop.load(line("b", on(12)), line("c", on(13)), parties=[*known, party("c", noon(13))])
    shop.refresh(on(14), [RECENT])
    assert set(shop.changes()[1:]) == {
        ("recent", "a", on(10), "left", "clock"),
        ("recent", "b", on(11), "entered", "behavior"),
        ("recent", "c", on(12), "entered", "arrival"),
    }


def test_nothing_moves_where_nothing_happened(shop: Shop) -> None:
    """A refresh without news says nothing new, but is on record."""
    shop.load(line("a", on(1)))
    shop.refresh(on(5), [RECENT])
    shop.refresh(on(6), [RECENT])
    assert len(shop.changes()) == 1
    table = shop.engine.table("segment_evaluations")
    assert [row["members"] for row in shop.engine.rows(table.order_by("recorded_at"))] == [1, 1]


def test_late_data_is_effective_then_and_recorded_now(shop: Shop) -> None:
    """A fact that arrives late moves the customer when it would have, and only today's knowledge says so."""
    known = [party("a", noon(1)), party("b", noon(-20))]
    shop.load(line("a", on(1)), line("b", on(-20)), parties=known)
    shop.refresh(on(5), [RECENT])
    first = shop.engine.last_run()
    shop.load(line("b", on(2)), parties=known)
    shop.refresh(on(6), [RECENT])
    assert ("recent", "b", on(5), "entered", "late data") in shop.changes()
    published = shop.published()
    asked = datetime.combine(on(6), datetime.min.time())
    now = {row["customer_id"] for row in shop.engine.rows(members_on(published, "recent", asked))}
    assert first is not None
    then = shop.engine.rows(members_on(published, "recent", asked, first.committed_at))
    assert (now, {row["customer_id"] for row in then}) == ({"a", "b"}, {"a"})


def test_a_statement_that_was_wrong_is_struck(shop: Shop) -> None:
    """An order that is taken back by a corrected file: entered is struck, and no false leaving is told."""
    shop.load(line("a", on(1)), line("b", on(2)), parties=[party("a", noon(-9)), party("b", noon(-9))])
    shop.refresh(on(5), [RECENT])
    shop.lines = [each for each in shop.lines if each["party_key"] != "b"]
    shop.load(parties=[party("a", noon(-9)), party("b", noon(-9))])
    shop.refresh(on(6), [RECENT])
    assert shop.changes()[-1] == ("recent", "b", on(5), "corrected", "late data")
    told = shop.engine.rows(events(shop.published(), datetime(2000, 1, 1), "recent"))
    assert [(row["customer_id"], row["change"]) for row in told] == [("a", "entered")]


def test_traits_corrected_in_the_past_are_late_data(shop: Shop) -> None:
    """A trait is known as of one instant: who moves because the past was corrected moves now, with that reason."""
    known = [party("a", noon(1)), party("b", noon(1))]
    shop.load(line("a", on(1), 30), line("b", on(1), 30), parties=known)
    shop.refresh(on(5), [SPENDERS])
    shop.load(line("a", on(2), 40), line("b", on(6), 40), parties=known)
    shop.refresh(on(7), [SPENDERS])
    assert set(shop.changes()) == {
        ("spenders", "a", on(7), "entered", "late data"),
        ("spenders", "b", on(7), "entered", "behavior"),
    }


def test_a_changed_definition_rises_in_version_and_is_the_reason(shop: Shop) -> None:
    """New words alone keep the version; a new tree raises it, and everybody who moves moves by definition."""
    shop.load(line("a", on(1)), line("b", on(1), 100))
    shop.refresh(on(5), [SPENDERS])
    shop.refresh(on(5), [definition("spenders", "spend > 50", name="Big spenders")])
    assert shop.published().find("Big spenders").version == 1
    shop.refresh(on(5), [definition("spenders", "spend > 5")])
    assert shop.published().find("spenders").version == 2
    assert shop.changes()[-1] == ("spenders", "a", on(5), "entered", "definition")


def test_segments_that_lean_on_a_changed_one_move_by_definition(shop: Shop) -> None:
    """The reason is handed on: in segment follows the definition it names."""
    leaning = definition("leaning", 'in segment "Spenders" and any order')
    shop.load(line("a", on(1)), line("b", on(1), 100))
    shop.refresh(on(5), [SPENDERS, leaning])
    shop.refresh(on(6), [definition("spenders", "spend > 5"), leaning])
    assert ("leaning", "a", on(6), "entered", "definition") in shop.changes()
    assert shop.published().find("leaning").version == 1


def test_a_removed_definition_empties_its_segment(shop: Shop) -> None:
    """Members leave by definition, the version is retired, and the id may come back as the next version."""
    shop.load(line("a", on(1)))
    shop.refresh(on(5), [RECENT])
    shop.refresh(on(6), [])
    assert shop.members("recent") == set()
    assert shop.changes()[-1] == ("recent", "a", on(6), "left", "definition")
    assert shop.published().record == {}
    shop.refresh(on(7), [RECENT])
    assert shop.published().find("recent").version == 2
    assert shop.members("recent") == {"a"}


def test_what_fails_keeps_its_members_and_is_stale_while_others_go_on(shop: Shop) -> None:
    """A trait that is gone: last good members stay, the error is told, dependents wait, others go on."""
    leaning = definition("leaning", 'in segment "Recent"')
    shop.load(line("a", on(1)))
    shop.refresh(on(5), [RECENT, SPENDERS, leaning])
    broken = definition("recent", "no_such_trait > 1")
    failed = shop.refresh(on(30), [broken, SPENDERS, leaning])
    assert set(failed) == {"recent", "leaning"}
    assert shop.members("recent") == shop.members("leaning") == {"a"}
    counts = {row["segment_id"]: row for row in shop.published().counts()}
    assert {id_: row["state"] for id_, row in counts.items()} == {
        "recent": "stale",
        "leaning": "stale",
        "spenders": "fresh",
    }
    assert counts["recent"]["as_of"].date() == on(6)
    assert counts["recent"]["error"][0]["code"] == "TRAIT_UNKNOWN"
    assert counts["leaning"]["error"][0]["code"] == "SEGMENT_NEEDED"


def test_a_file_that_cannot_be_read_keeps_its_segment(shop: Shop) -> None:
    """A broken file is not a removed file."""
    shop.load(line("a", on(1)))
    shop.refresh(on(5), [RECENT])
    wrong = Problem("YAML_WRONG", "The file is no YAML", "recent.yaml", "", "Mend it.")
    shop.refresh(on(6), [], {"recent": [wrong]})
    assert shop.members("recent") == {"a"}
    assert [row["state"] for row in shop.published().counts()] == ["stale"]
    shop.refresh(on(30), [RECENT])
    assert shop.members("recent") == set()
    assert [row["state"] for row in shop.published().counts()] == ["fresh"]


def test_hands_are_kept_apart_from_the_rule(shop: Shop) -> None:
    """Added and removed by hand whatever the rule says, seen by dependents, undone by clearing; reason manual."""
    leaning = definition("leaning", 'any order and in segment "Spenders"')
    shop.load(line("a", on(1)), line("b", on(1), 100))
    shop.refresh(on(5), [SPENDERS, leaning])
    shop.refresh(on(5), [SPENDERS, leaning], manual=[("spenders", "a", "added"), ("spenders", "b", "removed")])
    assert shop.members("spenders") == shop.members("leaning") == {"a"}
    assert {row[4] for row in shop.changes() if row[0] == "spenders"} == {"definition", "manual"}
    origins = shop.engine.rows(shop.published().members("spenders"))
    assert [row["origin"] for row in origins] == ["manual"]
    shop.refresh(on(6), [SPENDERS, leaning], manual=[("spenders", "a", "cleared"), ("spenders", "b", "cleared")])
    assert shop.members("spenders") == shop.members("leaning") == {"b"}


def merge(shop: Shop, **owners: str) -> None:
    identity = [
        {"party_key": key, "customer_id": owner, "valid_from": noon(-9), "recorded_at": noon(5)}
        for key, owner in owners.items()
    ]
    with shop.engine.run("identity") as run:
        run.publish(IDENTITY, arrow(IDENTITY, identity))


def test_a_merge_is_the_reason_for_who_disappears(shop: Shop) -> None:
    """The absorbed id leaves by identity, the one that stays stays."""
    shop.load(line("a", on(1)), line("b", on(1)), parties=[party(key, noon(-9)) for key in "ab"])
    shop.refresh(on(5), [RECENT])
    merge(shop, a="a", b="a")
    shop.refresh(on(6), [RECENT])
    assert shop.members("recent") == {"a"}
    assert shop.changes()[2:] == [("recent", "b", on(6), "left", "identity")]


def test_what_was_said_of_absorbed_and_withdrawn_customers_is_struck(shop: Shop) -> None:
    """With new data the past is worked out again: as known now neither was ever a member, each for its reason."""
    known = [party(key, noon(-9)) for key in "abc"]
    shop.load(line("a", on(1)), line("b", on(1)), line("c", on(1)), parties=known)
    shop.refresh(on(5), [RECENT])
    merge(shop, a="a", b="a", c="c")
    shop.lines = [each for each in shop.lines if each["party_key"] != "c"]
    shop.load(parties=known[:2])
    shop.refresh(on(6), [RECENT])
    assert shop.members("recent") == {"a"}
    told = {(row[1], row[3], row[4]) for row in shop.changes()[3:]}
    assert told == {("b", "corrected", "identity"), ("c", "corrected", "late data")}


def test_looking_back_leaves_what_was_said_of_later_instants(shop: Shop) -> None:
    """A refresh for an earlier instant corrects that instant only."""
    known = [party("a", noon(-20)), party("b", noon(-20))]
    shop.load(line("a", on(-20)), line("b", on(13)), parties=known)
    shop.refresh(on(14), [RECENT])
    assert shop.members("recent") == {"b"}
    shop.load(line("a", on(3)), parties=known)
    shop.refresh(on(5), [RECENT])
    assert shop.members("recent") == {"a"}
    published = shop.published()
    later = members_on(published, "recent", datetime.combine(on(20), datetime.min.time()))
    assert {row["customer_id"] for row in shop.engine.rows(later)} == {"b"}


ORDERS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(-5, 40), st.sampled_from([5, 30, 60])), min_size=1, max_size=6
)


@pytest.mark.prove
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.tuples(ORDERS, st.integers(5, 40)), min_size=2, max_size=4), st.booleans())
def test_published_membership_is_always_what_a_recompute_gives(
    loads: list[tuple[list[tuple[str, int, int]], int]], ordered: bool
) -> None:
    """Loads in any order, late or not, and refreshes in any order of instants.

    After each refresh the members are those of an evaluation from nothing, and the statements tell the same; at the end
    the statements still tell what each refresh had found, as known then.
    """
    leaning = definition("leaning", 'in segment "Recent" and not in segment "Spenders"')
    all_of_them = [RECENT, SPENDERS, leaning]
    days = [day for _, day in loads]
    instants = sorted(days) if ordered else days
    told: list[tuple[datetime, datetime, set[tuple[str, str]]]] = []
    with Engine.in_memory() as engine:
        shop = Shop(engine)
        shop.load(line("z", on(-30)))
        for (orders, _), day in zip(loads, instants, strict=True):
            shop.load(*(line(customer, on(at), amount) for customer, at, amount in orders))
            shop.refresh(on(day), all_of_them)
            as_of = datetime.combine(on(day + 1), datetime.min.time())
            fresh = Belonging(engine, as_of, manual_in_force(engine)).members(all_of_them).to_pylist()
            expected = {(row["segment_id"], row["customer_id"]) for row in fresh}
            rows = engine.rows(shop.published().members())
            assert {(row["segment_id"], row["customer_id"]) for row in rows} == expected
            run = engine.last_run()
            assert run is not None
            told.append((as_of, run.committed_at, expected))
        for as_of, known_at, expected in told:
            course = shop.published().course(known_at)
            rows = engine.rows(members_at(course, as_of))
            assert {(row["segment_id"], row["customer_id"]) for row in rows} == expected
