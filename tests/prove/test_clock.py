"""The clock: membership published by a month of steps is what recomputation from nothing says, at any instant."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from segmentry.engine import Engine
from tests.rooms.segments.asked import LEAF_FORMS, MEASURES
from tests.rooms.segments.batches import connect
from tests.rooms.segments.clocks import Ticking, made_course
from tests.rooms.segments.months import DEFINITIONS, END, START, judged, shop_at, told

pytestmark = pytest.mark.prove

COURSES = [(seed, LEAF_FORMS) for seed in range(1000, 1150)] + [(seed, MEASURES) for seed in range(2000, 2040)]
"""Leaves of every form, and of measures alone, which time turns less often."""
TIMED = [
    "Within", "FirstTime", "Regularly", "Restarted", "stopped ever", "stopped after", "Sequence", "never", "without",
    "sequence in window", "first of", "last of", "filter", "Dates", "ago", "this period", "previous period", "entered",
    "left", "was in segment", "Consents", "sum of", "average of", "min of", "max of", "distinct of", "Count",
]  # fmt: skip
"""Kinds of leaf that time alone turns."""


def test_nothing_changes_between_due_instants() -> None:
    """Over random months around clock changes, every kind of leaf is what the referee says at and between due instants.

    Moments are drawn from all due instants; other instants at random and right before something is due.
    """
    connection, turns, looked = connect(), Counter[str](), 0
    for seed, forms in COURSES:
        ticking, chance = Ticking.of(made_course(seed, forms=forms), connection), Random(seed)
        places = chance.sample(range(len(ticking.moments)), min(40, len(ticking.moments)))
        wrong = list(ticking.wrong_at_moments(places))
        for moment in ticking.instants(chance, 12):
            wrong += ticking.wrong_between(moment)
        assert wrong == [], seed
        turns += ticking.turns()
        looked += len(places)
    assert looked > 3000
    assert {kind: turns[kind] for kind in TIMED if turns[kind] < 3} == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_month_of_steps_is_recomputation_at_each_instant(seed: int) -> None:
    """After each step, and at random instants between, every segment has the members the referee finds from nothing.

    A single refresh at the end of the month tells the same timeline, reason by reason.
    """
    chance = Random(seed)
    minutes = sorted(chance.sample(range(60, 31 * 1440), 8))
    with Engine.in_memory() as engine, Engine.in_memory() as other:
        stepped, once = shop_at(engine, seed, DEFINITIONS), shop_at(other, seed, DEFINITIONS)
        for moment in [START + timedelta(minutes=each) for each in minutes]:
            stepped.step(moment)
            assert told(stepped, DEFINITIONS, moment) == judged(stepped, DEFINITIONS, moment), moment
        stepped.refresh_at(END, DEFINITIONS)
        once.refresh_at(END, DEFINITIONS)
        assert stepped.timeline() == once.timeline()
        assert sorted(row[2:] for row in stepped.changes()) == sorted(row[2:] for row in once.changes())
        assert len(once.timeline()) > 40
        for moment in _between(chance, once.timeline()):
            assert told(once, DEFINITIONS, moment) == judged(once, DEFINITIONS, moment), moment


def _between(chance: Random, timeline: list[tuple[str, str, datetime, str]]) -> list[datetime]:
    """Instants at random, and right before something changed."""
    span = (END - START) // timedelta(microseconds=1)
    anywhere = [START + timedelta(microseconds=chance.randrange(span)) for _ in range(8)]
    changed = sorted({moment for _, _, moment, _ in timeline if moment > START})
    return anywhere + [each - timedelta(microseconds=1) for each in chance.sample(changed, 8)]


def test_hourly_refreshes_tell_nothing_a_single_one_does_not() -> None:
    """A refresh after a day gives the timeline of the twenty-four between, through the hour that New York skips."""
    asked = [each for each in DEFINITIONS if each.id in {"recent", "stopped", "heavy", "back"}]
    begin = datetime(2021, 3, 13, 20)
    with Engine.in_memory() as engine, Engine.in_memory() as other:
        often, once = shop_at(engine, 17, asked), shop_at(other, 17, asked)
        for shop, hours in ((often, range(25)), (once, (0, 24))):
            for hour in hours:
                shop.refresh_at(begin + timedelta(hours=hour), asked)
        assert often.timeline() == once.timeline()
        assert any(begin < moment <= begin + timedelta(hours=24) for _, _, moment, _ in once.timeline())
