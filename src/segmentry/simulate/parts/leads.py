"""Leads: where they come from, what they tell of themselves, what they do, and what becomes of them by a known rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.simulate.columns import numbered, same
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, logistic, texts
from segmentry.simulate.purchase_process import Floats, Integers

SHARE, FEWEST, MOST = 0.1, 900, 50_000
SOURCES = ("content", "trade show", "advertisement", "referral", "web form")
TITLES = ("Head of purchasing", "Shop owner", "Assistant", "Student", "Office manager")
SIZES = ("1-9", "10-49", "50-249", "250+")
BASE = -1.4
"""Log odds of conversion of a lead of middling fit that does nothing, from content."""
BY_SOURCE = (0.0, 0.3, -0.5, 0.9, 0.2)
BY_TITLE = (0.9, 0.7, -0.4, -1.2, 0.2)
BY_SIZE = (-0.5, 0.1, 0.5, 0.3)
BY_VISIT = 0.28
"""Log odds for each visit in the first two weeks."""
STACK, STACK_SHARE, BY_STACK = "online shop", 0.35, 0.8
"""Technology that some leads worked with before they came, and its log odds."""
SOLD, INSTALLED = "our merchant portal", 0.9
"""Technology that most who convert have, but from then on only: it teaches nothing that was known in time."""
VISITS_DAYS, LAST_SETTLED = 14.0, 90.0
ACTIONS = ("page view", "download", "webinar", "price request")


@dataclass(frozen=True, slots=True)
class _Leads:
    """Leads as arrays of shape (leads,)."""

    source: Integers
    title: Integers
    size: Integers
    visits: Integers
    stack: NDArray[np.bool_]
    created: Floats
    settled: Floats
    chance: Floats
    converted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.source)


def grow(ground: Ground) -> Part:
    """The part ``leads``: truth ``leads`` (chance of conversion, outcome, whether it is settled) and ``lead_rule``."""
    random = ground.random("leads")
    leads = _draw(ground, random)
    known = leads.settled < ground.spec.days
    truth = {
        "record": _parties(leads),
        "chance": pa.array(leads.chance),
        "converted": pa.array(leads.converted),
        "settled": pa.array(known),
        "visits": pa.array(leads.visits),
        "stack": pa.array(leads.stack),
    }
    strength = ground.spec.lead_strength
    effects = {"base": (BASE,), "source": BY_SOURCE, "title": BY_TITLE, "size": BY_SIZE, "visit": (BY_VISIT,),
               "stack": (0.0, BY_STACK)}  # fmt: skip
    rule = [
        {"what": what, "place": place, "effect": effect * (strength if what != "base" else 1.0)}
        for what, values in effects.items()
        for place, effect in enumerate(values)
    ]
    sheets = (
        Sheet("leads", "leads", _sheet(ground, leads, known, random)),
        Sheet("web_and_app_events", "events", _events(ground, leads, random)),
        Sheet("technologies", "technologies", _technologies(ground, leads, known)),
    )
    return Part(sheets, {"leads": pa.table(truth), "lead_rule": pa.Table.from_pylist(rule)})


def _draw(ground: Ground, random: np.random.Generator) -> _Leads:
    count = min(max(int(SHARE * len(ground.people)), FEWEST), MOST)
    source, title = random.integers(0, len(SOURCES), count), random.integers(0, len(TITLES), count)
    size, visits = random.integers(0, len(SIZES), count), random.poisson(2.0 * random.gamma(1.0, 1.0, count))
    stack = _apart(ground, 0).random(count) < STACK_SHARE
    told = np.asarray(BY_SOURCE)[source] + np.asarray(BY_TITLE)[title] + np.asarray(BY_SIZE)[size] + BY_VISIT * visits
    told = told + BY_STACK * stack
    chance = logistic(BASE + ground.spec.lead_strength * told)
    span = min(540.0, ground.spec.days * 0.9)
    created = np.sort(ground.spec.days - span * random.random(count) - 0.05)
    settled = created + VISITS_DAYS + random.random(count) * (LAST_SETTLED - VISITS_DAYS)
    return _Leads(source, title, size, visits, stack, created, settled, chance, random.random(count) < chance)


def _apart(ground: Ground, place: int) -> np.random.Generator:
    """Draws that leave those of the part as they are."""
    return ground.random("leads").spawn(place + 1)[place]


def _parties(leads: _Leads) -> Any:
    return numbered("L", np.arange(1, len(leads) + 1), 7)


def _sheet(ground: Ground, leads: _Leads, known: NDArray[np.bool_], random: np.random.Generator) -> Any:
    middle = leads.created + VISITS_DAYS * random.random(len(leads))
    open_stage = np.where(leads.visits > 3, 2, np.where(leads.visits > 1, 1, 0))
    stages = ("lead", "marketing qualified", "sales accepted", "customer", "lost")
    stage = np.where(known, np.where(leads.converted, 3, 4), open_stage)
    return pa.table(
        {
            "LeadId": numbered("LD", np.arange(1, len(leads) + 1), 7),
            "PersonId": _parties(leads),
            "LeadSource": texts(leads.source, SOURCES),
            "CreatedAt": ground.moments(leads.created),
            "LeadStage": texts(stage, stages),
            "StageDate": ground.moments(np.where(known, leads.settled, np.minimum(middle, ground.spec.days - 0.05))),
            "Converted": empty(pa.array(leads.converted), known),
            "ClosedAt": empty(ground.moments(leads.settled), known),
            "Company": numbered("Company ", np.arange(1, len(leads) + 1), 6),
            "JobTitle": texts(leads.title, TITLES),
            "DealValue": pa.array(np.round(random.lognormal(6.5, 0.6, len(leads)), 2)),
            "Currency": same(ground.spec.currency, len(leads)),
            "CompanySize": texts(leads.size, SIZES),
        }
    )


def _events(ground: Ground, leads: _Leads, random: np.random.Generator) -> Any:
    """Visits in the first two weeks of each lead, always before it is settled."""
    lead = np.repeat(np.arange(len(leads)), leads.visits)
    day = leads.created[lead] + random.random(len(lead)) * VISITS_DAYS
    seen = day < ground.spec.days - 0.05
    lead, day = lead[seen], day[seen]
    return pa.table(
        {
            "EventId": numbered("V", np.arange(1, len(lead) + 1), 9),
            "CustomerNo": _parties(leads).take(pa.array(lead)),
            "EventTime": ground.moments(day),
            "EventName": texts(random.choice(len(ACTIONS), len(lead), p=[0.6, 0.2, 0.1, 0.1]), ACTIONS),
            "Medium": texts(np.zeros(len(lead), np.int64), ("web",)),
            "DurationSeconds": pa.array(np.round(random.gamma(2.0, 40.0, len(lead)), 1)),
        }
    )


def _technologies(ground: Ground, leads: _Leads, known: NDArray[np.bool_]) -> Any:
    """What leads worked with before they came, and what those who were won got after that."""
    random = _apart(ground, 1)
    early = leads.created - 1.0 - random.exponential(90.0, len(leads))
    installed = known & leads.converted & (random.random(len(leads)) < INSTALLED)
    late = np.minimum(leads.settled + 1.0, ground.spec.days - 1.0)
    lead = np.concatenate([np.flatnonzero(leads.stack), np.flatnonzero(installed)])
    sold = np.repeat([0, 1], [leads.stack.sum(), installed.sum()])
    first = np.concatenate([early[leads.stack], late[installed]])
    return pa.table(
        {
            "CustomerNo": _parties(leads).take(pa.array(lead)),
            "Technology": texts(sold, (STACK, SOLD)),
            "Category": texts(sold, ("application", "application")),
            "Version": texts(np.zeros(len(lead), np.int64), ("1",)),
            "FirstSeen": ground.dates(first),
            "LastSeen": ground.dates(np.full(len(lead), ground.spec.days - 1.0)),
        }
    )
