"""The technographic basis: stacks, devices, use of the internet, adoption, skill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import Engine, Run
from segmentry.profiles import run_technographic
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.profiles.technographic.timing import timings
from segmentry.science.diffusion import ADOPTERS, adopter_classes
from segmentry.terms.canonical import CUSTOMERS
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.account_worlds import Rows, day, load, moment, publish, publish_accounts, rows, traits
from tests.rooms.shops import AS_OF, LAST, arrow, party


def publish_technographic(run: Run, spec: TechnographicSpec, catalog: TraitCatalog) -> None:
    """Both halves: of parties, and of organizations with their people."""
    run_technographic.publish(run, spec, catalog)
    run_technographic.publish_companies(run, spec, catalog)


BEFORE = (publish_accounts, AccountSpec(AS_OF, LAST, "EUR"))
SPEC = TechnographicSpec(AS_OF, LAST, adopters=3)


def uses(who: str, what: str, category: str | None = "database", **told: Any) -> dict[str, Any]:
    return {"party_key": who, "technology": what, "category": category} | told


def event(who: str, number: int, **told: Any) -> dict[str, Any]:
    return {"party_key": who, "occurred_at": moment(number), "event": "view"} | told


TECHNOLOGIES: Rows = [
    uses("ann", "Postgres", first_seen_on=day(400), last_seen_on=day(100), evidence="survey"),
    uses("ann", "Excel", "office", first_seen_on=day(200), last_seen_on=day(30), evidence="scan"),
    uses("ann", "Phone X", "Device", first_seen_on=day(10)),
    uses("ann", "Tomorrow", first_seen_on=day(-1)),
    uses("bob", "Postgres", last_seen_on=day(-9)),
    uses("cyn", "Oracle", first_seen_on=day(5), last_seen_on=day(50)),
    uses("firm", "SAP", "erp", first_seen_on=day(900)),
    *(uses(f"adopter{place}", "Radio", "medium", first_seen_on=day(place)) for place in (0, 1, 2, 3, 100)),
    *(uses(f"adopter{place}", "At once", "medium", first_seen_on=day(7)) for place in (0, 1, 2, 3, 100)),
    *(uses(f"adopter{place}", "Rare", "medium", first_seen_on=day(place)) for place in (1, 2)),
]

EVENTS: Rows = [
    *(event("ann", number, medium="web", seconds=120.0, device="laptop") for number in (0, 0, 10, 20)),
    event("ann", 30, medium="Social", seconds=60.0, device="phone"),
    event("ann", 89, medium="web"),
    event("ann", 95, medium="web", seconds=1e9),
    event("ann", -1, medium="app"),
    event("new", 2, seconds=-5.0),
    event("quiet", 300, medium="search"),
]


@pytest.fixture(scope="module")
def world() -> Iterator[Engine]:
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            people = [{"account_key": "firm", "party_key": who, "role": "user"} for who in ("ann", "bob")]
            gone = {"account_key": "firm", "party_key": "cyn", "role": "user", "ended_on": day(9)}
            load(run, technologies=TECHNOLOGIES, events=EVENTS, account_contacts=[*people, gone])
        publish(engine, publish_technographic, SPEC, BEFORE)
        yield engine


@pytest.fixture(scope="module")
def parties(world: Engine) -> dict[str, dict[str, Any]]:
    return traits(world, "technographic_traits")


def test_a_stack_has_size_names_age_and_freshness(parties: dict[str, dict[str, Any]]) -> None:
    """Devices are no part of it, nor what is seen first tomorrow."""
    ann = parties["ann"]
    assert (ann["stack_size"], ann["stack_categories"], ann["stack"]) == (2, 2, "Excel, Postgres")
    assert (ann["stack_age_days"], ann["stack_newest_days"], ann["stack_seen_days"]) == (300.0, 200, 30)
    assert ann["stack_evidence"] == 2


def test_impossible_evidence_counts_up_to_the_as_of(parties: dict[str, dict[str, Any]]) -> None:
    """Seen last in the future: seen today. Seen last before it was seen first: seen when first seen."""
    assert parties["bob"]["stack_seen_days"] == 0
    assert parties["cyn"]["stack_seen_days"] == 5
    assert "stack_age_days" not in parties["bob"]


def test_a_company_uses_what_its_people_use(world: Engine, parties: dict[str, dict[str, Any]]) -> None:
    """Its own stack is one thing, with that of its present people another; who left takes theirs along."""
    firm = parties["firm"]
    assert (firm["stack"], firm["stack_size"]) == ("SAP", 1)
    companies = traits(world, "company_technographic_traits")
    whole = {"customer_id": "firm", "company_stack": "Excel, Phone X, Postgres, SAP", "company_stack_size": 4}
    assert companies == {"firm": whole}


def test_devices_come_from_stacks_and_events(parties: dict[str, dict[str, Any]]) -> None:
    """Three devices; the main one is that of most events."""
    ann = parties["ann"]
    assert (ann["devices"], ann["main_device"], ann["main_device_share"]) == (3, "laptop", pytest.approx(0.8))
    assert "devices" not in parties["quiet"]


def test_use_of_the_internet_is_measured_over_its_span(parties: dict[str, dict[str, Any]]) -> None:
    """Five days with an event in ninety, minutes on such a day, shares by type; what lies outside does not count."""
    ann = parties["ann"]
    assert ann["internet_days_per_month"] == pytest.approx(5 * 30 / 90)
    assert ann["internet_minutes_per_day"] == pytest.approx((4 * 2 + 1) / 5)
    assert ann["internet_events_per_day"] == pytest.approx(6 / 5)
    assert (ann["main_internet_use"], ann["main_internet_use_share"]) == ("web", pytest.approx(5 / 6))
    assert (ann["web_use_share"], ann["social_use_share"]) == (pytest.approx(5 / 6), pytest.approx(1 / 6))
    assert (ann["app_use_share"], ann["email_use_share"]) == (0.0, 0.0)


def test_newcomers_are_measured_over_a_week_and_the_silent_are_seldom(parties: dict[str, dict[str, Any]]) -> None:
    """One day since the first event two days ago is no daily use; nothing in ninety days is zero, untold is unknown."""
    assert parties["new"]["internet_days_per_month"] == pytest.approx(30 / 7)
    assert not {"internet_minutes_per_day", "web_use_share", "main_internet_use"} & parties["new"].keys()
    assert parties["quiet"]["internet_days_per_month"] == 0.0
    assert "internet_minutes_per_day" not in parties["quiet"]


def test_adopters_are_judged_against_one_another(parties: dict[str, dict[str, Any]]) -> None:
    """One adopted Radio long before the others; what all adopted at once, or too few did, says nothing."""
    classes = {place: parties[f"adopter{place}"]["adopter_class"] for place in (0, 1, 2, 3, 100)}
    assert classes == dict.fromkeys((0, 1, 2, 3), "late_majority") | {100: "early_adopter"}
    assert parties["adopter100"]["adoption_delay"] == pytest.approx(-2.0, abs=0.01)
    assert "adopter_class" not in parties["ann"]


def test_technologies_are_listed_with_their_adopters(world: Engine) -> None:
    """Users, dated ones, first and latest adoption and their spread, by technology."""
    listed = {row["technology"]: row for row in rows(world, "technology_adoption")}
    radio, postgres = listed["Radio"], listed["Postgres"]
    assert (radio["users"], radio["first_adopted_on"], radio["last_adopted_on"]) == (5, day(100), day(0))
    assert radio["mean_days"] == pytest.approx(np.mean([100, 99, 98, 97, 0]))
    assert (postgres["users"], postgres["dated"]) == (2, 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_declared_technology_gives_the_classes_of_the_definition(engine: Engine, seed: int) -> None:
    """The database cuts where the science cuts: mean less two, one, no and plus one deviation."""
    chance = np.random.default_rng(seed)
    days = chance.integers(0, 2000, 150)
    told = [uses(f"p{place:03}", "Wave", first_seen_on=day(2000 - int(each))) for place, each in enumerate(days)]
    told += [uses("nobody", "Wave"), uses("nobody", "Tide", first_seen_on=day(3))]
    with engine.run("load") as run:
        load(run, technologies=told)
    publish(engine, publish_technographic, TechnographicSpec(AS_OF, LAST, adoption_of="wave"))
    found = traits(engine, "technographic_traits")
    places = adopter_classes(days.astype(float))
    assert isinstance(places, np.ndarray)
    assert [found[f"p{place:03}"]["adopter_class"] for place in range(150)] == [ADOPTERS[each] for each in places]
    assert "adopter_class" not in found["nobody"]
    assert len(set(places.tolist())) >= 4


def spread(p: float, q: float, market: int, days: int, length: int = 30) -> list[int]:
    """Day of adoption of everybody who adopted within some days, by Bass' model with p and q per period."""
    times = np.arange(1, days + 1) / length
    grown = np.exp(-(p + q) * times)
    adopted = np.floor(market * (1 - grown) / (1 + q / p * grown))
    return np.repeat(np.arange(days), np.diff(adopted, prepend=0).astype(int)).tolist()


def test_a_planted_course_of_adoption_comes_back(engine: Engine) -> None:
    """p, q, market and peak of a course that slowed down; young and rare technologies have a reason instead."""
    told = []
    for name, days in (("Wave", spread(0.03, 0.38, 400, 900)), ("Tide", spread(0.03, 0.38, 400, 150))):
        last = {"Wave": 899, "Tide": 149}[name]
        told += [uses(f"{name}{place}", name, first_seen_on=day(last - each)) for place, each in enumerate(days)]
    told += [uses(f"r{place}", "Rare", first_seen_on=day(place)) for place in range(19)]
    with engine.run("load") as run:
        load(run, technologies=told)
    publish(engine, publish_technographic, TechnographicSpec(AS_OF, LAST))
    listed = {row["technology"]: row for row in rows(engine, "technology_adoption")}
    wave = listed["Wave"]
    assert (wave["innovation"], wave["imitation"]) == (pytest.approx(0.03, rel=0.1), pytest.approx(0.38, rel=0.1))
    assert wave["market"] == pytest.approx(400, rel=0.02)
    assert abs((wave["peak_on"] - day(899)).days - 6.193 * 30) < 10
    assert (wave["periods"], wave["period_days"], wave["timing_reason"]) == (29, 30, None)
    assert listed["Tide"]["timing_reason"] == "At least five periods with adopters are needed."
    assert listed["Rare"]["timing_reason"] == "Fewer than 20 dated adoptions."
    assert listed["Tide"]["peak_on"] is listed["Rare"]["market"] is None


def test_a_period_that_is_not_over_does_not_look_like_the_end() -> None:
    """Steady adoption, thirty in each of ten months and one in the days since: nothing slows down."""
    first = date(2024, 1, 1)
    steady = [{"technology": "Wave", "first_adopted_on": first, "length": 30, "period": each, "adopters": 30}
              for each in range(10)]  # fmt: skip
    rows_ = [*steady, steady[0] | {"period": 10, "adopters": 1}]
    found = timings(rows_, first + timedelta(303))
    assert (found[0]["periods"], found[0].get("market")) == (10, None)
    assert "slowed down" in found[0]["timing_reason"]


def test_no_peak_is_claimed_where_adoption_is_steady() -> None:
    """Of 20 worlds in which adoption goes on as it began at most one tells a market."""
    random = np.random.default_rng(0)
    first = date(2020, 1, 1)
    steady = {"first_adopted_on": first, "length": 30}
    worlds = [
        steady | {"technology": f"t{world:02}", "period": place, "adopters": int(count)}
        for world in range(20)
        for place, count in enumerate(random.poisson(12, 24))
    ]
    found = timings(worlds, first + timedelta(24 * 30 - 1))
    assert sum("market" in row for row in found) <= 1


def skilled(engine: Engine, values: list[Any], spec: TechnographicSpec) -> tuple[dict[str, Any], TraitCatalog]:
    people = [party(f"p{place}", None, given_tech_skill=value) for place, value in enumerate(values)]
    with engine.run("load") as run:
        run.publish(CUSTOMERS, arrow(CUSTOMERS, people))
        identity = pa.table({"party_key": [each["party_key"] for each in people]})
        from segmentry.profiles.run import publish_identity

        publish_identity(run)
        assert identity.num_rows == len(people)
    catalog = publish(engine, publish_technographic, spec)
    found = traits(engine, "technographic_traits")
    return {name: row.get("technological_skill") for name, row in found.items()}, catalog


def test_skill_is_what_was_told(engine: Engine) -> None:
    """Words by their place, numbers as they are, anything else unknown."""
    found, catalog = skilled(engine, ["Beginner", "expert ", "3", "wizard", None], SPEC)
    assert found == {"p0": 1.0, "p1": 4.0, "p2": 3.0}
    assert catalog["technological_skill"].origin == "given"


def test_skill_as_a_number_needs_no_words(engine: Engine) -> None:
    """Years of practice, for one."""
    found, _ = skilled(engine, [3, 20, None], TechnographicSpec(AS_OF, LAST, skill="tech_skill"))
    assert found == {"p0": 3.0, "p1": 20.0}


def test_a_declared_column_that_does_not_exist_is_told(engine: Engine) -> None:
    """With the near miss."""
    with pytest.raises(SettingsError) as caught:
        skilled(engine, [1], TechnographicSpec(AS_OF, LAST, skill="given_tech_skil"))
    assert "given_tech_skill" in caught.value.problems[0].next_step


def test_nothing_is_published_where_nothing_is_told(engine: Engine) -> None:
    """No technologies, no events, no skill: no table and no trait."""
    with engine.run("load") as run:
        load(run, account_contacts=[{"account_key": "firm", "party_key": "ann", "role": "user"}])
    assert not publish(engine, publish_technographic, SPEC).traits
    assert not engine.has("technographic_traits")


def test_the_catalog_names_exactly_the_columns_that_are_published(engine: Engine) -> None:
    """No trait without its column and no column without its trait."""
    with engine.run("load") as run:
        load(run, technologies=TECHNOLOGIES, events=EVENTS)
    catalog = publish(engine, publish_technographic, SPEC)
    assert {trait.name for trait in catalog.traits} == set(engine.table("technographic_traits").columns) - {
        "customer_id"
    }
    assert {trait.basis for trait in catalog.traits} == {"technographic"}
    assert all(trait.renew_after_days for trait in catalog.traits)


def test_the_span_of_use_can_be_declared() -> None:
    """Thirty days; a word is no number of days."""
    read = TechnographicSpec.from_settings({"use_days": 30}, as_of=AS_OF, last_day=LAST)
    assert timedelta(days=read.use_days) == timedelta(30)
    with pytest.raises(SettingsError):
        TechnographicSpec.from_settings({"use_days": "30"}, as_of=AS_OF, last_day=LAST)
