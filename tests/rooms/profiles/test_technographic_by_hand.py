"""Drawn stacks and events, read once by the engine and once by plain Python that shares nothing with it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import fmean, pstdev
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles.run_technographic import publish as publish_technographic
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.science.diffusion import ADOPTERS
from tests.rooms.profiles.account_worlds import Rows, day, load, moment, publish, rows, traits
from tests.rooms.shops import AS_OF, LAST

pytestmark = pytest.mark.prove

SPEC = TechnographicSpec(AS_OF, LAST, adopters=4)
PEOPLE = [f"p{number:02}" for number in range(25)]
TOOLS = [(f"tool {number}", ("database", "office", None, "Device")[number % 4]) for number in range(9)]
MEDIA = ("web", "app", "Search", "social", None)
Drawn = tuple[Rows, Rows, dict[str, dict[str, Any]], dict[str, dict[str, Any]]]


def drawn_tables(chance: random.Random) -> tuple[Rows, Rows]:
    """Technologies and events with every kind of gap."""
    technologies = []
    for person in PEOPLE:
        for name, category in chance.sample(TOOLS, chance.randint(0, 6)):
            first = day(chance.randint(-9, 900)) if chance.random() < 0.8 else None
            last = day(chance.randint(-9, 900)) if chance.random() < 0.7 else None
            evidence = chance.choice([None, "scan", "survey"])
            told = {"party_key": person, "technology": name, "category": category, "evidence": evidence}
            technologies.append({**told, "first_seen_on": first, "last_seen_on": last})
    events = [
        {
            "party_key": chance.choice(PEOPLE[5:]),
            "occurred_at": moment(chance.randint(-5, 200)) + timedelta(minutes=chance.randint(0, 700)),
            "event": "view",
            "medium": chance.choice(MEDIA),
            "seconds": chance.choice([None, -3.0, 0.0, 30.0, 90.0]),
            "device": chance.choice([None, "phone", "laptop"]),
        }
        for _ in range(300)
    ]
    return technologies, events


@pytest.fixture(scope="module", params=[21, 22])
def drawn(request: pytest.FixtureRequest) -> Iterator[Drawn]:
    """Drawn tables with the traits and the technologies published of them."""
    technologies, events = drawn_tables(random.Random(request.param))
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            load(run, technologies=technologies, events=events)
        publish(engine, publish_technographic, SPEC)
        listed = {row["technology"]: row for row in rows(engine, "technology_adoption")}
        yield technologies, events, traits(engine, "technographic_traits"), listed


def seen(row: dict[str, Any]) -> date | None:
    """The latest evidence up to the last day, not before the first."""
    first, last = row["first_seen_on"], row["last_seen_on"]
    if last is None:
        return first if isinstance(first, date) else None
    last = min(last, LAST)
    return max(last, first) if first is not None else last


def used(technologies: Rows) -> dict[str, Rows]:
    """Technologies known at the as-of, by party."""
    found: dict[str, Rows] = defaultdict(list)
    for row in technologies:
        if row["first_seen_on"] is None or row["first_seen_on"] <= LAST:
            found[row["party_key"]].append(row)
    return found


def test_stacks_are_those_of_a_plain_reading(drawn: Drawn) -> None:
    """Size, names, age, newest and latest evidence of every stack, devices left out."""
    technologies, _, found, _ = drawn
    stacks = {who: [row for row in own if row["category"] != "Device"] for who, own in used(technologies).items()}
    for who in PEOPLE:
        own, row = stacks.get(who, []), found.get(who, {})
        names = sorted(each["technology"] for each in own)
        assert row.get("stack") == (", ".join(names) or None)
        assert row.get("stack_size") == (len(own) or None)
        ages = [(LAST - each["first_seen_on"]).days for each in own if each["first_seen_on"] is not None]
        assert row.get("stack_age_days") == (pytest.approx(fmean(ages)) if ages else None)
        assert row.get("stack_newest_days") == (min(ages) if ages else None)
        fresh = [(LAST - last).days for each in own if (last := seen(each)) is not None]
        assert row.get("stack_seen_days") == (min(fresh) if fresh else None)
        if own:
            assert row["stack_evidence"] == sum(each["evidence"] is not None for each in own)
            assert row["stack_categories"] == len({each["category"] for each in own} - {None})


def test_use_of_the_internet_is_that_of_a_plain_reading(drawn: Drawn) -> None:
    """Days, minutes, events and shares of every party with an event up to the as-of."""
    _, events, found, _ = drawn
    told: dict[str, Rows] = defaultdict(list)
    for row in events:
        if row["occurred_at"] <= AS_OF:
            told[row["party_key"]].append(row)
    start = AS_OF - timedelta(SPEC.use_days)
    for who in PEOPLE:
        row = found.get(who, {})
        if who not in told:
            assert "internet_days_per_month" not in row
            continue
        recent = [each for each in told[who] if each["occurred_at"] > start]
        first: datetime = min(each["occurred_at"] for each in told[who])
        span = min(max((AS_OF.date() - first.date()).days, 7), SPEC.use_days)
        days = {each["occurred_at"].date() for each in recent}
        assert row["internet_days_per_month"] == pytest.approx(len(days) * 30 / span)
        minutes = [each["seconds"] / 60 for each in recent if each["seconds"] is not None and each["seconds"] >= 0]
        assert row.get("internet_minutes_per_day") == (pytest.approx(sum(minutes) / len(days)) if minutes else None)
        media = Counter(each["medium"].lower() for each in recent if each["medium"] is not None)
        for name in ("web", "app", "search", "social", "viewing"):
            share = media[name] / media.total() if media else None
            assert row.get(f"{name}_use_share") == (None if share is None else pytest.approx(share))
        devices = Counter(each["device"] for each in told[who] if each["device"] is not None)
        if devices:
            assert row["main_device"] == max(devices, key=lambda name: (devices[name], name))


def test_adopter_classes_are_those_of_a_plain_reading(drawn: Drawn) -> None:
    """Mean standardized delay over technologies with enough adopters, standardized again and cut."""
    technologies, _, found, listed = drawn
    days: dict[str, dict[str, int]] = defaultdict(dict)
    for who, own in used(technologies).items():
        for row in own:
            if row["first_seen_on"] is not None:
                days[row["technology"]][who] = row["first_seen_on"].toordinal()
    delays: dict[str, list[float]] = defaultdict(list)
    for name, each in days.items():
        assert listed[name]["dated"] == len(each)
        spread = pstdev(each.values())
        if len(each) >= SPEC.adopters and spread > 0:
            for who, when in each.items():
                delays[who].append((when - fmean(each.values())) / spread)
    means = {who: fmean(own) for who, own in delays.items()}
    middle, spread = fmean(means.values()), pstdev(means.values())
    for who in PEOPLE:
        if who not in means:
            assert "adopter_class" not in found.get(who, {})
            continue
        delay = (means[who] - middle) / spread
        assert found[who]["adoption_delay"] == pytest.approx(delay)
        assert found[who]["adopter_class"] == ADOPTERS[sum(delay >= cut for cut in (-2, -1, 0, 1))]
