"""Due instants, and membership at moments, are the same on every engine."""

from __future__ import annotations

from random import Random

from segmentry.engine.warehouse import Warehouse
from tests.rooms.segments.clocks import Ticking, made_course
from tests.rooms.segments.worlds import inputs_from


def test_moments_are_the_same_on_every_engine(warehouse: Warehouse) -> None:
    """Either engine finds due instants between which nothing changes, and says at them what the referee says."""
    course = made_course(4, leaves=6)
    inputs = inputs_from(course.world, lambda _, table: warehouse.bring(table))
    ticking, chance = Ticking(course, inputs, warehouse.arrow), Random(4)
    places = chance.sample(range(len(ticking.moments)), min(25, len(ticking.moments)))
    assert places
    assert list(ticking.wrong_at_moments(places)) == []
    assert [wrong for moment in ticking.instants(chance, 6) for wrong in ticking.wrong_between(moment)] == []
