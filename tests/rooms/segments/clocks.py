"""Random histories looked at moment by moment: what the compiler says at due instants, and the referee at any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmentry.segments.clock.due import due_instants
from segmentry.segments.clock.looks import looks, shared
from segmentry.segments.clock.moments import Moments
from segmentry.segments.compiler import evaluate
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.writing import format_condition
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import Definition
from segmentry.segments.universe import at_moments
from tests.rooms.segments.asked import LEAF_FORMS, Asker
from tests.rooms.segments.batches import KNOWN
from tests.rooms.segments.histories import CUSTOMERS, INSTANTS_BY_ZONE, ZONES, made_world
from tests.rooms.segments.kinds import kinds_of
from tests.rooms.segments.worlds import inputs_of

MONTH = timedelta(days=31)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Course:
    """A month of a history, and definitions that are asked of it throughout.

    Attributes:
        world: The history.
        asked: Definitions of one leaf each, none of which depends on other parties.
        after: Instant at which the month begins.
        until: Instant at which it ends.
    """

    world: World
    asked: Sequence[Definition]
    after: datetime
    until: datetime


def made_course(seed: int, leaves: int = 12, forms: Sequence[str] = LEAF_FORMS) -> Course:
    """A month around a clock change or the end of a month, decided by ``seed``, and leaves of these forms."""
    chance = Random(seed)
    home = chance.choice(ZONES)
    zones, pivot = [home, chance.choice(ZONES)], chance.choice(INSTANTS_BY_ZONE[home])
    after = pivot - timedelta(hours=chance.choice([0, 1, 30, 24 * 20]))
    world = made_world(chance, after + timedelta(days=chance.choice([0, 15])), zones)
    asker = Asker(chance, pivot, [word for each in KNOWN for word in (each.id, each.name)])
    asked: list[Definition] = []
    while len(asked) < leaves:
        number = f"leaf_{len(asked)}"
        found = Definition(number, number.upper(), asker.leaf(chance.choice(forms)), timezone=chance.choice(zones))
        asked += [] if shared(found) else [found]
    return Course(replace(world, definitions=[*KNOWN, *asked]), asked, after, after + MONTH)


class Ticking:
    """Membership of a course at its due instants, and what the referee makes of it.

    Args:
        course: The course.
        inputs: Its world as tables.
        arrow: Runs an expression.
    """

    def __init__(self, course: Course, inputs: Inputs, arrow: Callable[[Any], pa.Table]) -> None:
        self.course = course
        known = [*KNOWN, *course.asked]
        asked = looks(known, course.until)
        due = arrow(due_instants(asked, inputs, course.after, course.until))
        due = due.filter(pc.is_in(due["customer_id"], pa.array(CUSTOMERS))).sort_by(
            [("customer_id", "ascending"), ("due_at", "ascending")]
        )
        customers, instants = (pa.concat_arrays(due[name].chunks) for name in ("customer_id", "due_at"))
        self.moments = list(zip(customers.to_pylist(), instants.to_pylist(), strict=True))
        moments = Moments(customers, instants, [edge for each in asked for edge in each.asked])
        rows = arrow(evaluate(known, moments, at_moments(inputs, moments))).to_pylist() if self.moments else []
        self.truths = {int(row["customer_id"]): row for row in rows}
        self._judged: dict[tuple[str, datetime], set[str]] = {}

    @classmethod
    def of(cls, course: Course, connection: Any) -> Ticking:
        """A course computed by a database."""
        return cls(course, inputs_of(course.world, connection), connection.to_pyarrow)

    def judged(self, asked: Definition, moment: datetime) -> set[str]:
        """Members at an instant, by the referee."""
        if (asked.id, moment) not in self._judged:
            self._judged[asked.id, moment] = judge(asked, self.course.world, moment)
        return self._judged[asked.id, moment]

    def wrong_at_moments(self, places: Sequence[int]) -> Iterator[str]:
        """Moments at which compiler and referee differ."""
        for place in places:
            customer, moment = self.moments[place]
            for each in self.course.asked:
                if self.truths[place][each.id] != (customer in self.judged(each, moment)):
                    yield f"{customer} at {moment} in {each.timezone}: {format_condition(each.where)}"

    def wrong_between(self, moment: datetime) -> Iterator[str]:
        """Customers whose membership at an instant is not that of their last due instant."""
        for customer in CUSTOMERS:
            before = [place for place, (who, at) in enumerate(self.moments) if who == customer and at <= moment]
            for each in self.course.asked:
                first = customer in self.judged(each, self.course.after)
                told = self.truths[before[-1]][each.id] if before else first
                if told != (customer in self.judged(each, moment)):
                    yield f"{customer} at {moment} in {each.timezone}: {format_condition(each.where)}"

    def instants(self, chance: Random, number: int) -> list[datetime]:
        """Instants at random, half of them right before something is due."""
        span = (self.course.until - self.course.after) // MOMENT
        anywhere = [self.course.after + chance.randrange(span) * MOMENT for _ in range(number - number // 2)]
        before = [chance.choice(self.moments)[1] - MOMENT for _ in range(number // 2) if self.moments]
        return [*anywhere, *(each for each in before if each >= self.course.after)]

    def turns(self) -> Counter[str]:
        """How often membership turns at a due instant, by kind of leaf."""
        found: Counter[str] = Counter()
        for place in range(1, len(self.moments)):
            if self.moments[place][0] == self.moments[place - 1][0]:
                for each in self.course.asked:
                    if self.truths[place][each.id] != self.truths[place - 1][each.id]:
                        found.update(set(kinds_of(each.where)))
        return found
