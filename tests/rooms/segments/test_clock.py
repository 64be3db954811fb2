"""Membership by the clock: exact between refreshes, by steps as by refreshes, with its queue on record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from segmentry.engine import Engine
from segmentry.segments import run_clock
from tests.rooms.segments.months import DEFINITIONS, END, START, judged, shop_at, told
from tests.rooms.segments.shops import Shop, definition
from tests.rooms.shops import line, party

NOON = datetime(2021, 3, 1, 12)
DAY = timedelta(days=1)
RECENT = definition("recent", "any order in last 10 days")
BEST = definition("best", "spend in last 10 days is in top 1")
DATED = definition("dated", "days_since_last > 3")


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """Two customers: one orders on 1 March at noon, one on 3 March at noon, and again on 20 March."""
    found = Shop(engine)
    orders = [line("a", NOON.date(), 50), line("b", (NOON + 2 * DAY).date()), line("b", (NOON + 19 * DAY).date())]
    found.load(*orders, parties=[party("a", NOON), party("b", NOON + 2 * DAY)])
    return found


def test_a_refresh_steps_and_the_referee_tell_one_timeline(engine: Engine) -> None:
    """One refresh after a month tells what steps between would, and at every instant what the referee says."""
    asked = [each for each in DEFINITIONS if each.id in {"recent", "quiet", "best", "back"}]
    once = shop_at(engine, 3, asked)
    once.refresh_at(END, asked)
    with Engine.in_memory() as other:
        often = shop_at(other, 3, asked)
        moment = START + timedelta(days=9, hours=7)
        often.step(moment)
        assert told(often, asked, moment) == judged(often, asked, moment)
        often.refresh_at(END, asked)
        assert often.timeline() == once.timeline()
    for moment in (START + timedelta(days=18, hours=23), END):
        assert told(once, asked, moment) == judged(once, asked, moment)
    assert len(once.timeline()) > 20


def test_changes_between_refreshes_hold_from_their_own_instant(shop: Shop) -> None:
    """Who leaves by the clock leaves when the window closes, who comes by an order comes with the order."""
    shop.refresh_at(NOON + DAY, [RECENT])
    shop.refresh_at(NOON + 30 * DAY, [RECENT])
    assert shop.timeline() == [
        ("recent", "a", NOON + DAY, "entered"),
        ("recent", "a", NOON + 10 * DAY, "left"),
        ("recent", "b", NOON + 2 * DAY, "entered"),
        ("recent", "b", NOON + 12 * DAY, "left"),
        ("recent", "b", NOON + 19 * DAY, "entered"),
        ("recent", "b", NOON + 29 * DAY, "left"),
    ]
    reasons = {(row[1], row[2], row[3]): row[4] for row in shop.changes()}
    assert sorted(reasons.values()) == ["arrival", "behavior", "clock", "clock", "clock", "definition"]


def test_the_queue_is_on_record_with_its_horizon(shop: Shop) -> None:
    """The table holds the next instant of every customer, the ledger its head and through when that is all."""
    shop.refresh_at(NOON + DAY, [RECENT, BEST])
    head = shop.engine.due()
    assert [(each.due_at, each.kind, each.customers) for each in head] == [
        (NOON + 2 * DAY, "customer", 1),
        (NOON + 2 * DAY, "population", 0),
        (NOON + 10 * DAY, "customer", 1),
        (NOON + DAY + run_clock.HORIZON, "horizon", 0),
    ]
    rows = shop.engine.rows(shop.engine.table("segment_due"))
    assert {(row["customer_id"], row["due_at"]) for row in rows if row["kind"] == "customer"} == {
        ("a", NOON + 10 * DAY),
        ("b", NOON + 2 * DAY),
    }


def test_due_changes_pend_until_they_are_played(shop: Shop) -> None:
    """After a due instant it is told how many wait since when; a step clears that."""
    shop.refresh_at(NOON + DAY, [RECENT])
    assert shop.published().pending() is None
    found = shop.published().pending(NOON + 10 * DAY)
    assert found == {"customers": 2, "everybody": False, "since": NOON + 2 * DAY}
    assert shop.published().pending(NOON + 2 * DAY - timedelta(microseconds=1)) is None
    played = shop.step(NOON + 10 * DAY)
    assert (played.moments, len(played.course)) == (2, 2)
    assert shop.published().pending(NOON + 10 * DAY) is None
    assert shop.members("recent") == {"b"}
    counts = {row["segment_id"]: row for row in shop.published().counts()}
    assert (counts["recent"]["members"], counts["recent"]["as_of"]) == (1, NOON + 10 * DAY)


def test_traits_of_one_instant_wait_for_the_next_refresh(shop: Shop) -> None:
    """A step leaves segments alone that ask for traits known as of the last refresh."""
    shop.refresh_at(NOON + 3 * DAY, [RECENT, DATED])
    before = shop.members("dated")
    shop.step(NOON + 8 * DAY)
    counts = {row["segment_id"]: row["as_of"] for row in shop.published().counts()}
    assert counts == {"recent": NOON + 8 * DAY, "dated": NOON + 3 * DAY}
    assert shop.members("dated") == before
    shop.refresh_at(NOON + 9 * DAY, [RECENT, DATED])
    assert shop.members("dated") == {"a", "b"}


def test_what_is_too_much_to_play_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bounds changes hold from the refresh on, and the run says which segments that are."""
    monkeypatch.setattr(run_clock, "MOST_MOMENTS", 2)
    monkeypatch.setattr(run_clock, "MOST_STEPS", 2)
    shop.refresh_at(NOON + DAY, [RECENT, BEST])
    shop.refresh_at(NOON + 30 * DAY, [RECENT, BEST])
    last = shop.engine.last_run("refresh")
    assert last is not None
    assert set(last.notes["clock"]["not_played"]) == {"recent", "best"}
    assert ("recent", "a", NOON + 30 * DAY, "left") in shop.timeline()


def test_a_look_back_plays_nothing(shop: Shop) -> None:
    """As of an earlier instant only that instant is told; later statements stand."""
    shop.refresh_at(NOON + DAY, [RECENT])
    shop.refresh_at(NOON + 30 * DAY, [RECENT])
    before = shop.timeline()
    shop.refresh_at(NOON + 11 * DAY, [RECENT])
    assert shop.timeline() == before


def test_a_segment_that_asks_for_its_own_history_waits(shop: Shop) -> None:
    """Nobody can say when it moves by the clock: it moves with each refresh."""
    own = definition("own", 'any order in last 10 days and not entered segment "own" in last 2 days')
    shop.refresh_at(NOON + 3 * DAY, [own, RECENT])
    assert shop.members("own") == {"a", "b"}
    shop.step(NOON + 11 * DAY)
    assert shop.members("own") == {"a", "b"}
    assert shop.members("recent") == {"b"}


def test_decisions_by_hand_stand_through_the_clock(shop: Shop) -> None:
    """Who was added by hand stays when the window closes; who leans on the segment sees that."""
    lean = definition("lean", 'in segment "recent" and any order ever')
    shop.refresh_at(NOON + DAY, [RECENT, lean], manual=[("recent", "a", "added")])
    shop.step(NOON + 25 * DAY)
    assert shop.members("recent") == {"a", "b"}
    assert shop.members("lean") == {"a", "b"}
    assert [row for row in shop.timeline() if row[1] == "a" and row[3] == "left"] == []
