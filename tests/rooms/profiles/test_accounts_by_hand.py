"""Drawn worlds of organizations, read once by the engine and once by plain Python that shares nothing with it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles.accounts.roles import ROLES
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.profiles.run_kinds import publish as publish_kinds
from tests.rooms.profiles.account_worlds import Rows, day, load, moment, publish, publish_accounts, traits
from tests.rooms.shops import AS_OF, LAST

pytestmark = pytest.mark.prove

ACCOUNTS = AccountSpec(AS_OF, LAST, "EUR")
KINDS = KindsSpec(AS_OF, LAST, "EUR")
STAGES = ("Prospecting", "Proposal", "Negotiation", "Won", "Lost", "Waiting")
FIRMS = [f"f{number:02}" for number in range(24)]
PEOPLE = [f"p{number:02}" for number in range(40)]


class Drawn:
    """One drawn world: its tables, and what plain Python says of it.

    Args:
        seed: Seed of the draw.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.tables: dict[str, Rows] = {
            "accounts": [self.firm(name) for name in FIRMS],
            "account_contacts": [self.role() for _ in range(90)],
            "opportunities": [self.sale() for _ in range(160)],
            "events": [self.sign("event") for _ in range(40)],
            "subscriptions": [self.contract() for _ in range(40)],
            "feedback": [self.rating() for _ in range(60)],
            "usage": [self.meter(person, month) for person in PEOPLE[:20] for month in range(8) if self.maybe(0.8)],
            "contributions": [self.contribution() for _ in range(30)],
        }

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def some_day(self, longest: int = 700) -> date:
        return day(self.chance.randint(-20, longest))

    def firm(self, name: str) -> dict[str, Any]:
        parent = self.chance.choice(FIRMS) if self.maybe(0.5) else None
        parent = parent if parent is not None and parent < name else None
        staff = float(self.chance.randint(0, 400)) if self.maybe(0.9) else None
        return {"account_key": name, "parent_key": parent, "employees": staff}

    def role(self) -> dict[str, Any]:
        told = {"account_key": self.chance.choice(FIRMS), "party_key": self.chance.choice(PEOPLE)}
        role = self.chance.choice([*ROLES, None])
        begin = self.some_day() if self.maybe(0.7) else None
        end = self.some_day() if self.maybe(0.3) else None
        return {**told, "role": role, "started_on": begin, "ended_on": end}

    def sale(self) -> dict[str, Any]:
        opened = self.some_day() if self.maybe(0.9) else None
        stage = self.chance.choice(STAGES)
        closed = self.some_day() if stage in ("Won", "Lost") and self.maybe(0.95) else None
        return {
            "account_key": self.chance.choice(FIRMS) if self.maybe(0.9) else None,
            "stage": stage,
            "opened_on": opened,
            "closed_on": closed,
            "product_id": self.chance.choice(["Alpha One", "Beta Two", None]),
            "amount": Decimal(self.chance.randint(1, 900)) if self.maybe(0.8) else None,
        }

    def sign(self, name: str) -> dict[str, Any]:
        return {
            "party_key": self.chance.choice(PEOPLE),
            "occurred_at": moment(self.chance.randint(-9, 300)),
            "event": name,
        }

    def contract(self) -> dict[str, Any]:
        begin = self.some_day()
        return {
            "party_key": self.chance.choice(FIRMS[:16]),
            "user_key": self.chance.choice(PEOPLE[:20]) if self.maybe(0.8) else None,
            "started_on": begin,
            "ended_on": begin + timedelta(self.chance.randint(-30, 900)) if self.maybe(0.3) else None,
            "renews_on": day(-self.chance.randint(-30, 300)) if self.maybe(0.8) else None,
        }

    def rating(self) -> dict[str, Any]:
        points = float(self.chance.randint(0, 11))
        when = moment(self.chance.randint(-9, 500)) if self.maybe(0.9) else None
        return {"party_key": self.chance.choice(PEOPLE), "rating": points, "kind": "nps", "given_at": when}

    def meter(self, person: str, month: int) -> dict[str, Any]:
        start, end = moment(30 * month + 29), moment(30 * month)
        quantity = float(self.chance.randint(0, 9))
        return {"party_key": person, "metric": "m", "quantity": quantity, "period_start": start, "period_end": end}

    def contribution(self) -> dict[str, Any]:
        return {
            "party_key": self.chance.choice(PEOPLE),
            "contribution": "idea",
            "accepted": self.chance.choice([True, False, None]),
            "contributed_at": moment(self.chance.randint(-9, 90)) if self.maybe(0.8) else None,
            "users_attracted": self.chance.choice([None, 1, 5]),
            "revenue_caused": self.chance.choice([None, Decimal(3), Decimal(11)]),
        }


@pytest.fixture(scope="module", params=[11, 12, 13])
def drawn(request: pytest.FixtureRequest) -> Iterator[tuple[Drawn, dict[str, Any], dict[str, Any]]]:
    """A drawn world with traits of accounts and of kinds."""
    world = Drawn(request.param)
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            load(run, **world.tables)
        publish(engine, publish_kinds, KINDS, (publish_accounts, ACCOUNTS))
        yield world, traits(engine, "account_traits"), traits(engine, "kinds_traits")


def known_sales(world: Drawn) -> dict[str, Rows]:
    """Opportunities of each firm that are known, each with what became of it."""
    found: dict[str, Rows] = defaultdict(list)
    for place, row in enumerate(world.tables["opportunities"]):
        opened, closed = row["opened_on"], row["closed_on"]
        later = opened > LAST if opened is not None else closed is not None and closed > LAST
        if row["account_key"] is None or later:
            continue
        settled = row["stage"] in ("Won", "Lost") and (closed is None or closed <= LAST)
        standing = row["stage"].lower() if settled else "open"
        found[row["account_key"]].append({**row, "standing": standing, "id": f"opportunities{place}"})
    return found


def test_sales_are_those_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """Counts, amounts, days, stages and the buy class of every organization."""
    world, found, _ = drawn
    sales = known_sales(world)
    assert {name for name, row in found.items() if "opportunities" in row} == set(sales)
    for firm, rows in sales.items():
        row = found[firm]
        counts = Counter(each["standing"] for each in rows)
        assert row["opportunities"] == len(rows)
        assert [row[f"{word}_opportunities"] for word in ("won", "lost", "open")] == [
            counts[word] for word in ("won", "lost", "open")
        ]
        won = [each for each in rows if each["standing"] == "won"]
        amounts = [each["amount"] for each in won if each["amount"] is not None]
        assert row.get("won_amount") == (sum(amounts) if amounts else None)
        days = [
            (each["closed_on"] - each["opened_on"]).days
            for each in rows
            if each["standing"] != "open" and each["closed_on"] and each["opened_on"]
        ]
        days = [number for number in days if number >= 0]
        assert row.get("mean_days_to_close") == (pytest.approx(fmean(days)) if days else None)
        open_stages = [each["stage"] for each in rows if each["standing"] == "open" and each["stage"] in STAGES[:3]]
        furthest = max(open_stages, key=STAGES.index).lower() if open_stages else None
        assert row.get("buying_stage") == furthest
        assert row.get("buy_class") == buy_class(won)


def buy_class(won: Rows) -> str | None:
    """What the products of earlier sales won say of the newest."""
    dated = [each for each in won if each["closed_on"] is not None]
    if not dated:
        return None
    newest = max(dated, key=lambda each: (each["closed_on"], each["id"]))
    before = [each["product_id"] for each in dated if each is not newest]
    if not before:
        return "new_task"
    if newest["product_id"] is not None and newest["product_id"] in before:
        return "straight_rebuy"
    return None if newest["product_id"] is None or None in before else "modified_rebuy"


def present(world: Drawn) -> dict[str, dict[str, set[str | None]]]:
    """Persons of each firm with their roles in force, an unknown role only beside no known one."""
    spells: dict[tuple[str, str], dict[tuple[str | None, date | None], list[date | None]]] = defaultdict(dict)
    for row in world.tables["account_contacts"]:
        begin, end = row["started_on"], row["ended_on"]
        if begin is not None and end is not None and end < begin:
            continue
        spells[row["account_key"], row["party_key"]].setdefault((row["role"], begin), []).append(end)
    found: dict[str, dict[str, set[str | None]]] = defaultdict(dict)
    for (firm, person), own in spells.items():
        named = any(role is not None for role, _ in own)
        for (role, begin), ends in own.items():
            last = None if None in ends else max(end for end in ends if end is not None)
            if (role is None and named) or (begin is not None and begin > LAST) or (last is not None and last < LAST):
                continue
            found[firm].setdefault(person, set()).add(role)
    return found


def test_coverage_and_silence_are_those_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """Persons, roles, and the latest sign of any of them, firm by firm; firms without anybody as well."""
    world, found, _ = drawn
    last: dict[str, date] = {}
    for row in world.tables["events"]:
        if row["occurred_at"] <= AS_OF:
            last[row["party_key"]] = max(last.get(row["party_key"], date.min), row["occurred_at"].date())
    people = present(world)
    for firm in FIRMS:
        own = people.get(firm, {})
        roles = {role for each in own.values() for role in each if role is not None}
        row = found[firm]
        assert (row["contacts_known"], row["buying_roles_known"]) == (len(own), len(roles))
        assert row.get("missing_roles", "") == ", ".join(role for role in ROLES if role not in roles)
        signs = [last[person] for person in own if person in last]
        assert row.get("days_since_contact_sign") == ((LAST - max(signs)).days if signs else None)
        assert row.get("contacts_events", 0) == sum(
            event["party_key"] in own and event["occurred_at"] <= AS_OF for event in world.tables["events"]
        )


def test_groups_are_those_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """Everybody under one top, staff known of all or of nobody, sales of all members."""
    world, found, _ = drawn
    firms = {row["account_key"]: row for row in world.tables["accounts"]}

    def top(name: str) -> str:
        parent = firms[name]["parent_key"]
        return name if parent is None else top(parent)

    members: dict[str, list[str]] = defaultdict(list)
    for name in firms:
        members[top(name)].append(name)
    sales = known_sales(world)
    for name in firms:
        group = members[top(name)]
        staff = [firms[each]["employees"] for each in group]
        assert found[name]["group_accounts"] == len(group)
        assert found[name].get("group_employees") == (None if None in staff else sum(staff))
        assert found[name].get("group_opportunities", 0) == sum(len(sales.get(each, [])) for each in group)


def running(world: Drawn) -> dict[str, Rows]:
    """Contracts of each payer that run."""
    found: dict[str, Rows] = defaultdict(list)
    for row in world.tables["subscriptions"]:
        end = row["ended_on"]
        if row["started_on"] <= LAST and (end is None or end > LAST) and not (end and end < row["started_on"]):
            found[row["party_key"]].append(row)
    return found


def users(world: Drawn, firm: str) -> tuple[set[str], set[str]]:
    """Users of a payer, and everybody who belongs to it."""
    own = running(world).get(firm, [])
    using = {row["user_key"] or firm for row in own}
    people = present(world).get(firm, {})
    return using | {person for person, roles in people.items() if "user" in roles}, using | set(people)


def test_satisfaction_is_that_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """The latest rating on its scale within a year of each user, of all people where no user has rated."""
    world, _, found = drawn
    latest: dict[str, tuple[Any, str, float]] = {}
    for place, row in enumerate(world.tables["feedback"]):
        when = row["given_at"]
        if when is None or when > AS_OF or when <= AS_OF - timedelta(365) or row["rating"] > 10:
            continue
        told = (when, f"feedback{place}", row["rating"] / 10)
        latest[row["party_key"]] = max(latest.get(row["party_key"], told), told)
    for firm in FIRMS:
        using, everybody = users(world, firm)
        rated = [latest[person][2] for person in using if person in latest]
        source = "users" if rated else "contacts"
        rated = rated or [latest[person][2] for person in everybody if person in latest]
        row = found.get(firm, {})
        assert row.get("users_satisfaction") == (pytest.approx(fmean(rated)) if rated else None)
        assert row.get("users_rated") == (len(rated) or None)
        assert row.get("satisfaction_of") == (source if rated else None)


def test_usage_and_renewal_are_those_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """Three periods against three, of all people of the payer; then the rule over its parts."""
    world, _, found = drawn
    start, earlier = AS_OF - timedelta(90), AS_OF - timedelta(180)
    done = [row for row in world.tables["usage"] if row["period_end"] <= AS_OF]
    now = {row["period_start"] for row in done if row["period_start"] > start}
    before = {row["period_start"] for row in done if earlier < row["period_start"] <= start}
    for firm, contracts in running(world).items():
        people = users(world, firm)[1] | {firm}
        own = [row for row in done if row["party_key"] in people]
        change = None
        if own and min(row["period_start"] for row in own) <= min(now | before):
            late = sum(row["quantity"] for row in own if row["period_start"] in now) / len(now)
            early = sum(row["quantity"] for row in own if row["period_start"] in before) / len(before)
            change = round(late / early - 1, 9) if early else None
        row = found[firm]
        assert row.get("usage_change") == (pytest.approx(change, abs=1e-8) if change is not None else None)
        ends = [each["ended_on"] or each["renews_on"] for each in contracts]
        due = min((end for end in ends if end is not None and end > LAST), default=None)
        assert row.get("next_renewal_on") == due
        assert row.get("renewal_risk") == risk(due, change, row.get("users_satisfaction"))


def risk(due: date | None, change: float | None, satisfaction: float | None) -> str | None:
    """The stated rule."""
    if due is None:
        return None
    if (due - LAST).days > 90:
        return "not_due"
    if change is None and satisfaction is None:
        return "unjudged"
    parts = (change is not None and change <= -0.2) + (satisfaction is not None and satisfaction < 0.5)
    return ("low", "raised", "high")[parts]


def test_contributions_are_those_of_a_plain_reading(drawn: tuple[Drawn, dict[str, Any], dict[str, Any]]) -> None:
    """Accepted by the as-of, and nothing else."""
    world, _, found = drawn
    told: dict[str, Rows] = defaultdict(list)
    for row in world.tables["contributions"]:
        if row["contributed_at"] is None or row["contributed_at"] <= AS_OF:
            told[row["party_key"]].append(row)
    assert {name for name, row in found.items() if "contributions_made" in row} == set(told)
    for person, rows in told.items():
        taken = [row for row in rows if row["accepted"]]
        assert found[person]["contributions_accepted"] == len(taken)
        assert found[person]["contribution_users"] == sum(row["users_attracted"] or 0 for row in taken)
        assert found[person]["contribution_revenue"] == sum((row["revenue_caused"] or 0 for row in taken), Decimal(0))
